//! A type of tickets (工单类型, A2): consult, complaint, fault. It decides fields, promises, approval and return visit.

use std::collections::{BTreeMap, BTreeSet};

use model::AgentId;
use model::fact::TicketField;

use super::Label;
use super::field::{FieldRule, Moment};
use crate::duplicate::{Condition, Weights};
use crate::handling::{Group, Policy};

/// What the house says of a type.
#[derive(Clone, Debug)]
pub struct TicketKind {
    /// What people read; empty for [`super::Rules::standard`].
    pub label: Label,
    /// Letters before the number when people read it out (A1); empty: none.
    pub prefix: String,
    /// By which calendar its promises run; `None`: that of the house.
    pub calendar: Option<String>,
    /// Its own fields, in their order on a page.
    pub fields: Vec<FieldRule>,
    /// Read by few from its submission on (A13).
    pub sensitive: bool,
    /// What is promised and who has to agree. Its approval steps are empty: [`Self::policy`] fills them with people.
    pub(crate) policy: Policy,
    /// Who agrees with a solution, step by step (C11); none: nobody has to.
    pub approval: Vec<Approvers>,
    /// Who agrees besides, when it is sensitive.
    pub sensitive_approval: Vec<Approvers>,
    /// When two of them are about one thing (D1).
    pub conditions: Vec<Condition>,
    /// What likeness is worth (D3).
    pub weights: Weights,
}

/// Who may take a step of an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approvers {
    /// Anybody of the group.
    Group(String),
    /// Who leads it.
    LeadsOf(String),
}

impl TicketKind {
    /// Of a policy without approval steps.
    pub fn new(policy: Policy) -> Self {
        Self {
            label: Label::new(),
            prefix: String::new(),
            calendar: None,
            fields: Vec::new(),
            sensitive: false,
            policy,
            approval: Vec::new(),
            sensitive_approval: Vec::new(),
            conditions: Vec::new(),
            weights: Weights::default(),
        }
    }

    /// What is promised, with people in the approval steps, out of the groups as they are.
    pub fn policy(&self, groups: &BTreeMap<String, Group>) -> Policy {
        let people = |steps: &[Approvers]| steps.iter().map(|step| step.people(groups)).collect();
        Policy {
            approval: people(&self.approval),
            sensitive_approval: people(&self.sensitive_approval),
            ..self.policy.clone()
        }
    }

    /// What is promised, without the people of the approval steps.
    pub const fn promises(&self) -> &Policy {
        &self.policy
    }

    /// Its own field of that name.
    pub fn field(&self, name: &str) -> Option<&FieldRule> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// T1: fields that a submission needs and that are empty, in their order.
    pub fn missing_at_submit(&self, fields: &BTreeMap<String, TicketField>) -> Vec<String> {
        self.missing(Moment::Submit, fields)
    }

    /// T20: fields that a solution needs and that are empty, in their order.
    pub fn missing_at_resolve(&self, fields: &BTreeMap<String, TicketField>) -> Vec<String> {
        self.missing(Moment::Resolve, fields)
    }

    fn missing(&self, moment: Moment, fields: &BTreeMap<String, TicketField>) -> Vec<String> {
        let needed = self
            .fields
            .iter()
            .filter(|field| field.is_needed_at(moment));
        let missing = needed.filter(|field| field.is_missing(fields));
        missing.map(|field| field.name.clone()).collect()
    }

    /// Fields that have not the form that the type gives them. What the type does not name may hold anything.
    pub fn misfits<'f>(&'f self, fields: &BTreeMap<String, TicketField>) -> Vec<&'f FieldRule> {
        let is_wrong = |field: &&FieldRule| {
            let value = fields.get(&field.name);
            value.is_some_and(|value| !field.is_missing(fields) && !field.fits(value))
        };
        self.fields.iter().filter(is_wrong).collect()
    }
}

impl Approvers {
    fn people(&self, groups: &BTreeMap<String, Group>) -> BTreeSet<AgentId> {
        let (name, leads_only) = match self {
            Self::Group(name) => (name, false),
            Self::LeadsOf(name) => (name, true),
        };
        let members = groups
            .get(name)
            .into_iter()
            .flat_map(|group| &group.members);
        let members = members.filter(|(_, member)| member.leads || !leads_only);
        members.map(|(id, _)| *id).collect()
    }
}
