//! `trunkline simulate` at the terminal: the committed configuration under the example day, the forms of the report, and
//! mistakes told with their place.

use std::path::PathBuf;
use std::process::Output;

use crate::binary::trunkline;

/// A folder of this test's own, deleted when it is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("trunkline-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn simulate(arguments: &[&str]) -> Output {
    trunkline()
        .arg("simulate")
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

const SHORT: &str = r#"
hours = 1
[[callers]]
number = "4000"
keys = "1"
arrivals = { csv = { file = "times.csv" } }
talk = { fixed = { s = 60 } }
[[agents]]
count = 1
queues = ["support"]
"#;

#[test]
fn r03_the_example_day_is_played_twice_in_the_same_way_against_the_committed_configuration() {
    let text = said(&simulate(&["--twice"]));
    for words in [
        "A day of a small centre",
        "answered in T ÷ offered",
        "1001",
        "the same",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let example = said(&simulate(&["--example"]));
    let folder = Folder::new("example");
    let file = folder.file("day.toml", &example);
    assert_eq!(said(&simulate(&[&file, "--twice"])), text);
}

#[test]
fn a_day_from_a_file_of_times_is_reported_in_every_form() {
    let folder = Folder::new("times");
    let day = folder.file("day.toml", SHORT);
    folder.file("times.csv", "seconds\n100\n200.5\n");
    let (page, facts) = (folder.0.join("day.html"), folder.0.join("day.jsonl"));
    let (page_name, facts_name) = (page.display().to_string(), facts.display().to_string());
    let json = said(&simulate(&[
        &day,
        "--built-in",
        "--json",
        "--html",
        &page_name,
        "--facts",
        &facts_name,
    ]));
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["calls"], 2);
    assert_eq!(report["all"]["service_levels"]["of_offered"], 1.0);
    assert!(std::fs::read_to_string(page).unwrap().contains("<svg"));
    let facts = std::fs::read_to_string(facts).unwrap();
    assert_eq!(facts.lines().count() as u64, report["facts"]);
    for (number, line) in facts.lines().enumerate() {
        let fact: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(fact["seq"], number as u64 + 1);
    }
}

#[test]
fn mistakes_are_told_with_their_place() {
    let folder = Folder::new("mistakes");
    folder.file("times.csv", "1\nsoon\n");
    let day = folder.file("day.toml", SHORT);
    let unknown = folder.file("unknown.toml", &SHORT.replace("\"support\"", "\"nobody\""));
    let broken = folder.file("broken.toml", &SHORT.replace("hours = 1", "hours = one"));
    for (arguments, told) in [
        (vec![day.as_str()], "times.csv:2: `soon`"),
        (vec![&broken], "line 2"),
        (
            vec!["--built-in", "--strategy", "nobody"],
            "the strategy nobody",
        ),
        (vec!["/nowhere/day.toml"], "/nowhere/day.toml"),
    ] {
        let output = simulate(&arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{errors}");
        assert!(errors.contains(told), "{told}: {errors}");
    }
    folder.file("times.csv", "1\n");
    let output = simulate(&[&unknown]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("the queue nobody"), "{errors}");
}
