//! The groups against a reference: the same decision by a plain walk over all, written from the rules alone.

use std::collections::BTreeSet;

use model::{Requirement, Skills};

use super::*;
use crate::config::Step;
use crate::decision::{Needs, Prefer};
use crate::seed;
use crate::strategy;

/// Numbers that look random, from one seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 += 1;
        seed::mix(0xd1ce, self.0) % sides
    }

    fn small(&mut self, sides: u32) -> u32 {
        u32::try_from(self.roll(sides.into())).unwrap()
    }
}

fn agent(number: u64) -> AgentId {
    AgentId::new(number)
}

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Few values each, so that ties are common.
fn candidate(dice: &mut Dice, number: u64, seat: u32) -> Candidate {
    Candidate {
        agent: agent(number),
        seat,
        weight: dice.small(4),
        calls: i64::from(dice.small(4)),
        time: i64::from(dice.small(4)),
        idle_since: at(dice.roll(4)).into(),
        ready_since: at(dice.roll(4)).into(),
        last_connected: (dice.roll(2) == 0).then(|| at(dice.roll(4) + 1).into()),
        signed_in: at(dice.roll(4)).into(),
    }
}

fn competence(dice: &mut Dice) -> Competence {
    let skills = ["en", "fr"].map(|name| (name.to_owned(), u8::try_from(dice.roll(4)).unwrap()));
    let skills: Skills = skills.into_iter().filter(|(_, level)| *level > 0).collect();
    Competence {
        tier: u8::try_from(dice.roll(2) + 1).unwrap(),
        skills: skills.into(),
    }
}

/// What one decision asks.
struct Asked {
    tried: BTreeSet<AgentId>,
    apart: BTreeSet<AgentId>,
    caller: Option<AgentId>,
    only: Option<AgentId>,
    skip: Option<AgentId>,
    own: Option<Requirement>,
    steps: Vec<Step>,
    prefer: Prefer,
    selection: Selection,
    keep: usize,
}

impl Asked {
    fn roll(dice: &mut Dice) -> Self {
        let tried = (0..dice.roll(4)).map(|_| agent(dice.roll(12))).collect();
        let one = |dice: &mut Dice, odds| (dice.roll(odds) == 0).then(|| agent(dice.roll(12)));
        let needs = ["en", "en >= 2", "fr >= 2 or en >= 3", "not fr"];
        let pick = |dice: &mut Dice| needs[usize::try_from(dice.roll(4)).unwrap()];
        let steps = (0..dice.roll(3)).map(|_| Step {
            needs: pick(dice).parse().unwrap(),
            lasts: at(20),
        });
        let steps = steps.collect();
        Self {
            tried,
            apart: one(dice, 4).into_iter().collect(),
            caller: one(dice, 4),
            only: one(dice, 6),
            skip: one(dice, 4),
            own: (dice.roll(3) == 0).then(|| pick(dice).parse().unwrap()),
            steps,
            prefer: [Prefer::Any, Prefer::Best, Prefer::Spare]
                [usize::try_from(dice.roll(3)).unwrap()],
            selection: Selection {
                seed: dice.roll(u64::MAX),
                next_seat: dice.small(14),
            },
            keep: usize::try_from(dice.roll(4) + 1).unwrap(),
        }
    }

