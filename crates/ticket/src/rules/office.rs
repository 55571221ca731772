//! The house as one ticket meets it: its groups with their people, the policy of its type, what it lacks.

use std::collections::BTreeMap;

use model::{Calendar, TicketId};

use super::Rules;
use crate::handling::{Group, House, Policy, Weight};
use crate::matter::Matter;

/// What [`House`] lends.
#[derive(Clone, Debug)]
pub struct Office<'a> {
    groups: &'a BTreeMap<String, Group>,
    policy: Policy,
    calendar: &'a Calendar,
    weight: Weight,
    missing: Vec<String>,
    open_tasks: u32,
    lot: u8,
}

impl Rules {
    /// The house for a ticket of that matter. `groups`: with their people ([`Self::groups`]); `open_tasks`: its tasks that are not
    /// done.
    pub fn office<'a>(
        &'a self,
        groups: &'a BTreeMap<String, Group>,
        matter: &Matter,
        id: TicketId,
        open_tasks: u32,
    ) -> Office<'a> {
        let kind = self.kind(matter.ticket_type.as_deref().unwrap_or_default());
        Office {
            policy: kind.policy(groups),
            groups,
            weight: self.weight(kind, matter.category.as_deref()),
            calendar: self.calendar_of(kind),
            missing: kind.missing_at_resolve(&matter.fields),
            open_tasks,
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
            calendar: self.calendar,
            weight: &self.weight,
            missing: &self.missing,
            open_tasks: self.open_tasks,
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
        let office = rules.office(&groups, &Matter::default(), TicketId::new(1), 2);
        let house = office.house();
        assert_eq!(
            house.policy.pauses_max,
            rules.standard.promises().pauses_max
        );
        assert!(house.policy.closes_after.is_some());
        assert_eq!((house.open_tasks, house.missing.len()), (2, 0));
    }
}
