//! An article as the API tells it and takes it.

use std::collections::BTreeMap;

use knowledge::{
    Article, By, Content, Kind, Language, Replaced, Status, Step, Text, Version, Visibility,
};
use model::{AgentId, ArticleId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{ArticleRecord, Listed, UsedIn, Usefulness};
use utoipa::ToSchema;

/// Characters of a body that a list shows.
const EXCERPT_CHARS: usize = 200;

/// The words of an article in one language.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArticleText {
    /// One line of 1 to 120 characters.
    pub title: String,
    /// 1 to 20,000 characters.
    pub body: String,
}

/// What an article is to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArticleWanted {
    /// By language: `zh-CN`, `en` or both.
    #[schema(value_type = BTreeMap<String, ArticleText>)]
    pub texts: BTreeMap<Language, ArticleText>,
    /// `public`: callers may be told it; `internal` (the default): for those who work here; `private`: for its writer alone.
    #[serde(default = "internal")]
    #[schema(value_type = Option<String>)]
    pub visibility: Visibility,
    /// What of the service catalogue it is about.
    #[serde(default)]
    pub category: Option<String>,
    /// The number of the clip that says it to a caller.
    #[serde(default)]
    pub clip: Option<u32>,
}

/// Of which ticket an article is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArticleOfTicket {
    /// The ticket.
    #[schema(value_type = String)]
    pub ticket: TicketId,
    /// The language in which it is written: `zh-CN` or `en`.
    #[schema(value_type = String)]
    pub language: Language,
}

/// A step of an article.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepWanted {
    /// `submit`, `recall`, `return`, `publish`, `revise`, `withdraw` or `discard`.
    #[schema(value_type = String)]
    pub step: Step,
    /// Why, at most 1,000 characters; `return` and `withdraw` need it.
    #[serde(default)]
    pub note: Option<String>,
}

/// Whether an article was of use.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoteWanted {
    /// It was, or it was not.
    pub useful: bool,
}

/// A version of an article.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleVersion {
    /// From 1, without gaps.
    pub number: u32,
    /// `draft`, `review`, `published`, `withdrawn`, `replaced` or `discarded`.
    #[schema(value_type = String)]
    pub status: Status,
    /// By language.
    #[schema(value_type = BTreeMap<String, ArticleText>)]
    pub texts: BTreeMap<&'static str, ArticleText>,
    /// `public`, `internal` or `private`.
    #[schema(value_type = String)]
    pub visibility: Visibility,
    /// What of the service catalogue it is about.
    pub category: Option<String>,
    /// The number of the clip that says it to a caller.
    pub clip: Option<u32>,
    /// Who wrote on it.
    #[schema(value_type = Vec<String>)]
    pub writers: Vec<AgentId>,
    /// Who published it, sent it back or withdrew it last.
    #[schema(value_type = Option<String>)]
    pub reviewer: Option<AgentId>,
    /// What was said with the last step.
    pub note: Option<String>,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// An article.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleBody {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ArticleId,
    /// Who began it.
    #[schema(value_type = String)]
    pub writer: AgentId,
    /// The ticket that it was made of.
    #[schema(value_type = Option<String>)]
    pub source_ticket: Option<TicketId>,
    /// The version that readers see; `null`: none.
    pub live: Option<ArticleVersion>,
    /// The version that is worked on, or was last; `null` for who may not read it.
    pub newest: Option<ArticleVersion>,
    /// Those to whom it was of use.
    pub useful: u64,
    /// Those to whom it was not.
    pub useless: u64,
    /// The tickets that name it as what solved them.
    pub used: u64,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When anything about it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// The version for `If-Match`, also in `ETag`.
    pub version: u64,
}

/// An article in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedArticle {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ArticleId,
    /// The version that was asked for; of bodies the first 200 characters.
    pub shown: ArticleVersion,
    /// Those to whom it was of use.
    pub useful: u64,
    /// Those to whom it was not.
    pub useless: u64,
    /// The tickets that name it as what solved them.
    pub used: u64,
}

