//! Who may be behind a number (F1, F3, F4): candidates with their reasons, and the number itself when nobody is.
//!
//! The certain come first, then who has open tickets, then who was on the line last; the VIP level and the age of the record
//! decide what is left. Inactive and merged customers are never among them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use model::profile::{CANDIDATES_MAX, Candidate};
use model::{AgentId, CallId, CustomerId, E164, Timestamp};

use super::phone::KeyedPhone;
use crate::Database;
use crate::column::{big, count, cut};
use crate::database::Connection;
use crate::error::Result;

/// Longest name of a candidate, in characters.
const NAME_CHARS_MAX: usize = 80;
/// So many owners of a number are looked at: behind a switchboard there may be thousands.
const OWNERS_MAX: i64 = 200;
/// Most open tickets that are counted.
const TICKETS_MAX: i64 = 99;
/// Most calls that are counted.
const CALLS_MAX: i64 = 1_000;

/// So often a customer is followed to who stands for him.
const MERGES_MAX: usize = 16;

/// Id, name, VIP level, whether the number is certainly his and whether many share it, who looks after him.
type Row = (i64, String, i64, i64, i64, Option<i64>, Option<String>);

/// A customer who has the number.
pub(crate) struct Owner {
    pub(crate) candidate: Candidate,
    /// Whether many share the number.
    pub(crate) is_shared: bool,
    /// The agent who looks after this customer, also when he has left.
    pub(crate) agent: Option<AgentId>,
}

/// What is known of a number, with or without a person (F4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberCard {
    /// What it is compared by.
    pub number: String,
    /// In international form, if it has one.
    pub e164: Option<E164>,
    /// Digits that were written behind it; empty without.
    pub extension: String,
    /// Who may be behind it, best first; empty: a number without a person.
    pub candidates: Vec<Candidate>,
    /// Its calls; `None` when it never called and never was called.
    pub calls: Option<Dialogue>,
}

/// The calls of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialogue {
    /// How many, at most 1,000 counted.
    pub count: u64,
    /// The first one, and when.
    pub first: (CallId, Timestamp),
    /// The last one, and when.
    pub last: (CallId, Timestamp),
}

impl Database {
    /// What is known of a number, in any spelling. One that is withheld, or none at all, is nobody's (P10).
    pub async fn number_card(&self, raw: &str) -> Result<NumberCard> {
        let written = self.plan().written_down(raw);
        let mut card = NumberCard {
            number: written.number.key,
            e164: written.number.e164,
            extension: written.extension,
            candidates: Vec::new(),
            calls: None,
        };
        if model::Caller::new(&card.number, None).is_withheld() {
            return Ok(card);
        }
        let mut conn = self.readers().acquire().await?;
        let owners = owners(&mut conn, &card.number).await?;
        card.candidates = owners.into_iter().map(|owner| owner.candidate).collect();
        card.calls = dialogue(&mut conn, &card.number).await?;
        Ok(card)
    }
}

async fn dialogue(conn: &mut Connection, key: &str) -> Result<Option<Dialogue>> {
    let (calls,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT id FROM call_record WHERE peer_key = $1 LIMIT $2) AS few",
    )
    .bind(key)
    .bind(CALLS_MAX)
    .fetch_one(&mut *conn)
    .await?;
    type Row = (i64, i64);
    let first: Option<Row> = sqlx::query_as(
        "SELECT id, started_at FROM call_record WHERE peer_key = $1 ORDER BY id LIMIT 1",
    )
    .bind(key)
    .fetch_optional(&mut *conn)
    .await?;
    let last: Option<Row> = sqlx::query_as(
        "SELECT id, started_at FROM call_record WHERE peer_key = $1 ORDER BY id DESC LIMIT 1",
    )
    .bind(key)
    .fetch_optional(conn)
    .await?;
    let call = |(id, at): Row| (CallId::new(count(id)), Timestamp::from_ms(at));
    Ok(first.zip(last).map(|(first, last)| Dialogue {
        count: count(calls),
        first: call(first),
        last: call(last),
    }))
}

/// Who has one of these numbers, best first, each once.
pub(super) async fn of_numbers(
    conn: &mut Connection,
    phones: &[KeyedPhone],
) -> Result<Vec<Candidate>> {
    let mut all: BTreeMap<CustomerId, Candidate> = BTreeMap::new();
    for phone in phones {
        let (key, _) = phone.key();
        for owner in owners(conn, key).await? {
            let candidate = owner.candidate;
            let stands = all.get(&candidate.customer);
            // Certain by one number, he is certain.
            if stands.is_none_or(|stands| !stands.is_certain()) {
                all.insert(candidate.customer, candidate);
            }
        }
    }
    let mut all: Vec<Candidate> = all.into_values().collect();
    all.sort_by_key(|one| {
        let last = one.last_contact.map_or(i64::MIN, Timestamp::as_ms);
        Reverse((one.is_certain(), one.open_tickets > 0, last))
    });
    Ok(all)
}

