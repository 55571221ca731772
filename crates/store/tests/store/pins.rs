//! E9: wrong PINs by telephone are known after a restart, whoever goes on trying.

use model::{CallId, Fact};

use crate::world::{NOW, World, after};

/// More than an answer holds.
const FLOOD: u64 = 10_100;

#[tokio::test]
async fn e9_whoever_goes_on_trying_pushes_no_wrong_pin_out() {
    let mut world = World::new().await;
    let refused = |call, wrong| Fact::CalendarPinRefused {
        call: CallId::new(call),
        calendar: "office".into(),
        locked_until: Some(after(3_600_000)),
        for_all: true,
        wrong,
    };
    let flood = (1..=FLOOD).map(|call| (NOW, refused(call, false)));
    let mut facts: Vec<_> = flood.collect();
    facts.push((after(1), refused(FLOOD + 1, true)));
    facts.push((after(2), refused(FLOOD + 2, true)));
    world.tell(facts).await;
    let known = world.database.pin_refusals(NOW).await.unwrap();
    let calls: Vec<_> = known.iter().map(|it| it.call.get()).collect();
    assert_eq!(calls, [FLOOD + 1, FLOOD + 2], "in their order");
    assert!(
        known
            .iter()
            .all(|it| it.for_all && it.locked_until.is_some())
    );
    let later = world.database.pin_refusals(after(2)).await.unwrap();
    assert_eq!(later.len(), 1);
}

#[tokio::test]
async fn e9_of_too_many_wrong_pins_the_latest_are_known() {
    let mut world = World::new().await;
    let wrong = |call: u64| Fact::CalendarPinRefused {
        call: CallId::new(call),
        calendar: format!("calendar {call}"),
        locked_until: None,
        for_all: false,
        wrong: true,
    };
    let facts = (1..=FLOOD).map(|call| (after(call as i64), wrong(call)));
    world.tell(facts.collect()).await;
    let known = world.database.pin_refusals(NOW).await.unwrap();
    assert_eq!(known.first().unwrap().call.get(), FLOOD - 9_999);
    assert_eq!(known.last().unwrap().call.get(), FLOOD);
}
