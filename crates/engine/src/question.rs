//! What people look at: the state of trunks, phones and refusals, as it is in this turn. Nothing changes by a question.
//!
//! The answers carry plain words and numbers only, so that whoever shows them needs to know nothing of SIP.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use model::calendar::{Closure, Day, Standing};
use model::{AgentId, CallId, Decision, QueueName, Timestamp};

/// The number by which the shell finds the asker again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuestionId(pub u64);

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// All trunks.
    Trunks,
    /// All registered phones.
    Registrations,
    /// Why this agent may be not ready, and what he took of it today (C2).
    Breaks(AgentId),
    /// What was refused, by source and cause.
    Blocked,
    /// Figures of the signalling.
    Figures,
    /// Who waits to be called back (D21).
    Callbacks,
    /// Calendars at a moment, with so many days (E8).
    Calendars {
        /// Which; `None`: all.
        name: Option<String>,
        /// Which moment; `None`: now.
        at: Option<Timestamp>,
        /// How many days from then on.
        days: u16,
    },
    /// All queues.
    Queues,
    /// One queue with its line.
    Queue(QueueName),
    /// Why a waiting caller is not served (R19).
    Why(CallId),
}

/// An answer, of the question's kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// By name.
    Trunks(Vec<TrunkReport>),
    /// By login, then by age.
    Registrations(Vec<RegistrationReport>),
    /// In the house's order.
    Breaks(Vec<BreakReport>),
    /// The last first.
    Blocked(Vec<BlockedReport>),
    /// As they are.
    Figures(Box<Figures>),
    /// In order of their scores.
    Callbacks(Vec<CallbackReport>),
    /// By name.
    Calendars(Vec<CalendarReport>),
    /// By name.
    Queues(Vec<QueueReport>),
    /// The queue and its line; `None`: there is none of that name.
    Queue(Option<Box<(QueueReport, LineReport)>>),
    /// What a decision would weigh now, one for each of his queues; empty if he does not wait.
    Why {
        /// Now.
        at: Timestamp,
        /// The home queue first.
        records: Vec<Decision>,
    },
}

/// A calendar at a moment (E8, E9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarReport {
    /// Its name.
    pub name: String,
    /// Its zone, an IANA name.
    pub zone: String,
    /// The moment.
    pub at: Timestamp,
    /// What holds then, what comes next, and why.
    pub standing: Standing,
    /// What closes it out of turn.
    pub closure: Option<Closure>,
    /// Its days from that moment on.
    pub days: Vec<Day>,
}

/// A queue as it stands (D16, D27, D28).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueReport {
    /// Its name.
    pub name: QueueName,
    /// Its name by language, for people.
    pub title: BTreeMap<String, String>,
    /// Its strategy.
    pub strategy: &'static str,
    /// The strategy's label by language.
    pub strategy_title: BTreeMap<&'static str, &'static str>,
    /// Whether it takes callers in by its hours.
    pub open: bool,
    /// When its hours end or begin; `None`: never.
    pub changes_at: Option<Timestamp>,
    /// How many of its agents are what: `ready`, or why they cannot be rung.
    pub agents: BTreeMap<&'static str, u32>,
    /// How many wait in its line to be called back (D21).
    pub callbacks: u32,
    /// What a caller who joins now may expect, half and four fifths of the time, in ms; `None`: too little is known to say.
    pub estimate_ms: Option<(u64, u64)>,
    /// How many of its callers talk or are rung for; `None` without `max_active`.
    pub active: Option<u32>,
    /// Most of them at one time; `None`: no bound.
    pub max_active: Option<u32>,
}

/// The beginning of a queue's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineReport {
    /// How many stand in it.
    pub length: u32,
    /// The first of them, at most [`LINE_MAX`].
    pub places: Vec<PlaceReport>,
}

/// Most places of a line that are told.
pub const LINE_MAX: usize = 200;

/// A place in a queue's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceReport {
    /// Who has it.
    pub call: CallId,
    /// 1 is next.
    pub position: u32,
    /// Whether he is on the line, and not to be called back (D21).
    pub is_here: bool,
    /// Of one who is to be called back: which callback it is, and his number.
    pub callback: Option<(CallId, String)>,
    /// Whether this is his home queue (A12).
    pub is_home: bool,
    /// Strictly before all of a lower one (D1).
    pub priority: u8,
    /// Since when he waits by his score.
    pub since: Timestamp,
}

