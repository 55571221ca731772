//! The script's part of a call: what it wants is done here, what the caller does is told to it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ivr::HangUpCause;
use ivr::{Effect, Environment, Played, Run};
use media::{PlaybackId, SoundName, Source};
use model::fact::{CallResult, EndedBy};
use model::{Calendar, Fact};
use sip::Reason;

use super::hold::music_of;
use super::line::Wait;
use super::{Call, Phase};
use crate::config::{Config, Entry};
use crate::context::Context;
use crate::route;

/// Ring time of an agent who was dialled by name.
pub(super) const DIRECT_RING: Duration = Duration::from_secs(25);
/// Between the groups of a number.
const BREATH: Source = Source::Silence { ms: 250 };
/// After it one speaks (ITU-T E.183 leaves the record tone to the country; answering machines use about this).
const SPEAK_NOW: Source = Source::Tone { hz: 1_000, ms: 300 };
/// The pop's path keeps this many steps.
const PATH_MAX: usize = 20;
/// Ringing tone of the network that the caller knows (ITU-T E.180: China 450 Hz, 1 s on, 4 s off).
pub(super) const RINGING_TONE: [Source; 2] = [
    Source::Tone { hz: 450, ms: 1_000 },
    Source::Silence { ms: 4_000 },
];

/// What pushes a script on.
pub(super) enum Push {
    Input(ivr::Input),
    Timeout,
}

impl Call {
    /// Goes where a number or a transfer leads.
    pub(super) fn enter_target(&mut self, context: &mut Context, entry: Entry) {
        match entry {
            Entry::Script(name) => {
                let former = self.began_with.scripts.get(&name);
                let script = former.or_else(|| context.config.scripts.get(&name));
                let Some(script) = script.cloned() else {
                    // `check` refuses a number without its script; a reload may race with it.
                    self.finish(context, CallResult::Failed, EndedBy::System);
                    return;
                };
                let vip_level = self.vip_level();
                let entry = ivr::Entry {
                    caller: self.caller.clone(),
                    vip_level,
                    called: self.called.clone(),
                    trunk: self.trunk.clone().unwrap_or_default(),
                    diverted_from: self.diverted_from.clone().unwrap_or_default(),
                    language: self.language_after_talk(),
                };
                let run = Box::new(Run::new(script, entry).having_filed(self.tickets));
                run.language().clone_into(&mut self.language);
                self.run = Some(run);
                self.drive(context, Push::Input(ivr::Input::Start));
            }
            Entry::Standby => self.direct_ended(context, acd::DirectEnd::Unreachable),
            Entry::Queue(queue) => self.ask_to_wait(context, Wait::of(queue.into())),
            Entry::Regions(fit) => self.ask_to_wait(context, Wait::by(fit)),
            Entry::Agent(login) => {
                self.stop_playing(context);
                self.ring_agent(context, &login, DIRECT_RING);
                if matches!(self.phase, Phase::Direct) {
                    self.play(context, RINGING_TONE.to_vec(), true);
                }
            }
        }
    }

    /// Pushes the script and does what it then wants; what cannot be done is told to it before anybody else speaks.
    pub(super) fn drive(&mut self, context: &mut Context, push: Push) {
        let Some(mut run) = self.run.take() else {
            return;
        };
        let ground = Ground::of(self, context);
        let environment = ground.environment();
        self.driving = true;
        let mut push = Some(push);
        while let Some(next) = push {
            match next {
                Push::Input(input) => run.handle_input(context.now, &environment, input),
                Push::Timeout => run.handle_timeout(context.now, &environment),
            }
            while let Some(effect) = run.poll_effect() {
                self.perform(context, &run, effect);
            }
            push = self.pending.pop_front().map(Push::Input);
        }
        self.driving = false;
        // A number may have led into another script, which has the caller from here on.
        if self.run.is_some() {
            return;
        }
        self.mask(context, run.is_secret());
        // A call that has left the script for good (an agent, the end) does not take it back.
        if !matches!(
            self.phase,
            Phase::Talking(_) | Phase::Outside(_) | Phase::Ending(_)
        ) {
            self.run = Some(run);
        }
    }

    /// Whether a script decides what comes next.
    pub(super) const fn has_script(&self) -> bool {
        self.driving || self.run.is_some()
    }

