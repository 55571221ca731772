//! Calls of ours by a trunk: one server after the other (RFC 3263 §4.3), in time (G18).

use super::carrier::*;
use crate::{message::Header, *};
use core::time::Duration;

fn answered(session: SessionId) -> Event {
    Event::Answered {
        session,
        sdp: None,
        late: false,
    }
}

fn named(script: impl FnMut(&Asked) -> Vec<(u16, String)> + 'static) -> Line {
    let mut line = Line::new(vec![trunk(CARRIER)], script);
    line.call();
    let call = SessionId(1);
    line.at(|ours, now| ours.hang_up(now, call, None));
    line.resolve(Ok(hops()));
    line.news();
    line
}

#[test]
fn a_call_by_a_trunk_names_the_number_at_its_domain() {
    let mut line = Line::new(vec![trunk(ONE)], |asked| match asked.method() {
        "INVITE" => vec![(100, String::new()), (180, String::new()), (200, OK.into())],
        "BYE" => says(200, ""),
        _ => Vec::new(),
    });
    let call = line.call();
    line.run_s(10);
    let invite = line.of("INVITE")[0];
    assert_eq!(invite.uri(), "sip:+4930123@carrier.example");
    assert_eq!(invite.line(Header::To), "<sip:+4930123@carrier.example>");
    let from = invite.line(Header::From);
    assert!(
        from.starts_with("\"Desk\" <sip:4000@carrier.example>;tag="),
        "{from}"
    );
    let ringing = Event::Ringing {
        session: call,
        status: 180,
        sdp: None,
    };
    assert_eq!(line.news(), [ringing, answered(call)]);
    line.at(|ours, now| ours.hang_up(now, call, None));
    line.run_s(1);
    assert_eq!(line.of("BYE")[0].uri(), "sip:198.51.100.1:5060");
    line.expect_no_calls_left();
}

#[test]
fn g18_a_dead_server_costs_four_seconds() {
    let mut line = named(|asked| match (asked.to().as_str(), asked.method()) {
        (TWO, "INVITE") => says(486, ""),
        _ => Vec::new(),
    });
    let call = line.call();
    line.run_s(5);
    let tries = line.tries("INVITE");
    let at = |to: &str, ms| (to.to_owned(), ms);
    let expected = [
        at(ONE, 0),
        at(ONE, 500),
        at(ONE, 1_500),
        at(ONE, 3_500),
        at(TWO, 4_000),
    ];
    assert_eq!(tries, expected);
    assert_eq!(line.news(), [refused(call, 486)]);
    let [first, .., last] = line.of("INVITE")[..] else {
        panic!()
    };
    assert_eq!(first.line(Header::CallId), last.line(Header::CallId));
    assert_eq!(first.cseq(), last.cseq(), "RFC 3263 §4.3: the same request");
    assert_ne!(first.line(Header::Via), last.line(Header::Via));

    let second = line.call();
    line.run_s(1);
    assert_eq!(
        line.tries("INVITE").last(),
        Some(&at(TWO, 5_000)),
        "remembered"
    );
    assert_eq!(line.news(), [refused(second, 486)]);
    line.expect_no_calls_left();
}

#[test]
fn g18_all_dead_is_known_within_four_seconds_each() {
    let mut line = named(|_| Vec::new());
    let call = line.call();
    line.run(Duration::from_millis(7_999));
    assert_eq!(line.news(), []);
    line.run(Duration::from_millis(1));
    assert_eq!(line.news(), [refused(call, 408)]);
    line.expect_no_calls_left();
    assert_eq!(line.ours.sizes().transactions, 0);
}

