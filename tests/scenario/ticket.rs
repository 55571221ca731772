//! Tickets that scripts file, in the whole engine (E15): the fact is told before its number is asked for, and once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::Config;
use ivr::{Answer, Value};
use model::Fact;
use model::fact::{TicketAsked, TicketField};

use crate::hotline::Hotline;

const CALLER: &str = "13800001111";
const SECOND: Duration = Duration::from_secs(1);

const SCRIPT: &str = r#"title = { en = "Repairs" }
languages = ["en"]
start = "first"
[prompt.told]
en = "You have a ticket."
[prompt.sorry]
en = "You will have one."
[ticket.first]
ticket_type = "repair"
subject = "From {caller.number}"
fields = { vip = "caller.vip" }
next = "second"
[ticket.second]
ticket_type = "repair"
category = "network"
subject = "Again"
into = "number"
next = "told"
error = "sorry"
[play.told]
prompt = "told"
next = "end"
[play.sorry]
prompt = "sorry"
next = "end"
[hangup.end]
"#;

fn files(config: &mut Config) {
    let (script, found) = ivr::parse("main".into(), "main.toml", SCRIPT);
    assert_eq!(found, []);
    let script = Arc::new(script.expect("a script"));
    config.scripts.insert("main".into(), script);
}

/// A caller of a house whose desk answers so, after so long.
fn calls(answer: Answer, after: Duration) -> Hotline {
    let mut hotline = Hotline::with(files);
    hotline.service = (answer, after);
    hotline.caller(CALLER, "4000");
    hotline.run_for(4 * SECOND);
    hotline
}

fn filed(hotline: &Hotline) -> Vec<TicketAsked> {
    let facts = hotline.facts_named("ticket.asked").into_iter();
    let filed = facts.map(|fact| match fact {
        Fact::TicketAsked(asked) => TicketAsked::clone(asked),
        other => panic!("{other:?}"),
    });
    filed.collect()
}

fn entered(hotline: &Hotline, name: &str) -> bool {
    let facts = hotline.facts_named("ivr.entered").into_iter();
    facts
        .into_iter()
        .any(|fact| matches!(fact, Fact::IvrEntered { node, .. } if node == name))
}

#[test]
fn e15_each_visit_is_a_ticket_of_its_own_and_a_told_number_leads_on() {
    let number = Value::Text("261120-0001-8".to_owned());
    let found = Answer::Found(BTreeMap::from([("number".to_owned(), number)]));
    let hotline = calls(found, Duration::from_millis(20));
    let filed = filed(&hotline);
    let parts: Vec<_> = filed.iter().map(|it| (it.part, it.node.as_str())).collect();
    assert_eq!(parts, [(1, "first"), (2, "second")]);
    assert_eq!(filed[0].content.subject, format!("From {CALLER}"));
    let vip = TicketField::Number("0".to_owned());
    assert_eq!(filed[0].content.fields.get("vip"), Some(&vip));
    assert_eq!(filed[1].content.category.as_deref(), Some("network"));
    assert_eq!(filed[1].caller.number.as_deref(), Some(CALLER));
    let asked: Vec<_> = hotline.looked_up.iter().map(|ask| &ask.question).collect();
    let wanted = ivr::TicketQuestion {
        part: 2,
        into: "number".to_owned(),
    };
    assert_eq!(asked, [&ivr::Question::Ticket(wanted)]);
    assert!(entered(&hotline, "told") && !entered(&hotline, "sorry"));
}

#[test]
fn e15_a_desk_that_does_not_answer_traps_nobody_and_loses_nothing() {
    let never = Duration::from_secs(60);
    let hotline = calls(Answer::NoAnswer("late".to_owned()), never);
    assert!(entered(&hotline, "sorry") && !entered(&hotline, "told"));
    assert_eq!(filed(&hotline).len(), 2, "both are promised all the same");
}
