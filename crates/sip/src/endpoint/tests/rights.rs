//! Who may do what, and what nobody learns by asking: names, passwords, methods (S12, S14, advisories of that kind).

use super::{
    advisories::{CALL, HOTLINE, STRANGER, request},
    raw::Phone,
    world::*,
};
use crate::{
    digest::Algorithm,
    message::{Header, Method},
    *,
};
use core::time::Duration;

/// The answer without what differs by chance: nonces and tags.
fn answer(phone: &mut Phone, text: &str) -> (Option<u16>, Vec<usize>) {
    let answer = phone.say(text).pop().unwrap();
    let lengths = answer.fields().map(|(_, _, value)| value.len());
    (answer.status(), lengths.collect())
}

/// 403 here and 401 there, or a challenge for one name and none for another, tell who has an account.
#[test]
fn advisory_17_a_known_name_and_an_unknown_one_get_the_same() {
    let name = |user: &str, host: &str| format!("<sip:{user}@{host}>");
    for host in [DOMAIN, "10.0.0.1", "10.0.0.1:5060"] {
        let call = |from: &str| {
            answer(
                &mut Phone::new(),
                &request("INVITE", HOTLINE, from, CALL, ""),
            )
        };
        let known = call(&name("1001", host));
        assert_eq!(known, call(&name("9999", host)), "{host}");
        assert_eq!(known.0, Some(407), "{host}");
    }
    for method in ["REGISTER", "INVITE", "SUBSCRIBE", "MESSAGE", "REFER"] {
        let ask = |user: &str| {
            let uri = format!("sip:{user}@{DOMAIN}");
            let text = request(method, &uri, &name(user, DOMAIN), CALL, "");
            answer(&mut Phone::new(), &text)
        };
        assert_eq!(ask("1001"), ask("9999"), "{method}");
    }
    let mut phone = Phone::new();
    let known = phone.register("1001", "wrong", CALL).status();
    assert_eq!(known, phone.register("9999", "wrong", CALL).status());
}

#[test]
fn g9_an_operator_reads_who_was_refused_and_why() {
    let mut phone = Phone::new();
    let agent = "User-Agent: friendly-\u{7}scanner\r\n";
    let start = phone.now;
    for _ in 0..12 {
        phone.register("1001", "wrong", &format!("{CALL}{agent}"));
        phone.wait(Duration::from_millis(1));
    }
    phone.say(&request("INVITE", "urn:x:y", STRANGER, CALL, ""));
    phone.wait(Duration::from_millis(1));
    phone.say_bytes(b"hello");
    let rows = phone.server.blocked();
    let told = rows.iter().map(|row| (row.cause, row.count, row.method));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ("no line end", 1, None),
            ("unsupported URI scheme", 1, Some("INVITE")),
            ("too many wrong passwords", 2, Some("REGISTER")),
            ("wrong password or unknown user", 10, Some("REGISTER")),
        ],
        "no challenge among them"
    );
    assert_eq!(rows[3].source.to_string(), "10.0.0.3");
    assert_eq!(rows[3].user_agent.as_deref(), Some("friendly-scanner"));
    assert_eq!(rows[3].first_at, start);
}

#[test]
fn advisory_23_a_proof_for_another_realm_is_none_and_breaks_nothing() {
    let foreign = "Authorization: Digest username=\"1001\", realm=\"elsewhere\", nonce=\"n\", uri=\"sip:call.example.com\", \
                   response=\"0\", cnonce=\"c\", qop=auth, nc=00000001\r\n";
    let uri = "sip:call.example.com";
    let mut phone = Phone::new();
    for _ in 0..20 {
        let text = phone.request("REGISTER", uri, "1001", &format!("{foreign}{CALL}"));
        let answer = phone.say(&text).pop().unwrap();
        assert_eq!(answer.status(), Some(401));
        assert!(
            !answer
                .text(Header::WwwAuthenticate)
                .unwrap()
                .contains("stale")
        );
    }
    let extra = format!("{foreign}Contact: <sip:1001@10.0.0.3:5063>\r\n");
    let ok = phone.register("1001", "secret", &extra);
    assert_eq!(
        ok.status(),
        Some(200),
        "neither counted as a guess nor in the way of the right one"
    );
}

