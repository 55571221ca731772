//! What becomes of satisfaction surveys (满意度调查, J1-J4).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{AgentId, CallId, QueueName};
use crate::recording::RecordingId;

/// Who wanted a caller to be asked (J2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SurveyPush {
    /// The queue's percentage: nobody chose the call.
    Policy,
    /// The agent, who chose it: counted apart.
    Agent,
    /// The caller's script.
    Script,
}

/// A caller comes to a survey, or would have come to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SurveyAsked {
    /// The call.
    pub call: CallId,
    /// Which of the call's surveys, from 1.
    pub part: u32,
    /// The form.
    pub form: String,
    /// Who wanted it.
    pub push: SurveyPush,
    /// The agent who talked with him last, if one did.
    pub agent: Option<AgentId>,
    /// The queue whose call it was.
    pub queue: Option<QueueName>,
    /// The language in which he is asked.
    pub language: String,
}

/// What a caller has answered, all or a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SurveyDone {
    /// The survey.
    #[serde(flatten)]
    pub asked: SurveyAsked,
    /// The score of each question that he answered, by its name.
    pub answers: BTreeMap<String, u8>,
    /// The lowest and the highest score that each of these questions had; a log of before has none.
    #[serde(default)]
    pub scales: BTreeMap<String, (u8, u8)>,
    /// What he said.
    pub comment: Option<RecordingId>,
    /// Whether he came to the end of the questions; those that he skipped have no score.
    pub complete: bool,
}

impl SurveyPush {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Policy, Self::Agent, Self::Script];

    /// Its word in tables and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Agent => "agent",
            Self::Script => "script",
        }
    }
}
