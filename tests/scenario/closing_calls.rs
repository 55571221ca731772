//! E9: a calendar is closed by telephone, through the whole engine: by who knows the PIN, by nobody who guesses it, and by nobody who
//! hangs up before he is done.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::{Config, Entry, Input};
use ivr::{Answer, Script, closing_script};
use model::calendar::{ClosedBy, PinRefusal};
use model::{Fact, Timestamp};

use crate::closings::{configured, hears, opens, story};
use crate::hotline::Hotline;
use crate::plan;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);
/// The server compares it: what is keyed in here is right when its service says so.
const PIN: &str = "483920#";

fn with_number(config: &mut Config) {
    configured(config);
    let script = Script::closing("office", vec!["en".to_owned()], "numbers.toml", (1, 1));
    let name = closing_script("office");
    config.scripts.insert(name.clone(), script.into());
    let closes = plan::leads(Entry::Script(name));
    let main = plan::leads(Entry::Script("main".into()));
    plan::numbers(config, [("4000", main), ("4999", closes)]);
}

fn right() -> Answer {
    Answer::Found(BTreeMap::new())
}

/// The hotline, where every PIN is answered so after so long.
fn hotline(answer: Answer, after: Duration) -> Hotline {
    let mut hotline = Hotline::with(with_number);
    hotline.service = (answer, after);
    hotline
}

/// Presses these, each when it may be heard, as long as he is on the line.
fn presses(hotline: &mut Hotline, number: &str, keys: &str) {
    for key in keys.chars() {
        if hotline.port_of(number).is_some() {
            hotline.presses(number, key);
        }
        hotline.run_for(Duration::from_millis(300));
    }
}

/// Calls the number and keys in a PIN.
fn calls(hotline: &mut Hotline, number: &str) {
    hotline.caller(number, "4999");
    hotline.run_for(SECOND);
    presses(hotline, number, PIN);
}

/// What was refused: whether it locked him out, or everybody.
fn refused(hotline: &Hotline) -> Vec<(Option<u64>, bool)> {
    let told = hotline.facts.iter().filter_map(|(at, fact)| match fact {
        Fact::CalendarPinRefused {
            locked_until,
            for_all,
            ..
        } => Some((
            locked_until.map(|until| until.ms_since(*at) / 60_000),
            *for_all,
        )),
        _ => None,
    });
    told.collect()
}

#[test]
fn e9_who_knows_the_pin_closes_it_for_callers_at_once_and_it_ends_by_itself() {
    let mut hotline = hotline(right(), Duration::from_millis(50));
    calls(&mut hotline, "138");
    presses(&mut hotline, "138", "122#");
    assert_eq!(story(&hotline).len(), 1, "{:?}", story(&hotline));
    let call = hotline.call_of("138");
    let by = hotline.facts.iter().find_map(|(_, fact)| match fact {
        Fact::CalendarClosed { closure, .. } => Some((closure.by, closure.until, closure.since)),
        _ => None,
    });
    let (by, until, since) = by.expect("it is closed");
    assert_eq!(by, ClosedBy::Call(call));
    assert_eq!(until, Timestamp::from(Duration::from(since) + 2 * HOUR));
    assert!(hears(&mut hotline, "120").contains("danger"), "at once");
    hotline.run_for(2 * HOUR);
    assert_eq!(story(&hotline).len(), 2);
    assert!(
        story(&hotline)[1].ends_with(" over"),
        "{:?}",
        story(&hotline)
    );
    assert!(!hears(&mut hotline, "121").contains("danger"));
    hotline.assert_clean();
}

#[test]
fn e9_what_is_closed_is_opened_by_telephone() {
    let mut hotline = hotline(right(), Duration::from_millis(50));
    calls(&mut hotline, "138");
    presses(&mut hotline, "138", "13");
    let week = 7 * 24 * 3_600;
    let told = &story(&hotline)[0];
    let until: u64 = told.rsplit(' ').next().unwrap().parse().unwrap();
    assert!((week..week + 10).contains(&until), "the longest: {told}");
    hotline.run_for(20 * SECOND);
    calls(&mut hotline, "139");
    presses(&mut hotline, "139", "2");
    assert!(
        story(&hotline)[1].ends_with(" opened"),
        "{:?}",
        story(&hotline)
    );
    hotline.run_for(20 * SECOND);
    hotline.assert_clean();
}

#[test]
fn e9_who_opens_what_somebody_has_opened_meanwhile_is_told_that_it_is_open() {
    let mut hotline = hotline(right(), Duration::from_millis(50));
    calls(&mut hotline, "138");
    presses(&mut hotline, "138", "13");
    hotline.run_for(20 * SECOND);
    calls(&mut hotline, "139");
    opens(&mut hotline).unwrap();
    // In a line that asks him how long it is to be closed, 1 would close it.
    presses(&mut hotline, "139", "21");
    let told = story(&hotline);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].ends_with(" opened"), "{told:?}");
    hotline.run_for(20 * SECOND);
    hotline.assert_clean();
}

#[test]
fn s22_no_key_of_the_pin_stands_in_a_fact_and_the_recording_is_silent() {
    let mut hotline = hotline(right(), Duration::from_millis(50));
    calls(&mut hotline, "138");
    presses(&mut hotline, "138", "11");
    let keys = hotline.facts_named("ivr.key");
    assert_eq!(keys, Vec::<&Fact>::new());
    let masks = hotline
        .wishes
        .iter()
        .filter(|wish| wish.contains("MaskRecord"));
    assert!(
        masks.count() >= 1,
        "part 1 of its recordings has silence there"
    );
    let shown = hotline.wishes.iter().find(|wish| wish.contains("483920"));
    assert_eq!(shown, None);
}

