//! A second line of the agent's phone, REFER with Replaces, and Replaces in an INVITE (RFC 3891): two calls become one, a
//! phone takes another's place. R15, P6, S14.

use std::time::Duration;

use model::{AgentId, AgentState, Fact};

use crate::consult::{last_pop, parts, talking};
use crate::hotline::Hotline;
use crate::line::refer_to;
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);

/// 1001 holds the caller and calls 1002 on a second line, who has answered.
fn on_two_lines() -> (Hotline, AgentId, AgentId) {
    let (mut hotline, li, wang) = talking(Manner::Answers(SECOND));
    hotline.re_invites("1001", "sendonly");
    hotline.line_dials("1001/2", "1002", None);
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears("1001/2"), "1002");
    assert_eq!(hotline.hears("1002"), "1001/2");
    assert_eq!(hotline.hears("100"), "music");
    (hotline, li, wang)
}

#[test]
fn rfc3891_a_second_line_and_refer_with_replaces_join_caller_and_colleague() {
    // Phones send the REFER on either of their two dialogs.
    for on_first_line in [true, false] {
        let (mut hotline, li, wang) = on_two_lines();
        hotline.run_for(20 * SECOND);
        let (call, consult) = (hotline.call_of("100"), hotline.call_of("1001"));
        if on_first_line {
            let replaces = hotline.lines["1001/2"].replaces();
            hotline.refers("1001", &refer_to("1002", &replaces));
        } else {
            let replaces = hotline.phones["1001"].replaces();
            let line = hotline.lines.get_mut("1001/2").unwrap();
            line.refers(&refer_to("100", &replaces));
        }
        hotline.run_for(SECOND);
        assert_eq!(hotline.hears("100"), "1002");
        assert_eq!(hotline.hears("1002"), "100");
        assert!(hotline.when("1001", "is hung up").is_some());
        let second = &hotline.lines["1001/2"].history;
        assert!(
            second.iter().any(|(_, told)| told == "is hung up"),
            "{second:?}"
        );
        let asker = if on_first_line {
            &hotline.phones["1001"].history
        } else {
            second
        };
        assert!(
            asker.iter().any(|(_, told)| told == "is notified 200"),
            "{asker:?}"
        );
        assert!(matches!(hotline.state(li), AgentState::WrapUp { .. }));
        let merged = hotline.facts_named("call.merged");
        assert!(
            matches!(merged[..], [Fact::CallMerged { call: from, into }] if *from == consult && *into == call)
        );
        // P6: his screen shows the caller, not the colleague.
        let pop = last_pop(&hotline);
        assert_eq!(pop.caller.number.as_deref(), Some("100"));
        assert_eq!(pop.handed_on.as_ref().unwrap().by.agent, li);
        hotline.run_for(20 * SECOND);
        hotline.hangs_up("100");
        hotline.run_for(SECOND);
        assert!(matches!(hotline.state(wang), AgentState::WrapUp { call: files } if files == call));
        let agents: Vec<_> = parts(&hotline).iter().map(|(who, _)| *who).collect();
        assert_eq!(agents, [li, wang]);
        hotline.assert_clean();
    }
}

#[test]
fn r15_a_call_between_two_agents_counts_for_neither() {
    let mut hotline = Hotline::with(|config| {
        let queue = config.queues.get_mut("support").unwrap();
        queue.rules.strategy = acd::strategy::find("least-calls").unwrap();
    });
    hotline.agent("1001", Manner::Rings);
    let wang = hotline.agent("1002", Manner::Answers(SECOND));
    hotline.line_dials("1001/2", "1002", None);
    hotline.run_for(60 * SECOND);
    assert!(matches!(hotline.state(wang), AgentState::Talking { .. }));
    hotline.lines.get_mut("1001/2").unwrap().hangs_up();
    hotline.run_for(SECOND);
    assert_eq!(hotline.state(wang), AgentState::Ready, "nothing to file");
    // He has been idle since he signed in, and has no call more than 1001.
    hotline.phone("1002").manner = Manner::Rings;
    hotline.caller_presses("100", '1');
    let Some(Fact::OfferMade { decision, .. }) = hotline.facts_named("offer.made").last() else {
        panic!("an offer");
    };
    let keys: Vec<_> = decision
        .candidates
        .iter()
        .filter_map(|weighed| match weighed.verdict {
            model::decision::Verdict::Ranked { key, .. } => Some(key),
            model::decision::Verdict::Behind | model::decision::Verdict::Out(_) => None,
        })
        .collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], keys[1], "{keys:?}");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn s14_nobody_replaces_a_call_that_is_not_his() {
    let (mut hotline, _, _) = on_two_lines();
    hotline.agent("1003", Manner::Answers(SECOND));
    hotline.caller_presses("200", '1');
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears("200"), "1003");
    // 1003 names the consult of 1001, and 1001 the talk of 1003.
    let consult = hotline.lines["1001/2"].replaces();
    hotline.refers("1003", &refer_to("1002", &consult));
    let talk = hotline.phones["1003"].replaces();
    hotline.refers("1001", &refer_to("200", &talk));
    for who in ["1003", "1001"] {
        assert!(hotline.when(who, "by hand 603").is_some(), "{who}");
    }
    assert_eq!(hotline.hears("200"), "1003");
    assert_eq!(hotline.hears("1002"), "1001/2");
}

