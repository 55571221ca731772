//! Who falls to a canary, what counts against it, and what is known again after a crash.

use super::*;

fn canary(on_ppm: u32) -> Canary {
    let pair = CanaryPair {
        former: 6,
        version: 7,
    };
    Canary {
        scripts: BTreeMap::from([("main".into(), pair)]),
        on_ppm,
        worse_ppm: 100_000,
    }
}

fn bad(number: u64, on_canary: bool) -> BadCall {
    BadCall {
        call: CallId::new(number),
        canary: canary(500_000),
        lot: number,
        on_canary,
        measures: BTreeSet::from([Measure::HungUp]),
    }
}

#[test]
fn m6_a_share_of_the_numbers_falls_to_the_canary_and_always_the_same_ones() {
    for on_ppm in [10_000, 50_000, 500_000, 990_000] {
        let canary = canary(on_ppm);
        let takes = |number: &u64| canary.takes(lot_of(&format!("+86138{number:08}")));
        let taken = (0..100_000).filter(takes).count();
        let expected = f64::from(on_ppm) / 10.0;
        let spread = 4.0 * (expected * (1.0 - expected / 100_000.0)).sqrt();
        assert!(
            (taken as f64 - expected).abs() < spread,
            "{on_ppm}: {taken}"
        );
    }
    let (five, ten) = (canary(50_000), canary(100_000));
    let lots = (0..10_000).map(|number| lot_of(&format!("13800{number}")));
    // Who met it keeps it when more callers do.
    assert!(
        lots.into_iter()
            .all(|lot| ten.takes(lot) || !five.takes(lot))
    );
    assert!(!canary(0).takes(0) && canary(1_000_000).takes(u64::MAX));
}

#[test]
fn m6_a_canary_that_is_worse_ends_once_with_the_calls_that_decided() {
    let mut trial = Trial::new(canary(500_000));
    let end = (1..)
        .find_map(|number| trial.note(&bad(number, true)))
        .unwrap();
    assert_eq!((end.measure, end.former_bad), (Measure::HungUp, 0));
    assert!((8..20).contains(&end.canary_bad), "{}", end.canary_bad);
    assert_eq!(end.calls.len(), end.canary_bad as usize);
    assert_eq!(trial.note(&bad(1_000, true)), None, "told once");
}

#[test]
fn m6_a_caller_counts_once_however_often_he_calls() {
    let mut trial = Trial::new(canary(500_000));
    let again = (0..1_000).find_map(|_| trial.note(&bad(7, true)));
    assert_eq!(again, None);
    assert_eq!(trial.standings[&Measure::HungUp].canary_bad, 1);
}

#[test]
fn m6_as_many_on_both_sides_end_nothing() {
    let mut trial = Trial::new(canary(500_000));
    let ended = (0..20_000).find_map(|number| trial.note(&bad(number, number % 2 == 0)));
    assert_eq!(ended, None);
}

#[test]
fn m6_a_trial_is_the_fold_of_its_facts_and_a_new_text_is_a_new_trial() {
    let mut lived = Trial::new(canary(500_000));
    let mut read = None;
    for number in 0..100 {
        let bad = bad(number, number % 3 == 0);
        let end = lived.note(&bad);
        Trial::apply(&mut read, &Fact::CanaryBad(bad));
        if let Some(end) = end {
            Trial::apply(&mut read, &Fact::CanaryEnded(end));
        }
    }
    assert_eq!(read.as_ref(), Some(&lived));
    let text = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<Option<Trial>>(&text).unwrap(), read);

    let mut other = bad(500, true);
    other.canary.on_ppm = 600_000;
    Trial::apply(&mut read, &Fact::CanaryBad(other));
    let standing = &read.unwrap().standings[&Measure::HungUp];
    assert_eq!((standing.canary_bad, standing.former_bad), (1, 0));
}
