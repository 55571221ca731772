//! What every WebSocket of ours does to find out whether its other side lives: a ping every eight seconds, which keeps the connection;
//! who is silent for two of them is gone, or drips a frame (G12), and who does not take a frame in time is gone too.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::SinkExt as _;
use futures_util::stream::SplitSink;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

/// Well within what a connection may be silent for.
pub(crate) const PING_EVERY: Duration = Duration::from_secs(8);
/// Pings in a row that found no sign of life: the frame of somebody who drips is given up within 30 s (G12).
const MISSED_MAX: u32 = 2;
/// Time for the other side to take one frame.
const WRITE_MAX: Duration = Duration::from_secs(10);
/// Held by every connection, so it is small.
pub(crate) const READ_BUFFER_BYTES: usize = 4_096;

/// When pings are due.
pub(crate) fn pings() -> Interval {
    let mut pings = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pings
}

/// Writes a frame; not, when the other side is gone or does not take it in time.
pub(crate) async fn is_sent(sink: &mut SplitSink<WebSocket, Message>, message: Message) -> bool {
    matches!(timeout(WRITE_MAX, sink.send(message)).await, Ok(Ok(())))
}

/// Signs of life between two pings.
#[derive(Debug, Default)]
pub(crate) struct Signs {
    /// A frame came.
    is_heard: AtomicBool,
    /// Nothing was read, for there was no place: that is not the other side's fault.
    is_full: AtomicBool,
    /// Pings in a row without a sign.
    missed: AtomicU32,
}

impl Signs {
    /// A frame came.
    pub(crate) fn hear(&self) {
        self.is_heard.store(true, Ordering::Relaxed);
    }

    /// Nothing is read until there is a place.
    pub(crate) fn wait_for_a_place(&self) {
        self.is_full.store(true, Ordering::Relaxed);
    }

    /// There is one.
    pub(crate) fn read_on(&self) {
        self.hear();
        self.is_full.store(false, Ordering::Relaxed);
    }

    /// At each ping: did the other side owe a sign for too long?
    pub(crate) fn are_missed_for_long(&self) -> bool {
        let is_heard = self.is_heard.swap(false, Ordering::Relaxed);
        if is_heard || self.is_full.load(Ordering::Relaxed) {
            self.missed.store(0, Ordering::Relaxed);
            return false;
        }
        self.missed.fetch_add(1, Ordering::Relaxed) + 1 >= MISSED_MAX
    }
}
