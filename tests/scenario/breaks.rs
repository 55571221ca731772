//! Reasons to be not ready, and what agents took of them (C2).

use std::time::Duration;

use engine::command::StateRequest;
use engine::{Answer, Question, Reason, Reasons};
use model::AgentId;

use crate::hotline::Hotline;
use crate::phone::Manner;

const MINUTE: Duration = Duration::from_secs(60);

fn house() -> Hotline {
    Hotline::with(|config| {
        let reason = |name: &str, minutes: u32| Reason {
            name: name.into(),
            title: Default::default(),
            budget: Some(minutes * MINUTE),
        };
        config.reasons = Reasons {
            list: vec![reason("break", 10), reason("meal", 30)],
            day_start: Duration::ZERO,
        };
    })
}

fn goes(hotline: &mut Hotline, agent: AgentId, word: &str) -> Option<String> {
    let reason = word.into();
    hotline.says(agent, StateRequest::NotReady { reason });
    let answer = hotline.answers.pop().unwrap();
    answer.err().map(|error| error.to_string())
}

/// What he took of each reason today, in s, and the budgets.
fn taken(hotline: &mut Hotline, agent: AgentId) -> Vec<(u64, Option<u64>)> {
    let Answer::Breaks(taken) = hotline.asks(Question::Breaks(agent)) else {
        panic!("another question was answered");
    };
    let row = |report: &engine::BreakReport| (report.used_s, report.budget_s);
    taken.iter().map(row).collect()
}

#[test]
fn c2_only_the_houses_reasons_are_reasons() {
    let mut hotline = house();
    let agent = hotline.agent("1001", Manner::Answers(MINUTE));
    let refusal = goes(&mut hotline, agent, "nap");
    let why = "no reason `nap`; expected one of break, meal";
    assert_eq!(refusal.as_deref(), Some(why));
    assert_eq!(goes(&mut hotline, agent, "meal"), None);
    let mut free = Hotline::open();
    let agent = free.agent("1001", Manner::Answers(MINUTE));
    assert_eq!(goes(&mut free, agent, "nap"), None);
    assert_eq!(taken(&mut free, agent), []);
}

#[test]
fn c2_what_he_took_is_counted_beyond_the_budget_too_and_nobody_calls_him_back() {
    let mut hotline = house();
    let agent = hotline.agent("1001", Manner::Answers(MINUTE));
    let budgets = |used: [u64; 2]| vec![(used[0], Some(600)), (used[1], Some(1_800))];
    assert_eq!(goes(&mut hotline, agent, "break"), None);
    hotline.run_for(7 * MINUTE);
    assert_eq!(taken(&mut hotline, agent), budgets([420, 0]));
    hotline.says(agent, StateRequest::Ready);
    hotline.run_for(MINUTE);
    assert_eq!(goes(&mut hotline, agent, "break"), None);
    hotline.run_for(5 * MINUTE);
    assert_eq!(taken(&mut hotline, agent), budgets([720, 0]));
    assert_eq!(hotline.state(agent).name(), "not_ready");
}
