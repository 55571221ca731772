//! `config/tickets.toml`: what the house says of tickets (issue 6): types, catalogue, groups, and whither tickets go.
//!
//! Every name in it is proved: calendars, queues, groups, types, categories, fields. People are not in it; they stand in the store.
//! Without the file [`ticket::Rules::default`] holds.

mod catalogue;
mod groups;
mod kinds;
pub(crate) mod named;
mod rules;
mod span;

use std::collections::{BTreeMap, BTreeSet};

use ivr::{Diagnostic, told};
use model::{Calendar, NumberPlan, QueueName};
use serde::Deserialize;
use ticket::Rules;
use ticket::rules::Quarantine;
use toml::Spanned;

use super::Source;
use super::cause::Cause as _;
use super::document::Document;
use super::report::Report;

/// More than anybody tells apart.
const KINDS_MAX: usize = 100;
/// More than anybody finds by a number.
const CATEGORIES_MAX: usize = 5_000;
/// More than a house has desks.
const GROUPS_MAX: usize = 1_000;
/// More than anybody reads in order.
const RULES_MAX: usize = 1_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    calendar: Spanned<String>,
    #[serde(default)]
    standard: kinds::Section,
    #[serde(default, rename = "type")]
    types: BTreeMap<Spanned<String>, kinds::Section>,
    #[serde(default)]
    category: BTreeMap<Spanned<String>, catalogue::Section>,
    #[serde(default)]
    group: BTreeMap<Spanned<String>, groups::Section>,
    #[serde(default)]
    rule: Vec<rules::Section>,
    quarantine: Option<QuarantineSection>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuarantineSection {
    channels: Spanned<Vec<Spanned<String>>>,
    expires_after: Option<Spanned<String>>,
}

/// Among what it stands.
pub(crate) struct Given<'g> {
    /// All calendars that are good.
    pub(crate) calendars: &'g BTreeMap<String, Calendar>,
    /// The names of all of them, if they can be told.
    pub(crate) calendar_names: Option<Vec<String>>,
    /// All queues, if they can be told.
    pub(crate) queues: Option<BTreeSet<QueueName>>,
    /// How the house reads numbers.
    pub(crate) plan: NumberPlan,
}

/// What the file names, so that its parts can name one another.
struct Names {
    kinds: BTreeSet<String>,
    categories: BTreeSet<String>,
    groups: BTreeSet<String>,
    /// Fields of any type.
    fields: BTreeSet<String>,
}

/// The file, being read.
struct Reader<'r, 'd> {
    given: &'r Given<'r>,
    names: Names,
    report: Report<'d>,
}

impl Source {
    /// A text of it, among the files as they stand: what is to be tried before it is saved (C1).
    pub(crate) fn ticket_rules_of(
        &self,
        document: &Document,
    ) -> Result<(Rules, Vec<Diagnostic>), Vec<Diagnostic>> {
        let settings = self.settings()?;
        let plan = NumberPlan::new(&settings.numbering.region).map_err(|error| {
            vec![super::without_place(
                &self.dir.join("trunkline.toml"),
                error.told(),
            )]
        })?;
        let mut others = Vec::new();
        let calendars = self.calendars(&mut others).calendars;
        read(document, &self.tickets_given(&calendars, plan))
    }

    /// `tickets.toml`, which may warn of what it takes.
    pub(super) fn tickets(&self, given: &Given<'_>, found: &mut Vec<Diagnostic>) -> Rules {
        let (rules, told) = self.file("tickets.toml", found, |document| read(document, given));
        found.extend(told);
        rules
    }

    /// Among the calendars that were read.
    pub(super) fn tickets_among(
        &self,
        calendars: &BTreeMap<String, Calendar>,
        plan: NumberPlan,
        found: &mut Vec<Diagnostic>,
    ) -> Rules {
        self.tickets(&self.tickets_given(calendars, plan), found)
    }

    /// Among what the house's file of tickets stands.
    fn tickets_given<'g>(
        &self,
        calendars: &'g BTreeMap<String, Calendar>,
        plan: NumberPlan,
    ) -> Given<'g> {
        let queues = self.names("queues.toml", super::queues::names);
        Given {
            calendars,
            calendar_names: self.names("calendars.toml", super::calendars::names),
            queues: queues.map(|names| names.into_iter().collect()),
            plan,
        }
    }
}

/// Reads it whole; what somebody should look at comes beside it.
pub(crate) fn read(
    document: &Document,
    given: &Given<'_>,
) -> Result<(Rules, Vec<Diagnostic>), Vec<Diagnostic>> {
    let file: File = document.parse().map_err(|error| vec![error])?;
    let mut reader = Reader {
        given,
        names: Names::of(&file),
        report: Report::new(document),
    };
    let rules = reader.rules(document, &file);
    let found = reader.report.finish();
    match found.iter().any(Diagnostic::is_error) {
        true => Err(found),
        false => Ok((rules, found)),
    }
}

