//! Who hears whom while an agent talks: computed from who is there and who holds, and compared with what was ordered last.
//!
//! Hold is the server's work, both by the phone and by the desk: ports, codecs and addresses stay, so that it is the same
//! with every phone, and one that holds by itself is simply no listener. Who waits for somebody hears music; an agent whose
//! caller is held by the desk hears silence that is sent, since some phones give up a call from which nothing comes.
//! Invariant: what was ordered stands here, and nothing is ordered twice.

use std::collections::BTreeMap;
use std::time::Duration;

use media::{Command, PlaybackId, PortId, RoomId, SoundName, Source};

use super::script::RINGING_TONE;
use crate::context::Context;

/// Length of one round of comfort; it repeats.
pub(super) const COMFORT: Source = Source::Comfort { ms: 60_000 };

/// Somebody who is in the talk, and whether his phone holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listener {
    pub(super) port: PortId,
    pub(super) holds: bool,
}

/// What somebody hears who hears nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alone {
    Music,
    /// The colleague's phone rings.
    RingBack,
    /// Silence that is sent.
    Comfort,
    /// Something is said to him, once; then he hears music again.
    Message,
}

/// A clip for one of those who are together (E25).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClipSound {
    /// He hears it in place of the others.
    pub(super) to: PortId,
    pub(super) playback: PlaybackId,
    pub(super) sound: SoundName,
}

/// Who is to hear whom.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// They hear each other, but for those who hold.
    pub(super) together: Vec<Listener>,
    /// They hear what is named.
    pub(super) apart: Vec<(PortId, Alone)>,
    /// What one of those who are together hears instead, and the others beside him.
    pub(super) clip: Option<ClipSound>,
}

impl Plan {
    /// Without a clip.
    pub(super) const fn of(together: Vec<Listener>, apart: Vec<(PortId, Alone)>) -> Self {
        Self {
            together,
            apart,
            clip: None,
        }
    }
}

/// What was ordered.
#[derive(Debug, Default)]
pub(super) struct Sound {
    group: Vec<PortId>,
    /// They sit in a room: more than two do, and two while one hears a clip.
    seated: bool,
    /// The clip, and who hears it.
    clip: Option<(PortId, PlaybackId)>,
    playing: BTreeMap<PortId, (Alone, PlaybackId)>,
}

impl Sound {
    /// Orders what the plan wants and does not stand yet.
    pub(super) fn arrange(
        &mut self,
        context: &mut Context,
        room: RoomId,
        music: &SoundName,
        mut plan: Plan,
    ) {
        let clip = plan.clip.take();
        let (group, alone) = settled(plan);
        let clip = clip.filter(|clip| group.contains(&clip.to));
        self.end_clip_but(context, clip.as_ref());
        self.bring_together(context, room, group, clip.is_some());
        let ports: Vec<PortId> = self.playing.keys().copied().collect();
        for port in ports.into_iter().filter(|port| !alone.contains_key(port)) {
            self.silence(context, port);
        }
        for (port, what) in alone {
            self.play(context, port, what, music);
        }
        if let Some(clip) = clip {
            self.play_clip(context, clip);
        }
    }

    /// Takes all apart: the ports are free for something else.
    pub(super) fn clear(&mut self, context: &mut Context, room: RoomId) {
        self.end_clip_but(context, None);
        self.bring_together(context, room, Vec::new(), false);
        let ports: Vec<PortId> = self.playing.keys().copied().collect();
        for port in ports {
            self.silence(context, port);
        }
    }

    /// A port is closed, and with it whatever it heard.
    pub(super) fn forget(&mut self, context: &mut Context, room: RoomId, port: PortId) {
        self.playing.remove(&port);
        if !self.group.contains(&port) {
            return;
        }
        let rest: Vec<PortId> = self
            .group
            .iter()
            .copied()
            .filter(|it| *it != port)
            .collect();
        let goes_on = self
            .clip
            .is_some_and(|(to, _)| rest.len() > 1 && rest.contains(&to));
        if goes_on {
            // E25: who leaves a talk of three takes no clip with him.
            let ports = rest.clone();
            self.group = rest;
            return context.media(Command::Mix { room, ports });
        }
        self.end_clip_but(context, None);
        // C15: the port of an agent who stands by stays open.
        if let ([a, b], false, Some(_)) = (
            self.group.as_slice(),
            self.seated,
            context.standby.of_port(port),
        ) {
            context.media(Command::Unbridge { a: *a, b: *b });
        }
        self.group.clear();
        if std::mem::take(&mut self.seated) {
            let ports = Vec::new();
            context.media(Command::Mix { room, ports });
        }
    }

    /// These and no others hear each other, in a room or, where two of them hear nothing else, by a bridge.
    pub(super) fn bring_together(
        &mut self,
        context: &mut Context,
        room: RoomId,
        group: Vec<PortId>,
        with_clip: bool,
    ) {
        let seated = group.len() > 2 || (group.len() == 2 && with_clip);
        if self.group == group && self.seated == seated {
            return;
        }
        let former = std::mem::replace(&mut self.group, group.clone());
        let was_seated = std::mem::replace(&mut self.seated, seated);
        if was_seated && !seated {
            let ports = Vec::new();
            context.media(Command::Mix { room, ports });
        }
        match (group.as_slice(), former.as_slice()) {
            _ if seated => context.media(Command::Mix { room, ports: group }),
            ([a, b], _) => context.media(Command::Bridge { a: *a, b: *b }),
            (_, [a, b]) if !was_seated => context.media(Command::Unbridge { a: *a, b: *b }),
            (_, _) => {}
        }
        // R12: a bridge and a room cut what plays.
        self.playing.retain(|port, _| !self.group.contains(port));
    }

