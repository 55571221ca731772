//! What is asked of name servers, in plain types: the shore between the rules of RFC 3263 and whoever looks names up.

use core::future::Future;
use core::net::IpAddr;

/// A NAPTR record (RFC 3403 §4.1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Naptr {
    pub(super) order: u16,
    pub(super) preference: u16,
    pub(super) flags: String,
    pub(super) services: String,
    pub(super) has_regexp: bool,
    /// The name to go on with.
    pub(super) replacement: String,
}

/// An SRV record (RFC 2782).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Srv {
    pub(super) priority: u16,
    pub(super) weight: u16,
    pub(super) port: u16,
    /// Without the final dot: empty for the root, which says that there is no such service.
    pub(super) target: String,
}

/// Why there are no records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lack {
    /// The servers say that there are none.
    Nothing,
    /// No server said anything that could be used.
    NoAnswer,
}

pub(super) type Found<T> = Result<Vec<T>, Lack>;

/// Who looks names up. Lists are not empty.
pub(super) trait Names: Send + Sync {
    fn naptr(&self, name: &str) -> impl Future<Output = Found<Naptr>> + Send;
    fn srv(&self, name: &str) -> impl Future<Output = Found<Srv>> + Send;
    /// Both families, IPv6 first (RFC 7984 §4).
    fn addresses(&self, name: &str) -> impl Future<Output = Found<IpAddr>> + Send;
}
