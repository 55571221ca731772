//! Which numbers an entry is for: one, all that begin so (`010*`), or those from one to another (`13800000000..13800009999`).

use std::fmt;

use super::fault::NumberListFault;
use crate::number::Caller;
use crate::number_plan::NumberPlan;

/// Between the first and the last of a range.
const TO: &str = "..";
/// After what numbers begin with.
const ON: char = '*';

/// Numbers by their keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Numbers {
    /// This one.
    One(String),
    /// All that begin so; an empty one is every number that is not withheld.
    Begin(String),
    /// From the first to the last, both among them: of one length, and both international or both not.
    Range(String, String),
}

impl Numbers {
    /// What people write: `138-0000-1111`, `010*`, `13800000000..13800009999`.
    ///
    /// # Errors
    /// It is no number, begins none, or its ends do not fit together.
    pub fn read(text: &str, plan: &NumberPlan) -> Result<Self, NumberListFault> {
        let text = text.trim();
        let wrong = || NumberListFault::Numbers(text.to_owned());
        if text.chars().any(char::is_control) {
            return Err(wrong());
        }
        if let Some((first, last)) = text.split_once(TO) {
            let (first, last) = (plan.key(first).key, plan.key(last).key);
            let ends = ordinal(&first).zip(ordinal(&last));
            let alike =
                first.len() == last.len() && first.starts_with('+') == last.starts_with('+');
            return match ends {
                Some((from, to)) if alike && from <= to => Ok(Self::Range(first, last)),
                Some(_) | None => Err(wrong()),
            };
        }
        if let Some(prefix) = text.strip_suffix(ON) {
            if prefix.is_empty() {
                return Ok(Self::Begin(String::new()));
            }
            let begins = plan.prefix(prefix).ok_or_else(wrong)?;
            return Ok(Self::Begin(begins));
        }
        let key = plan.key(text).key;
        // A9: a withheld number is nobody's.
        if Caller::new(&key, None).is_withheld() {
            return Err(NumberListFault::Withheld);
        }
        if key.contains(ON) {
            return Err(wrong());
        }
        Ok(Self::One(key))
    }

    /// What the store keeps: as [`Display`](fmt::Display) writes it.
    pub fn stored(text: &str) -> Option<Self> {
        if let Some((first, last)) = text.split_once(TO) {
            ordinal(first).zip(ordinal(last))?;
            return Some(Self::Range(first.to_owned(), last.to_owned()));
        }
        Some(match text.strip_suffix(ON) {
            Some(prefix) => Self::Begin(prefix.to_owned()),
            None => Self::One(text.to_owned()),
        })
    }

    /// How many numbers as long as this one are meant; `None` if it is not among them.
    pub fn holds(&self, key: &str) -> Option<u64> {
        match self {
            Self::One(number) => (number == key).then_some(1),
            Self::Begin(prefix) => {
                let rest = key.strip_prefix(prefix.as_str())?;
                let digits = u32::try_from(rest.chars().count()).unwrap_or(u32::MAX);
                Some(10_u64.saturating_pow(digits))
            }
            Self::Range(first, last) => {
                let alike =
                    key.len() == first.len() && key.starts_with('+') == first.starts_with('+');
                let number = ordinal(key).filter(|_| alike)?;
                let (first, last) = ordinal(first).zip(ordinal(last))?;
                (first..=last)
                    .contains(&number)
                    .then(|| (last - first).saturating_add(1))
            }
        }
    }
}

/// The digits of a key as a number, if it may stand in a range.
pub fn ordinal(key: &str) -> Option<u64> {
    let digits = key.strip_prefix('+').unwrap_or(key);
    let formed =
        (1..=18).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| formed)
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(number) => f.write_str(number),
            Self::Begin(prefix) => write!(f, "{prefix}{ON}"),
            Self::Range(first, last) => write!(f, "{first}{TO}{last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f6_one_number_a_prefix_and_a_range_in_any_spelling() {
        let plan = NumberPlan::new("CN").unwrap();
        for (written, kept) in [
            ("138-0000-1111", "+8613800001111"),
            ("1001", "1001"),
            ("010*", "+8610*"),
            ("+44*", "+44*"),
            ("0044 20*", "+4420*"),
            ("138*", "+86138*"),
            ("*", "*"),
            (
                " 13800000000 .. 138-0000-9999",
                "+8613800000000..+8613800009999",
            ),
            ("1000..1099", "1000..1099"),
        ] {
            let read = Numbers::read(written, &plan).unwrap();
            assert_eq!(read.to_string(), kept, "{written}");
            assert_eq!(Numbers::stored(kept), Some(read), "{kept}");
        }
        for (written, is_withheld) in [
            ("", true),
            ("anonymous", true),
            ("13800009999..13800000000", false),
            ("13800000000..1001", false),
            ("13800000000..", false),
            ("alice..bob", false),
            ("ab*", false),
            ("1*3", false),
            ("138\n00001111", false),
        ] {
            let told = Numbers::read(written, &plan).unwrap_err();
            assert_eq!(
                told == NumberListFault::Withheld,
                is_withheld,
                "{written:?}"
            );
        }
    }

    #[test]
    fn f6_a_prefix_holds_numbers_of_any_length_and_a_range_those_of_its_own() {
        for (numbers, key, holds) in [
            ("+8610*", "+861065529988", Some(100_000_000)),
            ("+8610*", "+8610", Some(1)),
            ("+8610*", "+8621", None),
            ("*", "alice", Some(100_000)),
            ("1000..1099", "1042", Some(100)),
            ("1000..1099", "+1042", None),
            ("1000..1099", "10420", None),
            ("1000..1099", "1100", None),
            ("1000..1099", "10a0", None),
            ("+1042", "+1042", Some(1)),
        ] {
            let told = Numbers::stored(numbers).unwrap().holds(key);
            assert_eq!(told, holds, "{numbers} {key}");
        }
    }
}
