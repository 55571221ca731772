//! URIs: what is read, what is refused, what is equivalent.

use super::*;

type Row = (
    &'static str,
    Scheme,
    Option<&'static str>,
    &'static str,
    Option<u16>,
);

#[test]
fn parts_of_valid_uris() {
    let rows: [Row; 12] = [
        (
            "sip:4000@example.com",
            Scheme::Sip,
            Some("4000"),
            "example.com",
            None,
        ),
        (
            "SIPS:a@h:5061;transport=tcp",
            Scheme::Sips,
            Some("a"),
            "h",
            Some(5061),
        ),
        ("sip:example.com", Scheme::Sip, None, "example.com", None),
        ("sip:u:secret@h", Scheme::Sip, Some("u"), "h", None),
        (
            "sip:user@[2001:db8::10]:5070",
            Scheme::Sip,
            Some("user"),
            "[2001:db8::10]",
            Some(5070),
        ),
        (
            "sip:user;par=u%40example.net@example.com",
            Scheme::Sip,
            Some("user;par=u@example.net"),
            "example.com",
            None,
        ),
        (
            "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com",
            Scheme::Sip,
            Some("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"),
            "example.com",
            None,
        ),
        (
            "sip:null-%00-null@example.com",
            Scheme::Sip,
            Some("null-%00-null"),
            "example.com",
            None,
        ),
        ("sip:*98#@h", Scheme::Sip, Some("*98#"), "h", None),
        (
            "sip:user-0x55d@10.0.0.1:5080",
            Scheme::Sip,
            Some("user-0x55d"),
            "10.0.0.1",
            Some(5080),
        ),
        (
            "tel:+86-10-(1234)5678;phone-context=x",
            Scheme::Tel,
            Some("+861012345678"),
            "",
            None,
        ),
        (
            "nobodyKnowsThisScheme:totallyopaquecontent",
            Scheme::Other,
            None,
            "",
            None,
        ),
    ];
    for (text, scheme, user, host, port) in rows {
        let uri: Uri = text
            .parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        let view = uri.view();
        assert_eq!(view.scheme, scheme, "{text}");
        assert_eq!(view.user().as_deref(), user, "{text}");
        assert_eq!(view.host_str(), host, "{text}");
        assert_eq!(view.port, port, "{text}");
    }
}

#[test]
fn what_is_no_uri() {
    for text in [
        "",
        "sip",
        "sip:",
        ":x",
        "sip:@h",
        "sip:a b@h",
        "sip:a@h; lr",
        "sip:a@h:70000",
        "sip:a@h:",
        "sip:a@b@c",
        "sip:a%4@h",
        "sip:a%zz@h",
        "<sip:a@h>",
        "sip:a@[::1",
        "sip:a@[1::2::3]",
        "sip:a@h\r\nX: y",
        "sip:a@h;",
        "sip:a@h;x=",
        "sip:\u{e9}@h",
        "sip:a\"@h",
        "tel:",
        "http:",
    ] {
        assert!(text.parse::<Uri>().is_err(), "{text:?}");
    }
}

#[test]
fn made_uris_escape_the_user() {
    let uri = Uri::sip("a b;c\r\n@\u{4e2d}", "h:5080").unwrap();
    assert_eq!(uri.as_str(), "sip:a%20b%3Bc%0D%0A%40%E4%B8%AD@h:5080");
    assert!(Uri::sip("a", "h>\r\nX: y").is_err());
    assert_eq!(Uri::sip("", "h").unwrap().as_str(), "sip:h");
}

#[test]
fn equivalence_by_19_1_4() {
    let rows = [
        ("sip:a@h", "sip:a@H", true),
        (
            "sip:%61lice@h;transport=TCP",
            "sip:alice@h;transport=tcp",
            true,
        ),
        ("sip:a@h", "sip:A@h", false),
        ("sip:a@h", "sip:a@h:5060", false),
        ("sip:a@h", "sip:a@h;transport=udp", false),
        ("sip:a@h;x=1", "sip:a@h", true),
        ("sip:a@h", "sips:a@h", false),
    ];
    for (a, b, same) in rows {
        let (a, b): (Uri, Uri) = (a.parse().unwrap(), b.parse().unwrap());
        assert_eq!(a.is_equivalent(&b), same, "{a} {b}");
    }
}
