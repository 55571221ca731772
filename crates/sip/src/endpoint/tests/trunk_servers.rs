//! Trunks as such: registered (A1), probed (A2), resolved, vouched for, taken in and out of the configuration.

use super::{carrier::*, world::*};
use crate::{message::Header, *};
use core::time::Duration;

fn name() -> TrunkName {
    TrunkName::new("main")
}

fn change(change: TrunkChange) -> Event {
    Event::Trunk {
        trunk: name(),
        change,
    }
}

fn last(line: &Line) -> String {
    line.status().exchanges.last().unwrap().outcome.clone()
}

#[test]
fn a1_a_registration_is_refreshed_before_it_ends() {
    let mut line = Line::new(vec![registering(ONE)], |asked| {
        let contact = format!("Contact: {};expires=600\r\n", asked.line(Header::Contact));
        says(200, &contact)
    });
    line.run_s(1);
    assert_eq!(line.news(), [change(TrunkChange::Registered)]);
    assert_eq!(line.status().is_registered, Some(true));
    assert_eq!(last(&line), "200 OK, registered for 600 s");
    let first = &line.asked[0];
    assert_eq!(first.uri(), "sip:carrier.example");
    assert_eq!(first.line(Header::To), "<sip:4711@carrier.example>");
    let contact = "<sip:4711@10.0.0.1:5060;transport=udp>";
    assert_eq!(first.line(Header::Contact), contact);
    assert_eq!(first.line(Header::Expires), "3600");

    line.run_s(3_600);
    let tries = line.tries("REGISTER");
    for pair in tries.windows(2) {
        let gap = pair[1].1 - pair[0].1;
        assert!((480_000..=541_000).contains(&gap), "{gap}");
    }
    assert!((7..=8).contains(&tries.len()));
    let ids = line.asked.iter().map(|asked| asked.line(Header::CallId));
    assert_eq!(ids.collect::<std::collections::BTreeSet<_>>().len(), 1);
    let numbers: Vec<u32> = line.asked.iter().map(Asked::cseq).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert_eq!(line.news(), [], "a refresh is no news");
}

/// A1: no answer is final. A day of it: bounded, never silent, and cured by the first 200.
#[test]
fn a1_no_refusal_ends_the_tries() {
    for (status, words) in [
        (403, "403 Forbidden"),
        (404, "404 Not Found"),
        (302, "302 Moved Temporarily"),
        (
            401,
            "401 Unauthorized: no algorithm that we know is offered",
        ),
        (503, "503 Service Unavailable"),
        (0, "no answer within 8 s"),
    ] {
        let mut line = Line::new(vec![registering(ONE)], move |_| match status {
            0 => Vec::new(),
            status => says(status, ""),
        });
        line.run_s(86_400);
        let cause = words.to_owned();
        let unregistered = change(TrunkChange::Unregistered { cause });
        assert_eq!(line.news(), [unregistered], "told once");
        let mut starts: Vec<(u32, u64)> = line
            .asked
            .iter()
            .map(|asked| (asked.cseq(), asked.at.as_millis() as u64))
            .collect();
        starts.dedup_by_key(|(cseq, _)| *cseq);
        assert!(
            (115..=185).contains(&starts.len()),
            "{status} {}",
            starts.len()
        );
        let gaps = starts.windows(2).map(|pair| pair[1].1 - pair[0].1);
        assert!(gaps.max().unwrap() <= 740_000, "{status}");
        let status = line.status();
        assert_eq!(status.exchanges.len(), 20);
        assert!(
            last(&line).starts_with(&format!("{words}; tried again in ")),
            "{}",
            last(&line)
        );
        assert!(status.next_try_at.is_some_and(|at| at > line.now));

        line.script = Box::new(|_| says(200, ""));
        line.run_s(800);
        assert_eq!(line.news(), [change(TrunkChange::Registered)]);
    }
}

#[test]
fn a1_a_registrar_that_wants_longer_is_asked_for_longer_once() {
    let mut line = Line::new(vec![registering(ONE)], |asked| {
        let expires: u32 = asked.line(Header::Expires).parse().unwrap();
        match expires {
            7_200.. => says(200, "Expires: 7200\r\n"),
            _ => says(423, "Min-Expires: 7200\r\n"),
        }
    });
    line.run_s(1);
    assert_eq!(line.of("REGISTER").len(), 2);
    assert_eq!(last(&line), "200 OK, registered for 7200 s");

    let mut line = Line::new(vec![registering(ONE)], |_| {
        says(423, "Min-Expires: 7200\r\n")
    });
    line.run_s(20);
    assert_eq!(
        line.of("REGISTER").len(),
        2,
        "then it is a failure like any"
    );
}

