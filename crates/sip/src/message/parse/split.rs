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
        Field, Header, Message, Method, Span, StartLine, Tags,
        lexer::{decimal, is_lws, is_token},
    },
};
use bytes::Bytes;

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
    let start = start_line(&bytes, line.span(at), limits, fault)?;
    note(fault, line.bare.then_some(BARE_CONTROL));
    at = line.next;
    let mut fields = Vec::with_capacity(24);
    loop {
        let Some(line) = Line::at(&bytes, at) else {
            note(fault, Some(NO_BLANK_LINE));
            at = bytes.len();
            break;
        };
        let span = line.span(at);
        at = line.next;
        if span.is_empty() {
            break;
        }
        note(fault, line.bare.then_some(BARE_CONTROL));
        note(
            fault,
            (span.len() > limits.header_line_bytes_max).then_some(LINE_TOO_LONG),
        );
        match field(&bytes, span) {
            Some(field) => fields.push(field),
            None => note(fault, Some(NO_COLON)),
        }
    }
    note(
        fault,
        (fields.len() > limits.headers_max).then_some(TOO_MANY_HEADERS),
    );
    note(
        fault,
        (bytes.len() > limits.message_bytes_max).then_some(MESSAGE_TOO_LONG),
    );
    let has = |header: Header| fields.iter().any(|field| field.header == header);
    if !has(Header::Via) {
        return Err("no Via");
    }
    note(
        fault,
        (!MANDATORY.into_iter().all(has)).then_some(MISSING_HEADER),
    );
    let body = at..bytes.len();
    let mut message = Message {
        bytes,
        start,
        fields,
        body,
        tags: Tags::default(),
    };
    note(fault, cut_body(&mut message, limits).err());
    Ok(message)
}

fn note(first: &mut Option<Fault>, fault: Option<Fault>) {
    *first = first.or(fault);
}

/// A logical line: folded lines belong to it (RFC 3261 §7.3.1).
struct Line {
    end: usize,
    next: usize,
    bare: bool,
}

impl Line {
    fn at(bytes: &[u8], start: usize) -> Option<Self> {
        let mut at = start;
        let mut bare = false;
        loop {
            let offset = memchr::memchr3(b'\r', b'\n', 0, bytes.get(at..)?)?;
            let hit = at.saturating_add(offset);
            match bytes.get(hit..).unwrap_or_default() {
                [b'\r', b'\n', b' ' | b'\t', ..] if hit > start => at = hit.saturating_add(3),
                [b'\r', b'\n', ..] => {
                    return Some(Self {
                        end: hit,
                        next: hit.saturating_add(2),
                        bare,
                    });
                }
                [byte, ..] => {
                    // RFC 3261 §25.1: a quoted-pair may hold NUL (never CR or LF).
                    let before = bytes.get(start..hit).unwrap_or_default();
                    bare |= *byte != 0 || !before.ends_with(b"\\");
                    at = hit.saturating_add(1);
                }
                [] => return None,
            }
        }
    }

    fn span(&self, start: usize) -> Span {
        start..self.end
    }
}

fn start_line(
    bytes: &[u8],
    span: Span,
    limits: &Limits,
    fault: &mut Option<Fault>,
) -> Result<StartLine, &'static str> {
    let line = bytes.get(span.clone()).unwrap_or_default();
    if let Some(rest) = line.strip_prefix(b"SIP/") {
        return status_line(rest).ok_or("malformed status line");
    }
    let (first, last) = (
        memchr::memchr(b' ', line).ok_or("no request line")?,
        memchr::memrchr(b' ', line).ok_or("no request line")?,
    );
    let method = Method::parse(line.get(..first).unwrap_or_default()).ok_or("no request line")?;
    let uri_start = first.saturating_add(1);
    let uri = span.start.saturating_add(uri_start)..span.start.saturating_add(last.max(uri_start));
    let version = line.get(last.saturating_add(1)..).unwrap_or_default();
    if last <= first || !is_version(version) {
        note(fault, Some(REQUEST_LINE));
    } else if !version.eq_ignore_ascii_case(b"SIP/2.0") {
        note(fault, Some(VERSION));
    }
    note(
        fault,
        (uri.len() > limits.uri_bytes_max).then_some(URI_TOO_LONG),
    );
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

fn field(bytes: &[u8], span: Span) -> Option<Field> {
    let line = bytes.get(span.clone())?;
    let colon = memchr::memchr(b':', line)?;
    let (name, value) = line.split_at_checked(colon)?;
    let name_len = name
        .iter()
        .rposition(|byte| !matches!(byte, b' ' | b'\t'))?
        .saturating_add(1);
    let name = name
        .get(..name_len)
        .filter(|name| name.iter().copied().all(is_token))?;
    let value = value.get(1..)?;
    let value_start = colon
        .saturating_add(1)
        .saturating_add(value.iter().take_while(|byte| is_lws(**byte)).count());
    let value_end = line
        .iter()
        .rposition(|byte| !is_lws(*byte))
        .map_or(0, |last| last.saturating_add(1));
    let at = |offset: usize| span.start.saturating_add(offset);
    Some(Field {
        header: Header::find(name),
        name: span.start..at(name_len),
        value: at(value_start)..at(value_end.max(value_start)),
    })
}

/// RFC 3261 §18.3: in a datagram what follows the body is thrown away, and a body that is cut is an error.
fn cut_body(message: &mut Message, limits: &Limits) -> Result<(), Fault> {
    if let Some(value) = message.first(Header::ContentLength) {
        let length: usize = decimal(value).ok_or(CONTENT_LENGTH)?;
        let end = message.body.start.saturating_add(length);
        if end > message.body.end {
            return Err(BODY_CUT);
        }
        message.body.end = end;
    }
    if message.body.len() > limits.body_bytes_max {
        return Err(BODY_TOO_LONG);
    }
    Ok(())
}
