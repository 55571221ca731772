//! Random calendars: the next change that is computed is the one that a walk minute by minute finds.

use proptest::prelude::*;

use super::*;

const MINUTE_MS: i64 = 60_000;
/// Zones whose clocks change at midnight, by half an hour, and not at all.
const ZONES: [&str; 6] = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Beirut",
];
/// Around clock changes, the end of a year, and 调休.
const MOMENTS: [&str; 6] = [
    "2026-03-28T20:00:00Z",
    "2026-10-24T20:00:00Z",
    "2026-04-04T12:00:00Z",
    "2026-09-30T12:00:00Z",
    "2026-12-31T12:00:00Z",
    "2026-02-13T12:00:00Z",
];

fn period() -> impl Strategy<Value = String> {
    (0_u16..96, 1_u16..96).prop_map(|(from, long)| {
        let (from, to) = (from * 15, (from * 15 + long * 15).min(1440));
        format!(
            "{:02}:{:02}-{:02}:{:02}",
            from / 60,
            from % 60,
            to / 60,
            to % 60
        )
    })
}

fn table() -> impl Strategy<Value = CalendarConfig> {
    let hours = || prop::collection::vec(period(), 0..2);
    let week = prop::collection::vec(hours(), 7);
    let exceptions = prop::collection::btree_map(1_u8..29, hours(), 0..3);
    let events =
        prop::collection::vec((1_u8..27, 0_u8..24, 0_u8..24, 0_u8..2, any::<bool>()), 0..4);
    (
        0..ZONES.len(),
        any::<bool>(),
        week,
        1_u8..13,
        exceptions,
        events,
    )
        .prop_map(
            |(zone, holidays, week, month, exceptions, events)| CalendarConfig {
                zone: ZONES[zone].to_owned(),
                holidays: holidays.then(|| "CN".to_owned()),
                days: day::WEEKDAYS
                    .map(str::to_owned)
                    .into_iter()
                    .zip(week)
                    .collect(),
                exception: exceptions
                    .into_iter()
                    .map(|(day, hours)| ExceptionConfig {
                        date: format!("2026-{month:02}-{day:02}"),
                        hours,
                        name: None,
                    })
                    .collect(),
                event: events
                    .into_iter()
                    .map(|(day, from, to, days, open)| EventConfig {
                        from: format!("2026-{month:02}-{day:02}T{:02}:15", from.min(to)),
                        to: format!("2026-{month:02}-{:02}T{:02}:45", day + days, from.max(to)),
                        open,
                        name: None,
                    })
                    .collect(),
                ..CalendarConfig::default()
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_next_change_is_what_a_walk_finds(table in table(), moment in 0..MOMENTS.len(), minutes in 0_i64..4_000) {
        let calendar = Calendar::new(&table).unwrap();
        let start = at(MOMENTS[moment]).as_ms() + minutes * MINUTE_MS;
        let now = calendar.state_at(Timestamp::from_ms(start));
        let end = start + 3 * 24 * 60 * MINUTE_MS;
        let mut walk = (1..).map(|step| start + step * MINUTE_MS).take_while(|when| *when <= end);
        let found = walk.find(|when| calendar.state_at(Timestamp::from_ms(*when)) != now);
        let told = calendar.next_change(Timestamp::from_ms(start));
        match found {
            Some(when) => {
                let state = calendar.state_at(Timestamp::from_ms(when));
                prop_assert_eq!(told, Some((Timestamp::from_ms(when), state)));
            }
            None => prop_assert!(told.is_none_or(|(when, _)| when.as_ms() > end), "{told:?}"),
        }
    }
}
