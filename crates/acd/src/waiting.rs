//! A waiting caller (排队来电): his place in line, whom he was offered to, and whom he waits for.
//!
//! His place stands still by itself: the score grows for all alike, so the order is that of `joined − head start` (R72),
//! ties by call id; a precedence that an admin opts for leads it (D1, D4), and a supervisor may change it (D2). He stays in line while phones ring for him, and leaves it by an answer or a `QueueExit`. Who stands in several
//! queues (A12) has the same place in each of them and one tried-set; his home queue keeps his clocks.

use core::cmp::Reverse;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use model::decision::{Attendance, Awaited};
use model::{AgentId, CallId, OfferId, QueueName, QueueSet, Requirement};

use crate::external::Advice;
use crate::output::DirectEnd;
use crate::personal::PersonalWait;
use crate::selection::Micros;

/// A place in line: lower is served first. Comparable over all queues (D3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) precedence: Precedence,
    pub(crate) since: Micros,
    pub(crate) call: CallId,
}

/// Who comes strictly before whom, whatever their scores: callers of a heavier queue (D4), then those of a higher priority
/// (D1). Without either all are equal, and the score alone decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Precedence {
    weight: Reverse<u8>,
    priority: Reverse<u8>,
}

/// One caller.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) call: CallId,
    pub(crate) holder: Holder,
    pub(crate) queues: QueueSet,
    pub(crate) joined: Duration,
    pub(crate) head_start: Duration,
    /// D1: strictly before all of a lower one.
    pub(crate) priority: u8,
    /// D4: of his home queue.
    pub(crate) weight: u8,
    /// How many were served before him by precedence alone, though he has the better score.
    pub(crate) passed_over: u32,
    /// The alarm for it was given (D1).
    pub(crate) alarmed: bool,
    /// The caller himself, when he is an agent.
    pub(crate) caller_agent: Option<AgentId>,
    /// Whether his number may be a key (R64).
    pub(crate) keyed: bool,
    /// What he needs of an agent, whatever his queues ask.
    pub(crate) needs: Option<Requirement>,
    /// Which step he has reached in each queue that has some (R69).
    pub(crate) steps: BTreeMap<QueueName, usize>,
    pub(crate) seeking: Seeking,
    /// The agent whom he seeks was named, and nobody else will do (B12).
    pub(crate) personal: Option<PersonalWait>,
    /// R62.
    pub(crate) choice: Choice,
    /// What the external decision of his home queue says of him (B15).
    pub(crate) advice: Advice,
    /// T(c), R9.
    pub(crate) tried: BTreeSet<AgentId>,
    /// Somebody was offered to him in this wait.
    pub(crate) offered: bool,
    /// What the agents of his home queue were at as he came: told if nobody is ever offered to him (R19).
    pub(crate) attendance: Attendance,
    /// Agents whom he must not meet (R66).
    pub(crate) apart: BTreeSet<AgentId>,
    /// The first queue of his familiar agent, who has left: whoever serves it comes first (R67).
    pub(crate) team: Option<QueueName>,
    /// The phones that ring for him.
    pub(crate) offers: BTreeSet<OfferId>,
    /// Those of them that answered, and of which it is not sure yet that they are heard (R23).
    pub(crate) claims: BTreeSet<OfferId>,
    /// One phone alone rings for him: a queue that rings all adds none to what another queue offers alone.
    pub(crate) alone: bool,
    /// A phone may be added to those that ring, where they ring one by one (R55).
    pub(crate) one_more: bool,
    /// Between two passes (R9).
    pub(crate) paused: bool,
    /// His deadline is so near that nobody more is rung for him (D10).
    pub(crate) too_late: bool,
    /// We could not ring for him: nobody is offered to him for a while. A timer ends it.
    pub(crate) withheld: bool,
    /// The directory is about to say whom he knows (R57): likewise.
    pub(crate) awaited: bool,
}

/// Who holds a place in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Somebody on the line.
    Caller,
    /// Our word to call him back (D21): nobody is on the line.
    Promise,
    /// Nobody yet: he is being called at this moment. A timer ends it.
    Called,
}

/// Whether a caller was asked to wait for his familiar agent or to go on to the next (R62).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Not in this wait.
    NotAsked,
    /// His key is awaited.
    Asked,
    /// He has chosen.
    Made,
}

