//! What strangers may cost: guesses, calls, work (S7, S9, G9, G11).

use super::{raw::Phone, world::*};
use crate::*;
use core::time::Duration;

const CONTACT: &str = "Contact: <sip:1001@10.0.0.3:5063>\r\n";

#[test]
fn s7_credentials_of_more_than_32_parameters_are_malformed() {
    let more = |count: usize| -> String { (0..count).map(|n| format!(", x{n}=1")).collect() };
    // Ten parameters are those of the credentials themselves.
    for (extra, status) in [(23, 400), (22, 401)] {
        let mut phone = Phone::new();
        let line = format!(
            "Authorization: Digest username=\"1001\", realm=\"{DOMAIN}\", nonce=\"0\", uri=\"sip:{DOMAIN}\", \
             response=\"0\", algorithm=MD5, cnonce=\"c\", qop=auth, nc=00000001, opaque=\"o\"{}\r\n{CONTACT}",
            more(extra)
        );
        let uri = format!("sip:{DOMAIN}");
        let text = phone.request("REGISTER", &uri, "1001", &line);
        assert_eq!(phone.status_of(&text), status, "{extra}");
    }
}

#[test]
fn s7_contacts_are_counted_before_they_are_compared() {
    let mut phone = Phone::new();
    // Removals bind nothing in the end, but each would be compared with all that is bound.
    let contacts: String = (0..11)
        .map(|number| format!("Contact: <sip:a{number}@10.0.0.3:1>;expires=0\r\n"))
        .collect();
    let answer = phone.register("1001", "secret", &contacts);
    assert_eq!(answer.status(), Some(403));
}

/// The owner comes in where he is known to be, and from elsewhere, whoever guesses at his door.
#[test]
fn g9_a_guesser_is_shut_out_and_the_owner_is_not() {
    let mut phone = Phone::new();
    let home = phone.flow;
    let login = |phone: &mut Phone, from: &str, password: &str| {
        phone.flow = flow(Transport::Udp, SERVER, from);
        phone.register("1001", password, CONTACT).status()
    };
    assert_eq!(login(&mut phone, AGENT, "secret"), Some(200));
    // The same host behind the same NAT, another socket.
    for _ in 0..30 {
        assert_eq!(login(&mut phone, "10.0.0.3:6666", "wrong"), Some(403));
    }
    let refused = phone.server.counters().refused.clone();
    assert_eq!(refused.get("wrong password or unknown user"), Some(&10));
    assert_eq!(refused.get("too many wrong passwords"), Some(&20));
    assert_eq!(
        login(&mut phone, "10.0.0.3:6666", "secret"),
        Some(403),
        "right at last, but not judged"
    );
    assert_eq!(
        login(&mut phone, AGENT, "secret"),
        Some(200),
        "by the flow of his contact"
    );
    assert_eq!(
        login(&mut phone, "10.0.0.4:5063", "secret"),
        Some(200),
        "from another host"
    );
    assert_eq!(phone.server.bindings("1001").len(), 1);
    assert_ne!(phone.server.bindings("1001")[0].flow, home);
    phone.wait(Duration::from_secs(60));
    assert_eq!(login(&mut phone, "10.0.0.3:6666", "secret"), Some(200));
}

/// A stranger's INVITE; every number is another call.
fn invite(number: usize) -> String {
    format!(
        "INVITE sip:4000@{DOMAIN} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.3:5063;branch=z9hG4bKs{number};rport\r\n\
         Max-Forwards: 70\r\nFrom: <sip:139@carrier.example>;tag=f1\r\nTo: <sip:4000@{DOMAIN}>\r\n\
         Call-ID: s{number}\r\nCSeq: 1 INVITE\r\nContact: <sip:139@10.0.0.3:5063>\r\nContent-Type: application/sdp\r\n\
         Content-Length: 3\r\n\r\nv=0"
    )
}

/// A call as far as a test wants it.
struct Call {
    number: usize,
    session: SessionId,
}

fn call(phone: &mut Phone, from: &str, number: usize) -> Result<Call, u16> {
    phone.flow = flow(Transport::Udp, SERVER, from);
    let status = phone.status_of(&invite(number));
    match phone.news().pop() {
        Some(Event::Invite { session, .. }) => Ok(Call { number, session }),
        _ => Err(status),
    }
}

