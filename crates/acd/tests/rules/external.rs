//! B15: the external decision, its budget, its breaker, and the fall-back.

use acd::{Input, Output, RouteAnswer, RouteId, strategy};
use model::decision::{ReasonCode, RouteOutcome, TieBreak, Verdict};

use crate::support::{Centre, SUPPORT, call, id, queue, s};

/// A has been idle for the longest: the fall-back would choose him, then B, then C.
fn centre(agents: &str) -> Centre {
    let mut centre = Centre::tuned("external", "", |queue| {
        queue.external.failures_max = 2;
        queue.external.rest = s(30);
    });
    centre.routes_by_hand = true;
    for agent in agents.chars() {
        centre.wait(1).hires(agent, &[SUPPORT]).ready(agent);
    }
    centre.silence();
    centre
}

impl Centre {
    /// The open question about a caller.
    fn question(&self, number: u64) -> RouteId {
        let mut asked = self
            .outputs
            .iter()
            .rev()
            .filter_map(|(_, output)| match output {
                Output::RouteAsked { call: of, asked } if *of == call(number) => Some(asked.id),
                _ => None,
            });
        asked.next().unwrap()
    }

    fn route(&mut self, number: u64, answer: RouteAnswer) -> &mut Self {
        let id = self.question(number);
        let call = call(number);
        self.input(Input::RouteAnswered { call, id, answer })
    }

    fn names(&mut self, number: u64, agents: &str) -> &mut Self {
        self.names_with(number, agents, None)
    }

    fn names_with(&mut self, number: u64, agents: &str, priority: Option<u8>) -> &mut Self {
        let answer = RouteAnswer::Named {
            agents: agents.chars().map(id).collect(),
            unknown: Vec::new(),
            priority,
        };
        self.route(number, answer)
    }

    fn route_fails(&mut self, number: u64) -> &mut Self {
        self.route(number, RouteAnswer::Failed("http_500".into()))
    }
}

#[test]
fn b15_the_answer_decides_and_stands_in_the_record() {
    let mut centre = centre("ABC");
    centre.joins(1).expect("ask 1 ABC");
    centre
        .wait_ms(35)
        .names(1, "CB")
        .expect("named 1 CB, offer 1 C");
    let decision = centre.last_decision();
    assert_eq!(decision.strategy, "external");
    let told = decision.external.unwrap();
    assert_eq!((told.outcome, told.took_ms), (RouteOutcome::Named, 35));
    assert_eq!(decision.tie, Some(TieBreak::Key));
    let out = decision.verdict(id('A'));
    assert_eq!(out, Some(Verdict::Out(ReasonCode::NotNamed)), "R1");
    assert!(matches!(
        decision.verdict(id('B')),
        Some(Verdict::Ranked { key: 1, .. })
    ));
}

#[test]
fn b15_the_next_of_the_named_follows_then_the_fall_back_then_another_question() {
    let mut centre = centre("ABC");
    centre
        .joins(1)
        .names(1, "CB")
        .expect("ask 1 ABC, named 1 CB, offer 1 C");
    centre.declines('C').expect("offer 1 B");
    centre.declines('B').expect("offer 1 A");
    assert_eq!(centre.last_decision().strategy, "longest-idle");
    let told = centre.last_decision().external.unwrap();
    assert_eq!(told.outcome, RouteOutcome::Named, "the record says both");
    // R9: a new pass is a new question, after the back-off of them all.
    centre.declines('A').wait(4).expect("");
    centre.wait(6).expect("ask 1 ABC");
}

#[test]
fn b15_without_an_answer_in_the_budget_the_fall_back_decides() {
    let mut centre = centre("AB");
    centre.joins(1).wait_ms(799).expect("ask 1 AB");
    centre.wait_ms(1).expect("timed_out 1 , offer 1 A");
    let told = centre.last_decision().external.unwrap();
    assert_eq!((told.outcome, told.took_ms), (RouteOutcome::TimedOut, 800));
    assert_eq!(centre.acd.late_routes(), 0);
    // The late answer changes nothing.
    centre.names(1, "B").expect("");
    assert_eq!(centre.acd.late_routes(), 1);
}

