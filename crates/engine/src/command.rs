//! What people want of the engine: commands from the API, the agent's page and the terminal, each answered in the same turn.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::calendar::ClosedBy;
use model::{AgentId, CallId, ClipName, Membership, QueueName, Skills};
use serde::{Deserialize, Serialize};

use crate::closing::Closing;
use crate::number_lists::NumberLists;

/// What `Command::MoreWrapUp` gives, in s.
pub const WRAP_UP_MORE_S: u64 = acd::WRAP_UP_MORE.as_secs();

/// The number by which the shell finds the asker again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub u64);

/// What someone wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Set an agent's state.
    SetAgentState {
        /// Whose.
        agent: AgentId,
        /// To what.
        request: StateRequest,
        /// Who asks: the agent himself or another person.
        by: Asker,
    },
    /// The agent is done with wrap-up before its time; refused where its mode forbids it (C5).
    EndWrapUp {
        /// Who.
        agent: AgentId,
    },
    /// The agent wants half a minute more to file, up to the queue's most, or some where wrap-up is optional (C5).
    MoreWrapUp {
        /// Who.
        agent: AgentId,
    },
    /// The agent does not take the caller for whom he is rung (R6). His first decline of a day needs a reason (C10).
    Decline {
        /// Who.
        agent: AgentId,
        /// Why: a line of at most 100 characters; it stands in the fact.
        reason: Option<String>,
    },
    /// The agent wants to be rung at his phone again: his line, if one stands, is hung up, after the call that it is in (C15).
    LeaveStandby {
        /// Who.
        agent: AgentId,
    },
    /// What the call was about in which an agent talks, or which he files (C5, N7).
    Categorise {
        /// Who.
        agent: AgentId,
        /// A word of at most 64 characters.
        category: String,
    },
    /// End a call.
    HangUp {
        /// Which.
        call: CallId,
    },
    /// What an agent's page or a supervisor does with a call that somebody talks in.
    Talk {
        /// Which.
        call: CallId,
        /// The agent in whose name: the one who talks with the caller.
        agent: AgentId,
        /// What.
        order: TalkOrder,
    },
    /// What a supervisor does with a caller who waits (D2, D25).
    Supervise {
        /// Which.
        call: CallId,
        /// Who does it.
        by: AgentId,
        /// What.
        order: LineOrder,
        /// Why: a line of at most 200 characters; it stands in the fact.
        reason: String,
    },
    /// Somebody is not to be called back (D21).
    CancelCallback {
        /// Which: the call that asked for it.
        callback: CallId,
        /// Who takes it back.
        by: AgentId,
        /// Why: a line of at most 200 characters; it stands in the fact.
        reason: String,
    },
    /// An agent serves one of his profile's queues no longer, or again (C1). Whether he may is the shell's question; the
    /// store keeps it, and this is how it is told.
    ServeQueue {
        /// Who.
        agent: AgentId,
        /// Which queue of his profile.
        queue: QueueName,
        /// Whether he serves it from here on.
        serves: bool,
        /// Who wants it.
        by: AgentId,
    },
    /// A calendar is closed out of turn (E9).
    CloseCalendar {
        /// Which.
        calendar: String,
        /// Until when, why, by whom.
        closing: Closing,
    },
    /// That is taken back.
    OpenCalendar {
        /// Which.
        calendar: String,
        /// By whom.
        by: ClosedBy,
    },
    /// An agent was added or changed in the store.
    PutAgent(AgentEntry),
    /// All number lists (F6), in place of those that were known.
    SetNumberLists(Arc<NumberLists>),
    /// An agent was removed from the store.
    RemoveAgent(AgentId),
    /// Refuse new calls from here on and report when the last one has ended (S6).
    Drain,
    /// End every call in this turn: the time to drain is over.
    EndCalls,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// The agent himself.
    Agent,
    /// A supervisor or admin.
    Supervisor,
}

/// The states that a person may ask for; the others follow from calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum StateRequest {
    /// Take calls.
    Ready,
    /// Take no calls.
    NotReady {
        /// Why: a word of at most 32 characters.
        reason: Arc<str>,
    },
    /// Sign out.
    Offline,
}

/// What can be done with a call while an agent talks in it; the same as his phone can do by itself (RFC 3264 §8.4, 3515, 3891).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case", deny_unknown_fields)]
pub enum TalkOrder {
    /// The caller hears music, the agent silence.
    Hold,
    /// They hear each other again.
    Resume,
    /// Blind: the caller goes there, the agent is done (R14). While nobody is reached, `Resume` takes the caller back.
    Transfer {
        /// Where to.
        to: TransferTarget,
        /// What the next agent is to know (P6): at most 500 characters.
        #[serde(default)]
        note: Option<String>,
    },
    /// Attended, first part: the caller is held and the target is called for the agent (R15).
    Consult {
        /// Whom: an agent, by login or number.
        to: TransferTarget,
        /// What he is to know (P6).
        #[serde(default)]
        note: Option<String>,
    },
    /// The agent changes between the caller and the one he consults; the other is held.
    Alternate,
    /// Attended, last part: caller and target are connected, the agent is done.
    Complete,
    /// All three hear each other.
    Join,
    /// The one who is consulted leaves; the agent is with the caller again.
    Drop,
    /// The caller goes to the survey of the queue, the agent is done (J2).
    Survey,
    /// The caller hears a clip, in place of one that plays; meanwhile he does not hear the agent (E25).
    Clip {
        /// Which.
        clip: ClipChoice,
        /// In which of its languages; none: the caller's, else the house's, else its first.
        #[serde(default)]
        language: Option<String>,
        /// The languages in which it has no sound yet: none of these is chosen for want of another wish.
        #[serde(default)]
        silent: BTreeSet<String>,
    },
    /// It plays no more; nothing where none plays.
    StopClip,
}

