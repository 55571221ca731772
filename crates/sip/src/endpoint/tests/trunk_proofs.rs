//! Challenges of carriers: answered for the trunk's realm and its server, twice at most (S12, advisories 19, 23, 35).

use super::{carrier::*, world::*};
use crate::{message::Header, *};
use core::time::Duration;

const PROXY: &str = "Proxy-Authenticate: Digest realm=\"carrier.example\", nonce=\"p1\", qop=\"auth\", opaque=\"o\"\r\n";

#[test]
fn s12_a_register_is_proven_by_the_strongest_algorithm() {
    let both = format!(
        "WWW-Authenticate: Digest realm=\"carrier.example\", nonce=\"m\", qop=\"auth\"\r\n{ASK}"
    );
    let mut line = Line::new(vec![registering(ONE)], move |asked| match asked.cseq() {
        1 => says(401, &both),
        _ => says(200, ""),
    });
    line.run_s(1);
    let [first, second] = line.of("REGISTER")[..] else {
        panic!()
    };
    assert!(second.proves(Header::Authorization, "secret"));
    let line_text = second.line(Header::Authorization);
    assert!(line_text.contains("algorithm=SHA-256"), "{line_text}");
    assert!(line_text.contains("username=\"4711\""), "{line_text}");
    assert_eq!(first.line(Header::CallId), second.line(Header::CallId));
    assert_eq!(first.line(Header::From), second.line(Header::From));
    assert_ne!(first.line(Header::Via), second.line(Header::Via));
    assert_eq!(line.status().is_registered, Some(true));
    assert!(!format!("{:?}", line.ours).contains("\"secret\""), "S22");
}

/// Advisory 19: a nonce for each challenge must not make us ask for ever.
#[test]
fn advisory_19_a_server_that_challenges_endlessly_gets_two_tries() {
    for method in ["REGISTER", "INVITE"] {
        let mut nonce = 0;
        let mut line = Line::new(vec![registering(ONE)], move |asked| {
            nonce += 1;
            let header = format!(
                "WWW-Authenticate: Digest realm=\"carrier.example\", nonce=\"{nonce}\", qop=\"auth\"\r\n"
            );
            match asked.method() {
                "ACK" => Vec::new(),
                _ => says(401, &header),
            }
        });
        let call = (method == "INVITE").then(|| line.call());
        line.run_s(20);
        assert_eq!(line.of(method).len(), 2, "{method}");
        let told =
            "401 Unauthorized: it was asked for again after our proof: wrong user or password";
        assert!(line.status().exchanges[0].outcome.starts_with(told));
        if let Some(call) = call {
            assert_eq!(line.of("ACK").len(), 2, "one for each refusal");
            assert!(line.news().contains(&refused(call, 401)));
        }
    }
}

#[test]
fn s12_a_stale_nonce_is_worth_one_more_try() {
    let mut nonce = 0;
    let mut line = Line::new(vec![registering(ONE)], move |_| {
        nonce += 1;
        let stale = if nonce > 1 { ", stale=true" } else { "" };
        let header = format!(
            "WWW-Authenticate: Digest realm=\"carrier.example\", nonce=\"{nonce}\", qop=\"auth\"{stale}\r\n"
        );
        says(401, &header)
    });
    line.run_s(20);
    assert_eq!(line.of("REGISTER").len(), 3, "and no more, however stale");
}

#[test]
fn rfc7616_uses_of_one_nonce_are_counted() {
    let mut line = Line::new(vec![registering(ONE)], |asked| {
        match asked.message.first(Header::Authorization) {
            Some(_) => says(200, "Expires: 60\r\n"),
            None => says(401, ASK),
        }
    });
    line.run_s(200);
    let counts: Vec<u32> = line
        .asked
        .iter()
        .filter_map(|asked| asked.message.first(Header::Authorization))
        .map(|value| digest::Credentials::parse(value).unwrap().nc)
        .collect();
    assert_eq!(counts, [1, 2, 3, 4]);
}

