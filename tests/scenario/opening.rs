//! The first seconds of a talk: the caller hears who serves him while the agent hears for whom (C17, C18).

use std::time::Duration;

use engine::{Config, OpeningSounds, TalkOrder};
use media::{SoundName, Source};
use model::fact::CallResult;
use model::{AgentId, AgentState, Fact};

use crate::hotline::{Hotline, PROMPT};
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);
const MOMENT: Duration = Duration::from_millis(100);
const WHISPER: &str = "en/for_support";

/// Support says the agent's number, whispers, or both; 1001 has a recording of his own, of three seconds.
fn house(announce_agent: bool, whisper: bool) -> impl FnOnce(&mut Config) {
    move |config| {
        let support = config.queues.get_mut("support").unwrap();
        let whisper = whisper.then(|| SoundName::new(WHISPER));
        support.opening = OpeningSounds {
            announce_agent,
            whisper,
        };
        config.house_sounds = [SoundName::new("en/agent_1001")].into();
    }
}

/// 1001 has answered caller 100 a moment ago.
fn answered(announce_agent: bool, whisper: bool) -> (Hotline, AgentId) {
    let mut hotline = Hotline::with(house(announce_agent, whisper));
    let li = hotline.agent("1001", Manner::Rings);
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND);
    hotline.answers("1001");
    hotline.run_for(MOMENT);
    (hotline, li)
}

fn both_hear(hotline: &Hotline) -> [String; 2] {
    [hotline.hears("100"), hotline.hears("1001")]
}

#[test]
fn c17_c18_the_number_and_the_whisper_are_heard_at_once_and_the_talk_starts_for_both_together() {
    let (mut hotline, _) = answered(true, true);
    let heard = |hotline: &Hotline, who| {
        let port = hotline.port_of(who).unwrap();
        hotline.ports[&port].playing().unwrap().1.to_vec()
    };
    let sound = |name| vec![Source::Sound(SoundName::new(name))];
    assert_eq!(heard(&hotline, "100"), sound("en/agent_1001"));
    assert_eq!(heard(&hotline, "1001"), sound(WHISPER));
    hotline.run_for(2 * SECOND);
    assert_eq!(
        both_hear(&hotline),
        ["a prompt", "silence"],
        "C18: two seconds are the most"
    );
    hotline.run_for(SECOND);
    assert_eq!(both_hear(&hotline), ["1001", "100"]);
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn c18_while_the_agent_hears_a_whisper_the_caller_hears_music() {
    let (mut hotline, _) = answered(false, true);
    assert_eq!(both_hear(&hotline), ["music", "a prompt"]);
    hotline.run_for(2 * SECOND);
    assert_eq!(both_hear(&hotline), ["1001", "100"]);
}

#[test]
fn c17_an_agent_without_a_whisper_hears_his_number_too_and_knows_when_to_speak() {
    let (mut hotline, _) = answered(true, false);
    assert_eq!(both_hear(&hotline), ["a prompt", "a prompt"]);
    hotline.run_for(PROMPT);
    assert_eq!(both_hear(&hotline), ["1001", "100"]);
}

#[test]
fn c17_a_number_that_takes_too_long_keeps_nobody_apart() {
    let mut hotline = Hotline::with(house(true, true));
    hotline.agent("1002", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND + MOMENT);
    // Five sounds of three seconds each.
    hotline.run_for(9 * SECOND);
    assert_eq!(hotline.hears("100"), "a prompt");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "1002");
}

#[test]
fn c17_a_sound_that_cannot_be_played_keeps_nobody_waiting() {
    let (mut hotline, _) = answered(true, true);
    for who in ["100", "1001"] {
        let port = hotline.port_of(who).unwrap();
        let (playback, _) = hotline.ports[&port].playing().unwrap();
        hotline.media_news(media::News::PlaybackDone { port, playback });
    }
    assert_eq!(both_hear(&hotline), ["1001", "100"]);
}

#[test]
fn c17_a_caller_who_is_told_his_number_first_waits_with_music() {
    let (mut hotline, _) = answered(true, true);
    let port = hotline.port_of("100").unwrap();
    let (playback, _) = hotline.ports[&port].playing().unwrap();
    hotline.media_news(media::News::PlaybackDone { port, playback });
    assert_eq!(
        both_hear(&hotline),
        ["music", "a prompt"],
        "C18: never silence"
    );
    hotline.run_for(2 * SECOND);
    assert_eq!(both_hear(&hotline), ["1001", "100"]);
}

#[test]
fn c17_whoever_hangs_up_while_it_plays_ends_the_call_as_in_any_talk() {
    for who in ["100", "1001"] {
        let (mut hotline, li) = answered(true, true);
        hotline.hangs_up(who);
        hotline.run_for(SECOND);
        let state = hotline.state(li);
        assert!(matches!(state, AgentState::WrapUp { .. }), "{state:?}");
        let result = hotline.record().result;
        assert_eq!(result, Some(CallResult::Answered), "{who}");
        hotline.assert_clean();
    }
}

#[test]
fn c17_what_the_agent_orders_cuts_it() {
    let order = |order| {
        let (mut hotline, agent) = answered(true, true);
        assert!(hotline.orders(agent, "100", order));
        hotline
    };
    let mut hotline = order(TalkOrder::Hold);
    assert_eq!(both_hear(&hotline), ["music", "silence"]);
    hotline.run_for(10 * SECOND);
    assert_eq!(
        both_hear(&hotline),
        ["music", "silence"],
        "nothing of it comes back"
    );
    let to = engine::TransferTarget::Queue("everybody".into());
    let mut hotline = order(TalkOrder::Transfer { to, note: None });
    assert_eq!(hotline.hears("100"), "music");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn c17_a_named_agent_is_with_his_caller_at_once() {
    let mut hotline = Hotline::with(house(true, true));
    hotline.agent("1002", Manner::Answers(SECOND));
    hotline.caller_presses("100", '3');
    hotline.run_for(SECOND + MOMENT);
    assert_eq!(hotline.hears("100"), "1002");
}

#[test]
fn c18_the_screen_tells_queue_and_wait_while_the_phone_rings() {
    let mut hotline = Hotline::with(|config| {
        let support = config.queues.get_mut("support").unwrap();
        support.title = [("en".to_owned(), "Support".to_owned())].into();
    });
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("99", '1');
    hotline.run_for(2 * SECOND);
    hotline.caller_presses("100", '1');
    hotline.run_for(20 * SECOND);
    hotline.hangs_up("99");
    // The call before is filed.
    hotline.run_for(10 * SECOND + MOMENT);
    let made = hotline.facts_named("offer.made");
    let Some(Fact::OfferMade { pop, .. }) = made.last() else {
        panic!("{made:?}")
    };
    assert_eq!(hotline.facts_named("call.connected").len(), 1, "it rings");
    assert_eq!(pop.queue_name["en"], "Support");
    assert_eq!(pop.waited_s, 30);
}
