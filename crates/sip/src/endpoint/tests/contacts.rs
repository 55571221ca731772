//! What becomes of contacts after their REGISTER: order, flows of one device, paths, restarts, the gate.

use super::{raw::Phone, world::*};
use crate::{
    message::{Header, Message, Method, parse},
    *,
};
use core::time::Duration;

pub(super) const CONTACT: &str = "Contact: <sip:1001@10.0.0.3:5063>\r\nUser-Agent: phone/1\r\n";
pub(super) const SECOND: Duration = Duration::from_secs(1);

pub(super) fn registered(contacts: usize, first: bool) -> Event {
    Event::Registered {
        user: "1001".into(),
        contacts,
        first,
    }
}

pub(super) fn unregistered(cause: UnregisterCause) -> Event {
    Event::Unregistered {
        user: "1001".into(),
        cause,
    }
}

pub(super) fn users(phone: &Phone) -> String {
    let rows = phone.server.bindings("1001").iter();
    let users: Vec<_> = rows.filter_map(|row| row.contact.view().user()).collect();
    users.join(" ")
}

/// The requests of a method that wait in the mail, taken out.
pub(super) fn asked(phone: &mut Phone, method: &Method) -> Vec<(Flow, Message)> {
    let mail = core::mem::take(&mut phone.mail).into_iter();
    let messages = mail.map(|(flow, bytes)| (flow, parse(bytes, &Limits::default()).unwrap()));
    messages
        .filter(|(_, message)| message.method() == Some(method))
        .collect()
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
        hops_left: crate::HOPS_MAX,
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
