//! What a body holds for a call: SDP, nothing, or what nobody here understands (RFC 3261 §20.11, RFC 5621, RFC 2046 §5.1).
//!
//! SDP may stand alone or as a part of a multipart body. A part that is not understood is passed over where its
//! Content-Disposition says `handling=optional`; else the whole is not understood, as is a second SDP, for an INVITE has
//! one offer. Line ends are CRLF, as in headers: a body with bare LF has no parts.
//! Bounds (S7): 16 parts in all, two multipart bodies inside one another. They are no settings: a call has one SDP in one part,
//! nobody sends more for a reason, and what the work may cost is bounded by the length of a body, which is one. Deliberately absent: transfer encodings that
//! need decoding (RFC 3261 §7.4.1 has bodies as binary), `message/external-body`.

use super::{
    Header, Message,
    lexer::{Cursor, trim},
    params::Params,
};
use bytes::Bytes;

/// Parts of one message, those of inner multipart bodies counted too.
const PARTS_MAX: usize = 16;
/// Multipart bodies inside one another.
const DEPTH_MAX: usize = 2;
/// RFC 2046 §5.1.1.
const BOUNDARY_BYTES_MAX: usize = 70;

/// What a body holds for a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content {
    /// Nothing that matters: no body, or parts that may be passed over.
    Nothing,
    /// Session description, not empty.
    Sdp(Bytes),
    /// Something that must be understood and is not: 415.
    Strange,
}

impl Message {
    /// What the body holds for a call.
    pub fn content(&self) -> Content {
        let body = self.body();
        if body.is_empty() && !self.fields.has(Header::ContentEncoding) {
            return Content::Nothing;
        }
        let codings = self.tokens(Header::ContentEncoding);
        let entity = Entity {
            media_type: self.first(Header::ContentType).unwrap_or_default(),
            disposition: self.first(Header::ContentDisposition).unwrap_or_default(),
            is_encoded: codings.into_iter().any(|coding| !is_plain(coding)),
            body: &body,
        };
        match (Reader { parts: 0 }).read(&entity, 0) {
            Found::Nothing => Content::Nothing,
            Found::Sdp(sdp) => Content::Sdp(body.slice_ref(sdp)),
            Found::Strange => Content::Strange,
        }
    }
}

/// A body with the headers that tell of it: of a message, or of a part.
#[derive(Clone, Copy, Default)]
struct Entity<'a> {
    media_type: &'a [u8],
    disposition: &'a [u8],
    is_encoded: bool,
    body: &'a [u8],
}

enum Found<'a> {
    Nothing,
    Sdp(&'a [u8]),
    Strange,
}

struct Reader {
    parts: usize,
}

impl Reader {
    fn read<'a>(&mut self, entity: &Entity<'a>, depth: usize) -> Found<'a> {
        match self.read_required(entity, depth) {
            Found::Strange if entity.is_optional() => Found::Nothing,
            found @ (Found::Nothing | Found::Sdp(_) | Found::Strange) => found,
        }
    }

    fn read_required<'a>(&mut self, entity: &Entity<'a>, depth: usize) -> Found<'a> {
        if entity.is_encoded {
            return Found::Strange;
        }
        if entity.body.is_empty() {
            return Found::Nothing;
        }
        let (kind, params) = kind_of(entity.media_type);
        if kind.eq_ignore_ascii_case(b"application/sdp") && entity.is_session() {
            return Found::Sdp(entity.body);
        }
        let Some((family, subtype)) = split_at_mark(kind, b"/") else {
            return Found::Strange;
        };
        if !family.eq_ignore_ascii_case(b"multipart") {
            return Found::Strange;
        }
        let boundary = boundary_of(params).filter(|_| depth < DEPTH_MAX);
        let parts = boundary.and_then(|boundary| self.parts(entity.body, &boundary));
        let Some(parts) = parts else {
            return Found::Strange;
        };
        let inner = depth.saturating_add(1);
        if subtype.eq_ignore_ascii_case(b"alternative") {
            return self.best(&parts, inner);
        }
        // RFC 2046 §5.1.3: a subtype that nobody knows is treated as `mixed`.
        self.all(&parts, inner)
    }

    /// RFC 5621 §3.1: each part that is not optional has to be understood.
    fn all<'a>(&mut self, parts: &[Entity<'a>], depth: usize) -> Found<'a> {
        let mut whole = Found::Nothing;
        for part in parts {
            whole = match (whole, self.read(part, depth)) {
                (_, Found::Strange) | (Found::Sdp(_), Found::Sdp(_)) => return Found::Strange,
                (whole, Found::Nothing) => whole,
                (_, sdp @ Found::Sdp(_)) => sdp,
            };
        }
        whole
    }

    /// RFC 2046 §5.1.4: the last part that is understood.
    fn best<'a>(&mut self, parts: &[Entity<'a>], depth: usize) -> Found<'a> {
        for part in parts.iter().rev() {
            match self.read_required(part, depth) {
                Found::Strange => {}
                found @ (Found::Nothing | Found::Sdp(_)) => return found,
            }
        }
        Found::Strange
    }

    /// The parts between the delimiter lines; what stands before the first and after the last is no part. `None` when there
    /// are too many, when one has malformed headers, or when the closing delimiter is missing.
    fn parts<'a>(&mut self, body: &'a [u8], boundary: &[u8]) -> Option<Vec<Entity<'a>>> {
        let mut parts = Vec::new();
        let (_, mut delimiter) = next_delimiter(body, boundary)?;
        while !delimiter.is_last {
            let (inside, next) = next_delimiter(delimiter.rest, boundary)?;
            self.parts = self.parts.saturating_add(1);
            if self.parts > PARTS_MAX {
                return None;
            }
            parts.push(Entity::part(inside)?);
            delimiter = next;
        }
        (!parts.is_empty()).then_some(parts)
    }
}

