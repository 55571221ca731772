//! Barred callers (A7): what they meet, until when, and who is never one of them.

use std::time::Duration;

use engine::{Barred, Command};
use model::{Bar, BarredCaller, Fact, Timestamp};

use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::trunks::{at_rest, causes, open};

const SECOND: Duration = Duration::from_secs(1);

fn bars(hotline: &mut Hotline, rows: &[(&str, Bar, Option<Duration>)]) {
    let caller = |(number, bar, until): &(&str, Bar, Option<Duration>)| BarredCaller {
        number: (*number).to_owned(),
        bar: bar.clone(),
        reason: "threats".into(),
        owner: "admin".into(),
        note: None,
        since: Timestamp::from(hotline.now),
        until: until.map(|until| Timestamp::from(hotline.now + until)),
        hits: 0,
        last_hit_at: None,
    };
    let barred: Barred = rows.iter().map(caller).collect();
    hotline.command(Command::SetBarred(barred.into()));
}

#[test]
fn a7_a_barred_caller_is_turned_away_however_his_number_is_written() {
    for (bar, status) in [(Bar::Reject, 603), (Bar::Busy, 486)] {
        let mut hotline = open();
        bars(&mut hotline, &[("+8613800001111", bar.clone(), None)]);
        // By the carrier, who writes national numbers, and past it, by the internet.
        hotline.carrier("13800001111", 30, Manner::Rings, &[]);
        hotline.dials("13800001111", "01065529988");
        let words = format!("is refused {status}");
        assert!(hotline.when("13800001111", &words).is_some(), "{bar:?}");
        assert_eq!(causes(&hotline), [(status, "caller_barred".into())]);
        let told = hotline.facts_named("caller.barred");
        assert!(
            matches!(told[..], [Fact::CallerBarred { number, bar: met, .. }] if number == "+8613800001111" && *met == bar),
            "{told:?}"
        );
        at_rest(&mut hotline);
        let mut hotline = Hotline::open();
        bars(&mut hotline, &[("+8613800001111", bar, None)]);
        hotline.caller("008613800001111", "4000");
        assert!(hotline.when("008613800001111", &words).is_some());
    }
}

#[test]
fn a7_a_bar_ends_by_itself() {
    let mut hotline = open();
    let until = Some(60 * SECOND);
    bars(&mut hotline, &[("+8613800001111", Bar::Reject, until)]);
    hotline.carrier("13800001111", 30, Manner::Rings, &[]);
    hotline.dials("13800001111", "01065529988");
    assert!(hotline.when("13800001111", "is refused").is_some());
    hotline.run_for(60 * SECOND);
    hotline.dials("13800001111", "01065529988");
    assert!(hotline.when("13800001111", "is answered").is_some());
    hotline.hangs_up("13800001111");
    at_rest(&mut hotline);
}

#[test]
fn a7_a_script_may_have_him_and_one_that_is_gone_turns_him_away() {
    for (script, answered) in [("main", true), ("gone", false)] {
        let mut hotline = open();
        let bar = Bar::Script(script.into());
        bars(&mut hotline, &[("+8613800001111", bar, None)]);
        hotline.carrier("13800001111", 30, Manner::Rings, &[]);
        // Even where the number that he dials is none of ours.
        hotline.dials("13800001111", "01065529989");
        let is_answered = hotline.when("13800001111", "is answered").is_some();
        assert_eq!(is_answered, answered, "{script}");
        hotline.hangs_up("13800001111");
        at_rest(&mut hotline);
    }
}

#[test]
fn a9_nobody_is_barred_by_a_withheld_number_and_no_agent_by_his_own() {
    let mut hotline = open();
    let rows = [
        ("anonymous", Bar::Reject, None),
        ("", Bar::Reject, None),
        ("1001", Bar::Reject, None),
    ];
    bars(&mut hotline, &rows);
    hotline.agent("1001", Manner::Rings);
    hotline.carrier("anonymous", 30, Manner::Rings, &[]);
    hotline.dials("anonymous", "01065529988");
    assert!(hotline.when("anonymous", "is answered").is_some());
    hotline.dials("1001", "4000");
    assert!(hotline.when("1001", "is answered").is_some());
    hotline.hangs_up("anonymous");
    hotline.hangs_up("1001");
    at_rest(&mut hotline);
}
