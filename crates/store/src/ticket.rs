//! The ticket store: drafts, tickets, timelines.
//!
//! The rules are those of the `ticket` crate; here they are loaded, asked and saved in one transaction. A call gives one
//! ticket however often its end is read, because the call stands in the ticket as its source. Whoever corrects a version
//! that is not current gets `Conflict` and loses nothing.

use ::ticket::{Actor, Correction, Day, Entry, Event, Number, State, Submission, Ticket};
use model::fact::{TicketAsked, Voicemail};
use model::{AgentId, CallId, CustomerId, E164, Fact, TicketId, Timestamp};

use crate::Database;
use crate::column::{big, count, from_json};
use crate::database::Connection;
use crate::error::{Result, StoreError};
use crate::page::{Page, PageRequest};
use draft::{discard_drafts, draft, link_to_drafts};
use model::NumberKey;
use origin::Origin;
use row::{Row, append, select, tickets, update};

mod draft;
mod origin;
mod past;
mod row;

pub use past::PastTicket;

/// Most drafts, or tickets of one call, in an answer.
const ROWS_MAX: i64 = 200;
/// Most entries of a timeline in an answer.
const ENTRIES_MAX: i64 = 1_000;

/// Which tickets; `None` asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketFilter {
    /// In this state.
    pub state: Option<State>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Taken by this agent.
    pub created_by: Option<AgentId>,
    /// Whether those are left out that only supervisors see.
    pub without_leads: bool,
}

/// What [`Database::submit`] found or made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// The ticket.
    pub ticket: Ticket,
    /// False when the call had its ticket already: its end was read twice.
    pub is_new: bool,
    /// Whether a `ticket.created` of this ticket was applied ([`Database::apply`]). The process may have ended between the
    /// ticket's commit and the writing of the fact; whoever finds `false` here tells it. The fact may stand in the log and not be
    /// applied yet, and is told twice then: it is the same for those who listen.
    pub is_told: bool,
}

/// Where a ticket comes from that nobody drafted.
struct Source {
    origin: Origin,
    call: CallId,
    /// The caller's number as received.
    number: Option<String>,
    /// It stands in the ticket's number.
    day: Day,
}

impl Database {
    /// T1 at the end of a call: this agent's draft becomes a ticket and the call's other drafts go. Asked again, it gives
    /// the same ticket. `Refused` leaves the draft with its agent; `NotFound` without a draft. `day` stands in the number:
    /// today, where the centre is.
    pub async fn submit(
        &self,
        call: CallId,
        agent: AgentId,
        day: Day,
        now: Timestamp,
    ) -> Result<Submitted> {
        let id = TicketId::new(self.next_id(now));
        let plan = *self.plan();
        self.write(move |conn| {
            Box::pin(async move {
                let origin = Origin::of_call(call);
                if let Some(ticket) = ticket_from(conn, &origin).await? {
                    // The call was read again: so was its offer, which opened a draft.
                    discard_drafts(conn, call).await?;
                    return Ok(Submitted {
                        is_new: false,
                        is_told: is_told(conn, &ticket, call).await?,
                        ticket,
                    });
                }
                let mut draft = draft(conn, call, agent)
                    .await?
                    .ok_or(StoreError::NotFound("draft"))?;
                // The directory may have had no answer while the call lasted.
                let key = draft.contact.number.as_deref().map(|raw| plan.key(raw));
                if draft.contact.e164.is_none() {
                    draft.contact.e164 = key.as_ref().and_then(|key| key.e164.clone());
                }
                let number = next_number(conn, day).await?;
                let submission = ::ticket::submit(&draft, id, number, now)?;
                insert(conn, &submission, key.as_ref(), &origin).await?;
                discard_drafts(conn, call).await?;
                Ok(Submitted {
                    ticket: submission.ticket,
                    is_new: true,
                    is_told: false,
                })
            })
        })
        .await
    }

