//! The parts of which the handling of a ticket is made, and which of them a step changed.

use std::collections::{BTreeMap, BTreeSet};

use model::{AgentId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};

use super::hours::HoursVersion;
use super::weight::Weight;
use crate::clock::{Clock, ClockKind};
use crate::priority::Priority;
use crate::state::State;

/// One list of parts gives the handling, what a step changed of it, how that is found and how it is repeated: a part that is
/// missing in one of them cannot be written.
macro_rules! parts {
    ($($(#[$doc:meta])* $part:ident: $of:ty,)*) => {
        /// How a ticket is worked on.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Handling {
            /// Where it stands.
            pub state: State,
            $($(#[$doc])* pub $part: $of,)*
        }

        /// The parts that a step changed, as they were after it.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Changes {
            $($(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $part: Option<$of>,)*
        }

        impl Changes {
            /// What differs, as it is after.
            pub(crate) fn between(before: &Handling, after: &Handling) -> Self {
                Self { $($part: (before.$part != after.$part).then(|| after.$part.clone()),)* }
            }

            /// Whether nothing differs.
            pub fn is_empty(&self) -> bool {
                true $(&& self.$part.is_none())*
            }

            /// Lays what differs over a handling.
            pub(super) fn apply(&self, to: &mut Handling) {
                $(if let Some(part) = &self.$part { to.$part.clone_from(part); })*
            }
        }
    };
}

parts! {
    /// Who has it.
    place: Place,
    /// How pressing it is.
    weight: Weight,
    /// What it waits for.
    pause: Pause,
    /// The promises that run, or have run.
    clocks: BTreeMap<ClockKind, Clock>,
    /// Who has to agree with its solution.
    approval: Approval,
    /// Whether more time is asked for.
    extension: Extension,
    /// The calls that ask the customer whether he is content.
    visits: Visits,
    /// How often what happened.
    counts: Counts,
    /// When what happened.
    times: Times,
    /// Who was who.
    people: People,
    /// Which other tickets it is one with.
    merging: Merging,
    /// Who was held responsible, and whether he objects.
    verdicts: Verdicts,
    /// The moment by which it is to be done, set by hand.
    deadline: Deadline,
    /// By which hours its promises run (R10).
    hours: HoursVersion,
}

/// Who has a ticket: one group, and of it at most one person who is asked or who has accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The group.
    pub group: Option<String>,
    /// The person who was named and has not accepted yet.
    pub named: Option<AgentId>,
    /// The one person who has accepted.
    pub assignee: Option<AgentId>,
    /// The group that sent it there.
    pub former: Option<String>,
}

/// What a ticket waits for (挂起).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// For what; `None` while it does not wait.
    pub reason: Option<PauseReason>,
    /// When it goes on by itself.
    pub resume_at: Option<Timestamp>,
}

/// Why a ticket waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// 已预约.
    Appointment,
    /// 待客户.
    Customer,
    /// 待第三方.
    ThirdParty,
    /// 待备件.
    Parts,
    /// 待外部.
    Outside,
}

impl PauseReason {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        [
            Self::Appointment,
            Self::Customer,
            Self::ThirdParty,
            Self::Parts,
            Self::Outside,
        ]
        .into_iter()
    }

    /// The word in files, APIs and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Appointment => "appointment",
            Self::Customer => "customer",
            Self::ThirdParty => "third_party",
            Self::Parts => "parts",
            Self::Outside => "outside",
        }
    }
}

/// Who has to agree with a solution (审核).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who proposed it.
    pub proposer: Option<AgentId>,
    /// The steps that are outstanding, the next first: one of each set agrees.
    pub steps: Vec<BTreeSet<AgentId>>,
    /// Who has agreed.
    pub agreed: Vec<AgentId>,
}

/// More time (延时).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Who asks for how many milliseconds of business time.
    pub asked: Option<(AgentId, u64)>,
    /// How often it was given.
    pub given: u16,
}

/// Return visits (回访).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visits {
    /// Those to who reported this ticket.
    #[serde(flatten)]
    pub own: Visit,
    /// M6: those to the other reporters of the matter, by the ticket that went into this one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<TicketId, Visit>,
}

/// The calls to one reporter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// When the next one is; `None`: he is not to be called, or not any more.
    pub next: Option<Timestamp>,
    /// How many were tried.
    pub attempts: u16,
    /// What he said in the end, 1 to 5.
    pub satisfaction: Option<u8>,
}

