//! E9: a calendar that is closed out of turn, through the whole engine: scripts, queues and callbacks see it in the same turn, it ends
//! by itself, and a restart keeps it.

use std::sync::Arc;
use std::time::Duration;

use engine::{Closing, Command, CommandError, Config, Input};
use model::calendar::{Calendar, CalendarConfig, ClosedBy, Closure, EventConfig};
use model::{AgentId, CallId, Fact, Timestamp};

use crate::callbacks::{agent_is_free, asks, busy_with, told};
use crate::hotline::{Hotline, MORNING};
use crate::phone::Manner;
use crate::trunks::at_rest;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const BOSS: ClosedBy = ClosedBy::Agent(AgentId::new(1));

/// The hours of `4000` and of its queue: on this Saturday only because it is worked (调休), from 08:00 to midnight.
const SCRIPT: &str = r#"
title = { en = "Office" }
languages = ["en"]
start = "office"
[prompt.shut]
en = "We are closed."
[prompt.danger]
en = "We had to close today."
[hours.office]
calendar = "office"
open = "support"
closed = "goodbye"
emergency = "alarm"
[queue.support]
queue = "support"
on_full = "goodbye"
on_closed = "goodbye"
on_no_agents = "goodbye"
on_timeout = "goodbye"
[hangup.goodbye]
prompt = "shut"
[hangup.alarm]
prompt = "danger"
"#;

fn office() -> Calendar {
    let table = CalendarConfig {
        name: "office".into(),
        zone: "Asia/Shanghai".into(),
        days: [("mon-fri".to_owned(), vec!["08:00-24:00".to_owned()])].into(),
        event: vec![EventConfig {
            from: "2026-11-21T00:00".into(),
            to: "2026-11-22T00:00".into(),
            open: true,
            name: Some("调休".into()),
        }],
        ..CalendarConfig::default()
    };
    Calendar::new(&table).unwrap()
}

pub(crate) fn configured(config: &mut Config) {
    let (script, found) = ivr::parse("main".into(), "main.toml", SCRIPT);
    assert!(found.iter().all(|one| !one.is_error()), "{found:?}");
    let script = Arc::new(script.unwrap());
    config.scripts.insert("main".into(), script);
    config.calendars.insert("office".into(), office());
    let rules = &mut config.queues.get_mut("support").unwrap().rules;
    rules.hours = Some(office());
    rules.wrap_up = Duration::ZERO;
}

/// Closes `office`; whether that was done.
fn closes(hotline: &mut Hotline, long: Duration) -> Result<(), CommandError> {
    let closing = Closing {
        until: Timestamp::from(hotline.now + long),
        reason: Some("停电".into()),
        by: BOSS,
    };
    let calendar = "office".to_owned();
    hotline.command(Command::CloseCalendar { calendar, closing });
    hotline.answers.pop().unwrap()
}

pub(crate) fn opens(hotline: &mut Hotline) -> Result<(), CommandError> {
    let calendar = "office".to_owned();
    hotline.command(Command::OpenCalendar { calendar, by: BOSS });
    hotline.answers.pop().unwrap()
}

/// The facts of closings, each with the seconds since the morning.
pub(crate) fn story(hotline: &Hotline) -> Vec<String> {
    let told = hotline.facts.iter().filter_map(|(at, fact)| {
        let second = at.ms_since(MORNING.into()) / 1_000;
        match fact {
            Fact::CalendarClosed { closure, .. } => {
                let until = closure.until.ms_since(MORNING.into()) / 1_000;
                Some(format!("{second} closed until {until}"))
            }
            Fact::CalendarOpened { by: Some(_), .. } => Some(format!("{second} opened")),
            Fact::CalendarOpened { by: None, .. } => Some(format!("{second} over")),
            _ => None,
        }
    });
    told.collect()
}

