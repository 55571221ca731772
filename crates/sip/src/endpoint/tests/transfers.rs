//! Transfers: REFER with its NOTIFY (RFC 3515, 4488), Replaces (RFC 3891), and who may ask for them (S14).

use super::{handset::*, raw::Phone, world::*};
use crate::{
    digest::Algorithm,
    endpoint::session::Stage,
    message::{Header, Message, Method},
    *,
};

const TO_1002: &str = "Refer-To: <sip:1002@call.example.com>\r\n";

/// The phone asks for a transfer.
fn refers(phone: &mut Handset, lines: &str) -> ReferId {
    assert_eq!(phone.status_of("REFER", lines, ""), 0, "the owner is asked");
    match phone.phone.news().as_slice() {
        [Event::Refer { refer, session, .. }] if *session == phone.session => *refer,
        other => panic!("{other:?}"),
    }
}

fn state(notify: &Message) -> (String, String, String) {
    let body = String::from_utf8(notify.body().to_vec()).unwrap();
    (
        notify.text(Header::Event).unwrap(),
        notify.text(Header::SubscriptionState).unwrap(),
        body,
    )
}

#[test]
fn rfc3515_a_transfer_is_taken_and_told() {
    let mut phone = Handset::talking(ALLOW_ALL);
    let text = phone.request("REFER", TO_1002, "");
    assert_eq!(phone.phone.status_of(&text), 0);
    let news = phone.phone.news();
    let [Event::Refer { refer, to, .. }] = news.as_slice() else {
        panic!("{news:?}")
    };
    let target = ReferTarget {
        user: "1002".into(),
        is_ours: true,
        replaces: None,
    };
    assert_eq!(*to, target);
    let refer = *refer;
    assert_eq!(phone.phone.status_of(&text), 0, "a repeat waits with it");
    let mail = phone.owner(|node, now, _| node.accept_refer(now, refer));
    assert_eq!(words(&mail), ["202", "NOTIFY"]);
    let notify = &mail[1];
    assert_eq!(
        state(notify),
        (
            "refer;id=1".into(),
            "active;expires=60".into(),
            "SIP/2.0 100 Trying\r\n".into()
        )
    );
    assert!(notify.has_content_type("message/sipfrag"));
    assert!(notify.first(Header::Contact).is_some());
    assert_eq!(phone.phone.status_of(&text), 202, "its repeat");
    // While one NOTIFY is out the next waits, and only the latest of them.
    let quiet = phone.owner(|node, now, _| {
        node.report_refer(now, refer, 180);
        node.report_refer(now, refer, 183);
    });
    assert_eq!(quiet, []);
    let back = phone.replies(notify, "200 OK", "", "");
    assert_eq!(state(&back[0]).2, "SIP/2.0 183 Session Progress\r\n");
    phone.replies(&back[0], "200 OK", "", "");
    assert_eq!(
        phone.owner(|node, now, _| node.report_refer(now, refer, 183)),
        [],
        "no news"
    );
    let last = phone.owner(|node, now, _| node.report_refer(now, refer, 200));
    assert_eq!(
        state(&last[0]),
        (
            "refer;id=1".into(),
            "terminated;reason=noresource".into(),
            "SIP/2.0 200 OK\r\n".into()
        )
    );
    phone.owner(|node, now, _| node.report_refer(now, refer, 486));
    assert_eq!(
        phone.replies(&last[0], "200 OK", "", ""),
        [],
        "nothing follows the last word"
    );
    assert_eq!(phone.phone.server.sizes().refers, 0);
    let mail = phone.owner(|node, now, _| {
        node.accept_refer(now, refer);
        node.refuse_refer(now, refer, 603);
        node.report_refer(now, refer, 200);
    });
    assert_eq!(mail, []);
    let bye = phone.owner(|node, now, id| node.hang_up(now, id, None));
    phone.replies(&bye[0], "200 OK", "", "");
    phone.expect_nothing_left();
}

