//! Building and reading messages with rsip, around its gaps.
//!
//! rsip rejects some parameters of Contact that phones really send and does not cut a datagram's body to Content-Length:
//! both are done here by hand. Headers of a dialog (From, To) are kept as whole values, so that nothing depends on how
//! rsip reads display names. A status line's words are rsip's own (`404 NotFound`): the code is what counts.

use std::net::SocketAddr;

use anyhow::{Context, Result, anyhow};
use rsip::headers::untyped::{ToTypedHeader, UntypedHeader};
use rsip::message::{HasHeaders, HeadersExt};
use rsip::{Header, Headers, Method, Request, Response, SipMessage, Uri, headers};

/// The magic cookie of RFC 3261 §8.1.1.7.
const COOKIE: &str = "z9hG4bK";

/// What the phone answers to.
pub(crate) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO";

/// A body with its content type.
pub(crate) type Body = (&'static str, String);

/// Sixteen random hex digits: tags, branches, Call-IDs.
pub(crate) fn token() -> Result<String> {
    Ok(format!(
        "{:016x}",
        getrandom::u64().context("no random numbers")?
    ))
}

/// A URI by rsip.
pub(crate) fn uri(text: &str) -> Result<Uri> {
    Uri::try_from(text).map_err(|error| anyhow!("{text} is no SIP URI: {error}"))
}

/// A SIP message from a datagram; the body ends where Content-Length says.
pub(crate) fn parse(datagram: &[u8]) -> Result<SipMessage, rsip::Error> {
    let mut message = SipMessage::try_from(datagram)?;
    let length = message
        .headers()
        .iter()
        .find_map(|header| match_value(header, "Content-Length"));
    if let Some(length) = length.and_then(|text| text.parse().ok()) {
        message.body_mut().truncate(length);
    }
    Ok(message)
}

/// The header's value if it has this name.
fn match_value(header: &Header, name: &str) -> Option<String> {
    let line = header.to_string();
    let (found, value) = line.split_once(':')?;
    found
        .trim()
        .eq_ignore_ascii_case(name)
        .then(|| value.trim().to_owned())
}

/// All values of a header, in order.
pub(crate) fn values(message: &impl HasHeaders, name: &str) -> Vec<String> {
    message
        .headers()
        .iter()
        .filter_map(|header| match_value(header, name))
        .collect()
}

/// The first value of a header.
pub(crate) fn value(message: &impl HasHeaders, name: &str) -> Option<String> {
    values(message, name).into_iter().next()
}

/// CSeq, as number and method.
pub(crate) fn cseq(message: &impl HeadersExt) -> Option<(u32, Method)> {
    let cseq = message.cseq_header().ok()?.typed().ok()?;
    Some((cseq.seq, cseq.method))
}

/// The URI of the first Contact: what stands between the angle brackets, or all before the first parameter.
pub(crate) fn contact(message: &impl HasHeaders) -> Option<Uri> {
    let value = value(message, "Contact")?;
    let text = match value.split_once('<') {
        Some((_, rest)) => rest.split('>').next()?,
        None => value.split(';').next()?,
    };
    uri(text.trim()).ok()
}

/// A request out of its parts, with a fresh branch; `rest` are the headers after From, To, Call-ID and CSeq.
pub(crate) struct Draft<'a> {
    pub(crate) method: Method,
    pub(crate) target: &'a Uri,
    pub(crate) via: SocketAddr,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) call_id: &'a str,
    pub(crate) cseq: u32,
    pub(crate) rest: Vec<Header>,
    pub(crate) body: Option<Body>,
}

impl Draft<'_> {
    pub(crate) fn build(self) -> Result<Request> {
        let via = format!("SIP/2.0/UDP {};branch={COOKIE}{};rport", self.via, token()?);
        let cseq = format!("{} {}", self.cseq, self.method);
        let mut all = vec![
            Header::Via(headers::Via::new(via)),
            Header::MaxForwards(headers::MaxForwards::new("70")),
            Header::From(headers::From::new(self.from)),
            Header::To(headers::To::new(self.to)),
            Header::CallId(headers::CallId::new(self.call_id)),
            Header::CSeq(headers::CSeq::new(cseq)),
        ];
        all.extend(self.rest);
        all.push(Header::UserAgent(headers::UserAgent::new(
            "trunkline-phone",
        )));
        Ok(Request {
            method: self.method,
            uri: self.target.clone(),
            version: rsip::Version::V2,
            body: close(&mut all, self.body),
            headers: Headers::from(all),
        })
    }
}

