//! Calls between two endpoints: answered, cancelled, refused, crossed, lost.

use super::world::*;
use crate::*;
use core::time::Duration;

fn ended(session: SessionId, by: EndedBy) -> Event {
    Event::Ended {
        session,
        by,
        reason: None,
    }
}

fn refused(session: SessionId, status: u16) -> Event {
    Event::Refused {
        session,
        status,
        reason: None,
        retry_after_s: None,
    }
}

#[test]
fn a_call_from_invite_to_bye() {
    let mut world = World::new();
    let alice = world.call(ALICE, SERVER, "4000");
    world.run_ms(50);
    let news = world.news(SERVER);
    let [Event::Invite { session, invite }] = news.as_slice() else {
        panic!("{news:?}")
    };
    let server = *session;
    assert_eq!(invite.called_user, "4000");
    assert_eq!(invite.sdp, Some(OFFER));
    assert_eq!(invite.authenticated, None);
    let caller = Caller {
        display: Some("A \"lice\"".into()),
        user: "alice".into(),
        host: "alice.example".into(),
        anonymous: false,
    };
    assert_eq!(invite.caller, caller);
    assert_eq!(invite.user_agent.as_deref(), Some("Trunkline/test"));

    world.at(SERVER, |node, now| node.ring(now, server));
    world.at(SERVER, |node, now| node.progress(now, server, ANSWER));
    world.run_ms(50);
    let ringing = |status, sdp| Event::Ringing {
        session: alice,
        status,
        sdp,
    };
    assert_eq!(
        world.news(ALICE),
        [ringing(180, None), ringing(183, Some(ANSWER))]
    );

    world.at(SERVER, |node, now| node.answer(now, server, ANSWER));
    world.run_ms(20);
    assert_eq!(
        world.news(ALICE),
        [Event::Answered {
            session: alice,
            sdp: Some(ANSWER),
            late: false
        }]
    );
    assert_eq!(
        world.news(SERVER),
        [Event::Acked {
            session: server,
            sdp: None
        }]
    );

    let why = Reason::q850(16, "Normal call clearing");
    world.at(ALICE, |node, now| {
        node.hang_up(now, alice, Some(why.clone()))
    });
    world.run_ms(20);
    assert_eq!(
        world.news(SERVER),
        [Event::Ended {
            session: server,
            by: EndedBy::RemoteBye,
            reason: Some(why)
        }]
    );
    assert_eq!(world.sent_by(ALICE), ["INVITE", "PRACK", "ACK", "BYE"]);
    assert_eq!(world.sent_by(SERVER), ["180", "183", "200", "200", "200"]);
    world.expect_nothing_left();
    assert_eq!((world.news(ALICE), world.news(SERVER)), (vec![], vec![]));
}

#[test]
fn the_callee_may_end_the_call_too() {
    let mut world = World::new();
    let (alice, server) = world.talk();
    world.at(SERVER, |node, now| node.hang_up(now, server, None));
    world.run_ms(20);
    assert_eq!(world.news(ALICE), [ended(alice, EndedBy::RemoteBye)]);
    world.expect_nothing_left();
}

#[test]
fn cancel_waits_for_a_1xx() {
    let mut world = World::new();
    world.loss = Box::new(|text| text.starts_with("SIP/2.0 100"));
    let alice = world.call(ALICE, SERVER, "4000");
    world.at(ALICE, |node, now| node.hang_up(now, alice, None));
    world.at(ALICE, |node, now| node.hang_up(now, alice, None));
    world.run_ms(400);
    assert_eq!(world.sent_by(ALICE), ["INVITE"], "RFC 3261 §9.1");
    world.loss = Box::new(|_| false);
    world.run_ms(500);
    assert_eq!(world.sent_by(ALICE), ["INVITE", "INVITE", "CANCEL", "ACK"]);
    assert_eq!(world.news(ALICE), [refused(alice, 487)]);
    let news = world.news(SERVER);
    assert!(
        matches!(
            news.as_slice(),
            [Event::Invite { .. }, Event::Cancelled { reason: None, .. }]
        ),
        "{news:?}"
    );
    world.expect_nothing_left();
}

