//! What other systems were hurt by, on the level of an endpoint: one test for each advisory that a message can carry.

use super::{raw::Phone, world::*};
use core::time::Duration;

/// A request in the hands of a stranger, with every header that it must have.
fn request(method: &str, uri: &str, from: &str, extra: &str, body: &str) -> String {
    format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.3:5063;branch=z9hG4bKa;rport\r\nMax-Forwards: 70\r\n\
         From: {from};tag=f1\r\nTo: <{uri}>\r\nCall-ID: c1\r\nCSeq: 1 {method}\r\n{extra}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

const HOTLINE: &str = "sip:4000@call.example.com";
const STRANGER: &str = "<sip:139@carrier.example>";
const CALL: &str = "Contact: <sip:139@10.0.0.3:5063>\r\n";

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
