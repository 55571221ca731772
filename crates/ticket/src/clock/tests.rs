//! The worked examples of the arithmetic by their numbers, and random lives of a clock against the sum of their parts.

use proptest::prelude::*;

use super::*;

/// 7.5 hours a day.
const OFFICE: &str = r#"{"zone": "Asia/Shanghai", "mon-fri": ["09:00-12:00", "13:30-18:00"]}"#;

fn calendar(json: &str) -> Calendar {
    Calendar::new(&serde_json::from_str(json).unwrap()).unwrap()
}

/// A moment of the week of Monday, 2026-11-16, in Shanghai: `16 09:30`.
fn at(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap();
    let seconds = if time.matches(':').count() == 1 {
        ":00"
    } else {
        ""
    };
    serde_json::from_str(&format!("\"2026-11-{day}T{time}{seconds}+08:00\"")).unwrap()
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

fn target(time: Duration) -> Target {
    Target {
        time,
        warn_percent: 80,
    }
}

fn clock(from: &str, time: Duration) -> (Calendar, Clock) {
    let office = calendar(OFFICE);
    let clock = Clock::start(ClockKind::Resolve, target(time), &office, at(from));
    (office, clock)
}

#[test]
fn e5_e6_a_pause_costs_and_gains_only_business_time() {
    for (from, time, pends, resumes, consumed, due) in [
        ("16 10:00", 480, "16 11:00", "18 14:00", 60, "19 12:00"),
        ("16 17:00", 240, "16 19:00", "17 08:00", 60, "17 12:00"),
    ] {
        let (office, mut clock) = clock(from, minutes(time));
        let without = clock.due_at();
        assert!(clock.pause(&office, at(pends)));
        assert_eq!(clock.used(&office, at(resumes)), minutes(consumed));
        assert_eq!(
            (clock.due_at(), clock.look(at("30 09:00"), at("30 09:00"))),
            (None, None),
            "R7"
        );
        clock.resume(&office, at(resumes));
        assert_eq!(clock.due_at(), Some(at(due)), "from {from}");
        if consumed == 60 && time == 240 {
            assert_eq!(clock.due_at(), without, "a pause outside business hours");
        }
    }
}

#[test]
fn e7_r9_a_shorter_target_that_is_used_up_is_due_at_once_and_booked_as_such() {
    let (office, mut exact) = clock("16 09:00", minutes(480));
    exact.retarget(target(minutes(120)), &office, at("16 11:00"));
    assert_eq!(exact.due_at(), Some(at("16 11:00")));
    let (office, mut late) = clock("16 09:00", minutes(480));
    late.retarget(target(minutes(120)), &office, at("16 14:30"));
    assert_eq!(late.due_at(), Some(at("16 14:30")));
    assert_eq!(late.used(&office, at("16 14:30")), minutes(240));
    let breach = Breach {
        at: at("16 14:30"),
        noticed_at: at("16 14:31"),
        retargeted: true,
    };
    assert_eq!(
        late.look(at("16 14:31"), at("16 14:31")),
        Some(Notice::Breach(breach))
    );
    let (office, mut longer) = clock("16 09:00", minutes(60));
    longer.retarget(target(minutes(120)), &office, at("16 09:30"));
    assert_eq!(
        longer.due_at(),
        Some(at("16 11:00")),
        "what was used stays used"
    );
}

#[test]
fn e8_r8_who_reopens_goes_on_where_it_stopped() {
    let (office, mut clock) = clock("16 09:00", minutes(480));
    assert_eq!(clock.stop(&office, at("16 16:00")), None);
    assert_eq!(clock.used(&office, at("18 10:00")), minutes(330));
    clock.resume(&office, at("19 09:30"));
    assert_eq!(
        (clock.due_at(), clock.stopped_at()),
        (Some(at("19 12:00")), None)
    );
}

#[test]
fn e11_r11_a_warning_comes_in_business_time_and_once() {
    let (office, mut clock) = clock("16 09:00", minutes(240));
    assert_eq!(clock.due_at(), Some(at("16 14:30")));
    assert_eq!(clock.notice_at(), Some(at("16 13:42")));
    assert_eq!(clock.look(at("16 13:41:59"), at("16 13:41:59")), None);
    assert_eq!(
        clock.look(at("16 13:42"), at("16 13:42")),
        Some(Notice::Warning)
    );
    clock.pause(&office, at("16 13:50"));
    clock.resume(&office, at("16 14:00"));
    assert_eq!(
        clock.look(at("16 14:10"), at("16 14:10")),
        None,
        "it had fired"
    );
}

#[test]
fn e12_r5_exactly_on_time_is_kept_and_a_millisecond_later_is_not() {
    let (office, started) = clock("16 09:00", minutes(30));
    let mut kept = started.clone();
    assert_eq!(
        kept.look(at("16 09:30"), at("16 09:30")),
        Some(Notice::Warning)
    );
    assert_eq!(kept.stop(&office, at("16 09:30")), None);
    assert_eq!(kept.used(&office, at("16 10:00")), minutes(30));
    assert_eq!((kept.breach(), kept.due_at()), (None, Some(at("16 09:30"))));
    let mut late = started;
    let breach = late.stop(&office, at("16 09:30:00.001")).unwrap();
    assert_eq!((breach.at, breach.retargeted), (at("16 09:30"), false));
    assert_eq!(
        late.look(at("16 10:00"), at("16 10:00")),
        None,
        "booked once (R14)"
    );
}

#[test]
fn e13_r10_new_hours_count_from_the_change_on() {
    let (office, mut clock) = clock("16 13:30", minutes(480));
    let earlier =
        calendar(r#"{"zone": "Asia/Shanghai", "mon-fri": ["08:00-12:00", "13:30-18:00"]}"#);
    clock.change_calendar(&office, &earlier, at("16 18:00"));
    assert_eq!(clock.used(&earlier, at("16 18:00")), minutes(270));
    assert_eq!(clock.due_at(), Some(at("17 11:30")));
}

#[test]
fn r7_nobody_waits_longer_for_a_first_answer_because_the_matter_is_pending() {
    let office = calendar(OFFICE);
    for kind in [ClockKind::Response, ClockKind::Update, ClockKind::Visit] {
        let mut clock = Clock::start(kind, target(minutes(60)), &office, at("16 09:00"));
        let before = clock.clone();
        assert!(!clock.pause(&office, at("16 09:30")));
        assert_eq!(clock, before);
    }
}

#[test]
fn r12_an_extension_adds_time_and_takes_back_what_was_too_short() {
    let (office, mut clock) = clock("16 09:00", minutes(240));
    clock.retarget(target(minutes(30)), &office, at("16 10:00"));
    clock.extend(minutes(60), &office, at("16 10:00"));
    assert_eq!(clock.due_at(), Some(at("16 10:30")));
    let Some(Notice::Breach(breach)) = clock.look(at("16 11:00"), at("16 11:00")) else {
        panic!("overdue");
    };
    assert_eq!((breach.at, breach.retargeted), (at("16 10:30"), false));
}

#[test]
fn r13_a_survivor_is_due_when_the_earlier_of_both_was() {
    let (office, mut survivor) = clock("17 09:00", minutes(240));
    let own = survivor.due_at();
    survivor.keep_too(at("18 09:00"), &office, at("17 09:00"));
    assert_eq!(survivor.due_at(), own, "that is later");
    survivor.keep_too(at("17 11:00"), &office, at("17 09:30"));
    assert_eq!(survivor.due_at(), Some(at("17 11:00")));
    survivor.pause(&office, at("17 10:00"));
    survivor.resume(&office, at("17 14:00"));
    assert_eq!(survivor.due_at(), Some(at("17 15:00")), "an hour was left");
    survivor.keep_too(at("16 10:00"), &office, at("17 14:00"));
    assert_eq!(
        survivor.due_at(),
        Some(at("16 10:00")),
        "overdue, as the other one was"
    );
}

#[test]
fn r12_r9_what_an_extension_gave_outlives_another_target() {
    let (office, mut clock) = clock("16 09:00", minutes(60));
    clock.extend(minutes(30), &office, at("16 09:10"));
    clock.retarget(target(minutes(120)), &office, at("16 09:20"));
    assert_eq!(clock.due_at(), Some(at("16 11:30")));
}

#[test]
fn r14_what_is_late_is_booked_before_anything_changes_and_as_of_when_it_was_due() {
    type Change = fn(&mut Clock, &Calendar, Timestamp);
    let changes: [Change; 4] = [
        |clock, office, now| assert!(clock.pause(office, now)),
        |clock, office, now| clock.extend(minutes(600), office, now),
        |clock, office, now| clock.retarget(target(minutes(10)), office, now),
        |clock, office, now| clock.change_calendar(office, office, now),
    ];
    for change in changes {
        let (office, mut clock) = clock("16 09:00", minutes(60));
        change(&mut clock, &office, at("16 11:00"));
        let breach = clock.breach().unwrap();
        assert_eq!((breach.at, breach.retargeted), (at("16 10:00"), false));
        clock.resume(&office, at("17 09:00"));
        assert_eq!(
            clock.look(at("30 09:00"), at("30 09:00")),
            None,
            "and told no more"
        );
    }
}

#[test]
fn r9_a_shorter_target_while_it_pauses_is_no_fault_of_the_work() {
    let (office, mut clock) = clock("16 09:00", minutes(480));
    clock.pause(&office, at("16 14:30"));
    clock.retarget(target(minutes(120)), &office, at("16 15:00"));
    clock.resume(&office, at("17 09:00"));
    let Some(Notice::Breach(breach)) = clock.look(at("17 09:01"), at("17 09:01")) else {
        panic!("overdue");
    };
    assert_eq!((breach.at, breach.retargeted), (at("17 09:00"), true));
}

#[test]
fn r14_a_look_that_comes_late_books_the_moment_at_which_it_was_due() {
    let (_, mut clock) = clock("16 09:00", minutes(60));
    let Some(Notice::Breach(breach)) = clock.look(at("18 09:00"), at("18 09:00")) else {
        panic!("overdue");
    };
    assert_eq!(
        (breach.at, breach.noticed_at),
        (at("16 10:00"), at("18 09:00"))
    );
    assert_eq!(clock.notice_at(), None);
}

#[test]
fn r15_a_calendar_without_hours_is_told_and_never_due() {
    let never = calendar(r#"{"zone": "UTC"}"#);
    let mut clock = Clock::start(
        ClockKind::Resolve,
        target(minutes(1)),
        &never,
        at("16 09:00"),
    );
    assert!(clock.is_never_due());
    assert_eq!((clock.due_at(), clock.notice_at()), (None, None));
    assert_eq!(clock.look(at("30 09:00"), at("30 09:00")), None);
}

#[test]
fn what_is_written_down_comes_back() {
    let (_, mut clock) = clock("16 09:00", minutes(60));
    clock.look(at("18 09:00"), at("18 09:00"));
    let json = serde_json::to_string(&clock).unwrap();
    assert_eq!(serde_json::from_str::<Clock>(&json).unwrap(), clock);
}

/// What happens to a clock, each some minutes after the one before.
#[derive(Clone, Copy, Debug)]
enum Step {
    Pause,
    Resume,
    Extend(u64),
    Look,
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let step = prop_oneof![
        Just(Step::Pause),
        Just(Step::Resume),
        (1..600_u64).prop_map(Step::Extend),
        Just(Step::Look),
    ];
    prop::collection::vec((0..3_000_u64, step), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// R2, R4, R7, R12: whatever happens, what is used is the business time of the spans in which it ran, and it is due when the
    /// rest of its target will have passed.
    #[test]
    fn what_is_used_is_the_sum_of_what_it_ran(start in 0..20_000_u64, time in 1..3_000_u64, steps in steps()) {
        let office = calendar(OFFICE);
        let monday = at("16 00:00").as_ms();
        let after = |minute: u64| Timestamp::from_ms(monday + i64::try_from(minute * 60_000).unwrap());
        let (mut minute, mut since, mut ran) = (start, Some(start), Duration::ZERO);
        let mut clock = Clock::start(ClockKind::Resolve, target(minutes(time)), &office, after(start));
        let mut allowed = minutes(time);
        for (later, step) in steps {
            minute += later;
            let now = after(minute);
            match step {
                Step::Pause => {
                    prop_assert_eq!(clock.pause(&office, now), since.is_some());
                    if let Some(began) = since.take() {
                        ran += office.business_between(after(began), now);
                    }
                }
                Step::Resume => {
                    clock.resume(&office, now);
                    since.get_or_insert(minute);
                }
                Step::Extend(by) => {
                    clock.extend(minutes(by), &office, now);
                    allowed += minutes(by);
                }
                Step::Look => drop(clock.look(now, now)),
            }
            let running = since.map_or(Duration::ZERO, |began| office.business_between(after(began), now));
            prop_assert_eq!(clock.used(&office, now), ran + running);
            prop_assert_eq!(clock.allowed(), allowed);
            prop_assert_eq!(clock.is_running(), since.is_some());
            if let Some(due) = clock.due_at().filter(|due| *due > now) {
                prop_assert_eq!(ran + running + office.business_between(now, due), allowed);
            }
        }
    }
}
