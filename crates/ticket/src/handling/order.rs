//! What somebody wants done with a ticket, as the API takes it: `{"type": "dispatch", "data": {…}}`.

use std::collections::BTreeMap;

use model::fact::TicketField;
use model::{AgentId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};

use super::part::{PauseReason, Verdict};
use super::transition::{TRANSITIONS, Transition};
use super::weight::Level;
use crate::matter::Correction;
use crate::priority::Priority;

/// Who gets a ticket: one group, and at most one person of it (C4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receiver {
    /// The group.
    pub group: String,
    /// The person.
    #[serde(default)]
    pub person: Option<AgentId>,
}

/// That somebody was called back (回访), or that it was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visited {
    /// M6: whom, by the ticket of his that went into this one; `None`: who reported this one.
    pub reporter: Option<TicketId>,
    /// How content he was, 1 to 5, if he said.
    pub satisfaction: Option<u8>,
}

/// An order. Texts are at most 20,000 characters long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    content = "data",
    rename_all = "snake_case",
    deny_unknown_fields
)]
pub enum Order {
    /// T3: a stranger's ticket is taken for real.
    Release {
        /// How that was found out.
        reason: String,
    },
    /// T4: answered at once.
    DirectAnswer {
        /// The answer.
        answer: String,
    },
    /// T5: new values of what it is about.
    Correct(Correction),
    /// T6.
    Dispatch {
        /// To whom.
        to: Receiver,
        /// The rule of dispatch that did it; none, where a person did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
    },
    /// T7: taken on by one person.
    Claim,
    /// T8: not ours.
    Return {
        /// Why not.
        reason: String,
    },
    /// T9: to somebody else.
    Transfer {
        /// To whom.
        to: Receiver,
        /// What he should know.
        note: String,
    },
    /// T10: to the next tier.
    Escalate,
    /// T11: something to add.
    Append {
        /// What.
        text: String,
    },
    /// T12: it is wanted soon.
    Urge {
        /// What was said.
        #[serde(default)]
        text: String,
    },
    /// T13: it waits for something.
    Pend {
        /// For what.
        reason: PauseReason,
        /// Until when at the latest.
        resume_at: Timestamp,
    },
    /// T14: it goes on.
    Resume,
    /// T15: how far it is.
    StageReply {
        /// What is told.
        text: String,
        /// Whether the customer is told.
        public: bool,
    },
    /// T16: more time is wanted.
    RequestExtension {
        /// How much business time, in milliseconds.
        ms: u64,
        /// Why.
        reason: String,
    },
    /// T16: it is given.
    GrantExtension,
    /// T16: it is not.
    RefuseExtension {
        /// Why not.
        reason: String,
    },
    /// T17: a solution that others must approve.
    Propose {
        /// The solution.
        solution: String,
    },
    /// T18.
    Approve,
    /// T19.
    Reject {
        /// Why.
        reason: String,
    },
    /// T20: done, for the one who did it.
    Resolve {
        /// The solution.
        solution: String,
    },
    /// T21: the customer was reached and is content.
    VisitOk {
        /// M6: which of its reporters, by the ticket of his that went into this one; `None`: who reported this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reporter: Option<TicketId>,
        /// 1 to 5.
        #[serde(default)]
        satisfaction: Option<u8>,
    },
    /// T22: he was not reached.
    VisitRetry {
        /// Which of its reporters, as above.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reporter: Option<TicketId>,
        /// What came of it.
        result: String,
        /// When to try again.
        next_at: Timestamp,
    },
    /// T23: he is not content.
    VisitBad {
        /// Which of its reporters, as above.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reporter: Option<TicketId>,
        /// What he said.
        comment: String,
    },
    /// T24: nobody objects.
    Confirm,
    /// T25: it is not over.
    Reopen {
        /// Why.
        reason: String,
    },
    /// T28: entered in error.
    Void {
        /// Why.
        reason: String,
        /// Whether an agent's mistake is counted (差错).
        #[serde(default)]
        mistake: bool,
    },
    /// T26: it is about the same as another ticket, which goes on for both.
    Merge {
        /// The ticket that goes on.
        into: TicketId,
    },
    /// T26, seen from the ticket that goes on.
    Absorb {
        /// The ticket that came.
        ticket: TicketId,
    },
    /// T27: it is not.
    Unmerge,
    /// T27, seen from the ticket that goes on.
    GiveBack {
        /// The ticket that left.
        ticket: TicketId,
    },
    /// T29: who is responsible, said for the first time or ruled after an objection (改判).
    Rule {
        /// The verdict.
        verdict: Verdict,
    },
    /// T29: the responsible group objects.
    Appeal {
        /// Why.
        reason: String,
    },
    /// T30: of another type or category; what was promised is promised by the new type (R9).
    Reclassify {
        /// The type; `None`: as it is.
        #[serde(default)]
        ticket_type: Option<String>,
        /// The category; `None`: as it is.
        #[serde(default)]
        category: Option<String>,
    },
    /// T30: another impact, another urgency; the matrix gives the priority.
    Weigh {
        /// Whom it touches.
        impact: Level,
        /// How long it can wait.
        urgency: Level,
    },
    /// T30: a priority by hand, which the matrix does not touch any more.
    SetPriority {
        /// Which.
        priority: Priority,
        /// Why.
        reason: String,
    },
    /// T31: followed, or no more.
    Track {
        /// Which of both.
        on: bool,
    },
    /// A4: fields that were not known when it began.
    Fill {
        /// Values by name; `null` takes one out.
        fields: BTreeMap<String, Option<TicketField>>,
    },
    /// A8: by when it is to be done, whatever is promised besides.
    SetDue {
        /// When; `None`: by no such moment.
        #[serde(default)]
        due_at: Option<Timestamp>,
    },
    /// A13: read by few, or by all again.
    SetSensitive {
        /// Which of both.
        on: bool,
        /// Why.
        reason: String,
    },
}

