//! `[standard]` and `[type.NAME]`: what is promised, asked and approved (A2, A4, A5, C11, D1, D8, E1, E5). What a type does not say
//! it has of `[standard]`, and what that does not say of the house's standard set (3.3).

mod duplicates;
mod fields;
mod promises;

use std::collections::{BTreeMap, BTreeSet};

use ivr::told;
use model::Calendar;
use serde::Deserialize;
use ticket::handling::{Matrix, PauseReason, Policy, VisitPolicy};
use ticket::rules::Approvers;
use ticket::{ClockKind, Rules, TicketKind};
use toml::Spanned;

use super::Reader;
use crate::config::label::{self, Texts};

/// More letters nobody says before a number.
const PREFIX_CHARS_MAX: usize = 4;
/// More steps nobody waits for.
const APPROVAL_STEPS_MAX: usize = 9;
/// Bound of small counts.
const COUNT_MAX: u16 = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    label: Option<Spanned<Texts>>,
    prefix: Option<Spanned<String>>,
    calendar: Option<Spanned<String>>,
    sensitive: Option<bool>,
    direct_answer: Option<bool>,
    accept_is_response: Option<bool>,
    matrix: Option<Spanned<[[Spanned<u8>; 3]; 3]>>,
    #[serde(default)]
    promise: BTreeMap<Spanned<String>, Spanned<promises::Times>>,
    warn_percent: Option<Spanned<u8>>,
    pauses_for: Option<Vec<Spanned<String>>>,
    escalates_for: Option<Vec<Spanned<String>>>,
    pauses_max: Option<Spanned<u16>>,
    pause_max: Option<Spanned<String>>,
    extension_max: Option<Spanned<String>>,
    approval: Option<Spanned<Vec<ApproversSection>>>,
    sensitive_approval: Option<Spanned<Vec<ApproversSection>>>,
    visit_percent: Option<Spanned<u8>>,
    visits_max: Option<Spanned<u16>>,
    visit_by_another: Option<bool>,
    closes_after: Option<Spanned<String>>,
    reopen_within: Option<Spanned<String>>,
    appeal_within: Option<Spanned<String>>,
    #[serde(default)]
    field: Vec<fields::Section>,
    #[serde(default)]
    same: Vec<duplicates::Section>,
    likeness: Option<Spanned<ticket::duplicate::Weights>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApproversSection {
    group: Option<Spanned<String>>,
    leads_of: Option<Spanned<String>>,
}

impl Section {
    pub(super) fn field_names(&self) -> impl Iterator<Item = &str> {
        self.field.iter().map(fields::Section::name)
    }
}

impl Reader<'_, '_> {
    /// A type, or with no name what holds for all; `base`: what it does not say.
    pub(super) fn kind(
        &mut self,
        name: Option<&Spanned<String>>,
        section: &Section,
        base: &TicketKind,
        rules: &Rules,
    ) -> TicketKind {
        self.labelled(name, section);
        let named = section.calendar.as_ref().and_then(|it| self.calendar(it));
        let named = named.or_else(|| base.calendar.clone());
        let calendar = named.as_ref().and_then(|name| rules.calendars.get(name));
        let calendar = calendar.unwrap_or(&rules.calendar);
        let mut kind = TicketKind::new(self.policy(section, base.promises(), calendar));
        let label = section.label.as_ref();
        kind.label = label.map_or_else(BTreeMap::new, |label| label::plain(label.get_ref()));
        kind.prefix = match &section.prefix {
            Some(prefix) => prefix.get_ref().clone(),
            None => base.prefix.clone(),
        };
        kind.sensitive = section.sensitive.unwrap_or(base.sensitive);
        kind.fields = [base.fields.clone(), self.fields_of(&section.field, base)].concat();
        kind.approval = self.approval(section.approval.as_ref(), &base.approval);
        let sensitive = section.sensitive_approval.as_ref();
        kind.sensitive_approval = self.approval(sensitive, &base.sensitive_approval);
        let same = self.conditions(&section.same, &kind.fields);
        kind.conditions = [base.conditions.clone(), same].concat();
        kind.weights = self.likeness(section.likeness.as_ref(), base.weights);
        kind.calendar = named;
        kind
    }

