//! Calendars that are closed by telephone: the PIN, the choices behind it, and every way to the end (E9).

use std::collections::BTreeMap;
use std::time::Duration;

use ivr::{Answer, CalendarSet, Input, World, check};
use model::Timestamp;
use model::calendar::{ClosedBy, Closure};

use crate::driver::{Call, FRIDAY_MORNING, nodes};
use crate::good_script::{script, world};

const MORE: &str = "[hangup.on]\nprompt = \"b\"\n[hangup.off]\nprompt = \"c\"\n";

fn text(more: &str) -> String {
    nodes(&format!("[closing.start]\ncalendar = \"office\"\n{more}"))
}

fn right() -> Answer {
    Answer::Found(BTreeMap::new())
}

/// Has keyed in a PIN, which is answered.
fn pin(call: &mut Call, answer: Answer) -> Vec<String> {
    call.hears();
    let asks = ["ask PIN 483920 of office for 3000 ms"];
    assert_eq!(call.presses("483920#"), asks);
    let asked = call.asked.expect("it has asked");
    call.gets(Input::Answered(asked, answer))
}

/// Has come behind the PIN.
fn within(more: &str) -> Call {
    let mut call = Call::new(&text(more));
    let begins = ["closing start", "play en/closing_pin"];
    assert_eq!(call.starts(), begins);
    let stands = ["play en/closing_is_open , en/closing_may_close"];
    assert_eq!(pin(&mut call, right()), stands);
    call.hears();
    call
}

/// So many hours after the morning.
fn at(hours: u64) -> CalendarSet {
    let until = Timestamp::from(FRIDAY_MORNING + Duration::from_secs(hours * 3_600));
    CalendarSet::Closed { until }
}

#[test]
fn e9_who_knows_the_pin_closes_and_hears_until_when() {
    let mut call = within("");
    assert_eq!(call.presses("1"), ["play en/closing_how_long"]);
    call.hears();
    assert_eq!(call.presses("1"), ["office Close(Change)"]);
    let told = "play en/closing_done_today en/say_18 en/say_hundred , en/closing_goodbye";
    assert_eq!(call.gets(Input::CalendarSet(at(8))), [told]);
    assert_eq!(call.hears(), ["hangup Normal"]);

    let mut call = within(&format!("next = \"on\"\n{MORE}"));
    call.presses("1");
    call.hears();
    assert_eq!(call.presses("2"), ["play en/closing_hours"]);
    call.hears();
    assert_eq!(call.presses("30#"), ["office Close(Hours(30))"]);
    let told = call.gets(Input::CalendarSet(at(30)));
    assert!(
        told[0].starts_with("play en/closing_done en/say_the "),
        "{told:?}"
    );
    assert_eq!(call.hears(), ["hangup on", "play en/b"]);

    let mut call = within("");
    call.presses("1");
    call.hears();
    assert_eq!(call.presses("3"), ["office Close(Longest)"]);
}

#[test]
fn e9_a_calendar_that_is_closed_is_opened_again() {
    let mut call = Call::new(&text(""));
    let until = Timestamp::from(FRIDAY_MORNING + Duration::from_secs(3_600));
    let by = ClosedBy::Call(model::CallId::new(9));
    let (since, reason) = (FRIDAY_MORNING.into(), String::new());
    let closure = Closure {
        since,
        until,
        reason,
        by,
    };
    call.calendars
        .get_mut("office")
        .expect("it is there")
        .close(Some(closure));
    call.starts();
    let told = pin(&mut call, right());
    let stands = "play en/closing_is_closed_today en/say_11 en/say_oclock , en/closing_may_open";
    assert_eq!(told, [stands]);
    call.hears();
    assert_eq!(call.presses("2"), ["office Open"]);
    let opened = ["play en/closing_opened"];
    assert_eq!(call.gets(Input::CalendarSet(CalendarSet::Opened)), opened);

    let mut call = within("");
    let bad = "play en/closing_bad en/closing_is_open , en/closing_may_close";
    assert_eq!(call.presses("2"), [bad], "it is open");
}

#[test]
fn e9_a_wrong_pin_is_asked_for_again_twice() {
    let more = format!("next = \"on\"\non_failure = \"off\"\n{MORE}");
    let mut call = Call::new(&text(&more));
    call.starts();
    for _ in 0..2 {
        let again = ["play en/closing_wrong en/closing_pin"];
        assert_eq!(pin(&mut call, Answer::Missing), again);
    }
    assert_eq!(pin(&mut call, Answer::Missing), ["play en/closing_goodbye"]);
    assert_eq!(call.hears(), ["hangup off", "play en/c"]);
    for (answer, word) in [
        (Answer::Bad("too many".to_owned()), "play en/closing_locked"),
        (
            Answer::NoAnswer("asleep".to_owned()),
            "play en/closing_unchecked",
        ),
    ] {
        let mut call = Call::new(&text(""));
        call.starts();
        assert_eq!(pin(&mut call, answer), [word]);
        assert_eq!(call.hears(), ["hangup Normal"]);
    }
}

