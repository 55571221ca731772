//! What may happen in a step: callers, phones, people, and an engine that fails now and then.

use std::time::Duration;

use model::fact::QueueExit;

use acd::{AgentProfile, Input, QueueConfig, Requested, RouteAnswer, Step};
use model::{AgentId, AgentState, CallId, OfferId, QueueName, QueueSet, Requirement, Ties};

use super::{AGENTS, QUEUES, World};

impl World {
    /// Mostly a live offer; now and then one that has ended, as a crossing message would name it.
    pub(super) fn offer(&mut self) -> OfferId {
        let live: Vec<OfferId> = self.live.keys().copied().collect();
        match (live.is_empty(), self.dead.is_empty()) {
            (true, true) => OfferId::new(1),
            (true, false) => self.dead[self.dead.len() - 1],
            (false, false) if self.dice.roll(8) == 0 => self.dead[self.dead.len() - 1],
            (false, _) => self.dice.pick(&live),
        }
    }

    /// An external decision answers: one of the last questions, in time or late, with anybody or not at all.
    pub(super) fn route(&mut self) {
        let recent = self.routes.len().saturating_sub(2);
        let recent: Vec<_> = self.routes[recent..].to_vec();
        if recent.is_empty() {
            return;
        }
        let (call, id) = self.dice.pick(&recent);
        let answer = match self.dice.roll(4) {
            0 => RouteAnswer::Failed("http_500".into()),
            1 => RouteAnswer::LeftToUs,
            _ => RouteAnswer::Named {
                agents: (0..self.dice.roll(4))
                    .map(|_| AgentId::new(1 + self.dice.roll(AGENTS + 1)))
                    .collect(),
                unknown: Vec::new(),
                priority: (self.dice.roll(4) == 0).then_some(1),
            },
        };
        self.input(Input::RouteAnswered { call, id, answer });
    }

    pub(super) fn answer(&mut self) {
        let offer = self.offer();
        if self.dice.roll(4) > 0 {
            self.input(Input::Ringing { offer });
        }
        if self.dice.roll(4) == 0 {
            self.input(Input::PickedUp { offer });
            if self.dice.roll(2) == 0 {
                // R23: what becomes of it is seen later.
                return;
            }
        }
        self.input(Input::Answered { offer });
    }

    pub(super) fn join(&mut self) {
        self.calls += 1;
        let ties = (self.dice.roll(4) > 0).then(|| self.ties());
        let caller_agent =
            (self.dice.roll(9) == 0).then(|| AgentId::new(1 + self.dice.roll(AGENTS)));
        let input = Input::Joined {
            call: CallId::new(self.calls),
            queues: self.stands_in(),
            head_start: Duration::from_secs(self.dice.roll(3) * 30),
            priority: self.priority(),
            caller_agent,
            ties,
            sticky: self.dice.roll(4) > 0,
            needs: self.needs(),
        };
        self.input(input);
    }

    /// One queue, or several (A12); one that is named twice counts once.
    fn stands_in(&mut self) -> QueueSet {
        let number = self.dice.pick(&[1, 1, 2, 3]);
        let names = (0..number).map(|_| QueueName::from(self.dice.pick(&QUEUES)));
        QueueSet::of(names).unwrap()
    }

    /// Somebody looks after him, one has left whose team is one of the queues (R67), some must not meet him (R66).
    pub(super) fn ties(&mut self) -> Ties {
        let mut ties = Ties::default();
        if self.dice.roll(2) == 0 {
            let agent = AgentId::new(1 + self.dice.roll(AGENTS));
            ties.owner = Some(agent);
            if self.dice.roll(4) == 0 {
                ties.gone.insert(agent, self.dice.pick(&QUEUES).into());
            }
        }
        if self.dice.roll(6) == 0 {
            let agents = (0..3).map(|_| AgentId::new(1 + self.dice.roll(AGENTS)));
            ties.apart = agents.collect();
        }
        ties
    }

    /// Mostly none (D1).
    fn priority(&mut self) -> u8 {
        self.dice.pick(&[0, 0, 0, 1, 9])
    }