pub(crate) fn hears(hotline: &mut Hotline, number: &str) -> String {
    hotline.caller(number, "4000");
    hotline.run_for(Duration::from_millis(300));
    let port = hotline.port_of(number).expect("he is on the line");
    let order = &hotline.ports[&port]
        .plays
        .last()
        .expect("he hears something")
        .1;
    match order {
        media::Command::Play { sources, .. } => format!("{:?}", sources[0]),
        other => format!("{other:?}"),
    }
}

#[test]
fn e9_a_closing_is_seen_at_once_and_ends_by_itself_while_callers_wait() {
    let mut hotline = Hotline::with(configured);
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller("100", "4000");
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("100"), "1001", "the Saturday is worked");
    hotline.caller("110", "4000");
    hotline.run_for(SECOND);
    assert_eq!(closes(&mut hotline, 10 * MINUTE), Ok(()));
    assert_eq!(
        hotline.hears("110"),
        "music",
        "who waits goes on waiting (D28)"
    );
    assert!(
        hears(&mut hotline, "120").contains("danger"),
        "the exit of its own"
    );
    hotline.hangs_up("100");
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("110"), "1001");
    hotline.run_for(10 * MINUTE);
    assert_eq!(story(&hotline), ["3 closed until 603", "603 over"]);
    hotline.caller("130", "4000");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("130"), "music");
    hotline.hangs_up("110");
    hotline.run_for(2 * SECOND);
    hotline.hangs_up("130");
    hotline.run_for(5 * SECOND);
    hotline.assert_clean();
}

#[test]
fn e9_a_queue_of_that_calendar_is_closed_whatever_way_leads_there() {
    let mut hotline = Hotline::with(|config| {
        configured(config);
        config.calendars.clear();
        config.calendars.insert("office".into(), office());
        let script = SCRIPT.replace("start = \"office\"", "start = \"support\"");
        let (script, _) = ivr::parse("main".into(), "main.toml", &script);
        config
            .scripts
            .insert("main".into(), Arc::new(script.unwrap()));
    });
    hotline.agent("1001", Manner::Answers(SECOND));
    closes(&mut hotline, MINUTE).unwrap();
    assert!(hears(&mut hotline, "100").contains("shut"), "on_closed");
    hotline.run_for(MINUTE);
    hotline.caller("110", "4000");
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("110"), "1001");
}

#[test]
fn e9_a_later_closing_takes_the_place_of_a_former_one() {
    let mut hotline = Hotline::with(configured);
    closes(&mut hotline, 10 * MINUTE).unwrap();
    hotline.run_for(MINUTE);
    // D30: what is closed stays so when the files are read again.
    hotline.reload(configured);
    assert!(hears(&mut hotline, "100").contains("danger"));
    closes(&mut hotline, 20 * MINUTE).unwrap();
    hotline.run_for(15 * MINUTE);
    assert!(
        hears(&mut hotline, "110").contains("danger"),
        "past the end of the first"
    );
    closes(&mut hotline, MINUTE).unwrap();
    hotline.run_for(2 * MINUTE);
    let expected = [
        "0 closed until 600",
        "60 closed until 1260",
        "960 closed until 1020",
        "1020 over",
    ];
    assert_eq!(story(&hotline), expected);
    // A closing over midnight ends in hours that are over.
    closes(&mut hotline, 15 * HOUR).unwrap();
    hotline.run_for(15 * HOUR + SECOND);
    assert!(
        hears(&mut hotline, "120").contains("shut"),
        "Sunday, ten past midnight"
    );
}

