//! What the house knows and wants: groups and their people, and the policy of a ticket's type.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::{AgentId, TicketId};

use super::hours::PromiseHours;
use super::part::PauseReason;
use super::weight::{Matrix, Weight};
use crate::clock::{ClockKind, Target};
use crate::priority::Priority;

/// A group of people who do tickets (处理组).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The group above it.
    pub parent: Option<String>,
    /// Its tier, from 1.
    pub tier: u8,
    /// Where it sends what it cannot do.
    pub escalates_to: Option<String>,
    /// Its people.
    pub members: BTreeMap<AgentId, Member>,
}

/// One of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Leads it.
    pub leads: bool,
    /// Away: his stand-in gets what would be his.
    pub is_absent: bool,
    /// Who stands in for him.
    pub stand_in: Option<AgentId>,
    /// Gets what is sent to the group, where one does.
    pub receives: bool,
    /// His share of what is given by turns; 0: none.
    pub weight: u16,
    /// Tickets that he has accepted and not done.
    pub has: u32,
    /// As many as he takes; 0: as many as come.
    pub takes: u32,
}

/// What the house wants of tickets of a type.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What impact and urgency make of a priority.
    pub matrix: Matrix,
    /// Whether an agent may answer at once and close.
    pub direct_answer: bool,
    /// Whether acceptance counts as a first answer.
    pub accept_is_response: bool,
    /// What each promise is worth at each priority.
    pub targets: BTreeMap<(ClockKind, Priority), Target>,
    /// What stops the time of a solution.
    pub pauses_for: BTreeSet<PauseReason>,
    /// How often a handler may let it wait by himself.
    pub pauses_max: u16,
    /// How long it waits at most.
    pub pause_max: Duration,
    /// As much more time as can be asked for at once.
    pub extension_max: Duration,
    /// Who agrees with a solution, step by step; none: nobody has to.
    pub approval: Vec<BTreeSet<AgentId>>,
    /// Who agrees besides, when it is sensitive.
    pub sensitive_approval: Vec<BTreeSet<AgentId>>,
    /// Whether the customer is asked.
    pub visit: VisitPolicy,
    /// How often he is tried before a lead decides.
    pub visits_max: u16,
    /// Whether somebody else asks than who solved it.
    pub visit_by_another: bool,
    /// A solution nobody objects to closes the ticket after so much business time (E5); `None`: never by itself.
    pub closes_after: Option<Duration>,
    /// What is broken brings a ticket to the next tier (D5).
    pub escalates_for: BTreeSet<ClockKind>,
    /// How long after its end it can be reopened.
    pub reopen_within: Duration,
    /// How long after its end a verdict can be objected to.
    pub appeal_within: Duration,
}

/// Whether the customer is asked whether he is content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitPolicy {
    /// Never: it closes when nobody objects.
    None,
    /// So many of a hundred.
    Sample(u8),
    /// Always.
    Always,
}

/// What a rule looks at beside the ticket.
#[derive(Clone, Copy, Debug)]
pub struct House<'a> {
    /// All groups, by name.
    pub groups: &'a BTreeMap<String, Group>,
    /// The policy of the ticket's type.
    pub policy: &'a Policy,
    /// By what hours its promises run.
    pub hours: PromiseHours<'a>,
    /// What its type and category make of it (A5, A13).
    pub weight: &'a Weight,
    /// Fields that a solution needs and that are empty.
    pub missing: &'a [String],
    /// Its tasks that are not done.
    pub open_tasks: u32,
    /// M6: of the tickets that went into it those whose reporters are others than its own, one of each.
    pub reporters: &'a [TicketId],
    /// The ticket's lot for samples, 0 to 99; the same for good.
    pub lot: u8,
}

impl Group {
    /// Who gets what is sent to the group as a whole: the first by id of its receivers, or who stands in for him.
    pub fn receiver(&self) -> Option<AgentId> {
        let receivers = self.members.iter().filter(|(_, one)| one.receives);
        receivers
            .map(|(id, _)| *id)
            .find_map(|id| self.stands_for(id))
    }

    /// C6: he, or while he is away who stands in for him; `None` where nobody is. Stand-ins in a circle are walked once.
    pub fn stands_for(&self, mut agent: AgentId) -> Option<AgentId> {
        for _ in 0..=self.members.len() {
            let member = self.members.get(&agent)?;
            if !member.is_absent {
                return Some(agent);
            }
            agent = member.stand_in?;
        }
        None
    }
}

impl House<'_> {
    /// Whether somebody may take a ticket of a group; without a group any of any.
    pub(super) fn may_handle(&self, group: Option<&str>, agent: AgentId) -> bool {
        match group {
            Some(group) => self.member(group, agent).is_some(),
            None => {
                let mut groups = self.groups.values();
                groups.any(|group| group.members.contains_key(&agent))
            }
        }
    }

    /// Whether somebody leads a group or one above it.
    pub(super) fn leads(&self, group: Option<&str>, agent: AgentId) -> bool {
        let Some(group) = group else {
            let mut groups = self.groups.values();
            return groups.any(|group| group.members.get(&agent).is_some_and(|one| one.leads));
        };
        self.upwards(group)
            .any(|one| one.members.get(&agent).is_some_and(|one| one.leads))
    }

    /// Whether two groups hang on the same root.
    pub(super) fn is_one_tree(&self, one: &str, other: &str) -> bool {
        let root = |name| self.upwards(name).last().map(std::ptr::from_ref);
        root(one).is_some() && root(one) == root(other)
    }

    /// One of a group.
    pub(super) fn member(&self, group: &str, agent: AgentId) -> Option<&Member> {
        self.groups.get(group)?.members.get(&agent)
    }

    /// A lead of a group, or of the nearest one above that has any: the first by id who is here.
    pub(super) fn lead_of(&self, group: &str) -> Option<AgentId> {
        self.upwards(group).find_map(|group| {
            let mut members = group.members.iter();
            let lead = members.find(|(_, one)| one.leads && !one.is_absent);
            lead.map(|(id, _)| *id)
        })
    }

    /// Who gets what is meant for one of a group: he, or while he is away who stands in for him. `None` where nobody is.
    pub(super) fn stands_for(&self, group: &str, agent: AgentId) -> Option<AgentId> {
        self.groups.get(group)?.stands_for(agent)
    }

    /// A group and those above it; a circle is walked once.
    fn upwards(&self, group: &str) -> impl Iterator<Item = &Group> {
        let above = |group: &&Group| self.groups.get(group.parent.as_deref()?);
        std::iter::successors(self.groups.get(group), above).take(self.groups.len())
    }
}
