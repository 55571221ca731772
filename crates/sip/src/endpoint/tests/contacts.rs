//! What becomes of contacts after their REGISTER: order, flows of one device, paths, probes, restarts, the gate.

use super::{raw::Phone, world::*};
use crate::{
    message::{Header, Message, Method, parse},
    *,
};
use core::time::Duration;

const CONTACT: &str = "Contact: <sip:1001@10.0.0.3:5063>\r\nUser-Agent: phone/1\r\n";
const SECOND: Duration = Duration::from_secs(1);

fn probing() -> Phone {
    let mut setting = config(SERVER, DOMAIN, &["4000"]);
    setting.registration.probe_every = Some(SECOND * 20);
    Phone::with(setting)
}

fn registered(contacts: usize, first: bool) -> Event {
    Event::Registered {
        user: "1001".into(),
        contacts,
        first,
    }
}

fn unregistered(cause: UnregisterCause) -> Event {
    Event::Unregistered {
        user: "1001".into(),
        cause,
    }
}

fn users(phone: &Phone) -> String {
    let rows = phone.server.bindings("1001").iter();
    let users: Vec<_> = rows.filter_map(|row| row.contact.view().user()).collect();
    users.join(" ")
}

/// The requests of a method that wait in the mail, taken out.
fn asked(phone: &mut Phone, method: &Method) -> Vec<(Flow, Message)> {
    let mail = core::mem::take(&mut phone.mail).into_iter();
    let messages = mail.map(|(flow, bytes)| (flow, parse(bytes, &Limits::default()).unwrap()));
    messages
        .filter(|(_, message)| message.method() == Some(method))
        .collect()
}

/// 200 to a request of the server, with the headers that it copies.
fn ok_to(request: &Message, status: &str) -> String {
    let copied = [
        Header::Via,
        Header::From,
        Header::To,
        Header::CallId,
        Header::CSeq,
    ];
    let lines = copied.map(|header| {
        let value = String::from_utf8_lossy(request.first(header).unwrap()).into_owned();
        format!("{}: {value}\r\n", header.name())
    });
    format!(
        "SIP/2.0 {status}\r\n{}Content-Length: 0\r\n\r\n",
        lines.concat()
    )
}

/// Lets time pass while the phone answers what it is asked.
fn live(phone: &mut Phone, span: Duration) {
    let until = phone.now + span;
    while phone.now < until {
        phone.wait(SECOND.min(until - phone.now));
        for (_, probe) in asked(phone, &Method::Options) {
            let answer = ok_to(&probe, "200 OK");
            assert!(phone.say(&answer).is_empty());
        }
    }
}

#[test]
fn rfc3261_10_3_contacts_are_ordered_by_q_then_the_latest_first() {
    let mut phone = Phone::new();
    let contact = |user: &str, q: &str| format!("Contact: <sip:{user}@10.0.0.3:1>{q}\r\n");
    for (user, q) in [("a", ";q=0.5"), ("b", ""), ("c", ";q=0.5"), ("d", ";q=0.7")] {
        phone.register("1001", "secret", &contact(user, q));
    }
    assert_eq!(users(&phone), "b d c a");
    let ok = phone.register("1001", "secret", &contact("a", ";q=0.50;expires=60"));
    assert_eq!(users(&phone), "b d a c");
    let listed: Vec<_> = ok
        .all(Header::Contact)
        .map(String::from_utf8_lossy)
        .collect();
    assert_eq!(listed[2], "<sip:a@10.0.0.3:1>;expires=60;q=0.5");
}

#[test]
fn rfc5626_two_flows_of_one_device_are_two_contacts_and_each_displaces_itself() {
    let mut phone = Phone::new();
    phone.flow = flow(Transport::Tcp, SERVER, "10.0.0.3:40000");
    let register = |phone: &mut Phone, number: u32, supported: &str| {
        let contact = format!(
            "Contact: <sip:1001@df7jal23ls0d.invalid;transport=ws>;reg-id={number};+sip.instance=\"<urn:uuid:1>\"\r\n{supported}"
        );
        phone.register("1001", "secret", &contact)
    };
    let outbound = "Supported: path, outbound\r\n";
    let ok = register(&mut phone, 1, outbound);
    assert_eq!(ok.status(), Some(200));
    assert_eq!(ok.first(Header::Require), Some(&b"outbound"[..]));
    assert_eq!(ok.number(Header::FlowTimer), Some(120));
    let listed = String::from_utf8_lossy(ok.first(Header::Contact).unwrap()).into_owned();
    assert!(
        listed.ends_with(";+sip.instance=\"<urn:uuid:1>\";reg-id=1"),
        "{listed}"
    );
    phone.flow = flow(Transport::Udp, SERVER, AGENT);
    let ok = register(&mut phone, 2, outbound);
    assert_eq!(
        ok.number(Header::FlowTimer),
        None,
        "UDP has its own interval"
    );
    assert_eq!(phone.server.bindings("1001").len(), 2);
    // Back on another connection: the first flow moves.
    phone.flow = flow(Transport::Tcp, SERVER, "10.0.0.3:40001");
    let ok = register(&mut phone, 1, "");
    assert_eq!(
        ok.first(Header::Require),
        None,
        "a phone that does not know the word"
    );
    let rows = phone.server.bindings("1001").iter();
    let ports: Vec<_> = rows.map(|row| row.flow.remote.port()).collect();
    assert_eq!(ports, [40_001, 5_063]);
}

