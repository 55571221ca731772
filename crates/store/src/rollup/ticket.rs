//! What a ticket's timeline counts (I8): a fold of its entries, in the quarter of an hour of each, for the group that had the ticket and
//! for its type. Written in the transaction of the step, and the same whenever the timeline is read again.
//!
//! What happened to a ticket before it was followed ([`TicketTally::since`] is unknown) counts no time in its state.

use std::collections::BTreeMap;

use ::ticket::matter::Revised;
use ::ticket::{Actor, Clock, ClockKind, Entry, Event, Handling, Order, State};
use model::{CallId, CustomerId, TicketId, Timestamp};
use report::{TicketSums, TicketTimes, quarter};

use super::first_contact::Contact;
use crate::column::{big, count, from_json};
use crate::database::Connection;
use crate::error::Result;

/// The beginning of a quarter of an hour, in ms; the group, and the type: empty where there is none.
pub(crate) type TicketPlace = (i64, String, String);

/// What is to be added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TicketCounts {
    /// The sums.
    pub(crate) sums: BTreeMap<TicketPlace, TicketSums>,
    /// How long first responses and solutions took.
    pub(crate) times: BTreeMap<TicketPlace, TicketTimes>,
    /// Answered at once, and when.
    pub(super) answered: Vec<(TicketPlace, Timestamp)>,
    /// Reopened when.
    pub(super) reopened: Vec<Timestamp>,
    /// Calls of its customer that it came of.
    pub(super) contacts: Vec<Contact>,
}

/// A ticket as it was before its next entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct TicketTally {
    handling: Handling,
    ticket_type: Option<String>,
    customer: Option<CustomerId>,
    category: Option<String>,
    /// The call that it came of, and when it was entered.
    call: Option<(CallId, Timestamp)>,
    /// Since when it stands where it stands, with the group that has it; `None`: nobody knows.
    pub(crate) since: Option<Timestamp>,
}

/// A ticket as it stands in its row.
#[derive(sqlx::FromRow)]
struct Before {
    handling: String,
    ticket_type: Option<String>,
    customer_id: Option<i64>,
    category: Option<String>,
    source_call_id: Option<i64>,
    created_at: i64,
    state_at: Option<i64>,
}

/// An entry, and the ticket before and after it.
struct Step<'a> {
    entry: &'a Entry,
    before: &'a Handling,
    after: &'a Handling,
}

/// For which group something counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The one that had it.
    Former,
    /// The one that has it.
    Next,
}

/// What events of a name count.
struct Row(&'static str, Of, fn(&Step<'_>, &mut TicketSums));

static ROWS: [Row; 19] = [
    Row("submit", Of::Next, |step, sums| {
        sums.created = 1;
        sums.opened = i64::from(step.entry.to != State::Quarantined);
    }),
    Row("release", Of::Next, |_, sums| sums.opened = 1),
    Row("direct_answer", Of::Former, |_, sums| {
        sums.direct_answers = 1
    }),
    Row("dispatch", Of::Next, |_, sums| sums.dispatched = 1),
    Row("claim", Of::Next, |_, sums| sums.accepted = 1),
    Row("return", Of::Former, |_, sums| sums.returned = 1),
    Row("transfer", Of::Former, |_, sums| sums.transferred = 1),
    Row("transfer", Of::Next, |_, sums| sums.dispatched = 1),
    Row("escalate", Of::Former, |_, sums| sums.escalated = 1),
    Row("escalate", Of::Next, |_, sums| sums.dispatched = 1),
    Row("reopen", Of::Former, |_, sums| sums.reopened = 1),
    Row("urge", Of::Former, |step, sums| {
        sums.urges = 1;
        sums.urged = i64::from(step.before.counts.urges == 0);
    }),
    Row("void", Of::Former, |step, sums| {
        let is_mistake = matches!(
            step.entry.event,
            Event::Ordered(Order::Void { mistake: true, .. })
        );
        (sums.voided, sums.mistakes) = (1, i64::from(is_mistake));
    }),
    Row("merge", Of::Former, |_, sums| sums.merged = 1),
    Row("request_extension", Of::Former, |_, sums| {
        sums.extensions_asked = 1;
    }),
    Row("grant_extension", Of::Former, |_, sums| {
        sums.extensions_given = 1;
    }),
    Row("visit_ok", Of::Former, |step, sums| {
        (sums.visits, sums.visit_successes) = (1, 1);
        score(step, sums);
    }),
    Row("visit_retry", Of::Former, |_, sums| sums.visits = 1),
    // A customer who says so himself was not called.
    Row("visit_bad", Of::Former, |step, sums| {
        sums.visits = i64::from(step.entry.actor != Actor::Customer);
    }),
];

