//! Whatever is said, is said in words of the stock; and no word is in the stock in vain.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use speech::Language::{Chinese, English};
use speech::{CURRENCIES, Date, DateParts, Decimal, Language, Money, Saying, TimeOfDay, WHOLE_MAX};

use crate::asked::say;

/// What a list of recorded sounds by their names would let people hear, against the text; both without blanks and commas.
fn heard(language: Language, saying: &Saying<'_>) {
    let spoken = language
        .say(saying)
        .unwrap_or_else(|error| panic!("{saying:?}: {error}"));
    let stock = language.stock();
    let sounds: BTreeMap<&str, &str> = stock.iter().map(|word| (word.name, word.text)).collect();
    let said: String = spoken
        .words()
        .iter()
        .map(|word| sounds[word.name])
        .collect();
    let plain = |text: &str| text.replace([' ', ',', '，'], "");
    assert!(!said.is_empty(), "{saying:?}");
    assert_eq!(plain(&said), plain(&spoken.text()), "{saying:?}");
    let groups: Vec<_> = spoken.groups().collect();
    assert_eq!(groups.concat(), spoken.words(), "{saying:?}");
    assert_eq!(
        groups.len(),
        spoken.text().split([',', '，']).count(),
        "{saying:?}"
    );
}

fn both(saying: Saying<'_>) {
    heard(Chinese, &saying);
    heard(English, &saying);
}

fn money() -> impl Strategy<Value = Money> {
    let all = (0..CURRENCIES.len(), -WHOLE_MAX..=WHOLE_MAX);
    all.prop_map(|(row, minor)| Money {
        minor,
        currency: &CURRENCIES[row],
    })
}

fn decimal() -> impl Strategy<Value = Decimal> {
    (-WHOLE_MAX..=WHOLE_MAX, 0..=9_u8)
        .prop_map(|(units, places)| Decimal::new(units, places).unwrap())
}

fn date() -> impl Strategy<Value = Date> {
    (1..=9999_u16, 1..=12_u8, 1..=28_u8)
        .prop_map(|(year, month, day)| Date::new(year, month, day).unwrap())
}

fn parts() -> impl Strategy<Value = DateParts> {
    (any::<bool>(), any::<bool>()).prop_map(|(year, weekday)| DateParts { year, weekday })
}

fn time() -> impl Strategy<Value = TimeOfDay> {
    (0..24_u8, 0..60_u8, proptest::option::of(0..60_u8)).prop_map(|(hour, minute, second)| {
        match second {
            Some(second) => TimeOfDay::with_second(hour, minute, second).unwrap(),
            None => TimeOfDay::new(hour, minute).unwrap(),
        }
    })
}

proptest! {
    #[test]
    fn numbers_are_of_the_stock(whole in -WHOLE_MAX..=WHOLE_MAX, few in 0..1_000_u64, decimal in decimal(), year in 1..=9999_u16) {
        both(Saying::Whole(whole));
        both(Saying::Counted(few));
        both(Saying::Counted(whole.unsigned_abs()));
        both(Saying::Ordinal(few + 1));
        both(Saying::Ordinal(whole.unsigned_abs().max(1)));
        both(Saying::Decimal(decimal));
        both(Saying::Percent(decimal));
        both(Saying::Year(year));
    }

    #[test]
    fn amounts_are_of_the_stock(money in money(), few in -1_000..1_000_i64) {
        both(Saying::Money(money));
        both(Saying::Money(Money { minor: few, ..money }));
    }

    #[test]
    fn moments_are_of_the_stock(date in date(), parts in parts(), time in time(), seconds: u64, short in 0..200_000_u64) {
        both(Saying::Date(date, parts));
        both(Saying::Time(time));
        both(Saying::Moment(date, parts, time));
        both(Saying::Duration(Duration::from_secs(seconds)));
        both(Saying::Duration(Duration::from_secs(short)));
    }

    #[test]
    fn signs_are_of_the_stock(
        telephone in "[0-9*#]{1,20}",
        abroad in "[+][0-9]{1,20}",
        code in "[A-Za-z0-9][A-Za-z0-9 ./_-]{0,39}",
        id in "[0-9]{17}[0-9Xx]",
    ) {
        both(Saying::Telephone(&telephone));
        both(Saying::Telephone(&abroad));
        both(Saying::Code(&code));
        both(Saying::IdCard(&id));
    }

    /// Telephone numbers and codes keep each of their signs, in order.
    #[test]
    fn no_sign_is_lost(digits in "[0-9]{1,20}") {
        for saying in [Saying::Telephone(&digits), Saying::Code(&digits)] {
            let spoken = Chinese.say(&saying).unwrap();
            let read: String = spoken.words().iter().map(|word| match word.name {
                "say_1_alone" => "1",
                name => name.strip_prefix("digit_").expect("a digit"),
            }).collect();
            prop_assert_eq!(&read, &digits);
        }
    }

    /// Whatever comes from the network or a person: words or an error, never a panic.
    #[test]
    fn any_text_is_said_or_refused(text: String, number: i64, any: u64, places: u8, year: u16, small: [u8; 3]) {
        for language in [Chinese, English] {
            for saying in [Saying::Telephone(&text), Saying::Code(&text), Saying::IdCard(&text)] {
                let _ = language.say(&saying);
            }
            for saying in [Saying::Whole(number), Saying::Counted(any), Saying::Ordinal(any), Saying::Year(year)] {
                let _ = language.say(&saying);
            }
            for currency in CURRENCIES {
                let _ = language.say(&Saying::Money(Money { minor: number, currency }));
            }
        }
        let [a, b, c] = small;
        let _ = (text.parse::<Decimal>(), Decimal::new(number, places), Date::new(year, a, b), TimeOfDay::with_second(a, b, c));
    }
}

/// Values that between them need every word.
fn everything() -> Vec<String> {
    let mut asked: Vec<String> = (0..=120).map(|number| format!("whole {number}")).collect();
    asked.extend((1..=120).map(|number| format!("ordinal {number}")));
    for power in 2..15 {
        let large = 10_u64.pow(power);
        asked.extend(["whole ", "whole -", "ordinal "].map(|kind| format!("{kind}{large}")));
    }
    asked.extend((1..=12).map(|month| format!("date 2026-{month}-1")));
    asked.extend((1..=7).map(|day| format!("weekday 2026-11-{day}")));
    for currency in CURRENCIES {
        let amounts: &[&str] = match currency.places {
            0 => &["1", "2"],
            2 => &["1.01", "2.20", "2.02"],
            3 => &["1.001", "2.002"],
            places => panic!("{places} places"),
        };
        asked.extend(
            amounts
                .iter()
                .map(|amount| format!("money {} {amount}", currency.code)),
        );
    }
    let others = [
        "counted 2",
        "decimal 0.5",
        "percent 5",
        "time 00:00",
        "time 12:00",
        "time 09:00",
        "time 09:05",
        "time 09:05:01",
        "duration 90061",
        "duration 180122",
        "duration 172800",
        "duration 60",
        "duration 120",
        "moment 2026-11-22 09:30",
        "telephone +10",
        "telephone *1#",
    ];
    asked.extend(others.map(str::to_owned));
    asked.push(format!("code {}", ('A'..='Z').collect::<String>()));
    asked
}

#[test]
fn no_word_is_recorded_in_vain() {
    for language in [Chinese, English] {
        let mut said = BTreeSet::new();
        for asked in everything() {
            said.extend(say(language, &asked).unwrap().words().to_vec());
        }
        let stock: BTreeSet<_> = language.stock().into_iter().collect();
        assert_eq!(said, stock, "{language:?}");
    }
}
