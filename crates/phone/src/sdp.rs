//! The few lines of SDP (RFC 8866) that one audio call needs, written and read by hand.
//!
//! An SDP offer names all codecs and a telephone-event number that is not the usual 101, so that a server which assumes
//! 101 is found out. An SDP answer names one codec. Everything beyond the first audio line is left alone.

use std::net::{IpAddr, SocketAddr};

use audio::Codec;
use audio::codec::CODECS;

/// Our own number for telephone-events in SDP offers.
const EVENT_PAYLOAD_TYPE: u8 = 100;

/// Who sends, seen from the writer of the SDP (RFC 3264 §5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Direction {
    #[default]
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    const ALL: [(Self, &str); 4] = [
        (Self::SendRecv, "sendrecv"),
        (Self::SendOnly, "sendonly"),
        (Self::RecvOnly, "recvonly"),
        (Self::Inactive, "inactive"),
    ];

    fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(direction, _)| *direction == self)
            .map_or("sendrecv", |(_, name)| name)
    }

    /// What an SDP answer says to it.
    fn mirrored(self) -> Self {
        match self {
            Self::SendOnly => Self::RecvOnly,
            Self::RecvOnly => Self::SendOnly,
            Self::SendRecv | Self::Inactive => self,
        }
    }

    /// Whether its writer wants our sound.
    pub(crate) fn listens(self) -> bool {
        match self {
            Self::SendRecv | Self::RecvOnly => true,
            Self::SendOnly | Self::Inactive => false,
        }
    }
}

/// What the other side's SDP says of its audio line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Remote {
    /// Where it wants our packets.
    pub(crate) address: SocketAddr,
    /// The first codec that we have too.
    pub(crate) codec: &'static Codec,
    /// Its number for telephone-events at 8 kHz.
    pub(crate) event_payload_type: Option<u8>,
    pub(crate) direction: Direction,
}

impl Remote {
    /// Reads an SDP; none without a usable audio line: no address, port 0, or no codec of ours.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(body);
        let mut lines = text.lines().map(str::trim_end);
        let mut address: Option<IpAddr> = None;
        let mut direction = Direction::default();
        let media = loop {
            let line = lines.next()?;
            if let Some(media) = line.strip_prefix("m=audio ") {
                break media;
            }
            read_common(line, &mut address, &mut direction);
        };
        let mut fields = media.split_ascii_whitespace();
        let port: u16 = fields.next()?.parse().ok().filter(|port| *port != 0)?;
        fields.next().filter(|profile| *profile == "RTP/AVP")?;
        let formats: Vec<u8> = fields.filter_map(|number| number.parse().ok()).collect();
        let mut events = None;
        for line in lines.take_while(|line| !line.starts_with("m=")) {
            read_common(line, &mut address, &mut direction);
            events = events.or_else(|| event_number(line));
        }
        let codec = formats
            .iter()
            .find_map(|number| CODECS.iter().find(|codec| codec.payload_type == *number))?;
        Some(Self {
            address: SocketAddr::new(address?, port),
            codec,
            event_payload_type: events.filter(|number| formats.contains(number)),
            direction,
        })
    }
}

/// Lines that may stand at session and at media level, the later one counting.
fn read_common(line: &str, address: &mut Option<IpAddr>, direction: &mut Direction) {
    if let Some(connection) = line.strip_prefix("c=IN ") {
        *address = connection
            .split_ascii_whitespace()
            .nth(1)
            .and_then(|host| host.parse().ok());
    }
    if let Some(name) = line.strip_prefix("a=")
        && let Some((found, _)) = Direction::ALL.iter().find(|(_, known)| *known == name)
    {
        *direction = *found;
    }
}

/// The payload type of `a=rtpmap:N telephone-event/8000`.
fn event_number(line: &str) -> Option<u8> {
    let (number, name) = line.strip_prefix("a=rtpmap:")?.split_once(' ')?;
    name.trim()
        .eq_ignore_ascii_case("telephone-event/8000")
        .then(|| number.parse().ok())?
}

