//! What is said to somebody who closes a calendar by telephone: sentences of the house, and moments on the calendar's own clock.
//!
//! Their texts stand in `words.toml`. An end on the day that it is there is said by its time alone.

use model::{CalendarState, Timestamp};
use speech::Language;

use crate::effect::Played;
use crate::format::moment;
use crate::run::Visit;
use crate::script::house_sound;
use crate::spoken;
use crate::step::Step;

/// Asks for the PIN; offers the other language.
pub(super) const PIN: &str = "closing_pin";
const OTHER_LANGUAGE: &str = "closing_language";
/// What was keyed in is not right; too often; it cannot be proved.
pub(super) const WRONG: &str = "closing_wrong";
pub(super) const LOCKED: &str = "closing_locked";
pub(super) const UNCHECKED: &str = "closing_unchecked";
/// How the calendar stands.
const OPEN: &str = "closing_is_open";
const SHUT: &str = "closing_is_shut";
const CLOSED: End = End {
    today: "closing_is_closed_today",
    later: "closing_is_closed",
};
/// What closing and opening mean, with their keys.
const MAY_CLOSE: &str = "closing_may_close";
const MAY_OPEN: &str = "closing_may_open";
/// Asks for how long, and for hours.
pub(super) const HOW_LONG: &str = "closing_how_long";
pub(super) const HOURS: &str = "closing_hours";
/// A key or an end that cannot be.
pub(super) const BAD: &str = "closing_bad";
/// What was done.
pub(super) const DONE: End = End {
    today: "closing_done_today",
    later: "closing_done",
};
pub(super) const OPENED: &str = "closing_opened";
pub(super) const NOTHING: &str = "closing_nothing";
pub(super) const GOODBYE: &str = "closing_goodbye";

/// All of them.
pub(super) const ALL: [&str; 19] = [
    PIN,
    OTHER_LANGUAGE,
    WRONG,
    LOCKED,
    UNCHECKED,
    OPEN,
    SHUT,
    CLOSED.today,
    CLOSED.later,
    MAY_CLOSE,
    MAY_OPEN,
    HOW_LONG,
    HOURS,
    BAD,
    DONE.today,
    DONE.later,
    OPENED,
    NOTHING,
    GOODBYE,
];

/// A sentence that a moment follows.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// Before a time of this day.
    today: &'static str,
    /// Before a day and a time.
    later: &'static str,
}

/// A sentence that a key may cut.
pub(super) fn house<'n>(visit: &Visit<'_>, sentence: &str) -> Step<'n> {
    Step::Speak {
        parts: vec![visit.house(sentence)],
        interruptible: true,
    }
}

/// A sentence in a language that the caller is about to speak.
pub(super) fn in_language(language: &str, sentence: &str) -> Played {
    Played::Sound(house_sound(language, sentence))
}

/// In the other language: which key leads to it.
pub(super) fn other_language(visit: &Visit<'_>) -> Option<Played> {
    let other = visit.other_language()?;
    Some(in_language(other, OTHER_LANGUAGE))
}

/// Whether a calendar is closed out of turn at this moment.
pub(super) fn is_closed(visit: &Visit<'_>, calendar: &str) -> bool {
    visit.calendar_state(calendar) == Some(CalendarState::Emergency)
}

/// How a calendar stands, and what may be done; none when it is there no more.
pub(super) fn standing(visit: &Visit<'_>, name: &str) -> Option<Vec<Played>> {
    let calendar = visit.calendar(name)?;
    let closed_until = calendar.closure().map(|closure| closure.until);
    let mut parts = match (visit.calendar_state(name)?, closed_until) {
        (CalendarState::Emergency, Some(end)) => until(visit, name, CLOSED, end),
        (CalendarState::Emergency, None) | (CalendarState::Closed | CalendarState::Holiday, _) => {
            vec![visit.house(SHUT)]
        }
        (CalendarState::Open, _) => vec![visit.house(OPEN)],
    };
    parts.push(Played::Breath);
    let is_closed = is_closed(visit, name);
    parts.push(visit.house(if is_closed { MAY_OPEN } else { MAY_CLOSE }));
    Some(parts)
}

/// A sentence and the moment at which something ends, on the calendar's clock.
pub(super) fn until(
    visit: &Visit<'_>,
    calendar: &str,
    sentence: End,
    at: Timestamp,
) -> Vec<Played> {
    let Some(calendar) = visit.calendar(calendar) else {
        return vec![visit.house(sentence.later)];
    };
    let (now, end) = (calendar.local(visit.moment()), calendar.local(at));
    let day = |moment: &str| moment.split_once(' ').map(|(day, _)| day.to_owned());
    let is_today = day(&now) == day(&end);
    let sentence = if is_today {
        sentence.today
    } else {
        sentence.later
    };
    let mut parts = vec![visit.house(sentence)];
    let said = Language::of(visit.language()).map(|language| moment(&end, !is_today, language));
    // `check` asks for a language that has numbers, and a calendar's clock has no time that cannot be said.
    if let Some(Ok(said)) = said {
        parts.extend(spoken::words(visit.language(), &said));
    }
    parts
}
