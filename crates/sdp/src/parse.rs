//! Bytes to an SDP session, within limits (S7) and with named leniencies.
//!
//! Lenient: bare LF line ends, missing `o=`, `s=`, `t=`, lines out of order, bytes that are no UTF-8 (phones put local
//! charsets into `s=`; each is replaced). Strict: `v=0` first, every line `x=…`, no NUL or bare CR, the limits below.

use sdp_types::Session;

/// Longest body that is read, in bytes.
const BYTES_MAX: usize = 16 * 1024;
/// Most `m=` lines.
const MEDIA_MAX: usize = 8;
/// Most `a=` lines in the whole body.
const ATTRIBUTES_MAX: usize = 256;

/// Why a body is not an SDP session: worth a 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// More than 16 KiB (S7).
    #[error("SDP of {0} bytes exceeds 16 KiB")]
    TooLong(usize),
    /// More than 8 `m=` lines (S7).
    #[error("SDP has {0} m= lines, more than 8")]
    TooManyMedia(usize),
    /// More than 256 `a=` lines (S7).
    #[error("SDP has {0} a= lines, more than 256")]
    TooManyAttributes(usize),
    /// A line breaks the grammar of RFC 8866 §9; the text names line and field.
    #[error("not SDP: {0}")]
    Grammar(String),
}

/// Reads a body.
pub(crate) fn parse(body: &[u8]) -> Result<Session, ParseError> {
    if body.len() > BYTES_MAX {
        return Err(ParseError::TooLong(body.len()));
    }
    // The limits are checked on the text, before anything is built from it.
    let media = lines_of(body, b"m=");
    if media > MEDIA_MAX {
        return Err(ParseError::TooManyMedia(media));
    }
    let attributes = lines_of(body, b"a=");
    if attributes > ATTRIBUTES_MAX {
        return Err(ParseError::TooManyAttributes(attributes));
    }
    let text = String::from_utf8_lossy(body);
    Session::parse(text.as_bytes()).map_err(|error| ParseError::Grammar(error.to_string()))
}

fn lines_of(body: &[u8], key: &[u8]) -> usize {
    body.split(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(key))
        .count()
}

/// Room for what we write of one audio stream with a handful of codecs.
const BODY_BYTES_USUAL: usize = 512;

/// Writes a session.
pub(crate) fn write(session: &Session) -> Vec<u8> {
    let mut body = Vec::with_capacity(BODY_BYTES_USUAL);
    // Writing to memory has no way to fail; a short body would be refused by the peer, never by us.
    let _ = session.write(&mut body);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

    fn body(tail: &str) -> Vec<u8> {
        format!("{HEAD}{tail}").into_bytes()
    }

    #[test]
    fn s7_limits_hold_at_their_edges() {
        let media = |n: usize| body(&"m=audio 4000 RTP/AVP 0\r\n".repeat(n));
        assert!(parse(&media(8)).is_ok());
        assert_eq!(parse(&media(9)).unwrap_err(), ParseError::TooManyMedia(9));
        let attributes = |n: usize| {
            body(&format!(
                "m=audio 4000 RTP/AVP 0\r\n{}",
                "a=x\r\n".repeat(n)
            ))
        };
        assert!(parse(&attributes(256)).is_ok());
        assert_eq!(
            parse(&attributes(257)).unwrap_err(),
            ParseError::TooManyAttributes(257)
        );
        let long = |n: usize| {
            let mut text = body("i=");
            text.resize(n, b'x');
            text
        };
        assert!(parse(&long(BYTES_MAX)).is_ok());
        assert_eq!(
            parse(&long(BYTES_MAX + 1)).unwrap_err(),
            ParseError::TooLong(BYTES_MAX + 1)
        );
    }

    #[test]
    fn leniencies() {
        let cases: [(&str, &[u8]); 4] = [
            (
                "bare LF",
                b"v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nt=0 0\nm=audio 4000 RTP/AVP 0\n",
            ),
            (
                "no o=, s=, t=",
                b"v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0\r\n",
            ),
            (
                "GBK in s=",
                b"v=0\r\ns=\xba\xc5\xc2\xeb\r\nm=audio 4000 RTP/AVP 0\r\n",
            ),
            (
                "GBK in an attribute",
                b"v=0\r\nm=audio 4000 RTP/AVP 0\r\na=label:\xff\r\n",
            ),
        ];
        for (name, text) in cases {
            assert_eq!(parse(text).expect(name).medias.len(), 1, "{name}");
        }
    }

    #[test]
    fn broken_grammar_is_told() {
        for text in [
            "",
            "hello",
            "v=1\r\n",
            "m=audio 4000 RTP/AVP 0\r\n",
            "v=0\r\nm=audio x RTP/AVP 0\r\n",
            "v=0\r\ns=\0\r\n",
        ] {
            assert!(
                matches!(parse(text.as_bytes()), Err(ParseError::Grammar(_))),
                "{text:?}"
            );
        }
    }
}
