//! The laboratory: one worker, its outbox, a clock that moves by hand, and phones that send RTP.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use audio::tone::Tone;
use audio::{Codec, Sound, codec, goertzel};
use media::{
    CallId, Channel, Command, News, Outbox, PlaybackId, PortId, RecordingId, SoundLibrary,
    SoundName, Source, Stream, Worker, WorkerConfig,
};
use rtp::{Header, Packet};

/// A datagram that the worker sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) at_ms: u64,
    pub(crate) port: PortId,
    pub(crate) channel: Channel,
    pub(crate) to: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) struct Lab {
    pub(crate) worker: Worker,
    pub(crate) out: Outbox,
    pub(crate) now_ms: u64,
    pub(crate) sent: Vec<Sent>,
    pub(crate) news: Vec<News>,
    pub(crate) recordings: BTreeMap<RecordingId, Vec<i16>>,
    pub(crate) ended: Vec<RecordingId>,
}

/// The virtual epoch.
pub(crate) fn time(ms: u64) -> Duration {
    Duration::from_millis(1_700_000_000_000 + ms)
}

/// The recording of a whole call.
pub(crate) const fn whole(call: u64) -> RecordingId {
    RecordingId::whole(CallId::new(call))
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self::with(WorkerConfig {
            seed: 7,
            ports_max: 64,
            ..WorkerConfig::default()
        })
    }

    pub(crate) fn with(config: WorkerConfig) -> Self {
        let mut lab = Self {
            worker: Worker::new(config),
            out: Outbox::new(256),
            now_ms: 0,
            sent: Vec::new(),
            news: Vec::new(),
            recordings: BTreeMap::new(),
            ended: Vec::new(),
        };
        lab.command(Command::Sounds {
            generation: 1,
            library: Arc::new(library()),
        });
        lab
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.worker
            .handle_command(time(self.now_ms), command, &mut self.out);
        self.drain();
    }

    /// A port with a stream to this phone.
    pub(crate) fn open(&mut self, phone: &Phone) {
        self.command(Command::Open {
            port: phone.port,
            local: address("192.0.2.10:20000"),
        });
        self.negotiate(phone);
    }

    pub(crate) fn negotiate(&mut self, phone: &Phone) {
        self.command(Command::Negotiate {
            port: phone.port,
            stream: phone.stream,
        });
    }

    pub(crate) fn bridge(&mut self, a: &Phone, b: &Phone) {
        self.command(Command::Bridge {
            a: a.port,
            b: b.port,
        });
    }

    pub(crate) fn play(&mut self, phone: &Phone, playback: u64, sound: &str, repeat: bool) {
        let sources = vec![Source::Sound(SoundName::new(sound))];
        let playback = PlaybackId(playback);
        self.command(Command::Play {
            port: phone.port,
            playback,
            sources,
            repeat,
            start_at: Duration::ZERO,
        });
    }

    pub(crate) fn record(&mut self, phone: &Phone, recording: u64) {
        self.command(Command::Record {
            port: phone.port,
            recording: whole(recording),
        });
    }

    pub(crate) fn stop_record(&mut self, phone: &Phone, recording: u64) -> Vec<i16> {
        let recording = whole(recording);
        self.command(Command::StopRecord {
            port: phone.port,
            recording,
        });
        assert!(self.ended.contains(&recording));
        self.recordings.remove(&recording).unwrap()
    }

    /// Lets time pass, the worker woken when it wants to be.
    pub(crate) fn wait(&mut self, ms: u64) {
        let end_ms = self.now_ms + ms;
        while let Some(due) = self
            .worker
            .poll_timeout()
            .filter(|due| *due <= time(end_ms))
        {
            let due_ms = due.saturating_sub(time(0)).as_micros().div_ceil(1_000) as u64;
            self.now_ms = self.now_ms.max(due_ms);
            self.worker.handle_timeout(time(self.now_ms), &mut self.out);
            self.drain();
        }
        self.now_ms = end_ms;
    }

    /// A datagram comes to the RTP socket of a port.
    pub(crate) fn arrive(&mut self, port: PortId, from: SocketAddr, datagram: &[u8]) {
        self.worker
            .handle_rtp(time(self.now_ms), port, from, datagram, &mut self.out);
        self.drain();
    }

    /// These phones talk in turns of 20 ms, each with the tone of its own.
    pub(crate) fn talk(&mut self, phones: &mut [&mut Phone], ms: u64) {
        for _ in 0..ms / 20 {
            for phone in phones.iter_mut() {
                phone.talk(self);
            }
            self.wait(20);
        }
    }

    pub(crate) fn drain(&mut self) {
        for datagram in self.out.datagrams() {
            self.sent.push(Sent {
                at_ms: self.now_ms,
                port: datagram.port,
                channel: datagram.channel,
                to: datagram.to,
                bytes: datagram.bytes().to_vec(),
            });
        }
        self.out.clear_datagrams();
        self.news.extend(self.out.drain_news());
        for chunk in self.out.drain_chunks() {
            assert!(
                !self.ended.contains(&chunk.recording),
                "a chunk after the last"
            );
            assert!(
                chunk.last || chunk.frames == 800,
                "short chunk in the middle"
            );
            self.recordings
                .entry(chunk.recording)
                .or_default()
                .extend(chunk.interleaved());
            if chunk.last {
                self.ended.push(chunk.recording);
            }
        }
    }

    /// RTP that was sent to this phone's port: time, packet header, payload.
    pub(crate) fn rtp_to(&self, phone: &Phone) -> Vec<(u64, Header, Vec<u8>)> {
        let rtp = self
            .sent
            .iter()
            .filter(|sent| sent.port == phone.port && sent.channel == Channel::Rtp);
        rtp.map(|sent| {
            let packet = Packet::parse(&sent.bytes).expect("what is sent is RTP");
            (sent.at_ms, packet.header, packet.payload.to_vec())
        })
        .collect()
    }

    /// The voice in that, decoded, between two times.
    pub(crate) fn voice_to(&self, phone: &Phone, from_ms: u64, to_ms: u64) -> Vec<i16> {
        let packets = self.rtp_to(phone).into_iter().filter(|(at, header, _)| {
            (from_ms..to_ms).contains(at) && header.payload_type == phone.stream.payload_type
        });
        packets
            .flat_map(|(_, _, payload)| decode(phone.stream.codec, &payload))
            .collect()
    }

    /// What a receiver relies on: one SSRC, numbers one after another, voice never before voice that was sent.
    pub(crate) fn assert_one_stream(&self, phone: &Phone) {
        let packets = self.rtp_to(phone);
        assert!(!packets.is_empty());
        for pair in packets.windows(2) {
            let ((_, before, payload), (at, after, _)) = (&pair[0], &pair[1]);
            assert_eq!(after.ssrc, before.ssrc, "at {at} ms");
            assert_eq!(
                after.sequence,
                before.sequence.wrapping_add(1),
                "at {at} ms"
            );
            if before.payload_type == after.payload_type
                && before.payload_type == phone.stream.payload_type
            {
                let step = after.timestamp.wrapping_sub(before.timestamp);
                assert!(
                    step >= payload.len() as u32 && step < 0x8000_0000,
                    "at {at} ms the timestamp moves by {}",
                    step as i32
                );
            }
        }
    }

    /// The refusals of a port, which is closed for them.
    pub(crate) fn close(&mut self, phone: &Phone) -> media::PortStatistics {
        self.command(Command::Close { port: phone.port });
        let closed = self.news.iter().find_map(|news| {
            let News::Closed { port, statistics } = news else {
                return None;
            };
            (*port == phone.port).then_some(*statistics)
        });
        closed.expect("Closed is told")
    }
}

