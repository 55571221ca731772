//! Tries of PINs by telephone (E9): each is counted before it is compared, so that calls side by side get no more of them than
//! calls one after the other.
//!
//! A call has three. A caller's number has six in an hour and a calendar twenty, over all calls; whoever uses them up with wrong
//! ones is locked out for an hour. A right PIN gives its own try back and no other. What is kept is bounded by the
//! calendars that there are and their tries. A start gives back the wrong ones that the facts of the last hour tell, be it
//! that the database lags behind them, so that no restart is worth a try.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use ivr::{AnswerKind, AskId};
use model::CallId;
use model::calendar::PinRefusal;

/// Tries of one call.
const OF_CALL: usize = 3;
/// Wrong tries of one number, and of all numbers together, within [`WINDOW`].
const OF_CALLER: usize = 6;
const OF_CALENDAR: usize = 20;
/// For so long a try counts, and so long nobody is let in who had too many.
const WINDOW: Duration = Duration::from_secs(3_600);

/// The books, by calendar.
#[derive(Debug, Default)]
pub(crate) struct Pins(BTreeMap<String, Book>);

/// Since when, and for whom, no PIN is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Locked {
    /// Until then; `None`: another call may try.
    pub(crate) until: Option<Duration>,
    /// For everybody.
    pub(crate) for_all: bool,
}

/// One try that is being compared, or was wrong.
#[derive(Debug)]
struct Try {
    at: Duration,
    call: CallId,
    ask: AskId,
    /// The caller's number; withheld ones are one caller.
    caller: String,
    is_open: bool,
}

#[derive(Debug, Default)]
struct Book {
    /// In the order in which they were made.
    tries: VecDeque<Try>,
    /// Numbers that are locked out, until when.
    callers: BTreeMap<String, Duration>,
    /// Until when everybody is.
    all: Option<Duration>,
}

impl Pins {
    /// What was wrong before this process, in its order.
    pub(crate) fn restore(&mut self, refused: impl IntoIterator<Item = PinRefusal>) {
        for one in refused {
            let book = self.0.entry(one.calendar).or_default();
            let at = Duration::from(one.at);
            match one.locked_until.map(Duration::from) {
                Some(until) if one.for_all => book.all = Some(until),
                Some(until) => drop(book.callers.insert(one.caller.clone(), until)),
                None => {}
            }
            book.tries.push_back(Try {
                at,
                call: one.call,
                ask: AskId(at),
                caller: one.caller,
                is_open: false,
            });
        }
    }

    /// Counts a try, or says why it may not be made.
    pub(crate) fn count(
        &mut self,
        now: Duration,
        calendar: &str,
        (call, ask): (CallId, AskId),
        caller: Option<&str>,
    ) -> Result<(), Locked> {
        let book = self.0.entry(calendar.to_owned()).or_default();
        book.forget(now);
        let caller = caller.unwrap_or_default();
        if let Some(locked) = book.locked(caller) {
            return Err(locked);
        }
        let of = |is: &dyn Fn(&Try) -> bool| book.tries.iter().filter(|one| is(one)).count();
        // Those that are still compared count as well.
        let for_all = book.tries.len() >= OF_CALENDAR;
        let is_over =
            of(&|one| one.call == call) >= OF_CALL || of(&|one| one.caller == caller) >= OF_CALLER;
        if for_all || is_over {
            let until = None;
            return Err(Locked { until, for_all });
        }
        book.tries.push_back(Try {
            at: now,
            call,
            ask,
            caller: caller.to_owned(),
            is_open: true,
        });
        Ok(())
    }

    /// What a try has come to; the calendar, and who is locked out by it, when it was wrong. `None` for whatever is no try that is
    /// open.
    pub(crate) fn settle(
        &mut self,
        now: Duration,
        call: CallId,
        ask: AskId,
        answer: AnswerKind,
    ) -> Option<(String, Option<Locked>)> {
        let is_it = |one: &Try| one.is_open && one.call == call && one.ask == ask;
        let (calendar, book) = self
            .0
            .iter_mut()
            .find(|(_, book)| book.tries.iter().any(is_it))?;
        match answer {
            // Right, or not compared: nothing was learned by it.
            AnswerKind::Found | AnswerKind::Bad | AnswerKind::NoAnswer => {
                book.tries.retain(|one| !is_it(one));
                None
            }
            AnswerKind::Missing => {
                let found = book.tries.iter_mut().find(|one| is_it(one))?;
                found.is_open = false;
                let caller = found.caller.clone();
                let locked = book.lock(now, &caller);
                Some((calendar.clone(), locked))
            }
        }
    }
}

impl Book {
    fn forget(&mut self, now: Duration) {
        self.tries.retain(|one| one.at + WINDOW > now);
        self.callers.retain(|_, until| *until > now);
        self.all = self.all.filter(|until| *until > now);
    }

    fn locked(&self, caller: &str) -> Option<Locked> {
        let (until, for_all) = match (self.all, self.callers.get(caller)) {
            (Some(until), _) => (until, true),
            (None, Some(until)) => (*until, false),
            (None, None) => return None,
        };
        let until = Some(until);
        Some(Locked { until, for_all })
    }