#[test]
fn rfc3327_calls_follow_the_path_of_the_register() {
    let mut phone = Phone::new();
    let path =
        "Path: <sip:edge2.example;lr>, <sip:edge1.example;lr;ob>\r\nSupported: path, outbound\r\n";
    let ok = phone.register("1001", "secret", &format!("{CONTACT}{path}"));
    let echoed: Vec<_> = ok.all(Header::Path).collect();
    assert_eq!(
        echoed,
        [&b"<sip:edge2.example;lr>, <sip:edge1.example;lr;ob>"[..]]
    );
    let binding = phone.server.bindings("1001")[0].clone();
    let flow = binding.flow;
    let invite = OutgoingInvite {
        destination: Destination::Contact(Box::new(binding)),
        to_user: "1001".into(),
        from: Identity {
            display: None,
            user: "139".into(),
        },
        sdp: OFFER,
        headers: Vec::new(),
    };
    phone.server.invite(phone.now, invite);
    phone.drain();
    let (by, invite) = asked(&mut phone, &Method::Invite).pop().unwrap();
    assert_eq!(by, flow, "the flow of the REGISTER, whatever the names are");
    let routes: Vec<_> = invite.all(Header::Route).collect();
    assert_eq!(
        routes,
        [
            &b"<sip:edge2.example;lr>"[..],
            &b"<sip:edge1.example;lr;ob>"[..]
        ]
    );
    assert_eq!(
        invite.request_uri().unwrap().text,
        b"sip:1001@10.0.0.3:5063"
    );
}

#[test]
fn rfc5626_6_a_first_hop_without_outbound_is_439() {
    let hop = "Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKhop\r\n";
    let device = "Contact: <sip:1001@10.0.0.3:1>;reg-id=1;+sip.instance=\"<urn:uuid:1>\"\r\nSupported: path, outbound\r\n";
    for (extra, status) in [
        (format!("{hop}{device}"), 439),
        (format!("{hop}{device}Path: <sip:edge.example;lr>\r\n"), 439),
        (
            format!("{hop}{device}Path: <sip:edge.example;lr;ob>\r\n"),
            200,
        ),
        (device.to_owned(), 200),
        (format!("{hop}{CONTACT}"), 200),
    ] {
        let mut phone = Phone::new();
        let answer = phone.register("1001", "secret", &extra);
        assert_eq!(answer.status(), Some(status), "{extra}");
    }
}

#[test]
fn every_change_of_contacts_is_told_for_keeping() {
    let mut phone = Phone::new();
    phone.register("1001", "secret", CONTACT);
    phone.wait(SECOND);
    phone.register("1001", "secret", CONTACT);
    let told: Vec<_> = phone.kept.iter().map(|(_, rows)| rows.clone()).collect();
    let [first, refreshed] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(refreshed[0].expires_at - first[0].expires_at, SECOND);
    assert!(
        refreshed[0].cseq > first[0].cseq,
        "§10.3 step 7 goes on after a restart"
    );
    phone.register("1001", "secret", "");
    assert_eq!(phone.kept.len(), 2, "a query changes nothing");
    phone.register("1001", "secret", "Contact: *\r\nExpires: 0\r\n");
    phone.register("1001", "secret", CONTACT);
    phone.wait(SECOND * 3_600);
    phone.register("1001", "secret", CONTACT);
    phone.server.remove_account("1001");
    phone.drain();
    let counts = phone.kept.iter().map(|(_, rows)| rows.len());
    assert_eq!(counts.collect::<Vec<_>>(), [1, 1, 0, 1, 0, 1, 0]);
}

