//! Session timers, RFC 4028: both roles, and phones that know nothing of them.

use super::{handset::*, raw::Phone, world::*};
use crate::{
    message::{Header, Message, Method},
    *,
};
use core::time::Duration;

fn text(message: &Message, header: Header) -> Option<String> {
    message.text(header)
}

/// A stranger's INVITE with these lines: what our 200 says about the session's interval.
fn granted(lines: &str) -> (Option<String>, Option<String>) {
    let mut phone = Phone::new();
    let answer = call(&mut phone, lines);
    assert_eq!(answer, None, "{lines}");
    let Some(Event::Invite { session, .. }) = phone.news().pop() else {
        panic!("no Invite")
    };
    phone.server.answer(phone.now, session, ANSWER);
    phone.drain();
    let ok = message::parse(phone.mail.pop().unwrap().1, &Limits::default()).unwrap();
    (
        text(&ok, Header::SessionExpires),
        text(&ok, Header::Require),
    )
}

/// The refusal, if there is one.
fn call(phone: &mut Phone, lines: &str) -> Option<Message> {
    let extra = format!("Contact: <sip:139@10.0.0.3:5063>\r\n{lines}");
    let invite = phone
        .request("INVITE", "sip:4000@call.example.com", "139", &extra)
        .replace("sip:139@call.example.com", "sip:139@carrier.example");
    let answers = phone.say(&invite);
    answers
        .into_iter()
        .find(|answer| answer.status() != Some(100))
}

#[test]
fn rfc4028_9_what_we_grant() {
    let some = |text: &str| Some(text.to_owned());
    for (lines, expires, require) in [
        ("", None, None),
        // A proxy has put it in: the phone knows nothing of it.
        ("Session-Expires: 120\r\n", None, None),
        ("Supported: timer\r\n", some("1800;refresher=uas"), None),
        (
            "k: replaces, timer\r\nx: 120\r\n",
            some("120;refresher=uas"),
            None,
        ),
        (
            "Supported: timer\r\nSession-Expires: 120;refresher=uac\r\n",
            some("120;refresher=uac"),
            some("timer"),
        ),
        (
            "Supported: timer\r\nSession-Expires: 120 ; Refresher=UAS\r\n",
            some("120;refresher=uas"),
            None,
        ),
        (
            "Supported: timer\r\nSession-Expires: 7200\r\n",
            some("1800;refresher=uas"),
            None,
        ),
        (
            "Supported: timer\r\nSession-Expires: 7200\r\nMin-SE: 3600\r\n",
            some("3600;refresher=uas"),
            None,
        ),
        (
            "Supported: timer\r\nMin-SE: 4294967295\r\n",
            some("86400;refresher=uas"),
            None,
        ),
        ("Require: timer\r\n", some("1800;refresher=uas"), None),
    ] {
        assert_eq!(granted(lines), (expires, require), "{lines}");
    }
}

#[test]
fn rfc4028_9_an_interval_that_is_too_small_is_422_for_who_understands_it() {
    let mut phone = Phone::new();
    let answer = call(&mut phone, "Supported: timer\r\nSession-Expires: 89\r\n").unwrap();
    assert_eq!(answer.status(), Some(422));
    assert_eq!(answer.number(Header::MinSe), Some(90));
    assert_eq!(phone.server.sizes(), endpoint::Sizes::default(), "S9");
    assert_eq!(granted("Session-Expires: 10\r\n"), (None, None));
}