#[test]
fn a1_the_next_registrar_is_asked_before_the_pause() {
    let mut line = Line::new(vec![registering(CARRIER)], |asked| {
        match asked.to().as_str() {
            ONE => Vec::new(),
            _ => says(200, ""),
        }
    });
    assert_eq!(line.asked.len(), 0);
    line.resolve(Ok(hops()));
    line.run_s(20);
    let tries = line.tries("REGISTER");
    assert_eq!(tries.last(), Some(&(TWO.to_owned(), 8_000)));
    assert_eq!(line.news(), [change(TrunkChange::Registered)]);
    let outcomes: Vec<String> = line
        .status()
        .exchanges
        .into_iter()
        .map(|exchange| exchange.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [
            "2 places to try",
            "no answer within 8 s; 198.51.100.2:5060 is tried next",
            "200 OK, registered for 3600 s"
        ]
    );
}

#[test]
fn a1_a_name_that_nobody_knows_is_asked_for_again() {
    let mut line = Line::new(vec![registering(CARRIER)], |_| says(200, ""));
    line.resolve(Err(ResolveError::NoSuchName));
    let cause = "the server's name has no address".to_owned();
    let unregistered = change(TrunkChange::Unregistered { cause });
    assert_eq!(line.news(), [unregistered]);
    while line.resolves.is_empty() {
        line.run_s(1);
    }
    line.resolve(Ok(hops()));
    line.run_s(1);
    assert_eq!(line.news(), [change(TrunkChange::Registered)]);

    let mut line = Line::new(vec![registering(CARRIER)], |_| says(200, ""));
    line.run_s(60);
    let cause = "no answer from the name servers".to_owned();
    let unregistered = change(TrunkChange::Unregistered { cause });
    assert_eq!(line.news(), [unregistered], "nobody answers at all");
    let never = Trunk {
        server: trunk("pbx.invalid").server,
        ..registering(ONE)
    };
    let line = Line::new(vec![never], |_| says(200, ""));
    assert_eq!(line.resolves, [], "RFC 2606: never asked for");
}

#[test]
fn a1_a_lost_connection_is_registered_again_within_two_seconds() {
    let mut over_tls = registering(ONE);
    over_tls.server.is_secure = true;
    let mut line = Line::new(vec![over_tls], |_| says(200, ""));
    line.run_s(1);
    let [connect] = line.connects.as_slice() else {
        panic!("{:?}", line.connects)
    };
    assert_eq!(connect.server_name, "198.51.100.1");
    let lost = connect.flow;
    assert_eq!(lost.transport, Transport::Tls);
    assert_eq!(lost.local, address("10.0.0.1:5061"));
    assert!(lost.connection >= Flow::OURS);
    line.at(|ours, now| ours.handle_flow_closed(now, lost));
    line.run_s(2);
    assert_eq!(line.connects.len(), 2);
    assert_eq!(line.asked[1].flow, line.connects[1].flow);
    assert_ne!(line.connects[1].flow, lost, "never the same number twice");

    let second = line.connects[1].flow;
    line.script = Box::new(|_| Vec::new());
    line.at(|ours, now| ours.handle_flow_closed(now, second));
    line.run_s(2);
    let third = line.connects[2].flow;
    line.at(|ours, now| ours.handle_flow_closed(now, third));
    assert!(last(&line).starts_with("no connection; tried again in "));
}

#[test]
fn rfc3608_calls_go_by_the_service_route() {
    let mut line = Line::new(vec![registering(ONE)], |asked| match asked.method() {
        "REGISTER" => says(200, "Service-Route: <sip:edge.carrier.example;lr>\r\n"),
        _ => Vec::new(),
    });
    line.run_s(1);
    line.call();
    let invite = line.asked.last().unwrap();
    assert_eq!(invite.line(Header::Route), "<sip:edge.carrier.example;lr>");
    assert_eq!(invite.to(), ONE);
}

