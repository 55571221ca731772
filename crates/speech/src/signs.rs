//! Numbers that are not counted: telephone numbers, order numbers, ID cards. They are read sign by sign, and grouped as people
//! group them: 138-0000-1111, 400-810-1234, 010-6552-9988. Each language has its words for the signs.

use crate::Unsayable;

/// Most digits of a telephone number: 15 by ITU-T E.164 §6.2.1, and what is dialled before them.
pub(crate) const TELEPHONE_DIGITS_MAX: usize = 20;
/// Most characters of an order number.
pub(crate) const CODE_CHARS_MAX: usize = 40;
/// Up to so many digits are said in one breath: 10086, 12345.
const ONE_BREATH: usize = 5;
/// How the 18 signs of an ID card are read (GB 11643): region, year, day, rest.
const ID_CARD: [usize; 4] = [6, 4, 4, 4];
/// Behind this code the areas 10 and 20 to 29 have two digits, and eight digits follow.
const CHINA: &str = "86";
/// The country codes of two digits (ITU-T E.164, list of assigned codes). 1 and 7 have one, all others three.
const TWO_DIGITS: &[&str] = &[
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47",
    "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65",
    "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];

/// What is read at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// 0 to 9.
    Digit(u8),
    /// 0 for A to 25 for Z.
    Letter(u8),
    /// The + of E.164.
    Plus,
    /// The key *.
    Star,
    /// The key #.
    Hash,
    /// The end of a group.
    Breath,
}

/// A telephone number, grouped. Marks that people put between digits say nothing.
pub(crate) fn telephone(raw: &str) -> Result<Vec<Sign>, Unsayable> {
    let raw = raw.trim();
    let (plus, dialled) = match raw.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, raw),
    };
    let mut bare = String::new();
    for character in dialled.chars() {
        match character {
            '0'..='9' => bare.push(character),
            '*' | '#' if !plus => bare.push(character),
            ' ' | '-' | '(' | ')' | '.' | '/' => {}
            other => return Err(Unsayable::Character(other)),
        }
        if bare.len() > TELEPHONE_DIGITS_MAX {
            return Err(Unsayable::LongTelephone);
        }
    }
    if bare.is_empty() {
        return Err(Unsayable::Empty);
    }
    let mut signs = Vec::with_capacity(2 * bare.len());
    if plus {
        signs.push(Sign::Plus);
        push_groups(&mut signs, &bare, &abroad(&bare));
    } else {
        push_dialled(&mut signs, &bare);
    }
    Ok(signs)
}

/// An order number: a breath where something else begins, and within long runs of digits.
pub(crate) fn code(raw: &str) -> Result<Vec<Sign>, Unsayable> {
    let mut signs = Vec::new();
    let mut rest = raw.trim();
    if rest.chars().nth(CODE_CHARS_MAX).is_some() {
        return Err(Unsayable::LongCode);
    }
    while let Some(first) = rest.chars().next() {
        let is_like: fn(&char) -> bool = match first {
            '0'..='9' => char::is_ascii_digit,
            'A'..='Z' | 'a'..='z' => char::is_ascii_alphabetic,
            '-' | '_' | '.' | '/' | ' ' => |mark| matches!(mark, '-' | '_' | '.' | '/' | ' '),
            other => return Err(Unsayable::Character(other)),
        };
        let end = rest.find(|next| !is_like(&next)).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        if first.is_ascii_digit() {
            push_groups(&mut signs, run, &even(run.len()));
        } else {
            signs.extend(run.chars().filter_map(sign));
        }
        signs.push(Sign::Breath);
        rest = behind;
    }
    let says = |sign: &Sign| *sign != Sign::Breath;
    if signs.iter().any(says) {
        Ok(signs)
    } else {
        Err(Unsayable::Empty)
    }
}

/// The number of an ID card.
pub(crate) fn id_card(raw: &str) -> Result<Vec<Sign>, Unsayable> {
    let raw = raw.trim();
    let digits = raw.strip_suffix(['X', 'x']).unwrap_or(raw);
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    // One X at most has been taken away.
    if !all_digits || raw.len() != ID_CARD.iter().sum::<usize>() {
        return Err(Unsayable::NoIdCard);
    }
    let mut signs = Vec::with_capacity(raw.len() + ID_CARD.len());
    push_groups(&mut signs, raw, &ID_CARD);
    Ok(signs)
}

/// What is keyed: between * and # stand numbers.
fn push_dialled(signs: &mut Vec<Sign>, bare: &str) {
    for run in bare.split_inclusive(['*', '#']) {
        let digits = run.trim_end_matches(['*', '#']);
        push_groups(signs, digits, &national(digits));
        signs.extend(run.chars().skip(digits.len()).filter_map(sign));
    }
}

/// The groups of a number as it is dialled in China.
fn national(digits: &str) -> Vec<usize> {
    if digits.len() <= ONE_BREATH {
        return vec![digits.len()];
    }
    if let Some(behind) = digits.strip_prefix("00") {
        return [vec![2], abroad(behind)].concat();
    }
    let short_area = digits.starts_with("01") || digits.starts_with("02");
    // An area code of four digits before a number of seven: 0311-812-3456.
    if digits.len() == 11 && digits.starts_with('0') && !short_area {
        return vec![4, 3, 4];
    }
    even(digits.len())
}

/// The groups of a number with its country code.
fn abroad(digits: &str) -> Vec<usize> {
    let code = match digits.bytes().next() {
        Some(b'1' | b'7') => 1,
        _ if TWO_DIGITS.iter().any(|code| digits.starts_with(code)) => 2,
        _ => 3,
    };
    let code = code.min(digits.len());
    let rest = digits.get(code..).unwrap_or_default();
    let area_of_two = rest.starts_with("10") || rest.starts_with('2');
    let behind = if digits.starts_with(CHINA) && rest.len() == 10 && area_of_two {
        vec![2, 4, 4]
    } else {
        even(rest.len())
    };
    [vec![code], behind].concat()
}

/// Groups of three or four digits, the shorter ones first: 3-3-4, 3-4-4, 4-4.
fn even(digits: usize) -> Vec<usize> {
    if digits <= ONE_BREATH {
        return vec![digits];
    }
    let groups = digits.div_ceil(4);
    let longer = digits % groups;
    (0..groups)
        .map(|group| digits / groups + usize::from(group + longer >= groups))
        .collect()
}

/// Signs with a breath between their groups.
fn push_groups(signs: &mut Vec<Sign>, text: &str, groups: &[usize]) {
    let mut characters = text.chars();
    for (at, group) in groups.iter().enumerate() {
        if at > 0 {
            signs.push(Sign::Breath);
        }
        signs.extend(characters.by_ref().take(*group).filter_map(sign));
    }
}

fn sign(character: char) -> Option<Sign> {
    let from = |first: char| u8::try_from(u32::from(character) - u32::from(first)).ok();
    match character {
        '0'..='9' => from('0').map(Sign::Digit),
        'A'..='Z' => from('A').map(Sign::Letter),
        'a'..='z' => from('a').map(Sign::Letter),
        '*' => Some(Sign::Star),
        '#' => Some(Sign::Hash),
        _ => None,
    }
}
