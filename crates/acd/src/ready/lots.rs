//! Lots: who of a group is drawn, each with the share of his weight (R52-R54).
//!
//! The tickets lie in the order of seats, so that a draw depends on who is there and on the seed, never on who came
//! first (R3, R4). Sums over blocks of seats make a draw among ten thousand a walk over a few hundred numbers (F10).

use std::collections::{BTreeMap, BTreeSet};

use model::AgentId;

use crate::seed;
use crate::selection::Candidate;

/// Seats in one block.
const BLOCK: u32 = 64;

/// A seat and who sits there; two share a seat only until seats are numbered anew.
type Ticket = (u32, AgentId);

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub(super) struct Lots {
    tickets: BTreeMap<Ticket, u32>,
    blocks: BTreeMap<u32, Sum>,
    total: Sum,
}

/// What several tickets hold together.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    share: u64,
    heads: u64,
}

/// What is drawn by: the shares, or by heads where only those without a share are left.
type Measure = fn(Sum) -> u64;

impl Lots {
    pub(super) fn insert(&mut self, candidate: &Candidate, share: u32) {
        let ticket = (candidate.seat, candidate.agent);
        if self.tickets.insert(ticket, share).is_none() {
            let one = Sum::of(share);
            self.total.add(one);
            self.blocks
                .entry(candidate.seat / BLOCK)
                .or_default()
                .add(one);
        }
    }

    pub(super) fn remove(&mut self, candidate: &Candidate) {
        let Some(share) = self.tickets.remove(&(candidate.seat, candidate.agent)) else {
            return;
        };
        let (block, one) = (candidate.seat / BLOCK, Sum::of(share));
        self.total.sub(one);
        if let Some(sum) = self.blocks.get_mut(&block) {
            sum.sub(one);
            if sum.heads == 0 {
                self.blocks.remove(&block);
            }
        }
    }

    /// What lies before a ticket.
    fn before(&self, (seat, agent): Ticket, measure: Measure) -> u64 {
        let block = seat / BLOCK;
        let blocks = self.blocks.range(..block).map(|(_, sum)| *sum);
        let tickets = self
            .tickets
            .range((block * BLOCK, AgentId::new(0))..(seat, agent));
        let tickets = tickets.map(|(_, share)| Sum::of(*share));
        blocks.chain(tickets).map(measure).sum()
    }

    /// Whose ticket holds that point.
    fn at(&self, mut point: u64, measure: Measure) -> Option<AgentId> {
        for (block, sum) in &self.blocks {
            match point.checked_sub(measure(*sum)) {
                Some(beyond) => point = beyond,
                None => return self.within(*block, point, measure),
            }
        }
        None
    }

    fn within(&self, block: u32, mut point: u64, measure: Measure) -> Option<AgentId> {
        let seats = (block * BLOCK, AgentId::new(0))..(block * BLOCK + BLOCK, AgentId::new(0));
        for ((_, agent), share) in self.tickets.range(seats) {
            match point.checked_sub(measure(Sum::of(*share))) {
                Some(beyond) => point = beyond,
                None => return Some(*agent),
            }
        }
        None
    }

    /// Those of the tickets that are out of this draw, in the order of seats.
    fn outs(&self, out: &BTreeSet<Ticket>) -> Vec<(Ticket, Sum)> {
        let found = |ticket: &Ticket| Some((*ticket, Sum::of(*self.tickets.get(ticket)?)));
        out.iter().filter_map(found).collect()
    }
}

impl Sum {
    fn of(share: u32) -> Self {
        Self {
            share: share.into(),
            heads: 1,
        }
    }

    fn add(&mut self, other: Self) {
        self.share += other.share;
        self.heads += other.heads;
    }

    fn sub(&mut self, other: Self) {
        self.share -= other.share;
        self.heads -= other.heads;
    }
}

/// Draws up to `keep` of several groups that stand alike, one after the other; nobody of `out` and nobody twice.
pub(super) fn draw(
    groups: &[&Lots],
    seed: u64,
    mut out: BTreeSet<Ticket>,
    keep: usize,
    seat_of: impl Fn(AgentId) -> Option<u32>,
) -> Vec<AgentId> {
    let mut drawn = Vec::new();
    while drawn.len() < keep {
        let lot = seed::mix(seed, u64::try_from(drawn.len()).unwrap_or(0));
        let by_share = draw_one(groups, lot, &out, |sum| sum.share);
        // R53: who has no share is drawn only when nobody else is left.
        let Some(agent) = by_share.or_else(|| draw_one(groups, lot, &out, |sum| sum.heads)) else {
            break;
        };
        out.extend(seat_of(agent).map(|seat| (seat, agent)));
        drawn.push(agent);
    }
    drawn
}

