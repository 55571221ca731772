//! S16 and G6: whose packets are heard.

use std::net::SocketAddr;

use media::{Channel, Command, News};

use crate::lab::{Lab, Phone, address};

/// A caller bridged to an agent; what the agent hears is what was let in.
fn call() -> (Lab, Phone, Phone) {
    let mut lab = Lab::new();
    let (caller, agent) = (Phone::new(1, "PCMA", 440), Phone::new(2, "PCMA", 880));
    lab.open(&caller);
    lab.open(&agent);
    lab.bridge(&caller, &agent);
    (lab, caller, agent)
}

/// The caller as somebody at another address would pretend to be it.
fn at(caller: &Phone, from: &str) -> Phone {
    Phone {
        from: address(from),
        ssrc: 0x6666,
        sequence: 1_000,
        ..caller.clone()
    }
}

fn locked(lab: &Lab) -> Vec<SocketAddr> {
    let remote = |news: &News| {
        if let News::Locked { remote, .. } = news {
            Some(*remote)
        } else {
            None
        }
    };
    lab.news.iter().filter_map(remote).collect()
}

#[test]
fn g6_the_sdp_address_is_believed_at_once_and_nobody_else_after_it() {
    let (mut lab, mut caller, agent) = call();
    lab.talk(&mut [&mut caller], 20);
    assert_eq!(locked(&lab), [caller.from]);
    assert_eq!(lab.rtp_to(&agent).len(), 1);
    let mut stranger = at(&caller, "203.0.113.66:4000");
    let mut other_port = at(&caller, "198.51.100.1:4002");
    for _ in 0..100 {
        stranger.talk(&mut lab);
        other_port.talk(&mut lab);
        lab.wait(20);
    }
    assert_eq!(lab.rtp_to(&agent).len(), 1, "0 packets injected");
    assert_eq!(lab.close(&caller).refused.source, 200);
}

#[test]
fn g6_a_truthful_caller_is_heard_and_a_stranger_who_came_first_is_not() {
    // The stranger sprays from the moment of the 200; the caller's first packet comes 150 ms later.
    let (mut lab, mut caller, agent) = call();
    let mut stranger = at(&caller, "203.0.113.66:4000");
    for _ in 0..15 {
        (0..7).for_each(|_| stranger.talk(&mut lab));
        lab.wait(10);
    }
    assert_eq!(lab.rtp_to(&agent).len(), 0);
    lab.talk(&mut [&mut caller, &mut stranger], 1_000);
    assert_eq!(
        lab.rtp_to(&agent).len(),
        50,
        "all of the caller, nothing of the stranger"
    );
    assert_eq!(locked(&lab), [caller.from]);
}

#[test]
fn g6_the_sdp_address_takes_its_place_back() {
    // A mute caller: the stranger is learnt in the end, until the caller speaks.
    let (mut lab, mut caller, agent) = call();
    let mut stranger = at(&caller, "203.0.113.66:4000");
    lab.talk(&mut [&mut stranger], 1_000);
    assert_eq!(locked(&lab), [stranger.from]);
    let before = lab.rtp_to(&agent).len();
    lab.wait(200);
    lab.talk(&mut [&mut caller, &mut stranger], 1_000);
    assert_eq!(locked(&lab), [stranger.from, caller.from]);
    assert_eq!(lab.rtp_to(&agent).len() - before, 50);
}

#[test]
fn g6_with_the_signalling_host_known_only_it_can_be_learnt() {
    let (mut lab, mut caller, agent) = call();
    caller.stream.remote = address("10.0.0.5:4000");
    caller.stream.signalling = Some("198.51.100.1".parse().unwrap());
    lab.command(Command::Close { port: caller.port });
    lab.open(&caller);
    lab.bridge(&caller, &agent);
    let mut stranger = at(&caller, "203.0.113.66:4000");
    lab.talk(&mut [&mut stranger], 1_000);
    assert!(locked(&lab).is_empty());
    lab.talk(&mut [&mut stranger, &mut caller], 1_000);
    assert_eq!(locked(&lab), [caller.from]);
    assert_eq!(
        lab.rtp_to(&agent).len(),
        46,
        "the caller but for the four packets that proved it"
    );
}

