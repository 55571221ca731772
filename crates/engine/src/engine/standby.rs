//! The signalling and the media of lines that stand (C15): a phone dials in, says something while it rests, is lost.

use bytes::Bytes;
use model::{AgentId, CallId};
use sip::{IncomingInvite, Refusal, SessionId};

use super::Engine;
use crate::call::CallEvent;
use crate::leg::{Leg, LegError};
use crate::route;
use crate::standby::Loss;

impl Engine {
    /// An agent's phone dials the number of the house for that. `false`: it is another call.
    pub(super) fn dials_in(&mut self, session: SessionId, invite: &IncomingInvite) -> bool {
        let login = invite.authenticated.as_deref();
        let agent = login.and_then(|login| self.context.directory.by_login(login));
        let Some(agent) = agent.map(|agent| agent.id) else {
            return false;
        };
        if invite.trunk.is_some() || !route::is_standby(&self.context.config, &invite.called_user) {
            return false;
        }
        if let Err(status) = self.stand_by(agent, session, invite) {
            let context = &mut self.context;
            context
                .sip
                .reject(context.now, session, Refusal::new(status));
            context.forget_session(session);
        }
        true
    }

    fn stand_by(
        &mut self,
        agent: AgentId,
        session: SessionId,
        invite: &IncomingInvite,
    ) -> Result<(), u16> {
        let context = &mut self.context;
        if context.standby.is_lent(agent) {
            return Err(486);
        }
        let home = CallId::new(context.ids.next(context.now));
        let refused = |error: LegError| error.status();
        let mut leg = Leg::incoming(context, home, session, invite).map_err(refused)?;
        let body = match &invite.sdp {
            Some(offer) => leg.answer_sdp(context, offer),
            None => Ok(leg.sdp_offer()),
        };
        match body {
            Ok(body) => {
                // Not before: a line that cannot be had takes no other's place.
                context.end_standby(agent, Loss::Replaced);
                context.sip.answer(context.now, session, body);
                context.stand_by(agent, home, leg);
                Ok(())
            }
            Err(error) => {
                leg.release(context);
                Err(error.status())
            }
        }
    }

    /// ACK, or the answer to a change of ours, while the line rests. `false`: it is none of these.
    pub(super) fn standby_agrees(&mut self, session: SessionId, sdp: Option<&Bytes>) -> bool {
        let Some((agent, mut leg)) = self.context.take_resting(session) else {
            return false;
        };
        let agreed = sdp.is_none_or(|sdp| leg.accept_sdp(&mut self.context, sdp).is_ok());
        let is_sure = agreed && leg.is_negotiated();
        self.context.put_resting(agent, leg);
        if !is_sure {
            self.context.end_standby(agent, Loss::Failed);
        }
        true
    }

    /// A change of its media while it rests. `false`: it does not.
    pub(super) fn standby_re_invites(&mut self, session: SessionId, sdp: Option<&Bytes>) -> bool {
        let Some((agent, mut leg)) = self.context.take_resting(session) else {
            return false;
        };
        let context = &mut self.context;
        let body = match sdp {
            Some(offer) => leg.answer_sdp(context, offer),
            None => Ok(leg.sdp_offer()),
        };
        match body {
            Ok(body) => context.sip.accept_reinvite(context.now, session, body),
            Err(error) => {
                let status = error.status();
                context.sip.reject_reinvite(context.now, session, status);
            }
        }
        context.put_resting(agent, leg);
        true
    }

    /// A port is of no use any more; so is the line that stood on it.
    pub(super) fn port_lost(&mut self, port: media::PortId, loss: Loss, event: CallEvent) {
        let agent = self.context.standby.of_port(port);
        self.standby_lost(agent, loss, |engine| engine.port_turn(port, |_| event));
    }

    /// A line is lost: it leaves the table, the call that has it learns of it, and then it is told.
    pub(super) fn standby_lost(
        &mut self,
        agent: Option<AgentId>,
        loss: Loss,
        turn: impl FnOnce(&mut Self),
    ) {
        let cut = agent.filter(|agent| self.context.cut_standby(*agent));
        turn(self);
        if let Some(agent) = cut {
            self.context.tell_standby_ended(agent, loss);
        }
    }
}
