//! What a story changes in its house: scripts, and the numbers that lead to them.

use std::sync::Arc;

use engine::{Config, Entry, Number, Numbers};

/// The beginning of a short script whose first node is `go`, and a node `end` that hangs up.
pub(crate) const HEAD: &str =
    "title = { en = \"x\" }\nlanguages = [\"en\"]\nstart = \"go\"\n[hangup.end]\n";

/// Puts a script into the house, or in the place of one of this name; it has to be without a mistake.
#[track_caller]
pub(crate) fn script(config: &mut Config, name: &str, text: &str) {
    let (script, found) = ivr::parse(name.into(), name, text);
    assert!(!found.iter().any(ivr::Diagnostic::is_error), "{found:?}");
    config
        .scripts
        .insert(name.into(), Arc::new(script.unwrap()));
}

/// A number that anybody may dial.
pub(crate) fn leads(entry: Entry) -> Number {
    Number {
        entry,
        open: true,
        priority: 0,
        by_region: false,
    }
}

/// The house has these numbers and no others.
#[track_caller]
pub(crate) fn numbers<const N: usize>(config: &mut Config, numbers: [(&str, Number); N]) {
    let numbers = numbers.map(|(digits, number)| (digits.to_owned(), number));
    config.numbers = Numbers::new(&config.plan, numbers.into()).unwrap();
}
