//! Calls over a network that loses packets: every call ends the same on both sides, and nothing is left.

use super::world::*;
use crate::*;
use core::time::Duration;

/// SplitMix64.
fn dice(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

fn lossy(seed: u64, percent: u64) -> World {
    let mut world = World::new();
    let mut roll = dice(seed);
    world.loss = Box::new(move |_| roll() % 100 < percent);
    world
}

/// Waits until the server has news of a kind, for at most 33 s.
fn wait_for(world: &mut World, who: &str, wanted: impl Fn(&Event) -> bool) -> Event {
    for _ in 0..3_300 {
        world.run_ms(10);
        if let Some(event) = world.news(who).into_iter().find(|event| wanted(event)) {
            return event;
        }
    }
    panic!("nothing came");
}

#[test]
fn g16_calls_survive_ten_percent_of_loss() {
    for seed in 0..50 {
        let mut world = lossy(seed, 10);
        let alice = world.call(ALICE, SERVER, "4000");
        let Event::Invite { session, .. } = wait_for(&mut world, SERVER, |event| {
            matches!(event, Event::Invite { .. })
        }) else {
            unreachable!()
        };
        world.at(SERVER, |node, now| node.ring(now, session));
        world.run_ms(200);
        world.at(SERVER, |node, now| node.answer(now, session, ANSWER));
        wait_for(&mut world, SERVER, |event| {
            matches!(event, Event::Acked { .. })
        });
        assert!(
            world
                .news(ALICE)
                .iter()
                .any(|event| matches!(event, Event::Answered { late: false, .. }))
        );
        world.at(ALICE, |node, now| node.hang_up(now, alice, None));
        wait_for(&mut world, SERVER, |event| {
            matches!(
                event,
                Event::Ended {
                    by: EndedBy::RemoteBye,
                    ..
                }
            )
        });
        world.expect_nothing_left();
    }
}

/// Whatever is lost and whenever the owners act, each session gets exactly one end and no table keeps anything.
#[test]
fn r3_any_story_ends_once_and_leaves_nothing() {
    for seed in 0..400 {
        let mut roll = dice(seed);
        let mut world = lossy(seed ^ 0xabcd, roll() % 60);
        let alice = world.call(ALICE, SERVER, "4000");
        let mut server = None;
        let mut server_done = false;
        let mut ends = [0, 0];
        for _ in 0..60 {
            world.run_ms(roll() % 900);
            for event in world.news(SERVER) {
                match event {
                    Event::Invite { session, .. } => server = Some(session),
                    Event::Cancelled { .. } | Event::Ended { .. } => {
                        assert!(!server_done, "seed {seed}");
                        ends[0] += 1;
                    }
                    Event::ReInvite { session, .. } => {
                        world.at(SERVER, |node, now| {
                            node.accept_reinvite(now, session, ANSWER)
                        });
                    }
                    Event::Acked { .. }
                    | Event::ReInviteAnswered { .. }
                    | Event::ReInviteRefused { .. }
                    | Event::Refer { .. }
                    | Event::BindingsChanged { .. }
                    | Event::Trunk { .. }
                    | Event::Digit { .. }
                    | Event::Ringing { .. }
                    | Event::Answered { .. }
                    | Event::Refused { .. }
                    | Event::Registered { .. }
                    | Event::Unregistered { .. } => {}
                }
            }
            for event in world.news(ALICE) {
                if matches!(event, Event::Refused { .. } | Event::Ended { .. }) {
                    ends[1] += 1;
                }
            }
            let Some(session) = server else { continue };
            match roll() % 12 {
                0 => world.at(SERVER, |node, now| node.ring(now, session)),
                1 | 2 => world.at(SERVER, |node, now| node.answer(now, session, ANSWER)),
                3 if roll().is_multiple_of(4) => {
                    world.at(SERVER, |node, now| {
                        node.reject(now, session, Refusal::new(486))
                    });
                }
                4 if roll().is_multiple_of(4) => {
                    world.at(SERVER, |node, now| node.hang_up(now, session, None));
                    server_done = true;
                }
                5 if roll().is_multiple_of(4) => {
                    world.at(ALICE, |node, now| node.hang_up(now, alice, None))
                }
                _ => {}
            }
        }
        assert!(ends[0] <= 1 && ends[1] <= 1, "seed {seed}: {ends:?}");
        world.loss = Box::new(|_| false);
        if let Some(session) = server {
            world.at(SERVER, |node, now| node.hang_up(now, session, None));
        }
        world.at(ALICE, |node, now| node.hang_up(now, alice, None));
        world.run(Duration::from_secs(70));
        world.expect_nothing_left();
    }
}

#[test]
fn r3_same_seed_same_bytes() {
    let story = |seed| {
        let mut world = lossy(seed, 20);
        let alice = world.call(ALICE, SERVER, "4000");
        world.run(Duration::from_secs(5));
        world.at(ALICE, |node, now| node.hang_up(now, alice, None));
        world.run(Duration::from_secs(60));
        world.trace
    };
    assert_eq!(story(3), story(3));
    assert_ne!(story(3), story(4));
}