/// Our SDP offer: every codec we have.
pub(crate) fn offer(local: SocketAddr, version: u32) -> String {
    write(
        local,
        version,
        &CODECS.iter().collect::<Vec<_>>(),
        Some(EVENT_PAYLOAD_TYPE),
        Direction::SendRecv,
    )
}

/// Our SDP answer: one codec, the other side's numbers.
pub(crate) fn answer(local: SocketAddr, version: u32, to: &Remote) -> String {
    write(
        local,
        version,
        &[to.codec],
        to.event_payload_type,
        to.direction.mirrored(),
    )
}

fn write(
    local: SocketAddr,
    version: u32,
    codecs: &[&Codec],
    events: Option<u8>,
    direction: Direction,
) -> String {
    let family = if local.is_ipv4() { "IP4" } else { "IP6" };
    let ip = local.ip();
    let numbers: Vec<String> = codecs
        .iter()
        .map(|codec| codec.payload_type)
        .chain(events)
        .map(|number| number.to_string())
        .collect();
    let mut lines = vec![
        "v=0".to_owned(),
        format!("o=phone {} {version} IN {family} {ip}", local.port()),
        "s=-".to_owned(),
        format!("c=IN {family} {ip}"),
        "t=0 0".to_owned(),
        format!("m=audio {} RTP/AVP {}", local.port(), numbers.join(" ")),
    ];
    for codec in codecs {
        let Codec {
            payload_type,
            name,
            clock_rate_hz,
            ..
        } = codec;
        lines.push(format!("a=rtpmap:{payload_type} {name}/{clock_rate_hz}"));
    }
    if let Some(number) = events {
        lines.push(format!("a=rtpmap:{number} telephone-event/8000"));
        lines.push(format!("a=fmtp:{number} 0-15"));
    }
    lines.push("a=ptime:20".to_owned());
    lines.push(format!("a={}", direction.name()));
    lines.join("\r\n") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local() -> SocketAddr {
        "127.0.0.1:4002".parse().unwrap()
    }

    #[test]
    fn an_answer_takes_the_first_common_codec_and_the_offers_event_number() {
        let text = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n\
                    m=audio 7078 RTP/AVP 96 0 8 126\r\na=rtpmap:96 opus/48000/2\r\n\
                    a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\na=sendonly\r\n";
        let remote = Remote::parse(text.as_bytes()).unwrap();
        assert_eq!(remote.address, "10.0.0.9:7078".parse().unwrap());
        assert_eq!(remote.codec.name, "PCMU");
        assert_eq!(remote.event_payload_type, Some(126));
        assert!(!remote.direction.listens());

        let answer = answer(local(), 2, &remote);
        assert!(
            answer.contains("m=audio 4002 RTP/AVP 0 126\r\n"),
            "{answer}"
        );
        assert!(answer.contains("a=recvonly\r\n"), "{answer}");
    }

    #[test]
    fn our_offer_reads_back() {
        let remote = Remote::parse(offer(local(), 1).as_bytes()).unwrap();
        assert_eq!(remote.address, local());
        assert_eq!(remote.event_payload_type, Some(EVENT_PAYLOAD_TYPE));
        assert_eq!(remote.direction, Direction::SendRecv);
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        let sdp = |media: &str| format!("v=0\r\nc=IN IP4 10.0.0.9\r\n{media}\r\n");
        for media in [
            "m=audio 0 RTP/AVP 0",
            "m=audio 4000 RTP/AVP 18",
            "m=audio 4000 RTP/SAVP 0",
            "m=video 4000 RTP/AVP 0",
            "m=audio",
        ] {
            assert_eq!(Remote::parse(sdp(media).as_bytes()), None, "{media}");
        }
        assert_eq!(
            Remote::parse(b"m=audio 4000 RTP/AVP 0\r\n"),
            None,
            "no address"
        );
    }
}
