//! Numbers as those are told them who serve a caller and need not know how to reach him (F7): `138****1234`.
//!
//! One rule for all: of eleven digits and more the four before the last four are hidden, of fewer all but the last two. It counts from the end, so that the
//! spellings of one number hide the same digits. In what people wrote, the known numbers of whom it is about are hidden alike, however they are
//! written; a number that nobody has told of stays. A masked text is as long as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What stands for a hidden digit.
pub const HIDDEN: char = '*';
/// From so many digits on, four are hidden.
const LONG_DIGITS: usize = 11;
/// Fewest digits of a number that is looked for in a text; what is shorter is a service's.
const LOOKED_FOR_MIN: usize = 5;
/// So many last digits tell a number in a text, with or without what is dialled before them.
const TELLING_DIGITS: usize = 7;
/// Most marks that people write between two digits of a number.
const MARKS_MAX: usize = 2;

/// Which digits are hidden, counted from the end.
const fn hidden(digits: usize) -> Range<usize> {
    match digits {
        LONG_DIGITS.. => 4..8,
        _ => 2..digits,
    }
}

/// A number with its middle hidden; what is no number (`sip:li@x`) but for its last two characters.
pub fn masked(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    let is_plain = chars
        .iter()
        .all(|c| digit(*c).is_some() || is_mark(*c) || *c == '+');
    let counted: Vec<usize> = (0..chars.len())
        .filter(|at| !is_plain || chars.get(*at).copied().and_then(digit).is_some())
        .collect();
    let hides = match is_plain {
        true => hidden(counted.len()),
        false => 2..counted.len(),
    };
    let from_end = counted.iter().rev().enumerate();
    let hides: BTreeSet<usize> = from_end
        .filter(|(back, _)| hides.contains(back))
        .map(|(_, at)| *at)
        .collect();
    starred(&chars, &hides)
}

/// Whether a number is a masked one: whoever sends it back has not seen the whole.
pub fn is_masked(number: &str) -> bool {
    number.contains(HIDDEN)
}

/// The numbers of whom a text is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masking {
    known: BTreeSet<Vec<u8>>,
}

impl FromIterator<Self> for Masking {
    fn from_iter<I: IntoIterator<Item = Self>>(all: I) -> Self {
        let known = all.into_iter().flat_map(|one| one.known);
        Self {
            known: known.collect(),
        }
    }
}

/// A digit of a text, and where it stands among its characters.
type Place = (u8, usize);

impl Masking {
    /// Of these numbers, however they are written.
    pub fn of<'n>(numbers: impl IntoIterator<Item = &'n str>) -> Self {
        let digits = |number: &'n str| {
            // What is dialled behind a number is no part of it.
            let chars: Vec<char> = number.chars().collect();
            let first = runs(&chars).into_iter().next().unwrap_or_default();
            first
                .into_iter()
                .map(|(digit, _)| digit)
                .collect::<Vec<u8>>()
        };
        let known = numbers.into_iter().map(digits);
        Self {
            known: known
                .filter(|digits| digits.len() >= LOOKED_FOR_MIN)
                .collect(),
        }
    }

    /// A text with these numbers hidden.
    pub fn text(&self, text: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        starred(&chars, &self.places(&chars))
    }

    /// A text in which hidden numbers of the one that stood are written out again, so that whoever changes what he was told masked destroys
    /// none; `None` where it cannot be said which of several is meant.
    pub fn restored(&self, given: &str, stood: &str) -> Option<String> {
        if !is_masked(given) {
            return Some(given.to_owned());
        }
        let chars: Vec<char> = stood.chars().collect();
        let places = self.places(&chars);
        let mut pieces: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for run in runs(&chars) {
            let (Some((_, first)), Some((_, last))) = (run.first(), run.last()) else {
                continue;
            };
            if run.iter().any(|(_, at)| places.contains(at)) {
                let piece = |hides: &BTreeSet<usize>| -> String {
                    let of = (*first..=*last).zip(chars.iter().skip(*first));
                    of.map(|(at, c)| if hides.contains(&at) { HIDDEN } else { *c })
                        .collect()
                };
                let originals = pieces.entry(piece(&places)).or_default();
                originals.push(piece(&BTreeSet::new()));
            }
        }
        let mut text = given.to_owned();
        for (shown, originals) in pieces {
            let is_one = originals.windows(2).all(|pair| pair.first() == pair.last());
            if is_one {
                text = text.replace(&shown, originals.first()?);
            } else if text.matches(&shown).count() == originals.len() {
                for original in originals {
                    text = text.replacen(&shown, &original, 1);
                }
            } else if text.contains(&shown) {
                return None;
            }
        }
        Some(text)
    }

    /// Which characters are hidden.
    fn places(&self, chars: &[char]) -> BTreeSet<usize> {
        let mut hides = BTreeSet::new();
        if self.known.is_empty() {
            return hides;
        }
        for run in runs(chars) {
            let digits: Vec<u8> = run.iter().map(|(digit, _)| *digit).collect();
            for known in &self.known {
                for end in ends(&digits, known) {
                    let last = run.iter().take(end).rev().enumerate();
                    let hidden = hidden(known.len());
                    hides.extend(
                        last.filter(|(back, _)| hidden.contains(back))
                            .map(|(_, (_, at))| *at),
                    );
                }
            }
        }
        hides
    }
}

