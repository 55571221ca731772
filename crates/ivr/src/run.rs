//! One caller's way through a script: what happens to a call comes in, what should happen to it goes out.
//!
//! Mutate, then drain: after each `handle_*` the effects are polled until there are none. The invariant: a checked script
//! always ends. Cycles without the caller's choice are refused by `check`; choices are bounded per node (`chain`); and a
//! run that enters more nodes than any matter needs is ended (S21). News that come too late (a prompt that was cut, a
//! queue that was left) are ignored. It deliberately does not know how long a prompt or a queue lasts.

mod chain;
mod entry;
mod filed;
mod keys;
mod recording;
mod turn;
mod visit;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use model::fact::{BotEnd, FailedTries, NodeLeft};
use model::{Calendar, NumberPlan, ScriptName};

use crate::ask::{Answer, Ask, RESULT};
use crate::chart::ExitId;
use crate::effect::{Effect, Input};
use crate::message::{END_KEY, Stage};
use crate::node::Clerk;
use crate::script::{Placed, Script};
use crate::section::is_phone_key;
use crate::step::{Event, Given, Outcome};
use crate::survey::Asking;
use crate::typed::Typed;
use crate::variable::Variables;
use chain::Chain;
pub use entry::Entry;
use filed::Filed;
use keys::Keys;
use recording::Recording;
pub(crate) use visit::Visit;

/// Most scripts that wait for one another (E7).
pub(crate) const CALLS_MAX: usize = 12;

/// What a script may look at outside itself.
#[derive(Clone, Copy, Debug)]
pub struct Environment<'a> {
    /// By the name in `calendars.toml`.
    pub calendars: &'a BTreeMap<String, Calendar>,
    /// Where `script:…` leads.
    pub scripts: &'a BTreeMap<ScriptName, Arc<Script>>,
    /// How numbers are dialled here.
    pub plan: &'a NumberPlan,
}

/// One caller's way through a script.
#[derive(Debug)]
pub struct Run {
    script: Arc<Script>,
    node: String,
    phase: Phase,
    language: String,
    entry: Entry,
    variables: Variables,
    /// The scripts that wait for this one to come back, the last caller last.
    callers: Vec<Frame>,
    keys: Keys,
    chain: Chain,
    /// What he has typed at the node that has him.
    typed: Typed,
    /// How far a caller is who speaks to it.
    stage: Stage,
    /// How far one is who closes a calendar.
    clerk: Clerk,
    /// How far a caller is with its form.
    asking: Asking,
    entries: u32,
    /// In the node that has the caller.
    failed: FailedTries,
    /// The nodes that are being left for the next.
    left: Vec<NodeLeft>,
    hops: u32,
    /// The tickets that the call's scripts have filed.
    filed: Filed,
    /// The last look-up; it is open while the phase says so.
    asked: Option<Ask>,
    effects: VecDeque<Effect>,
    /// One line for each node that was entered, when a test asked for it.
    trace: Option<Trace>,
}

/// What a run did, for a rehearsal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// A line for each node that was entered.
    pub(crate) lines: Vec<String>,
    /// The script and the node of each.
    pub(crate) stops: Vec<(ScriptName, String)>,
    /// The exits that were taken.
    pub(crate) taken: BTreeSet<ExitId>,
}

/// A script that waits at a node for another to come back.
#[derive(Debug)]
struct Frame {
    script: Arc<Script>,
    node: String,
    variables: Variables,
}

/// What the run waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// `Input::Start`.
    Fresh,
    /// The end of a prompt.
    Playing {
        interruptible: bool,
        until: Duration,
    },
    /// A key.
    Listening { until: Duration },
    /// An agent, or the end of waiting.
    Queued,
    /// Whether the house keeps a place for him.
    Promising,
    /// What a look-up brings.
    LookingUp {
        /// When he hears that he is not forgotten; `None`: he does already.
        hold_at: Option<Duration>,
        until: Duration,
    },
    /// An answer, or its failure.
    Transferring,
    /// What comes of a conversation with a bot.
    Conversing { until: Duration },
    /// What he says.
    Recording(Recording),
    /// Whether a calendar is closed, or opened.
    SettingCalendar,
    /// Nothing any more.
    Over,
}

