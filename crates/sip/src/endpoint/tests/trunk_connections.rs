//! How messages reach a carrier: long ones by TCP (RFC 3261 §18.1.1), connections (RFC 5922), the flows of a dialog.

use super::{carrier::*, world::*};
use crate::{message::Header, *};
use bytes::Bytes;

fn answered(session: SessionId) -> Event {
    Event::Answered {
        session,
        sdp: None,
        late: false,
    }
}

fn long() -> Bytes {
    Bytes::from(vec![b'x'; 1_301])
}

/// RFC 3261 §18.1.1.
#[test]
fn rfc3261_18_a_long_message_goes_by_tcp() {
    let mut line = Line::new(vec![trunk(ONE)], |asked| match asked.method() {
        "INVITE" => vec![(100, String::new()), (200, OK.into())],
        _ => says(200, ""),
    });
    let call = line.call_with(long(), Vec::new());
    line.run_s(1);
    assert_eq!(line.news(), [answered(call)]);
    let invite = line.of("INVITE")[0];
    assert_eq!(invite.flow.transport, Transport::Tcp);
    assert_eq!(invite.to(), ONE);
    assert!(
        invite
            .line(Header::Via)
            .starts_with("SIP/2.0/TCP 10.0.0.1:5060;")
    );
    assert_eq!(line.connects.len(), 1);
    line.at(|ours, now| ours.hang_up(now, call, None));
    line.run_s(1);
    assert_eq!(
        line.of("BYE")[0].flow,
        line.connects[0].flow,
        "the connection is used on"
    );

    let mut by_udp = trunk(ONE);
    by_udp.server.transport = Some(Transport::Udp);
    let mut line = Line::new(vec![by_udp], |_| Vec::new());
    line.call_with(long(), Vec::new());
    assert_eq!(
        line.asked[0].flow.transport,
        Transport::Udp,
        "as the configuration says"
    );
}

#[test]
fn rfc3261_18_a_long_message_comes_back_to_udp_where_there_is_no_tcp() {
    let mut line = Line::new(vec![trunk(ONE)], |asked| {
        match (asked.flow.transport.is_reliable(), asked.method()) {
            (false, "INVITE") => says(486, ""),
            _ => Vec::new(),
        }
    });
    let call = line.call_with(long(), Vec::new());
    line.run_s(1);
    let lost = line.connects[0].flow;
    line.at(|ours, now| ours.handle_flow_closed(now, lost));
    line.run_s(1);
    assert_eq!(line.news(), [refused(call, 486)]);
    let invite = line.of("INVITE")[1];
    assert!(invite.line(Header::Via).starts_with("SIP/2.0/UDP "));
    assert_eq!(invite.message.body(), long());

    line.call_with(long(), Vec::new());
    assert_eq!(
        line.asked.last().unwrap().flow.transport,
        Transport::Udp,
        "remembered"
    );
    assert_eq!(line.connects.len(), 1);
    line.run_s(3_700);
    line.call_with(long(), Vec::new());
    assert_eq!(line.connects.len(), 2, "for an hour");
}

#[test]
fn rfc5922_a_connection_that_cannot_be_had_is_a_dead_server() {
    let mut over_tls = trunk(CARRIER);
    over_tls.server.is_secure = true;
    let mut line = Line::new(vec![over_tls], |asked| match asked.to().as_str() {
        "198.51.100.2:5061" => says(486, ""),
        _ => Vec::new(),
    });
    let call = line.call();
    let hops = vec![
        hop(Transport::Udp, "198.51.100.9:5060"),
        hop(Transport::Tls, "198.51.100.1:5061"),
        hop(Transport::Tls, "198.51.100.2:5061"),
    ];
    line.resolve(Ok(hops));
    let first = &line.connects[0];
    assert_eq!(
        first.server_name, CARRIER,
        "RFC 5922 §7.2: the name before resolution"
    );
    assert_eq!(
        first.flow.remote,
        address("198.51.100.1:5061"),
        "and never by UDP"
    );
    let lost = first.flow;
    line.at(|ours, now| ours.handle_flow_closed(now, lost));
    line.run_s(1);
    assert_eq!(line.news(), [refused(call, 486)]);
    assert_eq!(line.connects[1].flow.remote, address("198.51.100.2:5061"));
    line.call();
    assert_eq!(line.connects.len(), 2, "the one that lives is used again");
    line.expect_no_calls_left();
}

/// GHSA-8hcp: what a certificate showed for one name says nothing about another.
#[test]
fn a_connection_is_not_shared_between_server_names() {
    let over_tls = |name: &str, host: &str| {
        let mut trunk = trunk(host);
        trunk.name = TrunkName::new(name);
        trunk.server.is_secure = true;
        trunk
    };
    let both = vec![
        over_tls("main", CARRIER),
        over_tls("other", "other.example"),
    ];
    let mut line = Line::new(both, |_| Vec::new());
    line.call();
    line.resolve(Ok(vec![hop(Transport::Tls, ONE)]));
    let invite = OutgoingInvite {
        hops_left: crate::HOPS_MAX,
        destination: Destination::Trunk(TrunkName::new("other")),
        to_user: "1".into(),
        from: Identity {
            display: None,
            user: "2".into(),
        },
        sdp: OFFER,
        headers: Vec::new(),
    };
    line.at(|ours, now| ours.invite(now, invite));
    line.resolve(Ok(vec![hop(Transport::Tls, ONE)]));
    let names: Vec<&str> = line
        .connects
        .iter()
        .map(|one| one.server_name.as_str())
        .collect();
    assert_eq!(names, [CARRIER, "other.example"]);
    assert_ne!(line.connects[0].flow, line.connects[1].flow);
}

