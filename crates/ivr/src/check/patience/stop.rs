//! What one stop keeps a caller for who falls silent there, wherever in it he does: the longest of all that he can hear (E22).
//!
//! Sounds last what they last; a text that has no sound yet is read aloud. What a caller hears who falls silent at the first
//! question, at a later one or when his answer is said back are different ways, and never all of them.

use std::time::Duration;

use super::super::house::{Graph, House, Stop};
use crate::claim::{Claims, FormAsked, Heard, SaidBack};
use crate::place::Name;
use crate::script::{Script, house_sound, own_sound};
use crate::sentence::piece_name;
use crate::spoken::read_aloud;
use crate::survey::{COMMENT, INTRO, SurveyForm};

/// A digit that is said after a prompt, and how many those may be.
const DIGIT: Duration = Duration::from_millis(450);
const DIGITS: u32 = 32;
/// A breath between groups of them.
const BREATH: Duration = Duration::from_millis(250);
/// A value in a sentence: a telephone number takes so long, and most take less.
const VALUE: Duration = Duration::from_secs(8);
/// Words of the house that have no sound yet.
const SENTENCE: Duration = Duration::from_secs(5);
/// The tone after which one speaks.
const TONE: Duration = Duration::from_secs(1);

/// What a caller is kept for, from a stop on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kept {
    pub(super) time: Duration,
    pub(super) prompts: u32,
}

impl Kept {
    /// One prompt.
    const fn prompt(time: Duration) -> Self {
        Self { time, prompts: 1 }
    }

    /// A wait without one.
    const fn wait(time: Duration) -> Self {
        Self { time, prompts: 0 }
    }

    /// One after the other.
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            time: self.time.saturating_add(other.time),
            prompts: self.prompts.saturating_add(other.prompts),
        }
    }

    const fn times(self, times: u32) -> Self {
        Self {
            time: self.time.saturating_mul(times),
            prompts: self.prompts.saturating_mul(times),
        }
    }

    /// The longer of two ways, each figure by itself.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            time: self.time.max(other.time),
            prompts: self.prompts.max(other.prompts),
        }
    }
}

/// What a stop keeps him for by itself.
pub(super) fn keeps(graph: &Graph<'_>, house: &House<'_>, stop: Stop<'_>) -> Kept {
    let (Some(claims), Some(script)) = (graph.claims(stop), graph.script(stop.0)) else {
        return Kept::default();
    };
    let from_the_first = Kept {
        time: claims.kept,
        prompts: claims.sentences,
    };
    let heard = claims.heard.iter();
    let heard = heard.map(|it| Kept::prompt(prompted(script, house, it)).times(it.times));
    let from_the_first = heard.fold(from_the_first, Kept::and);
    let from_the_first = from_the_first.and(said(script, house, stop.1, claims));
    let asked = claims.asks_form.as_ref();
    let asked = asked.map(|it| asked_form(graph, house, it));
    from_the_first.or(asked.unwrap_or_default())
}

/// What each later point keeps him for at which he may fall silent, with the exit by which it leads on if it has one of its own.
pub(super) fn lulls<'s>(
    graph: &Graph<'s>,
    house: &House<'_>,
    stop: Stop<'s>,
) -> Vec<(Kept, Option<&'s Name>)> {
    let (Some(claims), Some(script)) = (graph.claims(stop), graph.script(stop.0)) else {
        return Vec::new();
    };
    let back = claims.says_back.as_ref();
    let back = back.map(|it| (said_back(script, house, it), None));
    let lulls = claims.lulls.iter().map(|lull| {
        let waits = Kept {
            time: lull.time,
            prompts: lull.sentences,
        };
        let again = lull.again.map_or(Kept::default(), |(prompt, times)| {
            Kept::prompt(lasts(script, house, &prompt.text)).times(times)
        });
        (waits.and(again), lull.to)
    });
    back.into_iter().chain(lulls).collect()
}

/// A sentence with values, in the language in which it is longest.
fn said(script: &Script, house: &House<'_>, node: &str, claims: &Claims<'_>) -> Kept {
    let Some(says) = &claims.says else {
        return Kept::default();
    };
    let once = says.iter().map(|(language, sentence)| {
        let texts = sentence.texts().map(|(number, text)| {
            let name = piece_name(node, number);
            let sound = own_sound(script.name().as_str(), &language.text, &name);
            (house.lasts)(&sound).unwrap_or_else(|| read_aloud(text))
        });
        texts.sum::<Duration>() + VALUE * u32::try_from(sentence.values().count()).unwrap_or(1)
    });
    Kept::prompt(once.max().unwrap_or_default())
}

/// A prompt, with what is said after it.
fn prompted(script: &Script, house: &House<'_>, heard: &Heard<'_>) -> Duration {
    let digits = if heard.digits {
        DIGIT.saturating_mul(DIGITS)
    } else {
        Duration::ZERO
    };
    lasts(script, house, &heard.prompt.text) + digits
}

/// How long a prompt lasts in the language in which it is longest.
fn lasts(script: &Script, house: &House<'_>, prompt: &str) -> Duration {
    let texts = script.prompts.get(prompt);
    let texts = texts.into_iter().flat_map(|prompt| &prompt.texts);
    let spoken = texts.map(|(language, text)| {
        let sound = own_sound(script.name().as_str(), language, prompt);
        (house.lasts)(&sound).unwrap_or_else(|| read_aloud(&text.text))
    });
    spoken.max().unwrap_or_default()
}

/// E5: he has keyed in what he was asked for, and does not say whether it is right.
fn said_back(script: &Script, house: &House<'_>, back: &SaidBack) -> Kept {
    let said = script.languages().iter().map(|language| {
        let words = back.words.iter().map(|word| house_sound(language, word));
        let words = words.map(|sound| (house.lasts)(&sound).unwrap_or(SENTENCE));
        let answer = (back.sounds)(language);
        let answer = answer.iter().filter_map(|sound| (house.lasts)(sound)).max();
        let answer = answer.unwrap_or(DIGIT).saturating_mul(back.said);
        words.sum::<Duration>().saturating_add(answer)
    });
    let breaths = BREATH.saturating_mul(back.breaths);
    let said = said.max().unwrap_or_default().saturating_add(breaths);
    let said = Kept::prompt(said).and(Kept::wait(back.timeout));
    Kept::wait(back.pause).and(said.times(back.times))
}

/// J1: he falls silent at the first question, at a later one, or when he is asked to say more.
fn asked_form(graph: &Graph<'_>, house: &House<'_>, asked: &FormAsked<'_>) -> Kept {
    let script = graph.script(SurveyForm::script_of(&asked.form.text).as_str());
    let Some((script, form)) = script.and_then(|script| Some((script, script.form()?))) else {
        // A form that is not there is told with the other names.
        return Kept::default();
    };
    let prompt = |name: &str| Kept::prompt(lasts(script, house, name));
    let timeout = Kept::wait(form.timeout.max(asked.timeout));
    let questions = form.questions.iter().enumerate().map(|(at, question)| {
        let tries = prompt(&question.name).and(timeout).times(form.tries.into());
        if at == 0 && form.intro {
            prompt(INTRO).and(tries)
        } else {
            tries
        }
    });
    let comment = form.comment.map(|_| {
        let speaks = Kept::wait(asked.comment.saturating_add(TONE));
        prompt(COMMENT).and(speaks)
    });
    questions.chain(comment).fold(Kept::default(), Kept::or)
}
