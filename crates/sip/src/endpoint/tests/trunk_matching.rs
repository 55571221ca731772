//! By which trunk a call came: source, certificate, password (S11, S12); what it may do, and what its neighbours may.

use super::{carrier::*, raw::Phone, world::*};
use crate::{message::Header, *};

pub(super) const CONTACT: &str = "Contact: <sip:x@198.51.100.1:5060>\r\n";

pub(super) fn phone(trunks: Vec<Trunk>) -> Phone {
    let mut phone = Phone::new();
    phone.flow = udp(ONE);
    let now = phone.now;
    phone.server.set_trunks(now, trunks);
    phone.drain();
    phone.news();
    phone
}

/// An INVITE; `from` and `extra` as they are.
pub(super) fn invite(phone: &mut Phone, uri: &str, from: &str, extra: &str) -> String {
    let text = phone.request("INVITE", uri, "x", &format!("{CONTACT}{extra}"));
    let old = format!("From: <sip:x@{DOMAIN}>;tag=f1");
    text.replace(&old, &format!("From: {from};tag=f1"))
}

pub(super) fn matched(networks: &[&str]) -> Trunk {
    let mut trunk = trunk(ONE);
    trunk.matching.networks = networks.iter().map(|text| text.parse().unwrap()).collect();
    trunk
}

pub(super) fn call(phone: &mut Phone, from: &str, extra: &str) -> Option<IncomingInvite> {
    let text = invite(phone, "sip:4000@10.0.0.1", from, extra);
    phone.say(&text);
    match phone.news().pop() {
        Some(Event::Invite { session, invite }) => {
            let now = phone.now;
            phone.server.reject(now, session, Refusal::new(486));
            phone.drain();
            phone.mail.clear();
            Some(*invite)
        }
        _ => None,
    }
}

#[test]
fn advisory_2f78dfe_trunks_are_known_by_the_closest_network_in_either_dress() {
    let other = |networks: &[&str]| Trunk {
        name: TrunkName::new("other"),
        ..matched(networks)
    };
    for (main, others, source, expected) in [
        (
            &["198.51.100.0/24"][..],
            &["0.0.0.0/0"][..],
            ONE,
            Some("main"),
        ),
        (&["198.51.100.0/24"], &["198.51.100.1"], ONE, Some("other")),
        (&["198.51.100.1"], &["198.51.100.1"], ONE, Some("main")),
        (&["198.51.100.9"], &[], ONE, None),
        (&[], &[], ONE, None),
        // 2f78dfe10f: neither family slips past the list of the other.
        (
            &["198.51.100.0/24"],
            &[],
            "[::ffff:198.51.100.1]:5060",
            Some("main"),
        ),
        (&["::ffff:198.51.100.1"], &[], ONE, Some("main")),
        (&["0.0.0.0/0"], &[], "[2001:db8::1]:5060", None),
        (&["::/0"], &[], ONE, None),
        (
            &["2001:db8::/32"],
            &["::/0"],
            "[2001:db8:1::1]:5060",
            Some("main"),
        ),
    ] {
        let mut phone = phone(vec![matched(main), other(others)]);
        phone.flow.remote = address(source);
        let invite = call(&mut phone, "<sip:1@elsewhere.example>", "").unwrap();
        let name = invite.trunk.as_ref().map(TrunkName::as_str);
        assert_eq!(name, expected, "{main:?} {others:?} {source}");
        assert_eq!(invite.authenticated, None);
    }
}

#[test]
fn a_certificate_makes_a_trunk_of_its_connection_alone() {
    let mut one = trunk(ONE);
    one.matching.certificate = Some("pbx.customer.example".into());
    let mut phone = phone(vec![one]);
    phone.flow = Flow {
        transport: Transport::Tls,
        connection: 9,
        ..flow(Transport::Tcp, SERVER, "203.0.113.5:40000")
    };
    let trunk_of = |phone: &mut Phone| call(phone, "<sip:1@x.example>", "").unwrap().trunk;
    assert_eq!(trunk_of(&mut phone), None);
    let (now, own) = (phone.now, phone.flow);
    for (names, is_trunk) in [
        (vec!["pbx.other.example"], false),
        (vec!["x.example", "PBX.customer.EXAMPLE"], true),
    ] {
        let names = names.into_iter().map(str::to_owned).collect();
        phone.server.handle_peer_names(now, own, names);
        assert_eq!(trunk_of(&mut phone).is_some(), is_trunk);
    }
    phone.flow.connection = 10;
    assert_eq!(
        trunk_of(&mut phone),
        None,
        "another connection of the same peer"
    );
    phone.flow = own;
    phone.server.handle_flow_closed(now, own);
    assert_eq!(trunk_of(&mut phone), None, "the number may come again");
}