    /// G7: the ticket that a message becomes, if its mailbox wants one; asked again, it gives the same ticket. `day` stands in the
    /// number, `at` is when the message was left.
    pub async fn submit_message(
        &self,
        voicemail: &Voicemail,
        day: Day,
        at: Timestamp,
    ) -> Result<Option<Submitted>> {
        if voicemail.ticket.is_none() {
            return Ok(None);
        }
        let (message, number) = (voicemail.clone(), voicemail.caller.number.clone());
        let source = Source {
            origin: Origin::of_message(voicemail),
            call: voicemail.message.call,
            number,
            day,
        };
        self.file(source, at, move |e164, id, number| {
            ::ticket::of_message(&message, e164, id, number, at)
        })
        .await
    }

    /// E15: the ticket that a script filed; asked again, it gives the same ticket. `day` stands in the number, `at` is when it was
    /// filed.
    pub async fn submit_filed(
        &self,
        asked: &TicketAsked,
        day: Day,
        at: Timestamp,
    ) -> Result<Submitted> {
        let source = Source {
            origin: Origin::of_asked(asked),
            call: asked.call,
            number: asked.caller.number.clone(),
            day,
        };
        let asked = asked.clone();
        let made = self.file(source, at, move |e164, id, number| {
            Some(::ticket::of_script(&asked, e164, id, number, at))
        });
        made.await?.ok_or(StoreError::NotFound("ticket"))
    }

    /// The ticket that a script of a call filed, once it stands here.
    pub async fn filed_ticket(&self, call: CallId, part: u32) -> Result<Option<Ticket>> {
        let mut conn = self.readers().acquire().await?;
        ticket_from(&mut conn, &Origin::of_script(call, part)).await
    }

    /// The ticket that came from there, or the one that `make` gives.
    async fn file(
        &self,
        source: Source,
        at: Timestamp,
        make: impl FnOnce(Option<E164>, TicketId, Number) -> Option<Submission> + Send + 'static,
    ) -> Result<Option<Submitted>> {
        let id = TicketId::new(self.next_id(at));
        let plan = *self.plan();
        self.write(move |conn| {
            Box::pin(async move {
                if let Some(ticket) = ticket_from(conn, &source.origin).await? {
                    return Ok(Some(Submitted {
                        is_new: false,
                        is_told: is_told(conn, &ticket, source.call).await?,
                        ticket,
                    }));
                }
                let key = source.number.as_deref().map(|raw| plan.key(raw));
                let e164 = key.as_ref().and_then(|key| key.e164.clone());
                let number = next_number(conn, source.day).await?;
                let Some(made) = make(e164, id, number) else {
                    return Ok(None);
                };
                insert(conn, &made, key.as_ref(), &source.origin).await?;
                Ok(Some(Submitted {
                    ticket: made.ticket,
                    is_new: true,
                    is_told: false,
                }))
            })
        })
        .await
    }

    /// Links a recording to the tickets of its call, and to the drafts that may become tickets; gives the tickets that
    /// did not have it yet.
    pub async fn link_recording(
        &self,
        call: CallId,
        path: &str,
        now: Timestamp,
    ) -> Result<Vec<TicketId>> {
        let path = path.to_owned();
        self.write(move |conn| {
            Box::pin(async move {
                link_to_drafts(conn, call, &path).await?;
                link_to_tickets(conn, call, &path, now).await
            })
        })
        .await
    }

