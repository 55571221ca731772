//! Character classes and a cursor for header values, RFC 3261 §25.1.
//!
//! Invariant: the cursor only ever shrinks its slice, so no index can be out of range. Folded lines are not copied:
//! the scanner has refused every CR or LF that is not folding, hence CR and LF count as blanks here.

const TOKEN: u8 = 1;
const HOST: u8 = 2;
const USER: u8 = 4;
const URI: u8 = 8;
const LWS: u8 = 16;
const VALUE: u8 = 32;
const PARAM: u8 = 64;
const PHONE_USER: u8 = 128;

const CLASSES: [u8; 256] = classes();

#[expect(
    clippy::indexing_slicing,
    reason = "a constant: a wrong index does not compile"
)]
const fn mark(mut table: [u8; 256], chars: &[u8], class: u8) -> [u8; 256] {
    let mut rest = chars;
    while let [first, tail @ ..] = rest {
        table[usize_of(*first)] |= class;
        rest = tail;
    }
    table
}

#[expect(
    clippy::as_conversions,
    reason = "From is not const; u8 fits into usize"
)]
pub(super) const fn usize_of(byte: u8) -> usize {
    byte as usize
}

const fn classes() -> [u8; 256] {
    let alphanum = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut table = mark(
        [0; 256],
        alphanum,
        TOKEN | HOST | USER | URI | VALUE | PARAM | PHONE_USER,
    );
    table = mark(table, b"-.!%*_+`'~", TOKEN | VALUE);
    // `_` is no host character by the grammar, yet device names carry it.
    table = mark(table, b"-._", HOST);
    // mark, user-unreserved, password and `%`; `#` is what phones send for feature codes such as *98#.
    table = mark(table, b"-_.!~*'()&=+$,;?/:%#", USER);
    table = mark(table, b"-_.!~*'()&=+$,;?/:%#@[]", URI);
    // `,` `;` `?` `:` are legal in a user, but old phones cut there.
    table = mark(table, b"-_.!~*'()&=+$/#", PHONE_USER);
    // paramchar of a URI parameter: unreserved, `%` and "[]/:&+$".
    table = mark(table, b"-_.!~*'()%[]/:&+$", PARAM);
    // A generic-param value is a token or a host; base64 and URNs are seen in the field.
    table = mark(table, b"[]:/=@?&#$(){}|^\\", VALUE);
    mark(table, b" \t\r\n", LWS)
}

fn has(byte: u8, class: u8) -> bool {
    CLASSES
        .get(usize::from(byte))
        .is_some_and(|classes| classes & class != 0)
}

pub(crate) fn is_token(byte: u8) -> bool {
    has(byte, TOKEN)
}

pub(crate) fn is_host(byte: u8) -> bool {
    has(byte, HOST)
}

pub(crate) fn is_user(byte: u8) -> bool {
    has(byte, USER)
}

/// What a user may hold without escapes for any phone.
pub(crate) fn is_phone_user(byte: u8) -> bool {
    has(byte, PHONE_USER)
}

pub(crate) fn is_uri(byte: u8) -> bool {
    has(byte, URI)
}

pub(crate) fn is_uri_param(byte: u8) -> bool {
    has(byte, PARAM)
}

pub(crate) fn is_lws(byte: u8) -> bool {
    has(byte, LWS)
}

pub(crate) fn is_value(byte: u8) -> bool {
    has(byte, VALUE)
}

/// Without blanks at both ends.
pub(crate) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && is_lws(*first)
    {
        bytes = rest;
    }
    trim_end(bytes)
}

/// Without blanks at the end.
pub(crate) fn trim_end(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., last] = bytes
        && is_lws(*last)
    {
        bytes = rest;
    }
    bytes
}

