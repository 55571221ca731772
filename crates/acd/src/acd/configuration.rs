//! A new configuration on a running centre (D30, R16, R17): a diff, not a restart.

use core::time::Duration;
use std::collections::BTreeMap;

use model::{AgentId, CallId, QueueName};

use super::Acd;
use crate::config::QueueConfig;
use crate::queue::Queue;
use crate::timer::Timer;

impl Acd {
    pub(super) fn configure(
        &mut self,
        now: Duration,
        version: u64,
        mut configs: BTreeMap<QueueName, QueueConfig>,
    ) {
        self.config_version = version;
        for name in self.queues.keys().cloned().collect::<Vec<_>>() {
            match configs.remove(&name) {
                Some(config) => self.reconfigure(now, &name, config),
                None => self.close(now, &name),
            }
        }
        for (name, config) in configs {
            self.queues.insert(name, Queue::new(config));
        }
        for id in self.agents.keys().copied().collect::<Vec<AgentId>>() {
            self.enrol(now, id);
        }
    }

    fn close(&mut self, now: Duration, name: &QueueName) {
        let line = self.queues.get(name).map(|queue| &queue.line);
        let calls = line.map(|line| line.iter().map(|place| place.call).collect::<Vec<CallId>>());
        for call in calls.unwrap_or_default() {
            self.turn_out(now, call, name);
        }
        self.timers.cancel(&Timer::NoAgents(name.clone()));
        self.queues.remove(name);
    }

    fn reconfigure(&mut self, now: Duration, name: &QueueName, config: QueueConfig) {
        let Some(queue) = self.queues.get_mut(name) else {
            return;
        };
        let other_steps = queue.config.steps != config.steps;
        // B14: the clocks of those who wait run on.
        let other_relax = queue.config.relax != config.relax;
        queue.config = config;
        queue.readmit(now, &self.agents);
        let asks = queue.config.strategy.asks();
        let calls: Vec<CallId> = queue.line.iter().map(|place| place.call).collect();
        for call in calls {
            let caller = self.waiting.get(&call);
            if caller.is_some_and(|caller| !self.looks_on(caller)) {
                self.give_up_familiar(call);
            }
            if !asks && self.home(call) == Some(name) {
                self.forget_route(now, call);
            }
            if other_steps {
                self.keep_step(now, call, name);
            } else if other_relax {
                self.look_ahead(now, call, name);
            }
            self.weigh_by_home(call);
            self.refile(call);
        }
        self.watch_staffing(now, name);
    }
}
