//! The caller's wait: into the line of one queue or of several (A12), what he hears there, and out of it again.
//!
//! The ACD keeps the line; its words alone order joined and left. Of several queues the home queue is the one whose music he
//! hears. Who answers, and by which queue, stands in `talk.rs`.

use std::time::Duration;

use model::decision::Unserved;
use model::fact::QueueExit;
use model::transfer::NotReached;
use model::{Fact, QueueName, QueueSet, RegionName, Requirement};

use super::{Call, Phase};
use crate::context::Context;
use crate::regions::RegionFit;

/// Where a caller is to wait, and how.
pub(super) struct Wait {
    pub(super) queues: QueueSet,
    /// The regions that led there.
    pub(super) regions: Vec<RegionName>,
    pub(super) head_start: Duration,
    /// D1.
    pub(super) priority: u8,
    /// What he needs of an agent, whatever the queue asks (R69).
    pub(super) needs: Option<Requirement>,
    /// Whether the familiar agent comes first; `None`: as the queue says.
    pub(super) sticky: Option<bool>,
    /// The sound that tells him the keys (D14).
    pub(super) choices: Option<String>,
}

impl Wait {
    /// In the queues of regions.
    pub(super) fn by(fit: RegionFit) -> Self {
        Self {
            regions: fit.regions,
            ..Self::of(fit.queues)
        }
    }

    /// As everybody waits.
    pub(super) const fn of(queues: QueueSet) -> Self {
        Self {
            queues,
            regions: Vec::new(),
            head_start: Duration::ZERO,
            priority: 0,
            needs: None,
            sticky: None,
            choices: None,
        }
    }
}

impl Call {
    pub(super) fn join_queue(&mut self, context: &mut Context, wait: Wait) {
        let Wait {
            queues,
            regions,
            head_start,
            priority,
            needs,
            sticky,
            choices,
        } = wait;
        let exists = |name: &QueueName| context.config.queues.contains_key(name);
        let Some(queues) = queues.filtered(exists) else {
            // A reload took the queue away while this call's script still names it: nobody stood in it.
            self.push_or_end(context, ivr::Input::QueueLeft(QueueExit::Closed));
            return;
        };
        self.begin_wait(context, queues.home(), choices.as_deref());
        self.regions = regions;
        // R74: who comes from another queue has waited since he joined that one.
        let since = context.now.saturating_sub(head_start);
        let since = self.score_since.map_or(since, |score| score.min(since));
        self.score_since = Some(since);
        self.priority = self.priority.max(priority);
        self.needs.clone_from(&needs);
        self.claim = self.claim_place(context, queues.home());
        let claim = self.claim.as_deref();
        let since = claim.map_or(since, |claim| claim.since.min(since));
        let priority = claim.map_or(0, |claim| claim.priority).max(self.priority);
        let priority = priority.max(self.priority_of_vip(context, queues.home()));
        context.tell_acd(acd::Input::Joined {
            call: self.id,
            queues,
            head_start: context.now.saturating_sub(since),
            priority,
            caller_agent: self.caller_agent,
            ties: self.known_ties(),
            sticky: sticky.unwrap_or(true) && context.config.is_key(&self.caller),
            needs,
        });
    }

    /// F5: his level is his priority where the queue says so.
    fn priority_of_vip(&self, context: &Context, queue: &QueueName) -> u8 {
        let queue = context.config.queues.get(queue);
        let counts = queue.is_some_and(|queue| queue.vip_first);
        if counts { self.vip_level() } else { 0 }
    }

    /// F5: it turned out that he is one while he waits.
    pub(super) fn raise_vip(&self, context: &mut Context) {
        if !matches!(self.phase, Phase::Queued(_)) {
            return;
        }
        let home = context.acd.home(self.id).cloned();
        let level = home.map_or(0, |home| self.priority_of_vip(context, &home));
        let stands = self.claim.as_ref().map_or(0, |claim| claim.priority);
        if level > self.priority.max(stands) {
            context.tell_acd(acd::Input::Prioritised {
                call: self.id,
                priority: Some(level),
                head_start: None,
            });
        }
    }

