//! Probes: how a dead phone is found, how a living one is not taken for dead, and how it comes back (A5, G18).

use super::{
    contacts::{CONTACT, SECOND, asked, registered, unregistered, users},
    raw::Phone,
    world::*,
};
use crate::{
    message::{Header, Message, Method},
    *,
};
use core::time::Duration;

fn probing() -> Phone {
    let mut setting = config(SERVER, DOMAIN, &["4000"]);
    setting.registration.probe_every = Some(SECOND * 20);
    Phone::with(setting)
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

/// A datagram's source may be made up: only what nobody else can send brings a phone back.
#[test]
fn a5_s9_a_silent_contact_is_back_by_what_is_proven_and_not_by_noise() {
    let mut phone = probing();
    phone.register("1001", "secret", CONTACT);
    phone.wait(SECOND * 30);
    phone.mail.clear();
    phone.news();
    let options = phone.request("OPTIONS", "sip:call.example.com", "1001", "");
    phone.say(&options);
    let bare = phone.request("REGISTER", "sip:call.example.com", "1001", "");
    phone.say(&bare);
    assert_eq!(phone.news(), []);
    assert_eq!(phone.register("1001", "secret", "").status(), Some(200));
    assert_eq!(
        phone.news(),
        [registered(1, true)],
        "a query with its password"
    );
}
