//! INVITE server transaction, RFC 3261 §17.2.1 with state Accepted of RFC 6026 §7.1.
//!
//! The 2xx is repeated by the session, not here (§13.3.1.4): this machine only absorbs repeats of the INVITE meanwhile.

use super::{Action, Setting, timer::Timer};
use bytes::Bytes;
use core::time::Duration;

#[derive(Debug)]
enum State {
    /// No final answer yet.
    Proceeding {
        /// What was told last.
        last: Option<Bytes>,
    },
    /// A 300-699 is out and waits for its ACK.
    Completed { refusal: Bytes, interval: Duration },
    /// The ACK to the refusal came.
    Confirmed,
    /// A 2xx is out.
    Accepted,
}

/// The machine.
#[derive(Debug)]
pub(crate) struct InviteServer {
    setting: Setting,
    state: State,
    is_sparing: bool,
}

impl InviteServer {
    /// RFC 3261 §17.2.1: nothing is told yet; the endpoint says 100 Trying if nothing else is said in time.
    pub(crate) const fn new(setting: Setting) -> Self {
        Self {
            setting,
            state: State::Proceeding { last: None },
            is_sparing: false,
        }
    }

    /// Whether its sender has heard nothing yet.
    pub(crate) const fn is_untold(&self) -> bool {
        matches!(self.state, State::Proceeding { last: None })
    }

    /// G11: nothing shows that the sender is at the address that its datagram names, so a refusal is sent once, and again
    /// only for each repeat of the INVITE.
    pub(crate) fn spare(&mut self) {
        self.is_sparing = true;
    }

    /// The INVITE came again.
    pub(crate) fn repeated(&self, actions: &mut Vec<Action>) {
        match &self.state {
            State::Proceeding { last } => actions.extend(last.clone().map(Action::Repeat)),
            State::Completed { refusal, .. } => actions.push(Action::Repeat(refusal.clone())),
            State::Confirmed | State::Accepted => {}
        }
    }

    /// Sends a 1xx, 2xx or refusal; after a final one nothing more.
    pub(crate) fn respond(&mut self, status: u16, response: Bytes, actions: &mut Vec<Action>) {
        let State::Proceeding { last } = &mut self.state else {
            return;
        };
        actions.push(Action::Send(response.clone()));
        match status {
            0..=199 => *last = Some(response),
            200..=299 => {
                actions.push(Action::Start(Timer::L, self.setting.timers.timeout()));
                self.state = State::Accepted;
            }
            300.. => {
                let interval = self.setting.timers.t1;
                if !self.setting.is_reliable && !self.is_sparing {
                    actions.push(Action::Start(Timer::G, interval));
                }
                actions.push(Action::Start(Timer::H, self.setting.timers.timeout()));
                self.state = State::Completed {
                    refusal: response,
                    interval,
                };
            }
        }
    }

    /// An ACK with the branch of the INVITE: the one to a refusal.
    pub(crate) fn acknowledged(&mut self, actions: &mut Vec<Action>) {
        match self.state {
            State::Completed { .. } => {
                actions.extend([
                    Action::Stop(Timer::G),
                    Action::Stop(Timer::H),
                    Action::Start(Timer::I, self.setting.linger(self.setting.timers.t4)),
                ]);
                self.state = State::Confirmed;
            }
            State::Proceeding { .. } | State::Confirmed | State::Accepted => {}
        }
    }

    pub(crate) fn timer(&mut self, timer: Timer, actions: &mut Vec<Action>) {
        match (&mut self.state, timer) {
            (State::Completed { refusal, interval }, Timer::G) => {
                *interval = self.setting.double_to_t2(*interval);
                actions.push(Action::Repeat(refusal.clone()));
                actions.push(Action::Start(Timer::G, *interval));
            }
            (State::Completed { .. }, Timer::H) => {
                actions.extend([Action::TimedOut, Action::Terminated])
            }
            (State::Confirmed, Timer::I) | (State::Accepted, Timer::L) => {
                actions.push(Action::Terminated)
            }
            // A timer of a state that was left: it was stopped.
            (
                State::Proceeding { .. }
                | State::Completed { .. }
                | State::Confirmed
                | State::Accepted,
                _,
            ) => {}
        }
    }
}
