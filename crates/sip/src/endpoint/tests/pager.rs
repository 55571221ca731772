//! MESSAGE: who may write to whom, what arrives, and what the sender is told (RFC 3428).

use super::{raw::Phone, world::*};
use crate::{
    digest::Algorithm,
    message::{Header, Message, Method, parse},
    *,
};
use core::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const PLAIN: &str = "Content-Type: text/plain\r\n";
const DESK: &str = "10.0.0.4:5064";
const SOFTPHONE: &str = "10.0.0.5:5065";

/// 1002 has two phones; 1001 writes.
fn world() -> Phone {
    let mut phone = Phone::new();
    for (remote, contact) in [(DESK, "desk"), (SOFTPHONE, "soft")] {
        phone.flow = flow(Transport::Udp, SERVER, remote);
        phone.register(
            "1002",
            "other",
            &format!("Contact: <sip:{contact}@{remote}>\r\n"),
        );
    }
    phone.flow = flow(Transport::Udp, SERVER, AGENT);
    phone
}

fn with_body(head: &str, body: &str) -> String {
    head.replace(
        "Content-Length: 0\r\n\r\n",
        &format!("Content-Length: {}\r\n\r\n{body}", body.len()),
    )
}

/// A MESSAGE of 1001 with his password; its final answer if there is one at once. What goes to phones stays in the mail.
fn write(phone: &mut Phone, to: &str, extra: &str, body: &str) -> Option<u16> {
    let (uri, method) = (to.to_owned(), Method::Message);
    let first = phone.request("MESSAGE", &uri, "1001", extra);
    let challenge = phone.say(&with_body(&first, body)).pop().unwrap();
    assert_eq!(challenge.status(), Some(407), "S14");
    let line = phone.credentials(
        &challenge,
        Algorithm::Sha256,
        "1001",
        "secret",
        &method,
        &uri,
    );
    let second = phone.request("MESSAGE", &uri, "1001", &format!("{line}{extra}"));
    hand_in(phone, &with_body(&second, body))
}

fn hand_in(phone: &mut Phone, text: &str) -> Option<u16> {
    let bytes = bytes::Bytes::copy_from_slice(text.as_bytes());
    phone.server.handle_message(phone.now, phone.flow, bytes);
    phone.drain();
    answered(phone)
}

/// The status that waits for the sender, if any.
fn answered(phone: &mut Phone) -> Option<u16> {
    let sender = address(AGENT);
    let is_his = |(flow, _): &(Flow, bytes::Bytes)| flow.remote == sender;
    let at = phone.mail.iter().position(is_his)?;
    let (_, bytes) = phone.mail.remove(at);
    parse(bytes, &Limits::default()).unwrap().status()
}

/// The texts that wait for phones.
fn delivered(phone: &mut Phone) -> Vec<(Flow, Message)> {
    let mail = core::mem::take(&mut phone.mail).into_iter();
    let mail = mail.map(|(flow, bytes)| (flow, parse(bytes, &Limits::default()).unwrap()));
    mail.filter(|(_, message)| message.method() == Some(&Method::Message))
        .collect()
}

fn answer(phone: &mut Phone, (by, message): &(Flow, Message), status: &str) -> Option<u16> {
    let copied = [
        Header::Via,
        Header::From,
        Header::To,
        Header::CallId,
        Header::CSeq,
    ];
    let lines = copied.map(|header| {
        let value = String::from_utf8_lossy(message.first(header).unwrap()).into_owned();
        format!("{}: {value}\r\n", header.name())
    });
    let text = format!(
        "SIP/2.0 {status}\r\n{}Content-Length: 0\r\n\r\n",
        lines.concat()
    );
    let bytes = bytes::Bytes::copy_from_slice(text.as_bytes());
    phone.server.handle_message(phone.now, *by, bytes);
    phone.drain();
    answered(phone)
}

fn uri(user: &str) -> String {
    format!("sip:{user}@{DOMAIN}")
}

#[test]
fn rfc3428_a_text_reaches_every_phone_of_a_colleague_in_the_name_of_its_sender() {
    let mut phone = world();
    let smuggled =
        "Subject: x\r\nP-Asserted-Identity: <sip:boss@call.example.com>\r\nX-Evil: 1\r\n";
    let text = "午饭?\r\n\t12:30";
    let status = write(
        &mut phone,
        &uri("1002"),
        &format!("{PLAIN}{smuggled}"),
        text,
    );
    assert_eq!(status, None, "not before a phone has taken it");
    let texts = delivered(&mut phone);
    let [soft, desk] = texts.as_slice() else {
        panic!("{texts:?}")
    };
    assert_eq!(desk.0.remote, address(DESK));
    assert_eq!(
        desk.1.request_uri().unwrap().text,
        format!("sip:desk@{DESK}").as_bytes()
    );
    for (_, message) in [soft, desk] {
        assert_eq!(message.body(), text.as_bytes());
        assert!(message.has_content_type("text/plain"));
        assert_eq!(message.from().unwrap().uri.text, uri("1001").as_bytes());
        assert_eq!(message.to().unwrap().uri.text, uri("1002").as_bytes());
        assert!(
            message
                .fields()
                .all(|(header, _, _)| header != Header::Unknown)
        );
        assert!(
            message.first(Header::Subject).is_none()
                && message.first(Header::PAssertedIdentity).is_none()
        );
    }
    assert_eq!(answer(&mut phone, soft, "486 Busy Here"), None);
    assert_eq!(answer(&mut phone, desk, "202 Accepted"), Some(200));
    phone.wait(SECOND * 60);
    assert_eq!(phone.server.sizes().relays, 0);
    assert_eq!(phone.server.sizes().transactions, 0);
}