/// Best first, at most [`CANDIDATES_MAX`].
pub(crate) async fn owners(conn: &mut Connection, key: &str) -> Result<Vec<Owner>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT c.id, c.display_name, c.vip_level, CAST(MAX(CASE p.confidence WHEN 'known' THEN 1 ELSE 0 END) AS BIGINT) AS certain,
           MAX(p.is_shared) AS shared, c.owner_agent_id, c.external_ref
         FROM customer_number p JOIN customer c ON c.id = p.customer_id
         WHERE p.number_key = $1 AND c.is_active = 1 AND c.merged_into_id IS NULL
         GROUP BY c.id, c.display_name, c.vip_level, c.owner_agent_id, c.external_ref
         ORDER BY certain DESC, c.vip_level DESC, c.id LIMIT $2",
    )
    .bind(key)
    .bind(OWNERS_MAX)
    .fetch_all(&mut *conn)
    .await?;
    let mut owners = Vec::new();
    for row in rows {
        owners.push(read(conn, row).await?);
    }
    // Those alike stand as they were read: by VIP level, then the one who is known longest.
    owners.sort_by_key(|owner| {
        let one = &owner.candidate;
        let last = one.last_contact.map_or(i64::MIN, Timestamp::as_ms);
        std::cmp::Reverse((one.is_certain(), one.open_tickets > 0, last))
    });
    owners.truncate(CANDIDATES_MAX);
    Ok(owners)
}

/// The customer of this external reference, or who stands for him; nobody who is inactive (G6).
pub(crate) async fn owner_of_account(
    conn: &mut Connection,
    account: &str,
) -> Result<Option<Owner>> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT id FROM customer WHERE external_ref = $1")
        .bind(account)
        .fetch_optional(&mut *conn)
        .await?;
    match row {
        Some((id,)) => owner(conn, CustomerId::new(count(id))).await,
        None => Ok(None),
    }
}

/// A customer, or who stands for him since he was merged (F9); nobody who is inactive.
pub(crate) async fn owner(conn: &mut Connection, customer: CustomerId) -> Result<Option<Owner>> {
    type Found = (
        i64,
        String,
        i64,
        Option<i64>,
        Option<String>,
        i64,
        Option<i64>,
    );
    let mut id = big(customer.get());
    for _ in 0..MERGES_MAX {
        let found: Option<Found> = sqlx::query_as(
            "SELECT id, display_name, vip_level, owner_agent_id, external_ref, is_active, merged_into_id FROM customer WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&mut *conn)
        .await?;
        match found {
            Some((.., Some(into))) => id = into,
            Some((id, name, vip_level, agent, external_ref, 1, None)) => {
                let row = (id, name, vip_level, 1, 0, agent, external_ref);
                return Ok(Some(read(conn, row).await?));
            }
            Some(_) | None => return Ok(None),
        }
    }
    Ok(None)
}

/// With what is open of him, and when he was last on the line.
async fn read(
    conn: &mut Connection,
    (id, name, vip_level, certain, shared, agent, external_ref): Row,
) -> Result<Owner> {
    let (open_tickets, last_contact) = contact(conn, id).await?;
    let confidence = match certain != 0 {
        true => model::profile::KNOWN,
        false => model::profile::MAYBE,
    };
    Ok(Owner {
        candidate: Candidate {
            customer: CustomerId::new(count(id)),
            name: cut(&name, NAME_CHARS_MAX),
            vip_level: u8::try_from(vip_level).unwrap_or(0),
            confidence: confidence.to_owned(),
            why: "number".to_owned(),
            open_tickets,
            last_contact,
            external_ref,
        },
        is_shared: shared != 0,
        agent: agent.map(|id| AgentId::new(count(id))),
    })
}

/// How many tickets of a customer are open, and when he was last on the line; those who were merged into him are he (F9).
async fn contact(conn: &mut Connection, customer: i64) -> Result<(u32, Option<Timestamp>)> {
    let (open,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT id FROM ticket
           WHERE customer_id IN (SELECT id FROM customer WHERE id = $1 OR merged_into_id = $1)
             AND is_open = 1 AND for_leads = 0 LIMIT $2) AS few",
    )
    .bind(customer)
    .bind(TICKETS_MAX)
    .fetch_one(&mut *conn)
    .await?;
    // The last call of each, along the index, and not all of all.
    let (last,): (Option<i64>,) = sqlx::query_as(
        "SELECT MAX(latest.moment) FROM (SELECT (SELECT r.started_at FROM call_record r
             WHERE r.customer_id = c.id AND r.ended_at IS NOT NULL
             ORDER BY r.started_at DESC, r.id DESC LIMIT 1) AS moment
           FROM customer c WHERE c.id = $1 OR c.merged_into_id = $1) AS latest",
    )
    .bind(customer)
    .fetch_one(conn)
    .await?;
    let last = last.map(Timestamp::from_ms);
    Ok((u32::try_from(open).unwrap_or(0), last))
}
