//! Asking a colleague by the desk: consult, alternate, three-way and completion. R15, P6, N2, and whoever goes in the middle.

use std::time::Duration;

use engine::{StateRequest, TalkOrder, TransferTarget};
use model::fact::Pop;
use model::transfer::{ConsultEnd, NotReached, TransferKind, TransferWay};
use model::{AgentId, AgentState, Fact};

use crate::hotline::Hotline;
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);

/// Caller 100 talks with 1001; 1002 is there too and behaves like this.
pub(crate) fn talking(other: Manner) -> (Hotline, AgentId, AgentId) {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(10 * SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    let wang = hotline.agent("1002", other);
    (hotline, li, wang)
}

pub(crate) fn ask(login: &str) -> TalkOrder {
    TalkOrder::Consult {
        to: TransferTarget::Agent(login.into()),
        note: Some("may I?".into()),
    }
}

/// 1001 asks 1002, who has answered.
fn consulting() -> (Hotline, AgentId, AgentId) {
    let (mut hotline, li, wang) = talking(Manner::Answers(SECOND));
    assert!(hotline.orders(li, "100", ask("1002")));
    hotline.run_for(3 * SECOND);
    assert_eq!(hears(&hotline), ["music", "1002", "1001"]);
    (hotline, li, wang)
}

/// What caller, agent and colleague hear.
fn hears(hotline: &Hotline) -> [String; 3] {
    ["100", "1001", "1002"].map(|who| hotline.hears(who))
}

/// How consults ended, in order.
fn ends(hotline: &Hotline) -> Vec<ConsultEnd> {
    let ended = hotline.facts_named("consult.ended").into_iter();
    ended
        .map(|fact| match fact {
            Fact::ConsultEnded { end, .. } => *end,
            other => panic!("{other:?}"),
        })
        .collect()
}

pub(crate) fn last_pop(hotline: &Hotline) -> &Pop {
    match hotline.facts_named("offer.made").last() {
        Some(Fact::OfferMade { pop, .. }) => pop,
        other => panic!("{other:?}"),
    }
}

/// The agents of the call of 100 with the seconds that each talked.
pub(crate) fn parts(hotline: &Hotline) -> Vec<(AgentId, u64)> {
    let record = hotline.record_of(hotline.call_of("100"));
    record
        .segments
        .iter()
        .map(|part| (part.agent, (part.talk_ms + 500) / 1_000))
        .collect()
}

#[test]
fn the_desk_asks_turns_and_completes() {
    let (mut hotline, li, wang) = consulting();
    let asked: Vec<_> = hotline
        .story()
        .into_iter()
        .skip_while(|name| *name != "call.connected")
        .collect();
    assert_eq!(
        asked,
        [
            "call.connected",
            "consult.started",
            "call.held",
            "offer.made",
            "consult.connected"
        ]
    );
    assert!(hotline.orders(li, "100", TalkOrder::Alternate));
    assert_eq!(hears(&hotline), ["1001", "100", "music"]);
    assert!(hotline.orders(li, "100", TalkOrder::Alternate));
    assert_eq!(hears(&hotline), ["music", "1002", "1001"]);
    hotline.run_for(20 * SECOND);
    assert!(hotline.orders(li, "100", TalkOrder::Complete));
    assert_eq!(hears(&hotline), ["1002", "nothing", "100"]);
    assert!(hotline.when("1001", "is hung up").is_some());
    assert!(matches!(hotline.state(li), AgentState::WrapUp { .. }));
    assert_eq!(ends(&hotline), [ConsultEnd::Completed]);
    let [Fact::Transferred { transfer, .. }] = hotline.facts_named("call.transferred")[..] else {
        panic!("transferred once");
    };
    assert_eq!(
        (transfer.kind, transfer.by, transfer.from),
        (TransferKind::Attended, TransferWay::Desk, li)
    );
    hotline.run_for(30 * SECOND);
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    let [(first, a), (second, b)] = parts(&hotline)[..] else {
        panic!("two parts");
    };
    assert_eq!((first, second), (li, wang));
    assert!(
        (30..=34).contains(&a) && (30..=32).contains(&b),
        "{a} s, {b} s"
    );
    assert!(matches!(hotline.state(wang), AgentState::WrapUp { .. }));
    hotline.assert_clean();
}

#[test]
fn p6_the_one_who_is_asked_sees_all_and_who_asks() {
    let (hotline, li, _) = consulting();
    let pop = last_pop(&hotline);
    let handed_on = pop.handed_on.as_ref().unwrap();
    assert_eq!((handed_on.by.agent, handed_on.consult), (li, true));
    assert_eq!(handed_on.note.as_deref(), Some("may I?"));
    assert_eq!(pop.caller.number.as_deref(), Some("100"));
    assert_eq!(pop.path, ["menu welcome", "1", "queue support"]);
}

#[test]
fn r15_who_is_asked_is_busy_and_no_call_of_his_is_counted_until_the_customer_is_his() {
    let (mut hotline, li, wang) = consulting();
    assert!(matches!(hotline.state(wang), AgentState::Talking { .. }));
    hotline.caller_presses("200", '1');
    hotline.run_for(20 * SECOND);
    assert_eq!(
        hotline.hears("200"),
        "music",
        "he is offered nobody meanwhile"
    );
    hotline.hangs_up("200");
    assert!(hotline.orders(li, "100", TalkOrder::Drop));
    assert_eq!(hears(&hotline), ["1001", "100", "nothing"]);
    assert_eq!(hotline.state(wang), AgentState::Ready, "nothing to file");
    assert_eq!(ends(&hotline), [ConsultEnd::Dropped]);
    // 1003 has come after him; he is still the longest idle.
    hotline.agent("1003", Manner::Rings);
    hotline.phone("1002").manner = Manner::Rings;
    hotline.caller_presses("300", '1');
    assert!(hotline.when("1002", "rings from 300").is_some());
    hotline.hangs_up("300");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn three_hear_each_other_and_the_recording_goes_on() {
    let (mut hotline, li, wang) = consulting();
    assert!(hotline.orders(li, "100", TalkOrder::Join));
    assert_eq!(
        hears(&hotline),
        ["1001 and 1002", "100 and 1002", "100 and 1001"]
    );
    let [Fact::CallJoined { agents, .. }] = hotline.facts_named("call.joined")[..] else {
        panic!("joined once");
    };
    assert_eq!(agents, &[li, wang]);
    assert!(hotline.ports[&hotline.port_of("100").unwrap()].recorded);
    assert!(
        !hotline.orders(li, "100", TalkOrder::Join),
        "they do already"
    );
    assert!(hotline.orders(li, "100", TalkOrder::Drop));
    assert_eq!(hears(&hotline), ["1001", "100", "nothing"]);
    hotline.hangs_up("1001");
    hotline.assert_clean();
}

#[test]
fn who_leaves_the_three_leaves_two() {
    for (who, expected) in [
        ("1001", ["1002", "nothing", "100"]),
        ("1002", ["1001", "100", "nothing"]),
    ] {
        let (mut hotline, li, wang) = consulting();
        hotline.orders(li, "100", TalkOrder::Join);
        hotline.run_for(20 * SECOND);
        hotline.hangs_up(who);
        hotline.run_for(SECOND);
        assert_eq!(hears(&hotline), expected, "{who} leaves");
        let last = if who == "1001" { wang } else { li };
        hotline.run_for(10 * SECOND);
        hotline.hangs_up("100");
        hotline.run_for(SECOND);
        assert_eq!(parts(&hotline).last().unwrap().0, last);
        hotline.assert_clean();
    }
    let (mut hotline, li, _) = consulting();
    hotline.orders(li, "100", TalkOrder::Join);
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    for phone in ["1001", "1002"] {
        assert!(hotline.when(phone, "is hung up").is_some(), "{phone}");
    }
    hotline.assert_clean();
}

#[test]
fn one_of_three_who_holds_is_out_of_the_room_and_plays_no_music_into_it() {
    let (mut hotline, li, _) = consulting();
    hotline.orders(li, "100", TalkOrder::Join);
    hotline.re_invites("1002", "sendonly");
    assert_eq!(hotline.hears("100"), "1001");
    assert_eq!(hotline.hears("1001"), "100");
    hotline.re_invites("1002", "sendrecv");
    assert_eq!(hotline.hears("100"), "1001 and 1002");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn the_one_who_is_asked_is_not_reached_and_the_agent_is_with_the_caller_again() {
    for (manner, cause) in [
        (Manner::Refuses(486), NotReached::Busy),
        (Manner::Refuses(603), NotReached::Declined),
        (Manner::Rings, NotReached::NoAnswer),
        (Manner::Refuses(503), NotReached::Unreachable),
    ] {
        let (mut hotline, li, wang) = talking(manner);
        assert!(hotline.orders(li, "100", ask("1002")));
        if manner == Manner::Rings {
            assert_eq!(hears(&hotline)[..2], ["music", "a tone"]);
        }
        hotline.run_for(30 * SECOND);
        assert_eq!(ends(&hotline), [ConsultEnd::NotReached(cause)]);
        assert_eq!(hears(&hotline)[..2], ["1001", "100"]);
        assert!(!matches!(hotline.state(wang), AgentState::Talking { .. }));
        hotline.hangs_up("100");
        hotline.assert_clean();
    }
}

#[test]
fn nobody_asks_himself_or_a_queue_or_two_at_once() {
    let (mut hotline, li, _) = talking(Manner::Rings);
    hotline.agent("1003", Manner::Rings);
    for to in [
        TransferTarget::Agent("1001".into()),
        TransferTarget::Queue("everybody".into()),
        TransferTarget::Number("13800001111".into()),
    ] {
        let order = TalkOrder::Consult { to, note: None };
        assert!(!hotline.orders(li, "100", order.clone()), "{order:?}");
    }
    for order in [
        TalkOrder::Alternate,
        TalkOrder::Join,
        TalkOrder::Complete,
        TalkOrder::Drop,
    ] {
        assert!(!hotline.orders(li, "100", order.clone()), "{order:?}");
    }
    assert!(hotline.orders(li, "100", ask("1002")));
    assert!(!hotline.orders(li, "100", ask("1003")));
    assert!(!hotline.orders(li, "100", TalkOrder::Hold));
    assert!(
        !hotline.orders(li, "100", TalkOrder::Join),
        "he has not answered"
    );
    let long = TalkOrder::Transfer {
        to: TransferTarget::Agent("1003".into()),
        note: Some("x".repeat(501)),
    };
    assert!(hotline.orders(li, "100", TalkOrder::Drop));
    assert!(!hotline.orders(li, "100", long));
    assert!(hotline.when("1002", "is cancelled").is_some());
    assert_eq!(hotline.hears("100"), "1001");
}

/// RFC 3264 §5: an answer of no use leaves no session; that is the colleague's leg, and nobody else's.
#[test]
fn an_answer_that_cannot_be_used_costs_the_leg_that_gave_it() {
    let (mut hotline, _, _) = consulting();
    hotline
        .phone("1002")
        .re_invites_without_sdp("v=0\r\nnonsense\r\n");
    hotline.run_for(SECOND);
    assert!(hotline.when("1002", "is hung up").is_some());
    assert_eq!(ends(&hotline), [ConsultEnd::Dropped]);
    assert_eq!(hotline.hears("100"), "1001");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn the_caller_hangs_up_while_the_agents_talk() {
    for rings in [true, false] {
        let manner = if rings {
            Manner::Rings
        } else {
            Manner::Answers(SECOND)
        };
        let (mut hotline, li, wang) = talking(manner);
        hotline.orders(li, "100", ask("1002"));
        hotline.run_for(3 * SECOND);
        hotline.hangs_up("100");
        hotline.run_for(2 * SECOND);
        let told = if rings { "is cancelled" } else { "is hung up" };
        assert!(hotline.when("1002", told).is_some());
        assert_eq!(
            hotline.state(wang),
            AgentState::Ready,
            "R15: nothing to file"
        );
        assert_eq!(ends(&hotline), [ConsultEnd::CallOver]);
        assert_eq!(hotline.story().last(), Some(&"call.ended"));
        hotline.assert_clean();
    }
}

#[test]
fn the_agent_hangs_up_and_the_caller_is_with_whom_he_asked() {
    let (mut hotline, li, wang) = consulting();
    hotline.hangs_up("1001");
    hotline.run_for(SECOND);
    assert_eq!(hears(&hotline), ["1002", "nothing", "100"]);
    assert_eq!(ends(&hotline), [ConsultEnd::Completed]);
    assert!(matches!(hotline.state(li), AgentState::WrapUp { .. }));
    hotline.run_for(20 * SECOND);
    hotline.hangs_up("1002");
    hotline.run_for(SECOND);
    assert!(
        matches!(hotline.state(wang), AgentState::WrapUp { .. }),
        "it was his call"
    );
    hotline.assert_clean();
}

#[test]
fn d31_the_agent_hangs_up_while_the_colleagues_phone_rings_and_it_rings_for_the_caller() {
    for answers in [true, false] {
        let (mut hotline, li, wang) = talking(Manner::Rings);
        hotline.orders(li, "100", ask("1002"));
        hotline.run_for(3 * SECOND);
        hotline.hangs_up("1001");
        hotline.run_for(SECOND);
        assert_eq!(hotline.hears("100"), "a tone");
        if answers {
            hotline.answers("1002");
            hotline.run_for(SECOND);
            assert_eq!(hotline.hears("100"), "1002");
            hotline.run_for(20 * SECOND);
            hotline.hangs_up("100");
            hotline.run_for(SECOND);
            assert!(matches!(hotline.state(wang), AgentState::WrapUp { .. }));
        } else {
            hotline.run_for(30 * SECOND);
            assert_eq!(
                hotline.hears("100"),
                "1001",
                "his phone rang for the caller"
            );
            hotline.hangs_up("100");
        }
        hotline.assert_clean();
    }
}

#[test]
fn s3_a_defect_in_the_middle_of_a_consult_ends_that_call_alone() {
    for turns in 0..8 {
        let (mut hotline, li, wang) = talking(Manner::Answers(SECOND));
        let call = hotline.call_of("100");
        hotline.engine.plant_panic(call, turns);
        for order in [ask("1002"), TalkOrder::Join, TalkOrder::Complete] {
            if hotline.broken.is_empty() {
                hotline.orders(li, "100", order);
                hotline.run_for(3 * SECOND);
            }
        }
        if hotline.broken.is_empty() {
            hotline.hangs_up("100");
        }
        hotline.run_for(60 * SECOND);
        for agent in [li, wang] {
            assert_eq!(
                hotline.state(agent),
                AgentState::Ready,
                "after {turns} turns"
            );
        }
        hotline.assert_clean();
    }
}

#[test]
fn an_agent_who_is_asked_for_another_state_gets_it_after_the_consult() {
    let (mut hotline, li, wang) = consulting();
    hotline.says(
        wang,
        StateRequest::NotReady {
            reason: "tea".into(),
        },
    );
    assert!(matches!(hotline.state(wang), AgentState::Talking { .. }));
    hotline.orders(li, "100", TalkOrder::Drop);
    assert!(matches!(hotline.state(wang), AgentState::NotReady { .. }));
}
