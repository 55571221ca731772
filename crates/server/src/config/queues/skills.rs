//! What a queue asks of its agents: `prefer` and `[[queue.NAME.step]]` (R69-R71).

use std::time::Duration;

use acd::{Prefer, Step};
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
    let word = given.get_ref();
    let found = PREFERENCES.iter().find(|(name, _)| name == word);
    if found.is_none() {
        let names = PREFERENCES.map(|(name, _)| name);
        let help = closest(word, names.into_iter()).map(|near| format!("did you mean `{near}`?"));
        wrong.push(document.error(
            given.span().start,
            format!(
                "no preference `{word}`; expected one of {}",
                names.join(", ")
            ),
            help,
        ));
    }
    found.map(|(_, prefer)| *prefer)
}
