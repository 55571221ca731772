//! Whole numbers, said and read back by a parser that knows nothing of how they were put together.

use proptest::prelude::*;
use speech::{Language, Saying, WHOLE_MAX};

fn said(language: Language, number: i64) -> String {
    language
        .say(&Saying::Whole(number))
        .expect("a number")
        .text()
}

/// Reads 一万零一十: 亿 multiplies all that stands before it, 万 what stands since.
fn read_chinese(text: &str) -> i64 {
    let (sign, text) = text.strip_prefix('负').map_or((1, text), |text| (-1, text));
    let (mut total, mut section, mut digit) = (0, 0, 0);
    for character in text.chars() {
        match character {
            '亿' => (total, section, digit) = ((total + section + digit) * 100_000_000, 0, 0),
            '万' => (total, section, digit) = (total + (section + digit) * 10_000, 0, 0),
            '千' => (section, digit) = (section + digit * 1_000, 0),
            '百' => (section, digit) = (section + digit * 100, 0),
            '十' => (section, digit) = (section + digit.max(1) * 10, 0),
            '两' => digit = 2,
            other => {
                let value = "零一二三四五六七八九".chars().position(|it| it == other);
                digit = i64::try_from(value.expect("a digit")).expect("small");
            }
        }
    }
    sign * (total + section + digit)
}

const ENGLISH: &[(&str, i64)] = &[
    ("zero", 0),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
];

fn read_english(text: &str) -> i64 {
    let (sign, text) = text
        .strip_prefix("minus ")
        .map_or((1, text), |text| (-1, text));
    let (mut total, mut section) = (0, 0);
    for word in text.split(' ').filter(|word| *word != "and") {
        let unit = match word {
            "hundred" => {
                section *= 100;
                continue;
            }
            "thousand" => 1_000,
            "million" => 1_000_000,
            "billion" => 1_000_000_000,
            "trillion" => 1_000_000_000_000,
            other => {
                let value = ENGLISH.iter().find(|(name, _)| *name == other);
                section += value.unwrap_or_else(|| panic!("{other}")).1;
                continue;
            }
        };
        (total, section) = (total + section * unit, 0);
    }
    sign * (total + section)
}

/// What no Chinese number may sound like, whatever it is.
fn well_formed(text: &str) {
    let size = text.trim_start_matches('负');
    let gap =
        size != "零" && (size.contains("零零") || size.starts_with('零') || size.ends_with('零'));
    assert!(!gap, "{text}");
    assert!(!size.starts_with("一十"), "{text}");
    assert!(!size.contains("两十") && !size.ends_with('两'), "{text}");
    for unit in ["千", "百"] {
        assert!(!size.contains(&format!("二{unit}")), "{text}");
    }
    // A gap is never left unsaid: 一千一 would be taken for 一千一百.
    for (unit, below) in [('千', '百'), ('百', '十')] {
        for behind in size.split(unit).skip(1) {
            let mut next = behind.chars();
            let counts = next
                .next()
                .is_some_and(|it| "一二两三四五六七八九".contains(it));
            assert!(!counts || next.next() == Some(below), "{text}");
        }
    }
}

fn check(number: i64) {
    let chinese = said(Language::Chinese, number);
    assert_eq!(read_chinese(&chinese), number, "{chinese}");
    well_formed(&chinese);
    let english = said(Language::English, number);
    assert_eq!(read_english(&english), number, "{english}");
}

#[test]
fn numbers_around_every_power_of_ten_are_read_back() {
    (-1_100..=100_100).for_each(check);
    for power in 0..15 {
        for factor in [1, 2, 9, 12, 20] {
            let near = 10_i64.pow(power) * factor;
            let around = (near - 12..=near + 12).filter(|number| *number <= WHOLE_MAX);
            around.for_each(check);
        }
    }
    check(WHOLE_MAX);
    check(-WHOLE_MAX);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_whole_number_is_read_back(number in -WHOLE_MAX..=WHOLE_MAX) {
        check(number);
    }

    /// Numbers with many zeros, where the gaps are.
    #[test]
    fn numbers_full_of_gaps_are_read_back(digits in proptest::collection::vec(prop_oneof![4 => Just(0), 1 => Just(2), 2 => 0..10_i64], 1..=15)) {
        check(digits.into_iter().fold(0, |number, digit| number * 10 + digit));
    }
}
