//! 100 Trying to an INVITE, RFC 3261 §17.2.1: it goes out unless the owner has answered by the time he has taken all that
//! this turn brought him.
//!
//! The section lets a server that knows of its answer within 200 ms leave it out; an answer of the same turn is on its way
//! before the 100 would be. It spares most calls to a hotline a datagram each way. A re-INVITE is told at once: few come.

use core::{mem, time::Duration};
use std::sync::Arc;

use super::{Endpoint, session::Stage};
use crate::{event::SessionId, flow::Flow, transaction::table::Machine};

/// An INVITE that was not answered yet in this turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Untold {
    pub(super) at: Duration,
    pub(super) flow: Flow,
    pub(super) session: SessionId,
}

impl Endpoint {
    /// Says 100 to everybody who was told nothing.
    pub(super) fn say_trying(&mut self) {
        for Untold { at, flow, session } in mem::take(&mut self.untold) {
            let stage = self.sessions.get(&session).map(|alive| &alive.stage);
            let Some(Stage::Incoming {
                transaction,
                invite,
                ..
            }) = stage
            else {
                continue;
            };
            let (id, invite) = (*transaction, Arc::clone(invite));
            let is_untold = self
                .transactions
                .get(id)
                .is_some_and(|row| match &row.machine {
                    Machine::InviteServer(server) => server.is_untold(),
                    Machine::InviteClient(_) | Machine::Client(_) | Machine::Server(_) => false,
                });
            if is_untold {
                let trying = self.response(&invite, flow, 100, "").finish();
                self.respond_invite(at, id, 100, trying);
            }
        }
    }
}
