//! Twenty-six things that phones and exchanges send every day.

use super::*;

#[test]
fn verdicts() {
    let rows: [(&str, Vec<u8>, Verdict); 20] = [
        ("ordinary", with(&[]), Verdict::Ok),
        (
            "folded",
            with(&[("Max-Forwards: 70", "Max-Forwards:\r\n 70")]),
            Verdict::Ok,
        ),
        (
            "blank before the colon",
            with(&[("Max-Forwards:", "Max-Forwards \t :")]),
            Verdict::Ok,
        ),
        (
            "leading zeros",
            with(&[("Max-Forwards: 70", "Max-Forwards: 0070")]),
            Verdict::Ok,
        ),
        (
            "unknown method",
            with(&[("INVITE", "PING"), ("INVITE", "PING")]),
            Verdict::Ok,
        ),
        (
            "method in lower case is another method",
            with(&[("INVITE", "invite"), ("INVITE", "invite")]),
            Verdict::Ok,
        ),
        (
            "trailing blanks after Content-Length",
            with(&[("Length: 4", "Length: 4  \t")]),
            Verdict::Ok,
        ),
        (
            "line without a colon",
            with(&[("Max-Forwards: 70", "Max-Forwards 70")]),
            Verdict::Refused(400),
        ),
        (
            "empty name",
            with(&[("Max-Forwards: 70", ": 70")]),
            Verdict::Refused(400),
        ),
        (
            "blank inside a name",
            with(&[("Max-Forwards:", "Max Forwards:")]),
            Verdict::Refused(400),
        ),
        (
            "leading CRLF",
            [b"\r\n\r\n".to_vec(), with(&[])].concat(),
            Verdict::Ok,
        ),
        (
            "no blank line",
            b"INVITE sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n".to_vec(),
            Verdict::Refused(400),
        ),
        (
            "line feeds alone",
            String::from_utf8(with(&[]))
                .unwrap()
                .replace("\r\n", "\n")
                .into_bytes(),
            Verdict::Dropped,
        ),
        (
            "lower-case version",
            with(&[("SIP/2.0\r\n", "sip/2.0\r\n")]),
            Verdict::Ok,
        ),
        (
            "no Content-Length in a datagram",
            with(&[("Content-Length: 4\r\n", "")]),
            Verdict::Ok,
        ),
        (
            "empty header value",
            with(&[("Max-Forwards: 70", "Subject:")]),
            Verdict::Ok,
        ),
        (
            "empty Via",
            with(&[("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds", "")]),
            Verdict::Refused(400),
        ),
        (
            "Via of another protocol",
            with(&[("Via: SIP/2.0", "Via: XMPP/1.0")]),
            Verdict::Refused(400),
        ),
        (
            "unclosed bracket",
            with(&[("<sip:alice@192.0.2.1>", "<sip:alice@192.0.2.1")]),
            Verdict::Refused(400),
        ),
        (
            "garbage after an address",
            with(&[("<sip:alice@192.0.2.1>", "<sip:alice@192.0.2.1> x")]),
            Verdict::Refused(400),
        ),
    ];
    for (name, text, expected) in rows {
        assert_eq!(
            verdict(&text),
            expected,
            "{name}: {:?}",
            read(&text).err().map(|error| error.to_string())
        );
    }
}

#[test]
fn compact_names_are_the_long_ones() {
    let text = "INVITE sip:4000@h SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nf: <sip:a@h>;tag=1\r\nt: <sip:4000@h>\r\n\
                i: 1\r\nCSeq: 1 INVITE\r\nm: <sip:a@192.0.2.1>\r\nk: timer\r\ns: hello\r\nc: application/sdp\r\nl: 3\r\n\r\nv=0";
    let message = read(text.as_bytes()).unwrap();
    assert!(
        message
            .fields()
            .all(|(header, _, _)| header != Header::Unknown)
    );
    assert_eq!(message.sdp().as_deref(), Some(&b"v=0"[..]));
    assert_eq!(
        message.tokens(Header::Supported).collect::<Vec<_>>(),
        [b"timer"]
    );
}

