//! Bots in the whole engine (E24): the caller's port and the service are brought together and parted, whatever ends it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::Config;
use ivr::{Answer, RESULT, Value};
use model::Fact;
use model::fact::{BotEnd, CallResult};

use crate::hotline::Hotline;

const CALLER: &str = "13800001111";
const SECOND: Duration = Duration::from_secs(1);

const SCRIPT: &str = r#"title = { en = "Help" }
languages = ["en"]
start = "helper"
[prompt.bye]
en = "Goodbye."
[bot.helper]
bot = "helper"
max_s = 90
keys = { 0 = "agents" }
into = { city = "/city" }
results = { done = "told", agent = "agents" }
on_failure = "agents"
[say.told]
text = { en = "Your code is {city:digits}" }
next = "bye"
[queue.agents]
queue = "support"
on_no_agents = "bye"
on_timeout = "bye"
[hangup.bye]
prompt = "bye"
"#;

fn talks(config: &mut Config) {
    let (script, found) = ivr::parse("main".into(), "main.toml", SCRIPT);
    assert_eq!(found, []);
    let script = Arc::new(script.expect("a script"));
    config.scripts.insert("main".into(), script);
}

fn brings(result: &str) -> Answer {
    let text = |text: &str| Value::Text(text.to_owned());
    Answer::Found(BTreeMap::from([
        (RESULT.to_owned(), text(result)),
        ("city".to_owned(), text("21")),
    ]))
}

/// A caller, and a bot that comes to this after so long.
fn calls(answer: Answer, after: Duration) -> Hotline {
    let mut hotline = Hotline::with(talks);
    hotline.service = (answer, after);
    hotline.caller(CALLER, "4000");
    hotline
}

/// Whether the caller's port is in a conversation.
fn is_talking(hotline: &Hotline) -> bool {
    let port = hotline.port_of(CALLER);
    let port = port.and_then(|port| hotline.ports.get(&port));
    port.is_some_and(|port| port.talker.is_some())
}

/// How the conversations ended, each with its length.
fn ends(hotline: &Hotline) -> Vec<(BotEnd, u64)> {
    let facts = hotline.facts_named("bot.ended").into_iter();
    let ends = facts.filter_map(|fact| match fact {
        Fact::BotEnded { bot, end, ms, .. } => {
            assert_eq!(bot, "helper");
            Some((end.clone(), *ms))
        }
        _ => None,
    });
    ends.collect()
}

/// The nodes that he came to.
fn nodes(hotline: &Hotline) -> Vec<String> {
    let facts = hotline.facts_named("ivr.entered").into_iter();
    let nodes = facts.filter_map(|fact| match fact {
        Fact::IvrEntered { node, .. } => Some(node.clone()),
        _ => None,
    });
    nodes.collect()
}

/// The words of the exits by which he left the bot.
fn exits(hotline: &Hotline) -> Vec<String> {
    let facts = hotline.facts_named("ivr.entered").into_iter();
    let left = facts.filter_map(|fact| match fact {
        Fact::IvrEntered { left, .. } => Some(left),
        _ => None,
    });
    let of_bot = left.flatten().filter(|left| left.node == "helper");
    of_bot.map(|left| left.exit.clone()).collect()
}

fn failed(why: &str) -> BotEnd {
    BotEnd::Failed {
        why: why.to_owned(),
    }
}

#[test]
fn e24_a_result_leads_on_and_the_conversation_is_over_before_anything_is_said() {
    let mut hotline = calls(brings("done"), 5 * SECOND);
    hotline.run_for(4 * SECOND);
    assert!(is_talking(&hotline));
    hotline.run_for(2 * SECOND);
    assert!(!is_talking(&hotline));
    assert_eq!(nodes(&hotline)[..2], ["helper", "told"]);
    assert_eq!(exits(&hotline), ["result done"]);
    let result = BotEnd::Result {
        result: "done".to_owned(),
    };
    assert_eq!(ends(&hotline), [(result, 5_000)]);
    hotline.assert_clean();
}

#[test]
fn e24_a_bot_that_fails_or_says_what_nobody_knows_leads_to_the_way_of_failures() {
    let rows = [
        (Answer::NoAnswer("unreachable".to_owned()), "unreachable"),
        (Answer::Bad("flood".to_owned()), "flood"),
        (brings("elsewhere"), "unknown result"),
    ];
    for (answer, why) in rows {
        let mut hotline = calls(answer, SECOND);
        hotline.run_for(3 * SECOND);
        assert_eq!(ends(&hotline), [(failed(why), 1_000)]);
        assert!(nodes(&hotline).contains(&"agents".to_owned()), "{why}");
        assert_eq!(exits(&hotline), ["bot_failed"], "{why}");
        hotline.assert_clean();
    }
}

#[test]
fn e24_its_time_is_over_and_a_late_result_is_nobodys() {
    let mut hotline = calls(brings("done"), 120 * SECOND);
    hotline.run_for(89 * SECOND);
    assert!(is_talking(&hotline));
    hotline.run_for(2 * SECOND);
    assert!(!is_talking(&hotline));
    assert_eq!(ends(&hotline), [(failed("time_over"), 90_000)]);
    hotline.run_for(60 * SECOND);
    assert!(!nodes(&hotline).contains(&"told".to_owned()));
    hotline.assert_clean();
}

#[test]
fn e24_a_key_takes_the_scripts_exit_and_another_is_told_the_bot() {
    let mut hotline = calls(brings("done"), 120 * SECOND);
    hotline.run_for(2 * SECOND);
    hotline.presses(CALLER, '5');
    hotline.run_for(SECOND);
    assert_eq!(hotline.passed, ['5']);
    assert!(is_talking(&hotline));
    hotline.presses(CALLER, '0');
    hotline.run_for(SECOND);
    assert!(!is_talking(&hotline));
    assert_eq!(ends(&hotline).len(), 1);
    assert_eq!(ends(&hotline)[0].0, BotEnd::Key);
    assert_eq!(hotline.passed, ['5'], "the script's own keys stay with it");
    hotline.hangs_up(CALLER);
    hotline.assert_clean();
}

#[test]
fn e24_s3_a_call_that_breaks_tells_its_conversation_once_before_its_end() {
    let mut hotline = calls(brings("done"), 120 * SECOND);
    hotline.run_for(2 * SECOND);
    let call = hotline.call_of(CALLER);
    hotline.engine.plant_panic(call, 0);
    hotline.presses(CALLER, '7');
    hotline.run_for(SECOND);
    assert_eq!(hotline.broken.len(), 1);
    let told = ends(&hotline);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, failed("call_broken"));
    let story = hotline.story();
    let at = |name: &str| story.iter().position(|fact| *fact == name).unwrap();
    assert!(at("bot.ended") < at("call.ended"), "{story:?}");
    assert!(!is_talking(&hotline), "its port is closed");
}

#[test]
fn e24_who_hangs_up_leaves_no_conversation_behind() {
    let mut hotline = calls(brings("done"), 120 * SECOND);
    hotline.run_for(2 * SECOND);
    hotline.hangs_up(CALLER);
    hotline.run_for(SECOND);
    assert_eq!(ends(&hotline).len(), 1);
    assert_eq!(ends(&hotline)[0].0, BotEnd::Left);
    hotline.assert_clean();
    assert_eq!(hotline.record().result, Some(CallResult::SelfService));
}
