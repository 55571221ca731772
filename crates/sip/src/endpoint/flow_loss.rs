//! What the loss of a connection ends, and what it does not.
//!
//! RFC 3261 ties a transaction to a connection but no dialog: who talks goes on talking. Such a dialog is cut until the
//! peer speaks in it again, by whatever connection. We open no connections, so a BYE meanwhile goes by datagram where the
//! peer takes datagrams, and else nowhere.

use super::{
    Endpoint,
    session::{Session, Stage},
};
use crate::{
    dialog::Dialog,
    event::{Event, Output, SessionId},
    flow::{Flow, Transport},
    message::{Scheme, Uri},
    transaction::timer::{Owner, Timer},
};
use std::net::{IpAddr, SocketAddr};

impl Endpoint {
    /// Nothing can be sent on the flow any more: unanswered calls on it are over, answered ones are cut.
    pub(super) fn lose_sessions(&mut self, flow: Flow) {
        let rows = self.sessions.iter();
        let hit: Vec<SessionId> = rows
            .filter(|(_, session)| session.flow() == flow)
            .map(|(id, _)| *id)
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
                // The 2xx has nowhere to go, but its ACK may still come by another connection: its time-out stays.
                self.timers
                    .cancel(&Owner::Session(session), Timer::OkRepeat);
                None
            }
        }
    }

    /// The dialog with the flow by which a BYE can go; `None` when there is none, or nobody there as far as we know (G11).
    pub(super) fn reachable(&self, session: &Session) -> Option<Dialog> {
        if session.is_unproven() {
            return None;
        }
        let mut dialog = session.dialog()?.clone();
        if dialog.is_cut {
            let peer = dialog.flow.remote.ip();
            let flow = self.datagram_flow(dialog.direct_target()?)?;
            // G11: a stranger has proven no address but the one that he came from.
            if !session.is_trusted() && flow.remote.ip() != peer {
                return None;
            }
            dialog.heard_on(flow);
        }
        Some(dialog)
    }

    /// The flow to a URI that names an address and asks for nothing but datagrams.
    fn datagram_flow(&self, target: &Uri) -> Option<Flow> {
        let uri = target.view();
        let transport = uri.parameter("transport").unwrap_or(b"udp");
        let is_plain = uri.scheme == Scheme::Sip
            && transport.eq_ignore_ascii_case(b"udp")
            && uri.parameter("maddr").is_none();
        if !is_plain {
            return None;
        }
        let host: IpAddr = uri.host_str().trim_matches(['[', ']']).parse().ok()?;
        let mut listeners = self.config.listeners.iter();
        let (_, local) = listeners.find(|(transport, local)| {
            *transport == Transport::Udp && local.is_ipv4() == host.is_ipv4()
        })?;
        let flow = Flow {
            transport: Transport::Udp,
            local: *local,
            remote: SocketAddr::new(host, uri.port.unwrap_or(5060)),
            connection: 0,
        };
        (!self.is_ourselves(&uri, flow)).then_some(flow)
    }
}
