//! E21: what an admin does with scripts at the terminal, on the scripts of the stories and of the demo.

use std::process::Output;

use serde_json::Value;

use crate::house::House;

const TESTS: &str = r#"
[[test]]
name = "1 leads to support"
press = ["1"]
expect = ["menu welcome", "queue support"]
"#;

fn ivr(house: &House, words: &[&str]) -> (Option<i32>, String) {
    let output = house.trunkline().arg("ivr").args(words).output();
    let Output { status, stdout, .. } = output.unwrap();
    (status.code(), String::from_utf8(stdout).unwrap())
}

/// The hotline of the stories with a test.
fn tested() -> House {
    let house = House::written(&[] as &[(&str, &str)]);
    let file = house.dir.join("ivr/main.toml");
    let text = std::fs::read_to_string(&file).unwrap() + TESTS;
    std::fs::write(file, text).unwrap();
    house
}

#[test]
fn e21_a_test_tells_what_it_tries_and_what_it_does_not() {
    let house = tested();
    let (code, said) = ivr(&house, &["test", "--untried"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("ok   main:"), "{said}");
    assert!(
        said.contains("main: 1 of 7 exits taken by tests (14 %)"),
        "{said}"
    );
    assert!(
        said.contains("no test comes from `welcome` to `sales`: presses 2"),
        "{said}"
    );
    assert!(said.ends_with("1 passed, 0 failed\n"), "{said}");

    let (_, said) = ivr(&house, &["test", "main", "--json"]);
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["tests"][0]["passed"], true);
    assert_eq!(said["coverage"][0]["exits"], 7);
    assert_eq!(said["coverage"][0]["untried"].as_array().unwrap().len(), 6);
}

#[test]
fn e21_a_script_is_drawn() {
    let house = tested();
    let (code, mermaid) = ivr(&house, &["graph", "main"]);
    assert_eq!(code, Some(0));
    assert!(mermaid.starts_with("flowchart TD\n"), "{mermaid}");
    assert!(mermaid.contains("-->|\"presses 1\"|"), "tried: {mermaid}");
    assert!(
        mermaid.contains("-.->|\"presses 2\"|"),
        "not tried: {mermaid}"
    );
    let (code, svg) = ivr(
        &house,
        &["graph", "main", "--format", "svg", "--lang", "zh"],
    );
    assert_eq!(code, Some(0));
    assert!(svg.contains("<svg") && svg.contains("按 1"), "{svg}");
    assert_eq!(ivr(&house, &["graph", "nothing"]).0, Some(1));
}
