//! The dry run of rules of dispatch (规则试算, C1): which tickets would have gone where, by which rule, and what another text of the
//! rules would change. It asks [`Rules::dispatch`], as the desk does, and moves nothing.

use std::collections::BTreeMap;

use super::Rules;
use super::dispatch::{Cause, Facts};

/// Whither a ticket goes, and by what.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Course {
    /// The group; `None`: it waits for a dispatcher.
    pub group: Option<String>,
    /// The rule's name.
    pub rule: Option<String>,
    /// Its line in its file.
    pub line: Option<u32>,
    /// The category whose group it is, where no rule holds.
    pub category: Option<String>,
}

/// How many tickets went somewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// By the rules that stand.
    pub standing: u64,
    /// By those that are tried.
    pub tried: u64,
}

/// What came of a dry run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// The tickets in their order, with both courses: by the rules that stand, by those that are tried.
    pub courses: Vec<(Course, Course)>,
    /// How many tickets each group would have had; `None`: those that wait for a dispatcher.
    pub groups: BTreeMap<Option<String>, Tally>,
    /// How many tickets each tried rule would have taken, in the order of the rules: one that takes none may be in the wrong place.
    pub rules: Vec<(String, u32, u64)>,
    /// How many tickets would have gone to another group.
    pub differing: u64,
}

impl Rules {
    /// Whither a ticket goes.
    pub fn course(&self, facts: &Facts<'_>) -> Course {
        let Some((group, cause)) = self.dispatch(facts) else {
            return Course::default();
        };
        let group = Some(group.to_owned());
        match cause {
            Cause::Rule(rule) => Course {
                group,
                rule: Some(rule.name.clone()),
                line: Some(rule.line),
                category: None,
            },
            Cause::Category(code) => Course {
                group,
                category: Some(code.to_owned()),
                ..Course::default()
            },
        }
    }

    /// What these rules would have done with tickets, beside what `standing` does.
    pub fn try_on<'t>(&self, standing: &Self, tickets: impl Iterator<Item = Facts<'t>>) -> Trial {
        let mut trial = Trial::default();
        let rules = self.dispatch.iter();
        let mut taken: BTreeMap<&str, u64> = rules.map(|rule| (rule.name.as_str(), 0)).collect();
        for facts in tickets {
            let (before, after) = (standing.course(&facts), self.course(&facts));
            trial
                .groups
                .entry(before.group.clone())
                .or_default()
                .standing += 1;
            trial.groups.entry(after.group.clone()).or_default().tried += 1;
            trial.differing += u64::from(before.group != after.group);
            if let Some(count) = after.rule.as_deref().and_then(|rule| taken.get_mut(rule)) {
                *count += 1;
            }
            trial.courses.push((before, after));
        }
        let rules = self.dispatch.iter();
        let counted = |name: &str| taken.get(name).copied().unwrap_or_default();
        trial.rules = rules
            .map(|rule| (rule.name.clone(), rule.line, counted(&rule.name)))
            .collect();
        trial
    }
}
