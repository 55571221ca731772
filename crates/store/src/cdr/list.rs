//! Lists of calls: what is asked for, newest first. Each stands on an index; pages are cut by key set.

use model::fact::CallResult;
use model::{AgentId, QueueName};

use crate::column::big;
use crate::database::Statement;
use crate::directory::reach::{Circle, Whose};
use crate::page::PageRequest;

/// Of so few people the last calls of each are read along their index. Of more, a page is full soon, walking back through all calls.
const FEW: usize = 64;

/// Which calls; `None` asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Of this queue (the last one of the call).
    pub queue: Option<QueueName>,
    /// With these agents: any of those whom the call was connected to, as far as its record lists them
    /// ([`model::cdr::SEGMENTS_MAX`]).
    pub whose: Whose,
    /// That ended so.
    pub result: Option<CallResult>,
}

impl CallFilter {
    /// Their records, a row more than a page has.
    pub(super) fn list(&self, page: PageRequest) -> Statement {
        let mut query = Statement::new("SELECT call_record.record FROM call_record");
        match &self.whose {
            Whose::Everybody => {
                query.push(" WHERE 1 = 1");
                self.narrow(&mut query, page, "call_record.id", "call_record.queue");
                order(&mut query, page, "call_record.id");
            }
            Whose::One(agent) => {
                query.push(" JOIN call_part ON call_part.call_id = call_record.id");
                self.parts_of(&mut query, page, *agent);
            }
            Whose::Circle(circle) if circle.people.len() <= FEW => {
                query.push(" WHERE call_record.id IN (");
                self.last_of_each(&mut query, page, circle);
                query.push(")");
                order(&mut query, page, "call_record.id");
            }
            Whose::Circle(_) => {
                // Each call once, however many of them talked in it.
                query.push(
                    " WHERE EXISTS (SELECT 1 FROM call_part p WHERE p.call_id = call_record.id",
                );
                self.whose.narrow(&mut query, "p.agent_id");
                query.push(")");
                self.narrow(&mut query, page, "call_record.id", "call_record.queue");
                order(&mut query, page, "call_record.id");
            }
        }
        query
    }

    /// The last calls of each of them; one in which two of them talked is among both.
    fn last_of_each(&self, query: &mut Statement, page: PageRequest, circle: &Circle) {
        for (place, agent) in circle.people.iter().enumerate() {
            query.push(match place {
                0 => "SELECT call_id FROM (SELECT call_part.call_id FROM call_part",
                _ => " UNION SELECT call_id FROM (SELECT call_part.call_id FROM call_part",
            });
            if self.result.is_some() {
                query.push(" JOIN call_record ON call_record.id = call_part.call_id");
            }
            self.parts_of(query, page, *agent);
            query.push(") of_one");
        }
    }

    fn parts_of(&self, query: &mut Statement, page: PageRequest, agent: AgentId) {
        query.push(" WHERE call_part.agent_id = ");
        query.push_bind(big(agent.get()));
        // Whose rows are in the order of the page.
        self.narrow(query, page, "call_part.call_id", "call_part.queue");
        order(query, page, "call_part.call_id");
    }

    fn narrow(
        &self,
        query: &mut Statement,
        page: PageRequest,
        id: &'static str,
        queue_of: &'static str,
    ) {
        if let Some(after) = page.after {
            query.push(" AND ").push(id).push(" < ");
            query.push_bind(big(after));
        }
        if let Some(queue) = &self.queue {
            query.push(" AND ").push(queue_of).push(" = ");
            query.push_bind(queue.as_str());
        }
        if let Some(result) = self.result {
            query.push(" AND call_record.result = ");
            query.push_bind(result.name());
        }
    }
}

fn order(query: &mut Statement, page: PageRequest, id: &'static str) {
    query.push(" ORDER BY ").push(id).push(" DESC LIMIT ");
    query.push_bind(page.rows() as i64 + 1);
}
