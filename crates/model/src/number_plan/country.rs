//! The numbering plan of one country, made ready once: what the library keeps as texts of patterns stands here compiled.
//!
//! The library finds each pattern in a cache by its text, which costs fifty times what the match does; every call asks for
//! the key of its number more than once. Here stands what is plain: digits of a country that is alone below its code, or the
//! first there, with the trunk prefix or without. To all else (codes of carriers, prefixes that are rewritten, the smaller
//! countries below a shared code) the answer is "not here", and the library is asked. Both never differ: a test compares them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{LazyLock, OnceLock};

use phonenumber::metadata::{DATABASE, Descriptor};
use phonenumber::{Metadata, country};
use regex::{Regex, RegexBuilder};

/// Digits of a national number: the library takes no fewer, ITU-T E.164 §6.2.1 no more.
const NATIONAL_DIGITS: RangeInclusive<usize> = 2..=15;
/// What is dialled before a country code where the plan names nothing else (ITU-T E.164 §7.3).
const INTERNATIONAL_PREFIX: &str = "00";

/// All countries that the library knows, by their two letters; each is made ready when it is first asked for.
static COUNTRIES: LazyLock<BTreeMap<&'static str, OnceLock<Option<Country>>>> =
    LazyLock::new(|| {
        let plans = DATABASE.iter();
        plans.map(|plan| (plan.id(), OnceLock::new())).collect()
    });

/// A country's plan.
#[derive(Debug)]
pub(super) struct Country {
    /// As the library is asked for it.
    pub(super) region: country::Id,
    /// `86`
    pub(super) code: String,
    /// What is dialled before the code of another country: `00`.
    pub(super) international_prefix: String,
    /// What is dialled before a national number: `0`; empty where nothing is.
    pub(super) trunk_prefix: &'static str,
    below_code: BelowCode,
    /// All that may be dialled before the code of a country, codes of carriers included.
    dialled_abroad: Option<Regex>,
    /// All that may be dialled before a national number.
    dialled_before: Option<Regex>,
    /// What was dialled before makes another number of it.
    is_rewritten: bool,
    lengths: Lengths,
    general: Pattern,
    kinds: Vec<Pattern>,
    formats: Vec<Format>,
}

/// Who else has numbers below the country's code.
#[derive(Debug)]
enum BelowCode {
    Alone,
    /// Others as well, but this one is asked first: what it knows is its own.
    First {
        /// How its numbers begin, where that alone tells them from those of others.
        leading: Option<Regex>,
    },
    /// Another country is asked first.
    Later,
}

/// How many digits a national number has.
#[derive(Debug)]
struct Lengths {
    whole: &'static [u16],
    without_area: &'static [u16],
}

/// The numbers of one kind.
#[derive(Debug)]
struct Pattern {
    lengths: &'static [u16],
    digits: Regex,
}

/// How some national numbers are dialled.
#[derive(Debug)]
struct Format {
    leading: Option<Regex>,
    digits: Regex,
    /// Groups of `digits` with what is dialled before and between them: `0${1}${2}`.
    dialled: String,
}

impl Country {
    /// `None` of what is no country.
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        let country = COUNTRIES.get(id)?;
        country
            .get_or_init(|| Self::made_ready(DATABASE.by_id(id)?))
            .as_ref()
    }

    fn made_ready(plan: &'static Metadata) -> Option<Self> {
        let kinds = plan.descriptors();
        let general = kinds.general();
        let optional = |pattern: Option<&str>| pattern.map(at_start).transpose().ok();
        Some(Self {
            region: plan.id().parse().ok()?,
            code: plan.country_code().to_string(),
            international_prefix: international_prefix(plan).to_owned(),
            trunk_prefix: plan.national_prefix().unwrap_or_default(),
            below_code: below_code(plan).ok()?,
            dialled_abroad: optional(plan.international_prefix().map(|regex| regex.as_str()))?,
            dialled_before: optional(
                plan.national_prefix_for_parsing()
                    .map(|regex| regex.as_str())
                    .or(plan.national_prefix()),
            )?,
            is_rewritten: plan.national_prefix_transform_rule().is_some(),
            lengths: Lengths {
                whole: general.possible_length(),
                without_area: general.possible_local_length(),
            },
            general: Pattern::of(general)?,
            // The frequent ones first.
            kinds: [
                kinds.mobile(),
                kinds.fixed_line(),
                kinds.toll_free(),
                kinds.shared_cost(),
                kinds.uan(),
                kinds.premium_rate(),
                kinds.voip(),
                kinds.personal_number(),
                kinds.pager(),
                kinds.voicemail(),
            ]
            .into_iter()
            .flatten()
            .map(Pattern::of)
            .collect::<Option<_>>()?,
            formats: formats(plan).ok()?,
        })
    }

    /// The national number in digits as they were dialled, maybe with a plus; `None` = not here.
    pub(super) fn national<'a>(&self, dialled: &'a str) -> Option<&'a str> {
        if matches!(self.below_code, BelowCode::Later) {
            return None;
        }
        let national = self.without_code(dialled)?;
        let bare = self.without_trunk_prefix(national)?;
        // What would be too short without its prefix had none.
        let national = if self.lengths.is_too_short(bare) {
            national
        } else {
            bare
        };
        let is_number = NATIONAL_DIGITS.contains(&national.len())
            && national.bytes().any(|digit| digit != b'0');
        is_number.then_some(national)
    }

    fn without_code<'a>(&self, dialled: &'a str) -> Option<&'a str> {
        let abroad = |digits| self.dialled_abroad.as_ref()?.find(digits);
        if let Some(digits) = dialled.strip_prefix('+') {
            return match abroad(digits) {
                Some(_) => None,
                None => digits.strip_prefix(self.code.as_str()),
            };
        }
        let after = abroad(dialled).and_then(|prefix| dialled.get(prefix.end()..));
        if let Some(digits) = after.filter(|digits| !digits.starts_with('0')) {
            return digits.strip_prefix(self.code.as_str());
        }
        let is_national = self.general.fits(dialled) && self.lengths.are_those_of(dialled);
        let bare = dialled.strip_prefix(self.code.as_str());
        Some(bare.filter(|_| !is_national).unwrap_or(dialled))
    }

    fn without_trunk_prefix<'a>(&self, national: &'a str) -> Option<&'a str> {
        let prefix = self.dialled_before.as_ref().and_then(|r| r.find(national));
        let rest = match prefix {
            Some(prefix) if self.is_rewritten || prefix.as_str() != self.trunk_prefix => {
                return None;
            }
            Some(prefix) => national.get(prefix.end()..)?,
            None => national,
        };
        Some(rest.strip_prefix(self.trunk_prefix).unwrap_or(rest))
    }

    /// Whether the plan knows a national number; `None` = not here.
    pub(super) fn knows(&self, national: &str) -> Option<bool> {
        let is_known =
            self.general.fits(national) && self.kinds.iter().any(|kind| kind.fits(national));
        match &self.below_code {
            BelowCode::Alone => Some(is_known),
            BelowCode::First { leading: None } => is_known.then_some(true),
            BelowCode::First {
                leading: Some(leading),
            } => leading.is_match(national).then_some(is_known),
            BelowCode::Later => None,
        }
    }

    /// A national number as it is dialled within the country.
    pub(super) fn dialled(&self, national: &str) -> String {
        let format = self.formats.iter().find(|format| format.fits(national));
        match format {
            Some(format) => {
                let dialled = format.digits.replace(national, format.dialled.as_str());
                dialled.into_owned()
            }
            None => national.to_owned(),
        }
    }
}

