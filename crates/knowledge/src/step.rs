//! The one table of steps of an article (E7): from where to where, who may, and whether a word why is needed.
//!
//! Four eyes: whoever wrote on a version neither publishes it nor sends it back.

use model::AgentId;
use serde::{Deserialize, Serialize};

use crate::article::{Article, ArticleFault, Status, Version};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub agent: AgentId,
    /// Whether he may review what others wrote.
    pub reviews: bool,
}

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 提交审核: the draft is for somebody else to read.
    Submit,
    /// 撤回: its writers go on writing.
    Recall,
    /// 退回: it is not good yet.
    Return,
    /// 发布: it is live, and the former version is not any more.
    Publish,
    /// 修订: a draft of the next version.
    Revise,
    /// 下架: nobody is to use the live version any more.
    Withdraw,
    /// 放弃: the draft is given up.
    Discard,
}

/// Who may take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Whoever may read the version.
    Reader,
    /// Who wrote on it, or who reviews.
    Writer,
    /// Who reviews.
    Reviewer,
    /// Who reviews and has not written on it.
    OtherReviewer,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) word: &'static str,
    pub(crate) from: &'static [Status],
    pub(crate) to: Status,
    pub(crate) who: Who,
    pub(crate) needs_note: bool,
    /// Whether it is about the live version; else about the newest.
    pub(crate) is_of_live: bool,
    /// Whether who takes it stands as the reviewer.
    pub(crate) is_review: bool,
}

/// A row by the word of the step, from where to where, and who may.
const fn row(word: &'static str, from: &'static [Status], to: Status, who: Who) -> Row {
    Row {
        word,
        from,
        to,
        who,
        needs_note: false,
        is_of_live: false,
        is_review: matches!(who, Who::Reviewer | Who::OtherReviewer),
    }
}

impl Row {
    const fn with_note(self) -> Self {
        Self {
            needs_note: true,
            ..self
        }
    }

    const fn of_live(self) -> Self {
        Self {
            is_of_live: true,
            ..self
        }
    }
}

impl Step {
    /// The table.
    pub(crate) const fn row(self) -> Row {
        use Status::{Discarded, Draft, Published, Review, Withdrawn};
        match self {
            Self::Submit => row("submit", &[Draft], Review, Who::Writer),
            Self::Recall => row("recall", &[Review], Draft, Who::Writer),
            Self::Return => row("return", &[Review], Draft, Who::OtherReviewer).with_note(),
            Self::Publish => row("publish", &[Review], Published, Who::OtherReviewer),
            Self::Revise => row(
                "revise",
                &[Published, Withdrawn, Discarded],
                Draft,
                Who::Reader,
            ),
            Self::Withdraw => row("withdraw", &[Published], Withdrawn, Who::Reviewer)
                .with_note()
                .of_live(),
            Self::Discard => row("discard", &[Draft], Discarded, Who::Writer),
        }
    }

    /// The word of the API and the audit log.
    pub const fn word(self) -> &'static str {
        self.row().word
    }
}

impl Who {
    pub(crate) fn check(
        self,
        article: &Article,
        version: &Version,
        by: By,
    ) -> Result<(), ArticleFault> {
        let writes = version.writers.contains(&by.agent);
        let may = match self {
            Self::Reader => article.may_read(version, by),
            Self::Writer => article.may_read(version, by) && (writes || by.reviews),
            Self::Reviewer => by.reviews,
            Self::OtherReviewer if by.reviews && writes => return Err(ArticleFault::FourEyes),
            Self::OtherReviewer => by.reviews,
        };
        if may {
            Ok(())
        } else {
            Err(ArticleFault::NotYours)
        }
    }
}
