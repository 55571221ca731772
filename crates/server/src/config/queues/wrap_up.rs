//! How the time to file ends: `wrap_up` (C5).

use ivr::{Diagnostic, did_you_mean, told};
use toml::Spanned;

use super::no_word;
use crate::config::document::Document;

/// Reads the mode.
pub(super) fn mode(
    document: &Document,
    given: &Spanned<String>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<acd::WrapUpMode> {
    let found = acd::WrapUpMode::find(given.get_ref());
    if found.is_none() {
        let names = acd::WrapUpMode::ALL.map(acd::WrapUpMode::name);
        let message = no_word(&told!("wrap-up", "话后处理方式"), given.get_ref(), &names);
        let help = did_you_mean(given.get_ref(), names.into_iter());
        wrong.push(document.error(given.span().start, message, help));
    }
    found
}
