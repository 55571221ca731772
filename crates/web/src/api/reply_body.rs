//! A canned reply as the API tells it and takes it (C18).

use std::collections::BTreeMap;

use knowledge::{Language, Reply, Shelf, Wording};
use model::{CallId, CustomerId, ReplyId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A canned reply.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplyBody {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ReplyId,
    /// `personal`, `group` or `house`.
    pub shelf: &'static str,
    /// The group that it is for.
    pub group: Option<String>,
    /// By what it is picked.
    pub name: String,
    /// By language: `zh-CN`, `en`.
    #[schema(value_type = BTreeMap<String, String>)]
    pub texts: BTreeMap<Language, String>,
    /// What of the service catalogue it belongs to.
    pub category: Option<String>,
    /// How often it was used.
    pub used: u64,
    /// When it was used last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub used_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// The version, also in `ETag`.
    pub version: u64,
}

/// What a reply is to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordingWanted {
    /// One line of 1 to 120 characters.
    pub name: String,
    /// By language (`zh-CN`, `en`), each of 1 to 4,000 characters, with variables such as `{customer.name}`; `{{` and `}}` are the signs themselves.
    #[schema(value_type = BTreeMap<String, String>)]
    pub texts: BTreeMap<Language, String>,
    /// What of the service catalogue it belongs to.
    #[serde(default)]
    pub category: Option<String>,
}

/// A reply to be put on a shelf.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyWanted {
    /// `personal` (the default), `group` or `house`.
    #[serde(default)]
    pub shelf: ShelfKind,
    /// With `group`: which.
    #[serde(default)]
    pub group: Option<String>,
    /// One line of 1 to 120 characters.
    pub name: String,
    /// By language (`zh-CN`, `en`), each of 1 to 4,000 characters, with variables such as `{customer.name}`; `{{` and `}}` are the signs themselves.
    #[schema(value_type = BTreeMap<String, String>)]
    pub texts: BTreeMap<Language, String>,
    /// What of the service catalogue it belongs to.
    #[serde(default)]
    pub category: Option<String>,
}

/// Whose a shelf is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShelfKind {
    /// For who wrote it.
    #[default]
    Personal,
    /// For the people of a group.
    Group,
    /// For all.
    House,
}

/// Which replies.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReplyQuery {
    /// On a shelf of this kind: `personal`, `group` or `house`.
    #[serde(rename = "filter[shelf]")]
    #[param(value_type = Option<String>)]
    pub shelf: Option<ShelfKind>,
    /// For this group.
    #[serde(rename = "filter[group]")]
    pub group: Option<String>,
    /// Of this category.
    #[serde(rename = "filter[category]")]
    pub category: Option<String>,
    /// A name in characters, pinyin or initials.
    #[serde(rename = "filter[text]")]
    pub text: Option<String>,
    /// The last id of the page before.
    #[param(value_type = Option<String>)]
    pub after: Option<u64>,
    /// Rows, 1 to 200; 50 when absent.
    pub limit: Option<u32>,
}

/// For what a reply is filled in.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RenderQuery {
    /// A ticket; its customer too, where `customer` names nobody.
    #[param(value_type = Option<String>)]
    pub ticket: Option<TicketId>,
    /// A call.
    #[param(value_type = Option<String>)]
    pub call: Option<CallId>,
    /// A customer.
    #[param(value_type = Option<String>)]
    pub customer: Option<CustomerId>,
    /// `zh-CN` or `en`; without it the customer's language, else that of who asks, as far as there is a text.
    #[param(value_type = Option<String>)]
    pub language: Option<Language>,
}

/// A reply as it is to be said.
#[derive(Debug, Serialize, ToSchema)]
pub struct RenderedBody {
    /// In which language.
    #[schema(value_type = String)]
    pub language: Language,
    /// The text.
    pub text: String,
    /// Variables that nobody could fill in: they stand in the text as they were written.
    pub missing: Vec<&'static str>,
}

/// A variable of replies.
#[derive(Debug, Serialize, ToSchema)]
pub struct VariableBody {
    /// As it is written between braces.
    pub name: &'static str,
    /// What it is, by language.
    #[schema(value_type = BTreeMap<String, String>)]
    pub label: BTreeMap<&'static str, &'static str>,
}

impl From<WordingWanted> for Wording {
    fn from(wanted: WordingWanted) -> Self {
        Self {
            name: wanted.name.trim().to_owned(),
            texts: wanted.texts,
            category: wanted.category,
        }
    }
}

impl From<Reply> for ReplyBody {
    fn from(reply: Reply) -> Self {
        let (shelf, group) = match reply.shelf {
            Shelf::Personal(_) => ("personal", None),
            Shelf::Group(group) => ("group", Some(group)),
            Shelf::House => ("house", None),
        };
        Self {
            id: reply.id,
            shelf,
            group,
            name: reply.wording.name,
            texts: reply.wording.texts,
            category: reply.wording.category,
            used: reply.used,
            used_at: reply.used_at,
            created_at: reply.created_at,
            updated_at: reply.updated_at,
            version: reply.version,
        }
    }
}
