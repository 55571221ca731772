//! Who takes from which bucket, in virtual time.

use super::*;
use crate::gate::Rate;

const START: Duration = Duration::from_secs(1_700_000_000);
const SECOND: Duration = Duration::from_secs(1);

fn limits() -> GateLimits {
    let rate = |per_second, burst| Rate { per_second, burst };
    GateLimits {
        per_source: rate(10, 20),
        strangers: rate(50, 50),
        phone: rate(20, 40),
        carrier: rate(100, 200),
        connections: rate(2, 6),
        ..GateLimits::default()
    }
}

fn vouch(peer: Peer, stands: bool) -> Vouch {
    Vouch { peer, stands }
}

fn phone(text: &str) -> Peer {
    Peer::Phone(text.parse().unwrap())
}

fn carrier(text: &str) -> Peer {
    Peer::Carrier(text.parse().unwrap())
}

fn take(budgets: &mut Budgets, now: Duration, from: &str) -> Result<Lane, Cause> {
    budgets
        .take(now, from.parse().unwrap(), By::Datagram)
        .map_err(|refused| refused.cause)
}

fn passed(budgets: &mut Budgets, now: Duration, from: &str) -> usize {
    (0..1_000)
        .filter(|_| take(budgets, now, from).is_ok())
        .count()
}

#[test]
fn s9_a_stranger_is_his_host_or_his_64_and_has_a_bucket_of_his_own() {
    let mut budgets = Budgets::new(&limits());
    assert_eq!(passed(&mut budgets, START, "192.0.2.1:5060"), 20);
    for same in ["192.0.2.1:9", "[::ffff:192.0.2.1]:5060"] {
        assert_eq!(take(&mut budgets, START, same), Err(Cause::Source));
    }
    assert_eq!(passed(&mut budgets, START, "[2001:db8::1]:5060"), 20);
    let same = take(&mut budgets, START, "[2001:db8::ffff:2]:9");
    assert_eq!(same, Err(Cause::Source));
    let other = take(&mut budgets, START, "[2001:db8:0:1::1]:5060");
    assert_eq!(other, Ok(Lane::Stranger));
}

#[test]
fn s9_a_forged_flood_takes_the_turn_of_strangers_alone() {
    let mut budgets = Budgets::new(&limits());
    assert!(budgets.vouch(vouch(phone("192.0.2.7:5062"), true)));
    assert!(budgets.vouch(vouch(carrier("203.0.113.0/24"), true)));
    for n in 0..5_000_u32 {
        let forged = SocketAddr::new(IpAddr::V4((0x0a00_0000 + n).into()), 5060);
        let _mostly_refused = budgets.take(START, forged, By::Datagram);
    }
    let stranger = take(&mut budgets, START, "198.51.100.1:5060");
    assert_eq!(stranger, Err(Cause::Strangers));
    let stream = "198.51.100.1:40000".parse().unwrap();
    let stream = budgets.take(START, stream, By::Stream);
    assert_eq!(
        stream,
        Ok(Lane::Stranger),
        "a stream's source is not forged"
    );
    assert_eq!(passed(&mut budgets, START, "192.0.2.7:5062"), 40);
    assert_eq!(passed(&mut budgets, START, "203.0.113.9:5060"), 200);
    let later = START + SECOND;
    assert_eq!(
        take(&mut budgets, later, "198.51.100.1:5060"),
        Ok(Lane::Stranger),
        "nobody is banned"
    );
}

#[test]
fn s9_a_flood_in_the_name_of_one_phone_starves_that_name_alone() {
    let mut budgets = Budgets::new(&limits());
    for address in ["192.0.2.7:5062", "192.0.2.7:5064", "192.0.2.8:5062"] {
        assert!(budgets.vouch(vouch(phone(address), true)));
    }
    assert_eq!(passed(&mut budgets, START, "192.0.2.7:5062"), 40);
    assert_eq!(
        take(&mut budgets, START, "192.0.2.7:5062"),
        Err(Cause::Phone)
    );
    for other in ["192.0.2.7:5064", "192.0.2.8:5062"] {
        assert_eq!(take(&mut budgets, START, other), Ok(Lane::Known));
    }
    let neighbour = take(&mut budgets, START, "192.0.2.7:5066");
    assert_eq!(neighbour, Ok(Lane::Stranger), "another port is a stranger");
}

#[test]
fn s9_who_is_over_his_rate_does_not_use_up_what_strangers_share() {
    let mut budgets = Budgets::new(&limits());
    assert_eq!(passed(&mut budgets, START, "192.0.2.1:5060"), 20);
    assert_eq!(passed(&mut budgets, START, "192.0.2.2:5060"), 20);
    assert_eq!(
        passed(&mut budgets, START, "192.0.2.3:5060"),
        10,
        "50 in all"
    );
    // And whom the shared bucket refused keeps his own.
    let later = START + SECOND;
    assert_eq!(passed(&mut budgets, later, "192.0.2.3:5060"), 20);
}

#[test]
fn a_word_that_is_taken_back_leaves_a_stranger() {
    let mut budgets = Budgets::new(&limits());
    for peer in [phone("192.0.2.7:5062"), carrier("203.0.113.0/24")] {
        assert!(budgets.vouch(vouch(peer, true)));
        assert!(budgets.vouch(vouch(peer, true)), "said twice");
        assert!(budgets.vouch(vouch(peer, false)));
    }
    for from in ["192.0.2.7:5062", "203.0.113.9:5060"] {
        assert_eq!(take(&mut budgets, START, from), Ok(Lane::Stranger));
    }
    assert!(budgets.phones.is_empty() && budgets.carriers.is_empty());
}

