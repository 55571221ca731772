//! `[[rule]]`: whither tickets go (C1), in the order in which they stand.

use std::collections::{BTreeMap, BTreeSet};

use ivr::told;
use model::QueueName;
use serde::Deserialize;
use ticket::rules::{CHANNELS, Destination, DispatchRule, Form, Hours, When};
use ticket::{Priority, Rules};
use toml::Spanned;

use super::Reader;
use crate::config::document::Document;

type List = Spanned<Vec<Spanned<String>>>;

/// Longest name.
const NAME_CHARS_MAX: usize = 64;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    name: Spanned<String>,
    #[serde(rename = "type")]
    kinds: Option<List>,
    category: Option<List>,
    queue: Option<List>,
    channel: Option<List>,
    priority: Option<Spanned<u8>>,
    number: Option<List>,
    vip: Option<Spanned<u8>>,
    #[serde(default)]
    field: BTreeMap<Spanned<String>, List>,
    open: Option<Spanned<String>>,
    closed: Option<Spanned<String>>,
    #[serde(default)]
    group_is_open: bool,
    to: Option<Spanned<String>>,
    to_region_below: Option<Spanned<String>>,
}

impl Reader<'_, '_> {
    pub(super) fn dispatch(
        &mut self,
        document: &Document,
        sections: &[Section],
        rules: &Rules,
    ) -> Vec<DispatchRule> {
        if let Some(last) = sections.get(super::RULES_MAX) {
            let most = super::RULES_MAX;
            let message = told!("there are at most {most} rules", "最多 {most} 条规则");
            self.report.error(&last.name, message, None);
        }
        let mut names = BTreeSet::new();
        let mut dispatch = Vec::new();
        for section in sections {
            self.name(&section.name, &mut names);
            let when = self.when(section, rules);
            if let Some(to) = self.destination(section, rules) {
                let (line, _) = document.place(section.name.span().start);
                dispatch.push(DispatchRule {
                    name: section.name.get_ref().clone(),
                    line,
                    when,
                    to,
                });
            }
        }
        dispatch
    }

