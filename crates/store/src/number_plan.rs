//! How telephone numbers are told apart: the key under which a number is stored and looked up.
//!
//! A number that the numbering plan knows becomes its E.164 form, however it was written. Everything else (extensions,
//! short codes, user names) is its own key, without the marks that people put between digits. An empty key matches
//! nothing: a withheld number is no number (P10).

use model::E164;
use phonenumber::{Mode, country};

use crate::error::{Result, StoreError};

/// Longest text that is looked at: a SIP user part may be anything.
const RAW_CHARS_MAX: usize = 64;

/// The numbering plan, seen from one country.
#[derive(Clone, Copy, Debug)]
pub struct NumberPlan {
    region: country::Id,
}

/// A number as it is stored and looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberKey {
    /// The E.164 form, or else what was received; empty for nothing.
    pub key: String,
    /// The E.164 form, if it has one.
    pub e164: Option<E164>,
}

impl NumberPlan {
    /// `region`: two letters, `CN`. Loads the library's tables, which takes about 100 ms, once.
    pub fn new(region: &str) -> Result<Self> {
        let id = region
            .parse()
            .map_err(|_| StoreError::Setting(format!("`{region}` is no country: write `CN`")))?;
        let plan = Self { region: id };
        plan.key("10086");
        Ok(plan)
    }

    /// The key of a number as received or written down.
    pub fn key(&self, raw: &str) -> NumberKey {
        let raw = raw.trim();
        if raw.chars().nth(RAW_CHARS_MAX).is_some() {
            let key = raw.chars().take(RAW_CHARS_MAX).collect();
            return NumberKey { key, e164: None };
        }
        let bare = without_marks(raw);
        let e164 = self.e164(&bare);
        let key = e164
            .as_ref()
            .map_or(bare, |number| number.as_str().to_owned());
        NumberKey { key, e164 }
    }

    /// Only what the plan calls valid: the library makes `+8695588` of a bank's short code.
    fn e164(&self, bare: &str) -> Option<E164> {
        let digits = bare.strip_prefix('+').unwrap_or(bare);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number = phonenumber::parse(Some(self.region), bare).ok()?;
        if !phonenumber::is_valid(&number) {
            return None;
        }
        E164::parse(&number.format().mode(Mode::E164).to_string()).ok()
    }
}

/// `+86 (138) 0000-1111` without what is for the eye; a text that is no number stays as it is.
fn without_marks(raw: &str) -> String {
    let is_mark = |c: char| matches!(c, ' ' | '-' | '(' | ')' | '.' | '/');
    let is_number = raw
        .chars()
        .all(|c| c.is_ascii_digit() || c == '+' || is_mark(c));
    if is_number {
        raw.chars().filter(|c| !is_mark(*c)).collect()
    } else {
        raw.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_plan_meet_in_one_key_and_others_stay_themselves() {
        let plan = NumberPlan::new("CN").unwrap();
        for (raw, key, is_e164) in [
            ("13800001111", "+8613800001111", true),
            ("+8613800001111", "+8613800001111", true),
            ("+86 138-0000-1111", "+8613800001111", true),
            ("008613800001111", "+8613800001111", true),
            ("(010) 6552 9988", "+861065529988", true),
            ("+44 20 7946 0000", "+442079460000", true),
            ("95588", "95588", false),
            ("1001", "1001", false),
            ("10-01", "1001", false),
            ("alice", "alice", false),
            ("a.b-c", "a.b-c", false),
            ("  ", "", false),
            ("--", "", false),
            ("+", "+", false),
            ("号码", "号码", false),
        ] {
            let found = plan.key(raw);
            assert_eq!(found.key, key, "{raw:?}");
            assert_eq!(found.e164.is_some(), is_e164, "{raw:?}");
        }
        assert_eq!(plan.key(&"9".repeat(5_000)).key.len(), RAW_CHARS_MAX);
    }

    #[test]
    fn a_region_that_is_none_is_refused() {
        assert!(matches!(
            NumberPlan::new("China"),
            Err(StoreError::Setting(_))
        ));
    }
}
