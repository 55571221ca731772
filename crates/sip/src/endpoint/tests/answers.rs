//! What a phone may answer to our INVITE: repeats, forks, odd and late answers.

use super::{raw::Phone, world::*};
use crate::{
    message::{Header, Method, parse},
    *,
};
use core::time::Duration;

struct Called {
    phone: Phone,
    session: SessionId,
    invite: String,
}

fn called() -> Called {
    let mut phone = Phone::new();
    let session = phone.server.invite(
        phone.now,
        OutgoingInvite {
            hops_left: crate::HOPS_MAX,
            destination: Destination::Contact(Box::new(binding(
                Transport::Udp,
                SERVER,
                AGENT,
                "1001",
            ))),
            to_user: "1001".into(),
            from: Identity {
                display: None,
                user: "139".into(),
            },
            sdp: OFFER,
            headers: Vec::new(),
        },
    );
    phone.drain();
    let (to, bytes) = phone.mail.pop().unwrap();
    assert_eq!(to, phone.flow);
    let invite = String::from_utf8(bytes.to_vec()).unwrap();
    Called {
        phone,
        session,
        invite,
    }
}

impl Called {
    /// A response to the INVITE (or to what was made from it) with a tag.
    fn answer(&self, status: &str, tag: &str, extra: &str) -> String {
        let (_, headers) = self.invite.split_once("\r\n").unwrap();
        let kept = |name: &str| {
            headers
                .lines()
                .find(|line| line.starts_with(name))
                .unwrap()
                .to_owned()
        };
        let copied = ["Via", "From", "Call-ID", "CSeq"].map(kept).join("\r\n");
        format!(
            "SIP/2.0 {status}\r\n{copied}\r\n{};tag={tag}\r\n{extra}Content-Length: 0\r\n\r\n",
            kept("To")
        )
    }

    fn methods(&mut self, text: &str) -> Vec<Method> {
        self.phone
            .say(text)
            .iter()
            .filter_map(|message| message.method().cloned())
            .collect()
    }
}

const CONTACT: &str = "Contact: <sip:phone@10.0.0.3:5063;ob>\r\n";

#[test]
fn the_first_2xx_wins_its_repeats_are_acknowledged_and_forks_are_hung_up() {
    let mut called = called();
    let one = called.answer("200 OK", "one", CONTACT);
    assert_eq!(called.methods(&one), [Method::Ack]);
    let answered = Event::Answered {
        session: called.session,
        sdp: None,
        late: false,
    };
    assert_eq!(called.phone.news(), [answered]);
    assert_eq!(called.methods(&one), [Method::Ack]);
    let two = called.answer("200 OK", "two", CONTACT);
    assert_eq!(
        called.methods(&two),
        [Method::Ack, Method::Bye],
        "RFC 3261 §13.2.2.4"
    );
    assert_eq!(called.methods(&two), [Method::Ack], "a repeat of the fork");
    assert_eq!(called.phone.news(), []);

    let (now, session) = (called.phone.now, called.session);
    called.phone.server.hang_up(now, session, None);
    called.phone.drain();
    let bye = parse(called.phone.mail.pop().unwrap().1, &Limits::default()).unwrap();
    assert_eq!(
        bye.request_uri().unwrap().text,
        b"sip:phone@10.0.0.3:5063;ob"
    );
    assert_eq!(bye.to().unwrap().tag(), Some(&b"one"[..]));
    assert_eq!(bye.cseq().unwrap().number, 2);
    called.phone.mail.clear();
    assert_eq!(
        called.methods(&one),
        [Method::Ack],
        "the call is gone, its ACK is not"
    );
    called.phone.wait(Duration::from_secs(40));
    assert_eq!(called.phone.server.sizes(), endpoint::Sizes::default());
}

#[test]
fn cancel_and_the_ack_of_a_refusal_are_twins_of_the_invite() {
    let mut called = called();
    let ringing = called.answer("180 Ringing", "one", CONTACT);
    assert_eq!(called.methods(&ringing), []);
    let (now, session) = (called.phone.now, called.session);
    called
        .phone
        .server
        .hang_up(now, session, Some(Reason::answered_elsewhere()));
    called.phone.drain();
    let cancel = parse(called.phone.mail.pop().unwrap().1, &Limits::default()).unwrap();
    let refused = called.answer(
        "487 Request Terminated",
        "one",
        "Reason: SIP;cause=487\r\nRetry-After: 5 (busy);duration=1\r\n",
    );
    let ack = called.phone.say(&refused).pop().unwrap();
    let invite = parse(
        called.invite.clone().into_bytes().into(),
        &Limits::default(),
    )
    .unwrap();
    for twin in [&cancel, &ack] {
        assert_eq!(twin.first(Header::Via), invite.first(Header::Via));
        assert_eq!(twin.first(Header::From), invite.first(Header::From));
        assert_eq!(twin.call_id(), invite.call_id());
        assert_eq!(twin.cseq().unwrap().number, 1);
        assert_eq!(twin.request_uri(), invite.request_uri());
    }
    assert_eq!(cancel.first(Header::To), invite.first(Header::To));
    assert_eq!(
        cancel.text(Header::Reason).as_deref(),
        Some("SIP;cause=200;text=\"Call completed elsewhere\"")
    );
    assert_eq!(ack.to().unwrap().tag(), Some(&b"one"[..]));
    let news = called.phone.news();
    let Some(Event::Refused {
        status: 487,
        reason: Some(reason),
        retry_after_s: Some(5),
        ..
    }) = news.last()
    else {
        panic!("{news:?}")
    };
    assert_eq!(reason.cause, Some(487));
}

#[test]
fn odd_answers() {
    let rows = [
        ("302 Moved", "Contact: <sip:evil@10.6.6.6>\r\n", 302),
        (
            "401 Unauthorized",
            "WWW-Authenticate: Digest realm=\"call.example.com\", nonce=\"1\"\r\n",
            401,
        ),
        ("603 Decline", "", 603),
        ("699 Own words", "", 699),
    ];
    for (line, extra, expected) in rows {
        let mut called = called();
        let text = called.answer(line, "one", extra);
        assert_eq!(
            called.methods(&text),
            [Method::Ack],
            "{line}: one ACK and nothing else"
        );
        let news = called.phone.news();
        assert!(
            matches!(news.as_slice(), [Event::Refused { status, .. }] if *status == expected),
            "{news:?}"
        );
        assert_eq!(called.phone.server.sizes().sessions, 0);
    }
}

#[test]
fn the_route_of_the_answer_is_followed_backwards() {
    let mut called = called();
    let routes = "Record-Route: <sip:far.example;lr>, <sip:near.example;lr>\r\n";
    let text = called.answer("200 OK", "one", &format!("{CONTACT}{routes}"));
    let ack = called.phone.say(&text).pop().unwrap();
    let hops: Vec<_> = ack
        .all(Header::Route)
        .map(String::from_utf8_lossy)
        .collect();
    assert_eq!(hops, ["<sip:near.example;lr>", "<sip:far.example;lr>"]);
}

#[test]
fn an_answer_with_another_branch_is_a_stranger() {
    let mut called = called();
    let text = called
        .answer("200 OK", "one", CONTACT)
        .replace("branch=z9hG4bK", "branch=z9hG4bKx");
    assert_eq!(called.methods(&text), []);
    assert_eq!(called.phone.news(), []);
    assert_eq!(called.phone.server.counters().stray, 1);
}
