//! When each call wants to come again.
//!
//! A call has one deadline or none, and keeps it itself: most turns leave it as it was, and cost nothing here.

use std::collections::BTreeSet;
use std::time::Duration;

use model::CallId;

use crate::call::Call;

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Deadlines(BTreeSet<(Duration, CallId)>);

impl Deadlines {
    /// After a call's turn: when it wants to come again. False for one that is over, which does not.
    pub(super) fn keep(&mut self, id: CallId, call: &mut Call) -> bool {
        if call.is_over() {
            self.cancel(id, &mut call.comes_at);
            return false;
        }
        let at = call.deadline();
        self.set(id, &mut call.comes_at, at);
        true
    }

    /// A call wants to come again then and no more when it wanted to, or not at all.
    fn set(&mut self, call: CallId, kept: &mut Option<Duration>, at: Option<Duration>) {
        if *kept == at {
            return;
        }
        self.cancel(call, kept);
        if let Some(at) = at {
            self.0.insert((at, call));
        }
        *kept = at;
    }

    /// A call does not come again.
    pub(super) fn cancel(&mut self, call: CallId, kept: &mut Option<Duration>) {
        if let Some(former) = kept.take() {
            self.0.remove(&(former, call));
        }
    }

    /// When the first of all wants to come.
    pub(super) fn next(&self) -> Option<Duration> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes out the first that is due. What it keeps of it is to be emptied; what it then wants it says anew.
    pub(super) fn take_due(&mut self, now: Duration) -> Option<CallId> {
        if self.next()? > now {
            return None;
        }
        self.0.pop_first().map(|(_, call)| call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_comes_once_at_the_time_that_it_said_last() {
        let (one, other) = (CallId::new(1), CallId::new(2));
        let (mut of_one, mut of_other) = (None, None);
        let at = Duration::from_secs;
        let mut deadlines = Deadlines::default();
        deadlines.set(one, &mut of_one, Some(at(5)));
        deadlines.set(other, &mut of_other, Some(at(3)));
        deadlines.set(one, &mut of_one, Some(at(2)));
        deadlines.set(one, &mut of_one, Some(at(2)));
        assert_eq!(deadlines.next(), Some(at(2)));
        assert_eq!(deadlines.take_due(at(1)), None);
        assert_eq!(deadlines.take_due(at(4)), Some(one));
        assert_eq!(deadlines.take_due(at(4)), Some(other));
        assert_eq!(deadlines.take_due(at(9)), None, "the former time is void");
        (of_one, of_other) = (None, None);
        deadlines.set(one, &mut of_one, Some(at(5)));
        deadlines.set(one, &mut of_one, None);
        deadlines.set(other, &mut of_other, Some(at(6)));
        deadlines.cancel(other, &mut of_other);
        assert_eq!(deadlines.next(), None);
    }
}
