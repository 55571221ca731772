//! What each fuzz target does with its bytes, and what must hold of the result.
//!
//! Plain functions, so that the fuzzer and the replay of the committed corpus (`tests/corpus.rs`) run the same code. A body
//! panics when a property is broken; it gives a [`Verdict`] so that the replay can compare it with what the seed's name says.

#[path = "bodies/dialog.rs"]
mod dialog;
#[path = "bodies/values.rs"]
mod values;

pub(crate) use dialog::dialog;
pub(crate) use values::{digest, multipart, uri, via};

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use sip::Limits;
use sip::framing::{Frame, FrameError, StreamFramer};
use sip::message::{Header, Message, ParseError};

/// What became of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Understood whole.
    Accepted,
    /// Refused with a SIP status.
    Status(u16),
    /// Refused without an answer.
    Dropped,
    /// The keys that it says, `*` as `s` and `#` as `h`.
    Keys(String),
}

/// A target: its name is its folder in the corpus.
pub(crate) struct Target {
    /// Name.
    pub(crate) name: &'static str,
    /// Body.
    pub(crate) run: fn(&[u8]) -> Verdict,
}

/// All targets.
pub(crate) const TARGETS: &[Target] = &[
    Target {
        name: "sip_message",
        run: sip_message,
    },
    Target {
        name: "sip_stream",
        run: sip_stream,
    },
    Target {
        name: "sdp",
        run: sdp,
    },
    Target {
        name: "rtp",
        run: rtp,
    },
    Target {
        name: "rtcp",
        run: rtcp,
    },
    Target {
        name: "telephone_event",
        run: telephone_event,
    },
    Target {
        name: "ivr_script",
        run: ivr_script,
    },
    Target {
        name: "uri",
        run: uri,
    },
    Target {
        name: "via",
        run: via,
    },
    Target {
        name: "digest",
        run: digest,
    },
    Target {
        name: "multipart",
        run: multipart,
    },
    Target {
        name: "dialog",
        run: dialog,
    },
];

/// A datagram is understood whole, refused by a status, or dropped; what is understood keeps its meaning when it is
/// written again line by line (S10).
pub(crate) fn sip_message(data: &[u8]) -> Verdict {
    let limits = Limits::default();
    match sip::message::parse(data.to_vec().into(), &limits) {
        Ok(message) => {
            views_hold(&message);
            let again = rewritten(data, &message);
            let same = sip::message::parse(again.into(), &limits)
                .expect("a rewritten message is a message");
            assert_eq!(
                fields(&same),
                fields(&message),
                "headers change when written again"
            );
            assert_eq!(
                same.body(),
                message.body(),
                "the body changes when written again"
            );
            assert_eq!(same.cseq(), message.cseq());
            Verdict::Accepted
        }
        Err(ParseError::Answerable { message, fault }) => {
            assert!((400..700).contains(&fault.status), "{fault:?}");
            assert!(message.method().is_some(), "only a request is answered");
            assert!(
                message.first(Header::Via).is_some(),
                "an answer needs a Via"
            );
            Verdict::Status(fault.status)
        }
        Err(ParseError::Unframable(_)) => Verdict::Dropped,
    }
}

/// What the documentation of a message promises.
fn views_hold(message: &Message) {
    assert!(message.via().is_some(), "Via");
    assert!(message.from().is_some(), "From");
    assert!(message.to().is_some(), "To");
    assert!(!message.call_id().is_empty(), "Call-ID");
    let cseq = message.cseq().expect("CSeq");
    assert_ne!(
        message.method().is_some(),
        message.status().is_some(),
        "request or response"
    );
    if let Some(method) = message.method() {
        assert_eq!(*method, cseq.method, "CSeq names the method");
        assert!(message.request_uri().is_some(), "Request-URI");
    }
    for header in [Header::Contact, Header::Route, Header::RecordRoute] {
        for address in message.addresses(header) {
            let _ = (address.display(), address.tag(), address.to_uri());
        }
    }
    let shown = message.text(Header::Subject).unwrap_or_default();
    assert!(
        !shown.chars().any(char::is_control),
        "control characters in {shown:?}"
    );
}

