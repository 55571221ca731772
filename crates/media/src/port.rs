//! A port: one leg's media end, from its first packet to its last report.
//!
//! Incoming packets pass the source lock (S16), the budget and the payload types of the negotiation (S17) before anything
//! of them is believed; what is refused is counted by its cause and never ends a call. Outgoing sound is one stream for life
//! ([`crate::outgoing`]). The port knows nothing of other ports: what it heard is handed back, and [`crate::bridge`] sends it on.

mod receive;
mod send;

use core::time::Duration;
use std::sync::Arc;

use audio::Sound;
use audio::frame::Frame;
use rtp::{Packet, Sources, telephone_event};

use crate::budget::Budget;
use crate::dtmf::KeySender;
use crate::duplex::Talker;
use crate::lock::SourceLock;
use crate::outgoing::Outgoing;
use crate::playback::{FRAME, Playback};
use crate::recorder::Recorder;
use crate::seat::Seat;
use crate::seed::Seed;
use crate::tones::Tones;
use crate::{News, Outbox, PortId, PortStatistics, RecordingId, Refused, Stream, WorkerConfig};
use send::RTCP_INTERVAL;

/// Room to decode and encode in; one for all ports of a worker.
pub(crate) struct Scratch {
    pub(crate) frame: Frame,
    pub(crate) payload: [u8; audio::frame::CAPACITY],
    /// The frame holds the packet at hand.
    pub(crate) decoded: bool,
}

impl Scratch {
    pub(crate) const fn new() -> Self {
        Self {
            frame: Frame::new(),
            payload: [0; audio::frame::CAPACITY],
            decoded: false,
        }
    }
}

/// What a port heard, for the other side of a bridge.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Heard<'a> {
    /// Voice in the codec of the stream.
    Voice(Packet<'a>, &'static audio::Codec),
    /// A packet of a key.
    Key(Packet<'a>),
}

/// One leg's media end.
pub(crate) struct Port {
    pub(crate) id: PortId,
    /// Of the sounds that it hears.
    pub(crate) generation: u64,
    pub(crate) stream: Option<Stream>,
    pub(crate) peer: Option<PortId>,
    /// Its place in a room of three or more.
    pub(crate) seat: Option<Box<Seat>>,
    pub(crate) playback: Option<Playback>,
    /// A service that talks with the peer.
    pub(crate) talker: Option<Talker>,
    pub(crate) key_sender: KeySender,
    pub(crate) recorders: Vec<Recorder>,
    /// The last message that was left here.
    pub(crate) said: Option<(RecordingId, Arc<Sound>)>,
    pub(crate) outgoing: Outgoing,
    /// Is in the worker's list of ports to tick.
    pub(crate) ticking: bool,
    /// Something happened that may move its next wake; a packet within a stream does not.
    pub(crate) unsettled: bool,
    /// Its valid entry in the worker's heap.
    pub(crate) wake: Option<Duration>,
    lock: Option<SourceLock>,
    budget: Budget,
    sources: Sources,
    /// SSRC that is listened to, and when it was last heard.
    voice: Option<(u32, Duration)>,
    keys: telephone_event::Receiver,
    /// Listens for keys in the voice.
    tones: Option<Box<Tones>>,
    /// The peer has sent a key by RFC 4733.
    sends_events: bool,
    /// Since when nothing was heard; none once that was told.
    quiet_since: Option<Duration>,
    rtp_timeout: Duration,
    report_at: Duration,
    cname: [u8; 16],
    seed: Seed,
    received: (u64, u64),
    refused: Refused,
    #[cfg(test)]
    pub(crate) panics: bool,
}