impl<'a> Entity<'a> {
    /// Headers, a blank line, a body; the headers may be missing (RFC 2046 §5.1.1).
    fn part(text: &'a [u8]) -> Option<Self> {
        let (mut head, body) = match text.strip_prefix(b"\r\n") {
            Some(body) => (&b""[..], body),
            None => split_at_mark(text, b"\r\n\r\n").unwrap_or((text, b"")),
        };
        let mut part = Self {
            body,
            ..Self::default()
        };
        while !head.is_empty() {
            let (line, rest) = split_line(head);
            part.take(line)?;
            head = rest;
        }
        Some(part)
    }

    fn take(&mut self, line: &'a [u8]) -> Option<()> {
        let (name, value) = split_at_mark(line, b":")?;
        let (name, value) = (trim(name), trim(value));
        let header = Header::find(name);
        if header == Header::ContentType {
            self.media_type = value;
        } else if header == Header::ContentDisposition {
            self.disposition = value;
        } else if header == Header::ContentEncoding
            || name.eq_ignore_ascii_case(b"Content-Transfer-Encoding")
        {
            self.is_encoded |= !is_plain(value);
        }
        Some(())
    }

    /// RFC 3261 §20.11: what is not said to be optional is required.
    fn is_optional(&self) -> bool {
        let handling = kind_of(self.disposition).1.text("handling");
        handling.is_some_and(|handling| handling.eq_ignore_ascii_case(b"optional"))
    }

    /// RFC 3261 §20.11: SDP without a disposition describes the session; `early-session` and `icon` do not.
    fn is_session(&self) -> bool {
        let kind = kind_of(self.disposition).0;
        kind.is_empty() || kind.eq_ignore_ascii_case(b"session")
    }
}

/// Bytes that are what they are.
fn is_plain(coding: &[u8]) -> bool {
    let plain: [&[u8]; 5] = [b"", b"identity", b"7bit", b"8bit", b"binary"];
    plain.iter().any(|name| coding.eq_ignore_ascii_case(name))
}

/// A value before its parameters, and these; malformed parameters are none.
fn kind_of(value: &[u8]) -> (&[u8], Params<'_>) {
    let kind = value.split(|byte| *byte == b';').next().unwrap_or_default();
    let mut cursor = Cursor::new(value.get(kind.len()..).unwrap_or_default());
    let params = Params::take(&mut cursor).unwrap_or_default();
    (trim(kind), params)
}

/// RFC 2046 §5.1.1: 1 to 70 characters of a small set, no blank at the end.
fn boundary_of(params: Params<'_>) -> Option<Vec<u8>> {
    let boundary = params.text("boundary")?.into_owned();
    let is_known = |byte: &u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(byte);
    let is_sound = (1..=BOUNDARY_BYTES_MAX).contains(&boundary.len())
        && boundary.iter().all(is_known)
        && !boundary.ends_with(b" ");
    is_sound.then_some(boundary)
}

/// A delimiter line.
struct Delimiter<'a> {
    is_last: bool,
    /// What follows its line.
    rest: &'a [u8],
}

/// What stands before the next delimiter line without the line end that belongs to the delimiter, and the delimiter.
fn next_delimiter<'a>(text: &'a [u8], boundary: &[u8]) -> Option<(&'a [u8], Delimiter<'a>)> {
    let mut at = text;
    loop {
        if let Some(delimiter) = delimiter_at(at, boundary) {
            let before = text.len().saturating_sub(at.len());
            let inside = text.get(..before).unwrap_or_default();
            let inside = inside.strip_suffix(b"\r\n").unwrap_or(inside);
            return Some((inside, delimiter));
        }
        (_, at) = split_at_mark(at, b"\r\n")?;
    }
}

fn delimiter_at<'a>(line: &'a [u8], boundary: &[u8]) -> Option<Delimiter<'a>> {
    let after = line.strip_prefix(b"--")?.strip_prefix(boundary)?;
    let closing = after.strip_prefix(b"--");
    let mut rest = closing.unwrap_or(after);
    while let [b' ' | b'\t', tail @ ..] = rest {
        rest = tail;
    }
    let is_last = closing.is_some();
    match rest.strip_prefix(b"\r\n") {
        Some(rest) => Some(Delimiter { is_last, rest }),
        // The message may end with the closing delimiter.
        None => (is_last && rest.is_empty()).then_some(Delimiter { is_last, rest }),
    }
}

/// A header line with its folded lines, and what follows.
fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    let mut at = text;
    while let Some((_, rest)) = split_at_mark(at, b"\r\n") {
        if !rest.starts_with(b" ") && !rest.starts_with(b"\t") {
            let end = text.len().saturating_sub(rest.len());
            return (text.get(..end).unwrap_or_default(), rest);
        }
        at = rest;
    }
    (text, b"")
}

/// What stands before and behind the first such mark.
fn split_at_mark<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = text.windows(mark.len()).position(|window| window == mark)?;
    let (before, rest) = text.split_at_checked(at)?;
    Some((before, rest.get(mark.len()..)?))
}

#[cfg(test)]
mod tests;
