//! A hold that lasts: the agent, the caller and the supervisors are told, each at his time (C19).

use std::time::Duration;

use engine::{Config, TalkOrder};
use media::SoundName;
use model::Fact;
use model::fact::HoldTold;

use crate::hotline::{Hotline, PROMPT};
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);
const ALL: [(u64, HoldTold); 3] = [
    (60, HoldTold::Agent),
    (90, HoldTold::Caller),
    (180, HoldTold::Supervisor),
];

/// Caller 100 talks with 1001, in a house that has the message.
fn talking(change: impl FnOnce(&mut Config)) -> Hotline {
    let mut hotline = Hotline::with(|config| {
        config.house_sounds = [SoundName::new("en/hold_message")].into();
        change(config);
    });
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline.agent("1002", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    hotline
}

/// Who was told after how many seconds of hold.
fn told(hotline: &Hotline) -> Vec<(u64, HoldTold)> {
    let facts = hotline.facts.iter();
    facts
        .filter_map(|(_, fact)| match fact {
            Fact::CallHeldLong { held_ms, told, .. } => Some((held_ms / 1_000, *told)),
            _ => None,
        })
        .collect()
}

#[test]
fn c19_agent_caller_and_supervisor_are_told_of_a_hold_in_their_turn() {
    let mut hotline = talking(|_| {});
    hotline.re_invites("1001", "sendonly");
    hotline.run_for(59 * SECOND);
    assert_eq!(told(&hotline), []);
    hotline.run_for(2 * SECOND);
    assert_eq!(told(&hotline), ALL[..1]);
    assert_eq!(hotline.hears("100"), "music");
    hotline.run_for(30 * SECOND);
    assert_eq!(told(&hotline), ALL[..2]);
    assert_eq!(hotline.hears("100"), "a prompt", "he is not forgotten");
    hotline.run_for(PROMPT);
    assert_eq!(hotline.hears("100"), "music", "and waits on with music");
    hotline.run_for(600 * SECOND);
    assert_eq!(told(&hotline), ALL, "each once");
    hotline.re_invites("1001", "sendrecv");
    assert_eq!(hotline.hears("100"), "1001");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn c19_each_hold_has_its_own_time_by_the_page_too() {
    let mut hotline = talking(|_| {});
    let agent = model::AgentId::new(1001);
    for _ in 0..3 {
        assert!(hotline.orders(agent, "100", TalkOrder::Hold));
        hotline.run_for(50 * SECOND);
        assert!(hotline.orders(agent, "100", TalkOrder::Resume));
        hotline.run_for(20 * SECOND);
    }
    assert_eq!(told(&hotline), []);
    assert!(hotline.orders(agent, "100", TalkOrder::Hold));
    hotline.run_for(91 * SECOND);
    assert_eq!(hotline.hears("100"), "a prompt");
    assert!(hotline.orders(agent, "100", TalkOrder::Resume));
    assert_eq!(hotline.hears("100"), "1001", "the message is cut");
    hotline.run_for(600 * SECOND);
    assert_eq!(told(&hotline), ALL[..2], "he came back");
}

#[test]
fn c19_a_caller_who_waits_while_a_colleague_is_asked_is_not_forgotten_either() {
    let mut hotline = talking(|_| {});
    let agent = model::AgentId::new(1001);
    let to = engine::TransferTarget::Agent("1002".into());
    assert!(hotline.orders(agent, "100", TalkOrder::Consult { to, note: None }));
    hotline.run_for(91 * SECOND);
    assert_eq!(told(&hotline), ALL[..2]);
    let heard = ["100", "1001"].map(|who| hotline.hears(who));
    assert_eq!(heard, ["a prompt", "1002"], "their talk goes on");
    hotline.run_for(PROMPT);
    assert_eq!(hotline.hears("100"), "music");
}

#[test]
fn c19_a_caller_who_holds_reminds_nobody() {
    let mut hotline = talking(|_| {});
    hotline.re_invites("100", "sendonly");
    hotline.run_for(600 * SECOND);
    assert_eq!(told(&hotline), []);
}

#[test]
fn c19_the_times_are_the_house_s_and_a_hold_keeps_those_it_began_with() {
    let mut hotline = talking(|config| {
        config.hold.agent = None;
        config.hold.caller = Some(30 * SECOND);
        config.hold.supervisor = Some(20 * SECOND);
    });
    hotline.re_invites("1001", "inactive");
    hotline.reload(|config| config.hold.caller = None);
    hotline.run_for(600 * SECOND);
    let expect = [(20, HoldTold::Supervisor), (30, HoldTold::Caller)];
    assert_eq!(told(&hotline), expect);
    hotline.re_invites("1001", "sendrecv");
    hotline.re_invites("1001", "inactive");
    hotline.run_for(600 * SECOND);
    assert_eq!(told(&hotline)[2..], [(20, HoldTold::Supervisor)], "D30");
}

#[test]
fn c19_where_nobody_has_recorded_a_message_the_music_goes_on() {
    let mut hotline = talking(|config| config.house_sounds.clear());
    hotline.re_invites("1001", "sendonly");
    let before = hotline.wishes.len();
    hotline.run_for(91 * SECOND);
    assert_eq!(told(&hotline), ALL[..2]);
    assert_eq!(hotline.hears("100"), "music");
    let plays = |wish: &&String| wish.contains("Play");
    assert_eq!(hotline.wishes[before..].iter().filter(plays).count(), 0);
}