#[test]
fn e9_what_cannot_be_closed_or_opened_is_refused() {
    let mut hotline = Hotline::with(configured);
    let invalid = |done| matches!(done, Err(CommandError::Invalid(_)));
    assert!(invalid(closes(&mut hotline, Duration::ZERO)), "no end");
    assert!(
        invalid(closes(&mut hotline, 169 * HOUR)),
        "more than the house allows"
    );
    assert!(matches!(
        opens(&mut hotline),
        Err(CommandError::NotAllowed(_))
    ));
    let by = BOSS;
    let calendar = "nowhere".to_owned();
    hotline.command(Command::OpenCalendar { calendar, by });
    let unknown = Some(Err(CommandError::UnknownCalendar("nowhere".into())));
    assert_eq!(hotline.answers.pop(), unknown);
    for reason in ["", "a\nb", &"x".repeat(201)] {
        let closing = Closing {
            until: Timestamp::from(hotline.now + HOUR),
            reason: Some(reason.to_owned()),
            by: BOSS,
        };
        let calendar = "office".to_owned();
        hotline.command(Command::CloseCalendar { calendar, closing });
        assert!(invalid(hotline.answers.pop().unwrap()), "{reason:?}");
    }
    assert_eq!(story(&hotline), [""; 0]);
}

#[test]
fn e9_callbacks_wait_for_the_end_of_a_closing_and_come_at_once_when_it_is_taken_back() {
    let mut hotline = promised(3 * HOUR);
    hotline.run_for(30 * MINUTE);
    assert_eq!(told(&hotline).len(), 1, "nobody is called");
    opens(&mut hotline).unwrap();
    hotline.run_for(10 * SECOND);
    assert_eq!(told(&hotline)[1..], ["try 1", "Connected"]);
    hotline.hangs_up("main");
    at_rest(&mut hotline);
}

/// Somebody who is to be called back, in the hours of the calendar, by an agent who is free once it is closed.
fn promised(long: Duration) -> Hotline {
    let (mut hotline, _) = busy_with(|config| {
        config.calendars.insert("office".into(), office());
        let support = config.queues.get_mut("support").unwrap();
        support.keeping.calendar = Some("office".into());
        support.keeping.expires = 10 * MINUTE;
    });
    asks(&mut hotline);
    closes(&mut hotline, long).unwrap();
    agent_is_free(&mut hotline);
    hotline
}

#[test]
fn r77_e9_a_callback_outlives_a_closing_that_is_longer_than_its_time() {
    let mut hotline = promised(20 * MINUTE);
    hotline.run_for(19 * MINUTE);
    assert_eq!(
        told(&hotline).len(),
        1,
        "nobody is called, and nobody given up"
    );
    hotline.run_for(2 * MINUTE);
    assert_eq!(told(&hotline)[1..], ["try 1", "Connected"]);
}

#[test]
fn e9_a_shorter_closing_in_place_of_a_longer_one_lets_callbacks_come_sooner() {
    let mut hotline = promised(30 * MINUTE);
    hotline.run_for(MINUTE);
    closes(&mut hotline, 5 * MINUTE).unwrap();
    hotline.run_for(4 * MINUTE);
    assert_eq!(told(&hotline).len(), 1, "it is closed");
    hotline.run_for(2 * MINUTE);
    assert_eq!(told(&hotline)[1..], ["try 1", "Connected"]);
}

#[test]
fn e9_a_restart_keeps_what_is_closed_and_tells_what_is_over_meanwhile() {
    for (long, expected) in [
        (HOUR, &["3600 over"][..]),
        (Duration::ZERO, &["0 over"][..]),
    ] {
        let mut hotline = Hotline::with(configured);
        let closure = Closure {
            since: Timestamp::from(MORNING - HOUR),
            until: Timestamp::from(MORNING + long),
            reason: String::new(),
            by: ClosedBy::Call(CallId::new(5)),
        };
        let closings = Input::RestoredClosings([("office".to_owned(), closure)].into());
        hotline.engine.handle_input(hotline.now, closings);
        hotline.agent("1001", Manner::Answers(SECOND));
        if !long.is_zero() {
            assert!(hears(&mut hotline, "100").contains("danger"));
        }
        hotline.run_for(long + SECOND);
        assert_eq!(story(&hotline), expected, "no fact is told twice");
        assert!(hears(&mut hotline, "110").contains("music"), "open again");
    }
}
