//! R45: tiers come before whatever the strategy says.

use crate::support::{Centre, id};

const DAY: u64 = 24 * 3_600;

#[test]
fn r45_the_lower_tier_wins_over_idle_times_beyond_12_days() {
    let mut centre = Centre::new("longest-idle", "");
    centre.hires('B', &["support/2"]).ready('B');
    centre.wait(13 * DAY);
    centre.hires('A', &["support"]).ready('A');
    centre.joins(1).expect("offer 1 A");
    // He is asked when nobody of the first tier can be had.
    centre.joins(2).expect("offer 2 B");
}

#[test]
fn r45_under_every_strategy() {
    for row in acd::strategy::all() {
        let mut centre = Centre::tuned(row.name, "", |queue| queue.ring_max = 1);
        for (agent, membership) in [('A', "support/3"), ('B', "support/2"), ('C', "support/2")] {
            centre.hires(agent, &[membership]).ready(agent);
        }
        for number in 1..=5 {
            centre.joins(number);
            assert_ne!(centre.last_decision().chosen, [id('A')], "{}", row.name);
            centre.hangs_up(number);
        }
    }
}

#[test]
fn r45_a_change_of_tier_holds_at_once() {
    let mut centre = Centre::new("linear", "");
    centre.hires('A', &["support"]).ready('A');
    centre.hires('B', &["support"]).ready('B');
    centre.assigns('A', &["support/2"]);
    centre.joins(1).expect("offer 1 B");
}
