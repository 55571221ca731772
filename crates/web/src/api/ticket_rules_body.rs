//! The rules of tickets, and what came of a dry run, as the API tells them.

use std::collections::BTreeMap;

use model::TicketId;
use serde::Serialize;
use ticket::rules::{Category, Course, FieldRule, Form, GroupRule, HandsOut, Moment, Trial};
use ticket::{Number, Rules, Ticket, TicketKind};
use utoipa::ToSchema;

use crate::ticket_rules::Finding;

/// What the house says of tickets.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesBody {
    /// The types, by name; none: the house has one for all.
    pub types: Vec<KindBody>,
    /// The groups, by name.
    pub groups: Vec<GroupBody>,
}

/// A type.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindBody {
    /// Its name.
    pub name: String,
    /// What people read, by language.
    pub label: BTreeMap<String, String>,
    /// Letters before the number when people read it out (A1); empty: none.
    pub prefix: String,
    /// Whether an agent may answer at once and close.
    pub direct_answer: bool,
    /// Whether few may read its tickets from the first on.
    pub sensitive: bool,
    /// Its own fields, in their order on a page.
    pub fields: Vec<FieldBody>,
}

/// A field of a type.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldBody {
    /// Its name.
    pub name: String,
    /// What people read, by language.
    pub label: BTreeMap<String, String>,
    /// `text`, `number`, `truth`, `choice`.
    pub form: &'static str,
    /// What may be chosen, in its order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<ChoiceBody>,
    /// From when on it must be there: `submit`, `resolve`; `null`: never.
    pub required: Option<&'static str>,
}

/// One of what may be chosen.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChoiceBody {
    /// As it stands in the ticket.
    pub value: String,
    /// What people read, by language.
    pub label: BTreeMap<String, String>,
}

/// A group.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupBody {
    /// Its name.
    pub name: String,
    /// What people read, by language.
    pub label: BTreeMap<String, String>,
    /// The group above it.
    pub parent: Option<String>,
    /// Its tier, from 1.
    pub tier: u8,
    /// Where it sends what it cannot do.
    pub escalates_to: Option<String>,
    /// Who of it gets what comes: `claim`, `receiver`, `turns`.
    pub hands_out: &'static str,
}

/// A category.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryBody {
    /// Its name.
    pub code: String,
    /// What people say and type.
    pub number: String,
    /// What people type instead.
    pub keys: Vec<String>,
    /// What people read, by language.
    pub label: BTreeMap<String, String>,
    /// The names of the categories on the way to it, the root first, its own last.
    pub path: Vec<String>,
    /// The type of a ticket of which nothing else is said.
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

/// What came of a dry run.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct TrialBody {
    /// What was found in the text that was tried.
    pub findings: Vec<FindingBody>,
    /// Whether it was tried: a text that is wrong is not.
    pub tried: bool,
    /// How many tickets would have gone to another group.
    pub differing: u64,
    /// How many tickets each group would have had, by name; those that wait for a dispatcher first.
    pub groups: Vec<TallyBody>,
    /// How many tickets each rule would have taken, in the order of the rules.
    pub rules: Vec<RuleBody>,
    /// The tickets, newest first.
    pub tickets: Vec<TriedBody>,
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingBody {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// `error`, `warning`.
    pub severity: &'static str,
    /// What, by language.
    pub message: BTreeMap<&'static str, String>,
    /// What to write instead, by language.
    pub help: Option<BTreeMap<&'static str, String>>,
}

/// How many tickets went to a group.
#[derive(Debug, Serialize, ToSchema)]
pub struct TallyBody {
    /// The group; `null`: they wait for a dispatcher.
    pub group: Option<String>,
    /// By the rules that stand.
    pub standing: u64,
    /// By those that were tried.
    pub tried: u64,
}

/// How many tickets a rule took.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleBody {
    /// Its name.
    pub rule: String,
    /// Its line.
    pub line: u32,
    /// How many.
    pub tickets: u64,
}

/// Whither a ticket goes.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriedBody {
    /// The ticket.
    #[schema(value_type = String)]
    pub ticket: TicketId,
    /// Its number.
    #[schema(value_type = String)]
    pub number: Number,
    /// By the rules that stand.
    pub standing: CourseBody,
    /// By those that were tried.
    pub tried: CourseBody,
}