    /// An agent hands the caller on to a queue, or he is `back` from that (D31).
    pub(super) fn stand_in(&mut self, context: &mut Context, wait: Wait, back: bool) {
        let Some(from) = self.transfer.as_ref().map(|transfer| transfer.from()) else {
            return;
        };
        self.begin_wait(context, wait.queues.home(), None);
        self.regions = wait.regions;
        context.tell_acd(acd::Input::HandedToQueue {
            call: self.id,
            queues: wait.queues,
            head_start: wait.head_start,
            priority: self.priority,
            caller_agent: self.caller_agent,
            from,
            back,
            // D31: who comes back to his queue needs what he needed; elsewhere other people serve.
            needs: self.needs.clone().filter(|_| back),
            apart: self.ties().apart,
        });
    }

    /// A12: the queues of the regions that fit the caller, where the script asks for them.
    pub(super) fn wait_by_region(&self, context: &Context, by_region: bool) -> Option<Wait> {
        let config = &context.config;
        let regions = by_region.then_some(&config.regions)?;
        regions.fit(&config.plan, &self.caller).map(Wait::by)
    }

    /// The ACD took him in.
    pub(super) fn joined_queue(&mut self, context: &mut Context, queues: &QueueSet, position: u32) {
        self.target_found(context);
        let had_place = self.take_up_place(context);
        // The place that he gave up stood before him.
        let stands_now = had_place.then(|| context.acd.position(self.id)).flatten();
        context.fact(Fact::QueueJoined {
            call: self.id,
            queue: queues.home().clone(),
            position: stands_now.unwrap_or(position),
            also: queues.also().to_vec(),
            regions: std::mem::take(&mut self.regions),
        });
    }

    pub(super) fn starving(
        &self,
        context: &mut Context,
        queue: QueueName,
        waited: Duration,
        passed_over: u32,
    ) {
        context.fact(Fact::QueueStarving {
            call: self.id,
            queue,
            waited_ms: u64::try_from(waited.as_millis()).unwrap_or(u64::MAX),
            passed_over,
        });
    }

    /// D30: one of his queues is gone. It may have been the home queue, so the music begins anew, by the one that is now.
    pub(super) fn queue_dropped(
        &mut self,
        context: &mut Context,
        dropped: QueueName,
        queues: &QueueSet,
    ) {
        context.fact(Fact::QueueDropped {
            call: self.id,
            dropped,
            queue: queues.home().clone(),
            also: queues.also().to_vec(),
        });
        self.change_home(context, queues.home());
    }

    pub(super) fn leave_queue(&mut self, context: &mut Context) {
        self.stop_playing(context);
        if matches!(self.phase, Phase::Queued(_)) {
            self.phase = Phase::InScript;
            self.leaving = true;
            context.tell_acd(acd::Input::Left {
                call: self.id,
                cause: QueueExit::Key,
            });
        }
    }

    /// The line is left without an agent: the script goes on by the exit, if it was not the script or the caller who left.
    pub(super) fn left_queue(
        &mut self,
        context: &mut Context,
        queue: QueueName,
        cause: QueueExit,
        waited: Duration,
        unserved: Option<Box<Unserved>>,
    ) {
        if self.rings_back() {
            return self.stop_calling_back(context, cause);
        }
        let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        self.leaving = false;
        context.fact(Fact::QueueLeft {
            call: self.id,
            queue,
            cause,
            waited_ms,
            unserved,
        });
        match cause {
            QueueExit::Abandoned | QueueExit::Key | QueueExit::Failed | QueueExit::Moved => {}
            QueueExit::Timeout
            | QueueExit::Full
            | QueueExit::NoAgents
            | QueueExit::Closed
            | QueueExit::Withdrawn => {
                self.claim = None;
                if self.transfer_missed(context, NotReached::Queue) {
                    return;
                }
                self.stop_playing(context);
                if matches!(self.phase, Phase::Queued(_)) {
                    self.phase = Phase::InScript;
                }
                // B12: `DirectEnded` follows, and says by which exit the script goes on.
                if !std::mem::take(&mut self.personal) {
                    self.push_or_end(context, ivr::Input::QueueLeft(cause));
                }
            }
        }
    }
}
