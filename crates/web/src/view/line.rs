//! The lines of the live board: an agent, a call, a pop. Plain data, kept by `board`.

use model::fact::{Direction, Offer, Pop, QueueExit};
use model::transfer::TransferTo;
use model::{AgentId, AgentState, CallId, Caller, ClipName, OfferId, Party, QueueName, Timestamp};

/// An agent on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentLine {
    /// What he does.
    pub state: AgentState,
    /// Since when; `None` when only his phone was heard of.
    pub since: Option<Timestamp>,
    /// Whether a phone of his is registered.
    pub registered: bool,
    /// Whether his phone stays on the line (C15).
    pub standby: bool,
    /// How and when his wrap-up ends, while he is in it.
    pub wrap_up: Option<WrapUpLine>,
    /// The pop that his page shows, from the offer to the end of wrap-up.
    pub pop: Option<CurrentPop>,
    /// The offer that he answered last: `pop.ended` names it after the pop itself is gone.
    pub answered: Option<Offer>,
}

impl AgentLine {
    /// An agent of whom no state is known yet.
    pub(super) const fn unseen() -> Self {
        Self {
            state: AgentState::Offline,
            since: None,
            registered: false,
            standby: false,
            wrap_up: None,
            pop: None,
            answered: None,
        }
    }
}

/// A wrap-up that runs (C5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrapUpLine {
    /// How it ends: `optional`, `until_done`, `timed`, `timed_fixed`, `until_category`.
    pub mode: String,
    /// When it ends by itself.
    pub until: Timestamp,
}

/// A pop while it is on an agent's screen (P9: reload gives it back).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentPop {
    /// The ringing attempt: call and offer id are the pop's key.
    pub offer: Offer,
    /// What it shows, with the profile once the directory told it (P3).
    pub pop: Box<Pop>,
    /// The last fact that touched it.
    pub seq: u64,
    /// How far it is.
    pub stage: PopStage,
}

/// How far a pop is (P0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PopStage {
    /// The phone rings.
    Offered {
        /// Since when.
        at: Timestamp,
    },
    /// Both talk.
    Connected {
        /// Since when.
        at: Timestamp,
    },
    /// The call is over, the agent files it.
    Ended {
        /// Since when.
        at: Timestamp,
    },
}

impl PopStage {
    /// The stage's word in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offered { .. } => "offered",
            Self::Connected { .. } => "connected",
            Self::Ended { .. } => "ended",
        }
    }

    /// Since when it lasts.
    pub const fn since(self) -> Timestamp {
        match self {
            Self::Offered { at } | Self::Connected { at } | Self::Ended { at } => at,
        }
    }
}

/// A call that lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveCall {
    /// Which.
    pub call: CallId,
    /// Who calls.
    pub caller: Caller,
    /// The number that was dialled.
    pub called: String,
    /// Which way it goes.
    pub direction: Direction,
    /// The trunk of the outside party.
    pub trunk: Option<String>,
    /// The last outside number that was called in it.
    pub dialled: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// Where it is.
    pub phase: Phase,
    /// The last queue.
    pub queue: Option<QueueName>,
    /// The queue whose talk it is, as the engine knows it: that of the offer that was answered, or of the talk from which he was
    /// handed on. `None`: before the first talk, or a talk of no queue.
    pub talk_queue: Option<QueueName>,
    /// The others in which he stands beside it, while he waits (A12).
    pub also: Vec<QueueName>,
    /// When he first joined a queue.
    pub queued_at: Option<Timestamp>,
    /// Since when he waits, while he does; who is put into another queue goes on waiting (D25).
    pub waiting_since: Option<Timestamp>,
    /// When somebody was first connected.
    pub connected_at: Option<Timestamp>,
    /// He starves in it: how many were served before him by strict priority alone (D1).
    pub passed_over: Option<u32>,
    /// Whether a party holds it.
    pub held: bool,
    /// Whether its agent was reminded that he holds it (C19).
    pub held_long: bool,
    /// Who does.
    pub holders: Vec<Option<Party>>,
    /// The colleague whom the agent asks, or who is with them.
    pub consulted: Option<AgentId>,
    /// What the agent who talks in it is about to do with it.
    pub handling: Handling,
    /// The clip that its caller hears (E25).
    pub clip: Option<PlayingClip>,
    /// Offers that ring.
    pub ringing: Vec<(OfferId, AgentId)>,
}

