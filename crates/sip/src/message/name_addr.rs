//! `name-addr` and `addr-spec` with header parameters: From, To, Contact, Route, Record-Route (RFC 3261 §20.10).
//!
//! Named leniencies: bytes beyond ASCII in a display name without quotes (GBK from old exchanges).

use super::{
    lexer::{Cursor, is_lws, is_token, printable, trim, unescape},
    params::Params,
    uri::{Uri, UriView},
};

/// One address with its parameters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NameAddr<'a> {
    display: &'a [u8],
    /// The address.
    pub uri: UriView<'a>,
    /// Header parameters: tag, expires, q, `+sip.instance`.
    pub params: Params<'a>,
    tag: Option<&'a [u8]>,
}

impl<'a> NameAddr<'a> {
    /// Takes one address off the cursor. `None` when it is malformed.
    pub(crate) fn take(cursor: &mut Cursor<'a>) -> Option<Self> {
        let (display, text) = display_and_uri(cursor)?;
        let uri = UriView::parse(text).ok()?;
        let mut tag = None;
        let params = Params::take_noting(cursor, |name, value| {
            if name.eq_ignore_ascii_case(b"tag") {
                tag.get_or_insert(value.unwrap_or_default());
            }
        })?;
        Some(Self {
            display,
            uri,
            params,
            tag: tag.filter(|tag| !tag.is_empty()),
        })
    }

    /// A whole header value with exactly one address.
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(value);
        let address = Self::take(&mut cursor)?;
        cursor.skip_lws();
        cursor.is_empty().then_some(address)
    }

    /// The display name as text for people; `None` when there is none.
    pub fn display(&self) -> Option<String> {
        let plain = match self.display {
            [b'"', inside @ .., b'"'] => printable(&unescape(inside)),
            token => printable(token),
        };
        (!plain.is_empty()).then_some(plain)
    }

    /// The tag parameter.
    pub fn tag(&self) -> Option<&'a [u8]> {
        self.tag
    }

    /// The address as an owned value.
    pub fn to_uri(&self) -> Option<Uri> {
        self.uri.to_uri()
    }
}

/// `"display" <uri>`, `<uri>` or `uri`.
fn display_and_uri<'a>(cursor: &mut Cursor<'a>) -> Option<(&'a [u8], &'a [u8])> {
    cursor.skip_lws();
    let start = *cursor;
    match cursor.peek() {
        Some(b'<') => {}
        Some(b'"') => {
            cursor.quoted()?;
        }
        Some(_) | None => {
            cursor.take_while(|byte| is_token(byte) || is_lws(byte) || !byte.is_ascii());
        }
    }
    let display = trim(cursor.since(&start));
    cursor.skip_lws();
    if cursor.eat(b'<') {
        return Some((display, cursor.take_to(b'>')?));
    }
    // RFC 3261 §20: without angle brackets `;` `,` and `?` end the URI and what follows belongs to the header.
    *cursor = start;
    let text = cursor.take_while(|byte| !is_lws(byte) && !b";,?<>\"".contains(&byte));
    Some((b"", text))
}

/// The addresses of a header value, comma-separated. Ends after the first malformed one, which is `None`.
pub(crate) fn list(value: &[u8]) -> impl Iterator<Item = Option<NameAddr<'_>>> {
    let mut cursor = Some(Cursor::new(value));
    core::iter::from_fn(move || {
        let mut at = cursor.take()?;
        let address = NameAddr::take(&mut at);
        if address.is_some() && at.eat_separator(b',') {
            cursor = Some(at);
            return Some(address);
        }
        at.skip_lws();
        Some(address.filter(|_| at.is_empty()))
    })
}
