//! The Chinese words, beside the coins of the currencies. What a word is called stays the same for ever: people record it.

use crate::spoken::Word;

pub(super) use crate::spoken::LETTERS;

/// 零 to 九.
pub(super) const DIGITS: [Word; 10] = [
    Word::new("digit_0", "零"),
    Word::new("digit_1", "一"),
    Word::new("digit_2", "二"),
    Word::new("digit_3", "三"),
    Word::new("digit_4", "四"),
    Word::new("digit_5", "五"),
    Word::new("digit_6", "六"),
    Word::new("digit_7", "七"),
    Word::new("digit_8", "八"),
    Word::new("digit_9", "九"),
];
pub(super) const LIANG: Word = Word::new("say_2_of", "两");
pub(super) const YAO: Word = Word::new("say_1_alone", "幺");
pub(super) const TEN: Word = Word::new("say_10", "十");
pub(super) const HUNDRED: Word = Word::new("say_hundred", "百");
pub(super) const THOUSAND: Word = Word::new("say_thousand", "千");
pub(super) const WAN: Word = Word::new("say_10000", "万");
pub(super) const YI: Word = Word::new("say_100000000", "亿");
pub(super) const MINUS: Word = Word::new("say_minus", "负");
pub(super) const POINT: Word = Word::new("say_point", "点");
pub(super) const ORDINAL: Word = Word::new("say_ordinal", "第");
pub(super) const PERCENT: Word = Word::new("say_percent", "百分之");
pub(super) const PLUS: Word = Word::new("say_plus", "加");
pub(super) const STAR: Word = Word::new("say_star", "星号");
pub(super) const HASH: Word = Word::new("say_hash", "井号");
pub(super) const YEAR: Word = Word::new("say_year", "年");
pub(super) const DAY_OF_MONTH: Word = Word::new("say_day_of_month", "日");
pub(super) const OCLOCK: Word = Word::new("say_oclock", "点");
pub(super) const SHARP: Word = Word::new("say_sharp", "整");
pub(super) const MINUTE: Word = Word::new("say_minute_of", "分");
pub(super) const DAYS: Word = Word::new("say_days", "天");
pub(super) const HOURS: Word = Word::new("say_hours", "小时");
pub(super) const MINUTES: Word = Word::new("say_minutes", "分钟");
pub(super) const SECONDS: Word = Word::new("say_seconds", "秒");

/// January first.
pub(super) const MONTHS: [Word; 12] = [
    Word::new("month_1", "一月"),
    Word::new("month_2", "二月"),
    Word::new("month_3", "三月"),
    Word::new("month_4", "四月"),
    Word::new("month_5", "五月"),
    Word::new("month_6", "六月"),
    Word::new("month_7", "七月"),
    Word::new("month_8", "八月"),
    Word::new("month_9", "九月"),
    Word::new("month_10", "十月"),
    Word::new("month_11", "十一月"),
    Word::new("month_12", "十二月"),
];

/// Monday first (ISO 8601).
pub(super) const WEEKDAYS: [Word; 7] = [
    Word::new("weekday_1", "星期一"),
    Word::new("weekday_2", "星期二"),
    Word::new("weekday_3", "星期三"),
    Word::new("weekday_4", "星期四"),
    Word::new("weekday_5", "星期五"),
    Word::new("weekday_6", "星期六"),
    Word::new("weekday_7", "星期日"),
];

/// All of them.
pub(super) fn words() -> impl Iterator<Item = Word> {
    let single = [
        LIANG,
        YAO,
        TEN,
        HUNDRED,
        THOUSAND,
        WAN,
        YI,
        MINUS,
        POINT,
        ORDINAL,
        PERCENT,
        PLUS,
        STAR,
        HASH,
        YEAR,
        DAY_OF_MONTH,
        OCLOCK,
        SHARP,
        MINUTE,
        DAYS,
        HOURS,
        MINUTES,
        SECONDS,
    ];
    let rows = DIGITS.into_iter().chain(MONTHS).chain(WEEKDAYS);
    rows.chain(LETTERS).chain(single)
}
