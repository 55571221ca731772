//! A caller's story as a `[[test]]` that fails until the script is mended (E22).
//!
//! A story says which ways a caller comes; a test says what he does and what the world answers. So the story is rehearsed: at each
//! of its stops what it says happens, at a moment at which its calendars stand as it says, and where conditions decide, callers
//! and answers are tried out of the values that the conditions name, a bounded number of them. The first call that comes all the
//! way is the test. What it wants is what the finding misses, and nothing of how the script should be mended.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use model::{CalendarState, ScriptName, Timestamp};

use super::story::{Deed, Story, Wanted};
use crate::ask::{Answer, AnswerKind, RESULT};
use crate::claim::Sample;
use crate::rehearsal::{
    Asked, Awaits, Circumstances, Done, Happening, Rehearsal, Surroundings, clock, quoted, test,
};
use crate::script::Script;
use crate::told;
use crate::told::Told;
use crate::value::{Number, Type, Value};

/// 2026-01-05T10:00:00+08:00, a Monday: when callers of tests call.
const MONDAY_MS: i64 = 1_767_578_400_000;
/// Moments are looked for every half an hour, for two years.
const STEP_MS: i64 = 30 * 60_000;
const STEPS: i64 = 2 * 366 * 48;
/// A call is over by then.
const CALL_MS: i64 = 15 * 60_000;
/// Most calls that are tried out for one story.
const CALLS_MAX: usize = 2_000;
/// Most things that happen in one of them.
const HAPPENINGS_MAX: usize = 2_000;
/// How long he speaks who speaks.
const SPEAKS: Duration = Duration::from_secs(10);

impl Story {
    /// The script where it begins, whose test it is.
    pub fn script(&self) -> &str {
        &self.first.0
    }

    /// The name of its test: the story, and what should be true of it.
    pub fn test_name(&self) -> Told {
        use speech::Language::{Chinese, English};
        let wish = self.wish();
        Told {
            en: format!("{}: {}", self.said_in(English), wish.en),
            zh: format!("{}：{}", self.said_in(Chinese), wish.zh),
        }
    }

    /// As a test of this name, in the words of the script's file; why not, if it cannot be told so.
    pub fn as_test(&self, name: &str, around: &Surroundings<'_>) -> Result<String, Told> {
        let script = around.environment.scripts.get(self.script());
        let script = script.ok_or_else(|| told!("its script cannot be read", "流程无法读取"))?;
        let (at, closed) = self.moment(around).ok_or_else(|| {
            told!(
                "no moment within two years was found at which the calendars stand so",
                "两年内没有日历如此的时刻"
            )
        })?;
        let mut calls = Calls::of(self, script, around);
        for _ in 0..CALLS_MAX {
            let Some(call) = calls.next(at, &closed) else {
                break;
            };
            if let Some(done) = self.rehearsed(script, &call, around) {
                let clock = clock(script, around.environment.calendars);
                let at = clock.map_or_else(|| at.to_string(), |clock| clock.written(at));
                return Ok(self.written(name, &at, &call.circumstances, done));
            }
        }
        Err(told!(
            "no caller was found who comes this way: its conditions ask for more than can be tried out",
            "没有找到如此经过的来电：条件超出可试范围"
        ))
    }

    fn written(
        &self,
        name: &str,
        at: &str,
        circumstances: &Circumstances,
        mut done: Vec<Done>,
    ) -> String {
        let expected = match self.wanted {
            Wanted::EndsWell => vec![("ends", quoted("well"))],
            Wanted::Within(patience) => vec![
                ("silent_prompts_max", patience.prompts.to_string()),
                ("silent_s_max", patience.time.as_secs().to_string()),
            ],
            Wanted::PersonBy(key) => {
                done.push(Done {
                    happening: Happening::Key(key),
                    awaited: Awaits::Key,
                    is_secret: false,
                });
                vec![("ends", quoted("person"))]
            }
        };
        test(name, at, circumstances, &done, &expected)
    }

