//! Callers walking through scripts in virtual time: what goes in, what comes out, when.

use std::time::Duration;

use crate::good_script::script;
use ivr::{HangUpCause, Input, QueueExit, TransferFailure};
use model::{Caller, ScriptName};

use crate::driver::{Call, FRIDAY_MORNING, nodes};

const MENU: &str = r#"
[menu.start]
prompt = "a"
prompt_again = "b"
keys = { 1 = "one", 2 = "two" }
timeout_s = 4
tries = 2
on_failure = "failed"
[hangup.one]
[hangup.two]
cause = "busy"
[hangup.failed]
prompt = "c"
cause = "rejected"
"#;

#[test]
fn e2_the_menu_waits_from_the_end_of_its_prompt() {
    let mut call = Call::new(&nodes(MENU));
    assert_eq!(call.starts(), ["menu start", "play en/a"]);
    assert_eq!(call.waits(60_000), [""; 0], "a long prompt is no silence");
    assert_eq!(call.hears(), [""; 0]);
    assert_eq!(call.waits(3_999), [""; 0]);
    assert_eq!(call.presses("1"), ["hangup one", "hangup Normal"]);
}

#[test]
fn e3_silence_and_wrong_keys_are_failed_tries() {
    let mut call = Call::new(&nodes(MENU));
    call.starts();
    call.hears();
    assert_eq!(call.waits(4_000), ["play en/b"]);
    call.hears();
    assert_eq!(call.presses("7"), ["hangup failed", "play en/c"]);
    assert_eq!(call.presses("1"), [""; 0], "the last words are not cut");
    assert_eq!(call.hears(), ["hangup Rejected"]);
    assert_eq!(call.presses("1"), [""; 0], "nothing happens after the end");
    assert_eq!(call.run.poll_timeout(), None);
}

#[test]
fn e4_a_key_cuts_the_prompt_and_counts() {
    let mut call = Call::new(&nodes(MENU));
    call.starts();
    assert_eq!(call.presses("2"), ["stop", "hangup two", "hangup Busy"]);
}

#[test]
fn e4_an_uninterruptible_prompt_ignores_keys() {
    let legal = nodes("[play.start]\nprompt = \"a\"\ninterruptible = false\nnext = \"menu\"\n")
        + &MENU
            .replace("menu.start", "menu.menu")
            .replace("tries = 2", "tries = 2\ninterruptible = false");
    let mut call = Call::new(&legal);
    assert_eq!(call.starts(), ["play start", "play en/a"]);
    assert_eq!(call.presses("1"), [""; 0]);
    assert_eq!(call.hears(), ["menu menu", "play en/a"]);
    assert_eq!(call.presses("1"), [""; 0]);
    assert_eq!(call.hears(), [""; 0], "the key was not kept");
    assert_eq!(call.presses("1"), ["hangup one", "hangup Normal"]);
}

#[test]
fn e4_keys_typed_ahead_are_kept_for_the_next_menu() {
    let text = nodes(
        "[play.start]\nprompt = \"c\"\nnext = \"top\"\n[menu.top]\nprompt = \"b\"\nkeys = { 3 = \"menu\" }\non_failure = \"failed\"\n",
    ) + &MENU.replace("menu.start", "menu.menu");
    let mut call = Call::new(&text);
    assert_eq!(call.starts(), ["play start", "play en/c"]);
    assert_eq!(
        call.presses("3"),
        ["stop", "menu top", "menu menu", "play en/a"],
        "the first menu is not even heard"
    );
    assert_eq!(call.presses("2"), ["stop", "hangup two", "hangup Busy"]);
}

#[test]
fn a_wrong_key_forgets_what_was_typed_ahead() {
    let text = nodes("[play.start]\nprompt = \"c\"\nnext = \"menu\"\n")
        + &MENU.replace("menu.start", "menu.menu");
    let mut call = Call::new(&text);
    call.starts();
    assert_eq!(call.presses("9"), ["stop", "menu menu", "play en/b"]);
    assert_eq!(call.hears(), [""; 0]);
    assert_eq!(call.waits(4_000), ["hangup failed", "play en/c"]);
}

