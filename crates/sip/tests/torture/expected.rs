//! What an endpoint does with each message, and why. RFC 4475 and RFC 5118 leave some of it open ("may be liberal"): there the
//! strict way is taken (S10), and the row says so.

use sip::message::{Header, Message, Method, NameAddr, Via};

/// What comes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A final answer of this status, or a challenge.
    Answer(u16),
    /// The owner of the calls hears of a call to this user.
    Rings(&'static str),
    /// Nothing: it is no request, or not yet a whole one.
    Silence,
    /// The two messages of one file, the first and then the second: only a stream holds more than one.
    Both(&'static Outcome, &'static Outcome),
}

use Outcome::{Answer, Both, Rings, Silence};

/// One message.
pub(crate) struct Row {
    /// File below `rfc4475` or `rfc5118`.
    pub(crate) file: &'static str,
    /// As a datagram.
    pub(crate) datagram: Outcome,
    /// On a stream, where that differs.
    pub(crate) stream: Option<Outcome>,
    /// Section and reason.
    pub(crate) why: &'static str,
    /// What must have been understood of it.
    pub(crate) means: fn(&Message),
}

const fn row(file: &'static str, datagram: Outcome, why: &'static str) -> Row {
    Row {
        file,
        datagram,
        stream: None,
        why,
        means: |_| {},
    }
}

impl Row {
    const fn on_a_stream(mut self, outcome: Outcome) -> Self {
        self.stream = Some(outcome);
        self
    }

    const fn meaning(mut self, means: fn(&Message)) -> Self {
        self.means = means;
        self
    }
}

