//! What is to happen, in order: events by time, and by the order in which they were written down where times are equal (R3).

use std::cmp::Ordering;
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

#[derive(Debug)]
struct Entry {
    at: Duration,
    seq: u64,
    event: Event,
}

/// The agenda.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    entries: BinaryHeap<Entry>,
    seq: u64,
}

impl Agenda {
    pub(crate) fn put(&mut self, at: Duration, event: Event) {
        self.seq += 1;
        let seq = self.seq;
        self.entries.push(Entry { at, seq, event });
    }

    /// When something happens next.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.entries.peek().map(|entry| entry.at)
    }

    pub(crate) fn take(&mut self) -> Option<(Duration, Event)> {
        self.entries.pop().map(|entry| (entry.at, entry.event))
    }
}

// `BinaryHeap` gives the greatest first: the earliest is the greatest.
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.seq).cmp(&(self.at, self.seq))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

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
