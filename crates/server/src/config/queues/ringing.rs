//! How many phones ring for one caller: `ring_max` (R20) and `stop_at` (B10).

use ivr::{Diagnostic, told};
use toml::Spanned;

use crate::config::document::Document;

/// Reads how many ring at once.
pub(super) fn most(
    document: &Document,
    given: &Spanned<usize>,
    wrong: &mut Vec<Diagnostic>,
) -> usize {
    if *given.get_ref() == 0 {
        let told = told!(
            "`ring_max` is 0: nobody would ring",
            "`ring_max` 为 0：谁都不会振铃"
        );
        wrong.push(document.error(given.span().start, told, None));
    }
    *given.get_ref()
}

/// Reads from which probability of an answer on none is added.
pub(super) fn stop_at(
    document: &Document,
    given: &Spanned<f64>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<f64> {
    let probability = *given.get_ref();
    // Who is known by a few rings is not known better than to the hundredth.
    let percent = probability * 100.0;
    let is_whole = (percent - percent.round()).abs() < 1e-6;
    if is_whole && (0.01..=0.99).contains(&probability) {
        return Some(probability);
    }
    let told = told!(
        "`stop_at` is {probability}; expected a probability of 0.01 to 0.99, in hundredths",
        "`stop_at` 为 {probability}；应为 0.01 到 0.99 的概率，精确到百分之一"
    );
    let help = told!(
        "write `stop_at = 0.9`, or leave it out to go on up to `ring_max`",
        "请写 `stop_at = 0.9`，或不写而一直加到 `ring_max`"
    );
    wrong.push(document.error(given.span().start, told, Some(help)));
    None
}
