//! What the directory knows of a caller when the phone rings: the content of a screen pop (P4).
//!
//! Bounded by construction: at most five candidates, five open tickets and three calls, each text cut to a length, so
//! that a pop stays within 8 KiB.

use serde::{Deserialize, Serialize};

use crate::id::{CallId, CustomerId, TicketId};
use crate::number::E164;
use crate::ties::Ties;
use crate::time::Timestamp;

/// Most candidates in a pop (P4).
pub const CANDIDATES_MAX: usize = 5;
/// Most open tickets in a pop (P4).
pub const TICKETS_MAX: usize = 5;
/// Most past calls in a pop (P4).
pub const CALLS_MAX: usize = 3;

/// The answer to "who calls?".
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// The number in international form, when it could be read as one.
    pub e164: Option<E164>,
    /// Customers who own the number, best first.
    pub candidates: Vec<Candidate>,
    /// Open tickets of the number or of the first candidate, most pressing first.
    pub open_tickets: Vec<OpenTicket>,
    /// The last calls of the number, newest first.
    pub last_calls: Vec<PastCall>,
    /// Which agents know him, and whom he must not meet (R57, R66).
    #[serde(default)]
    pub ties: Ties,
}

/// A customer who may be the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The customer.
    pub customer: CustomerId,
    /// His name.
    pub name: String,
    /// VIP level, 0 for none.
    pub vip_level: u8,
    /// `known` or `maybe`.
    pub confidence: String,
    /// Why he is a candidate, in a word: `number`.
    pub why: String,
}

/// An open ticket in a pop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTicket {
    /// Which.
    pub ticket: TicketId,
    /// Its readable number.
    pub number: String,
    /// Its subject, cut to 120 characters.
    pub subject: String,
    /// 1 highest … 5 lowest.
    pub priority: u8,
    /// Its state's word.
    pub state: String,
    /// How often the caller urged.
    pub urges: u32,
}

/// A past call in a pop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastCall {
    /// Which.
    pub call: CallId,
    /// When it began.
    pub at: Timestamp,
    /// The agent who took it.
    pub agent: Option<String>,
    /// `answered`, `abandoned`, …
    pub result: String,
}
