//! Which address a message names, and to which address an answer goes.

use super::{raw::Phone, world::*};
use crate::{
    message::{Header, Message},
    *,
};
use core::time::Duration;

const HOTLINE: &str = "sip:4000@call.example.com";

/// A stranger's INVITE with a Via and a From host as a test wants them.
fn invite(via: &str, from_host: &str) -> String {
    format!(
        "INVITE {HOTLINE} SIP/2.0\r\nVia: {via};branch=z9hG4bKa1\r\nMax-Forwards: 70\r\n\
         From: <sip:1001@{from_host}>;tag=f1\r\nTo: <{HOTLINE}>\r\nCall-ID: a1\r\nCSeq: 1 INVITE\r\n\
         Contact: <sip:139@10.0.0.3:5063>\r\nContent-Length: 0\r\n\r\n"
    )
}

/// A server that listens on wildcards and knows its public addresses.
fn behind_nat(public: &[&str]) -> Phone {
    let mut server = config("0.0.0.0:5060", DOMAIN, &["4000"]);
    server.public = public.iter().map(|text| text.parse().unwrap()).collect();
    Phone::with(server)
}

fn header(message: &Message, header: Header) -> String {
    message.text(header).unwrap_or_default()
}

#[test]
fn s13_a_wildcard_listener_names_the_public_address_of_the_peers_family() {
    // Local and remote end, public addresses, what Via and Contact name.
    let rows: [(&str, &str, &[&str], &str); 6] = [
        (
            "0.0.0.0:5060",
            "10.0.0.3:5063",
            &["2001:db8::1", "203.0.113.1", "203.0.113.2"],
            "203.0.113.1:5060",
        ),
        (
            "[::]:5060",
            "[2001:db8::9]:5063",
            &["203.0.113.1", "2001:db8::1"],
            "[2001:db8::1]:5060",
        ),
        (
            "[::]:5060",
            "[::ffff:10.0.0.3]:5063",
            &["2001:db8::1", "203.0.113.1"],
            "203.0.113.1:5060",
        ),
        (
            "0.0.0.0:5060",
            "10.0.0.3:5063",
            &["2001:db8::1"],
            "call.example.com:5060",
        ),
        (
            "10.0.0.1:5060",
            "10.0.0.3:5063",
            &["203.0.113.1"],
            "203.0.113.1:5060",
        ),
        // A listener on all addresses tells which one was asked; one of the public ones stands for itself.
        (
            "10.0.0.1:5060",
            "10.0.0.3:5063",
            &["203.0.113.1", "10.0.0.1"],
            "10.0.0.1:5060",
        ),
    ];
    for (local, remote, public, named) in rows {
        let mut phone = behind_nat(public);
        let called = OutgoingInvite {
            hops_left: crate::HOPS_MAX,
            destination: Destination::Contact(Box::new(binding(
                Transport::Udp,
                local,
                remote,
                "1001",
            ))),
            to_user: "1001".into(),
            from: Identity {
                display: None,
                user: "139".into(),
            },
            sdp: OFFER,
            headers: Vec::new(),
        };
        phone.server.invite(phone.now, called);
        phone.drain();
        let (_, bytes) = phone.mail.pop().unwrap();
        let invite = crate::message::parse(bytes, &Limits::default()).unwrap();
        let via = header(&invite, Header::Via);
        assert!(via.starts_with(&format!("SIP/2.0/UDP {named};")), "{via}");
        assert_eq!(
            header(&invite, Header::Contact),
            format!("<sip:139@{named};transport=udp>")
        );
    }
}

#[test]
fn s11_a_user_at_any_address_of_ours_is_a_claim() {
    for (host, status) in [
        ("203.0.113.1", 407),
        ("[2001:db8::1]", 407),
        ("[2001:DB8:0::1]:5060", 407),
        ("[2001:DB8:0::1]:5999", 0),
        ("[::ffff:203.0.113.1]", 407),
        ("203.0.113.2", 0),
    ] {
        let mut phone = behind_nat(&["203.0.113.1", "2001:db8::1"]);
        let text = invite("SIP/2.0/UDP 10.0.0.3:5063;rport", host);
        assert_eq!(phone.status_of(&text), status, "{host}");
    }
}

