//! What became of callers who joined a queue, read from facts and from nothing else (invariant 9).
//!
//! A caller counts once, in the queue that he joined first, however often he comes to a line in the same call; one whom a
//! supervisor puts into another queue still waits (D25). Who was cut off and has his place back is no abandon (D22): that one is
//! taken back. Whom a queue never let in did not join it: he counts apart, once in each such queue. Room is taken by callers who
//! are there, and by the last who gave up. What is made of it (days, half hours, thresholds) is the reader's matter.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::{Fact, PlaceResumed, QueueExit};
use crate::id::{CallId, QueueName};
use crate::service_level::{Bounds, ServiceCounts};
use crate::time::Timestamp;

/// Callers who gave up, of whom it is remembered where and when; the oldest are forgotten first.
const GONE_MAX: usize = 10_000;

/// Follows the facts.
#[derive(Clone, Debug, Default)]
pub struct Callers {
    joined: BTreeMap<CallId, Joined>,
    /// Who is still in his call and was not let in, and where.
    turned_away: BTreeSet<(CallId, QueueName)>,
    gone: BTreeMap<CallId, Counted>,
}

/// A caller who has joined a queue and is still in his call.
#[derive(Clone, Debug)]
struct Joined {
    queue: QueueName,
    at: Timestamp,
    settled: bool,
}

/// Something that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// In which queue.
    pub queue: QueueName,
    /// When he joined it.
    pub came: Timestamp,
    /// What.
    pub became: Became,
}

/// What a caller came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// He joined.
    Joined,
    /// He talks with an agent.
    Answered {
        /// Since he joined, in ms.
        waited_ms: u64,
    },
    /// He hung up.
    Abandoned {
        /// Since he joined, in ms.
        waited_ms: u64,
    },
    /// He was led elsewhere: nobody there any more, waited too long, by a key, or by a supervisor.
    LedElsewhere,
    /// He was not let in: full, closed, nobody there, or the wait would have been too long. He did not join.
    TurnedAway,
    /// He had hung up, or was cut off, and has his place back in another call: joining and leaving are taken back.
    Resumed {
        /// How long he had waited when he left, in ms.
        waited_ms: u64,
    },
}

impl Became {
    /// Puts it into counts, by these bounds.
    pub fn count(self, counts: &mut ServiceCounts, bounds: Bounds) {
        match self {
            Self::Joined => counts.offered += 1,
            Self::Answered { waited_ms } => counts.add(&bounds.answered(waited_ms)),
            Self::Abandoned { waited_ms } => counts.add(&bounds.abandoned(waited_ms)),
            Self::LedElsewhere | Self::TurnedAway => {}
            Self::Resumed { waited_ms } => counts.take_back(&ServiceCounts {
                offered: 1,
                ..bounds.abandoned(waited_ms)
            }),
        }
    }
}

impl Callers {
    /// Takes the next fact, and tells what it counts.
    pub fn apply(&mut self, at: Timestamp, fact: &Fact) -> Option<Counted> {
        if let Fact::QueueJoined { call, queue, .. } = fact {
            return self.joined(at, *call, queue);
        }
        if let Fact::QueueLeft {
            call,
            queue,
            cause,
            waited_ms,
            ..
        } = fact
        {
            return match self.is_at_the_door(*call, *cause, *waited_ms) {
                true => self.turned_away(at, *call, queue),
                false => self.left(at, *call, *cause),
            };
        }
        if let Fact::CallConnected { offer, .. } = fact {
            return self.answered(at, offer.call);
        }
        if let Fact::QueueResumed(PlaceResumed { former, .. }) = fact {
            return self.resumed(*former);
        }
        if let Fact::CallEnded { call, .. } = fact {
            self.ended(*call);
        }
        None
    }

    /// A caller joins a queue.
    pub fn joined(&mut self, at: Timestamp, call: CallId, queue: &QueueName) -> Option<Counted> {
        if self.joined.contains_key(&call) {
            return None;
        }
        let place = Joined {
            queue: queue.clone(),
            at,
            settled: false,
        };
        let counted = place.counted(Became::Joined);
        self.joined.insert(call, place);
        Some(counted)
    }

