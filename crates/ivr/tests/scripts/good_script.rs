//! What the tests of this crate share: one good script and the world around it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ivr::{
    FlowShape, QueryShape, Script, SecretSource, Services, TicketWords, Type, World, check, parse,
    told,
};
use model::calendar::CalendarConfig;
use model::{Calendar, NumberPlan, QueueName, ScriptName};

/// Whole and without findings; the tests of diagnostics edit it.
pub(crate) const GOOD: &str = r#"title = { zh-CN = "测试", en = "Test" }
languages = ["zh-CN", "en"]
start = "welcome"

[prompt.hello]
zh-CN = "请按 1"
en = "Press 1"

[menu.welcome]
prompt = "hello"
keys = { 1 = "agents" }
on_failure = "bye"

[queue.agents]
queue = "support"
on_timeout = "bye"
on_no_agents = "bye"

[hangup.bye]
"#;

/// Two queues, a calendar, two scripts, an agent, a number, one prompt in two languages.
pub(crate) fn world() -> World {
    let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    World {
        outside: ivr::OutsideNumbers::default(),
        queues: ["sales", "support"].map(QueueName::from).into(),
        calendars: texts(&["office"]),
        pins: texts(&["office"]),
        scripts: ["main", "night", "identify"].map(ScriptName::from).into(),
        agents: Some(texts(&["1001"])),
        numbers: texts(&["4000"]),
        sounds: texts(&["zh-CN/hello", "en/hello"]),
        speech: false,
        flows: BTreeMap::from([("identify".into(), identify())]),
        mailboxes: ["support"].map(model::MailboxName::from).into(),
        forms: BTreeMap::from([
            ("service".to_owned(), texts(&["en", "zh-CN"])),
            ("english".to_owned(), texts(&["en"])),
        ]),
        bots: texts(&["helper"]),
        tickets: TicketWords::default(),
        queries: BTreeMap::from([("case_progress".to_owned(), case_progress())]),
        services: Services::new(
            |url| match url {
                "https://cases.example" => Ok(()),
                _ => Err(told!("not in the open", "不在公网")),
            },
            |secret| match secret {
                SecretSource::Env(name) if name == "CASES_TOKEN" => Ok(()),
                SecretSource::Env(_) | SecretSource::File(_) => {
                    Err(told!("no secret {secret:?}", "没有密钥 {secret:?}"))
                }
            },
        ),
    }
}

/// A script that is given a number and gives back whether it is known.
fn identify() -> FlowShape {
    FlowShape {
        parameters: BTreeMap::from([("number".to_owned(), Type::Text)]),
        returns: BTreeMap::from([("is_known".to_owned(), Type::Truth)]),
        comes_back: true,
    }
}

/// A query with a parameter and two columns.
fn case_progress() -> QueryShape {
    let typed = |names: &[(&str, Type)]| {
        let names = names.iter();
        names
            .map(|(name, kind)| ((*name).to_owned(), *kind))
            .collect()
    };
    QueryShape {
        args: typed(&[("number", Type::Text)]),
        columns: typed(&[("status", Type::Text), ("fee", Type::Number)]),
    }
}

/// A script that must be whole: neither `parse` nor `check` finds an error.
pub(crate) fn script(name: &str, text: &str) -> Arc<Script> {
    let (script, mut found) = parse(ScriptName::from(name), name, text);
    let script = script.unwrap_or_else(|| panic!("{found:#?}"));
    let mut world = world();
    world.sounds.extend(script.sounds());
    found.extend(check(&script, &world));
    found.retain(ivr::Diagnostic::is_error);
    assert_eq!(found, [], "{text}");
    Arc::new(script)
}

/// Monday to Friday, 9 to 18 in Shanghai; 2026-10-01 is a holiday.
pub(crate) fn calendars() -> BTreeMap<String, Calendar> {
    let config: CalendarConfig = serde_json::from_str(
        r#"{"zone": "Asia/Shanghai", "mon-fri": ["09:00-18:00"], "exception": [{"date": "2026-10-01", "hours": []}]}"#,
    )
    .expect("a table");
    BTreeMap::from([(
        "office".to_owned(),
        Calendar::new(&config).expect("a calendar"),
    )])
}

/// Numbers as China writes them.
pub(crate) fn plan() -> NumberPlan {
    NumberPlan::new("CN").expect("a country")
}
