//! Queues as an admin writes them, and his mistakes.

use super::*;
use crate::config::said;

pub(super) fn read_text(text: &str) -> Result<BTreeMap<QueueName, Queue>, String> {
    read_with(text, &["music/default"])
}

pub(super) fn document(text: &str) -> Document {
    Document {
        file: "config/queues.toml".into(),
        text: text.into(),
    }
}

/// With these sounds and no others.
fn read_with(text: &str, sounds: &[&str]) -> Result<BTreeMap<QueueName, Queue>, String> {
    read_heard(text, sounds).map(|read| read.queues)
}

/// Whom they ask as well; `crm.lan` is within the house.
pub(super) fn read_all(text: &str) -> Result<Queues, String> {
    read_heard(text, &["music/default"])
}

fn read_heard(text: &str, sounds: &[&str]) -> Result<Queues, String> {
    let document = document(text);
    let sound = audio::Sound {
        rate_hz: audio::RATE_HZ,
        samples: vec![0; 160],
    };
    let sounds = sounds.iter();
    let sounds = sounds.map(|name| ((*name).to_owned(), sound.clone()));
    let heard = Heard {
        sounds: &sounds.collect(),
        language: "en",
    };
    let office = model::calendar::CalendarConfig {
        zone: "Asia/Shanghai".into(),
        ..model::calendar::CalendarConfig::default()
    };
    let office = Calendar::new(&office).unwrap();
    let given = Given {
        forms: &["service".to_owned()].into(),
        heard,
        calendars: &[("office".to_owned(), office)].into(),
        private_hosts: &BTreeSet::from(["crm.lan".to_owned()]),
        dir: Path::new("."),
    };
    read(&document, &given).map_err(|wrong| said::lines(&wrong).join("\n"))
}

#[test]
fn a_queue_takes_its_rules_from_the_file_and_the_rest_from_the_defaults() {
    let queues = read_text("[queue.support]\nname = { zh-CN = \"技术支持\" }\nstrategy = \"ring-all\"\nwrap_up_s = 0\nmax_wait_s = 60\nmax_estimated_wait_s = 50\njoin_when = \"always\"\nleave_unless = \"anyone_at_work\"\nmax_active = 3\nmin_ring_s = 5\nweight = 2\nstarving_s = 90\n").unwrap();
    let queue = &queues["support"];
    assert_eq!(queue.rules.strategy.name, "ring-all");
    assert_eq!(queue.rules.wrap_up, Duration::ZERO);
    assert_eq!(queue.rules.max_wait, Some(Duration::from_secs(60)));
    assert_eq!(
        queue.rules.ring_timeout,
        Duration::from_secs(15),
        "R5's default"
    );
    assert_eq!(
        queue.rules.max_estimated_wait,
        Some(Duration::from_secs(50)),
        "D5"
    );
    let there = (queue.rules.join_when, queue.rules.leave_unless);
    assert_eq!(
        there,
        (acd::Presence::Nobody, acd::Presence::AtWork),
        "D7, D8"
    );
    let active = (queue.rules.max_active, queue.rules.min_ring.as_secs());
    assert_eq!(active, (Some(3), 5), "D27, D10");
    assert_eq!(
        (queue.rules.weight, queue.rules.starving.as_secs()),
        (2, 90),
        "D1, D4"
    );
    assert_eq!(queue.title["zh-CN"], "技术支持");
}

