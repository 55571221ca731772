//! How telephone numbers are told apart: the key under which a number is stored and looked up, and how it is written.
//!
//! A number that the numbering plan knows becomes its E.164 form, however it was written. Everything else (extensions,
//! short codes, user names) is its own key, without the marks that people put between digits. An empty key matches
//! nothing: a withheld number is no number (P10). The plans of all countries are tables of a library, read once.

use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, PhoneNumber, Type, country};
use serde::Deserialize;

use crate::number::E164;

/// Longest text that is looked at: a SIP user part may be anything.
const RAW_CHARS_MAX: usize = 64;
/// Most digits of an international number (ITU-T E.164 §6.2.1).
const E164_DIGITS_MAX: usize = 15;
/// Fewest digits of a number from abroad, its country code included: Niue has four after +683.
const ABROAD_DIGITS_MIN: usize = 7;
/// What is dialled before a country code where the plan names nothing else (ITU-T E.164 §7.3).
const INTERNATIONAL_PREFIX: &str = "00";

/// The numbering plan, seen from one country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A text that names no country.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no country: write `CN`")]
pub struct NoRegion(String);

/// How a network writes numbers; one that has no E.164 form is written as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberForm {
    /// `+8613800001111`
    #[default]
    E164,
    /// `8613800001111`: the same without its plus.
    Plain,
    /// `13800001111`, `01065529988`; abroad `00442079460000`.
    National,
    /// `008613800001111`: always with the prefix for abroad.
    International,
}

/// What a number costs by its kind, as the plan of its own country says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// A fixed line, or one that may be either.
    Fixed,
    /// A mobile phone.
    Mobile,
    /// Free, or at most as dear as a local call: 800, 400.
    Service,
    /// The one who is called earns by it.
    Premium,
    /// Anything else.
    Other,
}

