//! Customers who have called before: what the directory answers about them.
//!
//! A customer is known by his number. Who served him last for half a minute is his familiar agent (R57); whether he is a
//! VIP is drawn once. Everybody else calls from a number that nobody knows.

use std::collections::BTreeMap;
use std::time::Duration;

use model::profile::Candidate;
use model::{AgentId, Caller, CustomerId, Profile, Ties};

use crate::random::Random;
use crate::scenario::CallerGroup;

/// R57: a shorter talk makes nobody familiar.
const SERVED_MIN: Duration = Duration::from_secs(30);
/// Numbers of customers begin with it, numbers of strangers do not.
const KNOWN: &str = "13";
const UNKNOWN: &str = "15";

/// One customer.
#[derive(Clone, Copy, Debug, Default)]
struct Customer {
    vip: bool,
    familiar: Option<AgentId>,
}

/// All of them who have called; those of a group have numbers in a row.
#[derive(Debug, Default)]
pub(crate) struct Customers {
    known: BTreeMap<u32, Customer>,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Who {
    /// What his phone shows; `None`: withheld.
    pub(crate) number: Option<String>,
    pub(crate) customer: Option<u32>,
}

impl Customers {
    /// The next caller of a group whose customers begin at `first`; `serial` is the call's number.
    pub(crate) fn draw(
        &mut self,
        group: &CallerGroup,
        first: u32,
        serial: u64,
        random: &mut Random,
    ) -> Who {
        // Always the same number of draws, so that a share that changes does not make it another day.
        let (withheld, familiar) = (random.uniform(), random.uniform());
        let (which, vip) = (random.below(group.customers as usize), random.uniform());
        if withheld < group.withheld.get() {
            let (number, customer) = (None, None);
            return Who { number, customer };
        }
        if familiar >= group.familiar.get() {
            let number = Some(number(UNKNOWN, serial % 1_000_000_000));
            return Who {
                number,
                customer: None,
            };
        }
        let customer = first + which as u32;
        self.known.entry(customer).or_insert_with(|| Customer {
            vip: vip < group.vips.get(),
            familiar: None,
        });
        Who {
            number: Some(number(KNOWN, customer.into())),
            customer: Some(customer),
        }
    }

    /// He was served, for so long.
    pub(crate) fn served(&mut self, customer: u32, agent: AgentId, talked: Duration) {
        if talked >= SERVED_MIN
            && let Some(known) = self.known.get_mut(&customer)
        {
            known.familiar = Some(agent);
        }
    }

    /// What the directory knows.
    pub(crate) fn profile(&self, caller: &Caller) -> Profile {
        let number = caller.number.as_deref().unwrap_or_default();
        let customer = number
            .strip_prefix(KNOWN)
            .and_then(|rest| rest.parse().ok());
        let Some((number, known)) = customer.and_then(|it: u32| Some((it, self.known.get(&it)?)))
        else {
            return Profile::default();
        };
        Profile {
            candidates: vec![Candidate {
                customer: CustomerId::new(u64::from(number) + 1),
                name: format!("Customer {number}"),
                vip_level: known.vip.into(),
                confidence: "known".to_owned(),
                why: "number".to_owned(),
                open_tickets: 0,
                last_contact: None,
                external_ref: None,
            }],
            // A day is shorter than any talk counts (R57), so who served him last stands there as his owner.
            ties: known.familiar.map(Ties::owned_by).unwrap_or_default(),
            ..Profile::default()
        }
    }
}

/// A number with nine digits after its head, made without formatting: every call has one.
fn number(head: &str, which: u64) -> String {
    let digits = which.to_string();
    let zeros = "000000000".get(digits.len()..).unwrap_or_default();
    [head, zeros, &digits].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_nine_digits_after_its_head() {
        for (which, expect) in [
            (0, "13000000000"),
            (42, "13000000042"),
            (999_999_999, "13999999999"),
        ] {
            assert_eq!(number(KNOWN, which), expect);
        }
    }
}
