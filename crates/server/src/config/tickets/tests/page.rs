//! docs/tickets.md: its example is read, and its table of what may be done is the one that is asked.

use std::path::{Path, PathBuf};

use ticket::State;
use ticket::handling::{BIRTHS, Role, TRANSITIONS, Transition};

use super::*;

const BEGIN: &str = "<!-- transitions: WRITE_REFERENCE=1 cargo test -p server transitions -->\n";
const END: &str = "<!-- end of transitions -->";

fn page() -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tickets.md");
    let text = std::fs::read_to_string(&path).unwrap();
    (path, text)
}

#[test]
fn the_example_is_good() {
    let (_, page) = page();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let rules = good(example);
    assert_eq!(rules.dispatch.len(), 1);
    assert!(rules.kinds.contains_key("complaint"));
}

#[test]
fn the_transitions_are_those_that_are_asked() {
    let (path, page) = page();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (stands, after) = rest.split_once(END).unwrap();
    let table = table();
    if std::env::var_os("WRITE_REFERENCE").is_some() {
        let text = [before, BEGIN, &table, END, after].concat();
        std::fs::write(path, text).unwrap();
        return;
    }
    assert_eq!(stands, table, "docs/tickets.md: see its comment");
}

fn table() -> String {
    let head =
        "\n| rule | order | 中文 | taken in | leads to | who may |\n|---|---|---|---|---|---|\n";
    let rows: String = BIRTHS.iter().chain(&TRANSITIONS).map(row).collect();
    format!("{head}{rows}\n")
}

fn row(row: &Transition) -> String {
    let states = |states: &[State]| {
        let names = states.iter().map(|it| format!("`{}`", it.name()));
        names.collect::<Vec<String>>().join(", ")
    };
    let from = match row.from {
        [] => "nothing".to_owned(),
        all if all.len() == State::all().count() => "any".to_owned(),
        some => states(some),
    };
    let to = match row.to {
        [] => "stays".to_owned(),
        to => states(to),
    };
    let who: Vec<&str> = row.who.iter().map(|role| word(*role)).collect();
    let (rule, name, chinese, who) = (row.rule, row.name, row.chinese, who.join(", "));
    format!("| {rule} | `{name}` | {chinese} | {from} | {to} | {who} |\n")
}

/// What a reader calls them.
const fn word(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Dispatcher => "dispatcher",
        Role::Visitor => "who calls back",
        Role::Supervisor => "supervisor",
        Role::Creator => "who entered it",
        Role::Owner => "owner",
        Role::Assignee => "assignee",
        Role::Handler => "one of the group",
        Role::Lead => "lead",
        Role::Reviewer => "reviewer",
        Role::Responsible => "one of the responsible group",
        Role::Trusted => "who may read what few read",
        Role::System => "rule or timer",
        Role::Customer => "customer",
    }
}
