//! Proves a script before any caller meets it: nobody can be trapped, and everything that it names exists (E22, M2).
//!
//! The proof that each caller comes to an end: every node that is no end has an exit that the script takes by itself (the
//! rows require it), the graph of those exits has no cycle (`graph`), and choices are bounded per node (`run/chain`). So
//! once the choices are used up, every way leads to an end.

mod canary;
mod cycle;
mod ending;
mod flows;
mod graph;
mod house;
mod names;
mod operator;
mod overflow;
mod patience;
mod queries;
mod retold;
mod secrets;
mod sentence;
mod skills;
mod speech;
mod story;
mod surveys;
mod tickets;
mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use model::{MailboxName, QueueName, ScriptName};

use crate::ask::SecretSource;
use crate::claim::Claims;
use crate::diagnostic::Diagnostic;
use crate::report::Report;
use crate::script::Script;
use crate::told::Told;
use crate::value::Type;
use house::Graph;

pub use flows::FlowShape;
pub use house::{Entrance, House, Patience};
pub use skills::{Person, check_skills};
pub use story::Story;
pub(crate) use story::told_of;

/// What exists outside a script.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Names in `queues.toml`.
    pub queues: BTreeSet<QueueName>,
    /// Names in `calendars.toml`.
    pub calendars: BTreeSet<String>,
    /// All scripts, this one too.
    pub scripts: BTreeSet<ScriptName>,
    /// Logins of agents; `None` when the store was not asked, and then every login is taken.
    pub agents: Option<BTreeSet<String>>,
    /// Numbers of the house.
    pub numbers: BTreeSet<String>,
    /// Whether a script may call a number that is none of them.
    pub outside: OutsideNumbers,
    /// Sounds that exist: `zh-CN/welcome`, and `main/zh-CN/welcome` of one script alone.
    pub sounds: BTreeSet<String>,
    /// Whether a text without a sound becomes speech once the house starts.
    pub speech: bool,
    /// What those of all scripts that may be called ask and give.
    pub flows: BTreeMap<ScriptName, FlowShape>,
    /// Those of the calendars that have a PIN.
    pub pins: BTreeSet<String>,
    /// Mailboxes of `voicemail.toml`.
    pub mailboxes: BTreeSet<MailboxName>,
    /// Forms of `surveys.toml`, each with its languages.
    pub forms: BTreeMap<String, BTreeSet<String>>,
    /// Bots of `bots.toml`.
    pub bots: BTreeSet<String>,
    /// Queries of `queries.toml`.
    pub queries: BTreeMap<String, QueryShape>,
    /// What `tickets.toml` says of tickets.
    pub tickets: TicketWords,
    /// What look-ups over HTTP may do.
    pub services: Services,
}

/// What a script has to know of tickets. A house that names no type, or no category, takes whatever a ticket is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketWords {
    /// The types, each with its fields.
    pub types: BTreeMap<String, Vec<TicketFieldWord>>,
    /// The categories.
    pub categories: BTreeSet<String>,
}

/// A field of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketFieldWord {
    /// Its name.
    pub name: String,
    /// Whether a submission needs it.
    pub needed: bool,
}

/// What a script has to know of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryShape {
    /// Its parameters, all of them to be given.
    pub args: BTreeMap<String, Type>,
    /// Its columns.
    pub columns: BTreeMap<String, Type>,
}

/// What the dial rules say of a number in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutsideNumber {
    /// It may be called.
    Allowed,
    /// It may not, for this reason.
    Denied(Told),
    /// Nothing leads there.
    Unknown,
}

type Rules = dyn Fn(&str) -> OutsideNumber;

/// Asks the dial rules. Without them every number that is none of the house is unknown.
#[derive(Clone, Default)]
pub struct OutsideNumbers(Option<Rc<Rules>>);

impl OutsideNumbers {
    /// The rules.
    pub fn new(rules: impl Fn(&str) -> OutsideNumber + 'static) -> Self {
        Self(Some(Rc::new(rules)))
    }

    pub(crate) fn ask(&self, number: &str) -> OutsideNumber {
        self.0
            .as_ref()
            .map_or(OutsideNumber::Unknown, |rules| rules(number))
    }
}

impl fmt::Debug for OutsideNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OutsideNumbers")
            .field(&self.0.is_some())
            .finish()
    }
}

type ServiceRule = dyn Fn(&str) -> Result<(), Told>;
type SecretRule = dyn Fn(&SecretSource) -> Result<(), Told>;

/// Asks the rules for services outside, and whether a secret is there. Without them every service and secret is.
#[derive(Clone, Default)]
pub struct Services(Option<(Rc<ServiceRule>, Rc<SecretRule>)>);

impl Services {
    /// The rules: of a URL's scheme and host, and of a secret.
    pub fn new(
        may_be_asked: impl Fn(&str) -> Result<(), Told> + 'static,
        is_there: impl Fn(&SecretSource) -> Result<(), Told> + 'static,
    ) -> Self {
        Self(Some((Rc::new(may_be_asked), Rc::new(is_there))))
    }

    pub(crate) fn may_be_asked(&self, url: &str) -> Result<(), Told> {
        self.0.as_ref().map_or(Ok(()), |(rule, _)| rule(url))
    }

    pub(crate) fn is_there(&self, secret: &SecretSource) -> Result<(), Told> {
        self.0.as_ref().map_or(Ok(()), |(_, rule)| rule(secret))
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Services").field(&self.0.is_some()).finish()
    }
}

/// Everything that is wrong with a script which `parse` read; what `parse` told already is not told again.
pub fn check(script: &Script, world: &World) -> Vec<Diagnostic> {
    let mut report = Report::new(&script.file);
    let claims = script.claims();
    graph::check(script, &claims, &mut report);
    names::check(script, &claims, world, &mut report);
    queries::check(&claims, world, &mut report);
    flows::check(script, &claims, world, &mut report);
    variables::check(script, &claims, world, &mut report);
    secrets::check(&claims, &mut report);
    speech::check(script, &claims, &mut report);
    surveys::check(script, &claims, world, &mut report);
    tickets::check(&claims, world, &mut report);
    report.finish()
}

/// Everything that is wrong with scripts that are good each by itself, walked through as callers do: from script to script,
/// by every answer that the caller, the house and the world may give.
pub fn check_house(house: &House<'_>) -> Vec<Diagnostic> {
    let graph = Graph::new(house);
    let mut found = Vec::new();
    canary::check(house, &mut found);
    flows::check_house(&graph, house, &mut found);
    overflow::check(&graph, &mut found);
    ending::check(&graph, &mut found);
    patience::check(&graph, house, &mut found);
    operator::check(&graph, house, &mut found);
    found
}

/// What every node claims, by its name.
type AllClaims<'s> = BTreeMap<&'s str, Claims<'s>>;
