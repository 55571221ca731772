//! SIP as a simulated phone speaks it: enough of RFC 3261 for one call at a time, read and written in one pass.
//!
//! The engine's own message layer is what is being tried; a peer that shares no parser with it finds what a shared one
//! hides. Messages of the engine have full header names and no folded lines, which is all that is read here.

use bytes::Bytes;

use crate::place::SERVER;

pub(crate) use self::writing::{Address, Copied, Writing};

mod writing;

/// A message of the engine, in parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    pub(crate) start: &'a str,
    pub(crate) via: &'a str,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) call_id: &'a str,
    pub(crate) cseq: &'a str,
    contact: &'a str,
    pub(crate) challenge: &'a str,
    body: &'a str,
}

impl<'a> Message<'a> {
    /// The parts; `None` for what is no text or has no end of its head.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut message = Self::default();
        let mut at = line_end(bytes, 0)?;
        message.start = text.get(..at)?;
        loop {
            let from = at + 2;
            at = line_end(bytes, from)?;
            if at == from {
                message.body = text.get(at + 2..)?;
                return Some(message);
            }
            // Two letters tell the names apart that a phone wants to know.
            let line = bytes.get(from..at)?;
            let (name, part) = match line {
                [b'V', b'i', ..] => ("Via: ", &mut message.via),
                [b'F', b'r', ..] => ("From: ", &mut message.from),
                [b'T', b'o', ..] => ("To: ", &mut message.to),
                [b'C', b'a', ..] => ("Call-ID: ", &mut message.call_id),
                [b'C', b'S', ..] => ("CSeq: ", &mut message.cseq),
                [b'C', b'o', ..] => ("Contact: ", &mut message.contact),
                // RFC 7616 §3.7: the first challenge is the one that is preferred.
                [b'W', b'W', ..] if message.challenge.is_empty() => {
                    ("WWW-Authenticate: ", &mut message.challenge)
                }
                _ => continue,
            };
            if line.starts_with(name.as_bytes()) {
                *part = text.get(from + name.len()..at)?;
            }
        }
    }

    /// The status of a response.
    pub(crate) fn status(&self) -> Option<u16> {
        self.start.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()
    }

    /// The method that it asks for or answers.
    pub(crate) fn method(&self) -> &'a str {
        self.cseq.split_once(' ').map_or("", |(_, method)| method)
    }

    /// Whether it asks something.
    pub(crate) fn is_request(&self) -> bool {
        !self.start.starts_with("SIP/2.0 ")
    }

    /// The URI of its Contact.
    pub(crate) fn contact(&self) -> &'a str {
        let bare = |value: &'a str| value.split(';').next().unwrap_or(value);
        match self.contact.split_once('<') {
            Some((_, rest)) => rest.split('>').next().unwrap_or(rest),
            None => bare(self.contact),
        }
    }

    /// The RTP port that its SDP names.
    pub(crate) fn rtp_port(&self) -> Option<u16> {
        let bytes = self.body.as_bytes();
        let mut at = 0;
        loop {
            let end = line_end(bytes, at)?;
            if let Some(audio) = self.body.get(at..end)?.strip_prefix("m=audio ") {
                return audio.split(' ').next()?.parse().ok();
            }
            at = end + 2;
        }
    }
}

/// Where the line ends that begins at `from`; its end has two bytes.
fn line_end(bytes: &[u8], from: usize) -> Option<usize> {
    memchr::memchr(b'\r', bytes.get(from..)?).map(|length| from + length)
}

/// What a phone says to a request in a dialog that it does not know, or no more (RFC 3261 §12.2.2).
pub(crate) fn no_such_dialog(request: &Message<'_>) -> Option<Bytes> {
    let method = request.method();
    let answers = request.is_request() && method != "ACK";
    answers.then(|| {
        let status = match method {
            "INVITE" => "480 Temporarily Unavailable",
            "OPTIONS" => "200 OK",
            _ => "481 Call/Transaction Does Not Exist",
        };
        Writing::response(request, status, "gone").empty()
    })
}

/// The server in a Request-URI.
pub(crate) fn server_uri(user: &str) -> String {
    format!("sip:{user}@{}", SERVER.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_in_parts() {
        let text = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.128.0.1:5060;branch=z9hG4bKa\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\n\
                    Call-ID: x\r\nCSeq: 1 INVITE\r\nContact: <sip:192.0.2.1:5060>;a=b\r\nContent-Length: 3\r\n\r\nv=0\r\nm=audio 30002 RTP/AVP 8\r\n";
        let read = Message::read(text.as_bytes()).unwrap();
        assert_eq!((read.status(), read.method()), (Some(200), "INVITE"));
        assert_eq!(read.contact(), "sip:192.0.2.1:5060");
        assert_eq!(read.rtp_port(), Some(30_002));
        assert!(!read.is_request());
    }

    #[test]
    fn what_is_no_message_is_none() {
        for bytes in [
            &b""[..],
            b"x",
            b"INVITE\r",
            b"INVITE\r\nVia: x\r\n",
            &[0xff, b'\r', b'\n'],
        ] {
            assert_eq!(Message::read(bytes), None, "{bytes:?}");
        }
    }
}