#[test]
fn rfc4028_7_1_what_our_requests_say_and_never_require() {
    let mut phone = Handset::called();
    let asked = |message: &Message| {
        (
            text(message, Header::SessionExpires),
            text(message, Header::MinSe),
            text(message, Header::Supported).is_some_and(|text| text.contains("timer")),
            text(message, Header::Require),
        )
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(asked(&phone.invite), (some("1800"), some("90"), true, None));
    phone.picks_up(&format!(
        "{ALLOW_ALL}Session-Expires: 600;refresher=uas\r\nRequire: timer\r\n"
    ));
    let change = phone.owner(|node, now, id| node.reinvite(now, id, HELD.into()));
    assert_eq!(
        asked(&change[0]),
        (some("600;refresher=uas"), some("90"), true, None),
        "what was agreed stays"
    );
}

#[test]
fn rfc4028_7_3_a_422_is_answered_by_one_more_try() {
    let mut phone = Handset::called();
    phone.answers("180 Ringing", "one", ALLOW_ALL, "");
    let back = phone.answers("422 Too Small", "one", "Min-SE: 3600\r\n", "");
    assert_eq!(words(&back), ["ACK", "INVITE"]);
    let again = &back[1];
    assert_eq!(text(again, Header::SessionExpires).as_deref(), Some("3600"));
    assert_eq!(text(again, Header::MinSe).as_deref(), Some("3600"));
    assert_eq!(again.call_id(), phone.invite.call_id());
    assert_eq!(again.first(Header::From), phone.invite.first(Header::From));
    assert_eq!(again.cseq().unwrap().number, 2);
    assert_eq!(again.sdp(), Some(OFFER));
    assert_ne!(
        again.via().unwrap().branch(),
        phone.invite.via().unwrap().branch()
    );
    phone.phone.news();
    phone.invite = again.clone();
    phone.picks_up(ALLOW_ALL);
    let bye = phone.owner(|node, now, id| node.hang_up(now, id, None));
    phone.replies(&bye[0], "200 OK", "", "");
    phone.expect_nothing_left();

    for (first, second) in [
        ("", None),
        ("Min-SE: 86401\r\n", None),
        ("Min-SE: 60\r\n", None),
        ("Min-SE: 3600\r\n", Some("Min-SE: 7200\r\n")),
    ] {
        let mut phone = Handset::called();
        let back = phone.answers("422 Too Small", "one", first, "");
        if let Some(second) = second {
            phone.invite = back[1].clone();
            phone.answers("422 Too Small", "one", second, "");
        }
        let news = phone.phone.news();
        assert!(
            matches!(news.as_slice(), [Event::Refused { status: 422, .. }]),
            "{first} {news:?}"
        );
        phone.expect_nothing_left();
    }
}

#[test]
fn rfc4028_7_4_we_refresh_at_half_time_by_update() {
    let agreed = format!("{ALLOW_ALL}Session-Expires: 600;refresher=uac\r\nRequire: timer\r\n");
    let mut phone = Handset::talking(&agreed);
    for _ in 0..5 {
        assert_eq!(phone.waits_ms(299_999), []);
        let mail = phone.waits_ms(1);
        assert_eq!(words(&mail), ["UPDATE"]);
        assert_eq!(mail[0].body().len(), 0);
        let asked = text(&mail[0], Header::SessionExpires);
        assert_eq!(asked.as_deref(), Some("600;refresher=uac"));
        phone.replies(&mail[0], "200 OK", &agreed, "");
        assert_eq!(phone.phone.news(), []);
    }
    let mail = phone.waits(300);
    let back = phone.replies(&mail[0], "481 Gone", "", "");
    assert_eq!(words(&back), ["BYE"]);
    assert_eq!(phone.phone.news(), [phone.ended(EndedBy::SessionExpired)]);
}

/// The same body to the byte: a phone that sees the same `o=` knows that nothing changes (RFC 4028 §7.4, RFC 3264 §8).
#[test]
fn rfc4028_7_4_a_phone_without_update_is_refreshed_by_the_sdp_that_stands() {
    let mut phone = Handset::talking(ALLOW_OLD);
    let refresh = |phone: &mut Handset| {
        let mail = phone.waits(900);
        assert_eq!(words(&mail), ["INVITE"]);
        mail[0].clone()
    };
    let invite = refresh(&mut phone);
    assert_eq!(invite.sdp(), Some(OFFER));
    phone.replies(&invite, "200 OK", ALLOW_OLD, "v=0 answer");
    assert_eq!(phone.phone.news(), [], "nothing has changed");

    let change = phone.owner(|node, now, id| node.reinvite(now, id, HELD.into()));
    phone.replies(&change[0], "488 No", "", "");
    let invite = refresh(&mut phone);
    assert_eq!(invite.sdp(), Some(OFFER), "what was refused does not stand");
    phone.phone.news();
    phone.replies(&invite, "200 OK", ALLOW_OLD, "v=0 other");
    let other = Event::ReInviteAnswered {
        session: phone.session,
        sdp: Some("v=0 other".into()),
    };
    assert_eq!(
        phone.phone.news(),
        [other],
        "the phone has changed something"
    );

    phone.says("INVITE", "", "v=0 theirs");
    phone.owner(|node, now, id| node.accept_reinvite(now, id, "v=0 our answer".into()));
    let ack = phone.request_numbered("ACK", phone.last_cseq(), "", "");
    phone.phone.say(&ack);
    assert_eq!(refresh(&mut phone).sdp().unwrap(), "v=0 our answer");
}

#[test]
fn an_update_that_allow_promised_in_vain_becomes_a_reinvite() {
    for status in ["405 Not Allowed", "501 Not Implemented"] {
        let mut phone = Handset::talking(ALLOW_ALL);
        let mail = phone.waits(900);
        assert_eq!(words(&mail), ["UPDATE"]);
        phone.replies(&mail[0], status, "", "");
        let mail = phone.waits_ms(1);
        assert_eq!(words(&mail), ["INVITE"], "{status}");
        assert_eq!(mail[0].sdp(), Some(OFFER));
    }
}

/// A phone that vanished while on hold sends nothing and is sent nothing: the refresh finds it (§7.2 lets us refresh whom
/// we like).
#[test]
fn rfc4028_a_phone_without_timers_that_vanished_is_found() {
    for extra in [ALLOW_OLD, ALLOW_ALL] {
        let mut phone = Handset::talking(extra);
        phone.waits(900);
        assert_eq!(phone.phone.news(), []);
        let mail = phone.waits(32);
        assert_eq!(words(&mail).last().unwrap(), "BYE");
        assert_eq!(phone.phone.news(), [phone.ended(EndedBy::SessionExpired)]);
        phone.expect_nothing_left();
    }
}

/// Somebody who refuses a refresh is there.
#[test]
fn a_phone_without_timers_that_refuses_a_refresh_is_alive() {
    let mut phone = Handset::talking(ALLOW_OLD);
    for _ in 0..10 {
        let mail = phone.waits(900);
        assert_eq!(words(&mail), ["INVITE"]);
        let back = phone.replies(&mail[0], "488 Not Now", "", "");
        assert_eq!(words(&back), ["ACK"]);
    }
    assert_eq!(phone.phone.news(), []);

    // One that counts itself is asked again while there is time.
    let agreed = format!("{ALLOW_OLD}Session-Expires: 600;refresher=uac\r\nRequire: timer\r\n");
    let mut phone = Handset::talking(&agreed);
    for seconds in [300, 100, 100] {
        let mail = phone.waits(seconds);
        assert_eq!(words(&mail), ["INVITE"], "{seconds}");
        phone.replies(&mail[0], "488 Not Now", "", "");
    }
    assert_eq!(words(&phone.waits(100)).last().unwrap(), "BYE");
    assert_eq!(phone.phone.news(), [phone.ended(EndedBy::SessionExpired)]);
}

/// RFC 4028 §10: who does not refresh hangs up 32 s before the end, or a third of the interval.
#[test]
fn rfc4028_10_a_peer_that_stops_refreshing_is_hung_up() {
    for (expires_s, ends_s) in [(600, 568), (90, 60)] {
        let agreed =
            format!("{ALLOW_ALL}Session-Expires: {expires_s};refresher=uas\r\nRequire: timer\r\n");
        let mut phone = Handset::talking(&agreed);
        assert_eq!(phone.waits(ends_s - 1), [], "its turn");
        let refresh = format!("Supported: timer\r\nSession-Expires: {expires_s};refresher=uac\r\n");
        let ok = phone.says("UPDATE", &refresh, "").pop().unwrap();
        assert_eq!(
            text(&ok, Header::SessionExpires),
            Some(format!("{expires_s};refresher=uac"))
        );
        assert_eq!(phone.waits(ends_s - 1), [], "refreshed");
        phone.says("INVITE", &refresh, "v=0 same");
        phone.owner(|node, now, id| node.accept_reinvite(now, id, ANSWER));
        let ack = phone.request_numbered("ACK", phone.last_cseq(), "", "");
        phone.phone.say(&ack);
        phone.phone.news();
        assert_eq!(phone.waits_ms(ends_s * 1_000 - 1), []);
        let mail = phone.waits_ms(1);
        assert_eq!(words(&mail), ["BYE"]);
        assert_eq!(phone.phone.news(), [phone.ended(EndedBy::SessionExpired)]);
        phone.replies(&mail[0], "200 OK", "", "");
        phone.expect_nothing_left();
    }
}

/// An answer of a few seconds would have us send for ever.
#[test]
fn s8_an_interval_below_the_least_counts_as_the_least() {
    let mut phone = Handset::talking(&format!("{ALLOW_ALL}Session-Expires: 2;refresher=uac\r\n"));
    assert_eq!(phone.waits_ms(44_999), []);
    assert_eq!(words(&phone.waits_ms(1)), ["UPDATE"]);
}

#[test]
fn the_interval_is_configuration() {
    let mut config = config(SERVER, DOMAIN, &["4000"]);
    config.session_timer = SessionTimer {
        expires_s: 300,
        expires_s_min: 120,
    };
    let mut phone = Handset::called_with(config);
    assert_eq!(
        text(&phone.invite, Header::SessionExpires).as_deref(),
        Some("300")
    );
    assert_eq!(text(&phone.invite, Header::MinSe).as_deref(), Some("120"));
    phone.picks_up(ALLOW_ALL);
    let small = "Supported: timer\r\nSession-Expires: 119\r\n";
    assert_eq!(phone.status_of("UPDATE", small, ""), 422);
    assert_eq!(words(&phone.waits(150)), ["UPDATE"]);
}

/// Both ends of one call, for an hour: refreshed by one of them, ended by nobody.
#[test]
fn rfc4028_a_long_call_lives_on_refreshes() {
    let mut world = World::new();
    let (alice, server) = world.talk();
    world.trace.clear();
    world.run(Duration::from_secs(3_600));
    assert_eq!((world.news(ALICE), world.news(SERVER)), (vec![], vec![]));
    let updates = world.trace.iter();
    let updates = updates.filter(|(_, _, line)| line.starts_with("UPDATE"));
    assert_eq!(updates.count(), 3, "each 900 s, by one side");
    world.at(SERVER, |node, now| node.hang_up(now, server, None));
    world.run_ms(50);
    assert!(matches!(
        world.news(ALICE).as_slice(),
        [Event::Ended { session, by: EndedBy::RemoteBye, .. }] if *session == alice
    ));
    world.expect_nothing_left();
}

/// RFC 4028 §9: the 2xx settles the interval. A change that is refused leaves it, and who refreshes, as it was.
#[test]
fn rfc4028_9_a_refused_change_settles_no_interval() {
    for method in ["INVITE", "UPDATE"] {
        let mut phone = Handset::talking(&format!(
            "{ALLOW_ALL}Session-Expires: 600;refresher=uac\r\nRequire: timer\r\n"
        ));
        let asks = "Supported: timer\r\nSession-Expires: 120;refresher=uac\r\n";
        phone.says(method, asks, "v=0 odd");
        phone.owner(|node, now, id| node.reject_reinvite(now, id, 488));
        let mail = phone.waits(301);
        let refresh = mail
            .iter()
            .find(|message| message.method() == Some(&Method::Update));
        assert_eq!(
            text(refresh.unwrap(), Header::SessionExpires).as_deref(),
            Some("600;refresher=uac"),
            "{method}"
        );
    }
}
