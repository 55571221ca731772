//! S7 and S10: bounds, and bytes that no value may hold.

use super::*;

#[test]
fn s7_every_bound_has_its_answer() {
    let many = |line: &str, times: usize| with(&[("Max-Forwards: 70\r\n", &line.repeat(times))]);
    let rows: [(&str, Vec<u8>, Verdict); 12] = [
        ("119 more headers", many("X: 1\r\n", 119), Verdict::Ok),
        (
            "120 more headers",
            many("X: 1\r\n", 121),
            Verdict::Refused(400),
        ),
        (
            "many Accept (advisory 13)",
            many("Accept: a/b\r\n", 500),
            Verdict::Refused(400),
        ),
        (
            "a line of 8 KiB",
            with(&[("70", &format!("70\r\nX: {}", "a".repeat(8_189)))]),
            Verdict::Ok,
        ),
        (
            "a longer line",
            with(&[("70", &format!("70\r\nX: {}", "a".repeat(8_190)))]),
            Verdict::Refused(400),
        ),
        (
            "a Request-URI of 1 KiB",
            with(&[("4000@", &format!("{}@", "4".repeat(1_003)))]),
            Verdict::Ok,
        ),
        (
            "a longer Request-URI",
            with(&[("4000@", &format!("{}@", "4".repeat(1_004)))]),
            Verdict::Refused(414),
        ),
        (
            "a long From URI",
            with(&[("alice@", &format!("{}@", "4".repeat(1_024)))]),
            Verdict::Refused(400),
        ),
        (
            "71 Vias",
            with(&[("Via: ", &format!("Via: {}", "SIP/2.0/UDP h,".repeat(70)))]),
            Verdict::Refused(400),
        ),
        (
            "70 Vias",
            with(&[("Via: ", &format!("Via: {}", "SIP/2.0/UDP h,".repeat(69)))]),
            Verdict::Ok,
        ),
        (
            "a body of 16 KiB and one",
            with(&[
                ("Length: 4", "Length: 16385"),
                ("v=0\n", &"v".repeat(16_385)),
            ]),
            Verdict::Refused(413),
        ),
        (
            "a message beyond 64 KiB",
            many(&format!("X: {}\r\n", "a".repeat(1_000)), 66),
            Verdict::Refused(513),
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
fn s10_bare_control_characters_are_refused_in_any_header() {
    for evil in ["\r", "\n", "\0", "\rX: 1", "\nX: 1", "\r\r\n "] {
        let rows = [
            with(&[("Max-Forwards: 70", &format!("X-Any: a{evil}b"))]),
            with(&[("Alice", &format!("Al{evil}ice"))]),
            with(&[("a84b4c76e66710@", &format!("a{evil}@"))]),
        ];
        for text in rows {
            assert_eq!(verdict(&text), Verdict::Refused(400), "{evil:?}");
        }
    }
    // RFC 3261 §25.1: a quoted-pair may hold NUL.
    assert_eq!(verdict(&with(&[("Alice", "Al\\\0ice")])), Verdict::Ok);
}

#[test]
fn advisory_33_a_blank_before_the_colon_hides_no_header() {
    let message = read(&with(&[(
        "Max-Forwards: 70",
        "P-Asserted-Identity \t: <sip:x@y>",
    )]))
    .unwrap();
    assert_eq!(message.all(Header::PAssertedIdentity).count(), 1);
}

#[test]
fn advisory_1_and_32_long_methods_tags_and_branches() {
    let long = "A".repeat(1_500);
    assert_eq!(
        verdict(&with(&[
            ("INVITE", &long),
            ("314159 INVITE", &format!("314159 {long}"))
        ])),
        Verdict::Ok
    );
    assert_eq!(
        verdict(&with(&[(
            "CSeq: 314159 INVITE",
            &format!("CSeq: 1 {long}")
        )])),
        Verdict::Refused(400)
    );
    assert_eq!(
        verdict(&with(&[("1928301774", &long), ("z9hG4bK776asdhds", &long)])),
        Verdict::Ok
    );
}

#[test]
fn advisory_6_numbers_out_of_range() {
    let rows = [
        ("CSeq: 314159", "CSeq: 2147483647", Verdict::Ok),
        ("CSeq: 314159", "CSeq: 2147483648", Verdict::Refused(400)),
        (
            "CSeq: 314159",
            "CSeq: 36893488147419103232",
            Verdict::Refused(400),
        ),
        ("CSeq: 314159", "CSeq: -1", Verdict::Refused(400)),
        ("Max-Forwards: 70", "Max-Forwards: 255", Verdict::Ok),
        (
            "Max-Forwards: 70",
            "Max-Forwards: 300",
            Verdict::Refused(400),
        ),
        (":5060;branch", ":65536;branch", Verdict::Refused(400)),
        (
            "Content-Length: 4",
            "Content-Length: -999",
            Verdict::Refused(400),
        ),
        (
            "Content-Length: 4",
            "Content-Length: 4x",
            Verdict::Refused(400),
        ),
        (
            "Content-Length: 4",
            "Content-Length: ",
            Verdict::Refused(400),
        ),
    ];
    for (from, to, expected) in rows {
        assert_eq!(verdict(&with(&[(from, to)])), expected, "{to}");
    }
}

#[test]
fn what_stands_twice_is_refused() {
    for line in [
        "From: <sip:a@h>",
        "To: <sip:a@h>",
        "Call-ID: 2",
        "i: 2",
        "CSeq: 1 INVITE",
        "Max-Forwards: 1",
        "l: 4",
        "c: a/b",
    ] {
        assert_eq!(
            verdict(&with(&[("Contact:", &format!("{line}\r\nContact:"))])),
            Verdict::Refused(400),
            "{line}"
        );
    }
}

#[test]
fn who_cannot_be_answered_is_dropped() {
    let via = "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds\r\n";
    assert_eq!(verdict(&with(&[(via, "")])), Verdict::Dropped);
    // RFC 4475 §3.3.1: the answer copies what is there.
    for missing in [
        "From: \"Alice\" <sip:alice@example.com>;tag=1928301774\r\n",
        "To: <sip:4000@call.example.com>\r\n",
        "Call-ID: a84b4c76e66710@192.0.2.1\r\n",
        "CSeq: 314159 INVITE\r\n",
    ] {
        assert_eq!(
            verdict(&with(&[(missing, "")])),
            Verdict::Refused(400),
            "{missing}"
        );
    }
    let ack = with(&[
        ("INVITE", "ACK"),
        ("314159 INVITE", "314159 ACK"),
        ("Max-Forwards: 70", "Max-Forwards: x"),
    ]);
    assert_eq!(verdict(&ack), Verdict::Dropped, "an ACK is never answered");
    let response = with(&[
        ("INVITE sip:4000@call.example.com SIP/2.0", "SIP/2.0 200 OK"),
        ("Max-Forwards: 70", "Max-Forwards: x"),
    ]);
    assert_eq!(verdict(&response), Verdict::Dropped);
}
