//! The house as one ticket meets it: its groups with their people, the policy of its type, what it lacks.

use std::collections::BTreeMap;

use model::TicketId;

use super::{HoursBook, Rules};
use crate::handling::{Group, HoursVersion, House, Policy, PromiseHours, Weight};
use crate::matter::Matter;

/// What [`House`] lends.
#[derive(Clone, Debug)]
pub struct Office<'a> {
    groups: &'a BTreeMap<String, Group>,
    policy: Policy,
    hours: PromiseHours<'a>,
    weight: Weight,
    missing: Vec<String>,
    open_tasks: u32,
    reporters: Vec<TicketId>,
    lot: u8,
}

/// Which ticket meets the house.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Its id.
    pub id: TicketId,
    /// What it is about.
    pub matter: &'a Matter,
    /// By which hours it has run.
    pub hours: HoursVersion,
    /// Its tasks that are not done.
    pub open_tasks: u32,
    /// M6: of what went into it one ticket of each other reporter.
    pub reporters: &'a [TicketId],
}

impl Rules {
    /// The house for a ticket. `groups`: with their people ([`Self::groups`]).
    pub fn office<'a>(
        &'a self,
        groups: &'a BTreeMap<String, Group>,
        book: &'a HoursBook,
        about: About<'_>,
    ) -> Office<'a> {
        let About { matter, id, .. } = about;
        let name = matter.ticket_type.as_deref().unwrap_or_default();
        let kind = self.kind(name);
        Office {
            policy: kind.policy(groups),
            groups,
            weight: self.weight(kind, matter.category.as_deref()),
            hours: book.hours(self, name, about.hours),
            missing: kind.missing_at_resolve(&matter.fields),
            open_tasks: about.open_tasks,
            reporters: about.reporters.to_vec(),
            lot: lot(id),
        }
    }
}

impl Office<'_> {
    /// What the rules look at.
    pub fn house(&self) -> House<'_> {
        House {
            groups: self.groups,
            policy: &self.policy,
            hours: self.hours,
            weight: &self.weight,
            missing: &self.missing,
            open_tasks: self.open_tasks,
            reporters: &self.reporters,
            lot: self.lot,
        }
    }
}

/// A ticket's lot for samples (E1), 0 to 99: the same for good, and as even over ids that follow one another as over those that do
/// not (the finaliser of splitmix64).
fn lot(id: TicketId) -> u8 {
    let mut lot = id.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
    lot = (lot ^ (lot >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    lot = (lot ^ (lot >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    u8::try_from((lot ^ (lot >> 31)) % 100).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e1_lots_are_even_and_stay() {
        let mut counts = [0_u32; 100];
        for id in 0..100_000_u64 {
            counts[usize::from(lot(TicketId::new(id << 22)))] += 1;
        }
        assert!(
            counts.iter().all(|count| (850..1_150).contains(count)),
            "{counts:?}"
        );
        assert_eq!(lot(TicketId::new(7)), lot(TicketId::new(7)));
    }

    #[test]
    fn a_ticket_meets_the_policy_of_its_type_and_what_it_lacks() {
        let rules = Rules::default();
        let groups = BTreeMap::new();
        let (matter, book) = (Matter::default(), HoursBook::default());
        let about = About {
            id: TicketId::new(1),
            matter: &matter,
            hours: HoursVersion::default(),
            open_tasks: 2,
            reporters: &[],
        };
        let office = rules.office(&groups, &book, about);
        let house = office.house();
        assert_eq!(
            house.policy.pauses_max,
            rules.standard.promises().pauses_max
        );
        assert!(house.policy.closes_after.is_some());
        assert_eq!((house.open_tasks, house.missing.len()), (2, 0));
    }
}
