//! The structure of a message: start line, fields, body (RFC 3261 §7). One pass over the head, nothing copied.
//!
//! Faults that leave the message answerable are noted and the pass goes on, so that the answer can name all it copies.

use super::{
    BARE_CONTROL, BODY_CUT, BODY_TOO_LONG, CONTENT_LENGTH, Fault, LINE_TOO_LONG, MANDATORY,
    MESSAGE_TOO_LONG, MISSING_HEADER, NO_BLANK_LINE, NO_COLON, REQUEST_LINE, TOO_MANY_HEADERS,
    URI_TOO_LONG, VERSION,
};
use crate::{
    config::Limits,
    message::{
        Header, Message, Method, StartLine,
        fields::{Field, Fields, Span},
        known::Known,
        lexer::{Cursor, decimal, trim_end},
    },
};
use bytes::Bytes;
use core::ops::Range;

/// Room for the headers of most messages.
const FIELDS_USUAL: usize = 24;

/// Structure only: start line, fields, body. The first fault that leaves the message answerable is noted.
pub(super) fn split(
    bytes: Bytes,
    limits: &Limits,
    fault: &mut Option<Fault>,
) -> Result<Message, &'static str> {
    let mut at: usize = 0;
    while bytes
        .get(at..)
        .is_some_and(|rest| rest.starts_with(b"\r\n"))
    {
        at = at.saturating_add(2);
    }
    let line = Line::at(&bytes, at).ok_or("no line end")?;
    let start = start_line(&bytes, line.text(&bytes, at), limits, fault)?;
    if line.bare {
        note(fault, BARE_CONTROL);
    }
    at = line.next;
    let mut fields = Fields::with_capacity(FIELDS_USUAL);
    loop {
        let Some(line) = Line::at(&bytes, at) else {
            note(fault, NO_BLANK_LINE);
            at = bytes.len();
            break;
        };
        let text = line.text(&bytes, at);
        at = line.next;
        if text.is_empty() {
            break;
        }
        if line.bare {
            note(fault, BARE_CONTROL);
        }
        if text.len() > limits.header_line_bytes_max {
            note(fault, LINE_TOO_LONG);
        }
        match field(&bytes, text) {
            Some(field) => fields.push(field),
            None => note(fault, NO_COLON),
        }
    }
    if fields.len() > limits.headers_max {
        note(fault, TOO_MANY_HEADERS);
    }
    if bytes.len() > limits.message_bytes_max {
        note(fault, MESSAGE_TOO_LONG);
    }
    if !fields.has(Header::Via) {
        return Err("no Via");
    }
    if !MANDATORY.into_iter().all(|header| fields.has(header)) {
        note(fault, MISSING_HEADER);
    }
    let body = Span::new(at, bytes.len());
    let mut message = Message {
        bytes,
        start,
        fields,
        body,
        known: Known::default(),
    };
    if let Err(cut) = cut_body(&mut message, limits) {
        note(fault, cut);
    }
    Ok(message)
}

/// The first fault is the one that is told.
fn note(first: &mut Option<Fault>, fault: Fault) {
    first.get_or_insert(fault);
}

/// A logical line: folded lines belong to it (RFC 3261 §7.3.1).
struct Line {
    end: usize,
    next: usize,
    bare: bool,
}

impl Line {
    #[inline]
    fn at(bytes: &[u8], start: usize) -> Option<Self> {
        let mut at = start;
        let mut bare = false;
        loop {
            let offset = memchr::memchr3(b'\r', b'\n', 0, bytes.get(at..)?)?;
            let hit = at.saturating_add(offset);
            let next = hit.saturating_add(2);
            if bytes.get(hit..next) != Some(b"\r\n") {
                bare |= is_bare(bytes, start, hit);
                at = hit.saturating_add(1);
            } else if hit > start && matches!(bytes.get(next), Some(b' ' | b'\t')) {
                at = next.saturating_add(1);
            } else {
                let end = hit;
                return Some(Self { end, next, bare });
            }
        }
    }

    fn text<'a>(&self, bytes: &'a [u8], start: usize) -> &'a [u8] {
        bytes.get(start..self.end).unwrap_or_default()
    }
}

