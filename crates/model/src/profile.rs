//! What the directory knows of a caller when the phone rings: the content of a screen pop (P4).
//!
//! Bounded by construction: at most five candidates, five open tickets and three calls, each text cut to a length, so
//! that a pop stays within 8 KiB.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{CallId, CustomerId, TicketId};
use crate::number::E164;
use crate::ties::Ties;
use crate::time::Timestamp;
use crate::typed::{TypedFinding, TypedResult};

/// Most candidates in a pop (P4).
pub const CANDIDATES_MAX: usize = 5;
/// Most open tickets in a pop (P4).
pub const TICKETS_MAX: usize = 5;
/// Most past calls in a pop (P4).
pub const CALLS_MAX: usize = 3;

/// The answer to "who calls?".
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Profile {
    /// The number in international form, when it could be read as one.
    pub e164: Option<E164>,
    /// Who was found by what he keyed in (G6), then customers who own the number: the certain first, then those with open tickets, then who was on the line last.
    pub candidates: Vec<Candidate>,
    /// Open tickets of the number or of the sole candidate, most pressing first.
    pub open_tickets: Vec<OpenTicket>,
    /// The last calls of the number, newest first.
    pub last_calls: Vec<PastCall>,
    /// Which agents know him, and whom he must not meet (R57, R66).
    #[serde(default)]
    pub ties: Ties,
    /// What he has keyed in to say who he is, and what is known by it (G6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed: Option<Box<TypedFinding>>,
}

/// A customer who may be the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Candidate {
    /// The customer.
    pub customer: CustomerId,
    /// His name.
    pub name: String,
    /// VIP level, 0 for none.
    pub vip_level: u8,
    /// `known` or `maybe`.
    pub confidence: String,
    /// Why he is a candidate, in a word: `number`, or what was keyed in: `typed_account`, `typed_ticket`, `typed_phone`.
    pub why: String,
    /// His tickets that are open, at most 99 counted.
    #[serde(default)]
    pub open_tickets: u32,
    /// When he was last on the line.
    #[serde(default)]
    pub last_contact: Option<Timestamp>,
    /// What another system knows him by, for the address of its page (G7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
}

/// The word for a number that is certainly a customer's.
pub const KNOWN: &str = "known";
/// The word for a number that may be a customer's (F3).
pub const MAYBE: &str = "maybe";

impl Candidate {
    /// Whether the number is certainly his.
    pub fn is_certain(&self) -> bool {
        self.confidence == KNOWN
    }
}

impl Profile {
    /// F1, F3: who calls, if there is no doubt: the one candidate, and the number is certainly his. Among several a person
    /// chooses. G6: who has said who he is is that one, unless the number is somebody else's.
    pub fn sole(&self) -> Option<&Candidate> {
        if let Some(typed) = self.typed.as_deref()
            && typed.result == TypedResult::Found
        {
            match typed.customers.as_slice() {
                _ if typed.differs => return None,
                [only] => return self.candidates.iter().find(|one| one.customer == *only),
                [_, _, ..] => return None,
                // A ticket that is no customer's: of the number that calls, or of one that nobody has.
                [] => {}
            }
        }
        match self.candidates.as_slice() {
            [only] => Some(only).filter(|only| only.is_certain()),
            [] | [_, _, ..] => None,
        }
    }

    /// P4: what the caller most likely wants: to press for what is late, to add to what is open, or something new.
    pub fn suggestion(&self) -> &'static str {
        match self.open_tickets.as_slice() {
            [] => "new",
            open if open.iter().any(|ticket| ticket.is_overdue) => "urge",
            [_, ..] => "append",
        }
    }

    /// F5: the highest level of those whose number it certainly is, and of whom he has said to be where anything vouches for it (G6); a guess
    /// raises nobody.
    pub fn vip_level(&self) -> u8 {
        let claimed = self.typed.iter().filter(|typed| !typed.is_vouched);
        let claimed: Vec<_> = claimed.flat_map(|typed| &typed.customers).collect();
        let counts = |one: &&Candidate| one.is_certain() && !claimed.contains(&&one.customer);
        let levels = self
            .candidates
            .iter()
            .filter(counts)
            .map(|one| one.vip_level);
        levels.max().unwrap_or(0)
    }
}