    /// A moment at which all calendars of the story stand as it says, and those that are closed out of turn.
    fn moment(&self, around: &Surroundings<'_>) -> Option<(Timestamp, BTreeSet<String>)> {
        let mut wanted: Vec<(&str, CalendarState)> = Vec::new();
        let mut closed = BTreeSet::new();
        for leg in &self.legs {
            if let Deed::Hours(calendar, state) = &leg.by {
                if *state == CalendarState::Emergency {
                    closed.insert(calendar.clone());
                } else {
                    wanted.push((calendar, *state));
                }
            }
        }
        let calendars = around.environment.calendars;
        let stands = |at: i64| {
            wanted.iter().all(|(name, state)| {
                let calendar = calendars.get(*name);
                calendar.is_some_and(|it| it.state_at(Timestamp::from_ms(at)) == *state)
            })
        };
        let moments = (0..STEPS).map(|step| MONDAY_MS + step * STEP_MS);
        let mut moments = moments.filter(|at| stands(*at) && stands(*at + CALL_MS));
        Some((Timestamp::from_ms(moments.next()?), closed))
    }

    /// What happens in a call that comes all the way; none if it comes elsewhere.
    fn rehearsed(
        &self,
        script: &Arc<Script>,
        call: &Call,
        around: &Surroundings<'_>,
    ) -> Option<Vec<Done>> {
        let mut rehearsal = Rehearsal::begin(script, call.circumstances.clone(), around);
        let mut walker = Walker::new(self, call);
        for _ in 0..HAPPENINGS_MAX {
            if walker.has_arrived(&rehearsal) {
                return Some(rehearsal.done().to_vec());
            }
            let happening = walker.next(&rehearsal, around)?;
            rehearsal.happens(around, happening).ok()?;
        }
        None
    }
}

/// One caller who may come the story's way.
#[derive(Debug)]
struct Call {
    circumstances: Circumstances,
    /// What he keys in, where a text is tried out.
    text: Option<String>,
    number: Number,
    truth: bool,
}

/// The callers that are tried out: every combination of what the story's conditions name.
#[derive(Debug)]
struct Calls {
    called: Option<String>,
    callers: Vec<String>,
    vips: Vec<u8>,
    languages: Vec<Option<String>>,
    texts: Vec<Option<String>>,
    numbers: Vec<Number>,
    parameters: BTreeMap<String, Type>,
    at: usize,
}

impl Calls {
    fn of(story: &Story, script: &Arc<Script>, around: &Surroundings<'_>) -> Self {
        let usual = Circumstances::at(Timestamp::from_ms(MONDAY_MS));
        let mut calls = Self {
            called: story.called.clone(),
            callers: vec![usual.caller, String::new()],
            vips: vec![0],
            languages: vec![None],
            texts: vec![None],
            numbers: vec![Number::whole(1)],
            parameters: script.parameters.clone(),
            at: 0,
        };
        let from = std::iter::once(&story.first).chain(story.legs.iter().map(|leg| &leg.to));
        for ((script, node), leg) in from.zip(&story.legs) {
            let script = around.environment.scripts.get(script.as_str());
            let placed = script.and_then(|script| script.nodes.get(node));
            let (Deed::Condition, Some(script), Some(placed)) = (&leg.by, script, placed) else {
                continue;
            };
            calls
                .languages
                .extend(script.languages.iter().cloned().map(Some));
            for (expression, _) in placed.claims().expressions {
                expression
                    .literals()
                    .into_iter()
                    .for_each(|it| calls.try_out(it));
            }
        }
        once(&mut calls.callers);
        once(&mut calls.vips);
        once(&mut calls.languages);
        once(&mut calls.texts);
        once(&mut calls.numbers);
        calls
    }

    /// A value that a condition names: what equals it, begins with it, or is beside it.
    fn try_out(&mut self, value: &Value) {
        match value {
            Value::Text(text) => {
                self.callers.push(format!("{text:0<11}"));
                self.callers.push(text.clone());
                self.texts.push(Some(text.clone()));
            }
            Value::Number(number) => {
                let whole = number.as_whole().unwrap_or_default();
                for near in [whole, whole.saturating_sub(1), whole.saturating_add(1)] {
                    self.numbers.push(Number::whole(near));
                    self.vips.extend(u8::try_from(near));
                }
            }
            Value::Truth(_) => {}
        }
    }

