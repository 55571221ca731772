//! Emergency closing of calendars (紧急关闭, E9): who closes one, until when, and its end, which comes by itself.
//!
//! A closing is laid over every copy of its calendar at once: the one that scripts ask, and those of the queues, which the
//! ACD gets as a configuration. So callers, queues and callbacks see it in the same turn, and the ACD's journal has it.
//! Who waits in line goes on waiting (D28).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::calendar::{ClosedBy, Closure};
use model::{Calendar, Fact, QueueName, Timestamp};

use crate::command::CommandError;
use crate::config::Config;
use crate::context::Context;
use crate::one_line::{REASON_MAX, one_line};

/// What somebody wants closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Until when; it has to end.
    pub until: Timestamp,
    /// Why: a line of at most 200 characters; by telephone none.
    pub reason: Option<String>,
    /// Who wants it.
    pub by: ClosedBy,
}

/// Calendars that are closed, by name. Bounded by the calendars that there are.
#[derive(Debug, Default)]
pub(crate) struct Closures(BTreeMap<String, Closure>);

impl Closures {
    pub(crate) fn next_due(&self) -> Option<Duration> {
        let ends = self.0.values().map(|closure| closure.until);
        ends.min().map(Duration::from)
    }

    /// The calendars of a configuration with what closes them.
    pub(crate) fn over(&self, config: &Config) -> BTreeMap<String, Calendar> {
        let close = |(name, calendar): (&String, &Calendar)| (name.clone(), self.closed(calendar));
        config.calendars.iter().map(close).collect()
    }

    /// Its queues' rules, with hours that are closed where their calendar is.
    pub(crate) fn over_queues(&self, config: &Config) -> BTreeMap<QueueName, acd::QueueConfig> {
        let queues = config.queues.iter().map(|(name, queue)| {
            let mut rules = queue.rules.clone();
            rules.hours = rules.hours.as_ref().map(|hours| self.closed(hours));
            (name.clone(), rules)
        });
        queues.collect()
    }

    fn closed(&self, calendar: &Calendar) -> Calendar {
        let mut calendar = calendar.clone();
        calendar.close(self.0.get(calendar.name()).cloned());
        calendar
    }
}

impl Context {
    /// Closes a calendar; what had closed it before is replaced.
    pub(crate) fn close_calendar(
        &mut self,
        name: &str,
        closing: Closing,
    ) -> Result<(), CommandError> {
        if !self.config.calendars.contains_key(name) {
            return Err(CommandError::UnknownCalendar(name.to_owned()));
        }
        let reason = closing.reason;
        let reason = reason.map(|reason| one_line("reason", &reason, REASON_MAX));
        let since = Timestamp::from(self.now);
        let most = self.config.closing_max;
        if closing.until <= since || closing.until > Timestamp::from(self.now + most) {
            let hours = most.as_secs() / 3_600;
            let why = format!("a closing ends within {hours} hours, and not before it begins");
            return Err(CommandError::Invalid(why));
        }
        let closure = Closure {
            since,
            until: closing.until,
            reason: reason.transpose()?.unwrap_or_default(),
            by: closing.by,
        };
        self.fact(Fact::CalendarClosed {
            calendar: name.to_owned(),
            closure: closure.clone(),
        });
        let left = self.left_to_call(name);
        let former = self.closings.0.insert(name.to_owned(), closure);
        self.lay_closings();
        // R77: while nobody is called his time stands still, and who was put off until the former end is not bound to it.
        self.call_within(left);
        if let Some(former) = former {
            self.callbacks
                .no_later(Duration::from(former.until), self.now);
        }
        Ok(())
    }

    /// Whether a calendar is there and nobody has closed it out of turn.
    pub(crate) fn is_open_by_hours(&self, name: &str) -> bool {
        self.config.calendars.contains_key(name) && !self.closings.0.contains_key(name)
    }

    /// Takes a closing back.
    pub(crate) fn open_calendar(&mut self, name: &str, by: ClosedBy) -> Result<(), CommandError> {
        let Some(closure) = self.closings.0.remove(name) else {
            return Err(if self.config.calendars.contains_key(name) {
                CommandError::NotAllowed(format!("calendar {name} is not closed out of turn"))
            } else {
                CommandError::UnknownCalendar(name.to_owned())
            });
        };
        self.opened(name, Some(by));
        // R77: who was put off until its end is called when the hours hold again.
        self.callbacks
            .no_later(Duration::from(closure.until), self.now);
        Ok(())
    }

    /// Those whose time is over.
    pub(crate) fn closings_due(&mut self) {
        let now = Timestamp::from(self.now);
        let over = self
            .closings
            .0
            .iter()
            .filter(|(_, closure)| closure.until <= now);
        let over: Vec<String> = over.map(|(name, _)| name.clone()).collect();
        for name in over {
            self.closings.0.remove(&name);
            self.opened(&name, None);
        }
    }

    /// What the former process left closed. One whose time is over meanwhile is told as such when its turn comes.
    pub(crate) fn restore_closings(&mut self, closings: BTreeMap<String, Closure>) {
        if !closings.is_empty() {
            self.closings.0.extend(closings);
            self.lay_closings();
        }
    }

    fn opened(&mut self, name: &str, by: Option<ClosedBy>) {
        let calendar = name.to_owned();
        self.fact(Fact::CalendarOpened { calendar, by });
        self.lay_closings();
    }

    fn lay_closings(&mut self) {
        self.lay(&self.config.clone());
    }

    /// Gives a configuration's hours to scripts and queues, with what closes them.
    pub(crate) fn lay(&mut self, config: &Arc<Config>) {
        self.calendars = self.closings.over(config).into();
        let queues = self.closings.over_queues(config);
        self.set_queues(config.version, queues);
    }
}
