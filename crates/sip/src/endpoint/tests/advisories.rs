//! What other systems were hurt by, on the level of an endpoint: one test for each advisory that a message can carry.

use super::{raw::Phone, world::*};
use crate::{
    digest::Algorithm,
    message::{Message, Method},
    *,
};
use core::time::Duration;

/// A request in the hands of a stranger, with every header that it must have.
pub(super) fn request(method: &str, uri: &str, from: &str, extra: &str, body: &str) -> String {
    format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.3:5063;branch=z9hG4bKa;rport\r\nMax-Forwards: 70\r\n\
         From: {from};tag=f1\r\nTo: <{uri}>\r\nCall-ID: c1\r\nCSeq: 1 {method}\r\n{extra}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(super) const HOTLINE: &str = "sip:4000@call.example.com";
pub(super) const STRANGER: &str = "<sip:139@carrier.example>";
pub(super) const CALL: &str = "Contact: <sip:139@10.0.0.3:5063>\r\n";

/// A request with the proof of 1001, and its final answer.
pub(super) fn proven(phone: &mut Phone, method: &Method, uri: &str, extra: &str) -> Option<u16> {
    let first = phone.request(method.as_str(), uri, "1001", extra);
    let challenge = phone.say(&first).pop().unwrap();
    let line = phone.credentials(&challenge, Algorithm::Md5, "1001", "secret", method, uri);
    let second = phone.request(method.as_str(), uri, "1001", &format!("{line}{extra}"));
    phone.say(&second).first().and_then(Message::status)
}

fn nothing_left(phone: &mut Phone) {
    phone.wait(Duration::from_secs(120));
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
}

#[test]
fn advisory_1_a_method_of_1500_bytes_is_answered_and_forgotten() {
    let long = "M".repeat(1_500);
    let mut phone = Phone::new();
    let text = request(&long, HOTLINE, STRANGER, CALL, "");
    assert_eq!(phone.status_of(&text), 501);
    let other =
        request("INVITE", HOTLINE, STRANGER, CALL, "").replace("1 INVITE", &format!("1 {long}"));
    assert_eq!(phone.status_of(&other), 400);
    assert_eq!(
        phone.server.counters().requests.len(),
        1,
        "all of them are one row"
    );
    nothing_left(&mut phone);
}

#[test]
fn advisory_2_odd_boundaries_are_refused_or_found_empty() {
    let kinds = [
        "multipart/mixed",
        "multipart/mixed;boundary=",
        "multipart/mixed;boundary=\"\"",
        "multipart/mixed;boundary=\"\r\n\"",
        "multipart/mixed;boundary=x;boundary=y",
        "multipart/mixed;boundary=x",
    ];
    let long = format!("multipart/mixed;boundary={}", "b".repeat(5_000));
    let bodies = [
        "",
        "--",
        "----",
        "--x",
        "--x--",
        "\n--x\n\n--x--\n",
        "--x\r\n--x\r\n--x--",
        "--x\r\nContent-Type: application/sdp",
    ];
    for kind in kinds.into_iter().chain([long.as_str()]) {
        for body in bodies {
            let mut phone = Phone::new();
            let kind = format!("{CALL}Content-Type: {kind}\r\n");
            let text = request("INVITE", HOTLINE, STRANGER, &kind, body);
            let status = phone.status_of(&text);
            let is_call = phone.news().len() == 1;
            assert!(
                matches!(status, 400 | 415) != is_call,
                "{status} {kind} {body:?}"
            );
            // Nothing at all, or two parts with nothing in them: a call without SDP.
            let is_empty = body.is_empty() || body == "--x\r\n--x\r\n--x--";
            assert!(!is_call || is_empty, "a call out of {body:?}");
        }
    }
    // The message of the advisory had LF alone.
    let mut phone = Phone::new();
    let text = request("INVITE", HOTLINE, STRANGER, CALL, "--x").replace("\r\n", "\n");
    assert_eq!(phone.status_of(&text), 0);
    assert_eq!(phone.server.counters().unframable.values().sum::<u64>(), 1);
}

#[test]
fn advisory_6_numbers_out_of_range_are_refused_or_read_as_none() {
    let rows = [
        (
            "Call-ID: c1",
            "Call-ID: c1\r\nMax-Forwards: 4294967296",
            400,
        ),
        ("CSeq: 1 ", "CSeq: 2147483648 ", 400),
        ("CSeq: 1 ", "CSeq: 18446744073709551617 ", 400),
        ("10.0.0.3:5063;branch", "10.0.0.3:65536;branch", 400),
        (
            "sip:4000@call.example.com>",
            "sip:4000@call.example.com:65536>",
            400,
        ),
        ("<sip:139@10.0.0.3:5063>", "<sip:139@10.0.0.3:99999>", 400),
        ("Content-Length: 0", "Content-Length: -1", 400),
        ("Content-Length: 0", "Content-Length: 4294967296", 400),
        (
            "10.0.0.3:5063;branch",
            "10.0.0.3:5063;ttl=4294967296;branch",
            0,
        ),
        ("Call-ID: c1", "Call-ID: c1\r\nExpires: 4294967296", 0),
        (
            "Call-ID: c1",
            "Call-ID: c1\r\nTimestamp: 99999999999999999999.9e9",
            0,
        ),
        (
            "Call-ID: c1",
            "Call-ID: c1\r\nSession-Expires: 4294967296",
            0,
        ),
        (
            "Call-ID: c1",
            "Call-ID: c1\r\nMin-SE: 99999999999999999999",
            0,
        ),
    ];
    for (from, to, status) in rows {
        let mut phone = Phone::new();
        let text = request("INVITE", HOTLINE, STRANGER, CALL, "").replacen(from, to, 1);
        assert_eq!(phone.status_of(&text), status, "{to}");
        assert_eq!(phone.news().len(), usize::from(status == 0), "{to}");
    }
    let mut phone = Phone::new();
    let contact = "Contact: <sip:1001@10.0.0.3:5063>;expires=99999999999999999999;q=1e9;reg-id=4294967296\r\n";
    assert_eq!(
        phone.register("1001", "secret", contact).status(),
        Some(200)
    );
}

#[test]
fn advisory_10_each_mandatory_header_missing() {
    for method in [
        "INVITE",
        "SUBSCRIBE",
        "REGISTER",
        "REFER",
        "MESSAGE",
        "OPTIONS",
        "BYE",
    ] {
        let whole = request(method, HOTLINE, STRANGER, CALL, "");
        for name in [
            "Via",
            "From",
            "To",
            "Call-ID",
            "CSeq",
            "Contact",
            "Max-Forwards",
        ] {
            let kept = whole.split_inclusive("\r\n");
            let text: String = kept
                .filter(|line| !line.starts_with(&format!("{name}:")))
                .collect();
            assert_ne!(text, whole, "{name}");
            let mut phone = Phone::new();
            let status = phone.status_of(&text);
            match name {
                // Nobody can be answered.
                "Via" => assert_eq!(status, 0, "{method}"),
                "From" | "To" | "Call-ID" | "CSeq" => assert_eq!(status, 400, "{method} {name}"),
                "Contact" => assert_eq!(status == 400, method == "INVITE", "{method}"),
                // RFC 3261 §16.3: its absence is no fault.
                _ => assert_ne!(status, 400, "{method}"),
            }
            let is_call = method == "INVITE" && name == "Max-Forwards";
            assert_eq!(phone.news().len(), usize::from(is_call), "{method} {name}");
        }
    }
    // What makes a dialog and proves a password needs a Contact all the same.
    let mut phone = Phone::new();
    let event = "Event: dialog\r\n";
    assert_eq!(
        proven(
            &mut phone,
            &Method::Subscribe,
            "sip:1002@call.example.com",
            event
        ),
        Some(400)
    );
    assert_eq!(phone.server.sizes().subscriptions, 0);
}

#[test]
fn advisory_13_many_accept_headers_and_many_tokens_in_one() {
    let many = "Accept: a/b\r\n".repeat(100);
    let long = format!(
        "Accept: {}application/dialog-info+xml\r\n",
        "a/b, ".repeat(1_500)
    );
    let too_many = "Accept: a/b\r\n".repeat(200);
    for (accept, status) in [(many, 406), (long, 200), (too_many, 400)] {
        let mut phone = Phone::new();
        let extra = format!("Event: dialog\r\nContact: <sip:1001@10.0.0.3:5063>\r\n{accept}");
        let uri = "sip:1002@call.example.com";
        let first = phone.request("SUBSCRIBE", uri, "1001", &extra);
        let answer = phone.say(&first).pop().unwrap();
        let got = match answer.status() {
            Some(407) => proven(&mut phone, &Method::Subscribe, uri, &extra),
            other => other,
        };
        assert_eq!(got, Some(status));
    }
}

/// Calls in every stage, then the connection is gone.
#[test]
fn advisory_14_a_connection_that_closes_in_mid_call_leaves_nothing() {
    for stage in 0..4 {
        let mut phone = Phone::new();
        phone.flow = flow(Transport::Tcp, SERVER, "10.0.0.3:40000");
        let text = request("INVITE", HOTLINE, STRANGER, CALL, "").replace("UDP", "TCP");
        phone.say(&text);
        let Some(Event::Invite { session, .. }) = phone.news().pop() else {
            panic!("{stage}")
        };
        match stage {
            0 => {}
            1 => phone.server.ring(phone.now, session),
            2 => phone.server.answer(phone.now, session, ANSWER),
            _ => phone.server.reject(phone.now, session, Refusal::new(486)),
        }
        phone.server.handle_flow_closed(phone.now, phone.flow);
        phone.drain();
        // What the owner does with the news, and what he did not know yet.
        phone.server.hang_up(phone.now, session, None);
        phone.server.answer(phone.now, session, ANSWER);
        phone.drain();
        nothing_left(&mut phone);
    }
}

#[test]
fn advisory_16_a_lying_content_length_waits_for_nothing() {
    for length in [
        "4",
        "65535",
        "65536",
        "99999999999999999999",
        "0x10",
        "-4",
        "3 3",
    ] {
        let mut phone = Phone::new();
        let text = request("INVITE", HOTLINE, STRANGER, CALL, "v=0")
            .replace("Content-Length: 3", &format!("Content-Length: {length}"));
        assert_eq!(phone.status_of(&text), 400, "{length}");
        assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
    }
}

/// A certificate's address in a header is text: nothing is fetched, resolved or connected to.
#[test]
fn advisory_21_and_22_an_identity_header_is_neither_followed_nor_needed_whole() {
    let rows = [
        "Identity: eyJ.e30.sig;info=<http://169.254.169.254/latest/meta-data>;alg=ES256;ppt=shaken",
        "Identity: eyJ",
        "Identity: ;",
        "Identity:",
        "y: ;;;info=<>",
        "Identity-Info: <https://localhost/x.pem>;alg=rsa-sha1",
        "Call-Info: <http://127.0.0.1/>;purpose=icon\r\nAlert-Info: <http://[::1]/>\r\nError-Info: <sip:x@y>",
    ];
    for row in rows {
        let mut phone = Phone::new();
        let text = request("INVITE", HOTLINE, STRANGER, &format!("{CALL}{row}\r\n"), "");
        assert_eq!(phone.status_of(&text), 0, "{row}");
        assert!(
            matches!(phone.news().as_slice(), [Event::Invite { .. }]),
            "{row}"
        );
        assert_eq!(phone.outward, [], "{row}");
    }
}

#[test]
fn advisory_25_a_notify_of_a_stranger_is_refused_and_the_next_request_answered() {
    let body = format!(
        "Messages-Waiting: yes\r\nMessage-Account: sip:{}@x\r\nVoice-Message: 4294967296/-1\r\n",
        "a".repeat(12_000)
    );
    for to_tag in ["", ";tag=unknown"] {
        let mut phone = Phone::new();
        let extra = "Event: message-summary\r\nSubscription-State: active\r\nContent-Type: application/simple-message-summary\r\n";
        let text = request("NOTIFY", HOTLINE, STRANGER, extra, &body).replace(
            &format!("To: <{HOTLINE}>"),
            &format!("To: <{HOTLINE}>{to_tag}"),
        );
        let status = phone.status_of(&text);
        assert_eq!(status, if to_tag.is_empty() { 405 } else { 481 });
        let probe = request("OPTIONS", HOTLINE, STRANGER, "", "").replace("z9hG4bKa", "z9hG4bKb");
        assert_eq!(phone.status_of(&probe), 200, "signalling goes on");
        assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
    }
}

#[test]
fn advisory_32_long_tags_branches_and_call_ids_are_carried_whole() {
    let long = |letter: &str| letter.repeat(7_000);
    let mut phone = Phone::new();
    let text = request("INVITE", HOTLINE, STRANGER, CALL, "")
        .replace("tag=f1", &format!("tag={}", long("t")))
        .replace("z9hG4bKa", &format!("z9hG4bK{}", long("b")))
        .replace("Call-ID: c1", &format!("Call-ID: {}", long("c")));
    let trying = phone.say(&text).pop().unwrap();
    assert_eq!(trying.status(), Some(100));
    assert_eq!(trying.via().unwrap().branch().unwrap().len(), 7_007);
    assert_eq!(trying.from().unwrap().tag().unwrap().len(), 7_000);
    // The transaction is found by all of it, not by its first part.
    let cut = text
        .replace("INVITE", "CANCEL")
        .replace("bbb;rport", "bb;rport");
    assert_eq!(phone.status_of(&cut), 481);
    let cancel = text.replace("INVITE", "CANCEL");
    let statuses: Vec<_> = phone
        .say(&cancel)
        .iter()
        .filter_map(Message::status)
        .collect();
    assert_eq!(statuses, [200, 487]);
    nothing_left(&mut phone);
    // One byte more than a header line may have.
    let mut phone = Phone::new();
    let text = request("INVITE", HOTLINE, STRANGER, CALL, "")
        .replace("tag=f1", &format!("tag={}", "t".repeat(9_000)));
    assert_eq!(phone.status_of(&text), 400);
}

#[test]
fn advisory_33_white_space_before_the_colon_smuggles_no_header_past_anybody() {
    let mut phone = Phone::new();
    let extra = format!(
        "P-Asserted-Identity : <sip:1001@call.example.com>\r\nDiversion\t: <sip:1002@call.example.com>\r\n{CALL}"
    );
    assert_eq!(
        phone.status_of(&request("INVITE", HOTLINE, STRANGER, &extra, "")),
        0
    );
    let news = phone.news();
    let [Event::Invite { invite, .. }] = news.as_slice() else {
        panic!("{news:?}")
    };
    assert_eq!(
        (invite.caller.user.as_str(), &invite.authenticated),
        ("139", &None)
    );
    assert_eq!(invite.diversions, []);
    // Nor does it hide a second one of what may stand once.
    let extra = format!("{CALL}Content-Length : 3\r\n");
    assert_eq!(
        Phone::new().status_of(&request("INVITE", HOTLINE, STRANGER, &extra, "")),
        400
    );
}

/// S8: every wait has its end. Everything is started at once, and nobody ever answers.
#[test]
fn s8_whatever_waits_ends_by_itself() {
    let mut setting = config(SERVER, DOMAIN, &["4000"]);
    setting.registration.probe_every = Some(Duration::from_secs(20));
    let mut phone = Phone::with(setting);
    let contact = "Contact: <sip:1001@10.0.0.3:5063>\r\n";
    phone.register("1001", "secret", contact);
    let binding = phone.server.bindings("1001")[0].clone();
    let colleague = "sip:1001@call.example.com";
    let subscribe = format!("{contact}Event: dialog\r\n");
    assert_eq!(
        proven(&mut phone, &Method::Subscribe, colleague, &subscribe),
        Some(200)
    );
    phone
        .say(&request("INVITE", HOTLINE, STRANGER, CALL, "").replace("Call-ID: c1", "Call-ID: c2"));
    let Some(Event::Invite { session, .. }) = phone.news().pop() else {
        panic!()
    };
    phone.server.answer(phone.now, session, ANSWER);
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
    let sizes = phone.server.sizes();
    assert_eq!(
        (sizes.sessions, sizes.subscriptions, sizes.registered),
        (2, 1, 1)
    );
    phone.wait(Duration::from_secs(7_300));
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default());
    assert_eq!(phone.server.poll_timeout(), None, "no timer goes on");
}