#[test]
fn e3_tries_count_over_a_chain_of_visits() {
    // Two menus that hand each other's failures on would never end if each entry counted anew; here a failed way leads
    // back through a queue that nobody serves, by the caller's key.
    let text = nodes(
        "[menu.start]\nprompt = \"a\"\nkeys = { 1 = \"wait\" }\ntries = 2\non_failure = \"end\"\n\
         [queue.wait]\nqueue = \"support\"\nkeys = { 5 = \"start\" }\non_timeout = \"end\"\non_no_agents = \"end\"\n[hangup.end]\n",
    );
    let mut call = Call::new(&text);
    call.starts();
    assert_eq!(
        call.presses("8"),
        ["stop", "play en/a"],
        "the first try is gone"
    );
    assert_eq!(
        call.presses("1"),
        ["stop", "queue wait", "join support 0s None"]
    );
    assert_eq!(call.presses("5"), ["leave", "menu start", "play en/a"]);
    assert_eq!(
        call.presses("8"),
        ["stop", "play en/a"],
        "a valid choice began a new chain"
    );
    assert_eq!(call.presses("8"), ["stop", "hangup end", "hangup Normal"]);
}

#[test]
fn e3_bouncing_by_keys_ends_in_the_scripts_own_way() {
    let text = nodes(
        "[menu.start]\nprompt = \"a\"\nkeys = { 1 = \"other\" }\non_failure = \"end\"\n\
         [menu.other]\nprompt = \"b\"\nkeys = { \"*\" = \"start\" }\non_failure = \"end\"\n[hangup.end]\n",
    );
    let mut call = Call::new(&text);
    call.starts();
    for round in 1..20 {
        assert_eq!(
            call.presses("1"),
            ["stop", "menu other", "play en/b"],
            "round {round}"
        );
        assert_eq!(
            call.presses("*"),
            ["stop", "menu start", "play en/a"],
            "round {round}"
        );
    }
    call.presses("1");
    assert_eq!(
        call.presses("*"),
        ["stop", "menu start", "hangup end", "hangup Normal"]
    );
}

const QUEUE: &str = "[queue.start]\nqueue = \"support\"\nhead_start_s = 90\nsticky = true\nkeys = { 2 = \"other\" }\n\
    on_timeout = \"slow\"\non_no_agents = \"empty\"\non_full = \"full\"\non_closed = \"closed\"\non_withdrawn = \"taken\"\n\
    [hangup.slow]\n[hangup.empty]\n[hangup.full]\n[hangup.closed]\n[hangup.taken]\n[hangup.other]\n";

#[test]
fn a_queue_has_an_exit_for_each_way_to_leave_it() {
    let rows = [
        (QueueExit::Timeout, "hangup slow"),
        (QueueExit::NoAgents, "hangup empty"),
        (QueueExit::Full, "hangup full"),
        (QueueExit::Closed, "hangup closed"),
        (QueueExit::Withdrawn, "hangup taken"),
    ];
    for (exit, expected) in rows {
        let mut call = Call::new(&nodes(QUEUE));
        assert_eq!(
            call.starts(),
            ["queue start", "join support 90s Some(true)"]
        );
        assert_eq!(
            call.gets(Input::QueueLeft(exit)),
            [expected, "hangup Normal"],
            "{exit:?}"
        );
    }
    for exit in [QueueExit::Abandoned, QueueExit::Failed] {
        let mut call = Call::new(&nodes(QUEUE));
        call.starts();
        assert_eq!(
            call.gets(Input::QueueLeft(exit)),
            [""; 0],
            "{exit:?}: the caller is gone"
        );
        assert_eq!(call.presses("2"), [""; 0]);
    }
    // D25: moved, he stands in another line under the same node.
    let mut moved = Call::new(&nodes(QUEUE));
    moved.starts();
    assert_eq!(moved.gets(Input::QueueLeft(QueueExit::Moved)), [""; 0]);
}

