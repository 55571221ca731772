//! A hold that lasts: the agent is reminded, then the caller is told that he is not forgotten, then supervisors are (C19).
//!
//! It begins when the agent holds the caller, by his phone, by his page or by asking a colleague, and is over when he is back with him.
//! A hold keeps the times with which it began. What the caller hears for so long stands in `sound`.

use std::time::Duration;

use media::Source;
use model::Fact;
use model::fact::HoldTold;

use super::talk::Talking;
use super::{Call, Phase};
use crate::config::HoldTimes;
use crate::context::Context;
use crate::speech;

/// The clock of a hold.
#[derive(Debug)]
pub(crate) struct LongHold {
    since: Duration,
    /// Who is still to be told, soonest first.
    due: Vec<(Duration, HoldTold)>,
}

impl LongHold {
    pub(super) fn begin(now: Duration, times: &HoldTimes) -> Self {
        let steps = [
            (times.agent, HoldTold::Agent),
            (times.caller, HoldTold::Caller),
            (times.supervisor, HoldTold::Supervisor),
        ];
        let due = steps.into_iter();
        let mut due: Vec<_> = due
            .filter_map(|(after, told)| Some((now + after?, told)))
            .collect();
        due.sort_by_key(|(at, _)| *at);
        Self { since: now, due }
    }

    /// When somebody is to be told next.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Who is to be told by now.
    fn take_due(&mut self, now: Duration) -> Vec<HoldTold> {
        let count = self.due.iter().take_while(|(at, _)| *at <= now).count();
        self.due.drain(..count).map(|(_, told)| told).collect()
    }
}

impl Call {
    /// Tells whoever is to be told by now.
    pub(super) fn hold_time_up(&mut self, context: &mut Context) {
        let Phase::Talking(talking) = &mut self.phase else {
            return;
        };
        let agent = talking.agent();
        let Some(hold) = &mut talking.long_hold else {
            return;
        };
        let (now, since) = (context.now, hold.since);
        let due = hold.take_due(now);
        let held_ms = u64::try_from((now - since).as_millis()).unwrap_or(u64::MAX);
        for told in due {
            context.fact(Fact::CallHeldLong {
                call: self.id,
                agent,
                held_ms,
                told,
            });
            match told {
                HoldTold::Caller => self.speak_to_held_caller(context),
                HoldTold::Agent | HoldTold::Supervisor => {}
            }
        }
    }

    fn speak_to_held_caller(&mut self, context: &mut Context) {
        let message = speech::hold_message(&context.config.house_sounds, &self.language);
        if let (Some(message), Some(leg)) = (message, &self.leg) {
            let message = vec![Source::Sound(message)];
            self.sound.say(context, leg.port, message);
        }
    }
}

impl Talking {
    /// The clock runs as long as the agent holds.
    pub(super) fn time_hold(&mut self, now: Duration, held: bool, times: &HoldTimes) {
        if !held {
            self.long_hold = None;
        } else if self.long_hold.is_none() {
            self.long_hold = Some(LongHold::begin(now, times));
        }
    }
}
