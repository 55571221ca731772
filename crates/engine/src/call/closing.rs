//! A calendar that is closed or opened from within a call (E9): its PIN's tries, and what the caller then wants.

use ivr::{Answer, Ask, CalendarSet, CalendarWish, Question};
use model::calendar::ClosedBy;
use model::{CallId, Fact, Timestamp};

use super::Call;
use crate::closing::Closing;
use crate::context::Context;
use crate::pins::Locked;
use crate::request::Request;

impl Call {
    /// Asks the world for a script; the try of a PIN is counted first, and one too many is asked of nobody.
    pub(super) fn look_up(&mut self, context: &mut Context, ask: Ask) {
        if let Question::Pin(pin) = &ask.question {
            // One number is one caller, in whatever form a trunk writes it.
            let number = self.caller.number.as_deref();
            let caller = number.map(|number| context.config.plan.key(number).key);
            let (id, caller) = ((self.id, ask.id), caller.as_deref());
            let counted = context.pins.count(context.now, &pin.calendar, id, caller);
            if let Err(locked) = counted {
                context.pin_refused(self.id, pin.calendar.clone(), Some(locked), false);
                let answer = Answer::Bad("too many tries".to_owned());
                self.pending.push_back(ivr::Input::Answered(ask.id, answer));
                return;
            }
        }
        context.request(Request::LookUp {
            call: self.id,
            ask: Box::new(ask),
        });
    }

    /// What a caller wants who knew the PIN.
    pub(super) fn set_calendar(&mut self, context: &mut Context, name: &str, wish: CalendarWish) {
        let set = context.grant(name, wish, ClosedBy::Call(self.id));
        self.pending.push_back(ivr::Input::CalendarSet(set));
    }
}

impl Context {
    /// What became of a PIN that was compared, whether its call is still there or not.
    pub(crate) fn pin_compared(&mut self, call: CallId, ask: ivr::AskId, answer: &Answer) {
        if let Some((calendar, locked)) = self.pins.settle(self.now, call, ask, answer.kind()) {
            self.pin_refused(call, calendar, locked, true);
        }
    }

    fn pin_refused(&mut self, call: CallId, calendar: String, locked: Option<Locked>, wrong: bool) {
        match locked {
            Some(Locked { for_all, .. }) => tracing::warn!(
                %call, calendar, for_all, "no PIN is taken by telephone: there were too many tries"
            ),
            None => tracing::info!(%call, calendar, "a wrong PIN by telephone"),
        }
        self.fact(Fact::CalendarPinRefused {
            call,
            calendar,
            locked_until: locked.and_then(|it| it.until).map(Timestamp::from),
            for_all: locked.is_some_and(|it| it.for_all),
            wrong,
        });
    }

    fn grant(&mut self, name: &str, wish: CalendarWish, by: ClosedBy) -> CalendarSet {
        let done = match wish {
            // Somebody else was faster: it is open, as he wants it.
            CalendarWish::Open if self.is_open_by_hours(name) => return CalendarSet::Opened,
            CalendarWish::Open => self.open_calendar(name, by).map(|()| CalendarSet::Opened),
            CalendarWish::Close(long) => {
                let now = Timestamp::from(self.now);
                let longest = self.config.closing_max;
                let calendar = self.calendars.get(name);
                let Some(until) = calendar.map(|it| long.end(it, now, longest)) else {
                    return CalendarSet::Refused;
                };
                let reason = None;
                self.close_calendar(name, Closing { until, reason, by })
                    .map(|()| CalendarSet::Closed { until })
            }
        };
        // Longer than it may be closed; or opened, or taken away by a reload, while he spoke.
        done.unwrap_or(CalendarSet::Refused)
    }
}