#[test]
fn of_two_networks_the_closer_one_counts() {
    let mut budgets = Budgets::new(&limits());
    for network in ["203.0.0.0/16", "203.0.113.0/24", "0.0.0.0/0"] {
        assert!(budgets.vouch(vouch(carrier(network), true)));
    }
    assert_eq!(passed(&mut budgets, START, "203.0.113.9:5060"), 200);
    assert_eq!(passed(&mut budgets, START, "203.0.9.9:5060"), 200);
    assert_eq!(passed(&mut budgets, START, "[::ffff:9.9.9.9]:5060"), 200);
    assert_eq!(
        take(&mut budgets, START, "[2001:db8::1]:5060"),
        Ok(Lane::Stranger)
    );
}

#[test]
fn s7_what_is_known_is_bounded_and_one_more_passes_as_a_stranger() {
    let mut budgets = Budgets::new(&GateLimits {
        phones_max: 1,
        carriers_max: 1,
        ..limits()
    });
    assert!(budgets.vouch(vouch(phone("192.0.2.7:1"), true)));
    assert!(!budgets.vouch(vouch(phone("192.0.2.7:2"), true)));
    assert!(budgets.vouch(vouch(phone("192.0.2.7:1"), true)), "known");
    assert!(budgets.vouch(vouch(carrier("203.0.113.0/24"), true)));
    assert!(!budgets.vouch(vouch(carrier("203.0.114.0/24"), true)));
    assert_eq!(take(&mut budgets, START, "192.0.2.7:2"), Ok(Lane::Stranger));
}

#[test]
fn s8_the_table_of_strangers_is_bounded_and_empties_by_itself() {
    let mut budgets = Budgets::new(&GateLimits {
        strangers: Rate {
            per_second: 1_000_000,
            burst: 1_000_000,
        },
        sources_max: 1_000,
        ..limits()
    });
    for n in 0..100_000_u32 {
        let forged = SocketAddr::new(IpAddr::V4((0x0a00_0000 + n).into()), 5060);
        let _any = budgets.take(START, forged, By::Datagram);
        let _any = budgets.knock(START, forged.ip());
        assert!(budgets.strangers.len() <= 1_000 && budgets.knocks.len() <= 1_000);
    }
    for n in 1..=2 {
        let later = START + SECOND * 60 * n;
        let _any = take(&mut budgets, later, "192.0.2.1:5060");
        let _any = budgets.knock(later, "192.0.2.1".parse().unwrap());
    }
    assert!(budgets.strangers.len() <= 2 && budgets.knocks.len() <= 2);
}

#[test]
fn a_new_generation_does_not_make_a_row_new_that_is_not_full() {
    let mut budgets = Budgets::new(&limits());
    let _begins_a_generation = take(&mut budgets, START, "192.0.2.9:5060");
    let late = START + SECOND * 19 / 10;
    assert_eq!(passed(&mut budgets, late, "192.0.2.1:5060"), 20);
    let next_generation = START + SECOND * 21 / 10;
    assert_eq!(passed(&mut budgets, next_generation, "192.0.2.1:5060"), 2);
}

#[test]
fn whom_we_connected_to_is_known_as_long_as_the_connection_lives() {
    let mut budgets = Budgets::new(&limits());
    let server: SocketAddr = "203.0.113.9:5061".parse().unwrap();
    let mut take = |by| {
        budgets
            .take(START, server, by)
            .map_err(|refused| refused.cause)
    };
    assert_eq!(take(By::OurConnection), Ok(Lane::Known));
    let passed = (0..1_000).filter(|_| take(By::OurConnection).is_ok());
    assert_eq!(passed.count(), 199, "a carrier's budget");
    assert_eq!(take(By::OurConnection), Err(Cause::Carrier));
    assert_eq!(take(By::Datagram), Ok(Lane::Stranger));
    assert_eq!(budgets.farewell(server, By::OurConnection), Lane::Known);
    assert!(budgets.dialled.is_empty());
    assert_eq!(budgets.farewell(server, By::Stream), Lane::Stranger);
}

#[test]
fn s9_connections_have_a_rate_of_their_own_by_source() {
    let mut budgets = Budgets::new(&limits());
    assert!(budgets.vouch(vouch(carrier("203.0.113.0/24"), true)));
    let opened = |budgets: &mut Budgets, now, from: &str| {
        let from = from.parse().unwrap();
        let tries = (0..1_000).map(|_| budgets.knock(now, from));
        tries.filter(Result::is_ok).count()
    };
    assert_eq!(opened(&mut budgets, START, "192.0.2.1"), 6);
    let one_more = budgets.knock(START, "::ffff:192.0.2.1".parse().unwrap());
    assert_eq!(one_more, Err(Cause::Connections));
    assert_eq!(
        opened(&mut budgets, START, "192.0.2.2"),
        6,
        "another source"
    );
    assert_eq!(opened(&mut budgets, START, "203.0.113.9"), 200, "a carrier");
    assert_eq!(opened(&mut budgets, START + SECOND, "192.0.2.1"), 2);
    // Messages have their own.
    assert_eq!(passed(&mut budgets, START, "192.0.2.1:5060"), 20);
}
