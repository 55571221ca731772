//! R1 in any state: each agent of the queue stands in the record exactly once, and the record keeps its bound.

use std::collections::BTreeSet;

use acd::Output;
use model::decision::{RECORD_MAX, Verdict};
use model::{AgentId, CallId, Decision};

use super::{AGENTS, World};

impl World {
    /// The record of an offer by a queue.
    pub(super) fn offered(&mut self, output: &Output) {
        if let Output::Offer {
            queue: Some(queue),
            call,
            agent,
            decision,
            ..
        } = output
            // D25: a person named him.
            && decision.strategy != "assigned"
        {
            assert!(*queue == decision.queue && decision.chose(*agent));
            assert!(decision.place > 0 && decision.tie.is_some());
            // R77: of other agents than there are by now, if he was held meanwhile.
            if !self.back.remove(call) {
                self.weighed(decision);
            }
        }
    }

    /// Any caller in line may ask why, at any time.
    pub(super) fn asks_why(&mut self) {
        let calls: Vec<CallId> = self.line.keys().copied().collect();
        if calls.is_empty() {
            return;
        }
        let call = self.dice.pick(&calls);
        let told = self.acd.why(self.now, call);
        let queues: Vec<_> = told.iter().map(|one| one.queue.clone()).collect();
        assert_eq!(queues, Vec::from_iter(self.line[&call].iter().cloned()));
        for decision in &told {
            self.weighed(decision);
        }
    }

    fn weighed(&mut self, decision: &Decision) {
        let outs: Vec<AgentId> = decision.outs().map(|(_, agent)| agent).collect();
        let ranked = decision.candidates.iter().map(|one| one.agent);
        let ranked: BTreeSet<_> = ranked
            .chain(decision.all_chosen())
            .chain(decision.behind.iter())
            .collect();
        let mut named: Vec<_> = ranked.iter().copied().chain(outs.iter().copied()).collect();
        named.sort();
        let serving = (1..=AGENTS).map(AgentId::new).filter(|agent| {
            let queues = self.serving.get(agent);
            queues.is_some_and(|queues| queues.contains(&decision.queue))
        });
        assert_eq!(named, Vec::from_iter(serving), "{decision:?}");
        assert_eq!(ranked.len(), usize::try_from(decision.ranked).unwrap());
        for agent in outs {
            let verdict = decision.verdict(agent);
            assert!(matches!(verdict, Some(Verdict::Out(_))) && !decision.chose(agent));
        }
        assert!(serde_json::to_string(decision).unwrap().len() <= RECORD_MAX);
        self.records += 1;
    }
}