#[test]
fn a12_a_queue_and_a_transfer_may_ask_for_the_callers_region_and_leave_it_by_their_exits() {
    let by_region = QUEUE.replace("sticky = true", "by_region = true");
    let mut call = Call::new(&nodes(&by_region));
    assert_eq!(
        call.starts(),
        ["queue start", "join support 90s None by region"]
    );
    let transfer = |to: &str| {
        format!(
            "[transfer.start]\nto = \"{to}\"\nby_region = true\non_busy = \"busy\"\non_no_answer = \"late\"\n\
             on_failure = \"bad\"\n[hangup.busy]\n[hangup.late]\n[hangup.bad]\n"
        )
    };
    let mut call = Call::new(&nodes(&transfer("queue:sales")));
    assert_eq!(
        call.starts(),
        ["transfer start", "join sales 0s None by region"]
    );
    for (exit, expected) in [
        (QueueExit::Full, "hangup busy"),
        (QueueExit::Timeout, "hangup late"),
        (QueueExit::NoAgents, "hangup bad"),
        (QueueExit::Closed, "hangup bad"),
        (QueueExit::Withdrawn, "hangup bad"),
    ] {
        // Where a region fitted, the agent's node has the caller wait in its queues.
        let mut call = Call::new(&nodes(&transfer("agent:1001")));
        assert_eq!(
            call.starts(),
            ["transfer start", "transfer Agent(\"1001\") 25s by region"]
        );
        assert_eq!(call.presses("1"), [""; 0]);
        assert_eq!(
            call.gets(Input::QueueLeft(exit)),
            [expected, "hangup Normal"],
            "{exit:?}"
        );
    }
}

#[test]
fn d14_a_key_leads_out_of_the_queue_and_others_do_not() {
    let mut call = Call::new(&nodes(QUEUE));
    call.starts();
    assert_eq!(call.presses("19#"), [""; 0]);
    assert_eq!(
        call.presses("2"),
        ["leave", "hangup other", "hangup Normal"]
    );
    assert_eq!(
        call.gets(Input::QueueLeft(QueueExit::Key)),
        [""; 0],
        "the engine's word comes late"
    );
}

#[test]
fn a_key_typed_ahead_does_not_leave_the_queue() {
    let text = nodes(
        "[menu.start]\nprompt = \"a\"\nkeys = { 1 = \"say\" }\non_failure = \"other\"\n[play.say]\nprompt = \"b\"\nnext = \"wait\"\n",
    ) + &QUEUE.replace("queue.start", "queue.wait");
    let mut call = Call::new(&text);
    call.starts();
    assert_eq!(
        call.presses("12"),
        [
            "stop",
            "play say",
            "play en/b",
            "stop",
            "queue wait",
            "join support 90s Some(true)"
        ]
    );
}

#[test]
fn e16_a_transfer_has_an_exit_for_each_failure() {
    let text = |to: &str| {
        nodes(&format!(
            "[transfer.start]\nto = \"{to}\"\non_busy = \"busy\"\non_no_answer = \"late\"\non_failure = \"bad\"\n\
             [hangup.busy]\n[hangup.late]\n[hangup.bad]\n"
        ))
    };
    let rows = [
        (TransferFailure::Busy, "hangup busy"),
        (TransferFailure::NoAnswer, "hangup late"),
        (TransferFailure::Failure, "hangup bad"),
    ];
    for (failure, expected) in rows {
        let mut call = Call::new(&text("agent:1001"));
        assert_eq!(
            call.starts(),
            ["transfer start", "transfer Agent(\"1001\") 25s"]
        );
        assert_eq!(call.presses("1"), [""; 0]);
        assert_eq!(
            call.gets(Input::TransferFailed(failure)),
            [expected, "hangup Normal"]
        );
    }
    assert_eq!(
        Call::new(&text("number:4000")).starts(),
        ["transfer start", "transfer Number(\"4000\") 25s"]
    );
    let rows = [
        (QueueExit::Full, "hangup busy"),
        (QueueExit::Timeout, "hangup late"),
        (QueueExit::NoAgents, "hangup bad"),
        (QueueExit::Closed, "hangup bad"),
        (QueueExit::Withdrawn, "hangup bad"),
    ];
    for (exit, expected) in rows {
        let mut call = Call::new(&text("queue:sales"));
        assert_eq!(call.starts(), ["transfer start", "join sales 0s None"]);
        assert_eq!(
            call.gets(Input::QueueLeft(exit)),
            [expected, "hangup Normal"]
        );
    }
}

