//! The way to a peer: which listener, which connection, when TCP instead of UDP (RFC 3261 §18.1.1, RFC 3263 §4).
//!
//! A connection is used again for the same place by the same carrier under the same certificate name, and for nothing else: what a
//! certificate has shown for one name says nothing about another (GHSA-8hcp). What is longer than 1,300 bytes leaves UDP for
//! TCP on the way to a trunk, and comes back to UDP where no TCP can be had. To a registered phone every request goes by the flow
//! of its REGISTER (RFC 5626 §5.3): nothing shows that it, or the NAT before it, would take a connection, and a call would ring
//! seconds late where it does not.

use super::{
    Endpoint,
    drive::Former,
    session::{Progress, Session, Stage},
    trunks::{Asker, hop_of, target_of},
};
use crate::{
    dialog::{Dialog, Head},
    event::{Output, SessionId},
    flow::{Connect, Flow, Hop, Target, Transport},
    reason::Reason,
    transaction::{TransactionId, table::Purpose},
    trunk::TrunkName,
};
use bytes::Bytes;
use core::time::Duration;
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

/// RFC 3261 §18.1.1: a longer request goes by a transport that does not lose it in pieces.
const DATAGRAM_MAX: usize = 1_300;

/// Connections that we wished for and that live, or are being opened.
#[derive(Debug, Default)]
pub(super) struct Connections {
    open: BTreeMap<(Transport, SocketAddr, String), Flow>,
    issued: u32,
}

impl Connections {
    /// The number of the next connection; never one that is in use.
    fn issue(&mut self) -> u32 {
        loop {
            self.issued = self.issued.wrapping_add(1);
            let number = self.issued | Flow::OURS;
            if !self.open.values().any(|flow| flow.connection == number) {
                return number;
            }
        }
    }

    fn forget(&mut self, flow: Flow) {
        if flow.connection >= Flow::OURS {
            self.open.retain(|_, open| *open != flow);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.open.len()
    }
}

impl Endpoint {
    /// The flow to a place: a listener of ours, or a connection, opened where there is none. `None` where we have no listener
    /// for it, or too many connections already.
    pub(super) fn flow_to(&mut self, hop: Hop, server_name: &str) -> Option<Flow> {
        match hop.transport {
            Transport::Udp => Some(Flow {
                transport: Transport::Udp,
                local: self.listener(Transport::Udp, hop.remote)?,
                remote: hop.remote,
                connection: 0,
            }),
            Transport::Tcp | Transport::Tls => self.connection_to(hop, server_name),
            Transport::Ws | Transport::Wss => None,
        }
    }

    fn connection_to(&mut self, hop: Hop, server_name: &str) -> Option<Flow> {
        let key = (hop.transport, hop.remote, server_name.to_ascii_lowercase());
        if let Some(flow) = self.trunks.connections.open.get(&key) {
            return Some(*flow);
        }
        if self.trunks.connections.len() >= self.config.limits.connections_max {
            return None;
        }
        // Without a listener of that transport the peer can still answer, and speak, by the connection itself.
        let others = [
            hop.transport,
            Transport::Tcp,
            Transport::Tls,
            Transport::Udp,
        ];
        let mut others = others.into_iter();
        let local = others.find_map(|transport| self.listener(transport, hop.remote))?;
        let flow = Flow {
            transport: hop.transport,
            local,
            remote: hop.remote,
            connection: self.trunks.connections.issue(),
        };
        self.trunks.connections.open.insert(key, flow);
        self.transactions.use_flow(flow);
        self.outputs.push_back(Output::Connect(Connect {
            flow,
            server_name: server_name.to_owned(),
        }));
        Some(flow)
    }

    pub(super) fn is_half_of_connections_used(&self) -> bool {
        let half = self.config.limits.connections_max.div_ceil(2);
        self.trunks.connections.len() >= half
    }

    fn listener(&self, transport: Transport, peer: SocketAddr) -> Option<SocketAddr> {
        let mut listeners = self.config.listeners.iter();
        let hit = listeners
            .find(|(listens, local)| *listens == transport && local.is_ipv4() == peer.is_ipv4());
        hit.map(|(_, local)| *local)
    }

