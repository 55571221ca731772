//! Bytes to an SDP session within limits (S7).

/// Why a body is not an SDP session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// More than 16 KiB.
    #[error("SDP of {0} bytes exceeds 16 KiB")]
    TooLong(usize),
}
