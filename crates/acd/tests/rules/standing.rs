//! D15: where a caller stands as he may be told, and whether the number can be relied on.

use acd::Standing;
use model::ReasonCode;

use crate::support::{Centre, SUPPORT, call, queue};

fn stands(centre: &Centre, number: u64) -> (u32, bool) {
    let standing = centre.acd.standing(centre.now, call(number));
    let Standing { ahead, exact, .. } = standing.unwrap();
    (ahead, exact)
}

#[test]
fn d15_a_line_in_the_order_of_its_callers_gives_exact_places() {
    let mut centre = Centre::new("linear", "A");
    centre.rests('A').joins(1).wait(1).joins(2).wait(1).joins(3);
    assert_eq!(stands(&centre, 1), (0, true));
    assert_eq!(stands(&centre, 3), (2, true));
    centre.hangs_up(1);
    assert_eq!(stands(&centre, 3), (1, true));
    assert_eq!(centre.acd.standing(centre.now, call(1)), None, "he is gone");
}

#[test]
fn d15_whoever_may_come_before_others_or_be_passed_over_makes_the_places_of_all_uncertain() {
    type Joins = fn(&mut Centre);
    let table: [(&str, Joins); 4] = [
        ("priority", |centre| {
            centre.joins_first(9, SUPPORT, 1);
        }),
        ("head start", |centre| {
            centre.joins_vip(9, 600);
        }),
        ("skills", |centre| {
            centre.joins_needing(9, "fr");
        }),
        ("nobody", |centre| {
            centre.joins(9);
        }),
    ];
    for (what, joins) in table {
        let mut centre = Centre::new("linear", "A");
        centre.rests('A').joins(1).wait(1);
        joins(&mut centre);
        assert_eq!(stands(&centre, 1).1, what == "nobody", "{what}");
    }
}

#[test]
fn d15_places_of_a_queue_that_knows_its_callers_or_relaxes_over_time_are_about_right() {
    for strategy in ["sticky", "linear"] {
        let mut centre = Centre::new(strategy, "A");
        centre.rests('A').joins(1);
        assert_eq!(stands(&centre, 1), (0, strategy == "linear"), "{strategy}");
    }
    let mut steps = queue("stepped", "linear");
    steps.steps = vec![acd::Step {
        needs: "fr".parse().unwrap(),
        lasts: std::time::Duration::MAX,
    }];
    let mut centre = Centre::new("linear", "A");
    centre.add_queue(steps);
    centre.assigns('A', &["stepped"]).rests('A');
    centre.joins_in(1, "stepped");
    assert_eq!(stands(&centre, 1), (0, false));
}

#[test]
fn d27_a_queue_is_told_as_it_stands_with_its_agents_its_limit_and_its_line() {
    let mut centre = Centre::tuned("linear", "ABC", |queue| queue.max_active = Some(3));
    centre.add_queue(queue("sales", "ring-all"));
    centre.rests('C').joins(1).expect("offer 1 A").answers('A');
    centre.silence().joins(2).expect("offer 2 B");
    centre.wait(5).joins(3).wait(1);
    centre.joins_first(4, SUPPORT, 2);
    let name = SUPPORT.into();
    let it = centre.acd.situation(centre.now, &name).unwrap();
    let others = [
        (ReasonCode::NotReady, 1),
        (ReasonCode::Reserved, 1),
        (ReasonCode::Talking, 1),
    ];
    assert_eq!((it.ready, it.others.clone()), (0, others.into()));
    assert_eq!((it.active, it.config.max_active), (Some(2), Some(3)));
    assert_eq!((it.open, it.changes_at), (true, None));
    let line: Vec<_> = centre.acd.line(&name).collect();
    let places = line.iter().map(|place| (place.call, place.priority));
    let expected = [(call(4), 2), (call(2), 0), (call(3), 0)];
    assert_eq!(places.collect::<Vec<_>>(), expected);
    assert!(line.iter().all(|place| place.is_here && place.is_home));
    assert!(line[0].since > line[2].since, "who came last is first");
    let sales = centre.acd.situation(centre.now, &"sales".into()).unwrap();
    assert_eq!(
        (sales.active, sales.others.len()),
        (None, 0),
        "nobody counts"
    );
    assert!(
        centre
            .acd
            .situation(centre.now, &"nowhere".into())
            .is_none()
    );
}
