//! How telephone numbers are told apart: the key under which a number is stored and looked up, and how it is written.
//!
//! A number that the numbering plan knows becomes its E.164 form, however it was written. Everything else (extensions,
//! short codes, user names) is its own key, without the marks that people put between digits. An empty key matches
//! nothing: a withheld number is no number (P10). The plans of all countries are tables of a library, read once; what is
//! asked in every call is answered from the one of our own country, made ready (`country`).

mod country;
mod extension;

use std::borrow::Cow;
use std::fmt;

use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, PhoneNumber, Type};
use serde::Deserialize;

use crate::number::E164;
use country::Country;

pub use extension::WrittenNumber;

/// Longest text that is looked at: a SIP user part may be anything.
const RAW_CHARS_MAX: usize = 64;
/// Most digits of an international number (ITU-T E.164 §6.2.1).
const E164_DIGITS_MAX: usize = 15;
/// Fewest digits of a number from abroad, its country code included: Niue has four after +683.
const ABROAD_DIGITS_MIN: usize = 7;

/// The numbering plan, seen from one country.
#[derive(Clone, Copy)]
pub struct NumberPlan {
    country: &'static Country,
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
pub struct NoRegion(pub String);

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
    /// `region`: two letters, `CN`. Loads the library's tables and makes the country's ready, which takes about 100 ms, once.
    ///
    /// # Errors
    /// There is no such country.
    pub fn new(region: &str) -> Result<Self, NoRegion> {
        match Country::find(region) {
            Some(country) => Ok(Self { country }),
            None => Err(NoRegion(region.to_owned())),
        }
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
            NumberForm::International => format!("{}{plain}", self.country.international_prefix),
            NumberForm::National => {
                let national = self.is_national(number).then(|| self.national(number));
                national
                    .flatten()
                    .unwrap_or_else(|| self.written(number, NumberForm::International))
            }
        }
    }

    /// A number of this country as it is dialled there.
    fn national(&self, number: &E164) -> Option<String> {
        if let Some(national) = self.country.national(number.as_str()) {
            return Some(self.country.dialled(national));
        }
        let written = self
            .parsed(number)?
            .format()
            .mode(Mode::National)
            .to_string();
        Some(written.chars().filter(char::is_ascii_digit).collect())
    }

    /// Whether a number is of this plan's country.
    pub fn is_national(&self, number: &E164) -> bool {
        self.has_country_code(number.as_str())
    }

    /// Whether a prefix such as `+8610` begins with this country's code.
    pub fn has_country_code(&self, prefix: &str) -> bool {
        let digits = prefix.strip_prefix('+');
        digits.is_some_and(|digits| digits.starts_with(&self.country.code))
    }

    /// The E.164 prefix that is meant by one as people write it: `010` and `+8610` are `+8610`, `0044` is `+44`. `None` of
    /// what begins no number.
    pub fn prefix(&self, raw: &str) -> Option<String> {
        let bare = without_marks(raw.trim());
        let abroad = bare.strip_prefix('+');
        let prefix = self.country.international_prefix.as_str();
        let digits = match abroad.or_else(|| bare.strip_prefix(prefix)) {
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
        let Country {
            code, trunk_prefix, ..
        } = self.country;
        let rest = national.strip_prefix(trunk_prefix).unwrap_or(national);
        (!rest.is_empty()).then(|| format!("{code}{rest}"))
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
        phonenumber::parse(Some(self.country.region), number.as_str()).ok()
    }

    /// A whole number of another country with its plus. S8: the library's rules of a country take up to 30 ms to load and
    /// are soon forgotten for those of others; anybody may send numbers of all countries, one after the other.
    fn abroad(&self, bare: &str) -> Option<E164> {
        let plus = bare.strip_prefix('+');
        let digits = plus.or_else(|| bare.strip_prefix(&self.country.international_prefix))?;
        let whole = (ABROAD_DIGITS_MIN..=E164_DIGITS_MAX).contains(&digits.len())
            && !digits.starts_with(&self.country.code);
        whole
            .then(|| E164::parse(&format!("+{digits}")).ok())
            .flatten()
    }

    /// Of this country only what the plan calls valid: the library makes `+8695588` of a bank's short code. A number from
    /// abroad is what it says it is.
    fn e164(&self, bare: &str) -> Option<E164> {
        let digits = bare.strip_prefix('+').unwrap_or(bare);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        if let Some(foreign) = self.abroad(bare) {
            return Some(foreign);
        }
        if let Some(national) = self.country.national(bare)
            && let Some(is_known) = self.country.knows(national)
        {
            let number = || E164::parse(&format!("+{}{national}", self.country.code));
            return is_known.then(number)?.ok();
        }
        let number = phonenumber::parse(Some(self.country.region), bare).ok()?;
        if !phonenumber::is_valid(&number) {
            return None;
        }
        E164::parse(&format!("+{}{}", number.code().value(), number.national())).ok()
    }
}

impl PartialEq for NumberPlan {
    fn eq(&self, other: &Self) -> bool {
        self.country.region == other.country.region
    }
}

impl Eq for NumberPlan {}

impl fmt::Debug for NumberPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NumberPlan")
            .field(&self.country.region)
            .finish()
    }
}

/// `+86 (138) 0000-1111` without what is for the eye, `+44 (0)20 …` without the zero that is not dialled from abroad; a text
/// that is no number stays as it is.
fn without_marks(raw: &str) -> String {
    let raw = &*narrow(raw);
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

/// F2: as an input method for Chinese or a word processor writes it (`１３８－００００－１１１１`), in ASCII; without the marks
/// of direction that are copied along with a number and that nobody sees.
fn narrow(raw: &str) -> Cow<'_, str> {
    if raw.is_ascii() {
        return Cow::Borrowed(raw);
    }
    let shown = raw.chars().filter(|c| {
        !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    });
    let narrow = shown.map(|c| match c {
        // The full-width forms stand in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => ' ',
        c => c,
    });
    Cow::Owned(narrow.collect())
}

#[cfg(test)]
mod tests;
