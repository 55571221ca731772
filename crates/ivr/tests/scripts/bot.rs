//! A bot that talks with a caller (E24): its results and nothing else lead on, keys work beside it, and every way has an end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ivr::{Answer, House, Input, Number, Patience, RESULT, Value, check, check_house, parse};
use model::ScriptName;
use speech::Language;

use crate::diagnostics::{check_edit, findings};
use crate::driver::{Call, nodes};
use crate::good_script::world;

/// A bot with a prompt, two results, a key and two values.
fn bot(more: &str) -> String {
    nodes(&format!(
        "[bot.start]\nbot = \"helper\"\nprompt = \"a\"\nmax_s = 90\nkeys = {{ 0 = \"person\" }}\n{more}\n\
         into = {{ city = \"/city\", parcels = {{ at = \"/n\", type = \"number\" }} }}\n\
         results = {{ done = \"done\", agent = \"person\" }}\non_failure = \"failed\"\n\
         [play.done]\nprompt = \"b\"\nnext = \"end\"\n[play.person]\nprompt = \"b\"\nnext = \"end\"\n\
         [play.failed]\nprompt = \"c\"\nnext = \"end\"\n[hangup.end]\nprompt = \"a\"\n"
    ))
}

fn brings(result: &str, parcels: Value) -> Answer {
    let text = |text: &str| Value::Text(text.to_owned());
    let values = [
        (RESULT, text(result)),
        ("city", text("上海")),
        ("parcels", parcels),
    ];
    let values = values.map(|(name, value)| (name.to_owned(), value));
    Answer::Found(BTreeMap::from(values))
}

fn two() -> Value {
    Value::Number(Number::whole(2))
}

/// Comes to the bot and hears the prompt to its end.
fn talks(more: &str) -> (Call, Vec<String>) {
    let mut call = Call::new(&bot(more));
    call.starts();
    let seen = call.hears();
    (call, seen)
}

fn answered(call: &mut Call, answer: Answer) -> Vec<String> {
    let id = call.asked.expect("it talks");
    call.gets(Input::Answered(id, answer))
}

#[test]
fn e24_each_result_has_its_exit_and_whatever_else_is_a_failure() {
    let text = |text: &str| Value::Text(text.to_owned());
    let rows = [
        (
            brings("done", two()),
            "Result { result: \"done\" }",
            "play done",
        ),
        (
            brings("agent", two()),
            "Result { result: \"agent\" }",
            "play person",
        ),
        (
            brings("fail", two()),
            "Failed { why: \"unknown result\" }",
            "play failed",
        ),
        // S21: of another type than the script says.
        (
            brings("done", text("two")),
            "Failed { why: \"nothing fit for `parcels`\" }",
            "play failed",
        ),
        (
            Answer::Found(BTreeMap::new()),
            "Failed { why: \"unknown result\" }",
            "play failed",
        ),
        (
            Answer::Missing,
            "Failed { why: \"missing\" }",
            "play failed",
        ),
        (
            Answer::Bad("flood".to_owned()),
            "Failed { why: \"flood\" }",
            "play failed",
        ),
        (
            Answer::NoAnswer("unreachable".to_owned()),
            "Failed { why: \"unreachable\" }",
            "play failed",
        ),
    ];
    for (answer, end, way) in rows {
        let (mut call, seen) =
            talks("send = { who = \"caller.number\", vip = \"caller.vip > 0\" }");
        assert_eq!(seen, ["converse helper vip=false who=13800001111 for 90 s"]);
        let seen = answered(&mut call, answer);
        assert_eq!(seen[..2], [format!("end {end}"), way.to_owned()]);
        let city = (way != "play failed").then(|| "上海".to_owned());
        assert_eq!(call.variable("city"), city, "{end}");
    }
}

#[test]
fn e24_a_key_of_the_script_leads_on_at_once_and_another_is_the_bots() {
    let (mut call, _) = talks("");
    assert_eq!(call.presses("57#"), ["pass 5", "pass 7", "pass #"]);
    assert!(!call.run.is_secret(), "S22: it is never a secret input");
    let id = call.asked.expect("it talks");
    assert_eq!(call.presses("0")[..2], ["end Key", "play person"]);
    let late = call.gets(Input::Answered(id, brings("done", two())));
    assert_eq!(late, Vec::<String>::new(), "nobody waits for it any more");
}

#[test]
fn e24_a_key_that_cuts_the_prompt_meets_no_bot_or_is_the_first_that_it_is_told() {
    let mut call = Call::new(&bot(""));
    call.starts();
    assert_eq!(call.presses("0")[..2], ["stop", "play person"]);
    let mut call = Call::new(&bot(""));
    call.starts();
    let seen = call.presses("4");
    assert_eq!(seen, ["stop", "converse helper for 90 s", "pass 4"]);
}

#[test]
fn e24_its_time_is_over_and_who_hangs_up_is_gone() {
    let (mut call, _) = talks("");
    assert_eq!(call.waits(89_999), Vec::<String>::new());
    let seen = call.waits(1);
    assert_eq!(
        seen[..2],
        ["end Failed { why: \"time_over\" }", "play failed"]
    );
    let (mut call, _) = talks("");
    assert_eq!(call.hangs_up(), ["end Left"]);
    assert_eq!(
        answered(&mut call, brings("done", two())),
        Vec::<String>::new()
    );
}