#[test]
fn rfc3263_which_refusals_are_tried_elsewhere() {
    for (status, is_tried) in [
        (503, true),
        (486, false),
        (404, false),
        (500, false),
        (603, false),
    ] {
        let mut line = named(move |asked| match (asked.to().as_str(), asked.method()) {
            (ONE, "INVITE") => says(status, ""),
            (_, "INVITE") => says(480, ""),
            _ => Vec::new(),
        });
        let call = line.call();
        line.run_s(1);
        let last = if is_tried { 480 } else { status };
        assert_eq!(line.news(), [refused(call, last)], "{status}");
        assert_eq!(line.of("ACK").len(), line.of("INVITE").len());
    }
    let mut line = named(|asked| match asked.method() {
        "INVITE" => says(
            503,
            "Retry-After: 7\r\nReason: SIP;cause=503, Q.850;cause=42\r\n",
        ),
        _ => Vec::new(),
    });
    let call = line.call();
    line.run_s(1);
    assert_eq!(line.of("INVITE").len(), 2, "each once");
    let last = Event::Refused {
        session: call,
        status: 503,
        reason: Some(Reason {
            text: None,
            ..Reason::q850(42, "")
        }),
        retry_after_s: Some(7),
    };
    assert_eq!(line.news(), [last], "with the cause of the network");
}

/// G18: what the dead server answers late is cancelled or hung up, and the call is that of the second.
#[test]
fn g18_a_late_answer_is_cancelled_or_hung_up() {
    for late in [180, 200, 486] {
        let mut line = named(|asked| match (asked.to().as_str(), asked.method()) {
            (TWO, "INVITE") => vec![(100, String::new()), (200, OK.replace(".1:", ".2:"))],
            (ONE, "INVITE") => Vec::new(),
            (_, "ACK") => Vec::new(),
            _ => says(200, ""),
        });
        let call = line.call();
        line.run_s(5);
        assert_eq!(line.news(), [answered(call)]);
        let first = line.of("INVITE")[0];
        let text = first.answer(late, "Contact: <sip:x@198.51.100.1:5060>\r\n");
        line.hear(udp(ONE), &text);
        line.run_s(1);
        let then: Vec<&str> = line
            .asked
            .iter()
            .filter(|asked| asked.to() == ONE && asked.method() != "INVITE")
            .map(Asked::method)
            .collect();
        let expected: &[&str] = match late {
            180 => &["CANCEL"],
            200 => &["ACK", "BYE"],
            _ => &["ACK"],
        };
        assert_eq!(then, expected, "{late}");
        assert_eq!(line.news(), [], "the call goes on");
        line.at(|ours, now| ours.hang_up(now, call, None));
        line.expect_no_calls_left();
        assert_eq!(line.ours.sizes(), endpoint::Sizes::default(), "{late}");
    }
}

#[test]
fn a_call_waits_for_the_name_of_its_server_but_not_for_ever() {
    let mut line = Line::new(vec![trunk(CARRIER)], |_| says(486, ""));
    let call = line.call();
    assert_eq!(line.asked.len(), 0);
    assert_eq!(line.ours.sizes().sessions, 1);
    assert!(!line.ours.is_quiet());
    let target = &line.resolves[0].target;
    assert_eq!((target.host.as_str(), target.port), (CARRIER, None));
    line.resolve(Ok(hops()));
    line.run_s(1);
    assert_eq!(line.news(), [refused(call, 486)]);

    for outcome in [
        Some(Err(ResolveError::NoSuchName)),
        Some(Ok(Vec::new())),
        None,
    ] {
        let mut line = Line::new(vec![trunk(CARRIER)], |_| says(486, ""));
        let call = line.call();
        match outcome {
            Some(outcome) => line.resolve(outcome),
            None => line.run_s(4),
        }
        assert_eq!(line.news(), [refused(call, 408)]);
        assert_eq!(line.ours.sizes().sessions, 0);
    }
}

#[test]
fn r26_a_call_that_waits_for_a_name_is_never_started_once_it_is_withdrawn() {
    let mut line = Line::new(vec![trunk(CARRIER)], |_| says(486, ""));
    let call = line.call();
    line.at(|ours, now| ours.hang_up(now, call, None));
    assert_eq!(line.news(), [refused(call, 487)]);
    line.resolve(Ok(hops()));
    assert_eq!(line.asked.len(), 0);
    line.expect_no_calls_left();
}

#[test]
fn a_trunk_that_nobody_knows_takes_no_call() {
    let mut line = Line::new(Vec::new(), |_| Vec::new());
    let call = line.call();
    assert_eq!(line.news(), [refused(call, 408)]);
    line.expect_no_calls_left();
}
