//! Bounds of the gate (S7, S9), with defaults for a centre of ten thousand phones.
//!
//! A call costs about eight messages of its caller (INVITE, ACK, BYE, answers, a re-INVITE or two, keys by INFO): 100 a second
//! are a dozen new calls a second from one address that is no trunk.

/// Bounds of the gate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GateLimits {
    /// For each source that nobody vouches for: an IPv4 host, an IPv6 /64.
    pub per_source: Rate,
    /// For all those sources together: for datagrams, and as much again for messages on connections, whose sources cannot
    /// be forged.
    pub strangers: Rate,
    /// New connections of each such source, whatever stream they are: one more is closed before its handshake. At once as many
    /// as may be alive, so that an office behind one NAT comes back after a restart.
    pub connections: Rate,
    /// For each registered phone, by address and port.
    pub phone: Rate,
    /// For each network of a carrier.
    pub carrier: Rate,
    /// Strangers that are told apart at one time; beyond that the eldest idle one begins anew.
    pub sources_max: usize,
    /// Phones that are vouched for; one more passes as a stranger.
    pub phones_max: usize,
    /// Networks of carriers that are vouched for; one more passes as a stranger.
    pub carriers_max: usize,
    /// Rows of the table of refusals.
    pub refusals_max: usize,
}

/// How many messages pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// A second, in the long run; 0 counts as 1.
    pub per_second: u32,
    /// At once, after a pause; 0 counts as 1.
    pub burst: u32,
}

impl Default for GateLimits {
    fn default() -> Self {
        let rate = |per_second, burst| Rate { per_second, burst };
        Self {
            per_source: rate(100, 300),
            strangers: rate(4_000, 4_000),
            connections: rate(50, 2_000),
            phone: rate(200, 400),
            carrier: rate(5_000, 10_000),
            sources_max: 65_536,
            phones_max: 131_072,
            carriers_max: 4_096,
            refusals_max: 1_000,
        }
    }
}