#[test]
fn e24_what_is_wrong_is_told_at_its_place() {
    let with = |keys: &str| {
        format!(
            "[bot.b]\nbot = \"helper\"\n{keys}\nresults = {{ done = \"bye\" }}\non_failure = \"bye\"\n[hangup.bye]"
        )
    };
    let rows = [
        (
            with(""),
            "19:6: error: a bot needs `keys`: whom it does not understand must have another way | one at least, such as `keys = { 0 = \"agents\" }`",
        ),
        (
            with("keys = {}"),
            "21:1: error: `keys` of `bot.b` has no keys",
        ),
        (
            with("keys = { 0 = \"agents\" }").replace("helper", "helpr"),
            "20:7: error: no bot `helpr` | did you mean `helper`?",
        ),
        (
            with("keys = { 0 = \"agents\" }\ninto = { result = \"/r\" }"),
            "22:10: error: `result` is what a test calls the result of a bot",
        ),
        (
            with("keys = { 0 = \"agents\" }").replace("{ done", "{ \"a b\""),
            "22:13: error: `a b` is no name of a result",
        ),
        (
            with("keys = { 0 = \"agents\" }").replace("{ done = \"bye\" }", "{}"),
            "22:1: error: `results` names no result",
        ),
        (
            with("keys = { 0 = \"agents\" }\nmax_s = 601"),
            "22:9: error: `max_s` cannot be `601`; expected seconds above 0, up to 600",
        ),
    ];
    for (table, expected) in rows {
        let start = format!("{table}\n");
        check_edit("[hangup.bye]\n", &start, &with_unreached(&table, expected));
    }
}

/// Where the node itself can be read, nobody comes to it.
fn with_unreached<'e>(table: &str, expected: &'e str) -> Vec<&'e str> {
    let is_read = expected.contains("no bot");
    assert!(table.starts_with("[bot.b]"));
    let unreached = is_read.then_some("19:6: ");
    unreached.into_iter().chain([expected]).collect()
}

#[test]
fn s22_no_secret_is_told_a_bot_nor_what_is_made_of_one() {
    let text = nodes(
        "[collect.start]\nprompt = \"a\"\ninto = \"pin\"\nsecret = true\nnext = \"make\"\non_failure = \"end\"\n\
         [set.make]\nvalues = { made = \"pin\", open = \"called\" }\nnext = \"talk\"\n\
         [bot.talk]\nbot = \"helper\"\nkeys = { 0 = \"end\" }\nsend = { a = \"made\", b = \"open\" }\n\
         results = { done = \"end\" }\non_failure = \"end\"\n[hangup.end]\nprompt = \"a\"\n",
    );
    let found = findings(&text);
    let told: Vec<&String> = found
        .iter()
        .filter(|it| it.contains("secret input"))
        .collect();
    assert_eq!(told.len(), 1, "{found:?}");
    assert!(
        told[0].contains(
            "`made` comes from a secret input: no bot is told it | leave it out of `send`"
        )
    );
    let (script, _) = parse(ScriptName::from("main"), "main.toml", &text);
    let found = check(&script.expect("a script"), &world());
    let chinese = found.iter().map(|it| it.message.said_in(Language::Chinese));
    let chinese: Vec<&str> = chinese.collect();
    assert!(
        chinese.contains(&"`made` 来自保密输入：不能告诉机器人"),
        "{chinese:?}"
    );
}

#[test]
fn s22_a_secret_that_check_does_not_see_is_left_out_and_told() {
    let text = nodes(
        "[collect.start]\nprompt = \"a\"\ninto = \"pin\"\nsecret = true\nnext = \"talk\"\non_failure = \"end\"\n\
         [bot.talk]\nbot = \"helper\"\nkeys = { 0 = \"end\" }\nsend = { a = \"pin\", b = \"3\" }\n\
         results = { done = \"end\" }\non_failure = \"end\"\n[hangup.end]\nprompt = \"a\"\n",
    );
    let (script, _) = parse(ScriptName::from("main"), "main.toml", &text);
    let mut call = Call::of(Arc::new(script.expect("a script")));
    call.starts();
    call.hears();
    let seen = call.presses("1234#");
    let told = [
        "bot talk",
        "unsaid `a` of a bot: it comes from a secret input",
        "converse helper b=3 for 120 s",
    ];
    assert_eq!(seen, told);
}

#[test]
fn e22_the_time_of_a_bot_counts_as_time_in_which_nobody_takes_the_caller() {
    let found = |max_s: u32| {
        let text = bot("").replace("max_s = 90", &format!("max_s = {max_s}"));
        let (script, _) = parse(ScriptName::from("main"), "main.toml", &text);
        let scripts = [script.expect("a script")];
        let found = check_house(&House {
            scripts: &scripts,
            entrances: &[],
            enters: &|_| None,
            lasts: &|_| Some(Duration::from_secs(2)),
            patience: Patience::default(),
        });
        found
            .into_iter()
            .map(|it| it.message.en)
            .collect::<Vec<_>>()
    };
    assert_eq!(found(290), Vec::<String>::new());
    let told = found(300);
    assert!(told[0].contains("hears 3 prompts in 306 s"), "{told:?}");
}
