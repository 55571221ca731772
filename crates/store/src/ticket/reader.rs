//! Who may read which ticket (A13, J3): those about how an agent has served are for who leads; a sensitive one is for who has to do
//! with it. Each look at a sensitive one stands in the audit log.

use std::collections::BTreeSet;

use ::ticket::{Actor, Ticket};
use model::{AgentId, CallId, TicketId, Timestamp};

use super::{TicketDesk, office, ticket};
use crate::audit::{Act, audit};
use crate::column::{big, count};
use crate::database::{Connection, Statement};
use crate::error::{Result, StoreError};

/// Most calls of a ticket in an answer.
const CALLS_MAX: i64 = 200;
/// Tickets that have gone into one another, one after the other.
const CHAIN_MAX: usize = 1_000;

/// Who reads by what he has to do with a ticket, and not by his role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Who.
    pub agent: AgentId,
    /// The groups that he is of, and those below a group that he leads.
    pub groups: BTreeSet<String>,
}

impl Reader {
    /// Whether he may read it.
    pub fn may_read(&self, ticket: &Ticket) -> bool {
        let handling = &ticket.handling;
        let (people, place) = (&handling.people, &handling.place);
        if ticket.matter.for_leads {
            return false;
        }
        let ones = [people.creator, people.owner, place.named, place.assignee];
        let is_his = ones.contains(&Some(self.agent))
            || place
                .group
                .as_ref()
                .is_some_and(|it| self.groups.contains(it))
            || handling.approval.reviewers().contains(&self.agent);
        is_his || !handling.is_sensitive()
    }

    /// The same for lists. Who is asked to approve a sensitive ticket is told so, and finds it by its id.
    pub(crate) fn narrow(&self, query: &mut Statement) {
        let me = big(self.agent.get());
        query.push(" AND t.for_leads = 0 AND (t.sensitive = 0");
        for column in [
            " OR t.created_by = ",
            " OR t.owner = ",
            " OR t.assignee = ",
            " OR t.named = ",
        ] {
            query.push(column).push_bind(me);
        }
        for group in &self.groups {
            query.push(" OR t.work_group = ").push_bind(group.clone());
        }
        query.push(")");
    }
}

impl TicketDesk {
    /// What somebody has to do with tickets.
    pub async fn reader(&self, agent: AgentId, now: Timestamp) -> Result<Reader> {
        let rules = self.rules();
        if rules.groups.is_empty() {
            // The one group of all people is nobody's in particular.
            let groups = BTreeSet::new();
            return Ok(Reader { agent, groups });
        }
        let mut conn = self.database.readers().acquire().await?;
        let groups = office::groups(&mut conn, &rules, now).await?;
        let below = groups.keys().filter(|name| {
            let mut up = Some(name.as_str());
            for _ in 0..groups.len() {
                let Some(group) = up.and_then(|name| groups.get(name)) else {
                    return false;
                };
                if group.members.get(&agent).is_some_and(|one| one.leads) {
                    return true;
                }
                up = group.parent.as_deref();
            }
            false
        });
        let own = groups
            .iter()
            .filter(|(_, group)| group.members.contains_key(&agent));
        Ok(Reader {
            agent,
            groups: own.map(|(name, _)| name).chain(below).cloned().collect(),
        })
    }

    /// A13: somebody has read a sensitive ticket.
    pub async fn note_read(&self, id: TicketId, by: AgentId, at: Timestamp) -> Result<()> {
        self.database
            .write(move |conn| {
                Box::pin(async move {
                    let act = Act {
                        action: "ticket.read",
                        entity: "ticket",
                        entity_id: id.to_string(),
                        before: None,
                        after: None,
                    };
                    audit(conn, at, Actor::Agent(by), act).await
                })
            })
            .await
    }

    /// The calls of a ticket and of all that it took over (M3), oldest first, at most 200.
    pub async fn calls_of(&self, ticket: &Ticket) -> Result<Vec<CallId>> {
        let mut conn = self.database.readers().acquire().await?;
        let mut found = BTreeSet::new();
        let mut all = vec![ticket.id];
        let mut next = 0;
        while let Some(id) = all.get(next).copied().filter(|_| next < CHAIN_MAX) {
            next += 1;
            found.extend(calls(&mut conn, id).await?);
            all.extend(absorbed(&mut conn, id).await?);
        }
        let calls = found.into_iter().map(|call| CallId::new(count(call)));
        Ok(calls.take(CALLS_MAX as usize).collect())
    }

    /// M5: the ticket that goes on for this one in the end; itself where it goes on.
    pub async fn survivor_of(&self, id: TicketId) -> Result<Option<Ticket>> {
        let mut conn = self.database.readers().acquire().await?;
        survivor(&mut conn, id).await
    }
}

/// M1: the ticket that goes on: this one, or the last of those into which it went.
pub(crate) async fn survivor(conn: &mut Connection, mut id: TicketId) -> Result<Option<Ticket>> {
    for _ in 0..CHAIN_MAX {
        let Some(found) = ticket(conn, id).await? else {
            return Ok(None);
        };
        match &found.handling.merging.into {
            Some(into) => id = into.ticket,
            None => return Ok(Some(found)),
        }
    }
    Err(StoreError::damaged("ticket", "it goes into itself"))
}

async fn calls(conn: &mut Connection, id: TicketId) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "SELECT call_id FROM ticket_call WHERE ticket_id = $1 ORDER BY call_id LIMIT $2",
    )
    .bind(big(id.get()))
    .bind(CALLS_MAX)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(call,)| call).collect())
}

/// The tickets that went into this one.
async fn absorbed(conn: &mut Connection, id: TicketId) -> Result<Vec<TicketId>> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "SELECT id FROM ticket WHERE merged_into IS NOT NULL AND merged_into = $1 LIMIT $2",
    )
    .bind(big(id.get()))
    .bind(CALLS_MAX)
    .fetch_all(conn)
    .await?;
    let ids = rows.into_iter();
    Ok(ids.map(|(id,)| TicketId::new(count(id))).collect())
}
