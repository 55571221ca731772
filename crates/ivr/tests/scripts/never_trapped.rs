//! Properties: no text breaks the reader, and no caller is trapped in a script that `check` lets pass (E22, S21).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use ivr::{
    Answer, AskId, CalendarSet, CallbackAnswer, Effect, Entry, Environment, House, Input, Patience,
    Played, QueueExit, Run, Script, TransferFailure, check, check_house, parse,
};
use model::{CallId, Caller, RecordingId, ScriptName};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use crate::good_script::{GOOD, calendars, plan, world};

/// Many nodes of every kind, to be broken.
const RICH: &str = include_str!("../../../../ivr-scripts/main.toml");

/// Reads and proves; the script when neither found an error.
pub(crate) fn passes(text: &str) -> Option<Arc<Script>> {
    let (script, found) = parse(ScriptName::from("main"), "main.toml", text);
    let script = script?;
    let mut world = world();
    world.sounds.extend(script.sounds());
    let proved = check(&script, &world);
    let errors = found.iter().chain(&proved).any(ivr::Diagnostic::is_error);
    for one in found.iter().chain(&proved) {
        assert!(
            one.line >= 1
                && one.column >= 1
                && !one.message.en.is_empty()
                && !one.message.zh.is_empty(),
            "{one}"
        );
    }
    (!errors).then(|| Arc::new(script))
}

/// What callers say.
const RECORDING: RecordingId = RecordingId::whole(CallId::new(1));
/// A morning.
const MONDAY: Duration = Duration::from_secs(1_795_140_000);
const PROMPT: Duration = Duration::from_secs(5);
/// At most so long is the tone after which one speaks.
const TONE: Duration = Duration::from_secs(1);

fn entry() -> Entry {
    Entry {
        caller: Caller::withheld(),
        vip_level: 1,
        called: "4000".to_owned(),
        trunk: String::new(),
        diverted_from: String::new(),
        language: None,
    }
}

/// Reads and proves, also that nobody who does nothing is kept for longer than this.
fn keeps_within(text: &str, patience: Patience) -> Option<Arc<Script>> {
    let (script, _) = parse(ScriptName::from("main"), "main.toml", text);
    let scripts = [script?];
    let found = check_house(&House {
        scripts: &scripts,
        entrances: &[],
        enters: &|_| None,
        lasts: &|_| Some(PROMPT),
        patience,
    });
    found.is_empty().then(|| passes(text)).flatten()
}

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// By the script, or with somebody.
    Ended,
    /// By a budget.
    Faulted,
    /// Not at all.
    Trapped,
}

