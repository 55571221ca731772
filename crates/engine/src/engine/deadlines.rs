//! When each call wants to come again.
//!
//! A call has one deadline or none. Most turns leave it as it was, and cost nothing here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::CallId;

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    due: BTreeSet<(Duration, CallId)>,
    of: BTreeMap<CallId, Duration>,
}

impl Deadlines {
    /// A call wants to come again then, or not at all.
    pub(super) fn set(&mut self, call: CallId, at: Option<Duration>) {
        if self.of.get(&call).copied() == at {
            return;
        }
        self.cancel(call);
        if let Some(at) = at {
            self.of.insert(call, at);
            self.due.insert((at, call));
        }
    }

    /// A call does not come again.
    pub(super) fn cancel(&mut self, call: CallId) {
        if let Some(former) = self.of.remove(&call) {
            self.due.remove(&(former, call));
        }
    }

    /// When the first of all wants to come.
    pub(super) fn next(&self) -> Option<Duration> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes out the first that is due; what it then wants it says anew.
    pub(super) fn take_due(&mut self, now: Duration) -> Option<CallId> {
        if self.next()? > now {
            return None;
        }
        let (_, call) = self.due.pop_first()?;
        self.of.remove(&call);
        Some(call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_comes_once_at_the_time_that_it_said_last() {
        let (one, other) = (CallId::new(1), CallId::new(2));
        let at = Duration::from_secs;
        let mut deadlines = Deadlines::default();
        deadlines.set(one, Some(at(5)));
        deadlines.set(other, Some(at(3)));
        deadlines.set(one, Some(at(2)));
        deadlines.set(one, Some(at(2)));
        assert_eq!(deadlines.next(), Some(at(2)));
        assert_eq!(deadlines.take_due(at(1)), None);
        assert_eq!(deadlines.take_due(at(4)), Some(one));
        assert_eq!(deadlines.take_due(at(4)), Some(other));
        assert_eq!(deadlines.take_due(at(9)), None, "the former time is void");
        deadlines.set(one, Some(at(5)));
        deadlines.set(one, None);
        deadlines.set(other, Some(at(6)));
        deadlines.cancel(other);
        assert_eq!(deadlines.next(), None);
    }
}
