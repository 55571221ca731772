//! The service catalogue (服务目录, A3): a tree of what tickets are about, found by a number or by short keys while somebody talks.

use std::collections::{BTreeMap, BTreeSet};

use super::Label;
use crate::handling::Level;

/// What tickets may be about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Category {
    /// Its name, as scripts and the API call it.
    pub code: String,
    /// What people say and type: `3.2`.
    pub number: String,
    /// What people type instead: `kd` for 宽带.
    pub keys: Vec<String>,
    /// What people read.
    pub label: Label,
    /// The category above it.
    pub parent: Option<String>,
    /// The type of a ticket of which nothing else is said.
    pub kind: Option<String>,
    /// Whom it touches, where nobody weighs that (A5).
    pub impact: Option<Level>,
    /// How long it can wait, where nobody weighs that (A5).
    pub urgency: Option<Level>,
    /// Who gets it when no rule says so.
    pub group: Option<String>,
    /// Read by few (A13).
    pub sensitive: bool,
}

/// All categories, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue(BTreeMap<String, Category>);

impl FromIterator<Category> for Catalogue {
    fn from_iter<T: IntoIterator<Item = Category>>(categories: T) -> Self {
        let named = categories.into_iter().map(|one| (one.code.clone(), one));
        Self(named.collect())
    }
}

impl Catalogue {
    /// One of them.
    pub fn get(&self, code: &str) -> Option<&Category> {
        self.0.get(code)
    }

    /// Whether the house has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = &Category> {
        self.0.values()
    }

    /// A category and those above it; a circle is walked once.
    pub fn upwards(&self, code: &str) -> impl Iterator<Item = &Category> {
        let above = |one: &&Category| self.get(one.parent.as_deref()?);
        std::iter::successors(self.get(code), above).take(self.0.len())
    }

    /// The way to a category, the root first, as [`crate::duplicate::Matter`] compares it. One that the house does not know is its own.
    pub fn path(&self, code: &str) -> Vec<String> {
        let mut path: Vec<String> = self.upwards(code).map(|one| one.code.clone()).collect();
        path.reverse();
        if path.is_empty() {
            path.push(code.to_owned());
        }
        path
    }

    /// Whether a category is another, or below it.
    pub fn is_within(&self, code: &str, other: &str) -> bool {
        code == other || self.upwards(code).any(|one| one.code == other)
    }

    /// A category and all below it. One that the house does not know has none below it.
    pub fn below(&self, code: &str) -> BTreeSet<String> {
        let below = self.all().filter(|one| self.is_within(&one.code, code));
        let below = below.map(|one| one.code.clone());
        below.chain([code.to_owned()]).collect()
    }

    /// What is meant by what somebody types: the number or a key, whole or begun, or a part of a label; the closest first, and of
    /// those that are as close by number.
    pub fn find(&self, typed: &str) -> Vec<&Category> {
        let typed = typed.trim().to_lowercase();
        let mut found: Vec<(u8, &Category)> = self
            .all()
            .filter_map(|one| Some((one.closeness(&typed)?, one)))
            .collect();
        found.sort_by(|(a, one), (b, other)| {
            (a, place(&one.number), &one.code).cmp(&(b, place(&other.number), &other.code))
        });
        found.into_iter().map(|(_, one)| one).collect()
    }
}

impl Category {
    /// 0: that is it. `None`: that is not meant.
    fn closeness(&self, typed: &str) -> Option<u8> {
        let is = |word: &str| word.to_lowercase() == typed;
        let begins = |word: &str| word.to_lowercase().starts_with(typed);
        let words = || self.keys.iter().chain([&self.number, &self.code]);
        let labels = || self.label.values();
        if words().any(|word| is(word)) {
            Some(0)
        } else if words().any(|word| begins(word)) {
            Some(1)
        } else {
            let has = |label: &String| label.to_lowercase().contains(typed);
            labels().any(has).then_some(2)
        }
    }
}

/// `3.10` comes after `3.9`.
fn place(number: &str) -> Vec<u32> {
    number
        .split('.')
        .map(|step| step.parse().unwrap_or(u32::MAX))
        .collect()
}