impl Run {
    /// A run that waits for `Input::Start`.
    pub fn new(script: Arc<Script>, entry: Entry) -> Self {
        let language = script.language_for(entry.language.as_deref()).to_owned();
        Self {
            node: script.start.text.clone(),
            script,
            phase: Phase::Fresh,
            language,
            entry,
            variables: Variables::default(),
            callers: Vec::new(),
            keys: Keys::default(),
            chain: Chain::default(),
            typed: Typed::default(),
            stage: Stage::default(),
            clerk: Clerk::default(),
            asking: Asking::default(),
            entries: 0,
            failed: FailedTries::default(),
            left: Vec::new(),
            hops: 0,
            filed: Filed::default(),
            asked: None,
            effects: VecDeque::new(),
            trace: None,
        }
    }

    /// The same run in a call whose scripts have filed so many tickets before.
    pub fn having_filed(self, filed: u32) -> Self {
        let filed = Filed::after(filed);
        Self { filed, ..self }
    }

    /// A run that keeps a line for each node that it enters; a part of others is given its parameters.
    pub(crate) fn traced(script: Arc<Script>, entry: Entry, given: Given) -> Self {
        Self {
            trace: Some(Trace::default()),
            variables: Variables::of(given),
            ..Self::new(script, entry)
        }
    }

    /// Takes what happened. `now` is the time since the Unix epoch; calendars are read with it.
    pub fn handle_input(&mut self, now: Duration, environment: &Environment<'_>, input: Input) {
        match (input, self.phase) {
            (Input::Start, Phase::Fresh) => self.begin(now, environment),
            (Input::Key(key), _) => self.handle_key(now, environment, key),
            (Input::PlayDone, Phase::Playing { .. }) => {
                self.advance(now, environment, Event::Heard)
            }
            // A12: a transfer may have become a wait in the queues of a region.
            (Input::QueueLeft(exit), Phase::Queued | Phase::Transferring) => {
                self.advance(now, environment, Event::Outcome(Outcome::QueueLeft(exit)))
            }
            (Input::TransferFailed(failure), Phase::Transferring) => {
                self.advance(
                    now,
                    environment,
                    Event::Outcome(Outcome::TransferFailed(failure)),
                );
            }
            (Input::CallbackAnswered(answer), Phase::Promising) => {
                self.advance(
                    now,
                    environment,
                    Event::Outcome(Outcome::CallbackAnswered(answer)),
                );
            }
            (Input::RecordFailed(id), phase) => {
                self.record_failed(now, environment, phase, id);
            }
            (Input::CalendarSet(set), Phase::SettingCalendar) => {
                self.advance(now, environment, Event::Outcome(Outcome::CalendarSet(set)));
            }
            (Input::Answered(id, answer), Phase::LookingUp { hold_at, .. }) => {
                if let Some(ask) = self.asked.take_if(|ask| ask.id == id) {
                    let answer = ask.question.fitting(answer);
                    self.answered(now, environment, hold_at, answer);
                }
            }
            (Input::Answered(id, answer), Phase::Conversing { .. }) => {
                if let Some(ask) = self.asked.take_if(|ask| ask.id == id) {
                    let answer = ask.question.fitting(answer);
                    self.conversed(now, environment, answer);
                }
            }
            (Input::RecordBegan(id), Phase::Recording(recording)) => {
                let id = Some(id);
                self.phase = Phase::Recording(Recording { id, ..recording });
            }
            (Input::Spoke, Phase::Recording(recording)) => {
                let spoke = true;
                self.phase = Phase::Recording(Recording { spoke, ..recording });
            }
            (Input::FellSilent, Phase::Recording(recording)) => {
                let ended = now.saturating_sub(recording.silence);
                self.recorded(now, environment, recording, ended);
            }
            // The call and the run cross on the way: what was asked for is not wanted any more.
            (
                Input::Start
                | Input::PlayDone
                | Input::QueueLeft(_)
                | Input::CallbackAnswered(_)
                | Input::TransferFailed(_)
                | Input::Answered(..)
                | Input::RecordBegan(_)
                | Input::Spoke
                | Input::FellSilent
                | Input::CalendarSet(_),
                _,
            ) => {}
        }
    }