impl Names {
    fn of(file: &File) -> Self {
        let fields = file.types.values().chain([&file.standard]);
        let fields = fields.flat_map(kinds::Section::field_names);
        Self {
            kinds: keys(&file.types),
            categories: keys(&file.category),
            groups: keys(&file.group),
            fields: fields.map(str::to_owned).collect(),
        }
    }
}

fn keys<T>(tables: &BTreeMap<Spanned<String>, T>) -> BTreeSet<String> {
    tables.keys().map(|name| name.get_ref().clone()).collect()
}

impl Reader<'_, '_> {
    fn rules(&mut self, document: &Document, file: &File) -> Rules {
        self.bounded(&file.types, KINDS_MAX);
        self.bounded(&file.category, CATEGORIES_MAX);
        self.bounded(&file.group, GROUPS_MAX);
        let named = self.calendar(&file.calendar);
        let calendar = named.and_then(|name| self.given.calendars.get(&name).cloned());
        let mut rules = Rules::of(calendar.unwrap_or_else(Calendar::always));
        rules.calendars.clone_from(self.given.calendars);
        let standard = rules.standard.clone();
        rules.standard = self.kind(None, &file.standard, &standard, &rules);
        self.prefixes(&file.types);
        for (name, section) in &file.types {
            let kind = self.kind(Some(name), section, &rules.standard, &rules);
            rules.kinds.insert(name.get_ref().clone(), kind);
        }
        rules.catalogue = self.catalogue(&file.category);
        rules.groups = self.groups(&file.group);
        rules.dispatch = self.dispatch(document, &file.rule, &rules);
        if let Some(section) = &file.quarantine {
            self.quarantine(section, &mut rules.quarantine);
        }
        rules
    }

    /// B7: by which ways strangers' tickets wait, and how long.
    fn quarantine(&mut self, section: &QuarantineSection, rules: &mut Quarantine) {
        self.not_empty(&section.channels, "channels");
        let channels = section.channels.get_ref().iter();
        rules.channels = channels.filter_map(|it| self.channel(it)).collect();
        if let Some(text) = &section.expires_after {
            rules.expires_after = self.lasts(text).unwrap_or(rules.expires_after);
        }
    }

    /// A calendar's name, proved.
    fn calendar(&mut self, name: &Spanned<String>) -> Option<String> {
        let known = self.given.calendar_names.as_ref()?;
        let text = name.get_ref();
        if known.contains(text) {
            return Some(text.clone());
        }
        let message = told!("no calendar `{text}`", "没有日历 `{text}`");
        let known = known.iter().map(String::as_str);
        self.report.unknown(name, message, known);
        None
    }

    /// A group's name, proved.
    fn group_name(&mut self, name: &Spanned<String>) -> Option<String> {
        let text = name.get_ref();
        if self.names.groups.contains(text) {
            return Some(text.clone());
        }
        let message = told!("no group `{text}`", "没有处理组 `{text}`");
        let known = self.names.groups.iter().map(String::as_str);
        self.report.unknown(name, message, known);
        None
    }

    /// A type's name, proved.
    fn kind_name(&mut self, name: &Spanned<String>) -> Option<String> {
        let text = name.get_ref();
        if self.names.kinds.contains(text) {
            return Some(text.clone());
        }
        let message = told!("no type `{text}`", "没有工单类型 `{text}`");
        let known = self.names.kinds.iter().map(String::as_str);
        self.report.unknown(name, message, known);
        None
    }

    /// A category's name, proved.
    fn category_name(&mut self, name: &Spanned<String>) -> Option<String> {
        let text = name.get_ref();
        if self.names.categories.contains(text) {
            return Some(text.clone());
        }
        let message = told!("no category `{text}`", "没有业务分类 `{text}`");
        let known = self.names.categories.iter().map(String::as_str);
        self.report.unknown(name, message, known);
        None
    }

    /// A list that is there says something.
    fn not_empty<T>(&mut self, list: &Spanned<Vec<T>>, key: &str) {
        if list.get_ref().is_empty() {
            let message = told!("`{key}` is empty", "`{key}` 为空");
            let help = told!(
                "leave `{key}` out where nothing is to be said",
                "无内容时请删去 `{key}`"
            );
            self.report.error(list, message, Some(help));
        }
    }

    /// A number within its bounds.
    fn within<T: Copy + PartialOrd + std::fmt::Display>(
        &mut self,
        value: &Spanned<T>,
        key: &str,
        (least, most): (T, T),
    ) -> Option<T> {
        let number = *value.get_ref();
        if number >= least && number <= most {
            return Some(number);
        }
        let message = told!(
            "`{key}` is {least} to {most}",
            "`{key}` 须为 {least} 至 {most}"
        );
        self.report.error(value, message, None);
        None
    }

    fn bounded<T>(&mut self, tables: &BTreeMap<Spanned<String>, T>, most: usize) {
        if let Some((first, _)) = tables.first_key_value()
            && tables.len() > most
        {
            let message = told!(
                "there are {} of these; at most {most}",
                "共 {} 项；最多 {most} 项",
                tables.len()
            );
            self.report.error(first, message, None);
        }
    }
}

#[cfg(test)]
mod tests;
