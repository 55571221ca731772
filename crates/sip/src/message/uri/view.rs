//! The parts of a URI, read without copying: the grammar of RFC 3261 §25.1 and RFC 3966 §3.

use super::{Scheme, Uri, UriError};
use crate::message::lexer::{
    Cursor, decimal, is_host, is_token, is_uri, is_uri_param, is_user, printable,
};

/// The parts of a URI, borrowed from its text; made by [`UriView::parse`] alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct UriView<'a> {
    /// The whole.
    pub text: &'a [u8],
    /// Kind of address.
    pub scheme: Scheme,
    /// The user with its escapes, without a password; the number of a `tel:`.
    pub raw_user: Option<&'a [u8]>,
    /// Host name or address, IPv6 in brackets; empty unless `sip` or `sips`.
    pub host: &'a [u8],
    /// Port, where named.
    pub port: Option<u16>,
    /// Parameters with their semicolons.
    pub parameters: &'a [u8],
    /// What follows the question mark.
    pub headers: Option<&'a [u8]>,
}

impl<'a> UriView<'a> {
    pub(super) const EMPTY: UriView<'static> = UriView {
        text: b"",
        scheme: Scheme::Other,
        raw_user: None,
        host: b"",
        port: None,
        parameters: b"",
        headers: None,
    };

    /// Reads a whole URI without copying.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &'a [u8]) -> Result<Self, UriError> {
        let mut cursor = Cursor::new(text);
        let scheme = cursor.take_while(is_token);
        if !scheme.first().is_some_and(u8::is_ascii_alphabetic) || !cursor.eat(b':') {
            return Err(UriError::Scheme);
        }
        let mut view = UriView {
            text,
            scheme: Scheme::named(scheme),
            ..UriView::EMPTY
        };
        let rest = cursor.rest();
        let read = match view.scheme {
            Scheme::Sip | Scheme::Sips => view.read_sip(&mut cursor),
            Scheme::Tel => view.read_tel(&mut cursor),
            Scheme::Other if rest.is_empty() => Err(UriError::Host),
            Scheme::Other => check_characters(rest),
        };
        // What the grammar of a scheme has taken are URI characters and whole escapes.
        match read {
            Ok(()) => Ok(view),
            Err(error) => Err(check_characters(rest).err().unwrap_or(error)),
        }
    }

    fn read_sip(&mut self, cursor: &mut Cursor<'a>) -> Result<(), UriError> {
        // The user part may hold `;` and `?`, but `@` ends it: it is legal nowhere else (RFC 3261 §25.1).
        let mut ahead = *cursor;
        let userinfo = ahead.take_escaped(is_user);
        if ahead.eat(b'@') {
            let user = userinfo
                .split(|byte| *byte == b':')
                .next()
                .unwrap_or_default();
            if user.is_empty() {
                return Err(UriError::Host);
            }
            self.raw_user = Some(user);
            *cursor = ahead;
        }
        (self.host, self.port, self.parameters) = host_and_parameters(cursor)?;
        if cursor.eat(b'?') {
            self.headers = Some(cursor.take_escaped(|byte| is_uri(byte) && byte != b'@'));
        }
        cursor.is_empty().then_some(()).ok_or(UriError::Host)
    }

    fn read_tel(&mut self, cursor: &mut Cursor<'a>) -> Result<(), UriError> {
        let number = cursor.take_escaped(|byte| is_user(byte) && byte != b';' && byte != b'?');
        if number.is_empty() {
            return Err(UriError::Host);
        }
        self.raw_user = Some(number);
        self.parameters = parameters(cursor)?;
        cursor.is_empty().then_some(()).ok_or(UriError::Parameter)
    }

    /// The same as an owned value.
    pub(crate) fn to_uri(self) -> Option<Uri> {
        Uri::of_checked(self.text)
    }

    /// The user without escapes; visual separators of a telephone number removed. Escapes of control characters stay
    /// escaped, so that `%00` or `%0D` never becomes one.
    pub fn user(&self) -> Option<String> {
        let raw = self.raw_user?;
        let text = match memchr::memchr(b'%', raw) {
            None => printable(raw),
            Some(_) => printable(&unescape(raw)),
        };
        Some(match self.scheme {
            Scheme::Tel => text.replace(['-', '.', '(', ')'], ""),
            Scheme::Sip | Scheme::Sips | Scheme::Other => text,
        })
    }

    /// Is that the user, in any case?
    pub(crate) fn is_user(&self, name: &str) -> bool {
        let raw = self.raw_user.unwrap_or_default();
        match memchr::memchr(b'%', raw) {
            None if self.scheme != Scheme::Tel => raw.eq_ignore_ascii_case(name.as_bytes()),
            None | Some(_) => self
                .user()
                .is_some_and(|user| user.eq_ignore_ascii_case(name)),
        }
    }

    /// The host as text.
    pub fn host_str(&self) -> &'a str {
        core::str::from_utf8(self.host).unwrap_or_default()
    }

    /// The values of a header behind the question mark, without escapes; `+` stays what it is (RFC 3261 §19.1.1).
    pub fn header_values(&self, name: &str) -> Vec<Vec<u8>> {
        let rows = self.headers.unwrap_or_default().split(|byte| *byte == b'&');
        rows.filter_map(|row| {
            let mut halves = row.splitn(2, |byte| *byte == b'=');
            let key = unescape(halves.next()?);
            key.eq_ignore_ascii_case(name.as_bytes())
                .then(|| unescape(halves.next().unwrap_or_default()))
        })
        .collect()
    }

    /// The value of a parameter; empty for one without a value.
    pub fn parameter(&self, name: &str) -> Option<&'a [u8]> {
        let rows = self.parameters.split(|byte| *byte == b';').skip(1);
        rows.map(|row| {
            let mut halves = row.splitn(2, |byte| *byte == b'=');
            (halves.next().unwrap_or_default(), halves.next())
        })
        .find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes()))
        .map(|(_, value)| value.unwrap_or_default())
    }
}

