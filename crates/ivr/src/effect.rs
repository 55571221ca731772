//! What goes into a run and what comes out of it: the words between a script and the engine.
//!
//! The run never touches a call. It is told what the caller and the call did (`Input`) and says what should happen
//! (`Effect`); the engine does it and answers with the next input where the doc line of the effect says so.

use std::collections::BTreeMap;
use std::time::Duration;

use model::fact::{BotEnd, FailedTries, NodeLeft, QueueExit, TicketContent};
use model::{
    Calendar, MailboxName, QueueName, RecordingId, Requirement, ScriptName, Timestamp, Typed,
};

use crate::ask::{Answer, Ask, AskId};

/// What the caller or the call did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The call is answered and can hear: the first input, once.
    Start,
    /// A key was pressed: `0`–`9`, `*`, `#`, `A`–`D`. Others are ignored.
    Key(char),
    /// All sounds of the last `Play` were heard. Not expected after `StopPlay`.
    PlayDone,
    /// The caller left the queue without an agent.
    QueueLeft(QueueExit),
    /// Whether he is called back, as `RequestCallback` asked.
    CallbackAnswered(CallbackAnswer),
    /// The transfer reached nobody; one that is answered ends the run's work.
    TransferFailed(TransferFailure),
    /// What a look-up brought; an answer to another question than the open one is late and dropped.
    Answered(AskId, Answer),
    /// What `Record` has begun bears this name.
    RecordBegan(RecordingId),
    /// In what is recorded a voice is heard.
    Spoke,
    /// In what is recorded nothing was heard for `silence`.
    FellSilent,
    /// What is recorded, or was, stands nowhere: the disk takes nothing.
    RecordFailed(RecordingId),
    /// What became of a wish about a calendar.
    CalendarSet(CalendarSet),
}

/// What a caller who knows the PIN wants of a calendar (E9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarWish {
    /// Closed out of turn, for so long.
    Close(ClosedFor),
    /// Its hours are to hold again.
    Open,
}

/// For how long a calendar is to be closed out of turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedFor {
    /// Until its hours change the next time; for the longest that may be, if they never do.
    Change,
    /// So many hours.
    Hours(u32),
    /// The longest that may be: until somebody opens it.
    Longest,
}

impl ClosedFor {
    /// When it ends. `longest` is the most that a calendar may be closed; hours that are more than that are given as they are, for
    /// whoever closes it to refuse.
    pub fn end(self, calendar: &Calendar, now: Timestamp, longest: Duration) -> Timestamp {
        let after = |time: Duration| Timestamp::from(Duration::from(now).saturating_add(time));
        match self {
            Self::Hours(hours) => after(Duration::from_secs(u64::from(hours) * 3_600)),
            Self::Longest => after(longest),
            Self::Change => {
                let mut by_hours = calendar.clone();
                by_hours.close(None);
                let change = by_hours.next_change(now).map(|(at, _)| at);
                change.map_or_else(|| after(longest), |at| at.min(after(longest)))
            }
        }
    }
}

/// What became of a wish about a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarSet {
    /// It is closed.
    Closed {
        /// The first moment at which it is no more.
        until: Timestamp,
    },
    /// Its hours hold.
    Opened,
    /// Nothing was changed: longer than it may be, or there is no such calendar any more.
    Refused,
}

/// What a caller has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The recording.
    pub recording: RecordingId,
    /// How long he spoke, without the silence that ended it.
    pub length: Duration,
}

/// Whether somebody is called back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackAnswer {
    /// He is, with the place that he has.
    Promised,
    /// The queue calls nobody back, or enough wait for a call.
    Full,
    /// There is no number, or none that may be called.
    BadNumber,
}

/// Why a transfer reached nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TransferFailure {
    /// The line is engaged.
    Busy,
    /// It rang for `ring_s` and nobody came.
    NoAnswer,
    /// It could not be reached.
    Failure,
}

impl TransferFailure {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Busy, Self::NoAnswer, Self::Failure];

    /// Its word in facts and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::Failure => "failure",
        }
    }
}

