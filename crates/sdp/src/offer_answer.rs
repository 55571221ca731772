//! RFC 3264 SDP offer/answer.

use crate::{LocalAudio, Negotiated, ParseError};

/// Why an SDP offer cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// Not SDP: worth a 400.
    #[error(transparent)]
    Malformed(#[from] ParseError),
    /// No active audio stream in it: worth a 488.
    #[error("no audio stream")]
    NoAudio,
    /// Audio only over secure profiles: worth a 488.
    #[error("secure audio only")]
    SecureOnly,
    /// No codec that we have: worth a 488.
    #[error("no common codec")]
    NoCommonCodec,
}

impl OfferError {
    /// The SIP status to answer with: 400 for malformed bodies, 488 for what we do not speak.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            OfferError::Malformed(_) => 400,
            OfferError::NoAudio | OfferError::SecureOnly | OfferError::NoCommonCodec => 488,
        }
    }
}

/// Why an SDP answer to our SDP offer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Not SDP.
    #[error(transparent)]
    Malformed(#[from] ParseError),
    /// The audio stream was refused or is missing.
    #[error("audio refused")]
    AudioRefused,
    /// It names no codec that we offered.
    #[error("no common codec")]
    NoCommonCodec,
}

/// Answers an SDP offer.
///
/// # Errors
/// [`OfferError`], whose [`OfferError::status`] is the SIP answer it deserves.
pub fn answer(offer: &[u8], local: &LocalAudio) -> Result<(Vec<u8>, Negotiated), OfferError> {
    let _ = (offer, local);
    todo!()
}

/// Our SDP offer.
#[must_use]
pub fn offer(local: &LocalAudio) -> Vec<u8> {
    let _ = local;
    todo!()
}

/// Reads the SDP answer to [`offer`].
///
/// # Errors
/// [`AnswerError`].
pub fn accept(local: &LocalAudio, answer: &[u8]) -> Result<Negotiated, AnswerError> {
    let _ = (local, answer);
    todo!()
}
