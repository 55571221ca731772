//! What a bearer token may do (令牌权限范围, J1): words like `tickets:read`, or `*` for all that its agent may.
//!
//! Which actions a scope holds is the web's table of rights; here are the words. A word that a row holds and this program does not
//! know opens nothing.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// All that the agent may.
const ALL: &str = "*";

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)+) => {
        /// A part of what an agent may do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Scope {
            $($(#[$doc])* $name,)+
        }

        impl Scope {
            /// All of them, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word that stands in requests.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }
    };
}

scopes! {
    /// Colleagues: names, states, queues.
    AgentsRead = "agents:read";
    /// Their states and the queues that they serve.
    AgentsWrite = "agents:write";
    /// How far agents' rights go.
    RightsWrite = "rights:write";
    /// Calls, live and past.
    CallsRead = "calls:read";
    /// End, hold and transfer calls; move callers within lines; callbacks.
    CallsWrite = "calls:write";
    /// Take calls out as a list.
    CallsExport = "calls:export";
    /// Hear recordings and messages.
    RecordingsRead = "recordings:read";
    /// Take messages out of mailboxes.
    RecordingsWrite = "recordings:write";
    /// Queues, who waits in them, today's figures.
    QueuesRead = "queues:read";
    /// What callers answered to surveys.
    SurveysRead = "surveys:read";
    /// Figures of queues and agents over a time.
    ReportsRead = "reports:read";
    /// Tickets, their rules and their tries.
    TicketsRead = "tickets:read";
    /// Enter tickets and give them orders.
    TicketsWrite = "tickets:write";
    /// Customers, and what is known of a number.
    CustomersRead = "customers:read";
    /// Add, change, merge and part customers.
    CustomersWrite = "customers:write";
    /// Articles of the knowledge base and canned replies.
    KnowledgeRead = "knowledge:read";
    /// Write articles and replies, and lead articles through their steps.
    KnowledgeWrite = "knowledge:write";
    /// Facts as they happen.
    EventsRead = "events:read";
    /// Trunks, phones, refusals, messages of calls.
    SignallingRead = "signalling:read";
    /// Number lists, and who must not meet.
    CallersWrite = "callers:write";
    /// Close calendars out of turn.
    CalendarsWrite = "calendars:write";
    /// Scripts and their versions.
    ScriptsRead = "scripts:read";
    /// Bring an older script back.
    ScriptsWrite = "scripts:write";
    /// What webhooks are told, and their secrets.
    WebhooksWrite = "webhooks:write";
    /// Make tokens and take them back.
    TokensWrite = "tokens:write";
}

/// A word that is no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no scope `{word}`: expected `*` or one of {}", Self::all())]
pub struct UnknownScope {
    /// What was told, shortened.
    pub word: String,
}

impl UnknownScope {
    /// What there is, with commas between.
    pub fn all() -> String {
        let words: Vec<_> = Scope::ALL.iter().map(|scope| scope.word()).collect();
        words.join(", ")
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(word: &str) -> Result<Self, UnknownScope> {
        let found = Self::ALL.iter().find(|scope| scope.word() == word);
        found.copied().ok_or_else(|| UnknownScope {
            word: word.chars().take(40).collect(),
        })
    }
}

/// What a token may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scopes {
    /// All that its agent may.
    All,
    /// These parts of it.
    Some(BTreeSet<Scope>),
}

impl Scopes {
    /// Out of words; `*` among them is all.
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownScope> {
        let mut some = BTreeSet::new();
        let mut is_all = false;
        for word in words {
            if word == ALL {
                is_all = true;
            } else {
                some.insert(word.parse()?);
            }
        }
        Ok(if is_all { Self::All } else { Self::Some(some) })
    }

    /// As a row holds them.
    pub(super) fn kept(text: &str) -> Self {
        if text == ALL {
            return Self::All;
        }
        let known = text.split(' ').filter_map(|word| word.parse().ok());
        Self::Some(known.collect())
    }

    /// Whether this one is among them.
    pub fn hold(&self, scope: Scope) -> bool {
        match self {
            Self::All => true,
            Self::Some(some) => some.contains(&scope),
        }
    }

    /// Whether all of the others are among these.
    pub fn cover(&self, others: &Self) -> bool {
        match (self, others) {
            (Self::All, _) => true,
            (Self::Some(_), Self::All) => false,
            (Self::Some(these), Self::Some(others)) => others.is_subset(these),
        }
    }

    /// Whether none is among them.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Some(some) if some.is_empty())
    }

    /// Their words.
    pub fn words(&self) -> Vec<&'static str> {
        match self {
            Self::All => vec![ALL],
            Self::Some(some) => some.iter().map(|scope| scope.word()).collect(),
        }
    }
}

/// As a row holds them.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn j1_a_word_that_is_unknown_is_refused_when_told_and_opens_nothing_when_kept() {
        let told = Scopes::of(["tickets:read", "tickets:rea"]).unwrap_err();
        assert!(told.to_string().contains("`tickets:rea`"), "{told}");
        assert!(told.to_string().contains("tokens:write"), "{told}");
        let kept = Scopes::kept("tickets:read house:write");
        assert_eq!(kept.words(), ["tickets:read"]);
        assert!(Scopes::kept("").is_nothing());
        for text in ["*", "calls:read tickets:read"] {
            assert_eq!(Scopes::kept(text).to_string(), text);
        }
    }

    #[test]
    fn j1_nobody_gives_more_than_he_has() {
        let of = |text: &str| Scopes::of(text.split(' ')).unwrap();
        for (these, others, cover) in [
            ("*", "*", true),
            ("*", "calls:read", true),
            ("calls:read", "*", false),
            ("calls:read tickets:read", "tickets:read", true),
            ("calls:read", "calls:read tickets:read", false),
            ("calls:read *", "tickets:read", true),
        ] {
            assert_eq!(of(these).cover(&of(others)), cover, "{these} | {others}");
        }
    }
}