    /// D2: somebody who may wait gets another place.
    pub(super) fn prioritise(&mut self) {
        let back = self.dice.roll(6);
        let call = CallId::new(self.calls.saturating_sub(back).max(1));
        if self.dice.roll(3) == 0 {
            // D25: a person's word is no attempt of ours that goes round.
            self.withheld.remove(&call);
            let agent = AgentId::new(1 + self.dice.roll(AGENTS));
            return self.input(Input::Assigned { call, agent });
        }
        let ahead = Duration::from_secs(self.dice.roll(100));
        let input = Input::Prioritised {
            call,
            priority: Some(self.priority()),
            head_start: (self.dice.roll(2) == 0).then_some(ahead),
        };
        self.input(input);
    }

    pub(super) fn identify(&mut self) {
        let (call, ties) = (CallId::new(self.calls), self.ties());
        self.input(Input::Identified { call, ties });
    }

    pub(super) fn direct(&mut self, agent: AgentId) {
        self.calls += 1;
        let (call, ring_timeout) = (CallId::new(self.calls), Duration::from_secs(25));
        if self.dice.roll(2) == 0 {
            // B12: he waits for him.
            let input = Input::JoinedFor {
                call,
                queues: self.stands_in(),
                agent,
                wait_max: Duration::from_secs(self.dice.roll(60)),
                ring_timeout,
                head_start: Duration::from_secs(self.dice.roll(3) * 30),
                priority: self.priority(),
                apart: self.ties().apart,
            };
            return self.input(input);
        }
        self.input(Input::Direct {
            call,
            agent,
            ring_timeout,
        });
    }

    /// Somebody's call is handed on, asked about, or comes back.
    pub(super) fn hand_over(&mut self, agent: AgentId) {
        let talks = self.talks.iter().map(|(who, call)| (*who, *call));
        // The engine takes a caller out of a line before it names an agent for him.
        let talks: Vec<_> = talks
            .filter(|(_, call)| !self.line.contains_key(call))
            .collect();
        if talks.is_empty() {
            return;
        }
        let (from, call) = self.dice.pick(&talks);
        let ring_timeout = Duration::from_secs(25);
        let queue: Option<QueueName> =
            (self.dice.roll(2) == 0).then(|| self.dice.pick(&QUEUES).into());
        let consult = self.dice.roll(5);
        let input = match consult {
            0 => Input::Consulted {
                call,
                agent,
                ring_timeout,
            },
            1 => Input::ConsultCompleted { call, agent, queue },
            2 => Input::HandedOn {
                call,
                agent,
                queue,
                ring_timeout,
            },
            3 => Input::HandedToQueue {
                call,
                queues: self.stands_in(),
                head_start: Duration::from_secs(self.dice.roll(100)),
                priority: self.priority(),
                caller_agent: None,
                from,
                back: self.dice.roll(2) == 0,
                needs: self.needs(),
                apart: self.ties().apart,
            },
            _ if self.talks.contains_key(&agent) => return,
            _ => Input::TookOver { call, agent, queue },
        };
        self.input(input);
        if consult > 1 {
            self.talks.remove(&from);
            self.input(Input::CallEnded { call, agent: from });
        }
        if consult > 1 && !self.line.contains_key(&call) && self.dice.roll(2) == 0 {
            self.input(Input::Returned {
                call,
                agent: from,
                queue: None,
                ring_timeout,
            });
        }
    }

    pub(super) fn phone(&mut self, agent: AgentId) {
        let input = match self.dice.roll(10) {
            0 => Input::PhoneUnregistered(agent),
            1..=2 => return self.picks_up(agent),
            3..=6 => return self.puts_down(agent),
            _ => Input::PhoneRegistered(agent),
        };
        self.input(input);
    }

    /// His phone is in a new call, or once more in one that waits, rings or talks.
    pub(super) fn picks_up(&mut self, agent: AgentId) {
        self.calls += self.dice.roll(2);
        let call = CallId::new(self.calls.max(1));
        if self.acd.agent_state(agent).is_some() {
            self.own.entry(agent).or_default().insert(call);
        }
        let call = Some(call);
        self.input(Input::PhoneBusy { agent, call });
    }

    pub(super) fn puts_down(&mut self, agent: AgentId) {
        let own = self.own.entry(agent).or_default();
        let call = own.pop_first().or(Some(CallId::new(1)));
        self.input(Input::PhoneFree { agent, call });
    }