#[test]
fn rfc3515_what_a_refer_may_name() {
    let ours = |user: &str| Ok((user.to_owned(), true));
    type Row = (&'static str, Result<(String, bool), u16>);
    let rows: [Row; 16] = [
        ("Refer-To: <sip:1002@call.example.com>\r\n", ours("1002")),
        (
            "r: \"B\" <sip:1002@call.example.com;user=phone>;x=1\r\n",
            ours("1002"),
        ),
        ("Refer-To: sip:1002@10.0.0.1:5060\r\n", ours("1002")),
        ("Refer-To: <sip:10%302@CALL.example.com>\r\n", ours("1002")),
        ("Refer-To: <tel:+86-139-1234>\r\n", ours("+861391234")),
        (
            "Refer-To: <sip:x@else.example>\r\n",
            Ok(("x".into(), false)),
        ),
        (
            "Refer-To: <sips:1002@call.example.com;method=INVITE>\r\n",
            ours("1002"),
        ),
        ("", Err(400)),
        ("Refer-To: <sip:1@h>\r\nRefer-To: <sip:2@h>\r\n", Err(400)),
        ("Refer-To: <sip:1@h>, <sip:2@h>\r\n", Err(400)),
        ("Refer-To: nonsense\r\n", Err(400)),
        (
            "Refer-To: <sip:1002@call.example.com;method=BYE>\r\n",
            Err(603),
        ),
        ("Refer-To: <http://1002/>\r\n", Err(603)),
        ("Refer-To: <sip:call.example.com>\r\n", Err(603)),
        (
            "Refer-To: <sip:1002@call.example.com?Replaces=x%3Bto-tag%3D1>\r\n",
            Err(400),
        ),
        (
            "Refer-To: <sip:1002@call.example.com?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n",
            Err(603),
        ),
    ];
    for (lines, expected) in rows {
        let mut phone = Handset::talking(ALLOW_ALL);
        let status = phone.status_of("REFER", lines, "");
        let news = phone.phone.news();
        let got = match news.as_slice() {
            [Event::Refer { to, .. }] => Ok((to.user.clone(), to.is_ours)),
            [] => Err(status),
            other => panic!("{other:?}"),
        };
        assert_eq!(got, expected, "{lines}");
        let left = usize::from(expected.is_ok());
        assert_eq!(phone.phone.server.sizes().refers, left);
    }
}

#[test]
fn a_transfer_is_refused() {
    for (status, sent) in [(603, 603), (403, 403), (200, 603), (0, 603)] {
        let mut phone = Handset::talking(ALLOW_ALL);
        let refer = refers(&mut phone, TO_1002);
        let mail = phone.owner(|node, now, _| node.refuse_refer(now, refer, status));
        assert_eq!(words(&mail), [sent.to_string()]);
        assert_eq!(phone.phone.server.sizes().refers, 0);
        assert_eq!(
            phone.owner(|node, now, _| node.accept_refer(now, refer)),
            []
        );
    }
}

#[test]
fn rfc4488_who_wants_no_notify_gets_none() {
    let mut phone = Handset::talking(ALLOW_ALL);
    let refer = refers(
        &mut phone,
        &format!("{TO_1002}Require: norefersub\r\nRefer-Sub: false\r\n"),
    );
    let mail = phone.owner(|node, now, _| node.accept_refer(now, refer));
    assert_eq!(words(&mail), ["202"]);
    assert_eq!(mail[0].text(Header::ReferSub).as_deref(), Some("false"));
    assert_eq!(
        phone.owner(|node, now, _| node.report_refer(now, refer, 200)),
        []
    );
    assert_eq!(phone.phone.server.sizes().refers, 0);
}

#[test]
fn rfc3515_a_subscription_ends_after_a_minute_or_with_a_phone_that_knows_it_not() {
    let mut phone = Handset::talking(ALLOW_ALL);
    let refer = refers(&mut phone, TO_1002);
    let mail = phone.owner(|node, now, _| node.accept_refer(now, refer));
    phone.replies(&mail[1], "200 OK", "", "");
    assert_eq!(phone.waits(59), []);
    let mail = phone.waits(1);
    assert_eq!(state(&mail[0]).1, "terminated;reason=timeout");
    assert_eq!(phone.phone.server.sizes().refers, 0);

    for status in ["481 No", "489 Bad Event", "405 No", "408 Timeout"] {
        let mut phone = Handset::talking(ALLOW_ALL);
        let refer = refers(&mut phone, TO_1002);
        let mail = phone.owner(|node, now, _| node.accept_refer(now, refer));
        phone.replies(&mail[1], status, "", "");
        assert_eq!(phone.phone.server.sizes().refers, 0, "{status}");
        assert_eq!(phone.phone.server.sizes().sessions, 1, "the call goes on");
    }

    // The owner never answers.
    let mut phone = Handset::talking(ALLOW_ALL);
    refers(&mut phone, TO_1002);
    assert_eq!(words(&phone.waits(60)), ["603"]);
    assert_eq!(phone.phone.server.sizes().refers, 0);
}

/// Who asks for a transfer is hung up before it is done, and hears its end all the same.
#[test]
fn rfc5057_the_subscription_outlives_the_call() {
    let mut phone = Handset::talking(ALLOW_ALL);
    let refer = refers(&mut phone, TO_1002);
    let mail = phone.owner(|node, now, _| node.accept_refer(now, refer));
    phone.replies(&mail[1], "200 OK", "", "");
    let bye = phone.owner(|node, now, id| node.hang_up(now, id, None));
    assert_eq!(words(&bye), ["BYE"]);
    phone.replies(&bye[0], "200 OK", "", "");
    assert_eq!(phone.phone.server.sizes().sessions, 0);
    let last = phone.owner(|node, now, _| node.report_refer(now, refer, 200));
    assert_eq!(state(&last[0]).2, "SIP/2.0 200 OK\r\n");
    let (number, before) = (
        last[0].cseq().unwrap().number,
        bye[0].cseq().unwrap().number,
    );
    assert!(number > before, "{number} {before}");
    assert_eq!(last[0].to().unwrap().tag(), Some(&b"one"[..]));
    phone.replies(&last[0], "200 OK", "", "");
    phone.expect_nothing_left();

    // One that the owner has not answered ends with the call.
    let mut phone = Handset::talking(ALLOW_ALL);
    refers(&mut phone, TO_1002);
    let back = phone.says("BYE", "", "");
    assert_eq!(words(&back), ["200", "603"]);
    phone.expect_nothing_left();
}

/// Phones forget a transfer with its call: the BYE comes after the last word, though a NOTIFY is still out.
#[test]
fn rfc3515_the_last_word_comes_before_the_bye() {
    let mut phone = Handset::talking(ALLOW_ALL);
    let refer = refers(&mut phone, TO_1002);
    let mail = phone.owner(|node, now, _| node.accept_refer(now, refer));
    let quiet = phone.owner(|node, now, id| {
        node.report_refer(now, refer, 200);
        node.hang_up(now, id, None);
        node.hang_up(now, id, None);
    });
    assert_eq!(quiet, [], "the first NOTIFY is not answered yet");
    let last = phone.replies(&mail[1], "200 OK", "", "");
    assert_eq!(words(&last), ["NOTIFY"]);
    assert_eq!(state(&last[0]).2, "SIP/2.0 200 OK\r\n");
    let bye = phone.replies(&last[0], "200 OK", "", "");
    assert_eq!(words(&bye), ["BYE"]);
    phone.replies(&bye[0], "200 OK", "", "");
    assert_eq!(phone.phone.news(), [], "the owner has hung up himself");
    phone.expect_nothing_left();

    // A phone that answers no NOTIFY is hung up all the same.
    let mut phone = Handset::talking(ALLOW_ALL);
    let refer = refers(&mut phone, TO_1002);
    let mail = phone.owner(|node, now, _| node.accept_refer(now, refer));
    phone.replies(&mail[1], "200 OK", "", "");
    let last = phone.owner(|node, now, id| {
        node.report_refer(now, refer, 200);
        node.hang_up(now, id, None);
    });
    assert_eq!(words(&last), ["NOTIFY"]);
    let mail = phone.waits(2);
    assert_eq!(words(&mail).last().map(String::as_str), Some("BYE"));

    // Its own BYE meanwhile ends the call.
    let mut phone = Handset::talking(ALLOW_ALL);
    let refer = refers(&mut phone, TO_1002);
    phone.owner(|node, now, id| {
        node.accept_refer(now, refer);
        node.report_refer(now, refer, 200);
        node.hang_up(now, id, None);
    });
    assert_eq!(words(&phone.says("BYE", "", "")), ["200"]);
    assert_eq!(phone.phone.server.sizes().sessions, 0);
    assert_eq!(phone.phone.news(), [], "no news for him");
}

#[test]
fn s7_transfers_of_one_session_are_bounded() {
    let mut phone = Handset::talking(ALLOW_ALL);
    for _ in 0..4 {
        refers(&mut phone, TO_1002);
    }
    assert_eq!(phone.status_of("REFER", TO_1002, ""), 503);
    assert_eq!(phone.phone.server.sizes().refers, 4);
    let bye = phone.owner(|node, now, id| node.hang_up(now, id, None));
    assert_eq!(words(&bye), ["603", "603", "603", "603", "BYE"]);
}

/// S14: a stranger transfers nobody, and nobody transfers outside a call.
#[test]
fn s14_who_may_ask_for_a_transfer() {
    let mut phone = Phone::new();
    let uri = "sip:call.example.com";
    let text = phone.request("REFER", uri, "1001", TO_1002);
    let challenge = phone.say(&text).pop().unwrap();
    assert_eq!(challenge.status(), Some(407));
    let line = phone.credentials(
        &challenge,
        Algorithm::Md5,
        "1001",
        "secret",
        &Method::Refer,
        uri,
    );
    let text = phone.request("REFER", uri, "1001", &format!("{line}{TO_1002}"));
    assert_eq!(phone.status_of(&text), 403);
    assert_eq!(phone.news(), []);
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default(), "S9");

    // Not before they talk either.
    let mut phone = Handset::called();
    phone.answers("180 Ringing", "one", ALLOW_ALL, "");
    phone.phone.news();
    assert_eq!(phone.status_of("REFER", TO_1002, ""), 480);
    assert_eq!(phone.phone.news(), []);
}

