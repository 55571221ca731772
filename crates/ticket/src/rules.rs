//! What the house says of tickets (工单规则), as plain data: types, catalogue, groups, and whither a ticket goes.
//!
//! The server reads it from `tickets.toml` and proves every name in it; a house that says nothing has [`Rules::default`]. Nothing in
//! it changes while it is lent, and a reload lends another. People are not in it: the store knows who is of which group, and
//! [`Rules::groups`] puts both together for [`crate::handling`].

mod begin;
mod category;
mod dispatch;
mod field;
mod group;
mod guard;
mod hours;
mod kind;
mod membership;
mod office;
mod sameness;
mod standard;
mod trial;
mod turns;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::{AgentId, Calendar};

use crate::handling::{Group, Member, Weight};
use crate::number::Number;

pub use begin::{Beginning, Submission};
pub use category::{Catalogue, Category};
pub use dispatch::{CHANNELS, Cause, Destination, DispatchRule, Facts, Hours, When};
pub use field::{Choice, FieldRule, Form, Moment};
pub use group::{GroupRule, HandsOut};
pub use hours::{HoursBook, HoursInForce};
pub use kind::{Approvers, TicketKind};
pub use membership::{GroupMembership, GroupMembershipError};
pub use office::{About, Office};
pub use sameness::Why;
pub use trial::{Course, Tally, Trial};
pub use turns::Turns;

/// Words by language: `zh-CN`, `en`.
pub type Label = BTreeMap<String, String>;

/// Everything that the house says of tickets.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What holds for tickets of no type, and of a type of which nothing is said.
    pub standard: TicketKind,
    /// The types, by name.
    pub kinds: BTreeMap<String, TicketKind>,
    /// What tickets are about (A3).
    pub catalogue: Catalogue,
    /// The groups, by name.
    pub groups: BTreeMap<String, GroupRule>,
    /// Whither tickets go, the first that holds (C1).
    pub dispatch: Vec<DispatchRule>,
    /// Whose tickets wait until somebody vouches for them (B7).
    pub quarantine: Quarantine,
    /// The calendars that are named above, by name.
    pub calendars: BTreeMap<String, Calendar>,
    /// The calendar of what names none.
    pub calendar: Calendar,
}

/// Strangers' tickets (隔离区, B7).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quarantine {
    /// The ways by which strangers' tickets come; none: no ticket waits.
    pub channels: BTreeSet<String>,
    /// After how long one that nobody vouched for is void (T2).
    pub expires_after: Duration,
}

impl Rules {
    /// The type of that name. A house that names none has one for all.
    pub fn kind(&self, name: &str) -> &TicketKind {
        self.kinds.get(name).unwrap_or(&self.standard)
    }

    /// A1: a number with the letters of its ticket's type before the digits.
    pub fn number(&self, number: &Number, ticket_type: Option<&str>) -> String {
        let kind = self.kind(ticket_type.unwrap_or_default());
        if kind.prefix.is_empty() {
            return number.to_string();
        }
        format!("{}-{}", kind.prefix, number)
    }

    /// What a ticket is about.
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.catalogue.get(code)
    }

    /// The calendar by which the promises of a type run.
    pub fn calendar_of(&self, kind: &TicketKind) -> &Calendar {
        self.calendar_named(kind.calendar.as_deref())
    }

    fn calendar_named(&self, name: Option<&str>) -> &Calendar {
        let named = name.and_then(|name| self.calendars.get(name));
        named.unwrap_or(&self.calendar)
    }

    /// How pressing a ticket is when it is submitted (A5), and whether few may read it (A13): by its type, then by the nearest of its
    /// categories that says so.
    pub fn weight(&self, kind: &TicketKind, category: Option<&str>) -> Weight {
        let path = || {
            category
                .into_iter()
                .flat_map(|it| self.catalogue.upwards(it))
        };
        let impact = path().find_map(|one| one.impact).unwrap_or_default();
        let urgency = path().find_map(|one| one.urgency).unwrap_or_default();
        Weight {
            impact,
            urgency,
            priority: kind.policy.matrix.priority(impact, urgency),
            locked: false,
            sensitive: kind.sensitive || path().any(|one| one.sensitive),
        }
    }

    /// The type of a ticket of which only the category was named.
    pub fn kind_of_category(&self, code: &str) -> Option<&str> {
        let mut path = self.catalogue.upwards(code);
        path.find_map(|one| one.kind.as_deref())
    }

    /// The groups with their people, for [`crate::handling::House`]. People of groups of which nothing is said are in none.
    pub fn groups(
        &self,
        mut people: BTreeMap<String, BTreeMap<AgentId, Member>>,
    ) -> BTreeMap<String, Group> {
        let groups = self.groups.iter();
        groups
            .map(|(name, said)| {
                let group = Group {
                    parent: said.parent.clone(),
                    tier: said.tier,
                    escalates_to: said.escalates_to.clone(),
                    members: people.remove(name).unwrap_or_default(),
                };
                (name.clone(), group)
            })
            .collect()
    }

    /// Who of a group gets a ticket that nobody was named for; `None`: whoever takes it first.
    pub fn receiver(&self, name: &str, group: &Group, turns: &mut Turns) -> Option<AgentId> {
        match self.groups.get(name)?.hands_out {
            HandsOut::Claim => None,
            HandsOut::Receiver => group.receiver(),
            HandsOut::Turns => turns.next(group),
        }
    }
}

#[cfg(test)]
mod tests;
