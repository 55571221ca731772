//! Dialogs, RFC 3261 §12: who speaks with whom, by which route, and the next number.
//!
//! A dialog is made once, from the INVITE (as UAS) or from its 2xx (as UAC), and writes the heads of requests inside it.
//! From and To are kept as they stood in the first messages, because the peer compares them (RFC 3261 §12.2.1.1 asks for
//! the URIs as they were for the sake of RFC 2543).

use crate::{
    event::HOPS_MAX,
    flow::Flow,
    message::{Builder, Header, Message, Method, NameAddr, Uri},
    trunk::TrunkName,
};
use std::sync::Arc;

/// Call-ID, our tag, their tag: one run of bytes, which is hashed and compared at once.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct DialogKey {
    text: Vec<u8>,
    local_at: usize,
    remote_at: usize,
}

impl DialogKey {
    pub(crate) fn new(call_id: &[u8], local_tag: &[u8], remote_tag: &[u8]) -> Self {
        let local_at = call_id.len();
        Self {
            text: [call_id, local_tag, remote_tag].concat(),
            local_at,
            remote_at: local_at.saturating_add(local_tag.len()),
        }
    }

    pub(crate) fn call_id(&self) -> &[u8] {
        self.text.get(..self.local_at).unwrap_or_default()
    }

    fn local_tag(&self) -> &[u8] {
        let tags = self.text.get(self.local_at..self.remote_at);
        tags.unwrap_or_default()
    }

    fn remote_tag(&self) -> &[u8] {
        self.text.get(self.remote_at..).unwrap_or_default()
    }

    /// Call-ID, our tag, their tag.
    #[cfg(test)]
    pub(crate) fn parts(&self) -> (&[u8], &[u8], &[u8]) {
        (self.call_id(), self.local_tag(), self.remote_tag())
    }

    /// The same dialog as the peer names it.
    #[cfg(test)]
    pub(crate) fn mirrored(&self) -> Self {
        Self::new(self.call_id(), self.remote_tag(), self.local_tag())
    }

    /// The dialog that a request inside one names; `None` without a To tag.
    pub(crate) fn of_request(request: &Message) -> Option<Self> {
        // RFC 3261 §12.1.1: a missing From tag is an empty one.
        let remote_tag = request.from_tag().unwrap_or_default();
        Some(Self::new(request.call_id(), request.to_tag()?, remote_tag))
    }

    /// The dialog that a request of ours stands in; `None` outside of one.
    pub(crate) fn of_head(head: &Head) -> Option<Self> {
        let local_tag = NameAddr::parse(&head.from)?.tag()?;
        let remote_tag = NameAddr::parse(&head.to)?.tag()?;
        Some(Self::new(&head.call_id, local_tag, remote_tag))
    }
}

/// What all requests have: the start of each of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Head {
    pub(crate) uri: Uri,
    /// `SIP/2.0/UDP host:port`, without parameters.
    pub(crate) sent_by: Arc<str>,
    pub(crate) branch: String,
    pub(crate) routes: Vec<Uri>,
    /// Values of From and To, tags included.
    pub(crate) from: Vec<u8>,
    pub(crate) to: Vec<u8>,
    pub(crate) call_id: Vec<u8>,
    pub(crate) cseq: u32,
    /// Max-Forwards.
    pub(crate) hops_left: u8,
    pub(crate) flow: Flow,
    /// The trunk whose server it goes to: that alone may ask for a proof of ours (S12, advisory 35).
    pub(crate) trunk: Option<TrunkName>,
}

impl Head {
    /// Our tag: in From, where we write it last, and without anything that needs quotes.
    pub(crate) fn local_tag(&self) -> Option<&str> {
        let from = core::str::from_utf8(&self.from).ok()?;
        let (before, tag) = from.rsplit_once('=')?;
        before.ends_with(";tag").then_some(tag)
    }

