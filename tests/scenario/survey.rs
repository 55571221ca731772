//! Surveys after a talk, in the whole engine (J1-J3): who is asked, who is free meanwhile, and what is told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::{Config, SurveyRule, TalkOrder};
use ivr::{LowScore, SurveyForm, SurveyQuestion};
use model::fact::{CallResult, SurveyAsked, SurveyDone, SurveyPush, TicketAsked};
use model::{AgentId, AgentState, Fact};

use crate::hotline::Hotline;
use crate::phone::Manner;

const CALLER: &str = "13800001111";
const SECOND: Duration = Duration::from_secs(1);

const SCRIPT: &str = "title = { en = \"x\" }\nlanguages = [\"en\"]\nstart = \"ask\"\nprompt.thanks = { en = \"x\" }\n\
                      survey.ask = { form = \"service\", next = \"end\" }\nhangup.end = { prompt = \"thanks\" }\n";

fn asks(percent: u8) -> impl FnOnce(&mut Config) {
    move |config| {
        let question = SurveyQuestion {
            name: "solved".to_owned(),
            scores: ['1', '2', '3', '4', '5'].into_iter().zip(1..).collect(),
        };
        let form = SurveyForm {
            name: "service".to_owned(),
            intro: false,
            questions: vec![question],
            comment: None,
            tries: 2,
            timeout: 5 * SECOND,
            skip: None,
            ticket: Some(LowScore {
                score_max: 2,
                ticket_type: "complaint".to_owned(),
                category: None,
            }),
        };
        let name = SurveyForm::script_of("service");
        let (script, found) = ivr::parse(name.clone(), "surveys.toml", SCRIPT);
        assert_eq!(found, []);
        let script = script.expect("a script").asks(form);
        config.scripts.insert(name, Arc::new(script));
        let support = config.queues.get_mut("support").unwrap();
        support.survey = Some(SurveyRule {
            form: "service".to_owned(),
            percent,
        });
        support.rules.wrap_up = 60 * SECOND;
    }
}

/// A caller who has talked with an agent for a while.
fn talk(percent: u8) -> (Hotline, AgentId) {
    let mut hotline = Hotline::with(asks(percent));
    let agent = hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses(CALLER, '1');
    hotline.run_for(10 * SECOND);
    assert_eq!(hotline.facts_named("call.connected").len(), 1);
    (hotline, agent)
}

fn asked(hotline: &Hotline) -> Vec<SurveyAsked> {
    let facts = hotline.facts_named("survey.asked").into_iter();
    facts
        .map(|fact| match fact {
            Fact::SurveyAsked(asked) => asked.clone(),
            other => panic!("{other:?}"),
        })
        .collect()
}

