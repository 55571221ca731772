//! What is said before the answer: early dialogs, reliable 1xx and their PRACK (RFC 3261 §12.1, RFC 3262), long ringing.

use super::{handset::*, raw::Phone, world::*};
use crate::{
    message::{Header, Message, Method},
    *,
};
use core::time::Duration;

fn reliable(rseq: u32) -> String {
    format!("{ALLOW_ALL}Require: 100rel\r\nRSeq: {rseq}\r\n")
}

fn ringing(session: SessionId, status: u16, sdp: Option<&'static str>) -> Event {
    Event::Ringing {
        session,
        status,
        sdp: sdp.map(Into::into),
    }
}

/// As UAC: once, in order, in the dialog of the phone that asks for it.
#[test]
fn rfc3262_4_each_reliable_1xx_is_acknowledged_once_and_in_order() {
    let mut phone = Handset::called();
    assert!(
        phone
            .invite
            .text(Header::Supported)
            .unwrap()
            .contains("100rel")
    );
    assert_eq!(phone.invite.first(Header::Require), None, "never required");
    let back = phone.answers("180 Ringing", "one", &reliable(7), "");
    assert_eq!(words(&back), ["PRACK"]);
    assert_eq!(back[0].text(Header::RAck).as_deref(), Some("7 1 INVITE"));
    assert_eq!(back[0].cseq().unwrap().number, 2);
    assert_eq!(back[0].to().unwrap().tag(), Some(&b"one"[..]));
    assert_eq!(phone.phone.news(), [ringing(phone.session, 180, None)]);
    assert_eq!(
        phone.answers("180 Ringing", "one", &reliable(7), ""),
        [],
        "a repeat"
    );
    assert_eq!(
        phone.answers("183 Progress", "one", &reliable(8), "v=0 early"),
        [],
        "not before the first PRACK is answered"
    );
    phone.replies(&back[0], "200 OK", "", "");
    assert_eq!(
        phone.answers("183 Progress", "one", &reliable(9), ""),
        [],
        "a gap"
    );
    assert_eq!(phone.phone.news(), []);
    let back = phone.answers("183 Progress", "one", &reliable(8), "v=0 early");
    assert_eq!(back[0].text(Header::RAck).as_deref(), Some("8 1 INVITE"));
    assert_eq!(
        phone.phone.news(),
        [ringing(phone.session, 183, Some("v=0 early"))]
    );
    phone.replies(&back[0], "200 OK", "", "");

    // The 2xx: ACK has the number of the INVITE, the next request one that no PRACK had; the first SDP was the answer.
    let back = phone.answers("200 OK", "one", ALLOW_ALL, "");
    assert_eq!(
        (words(&back), back[0].cseq().unwrap().number),
        (vec!["ACK".to_owned()], 1)
    );
    let answered = Event::Answered {
        session: phone.session,
        sdp: Some("v=0 early".into()),
        late: false,
    };
    assert_eq!(phone.phone.news(), [answered]);
    let bye = phone.owner(|node, now, id| node.hang_up(now, id, None));
    assert_eq!(bye[0].cseq().unwrap().number, 4);
    phone.replies(&bye[0], "200 OK", "", "");
    phone.expect_nothing_left();
}

#[test]
fn rfc3262_a_prack_is_repeated_until_it_is_answered_and_its_refusal_changes_nothing() {
    let mut phone = Handset::called();
    phone.answers("180 Ringing", "one", &reliable(1), "");
    let mail = phone.waits(2);
    assert_eq!(words(&mail), ["PRACK", "PRACK"], "0.5 and 1.5 s");
    phone.replies(&mail[0], "481 No", "", "");
    phone.phone.news();
    phone.picks_up(ALLOW_ALL);
}

