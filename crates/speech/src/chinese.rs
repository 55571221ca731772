//! How values are said in Chinese (普通话).
//!
//! 两 stands before a measure word and before 百, 千, 万 and 亿, 二 everywhere else; 零 stands once for a gap, however wide;
//! 一 is 幺 where digits are read one by one. Times are on the clock of 24 hours, as hotlines and timetables say them; the full
//! hour ends with 整, so that nobody waits for the minutes, and 半 is left out: it belongs to the clock of twelve.

mod moment;
mod money;
mod number;
mod stock;

use self::stock::{DIGITS, HASH, LETTERS, MINUS, PERCENT, PLUS, STAR, YAO};
use crate::saying::{countable, sayable};
use crate::signs::{self, Sign};
use crate::{CURRENCIES, Decimal, Saying, Spoken, Unsayable, Word};

/// Every word that may be said.
pub(crate) fn stock() -> impl Iterator<Item = Word> {
    let coins = CURRENCIES.iter().map(|currency| &currency.chinese);
    let coins = coins.flat_map(|coins| [Some(coins.whole), coins.tenth, coins.minor]);
    stock::words().chain(coins.flatten())
}

/// Puts a value into words.
pub(crate) fn say(spoken: &mut Spoken, saying: &Saying<'_>) -> Result<(), Unsayable> {
    match *saying {
        Saying::Whole(number) => {
            minus(spoken, number < 0);
            number::whole(spoken, sayable(number)?);
        }
        Saying::Counted(number) => number::counted(spoken, countable(number)?),
        Saying::Ordinal(0) => return Err(Unsayable::NoOrdinal),
        Saying::Ordinal(number) => number::ordinal(spoken, countable(number)?),
        Saying::Decimal(number) => decimal(spoken, number),
        Saying::Percent(number) => {
            minus(spoken, number.is_negative());
            spoken.push(PERCENT);
            number::decimal(spoken, number);
        }
        Saying::Money(money) => {
            minus(spoken, money.minor < 0);
            money::say(spoken, &money)?;
        }
        Saying::Year(year) => moment::year(spoken, year)?,
        Saying::Date(date, parts) => moment::date(spoken, date, parts),
        Saying::Time(time) => moment::time(spoken, time),
        Saying::Moment(date, parts, time) => {
            moment::date(spoken, date, parts);
            spoken.breathe();
            moment::time(spoken, time);
        }
        Saying::Duration(duration) => moment::duration(spoken, duration),
        Saying::Telephone(raw) => one_by_one(spoken, &signs::telephone(raw)?),
        Saying::Code(raw) => one_by_one(spoken, &signs::code(raw)?),
        Saying::IdCard(raw) => one_by_one(spoken, &signs::id_card(raw)?),
    }
    Ok(())
}

fn minus(spoken: &mut Spoken, negative: bool) {
    if negative {
        spoken.push(MINUS);
    }
}

fn decimal(spoken: &mut Spoken, number: Decimal) {
    minus(spoken, number.is_negative());
    number::decimal(spoken, number);
}

/// 幺三八: 一 and 七 sound alike on a poor line.
fn one_by_one(spoken: &mut Spoken, signs: &[Sign]) {
    for sign in signs {
        match *sign {
            Sign::Digit(1) => spoken.push(YAO),
            Sign::Digit(digit) => spoken.pick(&DIGITS, digit.into()),
            Sign::Letter(letter) => spoken.pick(&LETTERS, letter.into()),
            Sign::Plus => spoken.push(PLUS),
            Sign::Star => spoken.push(STAR),
            Sign::Hash => spoken.push(HASH),
            Sign::Breath => spoken.breathe(),
        }
    }
}
