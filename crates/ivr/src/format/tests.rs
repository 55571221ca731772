//! Each format with values that it says, and those that it refuses, in both languages.

use super::*;
use crate::value::Number;

fn check(format: &str, value: &str, chinese: &str, english: &str) {
    let (format, code) = format.split_once(' ').unwrap_or((format, "CNY"));
    let format = Format::find(format).unwrap();
    let number = Number::parse(value).map(Value::Number);
    let number = number.filter(|_| format.takes.contains(&Type::Number));
    let value = number.unwrap_or_else(|| Value::Text(value.to_owned()));
    let currency = Currency::of(code).unwrap();
    for (language, expected) in [(Language::Chinese, chinese), (Language::English, english)] {
        let said = format.say(&value, language, currency);
        let said = said.map_or_else(|why| why, |said| said.text());
        assert_eq!(said, expected, "{} {value}", format.name);
    }
}

#[test]
fn e13_each_format_says_its_values_as_people_do() {
    for (format, value, chinese, english) in [
        ("number", "202", "两百零二", "two hundred and two"),
        ("number", "-12.50", "负十二点五", "minus twelve point five"),
        ("number", "0.05", "零点零五", "zero point zero five"),
        ("count", "2", "两", "two"),
        (
            "count",
            "1.5",
            "it is no whole number",
            "it is no whole number",
        ),
        (
            "count",
            "-1",
            "it is less than nothing",
            "it is less than nothing",
        ),
        ("ordinal", "2", "第二", "second"),
        (
            "percent",
            "12.5",
            "百分之十二点五",
            "twelve point five percent",
        ),
        ("money", "10.50", "十元五角", "ten yuan and fifty fen"),
        ("money USD", "2", "两美元", "two dollars"),
        ("money JPY", "20000", "两万日元", "twenty thousand yen"),
        (
            "money JPY",
            "1.50",
            "JPY has no such coin",
            "JPY has no such coin",
        ),
        (
            "money KWD",
            "1.5",
            "一科威特第纳尔五百费尔",
            "one Kuwaiti dinar and five hundred fils",
        ),
        (
            "date",
            "20261122",
            "二零二六年十一月二十二日",
            "the twenty second of November twenty twenty six",
        ),
        (
            "date",
            "2026-11-22",
            "二零二六年十一月二十二日",
            "the twenty second of November twenty twenty six",
        ),
        (
            "date",
            "2026-11-22T09:30:00Z",
            "二零二六年十一月二十二日",
            "the twenty second of November twenty twenty six",
        ),
        (
            "date",
            "2026-02-30",
            "there is no day 2026-2-30",
            "there is no day 2026-2-30",
        ),
        (
            "date",
            "soon",
            "it is no day: YYYY-MM-DD",
            "it is no day: YYYY-MM-DD",
        ),
        ("time", "09:30", "九点三十分", "nine thirty"),
        (
            "time",
            "2026-11-22T14:00:00+08:00",
            "十四点整",
            "fourteen hundred",
        ),
        (
            "time",
            "noon",
            "it is no time: HH:MM",
            "it is no time: HH:MM",
        ),
        (
            "moment",
            "2026-11-22 09:30",
            "十一月二十二日，九点三十分",
            "the twenty second of November, at nine thirty",
        ),
        (
            "duration",
            "150",
            "两分三十秒",
            "two minutes and thirty seconds",
        ),
        (
            "phone",
            "13800001111",
            "幺三八，零零零零，幺幺幺幺",
            "one three eight, oh oh oh oh, one one one one",
        ),
        ("order", "CA1234", "CA，幺二三四", "C A, one two three four"),
        ("digits", "+1 (20)", "幺二零", "one two zero"),
        (
            "id_card",
            "11010519491231002X",
            "幺幺零幺零五，幺九四九，幺二三幺，零零二X",
            "one one zero one zero five, one nine four nine, one two three one, zero zero two X",
        ),
    ] {
        check(format, value, chinese, english);
    }
}
