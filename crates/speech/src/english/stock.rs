//! The English words, beside the coins of the currencies. What a word is called stays the same for ever: people record it.

use crate::spoken::Word;

pub(super) use crate::spoken::LETTERS;

/// zero to twenty.
pub(super) const SMALL: [Word; 21] = [
    Word::new("digit_0", "zero"),
    Word::new("digit_1", "one"),
    Word::new("digit_2", "two"),
    Word::new("digit_3", "three"),
    Word::new("digit_4", "four"),
    Word::new("digit_5", "five"),
    Word::new("digit_6", "six"),
    Word::new("digit_7", "seven"),
    Word::new("digit_8", "eight"),
    Word::new("digit_9", "nine"),
    Word::new("say_10", "ten"),
    Word::new("say_11", "eleven"),
    Word::new("say_12", "twelve"),
    Word::new("say_13", "thirteen"),
    Word::new("say_14", "fourteen"),
    Word::new("say_15", "fifteen"),
    Word::new("say_16", "sixteen"),
    Word::new("say_17", "seventeen"),
    Word::new("say_18", "eighteen"),
    Word::new("say_19", "nineteen"),
    Word::new("say_20", "twenty"),
];
/// twenty to ninety.
pub(super) const TENS: [Word; 8] = [
    Word::new("say_20", "twenty"),
    Word::new("say_30", "thirty"),
    Word::new("say_40", "forty"),
    Word::new("say_50", "fifty"),
    Word::new("say_60", "sixty"),
    Word::new("say_70", "seventy"),
    Word::new("say_80", "eighty"),
    Word::new("say_90", "ninety"),
];
pub(super) const HUNDRED: Word = Word::new("say_hundred", "hundred");
/// The units of a thousand and more, from the largest.
pub(super) const THE_LARGE: [(u64, Word); 4] = [
    (1_000_000_000_000, Word::new("say_trillion", "trillion")),
    (1_000_000_000, Word::new("say_billion", "billion")),
    (1_000_000, Word::new("say_million", "million")),
    (1_000, Word::new("say_thousand", "thousand")),
];

/// first to twentieth.
pub(super) const ORDINAL_SMALL: [Word; 20] = [
    Word::new("ordinal_1", "first"),
    Word::new("ordinal_2", "second"),
    Word::new("ordinal_3", "third"),
    Word::new("ordinal_4", "fourth"),
    Word::new("ordinal_5", "fifth"),
    Word::new("ordinal_6", "sixth"),
    Word::new("ordinal_7", "seventh"),
    Word::new("ordinal_8", "eighth"),
    Word::new("ordinal_9", "ninth"),
    Word::new("ordinal_10", "tenth"),
    Word::new("ordinal_11", "eleventh"),
    Word::new("ordinal_12", "twelfth"),
    Word::new("ordinal_13", "thirteenth"),
    Word::new("ordinal_14", "fourteenth"),
    Word::new("ordinal_15", "fifteenth"),
    Word::new("ordinal_16", "sixteenth"),
    Word::new("ordinal_17", "seventeenth"),
    Word::new("ordinal_18", "eighteenth"),
    Word::new("ordinal_19", "nineteenth"),
    Word::new("ordinal_20", "twentieth"),
];
/// As [`TENS`].
pub(super) const ORDINAL_TENS: [Word; 8] = [
    Word::new("ordinal_20", "twentieth"),
    Word::new("ordinal_30", "thirtieth"),
    Word::new("ordinal_40", "fortieth"),
    Word::new("ordinal_50", "fiftieth"),
    Word::new("ordinal_60", "sixtieth"),
    Word::new("ordinal_70", "seventieth"),
    Word::new("ordinal_80", "eightieth"),
    Word::new("ordinal_90", "ninetieth"),
];
/// Of a hundred, then as [`THE_LARGE`].
pub(super) const ORDINALS_LARGE: [Word; 5] = [
    Word::new("ordinal_hundred", "hundredth"),
    Word::new("ordinal_trillion", "trillionth"),
    Word::new("ordinal_billion", "billionth"),
    Word::new("ordinal_million", "millionth"),
    Word::new("ordinal_thousand", "thousandth"),
];

pub(super) const AND: Word = Word::new("say_and", "and");
pub(super) const MINUS: Word = Word::new("say_minus", "minus");
pub(super) const POINT: Word = Word::new("say_point", "point");
pub(super) const PERCENT: Word = Word::new("say_percent", "percent");
pub(super) const OH: Word = Word::new("say_oh", "oh");
pub(super) const PLUS: Word = Word::new("say_plus", "plus");
pub(super) const STAR: Word = Word::new("say_star", "star");
pub(super) const HASH: Word = Word::new("say_hash", "hash");
pub(super) const THE: Word = Word::new("say_the", "the");
pub(super) const OF: Word = Word::new("say_of", "of");
pub(super) const AT: Word = Word::new("say_at", "at");
pub(super) const OCLOCK: Word = Word::new("say_oclock", "o'clock");
pub(super) const MIDNIGHT: Word = Word::new("say_midnight", "midnight");
pub(super) const NOON: Word = Word::new("say_noon", "noon");
/// One of them, several.
pub(super) const DAY: [Word; 2] = [Word::new("say_day", "day"), Word::new("say_days", "days")];
pub(super) const HOUR: [Word; 2] = [
    Word::new("say_hour", "hour"),
    Word::new("say_hours", "hours"),
];
pub(super) const MINUTE: [Word; 2] = [
    Word::new("say_minute", "minute"),
    Word::new("say_minutes", "minutes"),
];
pub(super) const SECOND: [Word; 2] = [
    Word::new("say_second", "second"),
    Word::new("say_seconds", "seconds"),
];

/// January first.
pub(super) const MONTHS: [Word; 12] = [
    Word::new("month_1", "January"),
    Word::new("month_2", "February"),
    Word::new("month_3", "March"),
    Word::new("month_4", "April"),
    Word::new("month_5", "May"),
    Word::new("month_6", "June"),
    Word::new("month_7", "July"),
    Word::new("month_8", "August"),
    Word::new("month_9", "September"),
    Word::new("month_10", "October"),
    Word::new("month_11", "November"),
    Word::new("month_12", "December"),
];

/// Monday first (ISO 8601).
pub(super) const WEEKDAYS: [Word; 7] = [
    Word::new("weekday_1", "Monday"),
    Word::new("weekday_2", "Tuesday"),
    Word::new("weekday_3", "Wednesday"),
    Word::new("weekday_4", "Thursday"),
    Word::new("weekday_5", "Friday"),
    Word::new("weekday_6", "Saturday"),
    Word::new("weekday_7", "Sunday"),
];

/// All of them.
pub(super) fn words() -> impl Iterator<Item = Word> {
    let single = [
        HUNDRED, AND, MINUS, POINT, PERCENT, OH, PLUS, STAR, HASH, THE, OF, AT, OCLOCK, MIDNIGHT,
        NOON,
    ];
    let large = THE_LARGE.map(|(_, word)| word);
    let ordinals = ORDINAL_SMALL
        .into_iter()
        .chain(ORDINAL_TENS)
        .chain(ORDINALS_LARGE);
    let units = [DAY, HOUR, MINUTE, SECOND].into_iter().flatten();
    let numbers = SMALL.into_iter().chain(TENS).chain(large).chain(ordinals);
    let days = MONTHS.into_iter().chain(WEEKDAYS);
    numbers
        .chain(days)
        .chain(units)
        .chain(LETTERS)
        .chain(single)
}
