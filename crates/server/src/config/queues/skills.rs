//! What a queue asks of its agents: `prefer`, `relax` and `[[queue.NAME.step]]` (R69-R71, B14).

use std::time::Duration;

use acd::{Prefer, Relax, Step};
use ivr::{Diagnostic, closest};
use serde::Deserialize;
use toml::Spanned;

use super::positive;
use crate::config::document::Document;

/// One step as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepSection {
    needs: Spanned<String>,
    for_s: Option<Spanned<u32>>,
}

/// The words for who comes first.
const PREFERENCES: [(&str, Prefer); 3] = [
    ("any", Prefer::Any),
    ("best", Prefer::Best),
    ("spare", Prefer::Spare),
];

/// The words for what opens the next step.
const RELAXING: [(&str, Relax); 2] = [("elapsed", Relax::Elapsed), ("predicted", Relax::Predicted)];

/// Reads all steps: each but the last says how long it lasts.
pub(super) fn steps(
    document: &Document,
    sections: &[StepSection],
    wrong: &mut Vec<Diagnostic>,
) -> Vec<Step> {
    let mut steps = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        let is_last = index + 1 == sections.len();
        if let Some(step) = step(document, section, is_last, wrong) {
            steps.push(step);
        }
    }
    steps
}

fn step(
    document: &Document,
    section: &StepSection,
    is_last: bool,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Step> {
    let start = section.needs.span().start;
    let lasts = match &section.for_s {
        Some(seconds) => positive(document, "for_s", seconds, wrong)?,
        None if is_last => Duration::MAX,
        None => {
            wrong.push(document.error(
                start,
                "this step has no end: `for_s` is missing".into(),
                Some("only the last step may last as long as the caller waits".into()),
            ));
            return None;
        }
    };
    match section.needs.get_ref().parse() {
        Ok(needs) => Some(Step { needs, lasts }),
        Err(error) => {
            let help = "write skills and levels, such as `lang.en >= 4 and not trainee`";
            wrong.push(document.error(start, format!("`needs`: {error}"), Some(help.into())));
            None
        }
    }
}

/// Reads who comes first of those who have what a caller needs.
pub(super) fn prefer(
    document: &Document,
    given: &Spanned<String>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Prefer> {
    word(document, given, "preference", &PREFERENCES, wrong)
}

/// Reads what opens the next step; without steps it would say nothing.
pub(super) fn relax(
    document: &Document,
    given: &Spanned<String>,
    steps: &[StepSection],
    wrong: &mut Vec<Diagnostic>,
) -> Option<Relax> {
    if steps.is_empty() {
        let told = "`relax` says when the next step opens: this queue has no steps";
        let help = "add `[[queue.NAME.step]]`, or take `relax` away";
        wrong.push(document.error(given.span().start, told.into(), Some(help.into())));
    }
    word(document, given, "way to relax", &RELAXING, wrong)
}

/// Finds a word in its table.
fn word<T: Copy>(
    document: &Document,
    given: &Spanned<String>,
    noun: &str,
    table: &[(&str, T)],
    wrong: &mut Vec<Diagnostic>,
) -> Option<T> {
    let word = given.get_ref();
    let found = table.iter().find(|(name, _)| name == word);
    if found.is_none() {
        let names: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
        let near = closest(word, names.iter().copied());
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let told = format!("no {noun} `{word}`; expected one of {}", names.join(", "));
        wrong.push(document.error(given.span().start, told, help));
    }
    found.map(|(_, meant)| *meant)
}
