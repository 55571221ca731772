//! Public holidays of mainland China (节假日) and their make-up working days (调休), as the State Council announces them
//! each autumn for the year that follows.
//!
//! No rule computes them: the working days of a year are known when its notice is out. So a year is here with its notice
//! or not at all, and a calendar that needs a year without one says so ([`super::Calendar::year_without_notice`]).

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// A feast and what was made of it in one year.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Feast {
    /// What people call it, Chinese and English.
    pub(super) name: (&'static str, &'static str),
    /// The first day off.
    from: Date,
    /// Days off in a row.
    days: i8,
    /// Days of rest that are worked.
    makeup: &'static [Date],
}

/// What a notice makes of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    /// Off.
    Holiday(&'static Feast),
    /// Worked, though a day of rest.
    MakeUp(&'static Feast),
}

const NEW_YEAR: (&str, &str) = ("元旦", "New Year's Day");
const SPRING: (&str, &str) = ("春节", "Spring Festival");
const QINGMING: (&str, &str) = ("清明节", "Qingming Festival");
const LABOUR: (&str, &str) = ("劳动节", "Labour Day");
const DRAGON_BOAT: (&str, &str) = ("端午节", "Dragon Boat Festival");
const MID_AUTUMN: (&str, &str) = ("中秋节", "Mid-Autumn Festival");
const NATIONAL: (&str, &str) = ("国庆节", "National Day");

const fn feast(
    name: (&'static str, &'static str),
    from: Date,
    days: i8,
    makeup: &'static [Date],
) -> Feast {
    Feast {
        name,
        from,
        days,
        makeup,
    }
}

/// By year, each as its notice says.
const NOTICES: &[(i16, &[Feast])] = &[
    // 国办发明电〔2023〕7号, 2023-10-25.
    (
        2024,
        &[
            feast(NEW_YEAR, date(2024, 1, 1), 1, &[]),
            feast(
                SPRING,
                date(2024, 2, 10),
                8,
                &[date(2024, 2, 4), date(2024, 2, 18)],
            ),
            feast(QINGMING, date(2024, 4, 4), 3, &[date(2024, 4, 7)]),
            feast(
                LABOUR,
                date(2024, 5, 1),
                5,
                &[date(2024, 4, 28), date(2024, 5, 11)],
            ),
            feast(DRAGON_BOAT, date(2024, 6, 10), 1, &[]),
            feast(MID_AUTUMN, date(2024, 9, 15), 3, &[date(2024, 9, 14)]),
            feast(
                NATIONAL,
                date(2024, 10, 1),
                7,
                &[date(2024, 9, 29), date(2024, 10, 12)],
            ),
        ],
    ),
    // 国办发明电〔2024〕12号, 2024-11-12.
    (
        2025,
        &[
            feast(NEW_YEAR, date(2025, 1, 1), 1, &[]),
            feast(
                SPRING,
                date(2025, 1, 28),
                8,
                &[date(2025, 1, 26), date(2025, 2, 8)],
            ),
            feast(QINGMING, date(2025, 4, 4), 3, &[]),
            feast(LABOUR, date(2025, 5, 1), 5, &[date(2025, 4, 27)]),
            feast(DRAGON_BOAT, date(2025, 5, 31), 3, &[]),
            feast(
                ("国庆节、中秋节", "National Day and Mid-Autumn Festival"),
                date(2025, 10, 1),
                8,
                &[date(2025, 9, 28), date(2025, 10, 11)],
            ),
        ],
    ),
    // 国办发明电〔2025〕7号, 2025-11-04.
    (
        2026,
        &[
            feast(NEW_YEAR, date(2026, 1, 1), 3, &[date(2026, 1, 4)]),
            feast(
                SPRING,
                date(2026, 2, 15),
                9,
                &[date(2026, 2, 14), date(2026, 2, 28)],
            ),
            feast(QINGMING, date(2026, 4, 4), 3, &[]),
            feast(LABOUR, date(2026, 5, 1), 5, &[date(2026, 5, 9)]),
            feast(DRAGON_BOAT, date(2026, 6, 19), 3, &[]),
            feast(MID_AUTUMN, date(2026, 9, 25), 3, &[]),
            feast(
                NATIONAL,
                date(2026, 10, 1),
                7,
                &[date(2026, 9, 20), date(2026, 10, 10)],
            ),
        ],
    ),
];

/// Every day that a notice rules.
pub(super) fn rulings() -> BTreeMap<Date, Ruling> {
    let mut found = BTreeMap::new();
    for feast in NOTICES.iter().flat_map(|(_, feasts)| *feasts) {
        let off = (0..feast.days).filter_map(|day| feast.from.checked_add(day.days()).ok());
        found.extend(off.map(|date| (date, Ruling::Holiday(feast))));
        let worked = feast.makeup.iter();
        found.extend(worked.map(|date| (*date, Ruling::MakeUp(feast))));
    }
    found
}

/// Whether a year's notice is here.
pub(super) fn is_known(year: i16) -> bool {
    NOTICES.iter().any(|(known, _)| *known == year)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::Weekday;

    #[test]
    fn e9_notices_rule_each_day_once_and_move_days_of_rest_only() {
        for (year, feasts) in NOTICES {
            let off: i32 = feasts.iter().map(|feast| i32::from(feast.days)).sum();
            let made_up: usize = feasts.iter().map(|feast| feast.makeup.len()).sum();
            let of_year = rulings()
                .into_keys()
                .filter(|date| date.year() == *year)
                .count();
            assert_eq!(
                of_year,
                usize::try_from(off).unwrap() + made_up,
                "{year}: a day is ruled twice"
            );
            for date in feasts.iter().flat_map(|feast| feast.makeup) {
                let weekday = date.weekday();
                assert!(
                    matches!(weekday, Weekday::Saturday | Weekday::Sunday),
                    "{date} is a {weekday:?}"
                );
            }
            // 全国年节及纪念日放假办法: 11 days of feasts until 2024, 13 since. Days off on weekdays, less those made up, are
            // these days less the feasts that fall on a day of rest without one in lieu.
            let weekdays = rulings().into_iter().filter(|(date, ruling)| {
                date.year() == *year
                    && matches!(ruling, Ruling::Holiday(_))
                    && !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
            });
            let feasts_off = weekdays.count() - made_up;
            assert_eq!(feasts_off, if *year < 2025 { 11 } else { 13 }, "{year}");
        }
    }
}
