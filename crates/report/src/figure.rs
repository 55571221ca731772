//! Every figure of a report (报表指标), a row of one table each: what it is called, by which formula it is computed, in which unit, and
//! the function that does it. Whoever shows a figure asks its row, so that no two places have two formulas.
//!
//! A figure is made of sums, so that of a longer period, or of several queues, is made of the sums of all: no mean of means. Where
//! there is nothing to divide by there is no figure, which is neither 0 nor an error.

mod agent;
mod ivr;
mod queue;
mod ticket;
mod ticket_time;

use model::{Interval, ServiceLevel};

use crate::sums::{
    AgentSums, FirstContactSums, IvrSums, QueueSums, StateSums, TicketSums, TicketTimes,
};

/// Of whom a report tells, a row for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Queues.
    Queues,
    /// Agents.
    Agents,
    /// Groups that work on tickets.
    Groups,
    /// Types of tickets.
    Tickets,
    /// Nodes of scripts.
    Ivr,
}

/// In what a figure is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many.
    Count,
    /// A share, 0 to 1; people read it in hundredths.
    Share,
    /// Milliseconds.
    Ms,
}

/// The sums of which a row of a report is made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    /// Of queues.
    pub queue: QueueSums,
    /// Of an agent's talks.
    pub agent: AgentSums,
    /// Of an agent's time.
    pub states: StateSums,
    /// Of tickets.
    pub ticket: TicketSums,
    /// How long they took.
    pub times: TicketTimes,
    /// Which of them were done at the first contact.
    pub first_contact: FirstContactSums,
    /// Of a node of a script.
    pub ivr: IvrSums,
    /// The formula of the row's service level; `None` where its queues have different ones.
    pub level: Option<ServiceLevel>,
}

/// A figure.
pub struct Figure {
    /// Its name in data; stable.
    pub name: &'static str,
    /// Its name for people, Chinese and English.
    pub title: [&'static str; 2],
    /// How it is computed, Chinese and English.
    pub formula: [&'static str; 2],
    /// In what it is measured.
    pub unit: Unit,
    /// Of whom it is told.
    pub subjects: &'static [Subject],
    compute: fn(&Sums) -> Option<f64>,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Queues,
        Self::Agents,
        Self::Groups,
        Self::Tickets,
        Self::Ivr,
    ];

    /// Its word in paths, verbs and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queues => "queues",
            Self::Agents => "agents",
            Self::Groups => "groups",
            Self::Tickets => "tickets",
            Self::Ivr => "ivr",
        }
    }

    /// What a row is of, Chinese and English.
    pub const fn title(self) -> [&'static str; 2] {
        match self {
            Self::Queues => ["队列", "queue"],
            Self::Agents => ["坐席", "agent"],
            Self::Groups => ["处理组", "group"],
            Self::Tickets => ["工单类型", "ticket type"],
            Self::Ivr => ["流程节点", "script node"],
        }
    }

    /// What a row is called that is of none of them, Chinese and English.
    pub const fn nobody(self) -> [&'static str; 2] {
        match self {
            Self::Queues | Self::Agents | Self::Ivr => ["", ""],
            Self::Groups => ["未派组", "no group"],
            Self::Tickets => ["未定类型", "no type"],
        }
    }

    /// Whether it is counted finely enough for such intervals: callers of scripts are counted by the hour.
    pub fn can_be_cut(self, by: Interval) -> bool {
        self != Self::Ivr || by != Interval::QuarterHour
    }

    /// Its figures, in the order of the table.
    pub fn figures(self) -> impl Iterator<Item = &'static Figure> {
        figures().filter(move |figure| figure.subjects.contains(&self))
    }
}

impl Unit {
    /// Its word in data.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Share => "share",
            Self::Ms => "ms",
        }
    }
}

impl Figure {
    /// The figure of such sums; `None`: there is none.
    pub fn of(&self, sums: &Sums) -> Option<f64> {
        (self.compute)(sums).filter(|value| value.is_finite())
    }
}

impl Sums {
    /// The sums of both: of all rows together, or of a longer period.
    pub fn add(&mut self, other: &Self) {
        if *self == Self::default() {
            self.level = other.level;
        } else if self.level != other.level {
            self.level = None;
        }
        self.queue.add(&other.queue);
        self.agent.add(&other.agent);
        self.states.add(&other.states);
        self.ticket.add(&other.ticket);
        self.times.add(&other.times);
        self.first_contact.add(&other.first_contact);
        self.ivr.add(&other.ivr);
    }
}

/// All figures, in the order in which reports show them.
pub fn figures() -> impl Iterator<Item = &'static Figure> {
    let all = [
        queue::ROWS,
        agent::ROWS,
        ticket::ROWS,
        ticket_time::ROWS,
        ivr::ROWS,
    ];
    all.into_iter().flatten()
}

/// A row of the table.
const fn row(
    name: &'static str,
    title: [&'static str; 2],
    unit: Unit,
    subjects: &'static [Subject],
    formula: [&'static str; 2],
    compute: fn(&Sums) -> Option<f64>,
) -> Figure {
    Figure {
        name,
        title,
        formula,
        unit,
        subjects,
        compute,
    }
}

/// A count is always there.
const fn count(value: i64) -> Option<f64> {
    Some(value as f64)
}

/// A quotient, where there is something to divide by.
fn ratio(part: i64, all: i64) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}

#[cfg(test)]
mod tests;