    fn name<'s>(&mut self, name: &'s Spanned<String>, names: &mut BTreeSet<&'s str>) {
        let text = name.get_ref();
        if !(1..=NAME_CHARS_MAX).contains(&text.trim().chars().count()) {
            let message = told!(
                "a rule's name has 1 to {NAME_CHARS_MAX} characters",
                "规则名称须为 1 至 {NAME_CHARS_MAX} 个字符"
            );
            self.report.error(name, message, None);
        } else if !names.insert(text) {
            let message = told!("two rules are named `{text}`", "有两条规则名为 `{text}`");
            self.report.error(name, message, None);
        }
    }

    fn when(&mut self, section: &Section, rules: &Rules) -> When {
        let priority = section.priority.as_ref();
        let priority = priority.and_then(|it| self.within(it, "priority", (1, 5)));
        When {
            kinds: self.listed("type", section.kinds.as_ref(), Self::kind_name),
            categories: self.listed("category", section.category.as_ref(), Self::category_name),
            queues: self.listed("queue", section.queue.as_ref(), Self::queue),
            channels: self.listed("channel", section.channel.as_ref(), Self::channel),
            priority: priority.and_then(|level| Priority::new(level).ok()),
            numbers: self
                .listed("number", section.number.as_ref(), Self::beginning)
                .into_iter()
                .collect(),
            vip: section.vip.as_ref().map(|level| *level.get_ref()),
            fields: self.fields(section, rules),
            hours: self.hours(section),
            group_is_open: section.group_is_open,
        }
    }

    fn listed(
        &mut self,
        key: &str,
        list: Option<&List>,
        read: impl Fn(&mut Self, &Spanned<String>) -> Option<String>,
    ) -> BTreeSet<String> {
        let Some(list) = list else {
            return BTreeSet::new();
        };
        self.not_empty(list, key);
        let names = list.get_ref().iter();
        names.filter_map(|name| read(self, name)).collect()
    }

    fn queue(&mut self, queue: &Spanned<String>) -> Option<String> {
        let known = self.given.queues.as_ref()?;
        let name = queue.get_ref();
        if known.contains(name.as_str()) {
            return Some(name.clone());
        }
        let message = told!("no queue `{name}`", "没有队列 `{name}`");
        let known = known.iter().map(QueueName::as_str);
        self.report.unknown(queue, message, known);
        None
    }

    /// One of the ways by which tickets come.
    pub(super) fn channel(&mut self, channel: &Spanned<String>) -> Option<String> {
        let text = channel.get_ref();
        if CHANNELS.contains(&text.as_str()) {
            return Some(text.clone());
        }
        let message = told!("no ticket comes by `{text}`", "没有工单渠道 `{text}`");
        self.report.unknown(channel, message, CHANNELS.into_iter());
        None
    }

    /// Fields that a type has, with values that they can hold.
    fn fields(&mut self, section: &Section, rules: &Rules) -> BTreeMap<String, BTreeSet<String>> {
        let mut fields = BTreeMap::new();
        for (name, values) in &section.field {
            let text = name.get_ref();
            if !self.names.fields.contains(text) {
                let message = told!("no type has a field `{text}`", "没有类型有字段 `{text}`");
                let known = self.names.fields.iter().map(String::as_str);
                self.report.unknown(name, message, known);
            }
            self.not_empty(values, text);
            for value in values.get_ref() {
                self.choosable(text, value, rules);
            }
            let values = values.get_ref().iter().map(|it| it.get_ref().clone());
            fields.insert(text.clone(), values.collect());
        }
        fields
    }

    /// A value that none of the types lets anybody choose.
    fn choosable(&mut self, field: &str, value: &Spanned<String>, rules: &Rules) {
        let kinds = rules.kinds.values().chain([&rules.standard]);
        let forms: Vec<&Form> = kinds
            .filter_map(|kind| Some(&kind.field(field)?.form))
            .collect();
        let text = value.get_ref();
        let can_hold = |form: &&Form| match form {
            Form::Text | Form::Number => true,
            Form::Truth => text == "true" || text == "false",
            Form::Choice(choices) => choices.iter().any(|choice| choice.value == *text),
        };
        if forms.is_empty() || forms.iter().any(can_hold) {
            return;
        }
        let message = told!(
            "the field `{field}` never holds `{text}`",
            "字段 `{field}` 不会是 `{text}`"
        );
        let known = forms.iter().flat_map(|form| match form {
            Form::Choice(choices) => choices.iter().map(|it| it.value.as_str()).collect(),
            Form::Truth => vec!["true", "false"],
            Form::Text | Form::Number => Vec::new(),
        });
        self.report.unknown(value, message, known);
    }

    fn hours(&mut self, section: &Section) -> Option<Hours> {
        if let (Some(_), Some(closed)) = (&section.open, &section.closed) {
            let message = told!(
                "a rule has `open` or `closed`, and not both",
                "一条规则只能写 `open` 或 `closed` 之一"
            );
            self.report.error(closed, message, None);
        }
        let open = section.open.as_ref().map(|name| (name, true));
        let (name, open) = open.or_else(|| Some((section.closed.as_ref()?, false)))?;
        let calendar = self.calendar(name)?;
        Some(Hours { calendar, open })
    }

    fn destination(&mut self, section: &Section, rules: &Rules) -> Option<Destination> {
        match (&section.to, &section.to_region_below) {
            (Some(to), None) => Some(Destination::Group(self.group_name(to)?)),
            (None, Some(root)) => {
                let name = self.group_name(root)?;
                if !rules.has_region_below(&name) {
                    let message = told!(
                        "no group at or below `{name}` has a `region`",
                        "`{name}` 及其下级都没有 `region`"
                    );
                    self.report.error(root, message, None);
                }
                Some(Destination::RegionBelow(name))
            }
            (None, None) | (Some(_), Some(_)) => {
                let message = told!(
                    "a rule sends `to` a group, or `to_region_below` one",
                    "规则须写 `to`（处理组）或 `to_region_below`（其下按区域）之一"
                );
                self.report.error(&section.name, message, None);
                None
            }
        }
    }
}
