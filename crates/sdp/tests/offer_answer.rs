//! RFC 3264 offer/answer as phones really do it: tables of SDP offers with what must come out.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;
use sdp::{
    AnswerError, Codec, Direction, LocalAudio, Negotiated, OfferError, accept, answer, offer,
};

fn codec(name: &'static str, payload_type: u8) -> Codec {
    Codec {
        name: name.into(),
        payload_type,
        clock_rate_hz: 8_000,
        channels: 1,
        fmtp: None,
    }
}

fn local() -> LocalAudio {
    LocalAudio {
        address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10)),
        port: 20_000,
        codecs: vec![codec("PCMA", 8), codec("PCMU", 0)],
        telephone_event: Some(101),
        session_id: 7,
        session_version: 3,
        direction: Direction::SendReceive,
    }
}

/// An SDP offer from 192.0.2.1 with these lines after the session part.
fn from_phone(lines: &str) -> String {
    let head = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n";
    format!("{head}{lines}").replace('\n', "\r\n")
}

fn answered(lines: &str) -> (String, Negotiated) {
    let (body, negotiated) = answer(from_phone(lines).as_bytes(), &local()).expect(lines);
    (String::from_utf8(body).unwrap(), negotiated)
}

#[test]
fn one_codec_and_the_offers_event_number() {
    // (SDP offer, codec, its payload type, telephone-event)
    let cases = [
        (
            "baresip",
            "m=audio 4000 RTP/AVP 0 8 101\na=rtpmap:0 PCMU/8000\na=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\n",
            "PCMU",
            0,
            Some(101),
        ),
        (
            "PJSIP's 120",
            "m=audio 4000 RTP/AVP 8 0 120\na=rtpmap:8 PCMA/8000\na=rtpmap:120 telephone-event/8000\n",
            "PCMA",
            8,
            Some(120),
        ),
        (
            "linphone: static types bare, three clocks of events",
            "m=audio 4000 RTP/AVP 96 0 8 99 100 101\na=rtpmap:96 opus/48000/2\na=rtpmap:99 telephone-event/48000\na=rtpmap:100 telephone-event/16000\na=rtpmap:101 telephone-event/8000\n",
            "PCMU",
            0,
            Some(101),
        ),
        (
            "browser numbers: 110 is 48 kHz, 126 is 8 kHz",
            "m=audio 4000 RTP/AVP 111 8 110 126\na=rtpmap:111 opus/48000/2\na=rtpmap:110 telephone-event/48000\na=rtpmap:126 telephone-event/8000\n",
            "PCMA",
            8,
            Some(126),
        ),
        (
            "SIPp: 96",
            "m=audio 4000 RTP/AVP 8 96\na=rtpmap:96 telephone-event/8000\n",
            "PCMA",
            8,
            Some(96),
        ),
        ("no events", "m=audio 4000 RTP/AVP 0\n", "PCMU", 0, None),
        (
            "names without case",
            "m=audio 4000 RTP/AVP 97\na=rtpmap:97 pcma/8000\n",
            "pcma",
            97,
            None,
        ),
        (
            "feedback profile",
            "m=audio 4000 RTP/AVPF 0\n",
            "PCMU",
            0,
            None,
        ),
        (
            "a dynamic number before ours",
            "m=audio 4000 RTP/AVP 18 9 0\na=rtpmap:18 G729/8000\na=rtpmap:9 G722/8000\n",
            "PCMU",
            0,
            None,
        ),
    ];
    for (name, lines, codec, payload_type, event) in cases {
        let (body, negotiated) = answered(lines);
        assert_eq!(
            (
                negotiated.codec.name.as_ref(),
                negotiated.codec.payload_type
            ),
            (codec, payload_type),
            "{name}"
        );
        assert_eq!(negotiated.telephone_event, event, "{name}");
        let formats = event.map_or(format!("{payload_type}\r"), |event| {
            format!("{payload_type} {event}\r")
        });
        let media: Vec<&str> = body
            .split('\n')
            .filter(|line| line.starts_with("m="))
            .collect();
        let profile = if lines.contains("AVPF") {
            "RTP/AVPF"
        } else {
            "RTP/AVP"
        };
        assert_eq!(
            media,
            [format!("m=audio 20000 {profile} {formats}")],
            "{name}"
        );
        if let Some(event) = event {
            assert!(
                body.contains(&format!(
                    "a=rtpmap:{event} telephone-event/8000\r\na=fmtp:{event} 0-15\r\n"
                )),
                "{name}: {body}"
            );
        }
    }
}

