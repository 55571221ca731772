//! The queues in which a caller stands: his home queue, and those beside it (A12).
//!
//! At least one, each once, in a given order. The home queue is what people see of his wait: its music, his position in
//! it, its longest wait. By what right agents of the others may take him is the distribution's matter, not this type's.

use serde::{Deserialize, Serialize};

use crate::id::QueueName;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<QueueName>", into = "Vec<QueueName>")]
pub struct QueueSet {
    home: QueueName,
    also: Vec<QueueName>,
}

impl QueueSet {
    /// The queues of a list in its order, each once; `None` of an empty list.
    pub fn of(names: impl IntoIterator<Item = QueueName>) -> Option<Self> {
        let mut names = names.into_iter();
        let mut set = Self::from(names.next()?);
        for name in names {
            if !set.contains(&name) {
                set.also.push(name);
            }
        }
        Some(set)
    }

    /// The queue that people are told of.
    pub const fn home(&self) -> &QueueName {
        &self.home
    }

    /// The others, in order.
    pub fn also(&self) -> &[QueueName] {
        &self.also
    }

    /// All, the home queue first.
    pub fn iter(&self) -> impl Iterator<Item = &QueueName> {
        core::iter::once(&self.home).chain(&self.also)
    }

    /// Whether this queue is one of them.
    pub fn contains(&self, name: &QueueName) -> bool {
        self.iter().any(|one| one == name)
    }

    /// Those of them that a test lets pass, the first of which is home; `None` when it lets none pass.
    pub fn filtered(&self, keep: impl Fn(&QueueName) -> bool) -> Option<Self> {
        Self::of(self.iter().filter(|name| keep(name)).cloned())
    }
}

impl From<QueueName> for QueueSet {
    fn from(home: QueueName) -> Self {
        let also = Vec::new();
        Self { home, also }
    }
}

/// A list that names no queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected at least one queue")]
pub struct NoQueue;

impl TryFrom<Vec<QueueName>> for QueueSet {
    type Error = NoQueue;

    fn try_from(names: Vec<QueueName>) -> Result<Self, NoQueue> {
        Self::of(names).ok_or(NoQueue)
    }
}

impl From<QueueSet> for Vec<QueueName> {
    fn from(set: QueueSet) -> Self {
        core::iter::once(set.home).chain(set.also).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> Option<QueueSet> {
        QueueSet::of(names.iter().map(|name| QueueName::from(*name)))
    }

    #[test]
    fn a12_each_queue_stands_once_and_the_first_is_home() {
        assert_eq!(set(&[]), None);
        let three = set(&["north", "east", "north", "vip", "east"]).unwrap();
        let names: Vec<_> = three.iter().map(QueueName::as_str).collect();
        assert_eq!(names, ["north", "east", "vip"]);
        assert_eq!(three.home().as_str(), "north");
        assert_eq!(three.also().len(), 2);
        assert!(three.contains(&"vip".into()) && !three.contains(&"west".into()));
    }

    #[test]
    fn a12_it_is_written_as_a_list_with_the_home_queue_first() {
        let three = set(&["north", "east", "vip"]).unwrap();
        let json = serde_json::to_string(&three).unwrap();
        assert_eq!(json, r#"["north","east","vip"]"#);
        assert_eq!(serde_json::from_str::<QueueSet>(&json).unwrap(), three);
        assert!(serde_json::from_str::<QueueSet>("[]").is_err());
    }

    #[test]
    fn a12_where_the_home_goes_the_next_is_home() {
        let three = set(&["north", "east", "vip"]).unwrap();
        let rest = three.filtered(|name| name.as_str() != "north").unwrap();
        assert_eq!(rest, set(&["east", "vip"]).unwrap());
        assert_eq!(three.filtered(|_| false), None);
        assert_eq!(QueueSet::from(QueueName::from("a")), set(&["a"]).unwrap());
    }
}
