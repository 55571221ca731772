//! Chinese amounts: 元、角、分, and the coins of abroad.

use super::number::counted;
use super::stock::DIGITS;
use crate::{Money, Spoken, Unsayable};

/// 十元五角, 一百万元零一分: 零 for coins that are passed over, as within a number. The sign is said before.
pub(super) fn say(spoken: &mut Spoken, money: &Money) -> Result<(), Unsayable> {
    let coins = &money.currency.chinese;
    let (whole, minor) = money.parts()?;
    if whole > 0 || minor == 0 {
        counted(spoken, whole);
        spoken.push(coins.whole);
    }
    let tenth_of = 10_u64.pow(money.currency.places.saturating_sub(1).into());
    let gap = whole > 0 && minor > 0 && minor < tenth_of;
    if gap {
        spoken.pick(&DIGITS, 0);
    }
    let tenths = coins.tenth.filter(|_| minor >= tenth_of);
    let rest = if let Some(tenth) = tenths {
        counted(spoken, minor / tenth_of);
        spoken.push(tenth);
        minor % tenth_of
    } else {
        minor
    };
    if let Some(coin) = coins.minor.filter(|_| rest > 0) {
        counted(spoken, rest);
        spoken.push(coin);
    }
    Ok(())
}
