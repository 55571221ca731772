//! News of the rooms below, each handed to the call that it concerns, in the turn in which it came: here those of SIP.

mod distribution;
mod media;

use std::panic::{AssertUnwindSafe, catch_unwind};

use model::fact::{EndedBy, KeyWay};
use model::{CallId, Fact};
use sip::Event;

use super::Engine;
use crate::call::{Call, CallEvent, NOT_HERE};
use crate::context::Side;
use crate::input::Output;
use crate::standby::Loss;

/// Whom we have called.
enum Called {
    Agent(model::OfferId),
    Outside,
}

impl Engine {
    pub(super) fn sip_event(&mut self, event: Event) {
        match event {
            Event::Invite { session, invite } => self.arrive(session, invite),
            Event::Registered { user, first, .. } => self.registered(&user, first),
            Event::Unregistered { user, cause } => self.unregistered(&user, cause),
            Event::Cancelled { session, .. } => {
                self.session_turn(session, |_| CallEvent::CallerGone {
                    by: EndedBy::Caller,
                })
            }
            Event::Acked { session, sdp } => {
                if !self.standby_agrees(session, sdp.as_ref()) {
                    self.session_turn(session, |side| CallEvent::Acked { side, session, sdp });
                }
            }
            Event::ReInvite { session, sdp } => {
                match self.context.sessions.get(&session).copied() {
                    Some((call, side)) => {
                        self.turn(call, CallEvent::ReInvite { side, session, sdp });
                    }
                    None if self.standby_re_invites(session, sdp.as_ref()) => {}
                    // It crosses our CANCEL: nobody of ours wants that dialog any more, but it is answered.
                    None => {
                        let now = self.context.now;
                        self.context.sip.reject_reinvite(now, session, NOT_HERE);
                    }
                }
            }
            Event::ReInviteAnswered { session, sdp } => {
                if let Some(sdp) = sdp
                    && !self.standby_agrees(session, Some(&sdp))
                {
                    self.session_turn(session, |side| CallEvent::ReInviteAnswered {
                        side,
                        session,
                        sdp,
                    });
                }
            }
            // The session goes on as it was.
            Event::ReInviteRefused { .. } => {}
            Event::Refer { refer, session, to } => self.referred(refer, session, to),
            Event::BindingsChanged { user, bindings } => {
                self.context.outputs.push_back(Output::Bindings {
                    login: user,
                    bindings,
                })
            }
            Event::Trunk { trunk, change } => self.trunk_changed(&trunk, change),
            Event::Digit { session, digit, .. } => {
                self.session_turn(session, |side| CallEvent::Key {
                    side,
                    key: digit,
                    way: KeyWay::Info,
                });
            }
            Event::Ringing { session, sdp, .. } => {
                self.called_turn(session, |side| match side {
                    Called::Agent(offer) => CallEvent::AgentRinging { offer, sdp },
                    Called::Outside => CallEvent::OutsideRings { session, sdp },
                });
            }
            Event::Answered { session, sdp, late } => {
                self.called_turn(session, |side| match side {
                    Called::Agent(offer) => CallEvent::AgentAnswered {
                        offer,
                        session,
                        sdp,
                        late,
                    },
                    Called::Outside => CallEvent::OutsideAnswered { session, sdp, late },
                });
            }
            Event::Refused {
                session,
                status,
                reason,
                ..
            } => {
                self.called_turn(session, |side| match side {
                    Called::Agent(offer) => CallEvent::AgentRefused {
                        offer,
                        session,
                        status,
                        reason,
                    },
                    Called::Outside => CallEvent::OutsideRefused {
                        session,
                        status,
                        reason,
                    },
                });
            }
            Event::Ended { session, by, .. } => {
                let agent = self.context.standby.of_session(session);
                self.standby_lost(agent, Loss::of(by), |engine| {
                    engine.session_over(session, by)
                });
            }
        }
    }

    /// A party has hung up, or its leg was lost.
    fn session_over(&mut self, session: sip::SessionId, by: sip::EndedBy) {
        self.session_turn(session, |side| match side {
            Side::Caller => CallEvent::CallerGone {
                by: ended_by(by, EndedBy::Caller),
            },
            Side::Outside => CallEvent::OutsideGone {
                session,
                by: ended_by(by, EndedBy::Caller),
            },
            Side::Agent(offer) => CallEvent::AgentGone {
                offer,
                session,
                by: ended_by(by, EndedBy::Agent),
            },
        });
    }

