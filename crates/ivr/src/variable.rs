//! Variables: those that every script finds at entry, and what a script sets itself.

use std::collections::BTreeMap;

use crate::row::Words;
use crate::step::Given;
use crate::value::{Type, Value};

/// A variable that is there at entry.
#[derive(Debug)]
pub(crate) struct EntryVariable {
    pub(crate) name: &'static str,
    pub(crate) kind: Type,
    pub(crate) says: Words,
}

/// What every script may read and no script may set.
pub(crate) const ENTRY_VARIABLES: &[EntryVariable] = &[
    variable(
        CALLER_NUMBER,
        Type::Text,
        "The caller's number; by a trunk in E.164 form (\"+8613800001111\"); \"\" when it was withheld.",
        "主叫号码，经中继来电时为国际格式，未显示时为空",
    ),
    variable(
        CALLER_NATIONAL,
        Type::Text,
        "The same as it is dialled in this country (\"13800001111\"), to be said digit by digit; \"\" when it was withheld.",
        "本国拨号形式的主叫号码，用于逐位播报；未显示时为空",
    ),
    variable(
        CALLER_NAME,
        Type::Text,
        "The caller's display name; \"\" without one.",
        "主叫名称",
    ),
    variable(
        CALLER_VIP,
        Type::Number,
        "VIP level, 0 for none.",
        "贵宾等级，0 为普通",
    ),
    variable(
        CALLED,
        Type::Text,
        "The number that was dialled.",
        "被叫号码",
    ),
    variable(
        TRUNK,
        Type::Text,
        "The trunk that the call came by; \"\" without one.",
        "来电所经中继",
    ),
    variable(
        DIVERTED_FROM,
        Type::Text,
        "The number that was dialled first and sent the call on to us; \"\" without one.",
        "转移前被叫号码",
    ),
    variable(
        LANGUAGE,
        Type::Text,
        "The caller's language at this moment.",
        "当前语言",
    ),
    variable(
        NOW,
        Type::Text,
        "This moment on the wall clock of the first calendar that the script names, else of the house's first, with its offset: \
         \"2026-11-21T22:10:00+08:00\"; in UTC where there is no calendar.",
        "当前时刻，按流程所用日历（否则按首个日历）的时区；没有日历则为 UTC",
    ),
];

pub(crate) const CALLER_NUMBER: &str = "caller.number";
pub(crate) const CALLER_NATIONAL: &str = "caller.national";
pub(crate) const CALLER_NAME: &str = "caller.name";
pub(crate) const CALLER_VIP: &str = "caller.vip";
pub(crate) const CALLED: &str = "called";
pub(crate) const TRUNK: &str = "trunk";
pub(crate) const DIVERTED_FROM: &str = "diverted_from";
pub(crate) const LANGUAGE: &str = "language";
pub(crate) const NOW: &str = "now";

const fn variable(
    name: &'static str,
    kind: Type,
    en: &'static str,
    zh: &'static str,
) -> EntryVariable {
    EntryVariable {
        name,
        kind,
        says: Words { en, zh },
    }
}

/// The type of an entry variable.
pub(crate) fn entry_type(name: &str) -> Option<Type> {
    ENTRY_VARIABLES
        .iter()
        .find(|variable| variable.name == name)
        .map(|variable| variable.kind)
}

/// Whether a script may set a variable of this name.
pub(crate) fn is_settable(name: &str) -> bool {
    let mut letters = name.chars();
    let first = letters
        .next()
        .is_some_and(|letter| letter.is_ascii_lowercase());
    let rest = letters
        .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    // `caller` is the first part of names that are there at entry.
    let free = ENTRY_VARIABLES
        .iter()
        .all(|known| known.name.split('.').next() != Some(name));
    first && rest && free && name.len() <= 64 && !crate::expression::is_reserved(name)
}

/// The answers that a run has so far.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    answers: BTreeMap<String, Answer>,
}

#[derive(Debug)]
struct Answer {
    value: Value,
    secret: bool,
}

impl Variables {
    /// Sets one; what was there before is gone.
    pub(crate) fn set(&mut self, name: &str, value: Value, secret: bool) {
        self.answers
            .insert(name.to_owned(), Answer { value, secret });
    }

    /// Those that a script is given.
    pub(crate) fn of(given: Given) -> Self {
        let mut variables = Self::default();
        for (name, (value, secret)) in given {
            variables.set(&name, value, secret);
        }
        variables
    }

    /// Takes what another script knew and this one does not.
    pub(crate) fn inherit(&mut self, other: Self) {
        for (name, answer) in other.answers {
            self.answers.entry(name).or_insert(answer);
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.answers.get(name).map(|answer| &answer.value)
    }

    /// Whether it came from a secret input.
    pub(crate) fn is_secret(&self, name: &str) -> bool {
        self.answers.get(name).is_some_and(|answer| answer.secret)
    }

    /// The names of the secret ones.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        let secret = self.answers.iter().filter(|(_, answer)| answer.secret);
        secret.map(|(name, _)| name.as_str())
    }

    /// All but the secret ones, as people read them.
    pub(crate) fn shown(&self) -> BTreeMap<String, String> {
        let open = self.answers.iter().filter(|(_, answer)| !answer.secret);
        open.map(|(name, answer)| (name.clone(), answer.value.to_string()))
            .collect()
    }
}
