//! The network between phones and engine, and everybody's clock: what is said arrives later, twice, or never.
//!
//! Callers and agents reach the world through it alone. Its chances come from a stream of their own.

use std::time::Duration;

use bytes::Bytes;

use crate::agenda::{Agenda, Event};
use crate::place::Place;
use crate::random::{Random, Stream};
use crate::scenario;

/// The network.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) now: Duration,
    pub(crate) agenda: Agenda,
    rules: scenario::Network,
    random: Random,
}

impl Network {
    pub(crate) fn new(now: Duration, rules: scenario::Network, seed: u64) -> Self {
        Self {
            now,
            agenda: Agenda::default(),
            rules,
            random: Random::new(seed, Stream::Network),
        }
    }

    /// Whether phones must say things until they are heard.
    pub(crate) fn is_lossy(&self) -> bool {
        self.rules.is_lossy()
    }

    /// A phone says something.
    pub(crate) fn carry_to_server(&mut self, from: Place, bytes: Bytes) {
        self.carry(|bytes| Event::ToServer(from, bytes), bytes);
    }

    /// The engine says something.
    pub(crate) fn carry_to_phone(&mut self, to: Place, bytes: Bytes) {
        self.carry(|bytes| Event::ToPhone(to, bytes), bytes);
    }

    /// Something is due after this time.
    pub(crate) fn after(&mut self, time: Duration, event: Event) {
        self.agenda.put(self.now + time, event);
    }

    /// An agent's page asks for something.
    pub(crate) fn command(&mut self, command: engine::Command) {
        self.after(Duration::ZERO, Event::Command(Box::new(command)));
    }

    /// The directory answers in its time.
    pub(crate) fn reply(&mut self, reply: engine::Reply) {
        let time = Duration::from_millis(self.rules.directory_ms.into());
        self.after(time, Event::Reply(reply));
    }

    fn carry(&mut self, event: impl Fn(Bytes) -> Event, bytes: Bytes) {
        if self.rules.is_lossy() && self.random.happens(self.rules.loss.get()) {
            return;
        }
        let doubled = self.rules.doubled.get();
        if doubled > 0.0 && self.random.happens(doubled) {
            let time = self.way();
            self.after(time, event(bytes.clone()));
        }
        let time = self.way();
        self.after(time, event(bytes));
    }

    fn way(&mut self) -> Duration {
        let least = Duration::from_millis(self.rules.delay_ms.into());
        if self.rules.jitter_ms == 0 {
            return least;
        }
        least + Duration::from_millis(self.rules.jitter_ms.into()).mul_f64(self.random.uniform())
    }
}
