//! Number lists (A7, F5, F6): what callers meet, where and until when, who comes first, and who is on none of them.

use std::sync::Arc;
use std::time::Duration;

use engine::{Command, Entry, NumberLists};
use model::fact::PopFlag;
use model::{Bar, Fact, ListKind, NumberEntry, NumberEntryId, Numbers, Timestamp};

use crate::consult::last_pop;
use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::plan::{leads, numbers};
use crate::trunks::{at_rest, causes, open, open_with};

const SECOND: Duration = Duration::from_secs(1);
const CALLER: &str = "+8613800001111";

/// An entry that holds everywhere, for good.
fn entry(id: u64, list: ListKind, numbers: &str) -> NumberEntry {
    NumberEntry {
        id: NumberEntryId::new(id),
        list,
        numbers: Numbers::stored(numbers).unwrap(),
        scope: Default::default(),
        bar: (list == ListKind::Black).then_some(Bar::Reject),
        vip_level: 0,
        reason: "threats".into(),
        owner: "admin".into(),
        note: None,
        since: Timestamp::from_ms(0),
        until: None,
        hits: 0,
        last_hit_at: None,
        version: 1,
    }
}

fn lists(hotline: &mut Hotline, entries: Vec<NumberEntry>) {
    let lists: NumberLists = entries.into_iter().collect();
    hotline.command(Command::SetNumberLists(lists.into()));
}

fn bars(hotline: &mut Hotline, rows: &[(&str, Bar, Option<Duration>)]) {
    let now = hotline.now;
    let rows = rows
        .iter()
        .zip(1..)
        .map(|((number, bar, until), id)| NumberEntry {
            bar: Some(bar.clone()),
            until: until.map(|until| Timestamp::from(now + until)),
            ..entry(id, ListKind::Black, number)
        });
    let rows = rows.collect();
    lists(hotline, rows);
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
        let told = hotline.facts_named("caller.listed");
        assert!(
            matches!(told[..], [Fact::CallerListed { number, bar: Some(met), .. }] if number == CALLER && *met == bar),
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
        ("*", Bar::Log, None),
        ("1001", Bar::Reject, None),
    ];
    bars(&mut hotline, &rows);
    hotline.agent("1001", Manner::Rings);
    hotline.carrier("anonymous", 30, Manner::Rings, &[]);
    hotline.dials("anonymous", "01065529988");
    assert!(hotline.when("anonymous", "is answered").is_some());
    hotline.dials("1001", "4000");
    assert!(hotline.when("1001", "is answered").is_some());
    assert!(hotline.facts_named("caller.listed").is_empty());
    hotline.hangs_up("anonymous");
    hotline.hangs_up("1001");
    at_rest(&mut hotline);
}

#[test]
fn f6_white_passes_past_a_wider_bar_and_log_only_tells() {
    for (first, answered, told) in [
        (
            entry(1, ListKind::White, CALLER),
            true,
            (ListKind::White, None),
        ),
        (
            NumberEntry {
                bar: Some(Bar::Log),
                ..entry(1, ListKind::Black, "+861380000*")
            },
            true,
            (ListKind::Black, Some(Bar::Log)),
        ),
        (
            entry(1, ListKind::White, "+86*"),
            false,
            (ListKind::Black, Some(Bar::Reject)),
        ),
    ] {
        let mut hotline = open();
        lists(
            &mut hotline,
            vec![first, entry(2, ListKind::Black, "+86138*")],
        );
        hotline.carrier("13800001111", 30, Manner::Rings, &[]);
        hotline.dials("13800001111", "01065529988");
        let is_answered = hotline.when("13800001111", "is answered").is_some();
        assert_eq!(is_answered, answered, "{told:?}");
        let facts = hotline.facts_named("caller.listed");
        let [Fact::CallerListed { list, bar, .. }] = facts[..] else {
            panic!("{facts:?}")
        };
        assert_eq!((*list, bar.clone()), told);
        hotline.hangs_up("13800001111");
        at_rest(&mut hotline);
    }
}

#[test]
fn f6_a_bar_of_a_queue_holds_where_he_would_wait_and_not_before() {
    let barred = |bar: Bar| NumberEntry {
        bar: Some(bar),
        scope: ["queue:support".parse().unwrap()].into_iter().collect(),
        ..entry(1, ListKind::Black, CALLER)
    };
    // By the script's queue he is on the line already; by the number's he has not been answered.
    for (bar, direct, result) in [
        (Bar::Reject, false, "refused"),
        (Bar::Busy, false, "refused"),
        (Bar::Script("main".into()), false, "self_service"),
        (Bar::Reject, true, "refused"),
    ] {
        let mut hotline = open_with(|config| {
            let entry = if direct {
                Entry::Queue("support".into())
            } else {
                Entry::Script("straight".into())
            };
            crate::plan::script(config, "straight", STRAIGHT);
            numbers(config, [(crate::trunks::OURS, leads(entry))]);
        });
        hotline.agent("1001", Manner::Rings);
        lists(&mut hotline, vec![barred(bar.clone())]);
        hotline.carrier("13800001111", 30, Manner::Rings, &[]);
        hotline.dials("13800001111", "01065529988");
        hotline.run_for(2 * SECOND);
        let is_answered = hotline.when("13800001111", "is answered").is_some();
        assert_eq!(is_answered, !direct, "{bar:?}");
        assert!(hotline.facts_named("queue.joined").is_empty(), "{bar:?}");
        assert_eq!(
            hotline.facts_named("caller.listed").len(),
            1,
            "once, {bar:?}"
        );
        hotline.hangs_up("13800001111");
        hotline.run_for(SECOND);
        let ended = hotline.facts_named("call.ended");
        let [Fact::CallEnded { result: told, .. }] = ended[..] else {
            panic!("{ended:?}")
        };
        assert_eq!(told.name(), result, "{bar:?}");
        at_rest(&mut hotline);
    }
}

