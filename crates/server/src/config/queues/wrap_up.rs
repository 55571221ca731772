//! How the time to file ends: `wrap_up` (C5).

use ivr::{Diagnostic, closest};
use toml::Spanned;

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
        wrong.push(
            document.error(
                given.span().start,
                format!(
                    "no wrap-up `{}`; expected one of {}",
                    given.get_ref(),
                    names.join(", ")
                ),
                closest(given.get_ref(), names.into_iter())
                    .map(|near| format!("did you mean `{near}`?")),
            ),
        );
    }
    found
}