/// An open ticket in a pop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    /// When it is due next, by what is promised and by hand.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
    /// Whether that moment had passed when the caller was looked up, and somebody is to act on it.
    #[serde(default)]
    pub is_overdue: bool,
}

/// A past call in a pop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typed::TypedKind;

    fn candidate(id: u64, confidence: &str, vip_level: u8) -> Candidate {
        Candidate {
            customer: CustomerId::new(id),
            name: String::new(),
            vip_level,
            confidence: confidence.to_owned(),
            why: "number".to_owned(),
            open_tickets: 0,
            last_contact: None,
            external_ref: None,
        }
    }

    #[test]
    fn p4_who_waits_for_what_is_late_presses_for_it() {
        let open = |is_overdue| OpenTicket {
            ticket: TicketId::new(1),
            number: String::new(),
            subject: String::new(),
            priority: 3,
            state: String::new(),
            urges: 0,
            due_at: None,
            is_overdue,
        };
        for (open_tickets, expected) in [
            (vec![], "new"),
            (vec![open(false)], "append"),
            (vec![open(false), open(true)], "urge"),
        ] {
            let profile = Profile {
                open_tickets,
                ..Profile::default()
            };
            assert_eq!(profile.suggestion(), expected);
        }
    }

    #[test]
    fn g6_who_says_who_he_is_outranks_his_number_unless_that_is_somebody_elses() {
        let (wang, li) = (candidate(1, KNOWN, 0), candidate(2, KNOWN, 0));
        let found = |customers: &[u64], differs| TypedFinding {
            kind: TypedKind::Account,
            text: "1001".to_owned(),
            result: TypedResult::Found,
            customers: customers.iter().copied().map(CustomerId::new).collect(),
            ticket: None,
            differs,
            is_vouched: false,
        };
        let nobody = TypedFinding {
            result: TypedResult::Nobody,
            ..found(&[], false)
        };
        for (candidates, typed, sole) in [
            (vec![wang.clone()], found(&[1], false), Some(1)),
            // One of two who share the number.
            (vec![wang.clone(), li.clone()], found(&[1], false), Some(1)),
            (vec![wang.clone(), li.clone()], found(&[1], true), None),
            (vec![wang.clone(), li.clone()], found(&[1, 2], false), None),
            // A ticket without a customer, of this number and of another.
            (vec![li.clone()], found(&[], false), Some(2)),
            (vec![li.clone()], found(&[], true), None),
            (vec![li.clone()], nobody, Some(2)),
        ] {
            let profile = Profile {
                candidates,
                typed: Some(Box::new(typed.clone())),
                ..Profile::default()
            };
            let found = profile.sole().map(|one| one.customer.get());
            assert_eq!(found, sole, "{typed:?}");
        }
    }

    #[test]
    fn f3_a_guess_is_nobody_and_raises_nobody() {
        let (known, maybe) = (candidate(1, KNOWN, 2), candidate(2, MAYBE, 9));
        for (candidates, sole, vip_level) in [
            (vec![], None, 0),
            (vec![known.clone()], Some(1), 2),
            (vec![maybe.clone()], None, 0),
            (vec![known.clone(), maybe], None, 2),
            (vec![known.clone(), candidate(3, KNOWN, 5)], None, 5),
        ] {
            let profile = Profile {
                candidates,
                ..Profile::default()
            };
            let found = profile.sole().map(|one| one.customer.get());
            assert_eq!((found, profile.vip_level()), (sole, vip_level));
        }
    }

    #[test]
    fn f5_g6_who_only_says_that_he_is_a_vip_waits_as_his_number_does() {
        for (is_vouched, vip_level) in [(false, 2), (true, 7)] {
            let typed = TypedFinding {
                kind: TypedKind::Account,
                text: "1001".to_owned(),
                result: TypedResult::Found,
                customers: vec![CustomerId::new(1)],
                ticket: None,
                differs: true,
                is_vouched,
            };
            let profile = Profile {
                candidates: vec![candidate(1, KNOWN, 7), candidate(2, KNOWN, 2)],
                typed: Some(Box::new(typed)),
                ..Profile::default()
            };
            assert_eq!(profile.vip_level(), vip_level);
        }
    }
}
