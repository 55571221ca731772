//! What a caller may key in: digits, a phone number, an ID card, a date, an amount of money.
//!
//! A new kind is a row here. Each says which keys beside digits belong to it, how many there are, and what they mean.

use crate::row::Words;
use crate::spoken;
use crate::value::{Number, Type, Value};

/// One kind of input.
#[derive(Debug)]
pub(crate) struct InputKind {
    pub(crate) name: &'static str,
    pub(crate) says: Words,
    /// The key beside digits that belongs to it.
    pub(crate) extra: Option<char>,
    /// Fewest and most keys that make sense.
    pub(crate) bounds: (usize, usize),
    /// Fewest and most keys when the admin says nothing.
    pub(crate) usual: (usize, usize),
    pub(crate) gives: Type,
    /// Keys that fit, where its own bounds hold.
    pub(crate) sample: &'static str,
    /// The format in which it is said back.
    pub(crate) format: &'static str,
    /// The words in which it is said back.
    pub(super) spoken: SpokenBy,
    /// What the keys mean; `None` is a failed try.
    pub(crate) read: fn(&str) -> Option<Value>,
}

/// How many words an answer takes, and which.
#[derive(Clone, Copy, Debug)]
pub(super) struct SpokenBy {
    /// Most words of a key.
    words: u32,
    /// The sounds of one language that they are among.
    pub(super) sounds: fn(&str) -> Vec<String>,
}

/// Each key by itself.
const BY_KEYS: SpokenBy = SpokenBy {
    words: 1,
    sounds: spoken::digit_sounds,
};
/// As numbers are said: a digit with its place, and what is counted.
const BY_NUMBERS: SpokenBy = SpokenBy {
    words: 2,
    sounds: spoken::stock_sounds,
};
/// Fewest keys of a group, of those that are said in more than one.
const GROUP: u32 = 3;

impl SpokenBy {
    /// Most words and most breaths of an answer of so many keys.
    pub(super) const fn most(self, keys: u32) -> (u32, u32) {
        (self.words.saturating_mul(keys), keys / GROUP + 1)
    }
}

/// The words of `kind`, in the order of `INPUT_KINDS`.
pub(super) const NAMES: &[&str] = &["digits", "phone", "id_card", "date", "money"];

/// What is read when nothing else is said.
const DIGITS: InputKind = InputKind {
    name: "digits",
    says: Words {
        en: "Any digits.",
        zh: "任意数字",
    },
    extra: None,
    bounds: (1, super::DIGITS_MAX as usize),
    usual: (1, 20),
    gives: Type::Text,
    sample: "1",
    format: "digits",
    spoken: BY_KEYS,
    read: |keys| Some(Value::Text(keys.to_owned())),
};

/// All kinds.
pub(crate) const INPUT_KINDS: &[InputKind] = &[
    DIGITS,
    InputKind {
        name: "phone",
        says: Words {
            en: "A telephone number: 3 to 20 digits.",
            zh: "电话号码，3 至 20 位",
        },
        extra: None,
        bounds: (3, 20),
        usual: (3, 20),
        gives: Type::Text,
        sample: "13800001111",
        format: "phone",
        spoken: BY_KEYS,
        read: |keys| Some(Value::Text(keys.to_owned())),
    },
    InputKind {
        name: "id_card",
        says: Words {
            en: "A Chinese ID card (GB 11643): 18 places, `*` for X; birthday and check digit must be right.",
            zh: "居民身份证号，X 按 *，校验生日与校验码",
        },
        extra: Some('*'),
        bounds: (18, 18),
        usual: (18, 18),
        gives: Type::Text,
        sample: "11010519491231002*",
        format: "id_card",
        spoken: BY_KEYS,
        read: id_card,
    },
    InputKind {
        name: "date",
        says: Words {
            en: "A day as YYYYMMDD that exists; a number, so that days compare.",
            zh: "日期，年月日八位",
        },
        extra: None,
        bounds: (8, 8),
        usual: (8, 8),
        gives: Type::Number,
        sample: "20260105",
        format: "date",
        spoken: BY_NUMBERS,
        read: |keys| date(keys).map(|day| Value::Number(Number::whole(day))),
    },
    InputKind {
        name: "money",
        says: Words {
            en: "An amount, `*` for the decimal point, at most two decimals.",
            zh: "金额，小数点按 *",
        },
        extra: Some('*'),
        bounds: (1, 15),
        usual: (1, 12),
        gives: Type::Number,
        sample: "12",
        format: "money",
        spoken: BY_NUMBERS,
        read: |keys| Number::parse(&keys.replace('*', ".")).map(Value::Number),
    },
];

impl InputKind {
    /// Whether a key belongs to the input.
    pub(crate) fn takes(&self, key: char) -> bool {
        key.is_ascii_digit() || self.extra == Some(key)
    }
}

