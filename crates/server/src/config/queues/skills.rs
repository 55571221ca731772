//! What a queue asks of its agents: `prefer`, `relax` and `[[queue.NAME.step]]` (R69-R71, B14).

use std::time::Duration;

use acd::{Prefer, Relax, Step};
use ivr::{Diagnostic, Told, did_you_mean, told};
use model::skill::RequirementError;
use serde::Deserialize;
use toml::Spanned;

use super::{no_word, positive};
use crate::config::cause::Cause;
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
            let message = told!(
                "this step has no end: `for_s` is missing",
                "这一步没有结束：缺少 `for_s`"
            );
            let help = told!(
                "only the last step may last as long as the caller waits",
                "只有最后一步可以持续到来电者不再等待"
            );
            wrong.push(document.error(start, message, Some(help)));
            return None;
        }
    };
    match section.needs.get_ref().parse() {
        Ok(needs) => Some(Step { needs, lasts }),
        Err(error) => {
            let error: RequirementError = error;
            let why = error.told();
            let message = why.about("`needs`");
            let help = told!(
                "write skills and levels, such as `lang.en >= 4 and not trainee`",
                "请写技能与级别，如 `lang.en >= 4 and not trainee`"
            );
            wrong.push(document.error(start, message, Some(help)));
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
    let noun = told!("preference", "优先规则");
    word(document, given, &noun, &PREFERENCES, wrong)
}

/// Reads what opens the next step; without steps it would say nothing.
pub(super) fn relax(
    document: &Document,
    given: &Spanned<String>,
    steps: &[StepSection],
    wrong: &mut Vec<Diagnostic>,
) -> Option<Relax> {
    if steps.is_empty() {
        let told = told!(
            "`relax` says when the next step opens: this queue has no steps",
            "`relax` 说明何时进入下一放宽步骤：此队列没有步骤"
        );
        let help = told!(
            "add `[[queue.NAME.step]]`, or take `relax` away",
            "请加 `[[queue.NAME.step]]`，或去掉 `relax`"
        );
        wrong.push(document.error(given.span().start, told, Some(help)));
    }
    let noun = told!("way to relax", "放宽方式");
    word(document, given, &noun, &RELAXING, wrong)
}

/// Finds a word in its table.
fn word<T: Copy>(
    document: &Document,
    given: &Spanned<String>,
    noun: &Told,
    table: &[(&str, T)],
    wrong: &mut Vec<Diagnostic>,
) -> Option<T> {
    let word = given.get_ref();
    let found = table.iter().find(|(name, _)| name == word);
    if found.is_none() {
        let names: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
        let help = did_you_mean(word, names.iter().copied());
        let told = no_word(noun, word, &names);
        wrong.push(document.error(given.span().start, told, help));
    }
    found.map(|(_, meant)| *meant)
}
