//! Bytes to a [`Message`], in three levels (S10): what cannot be answered is dropped, what can be answered but not
//! understood gets its status, the rest is a message. Nothing is understood in part.
//!
//! Named leniencies: CRLF before the start line, blanks before the colon (as the grammar has them), any case and the
//! compact forms of names, leading zeros, no Content-Length in a datagram, bytes beyond ASCII in values, `_` in hosts.
//! Refused: line ends other than CRLF, bare CR, LF or NUL in a value, a second From, To, Call-ID, CSeq, Max-Forwards,
//! Content-Length or Content-Type.

use super::{
    Field, Header, Message, Method, Scheme, Span, StartLine,
    lexer::{decimal, is_lws, is_token},
    name_addr, via,
};
use crate::config::Limits;
use bytes::Bytes;

/// What is wrong with a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The answer to a request with it.
    pub status: u16,
    /// In words; also the name of the counter.
    pub text: &'static str,
}

/// Why there is no message.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParseError {
    /// Nobody can be answered, or nobody is to be: a response, an ACK, noise.
    #[error("dropped: {0}")]
    Unframable(&'static str),
    /// A request with Via, From, To, Call-ID and CSeq, to be refused.
    #[error("{}: {}", .fault.status, .fault.text)]
    Answerable {
        /// What was understood; its typed views may fail.
        message: Box<Message>,
        /// What is wrong.
        fault: Fault,
    },
}

const fn bad_request(text: &'static str) -> Fault {
    Fault { status: 400, text }
}

const BARE_CONTROL: Fault = bad_request("bare CR, LF or NUL in a header");
const NO_COLON: Fault = bad_request("malformed header line");
const LINE_TOO_LONG: Fault = bad_request("header line too long");
const TOO_MANY_HEADERS: Fault = bad_request("too many headers");
const REQUEST_LINE: Fault = bad_request("malformed request line");
const VERSION: Fault = Fault {
    status: 505,
    text: "SIP version not supported",
};
const URI_TOO_LONG: Fault = Fault {
    status: 414,
    text: "Request-URI too long",
};
const REQUEST_URI: Fault = bad_request("malformed Request-URI");
const REPEATED: Fault = bad_request("header that may stand once stands twice");
const MALFORMED_VIA: Fault = bad_request("malformed Via");
const TOO_MANY_VIAS: Fault = bad_request("too many Via values");
const MALFORMED_FROM: Fault = bad_request("malformed From");
const MALFORMED_TO: Fault = bad_request("malformed To");
const MALFORMED_CALL_ID: Fault = bad_request("malformed Call-ID");
const MALFORMED_CSEQ: Fault = bad_request("malformed CSeq");
const CSEQ_METHOD: Fault = bad_request("CSeq names another method");
const MALFORMED_ADDRESS: Fault = bad_request("malformed Contact, Route or Record-Route");
const MALFORMED_MAX_FORWARDS: Fault = bad_request("malformed Max-Forwards");
const CONTENT_LENGTH: Fault = bad_request("malformed Content-Length");
const BODY_CUT: Fault = bad_request("body shorter than Content-Length");
const BODY_TOO_LONG: Fault = Fault {
    status: 413,
    text: "body too long",
};
const MESSAGE_TOO_LONG: Fault = Fault {
    status: 513,
    text: "message too long",
};

const MANDATORY: [Header; 5] = [
    Header::Via,
    Header::From,
    Header::To,
    Header::CallId,
    Header::CSeq,
];
const SINGLE: [Header; 7] = [
    Header::From,
    Header::To,
    Header::CallId,
    Header::CSeq,
    Header::MaxForwards,
    Header::ContentLength,
    Header::ContentType,
];
const ADDRESS_LISTS: [Header; 3] = [Header::Contact, Header::Route, Header::RecordRoute];

/// Reads one datagram, or one frame of a stream.
///
/// # Errors
/// See [`ParseError`].
pub fn parse(bytes: Bytes, limits: &Limits) -> Result<Message, ParseError> {
    let mut faults = None;
    let message = split(bytes, limits, &mut faults).map_err(ParseError::Unframable)?;
    if let Some(fault) = faults.or_else(|| check(&message, limits).err()) {
        return match message.method() {
            None => Err(ParseError::Unframable("malformed response")),
            Some(Method::Ack) => Err(ParseError::Unframable("malformed ACK")),
            Some(_) => Err(ParseError::Answerable {
                message: Box::new(message),
                fault,
            }),
        };
    }
    Ok(message)
}

/// Structure only: start line, fields, body. The first fault that leaves the message answerable is noted.
fn split(
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
        let line = Line::at(&bytes, at).ok_or("no blank line after the headers")?;
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
    for header in MANDATORY {
        if !fields.iter().any(|field| field.header == header) {
            return Err("no Via, From, To, Call-ID or CSeq");
        }
    }
    let body = at..bytes.len();
    let mut message = Message {
        bytes,
        start,
        fields,
        body,
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

/// The typed headers that every message has, and the lists that routing relies on.
fn check(message: &Message, limits: &Limits) -> Result<(), Fault> {
    let count = |header: Header| {
        message
            .fields
            .iter()
            .filter(|field| field.header == header)
            .count()
    };
    if SINGLE.into_iter().any(|header| count(header) > 1) {
        return Err(REPEATED);
    }
    let mut vias: usize = 0;
    for value in message.all(Header::Via) {
        vias = vias.saturating_add(via::count(value).ok_or(MALFORMED_VIA)?);
    }
    if vias > limits.vias_max {
        return Err(TOO_MANY_VIAS);
    }
    let long = |address: &name_addr::NameAddr<'_>| address.uri.text.len() > limits.uri_bytes_max;
    message
        .from()
        .filter(|from| !long(from))
        .ok_or(MALFORMED_FROM)?;
    message.to().filter(|to| !long(to)).ok_or(MALFORMED_TO)?;
    let call_id = message.call_id();
    if call_id.is_empty() || call_id.iter().any(|byte| !byte.is_ascii_graphic()) {
        return Err(MALFORMED_CALL_ID);
    }
    let cseq = message.cseq().ok_or(MALFORMED_CSEQ)?;
    if message
        .method()
        .is_some_and(|method| *method != cseq.method)
    {
        return Err(CSEQ_METHOD);
    }
    for header in ADDRESS_LISTS {
        let values = message
            .all(header)
            .filter(|value| *value != b"*" || header != Header::Contact);
        for address in values.flat_map(name_addr::list) {
            address
                .filter(|address| !long(address))
                .ok_or(MALFORMED_ADDRESS)?;
        }
    }
    if let Some(value) = message.first(Header::MaxForwards) {
        decimal::<u8>(value).ok_or(MALFORMED_MAX_FORWARDS)?;
    }
    check_request_uri(message)
}

fn check_request_uri(message: &Message) -> Result<(), Fault> {
    if message.method().is_none() {
        return Ok(());
    }
    let uri = message.request_uri().ok_or(REQUEST_URI)?;
    // RFC 3261 §19.1.1: headers have no place in a Request-URI.
    let plain = uri.headers.is_none() || uri.scheme == Scheme::Other;
    if plain { Ok(()) } else { Err(REQUEST_URI) }
}
