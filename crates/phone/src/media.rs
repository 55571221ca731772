//! The sound of a call: one RTP socket, one clock of 20 ms, mouth and ear.
//!
//! Symmetric: it sends from the port on which it receives, to the address of the SDP until a packet comes from elsewhere
//! (RFC 4961). It sends silence too, so that the other side always has a stream to look at. No RTCP: its port is left free.

use std::collections::VecDeque;
use std::fs::File;
use std::io::BufWriter;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use audio::StereoWriter;
use audio::{Codec, RATE_HZ};
use tokio::net::UdpSocket;
use tokio::time::{Interval, MissedTickBehavior};

use crate::ear::Ear;
use crate::keys::{self, PACKET_SAMPLES, Press};
use crate::mouth::Mouth;
use crate::narrate::Hearing;
use crate::packet::Header;
use crate::plan::Say;
use crate::sdp::Remote;

const TICK: Duration = Duration::from_millis(20);
const FRAME: usize = PACKET_SAMPLES as usize;
/// Ticks between two keys: as long as the shortest pause that ITU-T Q.24 asks for, and some.
const KEY_PAUSE_TICKS: u32 = 5;

type Recorder = StereoWriter<BufWriter<File>>;

/// News of the sound.
#[derive(Debug, PartialEq)]
pub(crate) enum News {
    /// What is heard has changed.
    Heard(Hearing),
    /// A key has been sent to its end.
    Pressed(char),
}

/// A key on its way.
struct Pressing {
    key: char,
    press: Press,
    /// All packets of an event carry the time of its start.
    timestamp: u32,
}

/// The sound of one call.
pub(crate) struct Media {
    socket: UdpSocket,
    clock: Interval,
    mouth: Mouth,
    pub(crate) ear: Ear,
    remote: Option<Remote>,
    /// Where packets go.
    to: Option<SocketAddr>,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    pub(crate) sent: u64,
    pressing: Option<Pressing>,
    pause_ticks: u32,
    waiting: VecDeque<char>,
    recorder: Option<Recorder>,
}

impl Media {
    /// Opens socket, voice and recording; nothing is sent before [`Self::connect`].
    pub(crate) async fn open(ip: IpAddr, say: &Say, record: Option<&Path>) -> Result<Self> {
        let mut clock = tokio::time::interval(TICK);
        clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
        Ok(Self {
            socket: even_socket(ip).await?,
            clock,
            mouth: Mouth::open(say)?,
            ear: Ear::default(),
            remote: None,
            to: None,
            ssrc: getrandom::u32()?,
            sequence: (getrandom::u32()? >> 16) as u16,
            timestamp: getrandom::u32()?,
            sent: 0,
            pressing: None,
            pause_ticks: 0,
            waiting: VecDeque::new(),
            recorder: record.map(recorder).transpose()?,
        })
    }

    /// Our address for the SDP.
    pub(crate) fn local(&self) -> Result<SocketAddr> {
        Ok(self.socket.local_addr()?)
    }

    /// Takes over what the other side's SDP says; the address is learnt anew only when it has changed.
    pub(crate) fn connect(&mut self, remote: Remote) {
        if self.remote.as_ref().map(|old| old.address) != Some(remote.address) {
            self.to = Some(remote.address);
        }
        self.remote = Some(remote);
    }

    /// What the other side's SDP said last.
    pub(crate) fn remote(&self) -> Option<&Remote> {
        self.remote.as_ref()
    }

    /// Queues a key as telephone-events; false if the other side takes none.
    pub(crate) fn press(&mut self, key: char) -> bool {
        let able = self.event_payload_type().is_some();
        if able {
            self.waiting.push_back(key);
        }
        able
    }

    fn event_payload_type(&self) -> Option<u8> {
        self.remote.as_ref()?.event_payload_type
    }

    /// Runs the sound until there is news. May be dropped and called again at any time.
    pub(crate) async fn turn(&mut self) -> Result<News> {
        let mut buffer = [0; 2_048];
        loop {
            tokio::select! {
                _ = self.clock.tick() => {
                    if let Some(news) = self.tick().await? {
                        return Ok(news);
                    }
                }
                received = self.socket.recv_from(&mut buffer) => match received {
                    Ok((length, from)) => self.receive(buffer.get(..length).unwrap_or_default(), from),
                    Err(error) => tracing::debug!(%error, "RTP socket"),
                }
            }
        }
    }

