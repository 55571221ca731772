//! What a node is told and what it wants next: the words between a node and the runner.

use std::collections::BTreeMap;
use std::time::Duration;

use model::fact::QueueExit;
use model::{Requirement, ScriptName};

use crate::ask::{Answer, Question};
use crate::effect::{
    CalendarSet, CalendarWish, CallbackAnswer, HangUpCause, Played, Recorded, Target,
    TransferFailure,
};
use crate::place::Name;
use crate::value::Value;

/// What happened, told to the node that has the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The prompt was heard, or a key cut it (the key follows at the next `Listen`).
    Heard,
    /// A key, while the node listens or the caller waits in its queue.
    Key(char),
    /// The time of `Listen` is over without a key.
    TimedOut,
    /// What became of something that the node asked for.
    Outcome(Outcome),
}

/// What became of something that a node asked for: only the kinds that ask for it are ever told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The caller left the queue without an agent.
    QueueLeft(QueueExit),
    /// Whether he is called back.
    CallbackAnswered(CallbackAnswer),
    /// The transfer reached nobody.
    TransferFailed(TransferFailure),
    /// What the look-up brought.
    Answered(Answer),
    /// The script that did a part has come back with its results, each with whether it is a secret.
    Returned(Given),
    /// What he has said; none when no voice was heard.
    Recorded(Option<Recorded>),
    /// What he says, or has said, stands nowhere: the disk takes nothing.
    RecordFailed,
    /// What became of his wish about a calendar.
    CalendarSet(CalendarSet),
}

/// Values that go from one script to another, by name, each with whether it is a secret (S22).
pub(crate) type Given = BTreeMap<String, (Value, bool)>;

/// What a node wants next.
#[derive(Debug)]
pub(crate) enum Step<'n> {
    /// Play a prompt, then `Event::Heard`.
    Say {
        prompt: &'n Name,
        /// Said after it, one by one; what is no digit is left out.
        digits: String,
        interruptible: bool,
    },
    /// Play these, then `Event::Heard`.
    Speak {
        parts: Vec<Played>,
        interruptible: bool,
    },
    /// Wait for a key: `Event::Key` or `Event::TimedOut`.
    Listen { time: Duration },
    /// Go on as before.
    Stay,
    /// Wait in a queue: `Outcome::QueueLeft`, and keys.
    Join {
        queue: &'n str,
        head_start: Duration,
        priority: u8,
        needs: Option<&'n Requirement>,
        sticky: Option<bool>,
        by_region: bool,
        choices: Option<&'n Name>,
    },
    /// Ring somebody: `Outcome::TransferFailed`; `Outcome::QueueLeft` where the caller's region came first.
    Transfer {
        to: Target,
        ring: Duration,
        wait: Duration,
        by_region: bool,
    },
    /// Promise to call the caller back: `Outcome::CallbackAnswered`.
    CallBack {
        queue: &'n str,
        number: Option<String>,
    },
    /// Ask the world outside: `Outcome::Answered`.
    Ask {
        question: Question,
        patience: Duration,
    },
    /// Let the caller talk with a bot: `Outcome::Answered`, and keys.
    Converse {
        question: Question,
        patience: Duration,
    },
    /// Hand a key on to the bot, and go on as before.
    PassKey(char),
    /// Record the caller until the end key, `silence` or `max`: `Outcome::Recorded`.
    Record {
        max: Duration,
        silence: Duration,
        mailbox: Option<&'n str>,
    },
    /// Close a calendar out of turn, or open it: `Outcome::CalendarSet`.
    SetCalendar {
        calendar: &'n str,
        wish: CalendarWish,
    },
    /// Let another script do a part: `Outcome::Returned`.
    Call { script: &'n str, args: Given },
    /// Back to the script that called this one.
    Return(Given),
    /// On to another node, by itself.
    Go(&'n Name),
    /// On to another node, because the caller made a valid choice: his tries count anew.
    Choose(&'n Name),
    /// Out of the queue and on, because the caller chose so.
    Leave(&'n Name),
    /// Another script takes over.
    Continue(&'n ScriptName),
    /// End the call.
    HangUp(HangUpCause),
    /// The caller is gone already.
    Gone,
    /// The node cannot go on.
    Fault(String),
}

impl Step<'_> {
    /// The answer to an event that the runner never gives to this kind of node.
    pub(crate) fn impossible(event: &Event) -> Self {
        Self::Fault(format!("this node cannot take {event:?}"))
    }
}