/// Behind which digits of a run a number ends.
fn ends(digits: &[u8], known: &[u8]) -> Vec<usize> {
    let Some(telling) = known.len().checked_sub(TELLING_DIGITS) else {
        return match digits == known {
            true => vec![digits.len()],
            false => Vec::new(),
        };
    };
    let telling = known.get(telling..).unwrap_or_default();
    let found = digits.windows(TELLING_DIGITS).enumerate();
    found
        .filter(|(_, window)| *window == telling)
        .map(|(at, _)| at + TELLING_DIGITS)
        .collect()
}

/// Digits that belong together: at most so many marks between two of them.
fn runs(chars: &[char]) -> Vec<Vec<Place>> {
    let mut runs: Vec<Vec<Place>> = Vec::new();
    let mut marks = MARKS_MAX + 1;
    for (at, c) in chars.iter().enumerate() {
        match digit(*c) {
            Some(digit) => {
                match runs.last_mut() {
                    Some(run) if marks <= MARKS_MAX => run.push((digit, at)),
                    Some(_) | None => runs.push(vec![(digit, at)]),
                }
                marks = 0;
            }
            None if is_mark(*c) => marks += 1,
            None => marks = MARKS_MAX + 1,
        }
    }
    runs
}

/// The value of a digit, be it a full-width one.
fn digit(c: char) -> Option<u8> {
    let value = match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        '０'..='９' => u32::from(c) - u32::from('０'),
        _ => return None,
    };
    u8::try_from(value).ok()
}

const fn is_mark(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{3000}' | '-' | '－' | '(' | ')' | '（' | '）' | '.' | '/'
    )
}

fn starred(chars: &[char], hides: &BTreeSet<usize>) -> String {
    let chars = chars.iter().enumerate();
    chars
        .map(|(at, c)| if hides.contains(&at) { HIDDEN } else { *c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f7_the_middle_of_a_number_is_hidden() {
        for (number, shown) in [
            ("13800001111", "138****1111"),
            ("+8613800001111", "+86138****1111"),
            ("138 0000-1111", "138 ****-1111"),
            ("０１３８－００００－１１１１", "０１３８－****－１１１１"),
            ("+6512345678", "+********78"),
            ("4000", "**00"),
            ("sip:13800001111@x", "***************@x"),
            ("sip:李@x", "*****@x"),
            ("7", "7"),
            ("", ""),
        ] {
            assert_eq!(masked(number), shown);
        }
    }

    #[test]
    fn f7_known_numbers_are_hidden_in_what_people_wrote_however_they_are_written() {
        let known = Masking::of(["+8613800001111", "010-65529988转8021", "12330"]);
        for (text, shown) in [
            ("打13800001111找他", "打138****1111找他"),
            ("0086 138-0000-1111,", "0086 138-****-1111,"),
            ("2026-11-23 13800001111 2 件", "2026-11-23 138****1111 2 件"),
            ("１３８００００１１１１", "１３８****１１１１"),
            ("+86 10 6552 9988 ext. 8021", "+86 10 **** 9988 ext. 8021"),
            ("65529988", "****9988"),
            ("拨12330", "拨***30"),
            ("12330 22", "12330 22"),
            (
                "13900002222 TS-261118-0042-7",
                "13900002222 TS-261118-0042-7",
            ),
            ("", ""),
        ] {
            assert_eq!(known.text(text), shown);
            assert_eq!(known.text(text).chars().count(), text.chars().count());
        }
        assert_eq!(Masking::default().text("13800001111"), "13800001111");
    }

    #[test]
    fn f7_a_change_of_a_masked_text_destroys_no_number() {
        let known = Masking::of(["13800001111", "13811112222", "13833332222"]);
        for (stood, given, kept) in [
            (
                "打13800001111",
                "请打138****1111，138****1111",
                Some("请打13800001111，13800001111"),
            ),
            ("打13800001111", "打13900000000", Some("打13900000000")),
            (
                "13811112222 或 13833332222",
                "138****2222 或 138****2222!",
                Some("13811112222 或 13833332222!"),
            ),
            ("13811112222 或 13833332222", "138****2222", None),
            ("x", "5 * 3", Some("5 * 3")),
        ] {
            assert_eq!(known.restored(given, stood).as_deref(), kept, "{given}");
        }
    }
}