    fn receive(&mut self, packet: &[u8], from: SocketAddr) {
        let Some(remote) = &self.remote else { return };
        let Some((header, payload)) = Header::parse(packet) else {
            return;
        };
        if header.payload_type == remote.codec.payload_type {
            self.ear.hear(header, payload, remote.codec);
        } else if Some(header.payload_type) == remote.event_payload_type {
            self.ear.hear_event(header, payload);
        } else {
            return;
        }
        self.to = Some(from);
    }

    async fn tick(&mut self) -> Result<Option<News>> {
        if self.remote.is_none() {
            return Ok(None);
        }
        let mut said = [0; FRAME];
        self.mouth.fill(&mut said);
        let mut news = None;
        if let Some((packet, to)) = self.next_packet(&said, &mut news) {
            // A lost packet is a lost packet: the far end may be restarting.
            if let Err(error) = self.socket.send_to(&packet, to).await {
                tracing::debug!(%error, "RTP not sent");
            }
            self.sent += 1;
        }
        self.record(&said)?;
        Ok(news.or_else(|| self.ear.tick().map(News::Heard)))
    }

    /// The packet of this tick: of the key that is down, else of the voice; the clock runs on in any case.
    fn next_packet(
        &mut self,
        said: &[i16],
        news: &mut Option<News>,
    ) -> Option<(Vec<u8>, SocketAddr)> {
        let timestamp = self.timestamp;
        self.timestamp = timestamp.wrapping_add(u32::from(PACKET_SAMPLES));
        let remote = self
            .remote
            .as_ref()
            .filter(|remote| remote.direction.listens())?;
        let (codec, events, to) = (remote.codec, remote.event_payload_type, self.to?);
        self.start_key(timestamp);
        let mut header = Header {
            marker: self.sent == 0,
            payload_type: codec.payload_type,
            sequence: self.sequence,
            timestamp,
            ssrc: self.ssrc,
        };
        self.sequence = self.sequence.wrapping_add(1);
        if let Some((pressing, payload_type)) = self.pressing.as_mut().zip(events) {
            header.marker = pressing.press.starts();
            header.payload_type = payload_type;
            header.timestamp = pressing.timestamp;
            if let Some(payload) = pressing.press.next() {
                return Some((header.packet(&payload), to));
            }
            *news = Some(News::Pressed(pressing.key));
            self.pressing = None;
            self.pause_ticks = KEY_PAUSE_TICKS;
            header.marker = true;
            header.payload_type = codec.payload_type;
            header.timestamp = timestamp;
        }
        Some((header.packet(&encode(codec, said)), to))
    }

    fn start_key(&mut self, timestamp: u32) {
        if self.pressing.is_some() {
            return;
        }
        if self.pause_ticks > 0 {
            self.pause_ticks -= 1;
            return;
        }
        self.pressing = self.waiting.pop_front().and_then(|key| {
            Some(Pressing {
                key,
                press: Press::new(keys::event_of(key)?),
                timestamp,
            })
        });
    }

    fn record(&mut self, said: &[i16]) -> Result<()> {
        let mut heard = [0; FRAME];
        self.ear.take(&mut heard);
        let Some(recorder) = &mut self.recorder else {
            return Ok(());
        };
        let interleaved: Vec<i16> = heard
            .iter()
            .zip(said)
            .flat_map(|(left, right)| [*left, *right])
            .collect();
        recorder.write(&interleaved).context("recording")
    }

    /// Closes the recording, if there is one.
    pub(crate) fn finish(&mut self) -> Result<()> {
        match self.recorder.take() {
            Some(recorder) => recorder.finalize().context("recording"),
            None => Ok(()),
        }
    }
}

fn encode(codec: &Codec, samples: &[i16]) -> Vec<u8> {
    let mut payload = vec![0; samples.len()];
    let length = (codec.encode)(samples, &mut payload);
    payload.truncate(length);
    payload
}

fn recorder(path: &Path) -> Result<Recorder> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    StereoWriter::new(BufWriter::new(file), RATE_HZ).context("recording")
}

/// RTP stands on even ports (RFC 3550 §11).
async fn even_socket(ip: IpAddr) -> Result<UdpSocket> {
    for _ in 0..100 {
        let socket = UdpSocket::bind((ip, 0))
            .await
            .context("no UDP socket for sound")?;
        if socket.local_addr()?.port().is_multiple_of(2) {
            return Ok(socket);
        }
    }
    bail!("no even UDP port is free for sound")
}