const STRAIGHT: &str = r#"title = { en = "Straight" }
languages = ["en"]
start = "wait"
[queue.wait]
queue = "support"
on_timeout = "end"
on_no_agents = "end"
[hangup.end]
"#;

#[test]
fn f6_a_mailbox_may_have_him_and_one_that_is_gone_turns_him_away() {
    for (mailbox, answered) in [("night", true), ("gone", false)] {
        let mut hotline = open_with(|config| {
            let text = "languages = [\"en\"]\nstart = \"message\"\nvoicemail.message = { box = \"night\" }\n";
            let script = ivr::mailbox_script(&"night".into());
            let (script, _) = ivr::parse(script, "voicemail.toml", text);
            let script = Arc::new(script.unwrap());
            config.scripts.insert(script.name().clone(), script);
        });
        bars(
            &mut hotline,
            &[(CALLER, Bar::Voicemail(mailbox.into()), None)],
        );
        hotline.carrier("13800001111", 30, Manner::Rings, &[]);
        hotline.dials("13800001111", "01065529988");
        let is_answered = hotline.when("13800001111", "is answered").is_some();
        assert_eq!(is_answered, answered, "{mailbox}");
        hotline.run_for(SECOND);
        assert_eq!(
            hotline.looked_up.len(),
            usize::from(answered),
            "whether it has room"
        );
        hotline.hangs_up("13800001111");
        at_rest(&mut hotline);
    }
}

#[test]
fn f5_the_level_of_the_list_is_the_customers_for_queue_and_screen() {
    for (vip_first, first) in [(true, "102"), (false, "101")] {
        let mut hotline = Hotline::with(|config| {
            let support = config.queues.get_mut("support").unwrap();
            support.vip_first = vip_first;
            support.rules.wrap_up = Duration::ZERO;
            numbers(config, [("4001", leads(Entry::Queue("support".into())))]);
        });
        let vip = NumberEntry {
            vip_level: 3,
            reason: "the ministry".into(),
            ..entry(7, ListKind::Vip, "102")
        };
        lists(&mut hotline, vec![vip]);
        hotline.agent("1001", Manner::Answers(Duration::from_millis(100)));
        for caller in ["100", "101", "102"] {
            hotline.caller(caller, "4001");
            hotline.run_for(SECOND);
        }
        hotline.hangs_up("100");
        hotline.run_for(SECOND);
        assert_eq!(hotline.hears("1001"), first);
        let flags = last_pop(&hotline).flags.clone();
        let flag = PopFlag {
            list: ListKind::Vip,
            remark: "the ministry".into(),
            vip_level: 3,
        };
        let shown = if vip_first { vec![flag] } else { vec![] };
        assert_eq!(flags, shown, "P4");
        for caller in ["101", "102"] {
            hotline.hangs_up(caller);
        }
        hotline.run_for(SECOND);
        hotline.assert_clean();
    }
}

#[test]
fn f5_a_customer_who_is_known_late_comes_first_where_his_level_counts() {
    let mut hotline = Hotline::with(|config| {
        let support = config.queues.get_mut("support").unwrap();
        support.vip_first = true;
        support.rules.wrap_up = Duration::ZERO;
        numbers(config, [("4001", leads(Entry::Queue("support".into())))]);
    });
    hotline.agent("1001", Manner::Answers(Duration::from_millis(100)));
    for caller in ["100", "101"] {
        hotline.caller(caller, "4001");
        hotline.run_for(SECOND);
    }
    let candidate = model::profile::Candidate {
        customer: model::CustomerId::new(5),
        name: "Li".into(),
        vip_level: 2,
        confidence: model::profile::KNOWN.into(),
        why: "number".into(),
        open_tickets: 0,
        last_contact: None,
        external_ref: None,
    };
    hotline.directory.0.candidates = vec![candidate];
    hotline.caller("102", "4001");
    hotline.run_for(SECOND);
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("1001"), "102");
    for caller in ["101", "102"] {
        hotline.hangs_up(caller);
    }
    hotline.run_for(SECOND);
    hotline.assert_clean();
}