#[test]
fn names_of_old_exchanges_keep_their_bytes() {
    // GBK in quotes and without.
    for display in [&b"\"\xd6\xd0\xb9\xfa\""[..], b"\xd6\xd0\xb9\xfa "] {
        let mut text = Vec::new();
        for line in with(&[]).split_inclusive(|byte| *byte == b'\n') {
            if line.starts_with(b"From") {
                text.extend_from_slice(b"From: ");
                text.extend_from_slice(display);
                text.extend_from_slice(b"<sip:alice@example.com>;tag=1\r\n");
            } else {
                text.extend_from_slice(line);
            }
        }
        let message = read(&text).unwrap();
        assert_eq!(
            message.fields().count(),
            9,
            "nothing after the odd bytes is lost"
        );
        let shown = message.from().unwrap().display().unwrap();
        assert!(
            shown.contains('\u{fffd}') && !shown.contains('"'),
            "{shown:?}"
        );
        assert!(
            message
                .first(Header::From)
                .unwrap()
                .windows(4)
                .any(|bytes| bytes == b"\xd6\xd0\xb9\xfa")
        );
    }
}

#[test]
fn addresses() {
    let rows: [(&str, Option<&str>, &str, Option<&str>); 11] = [
        (
            "\"A \\\"q\\\" b\" <sip:a@h>;tag=1",
            Some("A \"q\" b"),
            "sip:a@h",
            Some("1"),
        ),
        (
            "\"a\\\\\" <sip:a@h>;tag=1",
            Some("a\\"),
            "sip:a@h",
            Some("1"),
        ),
        (
            "Alice  B <sip:a@h> ; tag = 1",
            Some("Alice  B"),
            "sip:a@h",
            Some("1"),
        ),
        (
            "caller<sip:a@h>;TAG=1",
            Some("caller"),
            "sip:a@h",
            Some("1"),
        ),
        ("sip:a@h;tag=1", None, "sip:a@h", Some("1")),
        ("<sip:a@h;tag=inner>", None, "sip:a@h;tag=inner", None),
        (
            "<tel:+8613912345678>;tag=1",
            None,
            "tel:+8613912345678",
            Some("1"),
        ),
        ("\"\" <sip:a@h>", None, "sip:a@h", None),
        (
            "<sip:a@[2001:db8::1]:5070>;tag=1",
            None,
            "sip:a@[2001:db8::1]:5070",
            Some("1"),
        ),
        ("<sip:a@h>;x=\"y;tag=no\";tag=1", None, "sip:a@h", Some("1")),
        (
            "\"a, b\" <sip:a@h>;tag=1",
            Some("a, b"),
            "sip:a@h",
            Some("1"),
        ),
    ];
    for (text, display, uri, tag) in rows {
        let address = NameAddr::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(address.display().as_deref(), display, "{text}");
        assert_eq!(address.uri.text, uri.as_bytes(), "{text}");
        assert_eq!(address.tag(), tag.map(str::as_bytes), "{text}");
    }
    for text in [
        "",
        "<>",
        "<sip:a@h",
        "\"x <sip:a@h>",
        "sip:a@h;",
        "<sip:a@h>;;x",
        "<sip:a@h>;=x",
        "a b",
        "sip:a@h, sip:b@h",
        "<sip:a@h>;x=\"y",
    ] {
        assert!(NameAddr::parse(text.as_bytes()).is_none(), "{text}");
    }
}

#[test]
fn several_contacts_on_a_line_and_outbound_parameters() {
    let contacts = "<sip:a@h>;+sip.instance=\"<urn:uuid:1>\";reg-id=1;expires=60 , \"b, c\" <sip:b@h;ob>;q=0.5";
    let text = with(&[("<sip:alice@192.0.2.1>", contacts)]);
    let message = read(&text).unwrap();
    let rows: Vec<_> = message.addresses(Header::Contact).collect();
    let [first, second] = rows.as_slice() else {
        panic!()
    };
    assert_eq!(
        first.params.text("+sip.instance").as_deref(),
        Some(&b"<urn:uuid:1>"[..])
    );
    assert_eq!(first.params.get("reg-id"), Some(&b"1"[..]));
    assert_eq!(second.display().as_deref(), Some("b, c"));
    assert_eq!(second.uri.parameter("ob"), Some(&b""[..]));
}

