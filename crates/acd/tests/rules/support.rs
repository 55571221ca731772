//! A small centre in virtual time: one line a step, invariants checked after each.
//!
//! Agents are letters (`A` has id 1 and login `a`), callers are numbers. News read as short words: `offer 1 A`.

use std::collections::BTreeMap;
use std::time::Duration;

use acd::{
    Acd, AgentProfile, DirectEnd, Input, OfferEnd, Output, QueueConfig, Requested, RouteAnswer,
    strategy,
};
use model::fact::QueueExit;
use model::{
    AgentId, AgentState, CallId, Decision, NotReadyReason, OfferId, QueueName, QueueSet, Ties,
};

/// The queue that tests use when they name none.
pub(crate) const SUPPORT: &str = "support";
const SEED: u64 = 42;

pub(crate) fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn id(letter: char) -> AgentId {
    AgentId::new(u64::from(u32::from(letter) - u32::from('A') + 1))
}

pub(crate) fn letter(id: AgentId) -> char {
    char::from(b'A' + u8::try_from(id.get() - 1).unwrap())
}

pub(crate) fn call(number: u64) -> CallId {
    CallId::new(number)
}

pub(crate) fn queue(name: &str, strategy: &str) -> QueueConfig {
    let mut config = QueueConfig::new(name.into());
    config.strategy = strategy::find(strategy).unwrap();
    config.wrap_up = Duration::ZERO;
    config
}

pub(crate) struct Centre {
    pub(crate) acd: Acd,
    pub(crate) now: Duration,
    queues: BTreeMap<QueueName, QueueConfig>,
    version: u64,
    /// Whether phones say 180 as soon as they are rung.
    pub(crate) phones_ring: bool,
    /// Whether the test answers for external decisions; else they leave each caller to the queue (B15).
    pub(crate) routes_by_hand: bool,
    news: Vec<String>,
    pub(crate) offers: BTreeMap<AgentId, OfferId>,
    pub(crate) decisions: Vec<Decision>,
    pub(crate) outputs: Vec<(Duration, Output)>,
}

impl Centre {
    /// A centre with the queue `support`, without wrap-up, and these agents ready in it.
    pub(crate) fn new(strategy: &str, agents: &str) -> Self {
        Self::tuned(strategy, agents, |_| {})
    }

    pub(crate) fn tuned(strategy: &str, agents: &str, tune: impl Fn(&mut QueueConfig)) -> Self {
        let mut config = queue(SUPPORT, strategy);
        tune(&mut config);
        let mut centre = Self {
            acd: Acd::new(SEED, 0),
            now: s(1_800_000_000),
            queues: BTreeMap::new(),
            version: 0,
            phones_ring: true,
            routes_by_hand: false,
            news: Vec::new(),
            offers: BTreeMap::new(),
            decisions: Vec::new(),
            outputs: Vec::new(),
        };
        centre.add_queue(config);
        for agent in agents.chars() {
            centre.hires(agent, &[SUPPORT]).ready(agent);
        }
        centre
    }

    // Configuration and people.

    pub(crate) fn add_queue(&mut self, config: QueueConfig) -> &mut Self {
        self.queues.insert(config.name.clone(), config);
        self.reload()
    }

    pub(crate) fn tune(&mut self, name: &str, tune: impl Fn(&mut QueueConfig)) -> &mut Self {
        tune(self.queues.get_mut(name).unwrap());
        self.reload()
    }

    pub(crate) fn drop_queue(&mut self, name: &str) -> &mut Self {
        self.queues.remove(name);
        self.reload()
    }

    fn reload(&mut self) -> &mut Self {
        self.version += 1;
        self.acd
            .set_queues(self.now, self.version, self.queues.clone());
        self.drain()
    }

    /// An offline agent with a registered phone.
    pub(crate) fn hires(&mut self, agent: char, queues: &[&str]) -> &mut Self {
        self.assigns(agent, queues)
            .input(Input::PhoneRegistered(id(agent)))
    }

    pub(crate) fn assigns(&mut self, agent: char, queues: &[&str]) -> &mut Self {
        self.input(Input::AgentPut(AgentProfile {
            id: id(agent),
            login: agent.to_lowercase().to_string(),
            queues: queues.iter().map(|text| text.parse().unwrap()).collect(),
            skills: Default::default(),
        }))
    }

    /// A ready agent of `support` with skills, written `en=4 fr`.
    pub(crate) fn hires_with(&mut self, agent: char, skills: &str) -> &mut Self {
        self.trains(agent, skills)
            .input(Input::PhoneRegistered(id(agent)))
            .ready(agent)
    }

