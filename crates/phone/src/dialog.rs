//! A dialog (RFC 3261 §12): who the two are to each other, and the requests that go inside.
//!
//! From and To are whole header values with their tags, as they came; only the Contact is ever taken apart.

use std::net::SocketAddr;

use anyhow::{Result, anyhow};
use rsip::headers::untyped::UntypedHeader;
use rsip::{Header, Method, Request, Response, Uri, headers};

use crate::account::Account;
use crate::message::{ALLOW, Body, Draft, contact, cseq, token, uri, value, values};

/// One side of a call.
#[derive(Clone, Debug)]
pub(crate) struct Dialog {
    pub(crate) call_id: String,
    /// Our From (To, in an incoming call) with its tag.
    pub(crate) local: String,
    remote: String,
    /// The other side's Contact, or the dialled URI until there is one.
    target: Uri,
    routes: Vec<String>,
    contact: String,
    via: SocketAddr,
    cseq: u32,
}

impl Dialog {
    /// A dialog to be: for an INVITE to this URI, or a REGISTER to oneself.
    pub(crate) fn outgoing(
        account: &Account,
        via: SocketAddr,
        to: &str,
        target: &str,
    ) -> Result<Self> {
        Ok(Self {
            call_id: token()?,
            local: format!("<{}>;tag={}", account.address_of_record(), token()?),
            remote: format!("<{to}>"),
            target: uri(target)?,
            routes: Vec::new(),
            contact: contact_of(account, via),
            via,
            cseq: 0,
        })
    }

    /// The dialog that an INVITE to us asks for (§12.1.1).
    pub(crate) fn incoming(account: &Account, via: SocketAddr, invite: &Request) -> Result<Self> {
        let header =
            |name: &str| value(invite, name).ok_or_else(|| anyhow!("an INVITE without {name}"));
        Ok(Self {
            call_id: header("Call-ID")?,
            local: format!("{};tag={}", header("To")?, token()?),
            remote: header("From")?,
            target: contact(invite).ok_or_else(|| anyhow!("an INVITE without Contact"))?,
            routes: values(invite, "Record-Route"),
            contact: contact_of(account, via),
            via,
            cseq: 0,
        })
    }

    /// Takes tag, target and route from a response (§12.1.2); a provisional one may have none of them.
    pub(crate) fn learn(&mut self, response: &Response) {
        if let Some(to) = value(response, "To").filter(|to| to.contains(";tag=")) {
            self.remote = to;
        }
        if let Some(target) = contact(response) {
            self.target = target;
        }
        let mut routes = values(response, "Record-Route");
        routes.reverse();
        self.routes = routes;
    }

    /// Takes the target from a re-INVITE (§12.2.2).
    pub(crate) fn refresh(&mut self, request: &Request) {
        if let Some(target) = contact(request) {
            self.target = target;
        }
    }

    /// Whether a request belongs to this dialog.
    pub(crate) fn owns(&self, request: &Request) -> bool {
        value(request, "Call-ID").as_ref() == Some(&self.call_id)
    }

    /// The next request, with the next number.
    pub(crate) fn request(
        &mut self,
        method: Method,
        extra: Option<Header>,
        body: Option<Body>,
    ) -> Result<Request> {
        self.cseq += 1;
        self.draft(method, self.cseq, extra, body)
    }

    /// The ACK of a 2xx: a request of its own with the INVITE's number (§13.2.2.4).
    pub(crate) fn ack(&self, response: &Response, body: Option<Body>) -> Result<Request> {
        let number = cseq(response).map_or(self.cseq, |(number, _)| number);
        self.draft(Method::Ack, number, None, body)
    }

    fn draft(
        &self,
        method: Method,
        number: u32,
        extra: Option<Header>,
        body: Option<Body>,
    ) -> Result<Request> {
        let mut rest: Vec<Header> = self
            .routes
            .iter()
            .map(|route| Header::Route(headers::Route::new(route)))
            .collect();
        if matches!(method, Method::Invite | Method::Register) {
            rest.push(self.contact());
        }
        if method == Method::Invite {
            rest.push(Header::Allow(headers::Allow::new(ALLOW)));
        }
        rest.extend(extra);
        Draft {
            method,
            target: &self.target,
            via: self.via,
            from: &self.local,
            to: &self.remote,
            call_id: &self.call_id,
            cseq: number,
            rest,
            body,
        }
        .build()
    }

    /// Our Contact header.
    pub(crate) fn contact(&self) -> Header {
        Header::Contact(headers::Contact::new(&self.contact))
    }
}

fn contact_of(account: &Account, via: SocketAddr) -> String {
    format!("<sip:{}@{via}>", account.user)
}
