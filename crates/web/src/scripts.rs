//! What the web knows of scripts (E20): the versions that lead callers now, and the way to the one who can bring an older text
//! back. Their history stands in the store.
//!
//! One at a time, like a reload: whoever asks while another's text is being brought back is told to come again.

use std::collections::BTreeMap;
use std::time::Duration;

use model::ScriptName;
use tokio::sync::{mpsc, oneshot, watch};

/// How long an asker waits: all scripts are proved anew.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// Somebody wants an older text back.
#[derive(Debug)]
pub struct RollBack {
    /// The script.
    pub script: ScriptName,
    /// The version whose text it is.
    pub to: u32,
    /// The version that he saw as the newest.
    pub seen: u32,
    /// Login of who wants it.
    pub by: String,
    /// The number that the text has now, or why it was not brought back.
    pub answer: oneshot::Sender<Result<u32, NotRolledBack>>,
}

/// Why an older text was not brought back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRolledBack {
    /// There is no such script or version.
    #[error("there is no such version")]
    NoVersion,
    /// Somebody was faster, or the file was changed and not read yet: bringing a text back would lose his.
    #[error("the script was changed meanwhile: {0}")]
    Changed(String),
    /// It is not good among the queues, calendars and scripts of today; each finding a line.
    #[error("{0}")]
    Refused(String),
    /// The file cannot be written, or the store does not answer.
    #[error("{0}")]
    Failed(String),
}

/// The web's side of it.
#[derive(Clone, Debug)]
pub struct Scripts {
    current: watch::Receiver<BTreeMap<ScriptName, u32>>,
    orders: mpsc::Sender<RollBack>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// Another one is at it.
    Busy,
    /// It takes too long, or the house goes down. The text may still be brought back.
    Silence,
}

impl Scripts {
    /// The versions as `current` tells them, and a way for one order at a time.
    pub fn channel(
        current: watch::Receiver<BTreeMap<ScriptName, u32>>,
    ) -> (Self, mpsc::Receiver<RollBack>) {
        let (orders, taken) = mpsc::channel(1);
        (Self { current, orders }, taken)
    }

    /// The version of each script that leads callers.
    pub(crate) fn current(&self) -> BTreeMap<ScriptName, u32> {
        self.current.borrow().clone()
    }

    pub(crate) async fn roll_back(
        &self,
        script: ScriptName,
        to: u32,
        seen: u32,
        by: String,
    ) -> Result<Result<u32, NotRolledBack>, NoAnswer> {
        let (answer, answered) = oneshot::channel();
        let order = RollBack {
            script,
            to,
            seen,
            by,
            answer,
        };
        self.orders.try_send(order).map_err(|_| NoAnswer::Busy)?;
        store::deed::begin();
        match tokio::time::timeout(ANSWER_MAX, answered).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(_)) | Err(_) => Err(NoAnswer::Silence),
        }
    }
}
