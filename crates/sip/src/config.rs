//! What an endpoint is given at its start: names, limits (S7), registration bounds and the timers of RFC 3261.
//!
//! Every bound of the crate stands here, so that a reader finds all of them in one place and an admin can set them.

use crate::flow::Transport;
use core::time::Duration;
use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
};

/// Configuration of an [`crate::Endpoint`].
#[derive(Clone, Debug)]
pub struct EndpointConfig {
    /// Domain of our addresses of record, such as `call.example.com`; listener addresses count as ours too.
    pub domain: String,
    /// Realm of the digest challenges.
    pub realm: String,
    /// Value of Server and User-Agent, such as `Trunkline/0.1`.
    pub product: String,
    /// The sockets that the shell has bound.
    pub listeners: Vec<(Transport, SocketAddr)>,
    /// Addresses that are ours besides those of the listeners: of the interfaces behind a wildcard, or outside a NAT.
    ///
    /// The first of the peer's family stands in Via and Contact where a listener is a wildcard; all of them count as
    /// ours in From and Contact (S11, S13).
    pub public: Vec<IpAddr>,
    /// Key of nonces, tags and branches: secret, and fresh at each start.
    pub nonce_secret: [u8; 32],
    /// Seed of everything that is drawn; same seed, same bytes (R3).
    pub seed: u64,
    /// Users that anybody may call without authentication.
    pub hotlines: BTreeSet<String>,
    /// Bounds of messages and tables.
    pub limits: Limits,
    /// Bounds of registrations.
    pub registration: RegistrationLimits,
    /// Timers of RFC 3261.
    pub timers: Timers,
    /// Session timers of RFC 4028.
    pub session_timer: SessionTimer,
}

/// The password of a user, hashed as the two digest algorithms need it (RFC 7616 §3.4.2).
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// MD5 of `user:realm:password`.
    pub ha1_md5: [u8; 16],
    /// SHA-256 of `user:realm:password`.
    pub ha1_sha256: [u8; 32],
}

// S22: a hash that stands for a password is never printed.
impl core::fmt::Debug for Account {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("Account(secret)")
    }
}

/// Bounds of one message and of the tables (S7).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Start line, headers and body together.
    pub message_bytes_max: usize,
    /// Header fields in a message.
    pub headers_max: usize,
    /// One header field with its name and its folded lines.
    pub header_line_bytes_max: usize,
    /// One URI.
    pub uri_bytes_max: usize,
    /// Via values in a message.
    pub vias_max: usize,
    /// A body; what is longer gets 413.
    pub body_bytes_max: usize,
    /// INVITE sessions alive at one time; one more gets 503.
    pub sessions_max: usize,
    /// Transactions alive at one time; one more gets 503.
    pub transactions_max: usize,
    /// Calls of strangers from one source that have no ACK yet; one more gets 503 (S7, S9).
    pub stranger_pending_per_source_max: usize,
    /// Calls of strangers from everywhere that have no ACK yet; `None` = half of `sessions_max`.
    pub stranger_pending_max: Option<usize>,
    /// Calls of strangers from one source, answered or not; one more gets 503.
    pub stranger_sessions_per_source_max: usize,
    /// REFERs of one session whose outcome is still awaited; one more gets 503.
    pub refers_per_session_max: usize,
    /// Wrong passwords a minute from one source for one user; after them credentials get 403 unread (G9).
    pub wrong_passwords_per_minute_max: usize,
    /// Connections of ours to trunks at one time; a request that would need one more is not sent.
    pub connections_max: usize,
    /// Pairs of source and user whose wrong passwords are remembered; the oldest goes for one more.
    pub wrong_password_rows_max: usize,
    /// Subscriptions alive at one time; one more gets 503.
    pub subscriptions_max: usize,
    /// Of these, those of one user; one more gets 403 (S7).
    pub subscriptions_per_user_max: usize,
    /// MESSAGE requests that wait for a phone's answer at one time; one more gets 503.
    pub relays_max: usize,
    /// MESSAGE requests of one user within a minute; one more gets 480 with Retry-After.
    pub messages_per_minute_max: usize,
    /// Text of a MESSAGE in bytes (RFC 3428 §8); what is longer gets 413.
    pub message_text_bytes_max: usize,
    /// Rows of [`crate::Endpoint::blocked`]; the one of the lowest rank goes for one more.
    pub blocked_rows_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes_max: 65_535,
            headers_max: 128,
            header_line_bytes_max: 8_192,
            uri_bytes_max: 1_024,
            vias_max: 70,
            body_bytes_max: 16_384,
            sessions_max: 20_000,
            transactions_max: 100_000,
            stranger_pending_per_source_max: 20,
            stranger_pending_max: None,
            stranger_sessions_per_source_max: 200,
            refers_per_session_max: 4,
            wrong_passwords_per_minute_max: 10,
            connections_max: 1_000,
            wrong_password_rows_max: 10_000,
            subscriptions_max: 50_000,
            subscriptions_per_user_max: 200,
            relays_max: 1_000,
            messages_per_minute_max: 60,
            message_text_bytes_max: 1_300,
            blocked_rows_max: 1_000,
        }
    }
}