/// What should happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The script entered a node (fact `ivr.entered`); nothing to do.
    Entered {
        /// `menu`, `queue`, …
        kind: &'static str,
        /// The node's name.
        node: String,
        /// How many scripts wait for this one to come back.
        depth: u8,
        /// The nodes that were left for it, the innermost first: none at the entrance of a script.
        left: Vec<NodeLeft>,
    },
    /// He is gone from a node in which he had tried in vain (fact `ivr.gave_up`); nothing to do.
    GaveUp {
        /// The node's name.
        node: String,
        /// His tries.
        failed: FailedTries,
    },
    /// Play these one after the other, then answer `PlayDone`.
    Play {
        /// In their order.
        sounds: Vec<Played>,
    },
    /// A value is left out: it has no words in the sentence that is played next, or a bot may not be told it; for the log.
    Unsaid {
        /// Which, and why.
        reason: String,
    },
    /// Cut what is played.
    StopPlay,
    /// Let the caller wait; answer `QueueLeft` when he leaves without an agent. Keys pressed meanwhile are passed on.
    JoinQueue {
        /// The queue.
        queue: QueueName,
        /// How much longer than in truth he is taken to wait.
        head_start: Duration,
        /// Strictly before callers of a lower one, 0 to 9 (D1).
        priority: u8,
        /// What he needs of an agent (R69).
        needs: Option<Requirement>,
        /// Whether the familiar agent comes first; `None` is the queue's own setting.
        sticky: Option<bool>,
        /// Whether the queues of the regions that fit the caller take its place, if any fit (A12).
        by_region: bool,
        /// The sound that tells him the keys (D14): `main/zh-CN/choices`.
        choices: Option<String>,
    },
    /// Take him out of the queue: a key that leads elsewhere was pressed.
    LeaveQueue,
    /// Promise to call him back, with the place in line that he has (D21); answer `CallbackAnswered`.
    RequestCallback {
        /// The queue in whose line his place is.
        queue: QueueName,
        /// Whom to call; `None` is the number that he calls from.
        number: Option<String>,
    },
    /// Connect the caller to somebody; answer `TransferFailed` if nobody comes. Never a script or a queue: those are
    /// walked by the run itself (`JoinQueue`).
    Transfer {
        /// To whom.
        to: Target,
        /// How long it may ring.
        ring: Duration,
        /// How long the caller waits for an agent who is busy (B12); zero for everybody else.
        wait: Duration,
        /// Whether the caller waits in the queues of the regions that fit him instead, if any fit (A12); answer `QueueLeft`
        /// when he leaves them without an agent.
        by_region: bool,
    },
    /// Ask the world outside; answer `Answered`. The caller hears nothing, or what `Hold` began.
    Ask(Ask),
    /// Let the caller and a bot hear each other until `EndConversation` (E24); answer `Answered`.
    Converse(Ask),
    /// A key that the script does not want: the bot is told it.
    PassKey(char),
    /// The conversation is over, whether the bot knows it already or not.
    EndConversation(BotEnd),
    /// Let the caller hear that he is not forgotten, over and over, until `StopPlay` (E11).
    Hold,
    /// Record the caller alone; answer `RecordBegan` at once, `Spoke` when a voice is heard for the first time, `FellSilent`
    /// when none is heard for `silence`. What is recorded is dropped or kept by a later effect.
    Record {
        /// No more is kept for him to listen to.
        max: Duration,
        /// So long a silence is told.
        silence: Duration,
        /// The mailbox that gets it, so that a process which ends meanwhile loses nothing.
        mailbox: Option<MailboxName>,
    },
    /// A message is in its mailbox: it is kept.
    LeaveMessage {
        /// The mailbox.
        mailbox: MailboxName,
        /// What he said.
        said: Recorded,
    },
    /// The caller is asked a form; nothing to do.
    SurveyAsked {
        /// The form.
        form: String,
    },
    /// What he has answered, so far or in all.
    SurveyDone(Surveyed),
    /// The caller has keyed in who he is (G6); nobody waits for what is known of it.
    Identify(Typed),
    /// A ticket is filed: it is made, whatever becomes of the call.
    FileTicket(Filing),
    /// End that recording.
    StopRecord,
    /// A recording is kept, or nobody has it any more.
    SettleRecord {
        /// Which.
        recording: RecordingId,
        /// Whether it is kept.
        kept: bool,
    },
    /// Close a calendar out of turn, or take that back; answer `CalendarSet` at once.
    SetCalendar {
        /// Which.
        calendar: String,
        /// What is wanted.
        wish: CalendarWish,
    },
    /// The caller's language from here on (E14: queue and survey speak it too).
    LanguageSet(String),
    /// End the call; its prompt, if any, was heard.
    HangUp {
        /// Why.
        cause: HangUpCause,
    },
    /// The run used up a budget (S21) or met an impossible state: end the call.
    Faulted {
        /// For the log.
        reason: String,
    },
}

/// One piece of what is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Played {
    /// A sound by its name: `main/zh-CN/welcome`, `zh-CN/digit_7`.
    Sound(String),
    /// A short rest, between the groups of a number.
    Breath,
    /// The tone after which one speaks.
    Tone,
    /// What the caller himself has said last.
    Recording(RecordingId),
}

/// What a caller has answered to a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surveyed {
    /// The form.
    pub form: String,
    /// Scores by question; those that he skipped have none.
    pub answers: BTreeMap<String, u8>,
    /// The lowest and the highest score that each of them had.
    pub scales: BTreeMap<String, (u8, u8)>,
    /// What he said.
    pub comment: Option<RecordingId>,
    /// Whether he came to the end of the questions.
    pub complete: bool,
    /// Whether nothing more comes; else he is asked on.
    pub over: bool,
}

/// A ticket that a script files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filing {
    /// Which of the tickets of this call's scripts, from 1.
    pub part: u32,
    /// The node that files it.
    pub node: String,
    /// What it says; of secrets nothing (S22).
    pub content: TicketContent,
}

/// Where a transfer leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `agent:1001`: one agent, by login.
    Agent(String),
    /// `queue:support`.
    Queue(QueueName),
    /// `script:NAME`: another script takes the caller over; answers and language travel along (E16).
    Script(ScriptName),
    /// `number:…`: as an agent would dial it.
    Number(String),
}

/// Why a script ends a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HangUpCause {
    /// The matter is done.
    Normal,
    /// As if the line were engaged.
    Busy,
    /// The call is not wanted.
    Rejected,
}
