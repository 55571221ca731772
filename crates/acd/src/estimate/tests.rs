//! The estimate as a whole: where it must be exact, in which direction it must go, and when it must be silent.

use super::*;

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Calls of so many seconds each, filed for ten, and nobody who gave up.
fn calls(seconds: impl IntoIterator<Item = u64>) -> History {
    let mut history = History::default();
    for talk in seconds {
        history.talked(s(talk));
        history.filed(s(10));
    }
    history
}

fn estimate(history: &History, paces: &[Pace], ahead: f64) -> Option<(u64, u64)> {
    let each = |pace: &Pace| Working {
        pace: *pace,
        history,
    };
    let agents: Vec<Working<'_>> = paces.iter().map(each).collect();
    told(history, Agents::Each(&agents), ahead)
}

fn told(history: &History, agents: Agents<'_>, ahead: f64) -> Option<(u64, u64)> {
    let outlook = Outlook {
        agents,
        ahead,
        history,
    };
    let told = outlook.estimate()?;
    Some((told.p50.as_secs(), told.p80.as_secs()))
}

#[test]
fn d16_calls_that_all_last_the_same_give_the_exact_time() {
    let history = calls([100; 20]);
    let at = |seconds| Pace::Talks(s(seconds));
    // Free 60 s from now and 10 s of filing.
    assert_eq!(estimate(&history, &[at(40)], 0.0), Some((70, 70)));
    // One ahead: another call of 110 s comes before him; and nine more.
    assert_eq!(estimate(&history, &[at(40)], 1.0).unwrap().0, 180);
    let far = estimate(&history, &[at(40)], 10.0).unwrap().0;
    assert!((1_165..=1_175).contains(&far), "{far}");
    // A second agent who files for 5 s more: he is taken by the one ahead.
    let two = [at(40), Pace::Files(s(5), s(30))];
    assert_eq!(estimate(&history, &two, 0.0), Some((5, 5)), "certain");
    assert_eq!(estimate(&history, &two, 1.0), Some((70, 70)));
    // However long others file, he is cut off after 2 s.
    let cut = [at(40), Pace::Files(s(5), s(2))];
    assert_eq!(estimate(&history, &cut, 0.0), Some((2, 2)));
    assert_eq!(estimate(&history, &[Pace::Free], 0.0), Some((0, 0)));
    assert_eq!(estimate(&history, &[Pace::Free; 10], 9.0), Some((0, 0)));
    // Beside a free one it does not matter how soon others are.
    let soon = [Pace::Free, Pace::Files(s(10), s(0)), at(99)];
    let agents = soon.map(|pace| Working {
        pace,
        history: &history,
    });
    let outlook = Outlook {
        agents: Agents::Each(&agents),
        ahead: 0.0,
        history: &history,
    };
    assert_eq!(outlook.estimate(), Some(Estimate::NOW));
    // Who is rung will talk and file, and the one for whom he is rung is not ahead.
    assert_eq!(estimate(&history, &[Pace::Rings], 0.0), Some((110, 110)));
}

/// As good as exponential with a mean of 180 s.
fn exponential() -> History {
    calls((0..100).map(|at| (-180.0 * (1.0 - (f64::from(at) + 0.5) / 100.0).ln()) as u64))
}

#[test]
fn d16_ten_busy_agents_with_calls_of_any_length_are_free_at_the_rate_of_the_calls() {
    let agents = [Pace::Talks(s(60)); 10];
    // The first of ten that last 180 s on average, and the filing.
    let (half, most) = estimate(&exponential(), &agents, 0.0).unwrap();
    assert!((18..=27).contains(&half), "{half}");
    assert!((34..=46).contains(&most), "{most}");
    // The tenth: half are free after 125 s and 10 s of filing; later calls come in, and so he is sooner than the last of ten.
    let (half, most) = estimate(&exponential(), &agents, 9.0).unwrap();
    assert!((165..205).contains(&half), "{half}");
    assert!(most > half + 20 && most < half + 100, "{half} {most}");
}

/// Each of 64 is asked, or nobody: of many it makes no difference.
#[test]
fn d16_many_agents_are_free_as_so_many_single_ones_would_be() {
    let history = exponential();
    // One in nineteen files.
    let filing = [1, 4, 8].map(|so_far| Pace::Files(s(so_far), s(10 - so_far)));
    let talking = (0..61).map(|at| Pace::Talks(s(at * 5)));
    let paces: Vec<Pace> = talking.chain(filing).collect();
    for ahead in [5.0, 20.0, 80.0] {
        let single = estimate(&history, &paces, ahead).unwrap();
        let many = Agents::Many {
            free: 0.0,
            busy: 64.0,
        };
        let many = told(&history, many, ahead).unwrap();
        for (one, other) in [(single.0, many.0), (single.1, many.1)] {
            let off = one.abs_diff(other);
            assert!(off <= 3 + one / 6, "{ahead}: {single:?} {many:?}");
        }
    }
}

/// Far ahead it makes no difference whether one agent more is rung just now: all are free once in each of their calls.
#[test]
fn d16_who_is_rung_now_says_nothing_of_the_time_after_his_call() {
    let mut history = calls([100; 20]);
    history.rang(s(3), true);
    let many = |free| {
        let busy = 40.0 - free;
        told(&history, Agents::Many { free, busy }, 200.0)
            .unwrap()
            .0
    };
    // 40 agents are free once in 113 s: one call is less than 3 s.
    let (none, four) = (many(0.0), many(4.0));
    assert!(none.abs_diff(four) <= 6, "{none} {four}");
}

/// The first calls of a day that are over are the short ones; those that all began with them say so.
#[test]
fn d16_calls_that_are_under_way_make_the_first_of_a_day_longer() {
    let mut history = calls((1..=10).map(|number| number * 6));
    assert!(history.is_young());
    let short = history.cycle().mean;
    history.are_under_way(&[s(60); 10], 1.0);
    let mean = history.cycle().mean;
    assert!(mean > 2.0 * short, "{mean} for {short}");
    for _ in 0..600 {
        history.talked(s(100));
    }
    assert!(!history.is_young());
    assert_eq!(history.cycle().mean, 110.0, "forgotten with them");
}

#[test]
fn d16_those_who_give_up_make_it_shorter_and_more_ahead_make_it_longer() {
    let patient = calls([100; 20]);
    let mut hasty = calls([100; 20]);
    for _ in 0..20 {
        hasty.waited(s(60), true);
    }
    let agents = [Pace::Talks(s(50)); 3];
    let told = |history: &History, ahead| estimate(history, &agents, ahead).unwrap().0;
    assert!(told(&hasty, 10.0) < told(&patient, 10.0));
    let mut last = 0;
    for ahead in 0..30 {
        let now = told(&patient, f64::from(ahead));
        assert!(now >= last, "{ahead}");
        last = now;
    }
}

#[test]
fn d16_it_is_silent_when_it_does_not_know() {
    let agents = [Pace::Talks(s(50))];
    assert_eq!(estimate(&calls([100; 9]), &agents, 0.0), None, "nine calls");
    assert!(estimate(&calls([100; 10]), &agents, 0.0).is_some());
    let known = calls([100; 20]);
    assert_eq!(estimate(&known, &[], 0.0), None, "nobody is there");
    assert_eq!(estimate(&known, &agents, 200.0), None, "too far");
    let nobody = Agents::Many {
        free: 0.0,
        busy: 0.0,
    };
    assert_eq!(told(&known, nobody, 0.0), None);
}
