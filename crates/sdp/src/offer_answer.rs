//! RFC 3264 SDP offer/answer for one audio stream.
//!
//! Invariant: an SDP answer of ours names exactly one codec, with the payload types of the SDP offer, and as many `m=`
//! lines as the SDP offer. Raising the session version is the caller's part; so is keeping port and codecs stable in a dialog.

use std::net::SocketAddr;

use sdp_types::{Attribute, Connection, Media, Origin, Session, Time};

use crate::stream::{self, Kind};
use crate::{Codec, Direction, LocalAudio, Negotiated, ParseError, parse};

/// We send 20 ms a packet and say so.
const PTIME: &str = "20";
/// The keys: 0-9 * # A-D (RFC 4733 §3.2).
const EVENTS: &str = "0-15";

/// Why an SDP offer cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// Not SDP: worth a 400.
    #[error(transparent)]
    Malformed(#[from] ParseError),
    /// No active audio stream in it: worth a 488.
    #[error("no audio stream")]
    NoAudio,
    /// Audio over secure profiles only: worth a 488.
    #[error("secure audio only")]
    SecureOnly,
    /// No codec that we have: worth a 488.
    #[error("no common codec")]
    NoCommonCodec,
    /// No address that we can send to: none, a host name, multicast, another IP family, or our own port (S13). Worth a 488.
    #[error("no usable media address")]
    Address,
}

impl OfferError {
    /// The SIP status to answer with: 400 for what is no SDP, 488 for what we do not speak.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            OfferError::Malformed(_) => 400,
            OfferError::NoAudio
            | OfferError::SecureOnly
            | OfferError::NoCommonCodec
            | OfferError::Address => 488,
        }
    }
}

/// Why an SDP answer to our SDP offer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Not SDP.
    #[error(transparent)]
    Malformed(#[from] ParseError),
    /// The audio stream was refused, is missing or not plain RTP.
    #[error("audio refused")]
    AudioRefused,
    /// It names no codec that we offered.
    #[error("no common codec")]
    NoCommonCodec,
    /// No address that we can send to.
    #[error("no usable media address")]
    Address,
}

/// Answers an SDP offer: the first of *its* codecs that we have, `telephone-event` beside it if we have that, every other stream refused.
///
/// # Errors
/// [`OfferError`], whose [`OfferError::status`] is the SIP answer it deserves.
pub fn answer(offer: &[u8], local: &LocalAudio) -> Result<(Vec<u8>, Negotiated), OfferError> {
    let offer = parse::parse(offer)?;
    let (chosen, codec) = choose(&offer.medias, local)?;
    let negotiated = agree(&offer, chosen, codec, local).ok_or(OfferError::Address)?;
    let mut session = head(local);
    // RFC 3264 §6: the t= line of an answer equals that of the offer.
    if !offer.times.is_empty() {
        session.times.clone_from(&offer.times);
    }
    let events = negotiated.telephone_event;
    session.medias = offer
        .medias
        .iter()
        .map(|media| match core::ptr::eq(media, chosen) {
            true => section(
                local,
                &media.proto,
                &[&negotiated.codec],
                events,
                negotiated.direction,
            ),
            false => refused(media),
        })
        .collect();
    Ok((parse::write(&session), negotiated))
}

/// Our SDP offer: all our codecs and, if we have it, `telephone-event`.
#[must_use]
pub fn offer(local: &LocalAudio) -> Vec<u8> {
    let mut session = head(local);
    let codecs: Vec<&Codec> = local.codecs.iter().collect();
    session.medias = vec![section(
        local,
        "RTP/AVP",
        &codecs,
        local.telephone_event,
        local.direction,
    )];
    parse::write(&session)
}

/// Reads the SDP answer to [`offer`]: the first codec in it that we offered is the one that is used.
///
/// # Errors
/// [`AnswerError`]: the call has no voice and is to be ended.
pub fn accept(local: &LocalAudio, answer: &[u8]) -> Result<Negotiated, AnswerError> {
    let answer = parse::parse(answer)?;
    // RFC 3264 §6: the n-th stream of the answer answers the n-th of the offer, and ours has one.
    let media = answer.medias.first().ok_or(AnswerError::AudioRefused)?;
    match stream::kind(media) {
        Kind::Audio => {}
        Kind::SecureAudio | Kind::Other => return Err(AnswerError::AudioRefused),
    }
    let codec = common(media, local).ok_or(AnswerError::NoCommonCodec)?;
    agree(&answer, media, codec, local).ok_or(AnswerError::Address)
}

