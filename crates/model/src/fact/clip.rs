//! What becomes of clips (语音片段, E25) that agents play to their callers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{AgentId, CallId, ClipName};

/// A caller begins to hear a clip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClipBegan {
    /// The call.
    pub call: CallId,
    /// The agent who talks with him, in whose name it plays.
    pub agent: AgentId,
    /// The clip.
    pub clip: ClipName,
    /// The number that it had then.
    pub number: u32,
    /// The language in which he hears it.
    pub language: String,
}

/// He hears it no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClipPlayed {
    /// What he heard.
    #[serde(flatten)]
    pub began: ClipBegan,
    /// For how long he heard it, in ms.
    pub heard_ms: u64,
    /// How it ended.
    pub end: ClipEnd,
}

/// How a clip ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClipEnd {
    /// He has heard all of it.
    Finished,
    /// The agent stopped it.
    Stopped,
    /// The agent played another.
    Replaced,
    /// He, or the agent, held.
    Held,
    /// The agent turned to a colleague.
    Consulted,
    /// He was handed on, or another phone took the agent's place.
    Transferred,
    /// Somebody hung up, or a line was lost.
    HungUp,
    /// Its sound was not there.
    NoSound,
    /// The process ended, or the call met a defect (S3).
    Lost,
}
