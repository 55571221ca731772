//! Agents who are rung outside the house (C14): the key that takes a call, and what answers without it.

use std::time::Duration;

use engine::{Config, Entry, OpeningSounds};
use media::{SoundName, Source};
use model::fact::{CallResult, Direction, Fact};
use model::{AgentId, AgentState, NotReadyReason};

use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::plan::{leads, numbers};
use crate::trunks::{OURS, at_rest, open_with, with_servers};

const SECOND: Duration = Duration::from_secs(1);
const MOMENT: Duration = Duration::from_millis(100);
const MOBILE: &str = "+8613800001111";

/// Its hotline is open to everybody, and it has the words in English.
fn house(config: &mut Config) {
    numbers(config, [("4000", leads(Entry::Script("main".into())))]);
    let words = ["en/caller_for_you", "en/press_to_take"];
    config.house_sounds = words.map(SoundName::new).into();
}

/// 1001 has a mobile and no phone here; caller 100 waits in line of support, and the mobile has answered a moment ago.
fn asked() -> Hotline {
    let mut hotline = open_with(house);
    with_servers(&mut hotline, Manner::Answers(SECOND));
    hotline.agent_outside("1001", MOBILE, false);
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND + MOMENT);
    hotline
}

fn what_plays(hotline: &Hotline, who: &str) -> Vec<Source> {
    let port = hotline.port_of(who).unwrap();
    hotline.ports[&port].playing().unwrap().1.to_vec()
}

fn state_of(hotline: &Hotline) -> AgentState {
    hotline.state(AgentId::new(1001))
}

#[test]
fn c14_the_key_of_an_outside_phone_brings_the_caller_and_nothing_before_it() {
    let mut hotline = asked();
    let rang = format!("rings for {MOBILE} from {OURS}");
    assert!(hotline.when("main", &rang).is_some(), "A10");
    let sound = |name| Source::Sound(SoundName::new(name));
    let expect = [sound("en/caller_for_you"), sound("en/press_to_take")];
    assert_eq!(what_plays(&hotline, "main")[..2], expect, "in his language");
    assert_eq!(hotline.hears("100"), "music", "the caller waits on");
    assert!(matches!(state_of(&hotline), AgentState::Ringing { .. }));
    hotline.run_for(5 * SECOND);
    assert_eq!(hotline.hears("main"), "a prompt", "it is said again");
    hotline.presses("main", '1');
    assert_eq!(hotline.hears("100"), "main");
    assert_eq!(hotline.hears("main"), "100");
    assert!(matches!(state_of(&hotline), AgentState::Talking { .. }));
    hotline.run_for(30 * SECOND);
    hotline.hangs_up("main");
    hotline.run_for(SECOND);
    let story = hotline.story();
    let offers: Vec<&str> = story
        .into_iter()
        .filter(|name| name.contains("offer") || name.contains("dial"))
        .collect();
    assert_eq!(offers, ["offer.made", "offer.dialled", "offer.asked"]);
    let cdr = hotline.record();
    assert_eq!(
        (cdr.direction, cdr.result),
        (Direction::In, Some(CallResult::Answered))
    );
    assert_eq!(cdr.agent, Some(AgentId::new(1001)));
    assert!(
        (29_000..31_000).contains(&cdr.talk_ms),
        "from the key on: {}",
        cdr.talk_ms
    );
    at_rest(&mut hotline);
}

#[test]
fn c14_r8_a_voicemail_that_answers_never_gets_the_caller_and_is_a_missed_call() {
    let mut hotline = open_with(house);
    with_servers(&mut hotline, Manner::Answers(SECOND));
    hotline.agent_outside("1001", MOBILE, false);
    hotline.caller_presses("100", '1');
    for missed in 1..=3 {
        while hotline.facts_named("offer.missed").len() < missed {
            assert_eq!(hotline.hears("100"), "music");
            hotline.run_for(SECOND);
        }
        assert!(!hotline.phones["main"].is_talking(), "it is hung up");
    }
    let expect = AgentState::NotReady {
        reason: NotReadyReason::NoAnswer,
    };
    assert_eq!(state_of(&hotline), expect, "R8");
    assert!(hotline.facts_named("call.connected").is_empty());
    hotline.hangs_up("100");
    at_rest(&mut hotline);
}