#[test]
fn c5_the_time_to_file_has_a_mode_and_the_mode_a_default() {
    let rules = |keys: &str| {
        let text = format!("[queue.a]\nstrategy = \"random\"\n{keys}");
        read_text(&text).map(|queues| queues["a"].rules.clone())
    };
    for (keys, mode, seconds) in [
        ("", "timed", 10),
        ("wrap_up = \"timed_fixed\"\n", "timed_fixed", 10),
        ("wrap_up = \"until_done\"\n", "until_done", 900),
        ("wrap_up = \"optional\"\nwrap_up_s = 60\n", "optional", 60),
    ] {
        let rules = rules(keys).unwrap();
        assert_eq!(rules.wrap_up_mode.name(), mode);
        assert_eq!(rules.wrap_up, Duration::from_secs(seconds), "{keys}");
    }
    let told = rules("wrap_up = \"until_don\"\n").unwrap_err();
    assert!(
        told.starts_with("config/queues.toml:3:11: error: no wrap-up `until_don`"),
        "{told}"
    );
    assert!(told.ends_with("help: did you mean `until_done`?"), "{told}");
    let told = rules("wrap_up_s = 901\n").unwrap_err();
    assert!(told.contains("`wrap_up_s` must be at most 900"), "{told}");
}

#[test]
fn r69_steps_are_read_in_their_order() {
    let text = "[queue.a]\nstrategy = \"skills\"\nprefer = \"spare\"\nring_delay_s = 7\nper_duty_hour = true\n\
                [[queue.a.step]]\nneeds = \"en >= 4\"\nfor_s = 20\n[[queue.a.step]]\nneeds = \"en\"\n";
    let rules = &read_text(text).unwrap()["a"].rules;
    let steps: Vec<_> = rules
        .steps
        .iter()
        .map(|step| (step.needs.as_str(), step.lasts))
        .collect();
    let twenty = Duration::from_secs(20);
    assert_eq!(steps, [("en >= 4", twenty), ("en", Duration::MAX)]);
    assert_eq!(rules.prefer, acd::Prefer::Spare);
    assert_eq!(rules.ring_delay, Duration::from_secs(7));
    assert!(rules.per_duty_hour);
}

#[test]
fn r69_steps_that_cannot_be_taken_are_told() {
    let text = "[queue.a]\nstrategy = \"skills\"\nprefer = \"bst\"\n[queue.b]\nstrategy = \"skills\"\n\
                [[queue.b.step]]\nneeds = \"en\"\n[[queue.b.step]]\nneeds = \"en >=\"\nfor_s = 1\n";
    let told = read_text(text).unwrap_err();
    for expected in [
        "3:10: error: no preference `bst`; expected one of any, best, spare",
        "did you mean `best`?",
        "7:9: error: this step has no end: `for_s` is missing",
        "9:9: error: `needs`: `` is no level: levels are 1 to 255",
    ] {
        assert!(told.contains(expected), "{told}\nlacks {expected}");
    }
}

