//! 100 Trying (RFC 3261 §17.2.1): said where nothing else is said in the turn of the INVITE, and nowhere else.

use super::{raw::Phone, world::*};
use crate::*;

/// An INVITE of a stranger to the hotline.
fn invite(phone: &mut Phone) -> String {
    let uri = format!("sip:4000@{DOMAIN}");
    let contact = "Contact: <sip:1001@10.0.0.3:5063>\r\n";
    let text = phone.request("INVITE", &uri, "alice", contact);
    text.replace(
        &format!("From: <sip:alice@{DOMAIN}>"),
        "From: <sip:alice@elsewhere.example>",
    )
}

/// Hands it in and polls as an owner does; `act` stands for what he does when he learns of the call. The statuses that went
/// out, in order.
fn statuses(phone: &mut Phone, text: &str, act: impl Fn(&mut Endpoint, SessionId)) -> Vec<u16> {
    let (now, flow) = (phone.now, phone.flow);
    phone
        .server
        .handle_message(now, flow, text.to_owned().into());
    let mut said = Vec::new();
    while let Some(output) = phone.server.poll_output() {
        match output {
            Output::Event(Event::Invite { session, .. }) => act(&mut phone.server, session),
            Output::Transmit(transmit) => {
                let line = String::from_utf8_lossy(&transmit.bytes).into_owned();
                said.extend(
                    line.split(' ')
                        .nth(1)
                        .and_then(|status| status.parse::<u16>().ok()),
                );
            }
            Output::Connect(_) | Output::Resolve(_) | Output::Vouch(_) | Output::Event(_) => {}
        }
    }
    said
}

#[test]
fn rfc3261_17_2_1_an_owner_who_is_silent_has_100_said_for_him() {
    let mut phone = Phone::new();
    let text = invite(&mut phone);
    assert_eq!(statuses(&mut phone, &text, |_, _| {}), [100]);
    // The INVITE comes again: the 100 is repeated, not the event.
    assert_eq!(
        statuses(&mut phone, &text, |_, _| panic!("the same call")),
        [100]
    );
}

#[test]
fn rfc3261_17_2_1_an_answer_of_the_same_turn_needs_no_100() {
    let now = Phone::new().now;
    type Act = fn(&mut Endpoint, std::time::Duration, SessionId);
    let acts: [(Act, u16); 3] = [
        (|server, now, session| server.ring(now, session), 180),
        (
            |server, now, session| server.answer(now, session, ANSWER),
            200,
        ),
        (
            |server, now, session| server.reject(now, session, Refusal::new(486)),
            486,
        ),
    ];
    for (act, status) in acts {
        let mut phone = Phone::new();
        let text = invite(&mut phone);
        let said = statuses(&mut phone, &text, |server, session| {
            act(server, now, session)
        });
        assert_eq!(said, [status]);
    }
}