/// A clip that plays (E25).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayingClip {
    /// Which.
    pub clip: ClipName,
    /// Its number.
    pub number: u32,
    /// In which language.
    pub language: String,
    /// Since when.
    pub since: Timestamp,
}

impl LiveCall {
    /// He stands in a line, or in several at once.
    pub(super) fn join(&mut self, at: Timestamp, queue: &QueueName, also: &[QueueName]) {
        self.phase = Phase::Queued;
        self.passed_over = None;
        self.queue = Some(queue.clone());
        self.also = also.to_vec();
        self.queued_at.get_or_insert(at);
        self.waiting_since.get_or_insert(at);
    }

    /// He stands in none any more.
    pub(super) fn leave(&mut self, cause: QueueExit) {
        self.phase = Phase::Ivr;
        self.also.clear();
        if cause != QueueExit::Moved {
            self.waiting_since = None;
        }
    }

    /// An agent has answered this offer.
    pub(super) fn answers(&mut self, at: Timestamp, offer: &Offer) {
        if offer.queue.is_some() {
            self.talk_queue.clone_from(&offer.queue);
        }
        self.talks(at, offer.agent);
    }

    /// Somebody talks with him.
    pub(super) fn talks(&mut self, at: Timestamp, agent: AgentId) {
        self.phase = Phase::Talking { agent };
        self.also.clear();
        self.waiting_since = None;
        self.connected_at.get_or_insert(at);
    }
}

/// How far an agent is with handing his call on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Handling {
    /// He talks, or holds.
    #[default]
    Talking,
    /// He has sent it there, and nobody was reached yet.
    Transferring(TransferTo),
    /// He asks a colleague.
    Consulting {
        /// Whom.
        to: TransferTo,
        /// Whether that one has answered.
        answered: bool,
    },
    /// All three hear each other.
    Joined(TransferTo),
}

impl Handling {
    /// The word in the API.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Talking => "talking",
            Self::Transferring(_) => "transferring",
            Self::Consulting { .. } => "consulting",
            Self::Joined(_) => "joined",
        }
    }

    /// Whereto, or whom he asks.
    pub const fn to(&self) -> Option<&TransferTo> {
        match self {
            Self::Talking => None,
            Self::Transferring(to) | Self::Joined(to) | Self::Consulting { to, .. } => Some(to),
        }
    }

    /// The colleague is on the line.
    pub(super) fn answer(&mut self) {
        if let Self::Consulting { answered, .. } = self {
            *answered = true;
        }
    }

    /// All three hear each other.
    pub(super) fn join(&mut self) {
        if let Self::Consulting { to, .. } = self {
            *self = Self::Joined(to.clone());
        }
    }

    /// He speaks to one of them alone again.
    pub(super) fn part(&mut self) {
        if let Self::Joined(to) = self {
            *self = Self::Consulting {
                to: to.clone(),
                answered: true,
            };
        }
    }
}

/// Where a live call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// In the script.
    Ivr,
    /// Waits in a queue, ringing included.
    Queued,
    /// Handed on: nobody talks with the caller until somebody answers.
    HandedOn,
    /// Talks with an agent.
    Talking {
        /// With whom.
        agent: AgentId,
    },
}

impl Phase {
    /// The phase's word in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ivr => "ivr",
            Self::Queued => "queued",
            Self::HandedOn => "handed_on",
            Self::Talking { .. } => "talking",
        }
    }
}