    pub(super) fn withhold(&mut self) {
        let offer = self.offer();
        if let Some(call) = self.end(offer)
            && self.line.contains_key(&call)
        {
            let pause = QueueConfig::new("any".into()).pass_pause;
            self.withheld.insert(call, self.now + pause);
        }
        self.input(Input::Withheld { offer });
    }

    pub(super) fn lose(&mut self) {
        let back = self.dice.roll(20);
        let call = CallId::new(self.calls.saturating_sub(back).max(1));
        self.talks.retain(|_, talk| *talk != call);
        for own in self.own.values_mut() {
            own.remove(&call);
        }
        self.input(Input::CallGone { call });
        self.lost += 1;
        assert!(!self.line.contains_key(&call), "{call} is lost and waits");
        assert!(
            !self.live.values().any(|live| *live == call),
            "{call} rings"
        );
        let of_it = |state: &AgentState| match state {
            AgentState::WrapUp { .. } => false,
            state => state.call() == Some(call),
        };
        let held = self.acd.agents().find(|(_, state)| of_it(state));
        assert_eq!(held, None, "{call} is lost");
    }

    /// Somebody is to be called back (D21).
    pub(super) fn promise(&mut self) {
        self.calls += 1;
        let (call, queues) = (CallId::new(self.calls), self.stands_in());
        if let Some(known) = queues.filtered(|name| self.queues.contains(name)) {
            self.line.insert(call, known);
            self.promised.insert(call, false);
        }
        let ago = Duration::from_secs(self.dice.roll(200));
        let input = Input::Promised {
            call,
            queues,
            since: self.now - ago,
            priority: self.priority(),
            needs: self.needs(),
        };
        self.input(input);
    }

    /// Somebody who is being called answers, or does not; now and then one who is not being called seems to.
    pub(super) fn calls_back(&mut self) {
        let called = self.promised.iter().filter(|(_, called)| **called);
        let called: Vec<CallId> = called.map(|(call, _)| *call).collect();
        let call = match called.is_empty() {
            true => CallId::new(self.calls.max(1)),
            false => self.dice.pick(&called),
        };
        let input = match self.dice.roll(4) {
            0 => Input::Left {
                call,
                cause: QueueExit::Failed,
            },
            _ => Input::CalledBack { call },
        };
        self.input(input);
    }

    /// What a caller may need of an agent; mostly nothing.
    fn needs(&mut self) -> Option<Requirement> {
        let texts = ["en", "en >= 2", "not fr", "fr >= 3 or en", "nobody"];
        let text = (self.dice.roll(4) == 0).then(|| self.dice.pick(&texts));
        text.map(|text| text.parse().unwrap())
    }

    /// Steps that relax, or do not.
    pub(super) fn steps(&mut self) -> Vec<Step> {
        let steps = ["en >= 2", "nobody", "en or fr", "not nobody"];
        let number = self.dice.roll(4);
        let steps = (0..number).map(|_| Step {
            needs: self.dice.pick(&steps).parse().unwrap(),
            lasts: Duration::from_secs(1 + self.dice.roll(20)),
        });
        steps.collect()
    }

    pub(super) fn put(&mut self, id: AgentId) {
        let queues = QUEUES.iter().filter(|_| self.dice.roll(3) > 0);
        let queues: Vec<&str> = queues.copied().collect();
        let terms = |name: &str, tier, weight| format!("{name}/{}*{}", tier + 1, weight);
        let names = queues.iter().map(|name| QueueName::from(*name));
        self.serving.insert(id, names.collect());
        let queues = queues.into_iter().map(|name| {
            let (tier, weight) = (self.dice.roll(2), self.dice.roll(3));
            terms(name, tier, weight).parse().unwrap()
        });
        let queues = queues.collect();
        let level = |dice: &mut super::Dice| u8::try_from(1 + dice.roll(3)).unwrap();
        let skills = ["en", "fr"].map(|name| (name.to_owned(), level(&mut self.dice)));
        let known = usize::try_from(self.dice.roll(3)).unwrap();
        let skills = skills.into_iter().take(known).collect();
        let login = format!("{}{id}", self.dice.roll(3));
        self.input(Input::AgentPut(AgentProfile {
            id,
            login,
            queues,
            skills,
        }));
    }

    pub(super) fn request(&mut self, agent: AgentId, request: Requested) {
        let cause = "agent";
        self.input(Input::StateRequested {
            agent,
            request,
            cause,
        });
    }
}
