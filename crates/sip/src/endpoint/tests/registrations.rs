//! REGISTER: who may, for how long, how many, and how contacts go.

use super::{
    raw::{Phone, nonce_of},
    world::*,
};
use crate::{
    digest::Algorithm,
    message::{Header, Method},
    *,
};
use core::time::Duration;

const CONTACT: &str = "Contact: <sip:1001@10.0.0.3:5063>\r\nUser-Agent: phone/1\r\n";

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

#[test]
fn register_refresh_expire() {
    let mut phone = Phone::new();
    let ok = phone.register("1001", "secret", CONTACT);
    assert_eq!(ok.status(), Some(200));
    assert_eq!(
        ok.first(Header::Contact),
        Some(&b"<sip:1001@10.0.0.3:5063>;expires=3600"[..])
    );
    assert_eq!(phone.news(), [registered(1, true)]);
    let [bound] = phone.server.bindings("1001") else {
        panic!()
    };
    assert_eq!(bound.contact.as_str(), "sip:1001@10.0.0.3:5063");
    assert_eq!(bound.flow, phone.flow);
    assert_eq!(bound.expires_at, phone.now + Duration::from_secs(3_600));
    assert_eq!(bound.user_agent.as_deref(), Some("phone/1"));

    phone.wait(Duration::from_secs(200));
    phone.register("1001", "secret", CONTACT);
    assert_eq!(phone.news(), [registered(1, false)]);
    phone.wait(Duration::from_secs(3_599));
    assert_eq!(phone.news(), []);
    phone.wait(Duration::from_secs(1));
    assert_eq!(phone.news(), [unregistered(UnregisterCause::Expired)]);
    assert_eq!(phone.server.bindings("1001"), []);
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
}

#[test]
fn both_algorithms_are_offered_the_stronger_first_and_both_work() {
    for algorithm in [Algorithm::Sha256, Algorithm::Md5] {
        let mut phone = Phone::new();
        let first = phone.request("REGISTER", "sip:call.example.com", "1001", CONTACT);
        let challenge = phone.say(&first).pop().unwrap();
        let offers: Vec<_> = challenge.all(Header::WwwAuthenticate).collect();
        assert_eq!(
            offers.len(),
            2,
            "one header field each, for phones that read only one"
        );
        assert!(String::from_utf8_lossy(offers[0]).contains("algorithm=SHA-256"));
        let nonces = [Algorithm::Sha256, Algorithm::Md5]
            .map(|one| nonce_of(&challenge, Header::WwwAuthenticate, one));
        assert_ne!(nonces[0], nonces[1]);
        let uri = "sip:call.example.com";
        let line = phone.credentials(
            &challenge,
            algorithm,
            "1001",
            "secret",
            &Method::Register,
            uri,
        );
        let second = phone.request("REGISTER", uri, "1001", &format!("{line}{CONTACT}"));
        assert_eq!(phone.status_of(&second), 200, "{algorithm:?}");
    }
}

#[test]
fn s9_challenges_leave_no_memory() {
    let mut phone = Phone::new();
    for _ in 0..1_000 {
        let text = phone.request("REGISTER", "sip:call.example.com", "1001", CONTACT);
        assert_eq!(phone.status_of(&text), 401);
    }
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
}

#[test]
fn g11_a_challenge_is_not_much_longer_than_its_request() {
    let mut phone = Phone::new();
    let text = phone.request("REGISTER", "sip:call.example.com", "1001", CONTACT);
    phone.server.handle_message(
        phone.now,
        phone.flow,
        bytes::Bytes::copy_from_slice(text.as_bytes()),
    );
    phone.drain();
    let [(_, answer)] = phone.mail.as_slice() else {
        panic!("one packet")
    };
    // The request of this test has no more than it must; a phone's is 500 to 700 bytes.
    assert!(answer.len() < 800, "{}", answer.len());
}

