//! The same calls over TCP, what a lost connection ends, and what it does not.

use super::{raw::Phone, world::*};
use crate::{endpoint::session::Session, *};
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
fn a_lost_connection_waits_for_the_ack_by_another_one() {
    for hangs_up in [false, true] {
        let mut world = World::over(Transport::Tcp);
        let (_, server) = world.hotline();
        world.loss = Box::new(|text| text.starts_with("ACK"));
        world.at(SERVER, |node, now| node.answer(now, server, ANSWER));
        if hangs_up {
            world.at(SERVER, |node, now| node.hang_up(now, server, None));
        }
        world.at(SERVER, |node, now| {
            node.handle_flow_closed(now, flow(Transport::Tcp, SERVER, ALICE));
        });
        world.run_ms(31_999);
        assert_eq!(world.news(SERVER), []);
        assert_eq!(world.sizes(SERVER).sessions, 1);
        world.run_ms(1);
        let ended = Event::Ended {
            session: server,
            by: EndedBy::FlowLost,
            reason: None,
        };
        let news = if hangs_up { vec![] } else { vec![ended] };
        assert_eq!(world.news(SERVER), news);
        assert_eq!(world.sent_by(SERVER), ["200"], "nobody to tell");
        assert_eq!(world.sizes(SERVER), endpoint::Sizes::default());
    }
}

/// A stranger with a connection: his INVITE, our tag once he is answered, and his requests.
struct Caller {
    phone: Phone,
    session: SessionId,
    tag: String,
}

fn text(method: &str, cseq: u32, tag: &str, contact: &str, extra: &str) -> String {
    format!(
        "{method} sip:4000@call.example.com SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.3:5063;branch=z9hG4bK{method}{cseq}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:139@carrier.example>;tag=f1\r\nTo: <sip:4000@call.example.com>{tag}\r\n\
         Call-ID: c1\r\nCSeq: {cseq} {method}\r\nContact: <{contact}>\r\n{extra}{}",
        if method == "INVITE" {
            "Content-Type: application/sdp\r\nContent-Length: 3\r\n\r\nv=0"
        } else {
            "Content-Length: 0\r\n\r\n"
        }
    )
}

const AT_TCP: &str = "sip:139@10.0.0.3:5063;transport=tcp";

impl Caller {
    fn answered(contact: &str, extra: &str) -> Self {
        let mut phone = Phone::new();
        phone.flow = flow(Transport::Tcp, SERVER, "10.0.0.3:40000");
        phone.say(&text("INVITE", 1, "", contact, extra));
        let Some(Event::Invite { session, .. }) = phone.news().pop() else {
            panic!()
        };
        phone.server.answer(phone.now, session, ANSWER);
        phone.drain();
        let ok = message::parse(phone.mail.pop().unwrap().1, &Limits::default()).unwrap();
        let tag = String::from_utf8_lossy(ok.to().unwrap().tag().unwrap()).into_owned();
        let tag = format!(";tag={tag}");
        Self {
            phone,
            session,
            tag,
        }
    }

    fn acked(contact: &str, extra: &str) -> Self {
        let mut caller = Self::answered(contact, extra);
        caller.say("ACK", 1);
        caller.phone.news();
        caller
    }

    fn say(&mut self, method: &str, cseq: u32) {
        let text = text(method, cseq, &self.tag, AT_TCP, "");
        self.phone.say(&text);
    }

    fn cut(&mut self) {
        let (now, lost) = (self.phone.now, self.phone.flow);
        self.phone.server.handle_flow_closed(now, lost);
        self.phone.drain();
        assert_eq!(self.phone.news(), [], "the call goes on");
        self.phone.flow = flow(Transport::Tcp, SERVER, "10.0.0.3:41000");
        self.phone.flow.connection = 7;
    }

    /// Where our BYE goes.
    fn bye(&mut self) -> Option<Flow> {
        let now = self.phone.now;
        self.phone.server.hang_up(now, self.session, None);
        self.phone.drain();
        assert_eq!(self.phone.news(), []);
        assert_eq!(self.phone.server.sizes().sessions, 0);
        let (to, bytes) = self.phone.mail.pop()?;
        assert!(bytes.starts_with(b"BYE "));
        let via = format!("Via: SIP/2.0/{} ", to.transport.via_token());
        assert!(String::from_utf8_lossy(&bytes).contains(&via));
        Some(to)
    }
}