/// Drives a call by dice: each die is a key or a pause, and may say early what becomes of waiting. A prompt lasts five
/// seconds and a queue or a ring a minute, whatever the caller presses meanwhile; when the dice are used up he presses
/// nothing more.
fn call(script: Arc<Script>, dice: &[u8]) -> End {
    let calendars = calendars();
    let scripts = BTreeMap::new();
    let environment = Environment {
        calendars: &calendars,
        scripts: &scripts,
        plan: &plan(),
    };
    let mut run = Run::new(script, entry());
    let mut now = MONDAY;
    run.handle_input(now, &environment, Input::Start);
    let mut dice = dice.iter().copied();
    let (mut heard_at, mut left_at, mut silent_at) = (None, None, None);
    let mut asked = AskId(Duration::ZERO);
    for _ in 0..100_000 {
        while let Some(effect) = run.poll_effect() {
            match effect {
                Effect::HangUp { .. } => return End::Ended,
                Effect::Faulted { .. } => return End::Faulted,
                Effect::Play { .. } => heard_at = Some(now + Duration::from_secs(5)),
                Effect::StopPlay => heard_at = None,
                Effect::JoinQueue { .. } | Effect::Transfer { .. } => {
                    left_at = Some(now + Duration::from_secs(60))
                }
                Effect::RequestCallback { number, .. } => {
                    let answer = match number {
                        Some(_) => CallbackAnswer::Promised,
                        None => CallbackAnswer::BadNumber,
                    };
                    run.handle_input(now, &environment, Input::CallbackAnswered(answer));
                }
                Effect::LeaveQueue => left_at = None,
                Effect::Record { silence, .. } => {
                    run.handle_input(now, &environment, Input::RecordBegan(RECORDING));
                    silent_at = Some(now + silence);
                }
                Effect::StopRecord => silent_at = None,
                Effect::Ask(ask) | Effect::Converse(ask) => asked = ask.id,
                Effect::SetCalendar { .. } => {
                    let opened = Input::CalendarSet(CalendarSet::Opened);
                    run.handle_input(now, &environment, opened);
                }
                Effect::Entered { .. }
                | Effect::GaveUp { .. }
                | Effect::Unsaid { .. }
                | Effect::LanguageSet(_)
                | Effect::LeaveMessage { .. }
                | Effect::SettleRecord { .. }
                | Effect::FileTicket(_)
                | Effect::Identify(_)
                | Effect::SurveyAsked { .. }
                | Effect::SurveyDone(_)
                | Effect::PassKey(_)
                | Effect::EndConversation(_)
                | Effect::Hold => {}
            }
        }
        let due = [heard_at, left_at, silent_at, run.poll_timeout()]
            .into_iter()
            .flatten()
            .min();
        // Nothing that could ever happen again, and yet no end.
        let Some(due) = due else {
            return End::Trapped;
        };
        let die = dice.next();
        let next = die.map_or(due, |die| {
            now + Duration::from_millis(100 + u64::from(die) * 10)
        });
        if due <= next {
            now = due;
            if heard_at.take_if(|at| *at <= now).is_some() {
                run.handle_input(now, &environment, Input::PlayDone);
            } else if left_at.take_if(|at| *at <= now).is_some() {
                // Both are said; the one that does not fit is too late and ignored.
                run.handle_input(
                    now,
                    &environment,
                    Input::TransferFailed(TransferFailure::NoAnswer),
                );
                run.handle_input(now, &environment, Input::QueueLeft(QueueExit::Timeout));
            } else if silent_at.take_if(|at| *at <= now).is_some() {
                run.handle_input(now, &environment, Input::FellSilent);
            } else {
                run.handle_timeout(now, &environment);
            }
            continue;
        }
        now = next;
        let key = die.and_then(|die| "0123456789*#ABCD".chars().nth(usize::from(die / 16)));
        let input = match (die.unwrap_or(0) % 16, key) {
            (12, _) => Input::Spoke,
            (13, _) => Input::Answered(asked, answer(die.unwrap_or(0) / 16)),
            (14, _) => Input::QueueLeft(QueueExit::Full),
            (15, _) => Input::TransferFailed(TransferFailure::Busy),
            (_, Some(key)) => Input::Key(key),
            (_, None) => Input::PlayDone,
        };
        run.handle_input(now, &environment, input);
    }
    End::Trapped
}

/// What a look-up brings, by a die.
fn answer(die: u8) -> Answer {
    match die % 4 {
        0 => Answer::Found(BTreeMap::new()),
        1 => Answer::Missing,
        2 => Answer::Bad("status 500".to_owned()),
        _ => Answer::NoAnswer("refused".to_owned()),
    }
}

