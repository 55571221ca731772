//! B15: the external decision through the whole engine: a service names agents, is late, fails, or is left alone.

use std::time::Duration;

use engine::{Entry, Number, Numbers, RouteReply};
use model::decision::RouteOutcome;
use model::fact::{Ignored, Routed};
use model::{Decision, Fact};

use crate::hotline::Hotline;
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);

/// 4001 leads to `support`, which asks a service. 1001 has been idle for the longest, then 1002.
fn hotline() -> Hotline {
    let mut hotline = Hotline::with(|config| {
        let rules = &mut config.queues.get_mut("support").unwrap().rules;
        rules.strategy = acd::strategy::find("external").unwrap();
        rules.external.failures_max = 2;
        let number = Number {
            entry: Entry::Queue("support".into()),
            open: true,
            priority: 0,
            by_region: false,
        };
        let numbers = [("4001".to_owned(), number)].into();
        config.numbers = Numbers::new(&config.plan, numbers).unwrap();
    });
    for login in ["1001", "1002"] {
        hotline.agent(login, Manner::Answers(Duration::from_millis(100)));
        hotline.run_for(SECOND);
    }
    hotline
}

fn named(logins: &[&str]) -> RouteReply {
    RouteReply::Named {
        logins: logins.iter().map(|login| (*login).to_owned()).collect(),
        priority: None,
    }
}

impl Hotline {
    fn routed(&self) -> Vec<&Routed> {
        let facts = self.facts.iter().filter_map(|(_, fact)| match fact {
            Fact::RouteAnswered { routed, .. } => Some(routed),
            _ => None,
        });
        facts.collect()
    }

    fn last_decision(&self) -> &Decision {
        let mut decisions = self.facts.iter().rev().filter_map(|(_, fact)| match fact {
            Fact::OfferMade { decision, .. } => Some(decision),
            _ => None,
        });
        decisions.next().unwrap()
    }
}

#[test]
fn b15_the_service_is_told_of_the_caller_and_its_answer_decides() {
    let mut hotline = hotline();
    hotline.decider.0 = named(&["1009", "1002"]);
    hotline.caller("100", "4001");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1002"), "100", "not the longest idle");
    let [question] = &hotline.asked[..] else {
        panic!("{:?}", hotline.asked);
    };
    assert_eq!(question.caller.number.as_deref(), Some("100"));
    assert_eq!(question.called, "4001");
    assert_eq!(question.candidates, ["1001", "1002"]);
    assert_eq!((question.position, question.budget.as_millis()), (1, 800));
    let routed = hotline.routed()[0].clone();
    assert_eq!(routed.outcome, RouteOutcome::Named);
    assert_eq!(routed.took_ms, 35);
    assert_eq!(
        routed.ignored,
        [("1009".to_owned(), Ignored::Unknown)].into()
    );
    let decision = hotline.last_decision();
    assert_eq!(decision.strategy, "external");
    assert_eq!(decision.external.unwrap().took_ms, 35);
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn b15_a_late_answer_finds_the_caller_with_whom_the_queue_has_chosen() {
    let mut hotline = hotline();
    hotline.decider = (named(&["1002"]), 2 * SECOND);
    hotline.caller("100", "4001");
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears("1001"), "100");
    assert_eq!(hotline.engine.acd().late_routes(), 1);
    assert_eq!(hotline.routed()[0].outcome, RouteOutcome::TimedOut);
    assert_eq!(hotline.last_decision().strategy, "longest-idle");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn b15_a_caller_who_hangs_up_ends_his_question() {
    let mut hotline = hotline();
    hotline.decider = (named(&["1002"]), Duration::from_millis(700));
    hotline.caller("100", "4001");
    hotline.run_for(Duration::from_millis(300));
    hotline.hangs_up("100");
    hotline.run_for(2 * SECOND);
    assert!(hotline.routed().is_empty() && hotline.facts_named("offer.made").is_empty());
    assert_eq!(hotline.engine.acd().late_routes(), 1);
    hotline.assert_clean();
}

#[test]
fn b15_a_service_that_fails_is_left_alone_for_a_while_and_tried_again() {
    let mut hotline = hotline();
    hotline.decider.0 = RouteReply::Failed("http_500".into());
    for number in ["100", "101", "102"] {
        hotline.caller(number, "4001");
        hotline.run_for(2 * SECOND);
        assert_eq!(hotline.last_decision().strategy, "longest-idle");
        hotline.hangs_up(number);
        hotline.run_for(11 * SECOND);
    }
    assert_eq!(hotline.asked.len(), 2, "the third was not asked about");
    let outcomes: Vec<_> = hotline.routed().iter().map(|one| one.outcome).collect();
    let failed = RouteOutcome::Failed;
    assert_eq!(outcomes, [failed, failed, RouteOutcome::Resting]);
    assert_eq!(hotline.routed()[0].cause.as_deref(), Some("http_500"));
    hotline.run_for(20 * SECOND);
    hotline.decider.0 = named(&["1002"]);
    hotline.caller("103", "4001");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1002"), "103");
    hotline.hangs_up("103");
    hotline.assert_clean();
}

/// R3.
#[test]
fn b15_the_same_answers_give_byte_equal_outputs() {
    let day = || {
        let mut hotline = hotline();
        hotline.decider.0 = named(&["1002", "1001"]);
        for number in ["100", "101", "102"] {
            hotline.caller(number, "4001");
            hotline.run_for(SECOND);
        }
        hotline.hangs_up("100");
        hotline.run_for(30 * SECOND);
        hotline.wishes
    };
    assert_eq!(day(), day());
}