/// A decimal number and nothing else; `None` also when it does not fit.
pub(crate) fn decimal<N: TryFrom<u64>>(bytes: &[u8]) -> Option<N> {
    if bytes.is_empty() {
        return None;
    }
    let mut value: u64 = 0;
    for byte in bytes {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    N::try_from(value).ok()
}

/// A position in a header value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// What lies between an earlier state of this cursor and this one.
    pub(crate) fn since(&self, earlier: &Cursor<'a>) -> &'a [u8] {
        let taken = earlier.rest.len().saturating_sub(self.rest.len());
        earlier.rest.get(..taken).unwrap_or_default()
    }

    pub(crate) fn take_while(&mut self, matches: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|byte| !matches(*byte));
        let (taken, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// The same, `%` taken with the two hexadecimal digits that it needs and not without them.
    pub(crate) fn take_escaped(&mut self, matches: impl Fn(u8) -> bool) -> &'a [u8] {
        let start = *self;
        loop {
            self.take_while(|byte| byte != b'%' && matches(byte));
            let [b'%', high, low, rest @ ..] = self.rest else {
                break;
            };
            if !matches(b'%') || !high.is_ascii_hexdigit() || !low.is_ascii_hexdigit() {
                break;
            }
            self.rest = rest;
        }
        self.since(&start)
    }

    /// What stands before a byte, which is taken too; nothing is taken unless it is there.
    pub(crate) fn take_to(&mut self, byte: u8) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at(memchr::memchr(byte, self.rest)?);
        self.rest = rest.get(1..).unwrap_or_default();
        Some(taken)
    }

    pub(crate) fn skip_lws(&mut self) {
        self.take_while(is_lws);
    }

    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                true
            }
            Some(_) | None => false,
        }
    }

    /// A separator with blanks around it; nothing is taken unless it is there.
    pub(crate) fn eat_separator(&mut self, byte: u8) -> bool {
        let mut ahead = *self;
        if ahead.peek().is_some_and(is_lws) {
            ahead.skip_lws();
        }
        if !ahead.eat(byte) {
            return false;
        }
        ahead.skip_lws();
        *self = ahead;
        true
    }

    pub(crate) fn token(&mut self) -> Option<&'a [u8]> {
        let token = self.take_while(is_token);
        (!token.is_empty()).then_some(token)
    }

    /// The inside of a quoted string, escapes kept; `None` when it does not open or close.
    pub(crate) fn quoted(&mut self) -> Option<&'a [u8]> {
        let mut ahead = *self;
        if !ahead.eat(b'"') {
            return None;
        }
        let inside = ahead;
        loop {
            match ahead.rest {
                [b'\\', _, rest @ ..] => ahead.rest = rest,
                [b'"', rest @ ..] => {
                    let text = ahead.since(&inside);
                    self.rest = rest;
                    return Some(text);
                }
                [_, rest @ ..] => ahead.rest = rest,
                [] => return None,
            }
        }
    }
}

/// A quoted string's inside without its escapes.
pub(crate) fn unescape(inside: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(inside.len());
    let mut rest = inside;
    loop {
        match rest {
            [b'\\', escaped, tail @ ..] => {
                plain.push(*escaped);
                rest = tail;
            }
            [byte, tail @ ..] => {
                plain.push(*byte);
                rest = tail;
            }
            [] => return plain,
        }
    }
}

/// Bytes as text, what is no UTF-8 replaced.
pub(crate) fn text(bytes: &[u8]) -> String {
    match core::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Text for people and logs: lossy UTF-8 without control characters, folding made one blank (advisory 24).
pub(crate) fn printable(bytes: &[u8]) -> String {
    if bytes.iter().all(u8::is_ascii_graphic) {
        return text(bytes);
    }
    let mut text = String::with_capacity(bytes.len());
    for character in String::from_utf8_lossy(bytes).chars() {
        if matches!(character, '\r' | '\n' | '\t') {
            if !text.ends_with(' ') {
                text.push(' ');
            }
        } else if !character.is_control() {
            text.push(character);
        }
    }
    text.trim().to_owned()
}
