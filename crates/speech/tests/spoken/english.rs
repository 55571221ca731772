//! English, row by row.

use speech::Language::English;

use crate::asked::check;

#[test]
fn whole_numbers() {
    let rows = [
        ("whole 0", "zero"),
        ("whole 1", "one"),
        ("whole 2", "two"),
        ("whole 9", "nine"),
        ("whole 10", "ten"),
        ("whole 11", "eleven"),
        ("whole 12", "twelve"),
        ("whole 13", "thirteen"),
        ("whole 19", "nineteen"),
        ("whole 20", "twenty"),
        ("whole 21", "twenty one"),
        ("whole 22", "twenty two"),
        ("whole 30", "thirty"),
        ("whole 40", "forty"),
        ("whole 99", "ninety nine"),
        ("whole 100", "one hundred"),
        ("whole 101", "one hundred and one"),
        ("whole 110", "one hundred and ten"),
        ("whole 112", "one hundred and twelve"),
        ("whole 120", "one hundred and twenty"),
        ("whole 200", "two hundred"),
        ("whole 202", "two hundred and two"),
        ("whole 222", "two hundred and twenty two"),
        ("whole 999", "nine hundred and ninety nine"),
        ("whole 1000", "one thousand"),
        ("whole 1001", "one thousand and one"),
        ("whole 1010", "one thousand and ten"),
        ("whole 1100", "one thousand one hundred"),
        ("whole 1101", "one thousand one hundred and one"),
        ("whole 2000", "two thousand"),
        ("whole 2222", "two thousand two hundred and twenty two"),
        ("whole 9999", "nine thousand nine hundred and ninety nine"),
    ];
    check(English, &rows);
}

#[test]
fn large_and_negative_numbers() {
    let rows = [
        ("whole 10000", "ten thousand"),
        ("whole 10001", "ten thousand and one"),
        ("whole 10010", "ten thousand and ten"),
        ("whole 20000", "twenty thousand"),
        (
            "whole 22222",
            "twenty two thousand two hundred and twenty two",
        ),
        ("whole 100000", "one hundred thousand"),
        ("whole 100010", "one hundred thousand and ten"),
        ("whole 101000", "one hundred and one thousand"),
        ("whole 120000", "one hundred and twenty thousand"),
        ("whole 1000000", "one million"),
        ("whole 1000001", "one million and one"),
        ("whole 1000100", "one million one hundred"),
        ("whole 1001000", "one million one thousand"),
        (
            "whole 1100101",
            "one million one hundred thousand one hundred and one",
        ),
        ("whole 100000001", "one hundred million and one"),
        ("whole 200000000", "two hundred million"),
        ("whole 1000000000", "one billion"),
        (
            "whole 1411778724",
            "one billion four hundred and eleven million seven hundred and seventy eight thousand seven hundred and twenty four",
        ),
        ("whole 1000000000000", "one trillion"),
        ("whole 2000000000002", "two trillion and two"),
        (
            "whole 999999999999999",
            "nine hundred and ninety nine trillion nine hundred and ninety nine billion nine hundred and ninety nine million nine hundred and ninety nine thousand nine hundred and ninety nine",
        ),
        ("whole -1", "minus one"),
        ("whole -2000", "minus two thousand"),
        ("whole -100000001", "minus one hundred million and one"),
    ];
    check(English, &rows);
}

#[test]
fn counted_numbers_and_ordinals() {
    let rows = [
        ("counted 0", "zero"),
        ("counted 1", "one"),
        ("counted 2", "two"),
        ("counted 12", "twelve"),
        ("counted 22", "twenty two"),
        ("counted 200", "two hundred"),
        ("ordinal 1", "first"),
        ("ordinal 2", "second"),
        ("ordinal 3", "third"),
        ("ordinal 5", "fifth"),
        ("ordinal 8", "eighth"),
        ("ordinal 9", "ninth"),
        ("ordinal 12", "twelfth"),
        ("ordinal 20", "twentieth"),
        ("ordinal 21", "twenty first"),
        ("ordinal 22", "twenty second"),
        ("ordinal 30", "thirtieth"),
        ("ordinal 31", "thirty first"),
        ("ordinal 40", "fortieth"),
        ("ordinal 99", "ninety ninth"),
        ("ordinal 100", "one hundredth"),
        ("ordinal 101", "one hundred and first"),
        ("ordinal 200", "two hundredth"),
        ("ordinal 1000", "one thousandth"),
        ("ordinal 1001", "one thousand and first"),
        ("ordinal 10000", "ten thousandth"),
        ("ordinal 1000000", "one millionth"),
        ("ordinal 2000000000", "two billionth"),
        ("ordinal 3000000000000", "three trillionth"),
    ];
    check(English, &rows);
}

