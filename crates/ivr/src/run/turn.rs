//! One turn of a run: the node takes an event, and what it wants is done until the run waits for something again.

use std::sync::Arc;
use std::time::Duration;

use model::fact::{BotEnd, FailedTries, NodeLeft};
use model::{MailboxName, QueueName, ScriptName};

use super::recording::Recording;
use super::visit::{Caught, Visit};
use super::{CALLS_MAX, Environment, Frame, Phase, Run};
use crate::ask::{Ask, AskId};
use crate::chart::ExitId;
use crate::effect::{Effect, HangUpCause, Played, Recorded};
use crate::look_up::{GRACE, HOLD_AFTER};
use crate::message::Stage;
use crate::node::Clerk;
use crate::place::Name;
use crate::script::{Placed, own_sound};
use crate::spoken;
use crate::step::{Event, Given, Outcome, Step};
use crate::typed::Typed;
use crate::variable::Variables;

/// Most nodes that one run enters (S21).
const ENTRIES_MAX: u32 = 1_000;
/// Most times that one script hands the caller to another.
const HOPS_MAX: u32 = 20;
/// A prompt that nobody reported as heard counts as heard after this time: no wait without an end (S8).
const PROMPT_MAX: Duration = Duration::from_secs(600);

/// What the node that has the caller is told next.
enum Next {
    /// He has come to it.
    Entry,
    /// Something happened.
    Event(Event),
}

/// The word of the exit by which a node is left for another one; none where it stays, ends, or waits for a script. Of an exit that
/// stands for several causes it is the word of the one that the node has told.
fn exit_of<'p>(placed: &'p Placed, step: &Step<'_>, cause: Option<&'p str>) -> Option<&'p str> {
    match step {
        Step::Go(to) | Step::Choose(to) | Step::Leave(to) => {
            let words = placed.exit_word(to.place);
            let mut each = words.split('/');
            let is_one = |cause: &&str| each.any(|word| word == *cause);
            Some(cause.filter(is_one).unwrap_or(words))
        }
        Step::Return(_) => Some("return"),
        Step::Continue(_) => Some("script"),
        Step::Say { .. }
        | Step::Speak { .. }
        | Step::Listen { .. }
        | Step::Stay
        | Step::Join { .. }
        | Step::Transfer { .. }
        | Step::CallBack { .. }
        | Step::Ask { .. }
        | Step::Converse { .. }
        | Step::PassKey(_)
        | Step::Record { .. }
        | Step::Call { .. }
        | Step::HangUp(_)
        | Step::Gone
        | Step::SetCalendar { .. }
        | Step::Fault(_) => None,
    }
}

impl Run {
    /// Lets the node that has the caller take an event, and does what it wants until it waits for something.
    pub(super) fn advance(&mut self, now: Duration, environment: &Environment<'_>, event: Event) {
        self.go_on(now, environment, Next::Event(event));
    }

    /// The caller enters the script.
    pub(super) fn begin(&mut self, now: Duration, environment: &Environment<'_>) {
        if self.enter(self.node.clone()) {
            self.go_on(now, environment, Next::Entry);
        }
    }

    /// The node that has the caller learns that he is gone.
    pub(super) fn leave(
        &mut self,
        now: Duration,
        environment: &Environment<'_>,
        said: Option<Recorded>,
    ) {
        let script = Arc::clone(&self.script);
        let mut caught = Caught::default();
        if let Some(placed) = script.nodes.get(&self.node) {
            let visit = &mut self.visit(now, environment, &mut caught);
            placed.node.left(visit, said);
        }
        self.effects.extend(caught.effects);
        if self.failed != FailedTries::default() {
            let (node, failed) = (self.node.clone(), self.failed);
            self.effects.push_back(Effect::GaveUp { node, failed });
        }
    }

