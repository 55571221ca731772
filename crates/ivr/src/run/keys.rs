//! Keys between two nodes: the one typed ahead, and the one end key too many.
//!
//! At most one key is ever kept: a prompt that a key may cut is not begun while one is kept, and no other prompt takes any.

use std::time::Duration;

#[derive(Debug, Default)]
pub(super) struct Keys {
    kept: Option<char>,
    /// A key that is not meant for anybody if it is the next one and comes before this time.
    superfluous: Option<(char, Duration)>,
}

impl Keys {
    /// Keeps the key that cut a prompt for the node that listens next.
    pub(super) const fn keep(&mut self, key: char) {
        self.kept = Some(key);
    }

    /// Whether a key is kept.
    pub(super) const fn is_kept(&self) -> bool {
        self.kept.is_some()
    }

    /// The kept key, which stays.
    pub(super) const fn kept(&self) -> Option<char> {
        self.kept
    }

    /// The kept key, once.
    pub(super) const fn take(&mut self) -> Option<char> {
        self.kept.take()
    }

    /// The next key means nothing if it is this one and comes before `until`.
    pub(super) const fn swallow(&mut self, key: char, until: Duration) {
        self.superfluous = Some((key, until));
    }

    /// Whether this key is the superfluous one; any key ends the waiting for it.
    pub(super) fn swallows(&mut self, now: Duration, key: char) -> bool {
        self.superfluous
            .take()
            .is_some_and(|(superfluous, until)| superfluous == key && now < until)
    }
}