#[test]
fn g13_contacts_by_datagram_come_back_after_a_restart() {
    let mut before = Phone::new();
    before.register("1001", "secret", CONTACT);
    before.flow = flow(Transport::Tcp, SERVER, "10.0.0.3:40000");
    before.register(
        "1001",
        "secret",
        "Contact: <sip:tcp@10.0.0.3:40000;transport=tcp>\r\n",
    );
    let kept = before.kept.pop().unwrap().1;
    assert_eq!(kept.len(), 2);

    let mut phone = Phone::new();
    phone.now = before.now + SECOND * 5;
    phone
        .server
        .restore_bindings(phone.now, "1001", kept.clone());
    phone.drain();
    assert_eq!(phone.news(), [registered(1, true)]);
    assert_eq!(phone.server.bindings("1001"), &kept[1..]);
    assert_eq!(
        phone.kept,
        [("1001".into(), kept[1..].to_vec())],
        "what is gone is told"
    );
    let peer = Peer::Phone(address(AGENT));
    assert_eq!(phone.vouches, [Vouch { peer, stands: true }]);
    // A REGISTER that was under way when we stopped does not undo what came after it.
    let stale = Binding {
        cseq: 7,
        call_id: "c1".into(),
        ..kept[1].clone()
    };
    phone
        .server
        .restore_bindings(phone.now, "1002", vec![stale]);
    phone.drain();
    assert_eq!(phone.register("1002", "other", CONTACT).status(), Some(500));
    phone.wait(SECOND * 3_596);
    assert!(
        phone
            .news()
            .contains(&unregistered(UnregisterCause::Expired))
    );
}

#[test]
fn g13_what_cannot_be_reached_any_more_is_left_out() {
    let known = binding(Transport::Udp, SERVER, AGENT, "1001");
    let elsewhere = binding(Transport::Udp, "10.0.0.9:5060", AGENT, "1001");
    let rows = [
        ("1001", known.clone(), 1),
        (
            "1001",
            Binding {
                expires_at: SECOND,
                ..known.clone()
            },
            0,
        ),
        ("1001", elsewhere, 0),
        ("1001", binding(Transport::Tcp, SERVER, AGENT, "1001"), 0),
        ("9999", known, 0),
    ];
    for (user, row, left) in rows {
        let mut phone = Phone::new();
        phone
            .server
            .restore_bindings(phone.now, user, vec![row.clone()]);
        phone.drain();
        assert_eq!(phone.server.bindings(user).len(), left, "{row:?}");
        assert_eq!(phone.news().len(), left);
        let told = if left == 1 {
            vec![]
        } else {
            vec![(user.to_owned(), vec![])]
        };
        assert_eq!(
            phone.kept, told,
            "what cannot come back is forgotten on disk too"
        );
    }
}

#[test]
fn g18_a5_a_dead_phone_is_known_within_30_s_and_back_with_its_next_word() {
    for death in 0..20 {
        let mut phone = probing();
        phone.register("1001", "secret", CONTACT);
        live(&mut phone, SECOND * (60 + death));
        assert_eq!(phone.news(), [registered(1, true)], "it answers");
        phone.wait(SECOND * 30);
        assert_eq!(
            phone.news(),
            [unregistered(UnregisterCause::Silent)],
            "{death}"
        );
        assert_eq!(phone.server.bindings("1001"), []);
        // Its network is back; the phone itself has noticed nothing.
        phone.mail.clear();
        live(&mut phone, SECOND * 20);
        assert_eq!(phone.news(), [registered(1, true)]);
        assert_eq!(users(&phone), "1001");
        let kept: Vec<_> = phone.kept.iter().map(|(_, rows)| rows.len()).collect();
        assert_eq!(kept, [1, 1, 1], "bound all the time");
    }
}

#[test]
fn a5_a_silent_contact_is_back_at_once_by_a_register_and_gone_at_its_expiry() {
    let mut phone = probing();
    phone.register("1001", "secret", CONTACT);
    phone.wait(SECOND * 30);
    phone.register("1001", "secret", CONTACT);
    let silent = unregistered(UnregisterCause::Silent);
    assert_eq!(
        phone.news(),
        [registered(1, true), silent.clone(), registered(1, true)]
    );
    phone.wait(SECOND * 3_600);
    phone.mail.clear();
    assert_eq!(
        phone.news(),
        [silent],
        "told once; nobody could call it when it expired"
    );
    assert_eq!(phone.kept.last().unwrap().1, []);
    phone.wait(SECOND * 60);
    phone.mail.clear();
    phone.wait(SECOND * 60);
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
    assert_eq!(asked(&mut phone, &Method::Options).len(), 0);
}