    /// Time has come; does nothing before `poll_timeout`.
    pub fn handle_timeout(&mut self, now: Duration, environment: &Environment<'_>) {
        match self.phase {
            Phase::Listening { until } if until <= now => {
                self.advance(now, environment, Event::TimedOut)
            }
            Phase::Playing { until, .. } if until <= now => {
                self.effects.push_back(Effect::StopPlay);
                self.advance(now, environment, Event::Heard);
            }
            Phase::LookingUp { hold_at, until } if until <= now => {
                let answer = Answer::NoAnswer("timeout".to_owned());
                self.answered(now, environment, hold_at, answer);
            }
            Phase::Conversing { until } if until <= now => {
                let answer = Answer::NoAnswer("time_over".to_owned());
                self.conversed(now, environment, answer);
            }
            Phase::LookingUp {
                hold_at: Some(hold_at),
                until,
            } if hold_at <= now => {
                self.effects.push_back(Effect::Hold);
                self.phase = Phase::LookingUp {
                    hold_at: None,
                    until,
                };
            }
            Phase::Recording(recording) if recording.until <= now => {
                self.recorded(now, environment, recording, now);
            }
            Phase::Fresh
            | Phase::Playing { .. }
            | Phase::Listening { .. }
            | Phase::LookingUp { .. }
            | Phase::Conversing { .. }
            | Phase::Recording(_)
            | Phase::SettingCalendar
            | Phase::Queued
            | Phase::Promising
            | Phase::Transferring
            | Phase::Over => {}
        }
    }

    /// When `handle_timeout` is due, as absolute as `now`.
    pub fn poll_timeout(&self) -> Option<Duration> {
        match self.phase {
            Phase::Playing { until, .. }
            | Phase::Listening { until }
            | Phase::Conversing { until } => Some(until),
            Phase::Recording(recording) => Some(recording.until),
            Phase::LookingUp { hold_at, until } => {
                Some(hold_at.map_or(until, |hold_at| hold_at.min(until)))
            }
            Phase::Fresh
            | Phase::SettingCalendar
            | Phase::Queued
            | Phase::Promising
            | Phase::Transferring
            | Phase::Over => None,
        }
    }

    /// The next thing to do.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// The caller's language.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// The script that has the caller.
    pub fn script(&self) -> &ScriptName {
        self.script.name()
    }

    /// Whether a call may end where the caller is.
    pub fn is_at_end(&self) -> bool {
        let node = self.script.nodes.get(&self.node);
        node.is_some_and(|placed| placed.is_end)
    }

    /// Its version.
    pub fn version(&self) -> u32 {
        self.script.version()
    }

    /// Whether a key that is pressed at this moment belongs, or may belong, to a secret input (S22): it must be written
    /// nowhere. Ask before the key is handed in; afterwards the answer is about the next one.
    pub fn is_secret(&self) -> bool {
        let node = self.script.nodes.get(&self.node);
        let keys = node.map(|placed| placed.keys).unwrap_or_default();
        match self.phase {
            Phase::Fresh | Phase::Over => false,
            // A key that cuts this prompt is kept for a node that is not known yet.
            Phase::Playing {
                interruptible: true,
                ..
            } if !keys.listens => self.may_lead_to_secret(),
            // Keys that come now were begun before the look-up, or are meant for what follows it.
            Phase::LookingUp { .. } => self.may_lead_to_secret(),
            Phase::Playing { .. }
            | Phase::Listening { .. }
            | Phase::Conversing { .. }
            | Phase::Recording(_)
            | Phase::SettingCalendar
            | Phase::Queued
            | Phase::Promising
            | Phase::Transferring => keys.secret,
        }
    }