/// A text of a ticket that is not in the article that was made of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplacedBody {
    /// `name`, `number`, `contact` or `reference`.
    #[schema(value_type = String)]
    pub kind: Kind,
    /// As it stood.
    pub text: String,
    /// What stands there instead.
    pub by: &'static str,
    /// How often.
    pub times: u32,
}

/// An article that was made of a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleMade {
    /// The draft.
    pub article: ArticleBody,
    /// What was taken out of the ticket's words; it is kept nowhere.
    pub replaced: Vec<ReplacedBody>,
}

/// A ticket that names an article.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsedInBody {
    /// The ticket.
    #[schema(value_type = String)]
    pub ticket: TicketId,
    /// The article.
    #[schema(value_type = String)]
    pub article: ArticleId,
    /// Who said so.
    #[schema(value_type = String)]
    pub agent: AgentId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

const fn internal() -> Visibility {
    Visibility::Internal
}

impl From<ArticleWanted> for Content {
    fn from(wanted: ArticleWanted) -> Self {
        let text = |(language, ArticleText { title, body }): (Language, ArticleText)| {
            let title = title.trim().to_owned();
            (language, Text { title, body })
        };
        Self {
            texts: wanted.texts.into_iter().map(text).collect(),
            visibility: wanted.visibility,
            category: wanted.category,
            clip: wanted.clip,
        }
    }
}

impl From<Version> for ArticleVersion {
    fn from(version: Version) -> Self {
        let content = version.content;
        let text = |(language, Text { title, body }): (Language, Text)| {
            (language.tag(), ArticleText { title, body })
        };
        Self {
            number: version.number,
            status: version.status,
            texts: content.texts.into_iter().map(text).collect(),
            visibility: content.visibility,
            category: content.category,
            clip: content.clip,
            writers: version.writers.into_iter().collect(),
            reviewer: version.reviewer,
            note: version.note,
            at: version.at,
        }
    }
}

impl ArticleBody {
    /// As far as somebody may read it; `None`: it is not there for him.
    pub(super) fn of(record: ArticleRecord, by: By) -> Option<Self> {
        let ArticleRecord {
            article,
            usefulness:
                Usefulness {
                    useful,
                    useless,
                    used,
                },
        } = record;
        let readable = |it: &Version| article.may_read(it, by).then(|| it.clone().into());
        let live: Option<ArticleVersion> = article.live().and_then(readable);
        let newest: Option<ArticleVersion> = readable(&article.newest);
        if live.is_none() && newest.is_none() {
            return None;
        }
        let Article {
            id,
            writer,
            source,
            created_at,
            updated_at,
            version,
            ..
        } = article;
        Some(Self {
            id,
            writer,
            source_ticket: source,
            live,
            newest,
            useful,
            useless,
            used,
            created_at,
            updated_at,
            version,
        })
    }
}

impl From<Listed> for ListedArticle {
    fn from(listed: Listed) -> Self {
        let mut shown = ArticleVersion::from(listed.version);
        for text in shown.texts.values_mut() {
            text.body = text.body.chars().take(EXCERPT_CHARS).collect();
        }
        let Usefulness {
            useful,
            useless,
            used,
        } = listed.usefulness;
        Self {
            id: listed.id,
            shown,
            useful,
            useless,
            used,
        }
    }
}

impl From<Replaced> for ReplacedBody {
    fn from(replaced: Replaced) -> Self {
        Self {
            kind: replaced.kind,
            text: replaced.text,
            by: replaced.by,
            times: replaced.times,
        }
    }
}

impl From<UsedIn> for UsedInBody {
    fn from(used: UsedIn) -> Self {
        Self {
            ticket: used.ticket,
            article: used.article,
            agent: used.agent,
            at: used.at,
        }
    }
}
