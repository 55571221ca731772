//! Who may read which ticket (A13, J3): those about how an agent has served are for who leads; a sensitive one is for who has to do
//! with it. Each look at a sensitive one stands in the audit log.

use std::collections::BTreeSet;

use ::ticket::{Actor, Ticket};
use model::{AgentId, TicketId, Timestamp};

use super::{TicketDesk, office};
use crate::audit::{Act, audit};
use crate::column::big;
use crate::database::Statement;
use crate::error::Result;

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
}
