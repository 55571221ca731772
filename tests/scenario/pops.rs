//! The screen pop: at ring and not later, complete, cancelled in time (P0-P10, the engine's part).

use std::time::Duration;

use model::fact::{Fact, PopCustomer};
use model::profile::{Candidate, OpenTicket};
use model::{CustomerId, Profile, TicketId};

use crate::hotline::Hotline;
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);

fn chen() -> Profile {
    Profile {
        e164: model::E164::parse("+8613800001111").ok(),
        candidates: vec![Candidate {
            customer: CustomerId::new(5),
            name: "Mr Chen".into(),
            vip_level: 2,
            confidence: "known".into(),
            why: "number".into(),
            open_tickets: 0,
            last_contact: None,
            external_ref: None,
        }],
        open_tickets: vec![OpenTicket {
            ticket: TicketId::new(9),
            number: "1".into(),
            subject: "s".into(),
            priority: 2,
            state: "new".into(),
            urges: 1,
            due_at: None,
            is_overdue: false,
        }],
        ..Profile::default()
    }
}

fn pops(hotline: &Hotline) -> Vec<&model::fact::Pop> {
    hotline
        .facts_named("offer.made")
        .into_iter()
        .map(|fact| match fact {
            Fact::OfferMade { pop, .. } => pop.as_ref(),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn p1_the_pop_leaves_with_the_ring_and_carries_all() {
    let mut hotline = Hotline::open();
    hotline.directory.0 = chen();
    hotline.agent("1001", Manner::Rings);
    hotline.caller_presses("13800001111", '1');
    let pop = pops(&hotline)[0];
    assert_eq!(pop.customer, PopCustomer::Known(Box::new(chen())));
    assert_eq!(
        (
            pop.called.as_str(),
            pop.language.as_str(),
            pop.suggestion.as_str()
        ),
        ("4000", "en", "append")
    );
    assert_eq!(pop.path, ["menu welcome", "1", "queue support"]);
    // N1: the same turn: the fact's wish stands before the INVITE's.
    let fact = hotline
        .wishes
        .iter()
        .position(|wish| wish.contains("OfferMade"))
        .unwrap();
    let invite = hotline
        .wishes
        .iter()
        .position(|wish| wish.contains("INVITE sip:1001@"))
        .unwrap();
    assert!(fact < invite);
    assert_eq!(
        hotline.wishes[fact].split(' ').next(),
        hotline.wishes[invite].split(' ').next()
    );
}

#[test]
fn p3_a_slow_directory_never_delays_the_ring() {
    let mut hotline = Hotline::open();
    hotline.directory = (chen(), 60 * SECOND);
    hotline.agent("1001", Manner::Rings);
    hotline.caller_presses("13800001111", '1');
    assert!(hotline.when("1001", "rings").is_some());
    assert_eq!(pops(&hotline)[0].customer, PopCustomer::Pending);
    hotline.answers("1001");
    hotline.run_for(70 * SECOND);
    assert_eq!(
        hotline.facts_named("call.identified").len(),
        1,
        "a second fact fills it"
    );
}

#[test]
fn p7_ring_all_pops_for_each_and_cancels_the_others_within_200_ms() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline.agent("1002", Manner::Rings);
    hotline.agent("1003", Manner::Rings);
    hotline.caller_presses("100", '2');
    hotline.run_for(3 * SECOND);
    assert_eq!(pops(&hotline).len(), 3);
    let connected = hotline
        .facts
        .iter()
        .find(|(_, fact)| fact.name() == "call.connected")
        .unwrap()
        .0;
    let cancelled: Vec<_> = hotline
        .facts
        .iter()
        .filter(|(_, fact)| fact.name() == "offer.cancelled")
        .collect();
    assert_eq!(cancelled.len(), 2);
    assert!(cancelled.iter().all(|(at, _)| at.ms_since(connected) < 200));
}

#[test]
fn p10_a_withheld_number_pops_without_candidates_and_asks_nobody() {
    let mut hotline = Hotline::open();
    hotline.directory.0 = chen();
    hotline.agent("1001", Manner::Rings);
    hotline.caller_presses("anonymous", '1');
    let pop = pops(&hotline)[0];
    assert_eq!(pop.customer, PopCustomer::Withheld);
    assert!(pop.caller.is_withheld());
    assert!(
        !hotline
            .wishes
            .iter()
            .any(|wish| wish.contains("Request(Profile")),
        "nothing to match on"
    );
}

#[test]
fn p0_offer_connected_ended_in_this_order() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(3 * SECOND);
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    let of_pop = |name: &&str| matches!(*name, "offer.made" | "call.connected" | "call.ended");
    assert_eq!(
        hotline
            .story()
            .into_iter()
            .filter(of_pop)
            .collect::<Vec<_>>(),
        ["offer.made", "call.connected", "call.ended"]
    );
}