#[test]
fn a_wrong_password_an_unknown_user_and_a_replay_get_nowhere() {
    let mut phone = Phone::new();
    assert_eq!(phone.register("1001", "wrong", CONTACT).status(), Some(403));
    assert_eq!(
        phone.register("9999", "secret", CONTACT).status(),
        Some(403)
    );
    let first = phone.request("REGISTER", "sip:call.example.com", "1001", CONTACT);
    let challenge = phone.say(&first).pop().unwrap();
    let uri = "sip:call.example.com";
    let line = phone.credentials(
        &challenge,
        Algorithm::Md5,
        "1001",
        "secret",
        &Method::Register,
        uri,
    );
    let extra = format!("{line}{CONTACT}");
    let good = phone.request("REGISTER", uri, "1001", &extra);
    assert_eq!(phone.status_of(&good), 200);
    assert_eq!(
        phone.status_of(&good),
        200,
        "the same packet again: absorbed by its transaction"
    );
    let replay = phone.request("REGISTER", uri, "1001", &extra);
    let answer = phone.say(&replay).pop().unwrap();
    assert_eq!(answer.status(), Some(401));
    let offer =
        String::from_utf8_lossy(answer.first(Header::WwwAuthenticate).unwrap()).into_owned();
    assert!(offer.contains("stale=true"), "{offer}");
    phone.flow.remote = address("10.9.9.9:5063");
    let elsewhere = phone.request("REGISTER", uri, "1001", &extra);
    assert_eq!(phone.status_of(&elsewhere), 401);
    assert_eq!(phone.news(), [registered(1, true)]);
}

#[test]
fn s14_only_the_own_address_of_record() {
    let mut phone = Phone::new();
    let uri = "sip:call.example.com";
    let first = phone.request("REGISTER", uri, "1002", CONTACT);
    let challenge = phone.say(&first).pop().unwrap();
    let line = phone.credentials(
        &challenge,
        Algorithm::Md5,
        "1001",
        "secret",
        &Method::Register,
        uri,
    );
    let second = phone.request("REGISTER", uri, "1002", &format!("{line}{CONTACT}"));
    assert_eq!(phone.status_of(&second), 403);
    assert_eq!(phone.server.bindings("1002"), []);
}

#[test]
fn contacts_come_and_go() {
    let mut phone = Phone::new();
    let status = |phone: &mut Phone, extra: &str| phone.register("1001", "secret", extra).status();
    let two = "Contact: <sip:a@10.0.0.3:1>;expires=100, <sip:b@10.0.0.3:2>\r\nExpires: 200\r\n";
    let ok = phone.register("1001", "secret", two);
    let listed: Vec<_> = ok
        .all(Header::Contact)
        .map(String::from_utf8_lossy)
        .collect();
    assert_eq!(
        listed,
        [
            "<sip:a@10.0.0.3:1>;expires=100",
            "<sip:b@10.0.0.3:2>;expires=200"
        ]
    );
    assert_eq!(phone.news(), [registered(2, true)]);
    let query = phone.register("1001", "secret", "");
    assert_eq!(query.all(Header::Contact).count(), 2);
    phone.news();
    assert_eq!(
        status(&mut phone, "Contact: <sip:a@10.0.0.3:1>\r\nExpires: 0\r\n"),
        Some(200)
    );
    assert_eq!(phone.news(), [registered(1, false)]);
    assert_eq!(
        status(&mut phone, "Contact: *\r\nExpires: 0\r\n"),
        Some(200)
    );
    assert_eq!(phone.news(), [unregistered(UnregisterCause::Request)]);
    assert_eq!(
        status(&mut phone, "Contact: *\r\nExpires: 0\r\n"),
        Some(200)
    );
    assert_eq!(phone.news(), [], "nothing was bound");
}

#[test]
fn what_a_registrar_refuses() {
    let rows = [
        ("Contact: <sip:a@10.0.0.3:1>;expires=59\r\n", 423),
        ("Contact: <sip:a@10.0.0.3:1>\r\nExpires: 1\r\n", 423),
        ("Contact: *\r\n", 400),
        ("Contact: *\r\nExpires: 10\r\n", 400),
        (
            "Contact: *\r\nContact: <sip:a@10.0.0.3:1>\r\nExpires: 0\r\n",
            400,
        ),
        ("Contact: <mailto:a@b>\r\n", 400),
        ("Contact: <sips:a@10.0.0.3>\r\n", 400),
        (
            "Contact: <sip:a@10.0.0.3:1>, <sip:b@10.0.0.3:1>;reg-id=1;+sip.instance=\"<urn:uuid:1>\"\r\n",
            400,
        ),
        (
            "Contact: <sip:a@10.0.0.3:1>\r\nPath: <sip:p.example;lr>\r\n",
            420,
        ),
        (
            "Contact: <sip:a@10.0.0.3:1>\r\nSupported: path\r\nPath: sip:\r\n",
            400,
        ),
        (
            "Contact: <sip:a@10.0.0.3:1>\r\nSupported: path\r\nPath: <sip:1;lr>,<sip:2;lr>,<sip:3;lr>,<sip:4;lr>,<sip:5;lr>,\
          <sip:6;lr>,<sip:7;lr>,<sip:8;lr>,<sip:9;lr>\r\n",
            400,
        ),
        ("Contact: <sip:a@10.0.0.1:5060>\r\n", 403),
        ("Contact: <sip:a@10.0.0.1>\r\n", 403),
        ("Contact: <sip:a@CALL.example.com>\r\n", 403),
    ];
    for (extra, status) in rows {
        let mut phone = Phone::new();
        let answer = phone.register("1001", "secret", extra);
        assert_eq!(answer.status(), Some(status), "{extra}");
        assert_eq!(
            answer.number(Header::MinExpires),
            (status == 423).then_some(60)
        );
        assert_eq!(phone.server.bindings("1001"), [], "{extra}");
        assert_eq!(phone.news(), []);
    }
}

