//! Who says by keys who he is (G6): that comes before what his number says, delays nobody, and goes with the call.

use std::sync::Arc;
use std::time::Duration;

use engine::Config;
use model::fact::PopCustomer;
use model::profile::{Candidate, Profile};
use model::{CustomerId, TypedFinding, TypedKind, TypedResult};

use crate::hotline::{Hotline, PROMPT};
use crate::phone::Manner;
use crate::transfers::{pops, to_agent};

const CALLER: &str = "13800001111";
const SECOND: Duration = Duration::from_secs(1);

const SCRIPT: &str = r#"title = { en = "Accounts" }
languages = ["en"]
start = "account"
[prompt.account]
en = "Key in your account number."
[collect.account]
prompt = "account"
into = "account_no"
min = 2
max = 2
next = "who"
on_failure = "agents"
[identify.who]
by = "account"
value = "account_no"
next = "thanks"
[play.thanks]
prompt = "account"
next = "agents"
[queue.agents]
queue = "support"
on_no_agents = "bye"
on_timeout = "bye"
[hangup.bye]
"#;

fn takes_accounts(config: &mut Config) {
    reads(config, SCRIPT);
}

fn reads(config: &mut Config, script: &str) {
    let (script, found) = ivr::parse("main".into(), "main.toml", script);
    assert_eq!(found, []);
    let script = Arc::new(script.expect("a script"));
    config.scripts.insert("main".into(), script);
}

fn candidate(id: u64, name: &str, why: &str) -> Candidate {
    Candidate {
        customer: CustomerId::new(id),
        name: name.to_owned(),
        vip_level: 0,
        confidence: "known".to_owned(),
        why: why.to_owned(),
        open_tickets: 0,
        last_contact: None,
        external_ref: None,
    }
}

/// Li, by the number that calls.
fn by_number() -> Profile {
    Profile {
        candidates: vec![candidate(2, "Li", "number")],
        ..Profile::default()
    }
}

/// Wang, by what was keyed in; the number is Li's.
fn by_typed() -> Profile {
    Profile {
        candidates: vec![
            candidate(1, "Wang", "typed_account"),
            candidate(2, "Li", "number"),
        ],
        typed: Some(Box::new(TypedFinding {
            kind: TypedKind::Account,
            text: "42".to_owned(),
            result: TypedResult::Found,
            customers: vec![CustomerId::new(1)],
            ticket: None,
            differs: true,
            is_vouched: false,
        })),
        ..Profile::default()
    }
}

/// A caller who keys in his account, with a directory that answers so.
fn calls(number: &str, by_typed: (Option<Profile>, Duration)) -> Hotline {
    let mut hotline = Hotline::with(takes_accounts);
    hotline.directory.0 = by_number();
    hotline.by_typed = by_typed;
    hotline.agent("1001", Manner::Rings);
    hotline.caller(number, "4000");
    hotline.run_for(SECOND);
    hotline.presses(number, '4');
    hotline.presses(number, '2');
    hotline.run_for(PROMPT + 2 * SECOND);
    hotline
}

