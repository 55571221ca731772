//! Runs the tests that stand in a script: virtual time, no sound, no network (E21).
//!
//! A caller of a test hears each prompt to its end, presses a key where the script waits for one, and does nothing more
//! when his keys are used up. A queue or a transfer answers at once, as the test says. What is compared is the trace: a
//! line for each node that was entered.

mod case;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use model::fact::QueueExit;

use crate::chart::ExitId;
use crate::effect::TransferFailure;
use crate::rehearsal::{
    Asked, Awaits, Happening, NotAwaited, Rehearsal, Silent, Surroundings, Texts,
};
use crate::run::Environment;
use crate::script::Script;
use case::Press;

pub use case::ScriptTest;
pub(crate) use case::{ANSWER_WORDS, QUEUE_OUTCOMES, TEST, TRANSFER_OUTCOMES, read_tests};

/// How a test went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestOutcome {
    /// The test's name.
    pub name: String,
    /// Whether it went as expected.
    pub passed: bool,
    /// The line of its `[[test]]` in the script.
    pub line: u32,
    /// The trace that was expected.
    pub expected: Vec<String>,
    /// The trace that was: `menu welcome`, `hours office closed`, `queue support`, `hangup`.
    pub actual: Vec<String>,
    /// What differs; `None` when it passed.
    pub message: Option<String>,
    /// The exits that it took, of this script and of others that it came to.
    pub taken: BTreeSet<ExitId>,
}

/// More things than can happen in any call within a run's budgets.
const TURNS_MAX: u32 = 100_000;

/// Runs every test of a checked script.
pub fn run_all(script: &Arc<Script>, environment: &Environment<'_>) -> Vec<TestOutcome> {
    let texts = Texts::of_all(script, environment.scripts);
    let around = Surroundings {
        environment: *environment,
        texts: &texts,
    };
    let tests = script.tests().iter();
    tests.map(|test| run(script, test, &around)).collect()
}

fn run(script: &Arc<Script>, test: &ScriptTest, around: &Surroundings<'_>) -> TestOutcome {
    let mut rehearsal = Rehearsal::begin(script, test.circumstances(), around);
    let mut driver = Driver {
        test,
        presses: test.press.iter().copied().collect(),
        was_asked: false,
    };
    let (fault, longest) = call(&mut rehearsal, &mut driver, around);
    let actual = rehearsal.lines().to_vec();
    let left = driver.presses.len();
    let message = fault
        .or_else(|| difference(test.expect.as_deref()?, &actual))
        .or_else(|| test.wants.lacking(&rehearsal, longest, driver.was_asked))
        .or_else(|| {
            // A test without a way takes any, shorter ones too.
            let is_early = left > 0 && test.expect.is_some();
            is_early.then(|| format!("the call was over before the last {left} of `press`"))
        });
    TestOutcome {
        name: test.name.clone(),
        passed: message.is_none(),
        line: test.line(),
        expected: test.expect.clone().unwrap_or_default(),
        actual,
        message,
        taken: rehearsal.taken(),
    }
}

/// One call from start to end: the reason if it came to none, and what the caller was kept for who did nothing, at most.
fn call(
    rehearsal: &mut Rehearsal,
    driver: &mut Driver<'_>,
    around: &Surroundings<'_>,
) -> (Option<String>, Silent) {
    let mut longest = rehearsal.silent();
    for _ in 0..TURNS_MAX {
        longest = longest.or_longer(rehearsal.silent());
        if let Some(ending) = rehearsal.ending() {
            return (ending.fault().map(str::to_owned), longest);
        }
        let happening = match driver.next(rehearsal.awaits()) {
            Ok(happening) => happening,
            Err(reason) => return (Some(reason), longest),
        };
        if let Err(NotAwaited(awaited)) = rehearsal.happens(around, happening) {
            return (Some(format!("{awaited:?} is awaited")), longest);
        }
    }
    (Some("the call does not end".to_owned()), longest)
}

