//! Golden traces (黄金轨迹): each kind of node and each of its exits has a call in `golden/` that takes it.
//!
//! Kinds and exits come from the rows: a kind or an exit without a trace fails here. A trace is a `[[test]]` of a script there.
#![allow(clippy::disallowed_methods, reason = "a test reads its table")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use ivr::test::run_all;
use ivr::{Chart, Environment, ExitId, Script, chart};
use model::ScriptName;

use crate::good_script::{calendars, plan, script};
use crate::survey;

/// The scripts of the table, with their texts.
fn table() -> BTreeMap<ScriptName, (Arc<Script>, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts/golden");
    let files = std::fs::read_dir(folder).expect("the table");
    let files = files.map(|file| file.expect("a file").path());
    files
        .map(|path| {
            let name = path.file_stem().and_then(|stem| stem.to_str());
            let name = name.expect("a name");
            let text = std::fs::read_to_string(&path).expect("a script");
            (ScriptName::from(name), (script(name, &text), text))
        })
        .collect()
}

/// What the calls of the table took, and the lines of their ways. Each of them goes as it is written.
fn taken(
    table: &BTreeMap<ScriptName, (Arc<Script>, String)>,
) -> (BTreeSet<ExitId>, BTreeSet<String>) {
    let scripts = table.iter();
    let mut scripts: BTreeMap<ScriptName, Arc<Script>> = scripts
        .map(|(name, (script, _))| (name.clone(), Arc::clone(script)))
        .collect();
    // What asks the form of `survey` is made of the form.
    let form = Arc::new(survey::asks(survey::form()));
    scripts.insert(form.name().clone(), form);
    let (mut taken, mut lines) = (BTreeSet::new(), BTreeSet::new());
    for script in scripts.values() {
        let environment = Environment {
            calendars: &calendars(),
            scripts: &scripts,
            plan: &plan(),
        };
        for outcome in run_all(script, &environment) {
            assert!(outcome.passed, "{}: {outcome:#?}", script.name());
            assert!(!outcome.expected.is_empty(), "a trace says its way");
            taken.extend(outcome.taken);
            lines.extend(outcome.actual);
        }
    }
    (taken, lines)
}

#[test]
fn every_kind_and_every_exit_of_every_row_has_a_golden_trace() {
    let table = table();
    let (taken, lines) = taken(&table);
    let mut named: BTreeSet<(&str, String)> = BTreeSet::new();
    for (script, text) in table.values() {
        let chart = Chart::of(script);
        let kinds: BTreeMap<&str, &str> = chart
            .nodes
            .iter()
            .map(|node| (node.name.as_str(), node.kind))
            .collect();
        for exit in &chart.exits {
            let place = format!("{}.toml:{}", script.name(), exit.id.line);
            assert!(taken.contains(&exit.id), "no trace takes {place}");
            let line = usize::try_from(exit.id.line).expect("a line") - 1;
            let line = text.lines().nth(line).expect("the line of the exit");
            let key = line.split('=').next().expect("a key").trim();
            named.insert((kinds[exit.id.node.as_str()], key.to_owned()));
        }
    }
    let mut lacking = Vec::new();
    for kind in chart::kinds() {
        let enters = |line: &String| line.split(' ').next() == Some(kind.name);
        if !lines.iter().any(enters) {
            lacking.push(format!("no trace enters a `{}`", kind.name));
        }
        let exits = kind.exits.iter();
        let untold = exits.filter(|exit| !named.contains(&(kind.name, (**exit).to_owned())));
        lacking.extend(untold.map(|exit| format!("no trace takes `{exit}` of `{}`", kind.name)));
    }
    assert_eq!(
        lacking, [""; 0],
        "add a script or a [[test]] to tests/scripts/golden"
    );
}
