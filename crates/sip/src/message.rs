//! SIP messages, RFC 3261 §7: spans over the received bytes, typed views on demand.
//!
//! Nothing is copied on the way in: a [`Message`] is the bytes of the packet and a list of spans. Headers that we do
//! not know stay as they are, in order. A message that exists has been checked (`parse`): its start line, Via, From, To,
//! Call-ID, CSeq and address lists are well-formed, so typed views of those succeed. Bodies are opaque but for
//! their parts (`multipart`).

pub mod build;
mod fields;
pub mod header;
mod known;
pub(crate) mod lexer;
pub mod method;
pub mod multipart;
pub mod name_addr;
pub mod params;
pub mod parse;
pub mod status;
pub mod uri;
pub mod via;
pub(crate) mod written;

pub use build::{Builder, Value};
pub use header::Header;
pub use method::Method;
pub use multipart::Content;
pub use name_addr::NameAddr;
pub use params::Params;
pub use parse::{Fault, ParseError, parse};
pub use uri::{Scheme, Uri, UriView};
pub use via::Via;

use bytes::Bytes;
use fields::{Fields, Span};
use known::Known;
use lexer::{Cursor, decimal, printable};

/// The first line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum StartLine {
    /// Method and span of the Request-URI.
    Request { method: Method, uri: Span },
    /// Status code.
    Response { status: u16 },
}

/// A received message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    bytes: Bytes,
    start: StartLine,
    fields: Fields,
    body: Span,
    known: Known,
}

/// CSeq, RFC 3261 §20.16.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CSeq {
    /// Less than 2^31 (§8.1.1.5).
    pub number: u32,
    /// Equal to the method of a request.
    pub method: Method,
}

impl CSeq {
    /// Reads a whole header value.
    fn parse(value: &[u8]) -> Option<Self> {
        let mut cursor = Cursor::new(value);
        let number = decimal::<u32>(cursor.take_while(|byte| byte.is_ascii_digit()))?;
        if number > 0x7fff_ffff {
            return None;
        }
        cursor.skip_lws();
        let method = Method::parse(cursor.rest())?;
        Some(Self { number, method })
    }
}

impl Message {
    fn slice(&self, span: Span) -> &[u8] {
        span.slice(&self.bytes)
    }

    /// The method of a request.
    pub fn method(&self) -> Option<&Method> {
        match &self.start {
            StartLine::Request { method, .. } => Some(method),
            StartLine::Response { .. } => None,
        }
    }

    /// The status of a response.
    pub fn status(&self) -> Option<u16> {
        match self.start {
            StartLine::Request { .. } => None,
            StartLine::Response { status } => Some(status),
        }
    }

    /// The Request-URI.
    pub fn request_uri(&self) -> Option<UriView<'_>> {
        match &self.start {
            StartLine::Request { uri, .. } => UriView::parse(self.slice(*uri)).ok(),
            StartLine::Response { .. } => None,
        }
    }

    /// The scheme of the Request-URI.
    pub(crate) fn request_scheme(&self) -> Option<Scheme> {
        self.known.scheme
    }

    /// All fields in order: header, name as written, value without outer blanks.
    pub fn fields(&self) -> impl Iterator<Item = (Header, &[u8], &[u8])> {
        let rows = self.fields.iter();
        rows.map(|field| {
            let (name, value) = (self.slice(field.name), self.slice(field.value));
            (field.header, name, value)
        })
    }

    /// The values of a header in order, one a field.
    pub fn all(&self, header: Header) -> impl Iterator<Item = &[u8]> {
        let rows = self.fields.all(header);
        rows.map(|field| self.slice(field.value))
    }

    /// The first value of a header.
    pub fn first(&self, header: Header) -> Option<&[u8]> {
        self.all(header).next()
    }

    /// The first value of a header as text for people, without control characters.
    pub fn text(&self, header: Header) -> Option<String> {
        self.first(header)
            .map(printable)
            .filter(|text| !text.is_empty())
    }

    /// The first value of a header as a number, parameters ignored.
    pub fn number(&self, header: Header) -> Option<u32> {
        let value = self.first(header)?;
        let mut cursor = Cursor::new(value);
        decimal(cursor.take_while(|byte| byte.is_ascii_digit()))
    }

    /// The topmost Via.
    pub fn via(&self) -> Option<Via<'_>> {
        Some(self.known.via.as_ref()?.view(&self.bytes))
    }

    /// From.
    pub fn from(&self) -> Option<NameAddr<'_>> {
        NameAddr::parse(self.first(Header::From)?)
    }

    /// To.
    pub fn to(&self) -> Option<NameAddr<'_>> {
        NameAddr::parse(self.first(Header::To)?)
    }

    /// The tag of From.
    pub fn from_tag(&self) -> Option<&[u8]> {
        self.known.from_tag.map(|span| self.slice(span))
    }

    /// The tag of To.
    pub fn to_tag(&self) -> Option<&[u8]> {
        self.known.to_tag.map(|span| self.slice(span))
    }

    /// Call-ID; never empty in a message that was accepted.
    pub fn call_id(&self) -> &[u8] {
        self.first(Header::CallId).unwrap_or_default()
    }

    /// CSeq.
    pub fn cseq(&self) -> Option<CSeq> {
        self.known.cseq.clone()
    }

    /// The addresses of Contact, Route or Record-Route over all fields of that name.
    pub fn addresses(&self, header: Header) -> impl Iterator<Item = NameAddr<'_>> {
        self.all(header).flat_map(name_addr::list).flatten()
    }

    /// Is there a Contact with an address?
    pub(crate) fn has_contact(&self) -> bool {
        self.known.contact.is_some()
    }

    /// The address of the first Contact.
    pub(crate) fn contact(&self) -> Option<Uri> {
        let text = self.slice(self.known.contact?);
        Uri::of_checked(text)
    }

    /// The tokens of a comma-separated header such as Require, over all fields of that name.
    pub fn tokens(&self, header: Header) -> impl Iterator<Item = &[u8]> {
        let values = self.all(header);
        let tokens = values.flat_map(|value| value.split(|byte| *byte == b',').map(lexer::trim));
        tokens.filter(|token| !token.is_empty())
    }

    /// The body; empty when there is none.
    pub fn body(&self) -> Bytes {
        self.bytes.slice_ref(self.slice(self.body))
    }

    /// Is the body of this media type? A missing Content-Type is none.
    pub fn has_content_type(&self, media_type: &str) -> bool {
        let value = self.first(Header::ContentType).unwrap_or_default();
        let bare = value.split(|byte| *byte == b';').next().unwrap_or_default();
        lexer::trim(bare).eq_ignore_ascii_case(media_type.as_bytes())
    }

    /// The SDP, if there is one: the whole body, or a part of it.
    pub fn sdp(&self) -> Option<Bytes> {
        match self.content() {
            Content::Sdp(sdp) => Some(sdp),
            Content::Nothing | Content::Strange => None,
        }
    }
}

#[cfg(test)]
mod tests;