#[test]
fn r10_cancel_after_180_carries_its_reason() {
    let mut world = World::new();
    let (alice, server) = world.hotline();
    world.at(SERVER, |node, now| node.ring(now, server));
    world.run_ms(20);
    let why = Reason::answered_elsewhere();
    world.at(ALICE, |node, now| {
        node.hang_up(now, alice, Some(why.clone()))
    });
    world.run_ms(50);
    assert_eq!(
        world.news(SERVER),
        [Event::Cancelled {
            session: server,
            reason: Some(why)
        }]
    );
    assert_eq!(world.news(ALICE).last(), Some(&refused(alice, 487)));
    world.expect_nothing_left();
}

#[test]
fn r11_cancel_that_crosses_the_200_leads_to_a_late_answer_and_bye() {
    let mut world = World::new();
    let (alice, server) = world.hotline();
    world.at(SERVER, |node, now| node.answer(now, server, ANSWER));
    world.at(ALICE, |node, now| node.hang_up(now, alice, None));
    world.run_ms(50);
    assert_eq!(
        world.news(ALICE),
        [Event::Answered {
            session: alice,
            sdp: Some(ANSWER),
            late: true
        }]
    );
    assert_eq!(
        world.news(SERVER),
        [Event::Acked {
            session: server,
            sdp: None
        }],
        "the CANCEL came too late"
    );
    let why = Reason::answered_elsewhere();
    world.at(ALICE, |node, now| {
        node.hang_up(now, alice, Some(why.clone()))
    });
    world.run_ms(20);
    assert_eq!(
        world.news(SERVER),
        [Event::Ended {
            session: server,
            by: EndedBy::RemoteBye,
            reason: Some(why)
        }]
    );
    world.expect_nothing_left();
}

#[test]
fn r22_second_answer_gets_bye_by_itself_after_5_s() {
    let mut world = World::new();
    let (alice, server) = world.hotline();
    world.at(SERVER, |node, now| node.answer(now, server, ANSWER));
    world.at(ALICE, |node, now| node.hang_up(now, alice, None));
    world.run_ms(50);
    world.news(ALICE);
    world.run(Duration::from_secs(4));
    assert_eq!(world.news(ALICE), []);
    world.run(Duration::from_secs(2));
    assert_eq!(world.news(ALICE), [ended(alice, EndedBy::Timeout)]);
    assert_eq!(
        world.news(SERVER).last(),
        Some(&ended(server, EndedBy::RemoteBye))
    );
    world.expect_nothing_left();
}

#[test]
fn a_cancelled_call_that_nobody_answers_is_given_up_after_64_t1() {
    let mut world = World::new();
    let (alice, _) = world.hotline();
    world.loss = Box::new(|_| true);
    world.at(ALICE, |node, now| node.hang_up(now, alice, None));
    world.run(Duration::from_secs(33));
    assert_eq!(world.news(ALICE), [refused(alice, 408)]);
}

#[test]
fn byes_that_cross_end_both_sides_once() {
    let mut world = World::new();
    let (alice, server) = world.talk();
    world.at(ALICE, |node, now| node.hang_up(now, alice, None));
    world.at(SERVER, |node, now| node.hang_up(now, server, None));
    world.run_ms(50);
    assert_eq!(
        (world.news(ALICE), world.news(SERVER)),
        (vec![], vec![]),
        "both had hung up"
    );
    world.expect_nothing_left();
}

