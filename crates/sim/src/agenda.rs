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

/// The agenda.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    dues: BinaryHeap<Reverse<Due>>,
    slots: Vec<Option<Event>>,
    free: Vec<usize>,
    seq: u64,
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
        self.dues.push(Reverse(Due { at_ns, seq, slot }));
    }

    /// When something happens next.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.dues.peek().map(|Reverse(due)| due.at())
    }

    pub(crate) fn take(&mut self) -> Option<(Duration, Event)> {
        let Reverse(due) = self.dues.pop()?;
        let event = self.slots.get_mut(due.slot)?.take()?;
        self.free.push(due.slot);
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
        let mut order = Vec::new();
        while let Some((_, event)) = agenda.take() {
            let Event::Arrival(group) = event else {
                panic!("{event:?}")
            };
            order.push(group);
        }
        assert_eq!(order, [1, 3, 0, 2]);
    }
}
