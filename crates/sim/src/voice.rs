//! Media without sound: answers the engine's commands with the news that media threads would tell, and knows what
//! everybody hears begin.
//!
//! Whose port it is shows by the SDP that a phone was sent. A port that is closed twice or bridged when it is gone is a
//! defect of the engine.

use std::collections::BTreeMap;
use std::time::Duration;

use media::{Command, News, PlaybackId, PortId, PortStatistics, Source};

use crate::agenda::Event;
use crate::network::Network;
use crate::place::Place;

/// How long a socket takes to close.
const CLOSES_AFTER: Duration = Duration::from_millis(1);

#[derive(Debug)]
struct Port {
    rtp: u16,
    place: Option<Place>,
    playing: Option<PlaybackId>,
}

/// What begins for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Words.
    Prompt(Place, PortId),
    /// What goes on until something else comes: music, or a tone of ringing.
    Music(Place, PortId),
    /// Each other.
    Together(Place, PortId, Place, PortId),
}

/// All ports.
#[derive(Debug, Default)]
pub(crate) struct Voice {
    ports: BTreeMap<PortId, Port>,
    by_rtp: BTreeMap<u16, PortId>,
}

impl Voice {
    /// A phone was told that this RTP port is its other end.
    pub(crate) fn belongs(&mut self, rtp: u16, place: Place) -> Option<PortId> {
        let id = *self.by_rtp.get(&rtp)?;
        self.ports.get_mut(&id)?.place = Some(place);
        Some(id)
    }

    /// Ports that are open.
    pub(crate) fn open(&self) -> usize {
        self.ports.len()
    }

    /// Does what the engine wants; `prompt` is the length of one sound.
    pub(crate) fn handle_command(
        &mut self,
        network: &mut Network,
        command: Command,
        prompt: impl FnOnce() -> Duration,
    ) -> Result<Option<Heard>, String> {
        match command {
            Command::Open { port, local } => {
                let (rtp, place, playing) = (local.port(), None, None);
                let opened = Port {
                    rtp,
                    place,
                    playing,
                };
                self.by_rtp.insert(rtp, port);
                let twice = self.ports.insert(port, opened).is_some();
                refuse(twice, || format!("{port:?} is opened twice"))?;
            }
            Command::Play {
                port,
                playback,
                sources,
                repeat,
                ..
            } => return Ok(self.play(network, port, playback, &sources, repeat, prompt)),
            Command::PlayClip {
                port,
                playback,
                sound,
            } => {
                let sources = [Source::Sound(sound)];
                return Ok(self.play(network, port, playback, &sources, false, prompt));
            }
            Command::StopPlay { port, playback } => {
                if let Some(known) = self.ports.get_mut(&port)
                    && known.playing == Some(playback)
                {
                    known.playing = None;
                }
            }
            Command::Bridge { a, b } => return self.bridge(a, b).map(Some),
            Command::Mix { ports, .. } => {
                let gone = ports.iter().any(|port| !self.ports.contains_key(port));
                refuse(gone, || "a room of ports that are closed".to_owned())?;
            }
            Command::Close { port } => {
                let Some(known) = self.ports.remove(&port) else {
                    return Err(format!("{port:?} is closed twice"));
                };
                self.by_rtp.remove(&known.rtp);
                let statistics = PortStatistics::default();
                network.after(
                    CLOSES_AFTER,
                    Event::Media(News::Closed { port, statistics }),
                );
            }
            Command::Negotiate { .. }
            | Command::Unbridge { .. }
            | Command::SendDigits { .. }
            | Command::ListenTones { .. }
            | Command::Record { .. }
            | Command::RecordMessage { .. }
            | Command::MaskRecord { .. }
            | Command::StopRecord { .. }
            | Command::Converse { .. }
            | Command::EndConversation { .. }
            | Command::Sounds { .. } => {}
        }
        Ok(None)
    }

    fn play(
        &mut self,
        network: &mut Network,
        port: PortId,
        playback: PlaybackId,
        sources: &[Source],
        repeat: bool,
        prompt: impl FnOnce() -> Duration,
    ) -> Option<Heard> {
        let known = self.ports.get_mut(&port)?;
        known.playing = Some(playback);
        let place = known.place;
        if repeat {
            return place.map(|place| Heard::Music(place, port));
        }
        let one = prompt();
        let length = sources.iter().map(|source| match source {
            Source::Sound(_) | Source::Message(_) => one,
            Source::Tone { ms, .. } | Source::Silence { ms } | Source::Comfort { ms } => {
                Duration::from_millis((*ms).into())
            }
        });
        let done = News::PlaybackDone { port, playback };
        network.after(length.sum(), Event::Media(done));
        place.map(|place| Heard::Prompt(place, port))
    }

    fn bridge(&mut self, a: PortId, b: PortId) -> Result<Heard, String> {
        let mut side = |id: PortId| {
            let gone = || format!("{id:?} is bridged and is closed");
            let port = self.ports.get_mut(&id).ok_or_else(gone)?;
            port.playing = None;
            let unknown = || format!("{id:?} is bridged and no phone knows it");
            port.place.ok_or_else(unknown)
        };
        let (one, other) = (side(a)?, side(b)?);
        Ok(Heard::Together(one, a, other, b))
    }

    /// Whether news that was on its way is still true.
    pub(crate) fn holds(&mut self, news: &News) -> bool {
        let News::PlaybackDone { port, playback } = news else {
            return true;
        };
        let playing = self.ports.get_mut(port).map(|port| &mut port.playing);
        playing.is_some_and(|playing| playing.take_if(|id| id == playback).is_some())
    }
}

fn refuse(wrong: bool, told: impl FnOnce() -> String) -> Result<(), String> {
    if wrong { Err(told()) } else { Ok(()) }
}
