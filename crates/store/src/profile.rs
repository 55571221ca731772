//! Who calls? The content of a screen pop (P4), in one go.
//!
//! Every list is bounded where it is read, every text is cut, and every look-up stands on an index, so that an answer
//! takes milliseconds however much is stored. A withheld number asks nothing and finds nothing (P10).

use model::profile::{CALLS_MAX, CANDIDATES_MAX, Candidate, OpenTicket, PastCall, TICKETS_MAX};
use model::{AgentId, CallId, Caller, CustomerId, Profile, TicketId, Timestamp};
use ticket::Number;

use crate::Database;
use crate::column::{big, count, cut};
use crate::database::Connection;
use crate::error::Result;
use crate::ties;

/// Longest name in a pop, in characters.
const NAME_CHARS_MAX: usize = 80;
/// Longest subject in a pop, in characters.
const SUBJECT_CHARS_MAX: usize = 120;

impl Database {
    /// What the directory knows of a caller.
    pub async fn profile(&self, caller: &Caller, now: Timestamp) -> Result<Profile> {
        let Some(number) = &caller.number else {
            return Ok(Profile::default());
        };
        let number = self.plan().key(number);
        if number.key.is_empty() {
            return Ok(Profile::default());
        }
        let mut conn = self.readers().acquire().await?;
        let owners = owners(&mut conn, &number.key).await?;
        let first = owners.first().map(|owner| owner.candidate.customer);
        Ok(Profile {
            open_tickets: open_tickets(&mut conn, &number.key, first).await?,
            last_calls: last_calls(&mut conn, &number.key).await?,
            ties: ties::of(&mut conn, &number.key, &owners, now).await?,
            candidates: owners.into_iter().map(|owner| owner.candidate).collect(),
            e164: number.e164,
        })
    }
}

/// A customer who has the number.
pub(crate) struct Owner {
    candidate: Candidate,
    /// Whether many share the number.
    pub(crate) is_shared: bool,
    /// The agent who looks after this customer, also when he has left.
    pub(crate) agent: Option<AgentId>,
}

/// Best first: certain before maybe, then by VIP level, then the one who is known longest.
async fn owners(conn: &mut Connection, key: &str) -> Result<Vec<Owner>> {
    type Row = (i64, String, i64, String, i64, Option<i64>);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT c.id, c.display_name, c.vip_level, p.confidence, p.is_shared, c.owner_agent_id
         FROM customer_phone p JOIN customer c ON c.id = p.customer_id
         WHERE p.number_key = $1
         ORDER BY CASE p.confidence WHEN 'known' THEN 0 ELSE 1 END, c.vip_level DESC, c.id LIMIT $2",
    )
    .bind(key)
    .bind(CANDIDATES_MAX as i64)
    .fetch_all(conn)
    .await?;
    let owner = |(id, name, vip_level, confidence, is_shared, agent): Row| Owner {
        candidate: Candidate {
            customer: CustomerId::new(count(id)),
            name: cut(&name, NAME_CHARS_MAX),
            vip_level: u8::try_from(vip_level).unwrap_or(0),
            confidence,
            why: "number".to_owned(),
        },
        is_shared: is_shared != 0,
        agent: agent.map(|id| AgentId::new(count(id))),
    };
    Ok(rows.into_iter().map(owner).collect())
}

/// Of the number or of the first candidate, most pressing first; none of those that only supervisors see, for agents read a pop.
async fn open_tickets(
    conn: &mut Connection,
    key: &str,
    customer: Option<CustomerId>,
) -> Result<Vec<OpenTicket>> {
    type Row = (i64, String, String, i64, String, i64);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, number, subject, priority, state, urge_count FROM ticket
         WHERE is_open = 1 AND for_leads = 0 AND (contact_key = $1 OR customer_id = $2)
         ORDER BY priority, id DESC LIMIT $3",
    )
    .bind(key)
    .bind(customer.map(|id| big(id.get())))
    .bind(TICKETS_MAX as i64)
    .fetch_all(conn)
    .await?;
    let ticket = |(id, number, subject, priority, state, urges): Row| OpenTicket {
        ticket: TicketId::new(count(id)),
        number: number
            .parse::<Number>()
            .map_or(number, |number| number.to_string()),
        subject: cut(&subject, SUBJECT_CHARS_MAX),
        priority: u8::try_from(priority).unwrap_or(u8::MAX),
        state,
        urges: u32::try_from(urges).unwrap_or(0),
    };
    Ok(rows.into_iter().map(ticket).collect())
}

/// Of the number, newest first; the call that asks has not ended and is none of them.
async fn last_calls(conn: &mut Connection, key: &str) -> Result<Vec<PastCall>> {
    type Row = (i64, i64, Option<String>, Option<String>);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT c.id, c.started_at, a.display_name, c.result
         FROM call_record c LEFT JOIN agent a ON a.id = c.agent_id
         WHERE c.peer_key = $1 AND c.ended_at IS NOT NULL ORDER BY c.id DESC LIMIT $2",
    )
    .bind(key)
    .bind(CALLS_MAX as i64)
    .fetch_all(conn)
    .await?;
    let call = |(id, at, agent, result): Row| PastCall {
        call: CallId::new(count(id)),
        at: Timestamp::from_ms(at),
        agent: agent.map(|name| cut(&name, NAME_CHARS_MAX)),
        result: result.unwrap_or_default(),
    };
    Ok(rows.into_iter().map(call).collect())
}
