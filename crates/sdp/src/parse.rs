//! The text of an SDP body to what a call reads of it, in one pass, within limits (S7) and with named leniencies.
//!
//! Lenient: bare LF line ends, missing `o=`, `s=`, `t=`, lines out of order, bytes that are no UTF-8 (phones put local
//! charsets into `s=`; each is replaced). Lines that mean nothing to a call (`o=`, `s=`, `i=`, `b=`, `k=` …) may hold what
//! they like. Strict: `v=0` first, every line `x=…`, no NUL or bare CR, the fields of `m=`, `c=` and `t=`, the limits below.
//! Nothing is copied: a [`Description`] shows pieces of the text.

use std::borrow::Cow;

/// Longest body that is read, in bytes.
const BYTES_MAX: usize = 16 * 1024;
/// Most `m=` lines.
const MEDIA_MAX: usize = 8;
/// Most `a=` lines in the whole body.
const ATTRIBUTES_MAX: usize = 256;
/// Attributes of an audio stream as phones write it.
const ATTRIBUTES_USUAL: usize = 8;

/// Why a body is not an SDP session: worth a 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// More than 16 KiB (S7).
    #[error("SDP of {0} bytes exceeds 16 KiB")]
    TooLong(usize),
    /// More than 8 `m=` lines (S7).
    #[error("SDP has more than 8 m= lines")]
    TooManyMedia,
    /// More than 256 `a=` lines (S7).
    #[error("SDP has more than 256 a= lines")]
    TooManyAttributes,
    /// A line breaks the grammar of RFC 8866 §9.
    #[error("not SDP: line {line}: {wrong}")]
    Grammar {
        /// The number of the line; the first is 1.
        line: usize,
        /// What is wrong with it.
        wrong: &'static str,
    },
}

/// A session description (RFC 8866 §5), as far as a call reads it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Description<'a> {
    /// Connection address of the session.
    pub(crate) connection: Option<&'a str>,
    /// What the `t=` lines say.
    pub(crate) times: Vec<&'a str>,
    /// Attributes of the session.
    pub(crate) attributes: Vec<Attribute<'a>>,
    /// Media descriptions in order.
    pub(crate) medias: Vec<Media<'a>>,
}

/// A media description (RFC 8866 §5.14).
#[derive(Clone, Debug)]
pub(crate) struct Media<'a> {
    /// `audio`
    pub(crate) media: &'a str,
    pub(crate) port: u16,
    /// `RTP/AVP`
    pub(crate) proto: &'a str,
    /// Formats, separated by blanks.
    pub(crate) formats: &'a str,
    /// The first connection address of its own.
    pub(crate) connection: Option<&'a str>,
    pub(crate) attributes: Vec<Attribute<'a>>,
}

/// An attribute (RFC 8866 §5.13).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: Option<&'a str>,
}

/// A body as text.
pub(crate) fn text(body: &[u8]) -> Result<Cow<'_, str>, ParseError> {
    if body.len() > BYTES_MAX {
        return Err(ParseError::TooLong(body.len()));
    }
    Ok(match core::str::from_utf8(body) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(body),
    })
}

/// What stands before the first such character, which is ASCII, and behind it. In the short texts of a body looking byte by
/// byte is quicker than what the library prepares for long ones.
pub(crate) fn cut(text: &str, at: char) -> Option<(&str, &str)> {
    let place = text.bytes().position(|byte| char::from(byte) == at)?;
    let behind = text.get(place.saturating_add(1)..)?;
    Some((text.get(..place)?, behind))
}

/// The lines of a body, without their ends.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let whole = rest.take()?;
        let end = memchr::memchr(b'\n', whole.as_bytes());
        let line = match end {
            Some(end) => {
                rest = whole.get(end.saturating_add(1)..);
                whole.get(..end)?
            }
            None => whole,
        };
        Some(line.strip_suffix('\r').unwrap_or(line))
    })
}

/// Reads a body.
pub(crate) fn parse(text: &str) -> Result<Description<'_>, ParseError> {
    let mut description = Description::default();
    let mut attributes: usize = 0;
    let mut is_first = true;
    for (number, line) in (1..).zip(lines(text)) {
        if line.is_empty() {
            continue;
        }
        let grammar = |wrong| ParseError::Grammar {
            line: number,
            wrong,
        };
        let (key, value) = key_and_value(line).map_err(grammar)?;
        if core::mem::take(&mut is_first) {
            if (key, value) != (b'v', "0") {
                return Err(grammar("expected `v=0`"));
            }
            continue;
        }
        match key {
            b'm' if description.medias.len() == MEDIA_MAX => return Err(ParseError::TooManyMedia),
            b'a' if attributes == ATTRIBUTES_MAX => return Err(ParseError::TooManyAttributes),
            b'a' => attributes = attributes.saturating_add(1),
            _ => {}
        }
        description.take(key, value).map_err(grammar)?;
    }
    if is_first {
        return Err(ParseError::Grammar {
            line: 1,
            wrong: "expected `v=0`",
        });
    }
    Ok(description)
}

fn key_and_value(line: &str) -> Result<(u8, &str), &'static str> {
    if memchr::memchr2(0, b'\r', line.as_bytes()).is_some() {
        return Err("NUL or bare CR");
    }
    match line.as_bytes() {
        [key, b'=', ..] if *key != b'=' => Ok((*key, line.get(2..).unwrap_or_default())),
        _ => Err("expected a letter and `=`"),
    }
}