/// The dialog of that call as another message names it.
fn replaces(phone: &Handset, extra: &str) -> String {
    let ours = String::from_utf8_lossy(phone.invite.from().unwrap().tag().unwrap()).into_owned();
    let call_id = String::from_utf8_lossy(phone.invite.call_id()).into_owned();
    format!("{call_id};to-tag={ours};from-tag=one{extra}")
}

/// RFC 5589 §7.3: the phone has two calls with us and joins those it talks with.
#[test]
fn rfc3891_a_refer_names_the_call_that_it_wants_to_be_joined_with() {
    for brackets in [true, false] {
        let mut phone = Handset::talking(ALLOW_ALL);
        let value = replaces(&phone, "");
        let value = value.replace(';', "%3B").replace('=', "%3D");
        let uri = format!("sip:1002@call.example.com?Replaces={value}&Subject=x");
        let uri = if brackets { format!("<{uri}>") } else { uri };
        assert_eq!(
            phone.status_of("REFER", &format!("Refer-To: {uri}\r\n"), ""),
            0,
            "{uri}"
        );
        let news = phone.phone.news();
        let [Event::Refer { to, .. }] = news.as_slice() else {
            panic!("{news:?}")
        };
        assert_eq!(to.replaces, Some(phone.session), "{uri}");
    }
}