    pub(super) fn perform(&mut self, context: &mut Context, run: &Run, effect: Effect) {
        if matches!(self.phase, Phase::Ending(_)) {
            return;
        }
        match effect {
            Effect::Entered {
                kind,
                node,
                depth,
                left,
            } => {
                if let Some(walk) = &mut self.walk {
                    walk.enters(run.script(), &node, &left);
                }
                self.step([kind, " ", &node].concat());
                context.fact(Fact::IvrEntered {
                    call: self.id,
                    script: run.script().clone(),
                    version: run.version(),
                    kind: kind.to_owned(),
                    node,
                    depth,
                    left,
                });
            }
            Effect::GaveUp { node, failed } => {
                let call = self.id;
                context.fact(Fact::IvrGaveUp { call, node, failed });
            }
            Effect::Play { sounds } => {
                let sources = sounds.iter().map(source);
                self.play(context, sources.collect(), false);
            }
            Effect::Unsaid { reason } => {
                tracing::warn!(call = %self.id, script = %run.script(), reason, "a value is not said");
            }
            Effect::StopPlay => self.stop_playing(context),
            Effect::JoinQueue {
                queue,
                head_start,
                priority,
                needs,
                sticky,
                by_region,
                choices,
            } => {
                self.answers = run.variables();
                let wait = self.wait_by_region(context, by_region);
                let wait = Wait {
                    head_start,
                    priority,
                    needs,
                    sticky,
                    choices,
                    ..wait.unwrap_or_else(|| Wait::of(queue.into()))
                };
                self.ask_to_wait(context, wait);
            }
            Effect::LeaveQueue => self.leave_queue(context),
            Effect::Transfer {
                to,
                ring,
                wait,
                by_region,
            } => {
                self.answers = run.variables();
                match self.wait_by_region(context, by_region) {
                    Some(wait) => self.ask_to_wait(context, wait),
                    None => self.transfer(context, to, ring, wait),
                }
            }
            Effect::RequestCallback { queue, number } => self.ask_callback(context, queue, number),
            Effect::Ask(ask) => self.look_up(context, ask),
            Effect::Converse(ask) => self.converse(context, ask),
            Effect::PassKey(key) => self.pass_key_to_bot(context, key),
            Effect::EndConversation(end) => self.end_conversation(context, end),
            Effect::SetCalendar { calendar, wish } => self.set_calendar(context, &calendar, wish),
            Effect::Hold => {
                let music = Source::Sound(music_of(context, None));
                self.play(context, vec![music], true);
            }
            Effect::Record {
                max,
                silence,
                mailbox,
            } => self.record_message(context, max, silence, mailbox),
            Effect::LeaveMessage { mailbox, said } => self.leave_message(context, mailbox, said),
            Effect::SurveyAsked { form } => self.survey_asked(context, form),
            Effect::SurveyDone(done) => self.survey_done(context, done),
            Effect::Identify(typed) => self.says_who(context, typed),
            Effect::FileTicket(filing) => self.file_ticket(context, run.script(), filing),
            Effect::StopRecord => self.stop_message(context),
            Effect::SettleRecord { recording, kept } => {
                Self::settle_message(context, recording, kept);
            }
            Effect::LanguageSet(language) => self.language = language,
            Effect::HangUp { cause } => {
                self.finish_because(
                    context,
                    CallResult::SelfService,
                    EndedBy::System,
                    reason_of(cause),
                );
            }
            Effect::Faulted { reason } => {
                tracing::warn!(call = %self.id, reason, "the script cannot go on");
                self.finish(context, CallResult::Failed, EndedBy::System);
            }
        }
    }

    /// E11, E12: what a look-up brought; nobody waits for it any more when the call went on without it.
    pub(super) fn looked_up(&mut self, context: &mut Context, id: ivr::AskId, answer: ivr::Answer) {
        self.drive(context, Push::Input(ivr::Input::Answered(id, answer)));
    }

    /// S22: while a secret is typed, silence stands in the recording.
    fn mask(&mut self, context: &mut Context, secret: bool) {
        if let Some(leg) = &self.leg
            && self.masked != secret
        {
            self.masked = secret;
            let recording = model::RecordingId::whole(self.id);
            context.media(media::Command::MaskRecord {
                port: leg.port,
                recording,
                masked: secret,
            });
        }
    }

