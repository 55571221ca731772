//! Messages of a simulated phone, put together from words that are there already.
//!
//! A day has millions of messages, so nothing is formatted here: a phone writes its address, its Contact and its SDP once
//! ([`Address`]), and numbers come as the text that their owner keeps.

use bytes::Bytes;

use super::Message;
use crate::place::Place;

/// The SDP of every phone, around its address.
const SDP: [&str; 3] = [
    "v=0\r\no=- 1 1 IN IP4 ",
    "\r\ns=-\r\nc=IN IP4 ",
    "\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n",
];
/// Room for a message of a phone.
const BYTES: usize = 700;

/// A place as its phone writes it.
#[derive(Debug)]
pub(crate) struct Address {
    pub(crate) place: Place,
    pub(crate) ip: String,
    contact: String,
    /// The headers of a body, and the body.
    sdp: String,
}

impl Address {
    pub(crate) fn new(place: Place) -> Self {
        let ip = place.ip().to_string();
        let [head, middle, tail] = SDP;
        let body = format!("{head}{ip}{middle}{ip}{tail}");
        let length = body.len();
        Self {
            place,
            contact: format!("<sip:sim@{ip}:5060>"),
            sdp: format!("Content-Type: application/sdp\r\nContent-Length: {length}\r\n\r\n{body}"),
            ip,
        }
    }
}

/// The headers of a request that each response to it copies, with the tag of whoever answers.
#[derive(Debug)]
pub(crate) struct Copied(String);

impl Copied {
    pub(crate) fn of(request: &Message<'_>, tag: &str) -> Self {
        Self(Writing(String::with_capacity(BYTES)).copied(request, tag).0)
    }
}

/// A message in the making.
pub(crate) struct Writing(String);

impl Writing {
    /// Begins with a start line.
    pub(crate) fn new(start: &[&str]) -> Self {
        Self(String::with_capacity(BYTES)).line(start)
    }

    /// A response to a request, with the headers that RFC 3261 §8.2.6.2 copies; `tag` goes to a To that has none.
    pub(crate) fn response(to: &Message<'_>, status: &str, tag: &str) -> Self {
        Self::new(&["SIP/2.0 ", status]).copied(to, tag)
    }

    /// A further response to a request whose copied headers are kept.
    pub(crate) fn again(kept: &Copied, status: &str) -> Self {
        let mut writing = Self::new(&["SIP/2.0 ", status]);
        writing.0.push_str(&kept.0);
        writing
    }

    fn copied(self, of: &Message<'_>, tag: &str) -> Self {
        let writing = self
            .header("Via", of.via)
            .header("From", of.from)
            .header("Call-ID", of.call_id)
            .header("CSeq", of.cseq);
        if tag.is_empty() || of.to.contains(";tag=") {
            writing.header("To", of.to)
        } else {
            writing.line(&["To: ", of.to, ";tag=", tag])
        }
    }

    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        self.line(&[name, ": ", value])
    }

    pub(crate) fn line(mut self, parts: &[&str]) -> Self {
        for part in parts {
            self.0.push_str(part);
        }
        self.0.push_str("\r\n");
        self
    }

    /// The Via of a request, with a branch of its own.
    pub(crate) fn via(self, from: &Address, [owner, which]: [&str; 2]) -> Self {
        let (head, rport) = ("Via: SIP/2.0/UDP ", ":5060;rport;branch=z9hG4bK");
        self.line(&[head, &from.ip, rport, owner, which])
            .line(&["Max-Forwards: 70"])
    }

    pub(crate) fn contact(self, address: &Address) -> Self {
        self.header("Contact", &address.contact)
    }

    /// Ends without a body.
    pub(crate) fn empty(mut self) -> Bytes {
        self.0.push_str("Content-Length: 0\r\n\r\n");
        self.0.into()
    }

    /// Ends with this phone's SDP.
    pub(crate) fn sdp(mut self, address: &Address) -> Bytes {
        self.0.push_str(&address.sdp);
        self.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_the_length_that_is_told() {
        let address = Address::new(Place::Caller(300));
        let bytes = Writing::new(&["INVITE x SIP/2.0"]).sdp(&address);
        let text = std::str::from_utf8(&bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains(&format!("Content-Length: {}", body.len())),
            "{text}"
        );
        let port = Message::read(&bytes).and_then(|read| read.rtp_port());
        assert_eq!(port, Some(40_000));
    }
}
