//! A port's turn: guarded, and followed by what its timers ask for.
//!
//! Invariant: after each turn a port that needs the tick is in the list of those that tick, and its next wake is in the heap.

use core::cmp::Reverse;
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Worker;
use crate::port::Port;
use crate::{News, Outbox, PortId};

/// The tick that all ports share.
pub(crate) const TICK: Duration = Duration::from_millis(20);

impl Worker {
    /// Runs a port's turn, then sees to its timers.
    pub(super) fn with(
        &mut self,
        now: Duration,
        port: PortId,
        out: &mut Outbox,
        turn: impl FnOnce(&mut Port, &mut Outbox),
    ) {
        self.guard(now, port, out, |worker, out| {
            if let Some(it) = worker.ports.get_mut(&port) {
                turn(it, out);
                it.unsettled = true;
            }
        });
        self.settle(now, port);
    }

    /// Puts a port into the list of the tick, and its next wake into the heap if a turn may have moved it.
    pub(super) fn settle(&mut self, now: Duration, port: PortId) {
        let Some(it) = self.ports.get_mut(&port) else {
            return;
        };
        if !it.ticking && it.needs_tick() {
            it.ticking = true;
            self.ticking.push(port);
            self.next_tick.get_or_insert(on_grid(now));
        }
        if core::mem::take(&mut it.unsettled) {
            let wake = it.wake_at();
            if it.wake != wake
                && let Some(at) = wake
            {
                self.wakes.push(Reverse((at, port)));
            }
            it.wake = wake;
        }
    }

    /// S3: a panic in a port's turn ends that port, and nothing else.
    pub(super) fn guard<T>(
        &mut self,
        now: Duration,
        port: PortId,
        out: &mut Outbox,
        turn: impl FnOnce(&mut Self, &mut Outbox) -> T,
    ) -> Option<T> {
        let result = catch_unwind(AssertUnwindSafe(|| turn(self, out)));
        if result.is_err() {
            self.bury(now, port, out);
        }
        result.ok()
    }

    /// Takes a broken port out. Its recordings are closed where they are: what it still held is not to be trusted.
    fn bury(&mut self, now: Duration, port: PortId, out: &mut Outbox) {
        let recorders = self
            .ports
            .get_mut(&port)
            .map(|port| core::mem::take(&mut port.recorders))
            .unwrap_or_default();
        for mut recorder in recorders {
            let finished = catch_unwind(AssertUnwindSafe(|| recorder.finish(now, out)));
            let frames = finished.unwrap_or_else(|_| recorder.written());
            out.tell(News::RecordingEnded {
                recording: recorder.id,
                frames,
            });
        }
        self.forget(port);
        out.tell(News::PortPanicked { port });
    }

    pub(super) fn forget(&mut self, port: PortId) {
        self.unbridge(port);
        self.stand_up(port);
        if let Some(port) = self.ports.remove(&port) {
            self.libraries.leave(port.generation);
        }
        if let Some(at) = self.ticking.iter().position(|it| *it == port) {
            self.ticking.remove(at);
            self.cursor -= usize::from(at < self.cursor);
        }
    }

    /// Ticks the ports of the list; false if the outbox filled up before the end.
    pub(super) fn tick(&mut self, now: Duration, out: &mut Outbox) -> bool {
        if !core::mem::replace(&mut self.mixed, true) {
            self.mix();
        }
        while let Some(port) = self.ticking.get(self.cursor).copied() {
            if !out.has_room() {
                return false;
            }
            self.cursor += 1;
            self.guard(now, port, out, |worker, out| {
                if let Some(it) = worker.ports.get_mut(&port) {
                    it.handle_tick(now, &mut worker.scratch, out);
                }
            });
        }
        (self.cursor, self.mixed) = (0, false);
        let ports = &mut self.ports;
        self.ticking.retain(|port| {
            let Some(it) = ports.get_mut(port) else {
                return false;
            };
            it.ticking = it.needs_tick();
            it.ticking
        });
        true
    }
}

/// The next point of the grid that all workers share.
pub(super) fn on_grid(now: Duration) -> Duration {
    let past = now.as_nanos() % TICK.as_nanos();
    let to_go = TICK.as_nanos() - past;
    if past == 0 {
        now
    } else {
        now + Duration::from_nanos(to_go as u64)
    }
}
