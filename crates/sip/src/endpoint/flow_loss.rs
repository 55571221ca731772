//! What the loss of a connection ends, and what it does not.
//!
//! RFC 3261 ties a transaction to a connection but no dialog: who talks goes on talking. Such a dialog is cut until the
//! peer speaks in it again, by whatever connection. A BYE meanwhile goes to the address that the peer's Contact names, by
//! datagram or by a connection of ours, and else nowhere.

use super::{
    Endpoint,
    session::{Session, Stage},
    trunks::hop_of,
};
use crate::{
    dialog::Dialog,
    event::{Event, Output, SessionId},
    flow::{Flow, Transport},
    reason::Reason,
    transaction::timer::{Owner, Timer},
};
use core::time::Duration;

impl Endpoint {
    /// Nothing can be sent on the flow any more: unanswered calls on it are over, answered ones are cut.
    pub(super) fn lose_sessions(&mut self, flow: Flow) {
        let rows = self.sessions.iter();
        let hit: Vec<SessionId> = rows
            .filter(|(_, session)| session.flow() == flow)
            .map(|(id, _)| id)
            .collect();
        for session in hit {
            if let Some(event) = self.lose_session(session) {
                self.forget_session(session);
                self.outputs.push_back(Output::Event(event));
            }
        }
    }

    /// The end of a session without its flow; `None` when it goes on.
    fn lose_session(&mut self, session: SessionId) -> Option<Event> {
        match &mut self.sessions.get_mut(&session)?.stage {
            Stage::Incoming { .. } => Some(Event::Cancelled {
                session,
                reason: None,
            }),
            Stage::Calling { .. } => Some(Event::Refused {
                session,
                status: 503,
                reason: None,
                retry_after_s: None,
            }),
            Stage::Established { dialog, .. } => {
                dialog.is_cut = true;
                dialog.way = None;
                // The 2xx has nowhere to go, but its ACK may still come by another connection: its time-out stays.
                self.timers
                    .cancel(&Owner::Session(session), Timer::OkRepeat);
                None
            }
        }
    }

    /// The dialog in which a BYE can go, if there is one and somebody in it as far as we know (G11).
    pub(super) fn reachable(&self, session: &Session) -> Option<Dialog> {
        if session.is_unproven() {
            return None;
        }
        let dialog = session.dialog()?.clone();
        // G11: a stranger has proven no address but the one that he came from, and no connection is opened for him.
        if dialog.is_cut && !session.is_trusted() {
            let hop = hop_of(dialog.direct_target()?)?;
            if hop.remote.ip() != dialog.flow.remote.ip() || hop.transport != Transport::Udp {
                return None;
            }
        }
        Some(dialog)
    }

    /// BYE in a dialog whose connection is gone: by datagram, or by a connection that is opened for it, to the address that
    /// the peer named. A name is resolved for a trunk alone.
    pub(super) fn part(&mut self, now: Duration, mut dialog: Dialog, reason: Option<&Reason>) {
        if dialog.trunk.is_some() {
            return self.part_from_trunk(now, dialog, reason);
        }
        let Some(target) = dialog.direct_target() else {
            return;
        };
        // A phone has no certificate that we could verify.
        let Some(hop) = hop_of(target).filter(|hop| !hop.transport.is_secure()) else {
            return;
        };
        // Half of all connections are the trunks' alone.
        let is_crowded = hop.transport.is_reliable() && self.is_half_of_connections_used();
        if is_crowded || self.is_ourselves(&target.view(), dialog.flow) {
            return;
        }
        if let Some(flow) = self.flow_to(hop, &hop.remote.ip().to_string()) {
            dialog.heard_on(flow);
            self.send_bye(now, &mut dialog, reason);
        }
    }
}
