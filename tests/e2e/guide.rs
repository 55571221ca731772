//! The guide for admins: every block of TOML stands in one house, every command is run in it, and both languages have the same examples.
//! So are the examples of the pages on look-ups, messages and callbacks.

use std::collections::BTreeMap;

use crate::binary::repository;
use crate::house::House;
use crate::patience::until;
use crate::sample_house::SPEECH;

const TRUNKLINE: &str = "[agents]\nsign_in = \"phone\"\n";

/// A block of code of a page.
#[derive(Clone, Debug, PartialEq)]
struct Block {
    kind: String,
    text: String,
}

/// The blocks of a page, in their order.
fn blocks(page: &str) -> Vec<Block> {
    let text = std::fs::read_to_string(repository().join("docs").join(page)).unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        match (line.strip_prefix("```"), is_open) {
            (Some(kind), false) => {
                let (kind, text) = (kind.to_owned(), String::new());
                blocks.push(Block { kind, text });
                is_open = true;
            }
            (Some(_), true) => is_open = false,
            (None, true) => {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, false) => {}
        }
    }
    assert!(!is_open, "{page}: a block is not closed");
    blocks
}

/// A house of these files, below its folder, on the sounds of the demo; nothing runs yet.
fn house(files: &BTreeMap<String, String>) -> House {
    let mut house = House::empty();
    for (name, text) in files {
        let path = house.dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    house.ivr = repository().join("ivr-scripts");
    house.extra = vec![
        format!("ivr.scripts={}", house.dir.join("ivr-scripts").display()),
        format!("speech.cache={SPEECH}"),
    ];
    house
}

/// Whether a command succeeds, and what it says.
fn runs(house: &House, words: &[&str]) -> (bool, String, String) {
    // A secret that the page on look-ups names.
    let mut command = house.trunkline();
    let output = command.env("CASES_TOKEN", "token").args(words).output();
    let output = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.success(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// What a command says that succeeds.
#[track_caller]
fn says(house: &House, words: &[&str]) -> String {
    let (is_good, said, told) = runs(house, words);
    assert!(is_good, "{words:?}: {said}{told}");
    said
}

/// That a house is good to the last finding, and its tests pass.
#[track_caller]
fn is_good(house: &House, tests: usize) {
    says(house, &["prompts", "build"]);
    assert_eq!(says(house, &["check", "--json"]).trim(), "[]");
    let said = says(house, &["ivr", "test"]);
    assert!(
        said.ends_with(&format!("{tests} passed, 0 failed\n")),
        "{said}"
    );
}

/// The files of the guide's house, and its commands.
fn guide(page: &str) -> (BTreeMap<String, String>, Vec<String>) {
    let mut files = BTreeMap::from([("config/trunkline.toml".to_owned(), TRUNKLINE.to_owned())]);
    let mut commands = Vec::new();
    for Block { kind, text } in blocks(page) {
        match kind.as_str() {
            "toml" => {
                let (first, rest) = text.split_once('\n').unwrap();
                let name = first
                    .strip_prefix("# ")
                    .expect("the file's name")
                    .to_owned();
                let file = files.entry(name).or_default();
                file.push_str(rest);
                file.push('\n');
            }
            "sh" => commands.extend(text.lines().map(str::to_owned)),
            other => panic!("{page}: a block of `{other}` is not run"),
        }
    }
    (files, commands)
}

#[test]
fn the_guides_house_is_good_and_its_commands_do_what_they_say() {
    let (files, commands) = guide("guide/ivr.en.md");
    let mut house = house(&files);
    is_good(&house, 10);
    // What was led, and what callers did, is told by a house that has run.
    house.start();
    assert!(commands.len() >= 6, "{commands:?}");
    let server = house.sip.to_string();
    for command in commands {
        let words = command
            .strip_prefix("trunkline ")
            .expect("a command of ours");
        let mut words: Vec<&str> = words.split(' ').collect();
        match words.as_slice() {
            // The house of a test has ports of its own.
            ["call", ..] => words.extend(["--server", &server]),
            // A call counts a moment after it has ended.
            [.., "--heat", "--format", "svg"] | ["ivr", "heat", ..] => {
                until(&command, || runs(&house, &words).0);
            }
            _ => {}
        }
        says(&house, &words);
    }
}

#[test]
fn both_languages_of_the_guide_have_the_same_examples() {
    let bare = |page: &str| {
        let line = |line: &str| line.split(" #").next().unwrap().trim_end().to_owned();
        let bare = |block: Block| Block {
            text: block.text.lines().map(line).collect::<Vec<_>>().join("\n"),
            ..block
        };
        blocks(page).into_iter().map(bare).collect::<Vec<_>>()
    };
    let (english, chinese) = (bare("guide/ivr.en.md"), bare("guide/ivr.zh-CN.md"));
    assert!(english.len() > 10);
    assert_eq!(english, chinese);
}

/// The head of a script that begins there, and what the pages' fragments lead to.
fn script(start: &str, fragments: &[&str], more: &str) -> String {
    format!(
        r#"title = {{ en = "Of a page" }}
languages = ["en"]
start = "{start}"
[prompt.page_goodbye]
en = "Goodbye."
{}
{more}
[queue.agents]
queue = "support"
on_timeout = "bye"
on_no_agents = "bye"
[hangup.bye]
prompt = "page_goodbye"
"#,
        fragments.join("\n")
    )
}

const QUEUES: &str = "[queue.support]\nstrategy = \"longest-idle\"\nmax_wait_s = 60\n";

fn numbers(scripts: &[&str]) -> String {
    let number =
        |(n, script): (usize, &&str)| format!("[number.\"400{n}\"]\nscript = \"{script}\"\n");
    scripts.iter().enumerate().map(number).collect()
}

fn house_of_a_page(files: &[(&str, String)]) -> House {
    let mut all = BTreeMap::from([
        ("config/trunkline.toml".to_owned(), TRUNKLINE.to_owned()),
        ("config/queues.toml".to_owned(), QUEUES.to_owned()),
    ]);
    all.extend(
        files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.clone())),
    );
    house(&all)
}

#[test]
fn the_examples_of_the_page_on_look_ups_are_good() {
    let blocks = blocks("look-ups.md");
    let [by_http, queries, by_sql, tests, by_ticket, by_keys] = blocks.as_slice() else {
        panic!("{blocks:#?}");
    };
    let of_the_house = r#"[prompt.key_in_your_case_number]
en = "Please key in the number of your case."
[prompt.page_missing]
en = "There is no such case."
[branch.by_state]
when = [{ if = "state == 'closed'", go = "bye" }]
otherwise = "account"
[collect.ask_pin]
prompt = "page_missing"
into = "case_pin"
secret = true
max = 6
next = "by_pin"
on_failure = "agents"
[collect.account]
prompt = "page_missing"
into = "account_no"
max = 8
next = "who"
on_failure = "agents"
"#;
    let more = r#"[prompt.key_in_your_case_number]
en = "Please key in the number of your case."
[prompt.page_missing]
en = "There is no such case."
[branch.by_status]
when = [{ if = "status == 'open' and fee > 0", go = "agents" }]
otherwise = "bye"
[play.no_such_case]
prompt = "page_missing"
next = "bye"
"#;
    let (collect, _) = by_http.text.split_once("[http.").expect("the http node");
    let of_http = script("case_no", &[&by_http.text], more) + &tests.text;
    let of_sql = script("case_no", &[collect, &by_sql.text], more);
    let fragments = [collect, &by_ticket.text, &by_keys.text];
    let of_house = script("case_no", &fragments, of_the_house);
    let house = house_of_a_page(&[
        ("config/queries.toml", queries.text.clone()),
        (
            "config/numbers.toml",
            numbers(&["of_http", "of_sql", "of_house"]),
        ),
        ("ivr-scripts/of_http.toml", of_http),
        ("ivr-scripts/of_sql.toml", of_sql),
        ("ivr-scripts/of_house.toml", of_house),
    ]);
    is_good(&house, 2);
}

#[test]
fn the_examples_of_the_page_on_messages_are_good() {
    let blocks = blocks("messages.md");
    let [record, mailbox, voicemail, tests] = blocks.as_slice() else {
        panic!("{blocks:#?}");
    };
    let more = "[prompt.speak_after_the_tone]\nen = \"Please speak after the tone.\"\n\
                [play.thanks]\nprompt = \"page_goodbye\"\nnext = \"bye\"\n";
    let text = script("complaint", &[&record.text, &voicemail.text], more);
    let text = text.replace("on_no_agents = \"bye\"", "on_no_agents = \"leave_message\"");
    let house = house_of_a_page(&[
        ("config/voicemail.toml", mailbox.text.clone()),
        ("config/numbers.toml", numbers(&["messages"])),
        ("ivr-scripts/messages.toml", text + &tests.text),
    ]);
    is_good(&house, 1);
}