    /// An agent is on the line.
    pub fn answered(&mut self, at: Timestamp, call: CallId) -> Option<Counted> {
        let place = self.settle(call)?;
        let waited_ms = at.ms_since(place.at);
        Some(place.counted(Became::Answered { waited_ms }))
    }

    /// He leaves the lines otherwise.
    pub fn left(&mut self, at: Timestamp, call: CallId, cause: QueueExit) -> Option<Counted> {
        match cause {
            QueueExit::Abandoned => {
                let place = self.settle(call)?;
                let waited_ms = at.ms_since(place.at);
                let counted = place.counted(Became::Abandoned { waited_ms });
                self.gone.insert(call, counted.clone());
                if self.gone.len() > GONE_MAX {
                    self.gone.pop_first();
                }
                Some(counted)
            }
            // He stands in the next line in the same turn.
            QueueExit::Moved => None,
            QueueExit::Timeout
            | QueueExit::Full
            | QueueExit::NoAgents
            | QueueExit::Closed
            | QueueExit::Key
            | QueueExit::Withdrawn
            | QueueExit::Failed => {
                let place = self.settle(call)?;
                Some(place.counted(Became::LedElsewhere))
            }
        }
    }

    /// His call is over.
    pub fn ended(&mut self, call: CallId) {
        self.joined.remove(&call);
        let of_call = |(other, _): &(CallId, QueueName)| *other == call;
        let first = (call, QueueName::new(""));
        while let Some(row) = self.turned_away.range(first.clone()..).next().cloned()
            && of_call(&row)
        {
            self.turned_away.remove(&row);
        }
    }

    /// What happened before: who was there then is gone, and who gave up may still come back.
    pub fn add_earlier(&mut self, earlier: Self) {
        for (call, gone) in earlier.gone.into_iter().rev() {
            if self.gone.len() >= GONE_MAX {
                return;
            }
            self.gone.insert(call, gone);
        }
    }

    /// Whether a queue did not let him in. Who joined before what was read of the log had waited.
    fn is_at_the_door(&self, call: CallId, cause: QueueExit, waited_ms: u64) -> bool {
        let not_let_in = match cause {
            QueueExit::Full | QueueExit::Closed | QueueExit::NoAgents => true,
            QueueExit::Abandoned
            | QueueExit::Timeout
            | QueueExit::Key
            | QueueExit::Withdrawn
            | QueueExit::Moved
            | QueueExit::Failed => false,
        };
        not_let_in && waited_ms == 0 && !self.joined.contains_key(&call)
    }

    fn turned_away(&mut self, at: Timestamp, call: CallId, queue: &QueueName) -> Option<Counted> {
        let is_first = self.turned_away.insert((call, queue.clone()));
        is_first.then(|| Counted {
            queue: queue.clone(),
            came: at,
            became: Became::TurnedAway,
        })
    }

    fn resumed(&mut self, former: CallId) -> Option<Counted> {
        let gone = self.gone.remove(&former)?;
        let Became::Abandoned { waited_ms } = gone.became else {
            return None;
        };
        Some(Counted {
            became: Became::Resumed { waited_ms },
            ..gone
        })
    }

    /// What became of a caller counts once.
    fn settle(&mut self, call: CallId) -> Option<Joined> {
        let place = self.joined.get_mut(&call)?;
        let settled = core::mem::replace(&mut place.settled, true);
        (!settled).then(|| place.clone())
    }
}

