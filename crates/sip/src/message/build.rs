//! Messages that we send, RFC 3261 §7.
//!
//! Invariant (S10): a header value is written through [`Value`] alone, and whatever goes through it loses CR, LF and the
//! other control characters. The CRLF of a line is written here and nowhere else, so no caller's text can end a line,
//! and so no header can be injected. Names come from the [`Header`] table.

use super::{Header, Message, Method, Uri, lexer::is_token, status::phrase, written};
use bytes::Bytes;
use std::net::IpAddr;

/// Room for an address with a name and a tag.
const VALUE_BYTES_USUAL: usize = 96;

/// A message under construction: start line first, then headers, then the body.
#[derive(Debug)]
pub struct Builder {
    out: Vec<u8>,
}

impl Builder {
    /// Starts a request. Headers in the URI are left out.
    pub fn request(method: &Method, uri: &Uri) -> Self {
        let mut builder = Self {
            out: Vec::with_capacity(1_024),
        };
        builder
            .value()
            .text(method.as_str())
            .word(" ")
            .uri(&uri.without_headers())
            .word(" SIP/2.0");
        builder.end_line()
    }

    /// Starts a response. A status outside 100 to 699 becomes 500.
    pub fn response(status: u16) -> Self {
        let status = if (100..700).contains(&status) {
            status
        } else {
            500
        };
        let mut builder = Self {
            out: Vec::with_capacity(1_024),
        };
        builder
            .value()
            .word("SIP/2.0 ")
            .number(u64::from(status))
            .word(" ")
            .word(phrase(status));
        builder.end_line()
    }

    /// Adds one header field; `write` fills its value.
    pub fn header(mut self, header: Header, write: impl FnOnce(&mut Value<'_>)) -> Self {
        self.out.extend_from_slice(header.name().as_bytes());
        self.out.extend_from_slice(b": ");
        write(&mut self.value());
        self.end_line()
    }

    /// Adds a header field if there is something to say.
    pub fn maybe<T>(
        self,
        header: Header,
        value: Option<T>,
        write: impl FnOnce(&mut Value<'_>, T),
    ) -> Self {
        match value {
            Some(value) => self.header(header, |out| write(out, value)),
            None => self,
        }
    }

    /// Adds every value of a header of a received message, byte for byte but unfolded.
    pub fn copy_all(mut self, header: Header, message: &Message) -> Self {
        for value in message.all(header) {
            self = self.header(header, |out| {
                out.copied(value);
            });
        }
        self
    }

    /// Ends the message without a body.
    pub fn finish(self) -> Bytes {
        self.header(Header::ContentLength, |out| {
            out.word("0");
        })
        .with_tail(b"")
    }

    /// Ends the message with a body.
    pub fn body(self, media_type: &'static str, body: &[u8]) -> Bytes {
        let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
        self.header(Header::ContentType, |out| {
            out.word(media_type);
        })
        .header(Header::ContentLength, |out| {
            out.number(length);
        })
        .with_tail(body)
    }

    /// Ends the message with the body that its Content-Type, written before, tells of.
    pub(crate) fn finish_with(self, body: &[u8]) -> Bytes {
        let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
        self.header(Header::ContentLength, |out| {
            out.number(length);
        })
        .with_tail(body)
    }

    fn value(&mut self) -> Value<'_> {
        Value { out: &mut self.out }
    }

    fn end_line(mut self) -> Self {
        self.out.extend_from_slice(b"\r\n");
        self
    }

    fn with_tail(mut self, body: &[u8]) -> Bytes {
        self.out.extend_from_slice(b"\r\n");
        self.out.extend_from_slice(body);
        self.out.into()
    }
}

/// Writes one header value: the only way to do so.
#[derive(Debug)]
pub struct Value<'a> {
    out: &'a mut Vec<u8>,
}