    /// Starts the request. CANCEL and the ACK to a refusal are the head of their INVITE with another method
    /// (RFC 3261 §9.1, §17.1.1.3).
    pub(crate) fn start(&self, method: &Method) -> Builder {
        let (uri, routes) = self.next_hop();
        let mut builder = Builder::request(method, uri).header(Header::Via, |out| {
            out.text(&self.sent_by)
                .param("branch", &self.branch)
                .word(";rport");
        });
        for route in routes {
            builder = builder.header(Header::Route, |out| {
                out.bracketed(route);
            });
        }
        builder
            .header(Header::MaxForwards, |out| {
                out.number(u64::from(self.hops_left));
            })
            .header(Header::From, |out| {
                out.copied(&self.from);
            })
            .header(Header::To, |out| {
                out.copied(&self.to);
            })
            .header(Header::CallId, |out| {
                out.copied(&self.call_id);
            })
            .header(Header::CSeq, |out| {
                out.number(u64::from(self.cseq))
                    .word(" ")
                    .text(method.as_str());
            })
    }

    /// RFC 3261 §12.2.1.1: a strict router (no `lr`) gets itself as Request-URI and the target as the last route.
    fn next_hop(&self) -> (&Uri, Vec<&Uri>) {
        match self.routes.split_first() {
            Some((first, rest)) if first.view().parameter("lr").is_none() => (
                first,
                rest.iter().chain(core::iter::once(&self.uri)).collect(),
            ),
            Some(_) | None => (&self.uri, self.routes.iter().collect()),
        }
    }

    /// The ACK to the 2xx of a re-INVITE, a transaction of its own (RFC 3261 §13.2.2.4, §17.1.1.3).
    pub(crate) fn ack_of_success(&self, response: &Message, branch: String) -> bytes::Bytes {
        let mut head = self.clone();
        head.branch = branch;
        // RFC 3261 §12.2.1.2: the 2xx may move the target.
        if let Some(target) = response.contact() {
            head.uri = target;
        }
        head.start(&Method::Ack).finish()
    }

    /// The ACK to a refusal: To is that of the response (RFC 3261 §17.1.1.3).
    pub(crate) fn ack_of_refusal(&self, response: &Message) -> bytes::Bytes {
        let mut head = self.clone();
        if let Some(to) = response.first(Header::To) {
            head.to = to.to_vec();
        }
        head.start(&Method::Ack).finish()
    }
}

/// One dialog.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Dialog {
    pub(crate) key: DialogKey,
    /// The flow on which the peer was heard last.
    pub(crate) flow: Flow,
    /// We sent its INVITE, so the Call-ID is ours (RFC 3261 §14.1).
    pub(crate) is_caller: bool,
    /// Over which our requests go, where that is another one: the route or target of a trunk names it.
    pub(crate) way: Option<Flow>,
    /// That flow is a connection that is gone.
    pub(crate) is_cut: bool,
    /// The trunk that the peer is reached by.
    pub(crate) trunk: Option<TrunkName>,
    local: Vec<u8>,
    remote: Vec<u8>,
    target: Uri,
    routes: Vec<Uri>,
    local_cseq: u32,
    remote_cseq: Option<u32>,
}

impl Dialog {
    /// RFC 3261 §12.1.1: as UAS, from an INVITE. `None` without a usable Contact.
    pub(crate) fn of_invite(invite: &Message, local_tag: &str, flow: Flow) -> Option<Self> {
        let local = [invite.first(Header::To)?, b";tag=", local_tag.as_bytes()].concat();
        Some(Self {
            key: DialogKey::new(
                invite.call_id(),
                local_tag.as_bytes(),
                invite.from_tag().unwrap_or_default(),
            ),
            flow,
            is_caller: false,
            way: None,
            is_cut: false,
            trunk: None,
            local,
            remote: invite.first(Header::From)?.to_vec(),
            // RFC 2543 has calls without Contact: From says where the caller is.
            target: invite.contact().or_else(|| invite.from()?.to_uri())?,
            routes: routes(invite).collect(),
            local_cseq: 0,
            remote_cseq: Some(invite.cseq()?.number),
        })
    }