#[test]
fn malformed_and_long_expiries() {
    for (expires, granted) in [("999999", 7_200), ("4294967296", 3_600), ("abc", 3_600)] {
        let mut phone = Phone::new();
        phone.register(
            "1001",
            "secret",
            &format!("Contact: <sip:a@10.0.0.3:1>;expires={expires}\r\n"),
        );
        let [bound] = phone.server.bindings("1001") else {
            panic!("{expires}")
        };
        assert_eq!(
            bound.expires_at - phone.now,
            Duration::from_secs(granted),
            "{expires}"
        );
    }
}

/// A5: "displacement". Whoever would rather have the old ones stay says so.
#[test]
fn s7_a5_an_eleventh_contact_displaces_the_oldest_or_is_refused() {
    let contacts = |numbers: core::ops::Range<u32>| {
        numbers
            .map(|number| format!("Contact: <sip:a{number}@10.0.0.3:1>\r\n"))
            .collect::<String>()
    };
    for displaces_oldest in [true, false] {
        let mut setting = config(SERVER, DOMAIN, &[]);
        setting.registration.displaces_oldest = displaces_oldest;
        let mut phone = Phone::with(setting);
        let register = |phone: &mut Phone, numbers, extra: &str| {
            let contacts = contacts(numbers).replace("\r\n", &format!("{extra}\r\n"));
            phone.register("1001", "secret", &contacts).status()
        };
        assert_eq!(register(&mut phone, 0..11, ""), Some(403));
        assert_eq!(phone.server.bindings("1001").len(), 0);
        assert_eq!(register(&mut phone, 0..1, ";q=0.5"), Some(200));
        for number in 1..10 {
            assert_eq!(register(&mut phone, number..number + 1, ""), Some(200));
        }
        let status = register(&mut phone, 10..12, "");
        let users = phone.server.bindings("1001").iter();
        let users: Vec<_> = users.filter_map(|row| row.contact.view().user()).collect();
        if displaces_oldest {
            assert_eq!(status, Some(200));
            // The least preferred one and the oldest one are gone.
            let left = "a10 a11 a9 a8 a7 a6 a5 a4 a3 a2";
            assert_eq!(users.join(" "), left);
        } else {
            assert_eq!(status, Some(403));
            assert_eq!(users.join(" "), "a9 a8 a7 a6 a5 a4 a3 a2 a1 a0");
        }
    }
}

#[test]
fn a_phone_with_an_instance_displaces_itself() {
    let mut phone = Phone::new();
    let with = |port: u16| {
        format!("Contact: <sip:a@10.0.0.3:{port}>;+sip.instance=\"<urn:uuid:1>\";reg-id=1\r\n")
    };
    phone.register("1001", "secret", &with(1));
    let ok = phone.register("1001", "secret", &with(2));
    let [bound] = phone.server.bindings("1001") else {
        panic!()
    };
    assert_eq!(bound.contact.as_str(), "sip:a@10.0.0.3:2");
    assert_eq!(bound.instance.as_deref(), Some("<urn:uuid:1>"));
    assert!(
        !String::from_utf8_lossy(ok.first(Header::Contact).unwrap()).contains("gruu"),
        "phones.md 6.7"
    );
}

