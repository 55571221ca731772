//! Commands: what people want, answered in the turn in which it was asked.

use model::{AgentId, AgentState};

use super::{Engine, RETRY_AFTER, opt_out};
use crate::call::CallEvent;
use crate::command::{AgentEntry, Asker, Command, CommandError, StateRequest};
use crate::config::SignIn;
use crate::input::Restored;
use crate::one_line::one_line;
use crate::standby::Loss;

/// Longest word that an agent may give as a reason.
const REASON_MAX: usize = 32;

impl Engine {
    pub(super) fn command(&mut self, command: Command) -> Result<(), CommandError> {
        match command {
            Command::SetAgentState { agent, request, by } => {
                self.set_agent_state(agent, request, by)
            }
            Command::EndWrapUp { agent } => self.end_wrap_up(agent),
            Command::MoreWrapUp { agent } => self.more_wrap_up(agent),
            Command::Decline { agent, reason } => self.decline(agent, reason),
            Command::LeaveStandby { agent } => {
                self.known_agent(agent)?;
                self.context.end_standby(agent, Loss::Agent);
                Ok(())
            }
            Command::Categorise { agent, category } => self.categorise(agent, &category),
            Command::HangUp { call } => {
                if !self.calls.contains_key(&call) {
                    return Err(CommandError::UnknownCall(call));
                }
                self.turn(call, CallEvent::HangUp);
                Ok(())
            }
            Command::Talk { call, agent, order } => {
                self.known_agent(agent)?;
                if !self.calls.contains_key(&call) {
                    return Err(CommandError::UnknownCall(call));
                }
                self.context.refused = None;
                self.turn(call, CallEvent::Order { agent, order });
                self.context.refused.take().map_or(Ok(()), Err)
            }
            Command::Supervise {
                call,
                by,
                order,
                reason,
            } => {
                if !self.calls.contains_key(&call) {
                    return Err(CommandError::UnknownCall(call));
                }
                self.context.refused = None;
                self.turn(call, CallEvent::Supervise { by, order, reason });
                self.context.refused.take().map_or(Ok(()), Err)
            }
            Command::CancelCallback {
                callback,
                by,
                reason,
            } => self.cancel_callback(callback, by, &reason),
            Command::ServeQueue {
                agent,
                queue,
                serves,
                by,
            } => self.serve_queue(agent, queue, serves, by),
            Command::CloseCalendar { calendar, closing } => {
                self.context.close_calendar(&calendar, closing)
            }
            Command::OpenCalendar { calendar, by } => self.context.open_calendar(&calendar, by),
            Command::PutAgent(agent) => {
                self.put_agent(agent);
                Ok(())
            }
            Command::RemoveAgent(agent) => {
                let former = self
                    .context
                    .directory
                    .remove(agent)
                    .ok_or(CommandError::UnknownAgent(agent))?;
                self.context.sip.remove_account(&former.login);
                self.context.end_standby(agent, Loss::Offline);
                self.context.tell_acd(acd::Input::AgentRemoved(agent));
                self.context.breaks.forget(agent);
                self.context.declines.forget(agent);
                Ok(())
            }
            Command::SetNumberLists(lists) => {
                self.context.lists = lists;
                Ok(())
            }
            Command::Drain => {
                self.context.sip.set_refusing(Some(RETRY_AFTER));
                self.draining = true;
                self.context.stop_standby();
                Ok(())
            }
            Command::EndCalls => {
                let calls: Vec<_> = self.calls.keys().copied().collect();
                for call in calls {
                    self.turn(call, CallEvent::HangUp);
                }
                Ok(())
            }
        }
    }

    pub(super) fn known_agent(&self, agent: AgentId) -> Result<(), CommandError> {
        self.context
            .directory
            .get(agent)
            .map(|_| ())
            .ok_or(CommandError::UnknownAgent(agent))
    }

