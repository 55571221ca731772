//! A session changes while they talk: re-INVITE, UPDATE, and both at once (RFC 3261 §14, RFC 3311).

use super::{handset::*, raw::Phone, world::*};
use crate::{
    digest::Algorithm,
    message::{Header, Method},
    *,
};
use core::time::Duration;

fn answered(session: SessionId, sdp: &'static str) -> Event {
    Event::ReInviteAnswered {
        session,
        sdp: Some(sdp.into()),
    }
}

fn offered(session: SessionId, sdp: &'static str) -> Event {
    Event::ReInvite {
        session,
        sdp: Some(sdp.into()),
    }
}

#[test]
fn rfc3261_14_1_our_change_is_answered_and_each_2xx_acknowledged() {
    let mut phone = Handset::talking(ALLOW_ALL);
    let invite = phone.owner(|node, now, id| node.reinvite(now, id, HELD.into()));
    assert_eq!(words(&invite), ["INVITE"]);
    let invite = &invite[0];
    assert_eq!(invite.sdp().unwrap(), HELD);
    assert_eq!(invite.to().unwrap().tag(), Some(&b"one"[..]));
    assert_eq!(invite.cseq().unwrap().number, 2);
    assert_eq!(
        invite.request_uri().unwrap().text,
        b"sip:1001@10.0.0.3:5063"
    );
    // The 2xx moves the target (§12.2.1.2).
    let moved = "Contact: <sip:1001@10.0.0.3:6000>\r\n";
    let back = phone.replies(invite, "200 OK", moved, "v=0 recvonly");
    assert_eq!(words(&back), ["ACK"]);
    assert_eq!(back[0].cseq().unwrap().number, 2);
    assert_eq!(
        back[0].request_uri().unwrap().text,
        b"sip:1001@10.0.0.3:6000"
    );
    assert_ne!(
        back[0].via().unwrap().branch(),
        invite.via().unwrap().branch()
    );
    assert_eq!(
        phone.phone.news(),
        [answered(phone.session, "v=0 recvonly")]
    );
    let repeat = phone.replies(invite, "200 OK", moved, "v=0 recvonly");
    assert_eq!(repeat, back, "the same ACK once more");
    assert_eq!(phone.phone.news(), []);
    let bye = phone.owner(|node, now, id| node.hang_up(now, id, None));
    assert_eq!(
        bye[0].request_uri().unwrap().text,
        b"sip:1001@10.0.0.3:6000"
    );
    phone.replies(&bye[0], "200 OK", "", "");
    phone.expect_nothing_left();
}

/// §14.1: who owns the Call-ID waits 2.1 to 4 s, the other at most 2 s; in the end both have what they wanted.
#[test]
fn rfc3261_14_1_changes_that_cross_are_tried_again() {
    let mut waits = (Vec::new(), Vec::new());
    let mut world = World::new();
    let (alice, server) = world.talk();
    for _ in 0..30 {
        let start = world.now;
        world.trace.clear();
        world.at(ALICE, |node, now| node.reinvite(now, alice, "v=0 a".into()));
        world.at(SERVER, |node, now| {
            node.reinvite(now, server, "v=0 s".into())
        });
        for _ in 0..100 {
            world.run_ms(100);
            for (who, session) in [(ALICE, alice), (SERVER, server)] {
                let offers = world.news(who);
                for event in offers {
                    if let Event::ReInvite { .. } = event {
                        world.at(who, |node, now| node.accept_reinvite(now, session, ANSWER));
                    } else {
                        assert_eq!(event, answered(session, "v=0 answer"));
                    }
                }
            }
        }
        let again = |who: &str| {
            let mut rows = world.trace.iter();
            let own = rows.find(|(at, sender, line)| {
                *at > start && *sender == address(who) && line.starts_with("INVITE")
            });
            own.map(|(at, _, _)| *at - start).unwrap()
        };
        waits.0.push(again(ALICE));
        waits.1.push(again(SERVER));
        let refusals = world.trace.iter();
        let refusals = refusals.filter(|(_, _, line)| line.starts_with("SIP/2.0 491"));
        assert!(refusals.count() >= 2, "both had met");
    }
    world.at(ALICE, |node, now| node.hang_up(now, alice, None));
    world.expect_nothing_left();
    let ms = Duration::from_millis;
    let (caller, callee) = waits;
    assert!(
        caller
            .iter()
            .all(|wait| (ms(2_100)..=ms(4_100)).contains(wait)),
        "{caller:?}"
    );
    assert!(callee.iter().all(|wait| *wait <= ms(2_100)), "{callee:?}");
    let distinct: std::collections::BTreeSet<_> = caller.iter().chain(&callee).collect();
    assert!(distinct.len() > 20, "drawn, not fixed: {distinct:?}");
}

