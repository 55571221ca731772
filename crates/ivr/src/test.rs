//! Runs the tests that stand in a script: virtual time, no sound, no network (E21).
//!
//! A caller of a test hears each prompt to its end, presses a key where the script waits for one, and does nothing more
//! when his keys are used up. A queue or a transfer answers at once, as the test says. What is compared is the trace: a
//! line for each node that was entered.

mod case;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use model::calendar::{ClosedBy, Closure};
use model::fact::QueueExit;
use model::{AgentId, Calendar, CallId, Caller, RecordingId, Timestamp};

use crate::ask::{Answer, AskId};
use crate::chart::ExitId;
use crate::effect::{Effect, Input, Target, TransferFailure};
use crate::run::{Entry, Environment, Run, Trace};
use crate::script::Script;
use case::Press;

pub use case::ScriptTest;
pub(crate) use case::{ANSWER_WORDS, TEST, read_tests};

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

/// What is recorded in a test.
const RECORDING: RecordingId = RecordingId {
    call: CallId::new(1),
    part: 2,
};
const DAY_MS: i64 = 24 * 3_600_000;
/// What a prompt lasts in a test.
const PROMPT: Duration = Duration::from_secs(3);
/// More turns than any run can take within its budgets.
const TURNS_MAX: u32 = 100_000;

/// Runs every test of a checked script.
pub fn run_all(script: &Arc<Script>, environment: &Environment<'_>) -> Vec<TestOutcome> {
    script
        .tests()
        .iter()
        .map(|test| run(script, test, environment))
        .collect()
}

fn run(script: &Arc<Script>, test: &ScriptTest, environment: &Environment<'_>) -> TestOutcome {
    let entry = Entry {
        caller: Caller::new(&test.caller, None),
        vip_level: test.vip,
        called: test.called.clone(),
        trunk: String::new(),
        diverted_from: String::new(),
        language: test.language.clone(),
    };
    let mut caller = ImaginaryCaller {
        run: Run::traced(Arc::clone(script), entry, test.args.clone()),
        test,
        now: Duration::from(test.at),
        presses: test.press.iter().copied().collect(),
        doing: Doing::Nothing,
        node: String::new(),
    };
    let calendars = closed(test, environment.calendars);
    let environment = Environment {
        calendars: &calendars,
        ..*environment
    };
    let fault = caller.call(&environment);
    let expected = test.expect.clone();
    let left = caller.presses.len();
    let Trace {
        lines: actual,
        taken,
    } = caller.run.into_trace();
    let message = fault
        .or_else(|| difference(&expected, &actual))
        .or_else(|| {
            (left > 0).then(|| format!("the call was over before the last {left} of `press`"))
        });
    TestOutcome {
        name: test.name.clone(),
        passed: message.is_none(),
        line: test.line(),
        expected,
        actual,
        message,
        taken,
    }
}

/// The calendars, with those closed that a test closes (E9): for longer than any call lasts.
fn closed(test: &ScriptTest, calendars: &BTreeMap<String, Calendar>) -> BTreeMap<String, Calendar> {
    let mut calendars = calendars.clone();
    let closure = Closure {
        since: test.at,
        until: Timestamp::from_ms(test.at.as_ms().saturating_add(DAY_MS)),
        reason: String::new(),
        by: ClosedBy::Agent(AgentId::new(0)),
    };
    for name in test.emergencies() {
        if let Some(calendar) = calendars.get_mut(&name.text) {
            calendar.close(Some(closure.clone()));
        }
    }
    calendars
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

/// A caller who does what the test says.
struct ImaginaryCaller<'t> {
    run: Run,
    test: &'t ScriptTest,
    now: Duration,
    presses: VecDeque<Press>,
    doing: Doing,
    /// Where he is.
    node: String,
}

/// What the call does between two turns.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Doing {
    Nothing,
    Hearing,
    Waiting(String),
    Ringing(String),
    Asking,
    /// With what the house answers unless the test says otherwise.
    LookingUp(AskId, Option<Answer>),
    /// He may speak; so long a silence ends it.
    Recording(Duration),
    Over,
}

