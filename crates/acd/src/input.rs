//! What the engine tells the core.

use core::time::Duration;
use std::collections::BTreeSet;

use model::fact::QueueExit;
use model::{AgentId, CallId, OfferId, QueueName, QueueSet, Requirement, Ties};
use serde::{Deserialize, Serialize};

use crate::agent::cause::{self, Cause};
use crate::agent::past::Past;
use crate::agent::{AgentProfile, Requested};
use crate::external::{RouteAnswer, RouteId};

/// One event for [`crate::Acd::handle_input`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// An agent was added or changed. A new one is offline.
    AgentPut(AgentProfile),
    /// An agent was deleted; if he is in a call his state is kept until it ends.
    AgentRemoved(AgentId),
    /// His phone registered where none was (A5).
    PhoneRegistered(AgentId),
    /// His last registration is gone (A5): a ready agent becomes not ready (`device_lost`).
    PhoneUnregistered(AgentId),
    /// A state was asked for. In a call or in wrap-up it is remembered as the next state; *ready* ends a wrap-up that the
    /// agent may end (C5).
    StateRequested {
        /// For whom.
        agent: AgentId,
        /// Which state.
        request: Requested,
        /// Who asked, in a word: `agent` or `supervisor`.
        #[serde(deserialize_with = "cause::read")]
        cause: Cause,
    },
    /// What a former process knew of an agent who is offline: his past, oldest first, then the state that he had asked for (C20).
    Restored {
        /// Who.
        agent: AgentId,
        /// What happened to him, and when.
        past: Vec<(Duration, Past)>,
        /// What he had asked for; `None` leaves him offline.
        wish: Option<Requested>,
    },
    /// The agent says that the last call is filed. Changes nothing where the mode of its queue forbids it (C5).
    WrapUpEnded(AgentId),
    /// The agent wants more time to file, or some where wrap-up is optional (C5); see `Acd::more_wrap_up`.
    WrapUpAsked(AgentId),
    /// The call that an agent talks in or files has a category (C5, N7).
    Categorised {
        /// Who.
        agent: AgentId,
        /// Which.
        call: CallId,
    },
    /// His phone is in a call that the core did not give him (C12). It stops a ring; a call that the core gave him goes on.
    /// A named call told twice is one call; calls without a name are counted.
    PhoneBusy {
        /// Who.
        agent: AgentId,
        /// The call, when it is one of ours.
        call: Option<CallId>,
    },
    /// That call is over. After the last one he returns to the state he asked for, without wrap-up for it.
    PhoneFree {
        /// Who.
        agent: AgentId,
        /// The call, as `PhoneBusy` named it; one that it did not name changes nothing.
        call: Option<CallId>,
    },
    /// A caller began to wait.
    Joined {
        /// The call.
        call: CallId,
        /// Where: his home queue, and those beside it (A12). Queues that do not exist are left out.
        queues: QueueSet,
        /// Seconds that he is treated as having waited already (A8, R72).
        head_start: Duration,
        /// Strictly before all of a lower one, whatever their scores (D1); 0 is everybody's.
        priority: u8,
        /// The caller himself, when he is one of our agents: never offered his own call.
        caller_agent: Option<AgentId>,
        /// Which agents know him and whom he must not meet (R57, R66). `None`: `Identified` will say; where his queue looks
        /// for familiar agents nobody else is rung for him until then, for [`crate::LOOK_UP_MAX`] at most.
        ties: Option<Ties>,
        /// Whether his number may be a key at all: not withheld, not shared (R64).
        sticky: bool,
        /// What he needs of an agent, whatever the queue asks (R69).
        needs: Option<Requirement>,
    },
    /// A caller began to wait for one agent whom a script named (B12): nobody else is rung for him. He counts in the queue in
    /// which he stands. `Output::DirectEnded` follows `LeftQueue` when he does not get the agent and is still on the line.
    JoinedFor {
        /// The call.
        call: CallId,
        /// Where: the agent's home queue.
        queues: QueueSet,
        /// For whom.
        agent: AgentId,
        /// How long he waits at most; whose phone rings by then may go on.
        wait_max: Duration,
        /// How long the agent's phone may ring.
        ring_timeout: Duration,
        /// As in `Joined`.
        head_start: Duration,
        /// As in `Joined`.
        priority: u8,
        /// Agents whom he must not meet (R66), as far as known.
        apart: BTreeSet<AgentId>,
    },
    /// Somebody is to be called back (D21): his place is held by our word, with the score that he had. When an agent is found
    /// for him, or soon will be (R78), `Output::CallBack` says so.
    Promised {
        /// The call that will be made to him: a fresh one.
        call: CallId,
        /// Where, as in `Joined`. He stands there though nobody may join and the line is full.
        queues: QueueSet,
        /// Since when he waits by his score, head start included.
        since: Duration,
        /// As in `Joined`.
        priority: u8,
        /// As in `Joined`.
        needs: Option<Requirement>,
    },
    /// Who is being called back is on the line (R77): he waits from here on as others do, with his score, and the agent who
    /// is held for him is rung. That he did not answer in time the core knows itself; any other failure is `Left`.
    CalledBack {
        /// The call.
        call: CallId,
    },
    /// The directory answered after he joined, or never will: then nobody knows him. A familiar agent matters only while
    /// nobody rings for him.
    Identified {
        /// The call.
        call: CallId,
        /// Which agents know him, and whom he must not meet.
        ties: Ties,
    },
    /// The caller has answered `Output::AskFamiliar` (R62): he waits for his familiar agent, or goes on to the next.
    FamiliarChosen {
        /// The call.
        call: CallId,
        /// Whether he waits.
        waits: bool,
    },
    /// A supervisor gives a waiting caller another place (D2), which [`crate::Acd::position`] tells. `None`: as it was.
    Prioritised {
        /// The call.
        call: CallId,
        /// His priority, as in `Joined`.
        priority: Option<u8>,
        /// His head start, in place of the one with which he joined.
        head_start: Option<Duration>,
    },
    /// What the external decision says of a caller (B15). Late, or about another question than the open one: dropped and
    /// counted.
    RouteAnswered {
        /// The call.
        call: CallId,
        /// The question, as `Output::RouteAsked` numbered it.
        id: RouteId,
        /// The answer.
        answer: RouteAnswer,
    },
    /// A supervisor has this agent rung for a waiting caller, whoever else would be his turn (D25). Whoever rings for the
    /// caller stops; should the agent not answer, the caller's wait goes on as before. Nothing happens where
    /// [`crate::Acd::cannot_ring`] gives a reason.
    Assigned {
        /// The call.
        call: CallId,
        /// Whom.
        agent: AgentId,
    },
    /// A waiting caller is gone, or the script took him elsewhere.
    Left {
        /// The call.
        call: CallId,
        /// `Abandoned`, `Key`, `Failed`, `Withdrawn` or `Moved`.
        cause: QueueExit,
    },
    /// A script or a person named this agent: ring him outside queues.
    Direct {
        /// The call.
        call: CallId,
        /// Whom.
        agent: AgentId,
        /// How long his phone may ring.
        ring_timeout: Duration,
    },
    /// A colleague asks this agent about a call: rung like a named one, but nothing is counted for him (R15) until
    /// `ConsultCompleted`. Ended by `CallEnded`.
    Consulted {
        /// The call that it is about; its caller is with the colleague.
        call: CallId,
        /// Whom.
        agent: AgentId,
        /// How long his phone may ring.
        ring_timeout: Duration,
    },
    /// The caller is connected to the consulted agent: from here the call is his.
    ConsultCompleted {
        /// The call.
        call: CallId,
        /// Who was consulted.
        agent: AgentId,
        /// The queue whose call it is.
        queue: Option<QueueName>,
    },
    /// A blind transfer to a named agent: rung like one whom a script names. The colleague's `CallEnded` is told on its own.
    HandedOn {
        /// The call.
        call: CallId,
        /// Whom.
        agent: AgentId,
        /// The queue whose call it is: its rules say what counts as handled, and how long he files.
        queue: Option<QueueName>,
        /// How long his phone may ring.
        ring_timeout: Duration,
    },
    /// A transfer failed: its agent is rung first, also while he files this call (D31).
    Returned {
        /// The call.
        call: CallId,
        /// Who had handed it on.
        agent: AgentId,
        /// The queue whose call it is.
        queue: Option<QueueName>,
        /// How long his phone may ring.
        ring_timeout: Duration,
    },
    /// A caller is handed on to a queue, or comes back to his own.
    HandedToQueue {
        /// The call.
        call: CallId,
        /// Where, as in `Joined`.
        queues: QueueSet,
        /// What he has waited already, and what he gets ahead.
        head_start: Duration,
        /// As in `Joined`.
        priority: u8,
        /// The caller himself, when he is one of our agents.
        caller_agent: Option<AgentId>,
        /// Who handed him on: in T(c) from the start, so that others come first.
        from: AgentId,
        /// He comes back from a transfer that failed: he is let in though the line is full (D31).
        back: bool,
        /// What he needs of an agent, as in `Joined`.
        needs: Option<Requirement>,
        /// Agents whom he must not meet (R66).
        apart: BTreeSet<AgentId>,
    },
    /// An agent is in this call by another way than an offer: a consult of two calls that became one, a leg that took
    /// another's place (RFC 3891). He is bound as if he had answered; told back by `Output::TookOver`.
    TookOver {
        /// The call.
        call: CallId,
        /// Who.
        agent: AgentId,
        /// The queue whose call it is.
        queue: Option<QueueName>,
    },
    /// His phone rings (SIP 180 or 183).
    Ringing {
        /// Which offer.
        offer: OfferId,
    },
    /// His phone answered while others ring, and the engine looks whether his sound comes (R23): meanwhile his time to
    /// answer stands still, and nobody more is rung for the caller (R26). `Answered` or `Failed` follows.
    PickedUp {
        /// Which offer.
        offer: OfferId,
    },
    /// His phone answered. The first answer wins (R22).
    Answered {
        /// Which offer.
        offer: OfferId,
    },
    /// He refused: 486, 603 or the desk's button (R6).
    Declined {
        /// Which offer.
        offer: OfferId,
    },
    /// His outside phone had answered and hung up before he took the call by key (C14): missed as if he had let it ring, for what
    /// answered may have been a voicemail.
    Missed {
        /// Which offer.
        offer: OfferId,
    },
    /// His phone could not be reached (R7).
    Failed {
        /// Which offer.
        offer: OfferId,
        /// The SIP status that told it.
        status: u16,
    },
    /// The engine could not ring him for a reason of its own (no port, nothing to dial with): nobody is charged. The caller
    /// keeps his place and is offered to nobody for a `pass_pause`. Told nothing back, but for a named agent.
    Withheld {
        /// Which offer.
        offer: OfferId,
    },
    /// The agent's part of a call is over.
    CallEnded {
        /// The call.
        call: CallId,
        /// Who.
        agent: AgentId,
    },
    /// The engine lost this call (S3): whatever it still holds is given back, as if the caller had left with `Failed` and
    /// each agent's part had ended. A call that holds nothing changes nothing.
    CallGone {
        /// The call.
        call: CallId,
    },
}