/// The kind of a word; `digits` for an unknown one, which its reader has told.
pub(super) fn find(word: &str) -> &'static InputKind {
    INPUT_KINDS
        .iter()
        .find(|kind| kind.name == word)
        .unwrap_or(&DIGITS)
}

/// GB 11643-1999: region (6), birthday (8), sequence (3), check character by ISO 7064 MOD 11-2.
fn id_card(keys: &str) -> Option<Value> {
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let (body, check) = keys.split_at_checked(17)?;
    date(body.get(6..14)?)?;
    let mut sum = 0;
    // The weight of a place is 2 to the number of places right of it, modulo 11.
    let mut weight = 2;
    for place in body.chars().rev() {
        sum += place.to_digit(10)? * weight;
        weight = weight * 2 % 11;
    }
    let expected = CHECKS.get(usize::try_from(sum % 11).ok()?)?;
    let given = check.replace('*', "X");
    (given == expected.to_string()).then(|| Value::Text(format!("{body}{given}")))
}

/// `YYYYMMDD` as a number, if the day exists (1900-2199).
fn date(keys: &str) -> Option<i64> {
    let whole = keys.parse::<i64>().ok().filter(|_| keys.len() == 8)?;
    let (year, month, day) = (whole / 10_000, whole / 100 % 100, whole % 100);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    ((1900..2200).contains(&year) && (1..=days).contains(&day)).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::Played;

    #[test]
    fn the_words_are_those_of_the_rows() {
        let rows: Vec<&str> = INPUT_KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(rows, NAMES);
    }

    #[test]
    fn e22_no_answer_has_more_words_than_its_kind_says() {
        let currency = speech::Currency::of("CNY").expect("a currency");
        let digits = [
            "1234567890",
            "7777777777",
            "0086138001",
            "0044207946",
            "8000000007",
            "1111111111",
        ];
        for kind in INPUT_KINDS {
            let long = digits.map(|ten| ten.repeat(2));
            let cut = long.iter().flat_map(|keys| {
                (1..=20).map(|end| keys.get(..end).unwrap_or_default().to_owned())
            });
            let odd = [
                "0*05",
                "777777777777",
                "777777777*77",
                "1*1",
                "20771127",
                "19991231",
                "11010519491231002*",
            ];
            let all = cut
                .chain(odd.map(str::to_owned))
                .filter(|keys| keys.len() <= kind.bounds.1);
            for (keys, language) in all.flat_map(|keys| [(keys.clone(), "en"), (keys, "zh-CN")]) {
                let format = crate::format::Format::find(kind.format).expect("a format");
                let Some(value) = (kind.read)(&keys) else {
                    continue;
                };
                let Ok(parts) = spoken::value(language, &value, format, currency) else {
                    continue;
                };
                let is_breath = |part: &&Played| **part == Played::Breath;
                let breaths = parts.iter().filter(is_breath).count();
                let (most_words, most_breaths) =
                    kind.spoken.most(u32::try_from(keys.len()).expect("few"));
                assert!(
                    parts.len() - breaths <= most_words as usize,
                    "{} {keys} {parts:?}",
                    kind.name
                );
                assert!(
                    breaths <= most_breaths as usize,
                    "{} {keys} {parts:?}",
                    kind.name
                );
            }
        }
    }

    #[test]
    fn e5_inputs_mean_what_was_keyed_in() {
        let table = [
            ("digits", "007", Some("007")),
            ("phone", "13800001111", Some("13800001111")),
            ("id_card", "11010519491231002*", Some("11010519491231002X")),
            ("id_card", "440524188001010014", None),
            ("id_card", "440524198001010013", Some("440524198001010013")),
            ("id_card", "440524198001010014", None),
            ("id_card", "110105194912310021", None),
            ("id_card", "11010519490231002*", None),
            ("id_card", "1101051949123100**", None),
            ("id_card", "11010519491*31002*", None),
            ("date", "20280229", Some("20280229")),
            ("date", "20270229", None),
            ("date", "21000229", None),
            ("date", "20000229", Some("20000229")),
            ("date", "20261301", None),
            ("date", "20260431", None),
            ("date", "20260100", None),
            ("date", "18991231", None),
            ("money", "12", Some("12")),
            ("money", "12*5", Some("12.50")),
            ("money", "0*05", Some("0.05")),
            ("money", "12*505", None),
            ("money", "12**5", None),
            ("money", "*5", None),
            ("money", "5*", None),
        ];
        for (kind, keys, expected) in table {
            let read = (find(kind).read)(keys).map(|value| value.to_string());
            assert_eq!(read.as_deref(), expected, "{kind} {keys}");
        }
    }
}