impl ImaginaryCaller<'_> {
    /// One call from start to end; the reason if the script faulted.
    fn call(&mut self, environment: &Environment<'_>) -> Option<String> {
        self.run.handle_input(self.now, environment, Input::Start);
        for _ in 0..TURNS_MAX {
            while let Some(effect) = self.run.poll_effect() {
                if let Some(reason) = self.take(effect) {
                    return Some(reason);
                }
            }
            match self.doing.clone() {
                Doing::Over => return None,
                Doing::Hearing => {
                    self.now += PROMPT;
                    self.doing = Doing::Nothing;
                    self.run
                        .handle_input(self.now, environment, Input::PlayDone);
                }
                Doing::Waiting(queue) => self.wait(&queue, environment),
                Doing::Ringing(target) => self.ring(&target, environment),
                Doing::Asking => {
                    let answer = Input::CallbackAnswered(self.test.callback);
                    self.answer(Some(answer), environment);
                }
                Doing::LookingUp(ask, usual) => {
                    let Some(answer) = self.test.answer_of(&self.node).or(usual) else {
                        let node = &self.node;
                        return Some(format!(
                            "the test does not say what `{node}` is answered: answers = {{ {node} = {{ … }} }}"
                        ));
                    };
                    self.answer(Some(Input::Answered(ask, answer)), environment);
                }
                Doing::Recording(silence) => self.speak(silence, environment),
                Doing::Nothing => self.listen(environment),
            }
        }
        Some("the call does not end".to_owned())
    }

    fn take(&mut self, effect: Effect) -> Option<String> {
        self.doing = match effect {
            Effect::Play { .. } => Doing::Hearing,
            Effect::StopPlay | Effect::LeaveQueue | Effect::StopRecord => Doing::Nothing,
            Effect::Record { silence, .. } => Doing::Recording(silence),
            Effect::JoinQueue { queue, .. } => Doing::Waiting(queue.to_string()),
            Effect::RequestCallback { .. } => Doing::Asking,
            Effect::Transfer { to, .. } => Doing::Ringing(target_text(&to)),
            Effect::Ask(ask) => Doing::LookingUp(ask.id, ask.question.in_a_test()),
            Effect::HangUp { .. } => Doing::Over,
            Effect::Faulted { reason } => return Some(reason),
            Effect::Entered { node, .. } => {
                self.node = node;
                return None;
            }
            Effect::Unsaid { .. }
            | Effect::GaveUp { .. }
            | Effect::LanguageSet(_)
            | Effect::Hold
            | Effect::LeaveMessage { .. }
            | Effect::FileTicket(_)
            | Effect::SettleRecord { .. } => return None,
        };
        None
    }

    /// The script waits for a key.
    fn listen(&mut self, environment: &Environment<'_>) {
        match self.next_press() {
            Some(Press::Key(key)) => self
                .run
                .handle_input(self.now, environment, Input::Key(key)),
            Some(Press::HangUp) => self.doing = Doing::Over,
            Some(Press::Wait | Press::Speak(_)) | None => match self.run.poll_timeout() {
                Some(due) => {
                    self.now = due;
                    self.run.handle_timeout(self.now, environment);
                }
                None => self.doing = Doing::Over,
            },
        }
    }

    /// What he does next; he speaks only where somebody records it.
    fn next_press(&mut self) -> Option<Press> {
        self.presses
            .pop_front_if(|press| !matches!(press, Press::Speak(_)))
    }

    /// He is recorded: he speaks, presses a key, hangs up, or says no more.
    fn speak(&mut self, silence: Duration, environment: &Environment<'_>) {
        let (input, after) = match self.presses.pop_front() {
            Some(Press::Speak(time)) => {
                self.gets(environment, Input::RecordBegan(RECORDING));
                self.gets(environment, Input::Spoke);
                (None, time)
            }
            Some(Press::Key(key)) => (Some(Input::Key(key)), Duration::ZERO),
            Some(Press::HangUp) => {
                self.doing = Doing::Over;
                return;
            }
            Some(Press::Wait) | None => (Some(Input::FellSilent), silence),
        };
        let then = self.now + after;
        if let Some(due) = self.run.poll_timeout().filter(|due| *due <= then) {
            self.now = due;
            self.run.handle_timeout(due, environment);
            return;
        }
        self.now = then;
        if let Some(input) = input {
            self.gets(environment, input);
        }
    }

    fn gets(&mut self, environment: &Environment<'_>, input: Input) {
        self.run.handle_input(self.now, environment, input);
    }

    /// He waits in a queue: keys first, then the queue's outcome.
    fn wait(&mut self, queue: &str, environment: &Environment<'_>) {
        match self.presses.front() {
            Some(Press::Key(key)) => {
                let key = *key;
                self.presses.pop_front();
                self.run
                    .handle_input(self.now, environment, Input::Key(key));
                return;
            }
            Some(Press::Wait) => drop(self.presses.pop_front()),
            Some(Press::Speak(_)) | None => {}
            Some(Press::HangUp) => {
                self.presses.pop_front();
                self.doing = Doing::Over;
                return;
            }
        }
        self.answer(
            self.test.queue_exit(queue).map(Input::QueueLeft),
            environment,
        );
    }

    fn ring(&mut self, target: &str, environment: &Environment<'_>) {
        self.answer(
            self.test
                .transfer_failure(target)
                .map(Input::TransferFailed),
            environment,
        );
    }

    /// What became of waiting or ringing; nothing means that somebody answered.
    fn answer(&mut self, news: Option<Input>, environment: &Environment<'_>) {
        match news {
            Some(Input::QueueLeft(QueueExit::Abandoned)) | None => self.doing = Doing::Over,
            Some(news) => {
                self.doing = Doing::Nothing;
                self.run.handle_input(self.now, environment, news);
            }
        }
    }
}

/// A target as a script writes it.
fn target_text(target: &Target) -> String {
    match target {
        Target::Agent(login) => format!("agent:{login}"),
        Target::Queue(queue) => format!("queue:{queue}"),
        Target::Script(script) => format!("script:{script}"),
        Target::Number(number) => format!("number:{number}"),
    }
}

/// A word of a test and the failure that it stands for; none means that somebody answers.
type TransferOutcome = (&'static str, Option<TransferFailure>);
/// A word of a test and the exit that it stands for.
type QueueOutcome = (&'static str, Option<QueueExit>);
