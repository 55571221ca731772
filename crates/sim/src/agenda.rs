//! What is to happen, in order: events by time, and by the order in which they were written down where times are equal (R3).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use bytes::Bytes;

use crate::place::Place;
use crate::{agent, caller};

/// Something that happens.
#[derive(Debug)]
pub(crate) enum Event {
    /// The next caller of a group dials.
    Arrival(usize),
    /// A message reaches the engine.
    ToServer(Place, Bytes),
    /// A message reaches a phone.
    ToPhone(Place, Bytes),
    /// Something is due for the caller of this number, if he is still there.
    Caller {
        slot: u32,
        serial: u64,
        timer: caller::Timer,
    },
    /// Something is due for an agent.
    Agent { number: u32, timer: agent::Timer },
    /// A media thread tells something.
    Media(media::News),
    /// An agent's page asks for something.
    Command(Box<engine::Command>),
    /// The directory answers.
    Reply(engine::Reply),
    /// Nobody calls from here on.
    Evening,
    /// Whoever still waits gives up.
    Night,
}

/// When an event is due: by time, then by the order in which they were written down. The event itself lies still while the
/// heap moves this, and compares two numbers: a heap of a thousand events is asked for the next one 25 times a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at_ns: u64,
    seq: u64,
    slot: usize,
}

impl Due {
    const fn at(self) -> Duration {
        Duration::from_nanos(self.at_ns)
    }
}

/// What is due so soon lies in a heap of its own. Of what happens most is a message on its way, and there are a handful of
/// these at a time; timers of minutes and hours are hundreds, and would lengthen every look for the next one.
const SOON_NS: u64 = 500_000_000;

/// The agenda.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    soon: BinaryHeap<Reverse<Due>>,
    later: BinaryHeap<Reverse<Due>>,
    slots: Vec<Option<Event>>,
    free: Vec<usize>,
    seq: u64,
    /// When the last event that was taken was due.
    taken_ns: u64,
}

impl Agenda {
    pub(crate) fn put(&mut self, at: Duration, event: Event) {
        self.seq += 1;
        let seq = self.seq;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some(event);
        }
        let at_ns = u64::try_from(at.as_nanos()).unwrap_or(u64::MAX);
        let is_soon = at_ns.saturating_sub(self.taken_ns) < SOON_NS;
        let heap = if is_soon {
            &mut self.soon
        } else {
            &mut self.later
        };
        heap.push(Reverse(Due { at_ns, seq, slot }));
    }

    /// When something happens next.
    pub(crate) fn next(&self) -> Option<Duration> {
        let first = self.soon.peek().max(self.later.peek());
        first.map(|Reverse(due)| due.at())
    }

    pub(crate) fn take(&mut self) -> Option<(Duration, Event)> {
        // Reversed: the greater one comes first, and none comes last.
        let heap = if self.soon.peek() > self.later.peek() {
            &mut self.soon
        } else {
            &mut self.later
        };
        let Reverse(due) = heap.pop()?;
        let event = self.slots.get_mut(due.slot)?.take()?;
        self.free.push(due.slot);
        self.taken_ns = due.at_ns;
        Some((due.at(), event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_by_time_and_then_by_their_order() {
        let mut agenda = Agenda::default();
        for (second, group) in [(5, 0), (1, 1), (5, 2), (1, 3)] {
            agenda.put(Duration::from_secs(second), Event::Arrival(group));
        }
        assert_eq!(order(&mut agenda), [1, 3, 0, 2]);
    }

    #[test]
    fn what_is_written_down_early_and_what_is_written_down_late_come_in_one_order() {
        let mut agenda = Agenda::default();
        let at = Duration::from_millis;
        // The first three lie far ahead when they are put, the next ones are near by then.
        for (ms, group) in [(1_000, 0), (1_200, 1), (1_400, 2)] {
            agenda.put(at(ms), Event::Arrival(group));
        }
        assert_eq!(agenda.take().map(|(due, _)| due), Some(at(1_000)));
        for (ms, group) in [(1_400, 3), (1_100, 4), (1_200, 5), (9_000, 6)] {
            agenda.put(at(ms), Event::Arrival(group));
        }
        assert_eq!(agenda.next(), Some(at(1_100)));
        assert_eq!(order(&mut agenda), [4, 1, 5, 2, 3, 6]);
    }

    fn order(agenda: &mut Agenda) -> Vec<usize> {
        let mut order = Vec::new();
        while let Some((_, event)) = agenda.take() {
            let Event::Arrival(group) = event else {
                panic!("{event:?}")
            };
            order.push(group);
        }
        order
    }
}
