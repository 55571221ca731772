//! What strangers may send without getting anywhere.

use super::{raw::Phone, world::*};
use crate::*;
use core::time::Duration;

const INVITE: &str = "INVITE sip:4000@call.example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.3:5063;branch=z9hG4bK1;rport\r\n\
    Max-Forwards: 70\r\nFrom: \"x\" <sip:139@carrier.example>;tag=f1\r\nTo: <sip:4000@call.example.com>\r\nCall-ID: c1\r\n\
    CSeq: 1 INVITE\r\nContact: <sip:139@10.0.0.3:5063>\r\nContent-Type: application/sdp\r\nContent-Length: 3\r\n\r\nv=0";

#[test]
fn noise_is_dropped_and_counted() {
    let mut phone = Phone::new();
    let noise: [&[u8]; 8] = [
        b"",
        b"\r\n\r\n",
        b"\0\0\0\0",
        b"hello",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"INVITE sip:a@h SIP/2.0\r\n\r\n",
        b"SIP/2.0 200 OK\r\n\r\n",
        b"\xff\xfe\xfd",
    ];
    for bytes in noise {
        assert!(phone.say_bytes(bytes).is_empty(), "{bytes:?}");
    }
    assert_eq!(phone.server.counters().unframable.values().sum::<u64>(), 8);
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
}

#[test]
fn responses_and_acks_of_strangers_change_nothing() {
    let mut phone = Phone::new();
    let response = INVITE.replacen(
        "INVITE sip:4000@call.example.com SIP/2.0",
        "SIP/2.0 200 OK",
        1,
    );
    assert!(phone.say(&response).is_empty());
    assert!(phone.say(&INVITE.replace("INVITE", "ACK")).is_empty());
    assert_eq!(phone.server.counters().stray, 2);
    assert_eq!(phone.news(), []);
}

/// Numbers out of range, smuggled lines.
#[test]
fn s10_broken_invites_are_refused_whole() {
    let rows: [(&str, &str, u16); 17] = [
        ("Contact: <sip:139@10.0.0.3:5063>\r\n", "", 400),
        ("Call-ID: c1\r\n", "", 400),
        ("CSeq: 1 INVITE", "CSeq: 4294967296 INVITE", 400),
        ("CSeq: 1 INVITE", "CSeq: 1 BYE", 400),
        ("Max-Forwards: 70", "Max-Forwards: 256", 400),
        ("Content-Length: 3", "Content-Length: 4", 400),
        (
            "Content-Length: 3",
            "Content-Length: 99999999999999999999",
            400,
        ),
        (
            "INVITE sip:4000@call.example.com SIP/2.0",
            "INVITE sip:4000@call.example.com SIP/3.0",
            505,
        ),
        (
            "sip:4000@call.example.com SIP",
            "sip:4000@call.example.com:99999 SIP",
            400,
        ),
        ("\"x\"", "\"x\r\nEvil: 1\"", 400),
        ("\"x\"", "\"x\nEvil: 1\"", 400),
        ("\"x\"", "\"x\0\"", 400),
        ("\"x\"", "\"x", 400),
        ("Max-Forwards: 70", "To: <sip:b@c>", 400),
        ("Max-Forwards: 70", "no colon", 400),
        ("10.0.0.3:5063;branch", "10.0.0.3:5063;;branch", 400),
        ("sip:4000@call.example.com SIP", "unknown:x SIP", 416),
    ];
    for (from, to, status) in rows {
        let mut phone = Phone::new();
        let text = INVITE.replacen(from, to, 1);
        assert_ne!(text, INVITE);
        assert_eq!(phone.status_of(&text), status, "{to:?}");
        assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
        assert_eq!(phone.news(), []);
    }
}

/// Advisories 24 and 39: what reaches the owner of a call holds no control characters, whatever was sent.
#[test]
fn g19_no_control_characters_reach_the_owner() {
    let text = INVITE
        .replace("\"x\"", "\"a\\\u{1}\\\u{0}b\u{1b}[31m\u{85}\t c\"")
        .replace("4000@call", "%00%0d%0a4000@call")
        .replace("Max-Forwards", "User-Agent: u\u{7}a\r\n\tb\r\nMax-Forwards");
    let mut server = config(SERVER, DOMAIN, &[]);
    server.hotlines.insert("%00%0d%0a4000".into());
    let mut phone = Phone::with(server);
    phone.say(&text);
    let news = phone.news();
    let [Event::Invite { invite, .. }] = news.as_slice() else {
        panic!("{news:?}")
    };
    assert_eq!(invite.caller.display.as_deref(), Some("ab[31m  c"));
    assert_eq!(invite.called_user, "%00%0d%0a4000");
    assert_eq!(invite.user_agent.as_deref(), Some("ua b"));
}