#[test]
fn e22_who_says_nothing_or_goes_round_by_keys_is_not_kept() {
    let mut call = Call::new(&text(""));
    call.starts();
    for _ in 0..2 {
        call.hears();
        assert_eq!(call.waits(8_000), ["play en/closing_pin"]);
    }
    call.hears();
    assert_eq!(call.waits(8_000), ["play en/closing_goodbye"]);
    // Hours that nobody may close it for, again and again.
    let mut call = within("");
    call.presses("1");
    let mut last = Vec::new();
    for _ in 0..3 {
        call.hears();
        call.presses("2");
        call.hears();
        assert_eq!(call.presses("999"), ["office Close(Hours(999))"]);
        last = call.gets(Input::CalendarSet(CalendarSet::Refused));
    }
    assert_eq!(last, ["play en/closing_nothing"]);
    assert_eq!(call.hears(), ["hangup Normal"]);
    let mut call = within("");
    call.presses("1");
    call.hears();
    call.presses("2");
    call.hears();
    let bad = ["play en/closing_bad en/closing_hours"];
    assert_eq!(call.presses("0#"), bad, "no hours at all");
}

#[test]
fn e14_a_star_changes_the_language_where_there_are_two() {
    let two = text("")
        .replace("[\"en\"]", "[\"zh-CN\", \"en\"]")
        .replace("en = ", "zh-CN = \"1\"\nen = ");
    let two = two.replace("title = { zh-CN = \"1\"\nen", "title = { zh-CN = \"1\", en");
    let mut call = Call::new(&two);
    let asks = [
        "closing start",
        "play zh-CN/closing_pin en/closing_language",
    ];
    assert_eq!(call.starts(), asks);
    call.hears();
    assert_eq!(call.presses("*"), ["speak en", "play en/closing_pin"]);
    assert_eq!(
        pin(&mut call, Answer::Missing),
        ["play en/closing_wrong en/closing_pin zh-CN/closing_language"]
    );
    let mut call = Call::new(&two);
    call.starts();
    let mut last = Vec::new();
    for _ in 0..4 {
        call.hears();
        last = call.presses("*");
    }
    assert_eq!(last, ["play en/closing_goodbye"], "not for ever");
}

#[test]
fn s22_no_key_of_it_is_shown_and_no_digit_is_in_what_is_asked() {
    let mut call = Call::new(&text(""));
    call.starts();
    assert!(call.run.is_secret(), "already while it is asked for");
    call.hears();
    for key in "483920#".chars() {
        assert!(call.run.is_secret(), "{key}");
        call.gets(Input::Key(key));
    }
    assert!(call.run.is_secret(), "while it is compared");
    let question = ivr::PinQuestion {
        calendar: "office".into(),
        digits: "483920".into(),
    };
    assert_eq!(
        format!("{question:?}"),
        "PinQuestion { calendar: \"office\", .. }"
    );
}

#[test]
fn e9_a_calendar_without_a_pin_is_told() {
    let (_, found) = ivr::parse("main".into(), "main.toml", &text(""));
    assert_eq!(found, []);
    let script = script("main", &text(""));
    let told = |world: &World| {
        let found = check(&script, world).into_iter();
        let mut lines: Vec<String> = found.map(|one| one.to_string()).collect();
        lines.retain(|line| line.contains("pin"));
        lines
    };
    let mut world = world();
    world.pins.clear();
    assert_eq!(told(&world).len(), 2, "and the sound of its question");
    assert!(
        told(&world).iter().any(|line| line.contains("no `pin`")),
        "{:?}",
        told(&world)
    );
    world.pins.insert("office".to_owned());
    assert_eq!(told(&world).len(), 1);
}

#[test]
fn e9_a_test_closes_and_hours_see_it() {
    let text = nodes(
        "[closing.start]\ncalendar = \"office\"\nnext = \"now\"\n\
         [hours.now]\ncalendar = \"office\"\nopen = \"on\"\nclosed = \"on\"\n[hangup.on]\nprompt = \"b\"\n\
         [[test]]\nname = \"closed\"\nat = \"2026-11-20T10:00:00+08:00\"\npress = [\"4\", \"8\", \"3\", \"9\", \"2\", \"0\", \"#\", \"1\", \"1\"]\n\
         expect = [\"closing office\", \"hours office emergency\", \"hangup\"]\n\
         [[test]]\nname = \"wrong\"\nat = \"2026-11-20T10:00:00+08:00\"\npress = [\"1\", \"#\"]\nanswers = { start = \"bad\" }\n\
         expect = [\"closing office\"]\n",
    );
    let script = script("main", &text);
    let (calendars, scripts) = (crate::good_script::calendars(), BTreeMap::new());
    let environment = ivr::Environment {
        calendars: &calendars,
        scripts: &scripts,
        plan: &crate::good_script::plan(),
    };
    for outcome in ivr::test::run_all(&script, &environment) {
        assert!(outcome.passed, "{outcome:?}");
    }
}