impl<'a> Description<'a> {
    fn take(&mut self, key: u8, value: &'a str) -> Result<(), &'static str> {
        let media = self.medias.last_mut();
        match (key, media) {
            (b'm', _) => self.medias.push(Media::parse(value)?),
            (b'c', Some(media)) => {
                let address = connection(value)?;
                media.connection.get_or_insert(address);
            }
            (b'c', None) if self.connection.is_some() => return Err("a second `c=`"),
            (b'c', None) => self.connection = Some(connection(value)?),
            (b'a', Some(media)) => media.attributes.push(Attribute::parse(value)),
            (b'a', None) => self.attributes.push(Attribute::parse(value)),
            (b't', None) => self.times.push(time(value)?),
            (_, _) => {}
        }
        Ok(())
    }
}

impl<'a> Media<'a> {
    /// `<media> <port>[/<number of ports>] <proto> <fmt> …`
    fn parse(value: &'a str) -> Result<Self, &'static str> {
        const WRONG: &str = "expected media, port, protocol and formats";
        let (media, rest) = cut(value, ' ').ok_or(WRONG)?;
        let (ports, rest) = cut(rest, ' ').ok_or(WRONG)?;
        let (proto, formats) = cut(rest, ' ').ok_or(WRONG)?;
        let (port, count) = cut(ports, '/').unwrap_or((ports, "1"));
        count.parse::<u16>().map_err(|_| WRONG)?;
        Ok(Self {
            media,
            port: port.parse().map_err(|_| WRONG)?,
            proto,
            formats,
            connection: None,
            attributes: Vec::with_capacity(ATTRIBUTES_USUAL),
        })
    }
}

impl<'a> Attribute<'a> {
    fn parse(value: &'a str) -> Self {
        match cut(value, ':') {
            Some((name, value)) => Self {
                name,
                value: Some(value),
            },
            None => Self {
                name: value,
                value: None,
            },
        }
    }
}

/// `<nettype> <addrtype> <connection-address>`: the address.
fn connection(value: &str) -> Result<&str, &'static str> {
    match fields(value) {
        [Some(_), Some(_), Some(address), None] => Ok(address),
        _ => Err("expected network type, address type and address"),
    }
}

/// `<start-time> <stop-time>`, as it is.
fn time(value: &str) -> Result<&str, &'static str> {
    let is_number = |field: &str| field.parse::<u64>().is_ok();
    match fields(value) {
        [Some(start), Some(stop), None, None] if is_number(start) && is_number(stop) => Ok(value),
        _ => Err("expected two times"),
    }
}

/// No field is empty, so runs of blanks are one separator.
fn fields(value: &str) -> [Option<&str>; 4] {
    let mut rest = Some(value);
    let fields = core::iter::from_fn(|| {
        let value = rest.take()?;
        let (field, behind) =
            cut(value, ' ').map_or((value, None), |(field, behind)| (field, Some(behind)));
        rest = behind;
        Some(field)
    });
    let mut fields = fields.filter(|field| !field.is_empty());
    core::array::from_fn(|_| fields.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

    /// How many media descriptions a body has.
    fn read(body: &[u8]) -> Result<usize, ParseError> {
        Ok(parse(&text(body)?)?.medias.len())
    }

    fn body(tail: &str) -> Vec<u8> {
        format!("{HEAD}{tail}").into_bytes()
    }

    #[test]
    fn s7_limits_hold_at_their_edges() {
        let media = |n: usize| body(&"m=audio 4000 RTP/AVP 0\r\n".repeat(n));
        assert!(read(&media(8)).is_ok());
        assert_eq!(read(&media(9)).unwrap_err(), ParseError::TooManyMedia);
        let attributes = |n: usize| {
            body(&format!(
                "m=audio 4000 RTP/AVP 0\r\n{}",
                "a=x\r\n".repeat(n)
            ))
        };
        assert!(read(&attributes(256)).is_ok());
        assert_eq!(
            read(&attributes(257)).unwrap_err(),
            ParseError::TooManyAttributes
        );
        let long = |n: usize| {
            let mut text = body("i=");
            text.resize(n, b'x');
            text
        };
        assert!(read(&long(BYTES_MAX)).is_ok());
        assert_eq!(
            read(&long(BYTES_MAX + 1)).unwrap_err(),
            ParseError::TooLong(BYTES_MAX + 1)
        );
    }

    #[test]
    fn leniencies() {
        let cases: [(&str, &[u8]); 5] = [
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
                "lines that nobody reads",
                b"v=0\r\no=phone\r\nb=AS\r\nr=x\r\nm=audio 4000 RTP/AVP 0\r\nk=\r\n",
            ),
            (
                "GBK in an attribute",
                b"v=0\r\nm=audio 4000 RTP/AVP 0\r\na=label:\xff\r\n",
            ),
        ];
        for (name, text) in cases {
            assert_eq!(read(text).expect(name), 1, "{name}");
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
            "v=0\r\nm=audio 4000/x RTP/AVP 0\r\n",
            "v=0\r\nm=audio 4000 RTP/AVP\r\n",
            "v=0\r\nm=audio 70000 RTP/AVP 0\r\n",
            "v=0\r\nc=IN IP4\r\n",
            "v=0\r\nc=IN IP4 192.0.2.1 192.0.2.2\r\n",
            "v=0\r\nc=IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.2\r\n",
            "v=0\r\nt=now 0\r\n",
            "v=0\r\nbroken\r\n",
            "v=0\r\n==\r\n",
            "v=0\r\ns=a\rb\r\n",
            "v=0\r\ns=\0\r\n",
        ] {
            assert!(
                matches!(read(text.as_bytes()), Err(ParseError::Grammar { .. })),
                "{text:?}"
            );
        }
    }
}
