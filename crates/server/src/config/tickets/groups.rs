//! `[group.NAME]`: groups in their tree and their tiers (C7), and whose callers are their own.

use std::collections::BTreeMap;

use ivr::told;
use serde::Deserialize;
use ticket::rules::{GroupRule, HandsOut};
use toml::Spanned;

use super::Reader;
use crate::config::label::{self, Texts};

/// Nobody goes up further.
const TIER_MAX: u8 = 9;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    label: Spanned<Texts>,
    parent: Option<Spanned<String>>,
    tier: Option<Spanned<u8>>,
    escalates_to: Option<Spanned<String>>,
    calendar: Option<Spanned<String>>,
    region: Option<Spanned<Vec<Spanned<String>>>>,
    hands_out: Option<Spanned<String>>,
}

impl Section {
    fn tier(&self) -> u8 {
        self.tier.as_ref().map_or(1, |tier| *tier.get_ref())
    }
}

type Sections = BTreeMap<Spanned<String>, Section>;

impl Reader<'_, '_> {
    pub(super) fn groups(&mut self, sections: &Sections) -> BTreeMap<String, GroupRule> {
        let mut groups = BTreeMap::new();
        for (name, section) in sections {
            self.report.is_name(name);
            label::check("label", &section.label, &mut self.report);
            let group = GroupRule {
                label: label::plain(section.label.get_ref()),
                parent: section.parent.as_ref().and_then(|it| self.group_name(it)),
                tier: section.tier(),
                escalates_to: self.escalation(section, sections),
                calendar: section.calendar.as_ref().and_then(|it| self.calendar(it)),
                region: self.region(section),
                hands_out: self.hands_out(section.hands_out.as_ref()),
            };
            if let Some(tier) = &section.tier {
                self.within(tier, "tier", (1, TIER_MAX));
            }
            groups.insert(name.get_ref().clone(), group);
        }
        self.circles(sections, &groups);
        groups
    }

    /// C7: to a group of a higher tier, so that there is no circle.
    fn escalation(&mut self, section: &Section, sections: &Sections) -> Option<String> {
        let to = section.escalates_to.as_ref()?;
        let name = self.group_name(to)?;
        let mut others = sections.iter();
        let (_, other) = others.find(|(other, _)| *other.get_ref() == name)?;
        let (own, next) = (section.tier(), other.tier());
        if next <= own {
            let message = told!(
                "`{name}` is of tier {next}, and escalation goes up from tier {own}",
                "`{name}` 为第 {next} 级，升级须高于第 {own} 级"
            );
            let help = told!(
                "give `{name}` a `tier` above {own}",
                "请将 `{name}` 的 `tier` 设为高于 {own}"
            );
            self.report.error(to, message, Some(help));
        }
        Some(name)
    }

    /// A group that is above itself.
    fn circles(&mut self, sections: &Sections, groups: &BTreeMap<String, GroupRule>) {
        let above = |name: &&str| groups.get(*name)?.parent.as_deref();
        for (name, section) in sections {
            let first = above(&name.get_ref().as_str());
            let mut path = std::iter::successors(first, above).take(groups.len());
            if let Some(parent) = &section.parent
                && path.any(|one| one == name.get_ref())
            {
                let name = name.get_ref();
                let message = told!("`{name}` is above itself", "`{name}` 成了自己的上级");
                self.report.error(parent, message, None);
            }
        }
    }

    /// The beginnings of numbers, by the house's number plan.
    fn region(&mut self, section: &Section) -> Vec<String> {
        let Some(list) = &section.region else {
            return Vec::new();
        };
        self.not_empty(list, "region");
        let list = list.get_ref().iter();
        list.filter_map(|begin| self.beginning(begin)).collect()
    }

    /// The beginning of numbers in international form: `+8610`.
    pub(super) fn beginning(&mut self, begin: &Spanned<String>) -> Option<String> {
        let text = begin.get_ref();
        let prefix = self.given.plan.prefix(text);
        if prefix.is_none() {
            let message = told!("`{text}` begins no number", "`{text}` 不是号码的开头");
            let help = told!(
                "write for example \"+8610\" or \"010\"",
                "请写如 \"+8610\" 或 \"010\""
            );
            self.report.error(begin, message, Some(help));
        }
        prefix
    }

    fn hands_out(&mut self, word: Option<&Spanned<String>>) -> HandsOut {
        let Some(word) = word else {
            return HandsOut::default();
        };
        let text = word.get_ref();
        if let Some(found) = HandsOut::ALL.into_iter().find(|one| one.name() == text) {
            return found;
        }
        let message = told!(
            "no `{text}`; `hands_out` is \"claim\", \"receiver\" or \"turns\"",
            "没有 `{text}`；`hands_out` 为 \"claim\"、\"receiver\" 或 \"turns\""
        );
        let known = HandsOut::ALL.into_iter().map(HandsOut::name);
        self.report.unknown(word, message, known);
        HandsOut::default()
    }
}
