//! M6: the keys of a canary in the head of a script, and that what is tried at one time is tried together.

use ivr::{House, Patience, Script, check_house, parse};
use model::ScriptName;

use crate::diagnostics::check_edit;
use crate::good_script::GOOD;

fn script(name: &str, head: &str) -> Script {
    let text = format!("{head}\n{GOOD}");
    let (script, found) = parse(ScriptName::from(name), &format!("{name}.toml"), &text);
    assert!(found.is_empty(), "{found:?}");
    script.expect("a script")
}

#[test]
fn m6_a_share_is_read_exactly_and_a_wrong_one_is_told() {
    for (head, expected) in [
        ("on = \"5%\"", (50_000, 100_000)),
        ("on = \"2.5 %\"\nmax_worse = \"0%\"", (25_000, 0)),
        ("on = \"99%\"\nmax_worse = \"50%\"", (990_000, 500_000)),
    ] {
        let on = script("main", head).canary().unwrap();
        assert_eq!((on.on_ppm, on.worse_ppm), expected, "{head}");
    }
    assert_eq!(script("main", "").canary(), None);
    let start = "start = \"welcome\"";
    for (head, expected) in [
        (
            "on = \"100%\"",
            "4:6: error: `on` is a share from 0.01 % to 99 %, not `100%` | write \"5%\"; to lead all callers, take `on` out",
        ),
        ("on = \"0%\"", "4:6: error: `on` is a share from 0.01 %"),
        ("on = \"five\"", "4:6: error: `on` is a share from 0.01 %"),
        ("on = 5", "4:6: error: "),
        (
            "max_worse = \"5%\"",
            "4:13: error: `max_worse` bounds a version that is tried, and there is no `on` | add `on",
        ),
    ] {
        check_edit(start, &format!("{start}\n{head}"), &[expected]);
    }
}

#[test]
fn m6_what_is_tried_at_one_time_is_tried_on_one_share() {
    let told = |scripts: &[Script]| {
        let found = check_house(&House {
            scripts,
            entrances: &[],
            enters: &|_| None,
            lasts: &|_| None,
            patience: Patience::default(),
        });
        let told = found.iter().map(ToString::to_string);
        let told = told.filter(|told| told.contains("`on`"));
        told.collect::<Vec<_>>()
    };
    let (five, ten) = ("on = \"5%\"", "on = \"10%\"");
    let together = [script("a", five), script("b", ""), script("c", five)];
    assert_eq!(told(&together), Vec::<String>::new());
    let apart = told(&[script("a", five), script("b", ""), script("c", ten)]);
    assert_eq!(apart.len(), 1, "{apart:?}");
    assert!(
        apart[0].starts_with("c.toml:1:6: error: `on` and `max_worse` differ from those of `a`"),
        "{apart:?}"
    );
}