#[test]
fn a5_no_single_lost_packet_takes_a_phone_away() {
    let mut phone = probing();
    phone.register("1001", "secret", CONTACT);
    // Of each probe four copies are lost.
    let mut copies = 0;
    for _ in 0..200 {
        phone.wait(SECOND / 2);
        for (_, probe) in asked(&mut phone, &Method::Options) {
            copies += 1;
            if copies % 5 == 0 {
                let answer = ok_to(&probe, "486 Busy Here");
                phone.say(&answer);
            }
        }
    }
    assert_eq!(copies, 25);
    assert_eq!(
        phone.news(),
        [registered(1, true)],
        "any final answer is a sign of life"
    );
}

/// RFC 5626 §11.1: what a proxy says in the place of a phone that it cannot reach.
#[test]
fn a5_a_408_or_430_is_no_sign_of_life() {
    for (status, silent) in [
        ("408 Request Timeout", true),
        ("430 Flow Failed", true),
        ("404 Not Found", false),
    ] {
        let mut phone = probing();
        phone.register("1001", "secret", CONTACT);
        let probe = loop {
            phone.wait(SECOND / 10);
            if let Some((_, probe)) = asked(&mut phone, &Method::Options).pop() {
                break probe;
            }
        };
        phone.say(&ok_to(&probe, status));
        let news = phone.news();
        let told = news.contains(&unregistered(UnregisterCause::Silent));
        assert_eq!(told, silent, "{status}");
    }
}

#[test]
fn a5_who_registers_anew_while_a_probe_waits_is_alive() {
    let mut phone = probing();
    phone.register("1001", "secret", CONTACT);
    while asked(&mut phone, &Method::Options).is_empty() {
        phone.wait(SECOND / 10);
    }
    phone.wait(SECOND * 4);
    phone.register("1001", "secret", CONTACT);
    phone.wait(SECOND * 5);
    assert_eq!(phone.news(), [registered(1, true), registered(1, false)]);
}

/// A connection stays open for as long as TCP likes when the power of its phone is cut.
#[test]
fn g18_contacts_on_connections_are_probed_too() {
    let mut phone = probing();
    phone.flow = flow(Transport::Tcp, SERVER, "10.0.0.3:40000");
    phone.register(
        "1001",
        "secret",
        "Contact: <sip:x@abc.invalid;transport=ws>\r\n",
    );
    live(&mut phone, SECOND * 60);
    assert_eq!(phone.news(), [registered(1, true)]);
    phone.wait(SECOND * 30);
    assert_eq!(phone.news(), [unregistered(UnregisterCause::Silent)]);
}

#[test]
fn s9_probes_of_ten_thousand_phones_make_no_burst() {
    let mut phone = probing();
    for number in 0..1_000 {
        let user = format!("u{number}");
        phone.server.set_account(&user, account(&user, "x"));
        let row = Binding {
            expires_at: phone.now + SECOND * 3_600,
            ..binding(Transport::Udp, SERVER, AGENT, &user)
        };
        phone.server.restore_bindings(phone.now, &user, vec![row]);
    }
    phone.drain();
    let mut counts = Vec::new();
    for _ in 0..20 {
        phone.wait(SECOND);
        let mut probes = asked(&mut phone, &Method::Options);
        probes.dedup_by_key(|(_, probe)| probe.call_id().to_vec());
        let firsts = probes.len();
        counts.push(firsts);
        for (_, probe) in probes {
            phone.say(&ok_to(&probe, "200 OK"));
        }
    }
    assert!(counts.iter().sum::<usize>() >= 1_000, "{counts:?}");
    assert!(
        counts.iter().all(|count| *count < 200),
        "100 a second: {counts:?}"
    );
}

#[test]
fn s9_the_gate_hears_of_each_source_once_while_a_contact_is_bound_there() {
    let mut phone = Phone::new();
    let vouch = |remote: &str, stands| Vouch {
        peer: Peer::Phone(address(remote)),
        stands,
    };
    phone.register("1001", "secret", CONTACT);
    phone.register("1001", "secret", CONTACT);
    phone.register("1002", "other", "Contact: <sip:1002@10.0.0.3:5063>\r\n");
    assert_eq!(phone.vouches, [vouch(AGENT, true)]);
    phone.register("1001", "secret", "Contact: *\r\nExpires: 0\r\n");
    assert_eq!(phone.vouches.len(), 1, "the other one is still there");
    // The phone's NAT gives it another port.
    phone.flow.remote = address("10.0.0.3:6000");
    phone.register("1002", "other", "Contact: <sip:1002@10.0.0.3:5063>\r\n");
    phone.wait(SECOND * 3_600);
    let moved = [
        vouch("10.0.0.3:6000", true),
        vouch(AGENT, false),
        vouch("10.0.0.3:6000", false),
    ];
    assert_eq!(phone.vouches[1..], moved);
}