    pub(crate) fn trains(&mut self, agent: char, skills: &str) -> &mut Self {
        self.assigns_with(agent, &[SUPPORT], skills)
    }

    pub(crate) fn assigns_with(&mut self, agent: char, queues: &[&str], skills: &str) -> &mut Self {
        let level = |text: &str| {
            let (name, level) = text.split_once('=').unwrap_or((text, "1"));
            (name.to_owned(), level.parse().unwrap())
        };
        self.input(Input::AgentPut(AgentProfile {
            id: id(agent),
            login: agent.to_lowercase().to_string(),
            queues: queues.iter().map(|text| text.parse().unwrap()).collect(),
            skills: skills.split_whitespace().map(level).collect(),
        }))
    }

    pub(crate) fn requests(&mut self, agent: char, request: Requested) -> &mut Self {
        self.input(Input::StateRequested {
            agent: id(agent),
            request,
            cause: "agent",
        })
    }

    pub(crate) fn ready(&mut self, agent: char) -> &mut Self {
        self.requests(agent, Requested::Ready)
    }

    pub(crate) fn rests(&mut self, agent: char) -> &mut Self {
        let reason = NotReadyReason::Said("break".into());
        self.requests(agent, Requested::NotReady(reason))
    }

    pub(crate) fn signs_out(&mut self, agent: char) -> &mut Self {
        self.requests(agent, Requested::Offline)
    }

    // Callers.

    pub(crate) fn joins(&mut self, number: u64) -> &mut Self {
        self.joins_as(number, SUPPORT, 0, None, None)
    }

    pub(crate) fn joins_in(&mut self, number: u64, queue: &str) -> &mut Self {
        self.joins_as(number, queue, 0, None, None)
    }

    pub(crate) fn joins_vip(&mut self, number: u64, head_start_s: u64) -> &mut Self {
        self.joins_as(number, SUPPORT, head_start_s, None, None)
    }

    /// Strictly before all of a lower priority (D1).
    pub(crate) fn joins_first(&mut self, number: u64, queue: &str, priority: u8) -> &mut Self {
        self.input(Input::Joined {
            call: call(number),
            queues: set(&[queue]),
            head_start: s(0),
            priority,
            caller_agent: None,
            ties: Some(Ties::default()),
            sticky: true,
            needs: None,
        })
    }

    pub(crate) fn joins_for(&mut self, number: u64, familiar: char) -> &mut Self {
        self.joins_as(number, SUPPORT, 0, None, Some(familiar))
    }

    /// He stands in several queues, the first of which is his home.
    pub(crate) fn joins_all(&mut self, number: u64, queues: &[&str]) -> &mut Self {
        self.joins_set(number, queues, 0, None, None)
    }

    pub(crate) fn joins_as(
        &mut self,
        number: u64,
        queue: &str,
        head_start_s: u64,
        caller_agent: Option<char>,
        familiar: Option<char>,
    ) -> &mut Self {
        self.joins_set(number, &[queue], head_start_s, caller_agent, familiar)
    }

    pub(crate) fn joins_set(
        &mut self,
        number: u64,
        queues: &[&str],
        head_start_s: u64,
        caller_agent: Option<char>,
        familiar: Option<char>,
    ) -> &mut Self {
        self.input(Input::Joined {
            call: call(number),
            queues: set(queues),
            head_start: s(head_start_s),
            priority: 0,
            caller_agent: caller_agent.map(id),
            ties: Some(familiar.map(owned_by).unwrap_or_default()),
            sticky: true,
            needs: None,
        })
    }

    /// He needs something of an agent, whatever the queue asks.
    pub(crate) fn joins_needing(&mut self, number: u64, needs: &str) -> &mut Self {
        self.input(Input::Joined {
            call: call(number),
            queues: set(&[SUPPORT]),
            head_start: s(0),
            priority: 0,
            caller_agent: None,
            ties: Some(Ties::default()),
            sticky: true,
            needs: Some(needs.parse().unwrap()),
        })
    }

    pub(crate) fn leaves(&mut self, number: u64, cause: QueueExit) -> &mut Self {
        self.input(Input::Left {
            call: call(number),
            cause,
        })
    }

    pub(crate) fn hangs_up(&mut self, number: u64) -> &mut Self {
        self.leaves(number, QueueExit::Abandoned)
    }

    // Phones.

    pub(crate) fn offer(&self, agent: char) -> OfferId {
        self.offers[&id(agent)]
    }

    pub(crate) fn answers(&mut self, agent: char) -> &mut Self {
        let offer = self.offer(agent);
        self.input(Input::Answered { offer })
    }