/// An INVITE with these lines: the replaced session, or the status of the refusal.
fn invites(phone: &mut Handset, user: Option<&str>, lines: &str) -> Result<Option<Replaced>, u16> {
    let uri = "sip:4000@call.example.com";
    let phone = &mut phone.phone;
    let contact = format!("Contact: <sip:x@10.0.0.3:5063>\r\n{lines}");
    let text = |phone: &mut Phone, extra: &str| {
        let name = user.unwrap_or("139");
        let text = phone.request("INVITE", uri, name, extra);
        match user {
            Some(_) => text,
            None => text.replace(
                "From: <sip:139@call.example.com>",
                "From: <sip:139@carrier.example>",
            ),
        }
    };
    let mut invite = text(phone, &contact);
    if let Some(user) = user {
        let challenge = phone.say(&invite).pop().unwrap();
        let line = phone.credentials(
            &challenge,
            Algorithm::Md5,
            user,
            "other",
            &Method::Invite,
            uri,
        );
        invite = text(phone, &format!("{line}{contact}"));
    }
    let status = phone.status_of(&invite);
    match phone.news().pop() {
        Some(Event::Invite { invite, .. }) => Ok(invite.replaces),
        _ => Err(status),
    }
}

#[test]
fn rfc3891_an_invite_takes_the_place_of_a_call() {
    let mut phone = Handset::talking(ALLOW_ALL);
    let value = replaces(&phone, "");
    let known = format!("Replaces: {value}\r\n");
    let some = Some(Replaced {
        session: phone.session,
    });
    let who = Some("1002");
    assert_eq!(invites(&mut phone, who, ""), Ok(None));
    assert_eq!(
        invites(&mut phone, who, &format!("Require: replaces\r\n{known}")),
        Ok(some)
    );
    for (lines, status) in [
        (format!("Replaces: {value};early-only\r\n"), 486),
        (format!("Replaces: x{value}\r\n"), 481),
        (
            format!(
                "Replaces: {}\r\n",
                value.replace("from-tag=one", "from-tag=two")
            ),
            481,
        ),
        (format!("{known}{known}"), 400),
        ("Replaces: nonsense\r\n".into(), 400),
    ] {
        assert_eq!(invites(&mut phone, who, &lines), Err(status), "{lines}");
    }
    // S14: a stranger is not even told whether there is such a call.
    assert_eq!(invites(&mut phone, None, &known), Err(403));
    assert_eq!(
        invites(&mut phone, None, "Replaces: x;to-tag=1;from-tag=2\r\n"),
        Err(403)
    );
    assert_eq!(
        invites(&mut phone, None, "Replaces: nonsense\r\n"),
        Err(403)
    );
}

