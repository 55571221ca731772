//! The same calls over TCP, and what a lost connection ends.

use super::world::*;
use crate::*;
use core::time::Duration;

#[test]
fn a_call_over_tcp_repeats_nothing() {
    let mut world = World::over(Transport::Tcp);
    let (_, server) = world.talk();
    world.run(Duration::from_secs(60));
    world.at(SERVER, |node, now| node.hang_up(now, server, None));
    world.run_ms(50);
    assert_eq!(world.sent_by(SERVER), ["200", "BYE"]);
    assert_eq!(world.sent_by(ALICE), ["INVITE", "ACK", "200"]);
    assert_eq!(world.counters(SERVER).retransmissions, 0);
    world.expect_nothing_left();
}

#[test]
fn the_ok_is_repeated_over_tcp_too() {
    let mut world = World::over(Transport::Tcp);
    let (_, server) = world.hotline();
    world.loss = Box::new(|text| text.starts_with("ACK"));
    world.at(SERVER, |node, now| node.answer(now, server, ANSWER));
    world.run_ms(600);
    assert_eq!(world.sent_by(SERVER), ["200", "200"], "RFC 3261 §13.3.1.4");
}

#[test]
fn advisory_14_a_closed_connection_ends_what_it_carried() {
    let closed = flow(Transport::Tcp, SERVER, ALICE);
    let close =
        |world: &mut World| world.at(SERVER, |node, now| node.handle_flow_closed(now, closed));

    let mut world = World::over(Transport::Tcp);
    let (_, server) = world.hotline();
    close(&mut world);
    assert_eq!(
        world.news(SERVER),
        [Event::Cancelled {
            session: server,
            reason: None
        }]
    );
    assert_eq!(world.sizes(SERVER), endpoint::Sizes::default());

    let mut world = World::over(Transport::Tcp);
    let (_, server) = world.talk();
    close(&mut world);
    assert_eq!(
        world.news(SERVER),
        [Event::Ended {
            session: server,
            by: EndedBy::FlowLost,
            reason: None
        }]
    );
    assert_eq!(world.sizes(SERVER), endpoint::Sizes::default());

    let mut world = World::over(Transport::Tcp);
    let ours = world.call(SERVER, ALICE, "alice");
    close(&mut world);
    let refused = Event::Refused {
        session: ours,
        status: 503,
        reason: None,
        retry_after_s: None,
    };
    assert_eq!(world.news(SERVER), [refused]);
    assert_eq!(world.sizes(SERVER), endpoint::Sizes::default());

    let mut world = World::over(Transport::Tcp);
    let (_, server) = world.hotline();
    world.loss = Box::new(|text| text.starts_with("ACK"));
    world.at(SERVER, |node, now| {
        node.answer(now, server, ANSWER);
        node.hang_up(now, server, None);
    });
    close(&mut world);
    assert_eq!(world.news(SERVER), [], "its owner had hung up");
    assert_eq!(world.sizes(SERVER), endpoint::Sizes::default());
}

#[test]
fn another_connection_between_the_same_addresses_is_another_flow() {
    let mut world = World::over(Transport::Tcp);
    let (_, server) = world.talk();
    let other = Flow {
        connection: 7,
        ..flow(Transport::Tcp, SERVER, ALICE)
    };
    world.at(SERVER, |node, now| node.handle_flow_closed(now, other));
    assert_eq!(world.news(SERVER), []);
    world.at(SERVER, |node, now| node.hang_up(now, server, None));
    world.run_ms(50);
    assert_eq!(world.sent_by(SERVER), ["200", "BYE"]);
}
