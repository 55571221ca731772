//! Non-INVITE server transaction, RFC 3261 §17.2.2.
//!
//! Most of these requests are answered in the turn in which they come, so the machine starts in state Completed; what the
//! owner of a call is to answer starts in Trying, in which repeats are absorbed. Proceeding does not exist here.

use super::{Action, Setting, timer::Timer};
use bytes::Bytes;

#[derive(Debug)]
enum State {
    /// No answer yet.
    Trying,
    /// The answer is given again to repeats until J fires.
    Completed { response: Bytes },
}

/// The machine.
#[derive(Debug)]
pub(crate) struct Server {
    setting: Setting,
    state: State,
}

impl Server {
    pub(crate) fn start(setting: Setting, response: Bytes, actions: &mut Vec<Action>) -> Self {
        let mut machine = Self::pending(setting);
        machine.respond(response, actions);
        machine
    }

    /// A request whose answer is still to come.
    pub(crate) fn pending(setting: Setting) -> Self {
        Self {
            setting,
            state: State::Trying,
        }
    }

    /// Sends the answer; a second one is not sent.
    pub(crate) fn respond(&mut self, response: Bytes, actions: &mut Vec<Action>) {
        match self.state {
            State::Trying => {
                actions.push(Action::Send(response.clone()));
                let wait = self.setting.linger(self.setting.timers.timeout());
                actions.push(Action::Start(Timer::J, wait));
                self.state = State::Completed { response };
            }
            State::Completed { .. } => {}
        }
    }

    /// The request came again.
    pub(crate) fn repeated(&self, actions: &mut Vec<Action>) {
        match &self.state {
            State::Trying => {}
            State::Completed { response } => actions.push(Action::Repeat(response.clone())),
        }
    }

    pub(crate) fn timer(&mut self, timer: Timer, actions: &mut Vec<Action>) {
        if timer == Timer::J {
            actions.push(Action::Terminated);
        }
    }
}
