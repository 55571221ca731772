//! The words that all rooms share: ids, numbers, agent states, calendars, what a decision weighed, what a pop shows, facts.
//!
//! Plain data without behaviour that needs a clock or the world. A word that only one room speaks lives in that room.

pub mod agent_state;
pub mod calendar;
pub mod callers;
pub mod canary;
pub mod cdr;
pub mod clip;
pub mod confidence;
pub mod customer;
pub mod decision;
pub mod fact;
pub mod heat;
pub mod histogram;
pub mod id;
pub mod mailbox;
pub mod masking;
pub mod membership;
pub mod number;
pub mod number_list;
pub mod number_plan;
pub mod period;
pub mod profile;
pub mod queue_set;
pub mod recording;
mod schema;
pub mod service_level;
pub mod skill;
pub mod ties;
pub mod time;
pub mod transfer;
pub mod typed;
pub mod visit;

pub use agent_state::{AgentState, NotReadyReason};
pub use calendar::{Calendar, CalendarState};
pub use callers::{Became, Callers, Counted};
pub use cdr::Cdr;
pub use clip::{Clip, Clips};
pub use customer::{ContactKind, CustomerFault, CustomerKind};
pub use decision::{Decision, ReasonCode};
pub use fact::{Fact, FactRecord, Offer};
pub use heat::{NodeHeat, WayHeat};
pub use histogram::Histogram;
pub use id::{
    AgentId, ArticleId, CallId, ClipName, CustomerId, DeliveryId, IdSource, LegId, MailboxName,
    NotificationId, NumberEntryId, OfferId, QueueName, RegionName, ReminderId, ReplyId, ScriptName,
    TicketId, WebhookId,
};
pub use mailbox::{Hearers, Mailbox, Mailboxes, MessageTicket};
pub use masking::Masking;
pub use membership::{Membership, MembershipError};
pub use number::{Caller, E164};
pub use number_list::{Bar, HouseNames, ListKind, NumberEntry, NumberListFault, Numbers};
pub use number_plan::{NumberForm, NumberKey, NumberKind, NumberPlan, WrittenNumber};
pub use period::{Interval, Zone};
pub use profile::Profile;
pub use queue_set::QueueSet;
pub use recording::RecordingId;
pub use service_level::{ServiceCounts, ServiceLevel};
pub use skill::{Requirement, Skills};
pub use ties::Ties;
pub use time::{DAY_MS, Timestamp};
pub use transfer::Party;
pub use typed::{Typed, TypedFinding, TypedKind, TypedResult};
pub use visit::{Visit, Visits, Way};
