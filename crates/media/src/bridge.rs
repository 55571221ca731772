//! A bridge: what one port hears, the other sends.
//!
//! With the same codec on both legs and nobody recording, a packet's numbers are shifted and its payload is copied: no
//! decoding, no waiting, no buffer (the phones have theirs). Another codec is transcoded through linear samples. Keys pass
//! with the payload type of the other leg; a leg without telephone-event does not get them.

use core::time::Duration;

use rtp::Packet;

use crate::port::{Heard, Port, Scratch};
use crate::recorder::Side;
use crate::{Outbox, PortId, Stream};

impl Port {
    /// Sends on what the other side of the bridge heard; a playback or keys of ours to this port come first.
    pub(crate) fn handle_relayed(
        &mut self,
        now: Duration,
        from: PortId,
        heard: Heard<'_>,
        scratch: &mut Scratch,
        out: &mut Outbox,
    ) {
        let Some(stream) = self.stream.filter(|stream| stream.sending) else {
            return;
        };
        if self.playback.is_some() || !self.key_sender.is_idle() {
            return;
        }
        match heard {
            Heard::Voice(packet, codec) => {
                self.relay_voice(now, from, &packet, codec, &stream, scratch, out)
            }
            Heard::Key(packet) => self.relay_key(now, from, &packet, &stream, out),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one packet and what it needs; a struct would be unpacked at once"
    )]
    fn relay_voice(
        &mut self,
        now: Duration,
        from: PortId,
        packet: &Packet<'_>,
        codec: &audio::Codec,
        stream: &Stream,
        scratch: &mut Scratch,
        out: &mut Outbox,
    ) {
        let ticks = (codec.ticks)(packet.payload.len());
        let Some(place) = self.outgoing.relay(now, from, &packet.header, ticks) else {
            return;
        };
        let transcode = *stream.codec != *codec;
        if (transcode || !self.recorders.is_empty()) && !scratch.decoded {
            scratch.frame.decode(codec, packet.payload);
            scratch.decoded = true;
        }
        if transcode {
            let len = (stream.codec.encode)(scratch.frame.samples(), &mut scratch.payload);
            self.send(
                now,
                stream.payload_type,
                place,
                scratch.payload.get(..len).unwrap_or_default(),
                out,
            );
        } else {
            self.send(now, stream.payload_type, place, packet.payload, out);
        }
        if !self.recorders.is_empty() {
            self.record(
                now,
                Side::Right,
                self.outgoing.sender.ssrc,
                place.timestamp as u32,
                scratch.frame.samples(),
            );
        }
    }

    fn relay_key(
        &mut self,
        now: Duration,
        from: PortId,
        packet: &Packet<'_>,
        stream: &Stream,
        out: &mut Outbox,
    ) {
        let Some(payload_type) = stream.telephone_event else {
            return;
        };
        if let Some(place) = self.outgoing.relay_key(now, from, &packet.header) {
            self.send(now, payload_type, place, packet.payload, out);
        }
    }
}