#[test]
fn b10_from_when_on_no_phone_is_added_is_read_and_what_is_no_probability_is_told() {
    let stop_at = |line: &str| {
        let text = format!("[queue.a]\nstrategy = \"progressive\"\n{line}");
        read_text(&text).map(|queues| queues["a"].rules.stop_at)
    };
    assert_eq!(stop_at("").unwrap(), None);
    assert_eq!(stop_at("stop_at = 0.9\n").unwrap(), Some(0.9));
    for wrong in ["0.0", "1.0", "90.0", "-0.1", "0.955", "nan"] {
        let told = stop_at(&format!("stop_at = {wrong}\n")).unwrap_err();
        let expected = "expected a probability of 0.01 to 0.99, in hundredths";
        assert!(told.contains("3:11: error: `stop_at` is"), "{told}");
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn b14_what_opens_the_next_step_is_read_and_nonsense_is_told() {
    let steps =
        "[[queue.a.step]]\nneeds = \"en >= 4\"\nfor_s = 20\n[[queue.a.step]]\nneeds = \"en\"\n";
    let relax = |line: &str| {
        let text = format!("[queue.a]\nstrategy = \"skills\"\n{line}{steps}");
        read_text(&text).map(|queues| queues["a"].rules.relax)
    };
    assert_eq!(relax("").unwrap(), acd::Relax::Elapsed);
    assert_eq!(
        relax("relax = \"predicted\"\n").unwrap(),
        acd::Relax::Predicted
    );
    let told = relax("relax = \"predict\"\n").unwrap_err();
    let expected = "3:9: error: no way to relax `predict`; expected one of elapsed, predicted";
    assert!(told.contains(expected), "{told}");
    assert!(told.contains("did you mean `predicted`?"), "{told}");
    let text = "[queue.a]\nstrategy = \"skills\"\nrelax = \"predicted\"\n";
    let told = read_text(text).unwrap_err();
    assert!(told.contains("3:9: error: `relax` says when"), "{told}");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let told = read_text("[queue.a]\nstrategy = \"ring-al\"\n[queue.b]\nstrategy = \"sticky\"\nfallback = \"sticky\"\nmusic = \"defalt\"\n[queue.c]\nstrategy = \"linear\"\njoin_when = \"anyone_signd_in\"\n").unwrap_err();
    for expected in [
        "config/queues.toml:2:12: error: no strategy `ring-al`",
        "did you mean `ring-all`?",
        "config/queues.toml:5:12: error: the fall-back of a queue cannot be `sticky`",
        "config/queues.toml:9:13: error: no condition `anyone_signd_in`; expected one of always",
        "did you mean `anyone_signed_in`?",
        "config/queues.toml:6:9: error: no music `defalt`",
        "did you mean `default`?",
    ] {
        assert!(told.contains(expected), "{told}\nlacks {expected}");
    }
    assert!(
        read_text("[queue.a]\nname = {}\n")
            .unwrap_err()
            .contains("missing field `strategy`")
    );
}

#[test]
fn d15_d17_announcements_are_read_and_each_missing_sound_is_told() {
    let text =
        |announce: &str| format!("[queue.a]\nstrategy = \"random\"\nannounce = {announce}\n");
    let all = engine::Announce {
        position: true,
        wait: true,
        ..engine::Announce::default()
    };
    let mut there = all.sounds("en");
    there.extend(["music/default".to_owned(), "en/please_hold".to_owned()]);
    let there: Vec<&str> = there.iter().map(String::as_str).collect();
    let good = text(
        "{ position = true, wait = true, after_s = 0, every_s = 15, messages = [\"please_hold\"] }",
    );
    let queues = read_with(&good, &there).unwrap();
    let expected = engine::Announce {
        after: Duration::ZERO,
        every: Duration::from_secs(15),
        messages: vec!["please_hold".to_owned()],
        ..all
    };
    assert_eq!(queues["a"].announce, expected);
    let without = there.iter().filter(|sound| !sound.ends_with("say_minutes"));
    let without: Vec<&str> = without.copied().collect();
    for (announce, sounds, expected) in [
        ("{ every_s = 14 }", &there, "3:24: error: `every_s` is 14"),
        (
            "{ messages = [\"pleas_hold\"] }",
            &there,
            "3:26: error: no sound `en/pleas_hold`",
        ),
        (
            "{ wait = true }",
            &without,
            "3:12: error: no sound `en/say_minutes`",
        ),
        ("{ positon = true }", &there, "unknown field `positon`"),
    ] {
        let told = read_with(&text(announce), sounds).unwrap_err();
        assert!(told.contains(expected), "{told}\nlacks {expected}");
    }
    assert!(read_with(&text("{ position = true }"), &without).is_ok());
}

#[test]
fn d28_a_queue_has_the_hours_of_a_calendar() {
    let hours = |keys: &str| {
        let text = format!("[queue.a]\nstrategy = \"random\"\n{keys}");
        read_text(&text).map(|queues| queues["a"].rules.hours.is_some())
    };
    assert_eq!(hours(""), Ok(false));
    assert_eq!(hours("calendar = \"office\"\n"), Ok(true));
    let told = hours("calendar = \"ofice\"\n").unwrap_err();
    assert!(
        told.starts_with("config/queues.toml:3:12: error: no calendar `ofice`"),
        "{told}"
    );
    assert!(told.ends_with("help: did you mean `office`?"), "{told}");
}

#[test]
fn r62_the_question_to_callers_of_busy_advisers_needs_its_sound() {
    let text =
        "[queue.a]\nstrategy = \"sticky\"\nsticky_choice = true\nsticky_choice_wait_s = 120\n";
    let rules = &read_with(text, &["music/default", "en/say_adviser_busy"]).unwrap()["a"].rules;
    let two_minutes = Duration::from_secs(120);
    assert_eq!(
        (rules.sticky_choice, rules.sticky_choice_wait),
        (true, two_minutes)
    );
    let told = read_text(text).unwrap_err();
    let expected = "config/queues.toml:3:17: error: no sound `en/say_adviser_busy`";
    assert!(told.starts_with(expected), "{told}");
    let without = &read_text("[queue.a]\nstrategy = \"sticky\"\n").unwrap()["a"].rules;
    let five_minutes = Duration::from_secs(300);
    assert_eq!(
        (without.sticky_choice, without.sticky_choice_wait),
        (false, five_minutes)
    );
}

#[test]
fn d21_d22_places_are_kept_as_the_file_says() {
    let keys = "resume_window_s = 60\nresume_max = 500\ncallback = { max = 5, ring_s = 25, dial_ahead_s = 0, retries = 1, retry_s = 300, expires_s = 7200, calendar = \"office\" }\n";
    let text =
        format!("[queue.a]\nstrategy = \"random\"\n{keys}[queue.b]\nstrategy = \"random\"\n");
    let queues = read_text(&text).unwrap();
    let (rules, keeping) = (&queues["a"].rules, &queues["a"].keeping);
    assert_eq!(rules.call_back_ring, Duration::from_secs(25));
    assert_eq!(rules.dial_ahead, Duration::ZERO);
    let expected = engine::Keeping {
        callbacks_max: 5,
        retries: 1,
        retry: Duration::from_secs(300),
        expires: Duration::from_secs(7_200),
        calendar: Some("office".into()),
        resume_window: Duration::from_secs(60),
        resume_max: 500,
    };
    assert_eq!(*keeping, expected);
    // The numbers of R77 and R80.
    let (rules, keeping) = (&queues["b"].rules, &queues["b"].keeping);
    assert_eq!(rules.call_back_ring, Duration::from_secs(20));
    assert_eq!((keeping.retries, keeping.retry.as_secs()), (3, 600));
    assert_eq!(keeping.resume_window, Duration::from_secs(180));
    assert_eq!(keeping.resume_max, 10_000);
}

#[test]
fn d21_mistakes_about_callbacks_are_told_with_their_place() {
    let told = |callback: &str| {
        let text = format!("[queue.a]\nstrategy = \"random\"\ncallback = {{ {callback} }}\n");
        read_text(&text).unwrap_err()
    };
    for (callback, expected) in [
        ("ring_s = 0", "3:23: error: `callback.ring_s` is 0"),
        ("retry_s = 0", "3:24: error: `callback.retry_s` is 0"),
        ("calendar = \"offce\"", "3:25: error: no calendar `offce`"),
        ("calendar = \"offce\"", "did you mean `office`?"),
        ("tries = 3", "unknown field `tries`"),
    ] {
        let found = told(callback);
        assert!(found.contains(expected), "{found}");
    }
}

#[test]
fn r80_a_bound_of_no_places_or_of_too_many_is_refused() {
    for max in ["0", "1000001"] {
        let text = format!("[queue.a]\nstrategy = \"random\"\nresume_max = {max}\n");
        let found = read_text(&text).unwrap_err();
        let expected = format!("3:14: error: `resume_max` is 1 to 1000000, not {max}");
        assert!(found.contains(&expected), "{found}");
        assert!(found.contains("`resume_window_s = 0` keeps no places at all"));
    }
}