/// RFC 4475, in its order.
pub(crate) static RFC4475: [Row; 49] = [
    // 3.1.1: valid.
    row("wsinv", Answer(481), "3.1.1.1: folded, blanks, compact forms, escaped quotes; its To has the tag of a dialog that is not there").meaning(wsinv),
    row("intmeth", Answer(501), "3.1.1.2: every character that a method, a user or a name may have; the method is unknown").meaning(intmeth),
    row("esc01", Rings("sips:user@example.com"), "3.1.1.3: escapes in users and parameters").meaning(esc01),
    row("escnull", Answer(401), "3.1.1.4: %00 in a user; a REGISTER is challenged").meaning(escnull),
    row("esc02", Answer(501), "3.1.1.5: a percent sign in a method is no escape").meaning(esc02),
    row("lwsdisp", Answer(200), "3.1.1.6: no blank between display name and <").meaning(|message| {
        assert_eq!(message.from().unwrap().display().as_deref(), Some("caller"));
    }),
    row("longreq", Rings("user"), "3.1.1.7: long values").meaning(longreq),
    row("dblreq", Answer(401), "3.1.1.8: what follows in a datagram is thrown away; on a stream it is an INVITE without Contact")
        .on_a_stream(Both(&Answer(401), &Answer(400))),
    row("semiuri", Answer(200), "3.1.1.9: a semicolon in the user part").meaning(|message| {
        let uri = message.request_uri().unwrap();
        assert_eq!(uri.user().as_deref(), Some("user;par=u@example.net"));
        assert_eq!(uri.parameter("par"), None);
    }),
    row("transports", Answer(200), "3.1.1.10: Via with transports that nobody knows").meaning(|message| {
        let vias = message.all(Header::Via).map(|via| Via::parse(via).unwrap().transport.to_vec());
        assert_eq!(vias.collect::<Vec<_>>(), [&b"UDP"[..], b"SCTP", b"TLS", b"UNKNOWN", b"TCP"]);
    }),
    row("mpart01", Answer(407), "3.1.1.11: MESSAGE with a signed multipart: well formed, and who sends it must prove himself (S14)")
        .meaning(mpart01),
    row("unreason", Silence, "3.1.1.12: a response with a reason phrase in UTF-8, to nothing that we sent").meaning(|message| {
        assert_eq!(message.status(), Some(200));
    }),
    row("noreason", Silence, "3.1.1.13: a response with an empty reason phrase").meaning(|message| {
        assert_eq!(message.status(), Some(100));
    }),
    // 3.1.2: invalid.
    row("badinv01", Answer(400), "3.1.2.1: separators too many in a header"),
    row("clerr", Answer(400), "3.1.2.2: the body is shorter than it says; on a stream the rest may still come").on_a_stream(Silence),
    row("ncl", Answer(400), "3.1.2.3: a negative length; the stream is at its end"),
    row("scalar02", Answer(400), "3.1.2.4: CSeq beyond 2^32-1"),
    row("scalarlg", Silence, "3.1.2.5: a response with CSeq beyond 2^32-1 is discarded"),
    row("quotbal", Answer(400), "3.1.2.6: a quote that nobody closes"),
    row("ltgtruri", Answer(400), "3.1.2.7: <> around the Request-URI"),
    row("lwsruri", Answer(400), "3.1.2.8: a blank in the Request-URI"),
    row("lwsstart", Answer(400), "3.1.2.9: two blanks in the start line; strict"),
    row("trws", Answer(400), "3.1.2.10: blanks after the version; strict"),
    row("escruri", Answer(400), "3.1.2.11: headers in the Request-URI; strict"),
    row("baddate", Rings("user"), "3.1.2.12: a date with another zone than GMT, which nobody here reads"),
    row("regbadct", Answer(400), "3.1.2.13: a Contact with ? outside of <>"),
    row("badaspec", Answer(400), "3.1.2.14: blanks within an address; strict"),
    row("baddn", Answer(400), "3.1.2.15: display names that want quotes, strict; the archive has it without the blank line, for which a stream would wait").on_a_stream(Silence),
    row("badvers", Answer(505), "3.1.2.16: SIP/7.0"),
    row("mismatch01", Answer(400), "3.1.2.17: CSeq names another method"),
    row("mismatch02", Answer(501), "3.1.2.18: an unknown method; 501 is better than 400"),
    row("bigcode", Silence, "3.1.2.19: a status beyond 699 is dropped"),
    // 3.2 and 3.3: well formed, to be judged by the layers above.
    row("badbranch", Answer(200), "3.2.1: an empty branch: matched as in RFC 2543"),
    row("insuf", Answer(400), "3.3.1: no Call-ID, From and To"),
    row("unkscm", Answer(416), "3.3.2: a scheme that nobody knows"),
    row("novelsc", Answer(416), "3.3.3: a scheme that is not ours"),
    row("unksm2", Answer(400), "3.3.4: an address of record must be a SIP URI").meaning(|message| {
        assert_eq!(message.to().unwrap().uri.text, b"isbn:2983792873");
    }),
    row("bext01", Answer(420), "3.3.5: Require names what nobody has"),
    row("invut", Answer(415), "3.3.6: a body that is not SDP"),
    row("regaut01", Answer(401), "3.3.7: credentials of another scheme are none"),
    row("multi01", Answer(400), "3.3.8: headers that may stand once stand twice"),
    row("mcl01", Answer(400), "3.3.9: two lengths; the stream is at its end"),
    row("bcast", Silence, "3.3.10: a response whose second Via is a broadcast address"),
    row("zeromf", Answer(200), "3.3.11: an endpoint answers OPTIONS whatever Max-Forwards says"),
    row("cparam01", Answer(401), "3.3.12: a parameter of the Contact, not of its URI").meaning(|message| {
        let contact = contact(message);
        assert_eq!((contact.params.get("unknownparam"), contact.uri.parameter("unknownparam")), (Some(&b""[..]), None));
    }),
    row("cparam02", Answer(401), "3.3.13: a parameter of the URI, not of the Contact").meaning(|message| {
        let contact = contact(message);
        assert_eq!((contact.params.get("unknownparam"), contact.uri.parameter("unknownparam")), (None, Some(&b""[..])));
    }),
    row("regescrt", Answer(401), "3.3.14: headers in the URI of a Contact").meaning(|message| {
        assert_eq!(contact(message).uri.headers, Some(&b"Route=%3Csip:sip.example.com%3E"[..]));
    }),
    row("sdp01", Answer(406), "3.3.15: no answer in a format that the caller accepts"),
    // 3.4: RFC 2543.
    row("inv2543", Rings("UserB"), "3.4.1: no branch, no tag, no Max-Forwards, no length: the datagram ends the body")
        .on_a_stream(Answer(400))
        .meaning(|message| assert!(message.body().starts_with(b"v=0\r\no=mhandley"))),
];