    pub(crate) fn declines(&mut self, agent: char) -> &mut Self {
        let offer = self.offer(agent);
        self.input(Input::Declined { offer })
    }

    pub(crate) fn fails(&mut self, agent: char, status: u16) -> &mut Self {
        let offer = self.offer(agent);
        self.input(Input::Failed { offer, status })
    }

    /// The agent's part of his call ends.
    pub(crate) fn ends(&mut self, agent: char) -> &mut Self {
        let call = self.acd.agent_state(id(agent)).unwrap().call().unwrap();
        self.input(Input::CallEnded {
            call,
            agent: id(agent),
        })
    }

    /// He is being rung, answers and talks for so long.
    #[track_caller]
    pub(crate) fn talks(&mut self, agent: char, seconds: u64) -> &mut Self {
        let state = self.acd.agent_state(id(agent)).unwrap();
        assert!(
            matches!(
                state,
                AgentState::Reserved { .. } | AgentState::Ringing { .. }
            ),
            "nobody rings {agent}: {state:?}"
        );
        self.answers(agent).wait(seconds).ends(agent)
    }

    /// A whole call at this agent, whom the strategy must choose.
    #[track_caller]
    pub(crate) fn serves(&mut self, agent: char, number: u64, seconds: u64) -> &mut Self {
        self.joins(number).talks(agent, seconds).silence()
    }

    // Time and results.

    /// Lets time pass; whatever is due happens when it is due.
    pub(crate) fn wait(&mut self, seconds: u64) -> &mut Self {
        self.wait_ms(seconds * 1_000)
    }

    pub(crate) fn wait_ms(&mut self, ms: u64) -> &mut Self {
        let end = self.now + Duration::from_millis(ms);
        while let Some(at) = self.acd.poll_timeout().filter(|at| *at <= end) {
            assert!(at >= self.now, "a timer in the past");
            self.now = at;
            self.acd.handle_timeout(at);
            self.drain();
        }
        self.now = end;
        self
    }

    pub(crate) fn input(&mut self, input: Input) -> &mut Self {
        self.acd.handle_input(self.now, input);
        self.drain()
    }

    fn drain(&mut self) -> &mut Self {
        self.check();
        while let Some(output) = self.acd.poll_output() {
            self.outputs.push((self.now, output.clone()));
            if !self.routes_by_hand && self.is_left_to_us(&output) {
                continue;
            }
            if let Some(word) = told(&output) {
                self.news.push(word);
            }
            let Output::Offer {
                offer,
                agent,
                decision,
                ..
            } = output
            else {
                continue;
            };
            self.offers.insert(agent, offer);
            self.decisions.push(*decision);
            if self.phones_ring {
                self.acd.handle_input(self.now, Input::Ringing { offer });
                self.check();
            }
        }
        self
    }

    /// Whether it is about an external decision, which leaves the caller to the queue.
    fn is_left_to_us(&mut self, output: &Output) -> bool {
        if let Output::RouteAsked { call, asked } = output {
            let (id, call, answer) = (asked.id, *call, RouteAnswer::LeftToUs);
            let input = Input::RouteAnswered { call, id, answer };
            self.acd.handle_input(self.now, input);
            self.check();
            return true;
        }
        matches!(output, Output::RouteSettled { .. })
    }

    fn check(&self) {
        if let Err(breach) = self.acd.check_invariants() {
            panic!("{breach}");
        }
    }

    /// What was told since the last time, state changes left out.
    #[track_caller]
    pub(crate) fn expect(&mut self, news: &str) -> &mut Self {
        assert_eq!(self.news.join(", "), news);
        self.silence()
    }

    /// The last news is this; what came before does not matter.
    #[track_caller]
    pub(crate) fn silence_but(&mut self, last: &str) -> &mut Self {
        assert_eq!(self.news.last().map(String::as_str), Some(last));
        self.silence()
    }

    /// The alarms that were given so far (D1).
    pub(crate) fn starved(&self) -> Vec<String> {
        let alarms = self.outputs.iter().filter_map(|(_, output)| match output {
            Output::Starving { .. } => told(output),
            _ => None,
        });
        alarms.collect()
    }

    /// Forgets the news.
    pub(crate) fn silence(&mut self) -> &mut Self {
        self.news.clear();
        self
    }

    #[track_caller]
    pub(crate) fn expect_state(&mut self, agent: char, state: &str) -> &mut Self {
        assert_eq!(self.state(agent), state, "{agent}");
        self
    }

