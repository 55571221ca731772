//! What a waiting caller hears: the cues of his announcer, played.
//!
//! The announcer knows what and when (`crate::announce`), the ACD where he stands; here both meet his port. Announcements
//! interrupt the music and never duck it.

use std::time::Duration;

use media::{SoundName, Source};
use model::QueueName;

use super::hold::music_of;
use super::{Call, Phase};
use crate::announce::{Announce, Announcer, Cue};
use crate::context::Context;
use crate::speech;

impl Call {
    /// He waits from here on, with this queue's music and announcements. `choices` tells him the keys.
    pub(super) fn begin_wait(
        &mut self,
        context: &mut Context,
        home: &QueueName,
        choices: Option<&str>,
    ) {
        self.stop_playing(context);
        let (rules, music) = heard_in(context, home);
        let choices = choices.map(SoundName::new);
        let announcer = Announcer::new(context.now, rules, music, &self.language, choices);
        let music = announcer.music();
        self.phase = Phase::Queued(Box::new(announcer));
        self.personal = false;
        self.cue(context, music);
    }

    /// D30: another queue is his home now.
    pub(super) fn change_home(&mut self, context: &mut Context, home: &QueueName) {
        if let Phase::Queued(announcer) = &mut self.phase {
            let (rules, music) = heard_in(context, home);
            announcer.moved(context.now, rules, music);
            let music = announcer.music();
            self.cue(context, music);
        }
    }

    /// Says what is to be said at this moment, if he waits and there is anything.
    pub(super) fn announce(&mut self, context: &mut Context) {
        if let Phase::Queued(announcer) = &mut self.phase {
            let (now, call) = (context.now, self.id);
            let cue = announcer.handle_timeout(now, || context.acd.standing(now, call));
            self.cue_if_any(context, cue);
        }
    }

    /// An announcement was heard; whether there was one.
    pub(super) fn announcement_heard(&mut self, context: &mut Context) -> bool {
        let Phase::Queued(announcer) = &mut self.phase else {
            return false;
        };
        let cue = announcer.handle_heard(context.now);
        self.cue_if_any(context, cue);
        true
    }

    /// D18: a phone rings for him.
    pub(super) fn announce_connecting(&mut self, context: &mut Context) {
        if let Phase::Queued(announcer) = &mut self.phase {
            let cue = announcer.connecting(context.now);
            self.cue_if_any(context, cue);
        }
    }

    /// D21: he hears first who calls him, where the house has words for it.
    pub(super) fn greet_called_back(&mut self, context: &mut Context) {
        let greeting = speech::callback_greeting(&context.config.house_sounds, &self.language);
        if let (Phase::Queued(announcer), Some(greeting)) = (&mut self.phase, greeting) {
            let cue = announcer.greet(context.now, greeting);
            self.cue(context, cue);
        }
    }

    /// R62: his familiar agent is busy for long; he chooses until then.
    pub(super) fn ask_familiar(&mut self, context: &mut Context, until: Duration) {
        if let Phase::Queued(announcer) = &mut self.phase {
            let cue = announcer.ask(context.now, until);
            self.cue(context, cue);
        }
    }

    /// A key that answers that question; whether it did.
    pub(super) fn familiar_chosen(&mut self, context: &mut Context, key: char) -> bool {
        let Phase::Queued(announcer) = &mut self.phase else {
            return false;
        };
        let Some(waits) = announcer.answer(context.now, key) else {
            return false;
        };
        let cue = announcer.handle_heard(context.now);
        self.cue_if_any(context, cue);
        let call = self.id;
        context.tell_acd(acd::Input::FamiliarChosen { call, waits });
        true
    }

    fn cue_if_any(&mut self, context: &mut Context, cue: Option<Cue>) {
        if let Some(cue) = cue {
            self.cue(context, cue);
        }
    }

    /// What plays is replaced, without a gap.
    fn cue(&mut self, context: &mut Context, cue: Cue) {
        match cue {
            Cue::Music { piece, from } => {
                self.play_from(context, vec![Source::Sound(piece)], true, from);
            }
            Cue::Say(sounds) => {
                let sources = sounds.into_iter().map(Source::Sound).collect();
                self.play_from(context, sources, false, Duration::ZERO);
            }
        }
    }
}

/// What those hear who wait in a queue.
fn heard_in(context: &Context, home: &QueueName) -> (Announce, SoundName) {
    let queue = context.config.queues.get(home);
    let rules = queue.map_or_else(Announce::default, |queue| queue.announce.clone());
    (rules, music_of(context, Some(home)))
}
