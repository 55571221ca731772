//! The external decision (外部决策, B15): a question of the ACD goes out with what is known of the call, an answer comes in with
//! logins, and what became of it is told as a fact.
//!
//! The call is not asked and does not wait: he stands in line, and the ACD keeps the budget.

use model::fact::{Ignored, Routed};
use model::{CallId, Fact};

use super::Engine;
use crate::request::{Request, RouteReply};

impl Engine {
    /// Who is only to be called back has no call that could be told of: his queue decides (D21).
    pub(super) fn route_asked(&mut self, call: CallId, asked: acd::Asked) {
        let directory = &self.context.directory;
        let agents = asked.candidates.iter().filter_map(|id| directory.get(*id));
        let logins = agents.map(|agent| agent.login.clone()).collect();
        if let Some(call) = self.calls.get(&call) {
            let question = call.route_question(asked, logins);
            self.context.request(Request::Route(Box::new(question)));
        } else {
            self.route_replied(call, asked.id, RouteReply::LeftToUs);
        }
    }

    /// Names become agents; those whom nobody bears are told back.
    pub(super) fn route_replied(&mut self, call: CallId, id: acd::RouteId, reply: RouteReply) {
        let answer = match reply {
            RouteReply::LeftToUs => acd::RouteAnswer::LeftToUs,
            RouteReply::Failed(cause) => acd::RouteAnswer::Failed(cause),
            RouteReply::Named { logins, priority } => {
                let (mut agents, mut unknown) = (Vec::new(), Vec::new());
                for login in logins {
                    match self.context.directory.by_login(&login) {
                        Some(agent) => agents.push(agent.id),
                        None => unknown.push(login),
                    }
                }
                acd::RouteAnswer::Named {
                    agents,
                    unknown,
                    priority,
                }
            }
        };
        self.context
            .tell_acd(acd::Input::RouteAnswered { call, id, answer });
    }

    /// What became of it.
    pub(super) fn route_settled(&mut self, call: CallId, settled: acd::Settled) {
        let directory = &self.context.directory;
        let elsewhere = settled.elsewhere.iter().filter_map(|id| directory.get(*id));
        let elsewhere = elsewhere.map(|agent| (agent.login.clone(), Ignored::Elsewhere));
        let unknown = settled.unknown.into_iter();
        let unknown = unknown.map(|login| (login, Ignored::Unknown));
        let routed = Routed {
            queue: settled.queue,
            outcome: settled.told.outcome,
            took_ms: settled.told.took_ms,
            cause: settled.cause,
            agents: settled.agents,
            ignored: elsewhere.chain(unknown).collect(),
            priority: settled.priority,
        };
        self.context.fact(Fact::RouteAnswered { call, routed });
    }
}
