//! Blind transfers, by REFER and by the desk: R14, D31, P6, N2, and whoever goes in the middle.

use std::time::Duration;

use engine::{Entry, StateRequest, TalkOrder, TransferTarget};
use model::fact::{CallResult, Pop};
use model::transfer::{NotReached, TransferTo, TransferWay};
use model::{AgentId, AgentState, Cdr, Fact};

use crate::hotline::{Hotline, PROMPT};
use crate::phone::Manner;
use crate::plan::{leads, numbers};

const SECOND: Duration = Duration::from_secs(1);

/// Caller 100 has waited for 2 s and talks with 1001; 1002 is there too and behaves like this.
pub(crate) fn talking(other: Manner) -> (Hotline, AgentId, AgentId) {
    talking_in(Hotline::open(), other)
}

pub(crate) fn talking_in(mut hotline: Hotline, other: Manner) -> (Hotline, AgentId, AgentId) {
    let li = hotline.agent("1001", Manner::Answers(2 * SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    let wang = hotline.agent("1002", other);
    (hotline, li, wang)
}

pub(crate) fn to_agent(login: &str) -> TalkOrder {
    TalkOrder::Transfer {
        to: TransferTarget::Agent(login.into()),
        note: None,
    }
}

pub(crate) fn to_queue(name: &str) -> TalkOrder {
    TalkOrder::Transfer {
        to: TransferTarget::Queue(name.into()),
        note: None,
    }
}

pub(crate) fn to_number(number: &str) -> TalkOrder {
    TalkOrder::Transfer {
        to: TransferTarget::Number(number.into()),
        note: None,
    }
}

pub(crate) fn pops(hotline: &Hotline) -> Vec<&Pop> {
    let made = hotline.facts_named("offer.made").into_iter();
    made.map(|fact| match fact {
        Fact::OfferMade { pop, .. } => pop.as_ref(),
        other => panic!("{other:?}"),
    })
    .collect()
}

/// Why transfers failed, in order.
pub(crate) fn failures(hotline: &Hotline) -> Vec<NotReached> {
    let failed = hotline.facts_named("call.transfer_failed").into_iter();
    failed
        .map(|fact| match fact {
            Fact::TransferFailed { cause, .. } => *cause,
            other => panic!("{other:?}"),
        })
        .collect()
}

pub(crate) fn record(hotline: &Hotline) -> Cdr {
    hotline.record_of(hotline.call_of("100"))
}

/// Seconds that each agent talked, in order.
pub(crate) fn parts(cdr: &Cdr) -> Vec<(AgentId, u64)> {
    cdr.segments
        .iter()
        .map(|part| (part.agent, (part.talk_ms + 500) / 1_000))
        .collect()
}

#[test]
fn r14_a_blind_transfer_ends_the_agents_part_as_the_next_phone_rings() {
    let (mut hotline, li, wang) = talking(Manner::Answers(3 * SECOND));
    hotline.run_for(10 * SECOND);
    hotline.refers("1001", "<sip:1002@hotline.test>");
    let asked = hotline.now;
    assert_eq!(hotline.hears("100"), "a tone", "he hears ringing");
    hotline.run_for(SECOND);
    let told = hotline.heard_since("1001", asked - SECOND);
    assert_eq!(
        told,
        [
            "by hand 202",
            "is notified 100",
            "is notified 200",
            "is hung up"
        ],
    );
    assert!(matches!(hotline.state(li), AgentState::WrapUp { .. }));
    hotline.run_for(5 * SECOND);
    assert_eq!(hotline.hears("100"), "1002");
    assert_eq!(hotline.hears("1002"), "100");
    hotline.run_for(20 * SECOND);
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    let cdr = record(&hotline);
    let [(first, a), (second, b)] = parts(&cdr)[..] else {
        panic!("{:?}", cdr.segments);
    };
    assert_eq!((first, second), (li, wang));
    assert!(
        (10..=12).contains(&a) && (22..=24).contains(&b),
        "{a} s, {b} s"
    );
    assert_eq!((cdr.first_agent, cdr.agent), (Some(li), Some(wang)));
    assert_eq!(cdr.result, Some(CallResult::Answered));
    assert!(
        matches!(hotline.state(wang), AgentState::WrapUp { .. }),
        "he files a queue's call"
    );
    hotline.assert_clean();
    let story: Vec<_> = hotline
        .story()
        .into_iter()
        .skip_while(|name| *name != "call.connected")
        .filter(|name| *name != "agent.state_changed")
        .collect();
    assert_eq!(
        story,
        [
            "call.connected",
            "call.transfer_started",
            "offer.made",
            "call.transferred",
            "call.connected",
            "call.ended"
        ]
    );
}

#[test]
fn r14_each_counts_one_handled_call() {
    let mut hotline = Hotline::with(|config| {
        let queue = config.queues.get_mut("support").unwrap();
        queue.rules.strategy = acd::strategy::find("least-calls").unwrap();
    });
    let li = hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(10 * SECOND);
    let wang = hotline.agent("1002", Manner::Answers(SECOND));
    let zhao = hotline.agent("1003", Manner::Answers(SECOND));
    hotline.says(
        zhao,
        StateRequest::NotReady {
            reason: "tea".into(),
        },
    );
    assert!(hotline.orders(li, "100", to_agent("1002")));
    hotline.run_for(20 * SECOND);
    hotline.hangs_up("100");
    hotline.run_for(60 * SECOND);
    hotline.says(zhao, StateRequest::Ready);
    hotline.caller_presses("200", '1');
    let decision = hotline.facts_named("offer.made");
    let Some(Fact::OfferMade {
        decision, offer, ..
    }) = decision.last()
    else {
        panic!("an offer");
    };
    assert_eq!(offer.agent, zhao, "he has handled none");
    let keys: Vec<_> = decision
        .candidates
        .iter()
        .filter_map(|weighed| match weighed.verdict {
            model::decision::Verdict::Ranked { key, .. } => Some((weighed.agent, key)),
            model::decision::Verdict::Behind | model::decision::Verdict::Out(_) => None,
        })
        .collect();
    let of = |agent| keys.iter().find(|(who, _)| *who == agent).unwrap().1;
    assert_eq!(of(li), of(wang), "one each: {keys:?}");
    assert_ne!(of(li), of(zhao));
}

#[test]
fn p6_the_targets_pop_carries_the_whole_context_and_who_handed_it_on() {
    let (mut hotline, li, _) = talking(Manner::Answers(SECOND));
    let order = TalkOrder::Transfer {
        to: TransferTarget::Agent("1002".into()),
        note: Some("wants his money back".into()),
    };
    assert!(hotline.orders(li, "100", order));
    hotline.run_for(3 * SECOND);
    let [first, second] = pops(&hotline)[..] else {
        panic!("two offers");
    };
    assert_eq!(first.handed_on, None);
    let handed_on = second.handed_on.as_ref().unwrap();
    assert_eq!(handed_on.by.agent, li);
    assert_eq!(
        (handed_on.by.login.as_str(), handed_on.by.name.as_str()),
        ("1001", "Agent 1001")
    );
    assert_eq!(handed_on.note.as_deref(), Some("wants his money back"));
    assert!(!handed_on.consult && !handed_on.back);
    // N2, P6: the caller's number, never the agent's; the way through the script; the same customer.
    assert_eq!(second.caller, first.caller);
    assert_eq!(second.path, first.path);
    assert_eq!(second.customer, first.customer);
    assert_eq!(
        (&second.called, &second.language),
        (&first.called, &first.language)
    );
    assert!(hotline.when("1002", "rings from 100").is_some());
}

#[test]
fn n2_the_recording_and_the_call_go_on() {
    let (mut hotline, li, _) = talking(Manner::Answers(SECOND));
    let call = hotline.call_of("100");
    let port = hotline.port_of("100").unwrap();
    hotline.orders(li, "100", to_agent("1002"));
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.call_of("100"), call);
    assert_eq!(hotline.port_of("100").unwrap(), port);
    assert!(hotline.ports[&port].recorded);
    let stopped = |wish: &String| wish.contains("StopRecord");
    assert!(!hotline.wishes.iter().any(stopped));
}

#[test]
fn the_desk_transfers_to_an_agent_a_queue_and_a_number() {
    let number = |config: &mut engine::Config| {
        let lines = [
            ("4000", leads(Entry::Script("main".into()))),
            ("4100", leads(Entry::Queue("everybody".into()))),
        ];
        numbers(config, lines);
    };
    for (order, to, joined) in [
        (to_agent("1002"), TransferTo::Agent(AgentId::new(1_002)), 1),
        (to_number("1002"), TransferTo::Agent(AgentId::new(1_002)), 1),
        (
            to_queue("everybody"),
            TransferTo::Queue("everybody".into()),
            2,
        ),
        (to_number("4100"), TransferTo::Number("4100".into()), 2),
    ] {
        let (mut hotline, li, wang) = talking_in(Hotline::with(number), Manner::Answers(SECOND));
        assert!(hotline.orders(li, "100", order));
        hotline.run_for(5 * SECOND);
        assert_eq!(hotline.hears("100"), "1002", "{to:?}");
        assert!(hotline.when("1001", "is hung up").is_some());
        let [Fact::Transferred { transfer, .. }] = hotline.facts_named("call.transferred")[..]
        else {
            panic!("transferred once");
        };
        assert_eq!((&transfer.to, transfer.from), (&to, li));
        assert_eq!(transfer.by, TransferWay::Desk);
        assert_eq!(hotline.facts_named("queue.joined").len(), joined, "{to:?}");
        assert!(matches!(hotline.state(wang), AgentState::Talking { .. }));
        hotline.hangs_up("1002");
        hotline.assert_clean();
    }
}

#[test]
fn a_transfer_to_a_script_begins_it() {
    let (mut hotline, li, _) = talking(Manner::Answers(SECOND));
    assert!(hotline.orders(li, "100", to_number("4000")));
    assert_eq!(hotline.hears("100"), "a prompt");
    assert!(hotline.when("1001", "is hung up").is_some());
    hotline.run_for(PROMPT);
    hotline.presses("100", '2');
    hotline.run_for(5 * SECOND);
    assert_eq!(hotline.hears("100"), "1002");
    assert_eq!(parts(&record(&hotline)).len(), 2);
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn the_caller_hangs_up_in_the_middle_and_all_is_released() {
    // Before the target rings, while it rings, while the agent's phone rings again, in line.
    for after_s in [0, 5, 28, 40] {
        let (mut hotline, li, wang) = talking(Manner::Rings);
        if after_s == 0 {
            hotline.phone("1002").manner = Manner::IsDead;
        }
        hotline.phone("1001").manner = Manner::Rings;
        hotline.orders(li, "100", to_agent("1002"));
        hotline.run_for(Duration::from_secs(after_s));
        hotline.hangs_up("100");
        hotline.run_for(2 * SECOND);
        let ended = hotline.facts_named("call.ended");
        assert_eq!(ended.len(), 1, "after {after_s} s");
        let result = record(&hotline).result;
        assert_eq!(result, Some(CallResult::Answered), "he had an agent");
        assert!(hotline.when("1001", "is hung up").is_some());
        for agent in [li, wang] {
            let state = hotline.state(agent);
            let free = matches!(
                state,
                AgentState::Ready | AgentState::WrapUp { .. } | AgentState::NotReady { .. }
            );
            assert!(free, "after {after_s} s: {state:?}");
        }
        hotline.assert_clean();
    }
}

#[test]
fn the_agent_hangs_up_at_once_and_the_transfer_goes_on() {
    let (mut hotline, li, wang) = talking(Manner::Answers(3 * SECOND));
    // He is gone before the other phone has said that it rings.
    hotline.phone("1001").refers("<sip:1002@hotline.test>");
    hotline.hangs_up("1001");
    hotline.run_for(SECOND);
    assert!(matches!(hotline.state(li), AgentState::WrapUp { .. }));
    assert_eq!(hotline.hears("100"), "a tone");
    hotline.run_for(4 * SECOND);
    assert_eq!(hotline.hears("100"), "1002");
    assert!(matches!(hotline.state(wang), AgentState::Talking { .. }));
    hotline.hangs_up("1002");
    hotline.assert_clean();
}

#[test]
fn s17_the_agents_port_breaks_while_he_hands_on_and_his_phone_is_told() {
    let (mut hotline, li, _) = talking(Manner::IsDead);
    hotline.orders(li, "100", to_agent("1002"));
    hotline.run_for(SECOND);
    let port = hotline.port_of("1001").unwrap();
    hotline.media_news(media::News::PortPanicked { port });
    hotline.ports.remove(&port);
    hotline.run_for(SECOND);
    assert!(
        hotline.when("1001", "is hung up").is_some(),
        "nobody stays in a call that has no sound any more"
    );
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn the_target_hangs_up_as_he_answers_and_the_call_ends_like_any_other() {
    let (mut hotline, li, _) = talking(Manner::Answers(SECOND));
    hotline.orders(li, "100", to_agent("1002"));
    hotline.run_for(2 * SECOND);
    hotline.hangs_up("1002");
    hotline.run_for(SECOND);
    assert!(hotline.when("100", "is hung up").is_some());
    hotline.assert_clean();
}

#[test]
fn the_target_goes_off_while_his_phone_rings() {
    let (mut hotline, li, wang) = talking(Manner::Rings);
    hotline.phone("1001").manner = Manner::Answers(SECOND);
    hotline.orders(li, "100", to_agent("1002"));
    hotline.run_for(3 * SECOND);
    hotline.says(wang, StateRequest::Offline);
    hotline.run_for(3 * SECOND);
    assert!(hotline.when("1002", "is cancelled").is_some());
    assert_eq!(hotline.hears("100"), "1001", "back with the agent");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn nobody_is_handed_on_to_himself_or_to_nowhere() {
    let (mut hotline, li, _) = talking(Manner::Rings);
    for order in [
        to_agent("1001"),
        to_agent("9999"),
        to_queue("nosuch"),
        to_number("1001"),
        to_number("nowhere"),
    ] {
        assert!(!hotline.orders(li, "100", order.clone()), "{order:?}");
    }
    for nonsense in [
        "<sip:1001@hotline.test>",
        "<sip:nowhere@hotline.test>",
        "<sip:1002@evil.example>",
        "<sip:hotline.test>",
        "<mailto:a@b>",
        "<sip:1002@hotline.test;method=BYE>",
        "<sip:1002@hotline.test?Replaces=nobody%3Bto-tag%3D1%3Bfrom-tag%3D2>",
        "<<<",
    ] {
        hotline.refers("1001", nonsense);
    }
    let answers: Vec<_> = hotline
        .heard_since("1001", Duration::ZERO)
        .into_iter()
        .filter(|told| told.starts_with("by hand"))
        .collect();
    assert_eq!(answers.len(), 8);
    let refused = |told: &&str| told.starts_with("by hand 4") || told.starts_with("by hand 6");
    assert!(answers.iter().all(refused), "{answers:?}");
    assert_eq!(hotline.hears("100"), "1001", "the talk goes on");
    assert!(hotline.facts_named("call.transfer_started").is_empty());
}

#[test]
fn a_second_transfer_waits_for_the_first() {
    let (mut hotline, li, _) = talking(Manner::Rings);
    hotline.phone("1002").manner = Manner::IsDead;
    hotline.agent("1003", Manner::Rings);
    hotline.refers("1001", "<sip:1002@hotline.test>");
    hotline.refers("1001", "<sip:1003@hotline.test>");
    let answers: Vec<_> = hotline
        .heard_since("1001", Duration::ZERO)
        .into_iter()
        .filter(|told| told.starts_with("by hand"))
        .collect();
    assert_eq!(answers, ["by hand 202", "by hand 491"]);
    assert!(!hotline.orders(li, "100", to_agent("1003")));
    assert!(hotline.when("1003", "rings").is_none());
}

#[test]
fn the_agent_takes_the_caller_back_before_anybody_is_reached() {
    let (mut hotline, li, _) = talking(Manner::Rings);
    hotline.phone("1002").manner = Manner::IsDead;
    hotline.refers("1001", "<sip:1002@hotline.test>");
    assert!(hotline.orders(li, "100", TalkOrder::Resume));
    assert_eq!(hotline.hears("100"), "1001");
    assert_eq!(failures(&hotline), [NotReached::TakenBack]);
    assert!(hotline.when("1001", "is notified 487").is_some());
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn a_transferred_call_is_transferred_again() {
    let (mut hotline, li, wang) = talking(Manner::Answers(SECOND));
    let zhao = hotline.agent("1003", Manner::Answers(SECOND));
    hotline.orders(li, "100", to_agent("1002"));
    hotline.run_for(10 * SECOND);
    hotline.refers("1002", "<sip:1003@hotline.test>");
    hotline.run_for(10 * SECOND);
    assert_eq!(hotline.hears("100"), "1003");
    let by: Vec<_> = pops(&hotline)
        .iter()
        .filter_map(|pop| pop.handed_on.as_ref())
        .map(|handed_on| handed_on.by.agent)
        .collect();
    assert_eq!(by, [li, wang]);
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    let agents: Vec<_> = parts(&record(&hotline))
        .iter()
        .map(|(who, _)| *who)
        .collect();
    assert_eq!(agents, [li, wang, zhao]);
    hotline.assert_clean();
}

#[test]
fn who_handed_a_caller_on_to_his_own_queue_is_not_the_next_to_get_him() {
    let mut hotline = Hotline::with(|config| {
        config.queues.get_mut("support").unwrap().rules.wrap_up = Duration::ZERO;
    });
    let li = hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(60 * SECOND);
    let wang = hotline.agent("1002", Manner::Answers(SECOND));
    assert!(hotline.orders(li, "100", to_queue("support")));
    hotline.run_for(3 * SECOND);
    assert!(matches!(hotline.state(wang), AgentState::Talking { .. }));
}

#[test]
fn s14_only_the_agent_who_talks_may_transfer_and_nobody_outside() {
    let (mut hotline, _, _) = talking(Manner::Rings);
    hotline.refers("100", "<sip:1002@hotline.test>");
    assert!(hotline.when("100", "by hand 403").is_some());
    assert_eq!(hotline.hears("100"), "1001");
    assert!(hotline.when("1002", "rings").is_none());
}

#[test]
fn s3_a_defect_in_the_middle_of_a_transfer_ends_that_call_alone() {
    for turns in 0..6 {
        let (mut hotline, li, wang) = talking(Manner::Answers(SECOND));
        let call = hotline.call_of("100");
        hotline.engine.plant_panic(call, turns);
        hotline.refers("1001", "<sip:1002@hotline.test>");
        hotline.run_for(3 * SECOND);
        if hotline.broken.is_empty() {
            hotline.hangs_up("100");
        }
        hotline.run_for(60 * SECOND);
        assert_eq!(
            hotline.facts_named("call.ended").len(),
            1,
            "after {turns} turns"
        );
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
fn a_transfer_to_an_outside_number_is_a_call_out_by_the_dial_rules() {
    // S15: no route is configured, so nobody is led out, and the talk goes on.
    let (mut hotline, _, _) = talking(Manner::Rings);
    hotline.refers("1001", "<sip:13800001111@hotline.test>");
    assert!(hotline.when("1001", "is notified 480").is_some());
    assert_eq!(hotline.hears("100"), "1001");
    assert_eq!(failures(&hotline), [NotReached::Unreachable]);
    assert_eq!(hotline.facts_named("dial.denied").len(), 1);
}
