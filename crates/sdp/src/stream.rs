//! One `m=` section as an audio stream: formats, direction, addresses.
//!
//! Static payload types need no `a=rtpmap` and a missing direction means both ways: phones that leave them out are right
//! (RFC 3551 table 4, RFC 8866 §6.7). A format that cannot be (number above 127, broken mapping) is as if it were not listed.

use std::net::{IpAddr, SocketAddr};

use sdp_types::{Attribute, Connection, Media, Rtcp, RtpMap, Session};

use crate::{Codec, Direction};

/// Static payload types that may come without a mapping (RFC 3551 table 4); both are 8 kHz mono.
const STATIC: [(u8, &str); 2] = [(0, "PCMU"), (8, "PCMA")];
const STATIC_CLOCK_HZ: u32 = 8_000;
/// RFC 3551 §4.5 default for the telephone codecs.
const PTIME_DEFAULT_MS: u32 = 20;
/// Nobody packs more than 200 ms (RFC 3551 §4.2) or less than 10.
const PTIME_MS: std::ops::RangeInclusive<u32> = 10..=200;

/// How an `m=` section stands to us.
pub(crate) enum Kind {
    /// Audio over plain RTP with a port: a candidate.
    Audio,
    /// Audio over a secure profile only.
    SecureAudio,
    /// Refused (port 0), video, fax and whatever else.
    Other,
}

pub(crate) fn kind(media: &Media) -> Kind {
    if !media.media.eq_ignore_ascii_case("audio") || media.port == 0 {
        return Kind::Other;
    }
    match media.proto.to_ascii_uppercase().as_str() {
        "RTP/AVP" | "RTP/AVPF" => Kind::Audio,
        proto if proto.contains("SAVP") => Kind::SecureAudio,
        _ => Kind::Other,
    }
}

/// The formats in the order of the `m=` line.
pub(crate) fn codecs(media: &Media) -> Vec<Codec> {
    let mappings: Vec<RtpMap> = media.attributes_typed::<RtpMap>().flatten().collect();
    let payload_types = media
        .fmt
        .split_ascii_whitespace()
        .filter_map(|format| format.parse().ok());
    payload_types
        .filter_map(|payload_type| codec(media, &mappings, payload_type))
        .collect()
}

fn codec(media: &Media, mappings: &[RtpMap], payload_type: u8) -> Option<Codec> {
    let (name, clock_rate_hz, channels) = match mappings
        .iter()
        .find(|mapping| mapping.payload_type == payload_type)
    {
        Some(mapping) => {
            let channels = mapping
                .encoding_params
                .as_deref()
                .map_or(Ok(1), str::parse)
                .ok()?;
            (mapping.encoding_name.clone(), mapping.clock_rate, channels)
        }
        None => {
            let (_, name) = STATIC.iter().find(|(number, _)| *number == payload_type)?;
            ((*name).to_owned(), STATIC_CLOCK_HZ, 1)
        }
    };
    Some(Codec {
        name,
        payload_type,
        clock_rate_hz,
        channels,
        fmtp: fmtp(media, payload_type),
    })
}

fn fmtp(media: &Media, payload_type: u8) -> Option<String> {
    values(&media.attributes, "fmtp").find_map(|value| {
        let (format, parameters) = value.split_once(' ')?;
        (format.parse() == Ok(payload_type)).then(|| parameters.trim().to_owned())
    })
}

/// Direction as the peer sees it: from the section, else from the session, else both ways.
///
/// RFC 3264 §8.4: an unspecified address is the old hold: whoever gives it does not want to receive.
pub(crate) fn direction(session: &Session, media: &Media) -> Direction {
    let of = |attributes: &[Attribute]| {
        attributes
            .iter()
            .find_map(|it| Direction::from_attribute(&it.attribute))
    };
    let direction = of(&media.attributes)
        .or_else(|| of(&session.attributes))
        .unwrap_or(Direction::SendReceive);
    let held = address(session, media).is_some_and(|address| address.is_unspecified());
    Direction::of(direction.sends(), direction.receives() && !held)
}

/// Where RTP and RTCP go, or none if the address is missing, a host name, or multicast.
pub(crate) fn addresses(session: &Session, media: &Media) -> Option<(SocketAddr, SocketAddr)> {
    let address = address(session, media).filter(|address| !address.is_multicast())?;
    let rtp = SocketAddr::new(address, media.port);
    // RFC 3550 §11: the next port, unless a=rtcp says otherwise (RFC 3605). Only the port is taken from there:
    // reports that go to another host than the voice would let a stranger be flooded.
    let next = SocketAddr::new(address, media.port.checked_add(1)?);
    let told = media
        .attributes_typed::<Rtcp>()
        .flatten()
        .find(|rtcp| rtcp.port != 0);
    Some((
        rtp,
        told.map_or(next, |rtcp| SocketAddr::new(address, rtcp.port)),
    ))
}

fn address(session: &Session, media: &Media) -> Option<IpAddr> {
    let connection: &Connection = media.connections.first().or(session.connection.as_ref())?;
    connection.try_address().ok().map(|address| address.ip)
}

/// Packet time that the peer would like, in ms.
pub(crate) fn ptime_ms(media: &Media) -> u32 {
    let told = values(&media.attributes, "ptime").find_map(|value| value.trim().parse().ok());
    told.filter(|ms| PTIME_MS.contains(ms))
        .unwrap_or(PTIME_DEFAULT_MS)
}

fn values<'a>(attributes: &'a [Attribute], name: &'static str) -> impl Iterator<Item = &'a str> {
    attributes
        .iter()
        .filter(move |it| it.attribute.eq_ignore_ascii_case(name))
        .filter_map(|it| it.value.as_deref())
}
