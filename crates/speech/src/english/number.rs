//! English numbers, the British way: one million and one, two hundred and two, twenty first.

use super::stock::{
    AND, HUNDRED, ORDINAL_SMALL, ORDINAL_TENS, ORDINALS_LARGE, POINT, SMALL, TENS, THE_LARGE,
};
use crate::{Decimal, Spoken, Word};

/// one hundred and one, one thousand and ten, one million one hundred thousand.
pub(super) fn whole(spoken: &mut Spoken, number: u64) {
    let Some((size, unit)) = THE_LARGE.into_iter().find(|(size, _)| *size <= number) else {
        below_thousand(spoken, number);
        return;
    };
    let rest = number % size;
    whole(spoken, number / size);
    spoken.push(unit);
    // "and" where no hundred stands between the thousands and the rest.
    if rest > 0 && rest < 100 {
        spoken.push(AND);
    }
    if rest > 0 {
        whole(spoken, rest);
    }
}

/// Like a number, but for its last word: one hundred and first.
pub(super) fn ordinal(spoken: &mut Spoken, number: u64) {
    whole(spoken, number);
    spoken.turn_last(ordinal_of);
}

/// three point zero five: behind the point digit by digit. The sign is said before.
pub(super) fn decimal(spoken: &mut Spoken, number: Decimal) {
    whole(spoken, number.whole());
    for (at, digit) in number.digits().enumerate() {
        if at == 0 {
            spoken.push(POINT);
        }
        spoken.pick(&SMALL, digit);
    }
}

/// oh five, twenty, fifty nine: two digits of a year or of a clock.
pub(super) fn below_hundred(spoken: &mut Spoken, number: u64) {
    if number <= 20 {
        spoken.pick(&SMALL, number);
        return;
    }
    let (tens, ones) = (number / 10, number % 10);
    spoken.pick(&TENS, tens - 2);
    if ones > 0 {
        spoken.pick(&SMALL, ones);
    }
}

fn below_thousand(spoken: &mut Spoken, number: u64) {
    let (hundreds, rest) = (number / 100, number % 100);
    if hundreds > 0 {
        spoken.pick(&SMALL, hundreds);
        spoken.push(HUNDRED);
        if rest == 0 {
            return;
        }
        spoken.push(AND);
    }
    below_hundred(spoken, rest);
}

fn ordinal_of(word: Word) -> Word {
    let small = SMALL.into_iter().skip(1).zip(ORDINAL_SMALL);
    let tens = TENS.into_iter().zip(ORDINAL_TENS);
    let large = [HUNDRED].into_iter().chain(THE_LARGE.map(|(_, word)| word));
    let mut pairs = small.chain(tens).chain(large.zip(ORDINALS_LARGE));
    let found = pairs.find(|(cardinal, _)| *cardinal == word);
    found.map_or(word, |(_, ordinal)| ordinal)
}
