//! Whither a ticket goes (自动派单, C1): rules in order, the first of which everything holds decides; behind them the group of the
//! ticket's category. The same table answers "what if" ([`super::Trial`]), so that a dry run cannot say anything else.

use std::collections::{BTreeMap, BTreeSet};

use model::fact::TicketField;
use model::{Calendar, CalendarState, E164, QueueName, Timestamp};

use super::Rules;
use crate::priority::Priority;
use crate::ticket::Ticket;

/// The ways by which tickets come.
pub const CHANNELS: [&str; 4] = ["call", "voicemail", "script", "api"];

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DispatchRule {
    /// Its name, in timelines and dry runs.
    pub name: String,
    /// Its line in the file, from 1.
    pub line: u32,
    /// What must hold.
    pub when: When,
    /// Whither it sends.
    pub to: Destination,
}

/// Whither a rule sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To this group.
    Group(String),
    /// To the group below this one, or this one itself, whose region fits the caller's number best. It fits nobody: the rule does not hold.
    RegionBelow(String),
}

/// What must hold; what is empty holds for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When {
    /// It is of one of these types.
    pub kinds: BTreeSet<String>,
    /// It is about one of these, or something below.
    pub categories: BTreeSet<String>,
    /// Its call waited in one of these.
    pub queues: BTreeSet<String>,
    /// It came by one of these ways: one of [`CHANNELS`].
    pub channels: BTreeSet<String>,
    /// It is at least as pressing.
    pub priority: Option<Priority>,
    /// The number to call back begins like one of these, in international form.
    pub numbers: Vec<String>,
    /// The customer's level is at least this.
    pub vip: Option<u8>,
    /// Its fields hold one of these, as they are written.
    pub fields: BTreeMap<String, BTreeSet<String>>,
    /// A calendar is open, or is not.
    pub hours: Option<Hours>,
    /// The group to which it sends is there.
    pub group_is_open: bool,
}

/// What a calendar has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Which.
    pub calendar: String,
    /// Whether it is to be open.
    pub open: bool,
}

/// What rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'t> {
    /// Its type.
    pub kind: Option<&'t str>,
    /// What it is about.
    pub category: Option<&'t str>,
    /// The queue of its call.
    pub queue: Option<&'t QueueName>,
    /// The way by which it came.
    pub channel: &'t str,
    /// How pressing it is.
    pub priority: Priority,
    /// The number to call back.
    pub number: Option<&'t E164>,
    /// The customer's level; 0 of nobody known.
    pub vip: u8,
    /// What was found out.
    pub fields: &'t BTreeMap<String, TicketField>,
    /// When it was submitted.
    pub at: Timestamp,
}

/// By what a ticket goes somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause<'r> {
    /// By a rule.
    Rule(&'r DispatchRule),
    /// No rule holds: by this category.
    Category(&'r str),
}

impl<'t> Facts<'t> {
    /// Of a ticket, the way by which it came, and its customer's level.
    pub fn of(ticket: &'t Ticket, channel: &'t str, vip: u8) -> Self {
        Self {
            kind: ticket.matter.ticket_type.as_deref(),
            category: ticket.matter.category.as_deref(),
            queue: ticket.matter.queue.as_ref(),
            channel,
            priority: ticket.priority(),
            number: ticket.matter.contact.e164.as_ref(),
            vip,
            fields: &ticket.matter.fields,
            at: ticket.created_at,
        }
    }
}

impl Rules {
    /// To which group a ticket goes, and by what. `None`: nobody is named, and it waits for a dispatcher.
    pub fn dispatch(&self, facts: &Facts<'_>) -> Option<(&str, Cause<'_>)> {
        let ruled = self.dispatch.iter().find_map(|rule| {
            let group = self.holds(rule, facts)?;
            Some((group, Cause::Rule(rule)))
        });
        ruled.or_else(|| {
            let mut path = self.catalogue.upwards(facts.category?);
            path.find_map(|one| Some((one.group.as_deref()?, Cause::Category(&one.code))))
        })
    }

    /// The group to which a rule sends this ticket; `None` where it does not hold.
    fn holds<'r>(&'r self, rule: &'r DispatchRule, facts: &Facts<'_>) -> Option<&'r str> {
        let When {
            kinds,
            categories,
            queues,
            channels,
            priority,
            numbers,
            vip,
            fields,
            hours,
            group_is_open,
        } = &rule.when;
        let is_of = |names: &BTreeSet<String>, name: Option<&str>| {
            names.is_empty() || name.is_some_and(|name| names.contains(name))
        };
        let about = |other: &String| {
            let within = |code| self.catalogue.is_within(code, other);
            facts.category.is_some_and(within)
        };
        let begins = |begin: &String| {
            let number = facts.number.map(E164::as_str);
            number.is_some_and(|number| number.starts_with(begin.as_str()))
        };
        let has = |(name, values): (&String, &BTreeSet<String>)| {
            let value = facts.fields.get(name).map(written);
            value.is_some_and(|value| values.contains(value))
        };
        let opens = |hours: &Hours| {
            is_open(self.calendar_named(Some(&hours.calendar)), facts.at) == hours.open
        };
        let holds = is_of(kinds, facts.kind)
            && is_of(queues, facts.queue.map(QueueName::as_str))
            && is_of(channels, Some(facts.channel))
            && (categories.is_empty() || categories.iter().any(about))
            && priority.is_none_or(|least| facts.priority <= least)
            && (numbers.is_empty() || numbers.iter().any(begins))
            && vip.is_none_or(|least| facts.vip >= least)
            && fields.iter().all(has)
            && hours.as_ref().is_none_or(opens);
        let group = holds.then(|| self.destination(&rule.to, facts)).flatten()?;
        let is_there = || {
            let calendar = self.groups.get(group).and_then(|it| it.calendar.as_deref());
            is_open(self.calendar_named(calendar), facts.at)
        };
        (!group_is_open || is_there()).then_some(group)
    }

    fn destination<'r>(&'r self, to: &'r Destination, facts: &Facts<'_>) -> Option<&'r str> {
        let root = match to {
            Destination::Group(name) => return Some(name),
            Destination::RegionBelow(root) => root,
        };
        let number = facts.number?.as_str();
        let below = self
            .groups
            .iter()
            .filter(|(name, _)| self.is_below(name, root));
        let fits = below.filter_map(|(name, group)| Some((group.covers(number)?, name)));
        // The first by name of those that fit as well.
        let best = fits.max_by_key(|(covered, name)| (*covered, std::cmp::Reverse(*name)));
        best.map(|(_, name)| name.as_str())
    }

    /// Whether a rule may send to a region below a group: one of them has any.
    pub fn has_region_below(&self, root: &str) -> bool {
        let mut groups = self.groups.iter();
        groups.any(|(name, group)| !group.region.is_empty() && self.is_below(name, root))
    }

    /// Whether a group is another, or below it.
    pub fn is_below(&self, name: &str, root: &str) -> bool {
        let above = |name: &&str| self.groups.get(*name)?.parent.as_deref();
        let mut path = std::iter::successors(Some(name), above).take(self.groups.len());
        path.any(|one| one == root)
    }
}

/// A value as it stands in the file: `99.50`, `true`.
fn written(field: &TicketField) -> &str {
    match field {
        TicketField::Text(text) | TicketField::Number(text) => text,
        TicketField::Truth(true) => "true",
        TicketField::Truth(false) => "false",
    }
}

fn is_open(calendar: &Calendar, at: Timestamp) -> bool {
    calendar.state_at(at) == CalendarState::Open
}