    /// Whether a node that comes, here or in a script that waits for this one, may take a secret.
    fn may_lead_to_secret(&self) -> bool {
        let waiting = self.callers.iter().map(|frame| &frame.script);
        let mut scripts = waiting.chain([&self.script]);
        scripts.any(|script| script.may_lead_to_secret)
    }

    /// The answers so far, as people read them; without secret ones.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let mut shown = BTreeMap::new();
        for frame in &self.callers {
            shown.extend(frame.variables.shown());
        }
        shown.extend(self.variables.shown());
        shown
    }

    /// What a traced run has done.
    pub(crate) const fn trace(&self) -> Option<&Trace> {
        self.trace.as_ref()
    }

    /// The node that has the caller, in the script that does.
    pub(crate) fn placed(&self) -> Option<&Placed> {
        self.script.nodes.get(&self.node)
    }

    /// The answers so far that must not be shown.
    pub(crate) fn secrets(&self) -> BTreeSet<String> {
        let frames = self.callers.iter().map(|frame| &frame.variables);
        let all = frames.chain([&self.variables]);
        all.flat_map(Variables::secrets)
            .map(str::to_owned)
            .collect()
    }

    /// How far a caller is who speaks, at this moment.
    pub(crate) const fn stage(&self) -> Stage {
        self.stage
    }

    /// What a look-up brought; what he heard meanwhile ends.
    fn answered(
        &mut self,
        now: Duration,
        environment: &Environment<'_>,
        hold_at: Option<Duration>,
        answer: Answer,
    ) {
        self.asked = None;
        if hold_at.is_none() {
            self.effects.push_back(Effect::StopPlay);
        }
        self.advance(now, environment, Event::Outcome(Outcome::Answered(answer)));
    }

    /// What came of a conversation: it is over, and the script goes on.
    fn conversed(&mut self, now: Duration, environment: &Environment<'_>, answer: Answer) {
        self.end_conversation(match &answer {
            Answer::Found(found) => BotEnd::Result {
                result: found
                    .get(RESULT)
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            },
            Answer::Missing => BotEnd::Failed {
                why: "missing".to_owned(),
            },
            Answer::Bad(why) | Answer::NoAnswer(why) => BotEnd::Failed { why: why.clone() },
        });
        self.advance(now, environment, Event::Outcome(Outcome::Answered(answer)));
    }

    /// Nothing of a conversation that is under way comes any more.
    fn end_conversation(&mut self, end: BotEnd) {
        if let Phase::Conversing { until } = self.phase {
            self.asked = None;
            self.phase = Phase::Listening { until };
            self.effects.push_back(Effect::EndConversation(end));
        }
    }

    fn handle_key(&mut self, now: Duration, environment: &Environment<'_>, key: char) {
        if !is_phone_key(key) || self.keys.swallows(now, key) {
            return;
        }
        match self.phase {
            Phase::Playing {
                interruptible: true,
                ..
            } => {
                // E4: the key that cuts a prompt is kept for the node that listens next.
                self.effects.push_back(Effect::StopPlay);
                self.keys.keep(key);
                self.advance(now, environment, Event::Heard);
            }
            Phase::Listening { .. } | Phase::Queued | Phase::Conversing { .. } => {
                self.advance(now, environment, Event::Key(key))
            }
            Phase::Recording(recording) if key == END_KEY => {
                self.recorded(now, environment, recording, now);
            }
            Phase::Fresh
            | Phase::Playing {
                interruptible: false,
                ..
            }
            | Phase::Recording(_)
            | Phase::SettingCalendar
            | Phase::LookingUp { .. }
            | Phase::Promising
            | Phase::Transferring
            | Phase::Over => {}
        }
    }
}
