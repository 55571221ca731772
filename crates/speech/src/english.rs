//! How values are said in English, the British way: "and" before tens and ones, the day before its month.
//!
//! "oh" is for telephone numbers, years and minutes, where nobody takes it for a letter; in order numbers, where letters are, 0 is
//! "zero". Times are on the clock of 24 hours: "nine thirty" is in the morning, "twenty one thirty" in the evening, and nothing
//! more has to be said; the ends of the half days are "midnight" and "noon".

mod moment;
mod money;
mod number;
mod stock;

use self::stock::{HASH, LETTERS, MINUS, OH, PERCENT, PLUS, SMALL, STAR};
use crate::saying::{countable, sayable};
use crate::signs::{self, Sign};
use crate::{CURRENCIES, Saying, Spoken, Unsayable, Word};

/// What 0 is called where digits are read one by one.
#[derive(Clone, Copy)]
enum Naught {
    Oh,
    Zero,
}

/// Every word that may be said.
pub(crate) fn stock() -> impl Iterator<Item = Word> {
    let coins = CURRENCIES.iter().map(|currency| &currency.english);
    let coins = coins.flat_map(|coins| {
        let minor = coins.minor.into_iter().flatten();
        coins.whole.into_iter().chain(minor)
    });
    stock::words().chain(coins)
}

/// Puts a value into words.
pub(crate) fn say(spoken: &mut Spoken, saying: &Saying<'_>) -> Result<(), Unsayable> {
    match *saying {
        Saying::Whole(number) => {
            minus(spoken, number < 0);
            number::whole(spoken, sayable(number)?);
        }
        Saying::Counted(number) => number::whole(spoken, countable(number)?),
        Saying::Ordinal(0) => return Err(Unsayable::NoOrdinal),
        Saying::Ordinal(number) => number::ordinal(spoken, countable(number)?),
        Saying::Decimal(number) => {
            minus(spoken, number.is_negative());
            number::decimal(spoken, number);
        }
        Saying::Percent(number) => {
            minus(spoken, number.is_negative());
            number::decimal(spoken, number);
            spoken.push(PERCENT);
        }
        Saying::Money(money) => {
            minus(spoken, money.minor < 0);
            money::say(spoken, &money)?;
        }
        Saying::Year(year) => moment::year(spoken, year)?,
        Saying::Date(date, parts) => moment::date(spoken, date, parts),
        Saying::Time(time) => moment::time(spoken, time),
        Saying::Moment(date, parts, time) => moment::moment(spoken, date, parts, time),
        Saying::Duration(duration) => moment::duration(spoken, duration),
        Saying::Telephone(raw) => one_by_one(spoken, &signs::telephone(raw)?, Naught::Oh),
        Saying::Code(raw) => one_by_one(spoken, &signs::code(raw)?, Naught::Zero),
        Saying::IdCard(raw) => one_by_one(spoken, &signs::id_card(raw)?, Naught::Zero),
    }
    Ok(())
}

fn minus(spoken: &mut Spoken, negative: bool) {
    if negative {
        spoken.push(MINUS);
    }
}

fn one_by_one(spoken: &mut Spoken, signs: &[Sign], naught: Naught) {
    for sign in signs {
        match (*sign, naught) {
            (Sign::Digit(0), Naught::Oh) => spoken.push(OH),
            (Sign::Digit(digit), Naught::Oh | Naught::Zero) => spoken.pick(&SMALL, digit.into()),
            (Sign::Letter(letter), _) => spoken.pick(&LETTERS, letter.into()),
            (Sign::Plus, _) => spoken.push(PLUS),
            (Sign::Star, _) => spoken.push(STAR),
            (Sign::Hash, _) => spoken.push(HASH),
            (Sign::Breath, _) => spoken.breathe(),
        }
    }
}