/// The stream to answer: the first plain audio one with a codec that we have; else the most telling error.
fn choose<'a>(medias: &'a [Media], local: &LocalAudio) -> Result<(&'a Media, Codec), OfferError> {
    let mut error = OfferError::NoAudio;
    for media in medias {
        match (stream::kind(media), &error) {
            (Kind::Audio, _) => match common(media, local) {
                Some(codec) => return Ok((media, codec)),
                None => error = OfferError::NoCommonCodec,
            },
            (Kind::SecureAudio, OfferError::NoAudio) => error = OfferError::SecureOnly,
            (Kind::SecureAudio | Kind::Other, _) => {}
        }
    }
    Err(error)
}

fn common(media: &Media, local: &LocalAudio) -> Option<Codec> {
    stream::codecs(media)
        .into_iter()
        .find(|codec| local.codecs.iter().any(|ours| ours.is_like(codec)))
}

fn agree(session: &Session, media: &Media, codec: Codec, local: &LocalAudio) -> Option<Negotiated> {
    let (remote, remote_rtcp) = stream::addresses(session, media)?;
    let ourselves = remote == SocketAddr::new(local.address, local.port);
    if ourselves || remote.is_ipv4() != local.address.is_ipv4() {
        return None;
    }
    let theirs = stream::direction(session, media);
    // RFC 4733 §2.1: events run on the clock of the audio that they stand in for.
    let event = |it: &Codec| it.is_telephone_event() && it.clock_rate_hz == codec.clock_rate_hz;
    let theirs_event = stream::codecs(media).into_iter().find(event);
    let telephone_event = theirs_event
        .filter(|_| local.telephone_event.is_some())
        .map(|it| it.payload_type);
    Some(Negotiated {
        telephone_event,
        remote,
        remote_rtcp,
        direction: Direction::of(
            local.direction.sends() && theirs.receives(),
            local.direction.receives() && theirs.sends(),
        ),
        ptime_ms: stream::ptime_ms(media),
        codec,
    })
}

fn head(local: &LocalAudio) -> Session {
    let origin = Origin::with_ip_addr(local.session_id, local.session_version, local.address);
    let mut session = Session::new(origin, "-");
    session.connection = Some(Connection::from_ip_addr(local.address));
    session.times = vec![Time::new(0, 0)];
    session
}

fn section(
    local: &LocalAudio,
    proto: &str,
    codecs: &[&Codec],
    event: Option<u8>,
    direction: Direction,
) -> Media {
    let mut formats: Vec<String> = codecs
        .iter()
        .map(|codec| codec.payload_type.to_string())
        .collect();
    let mut attributes = Vec::new();
    for codec in codecs {
        attributes.push(mapping(
            codec.payload_type,
            &codec.name,
            codec.clock_rate_hz,
            codec.channels,
        ));
        if let Some(fmtp) = local
            .codecs
            .iter()
            .find(|ours| ours.is_like(codec))
            .and_then(|ours| ours.fmtp.as_ref())
        {
            attributes.push(Attribute::with_value(
                "fmtp",
                format!("{} {fmtp}", codec.payload_type),
            ));
        }
    }
    if let (Some(event), Some(codec)) = (event, codecs.first()) {
        formats.push(event.to_string());
        attributes.push(mapping(event, "telephone-event", codec.clock_rate_hz, 1));
        attributes.push(Attribute::with_value("fmtp", format!("{event} {EVENTS}")));
    }
    attributes.push(Attribute::with_value("ptime", PTIME));
    attributes.push(Attribute::new(direction.attribute()));
    Media {
        attributes,
        port: local.port,
        ..bare("audio", proto, &formats.join(" "))
    }
}

fn mapping(payload_type: u8, name: &str, clock_rate_hz: u32, channels: u8) -> Attribute {
    let channels = if channels == 1 {
        String::new()
    } else {
        format!("/{channels}")
    };
    Attribute::with_value(
        "rtpmap",
        format!("{payload_type} {name}/{clock_rate_hz}{channels}"),
    )
}

/// RFC 3264 §6: a refused stream keeps its place and formats and has port 0.
fn refused(media: &Media) -> Media {
    bare(&media.media, &media.proto, &media.fmt)
}

fn bare(media: &str, proto: &str, fmt: &str) -> Media {
    Media {
        media: media.to_owned(),
        port: 0,
        num_ports: None,
        proto: proto.to_owned(),
        fmt: fmt.to_owned(),
        media_title: None,
        connections: Vec::new(),
        bandwidths: Vec::new(),
        key: None,
        attributes: Vec::new(),
    }
}
