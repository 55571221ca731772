//! The first seconds of a talk: the caller is told who serves him while the agent hears for whom (C17, C18).
//!
//! Both sounds begin at once, and the talk begins for both when both are done: who is done earlier waits, the caller with his
//! music. An order of the agent cuts it, a hang-up does not wait for it, and each sound has a longest time, so that
//! nothing that is missing or too long keeps the two apart. What the numbers are said with stands in `speech`.

use std::time::Duration;

use media::{PlaybackId, PortId, Source};
use model::Offer;

use super::hold::music_of;
use super::sound::COMFORT;
use super::{Call, Phase};
use crate::context::Context;
use crate::leg::Leg;
use crate::speech;

/// C18: what the agent hears is short.
const WHISPER_MAX: Duration = Duration::from_secs(2);
/// A number of ten digits has been said by then.
const NUMBER_MAX: Duration = Duration::from_secs(10);

/// What is said to both before they hear each other.
#[derive(Debug)]
pub(crate) struct Opening {
    /// The caller's, until he has heard it.
    caller: Option<Said>,
    /// The agent's.
    agent: Option<Said>,
}

/// A sound that somebody is to hear to its end.
#[derive(Clone, Copy, Debug)]
struct Said {
    port: PortId,
    playback: PlaybackId,
    /// When he has heard enough.
    until: Duration,
}

impl Opening {
    /// When a sound has lasted long enough.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.sounds().map(|said| said.until).min()
    }

    fn sounds(&self) -> impl Iterator<Item = Said> {
        [self.caller, self.agent].into_iter().flatten()
    }

    /// Whether the agent's leg is still the one that was whispered to.
    pub(super) fn is_for(&self, port: PortId) -> bool {
        self.agent.is_none_or(|said| said.port == port)
    }
}

impl Call {
    /// Begins to say what the queue wants said; `agent` is the leg of who has answered.
    pub(super) fn opening(
        &mut self,
        context: &mut Context,
        offer: &Offer,
        agent: &Leg,
    ) -> Option<Box<Opening>> {
        let wanted = context.config.queues.get(offer.queue.as_ref()?)?;
        let wanted = wanted.opening.clone();
        let number = wanted
            .announce_agent
            .then(|| {
                let login = &context.directory.get(offer.agent)?.login;
                speech::agent(&context.config.house_sounds, &self.language, login)
            })
            .flatten();
        // Who has no whisper hears what the caller hears, and so knows when to speak.
        // C14: who was asked for a key has heard for whom.
        let whisper = wanted.whisper.filter(|_| agent.off_net.is_none());
        let (whisper, longest) = match whisper {
            Some(sound) => (Some(vec![Source::Sound(sound)]), WHISPER_MAX),
            None => (number.clone(), NUMBER_MAX),
        };
        let mut say = |port, sources: Option<Vec<Source>>, longest| {
            sources.map(|sources| Said {
                port,
                playback: context.play(port, sources, false, Duration::ZERO),
                until: context.now + longest,
            })
        };
        let port = self.leg.as_ref()?.port;
        let caller = say(port, number, NUMBER_MAX);
        let agent = say(agent.port, whisper, longest);
        if caller.is_some() {
            self.playing = None;
        }
        (caller.is_some() || agent.is_some()).then(|| Box::new(Opening { caller, agent }))
    }

    /// A sound of the opening was heard. `false`: it was none of these.
    pub(super) fn opening_heard(&mut self, context: &mut Context, playback: PlaybackId) -> bool {
        let Some(opening) = self.opening_mut() else {
            return false;
        };
        let is_it = |said: &mut Said| said.playback == playback;
        let caller = opening.caller.take_if(is_it);
        let agent = opening.agent.take_if(is_it);
        let heard = caller.is_some() || agent.is_some();
        if heard {
            self.opening_goes_on(context, caller, agent);
        }
        heard
    }

    /// What has lasted long enough is cut.
    pub(super) fn opening_time_up(&mut self, context: &mut Context) {
        let now = context.now;
        let Some(opening) = self.opening_mut() else {
            return;
        };
        let is_due = |said: &mut Said| said.until <= now;
        let caller = opening.caller.take_if(is_due);
        let agent = opening.agent.take_if(is_due);
        if caller.is_none() && agent.is_none() {
            return;
        }
        for said in [caller, agent].into_iter().flatten() {
            stop(context, said);
        }
        self.opening_goes_on(context, caller, agent);
    }

    /// Caller or agent is done: the talk begins, or he waits for the other.
    fn opening_goes_on(
        &mut self,
        context: &mut Context,
        caller: Option<Said>,
        agent: Option<Said>,
    ) {
        let Phase::Talking(talking) = &mut self.phase else {
            return;
        };
        let waits = talking
            .opening
            .as_ref()
            .is_some_and(|opening| opening.sounds().next().is_some());
        if !waits {
            talking.opening = None;
            return self.arrange(context);
        }
        if let Some(said) = caller {
            // C18: never silence.
            let music = Source::Sound(music_of(context, talking.queue.as_ref()));
            self.playing = Some(context.play(said.port, vec![music], true, Duration::ZERO));
        }
        if let Some(said) = agent {
            context.play(said.port, vec![COMFORT], true, Duration::ZERO);
        }
    }

    /// Something else begins: nobody is told anything more.
    pub(super) fn cut_opening(&mut self, context: &mut Context) {
        let opening = match &mut self.phase {
            Phase::Talking(talking) => talking.opening.take(),
            Phase::Arriving(_)
            | Phase::InScript
            | Phase::Queued(_)
            | Phase::Direct
            | Phase::Dialling(_)
            | Phase::Outside(_)
            | Phase::Ending(_) => None,
        };
        for said in opening.iter().flat_map(|opening| opening.sounds()) {
            stop(context, said);
        }
    }

    fn opening_mut(&mut self) -> Option<&mut Opening> {
        match &mut self.phase {
            Phase::Talking(talking) => talking.opening.as_deref_mut(),
            Phase::Arriving(_)
            | Phase::InScript
            | Phase::Queued(_)
            | Phase::Direct
            | Phase::Dialling(_)
            | Phase::Outside(_)
            | Phase::Ending(_) => None,
        }
    }
}

fn stop(context: &mut Context, said: Said) {
    let Said { port, playback, .. } = said;
    context.media(media::Command::StopPlay { port, playback });
}
