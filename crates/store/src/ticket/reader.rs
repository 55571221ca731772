//! Who may read which ticket (A13, J3): those about how an agent has served are for who leads; a sensitive one is for who has to do
//! with it. Each look at a sensitive one stands in the audit log.

use std::collections::BTreeSet;

use ::ticket::{Actor, Ticket};
use model::{AgentId, TicketId, Timestamp};

use super::{TicketDesk, office};
use crate::audit::{Act, audit};
use crate::column::big;
use crate::database::Statement;
use crate::directory::reach::Circle;
use crate::error::Result;

/// Who reads by what he has to do with a ticket, and not by his role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Who.
    pub agent: AgentId,
    /// The groups that he is of, and those below a group that he leads.
    pub groups: BTreeSet<String>,
    /// How far his right to read goes (J1); `None`: to every ticket of the house.
    pub within: Option<Circle>,
    /// Whether he reads all that is within it: what is about how agents serve, and what is sensitive.
    pub leads: bool,
}

impl Reader {
    /// Whether he may read it.
    pub fn may_read(&self, ticket: &Ticket) -> bool {
        let handling = &ticket.handling;
        let (people, place) = (&handling.people, &handling.place);
        let ones = [people.creator, people.owner, place.named, place.assignee];
        let is_of = |groups: &BTreeSet<String>| {
            let group = place.group.as_ref();
            group.is_some_and(|it| groups.contains(it))
        };
        let approves = handling.approval.reviewers().contains(&self.agent);
        let is_within = self.within.as_ref().is_none_or(|circle| {
            let mut ones = ones.iter().flatten();
            is_of(&circle.groups) || ones.any(|one| circle.people.contains(one)) || approves
        });
        if !is_within || self.leads {
            return is_within;
        }
        if ticket.matter.for_leads {
            return false;
        }
        let is_his = ones.contains(&Some(self.agent)) || is_of(&self.groups) || approves;
        is_his || !handling.is_sensitive()
    }

    /// The same for lists. Who is asked to approve a sensitive ticket is told so, and finds it by its id.
    pub(crate) fn narrow(&self, query: &mut Statement) {
        if let Some(circle) = &self.within {
            query.push(" AND (1 = 0");
            of_groups(query, &circle.groups);
            circle.or_people(query, &PEOPLE);
            query.push(")");
        }
        if self.leads {
            return;
        }
        query.push(" AND t.for_leads = 0 AND (t.sensitive = 0");
        for column in PEOPLE {
            query.push(" OR ").push(column).push(" = ");
            query.push_bind(big(self.agent.get()));
        }
        of_groups(query, &self.groups);
        query.push(")");
    }
}

/// Those who have to do with a ticket.
const PEOPLE: [&str; 4] = ["t.created_by", "t.owner", "t.assignee", "t.named"];

fn of_groups(query: &mut Statement, groups: &BTreeSet<String>) {
    for group in groups {
        query.push(" OR t.work_group = ").push_bind(group.clone());
    }
}

impl TicketDesk {
    /// What somebody has to do with tickets of the whole house.
    pub async fn reader(&self, agent: AgentId, now: Timestamp) -> Result<Reader> {
        Ok(Reader {
            agent,
            groups: self.groups_of_reader(agent, now).await?,
            within: None,
            leads: false,
        })
    }

    async fn groups_of_reader(&self, agent: AgentId, now: Timestamp) -> Result<BTreeSet<String>> {
        let rules = self.rules();
        if rules.groups.is_empty() {
            // The one group of all people is nobody's in particular.
            return Ok(BTreeSet::new());
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
        Ok(own.map(|(name, _)| name).chain(below).cloned().collect())
    }

    /// A13: somebody has read a sensitive ticket.
    pub async fn note_read(&self, id: TicketId, by: Actor, at: Timestamp) -> Result<()> {
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
                    audit(conn, at, by, act).await
                })
            })
            .await
    }
}
