//! An agent's own calls (C12): calls of his phone that the core did not give him.
//!
//! He is busy until the last one is over. A named call is in the list once, however often it is told; calls without a
//! name cannot be told apart and are counted. It knows nothing of the call that the core gave him.

use core::time::Duration;

use model::CallId;

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnCalls {
    /// In the order in which they began.
    calls: Vec<Option<CallId>>,
    /// Since when there has been at least one.
    since: Duration,
}

impl OwnCalls {
    pub(crate) fn begin(&mut self, now: Duration, call: Option<CallId>) {
        if self.calls.is_empty() {
            self.since = now;
        }
        if call.is_none() || !self.calls.contains(&call) {
            self.calls.push(call);
        }
    }

    /// Ends a call; tells whether it was known.
    pub(crate) fn end(&mut self, call: Option<CallId>) -> bool {
        let index = self.calls.iter().position(|own| *own == call);
        index.map(|index| self.calls.remove(index)).is_some()
    }

    pub(crate) fn clear(&mut self) {
        self.calls.clear();
    }

    /// The call that began last, by its name if it has one; `None`: there is no call.
    pub(crate) fn latest(&self) -> Option<Option<CallId>> {
        self.calls.last().copied()
    }

    /// Since when he has been in own calls without a break, if he is in one.
    pub(crate) fn since(&self) -> Option<Duration> {
        (!self.calls.is_empty()).then_some(self.since)
    }
}