/// Bounds of registrations, RFC 3261 §10.3.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RegistrationLimits {
    /// Less (but not 0) gets 423 with Min-Expires.
    pub expires_s_min: u32,
    /// Granted when the phone names none.
    pub expires_s_default: u32,
    /// Granted when the phone asks for more.
    pub expires_s_max: u32,
    /// Contacts of one address of record (S7); a REGISTER with more of them gets 403.
    pub contacts_max: usize,
    /// One more contact takes the place of the least preferred and oldest one; else it gets 403 (A5).
    pub displaces_oldest: bool,
    /// Path values of one REGISTER (RFC 3327); one more gets 400.
    pub path_max: usize,
    /// Flow-Timer that a phone with outbound is told on a connection: it shows itself at least so often (RFC 5626 §5.4).
    pub flow_timer_s: u32,
    /// How often a contact is asked by OPTIONS whether it is still there; `None` = never. One that does not answer within
    /// 16*T1, over UDP five copies of the question, is silent: no call goes to it until it is heard again (A5, G18).
    pub probe_every: Option<Duration>,
}

impl Default for RegistrationLimits {
    fn default() -> Self {
        Self {
            // The figures of Asterisk's registrar. Bindings outlive a restart, and probes find the dead ones.
            expires_s_min: 60,
            expires_s_default: 3_600,
            expires_s_max: 7_200,
            contacts_max: 10,
            displaces_oldest: true,
            path_max: 8,
            flow_timer_s: 120,
            probe_every: None,
        }
    }
}

/// Session timers, RFC 4028: what shows that a peer whom nobody hears is still there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SessionTimer {
    /// Session-Expires that we ask for, in seconds (§4: 1800 is recommended).
    pub expires_s: u32,
    /// Least that we accept, in seconds; less gets 422 with Min-SE (§5: never below 90).
    pub expires_s_min: u32,
}

impl Default for SessionTimer {
    fn default() -> Self {
        Self {
            expires_s: 1_800,
            expires_s_min: 90,
        }
    }
}

/// The three base values of RFC 3261 §17.1.1.1 from which all transaction timers follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timers {
    /// Round-trip estimate.
    pub t1: Duration,
    /// Longest retransmission interval of a non-INVITE request or an INVITE response.
    pub t2: Duration,
    /// Longest time that a message stays in the network.
    pub t4: Duration,
}

impl Timers {
    /// `64*T1`: the time-out of B, F, H, J, L, M and of the wait for an ACK.
    pub fn timeout(&self) -> Duration {
        self.t1.saturating_mul(64)
    }
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
        }
    }
}
