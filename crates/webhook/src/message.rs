//! A message for one webhook, and in which line it stands: those of one call, ticket or agent go out in the order in which they
//! happened, those of others pass them.

use std::fmt;
use std::str::FromStr;

use model::{AgentId, CallId, DeliveryId, Fact, TicketId, Timestamp};

/// Whose story a message belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// A call's.
    Call(CallId),
    /// A ticket's.
    Ticket(TicketId),
    /// An agent's.
    Agent(AgentId),
    /// Nobody's: it waits for no other.
    Alone,
}

impl Lane {
    /// The lane of a fact.
    pub fn of(fact: &Fact) -> Self {
        if let Fact::TicketCreated { ticket, .. } | Fact::TicketChanged { ticket, .. } = fact {
            return Self::Ticket(*ticket);
        }
        if let Fact::NotificationCreated(told) = fact {
            return Self::Agent(told.agent);
        }
        if let Fact::AgentStateChanged { agent, .. }
        | Fact::AgentRegistered { agent }
        | Fact::AgentUnregistered { agent, .. }
        | Fact::StandbyBegan { agent }
        | Fact::StandbyEnded { agent, .. }
        | Fact::WrapUpBegan { agent, .. }
        | Fact::LastAgentPaused { agent, .. }
        | Fact::AgentLevelled { agent, .. }
        | Fact::AgentQueueChanged { agent, .. } = fact
        {
            return Self::Agent(*agent);
        }
        fact.call().map_or(Self::Alone, Self::Call)
    }
}

/// As the store writes it.
impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(id) => write!(f, "call {id}"),
            Self::Ticket(id) => write!(f, "ticket {id}"),
            Self::Agent(id) => write!(f, "agent {id}"),
            Self::Alone => f.write_str("alone"),
        }
    }
}

/// No lane is written so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no lane")]
pub struct NotALane(String);

impl FromStr for Lane {
    type Err = NotALane;

    fn from_str(text: &str) -> Result<Self, NotALane> {
        let lane = match text.split_once(' ') {
            Some(("call", id)) => id.parse().ok().map(Self::Call),
            Some(("ticket", id)) => id.parse().ok().map(Self::Ticket),
            Some(("agent", id)) => id.parse().ok().map(Self::Agent),
            Some(_) => None,
            None => (text == "alone").then_some(Self::Alone),
        };
        lane.ok_or_else(|| NotALane(text.to_owned()))
    }
}

/// What a webhook is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The number of the fact that it tells; 0 for a trial.
    pub seq: u64,
    /// What is told: the fact's name, or the event of a foreign format.
    pub kind: &'static str,
    /// Whose story.
    pub lane: Lane,
    /// Messages of one thread stand or fall with the one that opens it: when that is given up, those behind it are.
    pub thread: Option<String>,
    /// When it tells nothing any more; `None`: it does as long as it is tried.
    pub expires_at: Option<Timestamp>,
    /// JSON.
    pub body: String,
}

/// A message that waits to be sent, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which; its receiver knows it by this id, however often it is sent.
    pub id: DeliveryId,
    /// Whose story.
    pub lane: Lane,
    /// See [`Message::thread`].
    pub thread: Option<String>,
    /// Whether it opens its thread.
    pub opens: bool,
    /// When it was made.
    pub made_at: Timestamp,
    /// See [`Message::expires_at`].
    pub expires_at: Option<Timestamp>,
    /// How often it was sent.
    pub sent: u32,
    /// Not before then.
    pub due_at: Timestamp,
}

/// Why a message is not sent any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// It was sent as often as may be.
    Exhausted,
    /// Its time was over.
    Late,
    /// What opens its thread was not taken.
    NotOpened,
    /// Its webhook was given another format before it was taken.
    Reformatted,
    /// The webhook is not told anything any more.
    Disabled,
}

impl GivenUp {
    /// The word in the delivery log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exhausted => "exhausted",
            Self::Late => "late",
            Self::NotOpened => "not_opened",
            Self::Reformatted => "reformatted",
            Self::Disabled => "disabled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_comes_back_from_the_store() {
        for lane in [
            Lane::Call(CallId::new(7)),
            Lane::Ticket(TicketId::new(8)),
            Lane::Agent(AgentId::new(9)),
            Lane::Alone,
        ] {
            assert_eq!(lane.to_string().parse(), Ok(lane));
        }
        for wrong in ["", "call", "call x", "queue 7"] {
            assert!(wrong.parse::<Lane>().is_err(), "{wrong}");
        }
    }
}
