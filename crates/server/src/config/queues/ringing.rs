//! How many phones ring for one caller: `ring_max` (R20) and `stop_at` (B10).

use ivr::Diagnostic;
use toml::Spanned;

use crate::config::document::Document;

/// Reads how many ring at once.
pub(super) fn most(
    document: &Document,
    given: &Spanned<usize>,
    wrong: &mut Vec<Diagnostic>,
) -> usize {
    if *given.get_ref() == 0 {
        let told = "`ring_max` is 0: nobody would ring";
        wrong.push(document.error(given.span().start, told.into(), None));
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
    let told = format!(
        "`stop_at` is {probability}; expected a probability of 0.01 to 0.99, in hundredths"
    );
    let help = "write `stop_at = 0.9`, or leave it out to go on up to `ring_max`";
    wrong.push(document.error(given.span().start, told, Some(help.into())));
    None
}