#[test]
fn rfc3261_12_a_call_outlives_its_connection_until_the_peer_ends_it() {
    let mut caller = Caller::acked(AT_TCP, "");
    caller.cut();
    caller.phone.wait(Duration::from_secs(1_799));
    caller.say("BYE", 2);
    let ended = Event::Ended {
        session: caller.session,
        by: EndedBy::RemoteBye,
        reason: None,
    };
    assert_eq!(caller.phone.news(), [ended]);
    assert_eq!(caller.phone.server.sizes().sessions, 0);
}

/// RFC 4028 §10: nobody can refresh a session whose peer cannot be reached.
#[test]
fn rfc4028_a_call_without_a_connection_ends_with_its_interval() {
    let mut caller = Caller::acked(AT_TCP, "");
    caller.cut();
    caller.phone.wait(Duration::from_secs(1_799));
    assert_eq!(caller.phone.news(), []);
    caller.phone.wait(Duration::from_secs(1));
    let ended = Event::Ended {
        session: caller.session,
        by: EndedBy::FlowLost,
        reason: None,
    };
    assert_eq!(caller.phone.news(), [ended]);
    assert_eq!(caller.phone.server.sizes().sessions, 0);
}

#[test]
fn rfc3261_12_a_new_connection_takes_over_with_the_next_request() {
    for method in ["INFO", "OPTIONS", "INVITE"] {
        let mut caller = Caller::acked(AT_TCP, "");
        caller.cut();
        caller.say(method, 2);
        caller.phone.news();
        let to = caller.phone.flow;
        caller.phone.mail.clear();
        assert_eq!(caller.bye(), Some(to), "{method}");
    }
    let mut caller = Caller::answered(AT_TCP, "");
    caller.cut();
    caller.say("ACK", 1);
    let session = caller.session;
    assert_eq!(caller.phone.news(), [Event::Acked { session, sdp: None }]);
    let to = caller.phone.flow;
    assert_eq!(caller.bye(), Some(to), "ACK");
}

/// S13, G11: without a connection a BYE goes only where a datagram is sure to be welcome.
#[test]
fn s13_a_bye_without_a_connection_goes_by_datagram_or_not_at_all() {
    let route = "Record-Route: <sip:10.0.0.3;lr>\r\n";
    let rows = [
        ("sip:139@10.0.0.3:5063", "", Some("10.0.0.3:5063")),
        ("sip:139@10.0.0.3;transport=UDP", "", Some("10.0.0.3:5060")),
        ("sip:139@10.0.0.3:5063;maddr=10.6.6.6", "", None),
        ("sip:139@10.0.0.3:5063", route, None),
        ("sip:139@10.6.6.6:5063", "", None),
        ("sip:139@[2001:db8::1]:5063", "", None),
        ("sip:139@phone.example", "", None),
        ("sips:139@10.0.0.3:5063", "", None),
        (AT_TCP, "", None),
    ];
    for (contact, extra, to) in rows {
        let mut caller = Caller::acked(contact, extra);
        caller.cut();
        let expected = to.map(|to| flow(Transport::Udp, SERVER, to));
        assert_eq!(caller.bye(), expected, "{contact} {extra}");
    }
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

#[test]
fn s8_strangers_who_come_and_go_leave_no_connection_to_look_for() {
    let mut phone = Phone::new();
    for number in 1..=100 {
        phone.flow = flow(Transport::Tcp, SERVER, "10.0.0.3:40000");
        phone.flow.connection = number;
        phone.say(&text("OPTIONS", 1, "", AT_TCP, ""));
        phone.say(&text("REGISTER", 1, "", AT_TCP, ""));
        phone.drain();
        assert_eq!(phone.server.transactions.flows_in_use(), 0);
        phone.server.handle_flow_closed(phone.now, phone.flow);
    }
    // What does stand on a connection is looked for, also where a dialog came to it by a request that was refused.
    let mut caller = Caller::acked(AT_TCP, "");
    assert_eq!(caller.phone.server.transactions.flows_in_use(), 1);
    caller.cut();
    assert_eq!(caller.phone.server.transactions.flows_in_use(), 0);
    caller.say("PUBLISH", 2);
    assert_eq!(caller.phone.server.transactions.flows_in_use(), 1);
    caller.cut();
    assert_eq!(caller.phone.server.transactions.flows_in_use(), 0);
    let session = caller.phone.server.sessions.get(&caller.session);
    assert!(
        session
            .and_then(Session::dialog)
            .is_some_and(|dialog| dialog.is_cut)
    );
}
