//! One `m=` section as an audio stream: formats, direction, addresses.
//!
//! Static payload types need no `a=rtpmap` and a missing direction means both ways: phones that leave them out are right
//! (RFC 3551 table 4, RFC 8866 §6.7). A format that cannot be (number above 127, broken mapping) is as if it were not listed.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use crate::parse::{Attribute, Description, Media, cut};
use crate::{Codec, Direction};

/// Static payload types that may come without a mapping (RFC 3551 table 4); both are 8 kHz mono.
const STATIC: [(u8, &str); 2] = [(0, "PCMU"), (8, "PCMA")];
const STATIC_CLOCK_HZ: u32 = 8_000;
/// Profiles of plain RTP (RFC 3551, RFC 4585).
const PLAIN: [&str; 2] = ["RTP/AVP", "RTP/AVPF"];
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

pub(crate) fn kind(media: &Media<'_>) -> Kind {
    let is_plain = |plain: &&str| media.proto.eq_ignore_ascii_case(plain);
    if !media.media.eq_ignore_ascii_case("audio") || media.port == 0 {
        Kind::Other
    } else if PLAIN.iter().any(is_plain) {
        Kind::Audio
    } else if media.proto.to_ascii_uppercase().contains("SAVP") {
        Kind::SecureAudio
    } else {
        Kind::Other
    }
}

/// One format of an `m=` line with its mapping.
#[derive(Clone, Copy)]
pub(crate) struct Format<'a> {
    pub(crate) payload_type: u8,
    pub(crate) name: &'a str,
    pub(crate) clock_rate_hz: u32,
    pub(crate) channels: u8,
}

impl Format<'_> {
    /// The same encoding, whatever payload type it has.
    pub(crate) fn is_like(&self, codec: &Codec) -> bool {
        self.name.eq_ignore_ascii_case(&codec.name)
            && self.clock_rate_hz == codec.clock_rate_hz
            && self.channels == codec.channels
    }

    pub(crate) fn is_telephone_event(&self) -> bool {
        self.name.eq_ignore_ascii_case("telephone-event")
    }

    /// With the parameters that the stream has for it.
    pub(crate) fn to_codec(self, media: &Media<'_>) -> Codec {
        Codec {
            name: Cow::Owned(self.name.to_owned()),
            payload_type: self.payload_type,
            clock_rate_hz: self.clock_rate_hz,
            channels: self.channels,
            fmtp: fmtp(media, self.payload_type).map(Cow::Owned),
        }
    }
}

/// The formats in the order of the `m=` line.
pub(crate) fn formats<'a>(media: &'a Media<'a>) -> impl Iterator<Item = Format<'a>> {
    let payload_types = media.formats.split_ascii_whitespace();
    payload_types.filter_map(|written| format(media, written.parse().ok()?))
}

fn format<'a>(media: &'a Media<'a>, payload_type: u8) -> Option<Format<'a>> {
    let mut mappings = values(&media.attributes, "rtpmap");
    if let Some((name, clock_rate_hz, channels)) =
        mappings.find_map(|value| mapping(value, payload_type))
    {
        return Some(Format {
            payload_type,
            name,
            clock_rate_hz,
            channels: channels.map_or(Ok(1), str::parse).ok()?,
        });
    }
    let (_, name) = STATIC.iter().find(|(number, _)| *number == payload_type)?;
    Some(Format {
        payload_type,
        name,
        clock_rate_hz: STATIC_CLOCK_HZ,
        channels: 1,
    })
}

/// `<payload type> <encoding name>/<clock rate>[/<channels>]` (RFC 8866 §6.6): what is said of that payload type.
fn mapping(value: &str, payload_type: u8) -> Option<(&str, u32, Option<&str>)> {
    let (mapped, encoding) = cut(value, ' ')?;
    let mapped: u8 = mapped.parse().ok()?;
    if mapped != payload_type || mapped > 127 {
        return None;
    }
    let (name, rest) = cut(encoding, '/')?;
    let (clock_rate, channels) =
        cut(rest, '/').map_or((rest, None), |(rate, channels)| (rate, Some(channels)));
    Some((name, clock_rate.parse().ok()?, channels))
}

fn fmtp(media: &Media<'_>, payload_type: u8) -> Option<String> {
    values(&media.attributes, "fmtp").find_map(|value| {
        let (format, parameters) = cut(value, ' ')?;
        (format.parse() == Ok(payload_type)).then(|| parameters.trim().to_owned())
    })
}

/// Direction as the peer sees it: from the section, else from the session, else both ways.
///
/// RFC 3264 §8.4: an unspecified address is the old hold: whoever gives it does not want to receive.
pub(crate) fn direction(session: &Description<'_>, media: &Media<'_>) -> Direction {
    let of = |attributes: &[Attribute<'_>]| {
        attributes
            .iter()
            .find_map(|it| Direction::from_attribute(it.name))
    };
    let direction = of(&media.attributes)
        .or_else(|| of(&session.attributes))
        .unwrap_or(Direction::SendReceive);
    let held = address(session, media).is_some_and(|address| address.is_unspecified());
    Direction::of(direction.sends(), direction.receives() && !held)
}

/// Where RTP and RTCP go, or none if the address is missing, a host name, or multicast.
pub(crate) fn addresses(
    session: &Description<'_>,
    media: &Media<'_>,
) -> Option<(SocketAddr, SocketAddr)> {
    let address = address(session, media).filter(|address| !address.is_multicast())?;
    let rtp = SocketAddr::new(address, media.port);
    // RFC 3550 §11: the next port, unless a=rtcp says otherwise (RFC 3605). Only the port is taken from there:
    // reports that go to another host than the voice would let a stranger be flooded.
    let told = values(&media.attributes, "rtcp")
        .filter_map(|value| value.split_ascii_whitespace().next()?.parse().ok())
        .find(|port| *port != 0);
    let rtcp = match told {
        Some(port) => port,
        None => media.port.checked_add(1)?,
    };
    Some((rtp, SocketAddr::new(address, rtcp)))
}

/// RFC 8866 §5.7: what follows a slash belongs to multicast.
fn address(session: &Description<'_>, media: &Media<'_>) -> Option<IpAddr> {
    let written = media.connection.or(session.connection)?;
    let (address, _) = cut(written, '/').unwrap_or((written, ""));
    address.parse().ok()
}

/// Packet time that the peer would like, in ms.
pub(crate) fn ptime_ms(media: &Media<'_>) -> u32 {
    let told = values(&media.attributes, "ptime").find_map(|value| value.trim().parse().ok());
    told.filter(|ms| PTIME_MS.contains(ms))
        .unwrap_or(PTIME_DEFAULT_MS)
}

fn values<'a>(
    attributes: &'a [Attribute<'a>],
    name: &'static str,
) -> impl Iterator<Item = &'a str> {
    attributes
        .iter()
        .filter(move |it| it.name.eq_ignore_ascii_case(name))
        .filter_map(|it| it.value)
}
