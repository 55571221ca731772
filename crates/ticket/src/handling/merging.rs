//! Two tickets about one matter (合并, T26, T27): one goes on for both, for a day this can be taken back.
//!
//! Both are changed in one step each, or none: M2 is the store's, which holds both while it asks. What the one that goes on takes
//! over is kept by ticket, so that taking it back is leaving it out (M7).

use std::time::Duration;

use model::{TicketId, Timestamp};

use super::part::{Absorbed, Handling, MergedInto};
use super::transition::Role;
use super::{By, House, Order, Refused};
use crate::clock::{Clock, ClockKind};
use crate::entry::Entry;
use crate::priority::Priority;
use crate::state::State;

/// It can be taken back for so long.
const UNMERGE_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);

/// A ticket that is to be one with another, with the house of its own type.
pub struct Side<'a> {
    /// Which.
    pub id: TicketId,
    /// How it is worked on.
    pub handling: &'a mut Handling,
    /// What the house knows and wants of it.
    pub house: House<'a>,
}

impl Side<'_> {
    /// T26: this one ends, and another one goes on for both. Gives the step of this one and that of the other; a refusal changes
    /// neither.
    pub fn merge_into(
        self,
        other: Side<'_>,
        by: &By,
        now: Timestamp,
    ) -> Result<(Entry, Entry), Refused> {
        let can_go_on = Order::Absorb { ticket: self.id }.transition().from;
        if self.id == other.id || !can_go_on.contains(&other.handling.state) {
            return Err(Refused::NotASurvivor);
        }
        let is_sensitive = self.handling.is_sensitive() || other.handling.is_sensitive();
        if is_sensitive && !by.rights.contains(&Role::Trusted) {
            return Err(Refused::Sensitive);
        }
        let (mut ends, mut goes_on) = (self.handling.clone(), other.handling.clone());
        let brought = ends.brings();
        let resolve = ends.clocks.get(&ClockKind::Resolve);
        let is_earlier = ends.times.submitted < goes_on.times.submitted;
        let runs = resolve.filter(|clock| clock.is_running() && is_earlier);
        let due = runs.and_then(Clock::due_at);
        let order = Order::Merge { into: other.id };
        let ended = ends.step(order, by, &self.house, now, |it, _, around| {
            let running = it.clocks.iter().filter(|(_, clock)| clock.is_running());
            it.merging.into = Some(MergedInto {
                ticket: other.id,
                at: around.now,
                from: it.state,
                ran: running.map(|(kind, _)| *kind).collect(),
            });
            it.state = State::Merged;
            it.times.closed = Some(around.now);
            for clock in it.clocks.values_mut().filter(|clock| clock.is_running()) {
                clock.stop(around.house.hours.calendar, around.now);
            }
            Ok(())
        })?;
        let order = Order::Absorb { ticket: self.id };
        let went_on = goes_on.step(order, by, &other.house, now, |it, _, around| {
            it.merging.absorbed.insert(self.id, brought);
            let priority = it.priority();
            if priority < it.weight.priority {
                it.target(priority, around);
            }
            let own = it.clocks.get_mut(&ClockKind::Resolve);
            if let (Some(own), Some(due)) = (own, due) {
                own.keep_too(due, around.house.hours.calendar, around.now);
            }
            it.reporters_changed(around);
            Ok(())
        })?;
        *self.handling = ends;
        *other.handling = goes_on;
        Ok((ended, went_on))
    }

    /// T27: both go on by themselves, within a day and while the other one is not over.
    pub fn part_from(
        self,
        other: Side<'_>,
        by: &By,
        now: Timestamp,
    ) -> Result<(Entry, Entry), Refused> {
        let into = self.handling.merging.into.clone();
        let into = into.filter(|into| into.ticket == other.id);
        let into = into.ok_or(Refused::NotASurvivor)?;
        let is_late = u128::from(now.ms_since(into.at)) > UNMERGE_WITHIN.as_millis();
        if is_late || !other.handling.state.is_open() {
            return Err(Refused::TooLate);
        }
        let (mut leaves, mut stays) = (self.handling.clone(), other.handling.clone());
        let left = leaves.step(Order::Unmerge, by, &self.house, now, |it, _, around| {
            it.merging.into = None;
            it.state = into.from;
            it.times.closed = None;
            for (kind, clock) in &mut it.clocks {
                if into.ran.contains(kind) {
                    clock.resume(around.house.hours.calendar, around.now);
                }
            }
            Ok(())
        })?;
        let order = Order::GiveBack { ticket: self.id };
        let stayed = stays.step(order, by, &other.house, now, |it, _, around| {
            let before = it.priority();
            it.merging.absorbed.remove(&self.id);
            let priority = it.priority();
            if priority != before {
                it.target(priority, around);
            }
            let own = it.clocks.get_mut(&ClockKind::Resolve);
            if let Some(own) = own.filter(|_| it.merging.absorbed.is_empty()) {
                own.keep_own(around.house.hours.calendar, around.now);
            }
            it.reporters_changed(around);
            Ok(())
        })?;
        *self.handling = leaves;
        *other.handling = stays;
        Ok((left, stayed))
    }
}

impl Handling {
    /// How often it was urged, with what it took over (M4).
    pub fn urges(&self) -> u16 {
        let absorbed = self.merging.absorbed.values();
        absorbed.fold(self.counts.urges, |sum, it| sum.saturating_add(it.urges))
    }

    /// How many have reported the matter (M4).
    pub fn reporters(&self) -> u16 {
        let absorbed = self.merging.absorbed.values();
        absorbed.fold(1, |sum: u16, it| sum.saturating_add(it.reporters))
    }

    /// The highest priority of all that it stands for (M4).
    pub fn priority(&self) -> Priority {
        let absorbed = self.merging.absorbed.values().map(|it| it.priority);
        absorbed.fold(self.weight.priority, Priority::min)
    }

    /// Whether any that it stands for is read by few (M4).
    pub fn is_sensitive(&self) -> bool {
        let mut absorbed = self.merging.absorbed.values();
        self.weight.sensitive || absorbed.any(|it| it.sensitive)
    }

    fn brings(&self) -> Absorbed {
        Absorbed {
            urges: self.urges(),
            reporters: self.reporters(),
            priority: self.priority(),
            sensitive: self.is_sensitive(),
        }
    }
}