#[test]
fn vias() {
    let via = Via::parse(
        b"SIP / 2.0 / TCP  [2001:db8::9] : 5070 ; branch = z9hG4bK1 ;rport , SIP/2.0/UDP b",
    )
    .unwrap();
    assert_eq!(
        (via.transport, via.host, via.port),
        (&b"TCP"[..], &b"[2001:db8::9]"[..], Some(5070))
    );
    assert_eq!(
        (via.branch(), via.wants_rport()),
        (Some(&b"z9hG4bK1"[..]), true)
    );
    assert!(via.further.starts_with(b","));
    assert_eq!(
        super::super::via::count(b"SIP/2.0/UDP a,SIP/2.0/UDP b , SIP/2.0/UDP c"),
        Some(3)
    );
    for text in [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0 h",
        "SIP/2.0/UDPh",
        "SIP/3.0/UDP h",
        "SIP/2.0/UDP h x",
        "SIP/2.0/UDP h;",
        "SIP/2.0/UDP h:0x1",
        "SIP/2.0/UDP h,",
    ] {
        assert_eq!(super::super::via::count(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn the_body_is_what_the_length_says() {
    let rows = [
        ("Content-Length: 4", &b"v=0\n"[..]),
        ("Content-Length: 2", b"v="),
        ("Content-Length: 0", b""),
        ("X: 4", b"v=0\n"),
    ];
    for (line, body) in rows {
        let message = read(&with(&[("Content-Length: 4", line)])).unwrap();
        assert_eq!(message.body(), body, "{line}");
    }
}

#[test]
fn unknown_headers_stay_verbatim_and_in_order() {
    let message = read(&with(&[(
        "Max-Forwards: 70",
        "X-A: 1\r\nx-b :  two ;,; \r\n\tthree\r\nX-A: \"4",
    )]))
    .unwrap();
    let unknown: Vec<_> = message
        .fields()
        .filter(|(header, _, _)| *header == Header::Unknown)
        .map(|(_, name, value)| (name, value))
        .collect();
    let expected: [(&[u8], &[u8]); 3] = [
        (b"X-A", b"1"),
        (b"x-b", b"two ;,; \r\n\tthree"),
        (b"X-A", b"\"4"),
    ];
    assert_eq!(unknown, expected);
}

/// The tags that are found when a message is read are those that its addresses have.
#[test]
fn rfc3261_20_tags_stand_where_the_addresses_have_them() {
    let from = "From: \"Alice\" <sip:alice@example.com>;tag=1928301774";
    let table: [(&str, Option<&str>); 8] = [
        (from, Some("1928301774")),
        ("From: sip:a@example.com;tag=x", Some("x")),
        ("f: <sip:a@example.com> ; a=1 ; TAG = y ;b", Some("y")),
        ("From: \";tag=no\" <sip:a@example.com;tag=no>", None),
        (
            "From: \";tag=no\" <sip:a@example.com;tag=no>;tag=yes",
            Some("yes"),
        ),
        ("From: <sip:a@example.com>;a=\"x;tag=no\";tag=z", Some("z")),
        ("From: <sip:a@example.com>;tag=1;tag=2", Some("1")),
        (
            "From:\r\n <sip:a@example.com>\r\n\t;tag=folded",
            Some("folded"),
        ),
    ];
    for (line, tag) in table {
        let message = read(&with(&[(from, line)])).unwrap();
        let seen = message.from().unwrap().tag();
        assert_eq!(message.from_tag(), seen, "{line}");
        assert_eq!(seen, tag.map(str::as_bytes), "{line}");
        assert_eq!(message.to_tag(), None);
    }
}