/// RFC 3261 §12.1.2: two phones behind one INVITE are two dialogs; the one that loses leaves nothing.
#[test]
fn rfc3261_13_2_2_4_phones_that_fork_are_acknowledged_apart() {
    let mut phone = Handset::called();
    let one = phone.answers("183 Progress", "one", &reliable(1), "v=0 one");
    let two = phone.answers("183 Progress", "two", &reliable(90), "v=0 two");
    for (prack, tag) in [(&one[0], "one"), (&two[0], "two")] {
        assert_eq!(prack.to().unwrap().tag(), Some(tag.as_bytes()));
        assert_eq!(
            prack.cseq().unwrap().number,
            2,
            "each dialog counts by itself"
        );
        phone.replies(prack, "200 OK", "", "");
    }
    assert_eq!(phone.phone.server.sizes().dialogs, 2);
    phone.phone.news();
    let back = phone.answers("200 OK", "two", ALLOW_ALL, "");
    assert_eq!(words(&back), ["ACK"]);
    let news = phone.phone.news();
    assert!(
        matches!(news.as_slice(), [Event::Answered { sdp: Some(sdp), .. }] if sdp == "v=0 two"),
        "{news:?}"
    );
    assert_eq!(phone.phone.server.sizes().dialogs, 1);
    let back = phone.answers("200 OK", "one", ALLOW_ALL, "v=0 one");
    assert_eq!(words(&back), ["ACK", "BYE"]);
    assert!(back[1].cseq().unwrap().number > 2, "its PRACK had 2");
    phone.replies(&back[1], "200 OK", "", "");
    let bye = phone.owner(|node, now, id| node.hang_up(now, id, None));
    phone.replies(&bye[0], "200 OK", "", "");
    phone.expect_nothing_left();
}

#[test]
fn rfc6228_a_phone_that_gave_up_is_no_news() {
    let mut phone = Handset::called();
    phone.answers("180 Ringing", "one", ALLOW_ALL, "");
    phone.answers("180 Ringing", "two", ALLOW_ALL, "");
    assert_eq!(phone.phone.news().len(), 2);
    phone.answers("199 Gone", "one", ALLOW_ALL, "");
    assert_eq!(phone.phone.news(), []);
    assert_eq!(phone.phone.server.sizes().dialogs, 1);
}

/// S7: eight phones; a ninth is heard, but has no dialog.
#[test]
fn s7_early_dialogs_of_one_invite_are_bounded() {
    let mut phone = Handset::called();
    for number in 0..20 {
        let back = phone.answers("180 Ringing", &format!("t{number}"), &reliable(1), "");
        assert_eq!(back.len(), usize::from(number < 8), "{number}");
    }
    assert_eq!(phone.phone.server.sizes().dialogs, 8);
    phone.phone.news();
    phone.answers("180 Ringing", "t30", ALLOW_ALL, "");
    assert_eq!(phone.phone.news(), [ringing(phone.session, 180, None)]);
    let back = phone.answers("486 Busy", "t30", "", "");
    assert_eq!(words(&back), ["ACK"]);
    phone.expect_nothing_left();
}

#[test]
fn rfc3262_a_reliable_1xx_that_cannot_be_acknowledged_is_dropped() {
    for lines in [
        "Require: 100rel\r\n",
        "Require: 100rel\r\nRSeq: 1\r\n",
        "Require: 100rel\r\nRSeq: x\r\n",
    ] {
        let mut phone = Handset::called();
        assert_eq!(
            phone.answers("180 Ringing", "one", lines, ""),
            [],
            "{lines}"
        );
        assert_eq!(phone.phone.news(), []);
    }
}

