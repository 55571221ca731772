//! Garbage at every door while a call is up: the server stays, says what is wrong where there is somebody to tell, and the
//! call hears nothing of it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::baresip::{AGENT_HZ, Answers, Baresip, Way};
use crate::house::House;
use crate::http::{Session, ask};
use crate::patience::{SOON, until};
use crate::sound;
use crate::wire::{OFFER, Wire};

const ENOUGH_MS: u32 = 1_000;
/// What a stranger says, as loud as A-law can: full scale up twice, down twice.
const FOREIGN_HZ: f64 = 2_000.0;
const FOREIGN: [u8; 4] = [0xaa, 0xaa, 0x2a, 0x2a];

#[test]
fn garbage_at_every_door_harms_no_call() {
    let house = House::open();
    let agent = house.sign_in("1001");
    let phone = house.agent("1001", Answers::AtOnce);
    agent.until_state("ready");
    let mut caller = house.caller("13800001111", 440);
    caller.asks_for('1');
    phone.until_hears(0, 440.0, ENOUGH_MS);
    caller.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);

    let legs = [caller.nth(Way::In, "200 INVITE", 0), phone.rings(0)];
    for leg in legs {
        at_the_media(SocketAddr::new(house.sip.ip(), leg.media_port().unwrap()));
    }
    in_datagrams(&house);
    in_streams(&house);
    over_http(&house);
    in_json(&agent);

    assert!(house.is_ready());
    let heard = |phone: &Baresip, hz| phone.heard(0).map_or(0, |heard| heard.tone_ms(0, hz));
    let before = (heard(&phone, 440.0), heard(&caller, AGENT_HZ.into()));
    until("the call goes on", || {
        heard(&phone, 440.0) >= before.0 + ENOUGH_MS
            && heard(&caller, AGENT_HZ.into()) >= before.1 + ENOUGH_MS
    });
    caller.hangs_up();
    house.until_empty();
    let call = house.call(&agent, "the record", |call| {
        call["recordings"][0].is_object()
    });
    assert_eq!(call["ended_by"], "caller");
    let path = format!("/v1/calls/{}/recording", call["id"].as_str().unwrap());
    let recording = sound::valid(&agent.get(&path).expect(200).body);
    for (channel, hz) in [(0, 440.0), (1, f64::from(AGENT_HZ))] {
        assert!(recording.tone_ms(channel, hz) >= 2 * ENOUGH_MS - 300);
        let foreign = recording.traces_ms(channel, FOREIGN_HZ);
        assert_eq!(foreign, 0, "a stranger's voice on channel {channel}");
    }
    for phone in [&phone, &caller] {
        assert_eq!(
            phone.heard(0).unwrap().traces_ms(0, FOREIGN_HZ),
            0,
            "a stranger's voice"
        );
    }
}

/// RTP and RTCP ports, from a stranger's address: garbage, and packets that look right (S16).
fn at_the_media(rtp: SocketAddr) {
    let rtcp = SocketAddr::new(rtp.ip(), rtp.port() + 1);
    let (media, control) = (Wire::to(rtp), Wire::to(rtcp));
    for (round, garbage) in noise(1_400).into_iter().enumerate() {
        media.send(&garbage);
        control.send(&garbage);
        // A frame of A-law, and the key 9, each with a header that is in order.
        for (payload, body) in [
            (0x08_u8, &FOREIGN.repeat(40)[..]),
            (101, &[9, 0x8a, 3, 0x20]),
        ] {
            let sequence = (round as u16).to_be_bytes();
            let mut packet = vec![
                0x80,
                payload,
                sequence[0],
                sequence[1],
                0,
                0,
                round as u8,
                0,
                0xde,
                0xad,
                0xbe,
                0xef,
            ];
            packet.extend(body);
            media.send(&packet);
        }
        control.send(&[0x81, 203, 0, 1, 0xde, 0xad, 0xbe, 0xef]);
    }
}

/// SIP over UDP: what is no SIP gets nothing, what is nearly SIP gets its 4xx.
fn in_datagrams(house: &House) {
    let mute = Wire::to(house.sip);
    for garbage in noise(65_000) {
        mute.send(&garbage);
    }
    for text in [
        "\r\n\r\n",
        "\0",
        "INVITE",
        "SIP/2.0",
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "SIP/2.0 200 OK\r\nVia: x\r\n\r\n",
    ] {
        mute.send(text.as_bytes());
    }
    let sdp = "Content-Type: application/sdp\r\n";
    let opus = OFFER.replace(
        "RTP/AVP 8 101\r\n",
        "RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n",
    );
    type Spoil = fn(String) -> String;
    let cases: [(&str, &str, &str, &str, Spoil); 7] = [
        ("400", "INVITE", sdp, OFFER, |text| {
            text.replace("CSeq: 1 INVITE", "CSeq: one INVITE")
        }),
        ("400", "INVITE", sdp, OFFER, |text| {
            text.replace("CSeq: 1 INVITE", "CSeq: 1 BYE")
        }),
        ("400", "OPTIONS", "", "", |text| {
            text.replace("From: <", "From: >")
        }),
        ("400", "INVITE", sdp, "v=0\r\nthis is no SDP\r\n", |text| {
            text
        }),
        ("488", "INVITE", sdp, &opus, |text| text),
        ("420", "INVITE", "Require: teleport\r\n", "", |text| text),
        ("481", "BYE", "", "", |text| {
            text.replace(
                "To: <sip:4000@localhost>",
                "To: <sip:4000@localhost>;tag=nobody",
            )
        }),
    ];
    for (code, method, headers, body, spoil) in cases {
        let wire = Wire::to(house.sip);
        let request = spoil(wire.request(method, "4000", headers, body));
        wire.send(request.as_bytes());
        let answer = wire.final_answer();
        assert!(
            answer.starts_with(&format!("SIP/2.0 {code} ")),
            "{request}\ngot {answer}"
        );
    }
}