/// `tone/HZ` is ten seconds of that tone.
fn library() -> SoundLibrary {
    let tone = |hz: u32| {
        let samples = Tone::samples(f64::from(hz), 8_000, 8_000, 80_000);
        (
            SoundName::new(&format!("tone/{hz}")),
            Arc::new(Sound {
                rate_hz: 8_000,
                samples,
            }),
        )
    };
    let short = Sound {
        rate_hz: 8_000,
        samples: Tone::samples(600.0, 8_000, 8_000, 1_000),
    };
    let short = (SoundName::new("short"), Arc::new(short));
    SoundLibrary(
        [tone(440), tone(660), tone(1_000), short]
            .into_iter()
            .collect(),
    )
}

/// A phone at the other end of a port.
#[derive(Clone)]
pub(crate) struct Phone {
    pub(crate) port: PortId,
    /// Where its packets come from.
    pub(crate) from: SocketAddr,
    pub(crate) stream: Stream,
    pub(crate) ssrc: u32,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) tone: Tone,
}

impl Phone {
    /// A phone with telephone-event 101 that speaks a tone.
    pub(crate) fn new(port: u64, codec: &str, hz: u32) -> Self {
        let codec = codec::by_name(codec, 8_000).unwrap();
        let from = address(&format!("198.51.100.{port}:4000"));
        let stream = Stream {
            remote: from,
            remote_rtcp: SocketAddr::new(from.ip(), 4001),
            signalling: None,
            codec,
            payload_type: codec.payload_type,
            telephone_event: Some(101),
            sending: true,
            receiving: true,
        };
        let tone = Tone::new(f64::from(hz), 8_000, 8_000);
        // Every caller of a well-known test tool has this SSRC.
        Self {
            port: PortId(port),
            from,
            stream,
            ssrc: 0xca11_0000,
            sequence: 65_530,
            timestamp: u32::MAX - 1_000,
            tone,
        }
    }

