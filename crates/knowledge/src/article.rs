//! An article (知识条目): its versions, who may read and change which, and what keeps a text from standing.
//!
//! Readers see one version, the live one. A revision is a version of its own beside it, so that what is being written is read by
//! nobody who does not write or review. Nothing is deleted: a version that is given up stays as such.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use model::{AgentId, ArticleId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::step::{By, Step};

/// Longest title, in characters.
pub const TITLE_CHARS_MAX: usize = 120;
/// Longest body, in characters.
pub const BODY_CHARS_MAX: usize = 20_000;
/// Longest note of a step, in characters.
pub const NOTE_CHARS_MAX: usize = 1_000;
/// Longest name of a category, in characters.
pub const CATEGORY_CHARS_MAX: usize = 100;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$row:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$row])* $variant,)+
        }

        impl $name {
            /// The word of tables and the API.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl FromStr for $name {
            type Err = ArticleFault;

            fn from_str(word: &str) -> Result<Self, ArticleFault> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    other => Err(ArticleFault::NoSuchWord(other.chars().take(40).collect())),
                }
            }
        }
    };
}

words! {
    /// Who may read a version once it is live.
    Visibility {
        /// Whoever calls may be told it, and a page for customers may show it.
        Public = "public",
        /// For those who work here.
        Internal = "internal",
        /// For its writer alone (E8): notes of his own.
        Private = "private",
    }
}

words! {
    /// Where a version stands.
    Status {
        /// It is being written.
        Draft = "draft",
        /// Somebody else is to read it.
        Review = "review",
        /// It is live.
        Published = "published",
        /// It was live, and is not to be used any more.
        Withdrawn = "withdrawn",
        /// It was live until a later version was published.
        Replaced = "replaced",
        /// It was given up before anybody published it.
        Discarded = "discarded",
    }
}

/// The words of an article in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// One line of 1 to 120 characters.
    pub title: String,
    /// 1 to 20,000 characters.
    pub body: String,
}

/// What a version says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Its words, in one language or both.
    pub texts: BTreeMap<Language, Text>,
    /// Who may read it.
    pub visibility: Visibility,
    /// What of the service catalogue it is about.
    pub category: Option<String>,
    /// The number of the clip that says it to a caller (E9).
    pub clip: Option<u32>,
}

/// One version of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Version {
    /// From 1, without gaps.
    pub number: u32,
    /// Where it stands.
    pub status: Status,
    /// What it says.
    pub content: Content,
    /// Who wrote on it: none of them reviews it.
    pub writers: BTreeSet<AgentId>,
    /// Who published it, sent it back or withdrew it last.
    pub reviewer: Option<AgentId>,
    /// What was said with the last step.
    pub note: Option<String>,
    /// When it last changed.
    pub at: Timestamp,
}

/// An article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Article {
    /// Its id.
    pub id: ArticleId,
    /// Who began it; a private one is his alone.
    pub writer: AgentId,
    /// The ticket that it was made of (E7).
    pub source: Option<TicketId>,
    /// The version that is worked on, or was last.
    pub newest: Version,
    /// The version that is live while the newest is not.
    pub former: Option<Version>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
    /// For optimistic locking.
    pub version: u64,
}

/// Why an article cannot stand so, or a step cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArticleFault {
    /// A word of a table that is none.
    #[error("`{0}` is none of them")]
    NoSuchWord(String),
    /// It has no text in any language.
    #[error("an article has a text in `zh-CN`, in `en` or in both")]
    NoText,
    /// A title or body is empty or too long.
    #[error("`{field}` of `{language}` has 1 to {max} characters")]
    BadText {
        /// `title` or `body`.
        field: &'static str,
        /// Of which language.
        language: &'static str,
        /// In characters.
        max: usize,
    },
    /// The category is empty or too long.
    #[error("a category has 1 to {CATEGORY_CHARS_MAX} characters")]
    Category,
    /// A step that needs a word why came without, or with too long a one.
    #[error("`{0}` needs a note of 1 to {NOTE_CHARS_MAX} characters")]
    Note(&'static str),
    /// The step is none from where the version stands.
    #[error("`{step}` is no step for a version that is `{status}`")]
    NotAllowed {
        /// The step.
        step: &'static str,
        /// Where the version stands.
        status: &'static str,
    },
    /// Only a draft is written on.
    #[error("only a draft is changed: this version is `{0}`")]
    NoDraft(&'static str),
    /// Whoever wrote it does not review it.
    #[error("who wrote on a version does not review it: somebody else has to")]
    FourEyes,
    /// It is somebody else's to do.
    #[error("that is for its writers, or for who reviews")]
    NotYours,
    /// A private article is for its writer.
    #[error(
        "a private article is read by its writer alone and published by nobody: make it `internal` or `public` first"
    )]
    Private,
    /// What colleagues read, or somebody else began, does not become private.
    #[error("an article becomes private only by who began it, and only while it is not live")]
    NotPrivate,
    /// It still names the customer of the ticket that it was made of.
    #[error("the text still holds what identifies the customer of its ticket: {0}")]
    Personal(String),
    /// A13: the ticket that it was made of is for few to read.
    #[error("the ticket that it was made of is sensitive: no article is made of it")]
    Sensitive,
}

