//! How long a script lets its callers take for keys (E2): the time-outs of its head, for elderly callers and whoever needs time.
//!
//! They hold for every node that says nothing itself, and where a wait has no key of its own they are the least. They belong to the text in
//! which they stand: a part that another script does, or a script that takes over, has those of its own head, so that what is
//! proved of a text holds whoever calls it.

use std::time::Duration;

use super::Section;

/// The keys of the head, which bear the names of those of nodes.
const FIRST: &str = "timeout_s";
const NEXT: &str = "digit_timeout_s";

/// The time-outs of a head, as far as it says any.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timeouts {
    first: Option<Duration>,
    next: Option<Duration>,
}

impl Timeouts {
    /// Reads them from a head.
    pub(crate) fn read(head: &mut Section<'_, '_>) -> Self {
        let (first, next) = (head.optional_seconds(FIRST), head.optional_seconds(NEXT));
        Self {
            first: first.ok().flatten(),
            next: next.ok().flatten(),
        }
    }

    /// What it says under the name of a node's key.
    pub(super) fn of(self, key: &str) -> Option<Duration> {
        match key {
            FIRST => self.first,
            NEXT => self.next,
            _ => None,
        }
    }

    /// How long to wait for a first key where `usual` is the house's own measure.
    pub(crate) fn first_key(self, usual: Duration) -> Duration {
        self.first.map_or(usual, |time| time.max(usual))
    }

    /// The same for a key that follows another.
    pub(crate) fn next_key(self, usual: Duration) -> Duration {
        self.next.map_or(usual, |time| time.max(usual))
    }
}
