//! E25: the agent plays a clip to his caller.
//!
//! The caller hears it alone; the agent hears the caller, and the clip lower beside him. `hold` puts it into the plan of who hears
//! whom, and `sound` orders that. Whatever takes caller and agent from each other ends it, and each clip that began is told as
//! `clip.played` once. A clip that plays keeps the sound with which it began, whatever a reload says.

use std::collections::BTreeSet;
use std::time::Duration;

use media::{PlaybackId, SoundName};
use model::clip::sound_of;
use model::fact::{ClipBegan, ClipEnd, ClipPlayed};
use model::{Clip, ClipName, Clips, Fact};

use super::consult::{With, no_talk};
use super::sound::ClipSound;
use super::talk::Talking;
use super::{Call, Phase};
use crate::command::{ClipChoice, ClipRefusal, CommandError};
use crate::config::Config;
use crate::context::Context;
use crate::leg::Leg;

/// A clip that the caller hears.
#[derive(Debug)]
pub(super) struct PlayingClip {
    told: ClipBegan,
    sound: SoundName,
    playback: PlaybackId,
    since: Duration,
}

impl PlayingClip {
    fn played(self, now: Duration, end: ClipEnd) -> Fact {
        let heard = now.saturating_sub(self.since);
        Fact::ClipPlayed(ClipPlayed {
            began: self.told,
            heard_ms: u64::try_from(heard.as_millis()).unwrap_or(u64::MAX),
            end,
        })
    }
}

impl Talking {
    /// What `sound` is to play to the caller.
    pub(super) fn clip_sound(&self, caller: &Leg) -> Option<ClipSound> {
        let clip = self.clip.as_ref()?;
        Some(ClipSound {
            to: caller.port,
            playback: clip.playback,
            sound: clip.sound.clone(),
        })
    }

    fn apart(&self, caller: &Leg) -> Option<Apart> {
        let asks = self.consult.as_ref();
        if asks.is_some_and(|consult| consult.with == With::Consulted) {
            return Some(Apart::Consulting);
        }
        let held = self.desk_hold || self.leg.is_held() || caller.is_held();
        held.then_some(Apart::Held)
    }

    /// What is to be played, if it can be in this talk.
    fn choose(
        &self,
        config: &Config,
        caller: &Leg,
        choice: &ClipChoice,
    ) -> Result<(ClipName, Clip), ClipRefusal> {
        let (name, clip) = find(&config.clips, choice).ok_or(ClipRefusal::Unknown)?;
        if !clip.is_offered_in(self.queue.as_ref()) {
            return Err(ClipRefusal::NotOffered);
        }
        match self.apart(caller) {
            Some(apart) => Err(apart.refusal()),
            None => Ok((name.clone(), clip.clone())),
        }
    }
}

/// What keeps caller and agent from hearing each other, and so from a clip.
#[derive(Clone, Copy, Debug)]
enum Apart {
    /// One of them holds.
    Held,
    /// The agent has turned to a colleague.
    Consulting,
}

impl Apart {
    const fn refusal(self) -> ClipRefusal {
        match self {
            Self::Held => ClipRefusal::Held,
            Self::Consulting => ClipRefusal::Consulting,
        }
    }

    const fn end(self) -> ClipEnd {
        match self {
            Self::Held => ClipEnd::Held,
            Self::Consulting => ClipEnd::Consulted,
        }
    }
}