/// Answers a call and, as the caller, acknowledges.
fn talk(phone: &mut Phone, call: &Call) {
    phone.server.answer(phone.now, call.session, ANSWER);
    phone.drain();
    let ok = message::parse(phone.mail.pop().unwrap().1, &Limits::default()).unwrap();
    let to = ok.text(message::Header::To).unwrap();
    let ack = invite(call.number)
        .replace("INVITE", "ACK")
        .replace("branch=z9hG4bKs", "branch=z9hG4bKack")
        .replace(&format!("To: <sip:4000@{DOMAIN}>"), &format!("To: {to}"));
    phone.say(&ack);
    let news = phone.news();
    assert!(
        matches!(news.as_slice(), [Event::Acked { session, .. }] if *session == call.session),
        "{news:?}"
    );
}

fn bounded(bound: impl FnOnce(&mut Limits)) -> Phone {
    let mut server = config(SERVER, DOMAIN, &["4000"]);
    bound(&mut server.limits);
    Phone::with(server)
}

#[test]
fn s7_a_source_has_at_most_twenty_calls_without_their_ack() {
    let mut phone = Phone::new();
    let calls: Vec<Call> = (0..20)
        .map(|number| call(&mut phone, AGENT, number).ok().unwrap())
        .collect();
    let before = phone.server.sizes();
    let answer = phone.say(&invite(20)).pop().unwrap();
    assert_eq!(answer.status(), Some(503));
    assert_eq!(answer.number(message::Header::RetryAfter), Some(10));
    assert_eq!(phone.server.sizes(), before, "S9: without memory");
    let refused = phone.server.counters().refused.clone();
    assert_eq!(refused.get("too many pending calls of a source"), Some(&1));
    assert!(
        call(&mut phone, "10.0.0.4:5063", 21).is_ok(),
        "another source"
    );
    // An ACK, a refusal and the time-out of an answer each make room for one more.
    phone.flow = flow(Transport::Udp, SERVER, AGENT);
    talk(&mut phone, &calls[0]);
    assert!(call(&mut phone, AGENT, 22).is_ok());
    assert_eq!(call(&mut phone, AGENT, 23).err(), Some(503));
    phone
        .server
        .reject(phone.now, calls[1].session, Refusal::new(486));
    phone.drain();
    phone.mail.clear();
    assert!(call(&mut phone, AGENT, 24).is_ok());
    assert_eq!(call(&mut phone, AGENT, 25).err(), Some(503));
    phone.server.answer(phone.now, calls[2].session, ANSWER);
    phone.wait(Duration::from_secs(8));
    phone.mail.clear();
    assert!(call(&mut phone, AGENT, 26).is_ok());
    assert_eq!(call(&mut phone, AGENT, 27).err(), Some(503));
}

#[test]
fn s7_strangers_leave_half_of_the_sessions_to_those_we_know() {
    for (pending_max, room) in [(None, 5), (Some(3), 3)] {
        let mut phone = bounded(|limits| {
            limits.sessions_max = 10;
            limits.stranger_pending_max = pending_max;
        });
        let source = |number: usize| format!("10.1.0.{number}:5060");
        let admitted = (0..8).filter(|n| call(&mut phone, &source(*n), *n).is_ok());
        assert_eq!(admitted.count(), room);
        // The owner of an account is no stranger.
        phone.flow = flow(Transport::Udp, SERVER, AGENT);
        let own = invite(9).replace("139@carrier.example", &format!("1001@{DOMAIN}"));
        let challenge = phone.say(&own).pop().unwrap();
        let line = phone.credentials(
            &challenge,
            digest::Algorithm::Md5,
            "1001",
            "secret",
            &message::Method::Invite,
            &format!("sip:4000@{DOMAIN}"),
        );
        let own = own
            .replace("z9hG4bKs", "z9hG4bKown")
            .replace("Max-Forwards", &format!("{line}Max-Forwards"));
        assert_eq!(phone.status_of(&own), 0);
        assert!(matches!(phone.news().as_slice(), [Event::Invite { .. }]));
    }
}

#[test]
fn s7_a_source_has_at_most_so_many_calls_answered_or_not() {
    let mut phone = bounded(|limits| limits.stranger_sessions_per_source_max = 3);
    let first = call(&mut phone, AGENT, 0).ok().unwrap();
    talk(&mut phone, &first);
    let second = call(&mut phone, AGENT, 1).ok().unwrap();
    talk(&mut phone, &second);
    assert!(call(&mut phone, AGENT, 2).is_ok(), "unanswered");
    assert_eq!(call(&mut phone, AGENT, 3).err(), Some(503));
    let refused = phone.server.counters().refused.clone();
    assert_eq!(refused.get("too many calls of a source"), Some(&1));
    phone.server.hang_up(phone.now, first.session, None);
    phone.drain();
    phone.mail.clear();
    assert!(call(&mut phone, AGENT, 4).is_ok());
}
