//! Where an entry of a number list holds: everywhere, or for callers of some queues and dialled numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::fault::NumberListFault;
use super::{Bar, NumberEntry};
use crate::id::{MailboxName, QueueName, ScriptName};

/// Most places of a scope.
pub(super) const PLACES_MAX: usize = 50;

/// One place of a scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Place {
    /// A number that is dialled, as `numbers.toml` writes it.
    Number(String),
    /// A queue.
    Queue(QueueName),
}

impl FromStr for Place {
    type Err = NumberListFault;

    fn from_str(text: &str) -> Result<Self, NumberListFault> {
        match text.split_once(':').map(|(kind, name)| (kind, name.trim())) {
            Some(("number", name)) if !name.is_empty() => Ok(Self::Number(name.to_owned())),
            Some(("queue", name)) if !name.is_empty() => Ok(Self::Queue(name.into())),
            Some(_) | None => Err(NumberListFault::Place(text.to_owned())),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "number:{number}"),
            Self::Queue(queue) => write!(f, "queue:{queue}"),
        }
    }
}

impl TryFrom<String> for Place {
    type Error = NumberListFault;

    fn try_from(text: String) -> Result<Self, NumberListFault> {
        text.parse()
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

/// All places of an entry; none: everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(BTreeSet<Place>);

impl Scope {
    /// Whether it holds for every call.
    pub fn is_everywhere(&self) -> bool {
        self.0.is_empty()
    }

    /// Its places.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.0.iter()
    }

    /// Whether it holds for who dials this number, or is to wait in one of these queues.
    pub fn holds(&self, called: &str, queues: &[QueueName]) -> bool {
        self.is_everywhere()
            || self.0.iter().any(|place| match place {
                Place::Number(number) => number == called,
                Place::Queue(queue) => queues.contains(queue),
            })
    }
}

impl FromIterator<Place> for Scope {
    fn from_iter<T: IntoIterator<Item = Place>>(places: T) -> Self {
        Self(places.into_iter().collect())
    }
}

/// What an entry may name of the house.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HouseNames {
    /// Queues.
    pub queues: BTreeSet<QueueName>,
    /// Scripts.
    pub scripts: BTreeSet<ScriptName>,
    /// Mailboxes.
    pub mailboxes: BTreeSet<MailboxName>,
    /// Numbers that can be dialled: spelling and key, each to the spelling.
    pub numbers: BTreeMap<String, String>,
}

impl HouseNames {
    /// The scope with numbers in the spelling of the house.
    ///
    /// # Errors
    /// It names what the house does not have, or too much.
    pub fn scope(&self, places: impl IntoIterator<Item = Place>) -> Result<Scope, NumberListFault> {
        let known = |place| match place {
            Place::Number(number) => {
                let spelling = self.numbers.get(&number);
                let bare: String = number.chars().filter(|it| !" -".contains(*it)).collect();
                let spelling = spelling.or_else(|| self.numbers.get(&bare)).cloned();
                let unknown = || NumberListFault::unknown("number", &number, self.numbers.values());
                spelling.map(Place::Number).ok_or_else(unknown)
            }
            Place::Queue(queue) => {
                let unknown = || NumberListFault::unknown("queue", &queue, &self.queues);
                let is_known = self.queues.contains(&queue);
                is_known.then_some(()).ok_or_else(unknown)?;
                Ok(Place::Queue(queue))
            }
        };
        let scope: Scope = places.into_iter().map(known).collect::<Result<_, _>>()?;
        if scope.0.len() > PLACES_MAX {
            return Err(NumberListFault::Places);
        }
        Ok(scope)
    }

    /// Whether what a bar names is there.
    ///
    /// # Errors
    /// It is not.
    pub fn check(&self, bar: &Bar) -> Result<(), NumberListFault> {
        let unknown = match bar {
            Bar::Reject | Bar::Busy | Bar::Log => return Ok(()),
            Bar::Script(name) if self.scripts.contains(name) => return Ok(()),
            Bar::Voicemail(name) if self.mailboxes.contains(name) => return Ok(()),
            Bar::Script(name) => NumberListFault::unknown("script", name, &self.scripts),
            Bar::Voicemail(name) => NumberListFault::unknown("mailbox", name, &self.mailboxes),
        };
        Err(unknown)
    }
}

impl NumberEntry {
    /// Whether it holds for who dials this number, or is to wait in one of these queues.
    pub fn holds_at(&self, called: &str, queues: &[QueueName]) -> bool {
        self.scope.holds(called, queues)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f6_a_scope_names_what_the_house_has() {
        let names = HouseNames {
            queues: ["sales".into()].into(),
            scripts: ["nuisance".into()].into(),
            mailboxes: ["night".into()].into(),
            numbers: BTreeMap::from([
                ("4000".into(), "4000".into()),
                ("+861065529988".into(), "010-65529988".into()),
                ("010-65529988".into(), "010-65529988".into()),
            ]),
        };
        let scope = |places: &[&str]| {
            let places: Result<Vec<Place>, _> = places.iter().map(|it| it.parse()).collect();
            names.scope(places?)
        };
        let both = scope(&["queue:sales", "number:+86 10 65529988"]).unwrap();
        assert!(both.holds("010-65529988", &[]) && both.holds("4000", &["sales".into()]));
        assert!(!both.holds("4000", &["support".into()]) && !both.is_everywhere());
        assert!(scope(&[]).unwrap().holds("4000", &[]));
        for (wrong, told) in [
            ("queue:sale", "there is sales"),
            ("number:4001", "no number `4001`"),
            ("sales", "`queue:NAME`"),
            ("queue:", "`queue:NAME`"),
        ] {
            let fault = scope(&[wrong]).unwrap_err();
            assert!(fault.to_string().contains(told), "{fault}");
            assert!(!fault.zh().is_empty());
        }
        for (bar, is_known) in [
            ("reject", true),
            ("script:nuisance", true),
            ("script:nuisanse", false),
            ("voicemail:night", true),
            ("voicemail:day", false),
        ] {
            assert_eq!(
                names.check(&bar.parse().unwrap()).is_ok(),
                is_known,
                "{bar}"
            );
        }
    }
}
