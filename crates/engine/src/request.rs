//! Questions to the outside and their answers: the call goes on while they are under way (invariant 7).

use std::time::Duration;

use acd::RouteId;
use model::{CallId, Caller, Profile, QueueName, Typed};

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Who is this caller? Asked as the call arrives, so that the answer is there before an agent's phone rings (P1).
    Profile {
        /// The call that asks.
        call: CallId,
        /// The caller; withheld only where something was keyed in.
        caller: Caller,
        /// What he has keyed in to say who he is (G6).
        typed: Option<Typed>,
    },
    /// Which agents should have this caller? Asked of the service that the queue's settings name (B15).
    Route(Box<RouteQuestion>),
    /// What a script wants to know while its caller waits (E11, E12).
    LookUp {
        /// The call whose script asks.
        call: CallId,
        /// The question.
        ask: Box<ivr::Ask>,
    },
    /// A script wants its caller to talk with a bot (E24). The answer is `Reply::LookedUp`; nobody waits for one once the
    /// duplex is over.
    Converse {
        /// The call.
        call: CallId,
        /// What is wanted of whom.
        ask: Box<ivr::Ask>,
        /// The sound both ways.
        duplex: media::Duplex,
    },
    /// A key of that caller's, which the script does not want.
    PassKey {
        /// The call.
        call: CallId,
        /// Which conversation.
        ask: ivr::AskId,
        /// The key.
        key: char,
    },
}

/// A question to an external decision (B15).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteQuestion {
    /// Its number; an answer to another than the open one is late.
    pub id: RouteId,
    /// The call.
    pub call: CallId,
    /// The queue that asks.
    pub queue: QueueName,
    /// Who calls.
    pub caller: Caller,
    /// The number that was dialled.
    pub called: String,
    /// The language that he chose.
    pub language: String,
    /// How long he has waited.
    pub waited: Duration,
    /// His place in line, 1 is next.
    pub position: u32,
    /// Who could be offered to him now, by login, as the fall-back strategy ranks them: at most 64.
    pub candidates: Vec<String>,
    /// How long an answer is waited for.
    pub budget: Duration,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// What the directory knows; `None` when it could not be asked. Late or lost answers never delay a ring (P3).
    Profile {
        /// The call that asked.
        call: CallId,
        /// By what was keyed in, as the question said it.
        typed: Option<Typed>,
        /// The answer.
        profile: Option<Box<Profile>>,
    },
    /// What an external decision says (B15).
    Route {
        /// The call that it is about.
        call: CallId,
        /// The question.
        id: RouteId,
        /// The answer.
        reply: RouteReply,
    },
    /// What a look-up brought. One that comes after the question's patience is dropped.
    LookedUp {
        /// The call whose script asked.
        call: CallId,
        /// The question.
        id: ivr::AskId,
        /// The answer.
        answer: ivr::Answer,
    },
}

/// An answer of an external decision (B15).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteReply {
    /// These agents by login, in this order.
    Named {
        /// Who.
        logins: Vec<String>,
        /// The caller's priority from here on (D1).
        priority: Option<u8>,
    },
    /// The queue may decide for itself.
    LeftToUs,
    /// Nothing that could be used, and why, in a word.
    Failed(String),
}
