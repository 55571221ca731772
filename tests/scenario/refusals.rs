//! What must not get in, and what it is told.

use std::time::Duration;

use model::fact::{CallResult, Fact};

use crate::hotline::{Hotline, SERVER};
use crate::phone::{Manner, Phone};

const STRANGER: std::net::SocketAddr = std::net::SocketAddr::new(
    std::net::IpAddr::V4(std::net::Ipv4Addr::new(10, 9, 9, 9)),
    5_060,
);

#[test]
fn a_stranger_reaches_hotlines_and_nothing_else() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Rings);
    for number in ["1001", "4001", "90019001900", "anonymous"] {
        hotline.caller("100", number);
    }
    hotline.run_for(Duration::from_secs(1));
    assert!(
        hotline.facts_named("call.arrived").is_empty(),
        "not even a call record"
    );
    assert!(hotline.when("1001", "rings").is_none());
}

#[test]
fn a_wrong_password_is_refused_and_no_binding_is_made() {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Rings);
    let mut thief = Phone::new("1001", 77, Some("guessed wrong again"));
    thief.registers(3_600);
    hotline.phones.insert("thief".into(), thief);
    hotline.run_for(Duration::from_secs(1));
    let told: Vec<&str> = hotline.heard_since("thief", Duration::ZERO);
    assert!(
        told.iter()
            .all(|told| *told == "register 401" || *told == "register 403"),
        "{told:?}"
    );
    assert!(told.len() >= 2, "challenged, then refused: {told:?}");
    hotline.caller_presses("100", '1');
    assert!(
        hotline.when("1001", "rings").is_some(),
        "the owner's phone still rings ({li})"
    );
}

#[test]
fn sdp_that_we_do_not_speak_is_told_and_counted() {
    let mut hotline = Hotline::open();
    let offers = [
        (
            "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n",
            "488",
        ),
        ("m=audio 4000 RTP/SAVP 8\r\n", "488"),
        ("m=video 4000 RTP/AVP 96\r\n", "488"),
        ("m=audio banana\r\n", "400"),
    ];
    for (index, (media, status)) in offers.into_iter().enumerate() {
        let body = format!(
            "v=0\r\no=- 1 1 IN IP4 10.9.9.9\r\ns=-\r\nc=IN IP4 10.9.9.9\r\nt=0 0\r\n{media}"
        );
        hotline.datagram(STRANGER, invite(index, &body).as_bytes());
        assert!(
            hotline
                .wishes
                .iter()
                .any(|wish| wish.contains(&format!("SIP/2.0 {status}"))
                    && wish.contains(&format!("branch=z9hG4bKx{index}"))),
            "{media}"
        );
    }
    assert_eq!(hotline.engine.calls(), 0);
    assert_eq!(
        hotline.facts_named("call.ended").len(),
        offers.len(),
        "each with its record"
    );
    assert!(
        hotline
            .facts_named("call.ended")
            .iter()
            .all(|fact| matches!(
                fact,
                Fact::CallEnded {
                    result: CallResult::Refused,
                    ..
                }
            ))
    );
    hotline.run_for(Duration::from_secs(1));
    assert_eq!(
        hotline.engine.ports_in_use(),
        0,
        "advisory 8: a rejected call leaves no port"
    );
}

#[test]
fn an_invite_without_sdp_gets_our_offer() {
    let mut hotline = Hotline::open();
    hotline.datagram(STRANGER, invite(1, "").as_bytes());
    let answered = hotline
        .wishes
        .iter()
        .find(|wish| wish.contains("SIP/2.0 200"))
        .expect("a 200");
    assert!(
        answered.contains("m=audio")
            && answered.contains("PCMA/8000")
            && answered.contains("PCMU/8000"),
        "{answered}"
    );
}

#[test]
fn garbage_harms_nobody() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Answers(Duration::from_secs(1)));
    hotline.caller_presses("100", '1');
    hotline.run_for(Duration::from_secs(2));
    for length in 0..600_usize {
        let bytes: Vec<u8> = (0..length)
            .map(|at| u8::try_from((at * 31 + length * 17) % 256).unwrap())
            .collect();
        hotline.datagram(STRANGER, &bytes);
    }
    let good = invite(1, "");
    for cut in 0..good.len() {
        hotline.datagram(STRANGER, &good.as_bytes()[..cut]);
    }
    assert_eq!(hotline.hears("100"), "1001");
    assert!(hotline.broken.is_empty());
}

fn invite(branch: usize, body: &str) -> String {
    let kind = if body.is_empty() {
        ""
    } else {
        "Content-Type: application/sdp\r\n"
    };
    format!(
        "INVITE sip:4000@{SERVER} SIP/2.0\r\nVia: SIP/2.0/UDP {STRANGER};branch=z9hG4bKx{branch}\r\nMax-Forwards: 70\r\nFrom: <sip:x@10.9.9.9>;tag=a{branch}\r\n\
         To: <sip:4000@{SERVER}>\r\nCall-ID: x{branch}\r\nCSeq: 1 INVITE\r\nContact: <sip:x@{STRANGER}>\r\n{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
