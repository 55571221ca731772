//! Bytes to a [`Message`], in three levels (S10): what cannot be answered is dropped, what can be answered but not
//! understood gets its status, the rest is a message. Nothing is understood in part.
//!
//! Named leniencies: CRLF before the start line, blanks before the colon (as the grammar has them), any case and the
//! compact forms of names, leading zeros, no Content-Length in a datagram, bytes beyond ASCII in values, `_` in hosts.
//! Refused: line ends other than CRLF, bare CR, LF or NUL in a value, a second From, To, Call-ID, CSeq, Max-Forwards,
//! Content-Length or Content-Type.

mod split;

use super::{
    CSeq, Header, Message, Method, Scheme,
    fields::Span,
    known::{Known, TopVia},
    lexer::decimal,
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
    /// A request with a Via, to be refused; other headers may be missing.
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
const NO_BLANK_LINE: Fault = bad_request("no blank line after the headers");
const MISSING_HEADER: Fault = bad_request("no From, To, Call-ID or CSeq");
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
/// RFC 4475 §3.1.2.18: of a method that nobody knows, this is the better answer.
const UNKNOWN_METHOD: Fault = Fault {
    status: 501,
    text: "unknown method, and CSeq names another",
};
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
    let mut fault = None;
    let mut message = split::split(bytes, limits, &mut fault).map_err(ParseError::Unframable)?;
    match fault.map_or_else(|| check(&message, limits), Err) {
        Ok(known) => {
            message.known = known;
            Ok(message)
        }
        Err(fault) => Err(refused(message, fault)),
    }
}

fn refused(mut message: Message, fault: Fault) -> ParseError {
    match message.method() {
        None => ParseError::Unframable("malformed response"),
        Some(Method::Ack) => ParseError::Unframable("malformed ACK"),
        Some(_) => {
            message.known = Known::of(&message);
            ParseError::Answerable {
                message: Box::new(message),
                fault,
            }
        }
    }
}

/// The typed headers that every message has, and the lists that routing relies on. What is read for that and asked for again
/// and again is kept.
fn check(message: &Message, limits: &Limits) -> Result<Known, Fault> {
    if message.fields.repeats_any(&SINGLE) {
        return Err(REPEATED);
    }
    let via = check_vias(message, limits)?;
    let long = |address: &name_addr::NameAddr<'_>| address.uri.text.len() > limits.uri_bytes_max;
    let tag = |header, fault| {
        let value = message.first(header).ok_or(fault)?;
        let address = name_addr::NameAddr::parse(value).ok_or(fault)?;
        let tag = address.tag().map(|tag| Span::of(tag, &message.bytes));
        if long(&address) { Err(fault) } else { Ok(tag) }
    };
    let from_tag = tag(Header::From, MALFORMED_FROM)?;
    let to_tag = tag(Header::To, MALFORMED_TO)?;
    let call_id = message.call_id();
    if call_id.is_empty() || !is_graphic(call_id) {
        return Err(MALFORMED_CALL_ID);
    }
    let cseq = check_cseq(message)?;
    let mut first_contact = None;
    for header in ADDRESS_LISTS {
        if !message.fields.has(header) {
            continue;
        }
        let values = message
            .all(header)
            .filter(|value| *value != b"*" || header != Header::Contact);
        for address in values.flat_map(name_addr::list) {
            let address = address.filter(|address| !long(address));
            let uri = address.ok_or(MALFORMED_ADDRESS)?.uri;
            if header == Header::Contact {
                first_contact.get_or_insert_with(|| Span::of(uri.text, &message.bytes));
            }
        }
    }
    if let Some(value) = message.first(Header::MaxForwards) {
        decimal::<u8>(value).ok_or(MALFORMED_MAX_FORWARDS)?;
    }
    let scheme = check_request_uri(message)?;
    Ok(Known {
        via,
        from_tag,
        to_tag,
        cseq: Some(cseq),
        contact: first_contact,
        scheme,
    })
}

/// Every hop is well-formed; the topmost is kept.
fn check_vias(message: &Message, limits: &Limits) -> Result<Option<TopVia>, Fault> {
    let mut top = None;
    let mut hops: usize = 0;
    for via in message.all(Header::Via).flat_map(via::list) {
        let via = via.ok_or(MALFORMED_VIA)?;
        hops = hops.saturating_add(1);
        top.get_or_insert_with(|| TopVia::of(&via, &message.bytes));
    }
    if hops > limits.vias_max {
        Err(TOO_MANY_VIAS)
    } else {
        Ok(top)
    }
}

/// All bytes are looked at, for so the processor takes many at once.
fn is_graphic(bytes: &[u8]) -> bool {
    !bytes
        .iter()
        .fold(false, |any, byte| any | !byte.is_ascii_graphic())
}

fn check_cseq(message: &Message) -> Result<CSeq, Fault> {
    let value = message.first(Header::CSeq).ok_or(MALFORMED_CSEQ)?;
    let cseq = CSeq::parse(value).ok_or(MALFORMED_CSEQ)?;
    match message.method() {
        Some(method) if *method == cseq.method => Ok(cseq),
        Some(Method::Other(_)) => Err(UNKNOWN_METHOD),
        Some(_) => Err(CSEQ_METHOD),
        None => Ok(cseq),
    }
}

fn check_request_uri(message: &Message) -> Result<Option<Scheme>, Fault> {
    if message.method().is_none() {
        return Ok(None);
    }
    let uri = message.request_uri().ok_or(REQUEST_URI)?;
    // RFC 3261 §19.1.1: headers have no place in a Request-URI.
    let plain = uri.headers.is_none() || uri.scheme == Scheme::Other;
    if plain {
        Ok(Some(uri.scheme))
    } else {
        Err(REQUEST_URI)
    }
}