impl Port {
    /// Open, without a stream.
    pub(crate) fn new(now: Duration, id: PortId, generation: u64, config: &WorkerConfig) -> Self {
        let mut seed = Seed::new(config.seed ^ id.0.rotate_left(32));
        Self {
            id,
            generation,
            stream: None,
            peer: None,
            seat: None,
            playback: None,
            talker: None,
            key_sender: KeySender::default(),
            recorders: Vec::new(),
            said: None,
            outgoing: Outgoing::new(
                now,
                seed.next() as u32,
                seed.next() as u16,
                seed.next() as u32,
            ),
            ticking: false,
            unsettled: false,
            wake: None,
            lock: None,
            budget: Budget::new(now, config.packets_per_second_max),
            sources: Sources::default(),
            voice: None,
            keys: telephone_event::Receiver::default(),
            tones: None,
            sends_events: false,
            quiet_since: None,
            rtp_timeout: config.rtp_timeout,
            report_at: now,
            cname: seed.hex(),
            seed,
            received: (0, 0),
            refused: Refused::default(),
            #[cfg(test)]
            panics: false,
        }
    }

    /// Takes up a stream, or the changes of a re-INVITE.
    pub(crate) fn negotiate(&mut self, now: Duration, stream: Stream) {
        match &mut self.lock {
            Some(lock) => lock.reopen(now, &stream),
            None => self.lock = Some(SourceLock::new(now, &stream)),
        }
        self.stream = Some(stream);
        (self.voice, self.quiet_since) = (None, Some(now));
        self.report_at = now + self.seed.around(RTCP_INTERVAL) / 2;
    }

    /// Listens for keys in the voice, or does so no more. What is listened to already goes on.
    pub(crate) fn listen(&mut self, on: bool) {
        if !on || self.sends_events {
            self.tones = None;
        } else if self.tones.is_none() {
            self.tones = Some(Box::default());
        }
    }

    /// Its seat, with the codec in which it speaks.
    pub(crate) fn seated(&mut self) -> Option<(&mut Seat, &'static audio::Codec)> {
        let codec = self.stream?.codec;
        Some((self.seat.as_deref_mut()?, codec))
    }

    /// Brings out the next 20 ms of a clip that plays to its seat, so that the others hear the same ones (E25).
    pub(crate) fn take_clip(&mut self) {
        let Some(seat) = self.seat.as_deref_mut() else {
            return;
        };
        let clip = self.playback.as_mut().filter(|it| it.overheard);
        seat.clip = clip.map(|clip| {
            let mut frame = [0; FRAME];
            (clip.fill(&mut frame), frame)
        });
    }

    /// There is work on the tick.
    pub(crate) fn needs_tick(&self) -> bool {
        self.playback.is_some()
            || self.talker.is_some()
            || self.seat.is_some()
            || !self.key_sender.is_idle()
            || !self.recorders.is_empty()
            || self.keys.poll_timeout().is_some()
            || self.tones.as_ref().is_some_and(|tones| tones.is_down())
    }

    /// When [`Port::handle_wake`] is due, if there is a stream.
    pub(crate) fn wake_at(&self) -> Option<Duration> {
        let stream = self.stream?;
        // On hold, in either way, silence is what was agreed on.
        let quiet_since = self
            .quiet_since
            .filter(|_| stream.sending && stream.receiving);
        let silent_at = quiet_since.map_or(Duration::MAX, |since| {
            since.saturating_add(self.rtp_timeout)
        });
        Some(self.report_at.min(silent_at))
    }

    /// Ends everything: recordings get their last chunk, the peer gets a BYE.
    pub(crate) fn close(&mut self, now: Duration, out: &mut Outbox) {
        for mut recorder in self.recorders.drain(..) {
            let frames = recorder.finish(now, out);
            out.tell(News::RecordingEnded {
                recording: recorder.id,
                frames,
            });
        }
        if let Some(stream) = self.stream {
            self.report(now, &stream, true, out);
        }
        let jitter_ms = self
            .voice
            .and_then(|(ssrc, _)| self.sources.find(ssrc))
            .map_or(0, |voice| voice.jitter_ms());
        let statistics = PortStatistics {
            packets_sent: self.outgoing.sender.packets(),
            octets_sent: self.outgoing.sender.octets(),
            packets_received: self.received.0,
            octets_received: self.received.1,
            lost: self.sources.lost(),
            jitter_ms,
            refused: self.refused,
        };
        out.tell(News::Closed {
            port: self.id,
            statistics,
        });
    }
}