    pub(super) fn set_agent_state(
        &mut self,
        agent: AgentId,
        request: StateRequest,
        by: Asker,
    ) -> Result<(), CommandError> {
        self.known_agent(agent)?;
        let request = match request {
            StateRequest::Ready => {
                self.may_be_ready(agent)?;
                acd::Requested::Ready
            }
            StateRequest::Offline => acd::Requested::Offline,
            StateRequest::NotReady { reason } => {
                let reason = one_line("reason", &reason, REASON_MAX)?;
                self.known_reason(&reason)?;
                acd::Requested::NotReady(model::NotReadyReason::Said(reason.into()))
            }
        };
        let cause = match by {
            Asker::Agent => acd::agent::cause::AGENT,
            Asker::Supervisor => acd::agent::cause::SUPERVISOR,
        };
        self.context.tell_acd(acd::Input::StateRequested {
            agent,
            request,
            cause,
        });
        Ok(())
    }

    /// C2: where the house has reasons, no other word is one.
    fn known_reason(&self, word: &str) -> Result<(), CommandError> {
        let reasons = &self.context.config.reasons;
        if reasons.list.is_empty() || reasons.get(word).is_some() {
            return Ok(());
        }
        let names: Vec<&str> = reasons.list.iter().map(|reason| &*reason.name).collect();
        let names = names.join(", ");
        Err(CommandError::Invalid(format!(
            "no reason `{word}`; expected one of {names}"
        )))
    }

    pub(super) fn put_agent(&mut self, agent: AgentEntry) {
        let account = sip::Account {
            ha1_md5: agent.ha1_md5,
            ha1_sha256: agent.ha1_sha256,
        };
        let profile = opt_out::profile(&agent);
        let (id, login) = (agent.id, agent.login.clone());
        let was_reachable = self.context.is_reachable(id);
        if let Some(former) = self.context.directory.put(agent)
            && former.login != login
        {
            self.context.sip.remove_account(&former.login);
        }
        self.context.sip.set_account(&login, account);
        self.context.tell_acd(acd::Input::AgentPut(profile));
        // C14: an outside number is a phone for the ACD.
        match (was_reachable, self.context.is_reachable(id)) {
            (false, true) => self.context.tell_acd(acd::Input::PhoneRegistered(id)),
            (true, false) => self.context.tell_acd(acd::Input::PhoneUnregistered(id)),
            (false, false) | (true, true) => {}
        }
    }

    /// G13, C20: the phone first, then the wish, so that whoever was ready is ready at once. Nobody has said anything: a phone
    /// that comes back by itself signs nobody in, and a call that was cut with the process leaves no wrap-up.
    pub(super) fn restore(&mut self, restored: Restored) {
        let Restored {
            agent,
            bindings,
            past,
            wish,
        } = restored;
        let Some(login) = self.context.directory.get(agent).map(|a| a.login.clone()) else {
            return;
        };
        let now = self.context.now;
        self.fenced("contacts of the former process", |context| {
            context.sip.restore_bindings(now, &login, bindings);
        });
        self.restoring = true;
        self.settle();
        self.restoring = false;
        self.relive_breaks(agent, &past);
        self.context
            .tell_acd(acd::Input::Restored { agent, past, wish });
    }

    /// C2: the breaks of the day. One that ran ended with the process.
    fn relive_breaks(&mut self, agent: AgentId, past: &[(std::time::Duration, acd::Past)]) {
        let (breaks, reasons) = (&mut self.context.breaks, &self.context.config.reasons);
        for (at, past) in past {
            if let acd::Past::Became(state) = past {
                breaks.changed(*at, agent, state, reasons);
            }
        }
        if let Some((last, _)) = past.last() {
            breaks.changed(*last, agent, &AgentState::Offline, reasons);
        }
    }

    /// Where phones sign in: the first registration of an agent who is not at work makes him ready.
    pub(super) fn sign_in_by_phone(&mut self, agent: AgentId) {
        let offline = matches!(
            self.context.acd.agent_state(agent),
            Some(AgentState::Offline)
        );
        if offline && !self.restoring && self.context.config.sign_in == SignIn::Phone {
            let request = acd::Requested::Ready;
            self.context.tell_acd(acd::Input::StateRequested {
                agent,
                request,
                cause: acd::agent::cause::PHONE,
            });
        }
    }

    /// Where phones sign in: one that signs off sends its agent home. A phone that is lost does not (A5).
    pub(super) fn sign_out_by_phone(&mut self, agent: AgentId) {
        if self.context.config.sign_in == SignIn::Phone {
            let request = acd::Requested::Offline;
            self.context.tell_acd(acd::Input::StateRequested {
                agent,
                request,
                cause: acd::agent::cause::PHONE,
            });
        }
    }
}
