//! `closing` (电话紧急关闭): who knows a calendar's PIN closes it out of turn by telephone, or opens it again (E9).
//!
//! The PIN is proved outside: here its digits are collected, and what is not right is asked for again. Every try is counted by whoever
//! answers, so that no script can give away more of them. Every key of this node is a secret (S22). Who hangs up before he has
//! chosen to the end has changed nothing.

mod words;

use std::time::Duration;

use super::{Kind, Node};
use crate::ask::{Answer, PinQuestion, Question};
use crate::claim::{Cause, Claims, End, ReferenceKind, Sample};
use crate::effect::{CalendarSet, CalendarWish, ClosedFor, HangUpCause, Played};
use crate::look_up::GRACE;
use crate::place::{Name, Place};
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Outcome, Step};
use words::{ALL, house, standing, until};

/// How often a PIN is asked for; how often one may fail at all the choices behind it.
const TRIES: u8 = 3;
/// How often one may change the language.
const CHANGES: u8 = 3;
/// How long one may look for the first key, and for each one after it, unless the script's head gives longer (E2).
const FIRST_KEY: Duration = Duration::from_secs(8);
const NEXT_KEY: Duration = Duration::from_secs(4);
/// How long the PIN's proof may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// What the longest sentence of this node lasts, at most.
const SENTENCE: Duration = Duration::from_secs(15);
/// Most digits of a PIN, and of a number of hours.
const PIN_MAX: usize = 12;
const HOURS_MAX: usize = 3;
/// A PIN of a test, whose right answer is said beside it.
const PIN_SAMPLE: usize = 6;
/// Ends digits.
const END: char = '#';
/// Another language, while no digit of the PIN is keyed.
const LANGUAGE: char = '*';

pub(crate) const KIND: Kind = Kind {
    name: "closing",
    says: Words {
        en: "Lets a caller who knows the calendar's PIN close it out of turn, or open it again. Every way ends with a word, and then with `next`, `on_failure` or the end of the call.",
        zh: "凭密码用电话紧急关闭或重新开放工作日历，结束后播报并转出口或挂机",
    },
    keys: &[
        row(
            "calendar",
            Form::Calendar,
            Need::Required,
            "A calendar of `calendars.toml` that has a `pin`.",
            "有密码的工作日历",
        ),
        row(
            "next",
            Form::Node,
            Need::Optional,
            "After the right PIN, whatever was changed; the call ends without it.",
            "密码正确、办理之后，默认挂机",
        ),
        row(
            "on_failure",
            Form::Node,
            Need::Optional,
            "Without the right PIN, or when it cannot be proved; the call ends without it.",
            "密码不正确或无法核对，默认挂机",
        ),
    ],
    example: "[closing.storm]\ncalendar = \"office\"\nnext = \"welcome\"\non_failure = \"agents\"\n",
    read,
};

#[derive(Debug)]
struct Closing {
    calendar: Name,
    next: Option<Name>,
    on_failure: Option<Name>,
    /// How long to wait for a first key and for each that follows it.
    first_key: Duration,
    next_key: Duration,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (calendar, next) = (section.name("calendar"), section.optional_name("next"));
    let on_failure = section.optional_name("on_failure");
    Ok(Box::new(Closing {
        calendar: calendar?,
        next: next?,
        on_failure: on_failure?,
        first_key: section.timeouts().first_key(FIRST_KEY),
        next_key: section.timeouts().next_key(NEXT_KEY),
    }))
}

/// The node of a number that closes a calendar: the call ends with it.
pub(crate) fn of_number(calendar: &str, place: Place) -> Box<dyn Node> {
    let text = calendar.to_owned();
    Box::new(Closing {
        calendar: Name { text, place },
        next: None,
        on_failure: None,
        first_key: FIRST_KEY,
        next_key: NEXT_KEY,
    })
}

/// How far a caller is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clerk {
    stage: Stage,
    /// How often he failed at the PIN, or at the choices behind it.
    failures: u8,
    /// How often he changed the language.
    changes: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// He keys in the PIN, which then is proved.
    #[default]
    Pin,
    /// He hears how the calendar stands, and chooses to close or to open it.
    Choice,
    /// He chooses for how long.
    HowLong,
    /// He keys in hours.
    Hours,
    /// It is being done.
    Doing,
    /// He hears the last word; whether he had the right PIN.
    Leaving(bool),
}