    /// RFC 3261 §18.1.1: a long request to a trunk takes TCP instead of UDP, where nothing speaks against it. The flow of UDP is
    /// kept for the case that there is no TCP.
    pub(super) fn carried(
        &mut self,
        now: Duration,
        head: &mut Head,
        request: Bytes,
    ) -> (Bytes, Option<Flow>) {
        let flow = head.flow;
        let is_short = request.len() <= DATAGRAM_MAX;
        if is_short || flow.transport != Transport::Udp || !self.takes_streams(now, head) {
            return (request, None);
        }
        let hop = Hop {
            transport: Transport::Tcp,
            remote: flow.remote,
        };
        let stream = self.flow_to(hop, &flow.remote.ip().to_string());
        let moved = stream.and_then(|stream| {
            let mut moved = head.clone();
            moved.flow = stream;
            moved.sent_by = self.sent_by(stream);
            let request = self.rewrite(&request, &moved, &[])?;
            Some((moved, request))
        });
        match moved {
            Some((moved, request)) => {
                *head = moved;
                (request, Some(flow))
            }
            None => (request, None),
        }
    }

    fn takes_streams(&self, now: Duration, head: &Head) -> bool {
        let row = head
            .trunk
            .as_ref()
            .and_then(|name| self.trunks.rows.get(name));
        row.is_some_and(|row| row.way.takes_streams(now, head.flow.remote))
            && self.listener(Transport::Tcp, head.flow.remote).is_some()
    }

    /// RFC 3261 §12.2.1.1: by which flow the next request in a trunk's dialog goes. To be asked when the dialog is made, and
    /// when its peer was heard or has moved its target.
    ///
    /// A route or target is followed to the addresses of that trunk alone (S13); a carrier that names anything else, such as a
    /// private address, is spoken to where it was heard.
    pub(super) fn aim(&mut self, dialog: &mut Dialog) {
        if dialog.trunk.is_some() {
            dialog.way = self.aimed(dialog);
        }
    }

    fn aimed(&mut self, dialog: &Dialog) -> Option<Flow> {
        let row = self.trunks.rows.get(dialog.trunk.as_ref()?)?;
        let hop = hop_of(dialog.next_hop())?;
        let former = dialog.flow;
        let is_there = former.transport == hop.transport && former.remote == hop.remote;
        // A connection with that host lives: no other is opened beside it.
        let is_joined = former.transport.is_reliable() && former.remote.ip() == hop.remote.ip();
        if !dialog.is_cut && (is_there || is_joined) || !row.owns(hop.remote.ip()) {
            return None;
        }
        let server_name = if row.is_server(hop.remote.ip()) {
            row.way.server_name().to_owned()
        } else {
            hop.remote.ip().to_string()
        };
        if self.is_ourselves(&dialog.next_hop().view(), former) {
            return None;
        }
        self.flow_to(hop, &server_name)
    }

    /// The same for the dialog of a session.
    pub(super) fn aim_session(&mut self, session: SessionId) {
        let dialog = self.sessions.get(&session).and_then(Session::dialog);
        let Some(mut dialog) = dialog.filter(|dialog| dialog.trunk.is_some()).cloned() else {
            return;
        };
        self.aim(&mut dialog);
        let alive = self.sessions.get_mut(&session);
        if let Some(own) = alive.and_then(Session::dialog_mut) {
            own.way = dialog.way;
        }
    }

    /// Is that a flow from or to the trunk?
    pub(super) fn is_of_trunk(&self, trunk: Option<&TrunkName>, flow: Flow) -> bool {
        let row = trunk.and_then(|name| self.trunks.rows.get(name));
        row.is_some_and(|row| row.owns(flow.remote.ip()))
            || (trunk.is_some() && self.trunk_of(flow).as_ref() == trunk)
    }

    pub(super) fn forget_connection(&mut self, flow: Flow) {
        self.trunks.connections.forget(flow);
        self.forget_peer_names(flow);
    }

    /// A connection is gone, or could not be had: what was on its way by it takes another way, where there is one.
    pub(super) fn lose_connection(&mut self, now: Duration, flow: Flow) {
        for id in self.transactions.on_flow(flow) {
            self.rescue(now, id);
        }
        self.register_after_loss(now, flow);
    }

