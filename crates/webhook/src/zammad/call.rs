//! A call as Zammad is told it: which of its ids is open, and who answered. Remembered as JSON from the call's first fact to its last.

use model::fact::{CallResult, EndedBy};
use model::transfer::{Transfer, TransferTo};
use model::{AgentId, CallId};
use serde::{Deserialize, Serialize};

use super::event::{Cause, Event, What, digits};
use crate::format::Person;

/// What is written where a number was withheld.
const WITHHELD: &str = "anonymous";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Call {
    id: String,
    is_out: bool,
    from: String,
    to: String,
    /// The name of who made it, in a call out.
    user: Option<String>,
    queue: Option<String>,
    /// How many ids were opened.
    opened: u32,
    /// Whether the last of them is open.
    is_open: bool,
    answered: Option<Answered>,
    /// The status by which the outside party was not reached.
    pub(super) last_refusal: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Answered {
    agent: AgentId,
    login: String,
    name: Option<String>,
}

impl Call {
    pub(super) fn inbound(id: CallId, from: Option<&str>, to: &str) -> Self {
        Self {
            from: from.map_or_else(|| WITHHELD.to_owned(), digits),
            to: digits(to),
            ..Self::trial(id.to_string())
        }
    }

    pub(super) fn outbound(
        id: CallId,
        agent: Option<&Person>,
        from: Option<&str>,
        to: &str,
    ) -> Self {
        Self {
            is_out: true,
            user: agent.map(|agent| agent.name.clone()),
            ..Self::inbound(id, from, to)
        }
    }

    /// One that nobody makes.
    pub(super) fn trial(id: String) -> Self {
        Self {
            id,
            is_out: false,
            from: WITHHELD.to_owned(),
            to: "0".to_owned(),
            user: None,
            queue: None,
            opened: 0,
            is_open: false,
            answered: None,
            last_refusal: None,
        }
    }

    /// The caller comes to people.
    pub(super) fn waits_in(&mut self, queue: &str, events: &mut Vec<Event>) {
        self.queue = Some(queue.to_owned());
        self.open(events);
    }

    /// A phone rings for him.
    pub(super) fn rings(&mut self, queue: Option<&str>, events: &mut Vec<Event>) {
        if !self.is_open {
            self.queue = queue.map(str::to_owned);
        }
        self.open(events);
    }

    /// An agent's call goes out.
    pub(super) fn dials(&mut self, number: &str, shown: Option<&str>, events: &mut Vec<Event>) {
        if self.is_out {
            self.to = digits(number);
            self.from = shown.map_or_else(|| self.from.clone(), digits);
            self.open(events);
        }
    }

    pub(super) fn is_answered(
        &mut self,
        agent: AgentId,
        person: Option<&Person>,
        events: &mut Vec<Event>,
    ) {
        match &self.answered {
            // He came back to his caller.
            Some(former) if former.agent == agent && self.is_open => return,
            Some(_) => self.hang_up(Cause::Forwarded, events),
            None => {}
        }
        self.open(events);
        let login = person.map_or_else(|| agent.to_string(), |person| person.login.clone());
        self.answered = Some(Answered {
            agent,
            login: login.clone(),
            name: person.map(|person| person.name.clone()),
        });
        let answer = What::Answer {
            answering_number: login,
        };
        events.push(self.event(answer));
    }

    /// The agent is out, and the caller goes on.
    pub(super) fn is_handed_on(&mut self, transfer: &Transfer, events: &mut Vec<Event>) {
        let is_his = |answered: &Answered| answered.agent == transfer.from;
        if !self.answered.as_ref().is_some_and(is_his) {
            return;
        }
        self.hang_up(Cause::Forwarded, events);
        self.queue = match &transfer.to {
            TransferTo::Queue(queue) => Some(queue.to_string()),
            TransferTo::Agent(_) | TransferTo::Number(_) => None,
        };
        self.open(events);
    }

    pub(super) fn ends(&mut self, result: CallResult, by: EndedBy, events: &mut Vec<Event>) {
        let refused = self.last_refusal.filter(|_| self.is_out);
        let cause = match (result, by, refused) {
            (CallResult::Answered | CallResult::SelfService, ..) if self.answered.is_some() => {
                Cause::NormalClearing
            }
            (_, EndedBy::System, Some(status)) => refusal(status),
            (CallResult::Failed, ..) => Cause::Congestion,
            (CallResult::Refused, ..) => Cause::NotFound,
            (_, EndedBy::System, None) => Cause::NoAnswer,
            (_, EndedBy::Caller | EndedBy::Agent, _) => Cause::Cancel,
        };
        self.hang_up(cause, events);
    }

    /// The open id is over.
    pub(super) fn hang_up(&mut self, cause: Cause, events: &mut Vec<Event>) {
        if !self.is_open {
            return;
        }
        let hangup = What::Hangup {
            cause,
            answering_number: self.answered.as_ref().map(|it| it.login.clone()),
        };
        events.push(self.event(hangup));
        self.is_open = false;
        self.answered = None;
    }

    fn open(&mut self, events: &mut Vec<Event>) {
        if self.is_open {
            return;
        }
        self.is_open = true;
        self.opened += 1;
        let queue = self.queue.clone();
        events.push(self.event(What::NewCall { queue }));
    }

    fn event(&self, what: What) -> Event {
        let answered = self.answered.as_ref();
        let user = match answered {
            Some(answered) => answered.name.clone(),
            None => self.user.clone(),
        };
        Event {
            what,
            from: self.from.clone(),
            to: self.to.clone(),
            direction: if self.is_out { "out" } else { "in" },
            call_id: match self.opened {
                1 => self.id.clone(),
                nth => format!("{}-{nth}", self.id),
            },
            user: user.into_iter().collect(),
        }
    }
}

/// The cause of a SIP status (RFC 3261 §21).
const fn refusal(status: u16) -> Cause {
    match status {
        486 | 600 | 603 => Cause::Busy,
        404 | 410 | 484 | 604 => Cause::NotFound,
        408 | 480 | 487 => Cause::NoAnswer,
        _ => Cause::Congestion,
    }
}