fn fields(message: &Message) -> Vec<(Header, Vec<u8>, Vec<u8>)> {
    let row =
        |(header, name, value): (Header, &[u8], &[u8])| (header, name.to_vec(), value.to_vec());
    message.fields().map(row).collect()
}

/// The same message, a line for each header.
fn rewritten(data: &[u8], message: &Message) -> Vec<u8> {
    let start = data
        .iter()
        .position(|byte| !b"\r\n".contains(byte))
        .unwrap_or(data.len());
    let line = data[start..]
        .split(|byte| *byte == b'\r')
        .next()
        .unwrap_or_default();
    let mut out = line.to_vec();
    out.extend_from_slice(b"\r\n");
    for (_, name, value) in message.fields() {
        out.extend_from_slice(name);
        out.extend_from_slice(b": ");
        out.extend_from_slice(value);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&message.body());
    out
}

/// However a stream is cut into reads, the same frames come out.
pub(crate) fn sip_stream(data: &[u8]) -> Verdict {
    let whole = frames(data, data.len().max(1));
    for size in [1, 7, 64] {
        assert_eq!(frames(data, size), whole, "cut into pieces of {size}");
    }
    let (frames, error) = whole;
    let limits = Limits::default();
    for frame in frames {
        if let Frame::Message(bytes) = frame {
            let _ = sip::message::parse(bytes, &limits);
        }
    }
    error.map_or(Verdict::Accepted, |_| Verdict::Dropped)
}

fn frames(data: &[u8], size: usize) -> (Vec<Frame>, Option<FrameError>) {
    let mut framer = StreamFramer::new(Limits::default());
    let mut out = Vec::new();
    for piece in data.chunks(size) {
        framer.push(piece);
        loop {
            match framer.next_frame() {
                Ok(Some(frame)) => out.push(frame),
                Ok(None) => break,
                Err(error) => return (out, Some(error)),
            }
        }
    }
    (out, None)
}

/// An SDP offer gets an SDP answer that means the same to us, or a status.
pub(crate) fn sdp(data: &[u8]) -> Verdict {
    let local = local_audio(30_000);
    let _ = sdp::accept(&local, data);
    match sdp::answer(data, &local) {
        Ok((answer, agreed)) => {
            assert!(agreed.codec.payload_type < 128, "{agreed:?}");
            // An SDP that points at ourselves is refused, so somebody else reads it.
            let (_, back) = sdp::answer(&answer, &local_audio(40_000))
                .expect("our own SDP answer is understood");
            assert_eq!(
                back.codec.payload_type, agreed.codec.payload_type,
                "the number of the codec stands in the answer"
            );
            assert!(back.codec.name.eq_ignore_ascii_case(&agreed.codec.name));
            assert_eq!(back.telephone_event, agreed.telephone_event);
            Verdict::Accepted
        }
        Err(error) => {
            let status = error.status();
            assert!((400..700).contains(&status), "{error}");
            Verdict::Status(status)
        }
    }
}

fn local_audio(port: u16) -> sdp::LocalAudio {
    let codec = |name: &str, payload_type| sdp::Codec {
        name: name.to_owned().into(),
        payload_type,
        clock_rate_hz: 8_000,
        channels: 1,
        fmtp: None,
    };
    sdp::LocalAudio {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port,
        codecs: vec![codec("PCMA", 8), codec("PCMU", 0)],
        telephone_event: Some(101),
        session_id: 1,
        session_version: 1,
        direction: sdp::Direction::SendReceive,
    }
}

/// A packet that is read is written back with the same header and payload.
pub(crate) fn rtp(data: &[u8]) -> Verdict {
    let _ = rtp::packet::is_rtcp(data);
    let Ok(packet) = rtp::Packet::parse(data) else {
        return Verdict::Dropped;
    };
    assert!(packet.header.payload_type < 128 && !packet.payload.is_empty());
    let mut out = vec![0; packet.payload.len() + rtp::packet::HEADER_BYTES];
    let length = packet
        .write(&mut out)
        .expect("what was read can be written");
    assert_eq!(length, out.len());
    assert_eq!(rtp::Packet::parse(&out), Ok(packet));
    Verdict::Accepted
}