    fn go_on(&mut self, now: Duration, environment: &Environment<'_>, next: Next) {
        let mut next = Some(next);
        while let Some(turn) = next {
            let script = Arc::clone(&self.script);
            let Some(placed) = script.nodes.get(&self.node) else {
                self.fault(format!("no node `{}`", self.node));
                return;
            };
            let mut caught = Caught::default();
            let visit = &mut self.visit(now, environment, &mut caught);
            let step = match &turn {
                Next::Entry => placed.node.enter(visit),
                Next::Event(event) => placed.node.step(visit, event),
            };
            if let (Next::Entry, Some(trace)) = (&turn, &mut self.trace) {
                let label = caught.label.as_ref().unwrap_or(&self.node);
                trace.lines.push(
                    format!("{} {label}", placed.kind.name)
                        .trim_end()
                        .to_owned(),
                );
                trace.stops.push((script.name().clone(), self.node.clone()));
            }
            self.effects.extend(caught.effects);
            let unsaid = caught.unsaid.into_iter();
            self.effects
                .extend(unsaid.map(|reason| Effect::Unsaid { reason }));
            if let (Some(trace), Step::Go(to) | Step::Choose(to) | Step::Leave(to)) =
                (&mut self.trace, &step)
            {
                let exit = ExitId::new(script.name(), &self.node, to.place);
                trace.taken.insert(exit);
            }
            if let Some(language) = caught.language {
                self.speak(language);
            }
            if caught.failed {
                self.count_failure(&turn);
            }
            if let Some(exit) = exit_of(placed, &step, caught.cause.as_deref()) {
                self.leave_node(exit);
            }
            next = self.take(now, environment, step);
        }
    }

    /// E23: a try failed here, by silence or by a key that does not fit.
    const fn count_failure(&mut self, turn: &Next) {
        let count = match turn {
            Next::Event(Event::TimedOut) => &mut self.failed.timeouts,
            Next::Entry | Next::Event(Event::Heard | Event::Key(_) | Event::Outcome(_)) => {
                &mut self.failed.wrong_keys
            }
        };
        *count = count.saturating_add(1);
    }

    /// E23: the node that has the caller is left; the one that comes tells it.
    fn leave_node(&mut self, exit: &str) {
        self.left.push(NodeLeft {
            node: self.node.clone(),
            exit: exit.to_owned(),
            failed: std::mem::take(&mut self.failed),
        });
    }

