//! Messages after RFC 4475, named as there: the same faults and feats, in messages of our own.

use super::*;

fn request(line: &str, headers: &str) -> Vec<u8> {
    format!("{line}\r\n{headers}\r\n").into_bytes()
}

const BASE: &str = "To: sip:j.user@example.com\r\nFrom: sip:caller@example.net;tag=134161461246\r\nMax-Forwards: 7\r\n\
    Call-ID: torture.0ha0isndaksdj\r\nVia: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw\r\n";

#[test]
fn wsinv_a_short_tortuous_invite() {
    let text = "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n\
        TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n\
        from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\n\
        MaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.ndaksdj@192.0.2.1\r\nContent-Length   : 3\r\n\
        cseq: 0009\r\n  INVITE\r\nVia  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\ns :\r\n\
        NewFangledHeader:   newfangled value\r\n continued newfangled value\r\n\
        UnknownHeaderWithUnusualValue: ;;,,;;,;\r\nContent-Type: application/sdp\r\n\
        Route:\r\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\n\
        v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n\
        \x20SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n\
        m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n  secondparam ; q = 0.33\r\n\r\nv=0";
    let message = read(text.as_bytes()).unwrap();
    assert_eq!(message.to().unwrap().tag(), Some(&b"1918181833n"[..]));
    let from = message.from().unwrap();
    assert_eq!(
        (from.display().as_deref(), from.tag()),
        (Some("J Rosenberg \\\""), Some(&b"98asjd8"[..]))
    );
    assert_eq!(
        message.cseq(),
        Some(CSeq {
            number: 9,
            method: Method::Invite
        })
    );
    assert_eq!(message.number(Header::MaxForwards), Some(68));
    assert_eq!(message.via().unwrap().host, b"192.0.2.2");
    assert_eq!(
        message
            .all(Header::Via)
            .filter_map(super::super::via::count)
            .sum::<usize>(),
        3
    );
    let contact = message.addresses(Header::Contact).next().unwrap();
    assert_eq!(contact.display().as_deref(), Some("Quoted string \"\""));
    assert_eq!(contact.params.get("q"), Some(&b"0.33"[..]));
    assert_eq!(contact.params.get("newparam"), Some(&b"newvalue"[..]));
    let route = message.addresses(Header::Route).next().unwrap();
    assert_eq!(route.uri.parameter("lr"), Some(&b""[..]));
    assert_eq!(message.body(), "v=0");
}