#[test]
fn advisory_24_who_has_proven_a_password_bears_no_other_name() {
    let uri = "sip:1002@call.example.com";
    let body = "Content-Type: text/plain\r\n";
    for (method, extra) in [
        (Method::Message, body),
        (
            Method::Subscribe,
            "Event: dialog\r\nContact: <sip:1001@10.0.0.3:5063>\r\n",
        ),
        (Method::Invite, "Contact: <sip:1001@10.0.0.3:5063>\r\n"),
    ] {
        let mut phone = Phone::new();
        let claim = |text: String| {
            text.replace(
                "<sip:1001@call.example.com>;tag",
                "\"Boss\" <sip:1002@call.example.com>;tag",
            )
        };
        let first = claim(phone.request(method.as_str(), uri, "1001", extra));
        let challenge = phone.say(&first).pop().unwrap();
        let line = phone.credentials(&challenge, Algorithm::Md5, "1001", "secret", &method, uri);
        let second = claim(phone.request(method.as_str(), uri, "1001", &format!("{line}{extra}")));
        assert_eq!(phone.status_of(&second), 403, "{}", method.as_str());
        assert_eq!(phone.news(), []);
    }
    // Control characters in the name: raw ones are no SIP, escaped ones reach nobody.
    for (name, status) in [
        ("\"a\u{1}b\"", 0),
        ("\"a\0b\"", 400),
        ("\"a\\\u{0}b\"", 0),
        ("\"a\nb\"", 400),
    ] {
        let mut phone = Phone::new();
        let from = format!("{name} {STRANGER}");
        assert_eq!(
            phone.status_of(&request("INVITE", HOTLINE, &from, CALL, "")),
            status,
            "{name:?}"
        );
        for event in phone.news() {
            let Event::Invite { invite, .. } = event else {
                panic!()
            };
            assert_eq!(invite.caller.display.as_deref(), Some("ab"));
        }
    }
}

/// What a configuration without a word about it does.
#[test]
fn advisory_36_s14_nothing_but_a_call_to_a_hotline_goes_without_a_password() {
    let rows = [
        ("REGISTER", 401),
        ("MESSAGE", 407),
        ("SUBSCRIBE", 407),
        ("REFER", 407),
        ("PUBLISH", 405),
        ("NOTIFY", 405),
        ("UPDATE", 405),
        ("PRACK", 405),
        ("INFO", 481),
        ("BYE", 481),
        ("CANCEL", 481),
        ("OPTIONS", 200),
    ];
    let extra = format!(
        "{CALL}Event: dialog\r\nContent-Type: text/plain\r\nRefer-To: <sip:1002@call.example.com>\r\n"
    );
    for (method, status) in rows {
        for user in ["4000", "1001", "1002", "9999"] {
            let mut phone = Phone::new();
            let uri = format!("sip:{user}@{DOMAIN}");
            let text = request(method, &uri, STRANGER, &extra, "hello");
            assert_eq!(phone.status_of(&text), status, "{method} {user}");
            assert_eq!(phone.news(), []);
            assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
        }
    }
    for (user, status) in [("4000", 0), ("1001", 407), ("1002", 407), ("9999", 407)] {
        let uri = format!("sip:{user}@{DOMAIN}");
        let text = request("INVITE", &uri, STRANGER, CALL, "");
        assert_eq!(Phone::new().status_of(&text), status, "{user}");
        let replaces = format!("{CALL}Replaces: c1;to-tag=a;from-tag=b\r\n");
        let text = request("INVITE", &uri, STRANGER, &replaces, "");
        assert!(matches!(Phone::new().status_of(&text), 403 | 407), "{user}");
    }
}

#[test]
fn s12_a_proof_for_another_request_proves_nothing() {
    let uri = "sip:call.example.com";
    for (method, proven_uri, status) in [
        (Method::Register, uri, 200),
        (Method::Register, "sip:else.example.com", 400),
        (Method::Invite, uri, 403),
    ] {
        let mut phone = Phone::new();
        let first = phone.request("REGISTER", uri, "1001", "");
        let challenge = phone.say(&first).pop().unwrap();
        let line = phone.credentials(
            &challenge,
            Algorithm::Sha256,
            "1001",
            "secret",
            &method,
            proven_uri,
        );
        let second = phone.request("REGISTER", uri, "1001", &line);
        assert_eq!(phone.status_of(&second), status, "{proven_uri}");
    }
}
