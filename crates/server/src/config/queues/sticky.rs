//! Who is familiar to the callers of a queue: `sticky = { … }` (R57, R63, R65, R68).

use std::time::Duration;

use acd::StickyScope;
use ivr::{Diagnostic, did_you_mean, told};
use serde::Deserialize;
use toml::Spanned;

use super::no_word;
use crate::config::document::Document;

const DAY: Duration = Duration::from_secs(86_400);
/// Talks are read back no further than a year.
const AGE_DAYS: std::ops::RangeInclusive<u32> = 1..=366;
/// The store tells of no shorter talk, and nobody talks for longer.
const TALK_S: std::ops::RangeInclusive<u32> = 5..=3_600;

/// The words for where somebody is familiar.
const SCOPES: [(&str, StickyScope); 2] = [
    ("customer", StickyScope::Customer),
    ("queue", StickyScope::Queue),
];

/// As it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StickySection {
    max_age_days: Option<Spanned<u32>>,
    min_talk_s: Option<Spanned<u32>>,
    follow: Option<bool>,
    scope: Option<Spanned<String>>,
    personal_line: Option<usize>,
}

impl StickySection {
    /// Lays what is written over the defaults.
    pub(super) fn read(
        &self,
        document: &Document,
        rules: &mut acd::QueueConfig,
        wrong: &mut Vec<Diagnostic>,
    ) {
        let mut number = |key: &str, given: &Option<Spanned<u32>>, range| {
            let given = given.as_ref()?;
            within(document, (key, given), range, wrong)
        };
        if let Some(days) = number("max_age_days", &self.max_age_days, AGE_DAYS) {
            rules.sticky.max_age = DAY * days;
        }
        if let Some(seconds) = number("min_talk_s", &self.min_talk_s, TALK_S) {
            rules.sticky.min_talk = Duration::from_secs(seconds.into());
        }
        if let Some(scope) = &self.scope
            && let Some(scope) = scope_of(document, scope, wrong)
        {
            rules.sticky.scope = scope;
        }
        rules.sticky.follow = self.follow.unwrap_or(rules.sticky.follow);
        rules.personal_line = self.personal_line.unwrap_or(rules.personal_line);
    }
}

fn within(
    document: &Document,
    (key, given): (&str, &Spanned<u32>),
    range: std::ops::RangeInclusive<u32>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<u32> {
    let number = *given.get_ref();
    if !range.contains(&number) {
        let (least, most) = (range.start(), range.end());
        let message = told!(
            "`{key}` is {number}; expected {least} to {most}",
            "`{key}` 为 {number}；应为 {least} 到 {most}"
        );
        wrong.push(document.error(given.span().start, message, None));
        return None;
    }
    Some(number)
}

fn scope_of(
    document: &Document,
    given: &Spanned<String>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<StickyScope> {
    let word = given.get_ref();
    let found = SCOPES.iter().find(|(name, _)| name == word);
    if found.is_none() {
        let names = SCOPES.map(|(name, _)| name);
        let help = did_you_mean(word, names.into_iter());
        let message = no_word(&told!("scope", "范围"), word, &names);
        wrong.push(document.error(given.span().start, message, help));
    }
    found.map(|(_, scope)| *scope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::queues::tests::read_text;

    fn rules(sticky: &str) -> Result<acd::QueueConfig, String> {
        let text = format!("[queue.a]\nstrategy = \"sticky\"\nsticky = {{ {sticky} }}\n");
        read_text(&text).map(|queues| queues["a"].rules.clone())
    }

    #[test]
    fn r65_r68_the_rules_of_familiarity_are_read_and_the_rest_is_default() {
        let rules = rules(
            "max_age_days = 7, min_talk_s = 60, follow = false, scope = \"queue\", personal_line = 1",
        );
        let rules = rules.unwrap();
        let expected = acd::Sticky {
            max_age: 7 * DAY,
            min_talk: Duration::from_secs(60),
            follow: false,
            scope: StickyScope::Queue,
        };
        assert_eq!((rules.sticky, rules.personal_line), (expected, 1));
        let rules = self::rules("follow = true").unwrap();
        assert_eq!(rules.sticky, acd::Sticky::default());
        assert_eq!(rules.personal_line, 2, "R63");
    }

    #[test]
    fn r65_r68_what_is_wrong_with_them_is_told_with_its_place() {
        for (sticky, told) in [
            (
                "max_age_days = 0",
                "3:27: error: `max_age_days` is 0; expected 1 to 366",
            ),
            (
                "min_talk_s = 4",
                "3:25: error: `min_talk_s` is 4; expected 5 to 3600",
            ),
            (
                "scope = \"custmer\"",
                "3:20: error: no scope `custmer`; expected one of customer, queue",
            ),
            ("folow = true", "unknown field `folow`"),
        ] {
            let error = rules(sticky).unwrap_err();
            assert!(error.contains(told), "{error}\nlacks {told}");
        }
    }
}