/// How often what happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// 催单.
    pub urges: u16,
    /// Who urged in the last ten minutes, and when; `None` is the customer.
    pub urged: Vec<(Option<AgentId>, Timestamp)>,
    /// 转回.
    pub returns: u16,
    /// 重开.
    pub reopens: u16,
    /// Times that it waited.
    pub pauses: u16,
    /// What the customer was told.
    pub public_replies: u16,
}

/// When what happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// Submitted, or released: its promises began.
    pub submitted: Option<Timestamp>,
    /// First accepted by a person.
    pub accepted: Option<Timestamp>,
    /// The first answer, as the policy understands one.
    pub first_response: Option<Timestamp>,
    /// Solved.
    pub resolved: Option<Timestamp>,
    /// Closed, merged or void.
    pub closed: Option<Timestamp>,
    /// It ends by itself then: solved, and nobody objects (E5); or a stranger's, and nobody verifies it (B7).
    #[serde(default)]
    pub ends: Option<Timestamp>,
}

/// The moment by which a ticket is to be done, set by hand (A8): it stands beside what is promised, and changes none of that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// When; `None`: nobody set one.
    pub at: Option<Timestamp>,
    /// When it was told that it has passed.
    pub told: Option<Timestamp>,
}

/// Who was who.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// Who entered it.
    pub creator: Option<AgentId>,
    /// Who was asked first.
    pub owner: Option<AgentId>,
    /// Who solved it.
    pub resolver: Option<AgentId>,
    /// Who follows it.
    pub watchers: BTreeSet<AgentId>,
    /// Solved by whom it was entered, at once.
    pub answered_at_once: bool,
}

/// Which other tickets a ticket is one with (合并).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merging {
    /// Where it went.
    pub into: Option<MergedInto>,
    /// What it took over, by ticket. What they bring counts with its own for as long as they stand here.
    pub absorbed: BTreeMap<TicketId, Absorbed>,
}

/// Where a ticket went that was about the same as another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedInto {
    /// The ticket that goes on.
    pub ticket: TicketId,
    /// When.
    pub at: Timestamp,
    /// Where this one stood.
    pub from: State,
    /// Its promises that ran.
    pub ran: BTreeSet<ClockKind>,
}

/// What a ticket brings to the one that goes on (M4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absorbed {
    /// How often it was urged, with all that it had taken over.
    pub urges: u16,
    /// Its reporters: one, and those of what it had taken over.
    pub reporters: u16,
    /// Its priority.
    pub priority: Priority,
    /// Whether it was read by few.
    pub sensitive: bool,
}

/// Who was held responsible for what went wrong (责任判定), and what he says to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdicts {
    /// Each verdict, the last one holds; none is ever taken out.
    pub given: Vec<Verdict>,
    /// An objection (申诉) that nobody has ruled on.
    pub appeal: Option<String>,
}

/// Who is responsible, and for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The group.
    pub group: String,
    /// The house's word for what it did, or that it did nothing.
    pub finding: String,
}

impl Visits {
    /// When the next call is to be made, to whomever; `None`: nobody is to be called.
    pub fn next(&self) -> Option<Timestamp> {
        self.all().filter_map(|visit| visit.next).min()
    }

    /// Everybody's.
    pub(super) fn all(&self) -> impl Iterator<Item = &Visit> {
        std::iter::once(&self.own).chain(self.others.values())
    }
}

impl Approval {
    /// Who may agree next: of the next step, but neither the proposer nor who has agreed.
    pub fn reviewers(&self) -> BTreeSet<AgentId> {
        let next = self.steps.first().into_iter().flatten().copied();
        let free = next.filter(|one| Some(*one) != self.proposer && !self.agreed.contains(one));
        free.collect()
    }

    /// Whether every step can have somebody of its own who did not propose it.
    pub(super) fn can_be_given(&self) -> bool {
        let mut taken = BTreeMap::new();
        (0..self.steps.len()).all(|step| self.seat(step, &mut BTreeSet::new(), &mut taken))
    }

    /// Finds somebody for a step, and another step for whom that displaces (augmenting path).
    fn seat(
        &self,
        step: usize,
        tried: &mut BTreeSet<AgentId>,
        taken: &mut BTreeMap<AgentId, usize>,
    ) -> bool {
        for one in self.steps.get(step).into_iter().flatten() {
            if Some(*one) == self.proposer || !tried.insert(*one) {
                continue;
            }
            let is_free = match taken.get(one).copied() {
                None => true,
                Some(other) => self.seat(other, tried, taken),
            };
            if is_free {
                taken.insert(*one, step);
                return true;
            }
        }
        false
    }
}
