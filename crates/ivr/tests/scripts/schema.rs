//! The schema by which editors judge scripts: it takes every good script, refuses what `parse` refuses of single values, and
//! the committed file is the one that the rows make.
#![allow(
    clippy::disallowed_methods,
    reason = "a test reads scripts and, when told to, writes the file"
)]

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::Value;

use crate::diagnostics::findings;
use crate::good_script::GOOD;

const REGENERATE: &str = "WRITE_REFERENCE=1 cargo test -p ivr schema";

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ivr-scripts")
}

fn validator() -> Validator {
    let schema: Value = serde_json::from_str(&ivr::json_schema()).expect("JSON");
    jsonschema::draft7::new(&schema).expect("a schema of draft 7")
}

fn read(text: &str) -> Value {
    toml::from_str(text).expect("TOML")
}

#[test]
fn the_file_is_fresh() {
    let path = scripts().join("script.schema.json");
    if std::env::var_os("WRITE_REFERENCE").is_some() {
        std::fs::write(&path, ivr::json_schema()).expect("the schema is written");
        return;
    }
    let committed = std::fs::read_to_string(&path).expect("ivr-scripts/script.schema.json");
    assert!(
        committed == ivr::json_schema(),
        "ivr-scripts/script.schema.json is stale; write it anew with\n    {REGENERATE}"
    );
}

#[test]
fn every_script_of_ours_is_good_and_names_the_schema() {
    let validator = validator();
    let samples = scripts().join("samples");
    let mut seen = 0;
    for (folder, line) in [
        (scripts(), "#:schema ./script.schema.json\n"),
        (samples, "#:schema ../script.schema.json\n"),
    ] {
        for entry in std::fs::read_dir(folder).expect("scripts") {
            let path = entry.expect("a file").path();
            if path.extension().is_none_or(|it| it != "toml") {
                continue;
            }
            seen += 1;
            let text = std::fs::read_to_string(&path).expect("a script");
            assert!(text.starts_with(line), "{}", path.display());
            let errors: Vec<String> = validator
                .iter_errors(&read(&text))
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        }
    }
    assert!(seen >= 2, "{seen} scripts");
    assert!(validator.is_valid(&read(GOOD)));
}

#[test]
fn what_an_editor_marks_is_what_check_refuses() {
    let validator = validator();
    let table = [
        ("start = \"welcome\"", "start = 3"),
        ("start = \"welcome\"", "begin = \"welcome\""),
        (
            "start = \"welcome\"",
            "start = \"welcome\"\nauthor = \"me\"",
        ),
        ("keys = { 1 = \"agents\" }", "keys = { 1 = true }"),
        ("keys = { 1 = \"agents\" }", "keys = { 12 = \"agents\" }"),
        ("keys = { 1 = \"agents\" }", "keys = {}"),
        (
            "queue = \"support\"",
            "queue = \"support\"\nhead_start_s = -1",
        ),
        ("queue = \"support\"", "queue = \"support\"\npriority = 10"),
        (
            "queue = \"support\"",
            "queue = \"support\"\nsticky = \"yes\"",
        ),
        ("queue = \"support\"", "queue = \"support\"\nskils = \"en\""),
        ("[hangup.bye]", "[hang_up.bye]"),
        ("[hangup.bye]", "[hangup.bye]\ncause = \"rude\""),
        ("[hangup.bye]", "[hangup.\"b y e\"]"),
    ];
    for (find, replace) in table {
        assert_eq!(GOOD.matches(find).count(), 1, "{find}");
        let text = GOOD.replace(find, replace);
        assert!(!validator.is_valid(&read(&text)), "{replace}");
        let refused = findings(&text);
        assert!(
            refused.iter().any(|it| it.contains(": error: ")),
            "{replace}: {refused:?}"
        );
    }
}