/// RFC 3311 §5.2 in an early dialog: our offer is open until a reliable 1xx has answered it.
#[test]
fn rfc3311_an_update_before_the_answer() {
    let mut phone = Handset::called();
    phone.answers("180 Ringing", "one", ALLOW_ALL, "");
    assert_eq!(phone.status_of("UPDATE", "", ""), 200);
    assert_eq!(phone.status_of("UPDATE", "", "v=0 early"), 491);
    let back = phone.answers("183 Progress", "one", &reliable(1), "v=0 answer");
    phone.replies(&back[0], "200 OK", "", "");
    phone.phone.news();
    assert_eq!(phone.status_of("UPDATE", "", "v=0 early"), 0);
    let offer = Event::ReInvite {
        session: phone.session,
        sdp: Some("v=0 early".into()),
    };
    assert_eq!(phone.phone.news(), [offer]);
    let ok = phone.owner(|node, now, id| node.accept_reinvite(now, id, ANSWER));
    assert_eq!(words(&ok), ["200"]);
    assert_eq!(phone.status_of("INVITE", "", "v=0"), 491, "RFC 3261 §14.2");
    assert_eq!(phone.status_of("BYE", "", ""), 200);
    phone.answers("487 Terminated", "one", "", "");
    phone.expect_nothing_left();
}

/// The answer of the 1xx is not what stands any more: the owner keeps what the UPDATE has agreed on.
#[test]
fn rfc3311_what_an_early_update_has_agreed_on_outlives_the_answer() {
    let mut phone = Handset::called();
    let back = phone.answers("183 Progress", "one", &reliable(1), "v=0 answer");
    phone.replies(&back[0], "200 OK", "", "");
    assert_eq!(phone.status_of("UPDATE", "", "v=0 moved"), 0);
    phone.owner(|node, now, id| node.accept_reinvite(now, id, ANSWER));
    phone.phone.news();
    phone.answers("200 OK", "one", ALLOW_ALL, "");
    let answered = Event::Answered {
        session: phone.session,
        sdp: None,
        late: false,
    };
    assert_eq!(phone.phone.news(), [answered]);
}

/// A stranger's call, and what he says in its dialog.
struct Caller {
    phone: Phone,
    session: SessionId,
    tag: String,
}

impl Caller {
    fn calls(extra: &str, sdp: &str) -> Self {
        let mut phone = Phone::new();
        phone.flow = flow(Transport::Tcp, SERVER, AGENT);
        let text = say("INVITE", 1, "", extra, sdp);
        phone.say(&text);
        let Some(Event::Invite { session, .. }) = phone.news().pop() else {
            panic!("no Invite")
        };
        Self {
            phone,
            session,
            tag: String::new(),
        }
    }

    fn owner(&mut self, act: impl FnOnce(&mut Endpoint, Duration, SessionId)) -> Vec<Message> {
        act(&mut self.phone.server, self.phone.now, self.session);
        self.phone.drain();
        self.mail()
    }

    fn mail(&mut self) -> Vec<Message> {
        let mail = core::mem::take(&mut self.phone.mail);
        let parse = |bytes| message::parse(bytes, &Limits::default()).unwrap();
        let messages: Vec<Message> = mail.into_iter().map(|(_, bytes)| parse(bytes)).collect();
        if let Some(tag) = messages.iter().find_map(|message| message.to()?.tag()) {
            self.tag = format!(";tag={}", String::from_utf8_lossy(tag));
        }
        messages
    }

    fn waits(&mut self, seconds: u64) -> Vec<Message> {
        self.phone.wait(Duration::from_secs(seconds));
        self.mail()
    }

    fn prack(&mut self, cseq: u32, rack: &str, sdp: &str) -> Vec<Message> {
        let text = say("PRACK", cseq, &self.tag, &format!("RAck: {rack}\r\n"), sdp);
        self.phone.say(&text)
    }
}