    /// What people read stands with types alone.
    fn labelled(&mut self, name: Option<&Spanned<String>>, section: &Section) {
        match (name, &section.label) {
            (Some(name), None) => {
                self.report.is_name(name);
                let message = told!(
                    "the type `{}` has no `label`",
                    "工单类型 `{}` 缺少 `label`",
                    name.get_ref()
                );
                let help = told!(
                    "add label = {{ zh-CN = \"投诉\", en = \"Complaint\" }}",
                    "请补上 label = {{ zh-CN = \"投诉\", en = \"Complaint\" }}"
                );
                self.report.error(name, message, Some(help));
            }
            (Some(name), Some(label)) => {
                self.report.is_name(name);
                label::check("label", label, &mut self.report);
            }
            (None, Some(label)) => {
                let message = told!(
                    "`standard` has no `label`: nobody reads it",
                    "`standard` 没有 `label`：无处显示"
                );
                self.report.error(label, message, None);
            }
            (None, None) => {}
        }
    }

    /// A1: letters that people can say, each type its own.
    pub(super) fn prefixes(&mut self, types: &BTreeMap<Spanned<String>, Section>) {
        let mut taken = BTreeMap::new();
        for (name, section) in types {
            let Some(prefix) = &section.prefix else {
                continue;
            };
            let text = prefix.get_ref().as_str();
            let is_plain = text.bytes().all(|byte| byte.is_ascii_uppercase());
            if !is_plain || !(1..=PREFIX_CHARS_MAX).contains(&text.len()) {
                let message = told!(
                    "a prefix has 1 to {PREFIX_CHARS_MAX} capital letters, such as \"TS\"",
                    "前缀须为 1 至 {PREFIX_CHARS_MAX} 个大写字母，如 \"TS\""
                );
                self.report.error(prefix, message, None);
            } else if let Some(other) = taken.insert(text, name.get_ref()) {
                let message = told!(
                    "the type `{other}` has the prefix `{text}` already",
                    "工单类型 `{other}` 已用前缀 `{text}`"
                );
                self.report.error(prefix, message, None);
            }
        }
    }

    fn policy(&mut self, section: &Section, base: &Policy, calendar: &Calendar) -> Policy {
        let pause_max = section.pause_max.as_ref().and_then(|it| self.lasts(it));
        let extension = section.extension_max.as_ref();
        let extension = extension.and_then(|it| self.business(it, calendar));
        let reopen = section.reopen_within.as_ref().and_then(|it| self.lasts(it));
        let appeal = section.appeal_within.as_ref().and_then(|it| self.lasts(it));
        let closes = section.closes_after.as_ref();
        let closes = closes.and_then(|text| self.business(text, calendar));
        Policy {
            matrix: self.matrix(section).unwrap_or(base.matrix),
            direct_answer: section.direct_answer.unwrap_or(base.direct_answer),
            accept_is_response: section
                .accept_is_response
                .unwrap_or(base.accept_is_response),
            targets: self.targets(section, base, calendar),
            pauses_for: self.pauses(section, base),
            pauses_max: self.count("pauses_max", section.pauses_max.as_ref(), base.pauses_max),
            pause_max: pause_max.unwrap_or(base.pause_max),
            extension_max: extension.unwrap_or(base.extension_max),
            approval: Vec::new(),
            sensitive_approval: Vec::new(),
            visit: self.visit(section.visit_percent.as_ref(), base.visit),
            visits_max: self.count("visits_max", section.visits_max.as_ref(), base.visits_max),
            visit_by_another: section.visit_by_another.unwrap_or(base.visit_by_another),
            closes_after: closes.or(base.closes_after),
            escalates_for: self.escalates(section, base),
            reopen_within: reopen.unwrap_or(base.reopen_within),
            appeal_within: appeal.unwrap_or(base.appeal_within),
        }
    }

