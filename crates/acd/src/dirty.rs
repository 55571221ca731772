//! The queues in which a turn may find something to do: each once, by name.
//!
//! A few names, noted several times a turn and forgotten at its end; the room that they took stays for the next turn.

use model::QueueName;

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dirty(Vec<QueueName>);

impl Dirty {
    pub(crate) fn insert(&mut self, name: &QueueName) {
        if let Err(at) = self.0.binary_search(name) {
            self.0.insert(at, name.clone());
        }
    }

    pub(crate) fn extend<'a>(&mut self, names: impl IntoIterator<Item = &'a QueueName>) {
        names.into_iter().for_each(|name| self.insert(name));
    }

    pub(crate) fn contains(&self, name: &QueueName) -> bool {
        self.0.binary_search(name).is_ok()
    }

    /// By name.
    pub(crate) fn names(&self) -> &[QueueName] {
        &self.0
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The turn is over.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_queue_stands_once_and_by_its_name() {
        let mut dirty = Dirty::default();
        for name in ["support", "billing", "support", "night"] {
            dirty.insert(&QueueName::new(name));
        }
        let names: Vec<&str> = dirty.names().iter().map(QueueName::as_str).collect();
        assert_eq!(names, ["billing", "night", "support"]);
        assert!(dirty.contains(&QueueName::new("night")));
        dirty.clear();
        assert!(dirty.is_empty() && !dirty.contains(&QueueName::new("night")));
    }
}
