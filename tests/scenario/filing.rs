//! The time to file a call, through the whole engine: what people are told, and the facts that pages read (C5).

use std::time::Duration;

use acd::WrapUpMode;
use engine::command::{Command, StateRequest};
use model::{AgentId, AgentState, Fact, Timestamp};

use crate::hotline::Hotline;
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);

/// An agent in wrap-up of a call of 10 s.
fn files(mode: WrapUpMode) -> (Hotline, AgentId) {
    let mut hotline = Hotline::with(|config| {
        let rules = &mut config.queues.get_mut("support").unwrap().rules;
        (rules.wrap_up_mode, rules.wrap_up) = (mode, 40 * SECOND);
    });
    let agent = hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("13800001111", '1');
    hotline.run_for(10 * SECOND);
    hotline.hangs_up("13800001111");
    hotline.run_for(SECOND);
    assert!(matches!(hotline.state(agent), AgentState::WrapUp { .. }));
    hotline.answers.clear();
    (hotline, agent)
}

fn refusal(hotline: &mut Hotline, command: Command) -> Option<String> {
    hotline.command(command);
    let answer = hotline.answers.pop().unwrap();
    answer.err().map(|error| error.to_string())
}

fn ends(hotline: &Hotline) -> Vec<(String, Timestamp)> {
    let told = hotline.facts_named("agent.wrap_up").into_iter();
    told.map(|fact| match fact {
        Fact::WrapUpBegan { mode, until, .. } => (mode.clone(), *until),
        other => panic!("{other:?}"),
    })
    .collect()
}

fn wants_ready(agent: AgentId) -> Command {
    Command::SetAgentState {
        agent,
        request: StateRequest::Ready,
        by: engine::command::Asker::Agent,
    }
}

#[test]
fn c5_a_fixed_time_is_not_ended_by_any_word_and_the_refusal_says_why() {
    let (mut hotline, agent) = files(WrapUpMode::TimedFixed);
    let why = "the time to file is fixed in this queue: it ends by itself";
    for command in [Command::EndWrapUp { agent }, wants_ready(agent)] {
        assert_eq!(refusal(&mut hotline, command).as_deref(), Some(why));
    }
    // Another next state is no way out of it, and may be taken back.
    let reason = "break".into();
    hotline.says(agent, StateRequest::NotReady { reason });
    assert_eq!(refusal(&mut hotline, wants_ready(agent)), None);
    assert!(matches!(hotline.state(agent), AgentState::WrapUp { .. }));
    hotline.run_for(40 * SECOND);
    assert_eq!(hotline.state(agent), AgentState::Ready);
    let nothing = "there is no call to file";
    let done = refusal(&mut hotline, Command::EndWrapUp { agent });
    assert_eq!(done.as_deref(), Some(nothing));
}

#[test]
fn c5_more_time_is_a_fact_with_its_new_end() {
    let (mut hotline, agent) = files(WrapUpMode::Timed);
    let before = ends(&hotline);
    assert_eq!(refusal(&mut hotline, Command::MoreWrapUp { agent }), None);
    let after = ends(&hotline);
    assert_eq!((before.len(), after.len()), (1, 2));
    assert_eq!(after[1].0, "timed");
    assert_eq!(after[1].1.ms_since(before[0].1), 30_000);
    hotline.run_for(60 * SECOND);
    assert!(matches!(hotline.state(agent), AgentState::WrapUp { .. }));
    hotline.run_for(10 * SECOND);
    assert_eq!(hotline.state(agent), AgentState::Ready);
}

#[test]
fn c5_a_category_ends_the_wait_for_it_and_stands_in_the_calls_facts() {
    let (mut hotline, agent) = files(WrapUpMode::UntilCategory);
    let done = refusal(&mut hotline, Command::EndWrapUp { agent });
    assert_eq!(done.as_deref(), Some("the call needs a category first"));
    let named = |category: &str| Command::Categorise {
        agent,
        category: category.to_owned(),
    };
    for wrong in ["", "a\nb", &"长".repeat(65)] {
        assert!(refusal(&mut hotline, named(wrong)).is_some(), "{wrong:?}");
    }
    assert_eq!(refusal(&mut hotline, named("账单")), None);
    assert_eq!(hotline.state(agent), AgentState::Ready);
    let told = hotline.facts_named("call.categorised");
    assert!(
        matches!(told[..], [Fact::CallCategorised { agent: by, category, .. }] if *by == agent && category == "账单"),
        "{told:?}"
    );
    assert!(refusal(&mut hotline, named("账单")).is_some(), "no call");
}

#[test]
fn c5_the_screen_is_told_how_filing_will_end_before_the_call_begins() {
    for (mode, told) in [
        (WrapUpMode::Optional, "optional"),
        (WrapUpMode::UntilCategory, "until_category"),
    ] {
        let mut hotline = Hotline::with(|config| {
            let rules = &mut config.queues.get_mut("support").unwrap().rules;
            rules.wrap_up_mode = mode;
        });
        hotline.agent("1001", Manner::Rings);
        hotline.caller_presses("100", '1');
        hotline.run_for(SECOND);
        let pop = crate::consult::last_pop(&hotline);
        assert_eq!(pop.wrap_up.as_deref(), Some(told));
    }
}