impl Closing {
    /// Asks for what the stage wants, after what there is to say before.
    fn ask(&self, visit: &mut Visit<'_>, mut parts: Vec<Played>) -> Step<'_> {
        visit.typed().keys.clear();
        match visit.clerk().stage {
            Stage::Pin => {
                parts.push(visit.house(words::PIN));
                parts.extend(words::other_language(visit));
            }
            Stage::Choice => {
                let Some(standing) = standing(visit, &self.calendar.text) else {
                    return self.last_word(visit, words::UNCHECKED, false);
                };
                parts.extend(standing);
            }
            Stage::HowLong => parts.push(visit.house(words::HOW_LONG)),
            Stage::Hours => parts.push(visit.house(words::HOURS)),
            Stage::Doing | Stage::Leaving(_) => {}
        }
        Step::Speak {
            parts,
            interruptible: true,
        }
    }

    /// Asks for the next thing.
    fn turn_to(&self, visit: &mut Visit<'_>, stage: Stage) -> Step<'_> {
        visit.clerk().stage = stage;
        self.ask(visit, Vec::new())
    }

    /// Asks again, after a word where he has keyed in something; or ends.
    fn failed(&self, visit: &mut Visit<'_>, why: Option<&'static str>) -> Step<'_> {
        let clerk = visit.clerk();
        clerk.failures += 1;
        let (is_last, is_pin) = (clerk.failures >= TRIES, clerk.stage == Stage::Pin);
        // E23: counted as a try in vain; a key that was typed ahead is forgotten with it.
        visit.count_failure();
        match (is_last, is_pin) {
            (true, true) => self.last_word(visit, words::GOODBYE, false),
            (true, false) => self.last_word(visit, words::NOTHING, true),
            (false, _) => {
                let said = why.map(|why| visit.house(why));
                self.ask(visit, said.into_iter().collect())
            }
        }
    }

    fn key(&self, visit: &mut Visit<'_>, key: char) -> Step<'_> {
        match (visit.clerk().stage, key) {
            (Stage::Pin, LANGUAGE) if visit.typed().keys.is_empty() => self.speak_other(visit),
            (Stage::Pin, '0'..='9') => self.digit(visit, key, PIN_MAX),
            (Stage::Hours, '0'..='9') => self.digit(visit, key, HOURS_MAX),
            (Stage::Pin | Stage::Hours, END) => self.finish(visit),
            (Stage::Choice, '1') => self.turn_to(visit, Stage::HowLong),
            (Stage::Choice, '2') if words::is_closed(visit, &self.calendar.text) => {
                self.wish(visit, CalendarWish::Open)
            }
            (Stage::HowLong, '1') => self.wish(visit, CalendarWish::Close(ClosedFor::Change)),
            (Stage::HowLong, '2') => self.turn_to(visit, Stage::Hours),
            (Stage::HowLong, '3') => self.wish(visit, CalendarWish::Close(ClosedFor::Longest)),
            (Stage::Pin, _) => self.failed(visit, Some(words::WRONG)),
            (Stage::Choice | Stage::HowLong | Stage::Hours, _) => {
                self.failed(visit, Some(words::BAD))
            }
            (Stage::Doing | Stage::Leaving(_), _) => Step::Stay,
        }
    }

    fn digit(&self, visit: &mut Visit<'_>, digit: char, most: usize) -> Step<'_> {
        visit.typed().keys.push(digit);
        if visit.typed().keys.len() < most {
            return Step::Listen {
                time: self.next_key,
            };
        }
        // Who was told "and then the hash key" presses it also when the length has ended the digits.
        visit.swallow(END, self.next_key);
        self.finish(visit)
    }

    /// The digits are whole.
    fn finish(&self, visit: &mut Visit<'_>) -> Step<'_> {
        let digits = std::mem::take(&mut visit.typed().keys);
        if visit.clerk().stage == Stage::Hours {
            return match digits.parse() {
                Ok(hours) if hours > 0 => {
                    self.wish(visit, CalendarWish::Close(ClosedFor::Hours(hours)))
                }
                Ok(_) | Err(_) => self.failed(visit, Some(words::BAD)),
            };
        }
        if digits.is_empty() {
            return self.failed(visit, Some(words::WRONG));
        }
        let calendar = self.calendar.text.clone();
        Step::Ask {
            question: Question::Pin(PinQuestion { calendar, digits }),
            patience: PATIENCE,
        }
    }

    fn wish(&self, visit: &mut Visit<'_>, wish: CalendarWish) -> Step<'_> {
        visit.clerk().stage = Stage::Doing;
        Step::SetCalendar {
            calendar: &self.calendar.text,
            wish,
        }
    }

    /// What is said of the PIN.
    fn proved(&self, visit: &mut Visit<'_>, answer: &Answer) -> Step<'_> {
        match answer {
            Answer::Found(_) => {
                visit.clerk().failures = 0;
                self.turn_to(visit, Stage::Choice)
            }
            Answer::Missing => self.failed(visit, Some(words::WRONG)),
            Answer::Bad(_) => self.last_word(visit, words::LOCKED, false),
            Answer::NoAnswer(_) => self.last_word(visit, words::UNCHECKED, false),
        }
    }

    /// What was done.
    fn done(&self, visit: &mut Visit<'_>, set: CalendarSet) -> Step<'_> {
        let parts = match set {
            CalendarSet::Closed { until: end } => {
                let mut parts = until(visit, &self.calendar.text, words::DONE, end);
                parts.push(Played::Breath);
                parts.push(visit.house(words::GOODBYE));
                parts
            }
            CalendarSet::Opened => vec![visit.house(words::OPENED)],
            CalendarSet::Refused => {
                visit.clerk().stage = Stage::HowLong;
                return self.failed(visit, Some(words::BAD));
            }
        };
        visit.clerk().stage = Stage::Leaving(true);
        Step::Speak {
            parts,
            interruptible: false,
        }
    }

    /// `*`: the same in the script's next language.
    fn speak_other(&self, visit: &mut Visit<'_>) -> Step<'_> {
        let Some(language) = visit.other_language().map(str::to_owned) else {
            return self.failed(visit, Some(words::WRONG));
        };
        let clerk = visit.clerk();
        clerk.changes += 1;
        if clerk.changes > CHANGES {
            return self.last_word(visit, words::GOODBYE, false);
        }
        visit.speak(&language);
        Step::Speak {
            parts: vec![words::in_language(&language, words::PIN)],
            interruptible: true,
        }
    }

    fn last_word(&self, visit: &mut Visit<'_>, word: &'static str, knew: bool) -> Step<'_> {
        visit.clerk().stage = Stage::Leaving(knew);
        house(visit, word)
    }

    fn heard(&self, visit: &mut Visit<'_>) -> Step<'_> {
        let exit = match visit.clerk().stage {
            Stage::Leaving(true) => &self.next,
            Stage::Leaving(false) => &self.on_failure,
            Stage::Pin | Stage::Choice | Stage::HowLong | Stage::Hours | Stage::Doing => {
                return Step::Listen {
                    time: self.first_key,
                };
            }
        };
        match exit {
            Some(exit) => Step::Go(exit),
            None => Step::HangUp(HangUpCause::Normal),
        }
    }
}

impl Node for Closing {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.refers(ReferenceKind::Calendar, &self.calendar);
        claims.refers(ReferenceKind::Pin, &self.calendar);
        claims.end = Some(End::Calendar);
        // Who does nothing never comes behind the PIN; who falls silent behind a digit waits for the next one first.
        let wait = self.first_key.max(self.next_key);
        claims.kept = (wait + SENTENCE) * u32::from(TRIES) + PATIENCE + GRACE;
        claims.sentences = u32::from(TRIES) + 1;
        claims.house.extend(ALL);
        claims.reads_back = Some(self.calendar.place);
        claims.listens = true;
        claims.secret = true;
        claims.sample = Some(Sample {
            keys: "1".repeat(PIN_SAMPLE),
            until: Some(END),
            max: PIN_MAX,
        });
        if let Some(next) = &self.next {
            claims.exit(Cause::Pin(&self.calendar), next);
        }
        if let Some(on_failure) = &self.on_failure {
            claims.exit(Cause::Failure, on_failure);
        }
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        visit.trace_as(self.calendar.text.clone());
        if !visit.may_choose() {
            return self.last_word(visit, words::GOODBYE, false);
        }
        self.ask(visit, Vec::new())
    }

    fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        match event {
            Event::Heard => self.heard(visit),
            Event::Key(key) => self.key(visit, *key),
            Event::TimedOut if visit.typed().keys.is_empty() => self.failed(visit, None),
            Event::TimedOut => self.finish(visit),
            Event::Outcome(Outcome::Answered(answer)) => self.proved(visit, answer),
            Event::Outcome(Outcome::CalendarSet(set)) => self.done(visit, *set),
            Event::Outcome(
                Outcome::QueueLeft(_)
                | Outcome::CallbackAnswered(_)
                | Outcome::TransferFailed(_)
                | Outcome::Returned(_)
                | Outcome::Recorded(_)
                | Outcome::RecordFailed,
            ) => Step::impossible(event),
        }
    }
}