/// RFC 3891 §3: a call of ours that still rings may be taken over; one that rings here may not.
#[test]
fn rfc3891_an_early_dialog_is_replaced_by_its_callers_side_alone() {
    let mut phone = Handset::called();
    phone.answers("180 Ringing", "one", ALLOW_ALL, "");
    phone.phone.news();
    let value = replaces(&phone, ";early-only");
    let some = Some(Replaced {
        session: phone.session,
    });
    let who = Some("1002");
    assert_eq!(
        invites(&mut phone, who, &format!("Replaces: {value}\r\n")),
        Ok(some)
    );

    let incoming = phone
        .phone
        .server
        .sessions
        .iter()
        .map(|(_, session)| session);
    let theirs = incoming
        .filter_map(|session| match &session.stage {
            Stage::Incoming { dialog, .. } => Some(dialog.key.clone()),
            Stage::Calling { .. } | Stage::Established { .. } => None,
        })
        .next()
        .unwrap();
    let (call_id, ours, their_tag) = theirs.parts();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let value = format!(
        "{};to-tag={};from-tag={}",
        text(call_id),
        text(ours),
        text(their_tag)
    );
    assert_eq!(
        invites(&mut phone, who, &format!("Replaces: {value}\r\n")),
        Err(481)
    );
}

/// §3: a call that is over for its owner, but not yet for its peer, is declined.
#[test]
fn rfc3891_a_call_that_is_over_is_603() {
    let mut phone = Handset::talking(ALLOW_ALL);
    let stranger = phone.phone.request(
        "INVITE",
        "sip:4000@call.example.com",
        "139",
        "Contact: <sip:139@10.0.0.3:5063>\r\n",
    );
    let stranger = stranger.replace("sip:139@call.example.com", "sip:139@carrier.example");
    phone.phone.say(&stranger);
    let Some(Event::Invite { session, .. }) = phone.phone.news().pop() else {
        panic!("no Invite")
    };
    let now = phone.phone.now;
    phone.phone.server.answer(now, session, ANSWER);
    phone.phone.server.hang_up(now, session, None);
    phone.phone.drain();
    let ok = phone.mail().pop().unwrap();
    let tag = |address: Option<message::NameAddr<'_>>| {
        String::from_utf8_lossy(address.unwrap().tag().unwrap()).into_owned()
    };
    let call_id = String::from_utf8_lossy(ok.call_id()).into_owned();
    let value = format!(
        "{call_id};to-tag={};from-tag={}",
        tag(ok.to()),
        tag(ok.from())
    );
    let lines = format!("Replaces: {value}\r\n");
    assert_eq!(invites(&mut phone, Some("1002"), &lines), Err(603));
}