#[test]
fn b15_who_leaves_the_decision_to_us_or_fails_gets_the_fall_back_at_once() {
    let mut centre = centre("AB");
    centre.joins(1).route(1, RouteAnswer::LeftToUs);
    centre.expect("ask 1 AB, left_to_us 1 , offer 1 A");
    centre
        .joins(2)
        .route_fails(2)
        .expect("ask 2 B, failed 2 , offer 2 B");
}

#[test]
fn b15_named_agents_who_are_not_ready_are_skipped_with_their_reasons() {
    let mut centre = centre("ABCD");
    centre.add_queue(queue("sales", "linear"));
    centre.rests('C').hires('E', &["sales"]).ready('E');
    centre
        .joins(1)
        .names(1, "CECB")
        .expect("ask 1 ABD, named 1 CB, offer 1 B");
    let resting = centre.last_decision().verdict(id('C'));
    assert_eq!(resting, Some(Verdict::Out(ReasonCode::NotReady)));
    let elsewhere = centre.outputs.iter().find_map(|(_, output)| match output {
        Output::RouteSettled { settled, .. } => Some(settled.elsewhere.clone()),
        _ => None,
    });
    assert_eq!(elsewhere, Some(vec![id('E')]));
    // None of them can be had: the fall-back decides in the same turn.
    centre
        .joins(2)
        .names(2, "CE")
        .expect("ask 2 AD, named 2 C, offer 2 A");
}

#[test]
fn b15_who_lacks_the_skill_is_not_offered_though_he_is_named() {
    let mut centre = centre("");
    centre.hires_with('A', "en=4").hires_with('B', "fr");
    centre.joins_needing(1, "en").names(1, "BA");
    centre.expect("ask 1 A, named 1 BA, offer 1 A");
    let lacks = centre.last_decision().verdict(id('B'));
    assert_eq!(lacks, Some(Verdict::Out(ReasonCode::Skills)));
}

#[test]
fn b15_a_caller_without_a_candidate_is_not_asked_about_until_there_is_one() {
    let mut centre = centre("");
    centre
        .hires('A', &[SUPPORT])
        .rests('A')
        .joins(1)
        .wait(60)
        .expect("")
        .ready('A')
        .expect("ask 1 A");
}

#[test]
fn b15_no_more_questions_are_out_than_agents_are_ready() {
    let mut centre = centre("AB");
    centre
        .joins(1)
        .joins(2)
        .joins(3)
        .expect("ask 1 AB, ask 2 AB");
    // A question that is settled makes room for the next; who has his answer waits for nobody.
    centre.names(2, "A").expect("named 2 A, offer 2 A");
    centre.answers('A').silence();
    centre.hangs_up(1).expect("left 1 Abandoned, ask 3 B");
    centre.names(3, "B").expect("named 3 B, offer 3 B");
}

#[test]
fn b15_callers_of_other_queues_and_with_another_decision_are_not_held_up() {
    let mut centre = centre("A");
    centre.add_queue(queue("sales", "linear"));
    centre.assigns('A', &[SUPPORT, "sales"]);
    centre
        .joins(1)
        .joins_in(2, "sales")
        .expect("ask 1 A, offer 2 A");
    // Nobody is left: the question ends by its budget, and another one is asked when he is free.
    centre.wait(1).expect("timed_out 1 ");
    centre.answers('A').silence();
    centre.ends('A').expect("ask 1 A");
}

#[test]
fn b15_a_caller_of_several_queues_is_asked_about_by_his_home_queue_alone() {
    let mut centre = centre("A");
    centre.add_queue(queue("sales", "linear"));
    centre.hires('B', &["sales"]).ready('B');
    // A12: it comes first, and its agent too.
    centre
        .joins_all(1, &[SUPPORT, "sales"])
        .expect("ask 1 A")
        .names(1, "A")
        .expect("named 1 A, offer 1 A");
    centre.declines('A').expect("offer 1 B");
    centre.hangs_up(1).wait(10).silence();
    // While it has nobody, another queue need not wait for it.
    centre.rests('A').joins_all(3, &[SUPPORT, "sales"]);
    centre.expect("offer 3 B").hangs_up(3).ready('A').silence();
    // As a second queue it decides by its fall-back.
    centre.rests('B').silence();
    centre.joins_all(2, &["sales", SUPPORT]).expect("offer 2 A");
    assert_eq!(centre.last_decision().external, None);
}

