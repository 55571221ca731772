//! The receiving half of a port: from a datagram to what was heard.
//!
//! The order of the checks is the design: the peer's budget (S17), the packet's form, stranger or peer (S16), the payload
//! type (advisory 11), the direction of the stream. Each refusal has a counter and no other effect.

use core::net::SocketAddr;
use core::time::Duration;

use rtp::sequence::Place;
use rtp::telephone_event::{Event, Press};
use rtp::{Header, Packet, Reception, packet, rtcp};

use super::{Heard, Port, Scratch};
use crate::lock::{Evidence, Verdict};
use crate::recorder::Side;
use crate::{DigitWay, News, Outbox, PortId, Stream};

/// A voice that has been quiet for so long gives way to another SSRC of the peer.
const VOICE_QUIET: Duration = Duration::from_millis(150);

impl Port {
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
        let Some(stream) = self.stream else {
            self.refused.unexpected += 1;
            return None;
        };
        if packet::is_rtcp(datagram) {
            self.handle_rtcp(now, from, datagram);
            return None;
        }
        let packet = self.admit(now, from, datagram, &stream, out)?;
        self.unsettled |= self.quiet_since.is_none();
        self.quiet_since = Some(now);
        if packet.header.payload_type == stream.payload_type {
            return self
                .hear_voice(now, &packet, &stream, scratch, out)
                .then_some(Heard::Voice(packet, stream.codec));
        }
        self.hear_key(now, &packet, &stream, out)
            .then_some(Heard::Key(packet))
    }

    /// The packet, if it is the peer's, negotiated and expected.
    fn admit<'a>(
        &mut self,
        now: Duration,
        from: SocketAddr,
        datagram: &'a [u8],
        stream: &Stream,
        out: &mut Outbox,
    ) -> Option<Packet<'a>> {
        let lock = self.lock.as_mut()?;
        // Strangers are told apart before the budget: they must not use up the peer's.
        if lock.believes(from) && !self.budget.take(now) {
            self.refused.budget += 1;
            return None;
        }
        let Ok(packet) = Packet::parse(datagram) else {
            self.refused.malformed += 1;
            return None;
        };
        let Header {
            payload_type,
            ssrc,
            sequence,
            ..
        } = packet.header;
        let negotiated =
            payload_type == stream.payload_type || Some(payload_type) == stream.telephone_event;
        match lock.handle(
            now,
            Evidence {
                from,
                ssrc,
                sequence,
                negotiated,
            },
        ) {
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
        let refused = match (negotiated, stream.receiving) {
            (true, true) => return Some(packet),
            // Advisory 11: what was never negotiated is never passed on.
            (false, _) => &mut self.refused.payload_type,
            (true, false) => &mut self.refused.unexpected,
        };
        *refused += 1;
        None
    }

    /// Counts a voice packet, records it and listens for keys in it; whether it is the voice that is listened to.
    fn hear_voice(
        &mut self,
        now: Duration,
        packet: &Packet<'_>,
        stream: &Stream,
        scratch: &mut Scratch,
        out: &mut Outbox,
    ) -> bool {
        let Packet { header, payload } = packet;
        let place =
            self.reception(now, header, stream)
                .handle(now, header.sequence, header.timestamp);
        // S17: one SSRC is listened to; another is taken up when that one has fallen silent.
        let talking = |(ssrc, at): (u32, Duration)| {
            ssrc != header.ssrc && now.saturating_sub(at) < VOICE_QUIET
        };
        if place == Place::Suspect || self.voice.is_some_and(talking) {
            self.refused.extra_stream += 1;
            return false;
        }
        self.voice = Some((header.ssrc, now));
        self.count(payload);
        if let (Some(seat), Place::Ahead(number) | Place::Late(number) | Place::Restarted(number)) =
            (&mut self.seat, place)
        {
            seat.handle(now, header.ssrc, number, payload);
        }
        if !self.recorders.is_empty() || self.tones.is_some() || self.talker.is_some() {
            scratch.frame.decode(stream.codec, payload);
            scratch.decoded = true;
        }
        if !self.recorders.is_empty() {
            self.record(
                now,
                Side::Left,
                header.ssrc,
                header.timestamp,
                scratch.frame.samples(),
            );
        }
        if let (Some(talker), Place::Ahead(_) | Place::Restarted(_)) = (&self.talker, place) {
            talker.hear(scratch.frame.samples());
        }
        if let (Some(tones), Place::Ahead(_) | Place::Restarted(_)) = (&mut self.tones, place) {
            let id = self.id;
            tones.handle(now, header, scratch.frame.samples(), |press| {
                out.tell(heard_tones(id, press));
            });
            if tones.is_down() {
                self.recorders.iter_mut().for_each(|it| it.key(now));
            }
        }
        true
    }

    /// Counts a packet of a key and tells the press that it ends; whether it is one.
    fn hear_key(
        &mut self,
        now: Duration,
        packet: &Packet<'_>,
        stream: &Stream,
        out: &mut Outbox,
    ) -> bool {
        let Packet { header, payload } = packet;
        let Some(event) = Event::parse(payload) else {
            self.refused.malformed += 1;
            return false;
        };
        self.reception(now, header, stream)
            .handle_untimed(now, header.sequence);
        self.count(payload);
        // A11: whoever sends events is heard by them alone, from the first packet of the first key on.
        (self.sends_events, self.tones) = (true, None);
        self.recorders.iter_mut().for_each(|it| it.key(now));
        for press in self
            .keys
            .handle(now, header.ssrc, header.timestamp, event)
            .into_iter()
            .flatten()
        {
            self.tell_key(press, stream, out);
        }
        true
    }

    pub(super) fn tell_key(&self, press: Press, stream: &Stream, out: &mut Outbox) {
        let duration_ms = u64::from(press.duration) * 1_000 / u64::from(stream.codec.clock_rate_hz);
        let duration_ms = u32::try_from(duration_ms).unwrap_or(u32::MAX);
        out.tell(News::Digit {
            port: self.id,
            digit: press.key,
            duration_ms,
            way: DigitWay::Event,
        });
    }

    /// Ends a key in a voice that has stopped.
    pub(super) fn end_tones(&mut self, now: Duration, out: &mut Outbox) {
        if let Some(press) = self.tones.as_mut().and_then(|it| it.handle_timeout(now)) {
            out.tell(heard_tones(self.id, press));
        }
    }

    /// What is known of a packet's source; the voice never gives way to a newcomer.
    fn reception(&mut self, now: Duration, header: &Header, stream: &Stream) -> &mut Reception {
        let keep = self.voice.map(|(ssrc, _)| ssrc);
        self.sources.get(
            now,
            header.ssrc,
            header.sequence,
            stream.codec.clock_rate_hz,
            keep,
        )
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
}

fn heard_tones(port: PortId, press: audio::dtmf::Press) -> News {
    News::Digit {
        port,
        digit: press.key,
        duration_ms: press.duration_ms,
        way: DigitWay::Tones,
    }
}