/// SIP over TCP: a stream that cannot be framed is closed.
fn in_streams(house: &House) {
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/1.1\r\n\r\n",
        b"INVITE sip:4000@localhost SIP/2.0\r\nContent-Length: -1\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(house.tcp).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream.write_all(bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        // A reset is an end too.
        let _ended = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer);
        assert!(text.is_empty() || text.starts_with("SIP/2.0 4"), "{text}");
    }
}

/// HTTP: half requests and garbage are answered or cut, and the next one is served.
fn over_http(house: &House) {
    for (bytes, expected) in [
        (&b"GET / HT"[..], None),
        (
            b"POST /v1/session HTTP/1.1\r\nContent-Length: 100\r\n\r\n{",
            None,
        ),
        (b"\x16\x03\x01 what is this\r\n\r\n", Some("HTTP/1.1 400")),
        (b"GET /healthz HTTP/9.9\r\n\r\n", Some("HTTP/1.1 400")),
        (
            b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
            Some("HTTP/1.1 400"),
        ),
    ] {
        let mut stream = TcpStream::connect(house.http).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream.write_all(bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        let _ended = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer);
        if let Some(expected) = expected {
            assert!(text.starts_with(expected), "{text}");
        }
    }
    let big = vec![b' '; 1024 * 1024 + 1];
    for (method, path, headers, body, status, code) in [
        (
            "POST",
            "/v1/session",
            &[("Content-Type", "application/json")][..],
            Some(&b"{\"login\":"[..]),
            400,
            "malformed_body",
        ),
        (
            "POST",
            "/v1/session",
            &[("Content-Type", "application/json")],
            Some(br#"{"login":"a","password":"b","role":"admin"}"#),
            422,
            "invalid_body",
        ),
        (
            "POST",
            "/v1/session",
            &[("Content-Type", "text/plain")],
            Some(b"login=a"),
            415,
            "wrong_media_type",
        ),
        (
            "POST",
            "/v1/session",
            &[("Content-Type", "application/json")],
            Some(&big),
            413,
            "body_too_large",
        ),
        ("GET", "/v1/agents", &[], None, 401, "sign_in_needed"),
        ("GET", "/v1/nothing", &[], None, 404, "not_found"),
        ("DELETE", "/healthz", &[], None, 405, "method_not_allowed"),
    ] {
        problem(&ask(house.http, method, path, headers, body), status, code);
    }
}

/// The API behind the sign-in.
fn in_json(agent: &Session) {
    let state = "/v1/agents/me/state";
    for (method, path, body, status, code) in [
        ("PUT", state, r#"{"state":"#, 400, "malformed_body"),
        (
            "PUT",
            state,
            r#"{"state":"ready","since":"yesterday"}"#,
            422,
            "invalid_body",
        ),
        ("PUT", state, r#"{"state":"asleep"}"#, 422, "invalid_body"),
        (
            "PUT",
            state,
            r#"{"state":"not_ready"}"#,
            422,
            "invalid_body",
        ),
        ("PUT", state, &"[".repeat(100_000), 400, "malformed_body"),
        (
            "PUT",
            "/v1/agents/seven/state",
            r#"{"state":"ready"}"#,
            400,
            "malformed_parameter",
        ),
    ] {
        problem(&agent.send(method, path, body), status, code);
    }
    for (path, status, code) in [
        ("/v1/calls?limit=0", 400, "malformed_parameter"),
        ("/v1/calls?colour=red", 400, "malformed_parameter"),
        (
            "/v1/calls/..%2f..%2fetc%2fpasswd/recording",
            400,
            "malformed_parameter",
        ),
        (
            "/v1/tickets/18446744073709551616",
            400,
            "malformed_parameter",
        ),
        ("/v1/tickets/1", 404, "no_such_ticket"),
        ("/v1/events?after=x", 400, "malformed_parameter"),
    ] {
        problem(&agent.get(path), status, code);
    }
}

#[track_caller]
fn problem(answer: &crate::http::Answer, status: u16, code: &str) {
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json"),
        "{}",
        answer.text()
    );
    let told = answer.json();
    assert_eq!(
        (answer.status, told["code"].as_str()),
        (status, Some(code)),
        "{told}"
    );
    assert!(
        told["title"]
            .as_str()
            .is_some_and(|title| !title.is_empty()),
        "{told}"
    );
}

/// Bytes of all kinds and lengths up to `max`, the same in each run.
fn noise(max: usize) -> Vec<Vec<u8>> {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let lengths = (0..60).map(|step| max.min(1 + step * step * step));
    lengths
        .map(|length| (0..length).map(|_| next() as u8).collect())
        .collect()
}
