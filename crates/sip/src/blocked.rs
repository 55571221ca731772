//! What was refused, from where and why, for an operator to read: a bounded table of source and cause.

use core::time::Duration;
use std::net::IpAddr;

/// Refusals of one cause for one source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Blocked {
    /// The host (IPv4) or the first address of its /64 (IPv6).
    pub source: IpAddr,
    /// Why, in the words of the counters.
    pub cause: &'static str,
    /// How often since `first_at`.
    pub count: u64,
    /// Absolute time of the first.
    pub first_at: Duration,
    /// Absolute time of the last.
    pub last_at: Duration,
    /// Method of the last request, `other` for one that we do not know.
    pub method: &'static str,
    /// User-Agent of the last request, without control characters and at most 80 characters long.
    pub user_agent: Option<String>,
}