impl NumberPlan {
    /// `region`: two letters, `CN`. Loads the library's tables, which takes about 100 ms, once.
    pub fn new(region: &str) -> Result<Self, NoRegion> {
        let id = region.parse().map_err(|_| NoRegion(region.to_owned()))?;
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

    /// The key of a number that a network wrote in a form that it always keeps to.
    pub fn key_in(&self, form: NumberForm, raw: &str) -> NumberKey {
        let bare = without_marks(raw.trim());
        match form {
            NumberForm::Plain if !bare.starts_with('+') => {
                let key = self.key(&format!("+{bare}"));
                // A short code stays itself.
                if key.e164.is_some() {
                    key
                } else {
                    self.key(raw)
                }
            }
            NumberForm::Plain
            | NumberForm::E164
            | NumberForm::National
            | NumberForm::International => self.key(raw),
        }
    }

    /// Writes a number as a network of this country wants it.
    pub fn written(&self, number: &E164, form: NumberForm) -> String {
        let plain = number.as_str().trim_start_matches('+');
        match form {
            NumberForm::E164 => number.as_str().to_owned(),
            NumberForm::Plain => plain.to_owned(),
            NumberForm::International => format!("{}{plain}", self.international_prefix()),
            NumberForm::National => match self.parsed(number) {
                Some(parsed) if self.is_national(number) => {
                    let text = parsed.format().mode(Mode::National).to_string();
                    text.chars().filter(char::is_ascii_digit).collect()
                }
                Some(_) | None => self.written(number, NumberForm::International),
            },
        }
    }

    /// Whether a number is of this plan's country.
    pub fn is_national(&self, number: &E164) -> bool {
        self.has_country_code(number.as_str())
    }

    /// Whether a prefix such as `+8610` begins with this country's code.
    pub fn has_country_code(&self, prefix: &str) -> bool {
        DATABASE.by_id(self.region.as_ref()).is_some_and(|plan| {
            let code = plan.country_code().to_string();
            prefix
                .strip_prefix('+')
                .is_some_and(|digits| digits.starts_with(&code))
        })
    }

    /// The E.164 prefix that is meant by one as people write it: `010` and `+8610` are `+8610`, `0044` is `+44`. `None` of
    /// what begins no number.
    pub fn prefix(&self, raw: &str) -> Option<String> {
        let bare = without_marks(raw.trim());
        let abroad = bare.strip_prefix('+');
        let digits = match abroad.or_else(|| bare.strip_prefix(self.international_prefix())) {
            Some(digits) => digits.to_owned(),
            None => self.with_country_code(&bare)?,
        };
        let formed = (1..=E164_DIGITS_MAX).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        formed.then(|| format!("+{digits}"))
    }

    /// National digits, with the trunk prefix (`0`) or without, below the code of the country.
    fn with_country_code(&self, national: &str) -> Option<String> {
        let plan = DATABASE.by_id(self.region.as_ref())?;
        let trunk_prefix = plan.national_prefix().unwrap_or_default();
        let rest = national.strip_prefix(trunk_prefix).unwrap_or(national);
        (!rest.is_empty()).then(|| format!("{}{rest}", plan.country_code()))
    }

    /// Of what kind a number is; `None` of one that the plan of its own country does not know.
    pub fn kind(&self, number: &E164) -> Option<NumberKind> {
        let kind = match self.parsed(number)?.number_type(&DATABASE) {
            Type::Unknown => return None,
            Type::FixedLine | Type::FixedLineOrMobile => NumberKind::Fixed,
            Type::Mobile => NumberKind::Mobile,
            Type::TollFree | Type::SharedCost | Type::Uan => NumberKind::Service,
            Type::PremiumRate => NumberKind::Premium,
            Type::PersonalNumber
            | Type::Voip
            | Type::Pager
            | Type::Emergency
            | Type::Voicemail
            | Type::ShortCode
            | Type::StandardRate
            | Type::Carrier
            | Type::NoInternational => NumberKind::Other,
        };
        Some(kind)
    }

    fn parsed(&self, number: &E164) -> Option<PhoneNumber> {
        phonenumber::parse(Some(self.region), number.as_str()).ok()
    }

    fn international_prefix(&self) -> &str {
        let plan = DATABASE.by_id(self.region.as_ref());
        plan.and_then(|plan| {
            let only = plan.international_prefix().map(|prefix| prefix.as_str());
            plan.preferred_international_prefix().or(only)
        })
        .filter(|prefix| prefix.bytes().all(|byte| byte.is_ascii_digit()))
        .unwrap_or(INTERNATIONAL_PREFIX)
    }

    /// A whole number of another country with its plus. S8: the library's rules of a country take up to 30 ms to load and
    /// are soon forgotten for those of others; anybody may send numbers of all countries, one after the other.
    fn abroad(&self, bare: &str) -> Option<String> {
        let plus = bare.strip_prefix('+');
        let digits = plus.or_else(|| bare.strip_prefix(self.international_prefix()))?;
        let number = format!("+{digits}");
        let whole = (ABROAD_DIGITS_MIN..=E164_DIGITS_MAX).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        (whole && !self.has_country_code(&number)).then_some(number)
    }

    /// Of this country only what the plan calls valid: the library makes `+8695588` of a bank's short code. A number from
    /// abroad is what it says it is.
    fn e164(&self, bare: &str) -> Option<E164> {
        if let Some(foreign) = self.abroad(bare) {
            return E164::parse(&foreign).ok();
        }
        let digits = bare.strip_prefix('+').unwrap_or(bare);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number = phonenumber::parse(Some(self.region), bare).ok()?;
        if !phonenumber::is_valid(&number) {
            return None;
        }
        E164::parse(&format!("+{}{}", number.code().value(), number.national())).ok()
    }
}

/// `+86 (138) 0000-1111` without what is for the eye, `+44 (0)20 …` without the zero that is not dialled from abroad; a text
/// that is no number stays as it is.
fn without_marks(raw: &str) -> String {
    let raw = match raw.strip_prefix('+') {
        Some(digits) => &format!("+{}", digits.replacen("(0)", "", 1)),
        None => raw,
    };
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
            ("+44 (0)20 7946 0000", "+442079460000", true),
            ("0044 20 7946 0000", "+442079460000", true),
            ("+683 4000", "+6834000", true),
            ("+44 20", "+4420", false),
            ("+4420794600001234", "+4420794600001234", false),
            ("+0442079460000", "+0442079460000", false),
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
    fn a12_a_prefix_is_one_in_all_its_spellings() {
        for (region, raw, prefix) in [
            ("CN", "+8610", Some("+8610")),
            ("CN", "+86 10", Some("+8610")),
            ("CN", "010", Some("+8610")),
            ("CN", "10", Some("+8610")),
            ("CN", "(0311)", Some("+86311")),
            ("CN", "138", Some("+86138")),
            ("CN", "0044 20", Some("+4420")),
            ("CN", "+44", Some("+44")),
            ("GB", "020", Some("+4420")),
            ("US", "1212", Some("+1212")),
            ("US", "212", Some("+1212")),
            ("US", "01144", Some("+44")),
            ("IT", "02", Some("+3902")),
            ("CN", "0", None),
            ("CN", "00", None),
            ("CN", "+", None),
            ("CN", "", None),
            ("CN", "+0311", None),
            ("CN", "north", None),
            ("CN", "01x", None),
            ("CN", "1234567890123456", None),
        ] {
            let plan = NumberPlan::new(region).unwrap();
            let read = plan.prefix(raw);
            assert_eq!(read.as_deref(), prefix, "{region} {raw:?}");
        }
    }

    #[test]
    fn a_region_that_is_none_is_refused() {
        assert!(NumberPlan::new("China").is_err());
    }

    #[test]
    fn a_network_gets_numbers_as_it_writes_them() {
        use NumberForm::{E164 as Full, International, National, Plain};
        for (region, number, form, written) in [
            ("CN", "+8613800001111", Full, "+8613800001111"),
            ("CN", "+8613800001111", Plain, "8613800001111"),
            ("CN", "+8613800001111", National, "13800001111"),
            ("CN", "+861065529988", National, "01065529988"),
            ("CN", "+442079460000", National, "00442079460000"),
            ("CN", "+8613800001111", International, "008613800001111"),
            ("GB", "+442079460000", National, "02079460000"),
            ("US", "+442079460000", National, "011442079460000"),
        ] {
            let plan = NumberPlan::new(region).unwrap();
            let number = E164::parse(number).unwrap();
            assert_eq!(plan.written(&number, form), written, "{region} {form:?}");
            if region != "US" {
                let read = plan.key_in(form, written);
                assert_eq!(read.e164, Some(number), "{region} {form:?} read back");
            }
        }
    }

    #[test]
    fn a_plain_number_of_another_country_is_read_where_it_is_known_to_be_plain() {
        let plan = NumberPlan::new("CN").unwrap();
        let key = |form, raw| plan.key_in(form, raw).key;
        assert_eq!(key(NumberForm::Plain, "442079460000"), "+442079460000");
        assert_eq!(key(NumberForm::Plain, "10086"), "10086");
        assert_eq!(key(NumberForm::Plain, "+442079460000"), "+442079460000");
    }

    #[test]
    fn s15_kinds_tell_dear_numbers_from_cheap_ones() {
        let plan = NumberPlan::new("CN").unwrap();
        for (number, kind, is_national) in [
            ("+8613800001111", NumberKind::Mobile, true),
            ("+861065529988", NumberKind::Fixed, true),
            ("+864001234567", NumberKind::Service, true),
            ("+868001234567", NumberKind::Service, true),
            ("+442079460000", NumberKind::Fixed, false),
            ("+449012345678", NumberKind::Premium, false),
            ("+19002345678", NumberKind::Premium, false),
        ] {
            let number = E164::parse(number).unwrap();
            assert_eq!(plan.kind(&number), Some(kind), "{number}");
            assert_eq!(plan.is_national(&number), is_national, "{number}");
        }
    }
}
