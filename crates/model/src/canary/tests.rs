//! Who falls to a canary, what counts against it, and what is known again after a crash.

use super::*;
use crate::fact::Fact;

fn canary(on_ppm: u32) -> Canary {
    let pair = CanaryPair {
        former: 6,
        version: 7,
    };
    Canary {
        scripts: BTreeMap::from([("main".into(), pair)]),
        on_ppm,
        worse_ppm: 100_000,
        salt: salt_of(["start = \"welcome\""]),
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

/// A call goes badly: what is told of it.
fn goes_badly(trials: &mut Trials, bad: BadCall) -> Vec<Fact> {
    let trial = trials.last().unwrap();
    let measures = trial.counts(bad.lot, &bad.measures);
    if measures.is_empty() || trial.ended.is_some() {
        return Vec::new();
    }
    let told = Fact::CanaryBad(BadCall { measures, ..bad });
    trials.apply(&told);
    let end = trials.last().unwrap().verdict().map(Fact::CanaryEnded);
    end.iter().for_each(|end| trials.apply(end));
    [told].into_iter().chain(end).collect()
}

fn laid(canary: &Canary) -> Trials {
    let mut trials = Trials::default();
    trials.apply(&trials.lays(Some(canary)).unwrap());
    trials
}

/// Which of these numbers meet a canary.
fn taken(canary: &Canary) -> BTreeSet<u64> {
    let numbers = 0..100_000_u64;
    let takes = |number: &u64| canary.takes(canary.lot(&format!("+86138{number:08}")));
    numbers.filter(takes).collect()
}

#[test]
fn m6_a_share_of_the_numbers_falls_to_the_canary_and_always_the_same_ones() {
    for on_ppm in [10_000, 50_000, 500_000, 990_000] {
        let taken = taken(&canary(on_ppm)).len();
        let expected = f64::from(on_ppm) / 10.0;
        let spread = 4.0 * (expected * (1.0 - expected / 100_000.0)).sqrt();
        assert!(
            (taken as f64 - expected).abs() < spread,
            "{on_ppm}: {taken}"
        );
    }
    // Who met it keeps it when more callers do.
    assert!(taken(&canary(50_000)).is_subset(&taken(&canary(100_000))));
    assert!(!canary(0).takes(0) && canary(1_000_000).takes(u64::MAX));
}

#[test]
fn m6_other_texts_draw_other_lots() {
    let first = taken(&canary(50_000));
    let other = Canary {
        salt: salt_of(["start = \"hello\""]),
        ..canary(50_000)
    };
    let both = taken(&other).intersection(&first).count();
    // A twentieth of a twentieth of a hundred thousand.
    assert!((180..330).contains(&both), "{both}");
    let again = canary(50_000).salt;
    assert_eq!(again, salt_of(["start = \"welcome\""]));
    assert_ne!(salt_of(["a", "b"]), salt_of(["b", "a"]));
    assert_ne!(salt_of(["ab"]), salt_of(["a", "b"]));
}

#[test]
fn m6_a_canary_that_is_worse_ends_once_with_the_calls_that_decided() {
    let mut trials = laid(&canary(500_000));
    assert_eq!(trials.state(), Some(TrialState::Running));
    let told = (1..).map(|number| goes_badly(&mut trials, bad(number, true)));
    let end = told.flatten().find_map(|fact| {
        let Fact::CanaryEnded(end) = fact else {
            return None;
        };
        Some(end)
    });
    let end = end.unwrap();
    assert_eq!((end.measure, end.former_bad), (Measure::HungUp, 0));
    assert!((8..20).contains(&end.canary_bad), "{}", end.canary_bad);
    assert_eq!(end.calls.len(), end.canary_bad as usize);
    assert_eq!(trials.state(), Some(TrialState::TakenBack));
    assert_eq!(goes_badly(&mut trials, bad(1_000, true)), [], "told once");
}

#[test]
fn m6_a_caller_counts_once_however_often_he_calls_and_is_told_once() {
    let mut trials = laid(&canary(500_000));
    let told: Vec<_> = (0..1_000)
        .flat_map(|_| goes_badly(&mut trials, bad(7, true)))
        .collect();
    assert_eq!(told.len(), 1);
    let both = BadCall {
        measures: BTreeSet::from([Measure::HungUp, Measure::Error]),
        ..bad(7, true)
    };
    let told = goes_badly(&mut trials, both);
    let Fact::CanaryBad(more) = &told[0] else {
        panic!("{told:?}");
    };
    assert_eq!(more.measures, BTreeSet::from([Measure::Error]));
    let trial = trials.last().unwrap();
    assert_eq!(trial.standings[&Measure::HungUp].canary_bad, 1);
}

#[test]
fn m6_as_many_on_both_sides_end_nothing_and_the_watch_goes_on_all_the_same() {
    let canary = canary(500_000);
    let mut trials = laid(&canary);
    let mut told = 0;
    let caller = |number: u64, on_canary| BadCall {
        lot: canary.lot(&number.to_string()),
        ..bad(number, on_canary)
    };
    for number in 0..60_000 {
        told += goes_badly(&mut trials, caller(number, number % 2 == 0)).len();
    }
    assert_eq!(trials.state(), Some(TrialState::Running));
    // All of the first 5,000, half of the next as many, and so on: what is told and remembered does not grow with the callers.
    assert!((12_000..25_000).contains(&told), "{told}");
    assert_eq!(goes_badly(&mut trials, caller(3, true)), [], "counted once");
    let late = (60_000..120_000).position(|number| {
        goes_badly(&mut trials, caller(number, true));
        trials.state() == Some(TrialState::TakenBack)
    });
    // One that is worse from here on is found, however late.
    assert!(late.is_some(), "{:?}", trials.last());
}

#[test]
fn m6_how_canaries_stand_is_the_fold_of_their_facts_and_a_new_text_is_a_new_trial() {
    let mut lived = laid(&canary(500_000));
    let mut facts = vec![Fact::CanaryLaid {
        canary: Some(canary(500_000)),
    }];
    for number in 0..100 {
        facts.extend(goes_badly(&mut lived, bad(number, number % 3 == 0)));
    }
    let mut read = Trials::default();
    for fact in &facts {
        let text = serde_json::to_string(fact).unwrap();
        read.apply(&serde_json::from_str(&text).unwrap());
    }
    assert_eq!(read, lived);
    assert_eq!(lived.lays(Some(&canary(500_000))), None, "no news");

    let more = canary(600_000);
    read.apply(&read.lays(Some(&more)).unwrap());
    let trial = read.last().unwrap();
    assert_eq!((&trial.canary, trial.standings.len()), (&more, 0));
    read.apply(&read.lays(None).unwrap());
    assert_eq!(read.state(), Some(TrialState::Stopped));
    assert_eq!(read.lays(None), None, "no news");
}

#[test]
fn m6_a_text_that_was_taken_back_stays_refused_whatever_is_tried_after_it() {
    let mut trials = laid(&canary(500_000));
    for number in 0..100 {
        goes_badly(&mut trials, bad(number, true));
    }
    let other = Canary {
        scripts: BTreeMap::from([(
            "night".into(),
            CanaryPair {
                former: 1,
                version: 2,
            },
        )]),
        ..canary(500_000)
    };
    trials.apply(&trials.lays(Some(&other)).unwrap());
    assert_eq!(trials.state(), Some(TrialState::Running));
    for number in 0..3 {
        let bad = BadCall {
            canary: other.clone(),
            ..bad(number, true)
        };
        assert_eq!(goes_badly(&mut trials, bad).len(), 1);
    }
    assert!(trials.refusal(&"main".into(), 7).is_some());
    assert!(trials.refusal(&"main".into(), 8).is_none());
    assert!(trials.refusal(&"night".into(), 2).is_none());
    let mut beside = other;
    beside.scripts.extend(canary(500_000).scripts);
    trials.apply(&trials.lays(Some(&beside)).unwrap());
    assert_eq!(
        trials.state(),
        Some(TrialState::TakenBack),
        "both or neither"
    );
}
