//! B13: what queue nodes ask of agents can be met by some agent.

use ivr::{Person, Severity, check_skills, parse};
use model::ScriptName;

/// A script whose queue node asks for this; `more` are further keys of it.
fn told(needs: &str, more: &str, people: &[Person]) -> Vec<(Severity, String)> {
    let text = format!(
        "title = {{ en = \"x\" }}\nlanguages = [\"en\"]\nstart = \"line\"\n[queue.line]\nqueue = \"sales\"\n\
         skills = \"{needs}\"\n{more}on_timeout = \"end\"\non_no_agents = \"end\"\n[hangup.end]\n"
    );
    let (script, found) = parse(ScriptName::from("main"), "ivr-scripts/main.toml", &text);
    assert!(found.is_empty(), "{found:?}");
    let found = check_skills(&script.expect("a script"), people);
    let told = found.iter().map(|one| (one.severity, one.to_string()));
    told.collect()
}

fn person(queue: &str, skills: &[(&str, u8)]) -> Person {
    let skills = skills
        .iter()
        .map(|(name, level)| ((*name).to_owned(), *level));
    Person {
        queues: [queue.into()].into(),
        skills: skills.collect(),
    }
}

fn people() -> [Person; 2] {
    [
        person("sales", &[("lang.en", 2), ("billing", 3)]),
        person("support", &[("lang.en", 5)]),
    ]
}

#[test]
fn b13_what_some_agent_of_the_queue_can_meet_is_good() {
    for needs in [
        "lang.en >= 2",
        "billing and lang.en",
        "billing or lang.en >= 9",
        "not trainee",
    ] {
        assert_eq!(told(needs, "", &people()), [], "{needs}");
    }
}

#[test]
fn b13_a_skill_that_nobody_has_is_an_error_with_its_place_and_the_nearest_name() {
    let told = told("lang.en >= 2 and biling", "", &people());
    let [(Severity::Error, told)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(
        told.starts_with("ivr-scripts/main.toml:6:10: error: no agent has the skill `biling`"),
        "{told}"
    );
    assert!(told.contains("did you mean `billing`?"), "{told}");
}

#[test]
fn b13_what_nobody_of_the_queue_can_meet_is_a_warning_unless_regions_choose_the_queue() {
    let needs = "lang.en >= 4";
    let warned = told(needs, "", &people());
    let [(Severity::Warning, warned)] = warned.as_slice() else {
        panic!("{warned:?}");
    };
    let expected = "queue `sales`: none of its 1 agents has `lang.en >= 4`: callers wait in vain";
    assert!(warned.contains(expected), "{warned}");
    assert_eq!(told(needs, "by_region = true\n", &people()), []);
}