#[test]
fn g6_a_caller_behind_nat_is_learnt_and_answered_where_it_is() {
    let (mut lab, mut caller, mut agent) = call();
    caller.stream.remote = address("10.0.0.5:4000");
    lab.command(Command::Close { port: caller.port });
    lab.open(&caller);
    lab.bridge(&caller, &agent);
    lab.talk(&mut [&mut caller, &mut agent], 1_000);
    assert!(locked(&lab).contains(&caller.from));
    let heard = lab.rtp_to(&agent).len();
    assert!(
        (38..=45).contains(&heard),
        "heard after 200 ms: {heard} of 50"
    );
    let last = lab
        .sent
        .iter()
        .rfind(|sent| sent.port == caller.port)
        .unwrap();
    assert_eq!(last.to, caller.from, "not the private address of the SDP");
    // A stranger afterwards: nothing.
    let mut stranger = at(&caller, "203.0.113.66:4000");
    lab.talk(&mut [&mut stranger], 1_000);
    assert_eq!(lab.rtp_to(&agent).len(), heard);
}

#[test]
fn what_does_not_follow_teaches_nothing() {
    // (name, packets of a stranger in the first second)
    type Change = fn(&mut Phone, u16);
    let cases: [(&str, Change); 3] = [
        ("random numbers", |stranger, n| {
            stranger.sequence = n.wrapping_mul(7_919)
        }),
        ("a new SSRC each time", |stranger, n| {
            stranger.ssrc = n.into()
        }),
        ("a payload type that was not negotiated", |stranger, _| {
            stranger.stream.payload_type = 3
        }),
    ];
    for (name, change) in cases {
        let (mut lab, caller, agent) = call();
        let mut stranger = at(&caller, "203.0.113.66:4000");
        for n in 0..50 {
            change(&mut stranger, n);
            lab.talk(&mut [&mut stranger], 20);
        }
        assert!(locked(&lab).is_empty(), "{name}");
        assert!(lab.rtp_to(&agent).is_empty(), "{name}");
    }
}

#[test]
fn a_reinvite_opens_the_lock_once_more() {
    let (mut lab, mut caller, agent) = call();
    lab.talk(&mut [&mut caller], 200);
    // The same address: the caller is heard without a gap, also behind NAT.
    lab.negotiate(&caller);
    lab.talk(&mut [&mut caller], 200);
    assert_eq!(lab.rtp_to(&agent).len(), 20);
    // Another address: the old one is heard until the new one speaks, and not after.
    let old = caller.clone();
    caller.from = address("198.51.100.77:5000");
    caller.stream.remote = caller.from;
    lab.negotiate(&caller);
    let mut old = Phone {
        stream: caller.stream,
        ..old
    };
    lab.talk(&mut [&mut old], 200);
    assert_eq!(lab.rtp_to(&agent).len(), 30);
    (caller.sequence, caller.timestamp) = (old.sequence, old.timestamp);
    lab.talk(&mut [&mut caller, &mut old], 200);
    assert_eq!(lab.rtp_to(&agent).len(), 40);
    assert_eq!(locked(&lab).last(), Some(&caller.from));
}

#[test]
fn a_session_refresh_of_a_caller_behind_nat_changes_nothing() {
    let (mut lab, mut caller, mut agent) = call();
    caller.stream.remote = address("10.0.0.5:4000");
    lab.command(Command::Close { port: caller.port });
    lab.open(&caller);
    lab.bridge(&caller, &agent);
    lab.talk(&mut [&mut caller, &mut agent], 1_000);
    let (heard, to_caller) = (lab.rtp_to(&agent).len(), lab.sent.len());
    lab.negotiate(&caller);
    lab.talk(&mut [&mut agent], 100);
    lab.talk(&mut [&mut caller, &mut agent], 400);
    assert_eq!(lab.rtp_to(&agent).len() - heard, 20);
    let rtp = lab.sent[to_caller..]
        .iter()
        .filter(|sent| sent.port == caller.port && sent.channel == Channel::Rtp);
    assert!(rtp.clone().count() > 0 && rtp.into_iter().all(|sent| sent.to == caller.from));
}

#[test]
fn nothing_is_heard_before_negotiation() {
    let (mut lab, mut phone) = (Lab::new(), Phone::new(1, "PCMA", 440));
    lab.command(Command::Open {
        port: phone.port,
        local: phone.from,
    });
    lab.talk(&mut [&mut phone], 1_000);
    assert!(lab.news.is_empty() && lab.sent.is_empty());
    assert_eq!(lab.close(&phone).refused.unexpected, 50);
}
