//! Keys between two nodes: those typed ahead, and the one end key too many.

use std::collections::VecDeque;
use std::time::Duration;

/// Most keys typed ahead; further ones are dropped.
const KEPT_MAX: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Keys {
    kept: VecDeque<char>,
    /// A key that is not meant for anybody if it is the next one and comes before this time.
    superfluous: Option<(char, Duration)>,
}

impl Keys {
    /// Keeps a key for the node that listens next.
    pub(super) fn keep(&mut self, key: char) {
        if self.kept.len() < KEPT_MAX {
            self.kept.push_back(key);
        }
    }

    /// The oldest kept key.
    pub(super) fn next(&mut self, now: Duration) -> Option<char> {
        let key = self.kept.pop_front()?;
        if self.swallows(now, key) {
            self.kept.pop_front()
        } else {
            Some(key)
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    pub(super) fn forget(&mut self) {
        self.kept.clear();
    }

    /// The next key means nothing if it is this one and comes before `until`.
    pub(super) fn swallow(&mut self, key: char, until: Duration) {
        self.superfluous = Some((key, until));
    }

    /// Whether this key is the superfluous one; any key ends the waiting for it.
    pub(super) fn swallows(&mut self, now: Duration, key: char) -> bool {
        self.superfluous
            .take()
            .is_some_and(|(superfluous, until)| superfluous == key && now < until)
    }
}