    /// Stops the clip that plays, unless it is this one.
    fn end_clip_but(&mut self, context: &mut Context, clip: Option<&ClipSound>) {
        let wanted = clip.map(|clip| (clip.to, clip.playback));
        if let Some((port, playback)) = self.clip.take_if(|playing| wanted != Some(*playing)) {
            context.media(Command::StopPlay { port, playback });
        }
    }

    fn play_clip(&mut self, context: &mut Context, clip: ClipSound) {
        let ClipSound {
            to: port,
            playback,
            sound,
        } = clip;
        if self.clip.replace((port, playback)).is_none() {
            context.media(Command::PlayClip {
                port,
                playback,
                sound,
            });
        }
    }

    /// Says something to whoever waits with music.
    pub(super) fn say(&mut self, context: &mut Context, port: PortId, message: Vec<Source>) {
        if let Some((what, playback)) = self.playing.get_mut(&port)
            && *what == Alone::Music
        {
            *what = Alone::Message;
            *playback = context.play(port, message, false, Duration::ZERO);
        }
    }

    /// Whether a message was heard to its end: who waits has nothing to hear any more.
    pub(super) fn said(&mut self, playback: PlaybackId) -> bool {
        let is_it =
            |_: &PortId, heard: &mut (Alone, PlaybackId)| *heard == (Alone::Message, playback);
        self.playing.extract_if(.., is_it).next().is_some()
    }

    fn silence(&mut self, context: &mut Context, port: PortId) {
        if let Some((_, playback)) = self.playing.remove(&port) {
            context.media(Command::StopPlay { port, playback });
        }
    }

    fn play(&mut self, context: &mut Context, port: PortId, what: Alone, music: &SoundName) {
        let stands = |is: Alone| is == what || (is, what) == (Alone::Message, Alone::Music);
        if self.playing.get(&port).is_some_and(|(is, _)| stands(*is)) {
            return;
        }
        let sources = match what {
            // A message that was said is followed by music.
            Alone::Message | Alone::Music => vec![Source::Sound(music.clone())],
            Alone::RingBack => RINGING_TONE.to_vec(),
            Alone::Comfort => vec![COMFORT],
        };
        let playback = context.play(port, sources, true, Duration::ZERO);
        self.playing.insert(port, (what, playback));
    }
}

/// Those who hear each other, and what the others hear.
fn settled(plan: Plan) -> (Vec<PortId>, BTreeMap<PortId, Alone>) {
    let mut alone: BTreeMap<PortId, Alone> = plan.apart.into_iter().collect();
    let listening = plan.together.iter().filter(|one| !one.holds);
    let group: Vec<PortId> = listening.map(|one| one.port).collect();
    if group.len() > 1 {
        return (group, alone);
    }
    // Nobody is left to talk with: whoever is held by another hears music.
    for one in &plan.together {
        let is_held = plan
            .together
            .iter()
            .any(|other| other.port != one.port && other.holds);
        if is_held {
            alone.insert(one.port, Alone::Music);
        }
    }
    (Vec::new(), alone)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ports 1, 2, … in the talk, with a mark for those who hold; `m` and `c` for music and comfort apart.
    fn check(together: &[bool], apart: &[(u64, Alone)], group: &[u64], alone: &[(u64, Alone)]) {
        let plan = Plan {
            together: (1..)
                .map(PortId)
                .zip(together)
                .map(|(port, holds)| Listener {
                    port,
                    holds: *holds,
                })
                .collect(),
            apart: apart
                .iter()
                .map(|(port, what)| (PortId(*port), *what))
                .collect(),
            clip: None,
        };
        let found = settled(plan);
        let group: Vec<PortId> = group.iter().copied().map(PortId).collect();
        let alone: BTreeMap<PortId, Alone> = alone
            .iter()
            .map(|(port, what)| (PortId(*port), *what))
            .collect();
        assert_eq!(found, (group, alone), "{together:?} {apart:?}");
    }

    #[test]
    fn who_holds_hears_nobody_and_who_is_held_hears_music() {
        use Alone::{Comfort, Music, RingBack};
        check(&[false, false], &[], &[1, 2], &[]);
        check(&[false, true], &[], &[], &[(1, Music)]);
        check(&[true, false], &[], &[], &[(2, Music)]);
        check(&[true, true], &[], &[], &[(1, Music), (2, Music)]);
        check(
            &[],
            &[(1, Music), (2, Comfort)],
            &[],
            &[(1, Music), (2, Comfort)],
        );
        check(&[false, false], &[(9, Music)], &[1, 2], &[(9, Music)]);
        check(
            &[],
            &[(1, Music), (2, RingBack)],
            &[],
            &[(1, Music), (2, RingBack)],
        );
        check(&[false, false, false], &[], &[1, 2, 3], &[]);
        check(&[false, true, false], &[], &[1, 3], &[]);
        check(
            &[false, true, true],
            &[],
            &[],
            &[(1, Music), (2, Music), (3, Music)],
        );
    }
}
