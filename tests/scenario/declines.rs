//! An agent declines on his page (R6), and says why once a day (C10).

use std::time::Duration;

use engine::{Command, CommandError};
use model::{AgentId, AgentState, Fact};

use crate::hotline::Hotline;
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);
const LI: AgentId = AgentId::new(1001);

/// 1001's phone rings for caller 100; 1002 comes next.
fn rung() -> Hotline {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Rings);
    hotline.run_for(SECOND);
    hotline.agent("1002", Manner::Rings);
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND);
    assert!(hotline.when("1001", "rings").is_some());
    hotline
}

fn declines(hotline: &mut Hotline, reason: Option<&str>) -> Result<(), CommandError> {
    hotline.command(Command::Decline {
        agent: LI,
        reason: reason.map(str::to_owned),
    });
    hotline.run_for(Duration::from_millis(50));
    hotline.answers.last().unwrap().clone()
}

fn reasons(hotline: &Hotline) -> Vec<Option<String>> {
    let facts = hotline.facts_named("offer.declined");
    let told = facts.into_iter().map(|fact| match fact {
        Fact::OfferDeclined { reason, .. } => reason.clone(),
        _ => None,
    });
    told.collect()
}

#[test]
fn c10_why_he_declines_is_asked_once_a_day_and_his_phones_stop() {
    let mut hotline = rung();
    let asked = declines(&mut hotline, None);
    assert_eq!(asked, Err(CommandError::ReasonNeeded));
    assert_eq!(
        declines(&mut hotline, Some("  ")),
        Err(CommandError::ReasonNeeded)
    );
    assert!(
        matches!(hotline.state(LI), AgentState::Ringing { .. }),
        "it rings on"
    );
    assert_eq!(declines(&mut hotline, Some(" on the other line ")), Ok(()));
    assert_eq!(hotline.state(LI), AgentState::Ready);
    assert!(hotline.when("1001", "is cancelled").is_some() || !hotline.phones["1001"].is_talking());
    assert!(
        hotline.when("1002", "rings").is_some(),
        "the caller goes on"
    );
    // C9: he is left alone for ten seconds; 1002 lets it ring, and the pass begins anew.
    hotline.run_for(25 * SECOND);
    assert_eq!(declines(&mut hotline, None), Ok(()), "not asked again");
    hotline.run_for(24 * 3_600 * SECOND);
    assert_eq!(
        reasons(&hotline),
        [Some("on the other line".to_owned()), None]
    );
}

#[test]
fn c10_never_the_same_caller_twice_in_a_pass() {
    let mut hotline = rung();
    assert_eq!(declines(&mut hotline, Some("busy")), Ok(()));
    hotline.run_for(14 * SECOND);
    let rung = hotline.facts_named("offer.made");
    let agents: Vec<u64> = rung
        .iter()
        .filter_map(|fact| match fact {
            Fact::OfferMade { offer, .. } => Some(offer.agent.get()),
            _ => None,
        })
        .collect();
    assert_eq!(
        agents,
        [1001, 1002],
        "though 1001 is free again after ten seconds"
    );
}

#[test]
fn c10_a_new_day_asks_again() {
    let mut hotline = rung();
    assert_eq!(declines(&mut hotline, Some("busy")), Ok(()));
    hotline.hangs_up("100");
    hotline.run_for(24 * 3_600 * SECOND);
    hotline.phone("1001").registers(3_600);
    hotline.run_for(SECOND);
    hotline.caller_presses("101", '1');
    hotline.run_for(SECOND);
    assert_eq!(
        declines(&mut hotline, None),
        Err(CommandError::ReasonNeeded)
    );
}

#[test]
fn c10_where_nothing_rings_nothing_is_declined() {
    let mut hotline = rung();
    hotline.answers("1001");
    hotline.run_for(SECOND);
    let refused = declines(&mut hotline, Some("busy"));
    assert!(
        matches!(refused, Err(CommandError::NotAllowed(_))),
        "{refused:?}"
    );
    assert_eq!(hotline.hears("100"), "1001");
}

#[test]
fn c10_a_reason_that_cannot_be_shown_declines_nothing() {
    let mut hotline = rung();
    let long = "x".repeat(101);
    for bad in [long.as_str(), "a\u{7}b"] {
        let refused = declines(&mut hotline, Some(bad));
        assert!(
            matches!(refused, Err(CommandError::Invalid(_))),
            "{refused:?}"
        );
    }
    assert!(hotline.facts_named("offer.declined").is_empty());
}
