//! J1, J2: which of a queue's callers are asked after the talk, and by which form.

use std::collections::BTreeSet;

use engine::SurveyRule;
use ivr::{Diagnostic, did_you_mean, told};
use serde::Deserialize;
use toml::Spanned;

use super::super::document::Document;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SurveySection {
    form: Spanned<String>,
    percent: Option<Spanned<u8>>,
}

/// Without `percent` everybody is asked.
pub(super) fn read(
    document: &Document,
    section: Option<&SurveySection>,
    forms: &BTreeSet<String>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<SurveyRule> {
    let section = section?;
    let form = section.form.get_ref();
    if !forms.contains(form) {
        let message = told!(
            "no form `{form}` in surveys.toml",
            "surveys.toml 中没有问卷 `{form}`"
        );
        let help = did_you_mean(form, forms.iter().map(String::as_str));
        wrong.push(document.error(section.form.span().start, message, help));
    }
    let percent = section.percent.as_ref().map_or(100, |it| *it.get_ref());
    if let Some(at) = section.percent.as_ref().filter(|_| percent > 100) {
        let message = told!("`percent` is 0 to 100", "`percent` 为 0 至 100");
        wrong.push(document.error(at.span().start, message, None));
    }
    Some(SurveyRule {
        form: form.clone(),
        percent,
    })
}