    fn transfer(&mut self, context: &mut Context, to: ivr::Target, ring: Duration, wait: Duration) {
        let entry = match to {
            ivr::Target::Agent(login) => {
                if !wait.is_zero() && self.wait_for_agent(context, &login, wait, ring) {
                    return;
                }
                self.stop_playing(context);
                self.ring_agent(context, &login, ring);
                if matches!(self.phase, Phase::Direct) {
                    self.play(context, RINGING_TONE.to_vec(), true);
                }
                return;
            }
            ivr::Target::Queue(queue) => Some(Entry::Queue(queue)),
            ivr::Target::Script(script) => Some(Entry::Script(script)),
            ivr::Target::Number(number) => {
                match route::entry(&context.config, &context.directory, &self.caller, &number) {
                    Some((_, entry)) => Some(entry),
                    None => return self.dial_for_script(context, number, ring),
                }
            }
        };
        match entry {
            Some(entry) => self.enter_target(context, entry),
            // `check` refuses unknown names; an agent may have been removed since.
            None => self.direct_ended(context, acd::DirectEnd::Unreachable),
        }
    }

    /// Hands the script its news; a call without a script ends instead.
    pub(super) fn push_or_end(&mut self, context: &mut Context, input: ivr::Input) {
        if self.driving {
            self.pending.push_back(input);
        } else if self.run.is_some() {
            self.drive(context, Push::Input(input));
        } else {
            self.finish(context, CallResult::Abandoned, EndedBy::System);
        }
    }

    pub(super) fn playback_done(&mut self, context: &mut Context, playback: PlaybackId) {
        if self.opening_heard(context, playback) {
            return;
        }
        if self.clip_heard(context, playback) {
            return;
        }
        if self.sound.said(playback) {
            return self.arrange(context);
        }
        if self.playing == Some(playback) {
            self.playing = None;
            if self.announcement_heard(context) {
                return;
            }
            self.drive(context, Push::Input(ivr::Input::PlayDone));
        }
    }

    pub(super) fn play(&mut self, context: &mut Context, sources: Vec<Source>, repeat: bool) {
        self.play_from(context, sources, repeat, Duration::ZERO);
    }

    pub(super) fn play_from(
        &mut self,
        context: &mut Context,
        sources: Vec<Source>,
        repeat: bool,
        start_at: Duration,
    ) {
        if let Some(leg) = &self.leg {
            self.playing = Some(context.play(leg.port, sources, repeat, start_at));
        }
    }

    pub(super) fn stop_playing(&mut self, context: &mut Context) {
        if let (Some(playback), Some(leg)) = (self.playing.take(), &self.leg) {
            context.media(media::Command::StopPlay {
                port: leg.port,
                playback,
            });
        }
    }

    pub(super) fn step(&mut self, step: String) {
        if self.path.len() < PATH_MAX {
            self.path.push(step);
        }
    }
}

/// What a script stands on at this moment: its own versions (E20), and the hours and numbers of everybody.
pub(super) struct Ground {
    /// The configuration of the moment.
    config: Arc<Config>,
    /// The configuration with which the call began.
    began_with: Arc<Config>,
    calendars: Arc<BTreeMap<String, Calendar>>,
}

impl Ground {
    pub(super) fn of(call: &Call, context: &Context) -> Self {
        Self {
            config: context.config.clone(),
            began_with: call.began_with.clone(),
            calendars: calendars(context, &call.began_with),
        }
    }

    pub(super) fn environment(&self) -> Environment<'_> {
        Environment {
            calendars: &self.calendars,
            scripts: &self.began_with.scripts,
            plan: &self.config.plan,
        }
    }
}

/// The calendars of this moment, and of a former configuration those that are no more: its scripts may still ask them.
fn calendars(context: &Context, began_with: &Arc<Config>) -> Arc<BTreeMap<String, Calendar>> {
    let is_gone = |name: &String| !context.calendars.contains_key(name);
    if Arc::ptr_eq(began_with, &context.config) || !began_with.calendars.keys().any(is_gone) {
        return context.calendars.clone();
    }
    let mut all = began_with.calendars.clone();
    let now = context.calendars.iter();
    all.extend(now.map(|(name, calendar)| (name.clone(), calendar.clone())));
    Arc::new(all)
}

fn source(played: &Played) -> Source {
    match played {
        Played::Sound(name) => Source::Sound(SoundName::new(name)),
        Played::Breath => BREATH,
        Played::Tone => SPEAK_NOW,
        Played::Recording(recording) => Source::Message(*recording),
    }
}

/// What the caller's phone is told (Q.850 §2.2.7): nothing special, user busy, call rejected.
fn reason_of(cause: HangUpCause) -> Option<Reason> {
    match cause {
        HangUpCause::Normal => None,
        HangUpCause::Busy => Some(Reason::q850(17, "User busy")),
        HangUpCause::Rejected => Some(Reason::q850(21, "Call rejected")),
    }
}
