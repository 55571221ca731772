//! The lamps of colleagues: what a phone that watches an agent is told of his calls (RFC 4235).
//!
//! A lamp follows the agent's state and nothing else, so that it cannot disagree with the board. Who calls is not told: a
//! watcher sees that a colleague is busy, not with whom (S23).

use model::{AgentId, AgentState, CallId};
use sip::{DialogInfo, DialogState};

use super::Engine;

impl Engine {
    /// An agent's state changed: his lamps follow.
    pub(super) fn light(&mut self, agent: AgentId, state: &AgentState) {
        let Some(entry) = self.context.directory.get(agent) else {
            return;
        };
        let dialogs = Vec::from_iter(self.dialog(agent, state));
        let sip = &mut self.context.sip;
        sip.set_dialog_info(self.context.now, &entry.login, dialogs);
    }

    fn dialog(&self, agent: AgentId, state: &AgentState) -> Option<DialogInfo> {
        let (call, state) = match state {
            AgentState::Reserved { call } => (Some(*call), DialogState::Trying),
            AgentState::Ringing { call } => (Some(*call), DialogState::Early),
            AgentState::Talking { call } => (*call, DialogState::Confirmed),
            AgentState::Offline
            | AgentState::NotReady { .. }
            | AgentState::Ready
            | AgentState::WrapUp { .. } => return None,
        };
        let is_own = |call: CallId| self.context.own_calls.get(&call) == Some(&agent);
        Some(DialogInfo {
            // A call that is none of ours (he is busy on his own phone) has no number.
            id: call.map_or_else(|| "0".to_owned(), |call| call.get().to_string()),
            is_initiator: call.is_some_and(is_own),
            state,
            remote: None,
        })
    }
}