    fn count(&mut self, key: &str, value: Option<&Spanned<u16>>, base: u16) -> u16 {
        let read = value.and_then(|value| self.within(value, key, (1, COUNT_MAX)));
        read.unwrap_or(base)
    }

    /// E1: so many of a hundred are asked; 0 none, 100 all.
    fn visit(&mut self, percent: Option<&Spanned<u8>>, base: VisitPolicy) -> VisitPolicy {
        let percent = percent.and_then(|it| self.within(it, "visit_percent", (0, 100)));
        match percent {
            None => base,
            Some(0) => VisitPolicy::None,
            Some(100) => VisitPolicy::Always,
            Some(percent) => VisitPolicy::Sample(percent),
        }
    }

    /// A5: a row of priorities for each impact.
    fn matrix(&mut self, section: &Section) -> Option<Matrix> {
        let rows = section.matrix.as_ref()?.get_ref();
        let mut good = true;
        for level in rows.iter().flatten() {
            good &= self.within(level, "matrix", (1, 5)).is_some();
        }
        let levels = rows
            .each_ref()
            .map(|row| row.each_ref().map(|it| *it.get_ref()));
        Matrix::of(levels).filter(|_| good)
    }

    fn pauses(&mut self, section: &Section, base: &Policy) -> BTreeSet<PauseReason> {
        let Some(words) = &section.pauses_for else {
            return base.pauses_for.clone();
        };
        let mut reasons = BTreeSet::new();
        for word in words {
            let text = word.get_ref();
            match PauseReason::all().find(|reason| reason.name() == text) {
                Some(reason) => drop(reasons.insert(reason)),
                None => {
                    let message = told!("nothing waits for `{text}`", "没有挂起原因 `{text}`");
                    let known = PauseReason::all().map(PauseReason::name);
                    self.report.unknown(word, message, known);
                }
            }
        }
        reasons
    }

    /// D5: which promises bring a ticket to the next tier when they are broken.
    fn escalates(&mut self, section: &Section, base: &Policy) -> BTreeSet<ClockKind> {
        let Some(words) = &section.escalates_for else {
            return base.escalates_for.clone();
        };
        let mut kinds = BTreeSet::new();
        for word in words {
            let text = word.get_ref();
            match ClockKind::all().find(|kind| kind.name() == text) {
                Some(kind) => drop(kinds.insert(kind)),
                None => {
                    let message = told!("there is no promise `{text}`", "没有时限 `{text}`");
                    let known = ClockKind::all().map(ClockKind::name);
                    self.report.unknown(word, message, known);
                }
            }
        }
        kinds
    }

    fn approval(
        &mut self,
        steps: Option<&Spanned<Vec<ApproversSection>>>,
        base: &[Approvers],
    ) -> Vec<Approvers> {
        let Some(steps) = steps else {
            return base.to_vec();
        };
        if steps.get_ref().len() > APPROVAL_STEPS_MAX {
            let message = told!(
                "an approval has at most {APPROVAL_STEPS_MAX} steps",
                "审核最多 {APPROVAL_STEPS_MAX} 步"
            );
            self.report.error(steps, message, None);
        }
        let mut read = Vec::new();
        for step in steps.get_ref() {
            read.extend(match (&step.group, &step.leads_of) {
                (Some(group), None) => self.group_name(group).map(Approvers::Group),
                (None, Some(group)) => self.group_name(group).map(Approvers::LeadsOf),
                (None, None) | (Some(_), Some(_)) => {
                    let message = told!(
                        "a step of an approval names a `group`, or `leads_of` one",
                        "审核的一步须写 `group` 或 `leads_of` 之一"
                    );
                    self.report.error(steps, message, None);
                    None
                }
            });
        }
        read
    }
}