impl Call {
    /// The agent plays a clip, in place of one that plays; without a language in the caller's, or the next best that sounds.
    pub(super) fn play_clip(
        &mut self,
        context: &mut Context,
        choice: &ClipChoice,
        language: Option<&str>,
        silent: &BTreeSet<String>,
    ) -> Result<(), CommandError> {
        let (Phase::Talking(talking), Some(caller)) = (&self.phase, &self.leg) else {
            return Err(no_talk());
        };
        let config = context.config.clone();
        let (name, clip) = talking.choose(&config, caller, choice)?;
        let language = match language {
            Some(wanted) => clip.languages.get(wanted).map(String::as_str),
            None => clip.language_for(&self.language, &config.language, silent),
        };
        let language = language.ok_or(ClipRefusal::NoLanguage)?.to_owned();
        let told = ClipBegan {
            call: self.id,
            agent: talking.agent(),
            clip: name,
            number: clip.number,
            language,
        };
        self.end_clip(context, ClipEnd::Replaced);
        self.begin_clip(context, told);
        Ok(())
    }

    fn begin_clip(&mut self, context: &mut Context, told: ClipBegan) {
        let Phase::Talking(talking) = &mut self.phase else {
            return;
        };
        talking.clip = Some(Box::new(PlayingClip {
            sound: SoundName::new(&sound_of(&told.clip, &told.language)),
            playback: context.next_playback(),
            since: context.now,
            told: told.clone(),
        }));
        context.fact(Fact::ClipBegan(told));
        self.arrange(context);
    }

    /// The agent wants it to end; where none plays it has ended.
    pub(super) fn stop_clip(&mut self, context: &mut Context) -> Result<(), CommandError> {
        if !matches!(self.phase, Phase::Talking(_)) {
            return Err(no_talk());
        }
        self.clip_over(context, ClipEnd::Stopped);
        Ok(())
    }

    /// The caller has heard it to its end. `false`: it was another playback.
    pub(super) fn clip_heard(&mut self, context: &mut Context, playback: PlaybackId) -> bool {
        let is_it = self.clip().is_some_and(|clip| clip.playback == playback);
        if is_it {
            self.clip_over(context, ClipEnd::Finished);
        }
        is_it
    }

    /// A sound was not there.
    pub(super) fn sound_missing(&mut self, context: &mut Context, sound: &SoundName) {
        if self.clip().is_some_and(|clip| clip.sound == *sound) {
            self.clip_over(context, ClipEnd::NoSound);
        }
    }

    fn clip_over(&mut self, context: &mut Context, end: ClipEnd) {
        if self.clip().is_some() {
            self.end_clip(context, end);
            self.arrange(context);
        }
    }

    /// Whether the caller hears a clip.
    pub(super) fn plays_clip(&self) -> bool {
        self.clip().is_some()
    }

    /// Ends it where caller and agent hear each other no more, though the talk goes on.
    pub(super) fn part_clip(&mut self, context: &mut Context) {
        let (Phase::Talking(talking), Some(caller)) = (&self.phase, &self.leg) else {
            return;
        };
        if let Some(apart) = talking.apart(caller) {
            self.end_clip(context, apart.end());
        }
    }

    /// Tells that it is over. What is heard from here on is the business of whoever ends it.
    pub(super) fn end_clip(&mut self, context: &mut Context, end: ClipEnd) {
        let Phase::Talking(talking) = &mut self.phase else {
            return;
        };
        if let Some(clip) = talking.clip.take() {
            context.fact(clip.played(context.now, end));
        }
    }

    /// What is told of the clip that a broken call leaves (S3).
    pub(crate) fn lost_clip(&mut self, now: Duration) -> Option<Fact> {
        let Phase::Talking(talking) = &mut self.phase else {
            return None;
        };
        let clip = talking.clip.take()?;
        Some(clip.played(now, ClipEnd::Lost))
    }

    fn clip(&self) -> Option<&PlayingClip> {
        let Phase::Talking(talking) = &self.phase else {
            return None;
        };
        talking.clip.as_deref()
    }
}

fn find<'a>(clips: &'a Clips, choice: &ClipChoice) -> Option<(&'a ClipName, &'a Clip)> {
    match choice {
        ClipChoice::Name(name) => clips.get_key_value(name),
        ClipChoice::Number(number) => clips.iter().find(|(_, clip)| clip.number == *number),
    }
}
