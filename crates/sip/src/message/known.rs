//! What every layer asks of a message: topmost Via, tags, CSeq. Read once, when the message is checked (`parse`), and kept
//! as spans, so that keys of transactions and dialogs and the heads of answers read nothing again.

use super::{CSeq, Header, Message, NameAddr, Scheme, Via, fields::Span, params::Params};

/// What was read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Known {
    pub(crate) via: Option<TopVia>,
    pub(crate) from_tag: Option<Span>,
    pub(crate) to_tag: Option<Span>,
    pub(crate) cseq: Option<CSeq>,
    /// The address of the first Contact.
    pub(crate) contact: Option<Span>,
    /// Of the Request-URI.
    pub(crate) scheme: Option<Scheme>,
}

impl Known {
    /// Of a message that is refused: what is malformed is not there.
    pub(super) fn of(message: &Message) -> Self {
        let bytes = message.bytes.as_ref();
        let tag = |header| {
            let tag = NameAddr::parse(message.first(header)?)?.tag()?;
            Some(Span::of(tag, bytes))
        };
        let via = message.first(Header::Via).and_then(Via::parse);
        Self {
            via: via.map(|via| TopVia::of(&via, bytes)),
            from_tag: tag(Header::From),
            to_tag: tag(Header::To),
            cseq: message.first(Header::CSeq).and_then(CSeq::parse),
            contact: message
                .addresses(Header::Contact)
                .next()
                .map(|contact| Span::of(contact.uri.text, bytes)),
            scheme: message.request_uri().map(|uri| uri.scheme),
        }
    }
}

/// The topmost Via as it was read, in spans of its message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TopVia {
    text: Span,
    transport: Span,
    host: Span,
    port: Option<u16>,
    params: Span,
    further: Span,
    branch: Option<Span>,
    wants_rport: bool,
}

impl TopVia {
    pub(super) fn of(via: &Via<'_>, bytes: &[u8]) -> Self {
        let span = |part| Span::of(part, bytes);
        Self {
            text: span(via.text),
            transport: span(via.transport),
            host: span(via.host),
            port: via.port,
            params: span(via.params.as_bytes()),
            further: span(via.further),
            branch: via.branch.map(span),
            wants_rport: via.wants_rport,
        }
    }

    pub(super) fn view<'a>(&self, bytes: &'a [u8]) -> Via<'a> {
        let slice = |span: Span| span.slice(bytes);
        Via {
            transport: slice(self.transport),
            host: slice(self.host),
            port: self.port,
            params: Params::checked(slice(self.params)),
            text: slice(self.text),
            further: slice(self.further),
            branch: self.branch.map(slice),
            wants_rport: self.wants_rport,
        }
    }
}