#[test]
fn intmeth_a_wide_range_of_valid_characters() {
    let method = "!interesting-Method0123456789_*+`.%indeed'~";
    let text = [
        format!("{method} sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0\r\n").as_bytes(),
        b"Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~\r\n",
        b"To: \"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7F\" <sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>\r\n",
        b"From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\xD1\x80\xD0\xB0\";tag=_token~1'+`*%!-.\r\n",
        b"Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\r\n",
        format!("CSeq: 139122385 {method}\r\n").as_bytes(),
        b"Max-Forwards: 255\r\nextensionHeader-!.%*+_`'~:\xEF\xBB\xBF\xE5\xA4\xA7\xE5\x81\x9C\xE9\x9B\xBB\r\nContent-Length: 0\r\n\r\n",
    ]
    .concat();
    let message = read(&text).unwrap();
    assert_eq!(message.method(), Some(&Method::Other(method.into())));
    assert_eq!(
        message.to().unwrap().display().as_deref(),
        Some("BEL: NUL: DEL:")
    );
    assert_eq!(
        message.from().unwrap().display().as_deref(),
        Some("token1~` token2'+_ token3*%!.-")
    );
    assert_eq!(
        message.from().unwrap().tag(),
        Some(&b"_token~1'+`*%!-."[..])
    );
    assert_eq!(
        message.request_uri().unwrap().user().as_deref(),
        Some("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
    );
}

#[test]
fn esc01_esc02_escnull_escapes_and_what_only_looks_like_one() {
    let esc01 = request(
        "INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0",
        &format!("{BASE}CSeq: 1 INVITE\r\n"),
    );
    let message = read(&esc01).unwrap();
    assert_eq!(
        message.request_uri().unwrap().user().as_deref(),
        Some("sips:user@example.com")
    );
    let esc02 = request(
        "RE%47IST%45R sip:registrar.example.com SIP/2.0",
        &format!("{BASE}CSeq: 29344 RE%47IST%45R\r\n"),
    );
    assert_eq!(
        read(&esc02).unwrap().method(),
        Some(&Method::Other("RE%47IST%45R".into()))
    );
    let escnull = request(
        "REGISTER sip:example.com SIP/2.0",
        &BASE.replace("j.user", "null-%00-null"),
    );
    let escnull = [
        &escnull[..escnull.len() - 2],
        b"CSeq: 1 REGISTER\r\nContact: <sip:%00@host5.example.com>\r\n\r\n",
    ]
    .concat();
    let message = read(&escnull).unwrap();
    assert_eq!(
        message.to().unwrap().uri.user().as_deref(),
        Some("null-%00-null")
    );
}

#[test]
fn longreq_long_values() {
    let text = with(&[
        (
            "\"Alice\"",
            &format!(
                "\"I have a user name of {} proportion\"",
                "extreme".repeat(10)
            ),
        ),
        ("1928301774", &format!("12{}424", "982".repeat(50))),
        (
            "Max-Forwards: 70\r\n",
            &"V  : SIP/2.0/TCP sip33.example.com\r\n".repeat(33),
        ),
        (
            "Contact",
            &format!("Unknown-{}-Name: x\r\nContact", "Long".repeat(20)),
        ),
    ]);
    let message = read(&text).unwrap();
    assert_eq!(message.all(Header::Via).count(), 34);
    assert_eq!(message.from().unwrap().tag().map(<[u8]>::len), Some(155));
}

#[test]
fn dblreq_what_follows_the_body_is_thrown_away() {
    let text = [with(&[]), with(&[])].concat();
    assert_eq!(read(&text).unwrap().body(), "v=0\n");
}

#[test]
fn transports_and_multipart_and_reasons() {
    let vias = "Via: SIP/2.0/UDP t1;branch=z9hG4bK1\r\nVia: SIP/2.0/SCTP t2;branch=z9hG4bK2\r\nVia: SIP/2.0/TLS t3;branch=z9hG4bK3\r\n\
                Via: SIP/2.0/UNKNOWN t4;branch=z9hG4bK4\r\nMax-Forwards: 70\r\n";
    let message = read(&with(&[("Max-Forwards: 70\r\n", vias)])).unwrap();
    let transports: Vec<_> = message
        .all(Header::Via)
        .map(|via| Via::parse(via).unwrap().transport)
        .collect();
    assert_eq!(
        transports,
        [&b"UDP"[..], b"UDP", b"SCTP", b"TLS", b"UNKNOWN"]
    );
    for reason in ["= 2**3 * 5**2 \u{43d}\u{43e}", "", "OK"] {
        let text = request(
            &format!("SIP/2.0 200 {reason}"),
            &format!("{BASE}CSeq: 35 INVITE\r\n"),
        );
        assert_eq!(read(&text).unwrap().status(), Some(200), "{reason}");
    }
}

/// Section 3.1.2: invalid messages.
#[test]
fn invalid_messages_are_refused_by_their_status() {
    let line = "INVITE sip:user@example.com SIP/2.0";
    let cseq = "CSeq: 8 INVITE\r\n";
    let rows: [(&str, Vec<u8>, Verdict); 19] = [
        (
            "badinv01",
            request(
                line,
                &format!("{}{cseq}", BASE.replace(";branch=z9hG4bKkdjuw", ";;,;,,")),
            ),
            Verdict::Refused(400),
        ),
        (
            "clerr",
            request(line, &format!("{BASE}{cseq}Content-Length: 9999\r\n")),
            Verdict::Refused(400),
        ),
        (
            "ncl",
            request(line, &format!("{BASE}{cseq}Content-Length: -999\r\n")),
            Verdict::Refused(400),
        ),
        (
            "scalar02",
            request(
                "REGISTER sip:example.com SIP/2.0",
                &format!("{BASE}CSeq: 36893488147419103232 REGISTER\r\n"),
            ),
            Verdict::Refused(400),
        ),
        (
            "scalarlg",
            request(
                "SIP/2.0 503 Service Unavailable",
                &format!("{BASE}CSeq: 9292394834772304023312 OPTIONS\r\n"),
            ),
            Verdict::Dropped,
        ),
        (
            "quotbal",
            request(
                line,
                &format!(
                    "{}{cseq}",
                    BASE.replace(
                        "sip:j.user@example.com",
                        "\"Mr. J. User <sip:j.user@example.com>"
                    )
                ),
            ),
            Verdict::Refused(400),
        ),
        (
            "ltgtruri",
            request(
                "INVITE <sip:user@example.com> SIP/2.0",
                &format!("{BASE}{cseq}"),
            ),
            Verdict::Refused(400),
        ),
        (
            "lwsruri",
            request(
                "INVITE sip:user@example.com; lr SIP/2.0",
                &format!("{BASE}{cseq}"),
            ),
            Verdict::Refused(400),
        ),
        (
            "lwsstart",
            request(
                "INVITE  sip:user@example.com  SIP/2.0",
                &format!("{BASE}{cseq}"),
            ),
            Verdict::Refused(400),
        ),
        (
            "trws",
            request(
                "OPTIONS sip:remote-target@example.com SIP/2.0  ",
                &format!("{BASE}CSeq: 8 OPTIONS\r\n"),
            ),
            Verdict::Refused(400),
        ),
        (
            "escruri",
            request(
                "INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0",
                &format!("{BASE}{cseq}"),
            ),
            Verdict::Refused(400),
        ),
        (
            "regbadct",
            request(
                "REGISTER sip:example.com SIP/2.0",
                &format!(
                    "{BASE}CSeq: 8 REGISTER\r\nContact: sip:user@example.com?Route=%3Csip:sip.example.com%3E\r\n"
                ),
            ),
            Verdict::Refused(400),
        ),
        (
            "badaspec",
            request(
                "OPTIONS sip:user@example.org SIP/2.0",
                &format!(
                    "{}CSeq: 8 OPTIONS\r\n",
                    BASE.replace(
                        "sip:j.user@example.com",
                        "\"Watson, Thomas\" < sip:t.watson@example.org >"
                    )
                ),
            ),
            Verdict::Refused(400),
        ),
        (
            "baddn",
            request(
                "OPTIONS sip:t.watson@example.org SIP/2.0",
                &format!(
                    "{}CSeq: 8 OPTIONS\r\n",
                    BASE.replace(
                        "sip:caller@example.net",
                        "Bell, Alexander <sip:a.g.bell@example.com>"
                    )
                ),
            ),
            Verdict::Refused(400),
        ),
        (
            "badvers",
            request(
                "OPTIONS sip:t.watson@example.org SIP/7.0",
                &format!("{BASE}CSeq: 8 OPTIONS\r\n"),
            ),
            Verdict::Refused(505),
        ),
        (
            "mismatch01",
            request(
                "OPTIONS sip:user@example.com SIP/2.0",
                &format!("{BASE}{cseq}"),
            ),
            Verdict::Refused(400),
        ),
        (
            "mismatch02",
            request(
                "NEWMETHOD sip:user@example.com SIP/2.0",
                &format!("{BASE}{cseq}"),
            ),
            Verdict::Refused(400),
        ),
        (
            "bigcode",
            request(
                "SIP/2.0 4294967301 better not break the receiver",
                &format!("{BASE}{cseq}"),
            ),
            Verdict::Dropped,
        ),
        (
            "multi01",
            request(
                line,
                &format!("{BASE}{cseq}Call-ID: second\r\nCSeq: 59 INVITE\r\nTo: <sip:x@y>\r\n"),
            ),
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

/// Sections 3.2 to 3.4: well-formed, to be judged above.
#[test]
fn messages_for_the_layers_above_are_read() {
    let rows = [
        ("badbranch", request("OPTIONS sip:user@example.com SIP/2.0", &format!("{}CSeq: 8 OPTIONS\r\n", BASE.replace("z9hG4bKkdjuw", "z9hG4bK")))),
        ("unkscm", request("OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0", &format!("{BASE}CSeq: 3 OPTIONS\r\n"))),
        ("novelsc", request("OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0", &format!("{BASE}CSeq: 2 OPTIONS\r\n"))),
        ("unksm2", request("REGISTER sip:example.com SIP/2.0", &BASE.replace("sip:j.user@example.com", "isbn:2983792873").replace("Max-Forwards: 7", "CSeq: 1 REGISTER"))),
        ("bext01", request("OPTIONS sip:user@example.com SIP/2.0", &format!("{BASE}CSeq: 8 OPTIONS\r\nRequire: nothingSupportsThis, nothingSupportsThisEither\r\n"))),
        ("zeromf", request("OPTIONS sip:user@example.com SIP/2.0", &format!("{}CSeq: 8 OPTIONS\r\n", BASE.replace("Max-Forwards: 7", "Max-Forwards: 0")))),
        ("inv2543", "INVITE sip:UserB@example.com SIP/2.0\r\nVia: SIP/2.0/UDP iftgw.example.com\r\nFrom: <sip:+13035551111@ift.client.example.net;user=phone>\r\n\
            To: sip:+16505552222@ss1.example.net;user=phone\r\nCall-ID: inv2543.1717@ift.client.example.com\r\nCSeq: 56 INVITE\r\n\
            Content-Type: application/sdp\r\n\r\nv=0\r\no=a\r\n".as_bytes().to_vec()),
    ];
    for (name, text) in rows {
        assert_eq!(
            verdict(&text),
            Verdict::Ok,
            "{name}: {:?}",
            read(&text).err().map(|error| error.to_string())
        );
    }
    let inv2543 = read(b"INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@h>\r\nTo: sip:b@h\r\nCall-ID: 1\r\nCSeq: 56 INVITE\r\n\r\nv=0\r\n").unwrap();
    assert_eq!(
        inv2543.body(),
        "v=0\r\n",
        "no Content-Length over UDP: all of it"
    );
}
