//! Customers found by what people type: a name in characters, pinyin or initials, the end of a number, a reference.

use model::{AgentId, CustomerId};
use sqlx::FromRow;

use super::row::{COLUMNS, Row};
use super::{CustomerRecord, phone};
use crate::Database;
use crate::column::{big, count};
use crate::database::{Connection, Statement};
use crate::error::Result;
use crate::page::{Page, PageRequest};
use crate::term::{self, Asked};

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
        let mut conn = self.readers().acquire().await?;
        if let Some(text) = &search.text {
            let text: String = text.trim().chars().take(QUESTION_CHARS_MAX).collect();
            let asked = Terms::of(&text, &mut conn).await?;
            query.push(" AND (");
            asked.push_common(&mut query);
            query.push("c.id IN (");
            asked.push_rare(&mut query);
            self.push_text(&mut query, &text);
            query.push("))");
        }
        query
            .push(" ORDER BY c.id DESC LIMIT ")
            .push_bind(page.rows() as i64 + 1);
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

    /// Ids of those whom a reference or a number finds.
    fn push_text(&self, query: &mut Statement, text: &str) {
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

/// What is asked of names. Of terms that many have the last added ones are gone through until a page is full; where one is rare, those who
/// have it are.
struct Terms {
    asked: Vec<Asked>,
    /// Which of them few have.
    rare: Option<usize>,
}

impl Terms {
    /// As few are gone through all.
    const FEW: i64 = 2_000;

    async fn of(text: &str, conn: &mut Connection) -> Result<Self> {
        let asked = term::of_question(text);
        for (place, term) in asked.iter().enumerate() {
            let mut query = Statement::new(
                "SELECT COUNT(*) AS id FROM (SELECT customer_id FROM customer_term WHERE ",
            );
            term.push(&mut query);
            query.push(" LIMIT ").push_bind(Self::FEW + 1).push(") f");
            let many: Id = query.build_query_as().fetch_one(&mut *conn).await?;
            if many.id <= Self::FEW {
                let rare = Some(place);
                return Ok(Self { asked, rare });
            }
        }
        Ok(Self { asked, rare: None })
    }

    /// A condition of its own, and `OR`, where all are common.
    fn push_common(&self, query: &mut Statement) {
        if self.rare.is_some() || self.asked.is_empty() {
            return;
        }
        query.push("(");
        if let [term] = self.asked.as_slice() {
            // A count, and no `EXISTS`: of that PostgreSQL would gather all who have the term, before it goes through the last added ones.
            query.push(
                "0 < (SELECT COUNT(*) FROM customer_term o WHERE o.customer_id = c.id AND o.",
            );
            term.push(query);
            query.push(")");
        } else {
            for (place, term) in self.asked.iter().enumerate() {
                query.push(if place == 0 { "" } else { " AND " });
                has(query, "c.id", term);
            }
        }
        query.push(") OR ");
    }

    /// Ids, and `UNION`, where one is rare.
    fn push_rare(&self, query: &mut Statement) {
        let Some(rare) = self.rare.and_then(|place| self.asked.get(place)) else {
            return;
        };
        query.push("SELECT r.customer_id FROM customer_term r WHERE ");
        rare.push(query);
        for term in self.asked.iter().filter(|term| *term != rare) {
            query.push(" AND ");
            has(query, "r.customer_id", term);
        }
        query.push(" UNION ");
    }
}

/// Whether the name of that customer has a term.
fn has(query: &mut Statement, customer: &'static str, asked: &Asked) {
    query
        .push("EXISTS (SELECT 1 FROM customer_term o WHERE o.customer_id = ")
        .push(customer)
        .push(" AND o.");
    asked.push(query);
    query.push(")");
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use ticket::Actor;

    use super::*;
    use crate::NewCustomer;
    use crate::places;

    async fn found(database: &Database, terms: &Terms) -> Vec<i64> {
        let mut query = Statement::new("SELECT c.id FROM customer c WHERE (");
        terms.push_common(&mut query);
        query.push("c.id IN (");
        terms.push_rare(&mut query);
        query.push("SELECT id FROM customer WHERE external_ref = 'x')) ORDER BY c.id");
        let ids: Vec<Id> = query
            .build_query_as()
            .fetch_all(database.readers())
            .await
            .unwrap();
        ids.into_iter().map(|Id { id }| id).collect()
    }

    /// However many have a term, the same are found.
    #[tokio::test]
    async fn rare_terms_and_common_ones_find_the_same() {
        for empty in places::both().await {
            let database = Database::open_at(&empty.address, "CN").await.unwrap();
            for name in ["王伟", "王小明", "李伟", "欧阳伟"] {
                let new = NewCustomer {
                    name: name.to_owned(),
                    ..NewCustomer::default()
                };
                let at = Timestamp::from_ms(1);
                database.add_customer(new, Actor::System, at).await.unwrap();
            }
            for (text, many) in [
                ("王", 1),
                ("伟", 3),
                ("wang w", 1),
                ("w", 2),
                ("王 伟", 1),
                ("无", 0),
            ] {
                let asked = term::of_question(text);
                let common = Terms { asked, rare: None };
                let expected = found(&database, &common).await;
                for rare in 0..common.asked.len() {
                    let asked = common.asked.clone();
                    let rare = Terms {
                        asked,
                        rare: Some(rare),
                    };
                    assert_eq!(found(&database, &rare).await, expected, "{text}");
                }
                assert!(expected.len() >= many, "{text}: {expected:?}");
            }
        }
    }
}
