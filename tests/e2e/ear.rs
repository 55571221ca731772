//! A caller who only listens: he calls over [`Wire`], and each RTP packet that he gets is kept with the moment at which it came.
//! For what has to be told to a few milliseconds, which no softphone's recording does.

use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use audio::goertzel::tone_level;

use crate::patience::until;
use crate::wire::Wire;

const RTP_HEADER: usize = 12;
const TONE_SHARE: f64 = 0.8;
/// The listening thread ends when nothing comes for so long.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// Packets, with the moment at which each came.
type Packets = Vec<(Instant, Vec<i16>)>;

/// See the file's head.
pub(crate) struct Ear {
    heard: Arc<Mutex<Packets>>,
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
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 8\r\n"
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
        let into = Arc::clone(&heard);
        std::thread::spawn(move || listen(&socket, &into));
        Self { heard, _wire: wire }
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