    /// The next voice packet, not sent.
    pub(crate) fn voice(&mut self) -> Vec<u8> {
        let mut samples = [0; 160];
        self.tone.fill(&mut samples);
        let mut payload = [0; 160];
        (self.stream.codec.encode)(&samples, &mut payload);
        let bytes = self.packet(
            self.stream.payload_type,
            self.ssrc,
            self.sequence,
            self.timestamp,
            &payload,
        );
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(160);
        bytes
    }

    pub(crate) fn packet(
        &self,
        payload_type: u8,
        ssrc: u32,
        sequence: u16,
        timestamp: u32,
        payload: &[u8],
    ) -> Vec<u8> {
        let header = Header {
            marker: false,
            payload_type,
            sequence,
            timestamp,
            ssrc,
        };
        let mut bytes = vec![0; 1_500];
        let length = Packet { header, payload }.write(&mut bytes).unwrap();
        bytes.truncate(length);
        bytes
    }

    pub(crate) fn talk(&mut self, lab: &mut Lab) {
        let voice = self.voice();
        lab.arrive(self.port, self.from, &voice);
    }

    /// One packet of a key on the phone's own stream.
    pub(crate) fn key(&mut self, lab: &mut Lab, timestamp: u32, payload: [u8; 4]) {
        let payload_type = self.stream.telephone_event.unwrap();
        let bytes = self.packet(payload_type, self.ssrc, self.sequence, timestamp, &payload);
        self.sequence = self.sequence.wrapping_add(1);
        lab.arrive(self.port, self.from, &bytes);
    }

    /// A whole press of 100 ms by the book, 20 ms a packet.
    pub(crate) fn press(&mut self, lab: &mut Lab, code: u8) {
        let timestamp = self.timestamp;
        for (duration, end) in [
            (160_u16, 0),
            (320, 0),
            (480, 0),
            (640, 0),
            (800, 0x80),
            (800, 0x80),
            (800, 0x80),
        ] {
            let [high, low] = duration.to_be_bytes();
            self.key(lab, timestamp, [code, end | 10, high, low]);
            self.timestamp = self.timestamp.wrapping_add(160);
            lab.wait(20);
        }
    }
}

pub(crate) fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

pub(crate) fn decode(codec: &Codec, payload: &[u8]) -> Vec<i16> {
    let mut samples = vec![0; payload.len()];
    (codec.decode)(payload, &mut samples);
    samples
}

pub(crate) fn level(samples: &[i16], hz: u32) -> f64 {
    goertzel::tone_level(samples, 8_000, f64::from(hz))
}

/// Left and right of interleaved stereo.
pub(crate) fn sides(interleaved: &[i16]) -> (Vec<i16>, Vec<i16>) {
    interleaved
        .chunks_exact(2)
        .map(|frame| (frame[0], frame[1]))
        .unzip()
}
