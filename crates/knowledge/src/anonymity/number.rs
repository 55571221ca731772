//! Runs of digits, and whose they are: judged by the digits alone, whatever stands between them and before them.
//!
//! What is joined by blanks, dashes and brackets is one number. Dots, commas and strokes stand in prices, versions and addresses of machines
//! too: across them only what is told by its digits counts (a mobile number, an identity number, one that the directory knows).

use super::sign::Sign;

/// Fewest digits of a number that may be somebody's.
const DIGITS_MIN: usize = 7;
/// From so many digits on nothing more is joined.
const JOINED_MAX: usize = 32;
/// Most signs between two groups.
const MARKS_MAX: usize = 3;
/// Most of them in a number that nothing but its length tells.
const PLAIN_MARKS_MAX: usize = 2;
/// Fewest digits of a number that the directory knows to be his.
const KNOWN_DIGITS_MIN: usize = 5;
/// Most digits that are dialled before a number.
const PREFIX_DIGITS_MAX: usize = 6;
/// Digits of a mobile number.
const MOBILE_DIGITS: usize = 11;
/// Fewest digits of a group of a mobile number: what is written by twos is a row of prices.
const MOBILE_GROUP_MIN: usize = 3;
/// What is dialled before a mobile number, the longest first.
const MOBILE_PREFIXES: [&str; 6] = ["17951", "12593", "0086", "86", "0", ""];

/// A number that begins at a place.
pub(super) struct Run {
    /// Its digits.
    pub(super) digits: String,
    /// How many signs it has, with what stands between its digits.
    pub(super) length: usize,
    groups: Vec<usize>,
    /// Nothing but blanks, dashes and brackets stands between its groups.
    is_plain: bool,
    /// Its last digit is the X of an identity number.
    has_x: bool,
}

/// The runs that begin here, each a group longer than the one before; none within a number.
pub(super) fn runs(signs: &[Sign], at: usize) -> Vec<Run> {
    let digit = |at: usize| {
        let c = signs.get(at).map(|sign| sign.c);
        c.filter(char::is_ascii_digit)
    };
    let mut found: Vec<Run> = Vec::new();
    if at > 0 && digit(at - 1).is_some() {
        return found;
    }
    let mut from = at + usize::from(signs.get(at).is_some_and(|sign| sign.c == '+'));
    let mut is_plain = true;
    loop {
        let group: String = (from..).map_while(digit).collect();
        if group.is_empty() {
            return found;
        }
        let end = from + group.len();
        let (mut digits, mut groups) = found.last().map_or_else(Default::default, |last| {
            (last.digits.clone(), last.groups.clone())
        });
        digits.push_str(&group);
        groups.push(group.len());
        let has_x = digits.len() == 17
            && signs
                .get(end)
                .is_some_and(|sign| matches!(sign.c, 'x' | 'X'));
        let is_full = digits.len() >= JOINED_MAX;
        found.push(Run {
            digits,
            length: end + usize::from(has_x) - at,
            groups,
            is_plain,
            has_x,
        });
        if is_full {
            return found;
        }
        let marks = marks(signs, end);
        // Single figures with blanks between them are a list.
        let is_list = group.len() == 1 && signs.get(end).is_some_and(|sign| sign.c == ' ');
        is_plain &= marks.len() <= PLAIN_MARKS_MAX && marks.iter().all(is_plain_mark) && !is_list;
        from = end + marks.len();
    }
}

/// How long a date is that begins here: 2026-11-23, 2026/1/3, 23.11.2026.
pub(super) fn date(signs: &[Sign], at: usize) -> Option<usize> {
    let all = runs(signs, at);
    let run = all.iter().find(|run| run.groups.len() == 3)?;
    let mut parts = Vec::new();
    let mut rest = run.digits.as_str();
    for group in &run.groups {
        let (part, behind) = rest.split_at_checked(*group)?;
        parts.push(part.parse::<u32>().ok()?);
        rest = behind;
    }
    let is_date = match (run.groups.as_slice(), parts.as_slice()) {
        ([4, 1..=2, 1..=2], [year, month, day]) => is_day(*year, *month, *day),
        ([1..=2, 1..=2, 4], [one, other, year]) => {
            is_day(*year, *one, *other) || is_day(*year, *other, *one)
        }
        _ => false,
    };
    is_date.then_some(run.length)
}

