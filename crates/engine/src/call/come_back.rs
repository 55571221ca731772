//! A transfer that fails: the talk goes on, or the caller comes back (D31).
//!
//! While the agent is still there nothing has happened to the caller. Once he is out, his phone is rung for the caller; then
//! the caller stands in his queue with his full score and a bonus; where there is no queue, or it lets him wait in vain, the
//! script of the number takes him. Invariant: each step leads to the next, so that it ends.

use std::time::Duration;

use model::Fact;
use model::fact::{CallResult, EndedBy};
use model::transfer::NotReached;

use super::line::Wait;
use super::transfer::Stage;
use super::{Call, Phase};
use crate::config::Entry;
use crate::context::Context;
use crate::route;

/// D31: how long the phone of the one who handed the call on rings for the caller who comes back.
const BACK_RING: Duration = Duration::from_secs(10);
/// D31: what a caller who comes back is placed ahead.
const BACK_BONUS: Duration = Duration::from_secs(60);

impl Call {
    /// Nobody was reached. `false` when no transfer is under way.
    pub(super) fn transfer_missed(&mut self, context: &mut Context, cause: NotReached) -> bool {
        let Some(mut transfer) = self.transfer.take() else {
            return false;
        };
        let call = self.id;
        self.stop_playing(context);
        if !transfer.is_back() {
            transfer.report(context, status_of(cause));
            context.fact(Fact::TransferFailed {
                call,
                transfer: transfer.told.clone(),
                cause,
            });
        }
        match transfer.stage {
            Stage::Asking(talking) => {
                self.phase = Phase::Talking(talking);
                self.arrange(context);
            }
            Stage::HandedOver => {
                let (agent, queue) = (transfer.from(), transfer.queue.clone());
                transfer.stage = Stage::Back;
                self.transfer = Some(transfer);
                self.phase = Phase::Direct;
                self.ring_back(context);
                context.tell_acd(acd::Input::Returned {
                    call,
                    agent,
                    queue,
                    ring_timeout: BACK_RING,
                });
            }
            Stage::Back => {
                let Some(queue) = transfer.queue.clone() else {
                    return self.begin_anew(context);
                };
                transfer.stage = Stage::InLine;
                self.transfer = Some(transfer);
                // Full score: as if he had stood there all the time.
                let since = self.score_since.unwrap_or(context.now);
                let head_start = context.now.saturating_sub(since) + BACK_BONUS;
                let wait = Wait {
                    head_start,
                    ..Wait::of(queue.into())
                };
                self.stand_in(context, wait, true);
            }
            Stage::InLine => return self.begin_anew(context),
        }
        true
    }

    /// D31: the last that can be done for a caller whom nobody takes: the script of the number that he dialled.
    fn begin_anew(&mut self, context: &mut Context) -> bool {
        self.phase = Phase::InScript;
        match route::entry(
            &context.config,
            &context.directory,
            &self.caller,
            &self.called,
        ) {
            Some((_, entry @ Entry::Script(_))) => self.enter_target(context, entry),
            Some((_, Entry::Queue(_) | Entry::Agent(_) | Entry::Regions(_) | Entry::Standby))
            | None => {
                self.finish(context, CallResult::Abandoned, EndedBy::System);
            }
        }
        true
    }
}

/// What the phone that asked for the transfer is told.
const fn status_of(cause: NotReached) -> u16 {
    match cause {
        NotReached::Busy => 486,
        NotReached::NoAnswer => 408,
        NotReached::Declined => 603,
        NotReached::Unreachable | NotReached::Queue => 480,
        NotReached::TakenBack => 487,
    }
}