    fn filter(&self) -> Filter<'_> {
        Filter {
            tried: &self.tried,
            apart: &self.apart,
            caller: self.caller,
            only: self.only,
            by_name: false,
            team: None,
            listed: None,
            skip: self.skip,
            needs: Needs {
                own: self.own.as_ref(),
                steps: &self.steps,
                prefer: self.prefer,
            },
        }
    }

    /// Who will do, by the words of R1 and R69.
    fn will_do(&self, id: AgentId, skills: &Skills) -> bool {
        let met = |needs: &Requirement| needs.is_met(skills);
        !self.tried.contains(&id)
            && !self.apart.contains(&id)
            && self.caller != Some(id)
            && self.skip != Some(id)
            && self.only.is_none_or(|only| only == id)
            && self.own.as_ref().is_none_or(met)
            && (self.steps.is_empty() || self.steps.iter().any(|step| met(&step.needs)))
    }

    /// What comes before the strategy (R45, R71).
    fn class(&self, competence: &Competence) -> (u8, i64, usize) {
        let skills = &competence.skills;
        let last = self.steps.last().map(|step| &step.needs);
        let level: u32 = self
            .own
            .iter()
            .chain(last)
            .map(|needs| needs.level(skills))
            .sum();
        match self.prefer {
            Prefer::Any => (competence.tier, 0, 0),
            Prefer::Best => (competence.tier, -i64::from(level), 0),
            Prefer::Spare => (competence.tier, 0, skills.len()),
        }
    }

    /// The reference's answer, by sorting everybody.
    fn best(&self, all: &[(Candidate, Competence)], row: &Strategy) -> Vec<AgentId> {
        let mut fit: Vec<_> = all
            .iter()
            .filter(|(one, competence)| self.will_do(one.agent, &competence.skills))
            .collect();
        let turn =
            |one: &Candidate| i64::from((one.seat + 1_000 - self.selection.next_seat) % 1_000);
        let rank = |one: &Candidate| match row.order {
            Order::Ranked(rank) => rank(one).0,
            Order::Circular => turn(one),
            Order::Drawn(_) | Order::Fallback | Order::Asked => unreachable!("lots are drawn"),
        };
        let Order::Drawn(share) = row.order else {
            fit.sort_by_key(|(one, competence)| {
                (self.class(competence), rank(one), one.idle_since, one.agent)
            });
            let best = fit.iter().take(self.keep);
            return best.map(|(one, _)| one.agent).collect();
        };
        fit.sort_by_key(|(one, competence)| (self.class(competence), competence, one.seat));
        let peers = fit.chunk_by(|(_, one), (_, other)| self.class(one) == self.class(other));
        let mut drawn = Vec::new();
        for peers in peers {
            let peers = peers.iter().map(|(one, _)| (one.agent, share(one)));
            self.draw(peers.collect(), &mut drawn);
        }
        drawn
    }

    /// R53 by counting out, in the order of seats.
    fn draw(&self, mut hat: Vec<(AgentId, u32)>, drawn: &mut Vec<AgentId>) {
        let mut number = 0;
        while drawn.len() < self.keep && !hat.is_empty() {
            let total: u64 = hat.iter().map(|(_, share)| u64::from(*share)).sum();
            let tickets = hat.iter().flat_map(|(agent, share)| {
                let lots = if total == 0 { 1 } else { *share };
                core::iter::repeat_n(*agent, usize::try_from(lots).unwrap())
            });
            let tickets: Vec<AgentId> = tickets.collect();
            let lot = seed::mix(self.selection.seed, number);
            let point = (u128::from(lot) * tickets.len() as u128) >> 64;
            let winner = tickets[usize::try_from(point).unwrap()];
            hat.retain(|(agent, _)| *agent != winner);
            drawn.push(winner);
            number += 1;
        }
    }
}

#[test]
fn r03_a_hundred_thousand_decisions_are_those_of_the_reference() {
    let rows: Vec<_> = strategy::all().iter().filter(|row| row.orders()).collect();
    let each = 100_000 / rows.len() + 1;
    for row in rows {
        let mut dice = Dice(0);
        let mut ready = ReadySet::new(row);
        let mut all: BTreeMap<AgentId, (Candidate, Competence)> = BTreeMap::new();
        for decision in 0..each {
            // Somebody comes, changes or goes.
            let number = dice.roll(12);
            if dice.roll(3) > 0 {
                let seat = u32::try_from(number).unwrap();
                let one = (candidate(&mut dice, number, seat), competence(&mut dice));
                ready.put(one.0, one.1.clone(), None);
                all.insert(agent(number), one);
            } else {
                ready.remove(agent(number));
                all.remove(&agent(number));
            }
            let asked = Asked::roll(&mut dice);
            let best = ready.best(asked.selection, &asked.filter(), asked.keep);
            let best: Vec<AgentId> = best.iter().map(|key| key.agent).collect();
            let everybody: Vec<_> = all.values().cloned().collect();
            let expected = asked.best(&everybody, row);
            assert_eq!(best, expected, "{} {decision}", row.name);
        }
    }
}
