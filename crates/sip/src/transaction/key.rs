//! Which transaction a message belongs to, RFC 3261 §17.1.3 and §17.2.3, and which request it repeats on another path.
//!
//! A key is one run of bytes, its parts one behind the other: it is made, hashed and compared at once.

use crate::message::{Message, Method, via::MAGIC_COOKIE};

/// Parts, each behind its length, so that no two lists of parts are alike.
fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut key = Vec::with_capacity(BYTES_USUAL);
    for part in parts {
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        key.extend_from_slice(&length.to_be_bytes());
        key.extend_from_slice(part);
    }
    key
}

/// Room for a branch, a host and their like.
const BYTES_USUAL: usize = 96;

/// Key of a client transaction: our branch, and the method that CSeq names.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ClientKey(Vec<u8>);

impl ClientKey {
    pub(crate) fn new(branch: &str, method: &Method) -> Self {
        Self::of_parts(branch.as_bytes(), method)
    }

    /// The key of a response. `None` when its Via or CSeq is not one of ours.
    pub(crate) fn of(response: &Message) -> Option<Self> {
        let branch = response.via()?.branch()?;
        Some(Self::of_parts(branch, &response.cseq()?.method))
    }

    fn of_parts(branch: &[u8], method: &Method) -> Self {
        Self(joined(&[branch, method.as_str().as_bytes()]))
    }
}

/// Key of a server transaction: branch with the magic cookie, sent-by, method (ACK counts as INVITE). RFC 2543 has no unique
/// branch: there it is everything that an ACK and a CANCEL share with their INVITE.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ServerKey(Vec<u8>);

impl ServerKey {
    /// The key of a request, as if its method were `method`: the one of the INVITE for an ACK or a CANCEL.
    pub(crate) fn of(request: &Message, method: &Method) -> Option<Self> {
        let via = request.via()?;
        let method = method.as_str().as_bytes();
        let branch = via.branch().unwrap_or_default();
        if branch.len() > MAGIC_COOKIE.len() && branch.starts_with(MAGIC_COOKIE.as_bytes()) {
            let port = via.port.map(u16::to_be_bytes);
            let port = port.as_ref().map_or(&[][..], |port| port);
            let mut key = joined(&[method, port, branch, via.host]);
            let host_at = key.len().saturating_sub(via.host.len());
            let host = key.get_mut(host_at..).unwrap_or_default();
            host.make_ascii_lowercase();
            return Some(Self(key));
        }
        Some(Self(joined(&[
            b"RFC 2543",
            method,
            request.request_uri()?.text,
            request.from_tag().unwrap_or_default(),
            request.call_id(),
            &request.cseq()?.number.to_be_bytes(),
            via.text,
        ])))
    }
}

/// RFC 3261 §8.2.2.2: what two copies of one request share that took different paths.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct MergeKey(Vec<u8>);

impl MergeKey {
    /// `None` for a request inside a dialog: those are not compared.
    pub(crate) fn of(request: &Message) -> Option<Self> {
        if request.to_tag().is_some() {
            return None;
        }
        let cseq = request.cseq()?;
        Some(Self(joined(&[
            request.from_tag()?,
            request.call_id(),
            &cseq.number.to_be_bytes(),
            cseq.method.as_str().as_bytes(),
        ])))
    }
}
