//! Hold and resume, by the phone in every way in which phones say it, and by the desk.

use std::time::Duration;

use engine::TalkOrder;
use model::{AgentId, Fact, Party};

use crate::hotline::Hotline;
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);

/// Caller 100 talks with 1001.
fn talking() -> (Hotline, AgentId) {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    (hotline, li)
}

/// Who began and ended holds, in order.
fn holds(hotline: &Hotline) -> Vec<(bool, Party)> {
    hotline
        .facts
        .iter()
        .filter_map(|(_, fact)| match fact {
            Fact::CallHeld { by, .. } => Some((true, by.clone().unwrap())),
            Fact::CallResumed { by, .. } => Some((false, by.clone().unwrap())),
            _ => None,
        })
        .collect()
}

#[test]
fn rfc3264_8_4_the_held_side_hears_music_however_the_phone_says_hold() {
    for direction in ["sendonly", "inactive"] {
        let (mut hotline, li) = talking();
        hotline.re_invites("1001", direction);
        assert!(
            hotline
                .heard_since("1001", Duration::ZERO)
                .contains(&"by hand 200"),
            "{direction}"
        );
        assert_eq!(hotline.hears("100"), "music", "{direction}");
        assert_ne!(hotline.hears("1001"), "music", "he listens to nobody");
        hotline.run_for(60 * SECOND);
        hotline.re_invites("1001", "sendrecv");
        assert_eq!(hotline.hears("100"), "1001");
        let agent = Party::Agent(li);
        assert_eq!(holds(&hotline), [(true, agent.clone()), (false, agent)]);
        hotline.hangs_up("100");
        hotline.run_for(SECOND);
        let cdr = hotline.record_of(hotline.call_of("100"));
        assert!((59_000..61_000).contains(&cdr.hold_ms), "{}", cdr.hold_ms);
        assert!(cdr.talk_ms > cdr.hold_ms);
        hotline.assert_clean();
    }
}

#[test]
fn a_phone_that_only_listens_is_not_held() {
    let (mut hotline, _) = talking();
    hotline.re_invites("1001", "recvonly");
    assert_eq!(
        hotline.hears("1001"),
        "100",
        "recvonly is a muted phone, not a hold"
    );
    assert!(holds(&hotline).is_empty());
}

#[test]
fn rfc3264_8_4_the_old_way_to_hold_by_the_address_of_nobody() {
    let (mut hotline, _) = talking();
    hotline.holds_the_old_way("1001");
    assert_eq!(hotline.hears("100"), "music");
    hotline.re_invites("1001", "sendrecv");
    assert_eq!(hotline.hears("100"), "1001");
}

#[test]
fn the_caller_holds_too() {
    let (mut hotline, _) = talking();
    hotline.re_invites("100", "sendonly");
    assert_eq!(hotline.hears("1001"), "music");
    assert_eq!(holds(&hotline), [(true, Party::Caller)]);
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn both_on_hold_and_one_comes_back() {
    let (mut hotline, li) = talking();
    hotline.re_invites("1001", "sendonly");
    assert_eq!(hotline.hears("100"), "music");
    hotline.re_invites("100", "sendonly");
    hotline.re_invites("1001", "sendrecv");
    assert_eq!(hotline.hears("1001"), "music", "the caller still holds");
    hotline.run_for(10 * SECOND);
    hotline.re_invites("100", "sendrecv");
    assert_eq!(
        (hotline.hears("100"), hotline.hears("1001")),
        ("1001".into(), "100".into())
    );
    let (agent, caller) = (Party::Agent(li), Party::Caller);
    assert_eq!(
        holds(&hotline),
        [
            (true, agent.clone()),
            (true, caller.clone()),
            (false, agent),
            (false, caller)
        ]
    );
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    let cdr = hotline.record_of(hotline.call_of("100"));
    assert!((10_000..10_500).contains(&cdr.hold_ms), "{}", cdr.hold_ms);
}

#[test]
fn the_desk_holds_without_a_word_to_any_phone() {
    let (mut hotline, li) = talking();
    let before = hotline.now;
    assert!(hotline.orders(li, "100", TalkOrder::Hold));
    assert_eq!(hotline.hears("100"), "music");
    assert_eq!(
        hotline.hears("1001"),
        "silence",
        "packets go on, so that no phone gives up"
    );
    assert!(hotline.heard_since("1001", before).is_empty());
    assert!(hotline.heard_since("100", before).is_empty());
    assert!(hotline.orders(li, "100", TalkOrder::Hold), "twice is once");
    hotline.run_for(300 * SECOND);
    assert!(hotline.orders(li, "100", TalkOrder::Resume));
    assert_eq!(hotline.hears("100"), "1001");
    let agent = Party::Agent(li);
    assert_eq!(holds(&hotline), [(true, agent.clone()), (false, agent)]);
    hotline.hangs_up("1001");
    hotline.assert_clean();
}

#[test]
fn desk_and_phone_hold_together_and_the_last_resumes() {
    let (mut hotline, li) = talking();
    hotline.orders(li, "100", TalkOrder::Hold);
    hotline.re_invites("1001", "sendonly");
    hotline.orders(li, "100", TalkOrder::Resume);
    assert_eq!(hotline.hears("100"), "music", "his phone still holds");
    hotline.re_invites("1001", "sendrecv");
    assert_eq!(hotline.hears("100"), "1001");
    assert_eq!(holds(&hotline).len(), 2, "one hold of the agent");
}

#[test]
fn only_the_agent_who_talks_orders() {
    let (mut hotline, _) = talking();
    let wang = hotline.agent("1002", Manner::Rings);
    assert!(!hotline.orders(wang, "100", TalkOrder::Hold));
    assert!(!hotline.orders(AgentId::new(9_999), "100", TalkOrder::Hold));
    assert_eq!(hotline.hears("100"), "1001");
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    assert!(
        !hotline.orders(wang, "100", TalkOrder::Resume),
        "the call is over"
    );
}

#[test]
fn who_hangs_up_on_hold_ends_the_call() {
    for who in ["100", "1001"] {
        let (mut hotline, li) = talking();
        hotline.orders(li, "100", TalkOrder::Hold);
        hotline.re_invites("100", "sendonly");
        hotline.hangs_up(who);
        hotline.assert_clean();
    }
}

#[test]
fn rfc4028_a_session_that_expires_ends_the_call_also_while_it_is_held() {
    let (mut hotline, _) = talking();
    hotline.re_invites("1001", "sendonly");
    // His phone has gone without a word: it answers no refresh.
    hotline.phone("1001").manner = Manner::IsDead;
    hotline.run_for(Duration::from_secs(2 * 3_600));
    assert!(hotline.when("100", "is hung up").is_some());
    hotline.assert_clean();
}

/// The 200 of a phone whose reliable 183 has brought the answer has no SDP of its own.
#[test]
fn rfc3311_what_a_phone_changes_while_it_rings_stands_when_it_answers() {
    for (direction, caller_hears) in [("sendrecv", "1001"), ("sendonly", "music")] {
        let mut hotline = Hotline::open();
        hotline.agent("1001", Manner::Announces(3 * SECOND));
        hotline.caller_presses("100", '1');
        hotline.run_for(SECOND);
        hotline.updates("1001", direction);
        assert!(hotline.when("1001", "by hand 200").is_some(), "{direction}");
        hotline.run_for(3 * SECOND);
        assert_eq!(hotline.hears("100"), caller_hears, "{direction}");
        hotline.hangs_up("100");
        hotline.assert_clean();
    }
}