#[test]
fn rfc3428_480_when_no_phone_takes_it() {
    for silent in [true, false] {
        let mut phone = world();
        assert_eq!(write(&mut phone, &uri("1002"), PLAIN, "a"), None);
        let texts = delivered(&mut phone);
        assert_eq!(answer(&mut phone, &texts[0], "415 No"), None);
        if silent {
            phone.wait(SECOND * 8);
            assert_eq!(answered(&mut phone), Some(480));
        } else {
            assert_eq!(answer(&mut phone, &texts[1], "603 Decline"), Some(480));
        }
        assert_eq!(phone.server.sizes().relays, 0);
    }
    let mut nobody = Phone::new();
    assert_eq!(write(&mut nobody, &uri("1002"), PLAIN, "a"), Some(480));
}

#[test]
fn rfc3428_a_repeat_of_the_sender_is_no_second_text() {
    let mut phone = world();
    let (method, to) = (Method::Message, uri("1002"));
    let first = phone.request("MESSAGE", &to, "1001", PLAIN);
    let challenge = phone.say(&with_body(&first, "a")).pop().unwrap();
    let line = phone.credentials(&challenge, Algorithm::Md5, "1001", "secret", &method, &to);
    let second = phone.request("MESSAGE", &to, "1001", &format!("{line}{PLAIN}"));
    let text = with_body(&second, "a");
    assert_eq!(hand_in(&mut phone, &text), None);
    assert_eq!(hand_in(&mut phone, &text), None);
    let texts = delivered(&mut phone);
    assert_eq!(texts.len(), 2, "one for each phone");
    assert_eq!(answer(&mut phone, &texts[0], "200 OK"), Some(200));
    assert_eq!(hand_in(&mut phone, &text), Some(200), "the answer again");
}

#[test]
fn s14_who_may_write_what_to_whom() {
    let long = "x".repeat(1_301);
    let rows = [
        (uri("9999"), PLAIN, "a", 404),
        ("sip:1002@elsewhere.example".to_owned(), PLAIN, "a", 404),
        ("tel:+8613912345678".to_owned(), PLAIN, "a", 404),
        (uri("4000"), PLAIN, "a", 405),
        (uri("1002"), "", "a", 415),
        (uri("1002"), "Content-Type: text/html\r\n", "a", 415),
        (
            uri("1002"),
            "Content-Type: text/plain;charset=GBK\r\n",
            "a",
            415,
        ),
        (
            uri("1002"),
            "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n",
            "a",
            415,
        ),
        (uri("1002"), PLAIN, "", 400),
        (uri("1002"), PLAIN, long.as_str(), 413),
        (uri("1002"), PLAIN, "a\u{1b}[31mb", 400),
        (uri("1002"), PLAIN, "a\0", 400),
        (uri("1002"), PLAIN, "a\u{85}", 400),
        (
            uri("1002"),
            "Content-Type: text/plain; Charset=\"UTF-8\"\r\n",
            "a",
            0,
        ),
    ];
    for (to, extra, body, status) in rows {
        let mut phone = world();
        let answer = write(&mut phone, &to, extra, body).unwrap_or(0);
        assert_eq!(answer, status, "{to} {extra} {body:?}");
        let texts = delivered(&mut phone).len();
        assert_eq!(texts, if status == 0 { 2 } else { 0 });
    }
}

#[test]
fn s7_messages_are_bounded_for_a_user_and_in_all() {
    let bounded = |per_minute, relays| {
        let mut setting = config(SERVER, DOMAIN, &[]);
        setting.limits.messages_per_minute_max = per_minute;
        setting.limits.relays_max = relays;
        let mut phone = Phone::with(setting);
        phone.register("1002", "other", &format!("Contact: <sip:desk@{DESK}>\r\n"));
        phone
    };
    let mut phone = bounded(3, 10);
    let send = |phone: &mut Phone| write(phone, &uri("1002"), PLAIN, "a");
    let sent: Vec<_> = (0..4).map(|_| send(&mut phone)).collect();
    assert_eq!(sent, [None, None, None, Some(480)]);
    phone.wait(SECOND * 60);
    phone.mail.clear();
    assert_eq!(send(&mut phone), None, "a minute later");
    let mut phone = bounded(10, 2);
    let sent: Vec<_> = (0..3).map(|_| send(&mut phone)).collect();
    assert_eq!(sent, [None, None, Some(503)]);
}

#[test]
fn a_phone_whose_connection_is_lost_took_nothing() {
    let mut phone = Phone::new();
    phone.flow = flow(Transport::Tcp, SERVER, DESK);
    let desk = phone.flow;
    phone.register(
        "1002",
        "other",
        "Contact: <sip:desk@abc.invalid;transport=ws>\r\n",
    );
    phone.flow = flow(Transport::Udp, SERVER, AGENT);
    assert_eq!(write(&mut phone, &uri("1002"), PLAIN, "a"), None);
    phone.server.handle_flow_closed(phone.now, desk);
    phone.drain();
    assert_eq!(answered(&mut phone), Some(480));
}