#[test]
fn g18_a2_a_dead_server_is_known_within_thirty_seconds() {
    let mut line = Line::new(vec![probed(ONE)], |_| says(404, ""));
    line.run_s(200);
    assert_eq!(
        line.news(),
        [change(TrunkChange::Up)],
        "any answer shows life"
    );
    let probes = line.tries("OPTIONS");
    assert!((200 / 30..=200 / 15).contains(&probes.len()), "{probes:?}");
    for death_s in 0..20 {
        let mut line = Line::new(vec![probed(ONE)], |_| says(200, ""));
        line.run_s(100 + death_s);
        line.news();
        line.script = Box::new(|_| Vec::new());
        line.run_s(30);
        let cause = "no answer within 4 s".to_owned();
        assert_eq!(line.news(), [change(TrunkChange::Down { cause })]);
        assert!(!line.ours.is_trunk_usable(&name()));
    }
    for (status, is_up) in [
        (200, true),
        (401, true),
        (500, true),
        (408, false),
        (503, false),
    ] {
        let mut line = Line::new(vec![probed(ONE)], move |_| says(status, ""));
        line.run_s(30);
        assert_eq!(line.status().reach == Reach::Up, is_up, "{status}");
        assert_eq!(line.status().reach == Reach::Down, !is_up, "{status}");
    }
}

#[test]
fn a2_one_lost_probe_is_no_death() {
    let mut silent = 0;
    let mut line = Line::new(vec![probed(ONE)], move |_| {
        silent = (silent + 1) % 7;
        if silent < 4 {
            Vec::new()
        } else {
            says(200, "")
        }
    });
    line.run_s(600);
    assert_eq!(line.news(), [change(TrunkChange::Up)]);
}

#[test]
fn a2_a_trunk_that_answers_again_is_tried_by_one_call() {
    let mut line = Line::new(vec![probed(ONE)], |_| Vec::new());
    line.run_s(30);
    line.news();
    line.script = Box::new(|asked| match asked.method() {
        "OPTIONS" => says(200, ""),
        _ => Vec::new(),
    });
    line.run_s(30);
    assert_eq!(line.status().reach, Reach::Trial);
    assert_eq!(line.news(), [change(TrunkChange::Up)]);
    assert!(line.ours.is_trunk_usable(&name()));
    let call = line.call();
    assert!(!line.ours.is_trunk_usable(&name()), "one at a time");
    line.run(Duration::from_millis(4_050));
    let cause = "a call found no server that answers".to_owned();
    let down = change(TrunkChange::Down { cause });
    assert_eq!(
        line.news(),
        [down, refused(call, 408), change(TrunkChange::Up)]
    );
    assert_eq!(
        line.status().reach,
        Reach::Trial,
        "a probe followed at once"
    );

    line.script = Box::new(|asked| match asked.method() {
        "INVITE" => says(486, ""),
        _ => says(200, ""),
    });
    line.call();
    line.run_s(1);
    assert_eq!(line.status().reach, Reach::Up, "busy is an answer");
}

#[test]
fn a2_the_second_server_keeps_the_trunk_up_and_the_first_comes_back() {
    let dead = std::rc::Rc::new(std::cell::Cell::new(true));
    let is_dead = dead.clone();
    let mut line = Line::new(vec![probed(CARRIER)], move |asked| {
        if asked.to() == ONE && is_dead.get() {
            Vec::new()
        } else {
            says(486, "")
        }
    });
    line.resolve(Ok(hops()));
    line.run_s(300);
    assert_eq!(line.news(), [change(TrunkChange::Up)]);
    line.call();
    assert_eq!(line.asked.last().unwrap().to(), TWO, "without a wait");
    dead.set(false);
    line.run_s(120);
    line.call();
    assert_eq!(line.asked.last().unwrap().to(), ONE);
}

#[test]
fn a2_without_probes_a_trunk_is_always_worth_a_try() {
    let mut line = Line::new(vec![trunk(ONE)], |_| Vec::new());
    let call = line.call();
    line.run_s(5);
    assert_eq!(line.news(), [refused(call, 408)]);
    assert!(line.ours.is_trunk_usable(&name()));
    assert!(!line.ours.is_trunk_usable(&TrunkName::new("other")));
}