    /// The next of them, at a moment and with these calendars closed.
    fn next(&mut self, at: Timestamp, closed: &BTreeSet<String>) -> Option<Call> {
        let mut rest = self.at;
        let mut digit = |length: usize| {
            let digit = rest % length.max(1);
            rest /= length.max(1);
            digit
        };
        let (vip, text, number, truth, caller, language) = (
            self.vips.get(digit(self.vips.len())).copied()?,
            self.texts.get(digit(self.texts.len())).cloned()?,
            self.numbers.get(digit(self.numbers.len())).copied()?,
            digit(2) == 0,
            self.callers.get(digit(self.callers.len())).cloned()?,
            self.languages.get(digit(self.languages.len())).cloned()?,
        );
        if rest > 0 {
            return None;
        }
        self.at += 1;
        let mut circumstances = Circumstances::at(at);
        circumstances.called = self.called.clone().unwrap_or(circumstances.called);
        (circumstances.caller, circumstances.vip) = (caller, vip);
        (circumstances.language, circumstances.closed) = (language, closed.clone());
        let mut call = Call {
            circumstances,
            text,
            number,
            truth,
        };
        let given = self.parameters.iter();
        let given = given.map(|(name, kind)| (name.clone(), call.value(Some(*kind))));
        call.circumstances.given = given.collect();
        Some(call)
    }
}

/// Each value once, where it came first.
fn once<T: PartialEq + Clone>(values: &mut Vec<T>) {
    let mut known: Vec<T> = Vec::new();
    values.retain(|value| {
        let is_new = !known.contains(value);
        known.extend(is_new.then(|| value.clone()));
        is_new
    });
}

impl Call {
    fn value(&self, kind: Option<Type>) -> Value {
        match kind {
            Some(Type::Number) => Value::Number(self.number),
            Some(Type::Truth) => Value::Truth(self.truth),
            Some(Type::Text) | None => {
                Value::Text(self.text.clone().unwrap_or_else(|| "1".to_owned()))
            }
        }
    }
}

/// How far a caller is on the story's way.
struct Walker<'s> {
    story: &'s Story,
    call: &'s Call,
    /// Legs that he has behind him, and stops of the run that were looked at.
    legs: usize,
    seen: usize,
    /// What he does one after the other at this stop.
    typed: VecDeque<Happening>,
    /// Whether he has keyed in, or said, what he is asked for at this stop.
    has_done: bool,
    /// Whether he has come to where the story does not.
    is_lost: bool,
}

impl<'s> Walker<'s> {
    const fn new(story: &'s Story, call: &'s Call) -> Self {
        Self {
            story,
            call,
            legs: 0,
            seen: 1,
            typed: VecDeque::new(),
            has_done: false,
            is_lost: false,
        }
    }

