//! Bindings of addresses of record, RFC 3261 §10.3.

use crate::{flow::Flow, message::uri::Uri};
use core::time::Duration;

/// One contact of a user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Binding {
    /// The contact: Request-URI of calls to it.
    pub contact: Uri,
    /// The flow of its REGISTER, over which calls go.
    pub flow: Flow,
    /// Absolute time of its end.
    pub expires_at: Duration,
    /// User-Agent of the phone.
    pub user_agent: Option<String>,
    /// `+sip.instance` of the contact, if the phone has one.
    pub instance: Option<String>,
    /// Call-ID of the REGISTER that bound it.
    pub call_id: String,
    /// CSeq of the REGISTER that bound it.
    pub cseq: u32,
}