    pub(super) fn arrive(&mut self, session: sip::SessionId, invite: Box<sip::IncomingInvite>) {
        if self.dials_in(session, &invite) {
            return;
        }
        if let Some(replaced) = invite.replaces {
            return self.replaces(session, replaced.session, &invite);
        }
        let context = &mut self.context;
        let id = CallId::new(context.ids.next(context.now));
        let arrived = catch_unwind(AssertUnwindSafe(|| {
            Call::arrive(context, id, session, invite)
        }));
        match arrived {
            Ok(Some(call)) => self.begin(id, call),
            Ok(None) => self.context.placement.forget(id),
            Err(_) => {
                self.context.sessions.insert(session, (id, Side::Caller));
                self.context.placement.forget(id);
                self.release(id, None, false, Vec::new());
            }
        }
    }

    pub(super) fn session_turn(
        &mut self,
        session: sip::SessionId,
        event: impl FnOnce(Side) -> CallEvent,
    ) {
        if let Some((call, side)) = self.context.sessions.get(&session).copied() {
            self.turn(call, event(side));
        }
    }

    /// The turn of a call of ours to somebody.
    fn called_turn(&mut self, session: sip::SessionId, event: impl FnOnce(Called) -> CallEvent) {
        match self.context.sessions.get(&session).copied() {
            Some((call, Side::Agent(offer))) => self.turn(call, event(Called::Agent(offer))),
            Some((call, Side::Outside)) => self.turn(call, event(Called::Outside)),
            // A phone that answers for a call that broke or does not want it any more: the endpoint's own BYE ends it.
            Some((_, Side::Caller)) | None => {
                self.context.sip.hang_up(self.context.now, session, None)
            }
        }
    }

    /// A1, A2: a trunk that comes or goes is never silent.
    fn trunk_changed(&mut self, trunk: &sip::TrunkName, change: sip::TrunkChange) {
        let (state, cause) = match change {
            sip::TrunkChange::Up => ("up", None),
            sip::TrunkChange::Down { cause } => ("down", Some(cause)),
            sip::TrunkChange::Registered => ("registered", None),
            sip::TrunkChange::Unregistered { cause } => ("unregistered", Some(cause)),
        };
        match &cause {
            Some(cause) => tracing::warn!(%trunk, state, cause, "a trunk is not to be had"),
            None => tracing::info!(%trunk, state, "a trunk is to be had"),
        }
        self.context.fact(Fact::TrunkStateChanged {
            trunk: trunk.as_str().to_owned(),
            state: state.to_owned(),
            cause,
        });
    }

    pub(super) fn registered(&mut self, user: &str, first: bool) {
        let Some(agent) = self.context.directory.by_login(user).map(|agent| agent.id) else {
            return;
        };
        if first {
            self.context.fact(Fact::AgentRegistered { agent });
            self.context.tell_acd(acd::Input::PhoneRegistered(agent));
            self.sign_in_by_phone(agent);
        }
    }

    pub(super) fn unregistered(&mut self, user: &str, cause: sip::UnregisterCause) {
        let Some(agent) = self.context.directory.by_login(user).map(|agent| agent.id) else {
            return;
        };
        let cause = match cause {
            sip::UnregisterCause::Expired => "expired",
            sip::UnregisterCause::Request => "request",
            sip::UnregisterCause::FlowLost => "flow_lost",
            sip::UnregisterCause::Silent => "silent",
            sip::UnregisterCause::AccountRemoved => "account_removed",
        };
        self.context.fact(Fact::AgentUnregistered {
            agent,
            cause: cause.to_owned(),
        });
        if cause == "request" {
            self.sign_out_by_phone(agent);
        }
        // C14: an outside number is still there.
        if !self.context.is_reachable(agent) {
            self.context.tell_acd(acd::Input::PhoneUnregistered(agent));
        }
    }
}

const fn ended_by(by: sip::EndedBy, party: EndedBy) -> EndedBy {
    match by {
        sip::EndedBy::RemoteBye => party,
        sip::EndedBy::NoAck
        | sip::EndedBy::FlowLost
        | sip::EndedBy::Timeout
        | sip::EndedBy::SessionExpired => EndedBy::System,
    }
}