#[test]
fn a_trunk_proves_itself_by_digest_where_it_claims_its_domain() {
    use crate::{digest::Algorithm, message::Method};
    let with_user = |user: &str| {
        let mut trunk = trunk("pbx.example");
        trunk.domain = "pbx.example".into();
        trunk.matching.digest = Some((user.into(), account(user, "very secret")));
        trunk
    };
    for (user, password, expected) in [
        ("pbx", "very secret", 100),
        ("pbx", "wrong", 403),
        // An account of ours goes first, whatever the trunk's user is called.
        ("1001", "very secret", 403),
    ] {
        let mut phone = phone(vec![with_user(user)]);
        let uri = "sip:4000@10.0.0.1";
        let from = "<sip:+49301@pbx.example>";
        let text = invite(&mut phone, uri, from, "");
        let challenge = phone.say(&text).pop().unwrap();
        assert_eq!(
            challenge.status(),
            Some(407),
            "though the hotline is open to strangers"
        );
        let proof = phone.credentials(
            &challenge,
            Algorithm::Md5,
            user,
            password,
            &Method::Invite,
            uri,
        );
        let text = invite(&mut phone, uri, from, &proof);
        let answer = phone.say(&text).remove(0);
        assert_eq!(answer.status(), Some(expected), "{user} {password}");
        if let Some(Event::Invite { invite, .. }) = phone.news().pop() {
            assert_eq!(invite.trunk, Some(TrunkName::new("main")));
            assert_eq!(invite.authenticated, None);
            assert_eq!(invite.caller.user, "+49301");
        }
    }
    // Its password opens calls and nothing else.
    let mut phone = phone(vec![with_user("pbx")]);
    let answer = phone.register("pbx", "very secret", CONTACT);
    assert_eq!(answer.status(), Some(403));
}

#[test]
fn s11_a_trunk_may_call_any_number_and_is_no_account() {
    let mut phone = phone(vec![matched(&["198.51.100.1"])]);
    for uri in ["sip:4000@10.0.0.1", "sip:+49301@10.0.0.1", "tel:+49-30-1"] {
        let text = invite(&mut phone, uri, &format!("<sip:1001@{DOMAIN}>"), "");
        phone.say(&text);
        let Some(Event::Invite { invite, .. }) = phone.news().pop() else {
            panic!("{uri}")
        };
        assert_eq!(invite.authenticated, None, "S11: it is not that account");
        assert_eq!(invite.caller.user, "1001");
        let called = if uri.contains("4000") {
            "4000"
        } else {
            "+49301"
        };
        assert_eq!(invite.called_user, called);
    }
    let options = phone.request("OPTIONS", "sip:10.0.0.1", "x", "");
    assert_eq!(phone.status_of(&options), 200);
    // The bounds of strangers are not its bounds (S7).
    let limits = Limits::default();
    for _ in 0..=limits.stranger_sessions_per_source_max {
        let text = invite(&mut phone, "sip:1@10.0.0.1", "<sip:2@x.example>", "");
        let text = text.replace("Call-ID: c1", &format!("Call-ID: {}", phone.events.len()));
        phone.say(&text);
    }
    assert_eq!(
        phone.news().len(),
        limits.stranger_sessions_per_source_max + 1
    );
}

