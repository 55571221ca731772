//! Bodies of parts: which SDP is found, and what is refused whole.

use super::*;
use crate::{Limits, message::parse};

fn content_of(media_type: &str, body: &str) -> Content {
    let text = format!(
        "INVITE sip:1@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:2@h>;tag=1\r\nTo: <sip:1@h>\r\n\
         Call-ID: c\r\nCSeq: 1 INVITE\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    parse(text.into(), &Limits::default()).unwrap().content()
}

fn mixed(parts: &[&str]) -> String {
    let parts: String = parts
        .iter()
        .map(|part| format!("--x\r\n{part}\r\n"))
        .collect();
    format!("{parts}--x--\r\n")
}

const SDP: &str = "Content-Type: application/sdp\r\n\r\nv=0\r\n";
const NOTE: &str = "Content-Type: text/plain\r\n\r\nhello";
const OPTIONAL: &str = "Content-Type: application/isup;version=x\r\n\
    Content-Disposition: signal ; handling=Optional\r\n\r\n\u{0}\r\n--y";

fn sdp() -> Content {
    Content::Sdp(Bytes::from_static(b"v=0\r\n"))
}

#[test]
fn rfc5621_parts_that_are_not_optional_have_to_be_understood() {
    let early = SDP.replace("\r\n\r\n", "\r\nContent-Disposition: early-session\r\n\r\n");
    let coded = SDP.replace("\r\n\r\n", "\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    let plain = SDP.replace(
        "\r\n\r\n",
        "\r\nContent-Transfer-Encoding: 8BIT\r\nContent-Disposition: session\r\n\r\n",
    );
    let folded = SDP.replace(": ", " :\r\n\t");
    for (parts, wanted) in [
        (vec![SDP], sdp()),
        (vec![OPTIONAL, SDP], sdp()),
        (vec![SDP, OPTIONAL], sdp()),
        (vec![&folded], sdp()),
        (vec![&plain], sdp()),
        (vec![OPTIONAL], Content::Nothing),
        (vec!["\r\n"], Content::Nothing),
        (vec![SDP, NOTE], Content::Strange),
        (vec!["\r\nhello"], Content::Strange),
        (vec!["no colon\r\n\r\nhello"], Content::Strange),
        (vec![SDP, SDP], Content::Strange),
        (vec![&early], Content::Strange),
        (vec![&coded], Content::Strange),
    ] {
        let found = content_of("multipart/mixed;boundary=x", &mixed(&parts));
        assert_eq!(found, wanted, "{parts:?}");
    }
}

#[test]
fn rfc2046_of_alternatives_the_last_that_is_understood_counts() {
    for (parts, wanted) in [
        (vec![SDP, NOTE], sdp()),
        (vec![NOTE, SDP], sdp()),
        (vec![NOTE], Content::Strange),
    ] {
        let found = content_of("Multipart/Alternative; boundary=\"x\"", &mixed(&parts));
        assert_eq!(found, wanted, "{parts:?}");
    }
}

#[test]
fn advisory_2_odd_boundaries_are_read_or_refused() {
    let long = "b".repeat(70);
    let longer = "b".repeat(71);
    for (boundary, written, wanted) in [
        ("x", "x", sdp()),
        ("\"a b:?'()\"", "a b:?'()", sdp()),
        ("--", "--", sdp()),
        (long.as_str(), long.as_str(), sdp()),
        (longer.as_str(), longer.as_str(), Content::Strange),
        ("\"\"", "", Content::Strange),
        ("\"x \"", "x ", Content::Strange),
        ("\"x\\\"y\"", "x\"y", Content::Strange),
        ("x", "X", Content::Strange),
    ] {
        let body = format!("--{written}\r\n{SDP}\r\n--{written}--");
        let found = content_of(&format!("multipart/mixed;boundary={boundary}"), &body);
        assert_eq!(found, wanted, "{boundary}");
    }
    let whole = mixed(&[SDP]);
    let found = content_of("multipart/mixed", &whole);
    assert_eq!(found, Content::Strange, "no boundary at all");
    let mixed_x = "multipart/mixed;boundary=x";
    let around = format!("to be passed over\r\n{whole}--x\r\nthis too");
    assert_eq!(content_of(mixed_x, &around), sdp());
    for body in [
        whole.replace("\r\n", "\n"),
        whole.replace("--x--", "--xy--"),
        whole.replace("--x--\r\n", ""),
        "--x".to_owned(),
        "--x--".to_owned(),
        "--x\r\n--x".to_owned(),
    ] {
        assert_eq!(content_of(mixed_x, &body), Content::Strange, "{body:?}");
    }
}

#[test]
fn s7_parts_and_depth_are_bounded() {
    let mixed_x = "multipart/mixed;boundary=x";
    let parts = |count: usize| {
        let mut parts = vec![OPTIONAL; count - 1];
        parts.push(SDP);
        mixed(&parts)
    };
    assert_eq!(content_of(mixed_x, &parts(16)), sdp());
    assert_eq!(content_of(mixed_x, &parts(17)), Content::Strange);
    let inside = |boundary: &str, part: &str| {
        format!(
            "Content-Type: multipart/mixed;boundary={boundary}\r\n\r\n--{boundary}\r\n{part}\r\n--{boundary}--"
        )
    };
    let two = mixed(&[&inside("b", SDP)]);
    assert_eq!(content_of(mixed_x, &two), sdp());
    let three = mixed(&[&inside("b", &inside("c", SDP))]);
    assert_eq!(content_of(mixed_x, &three), Content::Strange);
}
