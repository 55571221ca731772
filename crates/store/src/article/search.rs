//! Articles found by what people type, and lists for who writes and reviews.

use knowledge::{By, Language, Status, Version, Visibility};
use model::{AgentId, ArticleId};
use sqlx::FromRow;

use super::row;
use super::usefulness::{self, Usefulness};
use crate::Database;
use crate::column::{big, count};
use crate::database::Statement;
use crate::error::Result;
use crate::page::{Page, PageRequest};
use crate::term;

/// Longest question, in characters.
const QUESTION_CHARS_MAX: usize = 120;

/// Which articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticleFilter {
    /// Where the version stands that is shown: published ones are for all, others for who may read them.
    pub status: Status,
    /// A title in characters, pinyin or initials.
    pub text: Option<String>,
    /// About this.
    pub category: Option<String>,
    /// For these readers.
    pub visibility: Option<Visibility>,
    /// With a text in this language.
    pub language: Option<Language>,
    /// With this clip.
    pub clip: Option<u32>,
    /// On which this agent wrote.
    pub writer: Option<AgentId>,
}

/// An article in a list: the version that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which article.
    pub id: ArticleId,
    /// The version.
    pub version: Version,
    /// Of what use it was.
    pub usefulness: Usefulness,
}

#[derive(FromRow)]
struct Key {
    article_id: i64,
    number: i64,
}

impl Database {
    /// Articles, the last begun first, as far as somebody may read them.
    pub async fn articles(
        &self,
        filter: &ArticleFilter,
        by: By,
        page: PageRequest,
    ) -> Result<Page<Listed>> {
        let mut query = filter.query(by, page);
        let mut conn = self.readers().acquire().await?;
        let keys: Vec<Key> = query.build_query_as().fetch_all(&mut *conn).await?;
        let found = Page::cut(keys, page, |key| count(key.article_id));
        let mut items = Vec::with_capacity(found.items.len());
        for key in found.items {
            let id = ArticleId::new(count(key.article_id));
            if let Some(version) = row::version(&mut conn, id, key.number).await? {
                let usefulness = usefulness::of(&mut conn, id).await?;
                items.push(Listed {
                    id,
                    version,
                    usefulness,
                });
            }
        }
        Ok(Page {
            items,
            next: found.next,
        })
    }
}

impl ArticleFilter {
    fn query(&self, by: By, page: PageRequest) -> Statement {
        let mut query = Statement::new(
            "SELECT v.article_id, v.number FROM article_version v JOIN article a ON a.id = v.article_id
             WHERE (v.number = a.newest OR v.number = a.live) AND v.status = ",
        );
        query.push_bind(self.status.word());
        if let Some(after) = page.after {
            query.push(" AND v.article_id < ").push_bind(big(after));
        }
        if let Some(category) = &self.category {
            query
                .push(" AND v.category = ")
                .push_bind(category.as_str());
        }
        if let Some(visibility) = self.visibility {
            query
                .push(" AND v.visibility = ")
                .push_bind(visibility.word());
        }
        if let Some(clip) = self.clip {
            query.push(" AND v.clip = ").push_bind(i64::from(clip));
        }
        if let Some(language) = self.language {
            query
                .push(" AND EXISTS (SELECT 1 FROM article_text t WHERE t.article_id = v.article_id AND t.number = v.number AND t.language = ")
                .push_bind(language.tag())
                .push(")");
        }
        if let Some(writer) = self.writer {
            push_writer(&mut query, writer);
        }
        self.narrow(&mut query, by);
        if let Some(text) = &self.text {
            push_text(&mut query, text);
        }
        query
            .push(" ORDER BY v.article_id DESC LIMIT ")
            .push_bind(page.rows() as i64 + 1);
        query
    }

    /// [`knowledge::Article::may_read`] for lists.
    fn narrow(&self, query: &mut Statement, by: By) {
        query
            .push(" AND (v.visibility <> 'private' OR a.writer_id = ")
            .push_bind(big(by.agent.get()))
            .push(")");
        if self.status != Status::Published && !by.reviews {
            push_writer(query, by.agent);
        }
    }
}

fn push_writer(query: &mut Statement, writer: AgentId) {
    query
        .push(" AND EXISTS (SELECT 1 FROM article_writer w WHERE w.article_id = v.article_id AND w.number = v.number AND w.agent_id = ")
        .push_bind(big(writer.get()))
        .push(")");
}

/// Versions whose titles hold all terms of a question; one without a letter finds nothing.
fn push_text(query: &mut Statement, text: &str) {
    let text: String = text.trim().chars().take(QUESTION_CHARS_MAX).collect();
    let asked = term::of_question(&text);
    if asked.is_empty() {
        query.push(" AND 1 = 0");
    }
    for asked in asked {
        query.push(" AND EXISTS (SELECT 1 FROM article_term t WHERE t.article_id = v.article_id AND t.number = v.number AND ");
        asked.push(query);
        query.push(")");
    }
}
