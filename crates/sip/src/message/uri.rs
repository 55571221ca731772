//! URIs: `sip`, `sips` (RFC 3261 §19.1), `tel` (RFC 3966) and, kept whole, any other scheme.
//!
//! Invariant: a [`Uri`] holds only characters that a URI may hold: no blank, quote, angle bracket, control or byte
//! beyond ASCII, so that it can be written into any header. Nothing is resolved here.

mod view;

pub use view::UriView;
pub(crate) use view::host_port;

use super::lexer::is_phone_user;
use core::fmt;
use std::{borrow::Cow, sync::Arc};

/// Why a text is no URI.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UriError {
    /// No scheme before a colon.
    #[error("URI without a scheme")]
    Scheme,
    /// A character that no URI holds, or `%` without two hexadecimal digits.
    #[error("character that no URI holds")]
    Character,
    /// No host, a malformed one, or a port beyond 65535.
    #[error("malformed host or port")]
    Host,
    /// A parameter without a name, or with an empty value.
    #[error("malformed URI parameter")]
    Parameter,
}

/// What kind of address a URI is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    /// `sip:`
    Sip,
    /// `sips:`
    Sips,
    /// `tel:`
    Tel,
    /// Anything else: answered by 416 in a Request-URI.
    Other,
}

impl Scheme {
    /// By its name, in any case.
    fn named(name: &[u8]) -> Self {
        match () {
            () if name.eq_ignore_ascii_case(b"sip") => Self::Sip,
            () if name.eq_ignore_ascii_case(b"sips") => Self::Sips,
            () if name.eq_ignore_ascii_case(b"tel") => Self::Tel,
            () => Self::Other,
        }
    }
}

/// A URI, checked when it was made.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Uri {
    text: Arc<str>,
}

impl Uri {
    /// Reads a whole URI.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &[u8]) -> Result<Self, UriError> {
        let view = UriView::parse(text)?;
        Self::of_checked(view.text).ok_or(UriError::Character)
    }

    /// Of a text that was read as a URI before.
    pub(super) fn of_checked(text: &[u8]) -> Option<Self> {
        let text = core::str::from_utf8(text).ok()?;
        Some(Self { text: text.into() })
    }

    /// `sip:user@host`, the user escaped as needed. An empty user leaves `sip:host`.
    ///
    /// # Errors
    /// When `host` is neither a name nor an address, with or without a port and parameters.
    pub fn sip(user: &str, host: &str) -> Result<Self, UriError> {
        let mut text =
            String::with_capacity(user.len().saturating_add(host.len()).saturating_add(8));
        text.push_str("sip:");
        if user.bytes().all(is_phone_user) {
            text.push_str(user);
        } else {
            escape(&mut text, user);
        }
        if !user.is_empty() {
            text.push('@');
        }
        // What a user may hold for any phone, and escapes, are a user: the host alone is to be looked at.
        view::check_host(host.as_bytes())?;
        text.push_str(host);
        Ok(Self { text: text.into() })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parts.
    pub fn view(&self) -> UriView<'_> {
        UriView::parse(self.text.as_bytes()).unwrap_or(UriView::EMPTY)
    }

    /// RFC 3261 §19.1.1: the address as a Request-URI, in which headers have no place. A contact may bear some; they are for
    /// whoever clicks on it and become no headers of ours.
    pub fn without_headers(&self) -> Cow<'_, Uri> {
        if memchr::memchr(b'?', self.text.as_bytes()).is_none() {
            return Cow::Borrowed(self);
        }
        let Some(headers) = self.view().headers else {
            return Cow::Borrowed(self);
        };
        let kept = self.text.len().saturating_sub(headers.len());
        let text = self.text.get(..kept).unwrap_or(&self.text);
        let text = text.strip_suffix('?').unwrap_or(text);
        Cow::Owned(Self { text: text.into() })
    }

    /// RFC 3261 §19.1.4: do both name the same resource?
    pub fn is_equivalent(&self, other: &Uri) -> bool {
        let (a, b) = (self.view(), other.view());
        let same_parameter = |name: &str| match (a.parameter(name), b.parameter(name)) {
            (None, None) => true,
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            (Some(_), None) | (None, Some(_)) => false,
        };
        a.scheme == b.scheme
            && a.user() == b.user()
            && a.host.eq_ignore_ascii_case(b.host)
            && a.port == b.port
            && (a.scheme != Scheme::Other || a.text == b.text)
            && sorted_headers(&a) == sorted_headers(&b)
            && ["transport", "maddr", "ttl", "method", "user"]
                .into_iter()
                .all(same_parameter)
    }
}

fn escape(text: &mut String, user: &str) {
    for byte in user.bytes() {
        if is_phone_user(byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
}

/// RFC 3261 §19.1.4: headers are never passed over; their order says nothing.
fn sorted_headers(uri: &UriView<'_>) -> Vec<Vec<u8>> {
    let rows = uri.headers.unwrap_or_default().split(|byte| *byte == b'&');
    let mut rows: Vec<Vec<u8>> = rows.map(<[u8]>::to_ascii_lowercase).collect();
    rows.sort();
    rows
}

impl fmt::Display for Uri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl core::str::FromStr for Uri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        Self::parse(text.as_bytes())
    }
}

#[cfg(test)]
mod tests;