/// RFC 5118, in its order. The lengths of 4.6, 4.8 and 4.9 do not fit the bodies as printed there; the files have the true ones.
pub(crate) static RFC5118: [Row; 12] = [
    row(
        "ipv6-good",
        Answer(401),
        "4.1: references in Request-URI, Via and Contact",
    )
    .meaning(|message| {
        assert_eq!(message.request_uri().unwrap().host_str(), "[2001:db8::10]");
        assert_eq!(message.via().unwrap().host, b"[2001:db8::9:1]");
        assert_eq!(contact(message).uri.host_str(), "[2001:db8::1]");
    }),
    row("ipv6-bad", Answer(400), "4.2: an address without brackets"),
    row(
        "port-ambiguous",
        Answer(401),
        "4.3: what looks like a port within the brackets is a part of the address",
    )
    .meaning(|message| {
        assert_eq!(message.request_uri().unwrap().port, None);
    }),
    row(
        "port-unambiguous",
        Answer(401),
        "4.4: the port after the brackets",
    )
    .meaning(|message| {
        assert_eq!(message.request_uri().unwrap().port, Some(5070));
    }),
    row(
        "via-received-param-with-delim",
        Answer(481),
        "4.5: received with brackets, as no grammar has it; BYE of no dialog",
    )
    .meaning(received),
    row(
        "via-received-param-no-delim",
        Answer(200),
        "4.5: received without brackets",
    )
    .meaning(received),
    row(
        "ipv6-in-sdp",
        Rings("user"),
        "4.6: IPv6 in SDP has no brackets",
    ),
    row(
        "mult-ip-in-header",
        Answer(481),
        "4.7: both families among the Vias; BYE of no dialog",
    )
    .meaning(|message| {
        let hosts = message
            .all(Header::Via)
            .map(|via| Via::parse(via).unwrap().host.to_vec());
        assert_eq!(
            hosts.collect::<Vec<_>>(),
            [&b"[2001:db8::9:1]"[..], b"192.0.2.1", b"[2001:db8::9:255]"]
        );
    }),
    row(
        "mult-ip-in-sdp",
        Rings("user"),
        "4.8: both families among the streams of SDP",
    ),
    row(
        "ipv4-mapped-ipv6",
        Rings("user"),
        "4.9: IPv4 in the dress of IPv6",
    )
    .meaning(|message| {
        let via = message.via().unwrap();
        assert_eq!(
            (via.host, via.port),
            (&b"[::ffff:192.0.2.10]"[..], Some(19_823))
        );
    }),
    row(
        "ipv6-bug-abnf-3-colons",
        Answer(200),
        "4.10: the third colon of an old grammar is borne",
    ),
    row(
        "ipv6-correct-abnf-2-colons",
        Answer(200),
        "4.10: as it should be",
    ),
];

fn contact(message: &Message) -> NameAddr<'_> {
    message.addresses(Header::Contact).next().unwrap()
}

fn received(message: &Message) {
    let value = message
        .via()
        .unwrap()
        .params
        .get("received")
        .unwrap()
        .to_vec();
    let text = String::from_utf8(value).unwrap();
    assert_eq!(text.trim_matches(['[', ']']), "2001:db8::9:255");
}

