//! Header parameters: `;name`, `;name=token`, `;name="text"`, blanks allowed around `;` and `=` (RFC 3261 §25.1).

use super::lexer::{Cursor, is_value, unescape};
use std::borrow::Cow;

/// A checked run of parameters; empty when there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Params<'a> {
    raw: &'a [u8],
}

impl<'a> Params<'a> {
    /// Takes parameters off the cursor, up to a comma or the end. `None` when one is malformed.
    pub(crate) fn take(cursor: &mut Cursor<'a>) -> Option<Self> {
        Self::take_noting(cursor, |_, _| {})
    }

    /// The same; each name and raw value is shown on the way.
    pub(crate) fn take_noting(
        cursor: &mut Cursor<'a>,
        mut note: impl FnMut(&'a [u8], Option<&'a [u8]>),
    ) -> Option<Self> {
        let start = *cursor;
        while cursor.eat_separator(b';') {
            let (name, value) = next_param(cursor)?;
            note(name, value);
        }
        Some(Self {
            raw: cursor.since(&start),
        })
    }

    /// A run that was checked before.
    pub(super) fn checked(raw: &'a [u8]) -> Self {
        Self { raw }
    }

    /// The text with its semicolons.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }

    /// Name and value of each; a quoted value keeps its quotes.
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)> + use<'a> {
        let mut cursor = Cursor::new(self.raw);
        core::iter::from_fn(move || {
            cursor.eat_separator(b';').then_some(())?;
            next_param(&mut cursor)
        })
    }

    /// The raw value of a parameter; empty for one without a value.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value.unwrap_or_default())
    }

    /// The value of a parameter without quotes and escapes.
    pub fn text(&self, name: &str) -> Option<Cow<'a, [u8]>> {
        self.get(name).map(unquote)
    }
}

/// A quoted string becomes its text, anything else stays.
pub(crate) fn unquote(value: &[u8]) -> Cow<'_, [u8]> {
    match value {
        [b'"', inside @ .., b'"'] => Cow::Owned(unescape(inside)),
        plain => Cow::Borrowed(plain),
    }
}

fn next_param<'a>(cursor: &mut Cursor<'a>) -> Option<(&'a [u8], Option<&'a [u8]>)> {
    let name = cursor.token()?;
    if !cursor.eat_separator(b'=') {
        return Some((name, None));
    }
    Some((name, Some(value(cursor)?)))
}

/// A token, host or quoted string, quotes kept.
pub(crate) fn value<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let start = *cursor;
    if cursor.peek() == Some(b'"') {
        cursor.quoted()?;
        return Some(cursor.since(&start));
    }
    let plain = cursor.take_while(is_value);
    (!plain.is_empty()).then_some(plain)
}
