//! R62 through the whole engine: a caller whose adviser is on a call hears the question, and his key decides.

use std::time::Duration;

use model::fact::QueueExit;
use model::{AgentId, Fact, Profile, Ties};

use crate::hotline::{Hotline, PROMPT};
use crate::phone::Manner;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const LI: AgentId = AgentId::new(1001);

/// All callers are Li's, who talks with 90; Wang is ready. 100 has just come to the queue.
fn hotline() -> Hotline {
    let mut hotline = Hotline::with(|config| {
        let support = config.queues.get_mut("support").unwrap();
        support.rules.strategy = acd::strategy::find("sticky").unwrap();
        support.rules.sticky_choice = true;
        support.rules.wrap_up = Duration::ZERO;
    });
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline.agent("1002", Manner::Answers(SECOND));
    let ties = Ties {
        owner: Some(LI),
        ..Ties::default()
    };
    let profile = Profile {
        ties,
        ..Profile::default()
    };
    hotline.directory = (profile, 5 * MS);
    hotline.caller_presses("90", '1');
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("90"), "1001");
    hotline.caller_presses("100", '1');
    hotline
}

#[test]
fn r62_one_waits_for_the_adviser_and_two_goes_to_the_next() {
    let mut hotline = hotline();
    assert_eq!(hotline.hears("100"), "a prompt", "he is asked");
    hotline.presses("100", '1');
    assert_eq!(hotline.hears("100"), "music", "the question is cut");
    hotline.run_for(100 * SECOND);
    assert!(hotline.when("1002", "rings").is_none());
    hotline.hangs_up("90");
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    hotline.caller_presses("110", '1');
    assert_eq!(hotline.hears("110"), "a prompt");
    hotline.presses("110", '2');
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("110"), "1002");
    hotline.hangs_up("100");
    hotline.hangs_up("110");
    hotline.assert_clean();
}

#[test]
fn r62_a_choice_to_wait_ends_after_five_minutes() {
    let mut hotline = hotline();
    hotline.presses("100", '1');
    hotline.run_for(299 * SECOND);
    assert_eq!(hotline.hears("100"), "music");
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears("100"), "1002");
    hotline.hangs_up("100");
    hotline.hangs_up("90");
    hotline.assert_clean();
}

#[test]
fn r62_the_keys_of_the_script_are_its_own_again_when_the_question_is_answered() {
    // 9 is a key of the queue's node; it means nothing to the question and leads out of the line at once.
    for chosen in [None, Some('1')] {
        let mut hotline = hotline();
        hotline.run_for(PROMPT / 2);
        if let Some(key) = chosen {
            hotline.presses("100", key);
        }
        let call = hotline.call_of("100");
        hotline.presses("100", '9');
        let left = hotline.facts.iter().any(|(_, fact)| {
            matches!(fact, Fact::QueueLeft { call: of, cause: QueueExit::Key, .. } if *of == call)
        });
        assert!(left, "{chosen:?}");
        hotline.run_for(2 * PROMPT);
        hotline.hangs_up("90");
        hotline.assert_clean();
    }
}