    /// Does what a node wants; what follows at once, if anything does.
    fn take(
        &mut self,
        now: Duration,
        environment: &Environment<'_>,
        step: Step<'_>,
    ) -> Option<Next> {
        match step {
            Step::Say {
                prompt,
                digits,
                interruptible,
            } => {
                let sounds = self.said(prompt, &digits);
                self.play(now, sounds, interruptible)
            }
            Step::Speak {
                parts,
                interruptible,
            } => self.play(now, parts, interruptible),
            Step::Listen { time } => {
                let kept = self.keys.take();
                self.phase = Phase::Listening { until: now + time };
                kept.map(|key| Next::Event(Event::Key(key)))
            }
            Step::Stay => None,
            Step::Join {
                queue,
                head_start,
                priority,
                needs,
                sticky,
                by_region,
                choices,
            } => {
                // A key that was typed ahead of a queue was not meant as a way out of it.
                self.keys.take();
                self.phase = Phase::Queued;
                self.effects.push_back(Effect::JoinQueue {
                    queue: QueueName::from(queue),
                    head_start,
                    priority,
                    needs: needs.cloned(),
                    sticky,
                    by_region,
                    choices: choices.map(|prompt| self.sound(&prompt.text)),
                });
                None
            }
            Step::Transfer {
                to,
                ring,
                wait,
                by_region,
            } => {
                self.keys.take();
                self.phase = Phase::Transferring;
                self.effects.push_back(Effect::Transfer {
                    to,
                    ring,
                    wait,
                    by_region,
                });
                None
            }
            Step::CallBack { queue, number } => {
                self.phase = Phase::Promising;
                self.effects.push_back(Effect::RequestCallback {
                    queue: QueueName::from(queue),
                    number,
                });
                None
            }
            Step::Ask { question, patience } => {
                let ask = Ask {
                    id: AskId(now),
                    question,
                    patience,
                };
                self.phase = Phase::LookingUp {
                    hold_at: Some(now + HOLD_AFTER),
                    until: now + patience + GRACE,
                };
                self.asked = Some(ask.clone());
                self.effects.push_back(Effect::Ask(ask));
                None
            }
            Step::Converse { question, patience } => {
                let ask = Ask {
                    id: AskId(now),
                    question,
                    patience,
                };
                let until = now + patience;
                self.phase = Phase::Conversing { until };
                self.asked = Some(ask.clone());
                self.effects.push_back(Effect::Converse(ask));
                let kept = self.keys.take();
                kept.map(|key| Next::Event(Event::Key(key)))
            }
            Step::PassKey(key) => {
                self.effects.push_back(Effect::PassKey(key));
                None
            }
            Step::Record {
                max,
                silence,
                mailbox,
            } => {
                self.phase = Phase::Recording(Recording {
                    id: None,
                    since: now,
                    until: now + max,
                    silence,
                    spoke: false,
                });
                self.effects.push_back(Effect::Record {
                    max,
                    silence,
                    mailbox: mailbox.map(MailboxName::from),
                });
                None
            }
            Step::SetCalendar { calendar, wish } => {
                self.phase = Phase::SettingCalendar;
                let calendar = calendar.to_owned();
                self.effects
                    .push_back(Effect::SetCalendar { calendar, wish });
                None
            }
            Step::Call { script, args } => {
                self.call(environment, script, args).then_some(Next::Entry)
            }
            Step::Return(results) => {
                let results = self.come_back(results)?;
                Some(Next::Event(Event::Outcome(Outcome::Returned(results))))
            }
            Step::Go(to) => self.enter(to.text.clone()).then_some(Next::Entry),
            Step::Choose(to) => {
                self.end_conversation(BotEnd::Key);
                self.chain.chose();
                self.enter(to.text.clone()).then_some(Next::Entry)
            }
            Step::Leave(to) => {
                self.effects.push_back(Effect::LeaveQueue);
                self.chain.chose();
                self.enter(to.text.clone()).then_some(Next::Entry)
            }
            Step::Continue(name) => self.hand_over(environment, name).then_some(Next::Entry),
            Step::HangUp(cause) => {
                self.phase = Phase::Over;
                self.effects.push_back(Effect::HangUp { cause });
                None
            }
            Step::Gone => {
                self.phase = Phase::Over;
                None
            }
            Step::Fault(reason) => {
                self.fault(format!("node `{}`: {reason}", self.node));
                None
            }
        }
    }

    /// Plays these, unless a key that was typed ahead cuts them, or there is nothing to hear.
    fn play(&mut self, now: Duration, sounds: Vec<Played>, interruptible: bool) -> Option<Next> {
        if sounds.is_empty() || interruptible && self.keys.is_kept() {
            return Some(Next::Event(Event::Heard));
        }
        self.effects.push_back(Effect::Play { sounds });
        self.phase = Phase::Playing {
            interruptible,
            until: now + PROMPT_MAX,
        };
        None
    }

    /// Comes to a node; false when the run's budget is used up or the node is not there.
    pub(super) fn enter(&mut self, node: String) -> bool {
        self.entries += 1;
        if self.entries > ENTRIES_MAX {
            self.fault(format!("more than {ENTRIES_MAX} nodes entered"));
            return false;
        }
        let Some(placed) = self.script.nodes.get(&node) else {
            self.fault(format!("no node `{node}`"));
            return false;
        };
        self.typed = Typed::default();
        self.stage = Stage::default();
        self.clerk = Clerk::default();
        self.chain.enter(self.script.name(), &node);
        self.failed = FailedTries::default();
        self.effects.push_back(Effect::Entered {
            kind: placed.kind.name,
            node: node.clone(),
            depth: u8::try_from(self.callers.len()).unwrap_or(u8::MAX),
            left: std::mem::take(&mut self.left),
        });
        self.node = node;
        true
    }