#[test]
fn answer_is_a_whole_session() {
    let (body, negotiated) =
        answered("m=audio 4000 RTP/AVP 8 101\na=rtpmap:101 telephone-event/8000\na=ptime:30\n");
    let expected = "v=0\no=- 7 3 IN IP4 192.0.2.10\ns=-\nc=IN IP4 192.0.2.10\nt=0 0\nm=audio 20000 RTP/AVP 8 101\n\
        a=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\na=ptime:20\na=sendrecv\n";
    assert_eq!(body, expected.replace('\n', "\r\n"));
    assert_eq!(negotiated.remote, "192.0.2.1:4000".parse().unwrap());
    assert_eq!(negotiated.remote_rtcp, "192.0.2.1:4001".parse().unwrap());
    assert_eq!(negotiated.ptime_ms, 30);
}

#[test]
fn hold_is_answered_fittingly() {
    use Direction::{Inactive, ReceiveOnly, SendOnly, SendReceive};
    // (lines of the peer, what we want, our direction, attribute of the answer)
    let cases = [
        ("a=sendrecv\n", SendReceive, SendReceive, "sendrecv"),
        ("", SendReceive, SendReceive, "sendrecv"),
        ("a=sendonly\n", SendReceive, ReceiveOnly, "recvonly"),
        ("a=recvonly\n", SendReceive, SendOnly, "sendonly"),
        ("a=inactive\n", SendReceive, Inactive, "inactive"),
        ("c=IN IP4 0.0.0.0\n", SendReceive, ReceiveOnly, "recvonly"),
        (
            "c=IN IP4 0.0.0.0\na=inactive\n",
            SendReceive,
            Inactive,
            "inactive",
        ),
        ("a=sendrecv\n", SendOnly, SendOnly, "sendonly"),
        ("a=sendonly\n", SendOnly, Inactive, "inactive"),
        ("a=sendrecv\n", Inactive, Inactive, "inactive"),
    ];
    for (lines, wanted, expected, attribute) in cases {
        let local = LocalAudio {
            direction: wanted,
            ..local()
        };
        let offer = from_phone(&format!("m=audio 4000 RTP/AVP 0\n{lines}"));
        let (body, negotiated) = answer(offer.as_bytes(), &local).expect(lines);
        assert_eq!(negotiated.direction, expected, "{lines:?} {wanted:?}");
        assert!(
            String::from_utf8(body)
                .unwrap()
                .contains(&format!("a={attribute}\r\n")),
            "{lines:?} {wanted:?}"
        );
    }
    let session_level = "v=0\r\nc=IN IP4 192.0.2.1\r\na=sendonly\r\nm=audio 4000 RTP/AVP 0\r\n";
    assert_eq!(
        answer(session_level.as_bytes(), &local())
            .unwrap()
            .1
            .direction,
        ReceiveOnly
    );
}

#[test]
fn other_streams_keep_their_place_with_port_0() {
    let (body, _) = answered(
        "m=video 4002 RTP/AVP 96 97\na=rtpmap:96 H264/90000\nm=audio 4004 RTP/SAVP 0\nm=audio 4000 RTP/AVP 0\nm=image 4006 udptl t38\nm=audio 4008 RTP/AVP 8\n",
    );
    let media: Vec<&str> = body.lines().filter(|line| line.starts_with("m=")).collect();
    let expected = [
        "m=video 0 RTP/AVP 96 97",
        "m=audio 0 RTP/SAVP 0",
        "m=audio 20000 RTP/AVP 0",
        "m=image 0 udptl t38",
        "m=audio 0 RTP/AVP 8",
    ];
    assert_eq!(media, expected);
}