/// Two servers of one carrier may have a nonce each.
#[test]
fn rfc7616_uses_are_counted_for_each_nonce() {
    let mut line = Line::new(vec![registering(ONE)], |asked| {
        let nonce = asked.cseq() / 2 % 2;
        match asked.message.first(Header::Authorization) {
            Some(_) => says(200, "Expires: 60\r\n"),
            None => says(401, &ASK.replace("n1", &format!("n{nonce}"))),
        }
    });
    line.run_s(200);
    let counts: Vec<u32> = line
        .asked
        .iter()
        .filter_map(|asked| asked.message.first(Header::Authorization))
        .map(|value| digest::Credentials::parse(value).unwrap().nc)
        .collect();
    assert_eq!(counts, [1, 1, 2, 2]);
}

/// RFC 3261 §22.3: of several challenges that of our realm is met.
#[test]
fn rfc3261_22_the_challenge_of_our_realm_is_found_among_others() {
    let both = format!("{}{ASK}", ASK.replace("carrier.example", "other.example"));
    let mut one = registering(ONE);
    one.credentials.as_mut().unwrap().realm = Some("carrier.example".into());
    let mut line = Line::new(vec![one], move |asked| match asked.cseq() {
        1 => says(401, &both),
        _ => says(200, ""),
    });
    line.run_s(1);
    let second = line.of("REGISTER")[1];
    assert!(
        second
            .line(Header::Authorization)
            .contains("realm=\"carrier.example\"")
    );
    assert!(second.proves(Header::Authorization, "secret"));
}

/// Advisories 23 and 35: only the trunk's realm, and only the trunk's own server, may ask.
#[test]
fn advisory_35_nobody_else_gets_a_proof() {
    let ask = |realm: &str| ASK.replace("carrier.example", realm);
    // The realm that is configured.
    let mut own = registering(ONE);
    own.credentials.as_mut().unwrap().realm = Some("its.example".into());
    let carrier = ask("carrier.example");
    let mut line = Line::new(vec![own], move |_| says(401, &carrier));
    line.run_s(5);
    assert_eq!(line.of("REGISTER").len(), 1);
    let told = "401 Unauthorized: it asks for another realm than the trunk's; tried again in ";
    assert!(line.status().exchanges[0].outcome.starts_with(told));

    // The realm that asked first, and then a callee behind the carrier.
    let callee = ask("callee.example");
    let mut line = Line::new(vec![registering(ONE)], move |asked| {
        match (asked.method(), asked.message.first(Header::Authorization)) {
            ("REGISTER", None) => says(401, ASK),
            ("REGISTER", Some(_)) => says(200, ""),
            ("INVITE", _) => says(401, &callee),
            _ => Vec::new(),
        }
    });
    line.run_s(1);
    line.news();
    let call = line.call();
    line.run_s(5);
    assert_eq!(line.of("INVITE").len(), 1);
    assert_eq!(line.news(), [refused(call, 401)]);
    let told = line.status().exchanges.pop().unwrap();
    let denial = "its challenge was not met: it asks for another realm than the trunk's";
    assert_eq!((told.what, told.outcome.as_str()), ("INVITE", denial), "A1");

    // Another address, even with the right branch.
    let mut line = Line::new(vec![registering(ONE)], |_| Vec::new());
    let text = line.asked[0].answer(401, ASK);
    line.hear(udp(TWO), &text);
    line.run(Duration::from_millis(400));
    assert_eq!(line.of("REGISTER").len(), 1);

    // No password at all.
    let mut without = registering(ONE);
    without.credentials = None;
    let mut line = Line::new(vec![without], |_| says(401, ASK));
    line.run_s(5);
    assert_eq!(line.of("REGISTER").len(), 1);
}

/// Advisory 35: a phone's challenge is a refusal, whatever it calls its realm.
#[test]
fn advisory_35_a_phone_gets_no_proof() {
    let mut line = Line::new(vec![registering(ONE)], |asked| match asked.method() {
        "ACK" => Vec::new(),
        _ => says(401, ASK),
    });
    line.run_s(1);
    line.news();
    let invite = OutgoingInvite {
        hops_left: crate::HOPS_MAX,
        destination: Destination::Contact(Box::new(binding(Transport::Udp, SERVER, ONE, "1001"))),
        to_user: "1001".into(),
        from: Identity {
            display: None,
            user: "4000".into(),
        },
        sdp: OFFER,
        headers: Vec::new(),
    };
    let call = line.at(|ours, now| ours.invite(now, invite));
    line.run_s(1);
    assert_eq!(
        line.of("INVITE").len(),
        1,
        "even from the trunk's own address"
    );
    assert_eq!(line.news(), [refused(call, 401)]);
}

