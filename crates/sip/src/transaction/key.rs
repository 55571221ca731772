//! Which transaction a message belongs to, RFC 3261 §17.1.3 and §17.2.3, and which request it repeats on another path.

use crate::message::{Message, Method, via::MAGIC_COOKIE};

/// Key of a client transaction: our branch, and whether the CSeq names INVITE, CANCEL or another method.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct ClientKey {
    branch: Vec<u8>,
    method: Method,
}

impl ClientKey {
    pub(crate) fn new(branch: &str, method: &Method) -> Self {
        Self {
            branch: branch.as_bytes().to_vec(),
            method: method.clone(),
        }
    }

    /// The key of a response. `None` when its Via or CSeq is not one of ours.
    pub(crate) fn of(response: &Message) -> Option<Self> {
        Some(Self {
            branch: response.via()?.branch()?.to_vec(),
            method: response.cseq()?.method,
        })
    }
}

/// Key of a server transaction.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum ServerKey {
    /// Branch with the magic cookie, sent-by, method (ACK counts as INVITE).
    Branch {
        branch: Vec<u8>,
        sent_by: Vec<u8>,
        port: Option<u16>,
        method: Method,
    },
    /// RFC 2543: no unique branch, so everything that an ACK and a CANCEL share with their INVITE.
    Rfc2543 {
        request_uri: Vec<u8>,
        from_tag: Vec<u8>,
        call_id: Vec<u8>,
        cseq: u32,
        via: Vec<u8>,
        method: Method,
    },
}

impl ServerKey {
    /// The key of a request, as if its method were `method`: the one of the INVITE for an ACK or a CANCEL.
    pub(crate) fn of(request: &Message, method: &Method) -> Option<Self> {
        let via = request.via()?;
        let method = method.clone();
        let branch = via.branch().unwrap_or_default();
        if branch.len() > MAGIC_COOKIE.len() && branch.starts_with(MAGIC_COOKIE.as_bytes()) {
            return Some(Self::Branch {
                branch: branch.to_vec(),
                sent_by: via.host.to_ascii_lowercase(),
                port: via.port,
                method,
            });
        }
        Some(Self::Rfc2543 {
            request_uri: request.request_uri()?.text.to_vec(),
            from_tag: request.from_tag().unwrap_or_default().to_vec(),
            call_id: request.call_id().to_vec(),
            cseq: request.cseq()?.number,
            via: via.text.to_vec(),
            method,
        })
    }
}

/// RFC 3261 §8.2.2.2: what two copies of one request share that took different paths.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct MergeKey {
    from_tag: Vec<u8>,
    call_id: Vec<u8>,
    cseq: u32,
    method: Method,
}

impl MergeKey {
    /// `None` for a request inside a dialog: those are not compared.
    pub(crate) fn of(request: &Message) -> Option<Self> {
        if request.to_tag().is_some() {
            return None;
        }
        let cseq = request.cseq()?;
        Some(Self {
            from_tag: request.from_tag()?.to_vec(),
            call_id: request.call_id().to_vec(),
            cseq: cseq.number,
            method: cseq.method,
        })
    }
}
