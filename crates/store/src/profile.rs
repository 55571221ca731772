//! Who calls? The content of a screen pop (P4), in one go.
//!
//! Every list is bounded where it is read, every text is cut, and every look-up stands on an index, so that an answer
//! takes milliseconds however much is stored. A withheld number asks nothing and finds nothing (P10).

use ::ticket::handling::IN_FLIGHT;
use model::profile::{CALLS_MAX, OpenTicket, PastCall, TICKETS_MAX};
use model::{CallId, Caller, CustomerId, Profile, TicketId, Timestamp, Typed, TypedFinding};

use crate::Database;
use crate::column::{big, count, cut};
use crate::database::Connection;
use crate::directory::customer::owners;
use crate::error::Result;
use crate::ticket::{NEVER, readable};
use crate::ties;

mod typed;

/// Longest name in a pop, in characters.
const NAME_CHARS_MAX: usize = 80;
/// Longest subject in a pop, in characters.
const SUBJECT_CHARS_MAX: usize = 120;

impl Database {
    /// What the directory knows of a caller.
    pub async fn profile(&self, caller: &Caller, now: Timestamp) -> Result<Profile> {
        self.profile_by(caller, None, now).await
    }

    /// The same with what he has keyed in to say who he is, which outranks his number (G6).
    pub async fn profile_by(
        &self,
        caller: &Caller,
        typed: Option<&Typed>,
        now: Timestamp,
    ) -> Result<Profile> {
        let number = self
            .plan()
            .key(caller.number.as_deref().unwrap_or_default());
        if number.key.is_empty() && typed.is_none() {
            return Ok(Profile::default());
        }
        let mut conn = self.readers().acquire().await?;
        let by_number = match number.key.as_str() {
            "" => Vec::new(),
            key => owners(&mut conn, key).await?,
        };
        let said = match typed {
            Some(typed) => Some(typed::look(&mut conn, self.plan(), typed, now).await?),
            None => None,
        };
        let differs = said
            .as_ref()
            .is_some_and(|said| said.differs(&number.key, &by_number));
        let is_his = said.as_ref().is_some_and(|said| said.is_his(&by_number));
        let mut profile = Profile {
            last_calls: last_calls(&mut conn, &number.key).await?,
            ties: ties::of(&mut conn, &number.key, &by_number, now).await?,
            e164: number.e164,
            ..Profile::default()
        };
        let mut key = number.key;
        let candidates = by_number.into_iter().map(|owner| owner.candidate);
        profile.candidates = match said {
            None => candidates.collect(),
            Some(mut said) => {
                said.tie(&mut conn, &mut profile.ties, differs, now).await?;
                if differs {
                    // What is open by that number is somebody else's.
                    key.clear();
                }
                let all = said.before(candidates);
                profile.typed = Some(Box::new(TypedFinding {
                    differs,
                    is_vouched: said.finding.is_vouched || is_his,
                    ..said.finding
                }));
                all
            }
        };
        // S22: what he has keyed in as a secret is told by no other name either (G7).
        if let Some(secret) = typed.filter(|typed| typed.is_secret) {
            for one in &mut profile.candidates {
                let is_it = one.external_ref.as_ref() == Some(&secret.text);
                one.external_ref = one.external_ref.take().filter(|_| !is_it);
            }
        }
        let typed = profile.typed.as_deref();
        let named = typed.and_then(|typed| match typed.customers.as_slice() {
            [only] => Some(*only),
            [] | [_, _, ..] => None,
        });
        let sole = named.or_else(|| profile.sole().map(|candidate| candidate.customer));
        let mut open = open_tickets(&mut conn, &key, sole, now).await?;
        // G5, G6: the ticket that he has named is the first.
        let ticket = typed.and_then(|typed| typed.ticket.clone());
        if let Some(ticket) = ticket.filter(typed::is_open) {
            open.retain(|one| one.ticket != ticket.ticket);
            open.insert(0, ticket);
            open.truncate(TICKETS_MAX);
        }
        profile.open_tickets = open;
        Ok(profile)
    }
}

/// Of the number, or of the sole candidate and those who were merged into him: what is overdue first, then by priority (G5); none of those that only supervisors see, for agents read a pop.
async fn open_tickets(
    conn: &mut Connection,
    key: &str,
    customer: Option<CustomerId>,
    now: Timestamp,
) -> Result<Vec<OpenTicket>> {
    type Row = (i64, String, String, i64, String, i64, i64);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, number, subject, priority, state, urge_count, due_key FROM ticket
         WHERE is_open = 1 AND for_leads = 0 AND sensitive = 0 AND id IN (
           SELECT id FROM ticket WHERE is_open = 1 AND contact_key = $1
           UNION SELECT id FROM ticket WHERE is_open = 1
             AND customer_id IN (SELECT id FROM customer WHERE id = $2 OR merged_into_id = $2))
         ORDER BY CASE WHEN due_key < $4 AND state <> 'resolved' THEN 0 ELSE 1 END, priority, due_key, id DESC LIMIT $3",
    )
    .bind(key)
    .bind(customer.map(|id| big(id.get())))
    .bind(TICKETS_MAX as i64)
    .bind(now.as_ms())
    .fetch_all(conn)
    .await?;
    let ticket = |(id, number, subject, priority, state, urges, due): Row| OpenTicket {
        ticket: TicketId::new(count(id)),
        number: readable(number),
        subject: cut(&subject, SUBJECT_CHARS_MAX),
        priority: u8::try_from(priority).unwrap_or(u8::MAX),
        is_overdue: due < now.as_ms() && may_be_pressed_for(&state),
        state,
        urges: u32::try_from(urges).unwrap_or(0),
        due_at: (due != NEVER).then_some(Timestamp::from_ms(due)),
    };
    Ok(rows.into_iter().map(ticket).collect())
}

/// Not what is solved, although its visit may be late.
fn may_be_pressed_for(state: &str) -> bool {
    IN_FLIGHT.iter().any(|known| known.name() == state)
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