fn score(step: &Step<'_>, sums: &mut TicketSums) {
    let Event::Ordered(Order::VisitOk {
        satisfaction: Some(points),
        ..
    }) = step.entry.event
    else {
        return;
    };
    let all = [
        &mut sums.score_1,
        &mut sums.score_2,
        &mut sums.score_3,
        &mut sums.score_4,
        &mut sums.score_5,
    ];
    for (of, sum) in (1_u8..).zip(all) {
        *sum = i64::from(of == points);
    }
}

impl TicketCounts {
    /// The sums and times of both.
    pub(super) fn add_sums(&mut self, other: Self) {
        for (place, sums) in other.sums {
            self.sums.entry(place).or_default().add(&sums);
        }
        for (place, times) in other.times {
            self.times.entry(place).or_default().add(&times);
        }
    }
}

impl TicketTally {
    /// Before the first of `entries` of a ticket, as it stands in the tables until then; nothing of one that begins.
    pub(crate) async fn before(
        conn: &mut Connection,
        id: TicketId,
        entries: &[Entry],
    ) -> Result<Self> {
        if entries.first().is_none_or(|first| first.from.is_none()) {
            return Ok(Self::default());
        }
        let row: Before = sqlx::query_as(
            "SELECT handling, ticket_type, customer_id, category, source_call_id, created_at, state_at FROM ticket WHERE id = $1",
        )
        .bind(big(id.get()))
        .fetch_one(conn)
        .await?;
        // One from before there were rules has no handling that could be compared.
        let handling = match row.handling.as_str() {
            "" => Handling::default(),
            handling => from_json("ticket handling", handling)?,
        };
        Ok(Self {
            handling,
            ticket_type: row.ticket_type,
            customer: row.customer_id.map(|id| CustomerId::new(count(id))),
            category: row.category,
            call: row
                .source_call_id
                .map(|id| (CallId::new(count(id)), Timestamp::from_ms(row.created_at))),
            since: row.state_at.map(Timestamp::from_ms),
        })
    }

    /// Takes its next entry.
    pub(crate) fn apply(&mut self, entry: &Entry, counts: &mut TicketCounts) {
        let before = self.handling.clone();
        self.handling.apply(entry);
        if let Event::Submit { matter, call } = &entry.event {
            self.ticket_type.clone_from(&matter.ticket_type);
            self.customer = matter.customer;
            self.category.clone_from(&matter.category);
            self.call = call.map(|call| (call, entry.at));
            counts.contacts.extend(self.contact());
        }
        let step = Step {
            entry,
            before: &before,
            after: &self.handling,
        };
        for Row(_, of, count) in ROWS.iter().filter(|row| row.0 == entry.event.name()) {
            self.add(counts, &step, (entry.at, *of), |sums| count(&step, sums));
        }
        self.endings(counts, &step);
        let name = entry.event.name();
        if name == "direct_answer" {
            let place = self.place(&step, (entry.at, Of::Former));
            counts.answered.push((place, entry.at));
        } else if name == "reopen" {
            counts.reopened.push(entry.at);
        }
        for (kind, clock) in &self.handling.clocks {
            self.promise(counts, &step, (*kind, clock));
        }
        let is_elsewhere =
            entry.from != Some(entry.to) || before.place.group != step.after.place.group;
        if is_elsewhere {
            if let (Some(from), Some(since)) = (entry.from, self.since) {
                let ms = i64::try_from(entry.at.ms_since(since)).unwrap_or(i64::MAX);
                self.add(counts, &step, (entry.at, Of::Former), |sums| {
                    stayed(sums, from, ms);
                });
            }
            self.since = Some(entry.at);
        }
        if let Some(revised) = entry.event.revised() {
            self.revise(revised, counts);
        }
    }

    fn revise(&mut self, revised: &Revised, counts: &mut TicketCounts) {
        if let Some(change) = &revised.ticket_type {
            self.ticket_type.clone_from(&change.after);
        }
        if let Some(change) = &revised.customer {
            self.customer = change.after;
        }
        if let Some(change) = &revised.category {
            self.category.clone_from(&change.after);
        }
        if revised.customer.is_some() || revised.category.is_some() {
            counts.contacts.extend(self.contact());
        }
    }

