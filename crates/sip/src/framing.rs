//! Streams to messages, RFC 3261 §18.3 and RFC 5626 §3.5.1.
use crate::config::Limits;
use bytes::Bytes;

/// What a stream holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Frame {
    /// One whole message.
    Message(Bytes),
    /// CRLFCRLF: answer CRLF.
    Ping,
}

/// The stream cannot be understood any more: close it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FrameError {
    /// Longer than `Limits::message_bytes_max`.
    #[error("message too long")]
    TooLong,
    /// No, several or a malformed Content-Length.
    #[error("no usable Content-Length")]
    ContentLength,
}

/// Cuts a stream into messages.
#[derive(Debug)]
pub struct StreamFramer {
    limits: Limits,
}

impl StreamFramer {
    /// An empty framer.
    pub fn new(limits: Limits) -> Self {
        Self { limits }
    }
    /// Takes what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        let _ = (bytes, self.limits);
        todo!()
    }
    /// The next whole frame, if there is one.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        todo!()
    }
}
