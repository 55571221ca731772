//! Properties: no input panics, what is built is read back, and views never reach outside the packet.

use super::*;
use proptest::prelude::*;

/// Touches every view of a message.
fn look_at_everything(message: &Message) {
    let _ = (
        message.via(),
        message.from(),
        message.to(),
        message.cseq(),
        message.request_uri(),
    );
    let _ = (
        message.body(),
        message.sdp(),
        message.call_id(),
        message.status(),
    );
    for (header, name, value) in message.fields() {
        let _ = (header, name, value);
        let _ = (
            NameAddr::parse(value),
            Via::parse(value),
            crate::digest::Credentials::parse(value),
        );
        let _ = crate::reason::Reason::parse(value);
        let _ = (
            message.text(header),
            message.number(header),
            message.addresses(header).count(),
        );
    }
    if let Some(uri) = message.request_uri() {
        let _ = (uri.user(), uri.parameter("lr"));
    }
}

fn seeds() -> Vec<Vec<u8>> {
    vec![
        with(&[]),
        with(&[(
            "INVITE sip:4000@call.example.com SIP/2.0",
            "SIP/2.0 183 Session Progress",
        )]),
        with(&[(
            "Max-Forwards: 70",
            "Authorization: Digest username=\"a\", realm=\"b\", nonce=\"c\", nc=00000001, qop=auth",
        )]),
        with(&[
            (
                "Max-Forwards: 70",
                "Reason: SIP;cause=200;text=\"a\\\"b\"\r\n c",
            ),
            (
                "<sip:alice@192.0.2.1>",
                "\"a\" <sip:[::1]:5060;x=y?z=1>;+sip.instance=\"<urn:x>\"",
            ),
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn noise_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(message) = read(&bytes) {
            look_at_everything(&message);
        }
    }

    #[test]
    fn mutations_never_panic(
        seed in 0_usize..4,
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..12),
    ) {
        let mut bytes = seeds().swap_remove(seed);
        for (at, byte, kind) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            let byte = if kind == 3 { b"\r\n\0\"<>;,=:@ \\"[usize::from(byte) % 13] } else { byte };
            match kind {
                0 => { bytes.remove(at); }
                1 => bytes.insert(at, byte),
                _ => bytes[at] = byte,
            }
        }
        match read(&bytes) {
            Ok(message) => look_at_everything(&message),
            Err(ParseError::Answerable { message, .. }) => look_at_everything(&message),
            Err(ParseError::Unframable(_)) => {}
        }
    }

    #[test]
    fn a_cut_message_is_never_taken_for_a_whole_one(at in 0_usize..350) {
        let whole = with(&[]);
        if at < whole.len() {
            prop_assert!(read(&whole[..at]).is_err());
        }
    }

    #[test]
    fn what_is_built_is_read_back(user in "[ -~\u{4e00}-\u{4eff}]{1,20}", display in "\\PC{0,20}", subject in "[!-~]([ -~]{0,20}[!-~])?", body in proptest::collection::vec(any::<u8>(), 0..100)) {
        let uri = Uri::sip(&user, "h:5080").unwrap();
        let bytes = Builder::request(&Method::Invite, &uri)
            .header(Header::Via, |out| { out.text("SIP/2.0/UDP h").param("branch", "z9hG4bK1"); })
            .header(Header::From, |out| { out.name_addr(Some(&display), &uri).param("tag", "a"); })
            .header(Header::To, |out| { out.bracketed(&uri); })
            .header(Header::CallId, |out| { out.text("c"); })
            .header(Header::CSeq, |out| { out.number(7).text(" INVITE"); })
            .header(Header::Subject, |out| { out.text(&subject); })
            .body("application/sdp", &body);
        let message = read(&bytes).unwrap();
        prop_assert_eq!(message.request_uri().unwrap().user(), Some(user.trim().to_owned()));
        let shown = message.from().unwrap().display().unwrap_or_default();
        prop_assert_eq!(shown, display.trim());
        prop_assert_eq!(message.first(Header::Subject), Some(subject.as_bytes()));
        prop_assert_eq!(message.body(), body);
        prop_assert_eq!(message.fields().count(), 8);
    }

    #[test]
    fn a_stream_of_noise_never_panics(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 0..20)) {
        let mut framer = crate::framing::StreamFramer::new(Limits::default());
        for piece in pieces {
            framer.push(&piece);
            while let Ok(Some(_)) = framer.next_frame() {}
        }
    }
}