#[test]
fn what_cannot_be_answered_says_why() {
    let cases = [
        (
            "m=audio 4000 RTP/AVP 18\na=rtpmap:18 G729/8000\n",
            OfferError::NoCommonCodec,
        ),
        (
            "m=audio 4000 RTP/AVP 97\na=rtpmap:97 PCMU/16000\n",
            OfferError::NoCommonCodec,
        ),
        (
            "m=audio 4000 RTP/AVP 97\na=rtpmap:97 PCMU/8000/2\n",
            OfferError::NoCommonCodec,
        ),
        (
            "m=audio 4000 RTP/AVP 4294967296 999 -1 x\na=rtpmap:4294967296 PCMU/8000\na=fmtp:999 x\n",
            OfferError::NoCommonCodec,
        ),
        ("m=audio 4000 RTP/SAVP 0 8\n", OfferError::SecureOnly),
        (
            "m=audio 4000 UDP/TLS/RTP/SAVPF 0 8\n",
            OfferError::SecureOnly,
        ),
        (
            "m=audio 4000 RTP/SAVP 0\nm=audio 4002 RTP/AVP 18\n",
            OfferError::NoCommonCodec,
        ),
        ("m=audio 0 RTP/AVP 0\n", OfferError::NoAudio),
        ("m=image 4000 udptl t38\n", OfferError::NoAudio),
        ("", OfferError::NoAudio),
        (
            "m=audio 4000 RTP/AVP 0\nc=IN IP4 phone.example\n",
            OfferError::Address,
        ),
        (
            "m=audio 4000 RTP/AVP 0\nc=IN IP4 224.2.1.1/127\n",
            OfferError::Address,
        ),
        (
            "m=audio 4000 RTP/AVP 0\nc=IN IP6 2001:db8::1\n",
            OfferError::Address,
        ),
        (
            "m=audio 20000 RTP/AVP 0\nc=IN IP4 192.0.2.10\n",
            OfferError::Address,
        ),
    ];
    for (lines, expected) in cases {
        let error = answer(from_phone(lines).as_bytes(), &local()).expect_err(lines);
        assert_eq!(error, expected, "{lines:?}");
        assert_eq!(error.status(), 488, "{lines:?}");
    }
    assert_eq!(answer(b"INVITE", &local()).unwrap_err().status(), 400);
}

#[test]
fn rtcp_goes_where_it_is_wanted_but_never_to_another_host() {
    for (line, port) in [
        ("", 4001),
        ("a=rtcp:5000\n", 5000),
        ("a=rtcp:5000 IN IP4 203.0.113.9\n", 5000),
        ("a=rtcp:0\n", 4001),
    ] {
        let (_, negotiated) = answered(&format!("m=audio 4000 RTP/AVP 0\n{line}"));
        assert_eq!(
            negotiated.remote_rtcp.to_string(),
            format!("192.0.2.1:{port}"),
            "{line:?}"
        );
    }
}

#[test]
fn impossible_ptime_is_the_default() {
    for (ptime, expected) in [
        ("20", 20),
        ("60", 60),
        ("0", 20),
        ("9999999999", 20),
        ("-5", 20),
        ("", 20),
        ("201", 20),
    ] {
        let (_, negotiated) = answered(&format!("m=audio 4000 RTP/AVP 0\na=ptime:{ptime}\n"));
        assert_eq!(negotiated.ptime_ms, expected, "{ptime:?}");
    }
}

#[test]
fn our_offer_lists_all_we_have() {
    let expected = "v=0\no=- 7 3 IN IP4 192.0.2.10\ns=-\nc=IN IP4 192.0.2.10\nt=0 0\nm=audio 20000 RTP/AVP 8 0 101\n\
        a=rtpmap:8 PCMA/8000\na=rtpmap:0 PCMU/8000\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\na=ptime:20\na=sendrecv\n";
    assert_eq!(
        String::from_utf8(offer(&local())).unwrap(),
        expected.replace('\n', "\r\n")
    );
}