/// Calls by dice, and then does nothing: how many prompts and how much time until somebody takes him or the call ends,
/// waiting and ringing for at most as long as a script may let ring; a prompt lasts five seconds, the tone one.
fn silence(script: Arc<Script>, dice: &[u8]) -> (u32, Duration) {
    let calendars = calendars();
    let scripts = BTreeMap::new();
    let environment = Environment {
        calendars: &calendars,
        scripts: &scripts,
        plan: &plan(),
    };
    let mut run = Run::new(script, entry());
    let (mut now, mut prompts) = (MONDAY, 0);
    let mut silent_since = now;
    let mut dice = dice.iter().copied();
    run.handle_input(now, &environment, Input::Start);
    loop {
        let mut next = None;
        while let Some(effect) = run.poll_effect() {
            match effect {
                Effect::HangUp { .. } => return (prompts, now - silent_since),
                Effect::Faulted { reason } => panic!("{reason}"),
                Effect::Play { sounds } => {
                    let is_tone = sounds == [Played::Tone];
                    prompts += u32::from(!is_tone);
                    next = Some((if is_tone { TONE } else { PROMPT }, Input::PlayDone));
                }
                Effect::JoinQueue { .. } => {
                    next = Some((Duration::ZERO, Input::QueueLeft(QueueExit::Timeout)));
                }
                Effect::Transfer { ring, .. } => {
                    next = Some((ring, Input::TransferFailed(TransferFailure::NoAnswer)));
                }
                Effect::RequestCallback { .. } => {
                    let full = Input::CallbackAnswered(CallbackAnswer::Full);
                    next = Some((Duration::ZERO, full));
                }
                Effect::Record { silence, .. } => next = Some((silence, Input::FellSilent)),
                Effect::SetCalendar { .. } => {
                    let opened = Input::CalendarSet(CalendarSet::Opened);
                    next = Some((Duration::ZERO, opened));
                }
                Effect::StopPlay
                | Effect::LeaveQueue
                | Effect::StopRecord
                | Effect::LeaveMessage { .. }
                | Effect::SettleRecord { .. }
                // Nobody answers: the run's own patience ends it.
                | Effect::Ask(_)
                | Effect::Converse(_)
                | Effect::PassKey(_)
                | Effect::EndConversation(_)
                | Effect::Hold
                | Effect::Entered { .. }
                | Effect::GaveUp { .. }
                | Effect::Unsaid { .. }
                | Effect::FileTicket(_)
                | Effect::Identify(_)
                | Effect::SurveyAsked { .. }
                | Effect::SurveyDone(_)
                | Effect::LanguageSet(_) => {}
            }
        }
        match (next, dice.next()) {
            (Some((after, input)), _) => {
                now += after;
                run.handle_input(now, &environment, input);
            }
            (None, Some(die)) => {
                let key = "0123456789*#1212".chars().nth(usize::from(die / 16));
                run.handle_input(now, &environment, Input::Key(key.expect("sixteen keys")));
                (prompts, silent_since) = (0, now);
            }
            (None, None) => {
                now = run.poll_timeout().expect("it waits for a key");
                run.handle_timeout(now, &environment);
            }
        }
    }
}

/// A script of random nodes; most are refused, and those that pass must never trap anybody.
pub(crate) fn random_script(nodes: &[(u8, u8, u8, u8)]) -> String {
    let mut text =
        "title = { en = \"x\" }\nlanguages = [\"en\"]\nstart = \"n0\"\n[prompt.p]\nen = \"1 2\"\n"
            .to_owned();
    for (index, (kind, a, b, c)) in nodes.iter().enumerate() {
        // Mostly forward, so that many scripts pass; sometimes anywhere.
        let to = |die: u8| {
            let die = usize::from(die);
            if die % 4 == 0 {
                die / 4 % nodes.len()
            } else {
                index + 1 + die / 4 % (nodes.len() - index).max(1)
            }
        };
        let (a, b, c) = (to(*a), to(*b), to(*c));
        let written = match kind % 13 {
            0 => writeln!(text, "[play.n{index}]\nprompt = \"p\"\nnext = \"n{a}\""),
            1 | 2 => writeln!(
                text,
                "[menu.n{index}]\nprompt = \"p\"\nkeys = {{ 1 = \"n{a}\", 2 = \"n{b}\" }}\non_failure = \"n{c}\""
            ),
            3 => writeln!(
                text,
                "[collect.n{index}]\nprompt = \"p\"\ninto = \"x\"\nmax = 3\nconfirm = {}\nnext = \"n{a}\"\non_failure = \"n{b}\"",
                b % 2 == 0
            ),
            4 => writeln!(
                text,
                "[branch.n{index}]\nwhen = [{{ if = \"caller.vip > 0\", go = \"n{a}\" }}]\notherwise = \"n{b}\""
            ),
            5 => writeln!(
                text,
                "[hours.n{index}]\ncalendar = \"office\"\nopen = \"n{a}\"\nclosed = \"n{b}\""
            ),
            6 => writeln!(
                text,
                "[queue.n{index}]\nqueue = \"support\"\nkeys = {{ 1 = \"n{a}\" }}\non_timeout = \"n{b}\"\non_no_agents = \"n{c}\""
            ),
            7 => writeln!(
                text,
                "[transfer.n{index}]\nto = \"agent:1001\"\non_busy = \"n{a}\"\non_no_answer = \"n{b}\"\non_failure = \"n{c}\""
            ),
            8 => writeln!(
                text,
                "[callback.n{index}]\nqueue = \"support\"\n{}accepted = \"n{a}\"\ndeclined = \"n{b}\"",
                if b % 2 == 0 {
                    "prompt = \"p\"\nnumber = \"called\"\n"
                } else {
                    ""
                }
            ),
            9 => writeln!(
                text,
                "[http.n{index}]\nurl = \"https://cases.example/{{called}}\"\nok = \"n{a}\"\nbad = \"n{b}\"\nnone = \"n{c}\""
            ),
            10 => writeln!(
                text,
                "[record.n{index}]\nprompt = \"p\"\ninto = \"z\"\nnext = \"n{a}\"\non_nothing = \"n{b}\""
            ),
            11 => writeln!(
                text,
                "[bot.n{index}]\nbot = \"helper\"\nmax_s = 30\nkeys = {{ 0 = \"n{a}\" }}\nresults = {{ done = \"n{b}\" }}\non_failure = \"n{c}\""
            ),
            _ => writeln!(
                text,
                "[set.n{index}]\nvalues = {{ y = 1 }}\nnext = \"n{a}\""
            ),
        };
        written.expect("a String takes everything");
    }
    text + &format!("[hangup.n{}]\nprompt = \"p\"\n", nodes.len())
}

