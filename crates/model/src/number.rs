//! Telephone numbers: what the network said (`Caller`) and what is proven to be a number (`E164`).
//!
//! A withheld number is no number: nothing may match on it (P10, R64, A9). Turning national digits into E.164 needs the
//! numbering plan of a country ([`crate::NumberPlan`]).

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A number in E.164 form: `+`, then 3 to 15 digits, the first not 0 (ITU-T E.164 §6).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct E164(String);

/// Why a text is no E.164 number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no E.164 number: expected `+`, then 3 to 15 digits that do not begin with 0")]
pub struct NotE164(String);

impl E164 {
    /// Checks the form; it does not ask whether the number is in service.
    pub fn parse(text: &str) -> Result<Self, NotE164> {
        let wrong = || NotE164(text.to_owned());
        let digits = text.strip_prefix('+').ok_or_else(wrong)?;
        let formed = (3..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(wrong())
        }
    }

    /// With the leading `+`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for E164 {
    type Error = NotE164;
    fn try_from(text: String) -> Result<Self, NotE164> {
        Self::parse(&text)
    }
}

impl From<E164> for String {
    fn from(number: E164) -> Self {
        number.0
    }
}

/// Who calls, as the network told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Caller {
    /// The number or user name; `None` when it was withheld. By a trunk it is in E.164 form where its country's plan knows
    /// it, so that one person has one number on whatever way he comes; else it is as received.
    pub number: Option<String>,
    /// The display name, without control characters.
    pub display: Option<String>,
    /// What was received, where `number` is not that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
}

impl Caller {
    /// A caller from the user part and display name of a From header. Words that mean "withheld" give no number.
    pub fn new(user: &str, display: Option<&str>) -> Self {
        let withheld =
            user.is_empty() || WITHHELD.iter().any(|word| user.eq_ignore_ascii_case(word));
        Self {
            number: (!withheld).then(|| user.to_owned()),
            display: display.filter(|name| !name.is_empty()).map(str::to_owned),
            raw: None,
        }
    }

    /// The same caller under the key of his number; a withheld one stays without (A9).
    pub fn keyed(mut self, key: impl FnOnce(&str) -> String) -> Self {
        if let Some(received) = self.number.take() {
            let number = key(&received);
            self.raw = (number != received).then_some(received);
            self.number = Some(number).filter(|number| !number.is_empty());
        }
        self
    }

    /// A caller whose number was withheld (RFC 3323 or an anonymous From).
    pub const fn withheld() -> Self {
        Self {
            number: None,
            display: None,
            raw: None,
        }
    }

    /// Whether the number was withheld.
    pub const fn is_withheld(&self) -> bool {
        self.number.is_none()
    }
}

/// What networks write instead of a number when the caller withheld it (P10).
const WITHHELD: [&str; 6] = [
    "anonymous",
    "unknown",
    "restricted",
    "unavailable",
    "private",
    "withheld",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e164_takes_numbers_and_nothing_else() {
        for good in ["+8613800001111", "+442079460000", "+112"] {
            assert_eq!(E164::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "+",
            "13800001111",
            "+0138",
            "+12",
            "+1234567890123456",
            "+86 138",
            "+86138x",
            "+８６１３８",
        ] {
            assert!(E164::parse(bad).is_err(), "{bad:?} is no E.164 number");
        }
    }

    #[test]
    fn a9_a_key_replaces_the_number_and_never_makes_one() {
        let caller = Caller::new("13800001111", Some("Li")).keyed(|number| format!("+86{number}"));
        assert_eq!(caller.number.as_deref(), Some("+8613800001111"));
        assert_eq!(caller.raw.as_deref(), Some("13800001111"));
        let same = Caller::new("1001", None).keyed(str::to_owned);
        assert_eq!((same.number.as_deref(), same.raw), (Some("1001"), None));
        let withheld = Caller::new("anonymous", None).keyed(|_| "+8610086".to_owned());
        assert!(withheld.is_withheld());
    }

    #[test]
    fn p10_words_that_mean_withheld_give_no_number() {
        for word in ["", "anonymous", "Anonymous", "UNKNOWN", "restricted"] {
            assert!(Caller::new(word, Some("x")).is_withheld(), "{word:?}");
        }
        assert_eq!(
            Caller::new("13800001111", None).number.as_deref(),
            Some("13800001111")
        );
    }
}
