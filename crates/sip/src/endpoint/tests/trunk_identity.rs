//! Who calls, who is called, who sent it on; and what we tell a carrier (S11, A9).

use super::{carrier::*, trunk_matching::*, world::*};
use crate::{message::Header, *};

#[test]
fn s11_rfc3325_who_is_believed() {
    let caller = |user: &str, display: Option<&str>, host: &str, anonymous| Caller {
        display: display.map(str::to_owned),
        user: user.into(),
        host: host.into(),
        anonymous,
    };
    let from = caller("100", Some("F"), "x.example", false);
    let claim = "\"F\" <sip:100@x.example>";
    let pai = "P-Asserted-Identity: \"P\" <sip:+49301@c.example>\r\n";
    let hidden = "\"Anonymous\" <sip:anonymous@anonymous.invalid>";
    let rows: [(bool, &str, String, Caller); 10] = [
        (
            true,
            claim,
            pai.into(),
            caller("+49301", Some("P"), "c.example", false),
        ),
        (false, claim, pai.into(), from.clone()),
        (
            true,
            claim,
            format!("{pai}P-Asserted-Identity: tel:+49-30-2\r\n"),
            caller("+49302", Some("P"), "", false),
        ),
        (
            true,
            claim,
            "P-Asserted-Identity: <sip:+49301;npdi@c.example;user=phone>\r\n".into(),
            caller("+49301", None, "c.example", false),
        ),
        (
            true,
            hidden,
            format!("{pai}Privacy: id\r\n"),
            caller("anonymous", Some("Anonymous"), "anonymous.invalid", true),
        ),
        (
            true,
            hidden,
            pai.into(),
            caller("+49301", Some("P"), "c.example", false),
        ),
        (
            true,
            claim,
            format!("{pai}Privacy: user; critical\r\n"),
            caller("100", Some("F"), "x.example", true),
        ),
        (
            true,
            claim,
            format!("{pai}Privacy: none\r\n"),
            caller("+49301", Some("P"), "c.example", false),
        ),
        (
            true,
            claim,
            "P-Asserted-Identity: nonsense\r\n".into(),
            from.clone(),
        ),
        (
            true,
            "<tel:+49-30-3>",
            String::new(),
            caller("+49303", None, "", false),
        ),
    ];
    for (is_trusted, claim, extra, expected) in rows {
        let mut phone = phone(vec![Trunk {
            is_trusted,
            ..matched(&["198.51.100.1"])
        }]);
        let invite = call(&mut phone, claim, &extra).unwrap();
        assert_eq!(invite.caller, expected, "{is_trusted} {claim} {extra}");
    }
    // A stranger asserts nothing.
    let mut stranger = phone(Vec::new());
    let invite = call(&mut stranger, claim, pai).unwrap();
    assert_eq!((invite.caller, invite.trunk), (from, None));
}

/// Advisory 33: white space before the colon makes no other header of it.
#[test]
fn advisory_33_a_blank_before_the_colon_smuggles_no_identity() {
    let smuggled =
        "P-Asserted-Identity : <sip:+49301@c.example>\r\nDiversion\t: <sip:7@c.example>\r\n";
    for (is_trusted, user, diversions) in [(false, "100", 0), (true, "+49301", 1)] {
        let mut phone = phone(vec![Trunk {
            is_trusted,
            ..matched(&["198.51.100.1"])
        }]);
        let invite = call(&mut phone, "<sip:100@x.example>", smuggled).unwrap();
        assert_eq!(invite.caller.user, user);
        assert_eq!(invite.diversions.len(), diversions);
    }
}

#[test]
fn rfc5806_rfc7044_who_sent_the_call_on() {
    let diversion = |user: &str, reason: Option<&str>| Diversion {
        user: user.into(),
        reason: reason.map(str::to_owned),
    };
    let many = "Diversion: <sip:1@c>;reason=deflection\r\n".repeat(12);
    let history = "History-Info: <sip:300@c?Reason=SIP%3Bcause%3D486>;index=1, <sip:400@c>;index=1.1;mp=1,\
                   <sip:500@c;cause=408>;index=1.1.1;mp=1.1\r\n";
    for (is_trusted, extra, expected) in [
        (true, "", vec![]),
        (
            true,
            "Diversion: <sip:+49302@c>;reason=no-answer;counter=1, <tel:+49-30-3>\r\n",
            vec![
                diversion("+49302", Some("no-answer")),
                diversion("+49303", None),
            ],
        ),
        (false, "Diversion: <sip:2@c>\r\n", vec![]),
        (true, &many, vec![diversion("1", Some("deflection")); 10]),
        (
            true,
            history,
            vec![
                diversion("400", Some("no-answer")),
                diversion("300", Some("user-busy")),
            ],
        ),
        (false, history, vec![]),
        (
            true,
            "Diversion: <sip:2@c>\r\nHistory-Info: <sip:3@c>;index=1, <sip:4@c;cause=302>;index=1.1\r\n",
            vec![diversion("2", None)],
        ),
        (
            true,
            "History-Info: <sip:3@c>;index=1, <sip:4@c>;index=1.1;rc=1\r\n",
            vec![],
        ),
        (true, "Diversion: <<<\r\nHistory-Info: ,,;index\r\n", vec![]),
    ] {
        let mut phone = phone(vec![Trunk {
            is_trusted,
            ..matched(&["198.51.100.1"])
        }]);
        let invite = call(&mut phone, "<sip:100@x.example>", extra).unwrap();
        assert_eq!(invite.diversions, expected, "{is_trusted} {extra}");
    }
}