    /// `ready`, `not_ready break`, `talking 1`.
    pub(crate) fn state(&self, agent: char) -> String {
        let Some(state) = self.acd.agent_state(id(agent)) else {
            return "unknown".to_owned();
        };
        match (state, state.call()) {
            (AgentState::NotReady { reason }, _) => format!("not_ready {reason}"),
            (_, Some(call)) => format!("{} {call}", state.name()),
            (_, None) => state.name().to_owned(),
        }
    }

    pub(crate) fn last_decision(&self) -> &Decision {
        self.decisions.last().unwrap()
    }

    /// The causes of an agent's state changes.
    pub(crate) fn causes(&self, agent: char) -> Vec<&'static str> {
        let changes = self.outputs.iter().filter_map(|(_, output)| match output {
            Output::AgentStateChanged {
                agent: who, cause, ..
            } if *who == id(agent) => Some(*cause),
            _ => None,
        });
        changes.collect()
    }
}

pub(crate) fn set(queues: &[&str]) -> QueueSet {
    QueueSet::of(queues.iter().map(|name| QueueName::from(*name))).unwrap()
}

pub(crate) fn owned_by(agent: char) -> Ties {
    Ties::owned_by(id(agent))
}

fn letters(agents: &[AgentId]) -> String {
    agents.iter().map(|agent| letter(*agent)).collect()
}

fn told(output: &Output) -> Option<String> {
    let text = match output {
        Output::Offer { call, agent, .. } => format!("offer {call} {}", letter(*agent)),
        Output::Withdraw {
            call, agent, end, ..
        } => match end {
            OfferEnd::Missed => format!("missed {call} {}", letter(*agent)),
            OfferEnd::NoContact => format!("no contact {call} {}", letter(*agent)),
            OfferEnd::Cancelled(cause) => {
                format!("cancelled {call} {} {cause:?}", letter(*agent))
            }
        },
        Output::Connect { call, agent, .. } => format!("connect {call} {}", letter(*agent)),
        Output::TookOver { call, agent, .. } => format!("took over {call} {}", letter(*agent)),
        Output::TooLate { call, agent, .. } => format!("too late {call} {}", letter(*agent)),
        Output::AgentStateChanged { .. }
        | Output::JoinedQueue { .. }
        | Output::Levelled { .. }
        | Output::WrapUp { .. } => {
            return None;
        }
        Output::CallBack { call } => format!("call back {call}"),
        Output::AskFamiliar { call, agent, .. } => format!("ask {call} {}", letter(*agent)),
        Output::Starving {
            call,
            waited,
            passed_over,
            ..
        } => format!("starves {call} {}s {passed_over}", waited.as_secs()),
        Output::LastPaused { agent, queues, .. } => {
            let names: Vec<_> = queues.iter().map(QueueName::as_str).collect();
            format!("last paused {} {}", letter(*agent), names.join("+"))
        }
        Output::QueueDropped { call, queues, .. } => {
            let names: Vec<_> = queues.iter().map(QueueName::as_str).collect();
            format!("keeps {call} {}", names.join("+"))
        }
        Output::RouteAsked { call, asked } => format!("ask {call} {}", letters(&asked.candidates)),
        Output::RouteSettled { call, settled } => {
            let outcome = settled.told.outcome.name();
            format!("{outcome} {call} {}", letters(&settled.agents))
        }
        Output::LeftQueue { call, cause, .. } => format!("left {call} {cause:?}"),
        Output::DirectEnded { call, agent, end } => match end {
            DirectEnd::Busy => format!("busy {call} {}", letter(*agent)),
            DirectEnd::NoAnswer => format!("no answer {call} {}", letter(*agent)),
            DirectEnd::Declined => format!("declined {call} {}", letter(*agent)),
            DirectEnd::Unreachable => format!("unreachable {call} {}", letter(*agent)),
        },
    };
    Some(text)
}

/// Four agents, A to D, whose wrap-up ends in 10 s, so that all become ready in one turn.
pub(crate) fn all_in_wrap_up(strategy: &str) -> Centre {
    let mut centre = Centre::tuned(strategy, "ABCD", |queue| {
        queue.wrap_up = s(10);
        queue.max_consecutive = 0;
    });
    for number in 1..=4 {
        centre.joins(number);
        let mut agents = "ABCD".chars();
        let rings = |agent: &char| centre.state(*agent) == format!("ringing {number}");
        let agent = agents.find(rings).unwrap();
        centre.answers(agent);
    }
    centre.wait(60);
    for agent in "ABCD".chars() {
        centre.ends(agent);
    }
    centre.silence();
    centre
}