/// A reason to be not ready, and what an agent took of it today (C2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakReport {
    /// Its word.
    pub name: String,
    /// Its name by language.
    pub title: BTreeMap<String, String>,
    /// How long it may take a day, in s; `None`: no bound.
    pub budget_s: Option<u64>,
    /// How long he took it today, in s, the break that runs included.
    pub used_s: u64,
}

/// Somebody who is to be called back (D21).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallbackReport {
    /// The callback: the call that asked for it.
    pub callback: CallId,
    /// Whom to call.
    pub number: String,
    /// The number that he had dialled.
    pub called: String,
    /// In which queue.
    pub queue: QueueName,
    /// `asked` (his call is not over), `waiting`, `ringing`, `on_line`, `pausing`.
    pub state: String,
    /// His place in that queue's line, 1 is next; `None` between two tries.
    pub position: Option<u32>,
    /// Since when he waits by his score.
    pub since: Timestamp,
    /// Until when he is tried.
    pub until: Timestamp,
    /// How often he was tried.
    pub attempts: u32,
    /// When he stands in line again.
    pub next_at: Option<Timestamp>,
}

/// Figures of the signalling: what only grows since the start, and how much there is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Requests that came, by method.
    pub requests: BTreeMap<&'static str, u64>,
    /// Answers that came, by class (1 to 6).
    pub responses: BTreeMap<u16, u64>,
    /// Requests that were refused, by cause.
    pub refused: BTreeMap<&'static str, u64>,
    /// Messages that nobody could be answered for, by cause.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Messages sent once more, messages that came once more, and what matched nothing.
    pub repeated: BTreeMap<&'static str, u64>,
    /// How many there are, by kind: `sessions`, `transactions`, `subscriptions`, …
    pub alive: BTreeMap<&'static str, u64>,
    /// Contacts of phones, by transport.
    pub contacts: BTreeMap<&'static str, u64>,
    /// Trunks by name, without their exchanges.
    pub trunks: Vec<TrunkReport>,
}

/// A trunk (A1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkReport {
    /// Its name.
    pub name: String,
    /// `unknown`, `up`, `down`, `trial`.
    pub reach: String,
    /// Whether the carrier has our registration; `null` where none is wanted.
    pub registered: Option<bool>,
    /// When the next REGISTER or OPTIONS goes out.
    pub next_try_at: Option<Timestamp>,
    /// Calls from the carrier that are alive.
    pub calls_in: u32,
    /// Calls to the carrier that are alive.
    pub calls_out: u32,
    /// Most calls at one time, both ways together; `null` = no bound.
    pub calls_max: Option<u32>,
    /// The last exchanges, oldest first.
    pub exchanges: Vec<ExchangeReport>,
}

/// One REGISTER or OPTIONS to a carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeReport {
    /// When.
    pub at: Timestamp,
    /// `REGISTER`, `OPTIONS`, `DNS`.
    pub what: String,
    /// To which address.
    pub remote: Option<String>,
    /// What became of it, in plain words.
    pub outcome: String,
}

/// A registered contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrationReport {
    /// The agent's login.
    pub login: String,
    /// The contact's URI.
    pub contact: String,
    /// `udp`, `tcp`, `tls`, `ws`, `wss`.
    pub transport: String,
    /// Where its packets come from.
    pub remote: String,
    /// User-Agent.
    pub user_agent: Option<String>,
    /// Preference of the contact, 0 to 1000.
    pub q_permille: u16,
    /// When it ends unless it is refreshed.
    pub expires_at: Timestamp,
}

/// Refusals of one cause for one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockedReport {
    /// The source's address.
    pub source: String,
    /// Why.
    pub cause: String,
    /// How often.
    pub count: u64,
    /// First time.
    pub first_at: Timestamp,
    /// Last time.
    pub last_at: Timestamp,
    /// Method of the last one; `null` for what was dropped unread.
    pub method: Option<String>,
    /// User-Agent of the last one.
    pub user_agent: Option<String>,
}