    /// RFC 3261 §12.1.2: as UAC, from the 2xx to our INVITE. A 2xx without a usable Contact leaves the Request-URI.
    pub(crate) fn of_answer(head: &Head, local_tag: &str, answer: &Message) -> Option<Self> {
        let mut routes: Vec<Uri> = routes(answer).collect();
        routes.reverse();
        Some(Self {
            key: DialogKey::new(
                &head.call_id,
                local_tag.as_bytes(),
                answer.to_tag().unwrap_or_default(),
            ),
            flow: head.flow,
            is_caller: true,
            way: None,
            is_cut: false,
            trunk: head.trunk.clone(),
            local: head.from.clone(),
            remote: answer.first(Header::To)?.to_vec(),
            target: answer.contact().unwrap_or_else(|| head.uri.clone()),
            routes,
            local_cseq: head.cseq,
            remote_cseq: None,
        })
    }

    /// The head of the next request of ours.
    pub(crate) fn next_head(&mut self, sent_by: Arc<str>, branch: String) -> Head {
        self.next_cseq();
        self.head(sent_by, branch)
    }

    /// The number of the next request of ours.
    pub(crate) fn next_cseq(&mut self) -> u32 {
        self.local_cseq = self.local_cseq.saturating_add(1);
        self.local_cseq
    }

    /// The head with the number as it stands: that of the ACK to a 2xx, right after its INVITE.
    pub(crate) fn head(&self, sent_by: Arc<str>, branch: String) -> Head {
        Head {
            uri: self.target.clone(),
            sent_by,
            branch,
            routes: self.routes.clone(),
            from: self.local.clone(),
            to: self.remote.clone(),
            call_id: self.key.call_id().to_vec(),
            cseq: self.local_cseq,
            hops_left: HOPS_MAX,
            flow: self.out(),
            trunk: self.trunk.clone(),
        }
    }

    /// RFC 3261 §12.2.2: takes the number of a request of theirs; false when it is out of order.
    pub(crate) fn accept_cseq(&mut self, cseq: u32) -> bool {
        let in_order = self.remote_cseq.is_none_or(|last| cseq > last);
        if in_order {
            self.remote_cseq = Some(cseq);
        }
        in_order
    }

    /// The peer speaks on a flow: he is to be reached there.
    pub(crate) fn heard_on(&mut self, flow: Flow) {
        self.flow = flow;
        self.way = None;
        self.is_cut = false;
    }

    /// The flow of our requests: what their Via has to name.
    pub(crate) fn out(&self) -> Flow {
        self.way.unwrap_or(self.flow)
    }

    /// The URI that the next request goes to: the first route, else where the peer is (RFC 3261 §12.2.1.1).
    pub(crate) fn next_hop(&self) -> &Uri {
        self.routes.first().unwrap_or(&self.target)
    }

    /// Where the peer is, unless only a proxy knows the way.
    pub(crate) fn direct_target(&self) -> Option<&Uri> {
        self.routes.is_empty().then_some(&self.target)
    }

    /// RFC 3261 §12.2: a re-INVITE may move the target.
    pub(crate) fn refresh_target(&mut self, request: &Message) {
        if let Some(target) = request.contact() {
            self.target = target;
        }
    }

    pub(crate) fn has_remote_tag(&self, tag: &[u8]) -> bool {
        self.key.remote_tag() == tag
    }

    /// An early dialog of the same INVITE has become this one: the numbers go on (RFC 3261 §12.2.1.1, §13.2.2.4).
    pub(crate) fn succeed(&mut self, early: &Dialog) {
        self.local_cseq = self.local_cseq.max(early.local_cseq);
        self.remote_cseq = early.remote_cseq;
    }

    /// Leaves out numbers: a fork that is hung up may have had a PRACK in an early dialog that nobody remembers
    /// (RFC 3261 §12.2.1.1 lets numbers leap).
    pub(crate) fn leap(&mut self) {
        self.local_cseq = self.local_cseq.saturating_add(100);
    }

    pub(crate) fn local_tag(&self) -> &str {
        core::str::from_utf8(self.key.local_tag()).unwrap_or_default()
    }
}

fn routes(message: &Message) -> impl Iterator<Item = Uri> {
    message
        .addresses(Header::RecordRoute)
        .filter_map(|route| route.to_uri())
}