#[test]
fn an_older_register_does_not_undo_a_newer_one() {
    let mut phone = Phone::new();
    let uri = "sip:call.example.com";
    let first = phone.request("REGISTER", uri, "1001", CONTACT);
    let challenge = phone.say(&first).pop().unwrap();
    let line = phone.credentials(
        &challenge,
        Algorithm::Md5,
        "1001",
        "secret",
        &Method::Register,
        uri,
    );
    let slow = phone.request(
        "REGISTER",
        uri,
        "1001",
        &format!("{line}{CONTACT}Expires: 0\r\n"),
    );
    assert_eq!(
        phone.register("1001", "secret", CONTACT).status(),
        Some(200)
    );
    assert_eq!(phone.status_of(&slow), 500, "RFC 3261 §10.3 step 7");
    assert_eq!(phone.server.bindings("1001").len(), 1);
}

#[test]
fn a_removed_account_loses_its_contacts_and_its_rights() {
    let mut phone = Phone::new();
    phone.register("1001", "secret", CONTACT);
    phone.news();
    phone.server.remove_account("1001");
    phone.drain();
    assert_eq!(
        phone.news(),
        [unregistered(UnregisterCause::AccountRemoved)]
    );
    assert_eq!(phone.server.bindings("1001"), []);
    assert_eq!(
        phone.register("1001", "secret", CONTACT).status(),
        Some(403)
    );
}

#[test]
fn a_closed_connection_takes_its_contacts_along() {
    let mut phone = Phone::new();
    phone.register("1001", "secret", "Contact: <sip:udp@10.0.0.3:1>\r\n");
    let udp = phone.flow;
    phone.flow = flow(Transport::Tcp, SERVER, "10.0.0.3:40000");
    phone.register(
        "1001",
        "secret",
        "Contact: <sip:tcp@10.0.0.3:2;transport=tcp>\r\n",
    );
    assert_eq!(phone.news(), [registered(1, true), registered(2, false)]);
    phone.server.handle_flow_closed(phone.now, phone.flow);
    phone.drain();
    assert_eq!(phone.news(), [], "one contact is left");
    phone.server.handle_flow_closed(phone.now, udp);
    phone.drain();
    assert_eq!(phone.news(), [unregistered(UnregisterCause::FlowLost)]);
    phone.wait(Duration::from_secs(40));
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
}

/// RFC 4475 §3.3.12 to §3.3.14, once the phone has proven its password.
#[test]
fn rfc4475_a_contact_is_given_back_whole_and_called_without_its_headers() {
    for (contact, told, called) in [
        (
            "<sip:1001@10.0.0.3:5063>;unknownparam",
            "<sip:1001@10.0.0.3:5063>",
            "sip:1001@10.0.0.3:5063",
        ),
        (
            "<sip:1001@10.0.0.3:5063;unknownparam>",
            "<sip:1001@10.0.0.3:5063;unknownparam>",
            "sip:1001@10.0.0.3:5063;unknownparam",
        ),
        (
            "<sip:1001@10.0.0.3:5063?Route=%3Csip:sip.example.com%3E>",
            "<sip:1001@10.0.0.3:5063?Route=%3Csip:sip.example.com%3E>",
            "sip:1001@10.0.0.3:5063",
        ),
    ] {
        let mut phone = Phone::new();
        let line = format!("Contact: {contact}\r\n");
        let ok = phone.register("1001", "secret", &line);
        assert_eq!(ok.status(), Some(200), "{contact}");
        // A query, and the same contact again: it is one, and whole.
        for extra in ["", line.as_str()] {
            let ok = phone.register("1001", "secret", extra);
            let bound: Vec<_> = ok.all(Header::Contact).collect();
            let wanted = format!("{told};expires=3600");
            assert_eq!(bound, [wanted.as_bytes()], "{contact}");
        }
        phone.drain();
        phone.mail.clear();
        let [binding] = phone.server.bindings("1001") else {
            panic!("{contact}")
        };
        let invite = OutgoingInvite {
            hops_left: crate::HOPS_MAX,
            destination: Destination::Contact(Box::new(binding.clone())),
            to_user: "1001".into(),
            from: Identity {
                display: None,
                user: "4000".into(),
            },
            sdp: OFFER,
            headers: Vec::new(),
        };
        phone.server.invite(phone.now, invite);
        phone.drain();
        let (_, bytes) = phone.mail.pop().unwrap();
        let sent = message::parse(bytes, &Limits::default()).unwrap();
        assert_eq!(sent.request_uri().unwrap().text, called.as_bytes());
        assert_eq!(sent.first(Header::Route), None, "{contact}");
    }
}
