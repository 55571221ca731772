//! Waiting: the keys of a waiting caller (D14), with the prompt that tells them; and the wait for a named agent (B12).

use ivr::{Effect, Entry, Environment, Input, Run};
use model::Caller;

use crate::diagnostics::findings;
use crate::driver::{Call, nodes};
use crate::good_script::{calendars, plan, script};

fn waits(keys: &str, text: &str) -> String {
    format!(
        "title = {{ en = \"x\" }}\nlanguages = [\"en\"]\nstart = \"go\"\n[prompt.bye]\nen = \"{text}\"\n\
         [queue.go]\nqueue = \"support\"\non_timeout = \"end\"\non_no_agents = \"end\"\n{keys}\n[hangup.end]\n"
    )
}

#[test]
fn d14_the_prompt_that_tells_the_keys_goes_along_in_the_callers_language() {
    let text = waits("keys = { 2 = \"end\" }\nprompt = \"bye\"", "Press 2.");
    let entry = Entry {
        caller: Caller::new("1", None),
        vip_level: 0,
        called: String::new(),
        trunk: String::new(),
        diverted_from: String::new(),
        language: None,
    };
    let mut run = Run::new(script("main", &text), entry);
    let environment = Environment {
        calendars: &calendars(),
        scripts: &Default::default(),
        plan: &plan(),
    };
    run.handle_input(Default::default(), &environment, Input::Start);
    let mut told = None;
    while let Some(effect) = run.poll_effect() {
        if let Effect::JoinQueue { choices, .. } = effect {
            told = Some(choices);
        }
    }
    assert_eq!(told, Some(Some("main/en/bye".to_owned())));
}

#[test]
fn d14_keys_that_are_not_said_and_a_prompt_without_keys_are_told() {
    let whole = "keys = { 2 = \"end\" }\nprompt = \"bye\"";
    let found = findings(&waits(whole, "Press 2."));
    let found = found
        .iter()
        .filter(|one| !one.contains("no sound `en/bye`"));
    assert_eq!(found.count(), 0);
    for (keys, text, expected) in [
        (
            "keys = { 2 = \"end\" }",
            "x",
            "no node plays the prompt `bye`",
        ),
        (
            whole,
            "Press 3.",
            "the prompt `bye` does not name the key `2` in `en`",
        ),
        (
            "prompt = \"bye\"",
            "Press 2.",
            "10:10: error: `prompt` tells the keys of a queue, and this one has none",
        ),
    ] {
        let found = findings(&waits(keys, text));
        let told = found.iter().any(|one| one.contains(expected));
        assert!(told, "{keys}\n{found:?}");
    }
}

#[test]
fn b12_a_transfer_to_an_agent_says_how_long_its_caller_waits_for_him() {
    let transfer = |keys: &str| {
        nodes(&format!(
            "[transfer.start]\nto = \"agent:1001\"\n{keys}on_busy = \"end\"\non_no_answer = \"end\"\n\
             on_failure = \"end\"\n[hangup.end]\n"
        ))
    };
    for (keys, told) in [
        ("", "transfer Agent(\"1001\") 25s"),
        ("wait_s = 60\n", "transfer Agent(\"1001\") 25s waits 60s"),
        ("wait_s = 0\nring_s = 10\n", "transfer Agent(\"1001\") 10s"),
    ] {
        assert_eq!(
            Call::new(&transfer(keys)).starts(),
            ["transfer start", told]
        );
    }
}