#[test]
fn e16_answers_and_language_travel_to_another_script() {
    let first = "title = { zh-CN = \"一\", en = \"One\" }\nlanguages = [\"zh-CN\", \"en\"]\nstart = \"english\"\n\
        [language.english]\nto = \"en\"\nnext = \"ask\"\n[prompt.ask]\nzh-CN = \"x\"\nen = \"x\"\n\
        [collect.ask]\nprompt = \"ask\"\ninto = \"order\"\nnext = \"go\"\non_failure = \"go\"\n[transfer.go]\nto = \"script:night\"\n";
    let second = nodes(
        "[menu.start]\nprompt = \"a\"\nkeys = { 1 = \"end\" }\non_failure = \"end\"\n[hangup.end]\ncause = \"busy\"\n",
    );
    let mut call = Call::new(first);
    let night = script("night", &second);
    call.scripts.insert(night.name().clone(), night);
    assert_eq!(
        call.starts(),
        ["language english", "speak en", "collect ask", "play en/ask"]
    );
    assert_eq!(
        call.presses("77#"),
        ["stop", "transfer go", "menu start", "play night/en/a"]
    );
    assert_eq!(call.run.script().as_str(), "night");
    assert_eq!(call.run.language(), "en");
    assert_eq!(call.variable("order").as_deref(), Some("77"));
    assert_eq!(call.presses("1"), ["stop", "hangup end", "hangup Busy"]);
}

#[test]
fn a_script_that_speaks_another_language_is_spoken_in_its_own() {
    let first = "title = { zh-CN = \"一\" }\nlanguages = [\"zh-CN\"]\nstart = \"go\"\n[transfer.go]\nto = \"script:night\"\n";
    let mut call = Call::new(first);
    let night = script("night", &nodes("[hangup.start]\nprompt = \"a\"\n"));
    call.scripts.insert(night.name().clone(), night);
    assert_eq!(
        call.starts(),
        ["transfer go", "speak en", "hangup start", "play night/en/a"]
    );
}

#[test]
fn s21_scripts_that_hand_the_caller_round_are_ended() {
    let text = |to: &str| {
        format!(
            "title = {{ en = \"x\" }}\nlanguages = [\"en\"]\nstart = \"go\"\n[transfer.go]\nto = \"script:{to}\"\n"
        )
    };
    let mut call = Call::new(&text("night"));
    for (name, to) in [("night", "main"), ("main", "night")] {
        call.scripts
            .insert(ScriptName::from(name), script(name, &text(to)));
    }
    let seen = call.starts();
    assert_eq!(
        seen.last().map(String::as_str),
        Some("fault script `main`: more than 20 scripts"),
        "{seen:?}"
    );
    assert_eq!(call.starts(), [""; 0]);
}

#[test]
fn a_script_or_calendar_that_is_gone_ends_the_call_and_nothing_else() {
    let mut call = Call::new(&nodes("[transfer.start]\nto = \"script:night\"\n"));
    assert_eq!(
        call.starts(),
        ["transfer start", "fault script `main`: no script `night`"]
    );
    let mut call = Call::new(&nodes(
        "[hours.start]\ncalendar = \"office\"\nopen = \"end\"\nclosed = \"end\"\n[hangup.end]\n",
    ));
    call.calendars.clear();
    assert_eq!(
        call.starts(),
        [
            "hours start",
            "fault script `main`: node `start`: no calendar `office`"
        ]
    );
}

