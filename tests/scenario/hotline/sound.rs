//! The media of the virtual hotline: which port plays, is bridged, sits in a room or is recorded, and so who hears whom.

use std::net::SocketAddr;
use std::time::Duration;

use media::{PortId, Source};

use super::{Hotline, PROMPT, Post};
use crate::phone::RTP_PORT;

const PACKET: Duration = Duration::from_millis(20);

/// What the world knows of a media port.
#[derive(Default, Debug)]
pub(crate) struct Port {
    pub(super) local: u16,
    pub(super) playing: Option<(media::PlaybackId, Vec<Source>)>,
    pub(super) bridged: Option<PortId>,
    pub(super) room: Option<media::RoomId>,
    pub(crate) recorded: bool,
    /// The message that is left there at this moment.
    pub(crate) message: Option<model::RecordingId>,
    /// Keys are listened for in its voice.
    pub(crate) listening: bool,
    /// The conversation with a bot that it is in.
    pub(crate) talker: Option<media::Talker>,
    /// What was ordered to be played, and when.
    pub(crate) plays: Vec<(Duration, media::Command)>,
}

impl Port {
    /// What plays on it, and the number of that.
    pub(crate) fn playing(&self) -> Option<(media::PlaybackId, &[Source])> {
        let (playback, sources) = self.playing.as_ref()?;
        Some((*playback, sources))
    }

    /// Whether a clip plays on it (E25).
    fn is_clip(&self) -> bool {
        let sound = self.playing.as_ref().and_then(|(_, it)| it.first());
        matches!(sound, Some(Source::Sound(name)) if name.as_str().starts_with("clips/"))
    }
}

impl Hotline {
    /// What a phone in a call hears: `a prompt`, `music`, `a tone`, or the number of the other.
    pub(crate) fn hears(&self, who: &str) -> String {
        let Some(port) = self.port_of(who) else {
            return "nothing".into();
        };
        let port = &self.ports[&port];
        if let Some((_, sources)) = &port.playing {
            return match sources.first() {
                Some(Source::Sound(name)) if name.as_str().starts_with("music/") => "music".into(),
                Some(Source::Sound(_)) if port.is_clip() => "a clip".into(),
                Some(Source::Sound(_)) => "a prompt".into(),
                Some(Source::Message(_)) => "himself".into(),
                Some(Source::Tone { .. } | Source::Silence { .. }) => "a tone".into(),
                Some(Source::Comfort { .. }) => "silence".into(),
                None => "nothing".into(),
            };
        }
        let others = self.ports.iter().filter(|(id, other)| {
            port.bridged == Some(**id) || (port.room.is_some() && other.room == port.room)
        });
        // E25: beside those in the room, a clip that plays to one of them.
        let clip = others.clone().find(|(_, other)| other.is_clip());
        let heard: Vec<&str> = others
            .filter_map(|(_, other)| {
                let phones = self.phones.values();
                let phones = phones.map(|phone| (phone.server_rtp, phone.user.as_str()));
                let lines = self.lines.iter();
                let lines = lines.map(|(name, line)| (line.server_rtp, name.as_str()));
                phones
                    .chain(lines)
                    .find(|(rtp, _)| *rtp == Some(other.local))
            })
            .map(|(_, user)| user)
            .filter(|user| *user != who)
            .chain(clip.map(|_| "a clip"))
            .collect();
        if heard.is_empty() {
            return "nothing".into();
        }
        heard.join(" and ")
    }

    pub(crate) fn port_of(&self, who: &str) -> Option<PortId> {
        let rtp = match self.phones.get(who) {
            Some(phone) => phone.server_rtp?,
            None => self.lines[who].server_rtp?,
        };
        self.ports
            .iter()
            .find(|(_, port)| port.local == rtp)
            .map(|(id, _)| *id)
    }

    /// The first packet of each phone that has just answered: its source is settled a packet's length later.
    pub(super) fn collect_sound(&mut self) {
        let speaking = self.phones.values_mut().filter_map(|phone| {
            let remote = SocketAddr::new(phone.address.ip(), RTP_PORT);
            phone.speaks().then(|| (phone.user.clone(), remote))
        });
        for (who, remote) in speaking.collect::<Vec<_>>() {
            if let Some(port) = self.port_of(&who) {
                self.post(PACKET, Post::Media(media::News::Locked { port, remote }));
            }
        }
    }

