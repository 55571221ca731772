//! A carrier out of its mind: it answers anything, twice, late or not at all, drops connections and forgets its name, while
//! people call and hang up. Each call ends once, nothing of it is left, and what is asked of the carrier stays bounded (S7, S8).

use super::{carrier::*, storm::Dice, world::*};
use crate::{message::Header, *};
use bytes::Bytes;
use core::time::Duration;
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

const CHALLENGE: &str =
    "Proxy-Authenticate: Digest realm=\"carrier.example\", nonce=\"n\", qop=\"auth\"\r\n";
const STATUSES: [u16; 14] = [
    100, 180, 183, 200, 202, 302, 401, 404, 407, 408, 423, 486, 491, 503,
];

fn mad(dice: &Rc<RefCell<Dice>>) -> impl FnMut(&Asked) -> Vec<(u16, String)> + 'static {
    let dice = dice.clone();
    move |asked| {
        let mut dice = dice.borrow_mut();
        if asked.method() == "ACK" {
            return Vec::new();
        }
        (0..dice.below(3))
            .map(|_| {
                let status = STATUSES[dice.below(14) as usize];
                let contact = ["", OK, "Contact: <sip:x@sbc.carrier.example>\r\n"];
                let extra = format!("{CHALLENGE}{}", contact[dice.below(3) as usize]);
                (status, extra)
            })
            .collect()
    }
}

fn trunks(dice: &mut Dice) -> Vec<Trunk> {
    let mut trunk = Trunk {
        probe_every: (dice.below(2) == 0).then_some(Duration::from_secs(30)),
        ..registering([ONE, CARRIER][dice.below(2) as usize])
    };
    trunk.server.transport =
        [None, Some(Transport::Udp), Some(Transport::Tcp)][dice.below(3) as usize];
    trunk.server.is_secure = dice.below(4) == 0;
    trunk.is_trusted = dice.below(2) == 0;
    vec![trunk]
}

fn act(line: &mut Line, dice: &mut Dice, calls: &mut Vec<SessionId>) {
    let some = |dice: &mut Dice, calls: &[SessionId]| {
        let at = dice.below(calls.len().max(1) as u64) as usize;
        calls.get(at).copied()
    };
    match dice.below(12) {
        0..=3 => {
            let len = [10, 1_500][dice.below(2) as usize];
            calls.push(line.call_with(Bytes::from(vec![b'v'; len]), Vec::new()));
        }
        4..=6 => {
            if let Some(call) = some(dice, calls) {
                line.at(|ours, now| ours.hang_up(now, call, None));
            }
        }
        7 => {
            if let Some(call) = some(dice, calls) {
                line.at(|ours, now| ours.reinvite(now, call, ANSWER));
            }
        }
        8..=9 => {
            let open = line.connects.len() as u64;
            if let Some(connect) = line.connects.get(dice.below(open.max(1)) as usize) {
                let flow = connect.flow;
                line.at(|ours, now| ours.handle_flow_closed(now, flow));
            }
        }
        10 => {
            let hops = [
                Err(ResolveError::NoAnswer),
                Ok(hops()),
                Ok(vec![hop(Transport::Tcp, ONE), hop(Transport::Tls, TWO)]),
            ];
            if !line.resolves.is_empty() {
                line.resolve(hops[dice.below(3) as usize].clone());
            }
        }
        _ if dice.below(10) == 0 => {
            let trunks = trunks(dice);
            line.at(|ours, now| ours.set_trunks(now, trunks));
        }
        _ => {}
    }
}

/// That the carrier is mad enough.
#[derive(Debug, Default)]
struct Seen {
    answered: usize,
    changes: usize,
    proofs: usize,
    connections: usize,
    by_udp: usize,
}

impl Seen {
    fn add(&mut self, line: &Line) {
        self.connections += line.connects.len();
        let headers = [Header::Authorization, Header::ProxyAuthorization];
        for asked in &line.asked {
            let has = |header| asked.message.first(header).is_some();
            self.proofs += usize::from(headers.into_iter().any(has));
            self.by_udp += usize::from(!asked.flow.transport.is_reliable());
        }
    }
}

/// Each session is refused or ended at most once, and never both.
fn count_ends(line: &mut Line, ends: &mut BTreeMap<SessionId, u32>, seen: &mut Seen) {
    for event in line.news() {
        if let Event::Refused { session, .. } | Event::Ended { session, .. } = &event {
            *ends.entry(*session).or_default() += 1;
        }
        seen.answered += usize::from(matches!(event, Event::Answered { .. }));
        seen.changes += usize::from(matches!(event, Event::Trunk { .. }));
    }
}

#[test]
fn s7_s8_a_carrier_out_of_its_mind_leaves_nothing_behind() {
    let mut seen = Seen::default();
    for seed in 0..60 {
        let mut dice = Dice::new(seed);
        let shared = Rc::new(RefCell::new(Dice::new(seed ^ 0xffff)));
        let mut line = Line::new(trunks(&mut dice), mad(&shared));
        let (mut calls, mut ends) = (Vec::new(), BTreeMap::new());
        for _ in 0..150 {
            act(&mut line, &mut dice, &mut calls);
            let pause = dice.below(3_000);
            line.run(Duration::from_millis(pause));
            count_ends(&mut line, &mut ends, &mut seen);
        }
        for call in &calls {
            line.at(|ours, now| ours.hang_up(now, *call, None));
        }
        line.script = Box::new(|_| Vec::new());
        line.run_s(200);
        for call in &calls {
            line.at(|ours, now| ours.hang_up(now, *call, None));
        }
        line.at(|ours, now| ours.set_trunks(now, Vec::new()));
        line.run_s(200);
        count_ends(&mut line, &mut ends, &mut seen);
        assert!(ends.values().all(|count| *count == 1), "seed {seed}");
        assert_eq!(line.ours.sizes(), endpoint::Sizes::default(), "seed {seed}");
        assert_eq!(line.ours.trunks.resends.len(), 0, "seed {seed}");
        assert_eq!(line.ours.trunks.leaving.len(), 0, "seed {seed}");
        assert_eq!(line.ours.trunks.calls.len(), 0, "seed {seed}");
        // 250 s of registrations and probes, and at most two tries of each request of a call.
        assert!(
            line.asked.len() < 6_000,
            "seed {seed}: {}",
            line.asked.len()
        );
        seen.add(&line);
    }
    let all = [
        seen.answered,
        seen.changes,
        seen.proofs,
        seen.connections,
        seen.by_udp,
    ];
    assert!(all.into_iter().all(|count| count > 100), "{seen:?}");
}
