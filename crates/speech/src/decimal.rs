//! Decimal numbers, exact: what stands behind the point is said digit by digit, so that 0.50 keeps its zero.

use std::str::FromStr;

use crate::Unsayable;
use crate::saying::sayable;

/// Most digits behind the point.
pub(crate) const PLACES_MAX: u8 = 9;

/// A number with a point: -305 hundredths are -3.05.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    whole: u64,
    fraction: u64,
    places: u8,
}

impl Decimal {
    /// So many units of the last of `places` digits behind the point (at most 9). [`Unsayable::TooLarge`] if what stands
    /// before the point is.
    pub fn new(units: i64, places: u8) -> Result<Self, Unsayable> {
        if places > PLACES_MAX {
            return Err(Unsayable::TooManyPlaces);
        }
        let one = 10_u64.pow(places.into());
        let size = units.unsigned_abs();
        let whole = i64::try_from(size / one).map_err(|_| Unsayable::TooLarge)?;
        Ok(Self {
            negative: units < 0,
            whole: sayable(whole)?,
            fraction: size % one,
            places,
        })
    }

    pub(crate) const fn is_negative(&self) -> bool {
        self.negative
    }

    /// What stands before the point.
    pub(crate) const fn whole(&self) -> u64 {
        self.whole
    }

    /// The digits behind it.
    pub(crate) fn digits(&self) -> impl Iterator<Item = u64> {
        let fraction = self.fraction;
        let places = (0..u32::from(self.places)).rev();
        places.map(move |place| fraction / 10_u64.pow(place) % 10)
    }
}

impl FromStr for Decimal {
    type Err = Unsayable;

    /// `-3.05`: digits, and behind a point at least one more.
    fn from_str(text: &str) -> Result<Self, Unsayable> {
        let none = || Unsayable::NoNumber(text.chars().take(40).collect());
        let size = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = match size.split_once('.') {
            None => (size, ""),
            Some((_, "")) => return Err(none()),
            Some(parts) => parts,
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(none());
        }
        let places = u8::try_from(fraction.len()).map_err(|_| Unsayable::TooManyPlaces)?;
        if places > PLACES_MAX {
            return Err(Unsayable::TooManyPlaces);
        }
        let number = |digits: &str| match digits.trim_start_matches('0') {
            "" => Ok(0),
            digits => digits.parse().map_err(|_| Unsayable::TooLarge),
        };
        let (whole, fraction): (i64, u64) = (number(whole)?, number(fraction)?.unsigned_abs());
        let whole = sayable(whole)?;
        Ok(Self {
            negative: text.starts_with('-') && (whole > 0 || fraction > 0),
            whole,
            fraction,
            places,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_units_are_the_same_numbers() {
        for (text, units, places) in [
            ("0", 0, 0),
            ("-3.05", -305, 2),
            ("0.50", 50, 2),
            ("-0.5", -5, 1),
            ("007.1", 71, 1),
            ("-0.0", 0, 1),
            ("0.000000001", 1, 9),
        ] {
            assert_eq!(text.parse(), Decimal::new(units, places), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_told() {
        for text in [
            "", "-", ".5", "5.", "1.2.3", "+1", "1,5", "--1", "１", "1e3",
        ] {
            let told = text.parse::<Decimal>();
            assert_eq!(told, Err(Unsayable::NoNumber(text.into())));
        }
        assert_eq!(
            "1.0000000000".parse::<Decimal>(),
            Err(Unsayable::TooManyPlaces)
        );
        assert_eq!(Decimal::new(1, 10), Err(Unsayable::TooManyPlaces));
        for text in [
            "1000000000000000",
            "99999999999999999999",
            "-1000000000000000.5",
        ] {
            assert_eq!(text.parse::<Decimal>(), Err(Unsayable::TooLarge), "{text}");
        }
        assert_eq!(Decimal::new(i64::MIN, 0), Err(Unsayable::TooLarge));
        assert!(Decimal::new(i64::MIN, 9).is_ok());
    }
}
