//! Replay: a day of the fact log played again, as it was and as it would have been under other rules.
//!
//! As it was: what the distribution was told stands in the log (`acd.told`), from the start of its process on; told again
//! it decides again, and every decision of the day must come out bit for bit (R3). As it would have been: the same callers and
//! agents meet other queues' rules (`what_if`), several times with other lots for what nobody can know. Numbers and
//! scripts are not run again: who came to which queue, and when, is what the log says.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use acd::{Acd, Input, QueueConfig, Told};
use model::{AgentId, CallId, Fact, FactRecord, QueueName, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::fate::{Fate, How, Turn};
pub use self::rerun::Difference;
pub use self::window::{NotADay, Window};
use crate::report::{Comparison, Sides};
use guess::Guess;
use recorder::{Given, Recorder};
use rerun::Rerun;
use story::{Moment, Story};
use what_if::{Rules, WhatIf};

mod changes;
mod fate;
mod guess;
mod recorder;
mod rerun;
mod story;
mod what_if;
mod window;

/// How long after the day its last callers are followed.
const OVERTIME: Duration = Duration::from_secs(2 * 3_600);

/// Why a day cannot be played again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// Nothing happened.
    #[error("there are no facts of this day")]
    NoFacts,
    /// The log is that of a release which did not write down what the distribution was told.
    #[error(
        "the facts of this day do not say what the distribution was told: they were written by a release before `acd.told`"
    )]
    NoJournal,
    /// The log was written by a release whose entries this one does not know.
    #[error("fact {seq}: {error}")]
    Unreadable {
        /// The fact's number.
        seq: u64,
        /// What is wrong.
        error: acd::JournalError,
    },
    /// Callers of the day came to a queue that is not there.
    #[error(
        "callers of this day came to the queue {0}, which is not in the configuration: what would have become of them is not known"
    )]
    UnknownQueue(QueueName),
}

/// How the decisions of the day came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decisions {
    /// How many the log has.
    pub made: u64,
    /// The first that did not come out as it was.
    pub difference: Option<Difference>,
    /// The release that made them.
    pub release: String,
    /// The version of the configuration at the end of the day.
    pub version: u64,
    /// How often it was changed during the day.
    pub reloads: u64,
}

/// A day as the log tells it.
#[derive(Debug)]
struct Day {
    window: Window,
    /// What is known goes so far.
    horizon: Duration,
    /// The distribution as the day began.
    start: Acd,
    /// The rules of the day: those at its end.
    queues: BTreeMap<QueueName, QueueConfig>,
    stories: BTreeMap<CallId, Story>,
    given: Vec<(Moment, Given)>,
    paused: BTreeSet<(AgentId, Duration)>,
}

/// Reads a log.
#[derive(Debug)]
pub struct Replay {
    window: Window,
    rerun: Rerun,
    recorder: Recorder,
    order: u64,
    /// Once the day has begun.
    start: Option<Acd>,
    facts: u64,
    told: u64,
    made: u64,
    reloads: u64,
    last: Duration,
}

/// A day that was read, and whose decisions were made again.
#[derive(Debug)]
pub struct Replayed {
    day: Day,
    /// How they came out.
    pub decisions: Decisions,
}

impl Replay {
    /// Nothing is read yet. The first fact to be given is the one that tells that a process began
    /// ([`Replay::is_beginning`]), the last of those before the day.
    #[must_use]
    pub fn new(window: Window) -> Self {
        Self {
            window,
            rerun: Rerun::default(),
            recorder: Recorder::default(),
            order: 0,
            start: None,
            facts: 0,
            told: 0,
            made: 0,
            reloads: 0,
            last: Duration::ZERO,
        }
    }

    /// Whether a fact is the first of a process's journal.
    #[must_use]
    pub fn is_beginning(fact: &Fact) -> bool {
        matches!(fact, Fact::AcdTold { entry, .. }
            if entry.contains("made") && matches!(Told::read(entry), Ok(Told::Made { .. })))
    }

    /// Takes the next fact; `false`: enough is known.
    ///
    /// # Errors
    /// An entry of the journal that cannot be read.
    pub fn fact(&mut self, record: &FactRecord) -> Result<bool, ReplayError> {
        let at = Duration::from(record.at);
        if at >= self.window.to() + OVERTIME {
            return Ok(false);
        }
        if at >= self.window.from() && self.start.is_none() {
            self.recorder.day_begins();
            self.start = Some(self.rerun.acd().cloned().unwrap_or_else(|| Acd::new(0, 0)));
        }
        let in_day = self.window.holds(at);
        self.facts += u64::from(in_day);
        self.last = self.last.max(at);
        if let Fact::AcdTold { ns, entry } = &record.fact {
            let seq = record.seq;
            let unreadable = |error| ReplayError::Unreadable { seq, error };
            let told = Told::read(entry).map_err(unreadable)?;
            self.told += u64::from(in_day);
            // A closing of a calendar is told as the same version with other hours.
            let changes =
                matches!(told, Told::Configured { version, .. } if version != self.rerun.version);
            if in_day && changes && self.rerun.version > 0 {
                self.reloads += 1;
            }
            self.told(at + Duration::from_nanos((*ns).into()), told);
        } else if let Fact::OfferMade {
            offer, decision, ..
        } = &record.fact
        {
            self.made += u64::from(in_day && self.rerun.acd().is_some());
            self.rerun.logged(record.at, offer, decision);
        }
        Ok(true)
    }