impl Order {
    /// What of the matter it revises.
    pub fn correction(&self) -> Option<Correction> {
        if let Self::Correct(correction) = self {
            return Some(correction.clone());
        }
        if let Self::Fill { fields } = self {
            return Some(Correction {
                fields: fields.clone(),
                ..Correction::default()
            });
        }
        let Self::Reclassify {
            ticket_type,
            category,
        } = self
        else {
            return None;
        };
        Some(Correction {
            ticket_type: ticket_type.clone(),
            category: category.clone(),
            ..Correction::default()
        })
    }

    /// Its row in the table.
    pub fn transition(&self) -> &'static Transition {
        static FIRST: &Transition = &TRANSITIONS[0];
        let name = self.name();
        let mut rows = TRANSITIONS.iter();
        rows.find(|row| row.name == name).unwrap_or(FIRST)
    }

    /// What somebody wrote with it.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Release { reason }
            | Self::Return { reason }
            | Self::RequestExtension { reason, .. }
            | Self::RefuseExtension { reason }
            | Self::Reject { reason }
            | Self::Reopen { reason }
            | Self::Void { reason, .. }
            | Self::Appeal { reason }
            | Self::SetPriority { reason, .. }
            | Self::SetSensitive { reason, .. } => Some(reason),
            Self::Append { text } | Self::Urge { text } | Self::StageReply { text, .. } => {
                Some(text)
            }
            Self::Propose { solution } | Self::Resolve { solution } => Some(solution),
            Self::DirectAnswer { answer } => Some(answer),
            Self::Transfer { note, .. } => Some(note),
            Self::VisitRetry { result, .. } => Some(result),
            Self::VisitBad { comment, .. } => Some(comment),
            Self::Rule { verdict } => Some(&verdict.finding),
            Self::Correct(_)
            | Self::Dispatch { .. }
            | Self::Claim
            | Self::Escalate
            | Self::Pend { .. }
            | Self::Resume
            | Self::GrantExtension
            | Self::Approve
            | Self::VisitOk { .. }
            | Self::Confirm
            | Self::Merge { .. }
            | Self::Absorb { .. }
            | Self::Unmerge
            | Self::GiveBack { .. }
            | Self::Reclassify { .. }
            | Self::Weigh { .. }
            | Self::Track { .. }
            | Self::Fill { .. }
            | Self::SetDue { .. } => None,
        }
    }

    /// T21 to T23: whom it called back, and how content he was.
    pub fn visit(&self) -> Option<Visited> {
        let (reporter, satisfaction) = if let Self::VisitOk {
            reporter,
            satisfaction,
        } = self
        {
            (reporter, *satisfaction)
        } else if let Self::VisitRetry { reporter, .. } | Self::VisitBad { reporter, .. } = self {
            (reporter, None)
        } else {
            return None;
        };
        Some(Visited {
            reporter: *reporter,
            satisfaction,
        })
    }

    /// Its word in APIs and tables.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Release { .. } => "release",
            Self::DirectAnswer { .. } => "direct_answer",
            Self::Correct(_) => "correct",
            Self::Dispatch { .. } => "dispatch",
            Self::Claim => "claim",
            Self::Return { .. } => "return",
            Self::Transfer { .. } => "transfer",
            Self::Escalate => "escalate",
            Self::Append { .. } => "append",
            Self::Urge { .. } => "urge",
            Self::Pend { .. } => "pend",
            Self::Resume => "resume",
            Self::StageReply { .. } => "stage_reply",
            Self::RequestExtension { .. } => "request_extension",
            Self::GrantExtension => "grant_extension",
            Self::RefuseExtension { .. } => "refuse_extension",
            Self::Propose { .. } => "propose",
            Self::Approve => "approve",
            Self::Reject { .. } => "reject",
            Self::Resolve { .. } => "resolve",
            Self::VisitOk { .. } => "visit_ok",
            Self::VisitRetry { .. } => "visit_retry",
            Self::VisitBad { .. } => "visit_bad",
            Self::Confirm => "confirm",
            Self::Reopen { .. } => "reopen",
            Self::Void { .. } => "void",
            Self::Merge { .. } => "merge",
            Self::Absorb { .. } => "absorb",
            Self::Unmerge => "unmerge",
            Self::GiveBack { .. } => "give_back",
            Self::Rule { .. } => "rule",
            Self::Appeal { .. } => "appeal",
            Self::Reclassify { .. } => "reclassify",
            Self::Weigh { .. } => "weigh",
            Self::SetPriority { .. } => "set_priority",
            Self::Track { .. } => "track",
            Self::Fill { .. } => "fill",
            Self::SetDue { .. } => "set_due",
            Self::SetSensitive { .. } => "set_sensitive",
        }
    }
}