    pub(super) fn media(&mut self, command: media::Command) {
        if let media::Command::Play { port, .. } | media::Command::StopPlay { port, .. } = &command
            && let Some(known) = self.ports.get_mut(port)
        {
            known.plays.push((self.now, command.clone()));
        }
        match command {
            media::Command::Open { port, local } => {
                self.ports.insert(
                    port,
                    Port {
                        local: local.port(),
                        ..Port::default()
                    },
                );
            }
            media::Command::Play {
                port,
                playback,
                sources,
                repeat,
                ..
            } => {
                let length: Duration = sources
                    .iter()
                    .map(|source| match source {
                        Source::Sound(_) | Source::Message(_) => PROMPT,
                        Source::Tone { ms, .. }
                        | Source::Silence { ms }
                        | Source::Comfort { ms } => Duration::from_millis((*ms).into()),
                    })
                    .sum();
                if let Some(known) = self.ports.get_mut(&port) {
                    known.playing = Some((playback, sources));
                    if !repeat {
                        self.post(
                            length,
                            Post::Media(media::News::PlaybackDone { port, playback }),
                        );
                    }
                }
            }
            // As a playback: that the others hear it too is told by its name.
            media::Command::PlayClip {
                port,
                playback,
                sound,
            } => {
                let known = self.ports.get_mut(&port).expect("a clip at an open port");
                assert!(known.room.is_some(), "a clip is heard in a room");
                known.playing = Some((playback, vec![Source::Sound(sound)]));
                let done = media::News::PlaybackDone { port, playback };
                self.post(PROMPT, Post::Media(done));
            }
            media::Command::StopPlay { port, playback } => {
                if let Some(known) = self.ports.get_mut(&port)
                    && known
                        .playing
                        .as_ref()
                        .is_some_and(|(id, _)| *id == playback)
                {
                    known.playing = None;
                }
            }
            media::Command::Bridge { a, b } => {
                for (one, other) in [(a, b), (b, a)] {
                    let port = self.ports.get_mut(&one).expect("a bridge of open ports");
                    (port.bridged, port.playing, port.room) = (Some(other), None, None);
                }
            }
            media::Command::Mix { room, ports } => {
                for (id, port) in &mut self.ports {
                    if ports.contains(id) && port.room != Some(room) {
                        (port.bridged, port.playing, port.room) = (None, None, Some(room));
                    } else if !ports.contains(id) && port.room == Some(room) {
                        port.room = None;
                    }
                }
                let open = ports.iter().all(|port| self.ports.contains_key(port));
                assert!(open, "a room of open ports");
            }
            media::Command::Unbridge { a, b } => {
                for one in [a, b] {
                    self.ports.get_mut(&one).expect("open ports").bridged = None;
                }
            }
            media::Command::Record { port, .. } => {
                self.ports.get_mut(&port).expect("an open port").recorded = true
            }
            media::Command::RecordMessage {
                port, recording, ..
            } => {
                let port = self.ports.get_mut(&port).expect("an open port");
                port.message = Some(recording);
            }
            media::Command::StopRecord { port, recording } => {
                let port = self.ports.get_mut(&port).expect("an open port");
                if recording.part == model::RecordingId::WHOLE {
                    port.recorded = false;
                    return;
                }
                assert_eq!(
                    port.message.take(),
                    Some(recording),
                    "what is recorded is ended"
                );
            }
            media::Command::Converse { port, talker } => {
                let port = self.ports.get_mut(&port).expect("an open port");
                let before = port.talker.replace(talker);
                assert_eq!(before, None, "one conversation at a time");
            }
            media::Command::EndConversation { port, duplex } => {
                let port = self.ports.get_mut(&port).expect("an open port");
                assert!(
                    port.talker.take().is_some_and(|it| it.is_of(&duplex)),
                    "it is under way"
                );
            }
            media::Command::ListenTones { port, on } => {
                let port = self.ports.get_mut(&port).expect("an open port");
                assert_ne!(port.listening, on, "nothing is ordered that stands");
                port.listening = on;
            }
            media::Command::Close { port } => {
                self.ports.remove(&port).expect("a port is closed once");
                let statistics = media::PortStatistics::default();
                self.post(
                    Duration::from_millis(1),
                    Post::Media(media::News::Closed { port, statistics }),
                );
            }
            media::Command::Negotiate { .. }
            | media::Command::SendDigits { .. }
            | media::Command::MaskRecord { .. }
            | media::Command::Sounds { .. } => {}
        }
    }
}
