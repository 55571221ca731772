//! Closing a calendar by telephone (E9): the scripts of the numbers that do it, the PINs, and those that nobody can use.

use std::collections::{BTreeMap, BTreeSet};

use ivr::{Diagnostic, Script};
use speech::Language;
use store::Secret;

use super::calendars::Pin;

/// What callers may key in, by calendar: the hashes.
pub(crate) type Hashes = BTreeMap<String, Secret<String>>;

/// The scripts of numbers that close a calendar, by calendar with the line and column that names it.
pub(super) fn scripts(
    numbers: &BTreeMap<String, (u32, u32)>,
    file: &str,
    house_language: &str,
    scripts: &[Script],
) -> Vec<Script> {
    let languages = languages(house_language, scripts);
    let numbers = numbers.iter();
    numbers
        .map(|(calendar, at)| Script::closing(calendar, languages.clone(), file, *at))
        .collect()
}

/// The house's own language first, and those of its callers that have numbers: an end is said in them.
fn languages(house_language: &str, scripts: &[Script]) -> Vec<String> {
    let of_callers: BTreeSet<&String> = scripts.iter().flat_map(Script::languages).collect();
    let mut languages = vec![house_language.to_owned()];
    let others = of_callers
        .into_iter()
        .filter(|language| language.as_str() != house_language && Language::of(language).is_some());
    languages.extend(others.cloned());
    languages
}

/// The hashes, and a word for each PIN that no script and no number asks for.
pub(super) fn hashes(
    pins: BTreeMap<String, Pin>,
    scripts: &[Script],
    found: &mut Vec<Diagnostic>,
) -> Hashes {
    let asked: BTreeSet<String> = scripts.iter().flat_map(Script::closes).collect();
    let mut hashes = Hashes::new();
    for (calendar, pin) in pins {
        if !asked.contains(&calendar) {
            found.push(pin.unused);
        }
        if let Some(hash) = pin.hash {
            hashes.insert(calendar, hash);
        }
    }
    hashes
}