fn wsinv(message: &Message) {
    assert_eq!(message.to().unwrap().tag(), Some(&b"1918181833n"[..]));
    let from = message.from().unwrap();
    assert_eq!(
        (from.display().as_deref(), from.tag()),
        (Some("J Rosenberg \\\""), Some(&b"98asjd8"[..]))
    );
    let cseq = message.cseq().unwrap();
    assert_eq!((cseq.number, cseq.method), (9, Method::Invite));
    assert_eq!(message.number(Header::MaxForwards), Some(68));
    let via = message.via().unwrap();
    assert_eq!(
        (via.transport, via.host, via.branch()),
        (&b"UDP"[..], &b"192.0.2.2"[..], Some(&b"390skdjuw"[..]))
    );
    let contact = contact(message);
    assert_eq!(contact.display().as_deref(), Some("Quoted string \"\""));
    let parameter = |name| contact.params.get(name);
    assert_eq!(
        (
            parameter("newparam"),
            parameter("secondparam"),
            parameter("q")
        ),
        (Some(&b"newvalue"[..]), Some(&b""[..]), Some(&b"0.33"[..]))
    );
    let route = message.addresses(Header::Route).next().unwrap();
    assert_eq!(
        (
            route.uri.parameter("lr"),
            route.uri.parameter("unknownwith")
        ),
        (Some(&b""[..]), Some(&b"value"[..]))
    );
    assert_eq!((message.body().len(), message.sdp().is_some()), (150, true));
}

fn intmeth(message: &Message) {
    let method = "!interesting-Method0123456789_*+`.%indeed'~";
    assert_eq!(message.method(), Some(&Method::Other(method.into())));
    assert_eq!(message.cseq().unwrap().number, 139_122_385);
    let user = message.request_uri().unwrap().user();
    assert_eq!(user.as_deref(), Some("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)").map(|text| text.split_once(':').unwrap().0));
    let (to, from) = (message.to().unwrap(), message.from().unwrap());
    // Escaped control characters are understood, and left out of what people read (advisory 24).
    assert_eq!(to.display().as_deref(), Some("BEL: NUL: DEL:"));
    assert_eq!(
        from.display().as_deref(),
        Some("token1~` token2'+_ token3*%!.-")
    );
    assert_eq!(from.tag(), Some(&b"_token~1'+`*%!-."[..]));
    assert_eq!(
        message.via().unwrap().branch(),
        Some(&b"z9hG4bK-.!%66*_+`'~"[..])
    );
}

fn esc01(message: &Message) {
    assert_eq!(message.to().unwrap().uri.user().as_deref(), Some("user"));
    assert_eq!(
        message.from().unwrap().uri.user().as_deref(),
        Some("I have spaces")
    );
    let contact = contact(message);
    assert_eq!(contact.uri.user().as_deref(), Some("caller"));
}

fn escnull(message: &Message) {
    // What stands for NUL stays as it was written: no reader may meet a NUL, and no two users become one.
    assert_eq!(
        message.to().unwrap().uri.user().as_deref(),
        Some("null-%00-null")
    );
    let users: Vec<_> = message
        .addresses(Header::Contact)
        .map(|contact| contact.uri.user().unwrap())
        .collect();
    assert_eq!(users, ["%00", "%00%00"]);
}

fn esc02(message: &Message) {
    assert_eq!(
        message.method(),
        Some(&Method::Other("RE%47IST%45R".into()))
    );
}

fn longreq(message: &Message) {
    let vias = message.all(Header::Via).count();
    assert_eq!(
        (vias, message.from().unwrap().tag().map(<[u8]>::len)),
        (34, Some(155))
    );
    assert_eq!(message.to().unwrap().uri.port, Some(6000));
    assert_eq!(message.sdp().map(|sdp| sdp.len()), Some(150));
}

fn mpart01(message: &Message) {
    assert_eq!(message.body().len(), 553);
}