#[test]
fn a_refusal_arrives_with_its_words() {
    let mut world = World::new();
    let (alice, server) = world.hotline();
    let refusal = Refusal {
        status: 486,
        retry_after_s: Some(7),
        reason: Some(Reason::q850(17, "User busy")),
        warning: Some("all \"seats\"\r\nbusy".into()),
    };
    world.at(SERVER, |node, now| node.reject(now, server, refusal));
    world.run_ms(50);
    let reason = Some(Reason::q850(17, "User busy"));
    assert_eq!(
        world.news(ALICE),
        [Event::Refused {
            session: alice,
            status: 486,
            reason,
            retry_after_s: Some(7)
        }]
    );
    assert_eq!(world.sent_by(ALICE), ["INVITE", "ACK"]);
    world.expect_nothing_left();
}

#[test]
fn timer_b_nobody_there_is_408_after_64_t1() {
    let mut world = World::new();
    world.loss = Box::new(|_| true);
    let alice = world.call(ALICE, SERVER, "4000");
    world.run_ms(31_999);
    assert_eq!(world.news(ALICE), []);
    world.run_ms(1);
    assert_eq!(world.news(ALICE), [refused(alice, 408)]);
    assert_eq!(world.sent_by(ALICE).len(), 7, "timer A: T1 doubling");
    world.expect_nothing_left();
}

#[test]
fn ok_without_ack_is_repeated_and_then_hung_up() {
    // A connection: somebody is there.
    let mut world = World::over(Transport::Tcp);
    let (_, server) = world.hotline();
    world.loss = Box::new(|text| text.starts_with("ACK"));
    world.at(SERVER, |node, now| node.answer(now, server, ANSWER));
    world.run_ms(31_999);
    assert_eq!(world.news(SERVER), []);
    let oks = world
        .sent_by(SERVER)
        .iter()
        .filter(|word| *word == "200")
        .count();
    assert_eq!(oks, 11, "0 0.5 1.5 3.5 7.5 11.5 ... 31.5 s");
    let acks = world
        .sent_by(ALICE)
        .iter()
        .filter(|word| *word == "ACK")
        .count();
    assert_eq!(acks, 11, "each repeat is acknowledged again");
    world.run_ms(1_000);
    assert_eq!(world.news(SERVER), [ended(server, EndedBy::NoAck)]);
    assert!(matches!(
        world.news(ALICE).last(),
        Some(Event::Ended {
            by: EndedBy::RemoteBye,
            ..
        })
    ));
    world.expect_nothing_left();
}

/// Nobody may have us send more than five answers to a host that never called (RFC 3261 §13.3.1.4 would send eleven,
/// and then eleven BYE).
#[test]
fn g11_an_ok_to_an_unproven_source_is_repeated_four_times_and_not_hung_up() {
    for hangs_up in [false, true] {
        let mut world = World::new();
        let (_, server) = world.hotline();
        world.loss = Box::new(|text| text.starts_with("ACK"));
        world.at(SERVER, |node, now| node.answer(now, server, ANSWER));
        if hangs_up {
            world.at(SERVER, |node, now| node.hang_up(now, server, None));
        }
        world.run_ms(7_999);
        assert_eq!(world.news(SERVER), []);
        assert_eq!(world.sizes(SERVER).sessions, 1);
        world.run_ms(1);
        let news = if hangs_up {
            vec![]
        } else {
            vec![ended(server, EndedBy::NoAck)]
        };
        assert_eq!(world.news(SERVER), news);
        assert_eq!(world.sizes(SERVER).sessions, 0);
        world.run(Duration::from_secs(60));
        assert_eq!(world.sent_by(SERVER), ["200"; 5], "0 0.5 1.5 3.5 7.5 s");
    }
}

