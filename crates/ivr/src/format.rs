//! How a value is said in a sentence (报数): the formats of `{variable:format}`, one row each.
//!
//! A row says which types it takes and how the value becomes a saying of the crate `speech`; whatever cannot be said has a
//! reason and is never said wrong. Days and times are said as they are written: no zone is reckoned here.

#[cfg(test)]
mod tests;

use std::time::Duration;

use speech::{Currency, Date, DateParts, Decimal, Language, Money, Saying, Spoken, TimeOfDay};

use crate::row::Words;
use crate::value::{Type, Value};

/// One way to say a value.
#[derive(Debug)]
pub(crate) struct Format {
    pub(crate) name: &'static str,
    pub(crate) takes: &'static [Type],
    pub(crate) says: Words,
    say: fn(&Value, Language, &'static Currency) -> Result<Spoken, String>,
}

const NUMBER: &[Type] = &[Type::Number];
const TEXT: &[Type] = &[Type::Text];
const EITHER: &[Type] = &[Type::Number, Type::Text];

/// All of them, in the order of the reference page; the first is that of a variable without a format.
pub(crate) const FORMATS: &[Format] = &[
    Format {
        name: "number",
        takes: NUMBER,
        says: words("12.50 as twelve point five.", "数值"),
        say: |value, language, _| match decimal(value)? {
            (units, 0) => said(language, &Saying::Whole(units)),
            (units, places) => {
                let number = Decimal::new(units, places).map_err(told)?;
                said(language, &Saying::Decimal(number))
            }
        },
    },
    Format {
        name: "count",
        takes: NUMBER,
        says: words("How many, before what is counted: 两位.", "计数，后接量词"),
        say: |value, language, _| said(language, &Saying::Counted(count(value)?)),
    },
    Format {
        name: "ordinal",
        takes: NUMBER,
        says: words("Which one: the second.", "序数"),
        say: |value, language, _| said(language, &Saying::Ordinal(count(value)?)),
    },
    Format {
        name: "percent",
        takes: NUMBER,
        says: words("5 as five percent.", "百分数"),
        say: |value, language, _| {
            let (units, places) = decimal(value)?;
            let number = Decimal::new(units, places).map_err(told)?;
            said(language, &Saying::Percent(number))
        },
    },
    Format {
        name: "money",
        takes: NUMBER,
        says: words(
            "An amount in yuan; `{sum:money USD}` in another currency.",
            "金额，默认人民币",
        ),
        say: |value, language, currency| {
            let minor = minor(hundredths(value)?, currency)?;
            said(language, &Saying::Money(Money { minor, currency }))
        },
    },
    Format {
        name: "date",
        takes: EITHER,
        says: words(
            "A day: the number that `collect` gives, or `2026-11-22`.",
            "日期",
        ),
        say: |value, language, _| said(language, &Saying::Date(date(value)?, DateParts::FULL)),
    },
    Format {
        name: "time",
        takes: TEXT,
        says: words("A time of day: `09:30`, or that of a moment.", "时刻"),
        say: |value, language, _| moment(text(value)?, false, language),
    },
    Format {
        name: "moment",
        takes: TEXT,
        says: words(
            "A day and a time on it: `2026-11-22T09:30:00+08:00`, said as it is written.",
            "日期与时刻，按所写读出",
        ),
        say: |value, language, _| moment(text(value)?, true, language),
    },
    Format {
        name: "duration",
        takes: NUMBER,
        says: words(
            "Seconds: 150 as two minutes and thirty seconds.",
            "时长（秒）",
        ),
        say: |value, language, _| {
            let time = Duration::from_secs(count(value)?);
            said(language, &Saying::Duration(time))
        },
    },
    Format {
        name: "phone",
        takes: TEXT,
        says: words("A telephone number in groups: 幺三八.", "电话号码"),
        say: |value, language, _| said(language, &Saying::Telephone(text(value)?)),
    },
    Format {
        name: "order",
        takes: TEXT,
        says: words(
            "An order or case number: letters and digits one by one.",
            "单号，字母与数字逐位读",
        ),
        say: |value, language, _| said(language, &Saying::Code(text(value)?)),
    },
    Format {
        name: "digits",
        takes: TEXT,
        says: words("Its digits one by one, and nothing else of it.", "逐位数字"),
        say: |value, language, _| {
            let digits = text(value)?.chars().filter(char::is_ascii_digit);
            said(language, &Saying::Code(&digits.collect::<String>()))
        },
    },
    Format {
        name: "id_card",
        takes: TEXT,
        says: words("A Chinese ID card in its parts.", "身份证号"),
        say: |value, language, _| said(language, &Saying::IdCard(text(value)?)),
    },
];

const fn words(en: &'static str, zh: &'static str) -> Words {
    Words { en, zh }
}

impl Format {
    /// By its name.
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// The value in words, or why there are none.
    pub(crate) fn say(
        &self,
        value: &Value,
        language: Language,
        currency: &'static Currency,
    ) -> Result<Spoken, String> {
        (self.say)(value, language, currency)
    }
}

/// A moment such as `2026-11-22 09:30` with its day, or its time alone.
pub(crate) fn moment(text: &str, with_day: bool, language: Language) -> Result<Spoken, String> {
    match (split_moment(text), with_day) {
        (Some((day, clock)), true) => {
            let moment = Saying::Moment(day_of(day)?, DateParts::DAY, time(clock)?);
            said(language, &moment)
        }
        (Some((_, clock)), false) => said(language, &Saying::Time(time(clock)?)),
        (None, true) => Err("it is no moment".to_owned()),
        (None, false) => said(language, &Saying::Time(time(text)?)),
    }
}

fn said(language: Language, saying: &Saying<'_>) -> Result<Spoken, String> {
    language.say(saying).map_err(told)
}

fn told(reason: speech::Unsayable) -> String {
    reason.to_string()
}

fn text(value: &Value) -> Result<&str, String> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Number(_) | Value::Truth(_) => Err("it is no text".to_owned()),
    }
}

