//! How far figures of samples can be trusted (J4): 95 % confidence intervals of a share and of a mean.

/// The normal quantile of 0.975.
const Z: f64 = 1.959_964;

/// The formula of [`share`], for people.
pub const SHARE_FORMULA: &str = "Wilson score interval, 95 %, z = 1.96";
/// The formula of [`mean`], for people.
pub const MEAN_FORMULA: &str =
    "mean ± t(0.975, n − 1) · s / √n, 95 %, cut to the scale of the question";

/// A figure with its 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// The interval; `None` where the sample is too small for one.
    pub interval: Option<(f64, f64)>,
}

/// The share `hits / of`, 0 to 1; `None` of nothing. The interval is Wilson's: it stays within 0 and 1 and is honest of small samples.
pub fn share(hits: u64, of: u64) -> Option<Estimate> {
    if of == 0 {
        return None;
    }
    let (n, p) = (of as f64, hits.min(of) as f64 / of as f64);
    let z2 = Z * Z;
    let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    Some(Estimate {
        value: p,
        interval: Some(((middle - half).max(0.0), (middle + half).min(1.0))),
    })
}

/// The mean of values, each with how often it was seen; `None` of none. One value alone has no interval. No mean lies beyond `scale`, the least
/// and the greatest value that there can be, where it is known.
pub fn mean(
    values: impl IntoIterator<Item = (f64, u64)> + Clone,
    scale: Option<(f64, f64)>,
) -> Option<Estimate> {
    let count: u64 = values.clone().into_iter().map(|(_, times)| times).sum();
    if count == 0 {
        return None;
    }
    let n = count as f64;
    let weighed = values.clone().into_iter();
    let mean = weighed
        .map(|(value, times)| value * times as f64)
        .sum::<f64>()
        / n;
    if count == 1 {
        return Some(Estimate {
            value: mean,
            interval: None,
        });
    }
    let squares = values.into_iter();
    let squares = squares.map(|(value, times)| (value - mean).powi(2) * times as f64);
    let deviation = (squares.sum::<f64>() / (n - 1.0)).sqrt();
    // Where all say the same, their spread tells nothing of how far others might be from it.
    if deviation <= 0.0 {
        return Some(Estimate {
            value: mean,
            interval: None,
        });
    }
    let half = t_quantile(count - 1) * deviation / n.sqrt();
    Some(Estimate {
        value: mean,
        interval: Some(match scale {
            Some((low, high)) => ((mean - half).max(low), (mean + half).min(high)),
            None => (mean - half, mean + half),
        }),
    })
}

/// The quantile of 0.975 of Student's t: exact for few degrees of freedom, the expansion around the normal quantile beyond (Abramowitz
/// and Stegun 26.7.5), which is right to three decimals from 11 on.
fn t_quantile(freedom: u64) -> f64 {
    const FEW: [f64; 10] = [
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    ];
    let few = usize::try_from(freedom)
        .ok()
        .and_then(|it| it.checked_sub(1));
    if let Some(exact) = few.and_then(|at| FEW.get(at)) {
        return *exact;
    }
    let v = freedom as f64;
    let first = (Z.powi(3) + Z) / (4.0 * v);
    let second = (5.0 * Z.powi(5) + 16.0 * Z.powi(3) + 3.0 * Z) / (96.0 * v.powi(2));
    let third = 3.0 * Z.powi(7) + 19.0 * Z.powi(5) + 17.0 * Z.powi(3) - 15.0 * Z;
    Z + first + second + third / (384.0 * v.powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!(
            (found - expected).abs() < 0.000_6,
            "{found} is not {expected}"
        );
    }

    #[test]
    fn j4_shares_have_wilsons_interval() {
        // Published examples: 1 of 10, 0 of 20, 81 of 263 (Newcombe 1998).
        for (hits, of, low, high) in [
            (1, 10, 0.0179, 0.4042),
            (0, 20, 0.0, 0.1611),
            (20, 20, 0.8389, 1.0),
            (81, 263, 0.2553, 0.3662),
        ] {
            let found = share(hits, of).unwrap();
            let (lower, upper) = found.interval.unwrap();
            near(lower, low);
            near(upper, high);
        }
        assert_eq!(share(0, 0), None);
    }

    #[test]
    fn j4_means_have_students_interval() {
        let found = mean([(5.0, 3), (4.0, 1), (1.0, 1)], None).unwrap();
        near(found.value, 4.0);
        let (low, high) = found.interval.unwrap();
        // s = √3, t(4) = 2.7764.
        near(low, 4.0 - 2.7764 * (3.0_f64 / 5.0).sqrt());
        near(high, 4.0 + 2.7764 * (3.0_f64 / 5.0).sqrt());
        // No mean of scores from 1 to 5 is more than 5.
        let cut = mean([(5.0, 3), (4.0, 1), (1.0, 1)], Some((1.0, 5.0))).unwrap();
        assert_eq!((cut.value, cut.interval), (4.0, Some((low, 5.0))));
        let (low, _) = mean([(1.0, 4), (2.0, 1)], Some((1.0, 5.0)))
            .unwrap()
            .interval
            .unwrap();
        assert_eq!(low, 1.0);
        assert_eq!(mean([(3.0, 1)], None).unwrap().interval, None);
        assert_eq!(
            mean([(5.0, 4)], None).unwrap().interval,
            None,
            "all say the same"
        );
        assert_eq!(mean([(3.0, 0)], None), None);
        for (freedom, expected) in [(1, 12.7062), (11, 2.2010), (30, 2.0423), (120, 1.9799)] {
            near(t_quantile(freedom), expected);
        }
    }
}