    fn told(&mut self, now: Duration, told: Told<'static>) {
        self.order += 1;
        let at = (now, self.order);
        match &told {
            Told::Heard(input) => self.recorder.heard(at, input),
            Told::Made { .. } | Told::Configured { .. } | Told::TimePassed => {}
        }
        let is_new = matches!(told, Told::Made { .. });
        let outputs = self.rerun.told(now, told);
        if let Some(process) = self.rerun.process.clone().filter(|_| is_new) {
            self.recorder.restarted(at, process);
        }
        for output in &outputs {
            self.recorder.said(at, output);
        }
    }

    /// Everything is read.
    ///
    /// # Errors
    /// The day cannot be played again.
    pub fn close(mut self) -> Result<Replayed, ReplayError> {
        let Some(start) = self.start.filter(|_| self.facts > 0) else {
            return Err(ReplayError::NoFacts);
        };
        if self.told == 0 || self.rerun.acd().is_none() {
            return Err(ReplayError::NoJournal);
        }
        self.rerun.settle();
        let process = self.rerun.process;
        let decisions = Decisions {
            made: self.made,
            difference: self.rerun.difference,
            release: process.map_or(String::new(), |process| process.release),
            version: self.rerun.version,
            reloads: self.reloads,
        };
        let day = Day {
            window: self.window,
            horizon: self.last,
            start,
            queues: self.rerun.queues,
            stories: self.recorder.stories,
            given: self.recorder.given,
            paused: self.recorder.paused,
        };
        Ok(Replayed { day, decisions })
    }
}

impl Replayed {
    /// In what the rules of these queues differ from those of the day, a line for each.
    #[must_use]
    pub fn changes(&self, queues: &BTreeMap<QueueName, QueueConfig>) -> Vec<String> {
        changes::between(&self.day.queues, queues)
    }

    /// The rules of the day.
    #[must_use]
    pub const fn queues(&self) -> &BTreeMap<QueueName, QueueConfig> {
        &self.day.queues
    }

    /// Plays the day under these rules as often as seeds are given, and tells how callers fared; `done` hears how often it was
    /// played.
    ///
    /// # Errors
    /// A queue is missing.
    pub fn compare(
        &self,
        queues: &BTreeMap<QueueName, QueueConfig>,
        seeds: impl IntoIterator<Item = u64>,
        mut done: impl FnMut(u64),
    ) -> Result<Comparison, ReplayError> {
        self.fits(queues)?;
        let guess = Guess::of(self.day.stories.values(), self.day.horizon);
        let version = self.decisions.version + 1;
        let mut sides = Sides::new(self.before());
        let mut played = 0;
        for seed in seeds {
            let rules = Rules {
                queues,
                version,
                seed,
            };
            let day = WhatIf::new(&self.day, &guess, rules).run();
            sides.add(seed, &day.figures, day.fates);
            played += 1;
            done(played);
        }
        let changes = self.changes(queues);
        let window = self.day.window;
        Ok(sides.compared(window, self.decisions.clone(), changes))
    }

    fn fits(&self, queues: &BTreeMap<QueueName, QueueConfig>) -> Result<(), ReplayError> {
        let stages = self.day.stories.values().flat_map(|story| &story.stages);
        for stage in stages {
            if let Input::Joined { queues: into, .. }
            | Input::JoinedFor { queues: into, .. }
            | Input::Promised { queues: into, .. }
            | Input::HandedToQueue { queues: into, .. } = &stage.entry
                && let Some(missing) = into.iter().find(|name| !queues.contains_key(*name))
                && self.day.queues.contains_key(missing)
            {
                return Err(ReplayError::UnknownQueue(missing.clone()));
            }
        }
        Ok(())
    }

    /// The day as it was.
    fn before(&self) -> (crate::figures::Figures, BTreeMap<CallId, (QueueName, Fate)>) {
        let mut figures = self.day.window.figures();
        let mut fates = BTreeMap::new();
        for (call, story) in &self.day.stories {
            let Some(first) = story.stages.first() else {
                continue;
            };
            let (joined, _) = first.joined;
            if !self.day.window.holds(joined) || !first.is_on_the_line() {
                continue;
            }
            figures.joined(joined.into(), *call, &first.home);
            let mut fate = Fate::waiting_since(joined);
            if let Some((at, how)) = first.outcome() {
                fate.settle(at, how);
                match how {
                    How::Answered(_) => figures.answered(Timestamp::from(at), *call),
                    How::Left(cause) => figures.left(Timestamp::from(at), *call, cause),
                    How::Waits => {}
                }
            }
            fates.insert(*call, (first.home.clone(), fate));
        }
        (figures, fates)
    }
}
