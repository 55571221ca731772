//! `trunkline check`: everything that an admin edits, read and proven without starting anything.

use ivr::Diagnostic;
use serde_json::json;

use crate::Failure;
use crate::config::Source;

/// Prints what was found; mistakes make it fail.
pub(crate) fn run(source: &Source, json: bool) -> Result<(), Failure> {
    let loaded = source.load(1, None)?;
    if let Some(expired) = loaded.expired {
        return Err(vec![expired].into());
    }
    if json {
        println!("{}", as_json(&loaded.warnings));
        return Ok(());
    }
    for warning in &loaded.warnings {
        println!("{warning}");
    }
    let engine = &loaded.engine;
    println!(
        "good: {} numbers, {} trunks, {} queues, {} scripts, {} calendars, {} sounds, {} warnings",
        engine.numbers.len(),
        engine.trunks.len(),
        engine.queues.len(),
        engine.scripts.len(),
        engine.calendars.len(),
        loaded.sounds.len(),
        loaded.warnings.len()
    );
    Ok(())
}

/// Findings for programs.
pub(crate) fn as_json(findings: &[Diagnostic]) -> String {
    let findings: Vec<_> = findings
        .iter()
        .map(|found| {
            json!({
                "severity": found.severity.to_string(), "file": found.file, "line": found.line, "column": found.column,
                "message": found.message, "help": found.help,
            })
        })
        .collect();
    serde_json::Value::Array(findings).to_string()
}