#[test]
fn e8_hours_follow_the_calendar() {
    let text = nodes(
        "[hours.start]\ncalendar = \"office\"\nopen = \"open\"\nclosed = \"closed\"\nholiday = \"holiday\"\n\
         [hangup.open]\n[hangup.closed]\n[hangup.holiday]\n",
    );
    let day = Duration::from_secs(86_400);
    let rows = [
        (FRIDAY_MORNING, "open"),
        (FRIDAY_MORNING + day, "closed"),
        (FRIDAY_MORNING - day * 50, "holiday"),
    ];
    for (now, expected) in rows {
        let mut call = Call::new(&text);
        call.now = now;
        assert_eq!(
            call.starts(),
            [
                "hours start".to_owned(),
                format!("hangup {expected}"),
                "hangup Normal".to_owned()
            ]
        );
    }
}

#[test]
fn e9_a_calendar_that_is_closed_out_of_turn_has_an_exit_of_its_own() {
    use model::calendar::{ClosedBy, Closure};
    let text = nodes(
        "[hours.start]\ncalendar = \"office\"\nopen = \"open\"\nclosed = \"open\"\nemergency = \"alarm\"\n\
         [hangup.open]\n[hangup.alarm]\n",
    );
    let mut call = Call::new(&text);
    call.now = FRIDAY_MORNING;
    let closure = Closure {
        since: FRIDAY_MORNING.into(),
        until: (FRIDAY_MORNING + Duration::from_secs(60)).into(),
        reason: String::new(),
        by: ClosedBy::Agent(model::AgentId::new(1)),
    };
    let office = call.calendars.get_mut("office").unwrap();
    office.close(Some(closure));
    assert_eq!(call.starts()[1], "hangup alarm");
}

#[test]
fn a_caller_whose_language_is_known_hears_it_from_the_start() {
    let text = crate::good_script::GOOD;
    let mut call = Call::from(text, |entry| entry.language = Some("en".to_owned()));
    assert_eq!(call.starts(), ["menu welcome", "play en/hello"]);
    let mut call = Call::from(text, |entry| entry.language = Some("fr".to_owned()));
    assert_eq!(
        call.starts(),
        ["menu welcome", "play zh-CN/hello"],
        "a language that the script lacks gives the default"
    );
}

#[test]
fn e18_branches_read_what_is_known_at_entry_and_what_was_set() {
    let text = nodes(
        "[set.start]\nvalues = { tier = \"caller.vip >= 2\", words = \"caller.name\" }\nnext = \"choose\"\n\
         [branch.choose]\nwhen = [\n{ if = \"tier\", go = \"gold\" },\n\
         { if = \"caller.number == '' and called == '4000'\", go = \"hidden\" },\n\
         { if = \"now starts_with '2026-11-20T10:00' and language in ['en'] and length(words) == 2\", go = \"known\" },\n]\n\
         otherwise = \"other\"\n[hangup.gold]\n[hangup.hidden]\n[hangup.known]\n[hangup.other]\n",
    );
    let last = |call: &mut Call| call.starts().into_iter().rev().nth(1);
    assert_eq!(
        last(&mut Call::from(&text, |entry| entry.vip_level = 2)).as_deref(),
        Some("hangup gold")
    );
    assert_eq!(
        last(&mut Call::from(&text, |entry| entry.caller = Caller::withheld())).as_deref(),
        Some("hangup hidden")
    );
    assert_eq!(last(&mut Call::new(&text)).as_deref(), Some("hangup known"));
    assert_eq!(
        last(&mut Call::from(&text, |entry| entry.caller.display = None)).as_deref(),
        Some("hangup other")
    );
    let mut call = Call::new(&text);
    call.starts();
    assert_eq!(call.variable("tier").as_deref(), Some("false"));
}

