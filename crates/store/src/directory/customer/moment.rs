//! What happened between a customer and the house, and its place in his timeline (F10).

use std::fmt;
use std::str::FromStr;

use model::{AgentId, CallId, Cdr, MailboxName, TicketId, Timestamp};

/// What happened between a customer and the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A note of a person.
    Note {
        /// Who wrote it.
        agent: AgentId,
        /// Its text.
        body: String,
    },
    /// He left a message.
    Message {
        /// In which call.
        call: CallId,
        /// In which box.
        mailbox: MailboxName,
    },
    /// He was asked how he was served.
    Survey {
        /// After which call.
        call: CallId,
        /// With which form.
        form: String,
        /// What became of it.
        outcome: String,
        /// Who had served him.
        agent: Option<AgentId>,
    },
    /// A ticket was made.
    Ticket {
        /// Which.
        ticket: TicketId,
        /// Its readable number.
        number: String,
        /// Its subject.
        subject: String,
        /// Its state's word.
        state: String,
    },
    /// He was called back about a ticket, or it was tried (回访).
    Visit {
        /// Which; the one that his own went into, if it did.
        ticket: TicketId,
        /// Its readable number.
        number: String,
        /// What came of it, as the timeline of the ticket names it: `visit_ok`, `visit_retry`, `visit_bad`.
        event: &'static str,
        /// Who called; `None`: he said it of himself.
        agent: Option<AgentId>,
        /// How content he was, 1 to 5, if he said.
        satisfaction: Option<u8>,
        /// What came of it in words.
        words: Option<String>,
    },
    /// A call.
    Call(Box<Cdr>),
}

/// Where a moment stands: what happened later stands first. As text it is what a page ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MomentKey {
    pub(super) at: i64,
    pub(super) kind: Kind,
    pub(super) id: i64,
}

/// The kinds in the order in which they stand at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Note,
    Message,
    Survey,
    Ticket,
    Visit,
    Call,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Note,
        Self::Message,
        Self::Survey,
        Self::Ticket,
        Self::Visit,
        Self::Call,
    ];

    pub(super) const fn key(self, at: i64, id: i64) -> MomentKey {
        MomentKey { at, kind: self, id }
    }

    const fn letter(self) -> char {
        match self {
            Self::Note => 'n',
            Self::Message => 'm',
            Self::Survey => 's',
            Self::Ticket => 't',
            Self::Visit => 'v',
            Self::Call => 'c',
        }
    }
}

impl MomentKey {
    /// Behind all that ever happens.
    pub(super) const END: Self = Kind::Call.key(i64::MAX, i64::MAX);

    /// When it happened.
    pub const fn at(self) -> Timestamp {
        Timestamp::from_ms(self.at)
    }

    /// Its id among moments of its kind.
    pub const fn id(self) -> i64 {
        self.id
    }
}

impl fmt::Display for MomentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}-{}", self.kind.letter(), self.at, self.id)
    }
}

/// A text that is no place in a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no place in a timeline")]
pub struct NoMoment;

impl FromStr for MomentKey {
    type Err = NoMoment;

    fn from_str(text: &str) -> std::result::Result<Self, NoMoment> {
        let mut kinds = Kind::ALL.into_iter();
        let kind = kinds.find(|kind| text.starts_with(kind.letter()));
        let rest = text.get(1..).unwrap_or_default();
        let (at, id) = rest.split_once('-').ok_or(NoMoment)?;
        let number = |text: &str| text.parse().map_err(|_| NoMoment);
        Ok(kind.ok_or(NoMoment)?.key(number(at)?, number(id)?))
    }
}
