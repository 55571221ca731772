//! E23: what callers did at the nodes of scripts is counted once, whatever is read twice, and by the hour.

use model::fact::{CallResult, FailedTries, NodeLeft};
use model::{CallId, Fact, Interval, NodeHeat, ScriptName, Timestamp, Way, Zone};
use report::Subject;
use store::{ReportWish, SumsOf};

use crate::world::{DAY, MINUTE, NOW, World, after, arrived, ended};

fn entered(id: u64, version: u32, node: &str, left: Option<(&str, &str)>) -> Fact {
    let left = left.map(|(node, exit)| NodeLeft {
        node: node.to_owned(),
        exit: exit.to_owned(),
        failed: FailedTries {
            timeouts: 1,
            wrong_keys: 0,
        },
    });
    Fact::IvrEntered {
        call: CallId::new(id),
        script: "main".into(),
        version,
        kind: "menu".to_owned(),
        node: node.to_owned(),
        depth: 0,
        left: left.into_iter().collect(),
    }
}

/// A call at `NOW + ms`: ten seconds in `welcome`, by key 2 to `card`, and after five seconds the caller hangs up.
fn call(id: u64, version: u32, ms: i64) -> Vec<(Timestamp, Fact)> {
    let left = Some(("welcome", "2"));
    vec![
        (after(ms), arrived(id, "13800001111")),
        (after(ms), entered(id, version, "welcome", None)),
        (after(ms + 10_000), entered(id, version, "card", left)),
        (after(ms + 15_000), ended(id, CallResult::SelfService, None)),
    ]
}

async fn node(world: &World, node: &str, version: Option<u32>) -> NodeHeat {
    let time = after(-DAY)..after(3 * DAY);
    let script = ScriptName::from("main");
    let heat = world.database.script_heat(&script, time, version);
    heat.await.unwrap().remove(node).unwrap_or_default()
}

#[tokio::test]
async fn e23_a_visit_counts_once_when_its_call_has_ended() {
    let mut world = World::new().await;
    let facts = world.numbered(call(1, 3, 0));
    // A batch ends within the call, another is read twice: a crash may cut anywhere.
    world.database.apply(&facts[..3]).await.unwrap();
    assert_eq!(node(&world, "welcome", None).await, NodeHeat::default());
    world.database.apply(&facts[1..]).await.unwrap();
    world.database.apply(&facts).await.unwrap();
    let mut world = world.reopen().await;
    let welcome = node(&world, "welcome", None).await;
    let left = &welcome.ways[&Way::Exit("2".to_owned())];
    assert_eq!((welcome.ways.len(), left.visits, left.timeouts), (1, 1, 1));
    assert_eq!(left.times.mean(), Some(10_000.0));

    world.tell(call(2, 3, MINUTE)).await;
    world.tell(call(3, 4, 2 * MINUTE)).await;
    let card = node(&world, "card", None).await;
    assert_eq!(
        (card.visits(&Way::HungUp), card.hung_up_share()),
        (3, Some(1.0))
    );
    assert_eq!(node(&world, "card", Some(4)).await.visits(&Way::HungUp), 1);
    assert_eq!(node(&world, "card", Some(5)).await, NodeHeat::default());
    let all = node(&world, "welcome", None).await.all();
    assert_eq!((all.visits, all.times.percentile(0.5)), (3, Some(10_047)));
}

#[tokio::test]
async fn e23_hours_are_told_apart() {
    let mut world = World::new().await;
    world.tell(call(1, 3, 0)).await;
    world.tell(call(2, 3, DAY)).await;
    let script = ScriptName::from("main");
    for (from, to, expected) in [
        (-DAY, DAY / 2, 1),
        (DAY / 2, 2 * DAY, 1),
        (-DAY, 2 * DAY, 2),
        (2 * DAY, 3 * DAY, 0),
    ] {
        let heat = world
            .database
            .script_heat(&script, after(from)..after(to), None);
        let heat = heat.await.unwrap();
        let visits = heat.get("card").map_or(0, |heat| heat.all().visits);
        assert_eq!(visits, expected, "{from} {to}");
    }
    let other = ScriptName::from("night");
    let heat = world.database.script_heat(&other, NOW..after(DAY), None);
    assert!(heat.await.unwrap().is_empty());
}

#[tokio::test]
async fn i6_a_report_tells_of_each_node_who_came_left_and_hung_up() {
    let mut world = World::new().await;
    for (id, hour) in [(1, 0), (2, 0), (3, 5)] {
        let facts = call(id, 1, hour * 60 * MINUTE);
        world.tell(facts).await;
    }
    let told = async |by, script: Option<&str>| {
        let wish = ReportWish {
            subject: Subject::Ivr,
            time: NOW..after(DAY),
            by,
            zone: Zone::ahead(0),
            of: SumsOf {
                script: script.map(ScriptName::from),
                ..SumsOf::default()
            },
        };
        world.database.report(&wish, after(DAY)).await.unwrap()
    };
    let hours = told(Interval::Hour, None).await.unwrap();
    assert_eq!(hours.rows.len(), 4, "two nodes in each of two hours");
    let whole = told(Interval::Whole, Some("main")).await.unwrap();
    assert_eq!(whole.total.sums, hours.total.sums);
    let ids: Vec<&str> = whole.rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["main/card", "main/welcome"]);
    let of = |row: usize, name: &str| {
        let mut figures = Subject::Ivr.figures();
        let figure = figures.find(|it| it.name == name).unwrap();
        figure.of(&whole.rows[row].sums)
    };
    for (row, name, expected) in [
        (0, "ivr_entered", 3.0),
        (0, "ivr_hung_up_rate", 1.0),
        (0, "ivr_stay", 5_000.0),
        (1, "ivr_left", 3.0),
        (1, "ivr_hung_up", 0.0),
        (1, "ivr_timeouts", 3.0),
        (1, "ivr_stay", 10_000.0),
    ] {
        assert_eq!(of(row, name), Some(expected), "{row} {name}");
    }
    let other = told(Interval::Whole, Some("other")).await.unwrap();
    assert!(other.rows.is_empty());
    assert_eq!(told(Interval::QuarterHour, None).await, None, "by the hour");
}
