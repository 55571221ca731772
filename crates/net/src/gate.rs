//! The gate before the parser and before the engine's queue, S9 and G10: whose packets come in, how many, and by which lane.
//!
//! Every datagram and every message of a stream asks here first, by its source alone: nothing is read of it. Strangers have a
//! bucket for each source and one for all of them; a peer for whom the engine vouches ([`sip::Vouch`]: a registered phone, a
//! carrier) has a bucket of its own, and a lane of the queue that strangers cannot fill. So a flood, forged or not, costs
//! strangers their turn and a forged name its own budget, and nobody else anything. Nobody is ever banned: a bucket refills.
//! A datagram beyond the budget is dropped, for SIP repeats it; a stream is not read on until its source has a turn, so that
//! its peer learns it from TCP. A stranger who opens connections faster than he may finds them closed before a handshake.
//! All of it is counted and stands in a bounded table for the operator.

mod bucket;
mod lanes;
mod limits;
mod refusals;
mod sources;
mod table;

use core::net::SocketAddr;
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use sip::{Flow, Vouch};
use tracing::{info, warn};

use crate::{Clock, Counter, SipCounters, SipInbound};
pub use lanes::{SipInboundReceiver, SipInboundSender, inbound_queue};
pub use limits::{GateLimits, Rate};
pub use refusals::GateRefusal;
use refusals::Refusals;
use table::{Budgets, Cause, Lane, Refused};

/// The first pause of a stream beyond its budget; it doubles up to [`PACE_MAX`], so that a thousand streams which wait for
/// one bucket do not wake a thousand times for each of its tokens.
const PACE_MIN: Duration = Duration::from_millis(10);
const PACE_MAX: Duration = Duration::from_secs(1);
/// After so long without a refusal the next one is told in the log.
const QUIET: Duration = Duration::from_secs(60);

/// The gate of one shell, shared by its listeners and connections.
#[derive(Debug)]
pub(crate) struct Gate {
    clock: Clock,
    queue: SipInboundSender,
    counters: Arc<SipCounters>,
    /// Held for a look-up, never while anything waits.
    book: Mutex<Book>,
}

#[derive(Debug)]
struct Book {
    budgets: Budgets,
    refusals: Refusals,
    refused_at: Option<Duration>,
}

/// How a message came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum By {
    /// Its source may be forged.
    Datagram,
    /// Its source has answered us.
    Stream,
    /// We chose whom to connect to.
    OurConnection,
}

/// The engine's loop has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct EngineGone;

impl Gate {
    pub(crate) fn new(
        limits: &GateLimits,
        clock: Clock,
        queue: SipInboundSender,
        counters: Arc<SipCounters>,
    ) -> Self {
        let book = Book {
            budgets: Budgets::new(limits),
            refusals: Refusals::new(limits.refusals_max),
            refused_at: None,
        };
        Self {
            clock,
            queue,
            counters,
            book: Mutex::new(book),
        }
    }

    /// May a datagram from there be looked at? Asked before a byte of it is read; `None` is counted here.
    pub(crate) fn admit(&self, remote: SocketAddr) -> Option<Lane> {
        let now = self.clock.now();
        let taken = self.book().budgets.take(now, remote, By::Datagram);
        match taken {
            Ok(lane) => Some(lane),
            Err(Refused { cause, .. }) => {
                self.refuse(now, remote, cause);
                None
            }
        }
    }

    /// May somebody there open one more connection? A handshake of TLS costs far more than a message, and each connection has
    /// its word to the engine when it ends. `false` is counted here.
    pub(crate) fn knock(&self, remote: SocketAddr) -> bool {
        let now = self.clock.now();
        let taken = self.book().budgets.knock(now, remote.ip());
        if let Err(cause) = taken {
            self.refuse(now, remote, cause);
        }
        taken.is_ok()
    }

    /// Hands an admitted datagram to the engine. Overflow rule (S8): it is dropped and counted.
    pub(crate) fn datagram(&self, lane: Lane, flow: Flow, bytes: Bytes) -> Result<(), EngineGone> {
        let remote = flow.remote;
        match self
            .queue
            .try_send(lane, SipInbound::Message { flow, bytes })
        {
            Ok(()) => Ok(()),
            Err(lanes::NotSent::Full) => {
                self.counters.udp_in_overflow.increment();
                self.refuse(self.clock.now(), remote, Cause::Queue);
                Ok(())
            }
            Err(lanes::NotSent::Closed) => Err(EngineGone),
        }
    }

    /// Hands news of a stream to the engine: a message when its source has a turn, other news by the lane of the messages
    /// so that they do not overtake each other. Waits for a place in the queue, so its reader waits.
    pub(crate) async fn stream(&self, news: SipInbound) -> Result<(), EngineGone> {
        let lane = match &news {
            SipInbound::Message { flow, .. } => self.turn(flow).await,
            SipInbound::FlowClosed { flow } => self.book().budgets.farewell(flow.remote, by(flow)),
            SipInbound::PeerNames { flow, .. } => self.book().budgets.lane(flow.remote, by(flow)),
            SipInbound::Resolved { .. } => Lane::Known,
        };
        self.queue.send(lane, news).await
    }

    /// News that nobody can wait with; a full queue is counted.
    pub(crate) fn tell(&self, news: SipInbound) {
        if self.queue.try_send(Lane::Known, news) == Err(lanes::NotSent::Full) {
            self.counters.notice_overflow.increment();
        }
    }

    /// From here on that peer has a budget of its own, or no longer.
    pub(crate) fn vouch(&self, vouch: Vouch) {
        if !self.book().budgets.vouch(vouch) {
            self.counters.gate_vouch_overflow.increment();
            warn!(peer = ?vouch.peer, "no room to vouch for one more peer: it passes the gate as a stranger");
        }
    }

    /// What was refused, the latest first.
    pub(crate) fn report(&self) -> Vec<GateRefusal> {
        self.book().refusals.rows()
    }

    async fn turn(&self, flow: &Flow) -> Lane {
        let mut pause = PACE_MIN;
        let mut is_told = false;
        loop {
            let now = self.clock.now();
            let taken = self.book().budgets.take(now, flow.remote, by(flow));
            let Refused { cause, wait } = match taken {
                Ok(lane) => return lane,
                Err(refused) => refused,
            };
            if !is_told {
                self.refuse(now, flow.remote, cause);
                self.counters.gate_paced.increment();
                is_told = true;
            }
            tokio::time::sleep(wait.max(pause)).await;
            pause = pause.saturating_mul(2).min(PACE_MAX);
        }
    }

    fn refuse(&self, now: Duration, remote: SocketAddr, cause: Cause) {
        self.counter(cause).increment();
        let mut book = self.book();
        book.refusals.count(now, remote.ip(), cause);
        let before = book.refused_at.replace(now);
        drop(book);
        if before.is_none_or(|before| now.saturating_sub(before) > QUIET) {
            info!(source = %remote.ip(), cause = cause.word(), "what is beyond its budget is refused at the gate");
        }
    }

    fn counter(&self, cause: Cause) -> &Counter {
        match cause {
            Cause::Source => &self.counters.gate_source,
            Cause::Strangers => &self.counters.gate_strangers,
            Cause::Phone => &self.counters.gate_phone,
            Cause::Carrier => &self.counters.gate_carrier,
            Cause::Queue => &self.counters.gate_queue,
            Cause::Connections => &self.counters.gate_connections,
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn by(flow: &Flow) -> By {
    if flow.connection >= Flow::OURS {
        By::OurConnection
    } else {
        By::Stream
    }
}