fn hundredths(value: &Value) -> Result<i64, String> {
    match value {
        Value::Number(number) => Ok(number.hundredths()),
        Value::Text(_) | Value::Truth(_) => Err("it is no number".to_owned()),
    }
}

/// Units of the last place behind the point, and how many places there are: 12.50 is 125 tenths.
fn decimal(value: &Value) -> Result<(i64, u8), String> {
    let hundredths = hundredths(value)?;
    Ok(match (hundredths % 100, hundredths % 10) {
        (0, _) => (hundredths / 100, 0),
        (_, 0) => (hundredths / 10, 1),
        _ => (hundredths, 2),
    })
}

fn count(value: &Value) -> Result<u64, String> {
    match decimal(value)? {
        (units, 0) => u64::try_from(units).map_err(|_| "it is less than nothing".to_owned()),
        _ => Err("it is no whole number".to_owned()),
    }
}

/// In the smallest coin of the currency.
fn minor(hundredths: i64, currency: &Currency) -> Result<i64, String> {
    match u32::from(currency.places).checked_sub(2) {
        Some(more) => {
            let scaled = hundredths.checked_mul(10_i64.pow(more));
            scaled.ok_or_else(|| "it is too large".to_owned())
        }
        None => {
            let one = 10_i64.pow(2 - u32::from(currency.places));
            let whole = hundredths % one == 0;
            let minor = whole.then_some(hundredths / one);
            minor.ok_or_else(|| format!("{} has no such coin", currency.code))
        }
    }
}

fn date(value: &Value) -> Result<Date, String> {
    match value {
        Value::Number(_) => {
            let digits = count(value)?.to_string();
            let parts = (digits.get(..4), digits.get(4..6), digits.get(6..8));
            match (digits.len(), parts) {
                (8, (Some(year), Some(month), Some(day))) => day_of_parts(year, month, day),
                _ => Err("it is no day: YYYYMMDD".to_owned()),
            }
        }
        Value::Text(text) => day_of(split_moment(text).map_or(text, |(day, _)| day)),
        Value::Truth(_) => Err("it is no day".to_owned()),
    }
}

fn day_of(text: &str) -> Result<Date, String> {
    let mut parts = text.splitn(3, '-');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(year), Some(month), Some(day)) => day_of_parts(year, month, day),
        _ => Err("it is no day: YYYY-MM-DD".to_owned()),
    }
}

fn day_of_parts(year: &str, month: &str, day: &str) -> Result<Date, String> {
    match (year.parse(), month.parse(), day.parse()) {
        (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).map_err(told),
        _ => Err("it is no day".to_owned()),
    }
}

/// The day and what follows it.
fn split_moment(text: &str) -> Option<(&str, &str)> {
    text.split_once(['T', ' '])
}

/// Hours and minutes; what follows them is not said.
fn time(clock: &str) -> Result<TimeOfDay, String> {
    let wrong = || "it is no time: HH:MM".to_owned();
    let (hour, rest) = clock.split_once(':').ok_or_else(wrong)?;
    let minute = rest.get(..2).ok_or_else(wrong)?;
    match (hour.parse(), minute.parse()) {
        (Ok(hour), Ok(minute)) => TimeOfDay::new(hour, minute).map_err(told),
        _ => Err(wrong()),
    }
}
