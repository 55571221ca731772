//! What the core tells the engine.

use core::time::Duration;

use model::decision::Unserved;
use model::fact::{CancelCause, QueueExit};
use model::{AgentId, AgentState, CallId, Decision, NotReadyReason, OfferId, QueueName, QueueSet};

use crate::agent::wrap_up::WrapUpMode;
use crate::external::{Asked, Settled};
use crate::queue::Credit;

/// One result of [`crate::Acd::poll_output`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Ring this agent's phone for this caller.
    Offer {
        /// The offer.
        offer: OfferId,
        /// The caller.
        call: CallId,
        /// Whom to ring.
        agent: AgentId,
        /// The queue that offers; `None` when the agent was named.
        queue: Option<QueueName>,
        /// How long it may ring. The core keeps this time itself and says `Withdraw` when it is over.
        ring_timeout: Duration,
        /// How long the caller has waited.
        waited: Duration,
        /// What was weighed (R1).
        decision: Box<Decision>,
    },
    /// Stop the ring. Said for each offer that ends otherwise than by `Declined`, `Failed`, `Withheld` or `Connect`.
    Withdraw {
        /// The offer.
        offer: OfferId,
        /// The caller.
        call: CallId,
        /// Whose phone.
        agent: AgentId,
        /// Why it ended.
        end: OfferEnd,
    },
    /// This agent answered first: connect the two.
    Connect {
        /// The offer.
        offer: OfferId,
        /// The caller.
        call: CallId,
        /// The agent.
        agent: AgentId,
        /// The queue; `None` when the agent was named.
        queue: Option<QueueName>,
        /// From joining the queue to the answer.
        waited: Duration,
        /// From the first ring of this offer to the answer; zero when the phone answered without ringing.
        rang: Duration,
    },
    /// An agent is in a call that was not offered to him ([`crate::Input::TookOver`]): the offer stands for it in facts.
    TookOver {
        /// A fresh id.
        offer: OfferId,
        /// The call.
        call: CallId,
        /// Who.
        agent: AgentId,
        /// That he was named (R1).
        decision: Box<Decision>,
    },
    /// The phone answered an offer that had ended (R11, R22): end that leg.
    TooLate {
        /// The offer.
        offer: OfferId,
        /// The caller it was for.
        call: CallId,
        /// Whose phone.
        agent: AgentId,
    },
    /// An agent's state changed.
    AgentStateChanged {
        /// Who.
        agent: AgentId,
        /// From.
        from: AgentState,
        /// To; always another state than `from`.
        to: AgentState,
        /// Why, in a word (see [`crate::agent::cause`]).
        cause: &'static str,
    },
    /// An agent came to work and starts level with those who have done the least (R47).
    Levelled {
        /// Who.
        agent: AgentId,
        /// In which queue.
        queue: QueueName,
        /// What he is taken to have done.
        credit: Credit,
    },
    /// An agent was taken out for missed calls or for his phone (R7, R8), and now nobody takes the calls of these queues (C7).
    LastPaused {
        /// Who.
        agent: AgentId,
        /// Why.
        reason: NotReadyReason,
        /// Which queues.
        queues: Vec<QueueName>,
    },
    /// An agent files a call from here on, or for longer than he was told before (C5).
    WrapUp {
        /// Who.
        agent: AgentId,
        /// The call.
        call: CallId,
        /// How it ends.
        mode: WrapUpMode,
        /// The latest moment at which it ends.
        until: Duration,
    },
    /// Call somebody back (D21): an agent is held for him, or is predicted to be free in time (R78). Answer `CalledBack`, or
    /// `Left` if he cannot be reached; after the queue's `call_back_ring` the core itself says `LeftQueue` with `Timeout`.
    CallBack {
        /// The call, as `Promised` named it.
        call: CallId,
    },
    /// A caller stands in one or more queues from here on. Said before any offer of him, and not of one who was refused
    /// at once (`LeftQueue` alone).
    JoinedQueue {
        /// The call.
        call: CallId,
        /// The queues.
        queues: QueueSet,
        /// His place in his home queue, 1 is next.
        position: u32,
    },
    /// Ask a caller whether he waits for his familiar agent, who is busy, or goes on to the next (R62): `Input::FamiliarChosen`.
    AskFamiliar {
        /// The call.
        call: CallId,
        /// Who is busy.
        agent: AgentId,
        /// He goes on to the next then, if he has not answered.
        until: Duration,
    },
    /// Ask the external decision about a caller (B15). The core keeps the budget itself; an answer is `Input::RouteAnswered`.
    RouteAsked {
        /// The call.
        call: CallId,
        /// What is asked.
        asked: Asked,
    },
    /// What became of a question to the external decision, or why none was asked (B15).
    RouteSettled {
        /// The call.
        call: CallId,
        /// What.
        settled: Settled,
    },
    /// A caller waits for longer than his queue's `starving`, and others were served before him by precedence alone (D1).
    /// Said once for each.
    Starving {
        /// The call.
        call: CallId,
        /// His home queue.
        queue: QueueName,
        /// How long he has waited.
        waited: Duration,
        /// How many were served before him so.
        passed_over: u32,
    },
    /// One of a caller's queues is gone (D30); he keeps his place in the others.
    QueueDropped {
        /// The call.
        call: CallId,
        /// Which is gone.
        dropped: QueueName,
        /// Where he stands now; another home queue, if it was that one.
        queues: QueueSet,
    },
    /// A caller left all his queues otherwise than to an agent, or was not let in. Also said of a promise that ends.
    LeftQueue {
        /// The call.
        call: CallId,
        /// His home queue.
        queue: QueueName,
        /// Why.
        cause: QueueExit,
        /// How long he waited.
        waited: Duration,
        /// What was true of him, if nobody was offered him in this wait (R19).
        unserved: Option<Box<Unserved>>,
    },
    /// A named agent was not connected.
    DirectEnded {
        /// The call.
        call: CallId,
        /// Who was named.
        agent: AgentId,
        /// Why not.
        end: DirectEnd,
    },
}

/// How an offer ended that was neither declined, nor failed, nor connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferEnd {
    /// It rang for its whole time and nobody answered (R5).
    Missed,
    /// The phone did not even say that it rings: no contact, no fault of the agent (R7).
    NoContact,
    /// It was taken back.
    Cancelled(CancelCause),
}

/// Why a named agent was not connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectEnd {
    /// He is in a call, rings for another, files or is not ready.
    Busy,
    /// It rang and he did not answer.
    NoAnswer,
    /// He refused.
    Declined,
    /// He is offline, his phone is not registered or out of order (R7), it could not be reached, we could not ring it, or
    /// there is no such agent.
    Unreachable,
}
