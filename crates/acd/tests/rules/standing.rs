//! D15: where a caller stands as he may be told, and whether the number can be relied on.

use acd::Standing;

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
