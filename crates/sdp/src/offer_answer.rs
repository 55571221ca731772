//! RFC 3264 SDP offer/answer for one audio stream.
//!
//! Invariant: an SDP answer of ours names exactly one codec, with the payload types of the SDP offer, and as many `m=`
//! lines as the SDP offer. Raising the session version is the caller's part; so is keeping port and codecs stable in a dialog.

use std::net::SocketAddr;

use crate::parse::{self, Description, Media};
use crate::stream::{self, Format, Kind};
use crate::write::{Audio, Body};
use crate::{Codec, Direction, LocalAudio, Negotiated, ParseError};

/// A session that is not bounded (RFC 8866 §5.9), as every call.
const UNBOUNDED: &str = "0 0";

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
    let text = parse::text(offer)?;
    let offer = parse::parse(&text)?;
    let (chosen, format) = choose(&offer.medias, local)?;
    let negotiated = agree(&offer, chosen, format, local).ok_or(OfferError::Address)?;
    // RFC 3264 §6: the t= line of an answer equals that of the offer.
    let mut body = match offer.times.as_slice() {
        [] => Body::new(local, &[UNBOUNDED]),
        times => Body::new(local, times),
    };
    for media in &offer.medias {
        if !core::ptr::eq(media, chosen) {
            body.refused(media);
            continue;
        }
        let audio = Audio {
            proto: media.proto,
            codecs: &[&negotiated.codec],
            event: negotiated.telephone_event,
            direction: negotiated.direction,
        };
        body.audio(local, &audio);
    }
    Ok((body.into_bytes(), negotiated))
}

/// Our SDP offer: all our codecs and, if we have it, `telephone-event`.
#[must_use]
pub fn offer(local: &LocalAudio) -> Vec<u8> {
    let codecs: Vec<&Codec> = local.codecs.iter().collect();
    let mut body = Body::new(local, &[UNBOUNDED]);
    let audio = Audio {
        proto: "RTP/AVP",
        codecs: &codecs,
        event: local.telephone_event,
        direction: local.direction,
    };
    body.audio(local, &audio);
    body.into_bytes()
}

/// Reads the SDP answer to [`offer`]: the first codec in it that we offered is the one that is used.
///
/// # Errors
/// [`AnswerError`]: the call has no voice and is to be ended.
pub fn accept(local: &LocalAudio, answer: &[u8]) -> Result<Negotiated, AnswerError> {
    let text = parse::text(answer)?;
    let answer = parse::parse(&text)?;
    // RFC 3264 §6: the n-th stream of the answer answers the n-th of the offer, and ours has one.
    let media = answer.medias.first().ok_or(AnswerError::AudioRefused)?;
    match stream::kind(media) {
        Kind::Audio => {}
        Kind::SecureAudio | Kind::Other => return Err(AnswerError::AudioRefused),
    }
    let format = common(media, local).ok_or(AnswerError::NoCommonCodec)?;
    agree(&answer, media, format, local).ok_or(AnswerError::Address)
}

/// The stream to answer: the first plain audio one with a codec that we have; else the most telling error.
fn choose<'a>(
    medias: &'a [Media<'a>],
    local: &LocalAudio,
) -> Result<(&'a Media<'a>, Format<'a>), OfferError> {
    let mut error = OfferError::NoAudio;
    for media in medias {
        match (stream::kind(media), &error) {
            (Kind::Audio, _) => match common(media, local) {
                Some(format) => return Ok((media, format)),
                None => error = OfferError::NoCommonCodec,
            },
            (Kind::SecureAudio, OfferError::NoAudio) => error = OfferError::SecureOnly,
            (Kind::SecureAudio | Kind::Other, _) => {}
        }
    }
    Err(error)
}

fn common<'a>(media: &'a Media<'a>, local: &LocalAudio) -> Option<Format<'a>> {
    stream::formats(media).find(|format| local.codecs.iter().any(|ours| format.is_like(ours)))
}

fn agree(
    session: &Description<'_>,
    media: &Media<'_>,
    format: Format<'_>,
    local: &LocalAudio,
) -> Option<Negotiated> {
    let (remote, remote_rtcp) = stream::addresses(session, media)?;
    let ourselves = remote == SocketAddr::new(local.address, local.port);
    if ourselves || remote.is_ipv4() != local.address.is_ipv4() {
        return None;
    }
    let theirs = stream::direction(session, media);
    // RFC 4733 §2.1: events run on the clock of the audio that they stand in for.
    let event =
        |it: &Format<'_>| it.is_telephone_event() && it.clock_rate_hz == format.clock_rate_hz;
    let telephone_event = local
        .telephone_event
        .and_then(|_| stream::formats(media).find(event))
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
        codec: format.to_codec(media),
    })
}
