//! `[[type.NAME.field]]`: what is asked of a ticket (A4).

use std::collections::BTreeSet;

use ivr::told;
use serde::Deserialize;
use ticket::TicketKind;
use ticket::rules::{Choice, FieldRule, Form, Moment};
use toml::Spanned;

use super::Reader;
use crate::config::label::{self, Texts};

/// As many as a script's ticket has.
const FIELDS_MAX: usize = 40;
/// More than anybody chooses of.
const CHOICES_MAX: usize = 500;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    name: Spanned<String>,
    label: Spanned<Texts>,
    form: Option<Spanned<String>>,
    #[serde(default)]
    choice: Vec<ChoiceSection>,
    required: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChoiceSection {
    value: Spanned<String>,
    label: Spanned<Texts>,
}

impl Section {
    pub(super) fn name(&self) -> &str {
        self.name.get_ref()
    }
}

impl Reader<'_, '_> {
    pub(super) fn fields_of(&mut self, sections: &[Section], base: &TicketKind) -> Vec<FieldRule> {
        let mut names: BTreeSet<&str> = base.fields.iter().map(|it| it.name.as_str()).collect();
        if let Some(last) = sections.get(FIELDS_MAX.saturating_sub(names.len())) {
            let message = told!(
                "a ticket has {FIELDS_MAX} fields at most",
                "工单最多 {FIELDS_MAX} 个字段"
            );
            self.report.error(&last.name, message, None);
        }
        let mut fields = Vec::new();
        for section in sections {
            let name = section.name();
            self.report.is_name(&section.name);
            if !names.insert(name) {
                let message = told!("there is a field `{name}` already", "已有字段 `{name}`");
                self.report.error(&section.name, message, None);
            }
            label::check("label", &section.label, &mut self.report);
            fields.push(FieldRule {
                name: name.to_owned(),
                label: label::plain(section.label.get_ref()),
                form: self.form(section),
                required: self.moment(section.required.as_ref()),
            });
        }
        fields
    }

    fn form(&mut self, section: &Section) -> Form {
        let word = section.form.as_ref();
        let text = word.map_or("text", |word| word.get_ref());
        let choices = self.choices(&section.choice);
        let form = match text {
            "text" => Form::Text,
            "number" => Form::Number,
            "truth" => Form::Truth,
            "choice" if !choices.is_empty() => return Form::Choice(choices),
            "choice" => {
                let message = told!(
                    "the field `{}` has no `choice` to choose",
                    "字段 `{}` 没有可选的 `choice`",
                    section.name()
                );
                self.report.error(&section.name, message, None);
                return Form::Choice(choices);
            }
            _ => {
                if let Some(word) = word {
                    let message = told!("no form `{text}`", "没有字段形式 `{text}`");
                    let known = ["text", "number", "truth", "choice"].into_iter();
                    self.report.unknown(word, message, known);
                }
                Form::Text
            }
        };
        if let Some(first) = section.choice.first() {
            let message = told!(
                "a field with `choice` has form = \"choice\"",
                "有 `choice` 的字段应写 form = \"choice\""
            );
            self.report.error(&first.value, message, None);
        }
        form
    }

    fn choices(&mut self, sections: &[ChoiceSection]) -> Vec<Choice> {
        if let Some(last) = sections.get(CHOICES_MAX) {
            let message = told!(
                "a field has at most {CHOICES_MAX} choices",
                "字段最多 {CHOICES_MAX} 个选项"
            );
            self.report.error(&last.value, message, None);
        }
        let mut values = BTreeSet::new();
        let mut choices = Vec::new();
        for section in sections {
            let value = section.value.get_ref();
            if value.trim().is_empty() || !values.insert(value) {
                let message = told!(
                    "the choice `{value}` is empty, or there twice",
                    "选项 `{value}` 为空或重复"
                );
                self.report.error(&section.value, message, None);
            }
            label::check("label", &section.label, &mut self.report);
            choices.push(Choice {
                value: value.clone(),
                label: label::plain(section.label.get_ref()),
            });
        }
        choices
    }

    fn moment(&mut self, word: Option<&Spanned<String>>) -> Option<Moment> {
        let word = word?;
        match word.get_ref().as_str() {
            "submit" => Some(Moment::Submit),
            "resolve" => Some(Moment::Resolve),
            text => {
                let message = told!(
                    "a field is `required` at \"submit\" or at \"resolve\", not at `{text}`",
                    "字段的 `required` 为 \"submit\" 或 \"resolve\"，不是 `{text}`"
                );
                self.report
                    .unknown(word, message, ["submit", "resolve"].into_iter());
                None
            }
        }
    }
}