fn known(hotline: &Hotline) -> Vec<&Profile> {
    let facts = hotline.facts_named("call.identified").into_iter();
    facts
        .map(|fact| match fact {
            model::Fact::CallIdentified { profile, .. } => profile,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn g6_what_was_keyed_in_is_told_first_beside_what_the_number_says() {
    let soon = Duration::from_millis(5);
    let hotline = calls(CALLER, (Some(by_typed()), soon));
    assert_eq!(hotline.typed.len(), 1);
    assert_eq!(
        (hotline.typed[0].kind, hotline.typed[0].text.as_str()),
        (TypedKind::Account, "42")
    );
    let pop = pops(&hotline)[0];
    assert_eq!(pop.customer, PopCustomer::Known(Box::new(by_typed())));
    // P10: a withheld number says nothing, and what was keyed in says all.
    let hotline = calls("anonymous", (Some(by_typed()), soon));
    let pop = pops(&hotline)[0];
    assert_eq!(pop.customer, PopCustomer::Known(Box::new(by_typed())));
}

#[test]
fn g6_p3_a_slow_directory_delays_no_ring_and_the_number_is_not_told_in_its_place() {
    let mut hotline = calls(CALLER, (Some(by_typed()), 60 * SECOND));
    assert!(hotline.when("1001", "rings").is_some());
    let pop = pops(&hotline)[0];
    assert_eq!(pop.customer, PopCustomer::Pending, "no silent guess");
    assert_eq!(pop.suggestion, "new");
    hotline.answers("1001");
    hotline.run_for(70 * SECOND);
    assert_eq!(known(&hotline), [&by_number(), &by_typed()]);
}

#[test]
fn g6_what_the_directory_does_not_answer_is_told_beside_the_number() {
    let hotline = calls(CALLER, (None, Duration::from_millis(5)));
    let pop = pops(&hotline)[0];
    let PopCustomer::Known(profile) = &pop.customer else {
        panic!("{pop:?}");
    };
    assert_eq!(profile.candidates, by_number().candidates);
    let typed = profile.typed.as_deref().expect("what was keyed in");
    assert_eq!(
        (typed.text.as_str(), typed.result),
        ("42", TypedResult::Unanswered)
    );
}

#[test]
fn g6_p6_a_transfer_carries_both_findings() {
    let soon = Duration::from_millis(5);
    let mut hotline = calls(CALLER, (Some(by_typed()), soon));
    let model::Fact::OfferMade { offer, .. } = hotline.facts_named("offer.made")[0] else {
        panic!("nobody was rung");
    };
    let first = offer.agent;
    let second = hotline.agent("1002", Manner::Rings);
    hotline.answers("1001");
    hotline.run_for(SECOND);
    let talks = pops(&hotline).len();
    assert!(hotline.orders(first, CALLER, to_agent("1002")));
    hotline.run_for(SECOND);
    let pops = pops(&hotline);
    assert_eq!(pops.len(), talks + 1, "{second} is rung");
    let handed = pops.last().expect("a pop");
    assert_eq!(handed.customer, PopCustomer::Known(Box::new(by_typed())));
    assert!(handed.handed_on.is_some());
}

/// F5: who has verified him says so in the script; else anybody could wait as somebody important does.
#[test]
fn g6_f5_an_account_that_is_keyed_in_puts_nobody_forward_unless_it_is_vouched_for() {
    for is_verified in [false, true] {
        let key = format!("by = \"account\"\nverified = {is_verified}");
        let script = SCRIPT.replace("by = \"account\"", &key);
        let mut hotline = Hotline::with(|config| {
            reads(config, &script);
            let support = config.queues.get_mut("support").expect("a queue");
            support.vip_first = true;
            support.rules.wrap_up = Duration::ZERO;
        });
        hotline.agent("1001", Manner::Answers(Duration::from_millis(100)));
        let mut vip = by_typed();
        vip.candidates[0].vip_level = 7;
        if let Some(typed) = &mut vip.typed {
            typed.is_vouched = is_verified;
        }
        let soon = Duration::from_millis(5);
        for (caller, answer) in [("100", None), ("101", None), ("102", Some(vip))] {
            hotline.by_typed = (answer, soon);
            hotline.caller(caller, "4000");
            hotline.run_for(SECOND);
            hotline.presses(caller, '4');
            hotline.presses(caller, '2');
            hotline.run_for(PROMPT + 2 * SECOND);
        }
        assert!(hotline.typed.iter().all(|it| it.is_verified == is_verified));
        hotline.hangs_up("100");
        hotline.run_for(SECOND);
        let first = if is_verified { "102" } else { "101" };
        assert_eq!(hotline.hears("1001"), first);
        for caller in ["101", "102"] {
            hotline.hangs_up(caller);
        }
        hotline.run_for(SECOND);
        hotline.assert_clean();
    }
}

#[test]
fn s22_what_was_keyed_in_is_in_no_debug_of_a_question() {
    let hotline = calls(CALLER, (Some(by_typed()), Duration::from_millis(5)));
    let asked = hotline
        .wishes
        .iter()
        .filter(|wish| wish.contains("Profile"));
    for wish in asked {
        assert!(!wish.contains("text: \"42\", is_secret"), "{wish}");
    }
    let shown = format!("{:?}", hotline.typed[0]);
    assert_eq!(shown, "Typed { kind: Account, .. }");
}