#[test]
fn rfc3261_14_1_what_refuses_a_change_and_what_ends_the_session() {
    let rows = [
        ("488 Not Acceptable Here", "", Some(488), false),
        ("500 Error", "Retry-After: 3600\r\n", Some(500), false),
        ("603 Decline", "", Some(603), false),
        ("408 Timeout", "", None, true),
        ("481 Gone", "", None, true),
        (
            "302 Moved",
            "Contact: <sip:evil@10.6.6.6>\r\n",
            Some(302),
            false,
        ),
        // Advisory 35: a phone that asks for a password gets none.
        (
            "401 Unauthorized",
            "WWW-Authenticate: Digest realm=\"call.example.com\", nonce=\"1\"\r\n",
            Some(401),
            false,
        ),
        (
            "407 Proxy",
            "Proxy-Authenticate: Digest realm=\"call.example.com\", nonce=\"1\"\r\n",
            Some(407),
            false,
        ),
    ];
    for (status, extra, refused, ends) in rows {
        let mut phone = Handset::talking(ALLOW_ALL);
        let invite = phone.owner(|node, now, id| node.reinvite(now, id, HELD.into()));
        let back = phone.replies(&invite[0], status, extra, "");
        let expected: &[&str] = if ends { &["ACK", "BYE"] } else { &["ACK"] };
        assert_eq!(words(&back), expected, "{status}");
        let news = match refused {
            Some(status) => Event::ReInviteRefused {
                session: phone.session,
                status,
            },
            None => phone.ended(EndedBy::SessionExpired),
        };
        assert_eq!(phone.phone.news(), [news], "{status}");
        assert_eq!(phone.phone.server.sizes().sessions, usize::from(!ends));
    }
}

#[test]
fn rfc3261_14_1_a_change_that_nobody_answers_ends_the_session() {
    let mut phone = Handset::talking(ALLOW_ALL);
    phone.owner(|node, now, id| node.reinvite(now, id, HELD.into()));
    phone.waits(31);
    assert_eq!(phone.phone.news(), []);
    let mail = phone.waits(1);
    assert_eq!(words(&mail).last().unwrap(), "BYE");
    assert_eq!(phone.phone.news(), [phone.ended(EndedBy::SessionExpired)]);
    phone.expect_nothing_left();
}

/// S8: a phone that always says 491 is asked ten times.
#[test]
fn s8_a_change_is_put_off_ten_times_and_no_more() {
    let mut phone = Handset::talking(ALLOW_ALL);
    let mut mail = phone.owner(|node, now, id| node.reinvite(now, id, HELD.into()));
    let mut asked = 0;
    while let Some(invite) = mail
        .iter()
        .find(|message| message.method() == Some(&Method::Invite))
    {
        asked += 1;
        assert_eq!(invite.sdp().unwrap(), HELD);
        let invite = invite.clone();
        phone.replies(&invite, "491 Request Pending", "", "");
        mail = phone.waits_ms(4_100);
    }
    assert_eq!(asked, 10);
    let refused = Event::ReInviteRefused {
        session: phone.session,
        status: 491,
    };
    assert_eq!(phone.phone.news(), [refused]);
    // The next change starts anew.
    let mail = phone.owner(|node, now, id| node.reinvite(now, id, "v=0 more".into()));
    assert_eq!(words(&mail), ["INVITE"]);
}

#[test]
fn a_500_with_a_short_retry_after_puts_a_change_off() {
    let mut phone = Handset::talking(ALLOW_ALL);
    let invite = phone.owner(|node, now, id| node.reinvite(now, id, HELD.into()));
    phone.replies(&invite[0], "500 Error", "Retry-After: 3\r\n", "");
    assert_eq!(words(&phone.waits_ms(2_999)), [""; 0]);
    assert_eq!(words(&phone.waits_ms(1)), ["INVITE"]);
    assert_eq!(phone.phone.news(), []);
}

