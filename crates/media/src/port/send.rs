//! The sending half of a port: the tick, what plays, keys, and reports.

use core::net::SocketAddr;
use core::time::Duration;

use rtp::{Header, Packet, rtcp};

use super::{Port, Scratch};
use crate::lock::SourceLock;
use crate::outgoing::Place;
use crate::playback::{FRAME, Filled};
use crate::recorder::Side;
use crate::{Channel, News, Outbox, Stream};

/// RTCP interval (RFC 3550 §6.2), varied by half either way.
pub(super) const RTCP_INTERVAL: Duration = Duration::from_secs(5);

impl Port {
    /// The tick of 20 ms: keys that lost their end, keys to send, sound to play, chunks to give out.
    pub(crate) fn handle_tick(&mut self, now: Duration, scratch: &mut Scratch, out: &mut Outbox) {
        #[cfg(test)]
        assert!(!self.panics, "planted");
        if let Some(stream) = self.stream {
            if let Some(press) = self.keys.handle_timeout(now) {
                self.tell_key(press, &stream, out);
            }
            self.end_tones(now, out);
            if self.key_sender.is_idle() {
                self.play(now, &stream, scratch, out);
            } else {
                self.send_key(now, &stream, scratch, out);
            }
        }
        for recorder in &mut self.recorders {
            recorder.handle_tick(now, out);
        }
    }

    fn play(&mut self, now: Duration, stream: &Stream, scratch: &mut Scratch, out: &mut Outbox) {
        let mut frame = [0; FRAME];
        let Some(playback) = &mut self.playback else {
            if let Some(talker) = &self.talker {
                talker.fill(&mut frame);
                self.sound(now, stream, &frame, scratch, out);
            } else {
                self.hear_room(now, stream, scratch, out);
            }
            return;
        };
        // The room has taken out of a clip what all hear in this tick.
        let clip = self.seat.as_mut().and_then(|seat| seat.clip.take());
        let filled = match clip.filter(|_| playback.overheard) {
            Some((filled, taken)) => {
                frame = taken;
                filled
            }
            None => playback.fill(&mut frame),
        };
        match filled {
            Filled::Done => {
                out.tell(News::PlaybackDone {
                    port: self.id,
                    playback: playback.id,
                });
                self.playback = None;
                self.hear_room(now, stream, scratch, out);
            }
            Filled::Sound => self.sound(now, stream, &frame, scratch, out),
            Filled::Pause => {}
        }
    }

    /// Sends what is said in the room, to one who sits there.
    fn hear_room(
        &mut self,
        now: Duration,
        stream: &Stream,
        scratch: &mut Scratch,
        out: &mut Outbox,
    ) {
        if let Some(seat) = &self.seat {
            let frame = seat.hears;
            self.sound(now, stream, &frame, scratch, out);
        }
    }

    /// Sends 20 ms of sound; while the peer holds us, time passes and nothing is sent.
    fn sound(
        &mut self,
        now: Duration,
        stream: &Stream,
        frame: &[i16; FRAME],
        scratch: &mut Scratch,
        out: &mut Outbox,
    ) {
        if !stream.sending {
            return;
        }
        let len = (stream.codec.encode)(frame, &mut scratch.payload);
        let payload = scratch.payload.get(..len).unwrap_or_default();
        let place = self.outgoing.own(now, (stream.codec.ticks)(len));
        self.send(now, stream.payload_type, place, payload, out);
        self.record(
            now,
            Side::Right,
            self.outgoing.sender.ssrc,
            place.timestamp as u32,
            frame,
        );
    }

    fn send_key(
        &mut self,
        now: Duration,
        stream: &Stream,
        scratch: &mut Scratch,
        out: &mut Outbox,
    ) {
        if !stream.sending {
            return;
        }
        let Some(payload_type) = stream.telephone_event else {
            // A11: a peer without telephone-event hears the key.
            let mut frame = [0; FRAME];
            if self.key_sender.sing(&mut frame) {
                self.sound(now, stream, &frame, scratch, out);
            }
            return;
        };
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

    pub(super) fn report(&mut self, now: Duration, stream: &Stream, bye: bool, out: &mut Outbox) {
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