fn is_day(year: u32, month: u32, day: u32) -> bool {
    (1900..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

impl Run {
    /// Whether it may be somebody's number by its length.
    pub(super) fn is_long(&self) -> bool {
        self.is_plain && self.digits.len() >= DIGITS_MIN
    }

    /// Whether its digits tell that it is a person's: a mobile number of China's plan, an identity number.
    pub(super) fn is_a_persons(&self) -> bool {
        self.is_mobile() || self.is_identity()
    }

    /// 1, a figure from 3 to 9, and nine more, with or without what is dialled before them.
    fn is_mobile(&self) -> bool {
        let fits = |prefix: &str| {
            let own = self.digits.strip_prefix(prefix);
            own.is_some_and(|own| {
                own.len() == MOBILE_DIGITS
                    && own.starts_with('1')
                    && own.chars().nth(1).is_some_and(|c| ('3'..='9').contains(&c))
            })
        };
        let behind = self.groups.iter().skip(1);
        MOBILE_PREFIXES.into_iter().any(fits)
            && behind.min().is_none_or(|group| *group >= MOBILE_GROUP_MIN)
    }

    /// GB 11643: six figures of a place, eight of a day of birth, four more, of which the last may be an X.
    fn is_identity(&self) -> bool {
        let part = |from: usize, to: usize| {
            let part = self.digits.get(from..to);
            part.and_then(|part| part.parse::<u32>().ok()).unwrap_or(0)
        };
        (self.digits.len() == 18 || self.has_x)
            && !self.digits.starts_with('0')
            && is_day(part(6, 10), part(10, 12), part(12, 14))
    }

    /// Whether it is one of these, with or without what is dialled before it.
    pub(super) fn is_of(&self, known: &[String]) -> bool {
        let is_end = |long: &str, short: &str| {
            short.len() >= DIGITS_MIN
                && long.len() <= short.len() + PREFIX_DIGITS_MAX
                && long.ends_with(short)
        };
        known.iter().any(|known| {
            let is_same =
                *known == self.digits || is_end(known, &self.digits) || is_end(&self.digits, known);
            is_same && (self.is_plain || known.len() >= DIGITS_MIN)
        })
    }
}

/// The digits of a number of the directory; `None` of one so short that it may be a price. What is dialled behind it is not part of it.
pub(super) fn known(number: &str) -> Option<String> {
    let chars: Vec<char> = number.chars().collect();
    let signs = super::sign::signs(&chars);
    let start = signs.iter().position(|sign| sign.c.is_ascii_digit())?;
    let mut runs = runs(&signs, start);
    let whole = runs.iter().rposition(|run| run.is_plain || run.is_mobile());
    let digits = runs.swap_remove(whole?).digits;
    (digits.len() >= KNOWN_DIGITS_MIN).then_some(digits)
}

/// What stands between two groups of digits.
fn marks(signs: &[Sign], end: usize) -> &[Sign] {
    let rest = signs.get(end..).unwrap_or_default();
    let is_mark = |sign: &&Sign| {
        is_plain_mark(sign)
            || matches!(
                sign.c,
                '.' | ','
                    | '/'
                    | '_'
                    | '~'
                    | '*'
                    | '\u{b7}'
                    | '\u{2022}'
                    | '\u{2027}'
                    | '\u{22c5}'
                    | '\u{30fb}'
            )
    };
    let many = rest.iter().take(MARKS_MAX).take_while(is_mark).count();
    rest.get(..many).unwrap_or_default()
}

fn is_plain_mark(sign: &Sign) -> bool {
    matches!(
        sign.c,
        ' ' | '-' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}'
    )
}