#[test]
fn c14_r5_who_lets_the_prompt_run_is_followed_by_the_next_agent_within_the_ring_time() {
    let mut hotline = asked();
    hotline.agent("1002", Manner::Answers(SECOND));
    let began = hotline.when("main", "rings for").unwrap();
    let ring = acd::QueueConfig::new("support".into()).ring_timeout;
    hotline.run_for(began + ring + MOMENT - hotline.now);
    assert_eq!(hotline.facts_named("offer.missed").len(), 1);
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("100"), "1002");
}

#[test]
fn c14_r6_another_key_declines() {
    for key in ['2', '#'] {
        let mut hotline = asked();
        hotline.presses("main", key);
        assert_eq!(hotline.facts_named("offer.declined").len(), 1);
        assert_eq!(state_of(&hotline), AgentState::Ready);
        assert_eq!(hotline.hears("100"), "music");
        hotline.run_for(MOMENT);
        assert!(!hotline.phones["main"].is_talking());
        hotline.hangs_up("100");
        at_rest(&mut hotline);
    }
}

#[test]
fn c14_r5_who_hangs_up_without_a_key_has_missed_it() {
    let mut hotline = asked();
    hotline.hangs_up("main");
    hotline.run_for(MOMENT);
    assert_eq!(hotline.facts_named("offer.missed").len(), 1);
    assert!(
        hotline.facts_named("offer.unreachable").is_empty(),
        "H5: it was no device's fault"
    );
    hotline.hangs_up("100");
    at_rest(&mut hotline);
}

#[test]
fn c14_the_key_counts_by_whichever_way_it_comes() {
    let mut hotline = asked();
    hotline.sings("main", '1');
    assert_eq!(hotline.hears("100"), "main");
    let mut hotline = asked();
    hotline.sends_info("main", '1');
    assert_eq!(hotline.hears("100"), "main");
}

#[test]
fn r10_the_caller_leaves_while_his_agent_is_asked() {
    let mut hotline = asked();
    hotline.hangs_up("100");
    hotline.run_for(MOMENT);
    assert_eq!(state_of(&hotline), AgentState::Ready);
    assert_eq!(hotline.facts_named("offer.cancelled").len(), 1);
    assert!(!hotline.phones["main"].is_talking());
    at_rest(&mut hotline);
}

#[test]
fn r22_a_colleague_who_answers_takes_the_caller_from_whoever_is_asked() {
    let mut hotline = open_with(house);
    with_servers(&mut hotline, Manner::Answers(SECOND));
    hotline.agent_outside("1001", MOBILE, false);
    hotline.agent("1002", Manner::Rings);
    hotline.caller_presses("100", '2');
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("main"), "a prompt");
    hotline.answers("1002");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "1002");
    assert!(!hotline.phones["main"].is_talking());
    let cancelled = hotline.facts_named("offer.cancelled");
    assert_eq!(cancelled.len(), 1, "no missed call: {cancelled:?}");
    hotline.hangs_up("100");
    at_rest(&mut hotline);
}

#[test]
fn c14_a_phone_of_the_house_comes_first_unless_he_chose_to_be_outside() {
    for is_chosen in [false, true] {
        let mut hotline = open_with(house);
        with_servers(&mut hotline, Manner::Rings);
        hotline.agent("1001", Manner::Rings);
        hotline.agent_outside("1001", MOBILE, is_chosen);
        hotline.caller_presses("100", '1');
        hotline.run_for(SECOND);
        let rang = |who| hotline.when(who, "rings").is_some();
        assert_eq!((rang("1001"), rang("main")), (!is_chosen, is_chosen));
    }
}

