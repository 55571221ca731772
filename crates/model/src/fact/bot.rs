//! How a conversation of a caller with a bot ended (E24).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum BotEnd {
    /// The bot gave one of the results that the script names.
    Result {
        /// Which.
        result: String,
    },
    /// It could not be reached, broke off, said what nobody knows, or its time was over.
    Failed {
        /// Why, in a word of ours: `timeout`, `unreachable`, `busy`, `time_over`, …
        why: String,
    },
    /// The caller took another way by a key.
    Key,
    /// The caller hung up.
    Left,
}