/// Whom a caller looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seeking {
    /// Whom the strategy (or the fall-back) ranks first.
    Anyone,
    /// His familiar (R57) or named (B12) agent alone. Whether to wait for him is settled in the same turn.
    Familiar(AgentId),
    /// That agent alone, who is busy; until the time for it is over (R59).
    WaitsFor(AgentId),
    /// The team of his familiar agent, who has left (R67).
    Team,
    /// That team, of whom somebody is free soon; until the sticky wait is over.
    WaitsForTeam,
}

impl Seeking {
    /// The familiar or named agent, while he alone comes into question.
    pub(crate) const fn familiar(self) -> Option<AgentId> {
        match self {
            Self::Familiar(agent) | Self::WaitsFor(agent) => Some(agent),
            Self::Anyone | Self::Team | Self::WaitsForTeam => None,
        }
    }

    /// Whether it is somebody in particular, and how he would begin to look for him.
    pub(crate) const fn whom(self) -> Self {
        match self {
            Self::Anyone => Self::Anyone,
            Self::Familiar(agent) | Self::WaitsFor(agent) => Self::Familiar(agent),
            Self::Team | Self::WaitsForTeam => Self::Team,
        }
    }
}

impl Waiting {
    /// Nobody is offered to him for a while; a timer ends it.
    pub(crate) const fn is_kept_back(&self) -> bool {
        self.withheld || self.awaited
    }

    /// What he waits for beside an agent who is ready.
    pub(crate) const fn awaited(&self) -> Option<Awaited> {
        if self.awaited {
            return Some(Awaited::Directory);
        }
        if self.advice.is_asked() {
            return Some(Awaited::Route);
        }
        match self.seeking {
            Seeking::WaitsFor(_) => Some(Awaited::Familiar),
            Seeking::WaitsForTeam => Some(Awaited::Team),
            Seeking::Anyone | Seeking::Familiar(_) | Seeking::Team => None,
        }
    }

    /// One agent alone comes into question for him now: he was named, or knows him.
    pub(crate) const fn waits_for_one(&self) -> bool {
        self.personal.is_some() || matches!(self.seeking, Seeking::WaitsFor(_))
    }

    /// A caller who joins a line. Boxed from the beginning: he is handed on from rule to rule until he has his place.
    pub(crate) fn new(
        now: Duration,
        call: CallId,
        queues: QueueSet,
        head_start: Duration,
        caller_agent: Option<AgentId>,
    ) -> Box<Self> {
        Box::new(Self {
            call,
            holder: Holder::Caller,
            queues,
            joined: now,
            head_start,
            priority: 0,
            weight: 0,
            passed_over: 0,
            alarmed: false,
            caller_agent,
            keyed: false,
            needs: None,
            steps: BTreeMap::new(),
            seeking: Seeking::Anyone,
            personal: None,
            choice: Choice::NotAsked,
            advice: Advice::Unasked,
            tried: BTreeSet::new(),
            offered: false,
            attendance: Attendance {
                ready: 0,
                others: BTreeMap::new(),
            },
            apart: BTreeSet::new(),
            team: None,
            offers: BTreeSet::new(),
            claims: BTreeSet::new(),
            alone: false,
            one_more: false,
            paused: false,
            too_late: false,
            withheld: false,
            awaited: false,
        })
    }

    /// The queue whose rules keep his clocks.
    pub(crate) const fn home(&self) -> &QueueName {
        self.queues.home()
    }

    pub(crate) fn place(&self) -> Place {
        Place {
            precedence: Precedence {
                weight: Reverse(self.weight),
                priority: Reverse(self.priority),
            },
            since: self.joined.saturating_sub(self.head_start).into(),
            call: self.call,
        }
    }

    /// Whether he came without anything that lets him be served before or after his time (D15).
    pub(crate) fn came_as_everybody(&self) -> bool {
        self.head_start.is_zero() && self.priority == 0 && self.needs.is_none()
    }

    /// B12: he does not get the agent who was named; the first reason holds.
    pub(crate) fn end_personal(&mut self, end: DirectEnd) {
        if let Some(wait) = &mut self.personal {
            wait.end.get_or_insert(end);
        }
    }

    /// Whether somebody is on the line.
    pub(crate) fn is_here(&self) -> bool {
        self.holder == Holder::Caller
    }

    /// Whether an agent may be looked for by name.
    pub(crate) fn may_meet(&self, agent: AgentId) -> bool {
        let out = self.tried.contains(&agent) || self.apart.contains(&agent);
        !out && self.caller_agent != Some(agent)
    }

    pub(crate) fn waited(&self, now: Duration) -> Duration {
        now.saturating_sub(self.joined)
    }
}
