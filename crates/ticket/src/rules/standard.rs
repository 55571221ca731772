//! What holds where the house says nothing: its standard set of promises (3.3), and bounds that nobody had to think of.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Calendar;

use super::{Catalogue, Quarantine, Rules, TicketKind};
use crate::clock::{ClockKind, Target};
use crate::handling::{Matrix, PauseReason, Policy, VisitPolicy};
use crate::priority::Priority;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// Somebody is told when so much of a promise is used (R11).
const WARN_PERCENT: u8 = 80;
/// R3: working days of a solution at P3, P4 and P5.
const RESOLVE_DAYS: [u32; 3] = [3, 5, 7];
/// E5: silence of so many working days is content.
const CLOSES_AFTER_DAYS: u32 = 3;
/// T16: as many working days can be asked for at once.
const EXTENSION_DAYS: u32 = 5;
/// T2: who vouches for himself does so within a week.
const QUARANTINE_DAYS: u32 = 7;

impl Default for Rules {
    /// One type, no group, no rule, at all hours.
    fn default() -> Self {
        Self::of(Calendar::always())
    }
}

impl Rules {
    /// What holds in a house of that calendar that says nothing else.
    pub fn of(calendar: Calendar) -> Self {
        Self {
            standard: TicketKind::standard(&calendar),
            kinds: BTreeMap::new(),
            catalogue: Catalogue::default(),
            groups: BTreeMap::new(),
            dispatch: Vec::new(),
            quarantine: Quarantine {
                expires_after: DAY * QUARANTINE_DAYS,
                ..Quarantine::default()
            },
            calendars: BTreeMap::new(),
            calendar,
        }
    }
}

impl TicketKind {
    /// What holds for tickets of which nothing is said, by that calendar's working day.
    pub fn standard(calendar: &Calendar) -> Self {
        let day = calendar.working_day();
        let [third, fourth, fifth] = RESOLVE_DAYS.map(|days| day * days);
        let promises = [
            (
                ClockKind::Response,
                [MINUTE * 15, MINUTE * 30, HOUR * 2, HOUR * 4, HOUR * 8],
            ),
            (
                ClockKind::Resolve,
                [HOUR * 4, HOUR * 8, third, fourth, fifth],
            ),
        ];
        let targets = promises.into_iter().flat_map(|(clock, times)| {
            let times = Priority::all().zip(times);
            times.map(move |(priority, time)| {
                let target = Target {
                    time,
                    warn_percent: WARN_PERCENT,
                };
                ((clock, priority), target)
            })
        });
        let policy = Policy {
            matrix: Matrix::default(),
            direct_answer: true,
            accept_is_response: true,
            targets: targets.collect(),
            // Our own stock is ours to have: who waits for a part of it is late.
            pauses_for: [
                PauseReason::Appointment,
                PauseReason::Customer,
                PauseReason::ThirdParty,
                PauseReason::Outside,
            ]
            .into(),
            pauses_max: 3,
            pause_max: DAY * 30,
            extension_max: day * EXTENSION_DAYS,
            approval: Vec::new(),
            sensitive_approval: Vec::new(),
            visit: VisitPolicy::None,
            visits_max: 3,
            visit_by_another: true,
            closes_after: Some(day * CLOSES_AFTER_DAYS),
            // What nobody takes on in time goes where somebody does, if there is a higher tier.
            escalates_for: [ClockKind::Response, ClockKind::Stage].into(),
            reopen_within: DAY * 7,
            appeal_within: DAY * 7,
        };
        Self::new(policy)
    }
}