/// Applies small edits at characters: remove, double, replace, insert.
fn mutate(text: &str, edits: &[(u16, u8, char)]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for (at, what, letter) in edits {
        let at = usize::from(*at) % letters.len().max(1);
        match (what % 4, letters.get(at).copied()) {
            (0, Some(_)) => drop(letters.remove(at)),
            (1, Some(same)) => letters.insert(at, same),
            (2, Some(_)) => letters[at] = *letter,
            _ => letters.insert(at, *letter),
        }
    }
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_the_reader(text in any::<String>()) {
        passes(&text);
    }

    #[test]
    fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        passes(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_edit_of_a_script_breaks_anything(
        rich in any::<bool>(),
        edits in prop::collection::vec((any::<u16>(), any::<u8>(), prop_oneof![
            prop::sample::select("\"'{}[]=,.#\n 019*_-éx中".chars().collect::<Vec<_>>()),
            any::<char>(),
        ]), 1..6),
        dice in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        if let Some(script) = passes(&mutate(if rich { RICH } else { GOOD }, &edits)) {
            prop_assert_ne!(call(script, &dice), End::Trapped);
        }
    }

    #[test]
    fn e22_nobody_is_trapped_in_a_script_that_passes(
        nodes in prop::collection::vec(any::<(u8, u8, u8, u8)>(), 1..6),
        dice in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        if let Some(script) = passes(&random_script(&nodes)) {
            // With so few nodes not even the budgets are needed.
            prop_assert_eq!(call(script, &dice), End::Ended);
        }
    }

    #[test]
    fn e22_a_caller_who_falls_silent_is_kept_for_no_longer_than_was_proved(
        nodes in prop::collection::vec(any::<(u8, u8, u8, u8)>(), 1..6),
        dice in prop::collection::vec(any::<u8>(), 0..20),
        prompts in 3_u32..12,
    ) {
        let patience = Patience { prompts, time: Duration::from_secs(u64::from(prompts) * 12) };
        if let Some(script) = keeps_within(&random_script(&nodes), patience) {
            let (heard, time) = silence(script, &dice);
            prop_assert!(heard <= prompts, "{heard} prompts of {prompts}");
            prop_assert!(time <= patience.time, "{time:?} of {:?}", patience.time);
        }
    }

    #[test]
    fn s21_a_caller_who_never_stops_pressing_is_ended_too(
        nodes in prop::collection::vec(any::<(u8, u8, u8, u8)>(), 1..6),
        key in any::<u8>(),
        seed in any::<u8>(),
    ) {
        if let Some(script) = passes(&random_script(&nodes)) {
            let dice: Vec<u8> = (0..u16::MAX).map(|turn| {
                let turn = u8::try_from(turn % 251).unwrap_or(0);
                if seed % 2 == 0 { key & 0xf0 } else { turn.wrapping_mul(seed) & 0xf7 }
            }).collect();
            prop_assert_ne!(call(script, &dice), End::Trapped);
        }
    }
}

#[test]
fn enough_random_scripts_pass_for_the_property_to_mean_something() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = prop::collection::vec(any::<(u8, u8, u8, u8)>(), 1..6);
    let passed = (0..200)
        .filter(|_| {
            let nodes = strategy.new_tree(&mut runner).expect("a tree").current();
            passes(&random_script(&nodes)).is_some()
        })
        .count();
    assert!((40..190).contains(&passed), "{passed} of 200 passed");
}
