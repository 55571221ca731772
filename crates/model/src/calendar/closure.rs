//! Emergency closing (紧急关闭, E9): a calendar that is closed out of turn, by whom, why and until when.
//!
//! It always ends by itself. It stands in the calendar's table, so that whatever keeps a calendar keeps it too.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::day::Why;
use super::{Calendar, CalendarState};
use crate::fact::Fact;
use crate::id::{AgentId, CallId};
use crate::time::Timestamp;

/// Why and until when a calendar is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Closure {
    /// Since when.
    pub since: Timestamp,
    /// The first moment at which it holds no more.
    pub until: Timestamp,
    /// Why; empty when it was closed by telephone.
    pub reason: String,
    /// Who closed it.
    #[serde(flatten)]
    pub by: ClosedBy,
}

/// A PIN by telephone that was compared and wrong: what a restart must not forget. Tries that were one too many, and compared with
/// nothing, lock nobody out for longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinRefusal {
    /// When.
    pub at: Timestamp,
    /// In which call.
    pub call: CallId,
    /// The caller's number, in the form in which numbers are compared; empty when he withheld it.
    pub caller: String,
    /// Of which calendar.
    pub calendar: String,
    /// None is taken before then.
    pub locked_until: Option<Timestamp>,
    /// Whether none is taken from anybody; else from this caller alone.
    pub for_all: bool,
}

impl PinRefusal {
    /// What a fact tells of a wrong PIN, but for the caller's number, which it does not know; `None` for any other.
    pub fn of(at: Timestamp, fact: &Fact) -> Option<Self> {
        let Fact::CalendarPinRefused {
            call,
            calendar,
            locked_until,
            for_all,
            wrong: true,
        } = fact
        else {
            return None;
        };
        Some(Self {
            at,
            call: *call,
            caller: String::new(),
            calendar: calendar.clone(),
            locked_until: *locked_until,
            for_all: *for_all,
        })
    }
}

/// Who closed a calendar, or opened it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// A person, by the page or the API.
    Agent(AgentId),
    /// Somebody who knew the PIN, in this call.
    Call(CallId),
}

impl ClosedBy {
    /// The call, when it was done by telephone.
    pub const fn call(self) -> Option<CallId> {
        match self {
            Self::Call(call) => Some(call),
            Self::Agent(_) => None,
        }
    }
}

impl Calendar {
    /// Closes the calendar, or takes that back. What had closed it before is replaced.
    pub fn close(&mut self, closure: Option<Closure>) {
        self.table.closure = closure;
    }

    /// What closes it, over or not.
    pub const fn closure(&self) -> Option<&Closure> {
        self.table.closure.as_ref()
    }

    /// What closes it at a moment.
    pub(super) fn closure_at(&self, at: Timestamp) -> Option<&Closure> {
        let closure = self.closure()?;
        (closure.since <= at && at < closure.until).then_some(closure)
    }
}

impl Closure {
    pub(super) fn why(&self) -> Why {
        if self.reason.is_empty() {
            let (zh, en) = CalendarState::Emergency.label();
            return Why::new(zh, en);
        }
        Why::new(&self.reason, &self.reason)
    }
}
