//! What an admin waits for: `house` reads and proves 200 scripts of 100 nodes each, alone and together (at most 2 s);
//! `script_tests` runs tests that stand in a script (at least 100,000 a second on one core; items are tests).
//!
//! The scripts have every kind of way: menus, inputs, hours, conditions, look-ups, queues, messages, and hand callers on to one
//! another. Reading files and sounds is not counted: `trunkline check` does it once for each.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a bench may fail loudly"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use ivr::test::run_all;
use ivr::{Environment, House, Patience, Script, World, check, check_house, parse};
use model::calendar::CalendarConfig;
use model::{Calendar, NumberPlan, QueueName, ScriptName};

/// That of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SCRIPTS: usize = 200;
/// Each has eleven parts of nine nodes, and an end.
const PARTS: usize = 11;

fn main() {
    divan::main();
}

/// A script of 100 nodes that hands callers on to another.
fn text(script: usize) -> String {
    let mut text = "title = { en = \"Bench\", zh-CN = \"测\" }\nlanguages = [\"en\", \"zh-CN\"]\nstart = \"menu0\"\n\
         [prompt.ask]\nen = \"Press 1, 2, 3 or 0\"\nzh-CN = \"请按 1、2、3 或 0\"\n\
         [prompt.bye]\nen = \"Goodbye\"\nzh-CN = \"再见\"\n"
        .to_owned();
    let other = (script + 1) % SCRIPTS;
    for part in 0..PARTS {
        let next = match part + 1 {
            PARTS => "goodbye".to_owned(),
            next => format!("menu{next}"),
        };
        // Only forward, so that no round of scripts goes on for ever.
        let hand_on = match other {
            0 => "agent:1001\"\non_busy = \"goodbye\"\non_no_answer = \"goodbye\"\non_failure = \"goodbye".to_owned(),
            other => format!("script:s{other}"),
        };
        write!(
            text,
            "[menu.menu{part}]\nprompt = \"ask\"\nkeys = {{ 1 = \"hours{part}\", 2 = \"input{part}\", 3 = \"find{part}\", 0 = \"agents{part}\" }}\non_failure = \"agents{part}\"\n\
             [hours.hours{part}]\ncalendar = \"office\"\nopen = \"input{part}\"\nclosed = \"hand{part}\"\n\
             [collect.input{part}]\nprompt = \"ask\"\ninto = \"card{part}\"\nmax = 4\nnext = \"known{part}\"\non_failure = \"agents{part}\"\n\
             [branch.known{part}]\nwhen = [{{ if = \"caller.vip > 1\", go = \"agents{part}\" }}, {{ if = \"card{part} == '1234'\", go = \"count{part}\" }}]\notherwise = \"find{part}\"\n\
             [set.count{part}]\nvalues = {{ known{part} = true }}\nnext = \"{next}\"\n\
             [http.find{part}]\nurl = \"https://cases.example/{{called}}\"\nok = \"said{part}\"\nbad = \"agents{part}\"\nnone = \"agents{part}\"\n\
             [play.said{part}]\nprompt = \"ask\"\nnext = \"{next}\"\n\
             [queue.agents{part}]\nqueue = \"support\"\non_timeout = \"hand{part}\"\non_no_agents = \"goodbye\"\n\
             [transfer.hand{part}]\nto = \"{hand_on}\"\n"
        )
        .expect("a String takes everything");
    }
    text + "[hangup.goodbye]\nprompt = \"bye\"\n"
}

fn world() -> World {
    let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let prompts = ["en/ask", "en/bye", "zh-CN/ask", "zh-CN/bye"];
    World {
        queues: [QueueName::from("support")].into(),
        calendars: texts(&["office"]),
        scripts: (0..SCRIPTS)
            .map(|script| ScriptName::from(format!("s{script}").as_str()))
            .collect(),
        agents: Some(texts(&["1001"])),
        sounds: texts(&prompts),
        ..World::default()
    }
}

#[divan::bench(sample_count = 10)]
fn house(bencher: Bencher) {
    let texts: Vec<String> = (0..SCRIPTS).map(text).collect();
    let world = world();
    bencher.bench_local(|| {
        let mut scripts = Vec::new();
        for (number, text) in texts.iter().enumerate() {
            let name = format!("s{number}");
            let (script, found) = parse(ScriptName::from(name.as_str()), &name, text);
            let script = script.expect("whole");
            assert!(found.is_empty(), "{found:?}");
            let found = check(&script, &world);
            assert!(found.is_empty(), "{found:?}");
            scripts.push(script);
        }
        let found = check_house(&House {
            scripts: &scripts,
            entrances: &[],
            enters: &|_| None,
            lasts: &|_| Some(std::time::Duration::from_secs(5)),
            patience: Patience {
                prompts: u32::MAX,
                time: std::time::Duration::MAX,
            },
        });
        assert!(found.is_empty(), "{found:?}");
        scripts
    });
}

/// Tests as people write them: a few keys, hours, a look-up, a queue.
const TESTS: &str = r#"
[[test]]
name = "a key leads to people"
at = "2026-11-20T10:00:00+08:00"
press = ["0"]
expect = ["menu menu0", "queue support"]

[[test]]
name = "a card that is known"
at = "2026-11-20T10:00:00+08:00"
press = ["1", "1", "2", "3", "4", "0"]
expect = ["menu menu0", "hours office open", "collect input0", "branch known0", "set count0", "menu menu1", "queue support"]
"#;

#[divan::bench(sample_count = 20)]
fn script_tests(bencher: Bencher) {
    let calendar: CalendarConfig =
        serde_json::from_str(r#"{"zone": "Asia/Shanghai", "mon-fri": ["09:00-18:00"]}"#).unwrap();
    let calendars = BTreeMap::from([(
        "office".to_owned(),
        Calendar::new(&calendar).expect("a calendar"),
    )]);
    let plan = NumberPlan::new("CN").expect("a country");
    let scripts = BTreeMap::new();
    let text = text(SCRIPTS - 1) + &TESTS.repeat(50);
    let name = ScriptName::from("main");
    let (script, found) = parse(name, "main", &text);
    assert!(found.is_empty(), "{found:?}");
    let script: Arc<Script> = Arc::new(script.expect("whole"));
    let environment = Environment {
        calendars: &calendars,
        scripts: &scripts,
        plan: &plan,
    };
    let tests = script.tests().len();
    bencher.counter(ItemsCount::new(tests)).bench_local(|| {
        let outcomes = run_all(&script, &environment);
        assert!(outcomes.iter().all(|it| it.passed), "{outcomes:?}");
        outcomes
    });
}