#[test]
fn decimals_and_percent() {
    let rows = [
        ("decimal 0.5", "zero point five"),
        ("decimal 0.05", "zero point zero five"),
        ("decimal 3.50", "three point five zero"),
        ("decimal -3.05", "minus three point zero five"),
        ("decimal -0.5", "minus zero point five"),
        ("decimal 12.02", "twelve point zero two"),
        ("decimal 200.5", "two hundred point five"),
        ("decimal 10", "ten"),
        (
            "decimal 3.141592653",
            "three point one four one five nine two six five three",
        ),
        ("percent 0", "zero percent"),
        ("percent 1", "one percent"),
        ("percent 5", "five percent"),
        ("percent 0.5", "zero point five percent"),
        ("percent 12.5", "twelve point five percent"),
        ("percent 100", "one hundred percent"),
        ("percent -3", "minus three percent"),
    ];
    check(English, &rows);
}

#[test]
fn money() {
    let rows = [
        ("money CNY 0.00", "zero yuan"),
        ("money CNY 0.05", "five fen"),
        ("money CNY 1.00", "one yuan"),
        ("money CNY 10.50", "ten yuan and fifty fen"),
        ("money CNY 1000000.01", "one million yuan and one fen"),
        ("money CNY -10.50", "minus ten yuan and fifty fen"),
        ("money USD 0.00", "zero dollars"),
        ("money USD 0.01", "one cent"),
        ("money USD 0.02", "two cents"),
        ("money USD 1.00", "one dollar"),
        ("money USD 1.01", "one dollar and one cent"),
        ("money USD 2.20", "two dollars and twenty cents"),
        ("money USD 101.00", "one hundred and one dollars"),
        ("money EUR 1.00", "one euro"),
        ("money EUR 2.02", "two euros and two cents"),
        ("money GBP 1.01", "one pound and one penny"),
        ("money GBP 2.50", "two pounds and fifty pence"),
        ("money HKD 8.80", "eight Hong Kong dollars and eighty cents"),
        ("money HKD 1.00", "one Hong Kong dollar"),
        ("money SGD 3.05", "three Singapore dollars and five cents"),
        ("money AUD 1.10", "one Australian dollar and ten cents"),
        ("money JPY 20000", "twenty thousand yen"),
        ("money JPY 1", "one yen"),
        ("money KRW 1001", "one thousand and one won"),
        ("money KWD 1.050", "one Kuwaiti dinar and fifty fils"),
        ("money KWD 0.001", "one fils"),
    ];
    check(English, &rows);
}

#[test]
fn days() {
    let rows = [
        ("year 2026", "twenty twenty six"),
        ("year 2010", "twenty ten"),
        ("year 2009", "two thousand and nine"),
        ("year 2006", "two thousand and six"),
        ("year 2001", "two thousand and one"),
        ("year 2000", "two thousand"),
        ("year 1999", "nineteen ninety nine"),
        ("year 1920", "nineteen twenty"),
        ("year 1905", "nineteen oh five"),
        ("year 1900", "nineteen hundred"),
        ("year 1066", "ten sixty six"),
        ("year 1000", "one thousand"),
        ("year 2100", "twenty one hundred"),
        ("year 2105", "twenty one oh five"),
        ("year 800", "eight hundred"),
        ("year 9999", "ninety nine ninety nine"),
        (
            "date 2026-11-22",
            "the twenty second of November twenty twenty six",
        ),
        ("date 2006-03-03", "the third of March two thousand and six"),
        (
            "date 2000-02-29",
            "the twenty ninth of February two thousand",
        ),
        ("date 1905-01-01", "the first of January nineteen oh five"),
        (
            "date 2026-10-31",
            "the thirty first of October twenty twenty six",
        ),
        (
            "weekday 2026-11-22",
            "Sunday the twenty second of November twenty twenty six",
        ),
        (
            "weekday 2026-11-23",
            "Monday the twenty third of November twenty twenty six",
        ),
        ("day 2026-12-12", "the twelfth of December"),
        ("day 2000-02-29", "the twenty ninth of February"),
    ];
    check(English, &rows);
}

