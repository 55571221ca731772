//! A house for tests: groups in two lines, policies, and one ticket that people of it work on.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub(crate) use model::DAY_MS;
use model::{AgentId, Calendar, TicketId, Timestamp};

use crate::clock::{ClockKind, Target};
use crate::entry::{Actor, Entry};
use crate::handling::*;
use crate::number::{Day, Number};
use crate::priority::Priority;
use crate::state::State;
use crate::ticket::Birth;

pub(crate) const MINUTE_MS: i64 = 60_000;

/// People: 1 to 3 are of the first line (1 leads), 4 and 5 of the second (4 leads), 6 takes calls, 7 calls back, 8 supervises.
pub(crate) const LEAD: u64 = 1;
pub(crate) const FIRST: u64 = 2;
pub(crate) const SECOND: u64 = 3;
pub(crate) const EXPERT: u64 = 5;
pub(crate) const AGENT: u64 = 6;
pub(crate) const VISITOR: u64 = 7;
pub(crate) const SUPERVISOR: u64 = 8;

/// Hours that have always been so.
pub(crate) const fn always(calendar: &Calendar) -> PromiseHours<'_> {
    PromiseHours {
        calendar,
        version: HoursVersion::new(1),
        since: Timestamp::from_ms(0),
        former: None,
    }
}

/// A house that a test may change.
#[derive(Clone, Debug)]
pub(crate) struct Lab {
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) policy: Policy,
    pub(crate) calendar: Calendar,
    pub(crate) weight: Weight,
    pub(crate) missing: Vec<String>,
    pub(crate) open_tasks: u32,
    pub(crate) reporters: Vec<TicketId>,
    pub(crate) now: Timestamp,
    pub(crate) handling: Handling,
}

pub(crate) fn agent(id: u64) -> Actor {
    Actor::Agent(AgentId::new(id))
}

pub(crate) fn person(id: u64) -> Option<AgentId> {
    Some(AgentId::new(id))
}

/// Who that is, with the rights of the house.
pub(crate) fn by(actor: Actor) -> By {
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

pub(crate) fn to(group: &str, person: Option<AgentId>) -> Receiver {
    Receiver {
        group: group.to_owned(),
        person,
    }
}

/// T6, by a person.
pub(crate) fn sent(group: &str, person: Option<AgentId>) -> Order {
    let to = to(group, person);
    Order::Dispatch { to, rule: None }
}

pub(crate) fn group(parent: Option<&str>, tier: u8, next: Option<&str>, members: &[u64]) -> Group {
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

pub(crate) fn hours(hours: u64) -> Duration {
    Duration::from_secs(3_600 * hours)
}

pub(crate) fn policy() -> Policy {
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
        closes_after: Some(hours(24 * 3)),
        escalates_for: [ClockKind::Stage].into(),
        reopen_within: hours(24 * 7),
        appeal_within: hours(24 * 3),
    }
}

impl Lab {
    /// A ticket that the agent has submitted, in a house that never closes.
    pub(crate) fn new() -> Self {
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
            weight: Weight::default(),
            missing: Vec::new(),
            open_tasks: 0,
            reporters: Vec::new(),
            now: Timestamp::from_ms(1_795_000_000_000),
            handling: Handling::default(),
        };
        let creator = person(AGENT);
        lab.handling = Handling::submitted(creator, Weight::default(), &lab.house(), lab.now);
        lab
    }

    pub(crate) fn house(&self) -> House<'_> {
        House {
            groups: &self.groups,
            policy: &self.policy,
            hours: always(&self.calendar),
            weight: &self.weight,
            missing: &self.missing,
            open_tasks: self.open_tasks,
            reporters: &self.reporters,
            lot: 40,
        }
    }

    /// What a ticket begins with that the agent enters.
    pub(crate) fn birth(&self) -> Birth<'_> {
        Birth {
            id: TicketId::new(1),
            number: Number::new(Day::of(self.now, 480), 1),
            house: self.house(),
            at: self.now,
            actor: agent(AGENT),
            call: None,
            weight: Weight::default(),
            due_at: None,
            unverified_until: None,
        }
    }

    /// What a stranger has left, for a week.
    pub(crate) fn stranger(&self) -> Handling {
        let until = Timestamp::from_ms(self.now.as_ms() + 7 * DAY_MS);
        Handling::quarantined(None, Weight::default(), until)
    }

    pub(crate) fn member(&mut self, group: &str, id: u64) -> &mut Member {
        let group = self.groups.get_mut(group).unwrap();
        group.members.get_mut(&AgentId::new(id)).unwrap()
    }

    pub(crate) fn after(&mut self, ms: i64) -> &mut Self {
        self.now = Timestamp::from_ms(self.now.as_ms() + ms);
        self
    }

    /// What somebody orders; a refusal must leave all as it was.
    pub(crate) fn tries(&mut self, actor: Actor, order: Order) -> Result<Entry, Refused> {
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
    pub(crate) fn does(&mut self, actor: Actor, order: Order) -> State {
        let name = order.name();
        match self.tries(actor, order) {
            Ok(step) => step.to,
            Err(refused) => panic!("{name}: {refused}"),
        }
    }

    /// Dispatched to the first line and taken on by one of it.
    pub(crate) fn in_progress() -> Self {
        let mut lab = Self::new();
        lab.does(agent(SUPERVISOR), sent("first", None));
        lab.does(agent(FIRST), Order::Claim);
        lab
    }

    /// Solved, with a visit to make.
    pub(crate) fn resolved() -> Self {
        let mut lab = Self::in_progress();
        lab.does(agent(FIRST), resolve());
        lab
    }

    pub(crate) fn clock(&self, kind: ClockKind) -> &crate::clock::Clock {
        self.handling.clocks.get(&kind).unwrap()
    }
}

pub(crate) fn resolve() -> Order {
    Order::Resolve {
        solution: "router replaced".to_owned(),
    }
}

/// T21: a reporter is content.
pub(crate) fn visited(reporter: Option<TicketId>, satisfaction: Option<u8>) -> Order {
    Order::VisitOk {
        reporter,
        satisfaction,
    }
}

pub(crate) fn because() -> String {
    "because".to_owned()
}
