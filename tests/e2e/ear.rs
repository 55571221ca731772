//! A caller who only listens, and presses keys: he calls over [`Wire`], and each RTP packet that he gets is kept with the moment at
//! which it came. For what has to be told to a few milliseconds, which no softphone's recording does.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use audio::goertzel::tone_level;

use crate::patience::until;
use crate::wire::Wire;

const RTP_HEADER: usize = 12;
/// The payload type that is offered for keys (RFC 4733).
const KEYS: u8 = 101;
/// A key is held for so many packets, and its end is told in three more.
const KEY_PACKETS: u16 = 5;
const KEY_END_PACKETS: u16 = 3;
const PACKET_SAMPLES: u16 = 160;
const TONE_SHARE: f64 = 0.8;
/// The listening thread ends when nothing comes for so long.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// Packets, with the moment at which each came.
pub(crate) type Packets = Vec<(Instant, Vec<i16>)>;

/// See the file's head.
pub(crate) struct Ear {
    heard: Arc<Mutex<Packets>>,
    rtp: UdpSocket,
    server: SocketAddr,
    /// Keys that were pressed.
    pressed: AtomicU16,
    _wire: Wire,
}

impl Ear {
    /// Calls a number and is answered.
    #[track_caller]
    pub(crate) fn calls(server: SocketAddr, number: &str) -> Self {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        socket.set_read_timeout(Some(SILENCE_MAX)).unwrap();
        let port = socket.local_addr().unwrap().port();
        let sdp = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 {KEYS}\r\na=rtpmap:{KEYS} telephone-event/8000\r\n"
        );
        let wire = Wire::to(server);
        let headers = "Content-Type: application/sdp\r\n";
        let invite = wire.request("INVITE", number, headers, &sdp);
        wire.send(invite.as_bytes());
        let answer = wire.final_answer();
        assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
        let to = answer.lines().find(|line| line.starts_with("To:")).unwrap();
        let asked = format!("To: <sip:{number}@localhost>");
        let ack = wire.request("INVITE", number, "", "");
        let ack = ack
            .replace(&asked, to.trim_end())
            .replace("INVITE sip", "ACK sip")
            .replace("1 INVITE", "1 ACK")
            .replace("branch=z9hG4bK-INVITE", "branch=z9hG4bK-ACK");
        wire.send(ack.as_bytes());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (into, rtp) = (Arc::clone(&heard), socket.try_clone().unwrap());
        std::thread::spawn(move || listen(&socket, &into));
        let media = answer
            .lines()
            .find_map(|line| line.strip_prefix("m=audio "));
        let port = media.unwrap().split(' ').next().unwrap().parse().unwrap();
        Self {
            heard,
            rtp,
            server: SocketAddr::from((server.ip(), port)),
            pressed: AtomicU16::new(0),
            _wire: wire,
        }
    }

    /// Presses a key from 0 to 9 for 100 ms (RFC 4733 §2.5.1); gives the moment of its first packet.
    pub(crate) fn presses(&self, key: u8) -> Instant {
        let begun = Instant::now();
        let before = self.pressed.fetch_add(1, Ordering::Relaxed);
        let moment = 1_000 + 8_000 * u32::from(before);
        for packet in 1..=KEY_PACKETS + KEY_END_PACKETS {
            let is_end = packet > KEY_PACKETS;
            let held = packet.min(KEY_PACKETS) * PACKET_SAMPLES;
            let marker = if packet == 1 { 0x80 } else { 0 };
            let mut bytes = vec![0x80, marker | KEYS];
            bytes.extend((16 * before + packet).to_be_bytes());
            // The moment of the key stands in each packet of it.
            bytes.extend(moment.to_be_bytes());
            bytes.extend(0x0e_a2_u32.to_be_bytes());
            bytes.extend([key, if is_end { 0x8a } else { 0x0a }]);
            bytes.extend(held.to_be_bytes());
            self.rtp
                .send_to(&bytes, self.server)
                .expect("loopback takes it");
            if !is_end {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        begun
    }

    /// All packets so far.
    pub(crate) fn packets(&self) -> Packets {
        self.heard.lock().unwrap().clone()
    }

    /// When packets came that were this tone.
    pub(crate) fn tone(&self, hz: f64) -> Vec<Instant> {
        let heard = self.heard.lock().unwrap();
        let is_it = |(_, samples): &&(Instant, Vec<i16>)| {
            tone_level(samples, audio::RATE_HZ, hz) > TONE_SHARE
        };
        heard.iter().filter(is_it).map(|(at, _)| *at).collect()
    }

    /// Waits until he has heard so many packets of a tone, 20 ms each.
    #[track_caller]
    pub(crate) fn until_hears(&self, hz: f64, packets: usize) {
        until(&format!("{packets} packets of {hz} Hz"), || {
            self.tone(hz).len() >= packets
        });
    }
}

fn listen(socket: &UdpSocket, into: &Mutex<Packets>) {
    let codec = audio::codec::by_name("PCMA", 8_000).expect("the house has it");
    let mut bytes = [0; 2_048];
    while let Ok(length) = socket.recv(&mut bytes) {
        let at = Instant::now();
        if let Some(payload) = bytes.get(RTP_HEADER..length) {
            let mut samples = vec![0; payload.len()];
            (codec.decode)(payload, &mut samples);
            into.lock().unwrap().push((at, samples));
        }
    }
}
