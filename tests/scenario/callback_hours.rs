//! In which hours people are called back (D28): who asks in the evening is called in the morning, at the place that he had.

use std::time::Duration;

use engine::Config;
use model::AgentState;
use model::calendar::CalendarConfig;

use crate::callbacks::{agent_is_free, asks, busy_with, told};
use crate::phone::Manner;
use crate::trunks::at_rest;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// The stories play on a Saturday, 09:00 in China.
fn office(days: &[(&str, &str)]) -> model::Calendar {
    let days = days.iter().map(|(day, hours)| {
        let hours = vec![(*hours).to_owned()];
        ((*day).to_owned(), hours)
    });
    let office = CalendarConfig {
        zone: "Asia/Shanghai".into(),
        days: days.collect(),
        ..CalendarConfig::default()
    };
    model::Calendar::new(&office).unwrap()
}

/// Callbacks by a calendar of their own; the queue itself is open.
fn calls_in(config: &mut Config, hours: model::Calendar) {
    config.calendars.insert("office".into(), hours);
    let support = config.queues.get_mut("support").unwrap();
    support.keeping.calendar = Some("office".into());
}

#[test]
fn d28_nobody_is_called_while_the_queues_hours_are_over() {
    let half_past = office(&[("sat", "09:30-12:00")]);
    let (mut hotline, agent) = busy_with(|config| calls_in(config, half_past));
    asks(&mut hotline);
    agent_is_free(&mut hotline);
    assert_eq!(hotline.state(agent), AgentState::Ready, "held for nobody");
    hotline.run_for(29 * MINUTE);
    assert_eq!(told(&hotline).len(), 1);
    hotline.run_for(2 * MINUTE);
    assert_eq!(told(&hotline)[1..], ["try 1", "Connected"]);
}

#[test]
fn d28_a_night_is_no_time_in_which_he_was_tried() {
    // He is tried for four hours, and the house closes ten minutes after he has asked.
    let hours = office(&[("sat", "08:00-09:10"), ("sun", "09:00-18:00")]);
    let (mut hotline, _) = busy_with(|config| calls_in(config, hours));
    asks(&mut hotline);
    hotline.run_for(11 * MINUTE);
    agent_is_free(&mut hotline);
    hotline.run_for(23 * HOUR);
    // Another agent comes in the morning, before the house opens.
    hotline.agent("1002", Manner::Answers(SECOND));
    assert_eq!(told(&hotline).len(), 1, "neither called nor given up");
    hotline.run_for(HOUR);
    assert_eq!(told(&hotline)[1..], ["try 1", "Connected"]);
    hotline.hangs_up("main");
    at_rest(&mut hotline);
}

#[test]
fn d28_without_a_calendar_of_its_own_the_queues_hours_hold_and_the_time_runs_out_in_them() {
    let hours = office(&[("sat", "08:00-09:10"), ("sun", "09:00-18:00")]);
    let (mut hotline, _) = busy_with(|config| {
        let support = config.queues.get_mut("support").unwrap();
        support.rules.hours = Some(hours);
        support.keeping.expires = HOUR;
    });
    asks(&mut hotline);
    hotline.run_for(11 * MINUTE);
    agent_is_free(&mut hotline);
    hotline.run_for(23 * HOUR);
    // D30: the house opens later than was said, and what he was promised is over by then.
    assert_eq!(told(&hotline).len(), 1);
    hotline.reload(|config| {
        let support = config.queues.get_mut("support").unwrap();
        support.rules.hours = Some(office(&[("sun", "15:00-18:00")]));
    });
    hotline.run_for(2 * HOUR);
    assert_eq!(told(&hotline)[1..], ["Expired"]);
    at_rest(&mut hotline);
}