    /// Tickets, newest first.
    pub async fn tickets(&self, filter: &TicketFilter, page: PageRequest) -> Result<Page<Ticket>> {
        let mut query = select();
        query.push(" WHERE 1 = 1");
        if let Some(after) = page.after {
            query.push(" AND t.id < ").push_bind(big(after));
        }
        if let Some(state) = filter.state {
            query.push(" AND t.state = ").push_bind(state.name());
        }
        if let Some(customer) = filter.customer {
            query
                .push(" AND t.customer_id = ")
                .push_bind(big(customer.get()));
        }
        if let Some(agent) = filter.created_by {
            query
                .push(" AND t.created_by = ")
                .push_bind(big(agent.get()));
        }
        if filter.without_leads {
            query.push(" AND t.for_leads = 0");
        }
        query
            .push(" ORDER BY t.id DESC LIMIT ")
            .push_bind(page.rows() as i64 + 1);
        let rows: Vec<Row> = query.build_query_as().fetch_all(self.readers()).await?;
        Ok(Page::cut(tickets(rows)?, page, |ticket| ticket.id.get()))
    }

    /// One ticket.
    pub async fn ticket(&self, id: TicketId) -> Result<Option<Ticket>> {
        let mut conn = self.readers().acquire().await?;
        ticket(&mut conn, id).await
    }

    /// One ticket by its readable number.
    pub async fn ticket_by_number(&self, number: &Number) -> Result<Option<Ticket>> {
        let mut query = select();
        query
            .push(" WHERE t.number = ")
            .push_bind(number.digits().to_owned());
        let row: Option<Row> = query
            .build_query_as()
            .fetch_optional(self.readers())
            .await?;
        row.map(Row::ticket).transpose()
    }

    /// The tickets of a call, oldest first, at most 200.
    pub async fn tickets_of_call(&self, call: CallId) -> Result<Vec<Ticket>> {
        let mut conn = self.readers().acquire().await?;
        tickets_of_call(&mut conn, call).await
    }

    /// The calls that are linked to a ticket, oldest first, at most 200.
    pub async fn calls_of_ticket(&self, id: TicketId) -> Result<Vec<CallId>> {
        let rows: Vec<(i64,)> = sqlx::query_as(
            "SELECT call_id FROM ticket_call WHERE ticket_id = $1 ORDER BY call_id LIMIT $2",
        )
        .bind(big(id.get()))
        .bind(ROWS_MAX)
        .fetch_all(self.readers())
        .await?;
        let calls = rows.into_iter().map(|(call,)| CallId::new(count(call)));
        Ok(calls.collect())
    }

    /// The timeline of a ticket, oldest first, at most 1,000 entries.
    pub async fn ticket_entries(&self, id: TicketId) -> Result<Vec<Entry>> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT entry FROM ticket_event WHERE ticket_id = $1 ORDER BY seq LIMIT $2",
        )
        .bind(big(id.get()))
        .bind(ENTRIES_MAX)
        .fetch_all(self.readers())
        .await?;
        let entries = rows.iter();
        entries
            .map(|(entry,)| from_json("ticket entry", entry))
            .collect()
    }

    /// T5: new values of core fields. `Conflict` unless `version` is current, `NotFound`, or `Refused`.
    pub async fn correct_ticket(
        &self,
        id: TicketId,
        version: u64,
        by: AgentId,
        correction: Correction,
        now: Timestamp,
    ) -> Result<Ticket> {
        self.write(move |conn| {
            Box::pin(async move {
                let found = ticket(conn, id).await?;
                let mut ticket = found.ok_or(StoreError::NotFound("ticket"))?;
                if ticket.version != version {
                    return Err(StoreError::Conflict {
                        what: "ticket",
                        current: ticket.version,
                    });
                }
                if let Some(entry) = ticket.correct(now, Actor::Agent(by), correction)? {
                    update(conn, &ticket).await?;
                    append(conn, id, &entry).await?;
                }
                Ok(ticket)
            })
        })
        .await
    }
}

/// The ticket that came from there.
async fn ticket_from(conn: &mut Connection, origin: &Origin) -> Result<Option<Ticket>> {
    let mut query = select();
    query
        .push(" WHERE t.channel = ")
        .push_bind(origin.channel)
        .push(" AND t.source_ref = ")
        .push_bind(origin.reference.clone());
    let row: Option<Row> = query.build_query_as().fetch_optional(conn).await?;
    row.map(Row::ticket).transpose()
}