fn done(hotline: &Hotline) -> Vec<SurveyDone> {
    let facts = hotline.facts_named("survey.done").into_iter();
    facts
        .map(|fact| match fact {
            Fact::SurveyDone(done) => SurveyDone::clone(done),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn j1_the_agent_hangs_up_first_and_is_free_while_his_caller_is_asked() {
    let (mut hotline, agent) = talk(100);
    let call = hotline.call_of(CALLER);
    hotline.hangs_up("1001");
    hotline.run_for(SECOND);
    let surveys = asked(&hotline);
    assert_eq!(surveys.len(), 1);
    let SurveyAsked {
        push,
        agent: with,
        queue,
        ..
    } = &surveys[0];
    assert_eq!((*push, *with), (SurveyPush::Policy, Some(agent)));
    assert_eq!(
        queue.as_ref().map(model::QueueName::as_str),
        Some("support")
    );
    assert!(matches!(hotline.state(agent), AgentState::WrapUp { .. }));
    assert_eq!(
        hotline.facts_named("call.ended").len(),
        0,
        "he is on the line"
    );
    let port = hotline.port_of(CALLER).expect("he is on the line");
    let is_recorded = hotline.ports[&port].recorded;
    assert!(!is_recorded, "the recording of the talk has ended");
    hotline.run_for(3 * SECOND);
    hotline.presses(CALLER, '5');
    hotline.run_for(20 * SECOND);
    let answers = &done(&hotline)[0];
    assert!(answers.complete);
    assert_eq!(answers.answers, BTreeMap::from([("solved".to_owned(), 5)]));
    assert_eq!(hotline.facts_named("ticket.asked").len(), 0);
    let record = hotline.record_of(call);
    assert_eq!(record.result, Some(CallResult::Answered));
    assert!(
        record.talk_ms < 11_000,
        "{} ms: the survey is no talk",
        record.talk_ms
    );
    hotline.assert_clean();
}

#[test]
fn j3_a_low_score_is_a_ticket_of_the_queue_before_the_call_is_over() {
    let (mut hotline, _) = talk(100);
    hotline.hangs_up("1001");
    hotline.run_for(3 * SECOND);
    hotline.presses(CALLER, '1');
    hotline.run_for(20 * SECOND);
    let story = hotline.story();
    let at = |name: &str| story.iter().position(|fact| *fact == name);
    let (filed, ended) = (at("ticket.asked"), at("call.ended"));
    assert!(filed.is_some() && filed < ended, "{story:?}");
    let tickets: Vec<&TicketAsked> = hotline
        .facts_named("ticket.asked")
        .into_iter()
        .map(|fact| match fact {
            Fact::TicketAsked(asked) => asked.as_ref(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(tickets.len(), 1);
    let queue = tickets[0].queue.as_ref().map(model::QueueName::as_str);
    assert_eq!(queue, Some("support"));
    assert_eq!(tickets[0].content.ticket_type, "complaint");
    hotline.assert_clean();
}

#[test]
fn j1_who_hangs_up_first_is_not_asked_and_counted_as_such() {
    let (mut hotline, _) = talk(100);
    hotline.hangs_up(CALLER);
    hotline.run_for(2 * SECOND);
    assert_eq!((asked(&hotline).len(), done(&hotline).len()), (0, 0));
    assert_eq!(hotline.facts_named("survey.missed").len(), 1);
    hotline.assert_clean();
}

#[test]
fn j1_who_hangs_up_in_the_survey_has_answered_what_he_has() {
    let (mut hotline, _) = talk(100);
    hotline.hangs_up("1001");
    hotline.run_for(2 * SECOND);
    hotline.hangs_up(CALLER);
    hotline.run_for(2 * SECOND);
    let done = done(&hotline);
    assert_eq!((done.len(), done[0].complete), (1, false));
    assert_eq!(hotline.facts_named("survey.missed").len(), 0);
    hotline.assert_clean();
}

#[test]
fn j2_nobody_is_asked_whom_the_percentage_does_not_choose_unless_the_agent_pushes() {
    let (mut hotline, _) = talk(0);
    hotline.hangs_up("1001");
    hotline.run_for(2 * SECOND);
    assert_eq!(asked(&hotline), []);
    assert_eq!(hotline.facts_named("call.ended").len(), 1);
    let (mut hotline, agent) = talk(0);
    assert!(hotline.orders(agent, CALLER, TalkOrder::Survey));
    hotline.run_for(2 * SECOND);
    let pushed = asked(&hotline);
    assert_eq!(pushed.len(), 1);
    assert_eq!(pushed[0].push, SurveyPush::Agent);
    assert!(matches!(hotline.state(agent), AgentState::WrapUp { .. }));
    hotline.hangs_up(CALLER);
    hotline.run_for(2 * SECOND);
    hotline.assert_clean();
}

/// A colleague, to whom this caller is handed on.
fn with_colleague() -> (Hotline, AgentId, AgentId) {
    let (mut hotline, agent) = talk(100);
    let colleague = hotline.agent("1002", Manner::Answers(SECOND));
    hotline.run_for(SECOND);
    (hotline, agent, colleague)
}

/// Whom the surveys are about, with their queues.
fn about(hotline: &Hotline) -> Vec<(Option<AgentId>, Option<String>)> {
    let surveys = asked(hotline).into_iter();
    surveys
        .map(|asked| (asked.agent, asked.queue.map(|queue| queue.to_string())))
        .collect()
}

#[test]
fn j1_a_caller_on_hold_is_asked_when_the_agent_hangs_up() {
    let (mut hotline, agent) = talk(100);
    assert!(hotline.orders(agent, CALLER, TalkOrder::Hold));
    hotline.run_for(5 * SECOND);
    assert_eq!(hotline.hears(CALLER), "music");
    hotline.hangs_up("1001");
    hotline.run_for(4 * SECOND);
    assert_eq!(about(&hotline), [(Some(agent), Some("support".to_owned()))]);
    hotline.presses(CALLER, '4');
    hotline.run_for(20 * SECOND);
    assert_eq!(
        done(&hotline)[0].answers,
        BTreeMap::from([("solved".to_owned(), 4)])
    );
    hotline.assert_clean();
}

#[test]
fn j1_after_a_consult_he_is_asked_about_the_one_who_talked_with_him_last() {
    let (mut hotline, agent, colleague) = with_colleague();
    assert!(hotline.orders(agent, CALLER, crate::consult::ask("1002")));
    hotline.run_for(3 * SECOND);
    assert!(hotline.orders(agent, CALLER, TalkOrder::Complete));
    hotline.run_for(5 * SECOND);
    assert_eq!(hotline.hears(CALLER), "1002");
    assert_eq!(asked(&hotline), [], "the talk goes on");
    hotline.hangs_up("1002");
    hotline.run_for(2 * SECOND);
    assert_eq!(
        about(&hotline),
        [(Some(colleague), Some("support".to_owned()))]
    );
    hotline.hangs_up(CALLER);
    hotline.run_for(2 * SECOND);
    hotline.assert_clean();
}

#[test]
fn j1_who_is_only_asked_by_a_colleague_is_not_surveyed_by_hanging_up() {
    let (mut hotline, agent, _) = with_colleague();
    assert!(hotline.orders(agent, CALLER, crate::consult::ask("1002")));
    hotline.run_for(3 * SECOND);
    hotline.hangs_up("1002");
    hotline.run_for(3 * SECOND);
    assert_eq!(asked(&hotline), []);
    assert!(hotline.orders(agent, CALLER, TalkOrder::Resume));
    hotline.hangs_up("1001");
    hotline.run_for(2 * SECOND);
    assert_eq!(about(&hotline), [(Some(agent), Some("support".to_owned()))]);
}

#[test]
fn j1_a_transfer_within_the_queue_asks_once_about_the_last() {
    let (mut hotline, agent, colleague) = with_colleague();
    assert!(hotline.orders(agent, CALLER, crate::transfers::to_agent("1002")));
    hotline.run_for(5 * SECOND);
    assert_eq!(hotline.hears(CALLER), "1002");
    assert_eq!(asked(&hotline), [], "nobody is asked between two agents");
    hotline.hangs_up("1002");
    hotline.run_for(2 * SECOND);
    assert_eq!(
        about(&hotline),
        [(Some(colleague), Some("support".to_owned()))]
    );
    hotline.hangs_up(CALLER);
    hotline.run_for(2 * SECOND);
    hotline.assert_clean();
}

#[test]
fn j1_a_transfer_to_a_queue_without_a_survey_asks_nobody_and_shows_no_button() {
    let (mut hotline, agent, _) = with_colleague();
    let pops = crate::transfers::pops(&hotline);
    assert!(pops.last().expect("a pop").survey, "support has one");
    assert!(hotline.orders(agent, CALLER, crate::transfers::to_queue("everybody")));
    hotline.run_for(5 * SECOND);
    assert_eq!(hotline.hears(CALLER), "1002");
    let pops = crate::transfers::pops(&hotline);
    assert!(!pops.last().expect("a pop").survey, "everybody has none");
    hotline.hangs_up("1002");
    hotline.run_for(2 * SECOND);
    assert_eq!(asked(&hotline), []);
}

#[test]
fn j1_who_is_called_back_is_asked_as_one_who_called() {
    let (mut hotline, agent) = crate::callbacks::busy_with(asks(100));
    crate::callbacks::asks(&mut hotline);
    crate::callbacks::agent_is_free(&mut hotline);
    hotline.run_for(100 * SECOND);
    assert_eq!(hotline.hears("main"), "1001", "he is called back");
    let before = asked(&hotline).len();
    hotline.hangs_up("1001");
    hotline.run_for(3 * SECOND);
    let after = about(&hotline);
    assert_eq!(after.len(), before + 1);
    assert_eq!(
        after.last(),
        Some(&(Some(agent), Some("support".to_owned())))
    );
}