/// How a clip is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ClipChoice {
    /// By its number.
    Number(u32),
    /// By its name in `clips.toml`.
    Name(ClipName),
}

/// What can be done with a waiting caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineOrder {
    /// Another place (D2). `None`: as it was.
    Place {
        /// Strictly before all of a lower one, 0 to 9.
        priority: Option<u8>,
        /// In place of the head start with which he joined, at most a day.
        head_start: Option<std::time::Duration>,
    },
    /// Out of the line: the script goes on by `on_withdrawn`.
    Withdraw,
    /// Into another queue, with what he has waited.
    Move {
        /// Which.
        to: QueueName,
    },
    /// This agent is rung for him, out of turn.
    Assign {
        /// Whom, by login.
        to: String,
    },
}

/// Where a call can be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferTarget {
    /// An agent, by login.
    Agent(String),
    /// A queue.
    Queue(QueueName),
    /// A number: of ours (`numbers.toml`), else by a trunk as the dial rules allow (S15).
    Number(String),
}

/// What the engine must know of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentEntry {
    /// The store's id.
    pub id: AgentId,
    /// The user name of his phone and of the page; also the number by which colleagues dial him: `1001`.
    pub login: String,
    /// His name.
    pub name: String,
    /// The queues of his profile, in order of his place in each (linear and round-robin use the agent's order: by login).
    pub queues: Vec<Membership>,
    /// Those that he does not serve for now (C1); a name that his profile does not have changes nothing.
    pub opted_out: BTreeSet<QueueName>,
    /// What he can do, and how well.
    pub skills: Skills,
    /// Where he is rung outside the house, if anywhere (C14).
    pub off_net: Option<OffNet>,
    /// MD5 of `login:realm:password` for his phone (RFC 7616).
    pub ha1_md5: [u8; 16],
    /// SHA-256 of the same (RFC 8760).
    pub ha1_sha256: [u8; 32],
}

impl AgentEntry {
    /// The queues that he serves at present (C1), in the profile's order.
    pub(crate) fn served(&self) -> impl Iterator<Item = &Membership> {
        let queues = self.queues.iter();
        queues.filter(|one| !self.opted_out.contains(&one.queue))
    }
}

/// An agent's phone outside the house (外线坐席, C14).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffNet {
    /// Its number, as it would be dialled.
    pub number: String,
    /// He is to be rung there though a phone of the house is registered.
    pub is_chosen: bool,
    /// The language in which he is asked for the key, where the house has it: `zh-CN`, `en-US`.
    pub language: String,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No such agent.
    #[error("no agent {0}")]
    UnknownAgent(AgentId),
    /// No such call, or it has ended.
    #[error("no call {0}")]
    UnknownCall(CallId),
    /// No such callback, or it is over.
    #[error("no callback {0}")]
    UnknownCallback(CallId),
    /// No such calendar.
    #[error("no calendar {0}")]
    UnknownCalendar(String),
    /// The agent's first decline of the day is to say why (C10).
    #[error("the first decline of a day needs a reason")]
    ReasonNeeded,
    /// The agent's state does not allow it.
    #[error("{0}")]
    NotAllowed(String),
    /// The caller's state, or that of whom he is to come to, does not allow it (D25).
    #[error(transparent)]
    Line(#[from] LineRefusal),
    /// That clip cannot be played, or not now (E25).
    #[error(transparent)]
    Clip(#[from] ClipRefusal),
    /// What is asked for can never be: a text that is none, a name that nobody has.
    #[error("{0}")]
    Invalid(String),
}

/// Why a clip is not played (E25).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClipRefusal {
    /// None has that number or name.
    #[error("there is no such clip")]
    Unknown,
    /// It is offered in talks of other queues.
    #[error("this clip is not offered in talks of this queue")]
    NotOffered,
    /// It cannot be heard in the language that was asked for.
    #[error("this clip has no such language")]
    NoLanguage,
    /// The caller or the agent holds.
    #[error("the caller does not hear the agent: one of them holds")]
    Held,
    /// The agent is with a colleague, or rings him.
    #[error("the caller does not hear the agent, who is with a colleague")]
    Consulting,
}

/// Why a caller in line stays as he is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineRefusal {
    /// He does not wait, or not any more.
    #[error("the caller does not wait in a queue")]
    NotWaiting,
    /// He waits in that queue.
    #[error("the caller waits in that queue already")]
    WaitsThere,
    /// That queue is closed or full, or nobody serves it.
    #[error("that queue takes nobody in")]
    TakesNobody,
    /// That agent is not ready.
    #[error("that agent is not ready")]
    AgentNotReady,
    /// That agent and he must not meet (R66).
    #[error("that agent and the caller are kept apart")]
    KeptApart,
    /// He was to be called back, and is on the line (D21).
    #[error("the customer has been called back and is on the line")]
    CalledBack,
}
