//! What outlives a process besides states and counts: what a newcomer was credited with, and what is still to be filed.

use acd::{Credit, PastFiling, WrapUpMode};
use model::{Fact, FactRecord};

use super::*;
use crate::recovery::remains::Remains;

const ANNA: AgentId = AgentId::new(7);
const CALL: CallId = CallId::new(1);

/// Facts of one second each, read; what is given back of Anna.
fn given_back(facts: &[Fact]) -> Vec<Past> {
    let records = facts.iter().zip(1..).map(|(fact, seq)| FactRecord {
        seq,
        at: Timestamp::from_ms(i64::try_from(seq).unwrap() * 1_000),
        fact: fact.clone(),
    });
    let records: Vec<_> = records.collect();
    let mut remains = Remains::default();
    remains.read(&records);
    let formerly = remains.formerly(true);
    let past = formerly[&ANNA].past.iter();
    past.map(|(_, past)| past.clone()).collect()
}

fn becomes(from: AgentState, to: AgentState, cause: &str) -> Fact {
    Fact::AgentStateChanged {
        agent: ANNA,
        from,
        to,
        cause: cause.into(),
    }
}

const fn talks() -> AgentState {
    AgentState::Talking { call: Some(CALL) }
}

const fn files() -> AgentState {
    AgentState::WrapUp { call: CALL }
}

/// Her call of five seconds, which she files from the eighth on.
fn day() -> Vec<Fact> {
    vec![
        becomes(AgentState::Offline, AgentState::Ready, "agent"),
        Fact::CallConnected {
            offer: Offer {
                id: OfferId::new(1),
                call: CALL,
                agent: ANNA,
                queue: Some("support".into()),
            },
            waited_ms: 0,
            rang_ms: 0,
        },
        becomes(AgentState::Ready, talks(), "answer"),
        Fact::WrapUpBegan {
            agent: ANNA,
            call: CALL,
            mode: "until_category".into(),
            until: Timestamp::from_ms(900_000),
        },
        becomes(talks(), files(), "call_ended"),
    ]
}

fn is_filing(past: &[Past]) -> bool {
    past.iter().any(|past| matches!(past, Past::Filed(_)))
}

#[test]
fn r47_a_newcomers_last_credit_of_a_queue_is_given_back() {
    let levelled = |calls| Fact::AgentLevelled {
        agent: ANNA,
        queue: "support".into(),
        calls,
        time_us: 5,
        until: Timestamp::from_ms(900_000),
    };
    let past = given_back(&[levelled(1), levelled(2)]);
    let credit = Credit {
        calls: 2,
        time: 5,
        until: Duration::from_secs(900),
    };
    let queue = "support".into();
    let levelled = Past::Levelled { queue, credit };
    assert_eq!(past, [levelled, Past::ProcessEnded]);
}

#[test]
fn c20_c5_what_an_agent_files_outlives_each_start_until_it_is_filed() {
    let mut facts = day();
    let filing = Past::Filed(PastFiling {
        call: CALL,
        queue: Some("support".into()),
        mode: WrapUpMode::UntilCategory,
        began: Duration::from_secs(5),
        talked: Duration::from_secs(3),
        until: Duration::from_secs(900),
    });
    assert!(given_back(&facts).contains(&filing));
    // A start that was cut has given it back to nobody.
    facts.push(becomes(files(), AgentState::Offline, "restart"));
    assert!(given_back(&facts).contains(&filing));
    facts.push(becomes(AgentState::Offline, files(), "restart"));
    assert!(given_back(&facts).contains(&filing));
    facts.push(becomes(files(), AgentState::Ready, "wrap_up_done"));
    assert!(!is_filing(&given_back(&facts)));
}

#[test]
fn c20_a_call_that_a_crash_cut_leaves_nothing_to_file() {
    let mut facts = day();
    facts.truncate(3);
    assert!(!is_filing(&given_back(&facts)));
}