#[test]
fn s13_servers_of_one_trunk_speak_for_one_another_and_nobody_else() {
    let mut phone = phone(vec![matched(&["198.51.100.0/24"])]);
    let text = invite(&mut phone, "sip:4000@10.0.0.1", "<sip:1@x.example>", "");
    phone.say(&text);
    let Some(Event::Invite { session, .. }) = phone.news().pop() else {
        panic!()
    };
    let now = phone.now;
    phone.server.answer(now, session, ANSWER);
    phone.drain();
    let ok = message::parse(phone.mail.pop().unwrap().1, &Limits::default()).unwrap();
    let to = String::from_utf8(ok.first(Header::To).unwrap().to_vec()).unwrap();
    let within = |phone: &mut Phone, method: &str| {
        let text = phone.request(method, "sip:4000@10.0.0.1", "x", "");
        let text = text.replace(
            &format!("From: <sip:x@{DOMAIN}>"),
            "From: <sip:1@x.example>",
        );
        text.replace(&format!("To: <sip:x@{DOMAIN}>"), &format!("To: {to}"))
    };
    phone.flow = udp("203.0.113.1:5060");
    let bye = within(&mut phone, "BYE");
    assert_eq!(phone.status_of(&bye), 481);
    phone.flow = udp(TWO);
    let bye = within(&mut phone, "BYE");
    assert_eq!(phone.status_of(&bye), 200);
}

/// Two numbers of one carrier come from the same addresses.
#[test]
fn of_trunks_that_fit_alike_it_is_the_one_that_is_called() {
    let numbered = |name: &str, user: &str| {
        let mut trunk = matched(&["198.51.100.0/24"]);
        trunk.name = TrunkName::new(name);
        trunk.registration = Some(TrunkRegistration {
            user: user.into(),
            expires_s: 600,
        });
        trunk
    };
    for (called, expected) in [("4711", "a"), ("4712", "b"), ("4000", "a")] {
        let mut phone = phone(vec![numbered("a", "4711"), numbered("b", "4712")]);
        phone.mail.clear();
        let uri = format!("sip:{called}@10.0.0.1");
        let text = invite(&mut phone, &uri, "<sip:1@x.example>", "");
        phone.say(&text);
        let Some(Event::Invite { invite, .. }) = phone.news().pop() else {
            panic!()
        };
        assert_eq!(invite.trunk, Some(TrunkName::new(expected)), "{called}");
    }
}

/// A carrier calls back by the connection over which we have registered, whatever its address.
#[test]
fn a_call_by_the_connection_of_our_registration_is_the_trunks() {
    let mut over_tcp = registering(ONE);
    over_tcp.server.transport = Some(Transport::Tcp);
    let mut line = Line::new(vec![over_tcp], |asked| match asked.method() {
        "REGISTER" => says(200, ""),
        _ => Vec::new(),
    });
    line.run_s(1);
    line.news();
    let own = line.connects[0].flow;
    for (flow, is_trunk) in [
        (own, true),
        (
            Flow {
                connection: 9,
                ..own
            },
            false,
        ),
    ] {
        let branch = flow.connection;
        let text = format!(
            "INVITE sip:4711@10.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/TCP 198.51.100.1;branch=z9hG4bK{branch}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:1@x.example>;tag=1\r\nTo: <sip:4000@carrier.example>\r\n\
             Call-ID: {branch}\r\nCSeq: 1 INVITE\r\n{CONTACT}Content-Length: 0\r\n\r\n"
        );
        line.hear(flow, &text);
        match line.news().pop() {
            Some(Event::Invite { invite, .. }) => {
                assert!(is_trunk);
                assert_eq!(invite.trunk, Some(TrunkName::new("main")));
                assert_eq!(invite.called_user, "4000", "as To says");
            }
            _ => assert!(!is_trunk, "a stranger who dials what is no hotline"),
        }
    }
}

/// An agent's phone may stand in a network that a trunk is known by.
#[test]
fn s11_a_registered_phone_in_a_trunks_network_is_a_phone() {
    let mut phone = phone(vec![matched(&["0.0.0.0/0"])]);
    phone.register(
        "1001",
        "secret",
        "Contact: <sip:1001@198.51.100.1:5060>\r\n",
    );
    phone.news();
    let text = invite(
        &mut phone,
        "sip:4000@10.0.0.1",
        &format!("<sip:1001@{DOMAIN}>"),
        "",
    );
    assert_eq!(phone.status_of(&text), 407);
    let text = invite(&mut phone, "sip:4000@10.0.0.1", "<sip:1@x.example>", "");
    phone.say(&text);
    assert_eq!(
        phone.news().len(),
        1,
        "in another name it is whoever stands there"
    );
}
