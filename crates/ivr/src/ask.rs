//! Look-ups (查询, E11, E12): what a script asks of the world while the caller waits, and what it is told.
//!
//! The run asks (`Effect::Ask`), lets the caller hear something after a while, and goes on by the answer
//! (`Input::Answered`) or when its patience is over: every question has an end, and the run itself keeps it. What a caller
//! has keyed in is data here, never a part of a text that somebody parses: it is percent-encoded in a URL, a value of a JSON
//! object, a bound parameter of a query. `Debug` shows none of it, since a PIN may be among it (S22).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use model::MailboxName;

use crate::value::{Type, Value};

/// A question of a call: the moment at which it was asked, since the Unix epoch. An answer to another than the open one is
/// late, also where another script has the caller by then: what was not answered was waited for, so the next question has
/// another moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AskId(pub Duration);

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Which.
    pub id: AskId,
    /// What is asked, of whom.
    pub question: Question,
    /// How long an answer is waited for; nothing is expected afterwards.
    pub patience: Duration,
}

/// What is asked, of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// A service, over HTTP.
    Http(HttpQuestion),
    /// A database, by a query of `queries.toml`.
    Sql(SqlQuestion),
    /// Whether a mailbox has room for one more message: found when it has, missing when it is full.
    Mailbox(MailboxName),
    /// The number of a ticket that was filed: found when it stands in the store.
    Ticket(TicketQuestion),
    /// Whether a PIN is that of a calendar: found when it is, missing when it is not, bad while none is taken.
    Pin(PinQuestion),
    /// What comes of a conversation with a bot: found when it gives a result.
    Bot(BotQuestion),
    /// How a ticket stands (X11): found when there is one that may be told, missing when there is none, bad when the PIN opens nothing.
    Status(StatusQuestion),
}

/// How a service is asked (RFC 9110 §9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Asks and changes nothing; the only one that may be tried again.
    Get,
    /// Hands something in.
    Post,
    /// Puts something in its place.
    Put,
    /// Takes something away.
    Delete,
}

/// One request.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpQuestion {
    /// How.
    pub method: Method,
    /// Where, whole.
    pub url: String,
    /// What is said besides, by name.
    pub headers: Vec<(String, HeaderValue)>,
    /// The members of a JSON object; `None`: no body.
    pub body: Option<BTreeMap<String, Value>>,
    /// How long one try may take.
    pub timeout: Duration,
    /// How often it is tried, one at least.
    pub tries: u32,
    /// What is taken out of the answer, by the variable that takes it.
    pub wanted: BTreeMap<String, Wanted>,
}

/// A header's value.
#[derive(Clone, PartialEq, Eq)]
pub enum HeaderValue {
    /// A text.
    Text(String),
    /// A secret, which the shell knows and no script sees.
    Secret(SecretSource),
}

/// Where a secret stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretSource {
    /// In an environment variable.
    Env(String),
    /// In a file, beside the configuration unless its path is absolute.
    File(String),
}

/// One value of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Where it stands: a JSON Pointer (RFC 6901) such as `/case/status`.
    pub at: String,
    /// What it must be.
    pub kind: Type,
}

/// One named query with its parameters.
#[derive(Clone, PartialEq, Eq)]
pub struct SqlQuestion {
    /// Its name in `queries.toml`.
    pub query: String,
    /// The parameters by name, bound and never written into the text.
    pub args: BTreeMap<String, Value>,
    /// Which columns of the first row are taken, by the variable that takes each.
    pub columns: BTreeMap<String, String>,
    /// How long it may take.
    pub timeout: Duration,
}

/// Which ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketQuestion {
    /// Which of the tickets of this call's scripts, from 1.
    pub part: u32,
    /// The variable that takes the number.
    pub into: String,
}

/// A PIN that somebody has keyed in, to close a calendar or to open it (E9).
#[derive(Clone, PartialEq, Eq)]
pub struct PinQuestion {
    /// The calendar.
    pub calendar: String,
    /// The digits; written nowhere (S22).
    pub digits: String,
}