/// The request that goes with an INVITE: CANCEL, or the ACK of a refusal. Same branch, same number (RFC 3261 §9.1, §17.1.1.3).
pub(crate) fn sibling(invite: &Request, method: Method, to: Option<&str>) -> Request {
    let mut all: Vec<Header> = ["Via", "From", "Call-ID", "Max-Forwards", "Route"]
        .iter()
        .flat_map(|name| {
            invite
                .headers()
                .iter()
                .filter(|header| match_value(header, name).is_some())
                .cloned()
        })
        .collect();
    let to = to.map_or_else(|| value(invite, "To").unwrap_or_default(), str::to_owned);
    let number = cseq(invite).map_or(1, |(number, _)| number);
    all.push(Header::To(headers::To::new(to)));
    all.push(Header::CSeq(headers::CSeq::new(format!(
        "{number} {method}"
    ))));
    Request {
        method,
        uri: invite.uri.clone(),
        version: rsip::Version::V2,
        body: close(&mut all, None),
        headers: Headers::from(all),
    }
}

/// A response to a request; `to` is our To value with its tag (RFC 3261 §8.2.6.2).
pub(crate) fn respond(
    request: &Request,
    code: u16,
    to: &str,
    rest: Vec<Header>,
    body: Option<Body>,
) -> Response {
    let mut all: Vec<Header> = ["Via", "Record-Route", "From", "Call-ID", "CSeq"]
        .iter()
        .flat_map(|name| {
            request
                .headers()
                .iter()
                .filter(|header| match_value(header, name).is_some())
                .cloned()
        })
        .collect();
    all.push(Header::To(headers::To::new(to)));
    all.push(Header::Allow(headers::Allow::new(ALLOW)));
    all.extend(rest);
    Response {
        status_code: code.into(),
        version: rsip::Version::V2,
        body: close(&mut all, body),
        headers: Headers::from(all),
    }
}

/// Appends type and length of a body and gives its bytes.
fn close(all: &mut Vec<Header>, body: Option<Body>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some((kind, text)) = body {
        all.push(Header::ContentType(headers::ContentType::new(kind)));
        bytes = text.into_bytes();
    }
    let length = bytes.len().to_string();
    all.push(Header::ContentLength(headers::ContentLength::new(length)));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_ends_where_content_length_says() {
        let text = "MESSAGE sip:a@b SIP/2.0\r\nContent-Length: 3\r\n\r\nabcdef";
        assert_eq!(parse(text.as_bytes()).unwrap().body(), b"abc");
    }

    #[test]
    fn contacts_that_rsip_itself_rejects_are_read() {
        for (value, expect) in [
            (
                "<sip:a@1.2.3.4:5070;ob>;+sip.instance=\"<urn:uuid:0>\";reg-id=1",
                "sip:a@1.2.3.4:5070;ob",
            ),
            ("\"A \\\"B\\\"\" <sip:a@1.2.3.4>", "sip:a@1.2.3.4"),
            ("sip:a@1.2.3.4;expires=60", "sip:a@1.2.3.4"),
        ] {
            let text = format!("SIP/2.0 200 OK\r\nContact: {value}\r\nContent-Length: 0\r\n\r\n");
            let message = parse(text.as_bytes()).unwrap();
            assert_eq!(contact(&message).unwrap().to_string(), expect);
        }
    }

    #[test]
    fn the_ack_of_a_refusal_shares_branch_and_number_with_the_invite() {
        let target = uri("sip:4000@127.0.0.1").unwrap();
        let invite = Draft {
            method: Method::Invite,
            target: &target,
            via: "127.0.0.1:5070".parse().unwrap(),
            from: "<sip:a@b>;tag=1",
            to: "<sip:4000@b>",
            call_id: "c",
            cseq: 7,
            rest: Vec::new(),
            body: None,
        }
        .build()
        .unwrap();
        let ack = sibling(&invite, Method::Ack, Some("<sip:4000@b>;tag=2"));
        assert_eq!(value(&ack, "Via"), value(&invite, "Via"));
        assert_eq!(value(&ack, "CSeq").unwrap(), "7 ACK");
        assert_eq!(value(&ack, "To").unwrap(), "<sip:4000@b>;tag=2");
    }
}