#[test]
fn answers_to_our_offer() {
    let accepted = |lines: &str| accept(&local(), from_phone(lines).as_bytes());
    let agreed =
        accepted("m=audio 4000 RTP/AVP 0 101\na=rtpmap:101 telephone-event/8000\na=sendonly\n")
            .unwrap();
    assert_eq!(
        (agreed.codec.name.as_ref(), agreed.telephone_event),
        ("PCMU", Some(101))
    );
    assert_eq!(agreed.direction, Direction::ReceiveOnly);
    assert_eq!(
        accepted("m=audio 4000 RTP/AVP 8 0\n").unwrap().codec.name,
        "PCMA",
        "the first of several"
    );
    let cases = [
        ("m=audio 0 RTP/AVP 0\n", AnswerError::AudioRefused),
        ("m=audio 4000 RTP/SAVP 0\n", AnswerError::AudioRefused),
        ("", AnswerError::AudioRefused),
        ("m=audio 4000 RTP/AVP 18\n", AnswerError::NoCommonCodec),
        (
            "m=audio 4000 RTP/AVP 0\nc=IN IP6 ::1\n",
            AnswerError::Address,
        ),
    ];
    for (lines, expected) in cases {
        assert_eq!(accepted(lines).unwrap_err(), expected, "{lines:?}");
    }
    assert!(matches!(
        accept(&local(), b"x"),
        Err(AnswerError::Malformed(_))
    ));
}

#[test]
fn our_offer_and_our_answer_agree() {
    let caller = local();
    let callee = LocalAudio {
        address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 11)),
        port: 30_000,
        ..local()
    };
    let (body, at_callee) = answer(&offer(&caller), &callee).unwrap();
    let at_caller = accept(&caller, &body).unwrap();
    assert_eq!(at_caller.codec, at_callee.codec);
    assert_eq!(at_caller.telephone_event, at_callee.telephone_event);
    assert_eq!(at_caller.remote.to_string(), "192.0.2.11:30000");
    assert_eq!(at_callee.remote.to_string(), "192.0.2.10:20000");
}

#[test]
fn a11_without_telephone_event_it_is_neither_offered_nor_taken() {
    let ours = LocalAudio {
        telephone_event: None,
        ..local()
    };
    let body = offer(&ours);
    assert!(!String::from_utf8_lossy(&body).contains("telephone-event"));
    let peer = LocalAudio {
        address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 11)),
        ..local()
    };
    let (answer_to_offer, at_peer) = answer(&body, &peer).unwrap();
    assert_eq!(at_peer.telephone_event, None);
    assert_eq!(
        accept(&ours, &answer_to_offer).unwrap().telephone_event,
        None
    );
    let (body, at_us) = answer(&offer(&peer), &ours).unwrap();
    assert_eq!(at_us.telephone_event, None);
    assert!(!String::from_utf8_lossy(&body).contains("telephone-event"));
    // A peer that answers with what was not offered gets none either.
    let (unasked, _) = answer(&offer(&peer), &local()).unwrap();
    let at_us = accept(&ours, &unasked);
    assert!(at_us.is_err() || at_us.unwrap().telephone_event.is_none());
}

const REAL: &str = "v=0\r\no=- 38 39 IN IP4 192.0.2.1\r\ns=phone\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=rtcp:4001\r\na=sendrecv\r\nm=video 0 RTP/AVP 96\r\n";

proptest! {
    /// Whatever comes, it is answered or refused; an answer is an SDP that an SDP offerer can take.
    #[test]
    fn no_bytes_harm(body in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = answer(&body, &local());
        let _ = accept(&local(), &body);
    }

    #[test]
    fn no_mutation_harms(
        changes in prop::collection::vec((0..REAL.len(), any::<u8>()), 0..8),
        cut in 0..=REAL.len(),
    ) {
        let mut body = REAL.as_bytes().to_vec();
        for (at, byte) in changes {
            body[at] = byte;
        }
        body.truncate(cut);
        let _ = accept(&local(), &body);
        if let Ok((answered, negotiated)) = answer(&body, &local()) {
            let text = String::from_utf8_lossy(&answered).into_owned();
            let active = text.lines().filter(|line| line.starts_with("m=audio 20000 ")).count();
            prop_assert_eq!(active, 1, "{}", text);
            let offers = body.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"m=")).count();
            prop_assert_eq!(text.lines().filter(|line| line.starts_with("m=")).count(), offers);
            prop_assert!(negotiated.codec.payload_type < 128);
            prop_assert!(negotiated.remote.port() != 0);
        }
    }
}