/// Which ticket's state is wanted, and who asks (X11).
#[derive(Clone, PartialEq, Eq)]
pub struct StatusQuestion {
    /// A ticket's number or a telephone number, as it was keyed in or as the caller's own came; empty where that was withheld.
    pub number: String,
    /// What was keyed in for a PIN; written nowhere (S22).
    pub pin: Option<String>,
    /// The caller's own number, whose tries of PINs are counted; empty where it was withheld.
    pub caller: String,
    /// What is told of the ticket, by the variable that takes each.
    pub wanted: BTreeMap<String, StatusField>,
}

/// What may be told of a ticket by telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatusField {
    /// Its readable number.
    Number,
    /// The word of its state.
    State,
    /// Whether work or a confirmation is outstanding.
    Open,
    /// M5: the number that was asked for, or the caller's own, where that ticket went into this one; empty otherwise.
    MergedFrom,
    /// Its type's word; empty without.
    TicketType,
    /// When it was filed, by the clock of tickets.
    FiledAt,
    /// When it is due, by the same clock; empty where nothing is.
    DueAt,
    /// How often it was urged.
    Urges,
}

/// Under which name the result of a bot stands among the values that it brings.
pub const RESULT: &str = "result";

/// A conversation with a service that hears the caller and speaks to him (E24).
#[derive(Clone, PartialEq, Eq)]
pub struct BotQuestion {
    /// Its name in `bots.toml`.
    pub bot: String,
    /// What it is told at the beginning; no secret is among it.
    pub given: BTreeMap<String, Value>,
    /// The results that it may give.
    pub results: BTreeSet<String>,
    /// What is taken out of the values that come with a result, by the variable that takes it.
    pub wanted: BTreeMap<String, Wanted>,
}

/// What a look-up brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// All that was wanted, by variable.
    Found(BTreeMap<String, Value>),
    /// There is no such thing: status 404 or 410, no row.
    Missing,
    /// An answer that cannot be used; why, for the log.
    Bad(String),
    /// None: nobody could be reached, or the time was over; why, for the log.
    NoAnswer(String),
}

/// The kinds of answers, each an exit of a look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerKind {
    /// [`Answer::Found`].
    Found,
    /// [`Answer::Missing`].
    Missing,
    /// [`Answer::Bad`].
    Bad,
    /// [`Answer::NoAnswer`].
    NoAnswer,
}

impl AnswerKind {
    /// All of them, in the order in which proofs try them.
    pub const ALL: [Self; 4] = [Self::Found, Self::Missing, Self::Bad, Self::NoAnswer];

    /// Its word in facts and traces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Missing => "missing",
            Self::Bad => "bad",
            Self::NoAnswer => "none",
        }
    }
}

impl Answer {
    /// Which kind it is.
    pub const fn kind(&self) -> AnswerKind {
        match self {
            Self::Found(_) => AnswerKind::Found,
            Self::Missing => AnswerKind::Missing,
            Self::Bad(_) => AnswerKind::Bad,
            Self::NoAnswer(_) => AnswerKind::NoAnswer,
        }
    }
}

impl Question {
    /// The answer as its node may take it: who found something has all that was wanted, each of its type.
    pub(crate) fn fitting(&self, answer: Answer) -> Answer {
        let Answer::Found(found) = &answer else {
            return answer;
        };
        if let Self::Status(question) = self {
            let mut wanted = question.wanted.iter();
            let fits = |(variable, field): (&String, &StatusField)| {
                found.get(variable).map(Value::kind) == Some(field.kind())
            };
            // A bad answer is a PIN that opens nothing.
            return match wanted.all(fits) {
                true => answer,
                false => Answer::NoAnswer("not all that was wanted".to_owned()),
            };
        }
        let misfit = match self {
            Self::Http(question) => unfit(&question.wanted, found),
            Self::Bot(question) => {
                let result = found.get(RESULT).map(ToString::to_string);
                if !result.is_some_and(|result| question.results.contains(&result)) {
                    return Answer::Bad("unknown result".to_owned());
                }
                unfit(&question.wanted, found)
            }
            Self::Sql(question) => {
                let mut variables = question.columns.keys();
                variables.find(|variable| !found.contains_key(*variable))
            }
            Self::Mailbox(_) | Self::Pin(_) | Self::Status(_) => None,
            Self::Ticket(question) => {
                (!found.contains_key(&question.into)).then_some(&question.into)
            }
        };
        match misfit {
            None => answer,
            Some(variable) => Answer::Bad(format!("nothing fit for `{variable}`")),
        }
    }