fn say(method: &str, cseq: u32, tag: &str, extra: &str, sdp: &str) -> String {
    let kind = if sdp.is_empty() {
        ""
    } else {
        "Content-Type: application/sdp\r\n"
    };
    format!(
        "{method} sip:4000@call.example.com SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.3:5063;branch=z9hG4bK{method}{cseq}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:139@carrier.example>;tag=f1\r\nTo: <sip:4000@call.example.com>{tag}\r\n\
         Call-ID: c1\r\nCSeq: {cseq} {method}\r\nContact: <sip:139@10.0.0.3:5063;transport=tcp>\r\n{extra}{kind}Content-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    )
}

fn rseq(message: &Message) -> Option<u32> {
    let mut required = message.tokens(Header::Require);
    required
        .any(|tag| tag == b"100rel")
        .then(|| message.number(Header::RSeq).unwrap())
}

#[test]
fn rfc3262_3_who_gets_a_reliable_1xx() {
    for (extra, ring, progress) in [
        ("", false, false),
        ("Supported: 100rel\r\n", false, true),
        ("Require: 100rel\r\n", true, true),
    ] {
        let mut caller = Caller::calls(extra, "v=0");
        let mail = caller.owner(|node, now, id| node.ring(now, id));
        assert_eq!(rseq(&mail[0]).is_some(), ring, "{extra}");
        let mut caller = Caller::calls(extra, "v=0");
        let mail = caller.owner(|node, now, id| node.progress(now, id, ANSWER));
        assert_eq!(rseq(&mail[0]).is_some(), progress, "{extra}");
        assert_eq!(mail[0].sdp(), Some(ANSWER));
    }
}

#[test]
fn rfc3262_3_a_2xx_waits_for_the_prack_of_a_1xx_with_sdp() {
    let mut caller = Caller::calls("Supported: 100rel\r\n", "v=0");
    let mail = caller.owner(|node, now, id| node.progress(now, id, ANSWER));
    let number = rseq(&mail[0]).unwrap();
    assert_eq!(
        caller.owner(|node, now, id| {
            node.answer(now, id, ANSWER);
            node.answer(now, id, OFFER);
        }),
        []
    );
    let strays = [
        format!("{} 1 INVITE", number + 1),
        format!("{number} 2 INVITE"),
        format!("{number} 1 BYE"),
        String::new(),
        "x".into(),
    ];
    for (cseq, stray) in (2..).zip(strays) {
        assert_eq!(words(&caller.prack(cseq, &stray, "")), ["481"], "{stray}");
    }
    let back = caller.prack(90, &format!("{number} 1 INVITE"), "");
    assert_eq!(words(&back), ["200", "200"], "PRACK, then INVITE");
    let ok = &back[1];
    assert_eq!(ok.cseq().unwrap().method, Method::Invite);
    assert_eq!(ok.sdp(), None, "one answer to one offer (RFC 3261 §13.2.1)");
    let ack = say("ACK", 1, &caller.tag, "", "");
    assert_eq!(words(&caller.phone.say(&ack)), [""; 0]);
    let acked = Event::Acked {
        session: caller.session,
        sdp: None,
    };
    assert_eq!(caller.phone.news(), [acked]);
    assert_eq!(
        words(&caller.prack(91, &format!("{number} 1 INVITE"), "")),
        ["481"]
    );
}

#[test]
fn rfc3262_5_an_answer_that_differs_from_the_settled_one_is_a_change() {
    let mut caller = Caller::calls("Supported: 100rel\r\n", "v=0");
    let mail = caller.owner(|node, now, id| node.progress(now, id, OFFER));
    let rack = format!("{} 1 INVITE", rseq(&mail[0]).unwrap());
    caller.prack(2, &rack, "");
    let mail = caller.owner(|node, now, id| node.answer(now, id, ANSWER));
    assert_eq!(mail[0].sdp(), None);
    let ack = say("ACK", 1, &caller.tag, "", "");
    let back = caller.phone.say(&ack);
    assert_eq!(words(&back), ["INVITE"]);
    assert_eq!(back[0].sdp(), Some(ANSWER));
}

/// A refresh repeats what stands (RFC 4028 §7.4), not what stood before the caller's UPDATE.
#[test]
fn rfc3311_what_a_callers_early_update_has_agreed_on_is_what_a_refresh_repeats() {
    let mut caller = Caller::calls("Supported: 100rel\r\n", "v=0");
    let mail = caller.owner(|node, now, id| node.progress(now, id, ANSWER));
    caller.prack(2, &format!("{} 1 INVITE", rseq(&mail[0]).unwrap()), "");
    let update = say("UPDATE", 3, &caller.tag, "", "v=0 moved");
    caller.phone.say(&update);
    let mail = caller.owner(|node, now, id| node.accept_reinvite(now, id, "v=0 yes".into()));
    assert_eq!(words(&mail), ["200"]);
    let mail = caller.owner(|node, now, id| node.answer(now, id, ANSWER));
    assert_eq!((words(&mail), mail[0].sdp()), (vec!["200".into()], None));
    let ack = say("ACK", 1, &caller.tag, "", "");
    assert_eq!(words(&caller.phone.say(&ack)), [""; 0]);
    let mail = caller.waits(901);
    assert_eq!(mail[0].method(), Some(&Method::Invite));
    assert_eq!(mail[0].sdp(), Some("v=0 yes".into()));
    let session = caller.phone.server.sessions.get(&caller.session);
    let media = &session.unwrap().media;
    assert_eq!(media.heard().as_deref(), Some(&b"v=0 moved"[..]));
}

/// RFC 3261 §13.2.1: the first SDP is the answer. A second one would be heard by nobody.
#[test]
fn rfc3262_5_what_is_settled_is_not_said_anew() {
    let mut caller = Caller::calls("Supported: 100rel\r\n", "v=0");
    let mail = caller.owner(|node, now, id| node.progress(now, id, ANSWER));
    caller.prack(2, &format!("{} 1 INVITE", rseq(&mail[0]).unwrap()), "");
    let mail = caller.owner(|node, now, id| node.progress(now, id, OFFER));
    assert_eq!((mail[0].status(), mail[0].sdp()), (Some(183), None));
    caller.prack(3, &format!("{} 1 INVITE", rseq(&mail[0]).unwrap()), "");
    let mail = caller.owner(|node, now, id| node.answer(now, id, ANSWER));
    assert_eq!(words(&mail), ["200"]);
    let ack = say("ACK", 1, &caller.tag, "", "");
    assert_eq!(words(&caller.phone.say(&ack)), [""; 0], "nothing to change");
}

#[test]
fn rfc3262_5_an_offer_in_a_prack_is_the_owners_business() {
    let mut caller = Caller::calls("Supported: 100rel\r\n", "v=0");
    let mail = caller.owner(|node, now, id| node.progress(now, id, ANSWER));
    let rack = format!("{} 1 INVITE", rseq(&mail[0]).unwrap());
    assert_eq!(caller.prack(2, &rack, "v=0 more"), []);
    let offer = Event::ReInvite {
        session: caller.session,
        sdp: Some("v=0 more".into()),
    };
    assert_eq!(caller.phone.news(), [offer]);
    let mail = caller.owner(|node, now, id| node.accept_reinvite(now, id, "v=0 yes".into()));
    assert_eq!(
        (words(&mail), mail[0].sdp()),
        (vec!["200".to_owned()], Some("v=0 yes".into()))
    );
    assert_eq!(mail[0].cseq().unwrap().method, Method::Prack);

    // The offer of the INVITE has no answer yet: a second one is too early.
    let mut caller = Caller::calls("Require: 100rel\r\n", "v=0");
    let mail = caller.owner(|node, now, id| node.ring(now, id));
    let rack = format!("{} 1 INVITE", rseq(&mail[0]).unwrap());
    assert_eq!(words(&caller.prack(2, &rack, "v=0 more")), ["500"]);
}

#[test]
fn rfc3262_5_a_late_offer_in_a_1xx_is_answered_by_the_prack() {
    let mut caller = Caller::calls("Supported: 100rel\r\n", "");
    let mail = caller.owner(|node, now, id| node.progress(now, id, OFFER));
    let rack = format!("{} 1 INVITE", rseq(&mail[0]).unwrap());
    assert_eq!(words(&caller.prack(2, &rack, "v=0 answer")), ["200"]);
    let acked = |sdp| Event::Acked {
        session: caller.session,
        sdp,
    };
    assert_eq!(caller.phone.news(), [acked(Some(ANSWER))]);
    let (session, news) = (caller.session, acked(None));
    caller.phone.server.answer(caller.phone.now, session, OFFER);
    caller.phone.drain();
    let ok = caller.mail();
    assert_eq!(ok[0].sdp(), None);
    let ack = say("ACK", 1, &caller.tag, "", "");
    assert_eq!(
        words(&caller.phone.say(&ack)),
        [""; 0],
        "nothing is missing in this ACK"
    );
    assert_eq!(caller.phone.news(), [news]);
}

#[test]
fn rfc3262_3_a_1xx_without_a_prack_is_repeated_and_refused_in_the_end() {
    let mut caller = Caller::calls("Require: 100rel\r\n", "v=0");
    caller.owner(|node, now, id| node.ring(now, id));
    // One at a time; of many that wait, the latest stay.
    for _ in 0..10 {
        assert_eq!(caller.owner(|node, now, id| node.ring(now, id)), []);
    }
    let mail = caller.waits(31);
    assert_eq!(words(&mail), ["180"; 5], "0.5 1.5 3.5 7.5 15.5 s");
    assert_eq!(caller.phone.news(), []);
    let mail = caller.waits(1);
    assert_eq!(words(&mail), ["180", "504"]);
    let cancelled = Event::Cancelled {
        session: caller.session,
        reason: Some(Reason::sip(504, "No PRACK")),
    };
    assert_eq!(caller.phone.news(), [cancelled]);
    caller.waits(40);
    assert_eq!(caller.phone.server.sizes(), endpoint::Sizes::default());
}

/// A 180 has nothing that a 2xx must wait for; its PRACK is welcome later too.
#[test]
fn rfc3262_3_a_2xx_does_not_wait_for_the_prack_of_a_180() {
    let mut caller = Caller::calls("Require: 100rel\r\n", "v=0");
    let mail = caller.owner(|node, now, id| node.ring(now, id));
    let rack = format!("{} 1 INVITE", rseq(&mail[0]).unwrap());
    let mail = caller.owner(|node, now, id| node.answer(now, id, ANSWER));
    assert_eq!(
        (words(&mail), mail[0].sdp()),
        (vec!["200".to_owned()], Some(ANSWER))
    );
    assert_eq!(words(&caller.prack(2, &rack, "")), ["200"]);
    let ack = say("ACK", 1, &caller.tag, "", "");
    caller.phone.say(&ack);
    assert_eq!(caller.waits(10), [], "and it is repeated no more");
}

/// RFC 3261 §13.3.1.1: a proxy gives a call up that says nothing for three minutes.
#[test]
fn rfc3261_13_3_1_1_a_long_ringing_is_told_each_minute() {
    for (rings, status) in [(true, "180"), (false, "183")] {
        let mut caller = Caller::calls("", "v=0");
        if rings {
            caller.owner(|node, now, id| node.ring(now, id));
        }
        for _ in 0..5 {
            assert_eq!(caller.waits(59), []);
            assert_eq!(words(&caller.waits(1)), [status]);
        }
        caller.owner(|node, now, id| node.answer(now, id, ANSWER));
        let ack = say("ACK", 1, &caller.tag, "", "");
        caller.phone.say(&ack);
        assert_eq!(caller.waits(120), []);
    }
}

/// D29: the phone that lost a ring-all shows no missed call.
#[test]
fn d29_a_phone_that_rang_in_vain_is_told_who_answered() {
    let mut phone = Handset::called();
    phone.answers("180 Ringing", "one", &reliable(1), "");
    let mail = phone.owner(|node, now, id| {
        node.hang_up(now, id, Some(Reason::answered_elsewhere()));
    });
    assert_eq!(words(&mail), ["CANCEL"]);
    assert_eq!(
        mail[0].text(Header::Reason).as_deref(),
        Some("SIP;cause=200;text=\"Call completed elsewhere\"")
    );
    assert_eq!(
        phone.answers("180 Ringing", "two", &reliable(1), ""),
        [],
        "no dialog with who comes now"
    );
}
