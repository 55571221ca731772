//! D28: a queue knows its hours.

use model::calendar::{Calendar, CalendarConfig};

use crate::hand_over::to_queue;
use crate::support::{Centre, SUPPORT, call, queue};

/// Open until so many minutes after the time at which every centre begins, 2027-01-15 08:00 in UTC, a Friday.
fn hours(minutes: u64) -> Calendar {
    let config = CalendarConfig {
        zone: "UTC".into(),
        days: [("fri".to_owned(), vec![format!("07:00-08:{minutes:02}")])].into(),
        ..CalendarConfig::default()
    };
    Calendar::new(&config).unwrap()
}

fn open_for(minutes: u64) -> Centre {
    Centre::tuned("linear", "A", |queue| queue.hours = Some(hours(minutes)))
}

#[test]
fn d28_who_comes_after_the_hours_is_not_let_in_and_who_stands_in_line_stays() {
    let mut centre = open_for(10);
    centre.joins(1).answers('A').wait(599).joins(2).silence();
    centre.wait_ms(999).joins(3).expect("");
    centre.wait_ms(1).joins(4).expect("left 4 Closed");
    // The edge moved nobody: they are served after it.
    centre.wait(600).ends('A').expect("offer 2 A");
    centre
        .answers('A')
        .ends('A')
        .expect("connect 2 A, offer 3 A");
    centre.answers('A').ends('A').expect("connect 3 A");
}

#[test]
fn d28_who_would_not_come_to_his_turn_before_the_hours_end_is_not_let_in() {
    let mut centre = open_for(30);
    for number in 101..=110 {
        centre.serves('A', number, 100);
    }
    // 800 s are left, and each call lasts 100 s: the seventh in line would come to his turn at the very end, or after it.
    centre.joins(1).answers('A').silence();
    for number in 2..=8 {
        centre.joins(number).expect("");
    }
    let told = centre.acd.standing(centre.now, call(8)).unwrap();
    let wait = told.wait.map(|wait| wait.as_secs());
    assert_eq!((told.ahead, wait), (6, Some(700)));
    centre.joins(9).expect("left 9 Closed");
    // The same line in a queue that never closes takes him in.
    centre.tune(SUPPORT, |queue| queue.hours = None);
    centre.joins(10).expect("");
}

#[test]
fn d28_d31_who_comes_back_from_a_transfer_was_in_line_before() {
    let mut centre = open_for(10);
    centre.joins(1).answers('A').wait(601).silence();
    to_queue(&mut centre, 1, 'A', 0, true);
    centre.expect("");
    to_queue(&mut centre, 2, 'A', 0, false);
    centre.expect("left 2 Closed");
}

#[test]
fn d28_a12_of_several_queues_those_that_are_open_take_him() {
    let mut centre = open_for(10);
    centre.add_queue(queue("night", "linear"));
    centre.hires('N', &["night"]).ready('N');
    centre.wait(601).joins_all(1, &[SUPPORT, "night"]);
    centre.expect("offer 1 N");
}

#[test]
fn d28_d30_hours_that_are_read_again_hold_for_newcomers() {
    let mut centre = open_for(10);
    centre.rests('A').wait(601).joins(1).expect("left 1 Closed");
    centre.tune(SUPPORT, |queue| queue.hours = Some(hours(30)));
    centre.joins(2).expect("");
    assert!(centre.acd.admits(centre.now, &SUPPORT.into()));
    centre.tune(SUPPORT, |queue| queue.hours = Some(hours(5)));
    assert!(
        !centre.acd.admits(centre.now, &SUPPORT.into()),
        "for transfers too"
    );
    centre.ready('A').expect("offer 2 A");
}