#[test]
fn a_registered_trunk_may_name_the_dialled_number_in_to() {
    for (uri, to, expected) in [
        (
            "sip:4711@10.0.0.1",
            "<sip:+49305@carrier.example>",
            "+49305",
        ),
        (
            "sip:+49306@10.0.0.1",
            "<sip:+49305@carrier.example>",
            "+49306",
        ),
        ("sip:4711@10.0.0.1", "<sip:carrier.example>", "4711"),
    ] {
        let mut one = registering(ONE);
        one.matching.networks = vec!["198.51.100.1".parse().unwrap()];
        let mut phone = phone(vec![one]);
        phone.mail.clear();
        let text = invite(&mut phone, uri, "<sip:1@x.example>", "");
        phone.say(&text.replace(&format!("To: <sip:x@{DOMAIN}>"), &format!("To: {to}")));
        let Some(Event::Invite { invite, .. }) = phone.news().pop() else {
            panic!()
        };
        assert_eq!(invite.called_user, expected, "{uri} {to}");
    }
}

/// Who is told what: trusted or not, withheld or not.
#[test]
fn rfc3323_rfc3325_what_a_carrier_is_told() {
    let asserted = || {
        ExtraHeader::AssertedIdentity(Identity {
            display: None,
            user: "+4930999".into(),
        })
    };
    for (is_trusted, is_withheld) in [(false, false), (false, true), (true, false), (true, true)] {
        let one = Trunk {
            is_trusted,
            ..registering(ONE)
        };
        let mut line = Line::new(vec![one], |_| Vec::new());
        let mut headers = vec![asserted()];
        if is_withheld {
            headers.push(ExtraHeader::Privacy);
        }
        line.call_with(OFFER, headers);
        let invite = line.of("INVITE")[0];
        let (from, contact) = (invite.line(Header::From), invite.line(Header::Contact));
        if is_withheld {
            let hidden = "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=";
            assert!(from.starts_with(hidden), "{from}");
            assert!(contact.starts_with("<sip:anonymous@"), "{contact}");
            assert_eq!(invite.line(Header::Privacy), "id");
            let text = invite.message.fields().map(|(_, _, value)| value.to_vec());
            let text = String::from_utf8(text.collect::<Vec<_>>().join(&b'\n')).unwrap();
            assert!(!text.contains("4000") && !text.contains("Desk"), "{text}");
        } else {
            assert!(
                from.starts_with("\"Desk\" <sip:4000@carrier.example>"),
                "{from}"
            );
            assert!(contact.starts_with("<sip:4711@"), "{contact}");
            assert_eq!(invite.line(Header::Privacy), "");
        }
        let told = if is_trusted {
            "<sip:+4930999@carrier.example>"
        } else {
            ""
        };
        assert_eq!(invite.line(Header::PAssertedIdentity), told);
    }
}

#[test]
fn rfc5806_rfc7044_a_trusted_carrier_is_told_who_sent_the_call_on() {
    let diverted = |user: &str, reason: Option<&str>| {
        ExtraHeader::Diversion(Diversion {
            user: user.into(),
            reason: reason.map(str::to_owned),
        })
    };
    let headers = vec![
        diverted("+49302", Some("no-answer")),
        diverted("+49301", None),
    ];
    for is_trusted in [true, false] {
        let one = Trunk {
            is_trusted,
            ..trunk(ONE)
        };
        let mut line = Line::new(vec![one], |_| Vec::new());
        line.call_with(OFFER, headers.clone());
        let message = &line.of("INVITE")[0].message;
        let all = |header| -> Vec<String> {
            let values = message.all(header);
            values
                .map(|value| String::from_utf8(value.to_vec()).unwrap())
                .collect()
        };
        let (diversions, history) = (all(Header::Diversion), all(Header::HistoryInfo));
        if !is_trusted {
            assert_eq!((diversions.len(), history.len()), (0, 0));
            continue;
        }
        let expected = [
            "<sip:+49302@carrier.example>;reason=no-answer",
            "<sip:+49301@carrier.example>;reason=unknown",
        ];
        assert_eq!(diversions, expected);
        let expected = [
            "<sip:+49301@carrier.example>;index=1",
            "<sip:+49302@carrier.example;cause=404>;index=1.1;mp=1",
            "<sip:+4930123@carrier.example;cause=408>;index=1.1.1;mp=1.1",
        ];
        assert_eq!(history, expected);
    }
}

/// RFC 3261 §26.2.2: `sips` is for secure connections, and its answer names a `sips` Contact.
#[test]
fn rfc3261_26_sips_is_taken_on_secure_transports_alone() {
    for (transport, status) in [
        (Transport::Udp, 416),
        (Transport::Tcp, 416),
        (Transport::Ws, 416),
        (Transport::Tls, 180),
        (Transport::Wss, 180),
    ] {
        let mut phone = phone(vec![matched(&["198.51.100.1"])]);
        phone.flow = flow(Transport::Tcp, SERVER, ONE);
        phone.flow.transport = transport;
        let text = invite(&mut phone, "sips:4000@10.0.0.1", "<sip:1@x.example>", "");
        let mut answer = phone.say(&text).pop().unwrap();
        if let Some(Event::Invite { session, .. }) = phone.news().pop() {
            let now = phone.now;
            phone.server.ring(now, session);
            phone.drain();
            answer = message::parse(phone.mail.pop().unwrap().1, &Limits::default()).unwrap();
            let contact = answer.text(Header::Contact);
            assert_eq!(contact.as_deref(), Some("<sips:4000@10.0.0.1:5060>"));
        }
        assert_eq!(answer.status(), Some(status), "{transport:?}");
    }
}
