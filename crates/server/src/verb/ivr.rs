//! `trunkline ivr`: scripts at the terminal.

mod canary;
mod drawing;
mod heat;
mod r#try;
mod versions;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use ivr::test::TestOutcome;
use ivr::{Chart, ChartHeat, Environment, ExitId, Script, told};
use serde_json::{Value, json};
use speech::Language;

use crate::Failure;
use crate::cli::{GraphFormat, HeatArgs, IvrVerb};
use crate::config::{Loaded, Source};

/// Runs the verb.
pub(crate) fn run(
    source: &Source,
    verb: IvrVerb,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    match verb {
        IvrVerb::Test { file, untried } => test(source, file.as_deref(), untried, json),
        IvrVerb::Try { what, at } => r#try::run(source, &what, at.as_deref(), language),
        IvrVerb::Versions { script } => versions::list(source, &script, json),
        IvrVerb::Diff { script, from, to } => versions::diff(source, &script, from, to),
        IvrVerb::Rollback { script, to } => versions::roll_back(source, &script, to),
        IvrVerb::Schema => {
            print!("{}", ivr::json_schema());
            Ok(())
        }
        IvrVerb::Canary => canary::run(source, json, language),
        IvrVerb::Heat { script, of } => heat::run(source, &script, of, json, language),
        IvrVerb::Graph {
            file,
            format,
            heat,
            of,
        } => graph(source, &file, format, heat.then_some(of), language),
    }
}

/// The scripts that are meant. The whole configuration is checked first: a script is true only among its queues,
/// calendars and sounds.
fn scripts(loaded: &Loaded, file: Option<&Path>) -> Result<Vec<Arc<Script>>, Failure> {
    let wanted = file.and_then(Path::file_stem);
    let wanted = wanted.map(|stem| stem.to_string_lossy());
    let is_wanted = |script: &&Arc<Script>| {
        let name = script.name().as_str();
        // What stands for a form, or takes a message into a mailbox, has no file and no tests of its own.
        let has_file = script.form().is_none() && !name.contains('/');
        has_file && wanted.as_deref().is_none_or(|wanted| name == wanted)
    };
    let scripts = loaded.engine.scripts.values().filter(is_wanted);
    let scripts: Vec<_> = scripts.cloned().collect();
    if scripts.is_empty() {
        let message = match file.map(Path::display) {
            Some(file) => told!("no script {file}", "没有流程 {file}"),
            None => told!("no script at all", "一个流程也没有"),
        };
        return Err(Failure::Refused(message));
    }
    Ok(scripts)
}

fn outcomes(loaded: &Loaded, script: &Arc<Script>) -> Vec<TestOutcome> {
    ivr::test::run_all(script, &environment(loaded))
}

fn environment(loaded: &Loaded) -> Environment<'_> {
    Environment {
        calendars: &loaded.engine.calendars,
        scripts: &loaded.engine.scripts,
        plan: &loaded.engine.plan,
    }
}

/// What the tests of all scripts took: a part of others is tried by theirs, too.
fn taken_by_all(loaded: &Loaded) -> BTreeSet<ExitId> {
    let scripts = loaded.engine.scripts.values();
    let outcomes = scripts.flat_map(|script| outcomes(loaded, script));
    outcomes.flat_map(|outcome| outcome.taken).collect()
}

/// The tests that stand in the scripts, and how much of the scripts they try.
fn test(source: &Source, file: Option<&Path>, untried: bool, json: bool) -> Result<(), Failure> {
    let loaded = source.load(1, None)?;
    let (mut passed, mut failed) = (0, 0);
    let (mut tests, mut coverage) = (Vec::new(), Vec::new());
    let taken = taken_by_all(&loaded);
    for script in scripts(&loaded, file)? {
        for outcome in outcomes(&loaded, &script) {
            if outcome.passed {
                passed += 1;
            } else {
                failed += 1;
            }
            if json {
                tests.push(test_row(&script, &outcome));
            } else {
                tell(script.name().as_str(), &outcome);
            }
        }
        if json {
            coverage.push(coverage_row(&script, &taken));
        } else {
            tell_coverage(&script, &taken, untried);
        }
    }
    if json {
        println!("{}", json!({ "tests": tests, "coverage": coverage }));
    } else {
        println!("{passed} passed, {failed} failed");
    }
    if failed == 0 {
        Ok(())
    } else {
        let all = passed + failed;
        Err(Failure::Refused(told!(
            "{failed} of {all} script tests failed",
            "{all} 个流程测试中有 {failed} 个未通过"
        )))
    }
}

fn test_row(script: &Script, outcome: &TestOutcome) -> Value {
    json!({
        "script": script.name().as_str(), "test": outcome.name, "line": outcome.line, "passed": outcome.passed,
        "expected": outcome.expected, "actual": outcome.actual, "message": outcome.message,
    })
}

fn coverage_row(script: &Script, taken: &BTreeSet<ExitId>) -> Value {
    let chart = Chart::of(script);
    let untried = chart.untried(taken).map(|exit| {
        json!({
            "node": exit.id.node, "line": exit.id.line, "column": exit.id.column, "to": exit.to,
            "en": exit.label(Language::English, " / "), "zh": exit.label(Language::Chinese, " / "),
        })
    });
    json!({
        "script": script.name().as_str(), "exits": chart.exits.len(), "untried": untried.collect::<Vec<_>>(),
    })
}

fn tell(script: &str, outcome: &TestOutcome) {
    println!(
        "{} {script}:{} {}",
        if outcome.passed { "ok  " } else { "FAIL" },
        outcome.line,
        outcome.name
    );
    if !outcome.passed {
        println!("       expected {:?}", outcome.expected);
        println!("       actual   {:?}", outcome.actual);
        if let Some(message) = &outcome.message {
            println!("       {message}");
        }
    }
}

/// How many of the ways out tests have taken, and which they have not.
fn tell_coverage(script: &Script, taken: &BTreeSet<ExitId>, untried: bool) {
    let chart = Chart::of(script);
    let (all, left) = (chart.exits.len(), chart.untried(taken).count());
    let percent = (all - left) * 100 / all.max(1);
    println!(
        "     {}: {} of {all} exits taken by tests ({percent} %)",
        script.name(),
        all - left
    );
    for exit in chart.untried(taken).filter(|_| untried) {
        let label = exit.label(Language::English, " / ");
        let label = if label.is_empty() { "goes on" } else { &label };
        println!(
            "       {}:{}:{}: no test comes from `{}` to `{}`: {label}",
            script.file(),
            exit.id.line,
            exit.id.column,
            exit.id.node,
            exit.to
        );
    }
}

fn graph(
    source: &Source,
    file: &Path,
    format: GraphFormat,
    heat: Option<HeatArgs>,
    language: Language,
) -> Result<(), Failure> {
    let loaded = source.load(1, None)?;
    let taken = taken_by_all(&loaded);
    for script in scripts(&loaded, Some(file))? {
        let chart = Chart::of(&script);
        let heat = heat.map(|of| heat::of(source, script.name(), of));
        let heat = heat.transpose()?;
        let heat = heat.as_ref().map(|(_, heat)| ChartHeat(heat));
        match format {
            GraphFormat::Mermaid => print!("{}", chart.mermaid(language, &taken, heat)),
            GraphFormat::Svg => println!("{}", drawing::svg(&chart, language, &taken, heat)),
        }
    }
    Ok(())
}
