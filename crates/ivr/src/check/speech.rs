//! Keys and what is said about them agree (E1): a warning for a key that the menu's prompt does not name.
//!
//! A rule of thumb on texts, so never an error: a key counts as said when the prompt of any language names its digit, its
//! Chinese numeral or its English word. `*` may be left unsaid, as a way back for those who know it.

use super::AllClaims;
use crate::claim::Choice;
use crate::report::Report;
use crate::script::Script;
use crate::told;

/// How a key may be named in a prompt.
const SPOKEN: [(char, &[&str]); 11] = [
    ('0', &["0", "零", "zero"]),
    ('1', &["1", "一", "one"]),
    ('2', &["2", "二", "two"]),
    ('3', &["3", "三", "three"]),
    ('4', &["4", "四", "four"]),
    ('5', &["5", "五", "five"]),
    ('6', &["6", "六", "six"]),
    ('7', &["7", "七", "seven"]),
    ('8', &["8", "八", "eight"]),
    ('9', &["9", "九", "nine"]),
    ('#', &["#", "井", "hash", "pound"]),
];

pub(super) fn check(script: &Script, claims: &AllClaims<'_>, report: &mut Report) {
    for choice in claims.values().filter_map(|claims| claims.choice.as_ref()) {
        unsaid_keys(script, choice, report);
    }
}

fn unsaid_keys(script: &Script, choice: &Choice<'_>, report: &mut Report) {
    let Some(prompt) = script.prompts.get(&choice.prompt.text) else {
        return;
    };
    for (language, text) in &prompt.texts {
        let text = text.text.to_lowercase();
        for (key, to) in &choice.keys {
            let names = SPOKEN
                .iter()
                .find(|(known, _)| known == key)
                .map(|(_, names)| *names);
            if names.is_some_and(|names| !names.iter().any(|name| text.contains(name))) {
                let message = told!(
                    "the prompt `{}` does not name the key `{key}` in `{language}`",
                    "提示音 `{}` 的 `{language}` 文本没有提到按键 `{key}`",
                    choice.prompt.text
                );
                let help = told!(
                    "a caller cannot know a key that is not said",
                    "没有说出的按键，来电者无从知道"
                );
                report.warning(to.place, message, Some(help));
            }
        }
    }
}