impl Content {
    /// Bounds of all that people write.
    pub fn check(&self) -> Result<(), ArticleFault> {
        if self.texts.is_empty() {
            return Err(ArticleFault::NoText);
        }
        for (language, text) in &self.texts {
            let language = language.tag();
            let one_line = !text.title.chars().any(char::is_control);
            for (field, text, max, is_formed) in [
                ("title", &text.title, TITLE_CHARS_MAX, one_line),
                ("body", &text.body, BODY_CHARS_MAX, true),
            ] {
                if text.trim().is_empty() || text.chars().count() > max || !is_formed {
                    return Err(ArticleFault::BadText {
                        field,
                        language,
                        max,
                    });
                }
            }
        }
        let category = self.category.as_deref().unwrap_or("none").chars().count();
        if !(1..=CATEGORY_CHARS_MAX).contains(&category) {
            return Err(ArticleFault::Category);
        }
        Ok(())
    }
}

impl Version {
    fn draft(number: u32, content: Content, writer: AgentId, at: Timestamp) -> Self {
        Self {
            number,
            status: Status::Draft,
            content,
            writers: [writer].into(),
            reviewer: None,
            note: None,
            at,
        }
    }
}

impl Article {
    /// Begins as a draft.
    pub fn begin(
        id: ArticleId,
        content: Content,
        source: Option<TicketId>,
        writer: AgentId,
        at: Timestamp,
    ) -> Result<Self, ArticleFault> {
        content.check()?;
        Ok(Self {
            id,
            writer,
            source,
            newest: Version::draft(1, content, writer, at),
            former: None,
            created_at: at,
            updated_at: at,
            version: 1,
        })
    }

    /// The version that readers see.
    pub fn live(&self) -> Option<&Version> {
        match self.newest.status {
            Status::Published => Some(&self.newest),
            Status::Draft
            | Status::Review
            | Status::Withdrawn
            | Status::Replaced
            | Status::Discarded => self.former.as_ref(),
        }
    }

    /// Whether somebody may read a version of it: all who work here the live one, writers and reviewers the others, and a private
    /// one its writer.
    pub fn may_read(&self, version: &Version, by: By) -> bool {
        match version.content.visibility {
            Visibility::Private => by.agent == self.writer,
            Visibility::Public | Visibility::Internal => {
                version.status == Status::Published
                    || by.reviews
                    || version.writers.contains(&by.agent)
            }
        }
    }

    /// Writes on the draft. Whoever does is one of its writers from then on. Gives whether anything is other than it was.
    pub fn write(
        &mut self,
        content: Content,
        by: By,
        now: Timestamp,
    ) -> Result<bool, ArticleFault> {
        if !self.may_read(&self.newest, by) {
            return Err(ArticleFault::NotYours);
        }
        if self.newest.status != Status::Draft {
            return Err(ArticleFault::NoDraft(self.newest.status.word()));
        }
        content.check()?;
        let becomes_private = content.visibility == Visibility::Private
            && self.newest.content.visibility != Visibility::Private;
        if becomes_private && (by.agent != self.writer || self.former.is_some()) {
            return Err(ArticleFault::NotPrivate);
        }
        if content == self.newest.content {
            return Ok(false);
        }
        self.newest.content = content;
        self.newest.writers.insert(by.agent);
        self.newest.at = now;
        self.change(now);
        Ok(true)
    }

    /// Takes a step of the table; gives a version that ended by it and is neither the newest nor live any more.
    pub fn take(
        &mut self,
        step: Step,
        note: Option<String>,
        by: By,
        now: Timestamp,
    ) -> Result<Option<Version>, ArticleFault> {
        let row = step.row();
        let note = note
            .map(|note| note.trim().to_owned())
            .filter(|note| !note.is_empty());
        let on = if row.is_of_live {
            self.live()
        } else {
            Some(&self.newest)
        };
        let status = on.map_or(self.newest.status, |version| version.status);
        let Some(version) = on.filter(|version| row.from.contains(&version.status)) else {
            return Err(ArticleFault::NotAllowed {
                step: row.word,
                status: status.word(),
            });
        };
        row.who.check(self, version, by)?;
        let length = note.as_deref().map_or(0, |note| note.chars().count());
        if length > NOTE_CHARS_MAX || (row.needs_note && length == 0) {
            return Err(ArticleFault::Note(row.word));
        }
        if step == Step::Submit && version.content.visibility == Visibility::Private {
            return Err(ArticleFault::Private);
        }
        let ended = self.moved(step, note, by, now);
        self.change(now);
        Ok(ended)
    }

    /// What a step that may be taken does.
    fn moved(
        &mut self,
        step: Step,
        note: Option<String>,
        by: By,
        now: Timestamp,
    ) -> Option<Version> {
        let row = step.row();
        if step == Step::Revise {
            let content = self.live().unwrap_or(&self.newest).content.clone();
            let next = Version::draft(self.newest.number + 1, content, by.agent, now);
            let last = std::mem::replace(&mut self.newest, next);
            if last.status == Status::Published {
                self.former = Some(last);
            }
            return None;
        }
        let is_former = row.is_of_live && self.newest.status != Status::Published;
        let version = match self.former.as_mut().filter(|_| is_former) {
            Some(former) => former,
            None => &mut self.newest,
        };
        version.status = row.to;
        version.note = note;
        version.at = now;
        if row.is_review {
            version.reviewer = Some(by.agent);
        }
        match step {
            Step::Publish => self.former.take().map(|former| Version {
                status: Status::Replaced,
                at: now,
                ..former
            }),
            Step::Withdraw if is_former => self.former.take(),
            Step::Withdraw
            | Step::Submit
            | Step::Recall
            | Step::Return
            | Step::Revise
            | Step::Discard => None,
        }
    }

    fn change(&mut self, now: Timestamp) {
        self.updated_at = now;
        self.version += 1;
    }
}

#[cfg(test)]
mod tests;