    /// Where the story has him.
    fn here(&self) -> &'s (String, String) {
        let last = self.legs.checked_sub(1);
        let last = last.and_then(|last| self.story.legs.get(last));
        last.map_or(&self.story.first, |leg| &leg.to)
    }

    /// Whether he is where the story ends. Only stops of a part that another script does may lie between its own.
    fn has_arrived(&mut self, rehearsal: &Rehearsal) -> bool {
        for (script, node) in rehearsal.stops().iter().skip(self.seen) {
            self.seen += 1;
            match self.story.legs.get(self.legs) {
                None => return !self.is_lost,
                Some(leg) if is_at(&leg.to, script, node) => {
                    self.legs += 1;
                    self.typed.clear();
                    self.has_done = false;
                }
                Some(_) => self.is_lost |= self.here().0 == script.as_str(),
            }
        }
        !self.is_lost && self.legs == self.story.legs.len()
    }

    /// What happens next.
    fn next(&mut self, rehearsal: &Rehearsal, around: &Surroundings<'_>) -> Option<Happening> {
        let (script, node) = rehearsal.stops().last()?;
        let leg = self.story.legs.get(self.legs).filter(|_| !self.is_lost)?;
        let deed = if is_at(self.here(), script, node) {
            &leg.by
        } else {
            &Deed::Nothing
        };
        Some(match (rehearsal.awaits(), deed) {
            (Awaits::Key | Awaits::Queue(_), Deed::Key(key)) => Happening::Key(*key),
            (Awaits::Key, Deed::Input) => self.keys_in(script, node, around)?,
            (Awaits::Key, Deed::Pin) => self.proves_pin(script, node, around)?,
            (Awaits::Key, Deed::Dials(digits)) => self.dials(digits),
            (Awaits::Voice { .. }, Deed::Speaks) if self.has_done => Happening::Key('#'),
            (Awaits::Voice { .. }, Deed::Speaks) => {
                self.has_done = true;
                Happening::Speaks(SPEAKS)
            }
            (Awaits::Key | Awaits::Voice { .. }, _) => Happening::Silence,
            (Awaits::Queue(_), Deed::Queue(exit)) => Happening::Queue(Some(*exit)),
            (Awaits::Transfer(_), Deed::Transfer(failure)) => Happening::Transfer(Some(*failure)),
            (Awaits::Callback(_), Deed::Callback(answer)) => Happening::Callback(*answer),
            (Awaits::Answer { asked, .. }, Deed::Key(key)) if asked.hears_keys => {
                Happening::Key(*key)
            }
            (Awaits::Answer { asked, .. }, Deed::Result(result)) => {
                Happening::Answer(self.result(asked, result))
            }
            (Awaits::Answer { asked, .. }, Deed::Answer(kind)) => {
                Happening::Answer(self.answer(asked, *kind))
            }
            (Awaits::Answer { asked, .. }, _) => Happening::Answer(asked.usual.clone()?),
            (
                Awaits::Queue(_) | Awaits::Transfer(_) | Awaits::Callback(_) | Awaits::Nothing(_),
                _,
            ) => return None,
        })
    }

    /// The next key of what he keys in, and a pause where nothing else ends it; then the key that takes what is said back to him.
    fn keys_in(
        &mut self,
        script: &ScriptName,
        node: &str,
        around: &Surroundings<'_>,
    ) -> Option<Happening> {
        if !self.has_done {
            self.has_done = true;
            let input = input_of(script, node, around)?;
            let is_keys = |text: &&String| text.chars().all(crate::section::is_phone_key);
            let text = self.call.text.as_ref().filter(is_keys);
            self.typed = input.happenings(text.unwrap_or(&input.keys));
        }
        Some(self.typed.pop_front().unwrap_or(Happening::Key('1')))
    }

    /// The next key of a PIN, which is right; then he does nothing.
    fn proves_pin(
        &mut self,
        script: &ScriptName,
        node: &str,
        around: &Surroundings<'_>,
    ) -> Option<Happening> {
        if !self.has_done {
            self.has_done = true;
            let input = input_of(script, node, around)?;
            self.typed = input.happenings(&input.keys);
        }
        Some(self.typed.pop_front().unwrap_or(Happening::Silence))
    }

    /// The next digit of an extension; then it is waited for whether more follow.
    fn dials(&mut self, digits: &str) -> Happening {
        if !self.has_done {
            self.has_done = true;
            self.typed = digits.chars().map(Happening::Key).collect();
        }
        self.typed.pop_front().unwrap_or(Happening::Silence)
    }

    /// What a bot brings with a result.
    fn result(&self, asked: &Asked, result: &str) -> Answer {
        let mut answer = self.answer(asked, AnswerKind::Found);
        if let Answer::Found(found) = &mut answer {
            found.insert(RESULT.to_owned(), Value::Text(result.to_owned()));
        }
        answer
    }

    fn answer(&self, asked: &Asked, kind: AnswerKind) -> Answer {
        let why = || "as the story says".to_owned();
        match kind {
            AnswerKind::Found => asked.usual.clone().unwrap_or_else(|| {
                let wanted = asked.wanted.iter();
                let found = wanted.map(|(name, kind)| (name.clone(), self.call.value(*kind)));
                Answer::Found(found.collect())
            }),
            AnswerKind::Missing => Answer::Missing,
            AnswerKind::Bad => Answer::Bad(why()),
            AnswerKind::NoAnswer => Answer::NoAnswer(why()),
        }
    }
}

/// What a node takes of keys.
fn input_of(script: &ScriptName, node: &str, around: &Surroundings<'_>) -> Option<Sample> {
    let script = around.environment.scripts.get(script)?;
    script.nodes.get(node)?.claims().sample
}

impl Sample {
    /// How this is keyed in: it ends with the end key, by its length, or where there is no such key by a pause (E2).
    fn happenings(&self, keys: &str) -> VecDeque<Happening> {
        let is_ended = keys.chars().count() >= self.max || keys.chars().last() == self.until;
        let end = self.until.map_or(Happening::Silence, Happening::Key);
        let keys = keys.chars().map(Happening::Key);
        keys.chain((!is_ended).then_some(end)).collect()
    }
}

fn is_at(place: &(String, String), script: &ScriptName, node: &str) -> bool {
    place.0 == script.as_str() && place.1 == node
}