impl Lengths {
    fn is_too_short(&self, national: &str) -> bool {
        let digits = length(national);
        !self.without_area.contains(&digits)
            && self.whole.first().is_some_and(|least| digits < *least)
    }

    fn are_those_of(&self, national: &str) -> bool {
        let digits = length(national);
        self.without_area.contains(&digits) || self.whole.contains(&digits)
    }
}

impl Pattern {
    fn of(kind: &'static Descriptor) -> Option<Self> {
        let digits = at_start(kind.national_number().as_str()).ok()?;
        Some(Self {
            lengths: kind.possible_length(),
            digits,
        })
    }

    fn fits(&self, national: &str) -> bool {
        (self.lengths.is_empty() || self.lengths.contains(&length(national)))
            && self.digits.is_match(national)
    }
}

impl Format {
    fn fits(&self, national: &str) -> bool {
        let Some(leading) = &self.leading else {
            return true;
        };
        leading.is_match(national)
            && self
                .digits
                .find(national)
                .is_some_and(|found| found.range() == (0..national.len()))
    }
}

fn below_code(plan: &Metadata) -> Result<BelowCode, regex::Error> {
    let countries = DATABASE.region(&plan.country_code()).unwrap_or_default();
    Ok(match countries.as_slice() {
        [only] if *only == plan.id() => BelowCode::Alone,
        [first, ..] if *first == plan.id() => {
            let leading = plan.leading_digits();
            let leading = leading.map(|leading| at_start(leading.as_str()));
            BelowCode::First {
                leading: leading.transpose()?,
            }
        }
        [..] => BelowCode::Later,
    })
}

fn international_prefix(plan: &Metadata) -> &str {
    let only = plan.international_prefix().map(|prefix| prefix.as_str());
    plan.preferred_international_prefix()
        .or(only)
        .filter(|prefix| prefix.bytes().all(|byte| byte.is_ascii_digit()))
        .unwrap_or(INTERNATIONAL_PREFIX)
}

fn formats(plan: &Metadata) -> Result<Vec<Format>, regex::Error> {
    let prefix = plan.national_prefix().unwrap_or_default();
    let format = |format: &phonenumber::metadata::Format| {
        let leading = format.leading_digits().last();
        let leading = leading.map(|leading| at_start(leading.as_str()));
        Ok(Format {
            leading: leading.transpose()?,
            digits: pattern(format.pattern().as_str())?,
            dialled: dialled(format.format(), format.national_prefix(), prefix),
        })
    };
    plan.formats().iter().map(format).collect()
}

/// `$1 $2` with the rule `($NP$FG)` and the prefix `0` is `0${1}${2}`: the first group stands where the rule has `$FG`.
fn dialled(format: &str, rule: Option<&str>, prefix: &str) -> String {
    let first = format.find('$').and_then(|at| format.get(at..at + 2));
    let written = match (rule, first) {
        (Some(rule), Some(first)) => {
            let rule = rule
                .replace("$NP", prefix)
                .replace("$FG", first)
                .replace("$CC", "");
            format.replacen(first, &rule, 1)
        }
        (None, _) | (_, None) => format.to_owned(),
    };
    let mut dialled = String::new();
    let mut is_group = false;
    for c in written.chars() {
        match c {
            '0'..='9' if is_group => dialled.extend(['{', c, '}']),
            '0'..='9' => dialled.push(c),
            '$' => dialled.push(c),
            _ => {}
        }
        is_group = c == '$';
    }
    dialled
}

fn at_start(source: &str) -> Result<Regex, regex::Error> {
    pattern(&format!("^(?:{source})"))
}

/// As the library compiles them; only ASCII digits are ever matched.
fn pattern(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source)
        .ignore_whitespace(true)
        .unicode(false)
        .build()
}

fn length(national: &str) -> u16 {
    u16::try_from(national.len()).unwrap_or(u16::MAX)
}