/// Every byte is a URI character and every `%` starts an escape.
fn check_characters(text: &[u8]) -> Result<(), UriError> {
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return Ok(()),
            [b'%', high, low, tail @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                tail
            }
            [b'%', ..] => return Err(UriError::Character),
            [byte, tail @ ..] if is_uri(*byte) => tail,
            [_, ..] => return Err(UriError::Character),
        };
    }
}

/// Is that what stands behind the user: a host with or without a port and parameters?
pub(super) fn check_host(text: &[u8]) -> Result<(), UriError> {
    let mut cursor = Cursor::new(text);
    host_and_parameters(&mut cursor)?;
    cursor.is_empty().then_some(()).ok_or(UriError::Host)
}

type HostAndParameters<'a> = (&'a [u8], Option<u16>, &'a [u8]);

fn host_and_parameters<'a>(cursor: &mut Cursor<'a>) -> Result<HostAndParameters<'a>, UriError> {
    let host = host(cursor).ok_or(UriError::Host)?;
    let port = match cursor.eat(b':') {
        true => Some(port(cursor).ok_or(UriError::Host)?),
        false => None,
    };
    Ok((host, port, parameters(cursor)?))
}

/// `host [":" port]` as in Via, where blanks may stand around the colon.
pub(crate) fn host_port<'a>(cursor: &mut Cursor<'a>) -> Option<(&'a [u8], Option<u16>)> {
    let host = host(cursor)?;
    if !cursor.eat_separator(b':') {
        return Some((host, None));
    }
    Some((host, Some(port(cursor)?)))
}

fn host<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    if cursor.peek() == Some(b'[') {
        return ipv6_reference(cursor);
    }
    let host = cursor.take_while(is_host);
    (!host.is_empty()).then_some(host)
}

/// An IPv6 address in brackets.
fn ipv6_reference<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let start = *cursor;
    cursor.eat(b'[');
    let inside = cursor.take_while(|byte| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.');
    let text = core::str::from_utf8(inside).ok()?;
    // RFC 5118 §4.10: the old grammar put a third colon before the IPv4 part; it is borne.
    let text = text.replacen(":::", "::", 1);
    text.parse::<std::net::Ipv6Addr>().ok()?;
    cursor.eat(b']').then(|| cursor.since(&start))
}

fn port(cursor: &mut Cursor<'_>) -> Option<u16> {
    decimal(cursor.take_while(|byte| byte.is_ascii_digit()))
}

fn parameters<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], UriError> {
    let start = *cursor;
    while cursor.eat(b';') {
        if cursor.take_escaped(is_uri_param).is_empty() {
            return Err(UriError::Parameter);
        }
        if cursor.eat(b'=') && cursor.take_escaped(is_uri_param).is_empty() {
            return Err(UriError::Parameter);
        }
    }
    Ok(cursor.since(&start))
}

fn unescape(raw: &[u8]) -> Vec<u8> {
    let hex = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let mut plain = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let [first, tail @ ..] = rest {
        rest = tail;
        let mut byte = *first;
        if let (b'%', [high, low, after @ ..]) = (*first, tail)
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
            && let value = high.wrapping_shl(4) | low
            && !value.is_ascii_control()
        {
            byte = value;
            rest = after;
        }
        plain.push(byte);
    }
    plain
}