    fn rescue(&mut self, now: Duration, id: TransactionId) {
        let resend = self.trunks.resends.get_mut(&id);
        if let Some(datagram) = resend.and_then(|resend| resend.datagram.take()) {
            return self.resend_by_datagram(now, id, datagram);
        }
        let Some(transaction) = self.transactions.get_mut(id) else {
            return;
        };
        let Purpose::Invite(session) = transaction.purpose else {
            return;
        };
        if let Some(Session {
            stage:
                Stage::Calling {
                    progress: Progress::Waiting,
                    ..
                },
            ..
        }) = self.sessions.get(&session)
        {
            self.call_lost_connection(now, session);
        }
    }

    /// RFC 3261 §18.1.1: where TCP cannot be had, the long request goes by UDP after all.
    fn resend_by_datagram(&mut self, now: Duration, id: TransactionId, datagram: Flow) {
        let Some(transaction) = self.transactions.get_mut(id) else {
            return;
        };
        let (purpose, head) = (transaction.purpose.clone(), transaction.head.clone());
        let request = transaction.machine.request().cloned();
        let (Some(head), Some(request)) = (head, request) else {
            return;
        };
        let mut head = Arc::unwrap_or_clone(head);
        if let Some(row) = head
            .trunk
            .as_ref()
            .and_then(|name| self.trunks.rows.get_mut(name))
        {
            row.way.note_datagrams_only(now, datagram.remote);
        }
        head.flow = datagram;
        head.sent_by = self.sent_by(datagram);
        head.branch = self.branch();
        if let Some(Session {
            stage: Stage::Calling { flow, .. },
            ..
        }) = purpose
            .session()
            .and_then(|session| self.sessions.get_mut(&session))
        {
            *flow = datagram;
        }
        if let Some(request) = self.rewrite(&request, &head, &[]) {
            self.succeed_client(now, id, head, request, purpose, Former::Lost);
        }
    }

    /// BYE of a call whose connection is gone: to the trunk's place that the dialog names, or by a name that has to be asked
    /// for.
    pub(super) fn part_from_trunk(
        &mut self,
        now: Duration,
        mut dialog: Dialog,
        reason: Option<&Reason>,
    ) {
        if let Some(flow) = self.aimed(&dialog) {
            dialog.heard_on(flow);
            return self.send_bye(now, &mut dialog, reason);
        }
        let asked = target_of(dialog.next_hop())
            .filter(|target| self.is_foreign(target, &dialog) && !self.is_asking_too_much());
        match asked {
            Some(target) => {
                let asker = Asker::Bye(Box::new(dialog.clone()), reason.cloned());
                if self.ask_name(target, asker).is_none() {
                    self.send_late_bye(now, dialog, reason.cloned(), None);
                }
            }
            None => self.send_late_bye(now, dialog, reason.cloned(), None),
        }
    }

    /// A name, and not that of the trunk's own server.
    fn is_foreign(&self, target: &Target, dialog: &Dialog) -> bool {
        let row = dialog
            .trunk
            .as_ref()
            .and_then(|name| self.trunks.rows.get(name));
        let own = row.is_some_and(|row| row.way.server_name().eq_ignore_ascii_case(&target.host));
        let host = target.host.trim_matches(['[', ']']);
        !own && host.parse::<std::net::IpAddr>().is_err()
    }

    /// The same BYE once the name has its answer; without one it goes to the trunk's own server.
    pub(super) fn send_late_bye(
        &mut self,
        now: Duration,
        mut dialog: Dialog,
        reason: Option<Reason>,
        hop: Option<Hop>,
    ) {
        let Some(trunk) = dialog.trunk.clone() else {
            return;
        };
        let hop = hop.or_else(|| self.hops(now, &trunk).first().copied());
        let server_name = match (dialog.next_hop().view().host_str(), hop) {
            (host, Some(_)) if !host.is_empty() => host.to_owned(),
            _ => return,
        };
        if let Some(flow) = hop.and_then(|hop| self.flow_to(hop, &server_name)) {
            dialog.heard_on(flow);
            self.send_bye(now, &mut dialog, reason.as_ref());
        }
    }
}