/// A compound is taken whole or not at all; reading it feeds the reception statistics without overflow.
pub(crate) fn rtcp(data: &[u8]) -> Verdict {
    let Ok(compound) = rtp::rtcp::Compound::parse(data) else {
        return Verdict::Dropped;
    };
    for packet in compound.packets() {
        if let rtp::rtcp::Packet::SenderReport { blocks, .. }
        | rtp::rtcp::Packet::ReceiverReport { blocks, .. } = packet
        {
            assert!(blocks.iter().count() <= 31);
        }
    }
    Verdict::Accepted
}

/// Bytes of one record of [`telephone_event`]: milliseconds since the last (2), SSRC (4), timestamp (4), payload (4).
const EVENT_RECORD: usize = 14;

/// A sequence of event packets gives at most one key a packet, and nothing stays down for ever.
pub(crate) fn telephone_event(data: &[u8]) -> Verdict {
    let mut receiver = rtp::telephone_event::Receiver::default();
    let mut now = Duration::from_secs(1_000);
    let mut keys = String::new();
    for record in data.chunks_exact(EVENT_RECORD) {
        let (head, payload) = record.split_at(EVENT_RECORD - 4);
        let number = |range: std::ops::Range<usize>| {
            head[range]
                .iter()
                .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte))
        };
        let next = now + Duration::from_millis(u64::from(number(0..2)));
        while let Some(due) = receiver.poll_timeout().filter(|due| *due <= next) {
            keys.extend(receiver.handle_timeout(due).map(letter));
        }
        now = next;
        let event = rtp::telephone_event::Event::parse(payload).expect("four bytes are an event");
        assert_eq!(
            rtp::telephone_event::Event::parse(&event.to_bytes()),
            Some(event)
        );
        let presses = receiver.handle(now, number(2..6), number(6..10), event);
        keys.extend(presses.into_iter().flatten().map(letter));
    }
    while let Some(due) = receiver.poll_timeout() {
        keys.extend(receiver.handle_timeout(due).map(letter));
        assert_ne!(
            receiver.poll_timeout(),
            Some(due),
            "a timeout that stays is a loop"
        );
    }
    assert!(
        keys.len() <= data.len() / EVENT_RECORD,
        "more keys than packets"
    );
    Verdict::Keys(keys)
}

/// A key as file names can hold it.
fn letter(press: rtp::telephone_event::Press) -> char {
    match press.key {
        '*' => 's',
        '#' => 'h',
        key => key,
    }
}

/// Every script is either accepted or refused with at least one error that has a place; what is accepted can be run.
pub(crate) fn ivr_script(data: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(data) else {
        return Verdict::Dropped;
    };
    let (script, mut diagnostics) = ivr::parse("fuzz".into(), "fuzz.toml", text);
    if let Some(script) = &script {
        diagnostics.extend(ivr::check(script, &world(script)));
    }
    for it in &diagnostics {
        assert!(
            it.line >= 1 && it.column >= 1 && it.file == "fuzz.toml",
            "{it:?}"
        );
        assert!(!it.message.en.is_empty());
        assert!(
            it.line as usize <= text.lines().count() + 1,
            "{it} lies behind the end"
        );
    }
    let refused = diagnostics
        .iter()
        .any(|it| it.severity == ivr::Severity::Error);
    assert!(refused || script.is_some(), "no script and no error");
    if refused {
        Verdict::Dropped
    } else {
        Verdict::Accepted
    }
}

/// What the demo configuration has.
fn world(script: &ivr::Script) -> ivr::World {
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<BTreeSet<_>>()
    };
    ivr::World {
        queues: ["support", "sales"].into_iter().map(Into::into).collect(),
        calendars: names(&["office"]),
        scripts: ["fuzz", "main"].into_iter().map(Into::into).collect(),
        agents: Some(names(&["1001", "1002", "1003"])),
        numbers: names(&["4000"]),
        sounds: script.sounds(),
        ..ivr::World::default()
    }
}
