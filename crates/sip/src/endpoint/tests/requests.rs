//! What is answered to which request: methods, identities, dialogs.

use super::{raw::Phone, world::*};
use crate::{
    digest::Algorithm,
    message::{Header, Message, Method},
    *,
};
use core::time::Duration;

const HOTLINE: &str = "sip:4000@call.example.com";

/// An INVITE from a stranger; `{}` in it stands for what a test changes.
fn invite(extra: &str, body: &str) -> String {
    invite_from("<sip:139@carrier.example>", HOTLINE, extra, body)
}

fn invite_from(from: &str, uri: &str, extra: &str, body: &str) -> String {
    let kind = if body.is_empty() {
        ""
    } else {
        "Content-Type: application/sdp\r\n"
    };
    format!(
        "INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.3:5063;branch=z9hG4bKinvite1;rport\r\nMax-Forwards: 70\r\n\
         From: {from};tag=f1\r\nTo: <{uri}>\r\nCall-ID: call1\r\nCSeq: 1 INVITE\r\n\
         Contact: <sip:139@10.0.0.3:5063>\r\n{extra}{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn in_dialog(method: &str, cseq: u32, to_tag: &str, extra: &str, body: &str) -> String {
    format!(
        "{method} sip:4000@10.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.3:5063;branch=z9hG4bK{method}{cseq}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:139@carrier.example>;tag=f1\r\nTo: <{HOTLINE}>;tag={to_tag}\r\n\
         Call-ID: call1\r\nCSeq: {cseq} {method}\r\nContact: <sip:139@10.0.0.3:5064>\r\n{extra}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A stranger talks to the hotline: session and our tag.
fn talk(phone: &mut Phone, extra: &str) -> (SessionId, String) {
    phone.say(&invite(extra, "v=0"));
    let Some(Event::Invite { session, .. }) = phone.news().pop() else {
        panic!("no Invite")
    };
    phone.server.answer(phone.now, session, ANSWER);
    phone.drain();
    let (_, bytes) = phone.mail.pop().unwrap();
    let ok = message::parse(bytes, &Limits::default()).unwrap();
    let tag = String::from_utf8(ok.to().unwrap().tag().unwrap().to_vec()).unwrap();
    phone.say(&in_dialog("ACK", 1, &tag, "", ""));
    assert_eq!(phone.news(), [Event::Acked { session, sdp: None }]);
    (session, tag)
}

#[test]
fn requests_outside_a_dialog() {
    let rows = [
        ("OPTIONS", HOTLINE, "", 200),
        ("OPTIONS", HOTLINE, "Require: foo\r\n", 420),
        ("OPTIONS", "http://x", "", 416),
        ("OPTIONS", "sips:4000@call.example.com", "", 416),
        ("SUBSCRIBE", HOTLINE, "", 407),
        ("NOTIFY", HOTLINE, "", 405),
        ("REFER", HOTLINE, "", 407),
        ("MESSAGE", HOTLINE, "", 407),
        ("PUBLISH", HOTLINE, "", 405),
        ("UPDATE", HOTLINE, "", 405),
        ("PRACK", HOTLINE, "", 405),
        ("FOO", HOTLINE, "", 501),
        ("invite", HOTLINE, "", 501),
        ("BYE", HOTLINE, "", 481),
        ("INFO", HOTLINE, "", 481),
        ("CANCEL", HOTLINE, "", 481),
        ("ACK", HOTLINE, "", 0),
        ("INVITE", HOTLINE, "", 400),
        ("INVITE", HOTLINE, "Contact: <sip:a@h>, <sip:b@h>\r\n", 400),
        ("INVITE", HOTLINE, "Contact: <sip:a@10.0.0.1:5060>\r\n", 403),
        (
            "INVITE",
            HOTLINE,
            "Contact: <sip:a@h>\r\nRequire: 100rel, timer\r\n",
            407,
        ),
        ("OPTIONS", HOTLINE, "Require: 100rel\r\n", 420),
        ("OPTIONS", HOTLINE, "Require: timer\r\n", 200),
        ("INVITE", HOTLINE, "Require: path\r\n", 420),
        (
            "INVITE",
            "sip:1001@call.example.com",
            "Contact: <sip:a@h>\r\n",
            407,
        ),
        ("INVITE", HOTLINE, "Contact: <sip:a@h>\r\n", 407),
        ("INVITE", "tel:4000", "Contact: <sip:a@h>\r\n", 407),
    ];
    for (method, uri, extra, status) in rows {
        let mut phone = Phone::new();
        // From claims account 1001 at our domain: that is why the hotline asks for a password.
        let text = phone.request(method, uri, "1001", extra);
        assert_eq!(phone.status_of(&text), status, "{method} {uri} {extra}");
        assert_eq!(
            phone.server.sizes(),
            endpoint::Sizes::default(),
            "S9: {method}"
        );
        assert_eq!(phone.news(), []);
    }
}

#[test]
fn what_refusals_tell() {
    let mut phone = Phone::new();
    let text = phone.request(
        "OPTIONS",
        HOTLINE,
        "x",
        "Require: foo,\r\n bar\r\nRequire: baz\r\n",
    );
    let answer = phone.say(&text).pop().unwrap();
    assert_eq!(
        answer.text(Header::Unsupported).as_deref(),
        Some("foo, bar, baz")
    );
    let text = phone.request("FOO", HOTLINE, "x", "");
    assert!(
        phone
            .say(&text)
            .pop()
            .unwrap()
            .text(Header::Allow)
            .unwrap()
            .contains("INVITE")
    );
    let text = phone.request("OPTIONS", HOTLINE, "x", "");
    let answer = phone.say(&text).pop().unwrap();
    assert_eq!(
        answer.text(Header::Accept).as_deref(),
        Some("application/sdp")
    );
    assert_eq!(
        answer.text(Header::Supported).as_deref(),
        Some("100rel, timer, replaces, norefersub")
    );
}

#[test]
fn s13_answers_go_to_the_source_and_say_so() {
    let mut phone = Phone::new();
    let text = "OPTIONS sip:4000@h SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.9:9;maddr=192.0.2.66 ;rport;received=6.6.6.6;branch=z9hG4bK1, \
                SIP/2.0/TCP b\r\nVia: SIP/2.0/UDP c;x=\"y\"\r\nf: <sip:a@b>;tag=1\r\nt: <sip:4000@h>\r\ni: 1\r\nCSeq: 1 OPTIONS\r\n\r\n";
    phone.server.handle_message(
        phone.now,
        phone.flow,
        bytes::Bytes::copy_from_slice(text.as_bytes()),
    );
    phone.drain();
    let (to, bytes) = phone.mail.pop().unwrap();
    assert_eq!(to, phone.flow);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let top = "Via: SIP/2.0/UDP 192.0.2.9:9;maddr=192.0.2.66;branch=z9hG4bK1;received=10.0.0.3;rport=5063, SIP/2.0/TCP b\r\n\
               Via: SIP/2.0/UDP c;x=\"y\"\r\n";
    assert!(text.contains(top), "{text}");
}

#[test]
fn max_forwards_0_is_483_but_options_is_answered() {
    let mut phone = Phone::new();
    let zero = |text: &str| text.replace("Max-Forwards: 70", "Max-Forwards: 0");
    let options = phone.request("OPTIONS", HOTLINE, "x", "");
    assert_eq!(phone.status_of(&zero(&options)), 200);
    assert_eq!(phone.status_of(&zero(&invite("", ""))), 483);
    assert_eq!(
        phone.status_of(&invite("", "").replace("Max-Forwards: 70", "Max-Forwards: 0070")),
        0,
        "100 only"
    );
}

#[test]
fn a_stranger_calls_the_hotline() {
    let rows = [
        (
            "\"\u{4e2d}\" <sip:139@carrier.example>",
            "",
            "139",
            "carrier.example",
            false,
        ),
        (
            "<sip:anonymous@anonymous.invalid>",
            "",
            "anonymous",
            "anonymous.invalid",
            true,
        ),
        (
            "<sip:139@carrier.example>",
            "Privacy: id;critical\r\n",
            "139",
            "carrier.example",
            true,
        ),
        (
            "<sip:139@carrier.example>",
            "Privacy: none\r\n",
            "139",
            "carrier.example",
            false,
        ),
        ("<tel:+86-139-1234>", "", "+861391234", "", false),
        ("<sip:1001@10.0.0.1:5099>", "", "1001", "10.0.0.1", false),
    ];
    for (from, extra, user, host, anonymous) in rows {
        let mut phone = Phone::new();
        assert_eq!(
            phone.status_of(&invite_from(from, HOTLINE, extra, "v=0")),
            0
        );
        let news = phone.news();
        let [Event::Invite { invite, .. }] = news.as_slice() else {
            panic!("{from} {news:?}")
        };
        assert_eq!(
            (invite.caller.user.as_str(), invite.caller.host.as_str()),
            (user, host)
        );
        assert_eq!(
            (invite.caller.anonymous, &invite.authenticated),
            (anonymous, &None)
        );
    }
}

#[test]
fn s11_the_identity_of_a_caller_is_the_user_who_proved_it() {
    let login = |phone: &mut Phone, from: &str, uri: &str, user: &str, password: &str| -> u16 {
        let first = invite_from(from, uri, "", "v=0");
        let challenge = phone.say(&first).pop().unwrap();
        assert_eq!(challenge.status(), Some(407));
        let line = phone.credentials(
            &challenge,
            Algorithm::Sha256,
            user,
            password,
            &Method::Invite,
            uri,
        );
        let second = invite_from(from, uri, &line, "v=0")
            .replace("CSeq: 1 ", "CSeq: 2 ")
            .replace("invite1", "invite2");
        phone.status_of(&second)
    };
    let colleague = "sip:1002@call.example.com";
    let mut phone = Phone::new();
    assert_eq!(
        login(
            &mut phone,
            "<sip:1001@call.example.com>",
            colleague,
            "1001",
            "secret"
        ),
        0
    );
    let news = phone.news();
    let [Event::Invite { invite, .. }] = news.as_slice() else {
        panic!("{news:?}")
    };
    assert_eq!(
        (invite.authenticated.as_deref(), invite.caller.user.as_str()),
        (Some("1001"), "1001")
    );

    let mut phone = Phone::new();
    assert_eq!(
        login(
            &mut phone,
            "<sip:anything@else.example>",
            colleague,
            "1001",
            "secret"
        ),
        0
    );
    let news = phone.news();
    let [Event::Invite { invite, .. }] = news.as_slice() else {
        panic!("{news:?}")
    };
    assert_eq!(
        (invite.caller.user.as_str(), invite.caller.host.as_str()),
        ("1001", DOMAIN)
    );

    let mut phone = Phone::new();
    assert_eq!(
        login(&mut phone, "<sip:1002@10.0.0.1>", HOTLINE, "1001", "secret"),
        403,
        "another's name"
    );
    assert_eq!(
        login(
            &mut phone,
            "<sip:1001@call.example.com>",
            colleague,
            "1001",
            "wrong"
        ),
        403
    );
    assert_eq!(phone.news(), []);
}

#[test]
fn bodies_that_are_not_sdp_are_415() {
    let mut phone = Phone::new();
    let sdp = invite("", "v=0");
    let rows = [
        sdp.replace("application/sdp", "text/plain"),
        sdp.replace("Content-Type: application/sdp\r\n", ""),
        sdp.replace("application/sdp", "multipart/mixed;boundary=x"),
        sdp.replace("Max-Forwards", "Content-Encoding: gzip\r\nMax-Forwards"),
    ];
    for text in rows {
        let answer = phone.say(&text).pop().unwrap();
        assert_eq!(answer.status(), Some(415), "{text}");
        assert_eq!(
            answer.text(Header::Accept).as_deref(),
            Some("application/sdp")
        );
    }
    assert_eq!(
        phone.status_of(&sdp.replace("application/sdp", "APPLICATION/SDP ;charset=utf-8")),
        0
    );
}

#[test]
fn rfc5621_sdp_in_a_multipart_body_is_the_offer_and_strange_parts_are_415() {
    let strange = "--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n";
    let optional = strange.replace(
        "\r\n\r\n",
        "\r\nContent-Disposition: render;handling=optional\r\n\r\n",
    );
    let sdp = "--x\r\nContent-Type: application/sdp\r\n\r\nv=0 offer\r\n--x--\r\n";
    let multipart = |body: &str| {
        invite("", body).replace(
            "application/sdp\r\nContent-L",
            "multipart/mixed;boundary=x\r\nContent-L",
        )
    };
    let mut phone = Phone::new();
    assert_eq!(phone.status_of(&multipart(&format!("{strange}{sdp}"))), 415);
    assert_eq!(phone.news(), []);
    let mut phone = Phone::new();
    assert_eq!(phone.status_of(&multipart(&format!("{optional}{sdp}"))), 0);
    let news = phone.news();
    let [Event::Invite { invite, .. }] = news.as_slice() else {
        panic!("{news:?}")
    };
    assert_eq!(invite.sdp, Some(OFFER));
}

#[test]
fn s13_what_is_left_of_max_forwards_is_told_and_never_more_than_usual() {
    for (told, left) in [
        ("Max-Forwards: 70\r\n", 70),
        ("Max-Forwards: 12\r\n", 12),
        ("Max-Forwards: 1\r\n", 1),
        ("Max-Forwards: 255\r\n", 70),
        ("", 70),
    ] {
        let mut phone = Phone::new();
        let request = invite("", "");
        assert!(request.contains("Max-Forwards: 70\r\n"), "{request}");
        phone.say(&request.replace("Max-Forwards: 70\r\n", told));
        let news = phone.news();
        let [Event::Invite { invite, .. }] = news.as_slice() else {
            panic!("{news:?}")
        };
        assert_eq!(invite.hops_left, left, "{told}");
    }
}

#[test]
fn late_offer_the_sdp_answer_comes_in_the_ack() {
    let mut phone = Phone::new();
    phone.say(&invite("", ""));
    let news = phone.news();
    let [Event::Invite { session, invite }] = news.as_slice() else {
        panic!("{news:?}")
    };
    assert_eq!(invite.sdp, None);
    phone.server.answer(phone.now, *session, OFFER);
    phone.drain();
    let ok = message::parse(phone.mail.pop().unwrap().1, &Limits::default()).unwrap();
    assert_eq!(ok.sdp(), Some(OFFER));
    let tag = String::from_utf8(ok.to().unwrap().tag().unwrap().to_vec()).unwrap();
    phone.say(&in_dialog(
        "ACK",
        1,
        &tag,
        "Content-Type: application/sdp\r\n",
        "v=0 answer",
    ));
    assert_eq!(
        phone.news(),
        [Event::Acked {
            session: *session,
            sdp: Some(ANSWER)
        }]
    );
}

#[test]
fn a_repeated_invite_is_absorbed_and_a_merged_one_is_482() {
    let mut phone = Phone::new();
    let text = invite("", "v=0");
    phone.say(&text);
    phone.say(&text);
    assert_eq!(phone.news().len(), 1);
    assert_eq!(
        phone.status_of(&text.replace("z9hG4bKinvite1", "z9hG4bKother")),
        482
    );
    assert_eq!(phone.server.counters().repeats, 1);
}

#[test]
fn cancel_is_200_and_487() {
    let mut phone = Phone::new();
    let text = invite("", "v=0");
    phone.say(&text);
    let cancel = text.replace("INVITE", "CANCEL").replace(
        "Max-Forwards: 70",
        "Reason: SIP;cause=200\r\nMax-Forwards: 70",
    );
    let statuses: Vec<_> = phone
        .say(&cancel)
        .iter()
        .filter_map(Message::status)
        .collect();
    assert_eq!(statuses, [200, 487]);
    assert!(matches!(
        phone.news().last(),
        Some(Event::Cancelled {
            reason: Some(_),
            ..
        })
    ));
    assert_eq!(
        phone.status_of(&cancel),
        200,
        "again: its INVITE is still known"
    );
}

#[test]
fn bye_on_an_early_dialog_cancels_it() {
    let mut phone = Phone::new();
    phone.say(&invite("", "v=0"));
    let Some(Event::Invite { session, .. }) = phone.news().pop() else {
        panic!()
    };
    phone.server.ring(phone.now, session);
    phone.drain();
    let ringing = message::parse(phone.mail.pop().unwrap().1, &Limits::default()).unwrap();
    let tag = String::from_utf8(ringing.to().unwrap().tag().unwrap().to_vec()).unwrap();
    let statuses: Vec<_> = phone
        .say(&in_dialog("BYE", 2, &tag, "", ""))
        .iter()
        .filter_map(Message::status)
        .collect();
    assert_eq!(statuses, [200, 487]);
    assert_eq!(
        phone.news(),
        [Event::Cancelled {
            session,
            reason: None
        }]
    );
}

#[test]
fn requests_in_a_dialog() {
    let mut phone = Phone::new();
    let (session, tag) = talk(&mut phone, "");
    assert_eq!(phone.status_of(&in_dialog("OPTIONS", 2, &tag, "", "")), 200);
    assert_eq!(phone.status_of(&in_dialog("UPDATE", 3, &tag, "", "")), 200);
    assert_eq!(
        phone.status_of(&in_dialog("REFER", 4, &tag, "", "")),
        403,
        "S14: a stranger transfers nobody"
    );
    assert_eq!(phone.status_of(&in_dialog("BYE", 5, "wrong", "", "")), 481);
    assert_eq!(
        phone.status_of(&in_dialog("INFO", 1, &tag, "", "")),
        500,
        "out of order"
    );
    assert_eq!(
        phone.status_of(&in_dialog(
            "INFO",
            5,
            &tag,
            "Content-Type: text/plain\r\n",
            "x"
        )),
        415
    );
    assert_eq!(phone.status_of(&in_dialog("INFO", 6, &tag, "", "")), 200);
    assert_eq!(phone.news(), []);
    phone.flow.remote = address("10.0.0.77:1");
    assert_eq!(
        phone.status_of(&in_dialog("BYE", 7, &tag, "", "")),
        200,
        "a carrier's other proxy"
    );
    assert!(
        matches!(phone.news().as_slice(), [Event::Ended { by: EndedBy::RemoteBye, session: ended, .. }] if *ended == session)
    );
}

#[test]
fn info_is_one_digit_a_press() {
    let mut phone = Phone::new();
    let (session, tag) = talk(&mut phone, "");
    let relay = "Content-Type: application/dtmf-relay\r\n";
    let text = in_dialog("INFO", 2, &tag, relay, "Signal=5\r\nDuration=160\r\n");
    assert_eq!(phone.status_of(&text), 200);
    assert_eq!(phone.status_of(&text), 200, "repeat");
    assert_eq!(
        phone.news(),
        [Event::Digit {
            session,
            digit: '5',
            duration_ms: 160
        }]
    );
    let plain = in_dialog("INFO", 3, &tag, "Content-Type: application/dtmf\r\n", "#");
    assert_eq!(phone.status_of(&plain), 200);
    assert_eq!(
        phone.news(),
        [Event::Digit {
            session,
            digit: '#',
            duration_ms: 160
        }]
    );
    assert_eq!(
        phone.status_of(&in_dialog("INFO", 4, &tag, relay, "Signal=%\r\n")),
        400
    );
    assert_eq!(phone.news(), []);
}

#[test]
fn reinvites_are_answered_refused_and_kept_apart() {
    let mut phone = Phone::new();
    let (session, tag) = talk(&mut phone, "");
    let sdp = "Content-Type: application/sdp\r\n";
    let hold = in_dialog("INVITE", 2, &tag, sdp, "v=0 offer");
    assert_eq!(phone.status_of(&hold), 0);
    assert_eq!(
        phone.news(),
        [Event::ReInvite {
            session,
            sdp: Some(OFFER)
        }]
    );
    assert_eq!(
        phone.status_of(&in_dialog("INVITE", 3, &tag, sdp, "v=0 offer")),
        500,
        "one at a time"
    );
    phone.server.accept_reinvite(phone.now, session, ANSWER);
    phone.drain();
    let ok = message::parse(phone.mail.pop().unwrap().1, &Limits::default()).unwrap();
    assert_eq!(
        (ok.status(), ok.sdp(), ok.cseq().unwrap().number),
        (Some(200), Some(ANSWER), 2)
    );
    assert_eq!(
        phone.status_of(&in_dialog("INVITE", 4, &tag, sdp, "v=0 offer")),
        491,
        "no ACK yet"
    );
    phone.say(&in_dialog("ACK", 2, &tag, "", ""));
    assert_eq!(
        phone.news(),
        [],
        "only the first ACK, or one with SDP, is news"
    );

    phone.say(&in_dialog("INVITE", 5, &tag, "", ""));
    assert_eq!(phone.news(), [Event::ReInvite { session, sdp: None }]);
    phone.server.reject_reinvite(phone.now, session, 488);
    phone.drain();
    let (_, bytes) = phone.mail.pop().unwrap();
    assert!(bytes.starts_with(b"SIP/2.0 488 "));
    phone.say(&in_dialog("ACK", 5, &tag, "", "").replace("z9hG4bKACK5", "z9hG4bKINVITE5"));

    phone.say(&in_dialog("INVITE", 6, &tag, sdp, "v=0 offer"));
    phone.news();
    let cancel = in_dialog("CANCEL", 6, &tag, "", "").replace("z9hG4bKCANCEL6", "z9hG4bKINVITE6");
    let statuses: Vec<_> = phone
        .say(&cancel)
        .iter()
        .filter_map(Message::status)
        .collect();
    assert_eq!(statuses, [200, 487], "only the re-INVITE ends");
    assert_eq!(phone.server.sizes().sessions, 1);

    // The target that the re-INVITEs moved to is where our BYE is addressed.
    phone.server.hang_up(phone.now, session, None);
    phone.drain();
    let (_, bye) = phone.mail.pop().unwrap();
    assert!(bye.starts_with(b"BYE sip:139@10.0.0.3:5064 SIP/2.0\r\n"));
    phone.mail.clear();
    phone.wait(Duration::from_secs(120));
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
}

#[test]
fn a_reinvite_whose_ok_is_never_acknowledged_ends_the_call() {
    let mut phone = Phone::new();
    let (session, tag) = talk(&mut phone, "");
    phone.say(&in_dialog(
        "INVITE",
        2,
        &tag,
        "Content-Type: application/sdp\r\n",
        "v=0 offer",
    ));
    phone.news();
    phone.server.accept_reinvite(phone.now, session, ANSWER);
    phone.wait(Duration::from_secs(33));
    assert_eq!(
        phone.news(),
        [Event::Ended {
            session,
            by: EndedBy::NoAck,
            reason: None
        }]
    );
}

#[test]
fn the_route_set_of_the_caller_is_followed() {
    let mut phone = Phone::new();
    let routes = "Record-Route: <sip:p2.example;lr>, <sip:p1.example;lr>\r\n";
    let (session, _) = talk(&mut phone, routes);
    phone.server.hang_up(phone.now, session, None);
    phone.drain();
    let bye = String::from_utf8_lossy(&phone.mail.pop().unwrap().1).into_owned();
    assert!(
        bye.starts_with("BYE sip:139@10.0.0.3:5063 SIP/2.0\r\n"),
        "{bye}"
    );
    assert!(
        bye.contains("Route: <sip:p2.example;lr>\r\nRoute: <sip:p1.example;lr>\r\n"),
        "{bye}"
    );

    let mut phone = Phone::new();
    let (session, _) = talk(
        &mut phone,
        "Record-Route: <sip:strict.example>, <sip:p1.example;lr>\r\n",
    );
    phone.server.hang_up(phone.now, session, None);
    phone.drain();
    let bye = String::from_utf8_lossy(&phone.mail.pop().unwrap().1).into_owned();
    assert!(
        bye.starts_with("BYE sip:strict.example SIP/2.0\r\n"),
        "{bye}"
    );
    assert!(
        bye.contains("Route: <sip:p1.example;lr>\r\nRoute: <sip:139@10.0.0.3:5063>\r\n"),
        "{bye}"
    );
}

#[test]
fn s7_too_many_sessions_are_503() {
    let mut small = config(SERVER, DOMAIN, &["4000"]);
    small.limits.sessions_max = 1;
    let mut phone = Phone::with(small);
    phone.say(&invite("", "v=0"));
    let second = invite("", "v=0")
        .replace("call1", "call2")
        .replace("invite1", "invite2");
    let answer = phone.say(&second).pop().unwrap();
    assert_eq!(
        (answer.status(), answer.number(Header::RetryAfter)),
        (Some(503), Some(10))
    );
}

/// Our Contact towards a phone that asked for that address of a listener on all addresses.
fn contact_behind_wildcard(asked: &str, public: &[&str]) -> String {
    let mut config = config(SERVER, DOMAIN, &["4000"]);
    config.listeners = vec![(Transport::Udp, address("0.0.0.0:5060"))];
    config.public = public.iter().map(|ip| ip.parse().unwrap()).collect();
    let mut phone = Phone::with(config);
    phone.flow.local = address(asked);
    phone.say(&invite("", "v=0"));
    let Some(Event::Invite { session, .. }) = phone.news().pop() else {
        panic!()
    };
    phone.server.ring(phone.now, session);
    phone.drain();
    let text = String::from_utf8_lossy(&phone.mail.pop().unwrap().1).into_owned();
    let contact = text.split("Contact: <sip:4000@").nth(1).unwrap();
    contact.split(';').next().unwrap().to_owned()
}

#[test]
fn behind_a_wildcard_a_public_address_outranks_the_one_that_was_asked() {
    for (asked, public, named) in [
        ("10.0.0.5:5060", &[][..], "10.0.0.5:5060"),
        ("10.0.0.5:5060", &["203.0.113.9"], "203.0.113.9:5060"),
        (
            "10.0.0.5:5060",
            &["203.0.113.9", "10.0.0.5"],
            "10.0.0.5:5060",
        ),
        ("10.0.0.5:5060", &["2001:db8::9"], "10.0.0.5:5060"),
        ("127.0.0.1:5060", &["203.0.113.9"], "127.0.0.1:5060"),
        // A listener of its own beside the wildcard.
        ("10.0.0.5:5070", &["203.0.113.9"], "10.0.0.5:5070"),
    ] {
        assert_eq!(
            contact_behind_wildcard(asked, public),
            named,
            "{asked} {public:?}"
        );
    }
}

#[test]
fn a_wildcard_listener_names_the_domain() {
    let mut wild = Phone::new();
    wild.flow.local = address("0.0.0.0:5060");
    wild.say(&invite("", "v=0"));
    let Some(Event::Invite { session, .. }) = wild.news().pop() else {
        panic!()
    };
    wild.server.ring(wild.now, session);
    wild.drain();
    let text = String::from_utf8_lossy(&wild.mail.pop().unwrap().1).into_owned();
    assert!(
        text.contains("Contact: <sip:4000@call.example.com:5060;transport=udp>\r\n"),
        "{text}"
    );
}