#[test]
fn e9_three_wrong_pins_end_the_call_and_six_lock_the_number_out_for_an_hour() {
    let mut hotline = hotline(Answer::Missing, Duration::from_millis(50));
    for _ in 0..2 {
        calls(&mut hotline, "138");
        presses(&mut hotline, "138", PIN);
        presses(&mut hotline, "138", PIN);
        hotline.run_for(10 * SECOND);
    }
    let ended = hotline.facts_named("call.ended");
    assert_eq!(ended.len(), 2, "after three each");
    let mut expected = vec![(None, false); 5];
    expected.push((Some(60), false));
    assert_eq!(refused(&hotline), expected);
    // He finds it at last, and is not asked of anybody.
    hotline.service = (right(), Duration::from_millis(50));
    calls(&mut hotline, "138");
    presses(&mut hotline, "138", "11");
    assert_eq!(hotline.looked_up.len(), 6);
    assert_eq!(story(&hotline), [""; 0]);
    assert_eq!(refused(&hotline).len(), 7);
    // Somebody else is, and so is he after an hour.
    hotline.run_for(20 * SECOND);
    calls(&mut hotline, "139");
    presses(&mut hotline, "139", "11");
    assert_eq!(story(&hotline).len(), 1);
    hotline.run_for(HOUR);
    calls(&mut hotline, "138");
    presses(&mut hotline, "138", "2");
    assert_eq!(story(&hotline).len(), 2);
}

#[test]
fn e9_guessers_side_by_side_have_no_more_than_twenty() {
    let mut hotline = hotline(Answer::Missing, SECOND);
    let numbers: Vec<String> = (200..230).map(|number| number.to_string()).collect();
    for number in &numbers {
        hotline.caller(number, "4999");
    }
    hotline.run_for(SECOND);
    for key in PIN.chars() {
        for number in &numbers {
            hotline.presses(number, key);
        }
        hotline.run_for(Duration::from_millis(300));
    }
    assert_eq!(
        hotline.looked_up.len(),
        20,
        "counted before any is compared"
    );
    hotline.run_for(5 * SECOND);
    assert!(
        refused(&hotline).contains(&(Some(60), true)),
        "{:?}",
        refused(&hotline)
    );
    hotline.service = (right(), SECOND);
    calls(&mut hotline, "138");
    hotline.run_for(2 * SECOND);
    presses(&mut hotline, "138", "11");
    assert_eq!(story(&hotline), [""; 0], "nobody is let in for an hour");
    hotline.run_for(HOUR);
    calls(&mut hotline, "138");
    hotline.run_for(2 * SECOND);
    presses(&mut hotline, "138", "11");
    assert_eq!(story(&hotline).len(), 1);
}

#[test]
fn e9_who_hangs_up_in_the_middle_has_changed_nothing() {
    for keys in ["", "1", "12", "123"] {
        let mut hotline = hotline(right(), Duration::from_millis(50));
        calls(&mut hotline, "138");
        presses(&mut hotline, "138", keys);
        hotline.hangs_up("138");
        hotline.run_for(20 * SECOND);
        assert_eq!(story(&hotline), [""; 0], "after {keys:?}");
        hotline.assert_clean();
    }
    // His PIN was right, but he did not wait for that.
    let mut hotline = hotline(right(), SECOND);
    calls(&mut hotline, "138");
    hotline.hangs_up("138");
    hotline.run_for(5 * SECOND);
    assert_eq!(story(&hotline), [""; 0]);
    hotline.assert_clean();
}

#[test]
fn e9_a_pin_that_cannot_be_compared_lets_nobody_in_and_costs_nobody_a_try() {
    let asleep = Answer::NoAnswer("asleep".to_owned());
    let mut hotline = hotline(asleep, Duration::from_millis(50));
    for _ in 0..8 {
        calls(&mut hotline, "138");
        presses(&mut hotline, "138", "11");
        hotline.run_for(20 * SECOND);
    }
    assert_eq!(hotline.looked_up.len(), 8);
    assert_eq!((story(&hotline).len(), refused(&hotline).len()), (0, 0));
    hotline.service = (right(), Duration::from_millis(50));
    calls(&mut hotline, "138");
    presses(&mut hotline, "138", "11");
    assert_eq!(story(&hotline).len(), 1);
}

#[test]
fn e9_a_restart_gives_nobody_his_tries_back() {
    let mut next = hotline(Answer::Missing, Duration::from_millis(50));
    let before: Vec<PinRefusal> = (0..5)
        .map(|second| PinRefusal {
            at: Timestamp::from(next.now - (10 - second) * SECOND),
            call: model::CallId::new(1),
            caller: "138".to_owned(),
            calendar: "office".to_owned(),
            locked_until: None,
            for_all: false,
        })
        .collect();
    next.engine
        .handle_input(next.now, Input::RestoredPins(before));
    calls(&mut next, "138");
    assert_eq!(
        refused(&next),
        [(Some(60), false)],
        "the sixth locks him out"
    );
    calls(&mut next, "139");
    assert_eq!(refused(&next)[1], (None, false), "and nobody else");
}