#[test]
fn s13_a_contact_at_a_public_address_of_ours_is_refused() {
    let mut phone = behind_nat(&["203.0.113.1"]);
    let text = invite("SIP/2.0/UDP 10.0.0.3:5063;rport", "carrier.example")
        .replace("139@10.0.0.3:5063", "139@203.0.113.1:5060");
    assert_eq!(phone.status_of(&text), 403);
}

/// RFC 3261 §18.2.2 and RFC 3581 §4: the address is the source's, the port is that of sent-by unless `rport` asks.
#[test]
fn s13_without_rport_the_answer_goes_to_the_port_of_sent_by() {
    let rows = [
        (Transport::Udp, "SIP/2.0/UDP 10.0.0.3:6000", 6000),
        (Transport::Udp, "SIP/2.0/UDP 10.6.6.6:6000", 6000),
        (Transport::Udp, "SIP/2.0/UDP phone.example", 5060),
        (Transport::Udp, "SIP/2.0/UDP 10.0.0.3:0", 5060),
        (
            Transport::Udp,
            "SIP/2.0/UDP 10.0.0.3:6000;maddr=10.6.6.6",
            6000,
        ),
        (
            Transport::Udp,
            "SIP/2.0/UDP 10.0.0.3:6000;received=10.6.6.6",
            6000,
        ),
        (Transport::Udp, "SIP/2.0/UDP 10.0.0.3:6000;rport", 5063),
        (Transport::Udp, "SIP/2.0/UDP 10.0.0.3:6000;rport=7000", 5063),
        (Transport::Tcp, "SIP/2.0/TCP 10.0.0.3:6000", 5063),
    ];
    for (transport, via, port) in rows {
        let mut phone = Phone::new();
        phone.flow = flow(transport, SERVER, AGENT);
        let expected = flow(transport, SERVER, &format!("10.0.0.3:{port}"));
        let text = invite(via, "carrier.example");
        let bytes = bytes::Bytes::from(text.clone());
        phone.server.handle_message(phone.now, phone.flow, bytes);
        phone.drain();
        let Some(Event::Invite { session, invite }) = phone.news().pop() else {
            panic!()
        };
        assert_eq!(invite.flow, phone.flow, "where it came from");
        phone.server.answer(phone.now, session, ANSWER);
        // The 200 once more, the answer without memory, and the one with it.
        phone.wait(Duration::from_millis(500));
        for method in ["OPTIONS", "REGISTER"] {
            let other = text.replace("INVITE", method).replace("a1", method);
            phone
                .server
                .handle_message(phone.now, phone.flow, other.into());
        }
        phone.drain();
        let to: Vec<Flow> = phone.mail.iter().map(|(to, _)| *to).collect();
        assert_eq!(to, [expected; 5], "{via}");
    }
}

/// S7: whoever asks at many addresses of this host fills no table, and each is named as itself, by each transport.
#[test]
fn s7_the_names_of_addresses_take_bounded_room() {
    let mut phone = behind_nat(&[]);
    for round in 0..2 {
        for number in 1..=100 {
            let local = format!("10.9.0.{number}:5060");
            for transport in [Transport::Udp, Transport::Tcp] {
                phone.flow = flow(transport, &local, "10.0.0.3:5063");
                phone.say("noise");
                let contact = phone.server.our_contact(phone.flow, "a").unwrap();
                let token = transport.uri_token();
                let named = format!("sip:a@{local};transport={token}");
                assert_eq!(contact.as_str(), named, "round {round}");
                let sent_by = format!("SIP/2.0/{} {local}", transport.via_token());
                assert_eq!(*phone.server.sent_by(phone.flow), *sent_by);
                assert!((1..=32).contains(&phone.server.addresses.len()));
            }
        }
    }
}
