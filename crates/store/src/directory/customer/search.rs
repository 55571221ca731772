//! Customers found by what people type: a name in characters, pinyin or initials, the end of a number, a reference.

use model::{AgentId, CustomerId};
use sqlx::FromRow;

use super::{CustomerRecord, phone, row};
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
        let mut conn = self.readers().acquire().await?;
        let mut query = Statement::new("SELECT c.id FROM customer c WHERE ");
        search.push_who(&mut query, page);
        if let Some(text) = &search.text {
            let text: String = text.trim().chars().take(QUESTION_CHARS_MAX).collect();
            let terms = Terms::of(&text, search, COMMON, &mut conn).await?;
            query.push(" AND (");
            terms.push(&mut query, search, page);
            self.push_text(&mut query, &text);
            query.push("))");
        }
        query
            .push(" ORDER BY c.id DESC LIMIT ")
            .push_bind(page.rows() as i64 + 1);
        let ids: Vec<Id> = query.build_query_as().fetch_all(&mut *conn).await?;
        let found = Page::cut(ids, page, |row| count(row.id));
        let ids: Vec<i64> = found.items.into_iter().map(|row| row.id).collect();
        Ok(Page {
            items: row::customers(&mut conn, &ids).await?,
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

impl CustomerSearch {
    /// Whether but a few are asked for, whatever their names are.
    const fn is_narrow(&self) -> bool {
        self.external_ref.is_some() || self.organisation.is_some() || self.owner.is_some()
    }

    /// What it asks of `c`, but for the text.
    fn push_who(&self, query: &mut Statement, page: PageRequest) {
        query.push("c.merged_into_id IS NULL");
        if !self.with_inactive {
            query.push(" AND c.is_active = 1");
        }
        if let Some(after) = page.after {
            query.push(" AND c.id < ").push_bind(big(after));
        }
        if let Some(reference) = &self.external_ref {
            query
                .push(" AND c.external_ref = ")
                .push_bind(reference.as_str());
        }
        if let Some(organisation) = self.organisation {
            query
                .push(" AND c.organisation_id IN (SELECT id FROM customer WHERE id = ")
                .push_bind(big(organisation.get()))
                .push(" OR merged_into_id = ")
                .push_bind(big(organisation.get()))
                .push(")");
        }
        if let Some(owner) = self.owner {
            query
                .push(" AND c.owner_agent_id = ")
                .push_bind(big(owner.get()));
        }
    }
}

/// What is asked of names.
struct Terms {
    asked: Vec<Asked>,
    way: Way,
}

/// How those are found whose names have all terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Nothing is asked of names.
    None,
    /// Few have this term, which is no whole one, or but a few customers are asked for: all who have it are gone through.
    Few(usize),
    /// Of those who have this term, which is whole, the last added are gone through until a page is full.
    Newest(usize),
    /// Many have each: the last added customers are gone through.
    Customers,
}

impl Way {
    /// The term whose customers are gone through.
    const fn term(self) -> Option<usize> {
        match self {
            Self::None | Self::Customers => None,
            Self::Few(place) | Self::Newest(place) => Some(place),
        }
    }
}

/// What is common.
struct Common {
    /// As few are gone through all.
    few: i64,
    /// So many are counted, to find which of common terms is the rarest.
    counted: i64,
}

const COMMON: Common = Common {
    few: 2_000,
    counted: 5_000,
};

impl Terms {
    async fn of(
        text: &str,
        search: &CustomerSearch,
        common: Common,
        conn: &mut Connection,
    ) -> Result<Self> {
        let asked = term::of_question(text);
        let mut way = match asked.is_empty() {
            true => Way::None,
            false => Way::Customers,
        };
        let mut least = i64::MAX;
        for (place, term) in asked.iter().enumerate() {
            let most = match term {
                Asked::Whole(_) => common.counted,
                Asked::Begins(_) => common.few,
            };
            let mut query = Statement::new(
                "SELECT COUNT(*) AS id FROM (SELECT customer_id FROM customer_term WHERE ",
            );
            term.push(&mut query);
            query.push(" LIMIT ").push_bind(most + 1).push(") f");
            let many: Id = query.build_query_as().fetch_one(&mut *conn).await?;
            let is_ordered = matches!(term, Asked::Whole(_)) && !search.is_narrow();
            if many.id <= common.few {
                way = match is_ordered {
                    true => Way::Newest(place),
                    false => Way::Few(place),
                };
                break;
            }
            if is_ordered && many.id < least {
                (way, least) = (Way::Newest(place), many.id);
            }
        }
        Ok(Self { asked, way })
    }

    /// The condition, up to `c.id IN (` and what other ids follow.
    fn push(&self, query: &mut Statement, search: &CustomerSearch, page: PageRequest) {
        if self.way == Way::Customers {
            query.push("(");
            for (place, term) in self.asked.iter().enumerate() {
                query.push(if place == 0 { "" } else { " AND " });
                has(query, "c.id", term);
            }
            query.push(") OR ");
        }
        query.push("c.id IN (");
        let Some(through) = self.way.term().and_then(|place| self.asked.get(place)) else {
            return;
        };
        query.push("SELECT n.customer_id FROM (SELECT r.customer_id FROM customer_term r WHERE r.");
        through.push(query);
        let is_newest = matches!(self.way, Way::Newest(_));
        if let Some(after) = page.after.filter(|_| is_newest) {
            query.push(" AND r.customer_id < ").push_bind(big(after));
        }
        // The terms first, which are in memory, whatever a planner thinks of it: most of those who have one of them have not the others.
        query.push(" AND CASE WHEN 1 = 1");
        for term in self.asked.iter().filter(|term| *term != through) {
            query.push(" AND ");
            has(query, "r.customer_id", term);
        }
        query.push(" THEN ");
        if is_newest {
            query.push("0 < (SELECT COUNT(*) FROM customer c WHERE c.id = r.customer_id AND ");
            search.push_who(query, page);
            query
                .push(") ELSE 1 = 0 END ORDER BY r.customer_id DESC LIMIT ")
                .push_bind(page.rows() as i64 + 1);
        } else {
            query.push("1 = 1 ELSE 1 = 0 END");
        }
        query.push(") n UNION ");
    }
}

/// Whether the name of that customer has a term. A count, and no `EXISTS`: of that PostgreSQL would gather all who have the term, before it
/// goes through the last added ones.
fn has(query: &mut Statement, customer: &'static str, asked: &Asked) {
    query
        .push("0 < (SELECT COUNT(*) FROM customer_term o WHERE o.customer_id = ")
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
    use crate::{Address, CustomerChange, NewCustomer, places};

    /// The second has an external reference, the last is no customer any more.
    const NAMES: [&str; 6] = ["王伟", "王小明", "李伟", "欧阳伟", "王小伟", "陈伟"];

    async fn house(address: &Address) -> Database {
        let database = Database::open_at(address, "CN").await.unwrap();
        let at = Timestamp::from_ms(1);
        for (place, name) in NAMES.into_iter().enumerate() {
            let new = NewCustomer {
                name: name.to_owned(),
                external_ref: (place == 1).then(|| "x".to_owned()),
                ..NewCustomer::default()
            };
            let added = database.add_customer(new, Actor::System, at).await.unwrap();
            let change = CustomerChange {
                is_active: Some(place + 1 < NAMES.len()),
                ..CustomerChange::default()
            };
            let changed =
                database.change_customer(added.id, added.version, change, Actor::System, at);
            changed.await.unwrap();
        }
        database
    }

    /// All pages, one after another.
    async fn found(
        database: &Database,
        terms: &Terms,
        search: &CustomerSearch,
        limit: u32,
    ) -> Vec<i64> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = PageRequest { after, limit };
            let mut query = Statement::new("SELECT c.id FROM customer c WHERE ");
            search.push_who(&mut query, page);
            query.push(" AND (");
            terms.push(&mut query, search, page);
            query
                .push(
                    "SELECT id FROM customer WHERE external_ref = 'x')) ORDER BY c.id DESC LIMIT ",
                )
                .push_bind(i64::from(limit));
            let ids = query.build_query_as().fetch_all(database.readers());
            let ids: Vec<Id> = ids.await.unwrap();
            all.extend(ids.iter().map(|row| row.id));
            let Some(last) = ids.get(limit as usize - 1) else {
                return all;
            };
            after = Some(count(last.id));
        }
    }

    /// However many have a term, and whichever way is gone, the same are found.
    #[tokio::test]
    async fn each_way_finds_the_same() {
        for empty in places::both().await {
            let database = house(&empty.address).await;
            for (text, many) in [
                ("王", 3),
                ("伟", 5),
                ("wang w", 2),
                ("w", 4),
                ("王 伟", 3),
                ("无", 1),
            ] {
                for with_inactive in [false, true] {
                    let search = CustomerSearch {
                        with_inactive,
                        ..CustomerSearch::default()
                    };
                    let mut terms = Terms {
                        asked: term::of_question(text),
                        way: Way::Customers,
                    };
                    let expected = found(&database, &terms, &search, 50).await;
                    let gone = usize::from(with_inactive && text == "伟");
                    assert!(expected.len() >= many + gone, "{text}: {expected:?}");
                    for place in 0..terms.asked.len() {
                        let is_whole = matches!(terms.asked[place], Asked::Whole(_));
                        let newest = is_whole.then_some(Way::Newest(place));
                        for way in [Way::Few(place)].into_iter().chain(newest) {
                            terms.way = way;
                            for limit in [1, 2, 50] {
                                let ids = found(&database, &terms, &search, limit).await;
                                assert_eq!(ids, expected, "{text} {way:?} {limit}");
                            }
                        }
                    }
                }
            }
        }
    }

    /// Of terms that many have the rarest is gone through, and none where but a few customers are asked for.
    #[tokio::test]
    async fn the_way_follows_from_how_many_have_a_term() {
        for empty in places::both().await {
            let database = house(&empty.address).await;
            let mut conn = database.readers().acquire().await.unwrap();
            let narrow = CustomerSearch {
                owner: Some(AgentId::new(1)),
                ..CustomerSearch::default()
            };
            let all = CustomerSearch::default();
            for (text, search, few, way) in [
                ("", &all, 1, Way::None),
                ("?", &all, 1, Way::None),
                ("王伟", &all, 1, Way::Newest(0)),
                ("王伟", &narrow, 1, Way::Few(0)),
                ("王小明", &all, 1, Way::Newest(0)),
                ("wangxiaoming", &all, 1, Way::Few(0)),
                ("王小", &all, 1, Way::Newest(0)),
                // Of five and three.
                ("伟 王", &all, 1, Way::Newest(1)),
                ("伟 王", &all, 4, Way::Newest(1)),
                ("伟 王", &narrow, 4, Way::Few(1)),
                ("伟 王", &narrow, 1, Way::Customers),
                ("wang w", &all, 1, Way::Customers),
                ("王 w", &all, 1, Way::Newest(0)),
            ] {
                let common = Common { few, counted: 10 };
                let terms = Terms::of(text, search, common, &mut conn).await.unwrap();
                assert_eq!(terms.way, way, "{text}: {:?}", terms.asked);
            }
        }
    }
}