    /// What the house itself answers in a test of a script that says nothing else: services and databases it does not have.
    pub(crate) fn in_a_test(&self) -> Option<Answer> {
        match self {
            Self::Http(_) | Self::Sql(_) | Self::Bot(_) | Self::Status(_) => None,
            Self::Mailbox(_) | Self::Pin(_) => Some(Answer::Found(BTreeMap::new())),
            Self::Ticket(question) => {
                let number = Value::Text("260105-0001-8".to_owned());
                Some(Answer::Found(BTreeMap::from([(
                    question.into.clone(),
                    number,
                )])))
            }
        }
    }

    /// Whether a part of a URL's path is `.` or `..`, which a reader of URLs takes out.
    pub(crate) fn has_dot_segment(&self) -> bool {
        let Self::Http(question) = self else {
            return false;
        };
        let path = question.url.split(['?', '#']).next().unwrap_or("");
        path.split('/').any(|part| matches!(part, "." | ".."))
    }

    /// Whom it goes to, as facts and logs may say: a host or a query's name, and nothing of the caller.
    pub fn whom(&self) -> &str {
        match self {
            Self::Http(question) => {
                let after_scheme = question.url.split_once("://").map_or("", |(_, rest)| rest);
                after_scheme.split(['/', '?', '#']).next().unwrap_or("")
            }
            Self::Sql(question) => &question.query,
            Self::Mailbox(mailbox) => mailbox.as_str(),
            Self::Ticket(_) => "ticket",
            Self::Pin(pin) => &pin.calendar,
            Self::Bot(question) => &question.bot,
            Self::Status(_) => "ticket_status",
        }
    }
}

/// The first variable for which nothing of its type was found.
fn unfit<'w>(
    wanted: &'w BTreeMap<String, Wanted>,
    found: &BTreeMap<String, Value>,
) -> Option<&'w String> {
    let mut wanted = wanted.iter();
    let unfit = wanted
        .find(|(variable, wanted)| found.get(*variable).map(Value::kind) != Some(wanted.kind));
    unfit.map(|(variable, _)| variable)
}

impl StatusField {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Number,
        Self::State,
        Self::Open,
        Self::MergedFrom,
        Self::TicketType,
        Self::FiledAt,
        Self::DueAt,
        Self::Urges,
    ];

    /// Its word in scripts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::State => "state",
            Self::Open => "open",
            Self::MergedFrom => "merged_from",
            Self::TicketType => "ticket_type",
            Self::FiledAt => "filed_at",
            Self::DueAt => "due_at",
            Self::Urges => "urges",
        }
    }

    /// Its type.
    pub const fn kind(self) -> Type {
        match self {
            Self::Open => Type::Truth,
            Self::Urges => Type::Number,
            Self::Number
            | Self::State
            | Self::MergedFrom
            | Self::TicketType
            | Self::FiledAt
            | Self::DueAt => Type::Text,
        }
    }
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Get, Self::Post, Self::Put, Self::Delete];
    /// Their words, in the same order.
    pub(crate) const NAMES: &[&str] = &["GET", "POST", "PUT", "DELETE"];

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Debug for HttpQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpQuestion")
            .field("method", &self.method)
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for BotQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BotQuestion")
            .field("bot", &self.bot)
            .field("results", &self.results)
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PinQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinQuestion")
            .field("calendar", &self.calendar)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StatusQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusQuestion")
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeaderValue")
    }
}

impl fmt::Debug for SqlQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlQuestion")
            .field("query", &self.query)
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}
