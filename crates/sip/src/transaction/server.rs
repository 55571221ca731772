//! Non-INVITE server transaction, RFC 3261 §17.2.2.
//!
//! We answer each of these requests in the turn in which it comes, so the machine starts in state Completed: Trying and
//! Proceeding last no time here.

use super::{Action, Setting, timer::Timer};
use bytes::Bytes;

/// The machine: a final answer that is given again to repeats until J fires.
#[derive(Debug)]
pub(crate) struct Server {
    response: Bytes,
}

impl Server {
    pub(crate) fn start(setting: Setting, response: Bytes, actions: &mut Vec<Action>) -> Self {
        actions.push(Action::Send(response.clone()));
        actions.push(Action::Start(
            Timer::J,
            setting.linger(setting.timers.timeout()),
        ));
        Self { response }
    }

    /// The request came again.
    pub(crate) fn repeated(&self, actions: &mut Vec<Action>) {
        actions.push(Action::Repeat(self.response.clone()));
    }

    pub(crate) fn timer(&mut self, timer: Timer, actions: &mut Vec<Action>) {
        if timer == Timer::J {
            actions.push(Action::Terminated);
        }
    }
}
