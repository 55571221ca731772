//! Wrap-up (话后, C4, C5): how long an agent may file a call, and who ends it.
//!
//! A queue's mode decides; the time is the queue's `wrap_up`. In `timed` and `timed_fixed` it is how long wrap-up lasts, and
//! asking for more time lengthens it; in the other modes it is the ceiling, which nothing moves. What a wrap-up was
//! begun with stays its own when the configuration changes.

use core::time::Duration;

use model::CallId;
use serde::{Deserialize, Serialize};

/// The longest that anybody may file one call, asked-for time included.
pub const WRAP_UP_MAX: Duration = Duration::from_secs(900);
/// What asking for more time gives.
pub const WRAP_UP_MORE: Duration = Duration::from_secs(30);

/// How a wrap-up ends (C5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrapUpMode {
    /// There is none, unless the agent asks for one.
    Optional,
    /// The agent says when.
    UntilDone,
    /// By itself, or when the agent says so.
    #[default]
    Timed,
    /// By itself, and not before.
    TimedFixed,
    /// When the call has its category.
    UntilCategory,
}

impl WrapUpMode {
    /// All of them, as they stand in the documentation.
    pub const ALL: [Self; 5] = [
        Self::Optional,
        Self::UntilDone,
        Self::Timed,
        Self::TimedFixed,
        Self::UntilCategory,
    ];

    /// Its word in the configuration and in facts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::UntilDone => "until_done",
            Self::Timed => "timed",
            Self::TimedFixed => "timed_fixed",
            Self::UntilCategory => "until_category",
        }
    }

    /// The mode of a word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == word)
    }

    /// The queue's `wrap_up` where nothing is set: short where it is a time, the longest where it is a ceiling.
    pub const fn default_time(self) -> Duration {
        match self {
            Self::Timed | Self::TimedFixed => Duration::from_secs(10),
            Self::Optional | Self::UntilDone | Self::UntilCategory => WRAP_UP_MAX,
        }
    }

    /// Until when one may last that began at `began`, more time included.
    pub(crate) fn ceiling(self, began: Duration, time: Duration) -> Duration {
        match self {
            Self::Timed | Self::TimedFixed => began + time.max(WRAP_UP_MAX),
            Self::Optional | Self::UntilDone | Self::UntilCategory => began + time,
        }
    }
}

/// Why a wrap-up is not ended, begun or lengthened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrapUpRefusal {
    /// He is not in one, and no call is left to file.
    #[error("there is no call to file")]
    NothingToFile,
    /// `timed_fixed`.
    #[error("the time to file is fixed in this queue: it ends by itself")]
    Fixed,
    /// `until_category`.
    #[error("the call needs a category first")]
    NoCategory,
    /// No time is left to give.
    #[error("there is no more time to file: the queue's most is reached")]
    Ceiling,
}

/// A wrap-up that runs, or a call that its agent may still ask to file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filing {
    pub(crate) call: CallId,
    pub(crate) mode: WrapUpMode,
    /// Whether the call counts, and with it the time to file it (R13, R51).
    pub(crate) counted: bool,
    /// The latest moment at which it ends.
    pub(crate) ceiling: Duration,
}

impl Filing {
    /// Whether the agent may end it by his word.
    pub(crate) const fn may_end(&self) -> Result<(), WrapUpRefusal> {
        match self.mode {
            WrapUpMode::Optional | WrapUpMode::UntilDone | WrapUpMode::Timed => Ok(()),
            WrapUpMode::TimedFixed => Err(WrapUpRefusal::Fixed),
            WrapUpMode::UntilCategory => Err(WrapUpRefusal::NoCategory),
        }
    }
}