impl Value<'_> {
    /// A value on its own, to be kept and [`Value::copied`] later.
    pub fn collect(write: impl FnOnce(&mut Value<'_>)) -> Vec<u8> {
        let mut out = Vec::with_capacity(VALUE_BYTES_USUAL);
        write(&mut Value { out: &mut out });
        out
    }

    /// A word of ours, as it is: it holds no control character.
    pub(crate) fn word(&mut self, word: &'static str) -> &mut Self {
        debug_assert!(is_plain(word.as_bytes()), "{word:?}");
        self.out.extend_from_slice(word.as_bytes());
        self
    }

    /// Text as it is, control characters left out.
    pub fn text(&mut self, text: &str) -> &mut Self {
        if is_plain(text.as_bytes()) {
            self.out.extend_from_slice(text.as_bytes());
            return self;
        }
        for clean in text.split(char::is_control) {
            self.out.extend_from_slice(clean.as_bytes());
        }
        self
    }

    /// A quoted string: quotes and backslashes escaped, control characters left out.
    pub fn quoted(&mut self, text: &str) -> &mut Self {
        self.out.push(b'"');
        let mut rest = text;
        while let Some(at) = rest.find(['"', '\\']) {
            let (clean, escaped) = rest.split_at(at);
            self.text(clean).out.push(b'\\');
            // Both are one byte.
            self.out
                .extend_from_slice(escaped.get(..1).unwrap_or_default().as_bytes());
            rest = escaped.get(1..).unwrap_or_default();
        }
        self.text(rest).out.push(b'"');
        self
    }

    /// A token: every other character becomes `-`, and no character at all becomes `-` too.
    pub fn token(&mut self, text: &str) -> &mut Self {
        if text.is_empty() {
            self.out.push(b'-');
        }
        let safe = text
            .bytes()
            .map(|byte| if is_token(byte) { byte } else { b'-' });
        self.out.extend(safe);
        self
    }

    /// A number.
    pub fn number(&mut self, number: u64) -> &mut Self {
        written::number(self.out, number);
        self
    }

    /// An IP address, without brackets.
    pub fn ip(&mut self, address: IpAddr) -> &mut Self {
        written::ip(self.out, address);
        self
    }

    /// A URI; it holds URI characters only.
    pub fn uri(&mut self, uri: &Uri) -> &mut Self {
        self.text(uri.as_str())
    }

    /// `<uri>`
    pub fn bracketed(&mut self, uri: &Uri) -> &mut Self {
        self.word("<").uri(uri).word(">")
    }

    /// `"display" <uri>`, or `<uri>` alone.
    pub fn name_addr(&mut self, display: Option<&str>, uri: &Uri) -> &mut Self {
        if let Some(display) = display {
            self.quoted(display).word(" ");
        }
        self.bracketed(uri)
    }

    /// `;name=value`, the value a token.
    pub fn param(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.word(";").word(name).word("=").token(value)
    }

    /// Bytes of a received header: folding becomes a blank, a bare control character is left out. A quoted-pair
    /// keeps its character whatever it is, but CR and LF (RFC 3261 §8.2.6.2: the value is echoed).
    pub fn copied(&mut self, bytes: &[u8]) -> &mut Self {
        if is_plain(bytes) {
            self.out.extend_from_slice(bytes);
            return self;
        }
        let mut rest = bytes;
        loop {
            rest = match rest {
                [b'\r', b'\n', b' ' | b'\t', tail @ ..] => {
                    self.out.push(b' ');
                    tail
                }
                [b'\\', escaped, tail @ ..] if !matches!(escaped, b'\r' | b'\n') => {
                    self.out.extend_from_slice(&[b'\\', *escaped]);
                    tail
                }
                [byte, tail @ ..] => {
                    if !byte.is_ascii_control() || *byte == b'\t' {
                        self.out.push(*byte);
                    }
                    tail
                }
                [] => return self,
            };
        }
    }
}

/// Nothing but what ASCII prints: there is nothing to leave out, which is what nearly all values are. All bytes are looked at,
/// for so the processor takes many at once.
fn is_plain(bytes: &[u8]) -> bool {
    let other = |byte: &u8| !(b' '..=b'~').contains(byte);
    !bytes.iter().fold(false, |any, byte| any | other(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: [&str; 6] = [
        "a\r\nEvil: 1",
        "a\nEvil: 1",
        "a\rEvil: 1",
        "a\r\n\r\nEvil: 1",
        "\u{0}\u{85}\u{7f}\r\n Evil: 1",
        "\\\r\n\"\\\\\"\r\nEvil: 1",
    ];

    /// S10: whatever a caller writes, the message has exactly the lines that the builder was asked for.
    #[test]
    fn s10_no_text_can_end_a_header_line() {
        type Write = fn(&mut Value<'_>, &str);
        let ways: [Write; 6] = [
            |out, text| {
                out.text(text);
            },
            |out, text| {
                out.quoted(text);
            },
            |out, text| {
                out.token(text);
            },
            |out, text| {
                out.param("x", text);
            },
            |out, text| {
                out.copied(text.as_bytes());
            },
            |out, text| {
                out.name_addr(Some(text), &"sip:a@h".parse().unwrap());
            },
        ];
        for text in HOSTILE {
            for way in ways {
                let bytes = Builder::response(200)
                    .header(Header::Subject, |out| way(out, text))
                    .finish();
                let lines: Vec<_> = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).collect();
                assert_eq!(
                    lines.len(),
                    9,
                    "{text:?} {:?}",
                    String::from_utf8_lossy(&bytes)
                );
                assert!(bytes.ends_with(b"\r\nContent-Length: 0\r\n\r\n"));
            }
        }
    }

    #[test]
    fn hostile_method_and_status_stay_on_their_line() {
        assert!(Method::parse(b"A\r\nB").is_none());
        assert!(Builder::response(7).finish().starts_with(b"SIP/2.0 500 "));
    }

    #[test]
    fn quoted_strings_escape() {
        let bytes = Builder::response(200)
            .header(Header::Subject, |out| {
                out.quoted("a\"b\\c\u{4e2d}");
            })
            .finish();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(
            text.contains("Subject: \"a\\\"b\\\\c\u{4e2d}\"\r\n"),
            "{text}"
        );
    }
}