#[test]
fn hanging_up_before_the_ack_waits_for_it() {
    let mut world = World::new();
    let (alice, server) = world.hotline();
    world.at(SERVER, |node, now| node.answer(now, server, ANSWER));
    world.at(SERVER, |node, now| node.hang_up(now, server, None));
    assert_eq!(
        world.sent_by(SERVER),
        ["200"],
        "RFC 3261 §15: no BYE before the ACK"
    );
    world.run_ms(50);
    assert_eq!(world.sent_by(SERVER), ["200", "BYE"]);
    assert_eq!(world.news(SERVER), [], "the session was dead for its owner");
    assert_eq!(
        world.news(ALICE).last(),
        Some(&ended(alice, EndedBy::RemoteBye))
    );
    world.expect_nothing_left();
}

#[test]
fn hanging_up_an_unanswered_call_refuses_it() {
    let rows = [
        (None, 480),
        (Some(Reason::sip(603, "Decline")), 603),
        (Some(Reason::sip(200, "Call completed elsewhere")), 480),
        (Some(Reason::q850(486, "")), 480),
    ];
    for (reason, status) in rows {
        let mut world = World::new();
        let (_, server) = world.hotline();
        world.at(SERVER, |node, now| node.hang_up(now, server, reason));
        world.run_ms(50);
        let news = world.news(ALICE);
        assert!(
            matches!(news.as_slice(), [Event::Refused { status: got, .. }] if *got == status),
            "{news:?}"
        );
        world.expect_nothing_left();
    }
}

#[test]
fn the_caller_may_hang_up_before_its_ack_arrives() {
    let mut world = World::new();
    let (alice, server) = world.hotline();
    world.loss = Box::new(|text| text.starts_with("ACK"));
    world.at(SERVER, |node, now| node.answer(now, server, ANSWER));
    world.run_ms(50);
    world.at(ALICE, |node, now| node.hang_up(now, alice, None));
    world.run_ms(50);
    assert_eq!(world.news(SERVER), [ended(server, EndedBy::RemoteBye)]);
    world.expect_nothing_left();
}

#[test]
fn calls_with_a_dead_session_do_nothing() {
    let mut world = World::new();
    let (_, server) = world.talk();
    world.at(SERVER, |node, now| node.hang_up(now, server, None));
    world.run_ms(50);
    let before = world.trace.len();
    world.at(SERVER, |node, now| {
        node.ring(now, server);
        node.progress(now, server, OFFER);
        node.answer(now, server, ANSWER);
        node.reject(now, server, Refusal::new(486));
        node.accept_reinvite(now, server, ANSWER);
        node.reject_reinvite(now, server, 488);
        node.hang_up(now, server, None);
        node.hang_up(now, SessionId(99), None);
    });
    assert_eq!(world.trace.len(), before);
}

#[test]
fn answering_twice_or_rejecting_after_the_answer_changes_nothing() {
    let mut world = World::new();
    let (_, server) = world.talk();
    let before = world.trace.len();
    world.at(SERVER, |node, now| {
        node.answer(now, server, ANSWER);
        node.reject(now, server, Refusal::new(486));
        node.ring(now, server);
    });
    assert_eq!(world.trace.len(), before);
    assert_eq!(world.sizes(SERVER).sessions, 1);
}

#[test]
fn an_invite_that_cannot_be_written_is_refused_at_once() {
    let mut world = World::new();
    let invite = OutgoingInvite {
        hops_left: crate::HOPS_MAX,
        destination: Destination::Contact(Box::new(binding(Transport::Udp, SERVER, AGENT, "1001"))),
        to_user: "1001".into(),
        from: Identity {
            display: None,
            user: "anonymous".into(),
        },
        sdp: bytes::Bytes::new(),
        headers: Vec::new(),
    };
    let session = world.at(SERVER, |node, now| node.invite(now, invite));
    assert_eq!(world.news(SERVER), [refused(session, 500)]);
    assert_eq!(world.sizes(SERVER), endpoint::Sizes::default());
}

