//! A port: one leg's media end, from its first packet to its last report.
//!
//! Incoming packets pass the source lock (S16), the budget and the payload types of the negotiation (S17) before anything
//! of them is believed; what is refused is counted by its cause and never ends a call. Outgoing sound is one stream for life
//! ([`crate::outgoing`]). The port knows nothing of other ports: what it heard is handed back, and [`crate::bridge`] sends it on.

use core::net::SocketAddr;
use core::time::Duration;

use audio::frame::Frame;
use rtp::telephone_event::{Event, Press};
use rtp::{Header, Packet, PacketError, Sources, packet, rtcp, telephone_event};

use crate::budget::Budget;
use crate::dtmf::KeySender;
use crate::lock::{Evidence, SourceLock, Verdict};
use crate::outgoing::{Outgoing, Place};
use crate::playback::{FRAME, Filled, Playback};
use crate::recorder::{Recorder, Side};
use crate::seed::Seed;
use crate::{Channel, News, Outbox, PortId, PortStatistics, Refused, Stream, WorkerConfig};

/// A voice that has been quiet for so long gives way to another SSRC of the peer.
const VOICE_QUIET: Duration = Duration::from_millis(150);
/// RTCP interval (RFC 3550 §6.2), varied by half either way.
const RTCP_INTERVAL: Duration = Duration::from_secs(5);

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
    pub(crate) stream: Option<Stream>,
    pub(crate) peer: Option<PortId>,
    pub(crate) playback: Option<Playback>,
    pub(crate) key_sender: KeySender,
    pub(crate) recorders: Vec<Recorder>,
    pub(crate) outgoing: Outgoing,
    /// Is in the worker's list of ports to tick.
    pub(crate) ticking: bool,
    /// Its valid entry in the worker's heap.
    pub(crate) wake: Option<Duration>,
    lock: Option<SourceLock>,
    budget: Budget,
    sources: Sources,
    /// SSRC that is listened to, and when it was last heard.
    voice: Option<(u32, Duration)>,
    keys: telephone_event::Receiver,
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
    pub(crate) fn new(now: Duration, id: PortId, config: &WorkerConfig) -> Self {
        let mut seed = Seed::new(config.seed ^ id.0.rotate_left(32));
        Self {
            id,
            stream: None,
            peer: None,
            playback: None,
            key_sender: KeySender::default(),
            recorders: Vec::new(),
            outgoing: Outgoing::new(
                now,
                seed.next() as u32,
                seed.next() as u16,
                seed.next() as u32,
            ),
            ticking: false,
            wake: None,
            lock: None,
            budget: Budget::new(now, config.packets_per_second_max),
            sources: Sources::default(),
            voice: None,
            keys: telephone_event::Receiver::default(),
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

    /// Takes an RTP datagram; gives what the other side of a bridge may hear.
    pub(crate) fn handle_rtp<'a>(
        &mut self,
        now: Duration,
        from: SocketAddr,
        datagram: &'a [u8],
        scratch: &mut Scratch,
        out: &mut Outbox,
    ) -> Option<Heard<'a>> {
        #[cfg(test)]
        assert!(!self.panics, "planted");
        let (Some(stream), Some(lock)) = (self.stream, &mut self.lock) else {
            self.refused.unexpected += 1;
            return None;
        };
        if packet::is_rtcp(datagram) {
            self.handle_rtcp(now, from, datagram);
            return None;
        }
        // Strangers are told apart before the budget: they must not use up the peer's.
        if lock.believes(from) && !self.budget.take(now) {
            self.refused.budget += 1;
            return None;
        }
        let packet = match Packet::parse(datagram) {
            Ok(packet) => packet,
            Err(PacketError::Malformed | PacketError::Empty) => {
                self.refused.malformed += 1;
                return None;
            }
        };
        let Packet { header, payload } = packet;
        let (is_voice, is_key) = (
            header.payload_type == stream.payload_type,
            stream.telephone_event == Some(header.payload_type),
        );
        let evidence = Evidence {
            from,
            ssrc: header.ssrc,
            sequence: header.sequence,
            negotiated: is_voice || is_key,
        };
        match lock.handle(now, evidence) {
            Verdict::Refuse => {
                self.refused.source += 1;
                return None;
            }
            Verdict::Shut => out.tell(News::Locked {
                port: self.id,
                remote: from,
            }),
            Verdict::Accept => {}
        }
        if !evidence.negotiated {
            // Advisory 11: what was never negotiated is never passed on.
            self.refused.payload_type += 1;
            return None;
        }
        if !stream.receiving {
            self.refused.unexpected += 1;
            return None;
        }
        self.quiet_since = Some(now);
        if is_key {
            return self
                .hear_key(now, &header, payload, out)
                .then_some(Heard::Key(packet));
        }
        self.hear_voice(now, &header, payload, &stream, scratch)
            .then_some(Heard::Voice(packet, stream.codec))
    }

    fn hear_voice(
        &mut self,
        now: Duration,
        header: &Header,
        payload: &[u8],
        stream: &Stream,
        scratch: &mut Scratch,
    ) -> bool {
        // S17: one SSRC is listened to; another is taken up when that one has fallen silent.
        let voice = self.voice.filter(|(ssrc, heard_at)| {
            *ssrc != header.ssrc && now.saturating_sub(*heard_at) < VOICE_QUIET
        });
        let clock_rate_hz = stream.codec.clock_rate_hz;
        let keep = self.voice.map(|(ssrc, _)| ssrc);
        let reception = self
            .sources
            .get(now, header.ssrc, header.sequence, clock_rate_hz, keep);
        let suspect = reception.handle(now, header.sequence, header.timestamp)
            == rtp::sequence::Place::Suspect;
        if voice.is_some() || suspect {
            self.refused.extra_stream += 1;
            return false;
        }
        self.voice = Some((header.ssrc, now));
        self.count(payload);
        if !self.recorders.is_empty() {
            scratch.frame.decode(stream.codec, payload);
            scratch.decoded = true;
            self.record(
                now,
                Side::Left,
                header.ssrc,
                header.timestamp,
                scratch.frame.samples(),
            );
        }
        true
    }

    fn hear_key(
        &mut self,
        now: Duration,
        header: &Header,
        payload: &[u8],
        out: &mut Outbox,
    ) -> bool {
        let Some(event) = Event::parse(payload) else {
            self.refused.malformed += 1;
            return false;
        };
        self.count(payload);
        let clock_rate_hz = self
            .stream
            .map_or(8_000, |stream| stream.codec.clock_rate_hz);
        let keep = self.voice.map(|(ssrc, _)| ssrc);
        self.sources
            .get(now, header.ssrc, header.sequence, clock_rate_hz, keep)
            .handle_untimed(now, header.sequence);
        for press in self
            .keys
            .handle(now, header.ssrc, header.timestamp, event)
            .into_iter()
            .flatten()
        {
            self.tell_key(press, out);
        }
        true
    }

    fn tell_key(&self, press: Press, out: &mut Outbox) {
        let clock_rate_hz = self
            .stream
            .map_or(8_000, |stream| stream.codec.clock_rate_hz);
        let duration_ms = u64::from(press.duration) * 1_000 / u64::from(clock_rate_hz);
        out.tell(News::Digit {
            port: self.id,
            digit: press.key,
            duration_ms: u32::try_from(duration_ms).unwrap_or(u32::MAX),
        });
    }

    fn count(&mut self, payload: &[u8]) {
        self.received.0 += 1;
        self.received.1 += payload.len() as u64;
    }

    /// Takes an RTCP datagram. Only sender reports matter; BYE is ignored (S17).
    pub(crate) fn handle_rtcp(&mut self, now: Duration, from: SocketAddr, datagram: &[u8]) {
        let host_known = self.lock.is_some_and(|lock| lock.is_host(from.ip()));
        let compound = rtcp::Compound::parse(datagram).ok().filter(|_| host_known);
        let Some(compound) = compound.filter(|_| self.budget.take(now)) else {
            self.refused.rtcp += 1;
            return;
        };
        for packet in compound.packets() {
            if let rtcp::Packet::SenderReport { ssrc, info, .. } = packet
                && let Some(reception) = self.sources.find(ssrc)
            {
                reception.handle_sender_report(now, &info);
            }
        }
    }

    /// The tick of 20 ms: keys that lost their end, keys to send, sound to play, chunks to give out.
    pub(crate) fn handle_tick(&mut self, now: Duration, scratch: &mut Scratch, out: &mut Outbox) {
        #[cfg(test)]
        assert!(!self.panics, "planted");
        if let Some(press) = self.keys.handle_timeout(now) {
            self.tell_key(press, out);
        }
        if let Some(stream) = self.stream {
            if self.key_sender.is_idle() {
                self.play(now, &stream, scratch, out);
            } else {
                self.send_key(now, &stream, out);
            }
        }
        for recorder in &mut self.recorders {
            recorder.handle_tick(now, out);
        }
    }

    fn play(&mut self, now: Duration, stream: &Stream, scratch: &mut Scratch, out: &mut Outbox) {
        let Some(playback) = &mut self.playback else {
            return;
        };
        let mut frame = [0; FRAME];
        match playback.fill(&mut frame) {
            Filled::Done => {
                out.tell(News::PlaybackDone {
                    port: self.id,
                    playback: playback.id,
                });
                self.playback = None;
            }
            // While the peer holds us, time passes and nothing is sent.
            Filled::Sound if stream.sending => {
                let len = (stream.codec.encode)(&frame, &mut scratch.payload);
                let payload = scratch.payload.get(..len).unwrap_or_default();
                let place = self.outgoing.own(now, (stream.codec.ticks)(len));
                self.send(now, stream.payload_type, place, payload, out);
                self.record(
                    now,
                    Side::Right,
                    self.outgoing.sender.ssrc,
                    place.timestamp as u32,
                    &frame,
                );
            }
            Filled::Sound | Filled::Pause => {}
        }
    }

    fn send_key(&mut self, now: Duration, stream: &Stream, out: &mut Outbox) {
        let Some(payload_type) = stream.telephone_event else {
            return self.key_sender.clear();
        };
        if !stream.sending {
            return;
        }
        if let Some(key) = self.key_sender.handle_tick() {
            let place = self.outgoing.own_key(now, key.start, key.ticks);
            self.key_sender.handle_started(place.timestamp);
            self.send(now, payload_type, place, &key.payload, out);
        }
    }

    /// Puts a packet of ours into the outbox.
    pub(crate) fn send(
        &mut self,
        now: Duration,
        payload_type: u8,
        place: Place,
        payload: &[u8],
        out: &mut Outbox,
    ) {
        let Some(to) = self.lock.map(|lock| lock.destination()).filter(is_sendable) else {
            return;
        };
        let (timestamp, ssrc) = (place.timestamp as u32, self.outgoing.sender.ssrc);
        let header = Header {
            marker: place.marker,
            payload_type,
            sequence: place.sequence,
            timestamp,
            ssrc,
        };
        out.send(self.id, Channel::Rtp, to, |bytes| {
            Packet { header, payload }.write(bytes)
        });
        self.outgoing
            .sender
            .handle_sent(now, timestamp, payload.len());
    }

    /// Lays sound down in every recording of this port.
    pub(crate) fn record(
        &mut self,
        now: Duration,
        side: Side,
        ssrc: u32,
        timestamp: u32,
        samples: &[i16],
    ) {
        for recorder in &mut self.recorders {
            recorder.handle(now, side, ssrc, timestamp, samples);
        }
    }

    /// There is work on the tick.
    pub(crate) fn needs_tick(&self) -> bool {
        self.playback.is_some()
            || !self.key_sender.is_idle()
            || !self.recorders.is_empty()
            || self.keys.poll_timeout().is_some()
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

    /// Tells a silence that has lasted too long, and sends the RTCP report that is due.
    pub(crate) fn handle_wake(&mut self, now: Duration, out: &mut Outbox) {
        let Some(stream) = self.stream else { return };
        let silent = self
            .quiet_since
            .is_some_and(|since| since.saturating_add(self.rtp_timeout) <= now);
        if silent && stream.sending && stream.receiving {
            self.quiet_since = None;
            out.tell(News::Silent { port: self.id });
        }
        if self.report_at <= now {
            self.report(now, &stream, false, out);
            self.report_at = now + self.seed.around(RTCP_INTERVAL);
        }
    }

    fn report(&mut self, now: Duration, stream: &Stream, bye: bool, out: &mut Outbox) {
        let Some(to) = self
            .lock
            .map(|lock| reports_go_to(&lock, stream))
            .filter(is_sendable)
        else {
            return;
        };
        let voice = self.voice.and_then(|(ssrc, _)| self.sources.find(ssrc));
        let report = rtcp::Report {
            ssrc: self.outgoing.sender.ssrc,
            sender: self.outgoing.sender.report(now, stream.codec.clock_rate_hz),
            block: voice.map(|reception| reception.report(now)),
            cname: core::str::from_utf8(&self.cname).unwrap_or_default(),
            bye,
        };
        out.send(self.id, Channel::Rtcp, to, |bytes| report.write(bytes));
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

/// A hold in the old way names the address 0.0.0.0, which would reach this very host.
fn is_sendable(to: &SocketAddr) -> bool {
    !to.ip().is_unspecified() && to.port() != 0
}

/// RTCP goes where the SDP says; behind NAT, to the port next to the learnt one.
fn reports_go_to(lock: &SourceLock, stream: &Stream) -> SocketAddr {
    let rtp = lock.destination();
    if rtp == stream.remote {
        stream.remote_rtcp
    } else {
        SocketAddr::new(rtp.ip(), rtp.port().saturating_add(1))
    }
}
