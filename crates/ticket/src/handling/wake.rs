//! What comes by itself (R11, R14, A8, B7, D5, E5): promises that warn and break, waiting that is over, solutions nobody objects to,
//! strangers nobody verifies. Whoever keeps tickets asks each when it wants to be woken, and wakes it.

use model::Timestamp;

use super::part::{Changes, Deadline, Handling};
use super::{Around, By, House, Order, Refused};
use crate::clock::Notice;
use crate::entry::{Actor, Entry, Event};
use crate::state::State;

/// Why a stranger's ticket ends.
const NOT_VERIFIED: &str = "not verified in time";

impl Handling {
    /// A8: by when it is to be done; a moment that has passed is as good as none.
    pub(super) fn set_due(
        &mut self,
        at: Option<Timestamp>,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        if at.is_some_and(|at| at <= around.now) {
            return Err(Refused::BadMoment);
        }
        self.deadline = Deadline { at, told: None };
        Ok(())
    }

    /// When something comes of itself next; `None`: nothing does.
    pub fn wake_at(&self) -> Option<Timestamp> {
        if !self.state.is_open() {
            return None;
        }
        let clocks = self.clocks.values().filter_map(|clock| clock.notice_at());
        let deadline = self.deadline.at.filter(|_| self.deadline.told.is_none());
        let deadline = deadline.filter(|_| self.is_to_be_done());
        // R5: exactly on time is in time.
        let passed = deadline.map(|at| Timestamp::from_ms(at.as_ms().saturating_add(1)));
        let moments = [self.pause.resume_at, self.times.ends, passed];
        clocks.chain(moments.into_iter().flatten()).min()
    }

    /// When it is due next, by what is promised and by hand; never once it is over.
    pub fn due_at(&self) -> Option<Timestamp> {
        if !self.state.is_open() {
            return None;
        }
        let running = self.clocks.values().filter(|clock| clock.is_running());
        let clocks = running.filter_map(|clock| clock.due_at());
        clocks
            .chain(self.deadline.at.filter(|_| self.is_to_be_done()))
            .min()
    }

    /// Whether a promise that runs is broken, or the moment set by hand has passed.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.due_at().is_some_and(|due| due < now)
    }

    /// Does what has come by itself until `now`, in the order of its moments within a kind. Asked again at once, nothing comes.
    pub fn wake(&mut self, house: &House<'_>, now: Timestamp) -> Vec<Entry> {
        let mut entries = self.follow_hours(house, now);
        entries.extend(self.look_at_clocks(house, now, now));
        entries.extend(self.look_at_deadline(now));
        let by = By::system();
        if self.pause.resume_at.is_some_and(|at| at <= now) {
            entries.extend(self.take(Order::Resume, &by, house, now));
        }
        if self.times.ends.is_some_and(|at| at <= now) {
            let order = if self.state == State::Quarantined {
                Order::Void {
                    reason: NOT_VERIFIED.to_owned(),
                    mistake: false,
                }
            } else {
                Order::Confirm
            };
            entries.extend(self.take(order, &by, house, now));
        }
        entries
    }

    /// Warnings and breaches until a moment, each told once; a breach may bring the ticket to the next tier.
    pub(super) fn look_at_clocks(
        &mut self,
        house: &House<'_>,
        until: Timestamp,
        now: Timestamp,
    ) -> Vec<Entry> {
        let (mut entries, mut escalates) = (Vec::new(), false);
        let kinds: Vec<_> = self.clocks.keys().copied().collect();
        for kind in kinds {
            let before = self.clone();
            let clock = self.clocks.get_mut(&kind);
            let Some(notice) = clock.and_then(|clock| clock.look(until, now)) else {
                continue;
            };
            let event = match notice {
                Notice::Warning => Event::Warned { clock: kind },
                Notice::Breach(breach) => {
                    escalates |= house.policy.escalates_for.contains(&kind);
                    Event::Breached {
                        clock: kind,
                        breach,
                    }
                }
            };
            entries.push(self.told(&before, event, now));
        }
        if escalates {
            // Where there is no higher tier, or nobody has it yet, those who have it were told.
            entries.extend(self.take(Order::Escalate, &By::system(), house, now));
        }
        entries
    }

    fn look_at_deadline(&mut self, now: Timestamp) -> Option<Entry> {
        let is_past = self.deadline.at.is_some_and(|at| at < now);
        if !is_past || self.deadline.told.is_some() || !self.is_to_be_done() {
            return None;
        }
        let before = self.clone();
        self.deadline.told = Some(now);
        Some(self.told(&before, Event::Overdue, now))
    }

    pub(super) fn told(&self, before: &Self, event: Event, now: Timestamp) -> Entry {
        Entry {
            at: now,
            actor: Actor::System,
            from: Some(before.state),
            to: self.state,
            event,
            changes: Changes::between(before, self),
        }
    }

    /// Whether somebody still has to solve it.
    fn is_to_be_done(&self) -> bool {
        self.state.is_open() && self.state != State::Resolved
    }
}
