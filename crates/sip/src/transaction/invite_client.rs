//! INVITE client transaction, RFC 3261 §17.1.1 with state Accepted of RFC 6026 §7.2.
//!
//! It keeps the ACKs that were sent, so that a repeated final response is acknowledged even after the call is gone.

use super::{Action, Setting, timer::Timer};
use bytes::Bytes;
use core::time::Duration;

/// RFC 3261 §17.1.1.2: "at least 32 seconds".
const TIMER_D: Duration = Duration::from_secs(32);
/// 2xx of more forks than this are acknowledged without being remembered.
const FORKS_MAX: usize = 8;

#[derive(Debug)]
enum State {
    /// The request is out; nothing came.
    Calling { interval: Duration },
    /// A 1xx came.
    Proceeding,
    /// A 300-699 came and was acknowledged.
    Completed { ack: Bytes },
    /// A 2xx came: tags of those who sent one, with the ACK to each.
    Accepted { acks: Vec<(Vec<u8>, Bytes)> },
}

/// The machine.
#[derive(Debug)]
pub(crate) struct InviteClient {
    setting: Setting,
    request: Bytes,
    state: State,
    /// Nobody waits for the answer any more.
    is_given_up: bool,
}

/// What a 2xx is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Success {
    /// The first one: the call is answered; acknowledge it.
    First,
    /// Another phone behind the same INVITE: acknowledge it and hang up (RFC 3261 §13.2.2.4).
    Fork,
    /// Known: its ACK went out once more.
    Repeat,
    /// Too late for this transaction.
    Ignored,
}

impl InviteClient {
    pub(crate) fn start(setting: Setting, request: Bytes, actions: &mut Vec<Action>) -> Self {
        actions.push(Action::Send(request.clone()));
        if !setting.is_reliable {
            actions.push(Action::Start(Timer::A, setting.timers.t1));
        }
        actions.push(Action::Start(Timer::B, setting.timers.timeout()));
        let interval = setting.timers.t1;
        Self {
            setting,
            request,
            state: State::Calling { interval },
            is_given_up: false,
        }
    }

    /// The request as it was sent.
    pub(crate) fn request(&self) -> &Bytes {
        &self.request
    }

    /// Takes a 1xx; true when the user is to see it.
    pub(crate) fn provisional(&mut self, actions: &mut Vec<Action>) -> bool {
        match self.state {
            State::Calling { .. } => {
                actions.push(Action::Stop(Timer::A));
                if !self.is_given_up {
                    actions.push(Action::Stop(Timer::B));
                }
                self.state = State::Proceeding;
                true
            }
            State::Proceeding => true,
            State::Completed { .. } | State::Accepted { .. } => false,
        }
    }

    /// Takes a 2xx. After `First` and `Fork` the user gives its ACK by [`Self::acknowledge`].
    pub(crate) fn success(&mut self, tag: &[u8], actions: &mut Vec<Action>) -> Success {
        match &self.state {
            State::Calling { .. } | State::Proceeding => {
                actions.extend([
                    Action::Stop(Timer::A),
                    Action::Stop(Timer::B),
                    Action::Start(Timer::M, self.setting.timers.timeout()),
                ]);
                self.state = State::Accepted { acks: Vec::new() };
                Success::First
            }
            State::Accepted { acks } => match acks.iter().find(|(known, _)| known == tag) {
                Some((_, ack)) => {
                    actions.push(Action::Repeat(ack.clone()));
                    Success::Repeat
                }
                None => Success::Fork,
            },
            State::Completed { .. } => Success::Ignored,
        }
    }

    /// The ACK to a 2xx: goes out, and again for each repeat.
    pub(crate) fn acknowledge(&mut self, tag: &[u8], ack: Bytes, actions: &mut Vec<Action>) {
        actions.push(Action::Send(ack.clone()));
        if let State::Accepted { acks } = &mut self.state
            && acks.len() < FORKS_MAX
        {
            acks.push((tag.to_vec(), ack));
        }
    }

    /// Takes a 300-699 with the ACK that belongs to it; true when the user is to see it.
    pub(crate) fn failure(
        &mut self,
        ack: impl FnOnce() -> Bytes,
        actions: &mut Vec<Action>,
    ) -> bool {
        match &self.state {
            State::Calling { .. } | State::Proceeding => {
                let ack = ack();
                actions.extend([
                    Action::Stop(Timer::A),
                    Action::Stop(Timer::B),
                    Action::Send(ack.clone()),
                    Action::Start(Timer::D, self.setting.linger(TIMER_D)),
                ]);
                self.state = State::Completed { ack };
                true
            }
            State::Completed { ack } => {
                actions.push(Action::Repeat(ack.clone()));
                false
            }
            State::Accepted { .. } => false,
        }
    }

    /// Nobody waits for the answer any more: the peer has 64*T1 for the final one, whatever 1xx it says.
    pub(crate) fn give_up(&mut self, actions: &mut Vec<Action>) {
        self.is_given_up = true;
        match self.state {
            State::Calling { .. } | State::Proceeding => {
                actions.push(Action::Start(Timer::B, self.setting.timers.timeout()));
            }
            State::Completed { .. } | State::Accepted { .. } => {}
        }
    }

    pub(crate) fn timer(&mut self, timer: Timer, actions: &mut Vec<Action>) {
        match (&mut self.state, timer) {
            (State::Calling { interval }, Timer::A) => {
                // RFC 3261 §17.1.1.2: doubles without a bound; B is the bound.
                *interval = interval.saturating_mul(2);
                actions.push(Action::Repeat(self.request.clone()));
                actions.push(Action::Start(Timer::A, *interval));
            }
            (State::Calling { .. } | State::Proceeding, Timer::B) => {
                actions.extend([Action::TimedOut, Action::Terminated])
            }
            (State::Completed { .. }, Timer::D) | (State::Accepted { .. }, Timer::M) => {
                actions.push(Action::Terminated);
            }
            // A timer of a state that was left: it was stopped.
            (
                State::Calling { .. }
                | State::Proceeding
                | State::Completed { .. }
                | State::Accepted { .. },
                _,
            ) => {}
        }
    }
}
