//! `hours` (工作时间): open, closed, holiday or closed out of turn by a named calendar (E8, E9).

use model::CalendarState;

use super::{Kind, Node};
use crate::claim::{Cause, Claims, ReferenceKind};
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::Step;

pub(super) const KIND: Kind = Kind {
    name: "hours",
    says: Words {
        en: "Chooses a way by the time of day.",
        zh: "按工作时间分支",
    },
    keys: &[
        row(
            "calendar",
            Form::Calendar,
            Need::Required,
            "A calendar of `calendars.toml`.",
            "工作日历",
        ),
        row(
            "open",
            Form::Node,
            Need::Required,
            "Within its hours.",
            "工作时间内",
        ),
        row(
            "closed",
            Form::Node,
            Need::Required,
            "Outside its hours.",
            "工作时间外",
        ),
        row(
            "holiday",
            Form::Node,
            Need::SameAs("closed"),
            "On a day that is off: a public holiday, an exception without hours, an event over the whole day.",
            "节假日",
        ),
        row(
            "emergency",
            Form::Node,
            Need::SameAs("closed"),
            "While it is closed out of turn.",
            "紧急关闭",
        ),
    ],
    example: "[hours.office]\ncalendar = \"office\"\nopen = \"sales\"\nclosed = \"closed\"\nholiday = \"happy_new_year\"\nemergency = \"closed_today\"\n",
    read,
};

#[derive(Debug)]
struct Hours {
    calendar: Name,
    open: Name,
    closed: Name,
    holiday: Name,
    emergency: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (calendar, open) = (section.name("calendar"), section.name("open"));
    let (closed, holiday) = (section.name("closed"), section.name("holiday"));
    let emergency = section.name("emergency");
    Ok(Box::new(Hours {
        calendar: calendar?,
        open: open?,
        closed: closed?,
        holiday: holiday?,
        emergency: emergency?,
    }))
}

impl Hours {
    const fn exit(&self, state: CalendarState) -> &Name {
        match state {
            CalendarState::Open => &self.open,
            CalendarState::Closed => &self.closed,
            CalendarState::Holiday => &self.holiday,
            CalendarState::Emergency => &self.emergency,
        }
    }
}

impl Node for Hours {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.refers(ReferenceKind::Calendar, &self.calendar);
        for state in CalendarState::ALL {
            claims.exit(Cause::Hours(&self.calendar, state), self.exit(state));
        }
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        let name = &self.calendar.text;
        let Some(state) = visit.calendar_state(name) else {
            return Step::Fault(format!("no calendar `{name}`"));
        };
        visit.trace_as(format!("{name} {}", state.name()));
        visit.leaves_by(&Cause::Hours(&self.calendar, state));
        Step::Go(self.exit(state))
    }
}