#[test]
fn a_later_offer_replaces_one_that_still_waits() {
    let mut phone = Handset::talking(ALLOW_ALL);
    let first = phone.owner(|node, now, id| node.reinvite(now, id, "v=0 1".into()));
    let none = phone.owner(|node, now, id| {
        node.reinvite(now, id, "v=0 2".into());
        node.reinvite(now, id, "v=0 3".into());
    });
    assert_eq!(none, [], "one at a time");
    let back = phone.replies(&first[0], "488 No", "", "");
    assert_eq!(words(&back), ["ACK", "INVITE"]);
    assert_eq!(back[1].sdp().unwrap(), "v=0 3");
    assert_eq!(phone.phone.news(), [], "its own outcome is what counts");
    phone.replies(&back[1], "200 OK", "", "v=0 ok");
    assert_eq!(phone.phone.news(), [answered(phone.session, "v=0 ok")]);
}

#[test]
fn a_change_waits_until_the_peers_own_is_done() {
    let mut phone = Handset::talking(ALLOW_ALL);
    assert_eq!(phone.status_of("INVITE", "", "v=0 theirs"), 0);
    assert_eq!(phone.phone.news(), [offered(phone.session, "v=0 theirs")]);
    assert_eq!(
        phone.owner(|node, now, id| node.reinvite(now, id, HELD.into())),
        []
    );
    let ok = phone.owner(|node, now, id| node.accept_reinvite(now, id, ANSWER));
    assert_eq!(words(&ok), ["200"]);
    let ack = phone.request_numbered("ACK", phone.last_cseq(), "", "");
    let back = phone.phone.say(&ack);
    assert_eq!(words(&back), ["INVITE"]);
    assert_eq!(back[0].sdp().unwrap(), HELD);
}

/// Advisory 20: a BYE in the middle of a change, from either side.
#[test]
fn advisory_20_a_bye_in_the_middle_of_our_change() {
    for is_ours in [false, true] {
        for provisional in [false, true] {
            let mut phone = Handset::talking(ALLOW_ALL);
            let invite = phone.owner(|node, now, id| node.reinvite(now, id, HELD.into()));
            if provisional {
                phone.replies(&invite[0], "100 Trying", "", "");
            }
            if is_ours {
                let bye = phone.owner(|node, now, id| node.hang_up(now, id, None));
                assert_eq!(words(&bye), ["BYE"]);
                assert_eq!(bye[0].cseq().unwrap().number, 3);
                phone.replies(&bye[0], "200 OK", "", "");
                assert_eq!(phone.phone.news(), []);
            } else {
                assert_eq!(phone.status_of("BYE", "", ""), 200);
                assert_eq!(phone.phone.news(), [phone.ended(EndedBy::RemoteBye)]);
            }
            let late = phone.replies(&invite[0], "200 OK", "", "v=0 late");
            assert_eq!(
                words(&late),
                ["ACK"],
                "acknowledged, though the call is gone"
            );
            assert_eq!(phone.phone.news(), []);
            phone.expect_nothing_left();

            let mut phone = Handset::talking(ALLOW_ALL);
            let invite = phone.owner(|node, now, id| node.reinvite(now, id, HELD.into()));
            phone.owner(|node, now, id| node.hang_up(now, id, None));
            // It says that it is at it, and never says more.
            phone.replies(&invite[0], "100 Trying", "", "");
            phone.expect_nothing_left();
        }
    }
}

