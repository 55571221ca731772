//! The rules by their names, and random lives of tickets against the properties that hold for all.

mod ending;
mod merging;
mod properties;
mod receiver;
mod solution;
mod waiting;

use std::collections::BTreeMap;
use std::time::Duration;

use model::{AgentId, Calendar, TicketId, Timestamp};

use super::*;
use crate::clock::{ClockKind, Target};
use crate::priority::Priority;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// People: 1 to 3 are of the first line (1 leads), 4 and 5 of the second (4 leads), 6 takes calls, 7 calls back, 8 supervises.
const LEAD: u64 = 1;
const FIRST: u64 = 2;
const SECOND: u64 = 3;
const EXPERT: u64 = 5;
const AGENT: u64 = 6;
const VISITOR: u64 = 7;
const SUPERVISOR: u64 = 8;

/// A house that a test may change.
#[derive(Clone, Debug)]
struct Lab {
    groups: BTreeMap<String, Group>,
    policy: Policy,
    calendar: Calendar,
    missing: Vec<String>,
    open_tasks: u32,
    now: Timestamp,
    handling: Handling,
}

fn agent(id: u64) -> Actor {
    Actor::Agent(AgentId::new(id))
}

fn person(id: u64) -> Option<AgentId> {
    Some(AgentId::new(id))
}

/// Who that is, with the rights of the house.
fn by(actor: Actor) -> By {
    let id = actor.agent().map_or(0, AgentId::get);
    let rights = match id {
        AGENT => [Role::Agent].into(),
        VISITOR => [Role::Visitor].into(),
        SUPERVISOR => [
            Role::Supervisor,
            Role::Agent,
            Role::Dispatcher,
            Role::Trusted,
        ]
        .into(),
        _ => BTreeSet::new(),
    };
    By { actor, rights }
}

fn to(group: &str, person: Option<AgentId>) -> Receiver {
    Receiver {
        group: group.to_owned(),
        person,
    }
}

fn group(parent: Option<&str>, tier: u8, next: Option<&str>, members: &[u64]) -> Group {
    let one = |(place, id): (usize, &u64)| {
        let member = Member {
            leads: place == 0,
            ..Member::default()
        };
        (AgentId::new(*id), member)
    };
    Group {
        parent: parent.map(str::to_owned),
        tier,
        escalates_to: next.map(str::to_owned),
        members: members.iter().enumerate().map(one).collect(),
    }
}

fn hours(hours: u64) -> Duration {
    Duration::from_secs(3_600 * hours)
}

fn policy() -> Policy {
    let kinds = [
        (ClockKind::Response, 2),
        (ClockKind::Resolve, 24),
        (ClockKind::Stage, 4),
        (ClockKind::Update, 8),
        (ClockKind::Visit, 48),
    ];
    let targets = (1..=5).flat_map(|level| {
        let priority = Priority::new(level).unwrap();
        kinds.map(move |(kind, base)| {
            let target = Target {
                time: hours(base * u64::from(level)),
                warn_percent: 80,
            };
            ((kind, priority), target)
        })
    });
    Policy {
        matrix: Matrix::default(),
        direct_answer: true,
        accept_is_response: true,
        targets: targets.collect(),
        pauses_for: [PauseReason::Appointment, PauseReason::Customer].into(),
        pauses_max: 2,
        pause_max: hours(24 * 30),
        extension_max: hours(48),
        approval: Vec::new(),
        sensitive_approval: Vec::new(),
        visit: VisitPolicy::Always,
        visits_max: 3,
        visit_by_another: true,
        reopen_within: hours(24 * 7),
        appeal_within: hours(24 * 3),
    }
}

impl Lab {
    /// A ticket that the agent has submitted, in a house that never closes.
    fn new() -> Self {
        let groups = [
            (
                "first",
                group(Some("city"), 1, Some("second"), &[LEAD, FIRST, SECOND]),
            ),
            ("second", group(Some("city"), 2, None, &[4, EXPERT])),
            ("city", group(None, 3, None, &[9])),
            ("elsewhere", group(None, 1, None, &[10, 11])),
        ];
        let always = r#"{"zone": "Asia/Shanghai", "mon-sun": ["00:00-24:00"]}"#;
        let mut lab = Self {
            groups: groups.map(|(name, group)| (name.to_owned(), group)).into(),
            policy: policy(),
            calendar: Calendar::new(&serde_json::from_str(always).unwrap()).unwrap(),
            missing: Vec::new(),
            open_tasks: 0,
            now: Timestamp::from_ms(1_795_000_000_000),
            handling: Handling::default(),
        };
        let creator = person(AGENT);
        lab.handling = Handling::submitted(creator, Weight::default(), &lab.house(), lab.now);
        lab
    }

    fn house(&self) -> House<'_> {
        House {
            groups: &self.groups,
            policy: &self.policy,
            calendar: &self.calendar,
            missing: &self.missing,
            open_tasks: self.open_tasks,
            lot: 40,
        }
    }

    fn member(&mut self, group: &str, id: u64) -> &mut Member {
        let group = self.groups.get_mut(group).unwrap();
        group.members.get_mut(&AgentId::new(id)).unwrap()
    }

    fn after(&mut self, ms: i64) -> &mut Self {
        self.now = Timestamp::from_ms(self.now.as_ms() + ms);
        self
    }

    /// What somebody orders; a refusal must leave all as it was.
    fn tries(&mut self, actor: Actor, order: Order) -> Result<Step, Refused> {
        let mut handling = self.handling.clone();
        let tried = handling.take(order, &by(actor), &self.house(), self.now);
        if tried.is_err() {
            assert_eq!(handling, self.handling, "a refusal changes nothing");
        }
        self.handling = handling;
        tried
    }

    /// The same where it must be taken.
    #[track_caller]
    fn does(&mut self, actor: Actor, order: Order) -> State {
        let name = order.name();
        match self.tries(actor, order) {
            Ok(step) => step.to,
            Err(refused) => panic!("{name}: {refused}"),
        }
    }

    /// Dispatched to the first line and taken on by one of it.
    fn in_progress() -> Self {
        let mut lab = Self::new();
        lab.does(
            agent(SUPERVISOR),
            Order::Dispatch {
                to: to("first", None),
            },
        );
        lab.does(agent(FIRST), Order::Claim);
        lab
    }

    /// Solved, with a visit to make.
    fn resolved() -> Self {
        let mut lab = Self::in_progress();
        lab.does(agent(FIRST), resolve());
        lab
    }

    fn clock(&self, kind: ClockKind) -> &crate::clock::Clock {
        self.handling.clocks.get(&kind).unwrap()
    }
}

fn resolve() -> Order {
    Order::Resolve {
        solution: "router replaced".to_owned(),
    }
}

fn because() -> String {
    "because".to_owned()
}
