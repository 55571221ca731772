//! Bodies of the targets that read one value: URI, Via, digest, multipart body.

use super::Verdict;
use sip::Limits;
use sip::digest::{Algorithm, Challenge, Credentials, Proof, ha1_md5, ha1_sha256, response};
use sip::message::{Content, Method, NameAddr, Scheme, Uri, UriView, Via, parse};

/// A URI is kept as written, equals itself, and its user can be written into a URI of ours that names the same user.
pub(crate) fn uri(data: &[u8]) -> Verdict {
    if let Some(address) = NameAddr::parse(data) {
        let _ = (address.display(), address.tag());
        assert!(
            address.to_uri().is_some(),
            "an address that was read has a URI"
        );
    }
    let Ok(view) = UriView::parse(data) else {
        assert!(Uri::parse(data).is_err());
        return Verdict::Dropped;
    };
    let owned = Uri::parse(data).expect("what can be read can be kept");
    assert_eq!(owned.as_str().as_bytes(), data);
    assert!(owned.is_equivalent(&owned), "{owned} is not itself");
    for name in ["transport", "lr", "user"] {
        let _ = (view.parameter(name), view.header_values(name));
    }
    let bare = owned.without_headers();
    assert_eq!(bare.view().headers, None);
    assert_eq!(bare.view().user(), view.user());
    let user = view.user().unwrap_or_default();
    assert!(!user.chars().any(char::is_control), "{user:?}");
    if view.scheme != Scheme::Other && !user.is_empty() && !view.host.is_empty() {
        let again = Uri::sip(&user, view.host_str()).expect("a user that was read can be written");
        assert_eq!(again.view().user(), Some(user));
        assert_eq!(again.view().host, view.host);
    }
    Verdict::Accepted
}

/// Every hop of a Via is read the same alone as in its list.
pub(crate) fn via(data: &[u8]) -> Verdict {
    let mut rest = data;
    loop {
        let Some(hop) = Via::parse(rest) else {
            return Verdict::Dropped;
        };
        assert!(rest.starts_with(hop.text) && !hop.host.is_empty());
        let alone = Via::parse(hop.text).expect("a hop that was read is a hop");
        let mut in_list = hop;
        in_list.further = b"";
        assert_eq!(alone, in_list);
        assert_eq!(alone.branch(), hop.branch());
        for (name, value) in hop.params.iter() {
            assert!(!name.is_empty() && value != Some(b""));
        }
        let _ = (hop.wants_rport(), hop.params.text("received"));
        let Some(further) = hop.further.strip_prefix(b",") else {
            return Verdict::Accepted;
        };
        assert!(
            further.len() < rest.len(),
            "a list that does not get shorter"
        );
        rest = further.trim_ascii_start();
    }
}

/// Credentials have what their hash needs; a challenge that is understood is answered by credentials that are.
pub(crate) fn digest(data: &[u8]) -> Verdict {
    let credentials = Credentials::parse(data);
    if let Some(read) = &credentials {
        assert_eq!(read.nc_text.len(), 8);
        assert!(!read.username.chars().any(char::is_control));
        let hash = response(read.algorithm, "", read, &Method::Register);
        assert!(hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
    let challenge = Challenge::parse(data);
    if let Some(challenge) = &challenge {
        answered(challenge);
    }
    let is_understood = credentials.is_some() || challenge.is_some();
    if is_understood {
        Verdict::Accepted
    } else {
        Verdict::Dropped
    }
}

fn answered(challenge: &Challenge) {
    let value = challenge.answer(Proof {
        user: "Mufasa",
        password: "Circle of Life",
        method: &Method::Invite,
        uri: b"sip:1@carrier.example",
        cnonce: "c0ffee".into(),
        count: 10,
    });
    let text = String::from_utf8(value.clone()).expect("credentials of ours are text");
    assert!(!text.chars().any(char::is_control), "{text:?}");
    let Some(read) = Credentials::parse(&value) else {
        // A nonce may hold the same words; the count that is ours stands at the end.
        assert!(!text.ends_with(", qop=auth, nc=0000000a"), "{text:?}");
        return;
    };
    assert_eq!((read.username.as_str(), read.nc), ("Mufasa", 10));
    let plain = |text: &str| !text.chars().any(char::is_control);
    if plain(&challenge.realm) && plain(&challenge.nonce) {
        let (user, password) = ("Mufasa", "Circle of Life");
        let ha1 = match read.algorithm {
            Algorithm::Md5 => hex(&ha1_md5(user, &challenge.realm, password)),
            Algorithm::Sha256 => hex(&ha1_sha256(user, &challenge.realm, password)),
        };
        let wanted = response(read.algorithm, &ha1, &read, &Method::Invite);
        assert_eq!(read.response, wanted.as_bytes(), "{text}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first line is the value of Content-Type, the rest a body: SDP that is found stands in the body.
pub(crate) fn multipart(data: &[u8]) -> Verdict {
    let mut halves = data.splitn(2, |byte| *byte == b'\n');
    let kind = halves.next().unwrap_or_default();
    let body = halves.next().unwrap_or_default();
    let mut text = b"INVITE sip:1@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:2@h>;tag=1\r\n\
        To: <sip:1@h>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContent-Type: "
        .to_vec();
    text.extend_from_slice(kind.trim_ascii());
    text.extend_from_slice(format!("\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes());
    text.extend_from_slice(body);
    let Ok(message) = parse(text.into(), &Limits::default()) else {
        return Verdict::Status(400);
    };
    match message.content() {
        Content::Sdp(sdp) => {
            assert!(!sdp.is_empty() && message.sdp().as_ref() == Some(&sdp));
            assert!(body.windows(sdp.len()).any(|window| window == sdp));
            Verdict::Accepted
        }
        Content::Nothing => Verdict::Dropped,
        Content::Strange => Verdict::Status(415),
    }
}