#[test]
fn times() {
    let rows = [
        ("time 00:00", "midnight"),
        ("time 00:05", "zero oh five"),
        ("time 00:30", "zero thirty"),
        ("time 01:00", "one o'clock"),
        ("time 09:00", "nine o'clock"),
        ("time 09:05", "nine oh five"),
        ("time 09:30", "nine thirty"),
        ("time 10:10", "ten ten"),
        ("time 12:00", "noon"),
        ("time 12:01", "twelve oh one"),
        ("time 13:00", "thirteen hundred"),
        ("time 15:45", "fifteen forty five"),
        ("time 20:00", "twenty hundred"),
        ("time 21:30", "twenty one thirty"),
        ("time 23:59", "twenty three fifty nine"),
        ("time 00:00:03", "midnight and three seconds"),
        ("time 09:00:01", "nine o'clock and one second"),
        (
            "time 23:59:59",
            "twenty three fifty nine and fifty nine seconds",
        ),
        (
            "moment 2026-11-22 09:30",
            "the twenty second of November, at nine thirty",
        ),
        ("moment 2026-03-01 00:00", "the first of March, at midnight"),
        ("duration 0", "zero seconds"),
        ("duration 1", "one second"),
        ("duration 2", "two seconds"),
        ("duration 60", "one minute"),
        ("duration 150", "two minutes and thirty seconds"),
        ("duration 1320", "twenty two minutes"),
        ("duration 3600", "one hour"),
        ("duration 3601", "one hour and one second"),
        ("duration 7320", "two hours and two minutes"),
        ("duration 72000", "twenty hours"),
        (
            "duration 86399",
            "twenty three hours fifty nine minutes and fifty nine seconds",
        ),
        ("duration 86400", "one day"),
        (
            "duration 93784",
            "one day two hours three minutes and four seconds",
        ),
    ];
    check(English, &rows);
}

#[test]
fn telephone_numbers() {
    let rows = [
        (
            "telephone 13800001111",
            "one three eight, oh oh oh oh, one one one one",
        ),
        (
            "telephone 400-810-1234",
            "four oh oh, eight one oh, one two three four",
        ),
        (
            "telephone 010-6552-9988",
            "oh one oh, six five five two, nine nine eight eight",
        ),
        (
            "telephone 03118123456",
            "oh three one one, eight one two, three four five six",
        ),
        ("telephone 8123456", "eight one two, three four five six"),
        ("telephone 110", "one one oh"),
        ("telephone 10086", "one oh oh eight six"),
        (
            "telephone +8613800001111",
            "plus eight six, one three eight, oh oh oh oh, one one one one",
        ),
        (
            "telephone +442079460000",
            "plus four four, two oh seven, nine four six, oh oh oh oh",
        ),
        (
            "telephone +12125550100",
            "plus one, two one two, five five five, oh one oh oh",
        ),
        (
            "telephone 00447700900123",
            "oh oh, four four, seven seven oh, oh nine oh, oh one two three",
        ),
        ("telephone *61#", "star six one hash"),
    ];
    check(English, &rows);
}

#[test]
fn order_numbers_and_cards() {
    let rows = [
        ("code A1", "A, one"),
        ("code CA1234", "C A, one two three four"),
        (
            "code t-2026-00017",
            "T, two zero two six, zero zero zero one seven",
        ),
        ("code O0", "O, zero"),
        (
            "code 2026112201",
            "two zero two, six one one, two two zero one",
        ),
        (
            "id 11010519491231002X",
            "one one zero one zero five, one nine four nine, one two three one, zero zero two X",
        ),
    ];
    check(English, &rows);
}
