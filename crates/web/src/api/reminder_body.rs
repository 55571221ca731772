//! Reminders as the API says them.

use model::{AgentId, CustomerId, Masking, ReminderId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};
use store::reminder::{Reminder, ReminderAbout};
use utoipa::{IntoParams, ToSchema};

use crate::extract::AgentRef;
use crate::sight::Sight;

/// A reminder.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReminderBody {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ReminderId,
    /// Who is reminded.
    #[schema(value_type = String)]
    pub agent: AgentId,
    /// Who wanted it.
    #[schema(value_type = String)]
    pub made_by: AgentId,
    /// Of this ticket.
    #[schema(value_type = Option<String>)]
    pub ticket: Option<TicketId>,
    /// Of this customer.
    #[schema(value_type = Option<String>)]
    pub customer: Option<CustomerId>,
    /// What it says.
    pub text: String,
    /// When it is told.
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    /// When it was told.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub told_at: Option<Timestamp>,
    /// When somebody said that it is done.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl ReminderBody {
    /// As somebody is told it; `known` are the numbers of whom it is about.
    pub(super) fn of(it: Reminder, sight: Sight, known: &Masking) -> Self {
        let (ticket, customer) = match it.about {
            ReminderAbout::Ticket(id) => (Some(id), None),
            ReminderAbout::Customer(id) => (None, Some(id)),
        };
        Self {
            id: it.id,
            agent: it.agent,
            made_by: it.made_by,
            ticket,
            customer,
            text: sight.text(it.words, known),
            due_at: it.due_at,
            told_at: it.told_at,
            done_at: it.done_at,
            created_at: it.created_at,
        }
    }
}

/// Which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReminderQuery {
    /// Those that are done, in place of those that are not.
    #[serde(rename = "filter[done]", default)]
    pub(super) done: bool,
    /// Those that the asker made for others, in place of his own.
    #[serde(rename = "filter[for_others]", default)]
    pub(super) for_others: bool,
    /// The last id of the page before.
    #[param(value_type = Option<String>)]
    pub(super) after: Option<u64>,
    /// Rows, 1 to 200; 50 when absent.
    pub(super) limit: Option<u32>,
}

/// A moment in business time that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// When the next day that has hours begins: behind a weekend on Monday.
    TomorrowMorning,
}

/// What somebody is to be reminded of. One of `ticket` and `customer`; one of `due_at`, `preset` and `after_business_min`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReminderWanted {
    /// Whom: an id, or `me`, which it is when absent.
    #[schema(value_type = Option<String>)]
    pub agent: Option<AgentRef>,
    /// Of this ticket.
    #[schema(value_type = Option<String>)]
    pub ticket: Option<TicketId>,
    /// Of this customer.
    #[schema(value_type = Option<String>)]
    pub customer: Option<CustomerId>,
    /// What it says: one line of 1 to 500 characters.
    pub text: String,
    /// When, within two years.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// When, by name.
    pub preset: Option<Preset>,
    /// When so many minutes of business time will have passed, 1 to 14400.
    pub after_business_min: Option<u32>,
    /// By which calendar; the house's when absent.
    pub calendar: Option<String>,
}

/// What changes of a reminder; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReminderChangeWanted {
    /// What it says.
    pub text: Option<String>,
    /// Put off to then.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// Put off to then, by name.
    pub preset: Option<Preset>,
    /// Put off by so many minutes of business time, 1 to 14400.
    pub after_business_min: Option<u32>,
    /// By which calendar; the house's when absent.
    pub calendar: Option<String>,
    /// Whether it is done.
    pub done: Option<bool>,
}

/// When somebody is to be reminded, as he said it.
#[derive(Clone, Debug)]
pub(super) struct When {
    pub(super) due_at: Option<Timestamp>,
    pub(super) preset: Option<Preset>,
    pub(super) after_business_min: Option<u32>,
    pub(super) calendar: Option<String>,
}

impl ReminderWanted {
    pub(super) fn when(&self) -> When {
        When {
            due_at: self.due_at,
            preset: self.preset,
            after_business_min: self.after_business_min,
            calendar: self.calendar.clone(),
        }
    }
}

impl ReminderChangeWanted {
    pub(super) fn when(&self) -> When {
        When {
            due_at: self.due_at,
            preset: self.preset,
            after_business_min: self.after_business_min,
            calendar: self.calendar.clone(),
        }
    }
}
