//! Streams to messages, RFC 3261 §18.3, and keep-alives, RFC 5626 §3.5.1.
//!
//! The head of a message ends at the first blank line; Content-Length says where the body ends. Where that length
//! cannot be believed (none, several, malformed, too large) the head alone is handed out, so that it can be refused by
//! its rightful answer, and then the stream is at its end: nobody knows where the next message starts.
//! Memory is bounded by one message of the largest size plus what was pushed at once. Nothing is interpreted beyond the
//! length.

use crate::{
    config::Limits,
    message::{
        Header,
        lexer::{decimal, trim},
    },
};
use bytes::{Buf, Bytes, BytesMut};

/// What a stream holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Frame {
    /// One whole message.
    Message(Bytes),
    /// CRLFCRLF between messages: answer CRLF.
    Ping,
}

/// The stream cannot be understood any more: close it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FrameError {
    /// Longer than [`Limits::message_bytes_max`].
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
    buffer: BytesMut,
    /// Bytes of `buffer` that hold no end of a head: they are not searched again.
    searched: usize,
    /// Head and body length of the message whose body is still on its way.
    expected: Option<usize>,
    failed: Option<FrameError>,
}

/// The blank line after the headers; between messages the same four bytes are a ping.
const HEAD_END: &[u8] = b"\r\n\r\n";

impl StreamFramer {
    /// An empty framer.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            buffer: BytesMut::new(),
            searched: 0,
            expected: None,
            failed: None,
        }
    }

    /// Takes what was read. After an error nothing is taken any more.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Bytes of a message that has begun and is not yet whole: what a slow-loris timer looks at (G12).
    pub fn pending_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// The next whole frame, if there is one.
    ///
    /// # Errors
    /// The stream is at its end; every further call says so again.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.expected.is_none() {
            if self.skip_blank_lines() {
                return Ok(Some(Frame::Ping));
            }
            let Some(head) = self.find_head()? else {
                return Ok(None);
            };
            match body_length(self.buffer.get(..head).unwrap_or_default()) {
                Some(body) if head.saturating_add(body) <= self.limits.message_bytes_max => {
                    self.expected = Some(head.saturating_add(body));
                }
                Some(_) => return Ok(Some(self.fail_after(head, FrameError::TooLong))),
                None => return Ok(Some(self.fail_after(head, FrameError::ContentLength))),
            }
        }
        let Some(whole) = self.expected.filter(|whole| *whole <= self.buffer.len()) else {
            return Ok(None);
        };
        self.expected = None;
        self.searched = 0;
        Ok(Some(Frame::Message(self.buffer.split_to(whole).freeze())))
    }

    /// RFC 5626 §4.4.1: CRLFCRLF is a ping. A single CRLF is a pong or noise (RFC 3261 §7.5) and is dropped once it is
    /// certain that no second one follows.
    fn skip_blank_lines(&mut self) -> bool {
        loop {
            match self.buffer.as_ref() {
                [b'\r', b'\n', b'\r', b'\n', ..] => {
                    self.buffer.advance(HEAD_END.len());
                    return true;
                }
                [] | [b'\r'] | [b'\r', b'\n'] | [b'\r', b'\n', b'\r'] => return false,
                [b'\r', b'\n', ..] => self.buffer.advance(2),
                [_, ..] => return false,
            }
        }
    }

    fn find_head(&mut self) -> Result<Option<usize>, FrameError> {
        let unseen = self.buffer.get(self.searched..).unwrap_or_default();
        if let Some(offset) = memchr::memmem::find(unseen, HEAD_END) {
            let head = self
                .searched
                .saturating_add(offset)
                .saturating_add(HEAD_END.len());
            if head <= self.limits.message_bytes_max {
                return Ok(Some(head));
            }
        } else {
            // The last three bytes may be the first three of the blank line.
            self.searched = self.buffer.len().saturating_sub(3);
            if self.buffer.len() <= self.limits.message_bytes_max {
                return Ok(None);
            }
        }
        self.fail(FrameError::TooLong);
        Err(FrameError::TooLong)
    }

    fn fail_after(&mut self, head: usize, error: FrameError) -> Frame {
        let head = self.buffer.split_to(head).freeze();
        self.fail(error);
        Frame::Message(head)
    }

    fn fail(&mut self, error: FrameError) {
        self.failed = Some(error);
        self.buffer = BytesMut::new();
    }
}

/// The one Content-Length of a head. Folded lines count, as a parser of the head will read them too.
fn body_length(head: &[u8]) -> Option<usize> {
    let mut found = None;
    let mut rest = head;
    while let Some(end) = logical_line_end(rest) {
        let line = rest.get(..end)?;
        rest = rest.get(end..)?.get(2..)?;
        let Some(colon) = memchr::memchr(b':', line) else {
            continue;
        };
        let (name, value) = line.split_at_checked(colon)?;
        if Header::find(trim(name)) == Header::ContentLength {
            let length = decimal::<usize>(trim(value.get(1..)?))?;
            if found.replace(length).is_some() {
                return None;
            }
        }
    }
    found
}

fn logical_line_end(bytes: &[u8]) -> Option<usize> {
    let hits = memchr::memmem::find_iter(bytes, b"\r\n");
    hits.into_iter().find(|hit| {
        let after = bytes.get(hit.saturating_add(2));
        !matches!(after, Some(b' ' | b'\t'))
    })
}

#[cfg(test)]
mod tests;
