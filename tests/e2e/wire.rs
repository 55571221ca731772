//! Bytes on the wire, by hand: for what no phone would send, and to read an answer as it came.

use std::net::{SocketAddr, UdpSocket};

use crate::patience::SOON;

/// A UDP socket that talks to one address.
pub(crate) struct Wire(UdpSocket);

impl Wire {
    pub(crate) fn to(server: SocketAddr) -> Self {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        socket.connect(server).unwrap();
        socket.set_read_timeout(Some(SOON)).unwrap();
        Self(socket)
    }

    pub(crate) fn send(&self, bytes: &[u8]) {
        self.0.send(bytes).expect("loopback takes it");
    }

    /// The next datagram as text.
    #[track_caller]
    pub(crate) fn answer(&self) -> String {
        let mut bytes = [0; 65_536];
        let length = self.0.recv(&mut bytes).expect("an answer comes");
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }

    /// The final answer to a request, passing over provisional ones.
    #[track_caller]
    pub(crate) fn final_answer(&self) -> String {
        loop {
            let answer = self.answer();
            if !answer.starts_with("SIP/2.0 1") {
                return answer;
            }
        }
    }

    /// An OPTIONS and its answer: what the server took before has had its turn after it.
    #[track_caller]
    pub(crate) fn round_trip(&self) {
        self.send(self.request("OPTIONS", "4000", "", "").as_bytes());
        let answer = self.final_answer();
        assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    }

    /// A request of a caller to a number, with these headers and body beside the usual ones.
    pub(crate) fn request(&self, method: &str, number: &str, headers: &str, body: &str) -> String {
        let local = self.0.local_addr().unwrap();
        let port = local.port();
        format!(
            "{method} sip:{number}@localhost SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bK-{method}-{port};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:13800009999@carrier.test>;tag=w{port}\r\nTo: <sip:{number}@localhost>\r\n\
             Call-ID: {method}-{port}\r\nCSeq: 1 {method}\r\nContact: <sip:13800009999@{local}>\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// An SDP offer of G.711 to a port of ours.
pub(crate) const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";