#[test]
fn s7_connections_are_bounded() {
    let mut over_tcp = trunk(ONE);
    over_tcp.server.transport = Some(Transport::Tcp);
    let mut line = Line::new(Vec::new(), |_| Vec::new());
    let mut config = config(SERVER, DOMAIN, &[]);
    config.limits.connections_max = 0;
    line.ours = Endpoint::new(config);
    line.at(|ours, now| ours.set_trunks(now, vec![over_tcp]));
    let call = line.call();
    assert_eq!(line.connects, []);
    assert_eq!(line.news(), [refused(call, 408)]);
}

/// RFC 3261 §12.2.1.1, S13: a target is followed within the trunk's addresses and nowhere else.
#[test]
fn s13_a_dialog_goes_where_the_carrier_says_if_that_is_the_carrier() {
    for (headers, to) in [
        (
            "Contact: <sip:x@198.51.100.2:5070>\r\n",
            "198.51.100.2:5070",
        ),
        ("Contact: <sip:x@198.51.100.2>\r\n", TWO),
        ("Contact: <sip:x@10.9.9.9:5060>\r\n", ONE),
        ("Contact: <sip:x@sbc.carrier.example>\r\n", ONE),
        ("Contact: <sip:x@198.51.100.2;maddr=10.9.9.9>\r\n", ONE),
        (
            "Contact: <sip:x@10.9.9.9>\r\nRecord-Route: <sip:198.51.100.2:5080;lr>\r\n",
            "198.51.100.2:5080",
        ),
    ] {
        let mut one = trunk(ONE);
        one.matching.networks = vec!["198.51.100.0/24".parse().unwrap()];
        let mut line = Line::new(vec![one], move |asked| match asked.method() {
            "INVITE" => says(200, headers),
            "BYE" => says(200, ""),
            _ => Vec::new(),
        });
        let call = line.call();
        line.run_s(1);
        line.at(|ours, now| ours.hang_up(now, call, None));
        line.run_s(1);
        assert_eq!(line.of("ACK")[0].to(), to, "{headers}");
        assert_eq!(line.of("BYE")[0].to(), to, "{headers}");
        line.expect_no_calls_left();
    }
}

/// The connection of a call is gone; its BYE opens another one.
#[test]
fn rfc3261_12_a_bye_after_a_lost_connection_finds_the_carrier() {
    for (contact, remote) in [
        (
            "sip:x@198.51.100.1:5061;transport=tls",
            Some("198.51.100.1:5061"),
        ),
        (
            "sip:x@carrier.example;transport=tls",
            Some("198.51.100.1:5061"),
        ),
        ("sip:x@sbc.carrier.example;transport=tls", None),
    ] {
        let mut over_tls = trunk(CARRIER);
        over_tls.server.is_secure = true;
        let headers = format!("Contact: <{contact}>\r\n");
        let mut line = Line::new(vec![over_tls], move |asked| match asked.method() {
            "INVITE" => says(200, &headers),
            "BYE" => says(200, ""),
            _ => Vec::new(),
        });
        let call = line.call();
        line.resolve(Ok(vec![hop(Transport::Tls, "198.51.100.1:5061")]));
        line.run_s(1);
        assert_eq!(line.news(), [answered(call)]);
        let lost = line.connects[0].flow;
        line.at(|ours, now| ours.handle_flow_closed(now, lost));
        assert_eq!(line.news(), [], "the call goes on");
        line.at(|ours, now| ours.hang_up(now, call, None));
        let remote = match remote {
            Some(remote) => remote,
            None => {
                assert_eq!(line.of("BYE").len(), 0);
                let asked = &line.resolves.last().unwrap().target;
                assert_eq!(asked.host, "sbc.carrier.example");
                line.resolve(Ok(vec![hop(Transport::Tls, "198.51.100.7:5061")]));
                "198.51.100.7:5061"
            }
        };
        assert_eq!(line.of("BYE")[0].to(), remote, "{contact}");
        assert_eq!(line.connects[1].flow, line.of("BYE")[0].flow);
        line.expect_no_calls_left();
    }
}

/// A call by TCP whose connection breaks before anything was heard is tried elsewhere; one that rings is over.
#[test]
fn rfc3263_a_broken_connection_is_a_transport_failure() {
    for rings in [false, true] {
        let mut line = Line::new(vec![trunk(CARRIER)], move |asked| {
            match (asked.flow.transport, asked.method()) {
                (Transport::Tcp, "INVITE") if rings => says(180, ""),
                (Transport::Udp, "INVITE") => says(486, ""),
                _ => Vec::new(),
            }
        });
        let call = line.call();
        line.resolve(Ok(vec![hop(Transport::Tcp, ONE), hop(Transport::Udp, TWO)]));
        line.run_s(1);
        line.news();
        let lost = line.connects[0].flow;
        line.at(|ours, now| ours.handle_flow_closed(now, lost));
        line.run_s(1);
        let status = if rings { 503 } else { 486 };
        assert_eq!(line.news(), [refused(call, status)]);
        line.expect_no_calls_left();
    }
}