/// A flood leaves nothing once its timers are over.
#[test]
fn advisory_34_g10_a_flood_of_everything_leaves_nothing() {
    let mut open = config(SERVER, DOMAIN, &["4000"]);
    open.limits.stranger_pending_per_source_max = 2_000;
    open.limits.stranger_sessions_per_source_max = 2_000;
    let mut phone = Phone::with(open);
    for number in 0..5_000_u32 {
        let method = ["OPTIONS", "REGISTER", "BYE", "FOO", "SUBSCRIBE"][number as usize % 5];
        let text = phone.request(method, "sip:4000@call.example.com", "1001", "");
        phone.say(&text);
    }
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
    for number in 0..2_000_u32 {
        phone.say(
            &INVITE
                .replace("c1", &format!("c{number}"))
                .replace("z9hG4bK1", &format!("z9hG4bK1x{number}")),
        );
    }
    for event in phone.news() {
        let Event::Invite { session, .. } = event else {
            panic!()
        };
        phone.server.reject(phone.now, session, Refusal::new(404));
    }
    phone.wait(Duration::from_secs(60));
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
    assert!(phone.server.counters().requests.len() <= 15);
}

/// Advisory 35: a phone that challenges our INVITE or BYE gets no credentials.
#[test]
fn advisory_35_challenges_are_not_answered() {
    let mut world = World::new();
    let mut agent = config(AGENT, "agent.example", &[]);
    agent.realm = DOMAIN.into();
    world.at(AGENT, |node, _| *node = Endpoint::new(agent));
    let ours = world.call(SERVER, AGENT, "1001");
    world.run_ms(100);
    assert!(
        matches!(world.news(SERVER).as_slice(), [Event::Refused { session, status: 407, .. }] if *session == ours)
    );
    assert_eq!(world.sent_by(SERVER), ["INVITE", "ACK"]);
    world.expect_nothing_left();
}

/// Where the phone has proven a password, another address cannot speak in its dialog.
#[test]
fn an_agents_dialog_listens_to_the_agent_alone() {
    let mut world = World::new();
    let ours = world.call(SERVER, AGENT, "1001");
    world.run_ms(50);
    let news = world.news(AGENT);
    let [Event::Invite { session, .. }] = news.as_slice() else {
        panic!("{news:?}")
    };
    let theirs = *session;
    world.at(AGENT, |node, now| node.answer(now, theirs, ANSWER));
    world.run_ms(50);
    world.news(SERVER);
    let mut bye = None;
    world.at(AGENT, |node, now| {
        node.hang_up(now, theirs, None);
        while let Some(output) = node.poll_output() {
            if let Output::Transmit(transmit) = output {
                bye = Some(transmit.bytes);
            }
        }
    });
    let bye = bye.unwrap();
    let stranger = flow(Transport::Udp, SERVER, "10.6.6.6:5060");
    world.at(SERVER, |node, now| {
        node.handle_message(now, stranger, bye.clone())
    });
    assert_eq!(world.news(SERVER), []);
    world.at(SERVER, |node, now| {
        node.handle_message(now, flow(Transport::Udp, SERVER, AGENT), bye)
    });
    assert_eq!(
        world.news(SERVER),
        [Event::Ended {
            session: ours,
            by: EndedBy::RemoteBye,
            reason: None
        }]
    );
}

/// Advisory 8: a session that was refused leaves nothing, also while thousands of others are refused.
#[test]
fn advisory_8_ten_thousand_rejected_invites_leave_tables_flat() {
    let mut phone = Phone::new();
    for number in 0..10_000_u32 {
        let text = INVITE
            .replace("c1", &format!("c{number}"))
            .replace("z9hG4bK1", &format!("z9hG4bK1x{number}"));
        phone.say(&text);
        let Some(Event::Invite { session, .. }) = phone.news().pop() else {
            panic!()
        };
        phone.server.reject(phone.now, session, Refusal::new(404));
        phone.drain();
        let (_, refusal) = phone.mail.pop().unwrap();
        let refusal = crate::message::parse(refusal, &Limits::default()).unwrap();
        let to = String::from_utf8_lossy(refusal.first(crate::message::Header::To).unwrap())
            .into_owned();
        let ack = text
            .replace("INVITE", "ACK")
            .replace("<sip:4000@call.example.com>\r\n", &format!("{}\r\n", &to));
        assert!(phone.say(&ack).is_empty());
        phone.wait(Duration::from_millis(100));
        let sizes = phone.server.sizes();
        assert_eq!((sizes.sessions, sizes.dialogs), (0, 0));
        assert!(
            sizes.transactions <= 51 && sizes.timers <= 51,
            "timer I: 5 s of calls 100 ms apart, {sizes:?}"
        );
    }
    phone.wait(Duration::from_secs(5));
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
}
