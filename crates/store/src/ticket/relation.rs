//! What tickets are to each other (D6, D7): related ones, and different ones that are not proposed for each other again. Each pair
//! stands in two rows, so that it is found from either side, and in the timeline of the ticket of which it was said.

use ::ticket::duplicate::Relation;
use ::ticket::{Actor, By, Refused, Ticket};
use model::{Fact, TicketId, Timestamp};

use super::reader::Reader;
use super::work::{Worked, known};
use super::{Clerk, TicketDesk, office};
use crate::column::{big, count};
use crate::database::{Connection, Statement};
use crate::error::Result;

/// Most tickets that an entry of a timeline names.
const NAMED_MAX: usize = 20;
/// Pairs in one statement; each takes eight values.
const PAIRS_MAX: usize = 100;
/// Most related tickets in an answer.
const ROWS_MAX: i64 = 200;

/// What two tickets are to each other, and how that is known.
#[derive(Clone, Debug)]
pub struct Related {
    /// The ticket of which it is said.
    pub ticket: TicketId,
    /// The other one.
    pub other: TicketId,
    /// What they are.
    pub relation: Relation,
    /// How that is known.
    pub reason: String,
    /// Who says so.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

impl TicketDesk {
    /// Says of two tickets what they are to each other; said again it changes nothing.
    pub async fn relate(&self, said: Related) -> Result<Worked> {
        let clerk = self.clerk(said.at).await?;
        self.write(move |conn| Box::pin(async move { clerk.say(conn, said).await }))
            .await
    }

    /// The tickets that are related to one, newest first, at most 200; `reader`: those alone that he may read.
    pub async fn related_to(&self, id: TicketId, reader: Option<&Reader>) -> Result<Vec<TicketId>> {
        let mut query = Statement::new(
            "SELECT r.other_id FROM ticket_relation r JOIN ticket t ON t.id = r.other_id
             WHERE r.relation = 'related' AND r.ticket_id = ",
        );
        query.push_bind(big(id.get()));
        if let Some(reader) = reader {
            reader.narrow(&mut query);
        }
        query
            .push(" ORDER BY r.other_id DESC LIMIT ")
            .push_bind(ROWS_MAX);
        let rows: Vec<(i64,)> = query
            .build_query_as()
            .fetch_all(self.database.readers())
            .await?;
        let ids = rows.into_iter();
        Ok(ids.map(|(id,)| TicketId::new(count(id))).collect())
    }
}

impl Clerk {
    async fn say(&self, conn: &mut Connection, said: Related) -> Result<Worked> {
        let mut ticket = known(conn, said.ticket).await?;
        known(conn, said.other).await?;
        if said.ticket == said.other {
            return Err(Refused::NotASurvivor.into());
        }
        if said.relation == Relation::Different && said.reason.trim().is_empty() {
            return Err(Refused::NoText.into());
        }
        if said
            .reason
            .chars()
            .nth(::ticket::matter::BODY_CHARS_MAX)
            .is_some()
        {
            return Err(Refused::TextTooLong.into());
        }
        let what = (said.relation, said.reason.as_str());
        let news = self
            .relate(conn, &mut ticket, &[said.other], what, (&said.by, said.at))
            .await?;
        Ok(Worked { ticket, news })
    }

    /// Writes what a ticket is to others, those that were filed last first; others that it is known of are left out.
    pub(super) async fn relate(
        &self,
        conn: &mut Connection,
        ticket: &mut Ticket,
        others: &[TicketId],
        (relation, reason): (Relation, &str),
        (by, at): (&By, Timestamp),
    ) -> Result<Vec<Fact>> {
        let mut fresh = Vec::new();
        for pairs in others.chunks(PAIRS_MAX) {
            fresh.extend(insert(conn, ticket.id, pairs, relation, at).await?);
        }
        if fresh.is_empty() {
            return Ok(Vec::new());
        }
        if by.actor == Actor::System {
            // A13: the timeline is read by whoever may read the ticket; a rule tells him of nothing that he may not.
            fresh = for_all(conn, &fresh).await?;
            if fresh.is_empty() {
                return Ok(Vec::new());
            }
        }
        fresh.sort_unstable_by(|one, other| other.cmp(one));
        fresh.truncate(NAMED_MAX);
        let entry = ticket.relate(at, by.actor, (relation, fresh), reason);
        let groups = office::groups(conn, &self.rules, at).await?;
        self.pen(&groups).write(conn, ticket, &[entry]).await
    }
}

/// Those that are for everybody.
async fn for_all(conn: &mut Connection, ids: &[TicketId]) -> Result<Vec<TicketId>> {
    let mut query =
        Statement::new("SELECT id FROM ticket WHERE sensitive = 0 AND for_leads = 0 AND id");
    query.push_among(ids.iter().map(|id| big(id.get())));
    let rows: Vec<(i64,)> = query.build_query_as().fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|(id,)| TicketId::new(count(id)))
        .collect())
}

/// Both rows of each pair; gives those others whose pair is new.
async fn insert(
    conn: &mut Connection,
    id: TicketId,
    others: &[TicketId],
    relation: Relation,
    at: Timestamp,
) -> Result<Vec<TicketId>> {
    let mut query =
        Statement::new("INSERT INTO ticket_relation (ticket_id, other_id, relation, at) VALUES ");
    let pairs = others.iter().flat_map(|other| [(id, *other), (*other, id)]);
    for (place, (one, other)) in pairs.enumerate() {
        query
            .push(if place == 0 { "(" } else { ", (" })
            .push_bind(big(one.get()))
            .push(", ")
            .push_bind(big(other.get()))
            .push(", ")
            .push_bind(relation.name())
            .push(", ")
            .push_bind(at.as_ms())
            .push(")");
    }
    query.push(
        " ON CONFLICT (ticket_id, other_id, relation) DO NOTHING RETURNING ticket_id, other_id",
    );
    let rows: Vec<(i64, i64)> = query.build_query_as().fetch_all(conn).await?;
    let fresh = rows.into_iter().filter(|(one, _)| *one == big(id.get()));
    Ok(fresh
        .map(|(_, other)| TicketId::new(count(other)))
        .collect())
}