#[test]
fn c14_who_loses_his_phone_is_rung_outside_and_without_a_number_he_is_not_ready() {
    let mut hotline = open_with(house);
    with_servers(&mut hotline, Manner::Rings);
    hotline.agent("1001", Manner::Rings);
    hotline.agent_outside("1001", MOBILE, false);
    hotline.phone("1001").registers(0);
    hotline.run_for(SECOND);
    assert_eq!(state_of(&hotline), AgentState::Ready);
    hotline.teaches("1001", &["support"], &[]);
    let lost = AgentState::NotReady {
        reason: NotReadyReason::DeviceLost,
    };
    assert_eq!(state_of(&hotline), lost, "A5");
}

#[test]
fn c14_s15_a_number_that_may_not_be_called_is_a_phone_that_cannot_be_reached() {
    let mut hotline = open_with(house);
    with_servers(&mut hotline, Manner::Rings);
    hotline.agent_outside("1001", "00442079460000", false);
    hotline.agent("1002", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("100"), "1002", "R7: the queue goes on");
    let denied = hotline.facts_named("dial.denied");
    assert!(matches!(denied[0], Fact::DialDenied { cause, .. } if cause == "dial_international"));
    assert!(hotline.when("main", "rings").is_none());
    let unreachable = hotline.facts_named("offer.unreachable");
    assert!(matches!(
        unreachable[0],
        Fact::OfferUnreachable { status: 403, .. }
    ));
}

#[test]
fn c14_s15_the_caps_of_calls_out_hold_for_rings_outside() {
    let mut hotline = open_with(|config| {
        house(config);
        config.dial.caps.agent_calls_per_minute_max = 1;
    });
    with_servers(&mut hotline, Manner::Refuses(486));
    hotline.agent_outside("1001", MOBILE, false);
    hotline.caller_presses("100", '1');
    hotline.run_for(25 * SECOND);
    assert_eq!(
        hotline.facts_named("offer.declined").len(),
        1,
        "R6: his own word"
    );
    let denied = hotline.facts_named("dial.denied");
    assert!(
        matches!(denied[0], Fact::DialDenied { cause, .. } if cause == "dial_calls_per_minute")
    );
}

#[test]
fn a2_a_trunk_that_fails_is_followed_by_the_next_for_an_agent_too() {
    let mut hotline = open_with(house);
    with_servers(&mut hotline, Manner::Answers(SECOND));
    hotline.phone("main").manner = Manner::Refuses(503);
    hotline.agent_outside("1001", MOBILE, false);
    hotline.caller_presses("100", '1');
    hotline.run_for(2 * SECOND);
    hotline.presses("spare", '1');
    assert_eq!(hotline.hears("100"), "spare");
    assert_eq!(hotline.facts_named("dial.failed").len(), 1);
    hotline.hangs_up("100");
    at_rest(&mut hotline);
}

#[test]
fn c14_s15_a_talk_outside_ends_after_the_longest_time_of_calls_out() {
    let mut hotline = asked();
    hotline.presses("main", '1');
    hotline.run_for(Duration::from_secs(4 * 3_600));
    assert_eq!(hotline.facts_named("call.ended").len(), 1);
    at_rest(&mut hotline);
}

#[test]
fn c14_c18_the_queue_is_named_in_the_prompt_and_not_once_more() {
    let mut hotline = open_with(|config| {
        house(config);
        let support = config.queues.get_mut("support").unwrap();
        support.opening = OpeningSounds {
            announce_agent: false,
            whisper: Some(SoundName::new("en/for_support")),
        };
    });
    with_servers(&mut hotline, Manner::Answers(SECOND));
    hotline.agent_outside("1001", MOBILE, false);
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND + MOMENT);
    let named = Source::Sound(SoundName::new("en/for_support"));
    assert_eq!(what_plays(&hotline, "main")[1], named);
    hotline.presses("main", '1');
    assert_eq!(hotline.hears("100"), "main", "the talk begins at once");
}

#[test]
fn c14_without_words_a_tone_asks() {
    let mut hotline = open_with(|config| {
        house(config);
        config.house_sounds.clear();
    });
    with_servers(&mut hotline, Manner::Answers(SECOND));
    hotline.agent_outside("1001", MOBILE, false);
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND + MOMENT);
    assert_eq!(hotline.hears("main"), "a tone");
    hotline.presses("main", '1');
    assert_eq!(hotline.hears("100"), "main");
}
