//! Non-INVITE client transaction, RFC 3261 §17.1.2: our BYE and CANCEL.

use super::{Action, Setting, timer::Timer};
use bytes::Bytes;
use core::time::Duration;

#[derive(Debug)]
enum State {
    /// The request is out; nothing came.
    Trying { interval: Duration },
    /// A 1xx came: repeats slow down to T2.
    Proceeding,
    /// A final answer came.
    Completed,
}

/// The machine.
#[derive(Debug)]
pub(crate) struct Client {
    setting: Setting,
    request: Bytes,
    state: State,
}

impl Client {
    pub(crate) fn start(setting: Setting, request: Bytes, actions: &mut Vec<Action>) -> Self {
        actions.push(Action::Send(request.clone()));
        if !setting.is_reliable {
            actions.push(Action::Start(Timer::E, setting.timers.t1));
        }
        actions.push(Action::Start(Timer::F, setting.timers.timeout()));
        let interval = setting.timers.t1;
        Self {
            setting,
            request,
            state: State::Trying { interval },
        }
    }

    /// The request as it was sent.
    pub(crate) fn request(&self) -> &Bytes {
        &self.request
    }

    /// Takes a response; true when the user is to see it.
    pub(crate) fn response(&mut self, status: u16, actions: &mut Vec<Action>) -> bool {
        match self.state {
            State::Completed => false,
            State::Trying { .. } | State::Proceeding if status < 200 => {
                self.state = State::Proceeding;
                true
            }
            State::Trying { .. } | State::Proceeding => {
                actions.extend([
                    Action::Stop(Timer::E),
                    Action::Stop(Timer::F),
                    Action::Start(Timer::K, self.setting.linger(self.setting.timers.t4)),
                ]);
                self.state = State::Completed;
                true
            }
        }
    }

    pub(crate) fn timer(&mut self, timer: Timer, actions: &mut Vec<Action>) {
        match (&mut self.state, timer) {
            (State::Trying { interval }, Timer::E) => {
                *interval = self.setting.double_to_t2(*interval);
                actions.push(Action::Repeat(self.request.clone()));
                actions.push(Action::Start(Timer::E, *interval));
            }
            (State::Proceeding, Timer::E) => {
                actions.push(Action::Repeat(self.request.clone()));
                actions.push(Action::Start(Timer::E, self.setting.timers.t2));
            }
            (State::Trying { .. } | State::Proceeding, Timer::F) => {
                actions.extend([Action::TimedOut, Action::Terminated]);
            }
            (State::Completed, Timer::K) => actions.push(Action::Terminated),
            // A timer of a state that was left: it was stopped.
            (State::Trying { .. } | State::Proceeding | State::Completed, _) => {}
        }
    }
}