    /// Lets another script do a part: it knows what it is given, and nothing else of this one (E18).
    fn call(&mut self, environment: &Environment<'_>, name: &str, args: Given) -> bool {
        if self.callers.len() >= CALLS_MAX {
            self.fault(format!("more than {CALLS_MAX} scripts within one another"));
            return false;
        }
        let Some(script) = environment.scripts.get(name) else {
            self.fault(format!("no script `{name}`"));
            return false;
        };
        let caller = std::mem::replace(&mut self.script, Arc::clone(script));
        self.callers.push(Frame {
            script: caller,
            node: self.node.clone(),
            variables: std::mem::replace(&mut self.variables, Variables::of(args)),
        });
        let language = self.script.language_for(Some(&self.language)).to_owned();
        self.speak(language);
        self.enter(self.script.start.text.clone())
    }

    /// Back to the script that called this one, with results and nothing else.
    fn come_back(&mut self, results: Given) -> Option<Given> {
        let Some(frame) = self.callers.pop() else {
            // A test of a part ends where the part does.
            if self.trace.is_some() {
                self.phase = Phase::Over;
                let cause = HangUpCause::Normal;
                self.effects.push_back(Effect::HangUp { cause });
            } else {
                self.fault("nobody to return to".to_owned());
            }
            return None;
        };
        let Frame {
            script,
            node,
            variables,
        } = frame;
        (self.script, self.node, self.variables) = (script, node, variables);
        let language = self.script.language_for(Some(&self.language)).to_owned();
        self.speak(language);
        Some(results)
    }

    /// Lets another script take over: answers, language and keys typed ahead travel along (E16).
    fn hand_over(&mut self, environment: &Environment<'_>, name: &ScriptName) -> bool {
        self.hops += 1;
        let Some(script) = environment
            .scripts
            .get(name)
            .filter(|_| self.hops <= HOPS_MAX)
        else {
            let reason = if self.hops > HOPS_MAX {
                format!("more than {HOPS_MAX} scripts")
            } else {
                format!("no script `{name}`")
            };
            self.fault(reason);
            return false;
        };
        self.script = Arc::clone(script);
        // Nobody comes back to those that waited; what they knew travels along.
        for frame in std::mem::take(&mut self.callers).into_iter().rev() {
            self.variables.inherit(frame.variables);
        }
        let language = script.language_for(Some(&self.language)).to_owned();
        self.speak(language);
        self.enter(script.start.text.clone())
    }

    fn speak(&mut self, language: String) {
        if self.language != language {
            self.effects
                .push_back(Effect::LanguageSet(language.clone()));
            self.language = language;
        }
    }

    /// A prompt, and digits after it in the house's own words.
    fn said(&self, prompt: &Name, digits: &str) -> Vec<Played> {
        let mut parts = vec![Played::Sound(self.sound(&prompt.text))];
        parts.extend(spoken::digits(&self.language, digits));
        parts
    }

    /// A prompt's sound in the caller's language.
    fn sound(&self, prompt: &str) -> String {
        own_sound(self.script.sounds_of(), &self.language, prompt)
    }

    fn fault(&mut self, reason: String) {
        self.phase = Phase::Over;
        let reason = format!("script `{}`: {reason}", self.script.name());
        self.effects.push_back(Effect::Faulted { reason });
    }

    fn visit<'a>(
        &'a mut self,
        now: Duration,
        environment: &'a Environment<'_>,
        caught: &'a mut Caught,
    ) -> Visit<'a> {
        Visit {
            now,
            calendars: environment.calendars,
            script: self.script.name(),
            languages: &self.script.languages,
            clocks: &self.script.calendars,
            sounds: self.script.sounds_of(),
            node: &self.node,
            language: &self.language,
            entry: &self.entry,
            plan: environment.plan,
            variables: &mut self.variables,
            keys: &mut self.keys,
            chain: &mut self.chain,
            typed: &mut self.typed,
            stage: &mut self.stage,
            asking: &mut self.asking,
            scripts: environment.scripts,
            filed: &mut self.filed,
            clerk: &mut self.clerk,
            caught,
        }
    }
}