#[test]
fn rfc3891_an_agents_other_phone_takes_the_place_of_the_one_that_talks() {
    let (mut hotline, li, _) = talking(Manner::Rings);
    let replaces = hotline.phones["1001"].replaces();
    hotline.line_dials("1001/2", "100", Some(&replaces));
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "1001/2");
    assert_eq!(hotline.hears("1001/2"), "100");
    assert!(hotline.when("1001", "is hung up").is_some());
    assert!(
        hotline.facts_named("call.transferred").is_empty(),
        "he is the same agent"
    );
    assert!(matches!(hotline.state(li), AgentState::Talking { .. }));
    assert_eq!(
        hotline.facts_named("call.arrived").len(),
        1,
        "no other call"
    );
    hotline.lines.get_mut("1001/2").unwrap().hangs_up();
    hotline.run_for(SECOND);
    assert!(hotline.when("100", "is hung up").is_some());
    hotline.assert_clean();
}

#[test]
fn rfc3891_a_colleague_picks_the_call_up() {
    let (mut hotline, li, wang) = talking(Manner::Rings);
    let replaces = hotline.phones["1001"].replaces();
    hotline.line_dials("1002/2", "100", Some(&replaces));
    hotline.run_for(20 * SECOND);
    assert_eq!(hotline.hears("100"), "1002/2");
    assert!(hotline.when("1001", "is hung up").is_some());
    assert!(matches!(hotline.state(wang), AgentState::Talking { .. }));
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    let agents: Vec<_> = parts(&hotline).iter().map(|(who, _)| *who).collect();
    assert_eq!(agents, [li, wang]);
    assert!(matches!(hotline.state(wang), AgentState::WrapUp { .. }));
    hotline.assert_clean();
}

#[test]
fn rfc3891_who_talks_elsewhere_or_names_the_caller_takes_nobodys_place() {
    let (mut hotline, _, _) = talking(Manner::Answers(SECOND));
    hotline.caller_presses("200", '1');
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears("200"), "1002");
    let replaces = hotline.phones["1001"].replaces();
    hotline.line_dials("1002/2", "100", Some(&replaces));
    let refused = |hotline: &Hotline, status: &str| {
        let history = &hotline.lines["1002/2"].history;
        history.iter().any(|(_, told)| told.ends_with(status))
    };
    assert!(refused(&hotline, "486"));
    let callers = hotline.phones["100"].replaces();
    hotline.line_dials("1002/2", "100", Some(&callers));
    assert!(
        refused(&hotline, "403"),
        "{:?}",
        hotline.lines["1002/2"].history
    );
    assert_eq!(hotline.hears("100"), "1001");
    hotline.hangs_up("100");
    hotline.hangs_up("200");
    hotline.assert_clean();
}

#[test]
fn s3_a_defect_as_two_calls_become_one_leaves_nothing() {
    for turns in 0..3 {
        let (mut hotline, li, wang) = on_two_lines();
        let call = hotline.call_of("100");
        hotline.engine.plant_panic(call, turns);
        let replaces = hotline.lines["1001/2"].replaces();
        hotline.refers("1001", &refer_to("1002", &replaces));
        hotline.run_for(SECOND);
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