#[test]
fn all_values_of_a_set_read_what_was_before_it() {
    let text = nodes(
        "[set.start]\nvalues = { a = 1, b = 2 }\nnext = \"swap\"\n[set.swap]\nvalues = { a = \"b\", b = \"a\" }\nnext = \"end\"\n[hangup.end]\n",
    );
    let mut call = Call::new(&text);
    call.starts();
    assert_eq!(
        (call.variable("a").as_deref(), call.variable("b").as_deref()),
        (Some("2"), Some("1"))
    );
}

fn collect(keys: &str) -> String {
    nodes(&format!(
        "[collect.start]\nprompt = \"a\"\ninto = \"answer\"\n{keys}\ntries = 2\nnext = \"menu\"\non_failure = \"failed\"\n\
         [menu.menu]\nprompt = \"b\"\nkeys = {{ 1 = \"end\", \"#\" = \"hash\" }}\non_failure = \"end\"\n\
         [hangup.end]\n[hangup.hash]\n[hangup.failed]\n"
    ))
}

#[test]
fn e5_an_input_ends_by_key_by_length_and_by_pause() {
    let mut call = Call::new(&collect("max = 4"));
    assert_eq!(call.starts(), ["collect start", "play en/a"]);
    assert_eq!(call.presses("12#"), ["stop", "menu menu", "play en/b"]);
    assert_eq!(call.variable("answer").as_deref(), Some("12"));

    let mut call = Call::new(&collect("max = 4"));
    call.starts();
    assert_eq!(call.presses("1234"), ["stop", "menu menu", "play en/b"]);
    assert_eq!(call.variable("answer").as_deref(), Some("1234"));

    let mut call = Call::new(&collect("max = 4"));
    call.starts();
    call.presses("12");
    assert_eq!(call.waits(2_499), [""; 0]);
    call.presses("3");
    assert_eq!(call.waits(2_499), [""; 0], "each key begins the pause anew");
    assert_eq!(call.waits(1), ["menu menu", "play en/b"]);
    assert_eq!(call.variable("answer").as_deref(), Some("123"));
}

#[test]
fn e5_a_failed_input_is_asked_again_and_then_left() {
    let rows: &[(&str, &str)] = &[
        ("min = 3", "12#"),
        ("min = 3", "#"),
        ("kind = \"date\"", "20260230"),
        ("kind = \"id_card\"", "110105194912310021"),
        ("kind = \"phone\"", "12#"),
        ("", "1*"),
    ];
    for (keys, pressed) in rows {
        let mut call = Call::new(&collect(keys));
        call.starts();
        assert_eq!(
            call.presses(pressed),
            ["stop", "play en/a"],
            "{keys} {pressed}"
        );
        assert_eq!(
            call.presses(pressed).last().map(String::as_str),
            Some("hangup Normal"),
            "{keys} {pressed}"
        );
        assert_eq!(call.variable("answer"), None, "{keys} {pressed}");
    }
    let mut call = Call::new(&collect("timeout_s = 3"));
    call.starts();
    call.hears();
    assert_eq!(call.waits(3_000), ["play en/a"]);
    call.hears();
    assert_eq!(call.waits(3_000), ["hangup failed", "hangup Normal"]);
}

#[test]
fn e5_the_end_key_after_a_full_input_is_not_the_next_menus() {
    let mut call = Call::new(&collect("max = 4"));
    call.starts();
    call.presses("1234");
    assert_eq!(
        call.presses("#"),
        [""; 0],
        "told to end with #, the caller does"
    );
    assert_eq!(
        call.presses("#"),
        ["stop", "hangup hash", "hangup Normal"],
        "the second one is meant"
    );

    let mut call = Call::new(&collect("max = 4"));
    call.starts();
    call.presses("1234");
    call.waits(2_500);
    assert_eq!(
        call.presses("#"),
        ["stop", "hangup hash", "hangup Normal"],
        "much later it is meant for the menu"
    );

    let mut call = Call::new(&collect("max = 4"));
    call.starts();
    call.presses("1234");
    assert_eq!(
        call.presses("1"),
        ["stop", "hangup end", "hangup Normal"],
        "another key is never lost"
    );
}

