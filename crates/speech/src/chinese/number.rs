//! Chinese numbers: 零 once for a gap, 万 and 亿, 两 and 二, and 十 without its 一 at the beginning.

use super::stock::{DIGITS, HUNDRED, LIANG, ORDINAL, POINT, TEN, THOUSAND, WAN, YI};
use crate::{Decimal, Spoken, Word};

/// The units, from the largest: a number is so many of one, and what is left in the smaller ones. 万亿 comes by itself:
/// so many 亿 are a number, too.
const UNITS: [(u64, Word); 5] = [
    (100_000_000, YI),
    (10_000, WAN),
    (1_000, THOUSAND),
    (100, HUNDRED),
    (10, TEN),
];

/// 二, 十二, 两百零二, 一亿零一.
pub(super) fn whole(spoken: &mut Spoken, number: u64) {
    say(spoken, number, true);
}

/// 两(位), 十二(位): what is counted follows.
pub(super) fn counted(spoken: &mut Spoken, number: u64) {
    if number == 2 {
        spoken.push(LIANG);
    } else {
        whole(spoken, number);
    }
}

/// 第二, 第十二.
pub(super) fn ordinal(spoken: &mut Spoken, number: u64) {
    spoken.push(ORDINAL);
    whole(spoken, number);
}

/// 三点零五: behind the point digit by digit. The sign is said before.
pub(super) fn decimal(spoken: &mut Spoken, number: Decimal) {
    whole(spoken, number.whole());
    for (at, digit) in number.digits().enumerate() {
        if at == 0 {
            spoken.push(POINT);
        }
        spoken.pick(&DIGITS, digit);
    }
}

/// `first`: nothing of the number has been said yet, so that ten is 十 and not 一十.
fn say(spoken: &mut Spoken, number: u64, first: bool) {
    let Some((size, unit)) = UNITS.into_iter().find(|(size, _)| *size <= number) else {
        spoken.pick(&DIGITS, number);
        return;
    };
    let (many, rest) = (number / size, number % size);
    match (many, unit) {
        (1, TEN) if first => {}
        (2, unit) if unit != TEN => spoken.push(LIANG),
        (many, _) => say(spoken, many, first),
    }
    spoken.push(unit);
    // The unit below is passed over, and with it however many more.
    if rest > 0 && rest < size / 10 {
        spoken.pick(&DIGITS, 0);
    }
    if rest > 0 {
        say(spoken, rest, false);
    }
}
