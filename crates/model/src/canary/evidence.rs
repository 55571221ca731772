//! Evidence that a version of a script fares worse than the former one (M6): a sequential test that may be looked at after
//! each call.
//!
//! Callers are shared out by lot, so that a caller with whom a call goes badly stands on the canary's side with a chance
//! that the canary's own rate decides: as long as it is no worse than the bound, that chance is at most `null`. A bet on a
//! higher chance wins as bad calls fall to the canary and, by Ville's inequality, grows beyond 1/α with a probability of at most α however often one looks
//! (J. Ville, 1939; A. Wald, 1945; mixed over several rates as in M. Lindon and A. Malek, "Anytime-Valid Inference for
//! Multinomial Count Data", 2022). Calls that go well need not be counted, and whatever makes a whole day bad is bad for both sides.

/// How many times worse than the bound a version may be on which is bet, in equal parts.
const TIMES: [f64; 8] = [1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0];

/// The logarithm of what all bets together have become, from 0 on, when so many calls have gone badly on the canary and on
/// the former version. `share` of all callers meet the canary, which may be `worse` times as bad.
pub(super) fn log_wealth(share: f64, worse: f64, canary_bad: u32, former_bad: u32) -> f64 {
    let chance = |times: f64| share * times / (share * times + 1.0 - share);
    let null = chance(worse);
    let bets = TIMES.map(|times| {
        let bet = chance(worse * times);
        f64::from(canary_bad) * (bet / null).ln()
            + f64::from(former_bad) * ((1.0 - bet) / (1.0 - null)).ln()
    });
    let most = bets.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = bets.iter().map(|bet| (bet - most).exp()).sum();
    most + (sum / bets.len() as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Per measure: three of them share one percent.
    const ALPHA: f64 = 0.01 / 3.0;

    struct Dice(u64);

    impl Dice {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    /// After how many calls a canary is ended; `None`: not within `calls`.
    fn ended_after(dice: &mut Dice, share: f64, rates: (f64, f64), calls: u32) -> Option<u32> {
        let (former, canary) = rates;
        let (mut canary_bad, mut former_bad) = (0, 0);
        (1..=calls).find(|_| {
            let on_canary = dice.next() < share;
            let rate = if on_canary { canary } else { former };
            if dice.next() >= rate {
                return false;
            }
            let bad = if on_canary {
                &mut canary_bad
            } else {
                &mut former_bad
            };
            *bad += 1;
            // What goes badly on the former version speaks for the canary.
            on_canary && log_wealth(share, 1.1, canary_bad, former_bad) >= -ALPHA.ln()
        })
    }

    fn share_ended(seed: u64, canaries: u32, share: f64, rates: (f64, f64), calls: u32) -> f64 {
        let mut dice = Dice(seed);
        let ended = (0..canaries)
            .filter(|_| ended_after(&mut dice, share, rates, calls).is_some())
            .count();
        ended as f64 / f64::from(canaries)
    }

    #[test]
    fn m6_of_ten_thousand_canaries_that_are_no_worse_hardly_one_is_ended_however_often_one_looks() {
        for (share, former) in [(0.05, 0.1), (0.05, 0.3), (0.5, 0.1)] {
            let wrongly = share_ended(7, 10_000, share, (former, former), 1_000);
            assert!(wrongly <= ALPHA, "{share} {former}: {wrongly}");
        }
        // At the bound itself, where the promise is tightest.
        let wrongly = share_ended(8, 10_000, 0.5, (0.2, 0.22), 1_000);
        assert!(wrongly <= ALPHA * 1.2, "{wrongly}");
    }

    #[test]
    fn m6_one_that_is_worse_is_found() {
        let mut dice = Dice(3);
        for (share, rates, expected) in [
            (0.05, (0.1, 0.2), 12_000),
            (0.05, (0.1, 0.5), 1_200),
            (0.05, (0.0, 1.0), 120),
            (0.2, (0.1, 0.2), 3_500),
            (0.5, (0.1, 0.2), 2_000),
        ] {
            let mut after: Vec<u32> = (0..200)
                .map(|_| ended_after(&mut dice, share, rates, 100_000).unwrap_or(u32::MAX))
                .collect();
            after.sort_unstable();
            assert!(after[180] <= expected, "{share} {rates:?}: {}", after[180]);
        }
    }
}
