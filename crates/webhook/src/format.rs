//! The formats in which a webhook may be told: a row each. A format makes messages of a fact and of what it remembers of the
//! fact's call; what it remembers is text that only it reads, kept until the call ends.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use model::{AgentId, CallId, Fact, FactRecord, Timestamp, WebhookId};

use crate::message::Message;
use crate::{address, native, zammad};

/// What other systems know an agent by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// His login, which is his telephone's name too.
    pub login: String,
    /// His name.
    pub name: String,
}

/// The agents whom a format may have to name.
pub type People = BTreeMap<AgentId, Person>;

/// What a fact becomes.
#[derive(Debug, Default)]
pub struct Told {
    /// Messages in their order.
    pub messages: Vec<Message>,
    /// What is remembered of the call from here on; `None`: nothing.
    pub memory: Option<String>,
}

type OfFact = fn(&FactRecord, Option<&str>, &People) -> Told;

struct Row {
    name: &'static str,
    /// Whether it chooses by itself which facts it tells, and remembers calls for that.
    chooses: bool,
    /// Of a fact, and what was remembered of its call.
    of_fact: OfFact,
    /// The agents whom messages of this fact name.
    names: fn(&Fact) -> Vec<AgentId>,
    /// An address as it may be shown.
    shown: fn(&str) -> String,
    /// What a trial sends.
    trial: fn(WebhookId, Timestamp) -> Vec<Message>,
}

const ROWS: [Row; 2] = [
    Row {
        name: "native",
        chooses: false,
        of_fact: |record, _, _| Told {
            messages: native::of_fact(record).into_iter().collect(),
            memory: None,
        },
        names: |_| Vec::new(),
        shown: str::to_owned,
        trial: |webhook, at| native::trial(webhook, at).into_iter().collect(),
    },
    Row {
        name: "zammad",
        chooses: true,
        of_fact: zammad::of_fact,
        names: zammad::names,
        shown: address::masked,
        trial: zammad::trial,
    },
];

/// A format.
#[derive(Clone, Copy)]
pub struct Format(&'static Row);

impl Format {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(Self)
    }

    /// Its word in APIs and tables.
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// Whether it chooses by itself which facts it tells: topics mean nothing to it.
    pub const fn chooses(self) -> bool {
        self.0.chooses
    }

    /// The call whose memory this fact needs.
    pub fn remembered(self, fact: &Fact) -> Option<CallId> {
        fact.call().filter(|_| self.0.chooses)
    }

    /// The agents whom it has to know for this fact.
    pub fn names(self, fact: &Fact) -> Vec<AgentId> {
        (self.0.names)(fact)
    }

    /// What a fact becomes.
    pub fn of_fact(self, record: &FactRecord, memory: Option<&str>, people: &People) -> Told {
        (self.0.of_fact)(record, memory, people)
    }

    /// An address as it may be shown: a part that is a secret is masked.
    pub fn shown(self, url: &str) -> String {
        (self.0.shown)(url)
    }

    /// What a trial sends.
    pub fn trial(self, webhook: WebhookId, at: Timestamp) -> Vec<Message> {
        (self.0.trial)(webhook, at)
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Format {}

/// No format is called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no format is called {0:?}: write `native` or `zammad`")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let found = Self::all().find(|format| format.name() == text);
        found.ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}
