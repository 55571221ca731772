//! Who must be there for callers to be let in and to wait on: `join_when`, `leave_unless` (D7, D8).

use acd::Presence;
use ivr::{Diagnostic, did_you_mean, told};
use toml::Spanned;

use super::no_word;
use crate::config::document::Document;

/// The words.
const WORDS: [(&str, Presence); 4] = [
    ("always", Presence::Nobody),
    ("anyone_signed_in", Presence::SignedIn),
    ("anyone_at_work", Presence::AtWork),
    ("ready_within_5_min", Presence::Soon),
];

pub(super) fn read(
    document: &Document,
    given: &Spanned<String>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Presence> {
    let word = given.get_ref();
    let found = WORDS.iter().find(|(name, _)| name == word);
    if found.is_none() {
        let names = WORDS.map(|(name, _)| name);
        let help = did_you_mean(word, names.into_iter());
        let told = no_word(&told!("condition", "条件"), word, &names);
        wrong.push(document.error(given.span().start, told, help));
    }
    found.map(|(_, presence)| *presence)
}