/// Advisory 20: whatever two things happen at the same moment on the two sides, the call ends once on each and leaves
/// nothing.
#[test]
fn advisory_20_every_pair_of_concurrent_events() {
    type Deed = fn(&mut Endpoint, Duration, SessionId);
    let deeds: [(&str, Deed); 9] = [
        ("change", |node, now, id| {
            node.reinvite(now, id, "v=0 c".into())
        }),
        ("refresh", |node, now, id| node.refresh(now, id)),
        ("hang up", |node, now, id| node.hang_up(now, id, None)),
        ("accept", |node, now, id| {
            node.accept_reinvite(now, id, ANSWER)
        }),
        ("reject", |node, now, id| node.reject_reinvite(now, id, 488)),
        ("answer", |node, now, id| node.answer(now, id, ANSWER)),
        ("refuse", |node, now, id| {
            node.reject(now, id, Refusal::new(486))
        }),
        ("ring", |node, now, id| node.progress(now, id, ANSWER)),
        ("lost", |node, now, _| {
            let (here, there) = (node.config.listeners[0].1, [ALICE, SERVER]);
            for remote in there.into_iter().filter(|at| address(at) != here) {
                node.handle_flow_closed(now, flow(Transport::Udp, &here.to_string(), remote));
            }
        }),
    ];
    for talks in [false, true] {
        for (one_name, one) in &deeds {
            for (other_name, other) in &deeds {
                for later_ms in [0, 5, 15] {
                    let mut world = World::new();
                    let (alice, server) = if talks { world.talk() } else { world.hotline() };
                    if talks {
                        // A change is open, so that accept and reject have something to do.
                        world.at(ALICE, |node, now| node.reinvite(now, alice, "v=0 x".into()));
                        world.run_ms(15);
                    }
                    world.at(SERVER, |node, now| one(node, now, server));
                    world.run_ms(later_ms);
                    world.at(ALICE, |node, now| other(node, now, alice));
                    world.run_ms(3_000);
                    world.at(SERVER, |node, now| node.hang_up(now, server, None));
                    world.at(ALICE, |node, now| node.hang_up(now, alice, None));
                    world.run_ms(60_000);
                    let ends = |world: &mut World, who: &str| {
                        let news = world.news(who);
                        let ends = news.iter().filter(|event| {
                            matches!(
                                event,
                                Event::Ended { .. }
                                    | Event::Refused { .. }
                                    | Event::Cancelled { .. }
                            )
                        });
                        ends.count()
                    };
                    let story =
                        format!("{one_name}, {later_ms} ms later {other_name}, talks: {talks}");
                    assert!(ends(&mut world, SERVER) <= 1, "{story}");
                    assert!(ends(&mut world, ALICE) <= 1, "{story}");
                    world.run_ms(120_000);
                    for who in [SERVER, ALICE] {
                        assert_eq!(
                            world.sizes(who),
                            endpoint::Sizes::default(),
                            "{who}: {story}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn rfc3311_an_update_with_sdp_is_the_owners_business() {
    let mut phone = Handset::talking(ALLOW_ALL);
    let text = phone.request("UPDATE", "", "v=0 theirs");
    assert_eq!(phone.phone.status_of(&text), 0);
    assert_eq!(phone.phone.status_of(&text), 0, "a repeat waits with it");
    assert_eq!(phone.phone.news(), [offered(phone.session, "v=0 theirs")]);
    let second = phone.says("UPDATE", "", "v=0 more").pop().unwrap();
    assert_eq!(second.status(), Some(500), "§5.2: theirs is open");
    assert_eq!(second.number(Header::RetryAfter), Some(2));
    let ok = phone.owner(|node, now, id| node.accept_reinvite(now, id, ANSWER));
    assert_eq!((ok[0].status(), ok[0].sdp()), (Some(200), Some(ANSWER)));
    assert!(ok[0].first(Header::Contact).is_some());
    assert_eq!(
        phone.phone.status_of(&text),
        200,
        "its repeat gets the answer"
    );

    phone.says("UPDATE", "", "v=0 bad");
    let no = phone.owner(|node, now, id| node.reject_reinvite(now, id, 488));
    assert_eq!(words(&no), ["488"]);

    phone.owner(|node, now, id| node.reinvite(now, id, HELD.into()));
    assert_eq!(
        phone.status_of("UPDATE", "", "v=0 glare"),
        491,
        "ours is open"
    );
    assert_eq!(phone.status_of("INVITE", "", "v=0 glare"), 491);
    assert_eq!(
        phone.status_of("UPDATE", "", ""),
        200,
        "a refresh is no offer"
    );
    assert_eq!(
        phone.status_of("UPDATE", "Content-Encoding: gzip\r\n", "v=0"),
        415
    );
}

#[test]
fn an_open_update_is_answered_when_the_call_ends() {
    let mut phone = Handset::talking(ALLOW_ALL);
    phone.says("UPDATE", "", "v=0 theirs");
    let mail = phone.owner(|node, now, id| node.hang_up(now, id, None));
    assert_eq!(words(&mail), ["487", "BYE"]);
    phone.expect_nothing_left();
}

/// A refusal inside a dialog takes a number: its repeat must find it, not be "out of order".
#[test]
fn rfc3261_12_2_2_a_refused_request_gets_the_same_refusal_again() {
    for (method, extra, status) in [
        ("UPDATE", "Session-Expires: 30\r\nSupported: timer\r\n", 422),
        ("INVITE", "Session-Expires: 30\r\nSupported: timer\r\n", 422),
        ("INVITE", "Content-Encoding: gzip\r\n", 415),
        ("UPDATE", "Content-Encoding: gzip\r\n", 415),
    ] {
        let mut phone = Handset::talking(ALLOW_ALL);
        let text = phone.request(method, extra, "v=0");
        for _ in 0..2 {
            assert_eq!(phone.phone.status_of(&text), status, "{method} {extra}");
        }
        let late = phone.request_numbered("INFO", phone.last_cseq(), "", "");
        assert_eq!(phone.phone.status_of(&late), 500, "a number that was used");
    }
}

/// RFC 3261 §13.2.2.4: an ACK without the answer to our offer leaves nobody knowing what to send.
#[test]
fn an_ack_without_the_answer_to_a_late_offer_ends_the_call() {
    let mut phone = Handset::talking(ALLOW_ALL);
    phone.says("INVITE", "", "");
    assert_eq!(
        phone.phone.news(),
        [Event::ReInvite {
            session: phone.session,
            sdp: None
        }]
    );
    phone.owner(|node, now, id| node.accept_reinvite(now, id, OFFER));
    let ack = phone.request_numbered("ACK", phone.last_cseq(), "", "");
    let back = phone.phone.say(&ack);
    assert_eq!(words(&back), ["BYE"]);
    assert_eq!(phone.phone.news(), [phone.ended(EndedBy::NoAck)]);
    phone.replies(&back[0], "200 OK", "", "");
    phone.expect_nothing_left();
}

/// S14: whoever speaks in the dialog of an account from another address proves who he is.
#[test]
fn s14_a_phone_that_has_moved_proves_its_password_and_goes_on() {
    let mut phone = Handset::talking(ALLOW_ALL);
    phone.phone.flow.remote = address("10.0.0.77:1");
    let uri = "sip:139@10.0.0.1:5060";
    let proven = |phone: &mut Handset, method: &str, user: &str, password: &str| -> u16 {
        let text = phone.request(method, "", "");
        let challenge = phone.phone.say(&text).pop().unwrap();
        assert_eq!(challenge.status(), Some(407), "{method}");
        let method_name = Method::parse(method.as_bytes()).unwrap();
        let line = phone.phone.credentials(
            &challenge,
            Algorithm::Sha256,
            user,
            password,
            &method_name,
            uri,
        );
        phone.status_of(method, &line, "")
    };
    assert_eq!(
        proven(&mut phone, "BYE", "1002", "other"),
        403,
        "another user"
    );
    assert_eq!(proven(&mut phone, "BYE", "1001", "wrong"), 403);
    assert_eq!(phone.phone.news(), []);
    assert_eq!(proven(&mut phone, "UPDATE", "1001", "secret"), 200);
    let server = &phone.phone.server;
    assert_eq!(
        server.peer_address(phone.session),
        Some(address("10.0.0.77:1").ip()),
        "he is to be reached there"
    );
    assert_eq!(
        phone.status_of("INFO", "", ""),
        200,
        "from there on as before"
    );
    phone.phone.flow.remote = address("10.0.0.78:1");
    assert_eq!(proven(&mut phone, "BYE", "1001", "secret"), 200);
    assert_eq!(phone.phone.news(), [phone.ended(EndedBy::RemoteBye)]);
}

/// G11: a stranger's call that is refused costs one answer beside the 100, however long nobody acknowledges it.
#[test]
fn g11_a_refusal_to_an_unproven_source_is_sent_once() {
    let mut world = World::new();
    let (_, server) = world.hotline();
    world.loss = Box::new(|text| text.starts_with("ACK"));
    world.trace.clear();
    world.at(SERVER, |node, now| {
        node.reject(now, server, Refusal::new(486))
    });
    world.run(Duration::from_secs(60));
    assert_eq!(world.sent_by(SERVER), ["486"]);
    assert_eq!(world.sizes(SERVER), endpoint::Sizes::default());

    // The owner of an account has shown that he is there: he gets it until he has it (timer G).
    let mut phone = Phone::new();
    let uri = "sip:4000@call.example.com";
    let contact = "Contact: <sip:1001@10.0.0.3:5063>\r\n";
    let text = phone.request("INVITE", uri, "1001", contact);
    let challenge = phone.say(&text).pop().unwrap();
    let line = phone.credentials(
        &challenge,
        Algorithm::Md5,
        "1001",
        "secret",
        &Method::Invite,
        uri,
    );
    let text = phone.request("INVITE", uri, "1001", &format!("{line}{contact}"));
    phone.say(&text);
    let Some(Event::Invite { session, .. }) = phone.news().pop() else {
        panic!("no Invite")
    };
    phone.server.reject(phone.now, session, Refusal::new(486));
    phone.wait(Duration::from_secs(60));
    assert_eq!(phone.mail.len(), 11);
}