    /// Locks out whoever has had too many wrong ones.
    fn lock(&mut self, now: Duration, caller: &str) -> Option<Locked> {
        let wrong = self.tries.iter().filter(|one| !one.is_open);
        let of_caller = wrong.clone().filter(|one| one.caller == caller).count();
        if wrong.count() >= OF_CALENDAR {
            self.all = Some(now + WINDOW);
        } else if of_caller >= OF_CALLER {
            self.callers.insert(caller.to_owned(), now + WINDOW);
        } else {
            return None;
        }
        self.locked(caller)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000_000);

    /// So many calls of a number, `tries` each, that are all wrong; who was locked out last.
    fn guesses(pins: &mut Pins, caller: &str, calls: u64, first: u64) -> Option<Locked> {
        let mut last = None;
        for call in first..first + calls {
            for second in 0..3 {
                let id = (CallId::new(call), AskId(NOW + Duration::from_secs(second)));
                if let Err(locked) = pins.count(NOW, "office", id, Some(caller)) {
                    return Some(locked);
                }
                last = pins.settle(NOW, id.0, id.1, AnswerKind::Missing)?.1;
            }
        }
        last
    }

    #[test]
    fn e9_calls_side_by_side_get_no_more_tries_than_calls_in_a_row() {
        let mut pins = Pins::default();
        let ids = (1..=30).map(|call| (CallId::new(call), AskId(NOW)));
        let mut ids: Vec<_> = ids.collect();
        // Thirty calls of thirty numbers, none of them answered.
        ids.retain(|id| {
            let caller = id.0.to_string();
            pins.count(NOW, "office", *id, Some(&caller)).is_ok()
        });
        assert_eq!(ids.len(), OF_CALENDAR);
        for (call, ask) in &ids {
            pins.settle(NOW, *call, *ask, AnswerKind::Missing);
        }
        let id = (CallId::new(99), AskId(NOW));
        let locked = Locked {
            until: Some(NOW + WINDOW),
            for_all: true,
        };
        assert_eq!(pins.count(NOW, "office", id, Some("1")), Err(locked));
        assert_eq!(pins.count(NOW, "shop", id, Some("1")), Ok(()), "another");
        let later = NOW + WINDOW;
        assert_eq!(pins.count(later, "office", id, Some("1")), Ok(()));
    }

    #[test]
    fn e9_a_restart_gives_nobody_his_tries_back() {
        let refused = |second, caller: &str, calendar: &str| PinRefusal {
            at: (NOW + Duration::from_secs(second)).into(),
            call: CallId::new(second),
            caller: caller.to_owned(),
            calendar: calendar.to_owned(),
            locked_until: None,
            for_all: false,
        };
        let mut pins = Pins::default();
        pins.restore((0..5).map(|second| refused(second, "138", "office")));
        let id = |call| (CallId::new(call), AskId(NOW));
        let locked = Locked {
            until: Some(NOW + WINDOW),
            for_all: false,
        };
        assert_eq!(guesses(&mut pins, "138", 1, 70), Some(locked), "the sixth");
        // Who was locked out stays so, until then and no longer.
        let until = NOW + Duration::from_secs(90);
        pins.restore([PinRefusal {
            locked_until: Some(until.into()),
            for_all: true,
            ..refused(6, "139", "shop")
        }]);
        let all = Locked {
            until: Some(until),
            for_all: true,
        };
        assert_eq!(pins.count(NOW, "shop", id(80), Some("1")), Err(all));
        assert_eq!(pins.count(until, "shop", id(80), Some("1")), Ok(()));
    }

    #[test]
    fn e9_a_number_is_locked_out_by_itself_and_a_right_pin_gives_back_its_own_try_alone() {
        let mut pins = Pins::default();
        assert_eq!(guesses(&mut pins, "138", 1, 1), None, "three of them");
        let right = (CallId::new(50), AskId(NOW));
        assert_eq!(pins.count(NOW, "office", right, Some("138")), Ok(()));
        assert_eq!(pins.settle(NOW, right.0, right.1, AnswerKind::Found), None);
        let locked = Locked {
            until: Some(NOW + WINDOW),
            for_all: false,
        };
        assert_eq!(guesses(&mut pins, "138", 1, 2), Some(locked), "six of them");
        assert_eq!(pins.count(NOW, "office", right, Some("138")), Err(locked));
        assert_eq!(pins.count(NOW, "office", right, Some("139")), Ok(()));
    }

    #[test]
    fn e9_a_call_has_three_and_what_nobody_compared_is_none() {
        let mut pins = Pins::default();
        let call = CallId::new(7);
        for second in 0..10 {
            let ask = AskId(NOW + Duration::from_secs(second));
            let counted = pins.count(NOW, "office", (call, ask), None);
            assert_eq!(counted, Ok(()), "the store is asleep");
            pins.settle(NOW, call, ask, AnswerKind::NoAnswer);
        }
        assert_eq!(guesses(&mut pins, "138", 1, 7), None);
        let fourth = (call, AskId(NOW + Duration::from_secs(9)));
        let over = Locked {
            until: None,
            for_all: false,
        };
        assert_eq!(pins.count(NOW, "office", fourth, Some("138")), Err(over));
    }
}
