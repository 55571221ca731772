//! A value as the tables and the page write it: `whole 10010`, `money CNY 10.50`, `moment 2026-11-22 09:30`.

use std::time::Duration;

use speech::{Currency, Date, DateParts, Language, Money, Saying, Spoken, TimeOfDay, Unsayable};

/// Says what a table asks for.
pub(crate) fn say(language: Language, asked: &str) -> Result<Spoken, Unsayable> {
    let (kind, value) = asked.split_once(' ').unwrap_or((asked, ""));
    let saying = match kind {
        "whole" => Saying::Whole(number(value)),
        "counted" => Saying::Counted(number(value)),
        "ordinal" => Saying::Ordinal(number(value)),
        "decimal" => Saying::Decimal(value.parse()?),
        "percent" => Saying::Percent(value.parse()?),
        "money" => Saying::Money(money(value)?),
        "year" => Saying::Year(number(value)),
        "date" => Saying::Date(date(value)?, DateParts::FULL),
        "weekday" => Saying::Date(date(value)?, DateParts::WITH_WEEKDAY),
        "day" => Saying::Date(date(value)?, DateParts::DAY),
        "time" => Saying::Time(time(value)?),
        "moment" => {
            let (day, at) = value.split_once(' ').expect("a day and a time");
            Saying::Moment(date(day)?, DateParts::DAY, time(at)?)
        }
        "duration" => Saying::Duration(Duration::from_secs(number(value))),
        "telephone" => Saying::Telephone(value),
        "code" => Saying::Code(value),
        "id" => Saying::IdCard(value),
        other => panic!("`{other}` is nothing that a table may ask for"),
    };
    language.say(&saying)
}

/// Each row: what is asked, and the text or the error.
pub(crate) fn check(language: Language, rows: &[(&str, &str)]) {
    for (asked, expect) in rows {
        let text = match say(language, asked) {
            Ok(spoken) => spoken.text(),
            Err(error) => error.to_string(),
        };
        assert_eq!(text, *expect, "{asked}");
    }
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    let plain = text.replace('_', "");
    plain.parse().unwrap_or_else(|_| panic!("{text}"))
}

/// `USD 1.01`: with all digits of the smallest coin.
fn money(text: &str) -> Result<Money, Unsayable> {
    let (code, amount) = text.split_once(' ').expect("a currency and an amount");
    let currency = Currency::of(code)?;
    let behind = amount.split_once('.').map_or(0, |(_, minor)| minor.len());
    assert_eq!(behind, usize::from(currency.places), "{text}");
    let minor = number(&amount.replace('.', ""));
    Ok(Money { minor, currency })
}

fn date(text: &str) -> Result<Date, Unsayable> {
    let mut parts = text.split('-');
    let mut next = || parts.next().expect("a day");
    Date::new(number(next()), number(next()), number(next()))
}

fn time(text: &str) -> Result<TimeOfDay, Unsayable> {
    let parts: Vec<u8> = text.split(':').map(number).collect();
    match parts[..] {
        [hour, minute] => TimeOfDay::new(hour, minute),
        [hour, minute, second] => TimeOfDay::with_second(hour, minute, second),
        _ => panic!("{text}"),
    }
}