#[test]
fn extra_headers_reach_the_phone_and_no_text_ends_a_line() {
    let mut world = World::new();
    let invite = OutgoingInvite {
        hops_left: crate::HOPS_MAX,
        destination: Destination::Contact(Box::new(binding(Transport::Udp, SERVER, AGENT, "1001"))),
        to_user: "1001".into(),
        from: Identity {
            display: Some("x\r\nEvil: 1".into()),
            user: "a\r\nEvil: 1".into(),
        },
        sdp: OFFER,
        headers: vec![
            ExtraHeader::AlertInfo(AlertInfo {
                uri: "urn:alert:service:x".parse().unwrap(),
                info: Some("alert\r\nEvil: 1".into()),
            }),
            ExtraHeader::Priority(Priority::Urgent),
            ExtraHeader::CallInfo {
                uri: "http://h/x".parse().unwrap(),
                purpose: "info\r\nEvil: 1".into(),
            },
            ExtraHeader::Subject("s\r\nEvil: 1".into()),
            ExtraHeader::AssertedIdentity(Identity {
                display: Some("d\nEvil: 1".into()),
                user: "139".into(),
            }),
        ],
    };
    let mut text = String::new();
    world.at(SERVER, |node, now| {
        node.invite(now, invite);
        while let Some(Output::Transmit(transmit)) = node.poll_output() {
            text = String::from_utf8(transmit.bytes.to_vec()).unwrap();
        }
    });
    assert!(!text.contains("\nEvil"), "{text}");
    for line in [
        "Alert-Info: <urn:alert:service:x>;info=alert--Evil--1\r\n",
        "Priority: urgent\r\n",
        "Call-Info: <http://h/x>;purpose=info--Evil--1\r\n",
        "Subject: sEvil: 1\r\n",
        "P-Asserted-Identity: \"dEvil: 1\" <sip:139@call.example.com>\r\n",
        "From: \"xEvil: 1\" <sip:a%0D%0AEvil%3A%201@call.example.com>;tag=",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn s6_draining_refuses_new_calls_and_keeps_old_ones() {
    let mut world = World::new();
    let (alice, server) = world.talk();
    world.at(SERVER, |node, _| {
        node.set_refusing(Some(Duration::from_secs(30)))
    });
    let second = world.call(ALICE, SERVER, "4000");
    world.run_ms(50);
    let expected = Event::Refused {
        session: second,
        status: 503,
        reason: None,
        retry_after_s: Some(30),
    };
    assert_eq!(world.news(ALICE), [expected]);
    assert_eq!(world.news(SERVER), []);
    world.at(SERVER, |node, now| node.hang_up(now, server, None));
    world.run_ms(50);
    assert_eq!(world.news(ALICE), [ended(alice, EndedBy::RemoteBye)]);
    world.at(SERVER, |node, _| node.set_refusing(None));
    world.hotline();
}

/// S6: a node may stop once nothing of it is under way.
#[test]
fn s6_quiet_is_who_has_no_call_and_nothing_to_repeat() {
    let quiet = |world: &mut World| world.at(SERVER, |node, _| node.is_quiet());
    let mut world = World::new();
    assert!(quiet(&mut world));
    let (_, server) = world.talk();
    assert!(!quiet(&mut world), "a call");
    world.loss = Box::new(|_| true);
    world.at(SERVER, |node, now| node.hang_up(now, server, None));
    assert!(!quiet(&mut world), "a BYE that nobody has answered");
    world.loss = Box::new(|_| false);
    world.run_ms(600);
    assert!(quiet(&mut world), "its answer has come");
    assert_ne!(world.sizes(SERVER).transactions, 0, "and is waited out");

    let mut world = World::new();
    let (_, server) = world.hotline();
    assert!(!quiet(&mut world), "a call that rings");
    world.loss = Box::new(|_| true);
    let busy = Refusal::new(486);
    world.at(SERVER, |node, now| node.reject(now, server, busy));
    assert!(quiet(&mut world), "G11: a stranger's refusal is sent once");

    let mut world = World::new();
    world.call(SERVER, ALICE, "alice");
    assert!(!quiet(&mut world), "a call of ours");
}
