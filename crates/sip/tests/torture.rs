//! The torture messages of RFC 4475 and RFC 5118, byte for byte, against a real endpoint: as datagrams and on a stream that is cut
//! at every byte. The files are the code components of the RFCs: those of RFC 4475 are unpacked from the archive in its
//! appendix, those of RFC 5118 are taken from its text. G2: each is answered as its RFC says. G3: each valid one is understood.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a message that is not taken as told fails its test, and its file is read"
)]

#[path = "torture/expected.rs"]
mod expected;

use bytes::Bytes;
use expected::{Outcome, RFC4475, RFC5118, Row};
use sip::framing::{Frame, StreamFramer};
use sip::message::parse;
use sip::{
    Endpoint, EndpointConfig, Event, Flow, Limits, Output, RegistrationLimits, SessionTimer,
    Timers, Transport,
};
use std::path::PathBuf;
use std::time::Duration;

/// Whom anybody may call here: every user that a message calls.
const HOTLINES: [&str; 4] = ["sips:user@example.com", "user", "joe", "UserB"];

fn endpoint() -> Endpoint {
    let at = "192.0.2.99:5060".parse().unwrap();
    Endpoint::new(EndpointConfig {
        domain: "trunkline.test".into(),
        realm: "trunkline.test".into(),
        product: "Trunkline/test".into(),
        listeners: vec![(Transport::Udp, at), (Transport::Tcp, at)],
        public: Vec::new(),
        nonce_secret: [1; 32],
        seed: 1,
        hotlines: HOTLINES.map(str::to_owned).into(),
        limits: Limits::default(),
        registration: RegistrationLimits::default(),
        timers: Timers::default(),
        session_timer: SessionTimer::default(),
    })
}

fn flow(transport: Transport) -> Flow {
    Flow {
        transport,
        local: "192.0.2.99:5060".parse().unwrap(),
        remote: "198.51.100.7:5070".parse().unwrap(),
        connection: u32::from(transport != Transport::Udp),
    }
}

/// What an endpoint did with messages, one after the other.
fn taken(transport: Transport, messages: &[Bytes]) -> Vec<Outcome> {
    let mut endpoint = endpoint();
    let mut outcomes = Vec::new();
    for message in messages {
        endpoint.handle_message(Duration::from_secs(1), flow(transport), message.clone());
        while let Some(output) = endpoint.poll_output() {
            match output {
                Output::Transmit(transmit) => {
                    let text = String::from_utf8_lossy(&transmit.bytes).into_owned();
                    let status: u16 = text.strip_prefix("SIP/2.0 ").unwrap()[..3].parse().unwrap();
                    if status > 100 {
                        outcomes.push(Outcome::Answer(status));
                    }
                }
                Output::Event(Event::Invite { invite, .. }) => {
                    let user = HOTLINES.iter().find(|user| **user == invite.called_user);
                    outcomes.push(Outcome::Rings(user.unwrap()));
                }
                other => panic!("{other:?}"),
            }
        }
    }
    outcomes
}

fn wanted(outcome: Outcome) -> Vec<Outcome> {
    match outcome {
        Outcome::Silence => Vec::new(),
        Outcome::Answer(_) | Outcome::Rings(_) => vec![outcome],
        Outcome::Both(first, second) => vec![*first, *second],
    }
}

/// The messages that a stream holds when it is read in these pieces, and whether it can go on.
fn framed<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Bytes>, bool) {
    let mut framer = StreamFramer::new(Limits::default());
    let mut messages = Vec::new();
    for piece in pieces {
        framer.push(piece);
        loop {
            match framer.next_frame() {
                Ok(Some(Frame::Message(message))) => messages.push(message),
                Ok(Some(Frame::Ping)) => {}
                Ok(None) => break,
                Err(_) => return (messages, false),
            }
        }
    }
    (messages, true)
}

fn read(folder: &str, row: &Row) -> Bytes {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/torture");
    std::fs::read(path.join(folder).join(format!("{}.dat", row.file)))
        .unwrap()
        .into()
}

fn each(check: impl Fn(&Row, Bytes) -> Result<(), String>) {
    let rows = RFC4475.iter().map(|row| ("rfc4475", row));
    let rows = rows.chain(RFC5118.iter().map(|row| ("rfc5118", row)));
    let wrong: Vec<String> = rows
        .filter_map(|(folder, row)| {
            let told = check(row, read(folder, row)).err()?;
            Some(format!("{folder}/{}: {told} ({})", row.file, row.why))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn compare(taken: &[Outcome], outcome: Outcome) -> Result<(), String> {
    let wanted = wanted(outcome);
    if taken == wanted {
        return Ok(());
    }
    Err(format!("{taken:?} instead of {wanted:?}"))
}

#[test]
fn g2_every_message_is_answered_as_its_rfc_says_over_datagrams() {
    each(|row, bytes| compare(&taken(Transport::Udp, &[bytes]), row.datagram));
}

#[test]
fn g2_every_message_is_answered_as_its_rfc_says_on_a_stream() {
    each(|row, bytes| {
        let (messages, _) = framed([&bytes[..]]);
        compare(
            &taken(Transport::Tcp, &messages),
            row.stream.unwrap_or(row.datagram),
        )
    });
}

#[test]
fn a_stream_holds_the_same_messages_wherever_it_is_cut() {
    each(|row, bytes| {
        let whole = framed([&bytes[..]]);
        for at in 0..bytes.len() {
            let (one, other) = bytes.split_at(at);
            if framed([one, other]) != whole {
                return Err(format!("cut before byte {at}"));
            }
        }
        if framed(bytes.chunks(1)) != whole {
            return Err("byte by byte".into());
        }
        let ends = ["ncl", "mcl01", "inv2543", "dblreq"];
        match (whole.1, ends.contains(&row.file)) {
            (true, true) => Err("the stream goes on after a length that nobody knows".into()),
            (false, false) if !bytes.starts_with(b"SIP/2.0") => {
                Err("the stream is at its end".into())
            }
            _ => Ok(()),
        }
    });
}

#[test]
fn g3_every_valid_message_is_understood() {
    each(|row, bytes| {
        let message = match parse(bytes, &Limits::default()) {
            Ok(message) => message,
            Err(sip::message::ParseError::Answerable { message, .. }) => *message,
            Err(sip::message::ParseError::Unframable(_)) => return Ok(()),
        };
        (row.means)(&message);
        Ok(())
    });
}

#[test]
fn no_file_is_left_out() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/torture");
    for (name, rows) in [("rfc4475", &RFC4475[..]), ("rfc5118", &RFC5118[..])] {
        let files = std::fs::read_dir(folder.join(name)).unwrap();
        assert_eq!(files.count(), rows.len(), "{name}");
    }
}