/// Whether the call's timeline holds the birth of this ticket.
async fn is_told(conn: &mut Connection, ticket: &Ticket, call: CallId) -> Result<bool> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT fact FROM call_event WHERE call_id = $1 AND kind = 'ticket.created' ORDER BY seq LIMIT $2",
    )
    .bind(big(call.get()))
    .bind(ROWS_MAX)
    .fetch_all(conn)
    .await?;
    for (fact,) in rows {
        if let Fact::TicketCreated { ticket: told, .. } = from_json("fact", &fact)?
            && told == ticket.id
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The next number of the day; a refused submit gives it back with its savepoint.
async fn next_number(conn: &mut Connection, day: Day) -> Result<Number> {
    let (serial,): (i64,) = sqlx::query_as(
        "INSERT INTO ticket_serial (day, last) VALUES ($1, 1)
         ON CONFLICT (day) DO UPDATE SET last = ticket_serial.last + 1 RETURNING last",
    )
    .bind(i64::from(day.yymmdd()))
    .fetch_one(conn)
    .await?;
    let serial = u32::try_from(serial).map_err(|error| StoreError::damaged("serial", error))?;
    Ok(Number::new(day, serial))
}

async fn link_to_tickets(
    conn: &mut Connection,
    call: CallId,
    path: &str,
    now: Timestamp,
) -> Result<Vec<TicketId>> {
    let mut linked = Vec::new();
    for mut ticket in tickets_of_call(conn, call).await? {
        if remember_recording(conn, ticket.id, path).await? {
            let entry = ticket.link_recording(now, call, path);
            update(conn, &ticket).await?;
            append(conn, ticket.id, &entry).await?;
            linked.push(ticket.id);
        }
    }
    Ok(linked)
}

/// Whether the ticket did not have it yet.
async fn remember_recording(conn: &mut Connection, id: TicketId, path: &str) -> Result<bool> {
    let inserted = sqlx::query(
        "INSERT INTO ticket_recording (ticket_id, path) VALUES ($1, $2) ON CONFLICT (ticket_id, path) DO NOTHING",
    )
    .bind(big(id.get()))
    .bind(path)
    .execute(conn)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

async fn tickets_of_call(conn: &mut Connection, call: CallId) -> Result<Vec<Ticket>> {
    let mut query = select();
    query
        .push(" JOIN ticket_call c ON c.ticket_id = t.id WHERE c.call_id = ")
        .push_bind(big(call.get()))
        .push(" ORDER BY t.id LIMIT ")
        .push_bind(ROWS_MAX);
    tickets(query.build_query_as().fetch_all(conn).await?)
}

async fn ticket(conn: &mut Connection, id: TicketId) -> Result<Option<Ticket>> {
    let mut query = select();
    query.push(" WHERE t.id = ").push_bind(big(id.get()));
    let row: Option<Row> = query.build_query_as().fetch_optional(conn).await?;
    row.map(Row::ticket).transpose()
}

/// The ticket, the first entries of its timeline, its call and the recordings that were there.
async fn insert(
    conn: &mut Connection,
    submission: &Submission,
    key: Option<&NumberKey>,
    origin: &Origin,
) -> Result<()> {
    let ticket = &submission.ticket;
    row::insert(conn, ticket, key, origin).await?;
    for entry in &submission.entries {
        append(conn, ticket.id, entry).await?;
        if let Event::RecordingLinked { path, .. } = &entry.event {
            remember_recording(conn, ticket.id, path).await?;
        }
    }
    sqlx::query("INSERT INTO ticket_call (ticket_id, call_id, role) SELECT $1, $2, 'source' WHERE $2 IS NOT NULL")
        .bind(big(ticket.id.get()))
        .bind(ticket.source_call.map(|call| big(call.get())))
        .execute(conn)
        .await?;
    Ok(())
}