    /// The call that it came of, if it is known whose it was and about what.
    fn contact(&self) -> Option<Contact> {
        let (call, at) = self.call?;
        Some(Contact {
            call,
            customer: self.customer?,
            category: self.category.clone()?,
            at,
        })
    }

    /// Solved, and closed, by whatever order.
    fn endings(&self, counts: &mut TicketCounts, step: &Step<'_>) {
        let Step { entry, .. } = step;
        let is_solved = step.after.times.resolved.is_some();
        let resolved = is_solved && step.before.times.resolved.is_none();
        let closed = entry.to == State::Closed && entry.from != Some(State::Closed);
        self.add(counts, step, (entry.at, Of::Former), |sums| {
            (sums.resolved, sums.closed) = (i64::from(resolved), i64::from(closed));
        });
    }

    /// A promise that was kept or broken. What ends without its work being done keeps nothing (M2, T28), and who was given less time than
    /// he had used broke nothing (R9).
    fn promise(
        &self,
        counts: &mut TicketCounts,
        step: &Step<'_>,
        (kind, clock): (ClockKind, &Clock),
    ) {
        let former = step.before.clocks.get(&kind);
        if former == Some(clock) {
            return;
        }
        let is_had = step.before.place.group.is_some();
        let of = if is_had { Of::Former } else { Of::Next };
        let had_broken = former.is_some_and(|former| former.breach().is_some());
        let broken = clock.breach().filter(|breach| !breach.retargeted);
        if let Some(breach) = broken.filter(|_| !had_broken) {
            self.add(counts, step, (breach.at, of), |sums| {
                promised(sums, kind, false);
            });
        }
        let Some(at) = clock.stopped_at() else { return };
        let had_stopped = former.is_some_and(|former| former.stopped_at() == Some(at));
        if had_stopped || step.entry.to == State::Merged {
            return;
        }
        if clock.breach().is_none() {
            self.add(counts, step, (at, of), |sums| promised(sums, kind, true));
        }
        let mut times = TicketTimes::default();
        let ms = u64::try_from(clock.consumed().as_millis()).unwrap_or(u64::MAX);
        if kind == ClockKind::Response {
            times.response.add(ms);
        } else if kind == ClockKind::Resolve {
            times.resolve.add(ms);
        } else {
            return;
        }
        let place = self.place(step, (at, of));
        counts.times.entry(place).or_default().add(&times);
    }

    fn add(
        &self,
        counts: &mut TicketCounts,
        step: &Step<'_>,
        place: (Timestamp, Of),
        count: impl FnOnce(&mut TicketSums),
    ) {
        let mut more = TicketSums::default();
        count(&mut more);
        if !more.is_zero() {
            let place = self.place(step, place);
            counts.sums.entry(place).or_default().add(&more);
        }
    }

    fn place(&self, step: &Step<'_>, (at, of): (Timestamp, Of)) -> TicketPlace {
        let place = match of {
            Of::Former => &step.before.place,
            Of::Next => &step.after.place,
        };
        let (group, kind) = (place.group.clone(), self.ticket_type.clone());
        (
            quarter(at),
            group.unwrap_or_default(),
            kind.unwrap_or_default(),
        )
    }
}

/// A promise that was kept, or broken; what news and visits are promised is no figure.
fn promised(sums: &mut TicketSums, kind: ClockKind, kept: bool) {
    let (yes, no) = match kind {
        ClockKind::Response => (&mut sums.responses_kept, &mut sums.responses_breached),
        ClockKind::Resolve => (&mut sums.resolves_kept, &mut sums.resolves_breached),
        ClockKind::Stage => (&mut sums.stages_kept, &mut sums.stages_breached),
        ClockKind::Update | ClockKind::Visit => return,
    };
    *if kept { yes } else { no } = 1;
}

/// A stay in a state that is over.
fn stayed(sums: &mut TicketSums, state: State, ms: i64) {
    let (time, stays) = match state {
        State::Quarantined => (&mut sums.quarantined_ms, &mut sums.quarantined_stays),
        State::New => (&mut sums.new_ms, &mut sums.new_stays),
        State::Dispatched => (&mut sums.dispatched_ms, &mut sums.dispatched_stays),
        State::InProgress => (&mut sums.in_progress_ms, &mut sums.in_progress_stays),
        State::Pending => (&mut sums.pending_ms, &mut sums.pending_stays),
        State::InReview => (&mut sums.in_review_ms, &mut sums.in_review_stays),
        State::Resolved => (&mut sums.resolved_ms, &mut sums.resolved_stays),
        State::Closed | State::Merged | State::Void => return,
    };
    (*time, *stays) = (ms, 1);
}