/// The whole of a call with a server that wants each request proven.
#[test]
fn s12_every_request_of_a_call_is_proven() {
    let mut line = Line::new(vec![trunk(ONE)], |asked| {
        match (
            asked.method(),
            asked.message.first(Header::ProxyAuthorization),
        ) {
            ("ACK" | "CANCEL", _) => Vec::new(),
            (_, None) => says(407, PROXY),
            ("INVITE", Some(_)) => vec![(100, String::new()), (200, OK.into())],
            (_, Some(_)) => says(200, ""),
        }
    });
    let call = line.call();
    line.run_s(1);
    assert!(matches!(line.news()[..], [Event::Answered { session, .. }] if session == call));
    line.at(|ours, now| ours.reinvite(now, call, ANSWER));
    line.run_s(1);
    assert!(matches!(line.news()[..], [Event::ReInviteAnswered { .. }]));
    line.at(|ours, now| ours.hang_up(now, call, None));
    line.run_s(1);
    let sent: Vec<(String, u32)> = line
        .asked
        .iter()
        .map(|asked| (asked.method().to_owned(), asked.cseq()))
        .collect();
    let expected = [
        ("INVITE", 1),
        ("ACK", 1),
        ("INVITE", 2),
        ("ACK", 2),
        ("INVITE", 3),
        ("ACK", 3),
        ("INVITE", 4),
        ("ACK", 4),
        ("BYE", 5),
        ("BYE", 6),
    ];
    assert_eq!(
        sent,
        expected.map(|(method, cseq)| (method.to_owned(), cseq))
    );
    for asked in &line.asked {
        if asked.message.first(Header::ProxyAuthorization).is_some() {
            assert!(asked.proves(Header::ProxyAuthorization, "secret"));
            assert!(
                asked
                    .line(Header::ProxyAuthorization)
                    .contains("opaque=\"o\"")
            );
        }
    }
    assert_eq!(
        line.asked[2].message.body(),
        OFFER,
        "the request is the same"
    );
    line.expect_no_calls_left();
}

/// RFC 3261 §9.1: the proven INVITE is another transaction, so the CANCEL waits for its 1xx.
#[test]
fn a_call_that_was_given_up_is_not_proven() {
    let mut line = Line::new(vec![trunk(ONE)], |asked| match asked.method() {
        "INVITE" => says(407, PROXY),
        _ => Vec::new(),
    });
    let call = line.call();
    line.at(|ours, now| ours.hang_up(now, call, None));
    line.run_s(1);
    assert_eq!(line.of("INVITE").len(), 1);
    assert_eq!(line.news(), [refused(call, 407)]);
    line.expect_no_calls_left();
}

/// An endpoint of our own kind as the carrier: what we prove is what we would accept.
#[test]
fn s12_our_proofs_satisfy_our_own_registrar() {
    let mut world = World::new();
    let mut trunk = registering(SERVER);
    trunk.domain = DOMAIN.into();
    let own = trunk.credentials.as_mut().unwrap();
    own.user = "1001".into();
    trunk.registration.as_mut().unwrap().user = "1001".into();
    world.at(AGENT, |node, now| node.set_trunks(now, vec![trunk]));
    world.run_ms(100);
    assert!(matches!(
        world.news(SERVER)[..],
        [Event::Registered { contacts: 1, .. }, ..] | [_, Event::Registered { contacts: 1, .. }]
    ));
    let invite = OutgoingInvite {
        hops_left: crate::HOPS_MAX,
        destination: Destination::Trunk(TrunkName::new("main")),
        to_user: "4000".into(),
        from: Identity {
            display: None,
            user: "1001".into(),
        },
        sdp: OFFER,
        headers: Vec::new(),
    };
    world.at(AGENT, |node, now| node.invite(now, invite));
    world.run_ms(100);
    let news = world.news(SERVER);
    let [Event::Invite { invite, .. }] = news.as_slice() else {
        panic!("{news:?}")
    };
    assert_eq!(invite.authenticated.as_deref(), Some("1001"));
}
