//! `trunkline ivr`: scripts at the terminal.

use std::path::PathBuf;
use std::sync::Arc;

use ivr::Environment;
use ivr::test::TestOutcome;
use serde_json::json;

use crate::Failure;
use crate::cli::IvrVerb;
use crate::config::Source;

/// Runs the verb.
pub(crate) fn run(source: &Source, verb: IvrVerb, json: bool) -> Result<(), Failure> {
    match verb {
        IvrVerb::Test { file } => test(source, file, json),
    }
}

/// The tests that stand in the scripts. The whole configuration is checked first: a script is true only among its
/// queues, calendars and sounds.
fn test(source: &Source, file: Option<PathBuf>, json: bool) -> Result<(), Failure> {
    let loaded = source.load(1, None)?;
    let environment = Environment {
        calendars: &loaded.engine.calendars,
        scripts: &loaded.engine.scripts,
        plan: &loaded.engine.plan,
    };
    let wanted = file
        .as_ref()
        .and_then(|file| file.file_stem())
        .map(|stem| stem.to_string_lossy().into_owned());
    let scripts: Vec<_> = loaded
        .engine
        .scripts
        .iter()
        .filter(|(name, _)| {
            wanted
                .as_deref()
                .is_none_or(|wanted| name.as_str() == wanted)
        })
        .collect();
    if scripts.is_empty() {
        return Err(Failure::Refused(format!(
            "no script {}",
            file.map_or_else(|| "at all".to_owned(), |file| file.display().to_string())
        )));
    }
    let mut failed = 0;
    let mut passed = 0;
    let mut lines = Vec::new();
    for (name, script) in scripts {
        for outcome in ivr::test::run_all(script, &environment) {
            if outcome.passed {
                passed += 1;
            } else {
                failed += 1;
            }
            if json {
                lines.push(json!({
                    "script": name.as_str(), "test": outcome.name, "line": outcome.line, "passed": outcome.passed,
                    "expected": outcome.expected, "actual": outcome.actual, "message": outcome.message,
                }));
            } else {
                tell(name.as_str(), &Arc::new(outcome));
            }
        }
    }
    if json {
        println!("{}", serde_json::Value::Array(lines));
    } else {
        println!("{passed} passed, {failed} failed");
    }
    if failed == 0 {
        Ok(())
    } else {
        Err(Failure::Refused(format!(
            "{failed} of {} script tests failed",
            passed + failed
        )))
    }
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