#[test]
fn s22_secret_keys_are_marked_and_their_answer_is_not_shown() {
    let text = nodes(
        "[play.start]\nprompt = \"c\"\nnext = \"pin\"\n\
         [collect.pin]\nprompt = \"a\"\ninto = \"pin\"\nmax = 4\nsecret = true\nnext = \"copy\"\non_failure = \"end\"\n\
         [set.copy]\nvalues = { twin = \"pin\", size = \"length(pin)\", plain = \"caller.number\" }\nnext = \"check\"\n\
         [branch.check]\nwhen = [{ if = \"twin == '1234'\", go = \"menu\" }]\notherwise = \"end\"\n\
         [menu.menu]\nprompt = \"b\"\nkeys = { 1 = \"end\" }\non_failure = \"end\"\n[hangup.end]\n",
    );
    let mut call = Call::new(&text);
    assert!(!call.run.is_secret(), "before the start no key is taken");
    call.starts();
    assert!(
        call.run.is_secret(),
        "a key typed ahead may be the secret's first"
    );
    assert_eq!(call.presses("1"), ["stop", "collect pin"]);
    for key in ["2", "3", "4"] {
        assert!(call.run.is_secret(), "{key}");
        call.presses(key);
    }
    assert!(
        !call.run.is_secret(),
        "the menu's keys are no secret, though its prompt plays"
    );
    let shown: Vec<String> = call.run.variables().into_keys().collect();
    assert_eq!(shown, ["plain"], "what is made of a secret is a secret");
    assert_eq!(call.presses("1"), ["stop", "hangup end", "hangup Normal"]);
    assert!(!call.run.is_secret());
}

#[test]
fn s8_a_prompt_that_never_ends_is_ended() {
    let mut call = Call::new(&nodes(MENU));
    call.starts();
    assert_eq!(call.waits(599_999), [""; 0]);
    assert_eq!(call.waits(1), ["stop"]);
    assert_eq!(call.presses("1"), ["hangup one", "hangup Normal"]);
}

#[test]
fn what_comes_too_late_or_too_early_is_ignored() {
    let mut call = Call::new(&nodes(MENU));
    for input in [
        Input::PlayDone,
        Input::Key('1'),
        Input::QueueLeft(QueueExit::Timeout),
        Input::TransferFailed(TransferFailure::Busy),
    ] {
        assert_eq!(call.gets(input), [""; 0], "before the start");
    }
    call.starts();
    for input in [
        Input::Start,
        Input::Key('x'),
        Input::QueueLeft(QueueExit::Timeout),
        Input::TransferFailed(TransferFailure::Busy),
    ] {
        assert_eq!(call.gets(input), [""; 0], "while a prompt plays");
    }
    assert_eq!(call.waits(0), [""; 0]);
    call.hears();
    assert_eq!(call.hears(), [""; 0], "heard twice");
    assert_eq!(call.presses("1"), ["hangup one", "hangup Normal"]);
    assert_eq!(call.hears(), [""; 0], "after the end");
}

#[test]
fn hang_up_causes_are_told() {
    for (word, cause) in [
        ("normal", HangUpCause::Normal),
        ("busy", HangUpCause::Busy),
        ("rejected", HangUpCause::Rejected),
    ] {
        let mut call = Call::new(&nodes(&format!("[hangup.start]\ncause = \"{word}\"\n")));
        assert_eq!(
            call.starts(),
            ["hangup start".to_owned(), format!("hangup {cause:?}")]
        );
    }
}

#[test]
fn a_call_ends_on_the_version_with_which_it_began() {
    let mut call = Call::new(&nodes(MENU));
    call.starts();
    let changed = nodes(&MENU.replace("1 = \"one\"", "1 = \"two\""));
    call.scripts
        .insert(ScriptName::from("main"), script("main", &changed));
    assert_eq!(call.presses("1"), ["stop", "hangup one", "hangup Normal"]);
}