#[test]
fn rfc3263_a_name_is_asked_for_again_and_its_last_answer_outlives_the_name_servers() {
    let mut line = Line::new(vec![trunk(CARRIER)], |_| says(486, ""));
    line.call();
    line.resolve(Ok(hops()));
    line.run_s(1);
    assert_eq!(line.asked.last().unwrap().to(), TWO.replace(TWO, ONE));
    line.call();
    assert_eq!(line.resolves, [], "fresh");
    line.run_s(31);
    line.call();
    assert_eq!(line.asked.last().unwrap().to(), ONE, "nobody waits");
    line.resolve(Ok(vec![hop(Transport::Udp, TWO)]));
    line.call();
    assert_eq!(line.asked.last().unwrap().to(), TWO);
    line.run_s(31);
    line.call();
    line.resolve(Err(ResolveError::NoAnswer));
    line.call();
    assert_eq!(line.asked.last().unwrap().to(), TWO);
    let kept = "carrier.example: no answer from the name servers; the last answer is used on";
    assert_eq!(last(&line), kept);
}

#[test]
fn s9_networks_and_servers_of_trunks_are_vouched_for() {
    let mut one = trunk(CARRIER);
    one.matching.networks = vec!["203.0.113.0/24".parse().unwrap()];
    let mut line = Line::new(vec![one.clone()], |_| says(486, ""));
    let vouch = |network: &str, stands| Vouch {
        peer: Peer::Carrier(network.parse().unwrap()),
        stands,
    };
    assert_eq!(line.vouches, [vouch("203.0.113.0/24", true)]);
    line.call();
    line.resolve(Ok(vec![hop(Transport::Udp, ONE)]));
    assert_eq!(line.vouches[1..], [vouch("198.51.100.1", true)]);
    let other = Trunk {
        name: TrunkName::new("other"),
        matching: one.matching.clone(),
        ..trunk(TWO)
    };
    line.at(|ours, now| ours.set_trunks(now, vec![other]));
    let news = [vouch("198.51.100.2", true), vouch("198.51.100.1", false)];
    assert_eq!(line.vouches[2..], news, "what both have in common stays");
    line.at(|ours, now| ours.set_trunks(now, Vec::new()));
    assert_eq!(line.vouches.len(), 6);
}

#[test]
fn a_trunk_that_goes_is_unregistered_one_that_stays_is_left_alone() {
    let script = |asked: &Asked| match asked.message.first(Header::Authorization) {
        Some(_) => says(200, ""),
        None => says(401, ASK),
    };
    let mut line = Line::new(vec![registering(ONE)], script);
    line.run_s(1);
    let before = line.asked.len();
    line.at(|ours, now| ours.set_trunks(now, vec![registering(ONE)]));
    assert_eq!(line.asked.len(), before, "nothing changed");
    let mut probed = registering(ONE);
    probed.is_trusted = true;
    line.at(|ours, now| ours.set_trunks(now, vec![probed]));
    line.run_s(1);
    assert_eq!(
        line.asked.len(),
        before + 2,
        "registered again, by the same Call-ID"
    );
    assert_eq!(
        line.asked[0].line(Header::CallId),
        line.asked[before].line(Header::CallId)
    );
    line.news();

    line.at(|ours, now| ours.set_trunks(now, Vec::new()));
    line.run_s(10);
    let [asked, proven] = &line.asked[before + 2..] else {
        panic!()
    };
    assert_eq!(asked.line(Header::Expires), "0");
    assert!(
        proven.proves(Header::Authorization, "secret"),
        "by the password that it had"
    );
    assert_eq!(line.ours.trunks(), []);
    assert_eq!(line.ours.sizes(), endpoint::Sizes::default());
    assert_eq!(line.news(), []);
}

#[test]
fn a_trunk_that_moves_is_unregistered_where_it_was() {
    let mut line = Line::new(vec![registering(ONE)], |_| says(200, ""));
    line.run_s(1);
    line.at(|ours, now| ours.set_trunks(now, vec![registering(TWO)]));
    line.run_s(1);
    let last: Vec<(String, String)> = line
        .asked
        .iter()
        .skip(1)
        .map(|asked| (asked.to(), asked.line(Header::Expires)))
        .collect();
    let expected = [(ONE, "0"), (TWO, "3600")];
    assert_eq!(
        last,
        expected.map(|(to, expires)| (to.to_owned(), expires.to_owned()))
    );
}