/// RFC 3261 §25.1: a quoted-pair may hold NUL (never CR or LF).
#[cold]
fn is_bare(bytes: &[u8], start: usize, hit: usize) -> bool {
    let before = bytes.get(start..hit).unwrap_or_default();
    bytes.get(hit) != Some(&0) || !before.ends_with(b"\\")
}

fn start_line(
    bytes: &[u8],
    line: &[u8],
    limits: &Limits,
    fault: &mut Option<Fault>,
) -> Result<StartLine, &'static str> {
    if let Some(rest) = line.strip_prefix(b"SIP/") {
        return status_line(rest).ok_or("malformed status line");
    }
    let (first, last) = (
        memchr::memchr(b' ', line).ok_or("no request line")?,
        memchr::memrchr(b' ', line).ok_or("no request line")?,
    );
    let method = Method::parse(line.get(..first).unwrap_or_default()).ok_or("no request line")?;
    let uri = line.get(first.saturating_add(1)..last).unwrap_or_default();
    let version = line.get(last.saturating_add(1)..).unwrap_or_default();
    if last <= first || !is_version(version) {
        note(fault, REQUEST_LINE);
    } else if !version.eq_ignore_ascii_case(b"SIP/2.0") {
        note(fault, VERSION);
    }
    if uri.len() > limits.uri_bytes_max {
        note(fault, URI_TOO_LONG);
    }
    let uri = Span::of(uri, bytes);
    Ok(StartLine::Request { method, uri })
}

fn is_version(text: &[u8]) -> bool {
    let (name, number) = text.split_at_checked(4).unwrap_or_default();
    let mut halves = number.split(|byte| *byte == b'.');
    let digits = |half: &[u8]| !half.is_empty() && half.iter().all(u8::is_ascii_digit);
    name.eq_ignore_ascii_case(b"SIP/")
        && halves.next().is_some_and(digits)
        && halves.next().is_some_and(digits)
        && halves.next().is_none()
}

/// What follows `SIP/`. The blank before an empty reason may be missing.
fn status_line(rest: &[u8]) -> Option<StartLine> {
    let (status, reason) = rest.strip_prefix(b"2.0 ")?.split_at_checked(3)?;
    let status = decimal::<u16>(status).filter(|status| (100..700).contains(status))?;
    matches!(reason, [] | [b' ', ..]).then_some(StartLine::Response { status })
}

/// RFC 3261 §7.3.1: blanks may stand before the colon, blanks and folds after it.
fn field(bytes: &[u8], line: &[u8]) -> Option<Field> {
    let (header, name, mut cursor) = header_and_name(line)?;
    cursor.skip_lws();
    Some(Field {
        header,
        name: Span::of(name, bytes),
        value: Span::of(trim_end(cursor.rest()), bytes),
    })
}

/// The name and what is behind its colon.
fn header_and_name(line: &[u8]) -> Option<(Header, &[u8], Cursor<'_>)> {
    if let Some((header, length)) = Header::at_start(line) {
        let (name, rest) = line.split_at_checked(length)?;
        return Some((header, name, Cursor::new(rest.get(1..)?)));
    }
    let mut cursor = Cursor::new(line);
    let name = cursor.token()?;
    cursor.take_while(|byte| matches!(byte, b' ' | b'\t'));
    let has_colon = cursor.eat(b':');
    has_colon.then(|| (Header::find(name), name, cursor))
}

/// RFC 3261 §18.3: in a datagram what follows the body is thrown away, and a body that is cut is an error.
fn cut_body(message: &mut Message, limits: &Limits) -> Result<(), Fault> {
    let Range { start, mut end } = message.body.range();
    if let Some(value) = message.first(Header::ContentLength) {
        let length: usize = decimal(value).ok_or(CONTENT_LENGTH)?;
        let told = start.saturating_add(length);
        if told > end {
            return Err(BODY_CUT);
        }
        end = told;
        message.body = Span::new(start, end);
    }
    if end.saturating_sub(start) > limits.body_bytes_max {
        return Err(BODY_TOO_LONG);
    }
    Ok(())
}