/// The first line in which two traces differ.
fn difference(expected: &[String], actual: &[String]) -> Option<String> {
    let steps = expected.len().max(actual.len());
    (0..steps).find_map(|step| match (expected.get(step), actual.get(step)) {
        (Some(wanted), Some(found)) if wanted == found => None,
        (Some(wanted), Some(found)) => Some(format!(
            "step {}: expected `{wanted}`, was `{found}`",
            step + 1
        )),
        (Some(wanted), None) => Some(format!(
            "step {}: expected `{wanted}`, but the call was over",
            step + 1
        )),
        (None, Some(found)) => Some(format!(
            "step {}: expected the end, was `{found}`",
            step + 1
        )),
        (None, None) => None,
    })
}

/// The caller of a test.
struct Driver<'t> {
    test: &'t ScriptTest,
    presses: VecDeque<Press>,
    /// Whether he was asked something when he had nothing more to do.
    was_asked: bool,
}

impl Driver<'_> {
    /// What happens to him next; the reason if the test does not say it.
    fn next(&mut self, awaits: &Awaits) -> Result<Happening, String> {
        Ok(match awaits {
            Awaits::Key => self.listens(),
            Awaits::Voice { .. } => self.speaks(),
            Awaits::Queue(queue) => self.waits(queue.as_str()),
            Awaits::Transfer(to) => Happening::Transfer(self.test.transfer_failure(to)),
            Awaits::Callback(_) => Happening::Callback(self.test.callback),
            Awaits::Answer { node, asked } => {
                if let Some(happening) = self.interrupts(asked) {
                    return Ok(happening);
                }
                let answer = self.test.answer_of(node).or(asked.usual.clone());
                Happening::Answer(answer.ok_or_else(|| {
                    format!(
                        "the test does not say what `{node}` is answered: answers = {{ {node} = {{ … }} }}"
                    )
                })?)
            }
            Awaits::Nothing(_) => Happening::HangsUp,
        })
    }

    /// What he does beside a bot that has him: a key, or he hangs up; otherwise it says what comes of it.
    fn interrupts(&mut self, asked: &Asked) -> Option<Happening> {
        if !asked.hears_keys {
            return None;
        }
        let is_his = |press: &mut Press| !matches!(press, Press::Speak(_));
        match self.presses.pop_front_if(is_his)? {
            Press::Key(key) => Some(Happening::Key(key)),
            Press::HangUp => Some(Happening::HangsUp),
            Press::Wait | Press::Speak(_) => None,
        }
    }

    /// He is asked for a key; he speaks only where somebody records it.
    fn listens(&mut self) -> Happening {
        self.was_asked |= self.presses.is_empty();
        let press = self
            .presses
            .pop_front_if(|press| !matches!(press, Press::Speak(_)));
        match press {
            Some(Press::Key(key)) => Happening::Key(key),
            Some(Press::HangUp) => Happening::HangsUp,
            Some(Press::Wait | Press::Speak(_)) | None => Happening::Silence,
        }
    }

    /// He is recorded: he speaks, presses a key, hangs up, or says no more.
    fn speaks(&mut self) -> Happening {
        self.was_asked |= self.presses.is_empty();
        match self.presses.pop_front() {
            Some(Press::Speak(time)) => Happening::Speaks(time),
            Some(Press::Key(key)) => Happening::Key(key),
            Some(Press::HangUp) => Happening::HangsUp,
            Some(Press::Wait) | None => Happening::Silence,
        }
    }

    /// He waits in a queue: keys first, then the queue's outcome.
    fn waits(&mut self, queue: &str) -> Happening {
        let outcome = Happening::Queue(self.test.queue_exit(queue));
        let press = self
            .presses
            .pop_front_if(|press| !matches!(press, Press::Speak(_)));
        match press {
            Some(Press::Key(key)) => Happening::Key(key),
            Some(Press::HangUp) => Happening::HangsUp,
            Some(Press::Wait | Press::Speak(_)) | None => outcome,
        }
    }
}

/// A word of a test and the failure that it stands for; none means that somebody answers.
type TransferOutcome = (&'static str, Option<TransferFailure>);
/// A word of a test and the exit that it stands for.
type QueueOutcome = (&'static str, Option<QueueExit>);
