//! What is refused, in the words that people read: the same in both languages.

use speech::Language::{Chinese, English};

use crate::asked::check;

#[test]
fn what_cannot_be_said_is_told() {
    let large = "numbers are said up to 999999999999999 and down to -999999999999999";
    let card = "the number of an ID card has 17 digits, and a digit or X at the end";
    let rows = [
        ("whole 1000000000000000", large),
        ("whole -1000000000000000", large),
        ("whole 9223372036854775807", large),
        ("whole -9223372036854775808", large),
        ("counted 1000000000000000", large),
        ("counted 18446744073709551615", large),
        ("ordinal 18446744073709551615", large),
        ("ordinal 0", "ordinals begin with the first"),
        ("decimal 1000000000000000.1", large),
        (
            "decimal 1.0000000001",
            "a number has at most 9 digits behind its point",
        ),
        ("decimal 1,5", "`1,5` is no number: write `-3.05`"),
        ("percent 1000000000000000", large),
        ("money CNY 1000000000000000.00", large),
        ("money JPY 9223372036854775807", large),
        (
            "money XAU 1",
            "`XAU` is no currency that can be said: write a code of ISO 4217, `CNY`",
        ),
        (
            "money cny 1.00",
            "`cny` is no currency that can be said: write a code of ISO 4217, `CNY`",
        ),
        (
            "year 0",
            "there is no year 0 to be said: years are 1 to 9999",
        ),
        (
            "year 10000",
            "there is no year 10000 to be said: years are 1 to 9999",
        ),
        ("date 2026-02-29", "there is no day 2026-2-29"),
        ("date 2026-13-01", "there is no day 2026-13-1"),
        (
            "time 24:00",
            "there is no time 24:0:0: the day has 0:00:00 to 23:59:59",
        ),
        (
            "time 12:00:60",
            "there is no time 12:0:60: the day has 0:00:00 to 23:59:59",
        ),
        ("telephone ", "there is nothing to say"),
        ("telephone +", "there is nothing to say"),
        ("telephone - -", "there is nothing to say"),
        (
            "telephone 123456789012345678901",
            "a telephone number has at most 20 digits",
        ),
        ("telephone 1380000111a", "`a` cannot be said"),
        ("telephone +*61#", "`*` cannot be said"),
        ("telephone １３８", "`１` cannot be said"),
        ("code ", "there is nothing to say"),
        ("code --", "there is nothing to say"),
        ("code 工单7", "`工` cannot be said"),
        (
            "code A1234567890123456789012345678901234567890",
            "an order number has at most 40 characters",
        ),
        ("id 110105", card),
        ("id 1101051949123100XX", card),
        ("id X10105194912310029", card),
        ("id 11010519491231002é", card),
    ];
    check(Chinese, &rows);
    check(English, &rows);
}
