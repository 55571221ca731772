//! Transactions, RFC 3261 §17 with the Accepted states of RFC 6026.
//!
//! Four machines, one a file, that know neither time nor network: each takes what happened and notes [`Action`]s for its
//! owner. The table finds the machine of a message; the timer wheel is the only ordered list of what is to come.

pub(crate) mod client;
pub(crate) mod invite_client;
pub(crate) mod invite_server;
pub(crate) mod key;
pub(crate) mod server;
pub(crate) mod table;
pub(crate) mod timer;

use bytes::Bytes;
use core::time::Duration;
use timer::Timer;

/// Name of a transaction inside the endpoint.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct TransactionId(pub(crate) u64);

/// What a machine asks of its owner.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Action {
    /// Send for the first time.
    Send(Bytes),
    /// Send once more.
    Repeat(Bytes),
    /// Set a timer so far from here; set again, it moves.
    Start(Timer, Duration),
    /// Forget a timer.
    Stop(Timer),
    /// Nobody answered: tell the user of the transaction.
    TimedOut,
    /// The machine is done: forget it.
    Terminated,
}

/// What every machine is made with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Setting {
    /// Base values.
    pub(crate) timers: crate::config::Timers,
    /// RFC 3261 §17: nothing is repeated over a stream, and nothing is waited for.
    pub(crate) is_reliable: bool,
}

impl Setting {
    /// D, I, J, K: the wait for repeats, zero over a stream.
    pub(crate) fn linger(&self, duration: Duration) -> Duration {
        if self.is_reliable {
            Duration::ZERO
        } else {
            duration
        }
    }

    /// The next interval of a non-INVITE request or an INVITE response.
    pub(crate) fn double_to_t2(&self, interval: Duration) -> Duration {
        interval.saturating_mul(2).min(self.timers.t2)
    }
}

#[cfg(test)]
mod tests;
