//! What an external decision is told of a call (B15): who calls, what he dialled, which language he chose.

use super::Call;
use crate::request::RouteQuestion;

impl Call {
    /// The ACD's question with what the call knows; a withheld number stays withheld.
    pub(crate) fn route_question(
        &self,
        asked: acd::Asked,
        candidates: Vec<String>,
    ) -> RouteQuestion {
        RouteQuestion {
            id: asked.id,
            call: self.id,
            queue: asked.queue,
            caller: self.caller.clone(),
            called: self.called.clone(),
            language: self.language.clone(),
            waited: asked.waited,
            position: asked.position,
            candidates,
            budget: asked.budget,
        }
    }
}