fn draw_one(
    groups: &[&Lots],
    lot: u64,
    out: &BTreeSet<Ticket>,
    measure: Measure,
) -> Option<AgentId> {
    let outs: Vec<_> = groups.iter().map(|lots| lots.outs(out)).collect();
    let left = |lots: &Lots, outs: &[(Ticket, Sum)]| {
        let gone: u64 = outs.iter().map(|(_, sum)| measure(*sum)).sum();
        measure(lots.total) - gone
    };
    let total: u64 = groups
        .iter()
        .zip(&outs)
        .map(|(lots, outs)| left(lots, outs))
        .sum();
    // Scaled, not taken modulo: every point is as likely as the next.
    let scaled = (u128::from(lot) * u128::from(total)) >> u64::BITS;
    let mut point = u64::try_from(scaled).unwrap_or(0);
    for (lots, outs) in groups.iter().zip(&outs) {
        let here = left(lots, outs);
        if point >= here {
            point -= here;
            continue;
        }
        for (ticket, sum) in outs {
            if lots.before(*ticket, measure) > point {
                break;
            }
            point += measure(*sum);
        }
        return lots.at(point, measure);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selection::Micros;

    fn candidate(seat: u32) -> Candidate {
        Candidate {
            agent: AgentId::new(u64::from(seat) + 1),
            seat,
            weight: 1,
            calls: 0,
            time: 0,
            idle_since: Micros::default(),
            ready_since: Micros::default(),
            last_connected: None,
            signed_in: Micros::default(),
        }
    }

    /// How often each of them is drawn, of `draws`, when the seats in `out` are out.
    fn shares(weights: &[u32], out: &[u32], draws: u64) -> Vec<u64> {
        let (mut near, mut far) = (Lots::default(), Lots::default());
        for (seat, weight) in (0..).zip(weights) {
            // Two groups, several blocks.
            let group = if seat % 2 == 0 { &mut near } else { &mut far };
            group.insert(&candidate(seat * 50), *weight);
        }
        let out: BTreeSet<Ticket> = out
            .iter()
            .map(|seat| (seat * 50, candidate(seat * 50).agent))
            .collect();
        let mut shares = vec![0; weights.len()];
        for number in 0..draws {
            let drawn = draw(&[&near, &far], seed::mix(7, number), out.clone(), 1, |_| {
                None
            });
            let index = usize::try_from((drawn[0].get() - 1) / 50).unwrap();
            shares[index] += 1;
        }
        shares
    }

    #[test]
    fn r53_each_has_the_share_of_his_weight() {
        for (weights, out, expected) in [
            (&[1, 2, 3][..], &[][..], &[10_000, 20_000, 30_000][..]),
            (&[1, 2, 3], &[1], &[15_000, 0, 45_000]),
            (&[0, 0, 3], &[], &[0, 0, 60_000]),
            (&[0, 0, 3], &[2], &[30_000, 30_000, 0]),
            (
                &[1, 1, 1, 1, 1, 1],
                &[0, 3],
                &[0, 15_000, 15_000, 0, 15_000, 15_000],
            ),
        ] {
            let seen = shares(weights, out, 60_000);
            for (seen, expected) in seen.iter().zip(expected) {
                // Four standard deviations of the widest share are below 500.
                assert!(
                    seen.abs_diff(*expected) < 500,
                    "{weights:?} {out:?}: {seen}"
                );
                assert!(*expected > 0 || *seen == 0, "{weights:?} {out:?}: {seen}");
            }
        }
    }

    #[test]
    fn a_draw_of_several_names_each_once_and_stops_at_the_last() {
        let mut lots = Lots::default();
        for seat in 0..5 {
            lots.insert(&candidate(seat), 1);
        }
        lots.remove(&candidate(3));
        lots.remove(&candidate(3));
        let seat_of = |agent: AgentId| u32::try_from(agent.get() - 1).ok();
        let drawn = draw(&[&lots], 1, BTreeSet::new(), 9, seat_of);
        let named: BTreeSet<u64> = drawn.iter().map(|agent| agent.get()).collect();
        assert_eq!(drawn.len(), 4);
        assert_eq!(named, [1, 2, 3, 5].into());
        assert!(draw(&[], 1, BTreeSet::new(), 1, seat_of).is_empty());
    }
}