impl Joined {
    fn counted(&self, became: Became) -> Counted {
        Counted {
            queue: self.queue.clone(),
            came: self.at,
            became,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: CallId = CallId::new(1);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_ms(seconds * 1_000)
    }

    /// What became of who joined `support` at 0, by what is told of him.
    fn became(tell: impl FnOnce(&mut Callers) -> Option<Counted>) -> Option<Became> {
        let mut callers = Callers::default();
        let joined = callers.joined(at(0), CALL, &"support".into());
        assert_eq!(joined.map(|counted| counted.became), Some(Became::Joined));
        let counted = tell(&mut callers)?;
        assert_eq!((counted.queue.as_str(), counted.came), ("support", at(0)));
        Some(counted.became)
    }

    #[test]
    fn d23_a_caller_counts_once_in_the_queue_that_he_joined_first() {
        let answered = became(|callers| {
            callers.left(at(10), CALL, QueueExit::Moved);
            assert_eq!(callers.joined(at(10), CALL, &"sales".into()), None);
            callers.answered(at(25), CALL)
        });
        assert_eq!(answered, Some(Became::Answered { waited_ms: 25_000 }));
        let twice = became(|callers| {
            callers.left(at(10), CALL, QueueExit::Key);
            callers.joined(at(20), CALL, &"sales".into());
            callers.answered(at(25), CALL)
        });
        assert_eq!(twice, None, "he was led elsewhere, and that counted");
        let again = became(|callers| {
            callers.ended(CALL);
            callers.answered(at(3), CALL)
        });
        assert_eq!(again, None);
    }

    #[test]
    fn d23_whom_a_queue_does_not_let_in_counts_there_once_and_joined_nobody() {
        let mut callers = Callers::default();
        let mut tell = |call, queue: &str, cause, waited_ms| {
            let left = Fact::QueueLeft {
                call: CallId::new(call),
                queue: queue.into(),
                cause,
                waited_ms,
                unserved: None,
            };
            let counted = callers.apply(at(5), &left);
            counted.map(|counted| (counted.queue.to_string(), counted.became))
        };
        let turned_away = |queue: &str| Some((queue.to_owned(), Became::TurnedAway));
        assert_eq!(
            tell(1, "support", QueueExit::Full, 0),
            turned_away("support")
        );
        assert_eq!(tell(1, "support", QueueExit::Full, 0), None, "once");
        assert_eq!(tell(1, "sales", QueueExit::Closed, 0), turned_away("sales"));
        assert_eq!(
            tell(2, "support", QueueExit::NoAgents, 0),
            turned_away("support")
        );
        // Of a caller who joined before the log is read from, and of one whom a crash cut.
        assert_eq!(tell(3, "support", QueueExit::NoAgents, 9), None);
        assert_eq!(tell(4, "support", QueueExit::Failed, 0), None);
        callers.ended(CALL);
        let others = callers.turned_away.iter().map(|(call, _)| call.get());
        assert_eq!(others.collect::<Vec<_>>(), [2], "room for who is there");
        let joined = callers.joined(at(6), CALL, &"support".into());
        assert_eq!(joined.map(|counted| counted.became), Some(Became::Joined));
    }

    #[test]
    fn d22_who_has_his_place_back_is_no_abandon() {
        let resumed = Fact::QueueResumed(PlaceResumed {
            call: CallId::new(2),
            former: CALL,
            queue: "support".into(),
        });
        let became = became(|callers| {
            callers.left(at(7), CALL, QueueExit::Abandoned);
            callers.ended(CALL);
            let back = callers.apply(at(30), &resumed);
            assert_eq!(callers.apply(at(30), &resumed), None, "once");
            back
        });
        assert_eq!(became, Some(Became::Resumed { waited_ms: 7_000 }));
        let mut counts = ServiceCounts::default();
        let abandoned = Became::Abandoned { waited_ms: 7_000 };
        for became in [Became::Joined, abandoned, became.unwrap()] {
            became.count(&mut counts, Bounds::default());
        }
        assert_eq!(counts, ServiceCounts::default());
    }

    #[test]
    fn s8_those_who_gave_up_are_forgotten_when_there_are_many() {
        let mut callers = Callers::default();
        for number in 0..=GONE_MAX as u64 {
            let call = CallId::new(number);
            callers.joined(at(0), call, &"support".into());
            callers.left(at(1), call, QueueExit::Abandoned);
            callers.ended(call);
        }
        assert_eq!((callers.gone.len(), callers.joined.len()), (GONE_MAX, 0));
        assert_eq!(callers.resumed(CallId::new(0)), None);
        assert!(callers.resumed(CallId::new(GONE_MAX as u64)).is_some());
    }
}
