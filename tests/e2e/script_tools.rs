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

/// The hotline of the stories with two mistakes that callers meet.
fn mistaken() -> (House, String, String) {
    let house = House::written(&[(
        "config/numbers.toml",
        "[number.\"4000\"]\nscript = \"main\"\nopen = true\noperator = \"0\"\n[number.\"4100\"]\nscript = \"bell\"\nopen = true\n",
    )]);
    let good = std::fs::read_to_string(house.dir.join("ivr/main.toml")).unwrap();
    let good = good.replace("2 = \"sales\" }", "2 = \"sales\", 0 = \"support\" }");
    let wrong = good.replace(", 0 = \"support\" }", " }");
    let wrong = wrong.replace(
        "[hangup.goodbye]\nprompt = \"goodbye\"\n",
        "[hangup.goodbye]\n",
    );
    assert_ne!(good, wrong);
    std::fs::write(house.dir.join("ivr/main.toml"), &wrong).unwrap();
    (house, good, wrong)
}

#[test]
fn e22_check_saves_the_stories_of_mistakes_as_tests_that_pass_once_the_script_is_mended() {
    let (house, good, wrong) = mistaken();
    let file = house.dir.join("ivr/main.toml");
    let check = |words: &[&str]| {
        let output = house.trunkline().arg("check").args(words).output().unwrap();
        let Output { status, stderr, .. } = output;
        (status.code(), String::from_utf8(stderr).unwrap())
    };
    let (code, _) = check(&[]);
    assert_eq!(code, Some(1));
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        wrong,
        "not asked for"
    );

    let (code, said) = check(&["--save-test"]);
    assert_eq!(code, Some(1), "the mistakes are told all the same");
    assert_eq!(said.matches("written into ").count(), 2, "{said}");
    let saved = std::fs::read_to_string(&file).unwrap();
    let tests = saved
        .strip_prefix(&wrong)
        .expect("all of it stands as it did");
    assert!(
        tests.contains("\nends = \"well\"\n") && tests.contains("\nends = \"person\"\n"),
        "{tests}"
    );

    let (_, said) = check(&["--save-test", "--lang", "zh"]);
    assert_eq!(said.matches("中已有").count(), 2, "{said}");
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        saved,
        "not written twice"
    );

    std::fs::write(&file, good + tests).unwrap();
    let (code, said) = check(&[]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = ivr(&house, &["test", "main"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.ends_with("2 passed, 0 failed\n"), "{said}");
}
