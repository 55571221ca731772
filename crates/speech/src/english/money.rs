//! English amounts: ten yuan and fifty fen, one dollar and one cent.

use super::number::whole;
use super::stock::AND;
use crate::{Money, Spoken, Unsayable, Word};

/// The sign is said before.
pub(super) fn say(spoken: &mut Spoken, money: &Money) -> Result<(), Unsayable> {
    let coins = &money.currency.english;
    let (large, small) = money.parts()?;
    if large > 0 || small == 0 {
        coined(spoken, large, coins.whole);
    }
    if let Some(minor) = coins.minor.filter(|_| small > 0) {
        if large > 0 {
            spoken.push(AND);
        }
        coined(spoken, small, minor);
    }
    Ok(())
}

/// One of them, or several: zero dollars, one dollar.
fn coined(spoken: &mut Spoken, number: u64, [one, many]: [Word; 2]) {
    whole(spoken, number);
    spoken.push(if number == 1 { one } else { many });
}
