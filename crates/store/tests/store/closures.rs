//! E9: what is closed out of turn stands in the store as the facts say it, and nothing that is over.

use model::calendar::{ClosedBy, Closure};
use model::{CallId, Fact};

use crate::world::{NOW, World, after};

#[tokio::test]
async fn e9_a_start_finds_what_facts_have_left_closed() {
    let mut world = World::new().await;
    let closure = |until, by| Closure {
        since: NOW,
        until: after(until),
        reason: "停电".into(),
        by,
    };
    let closed = |calendar: &str, closure: &Closure| Fact::CalendarClosed {
        calendar: calendar.into(),
        closure: closure.clone(),
    };
    let agent = ClosedBy::Agent(world.agent("1001").await.id);
    let (first, second) = (
        closure(1_000, agent),
        closure(9_000, ClosedBy::Call(CallId::new(5))),
    );
    let opened = Fact::CalendarOpened {
        calendar: "shop".into(),
        by: None,
    };
    let facts = [
        closed("office", &first),
        closed("shop", &first),
        opened,
        closed("office", &second),
    ];
    world.tell(facts.map(|fact| (NOW, fact)).to_vec()).await;
    let left = world.database.closures().await.unwrap();
    assert_eq!(left, [("office".to_owned(), second)].into());
}
