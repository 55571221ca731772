//! What a caller who waits for a named agent (定向分派, B12) wants of him, and how that ends.
//!
//! It goes with his place in line (`waiting.rs`); whom he looks for stands there. How he is let in, waits and gives up:
//! `acd/personal.rs`.

use core::time::Duration;

use crate::output::DirectEnd;

/// See the file's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PersonalWait {
    /// How long the agent's phone may ring: the script's word, not the queue's.
    pub(crate) ring_timeout: Duration,
    /// He waits no longer than that.
    pub(crate) until: Duration,
    /// Why he does not get the agent; `None` while he may.
    pub(crate) end: Option<DirectEnd>,
}

impl PersonalWait {
    pub(crate) const fn new(ring_timeout: Duration, until: Duration) -> Self {
        Self {
            ring_timeout,
            until,
            end: None,
        }
    }
}