/// Whither, and by what.
#[derive(Debug, Serialize, ToSchema)]
pub struct CourseBody {
    /// The group; `null`: it waits for a dispatcher.
    pub group: Option<String>,
    /// The rule's name.
    pub rule: Option<String>,
    /// Its line.
    pub line: Option<u32>,
    /// The category whose group it is, where no rule holds.
    pub category: Option<String>,
}

impl RulesBody {
    /// Of the rules that stand.
    pub fn of(rules: &Rules) -> Self {
        let kinds = rules.kinds.iter();
        let groups = rules.groups.iter();
        Self {
            types: kinds.map(|(name, kind)| KindBody::of(name, kind)).collect(),
            groups: groups
                .map(|(name, group)| GroupBody::of(name, group))
                .collect(),
        }
    }
}

impl KindBody {
    fn of(name: &str, kind: &TicketKind) -> Self {
        Self {
            name: name.to_owned(),
            label: kind.label.clone(),
            prefix: kind.prefix.clone(),
            direct_answer: kind.promises().direct_answer,
            sensitive: kind.sensitive,
            fields: kind.fields.iter().map(FieldBody::of).collect(),
        }
    }
}

impl FieldBody {
    fn of(field: &FieldRule) -> Self {
        let choices = match &field.form {
            Form::Choice(choices) => choices.as_slice(),
            Form::Text | Form::Number | Form::Truth => &[],
        };
        let choices = choices.iter().map(|choice| ChoiceBody {
            value: choice.value.clone(),
            label: choice.label.clone(),
        });
        Self {
            name: field.name.clone(),
            label: field.label.clone(),
            form: field.form.name(),
            choices: choices.collect(),
            required: field.required.map(Moment::name),
        }
    }
}

impl GroupBody {
    fn of(name: &str, group: &GroupRule) -> Self {
        Self {
            name: name.to_owned(),
            label: group.label.clone(),
            parent: group.parent.clone(),
            tier: group.tier,
            escalates_to: group.escalates_to.clone(),
            hands_out: HandsOut::name(group.hands_out),
        }
    }
}

impl CategoryBody {
    /// Of a category among the others.
    pub fn of(one: &Category, rules: &Rules) -> Self {
        Self {
            code: one.code.clone(),
            number: one.number.clone(),
            keys: one.keys.clone(),
            label: one.label.clone(),
            path: rules.catalogue.path(&one.code),
            kind: rules.kind_of_category(&one.code).map(str::to_owned),
        }
    }
}

impl TrialBody {
    /// Of tickets in the order in which they were tried.
    pub fn of<'t>(trial: &Trial, tickets: impl Iterator<Item = &'t Ticket>) -> Self {
        let groups = trial.groups.iter().map(|(group, tally)| TallyBody {
            group: group.clone(),
            standing: tally.standing,
            tried: tally.tried,
        });
        let rules = trial.rules.iter().map(|(rule, line, tickets)| RuleBody {
            rule: rule.clone(),
            line: *line,
            tickets: *tickets,
        });
        let tickets = tickets.zip(&trial.courses);
        let tickets = tickets.map(|(ticket, (standing, tried))| TriedBody {
            ticket: ticket.id,
            number: ticket.number.clone(),
            standing: standing.into(),
            tried: tried.into(),
        });
        Self {
            findings: Vec::new(),
            tried: true,
            differing: trial.differing,
            groups: groups.collect(),
            rules: rules.collect(),
            tickets: tickets.collect(),
        }
    }

    /// With what somebody should look at.
    #[must_use]
    pub fn with(self, findings: &[Finding]) -> Self {
        let findings = findings.iter().map(FindingBody::from).collect();
        Self { findings, ..self }
    }

    /// Of a text that is wrong.
    pub fn refused(findings: &[Finding]) -> Self {
        Self::default().with(findings)
    }
}

impl From<&Course> for CourseBody {
    fn from(course: &Course) -> Self {
        Self {
            group: course.group.clone(),
            rule: course.rule.clone(),
            line: course.line,
            category: course.category.clone(),
        }
    }
}

impl From<&Finding> for FindingBody {
    fn from(finding: &Finding) -> Self {
        let said = |(zh, en): &(String, String)| {
            BTreeMap::from([("zh-CN", zh.clone()), ("en", en.clone())])
        };
        Self {
            line: finding.line,
            column: finding.column,
            severity: if finding.is_error { "error" } else { "warning" },
            message: said(&finding.message),
            help: finding.help.as_ref().map(said),
        }
    }
}
