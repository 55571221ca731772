//! Look-ups of scripts in the whole engine (E11): the caller hears music when it takes long, and goes on by the answer, by its
//! absence, or not at all when he has hung up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::{Config, StateRequest};
use ivr::{Answer, Value};
use media::{Command, Source};
use model::Fact;
use model::fact::CallResult;

use crate::hotline::Hotline;
use crate::phone::Manner;

const CALLER: &str = "13800001111";
const SECOND: Duration = Duration::from_secs(1);

const SCRIPT: &str = r#"title = { en = "Case" }
languages = ["en"]
start = "ask"
[prompt.good]
en = "Your case is open."
[prompt.bad]
en = "We do not know."
[http.ask]
url = "https://cases.example/{caller.number}"
into = { status = "/status" }
ok = "good"
bad = "bad"
none = "bad"
[play.good]
prompt = "good"
next = "agents"
[play.bad]
prompt = "bad"
next = "agents"
[queue.agents]
queue = "support"
on_no_agents = "bye"
on_timeout = "bye"
[hangup.bye]
"#;

fn asks(config: &mut Config) {
    let (script, found) = ivr::parse("main".into(), "main.toml", SCRIPT);
    assert_eq!(found, []);
    let script = Arc::new(script.expect("a script"));
    config.scripts.insert("main".into(), script);
}

fn open() -> Answer {
    let status = Value::Text("open".to_owned());
    Answer::Found(BTreeMap::from([("status".to_owned(), status)]))
}

/// A caller, and a service that brings this after so long.
fn calls(answer: Answer, after: Duration) -> Hotline {
    let mut hotline = Hotline::with(asks);
    hotline.service = (answer, after);
    hotline.caller(CALLER, "4000");
    hotline
}

/// What was begun and ended for him, in order; a sound by its name, with `over and over` where it repeats.
fn heard(hotline: &Hotline) -> Vec<String> {
    let port = hotline.port_of(CALLER).expect("he is on the line");
    let plays = hotline.ports[&port].plays.iter();
    let told = plays.map(|(_, order)| match order {
        Command::Play {
            sources, repeat, ..
        } => {
            let names = sources.iter().map(|source| match source {
                Source::Sound(name) => name.as_str(),
                Source::Message(_) => "himself",
                Source::Tone { .. } | Source::Silence { .. } | Source::Comfort { .. } => "a tone",
            });
            let names: Vec<&str> = names.collect();
            let ever = if *repeat { " over and over" } else { "" };
            format!("{}{ever}", names.join(" "))
        }
        Command::StopPlay { .. } => "stop".to_owned(),
        other => format!("{other:?}"),
    });
    told.collect()
}

#[test]
fn e11_a_quick_answer_leads_on_without_a_sound_between() {
    let mut hotline = calls(open(), Duration::from_millis(600));
    hotline.run_for(SECOND);
    assert_eq!(hotline.looked_up.len(), 1);
    assert_eq!(heard(&hotline), ["main/en/good"]);
}

#[test]
fn e23_of_an_exit_that_stands_for_several_causes_the_one_that_happened_is_told() {
    for (answer, cause) in [
        (open(), "found"),
        (Answer::Missing, "missing"),
        (Answer::Bad("no JSON".to_owned()), "bad"),
    ] {
        let mut hotline = calls(answer, Duration::from_millis(100));
        hotline.run_for(10 * SECOND);
        let mut exits = Vec::new();
        for fact in hotline.facts_named("ivr.entered") {
            let Fact::IvrEntered { left, .. } = fact else {
                panic!("{fact:?}");
            };
            exits.extend(left.iter().map(|left| left.exit.as_str()));
        }
        // Of the queue as well, whose `on_no_agents` is three exits more.
        assert_eq!(exits, [cause, "next", "no_agents"]);
    }
}

#[test]
fn e11_a_slow_answer_is_waited_for_with_music() {
    let mut hotline = calls(open(), Duration::from_millis(1_500));
    hotline.run_for(SECOND);
    assert_eq!(heard(&hotline), ["music/default over and over"]);
    hotline.run_for(SECOND);
    assert_eq!(
        heard(&hotline),
        ["music/default over and over", "stop", "main/en/good"]
    );
}

#[test]
fn e11_who_is_not_answered_goes_on_by_himself_and_a_late_answer_is_dropped() {
    let mut hotline = calls(open(), 3 * SECOND);
    hotline.run_for(Duration::from_millis(2_200));
    assert_eq!(heard(&hotline), ["music/default over and over"]);
    hotline.run_for(Duration::from_millis(200));
    let expected = ["music/default over and over", "stop", "main/en/bad"];
    assert_eq!(heard(&hotline), expected);
    hotline.run_for(SECOND);
    assert_eq!(heard(&hotline)[..3], expected);
    assert!(
        !heard(&hotline).contains(&"main/en/good".to_owned()),
        "it came too late"
    );
}

#[test]
fn e11_who_hangs_up_meanwhile_is_gone() {
    let mut hotline = calls(open(), Duration::from_millis(1_500));
    hotline.run_for(SECOND);
    hotline.hangs_up(CALLER);
    hotline.run_for(2 * SECOND);
    hotline.assert_clean();
    assert_eq!(hotline.record().result, Some(CallResult::SelfService));
}

#[test]
fn e16_what_was_found_travels_with_the_call() {
    let mut hotline = calls(open(), Duration::from_millis(300));
    let agent = hotline.agent("1001", Manner::Answers(2 * SECOND));
    hotline.says(agent, StateRequest::Ready);
    hotline.run_for(20 * SECOND);
    let pops = hotline.facts_named("offer.made");
    let answers: Vec<String> = pops.iter().map(|fact| format!("{fact:?}")).collect();
    assert!(answers[0].contains("\"status\": \"open\""), "{answers:?}");
}