#[test]
fn b15_the_breaker_leaves_the_service_alone_and_tries_one_question_after_a_rest() {
    let mut centre = centre("ABCD");
    centre.joins(1).route_fails(1);
    centre.joins(2).wait_ms(800).silence();
    // Two failures in a row: straight to the fall-back.
    centre.joins(3).expect("resting 3 , offer 3 C");
    let told = centre.last_decision().external.unwrap();
    assert_eq!((told.outcome, told.took_ms), (RouteOutcome::Resting, 0));
    for number in 1..=3 {
        centre.hangs_up(number);
    }
    centre.wait(30).silence();
    centre
        .joins(4)
        .joins(5)
        .expect("ask 4 ABCD, resting 5 , offer 5 A");
    // Whoever tried hung up: the next one tries.
    centre
        .hangs_up(4)
        .joins(6)
        .expect("left 4 Abandoned, ask 6 BCD");
    centre.names(6, "D").joins(7).joins(8);
    centre.expect("named 6 D, offer 6 D, ask 7 BC, ask 8 BC");
}

#[test]
fn b15_the_answer_may_give_another_priority() {
    let mut centre = centre("A");
    centre.joins(1).answers_all().joins(2).joins(3).silence();
    centre.ends('A').expect("ask 2 A");
    centre.names_with(2, "", Some(0)).silence_but("offer 2 A");
    centre.hangs_up(2).joins(4).silence_but("ask 3 A");
    centre.names_with(3, "", Some(5));
    assert_eq!(centre.acd.position(call(3)), Some(1));
    centre.silence_but("offer 3 A");
}

impl Centre {
    /// Whoever rings answers, as the answer to the first question wants it.
    fn answers_all(&mut self) -> &mut Self {
        self.names(1, "A").answers('A')
    }
}

#[test]
fn b15_a_supervisor_and_a_hang_up_end_a_question() {
    let mut centre = centre("AB");
    centre.joins(1).input(Input::Assigned {
        call: call(1),
        agent: id('B'),
    });
    centre.expect("ask 1 AB, offer 1 B");
    centre.names(1, "A").expect("");
    centre.joins(2).hangs_up(2).names(2, "A");
    centre.expect("ask 2 A, left 2 Abandoned");
    assert_eq!(centre.acd.late_routes(), 2);
}

#[test]
fn b15_d30_a_reload_that_asks_nobody_any_more_lets_the_callers_go_on() {
    let mut centre = centre("A");
    centre.joins(1).silence();
    centre.tune(SUPPORT, |queue| queue.strategy = strategy::default());
    centre.expect("offer 1 A").hangs_up(1).silence();
    assert_eq!(centre.last_decision().external, None);
    centre.tune(SUPPORT, |queue| {
        queue.strategy = strategy::find("external").unwrap();
        queue.fallback = strategy::find("ring-all").unwrap();
        queue.external.budget = s(2);
    });
    centre.joins(2).wait_ms(1_999).expect("ask 2 A");
    centre.wait_ms(1).expect("timed_out 2 , offer 2 A");
    // A queue that closes takes its question along.
    centre.hangs_up(2).joins(3).silence().drop_queue(SUPPORT);
    centre.expect("left 3 Closed");
}

#[test]
fn b15_d27_a_queue_at_its_limit_asks_about_nobody() {
    let mut centre = centre("AB");
    centre.tune(SUPPORT, |queue| queue.max_active = Some(1));
    centre.joins(1).names(1, "A").answers('A').silence();
    centre.joins(2).expect("");
    centre.ends('A').expect("ask 2 AB");
}

/// R3.
#[test]
fn b15_the_same_answers_at_the_same_times_give_the_same_outputs() {
    let day = || {
        let mut centre = centre("ABC");
        centre.joins(1).joins(2).wait_ms(20).names(2, "B");
        centre.wait_ms(5).route_fails(1).joins(3).wait(1);
        format!("{:?}", centre.outputs)
    };
    assert_eq!(day(), day());
}

#[test]
fn b15_a_large_queue_counts_who_was_not_named() {
    let mut centre = centre("");
    for number in 0..70 {
        let agent = char::from(b'A' + number);
        centre.hires(agent, &[SUPPORT]).ready(agent);
    }
    centre.joins(1).names(1, "DA");
    let decision = centre.last_decision();
    assert_eq!(decision.chosen, [id('D')]);
    assert_eq!(decision.ranked, 2);
    assert_eq!(decision.others[&ReasonCode::NotNamed], 68);
}
