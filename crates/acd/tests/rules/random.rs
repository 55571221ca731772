//! R52-R54: random and weighted random.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Centre, SUPPORT, letter};

/// How often each agent is drawn in so many decisions; each with a seed of its own.
fn shares(strategy: &str, memberships: &[(char, &str)], draws: u64) -> BTreeMap<char, f64> {
    let mut centre = Centre::new(strategy, "");
    for (agent, membership) in memberships {
        centre.hires(*agent, &[membership]).ready(*agent);
    }
    centre.phones_ring = false;
    let mut shares: BTreeMap<char, f64> = BTreeMap::new();
    let mut seeds = BTreeSet::new();
    for number in 1..=draws {
        centre.joins(number).hangs_up(number).silence();
        let decision = centre.decisions.pop().unwrap();
        centre.outputs.clear();
        seeds.insert(decision.seed);
        *shares.entry(letter(decision.chosen[0])).or_default() += 1.0;
    }
    assert_eq!(
        seeds.len() as u64,
        draws,
        "each record has a seed of its own"
    );
    shares
}

/// χ² against what is expected.
fn chi(shares: &BTreeMap<char, f64>, expected: &[(char, f64)]) -> f64 {
    let squares = expected.iter().map(|(agent, expected)| {
        let seen = shares.get(agent).copied().unwrap_or_default();
        (seen - expected) * (seen - expected) / expected
    });
    squares.sum()
}

/// χ² with 2 degrees of freedom at 0.1 %.
const LIMIT: f64 = 13.816;

#[test]
fn r52_each_candidate_has_the_same_share() {
    let all = ['A', 'B', 'C'].map(|agent| (agent, SUPPORT));
    let shares = shares("random", &all, 30_000);
    let chi = chi(&shares, &['A', 'B', 'C'].map(|agent| (agent, 10_000.0)));
    assert!(chi < LIMIT, "χ² = {chi}: {shares:?}");
}

#[test]
fn r53_each_candidate_has_the_share_of_his_weight() {
    let all = [('A', "support"), ('B', "support*2"), ('C', "support*3")];
    let shares = shares("weighted-random", &all, 30_000);
    let expected = [('A', 5_000.0), ('B', 10_000.0), ('C', 15_000.0)];
    let chi = chi(&shares, &expected);
    assert!(chi < LIMIT, "χ² = {chi}: {shares:?}");
}

#[test]
fn r53_weight_0_is_drawn_only_when_nobody_else_is_left() {
    let all = [('A', "support*0"), ('B', "support"), ('C', "support*0")];
    assert_eq!(shares("weighted-random", &all, 100), [('B', 100.0)].into());
    let mut centre = Centre::new("weighted-random", "");
    for (agent, membership) in all {
        centre.hires(agent, &[membership]).ready(agent);
    }
    centre.joins(1).expect("offer 1 B").joins(2).joins(3);
    assert!(centre.state('A').starts_with("ringing"));
    assert!(centre.state('C').starts_with("ringing"));
}

#[test]
fn r54_a_miss_leaves_the_draw_to_the_rest() {
    let mut centre = Centre::new("random", "ABC");
    for number in 1..=20 {
        centre.decisions.clear();
        centre.joins(number).wait(45).hangs_up(number);
        let drawn: BTreeSet<_> = centre
            .decisions
            .iter()
            .map(|decision| decision.chosen[0])
            .collect();
        assert_eq!(drawn.len(), 3, "everybody once in a pass");
        for agent in "ABC".chars() {
            centre.ready(agent);
        }
    }
}
