//! R52, R54: random.

use std::collections::BTreeMap;

use crate::support::{Centre, letter};

#[test]
fn r52_each_candidate_has_the_same_share() {
    const DRAWS: u64 = 30_000;
    // χ² with 2 degrees of freedom at 0.1 %.
    const LIMIT: f64 = 13.816;
    let mut centre = Centre::new("random", "ABC");
    centre.phones_ring = false;
    let mut shares: BTreeMap<char, f64> = BTreeMap::new();
    let mut seeds = std::collections::BTreeSet::new();
    for number in 1..=DRAWS {
        centre.joins(number).hangs_up(number).silence();
        let decision = centre.decisions.pop().unwrap();
        centre.outputs.clear();
        seeds.insert(decision.seed);
        *shares.entry(letter(decision.chosen[0])).or_default() += 1.0;
    }
    let expected = 10_000.0;
    let chi: f64 = shares
        .values()
        .map(|seen| (seen - expected) * (seen - expected) / expected)
        .sum();
    assert!(chi < LIMIT, "χ² = {chi}: {shares:?}");
    assert_eq!(seeds.len(), 30_000, "each record has a seed of its own");
}

#[test]
fn r54_a_miss_leaves_the_draw_to_the_rest() {
    let mut centre = Centre::new("random", "ABC");
    for number in 1..=20 {
        centre.decisions.clear();
        centre.joins(number).wait(45).hangs_up(number);
        let drawn: std::collections::BTreeSet<_> = centre
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
