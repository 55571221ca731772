//! Customers found by what people type: a name in characters, pinyin or initials, the end of a number, a reference.

use model::{AgentId, CustomerId};
use sqlx::FromRow;

use super::row::{COLUMNS, Row};
use super::{CustomerRecord, phone};
use crate::Database;
use crate::column::{big, count};
use crate::database::Statement;
use crate::error::Result;
use crate::page::{Page, PageRequest};
use crate::term;

/// Fewest digits of the end of a number that are looked for.
const TAIL_MIN: usize = 4;
/// Longest question, in characters.
const QUESTION_CHARS_MAX: usize = 120;

/// Which customers; `None` asks for all. Merged ones are never among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerSearch {
    /// A name, the last four digits or more of a number, or an external reference.
    pub text: Option<String>,
    /// With exactly this external reference.
    pub external_ref: Option<String>,
    /// Of this organisation, and of those that were merged into it (F9).
    pub organisation: Option<CustomerId>,
    /// Looked after by this agent.
    pub owner: Option<AgentId>,
    /// Whether those are among them who are no customers any more.
    pub with_inactive: bool,
}

#[derive(FromRow)]
struct Id {
    id: i64,
}

impl Database {
    /// Customers, the last added first.
    pub async fn customers(
        &self,
        search: &CustomerSearch,
        page: PageRequest,
    ) -> Result<Page<CustomerRecord>> {
        let mut query =
            Statement::new("SELECT c.id FROM customer c WHERE c.merged_into_id IS NULL");
        if !search.with_inactive {
            query.push(" AND c.is_active = 1");
        }
        if let Some(after) = page.after {
            query.push(" AND c.id < ").push_bind(big(after));
        }
        if let Some(reference) = &search.external_ref {
            query
                .push(" AND c.external_ref = ")
                .push_bind(reference.as_str());
        }
        if let Some(organisation) = search.organisation {
            query
                .push(" AND c.organisation_id IN (SELECT id FROM customer WHERE id = ")
                .push_bind(big(organisation.get()))
                .push(" OR merged_into_id = ")
                .push_bind(big(organisation.get()))
                .push(")");
        }
        if let Some(owner) = search.owner {
            query
                .push(" AND c.owner_agent_id = ")
                .push_bind(big(owner.get()));
        }
        if let Some(text) = &search.text {
            let text: String = text.trim().chars().take(QUESTION_CHARS_MAX).collect();
            query.push(" AND c.id IN (");
            self.push_text(&mut query, &text);
            query.push(")");
        }
        query
            .push(" ORDER BY c.id DESC LIMIT ")
            .push_bind(page.rows() as i64 + 1);
        let mut conn = self.readers().acquire().await?;
        let ids: Vec<Id> = query.build_query_as().fetch_all(&mut *conn).await?;
        let found = Page::cut(ids, page, |row| count(row.id));
        let mut items = Vec::new();
        for Id { id } in found.items {
            let text = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE c.id = $1"));
            let row: Option<Row> = sqlx::query_as(text)
                .bind(id)
                .fetch_optional(&mut *conn)
                .await?;
            if let Some(row) = row {
                items.push(row.read(&mut conn).await?);
            }
        }
        Ok(Page {
            items,
            next: found.next,
        })
    }

    /// Ids of those whom a text finds. INTERSECT stands before UNION: the databases differ in which binds more tightly.
    fn push_text(&self, query: &mut Statement, text: &str) {
        let asked = term::of_question(text);
        for (place, asked) in asked.iter().enumerate() {
            if place > 0 {
                query.push(" INTERSECT ");
            }
            query.push("SELECT customer_id FROM customer_term WHERE ");
            asked.push(query);
        }
        if !asked.is_empty() {
            query.push(" UNION ");
        }
        query
            .push("SELECT id FROM customer WHERE external_ref = ")
            .push_bind(text);
        let key = self.plan().written_down(text).number.key;
        query
            .push(" UNION SELECT customer_id FROM customer_number WHERE number_key = ")
            .push_bind(key.as_str());
        let digits = phone::tail(text);
        let is_number = text.chars().all(|c| !c.is_alphabetic());
        if is_number && digits.len() >= TAIL_MIN {
            query.push(" UNION ");
            query
                .push("SELECT customer_id FROM customer_number WHERE tail >= ")
                .push_bind(digits.as_str())
                .push(" AND tail < ")
                // What stands behind the figures.
                .push_bind(format!("{digits}:"));
        }
    }
}
