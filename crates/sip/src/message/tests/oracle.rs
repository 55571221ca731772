//! A second implementation reads the same ordinary messages: both must see the same.

use super::*;
use rsip::prelude::*;

const HEADS: [&str; 5] = [
    "INVITE sip:4000@call.example.com SIP/2.0",
    "REGISTER sip:call.example.com SIP/2.0",
    "OPTIONS sip:4000@192.0.2.7:5070;transport=tcp SIP/2.0",
    "BYE sip:a.b-c_d@example.com SIP/2.0",
    "INFO sip:+8613912345678@example.com;user=phone SIP/2.0",
];
const FROMS: [&str; 4] = [
    "\"Alice\" <sip:alice@example.com>;tag=1928301774",
    "<sip:alice@example.com:5070>;tag=a.b~c",
    "Alice <sip:alice@192.0.2.1>;tag=1",
    "\"\u{4e2d}\u{6587}\" <sip:1001@example.com;transport=udp>;tag=x",
];
const VIAS: [&str; 3] = [
    "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds",
    "SIP/2.0/TCP pc33.example.com;branch=z9hG4bKnashds8;rport",
    "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;received=192.0.2.9",
];
const BODIES: [&str; 3] = ["", "v=0\r\n", "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n"];

#[test]
fn ordinary_messages_mean_the_same_to_both() {
    let mut compared = 0;
    for head in HEADS {
        for from in FROMS {
            for via in VIAS {
                for body in BODIES {
                    compare(head, from, via, body);
                    compared += 1;
                }
            }
        }
    }
    assert_eq!(compared, 180);
}

fn compare(head: &str, from: &str, via: &str, body: &str) {
    let method = head.split(' ').next().unwrap();
    let text = format!(
        "{head}\r\nVia: {via}\r\nMax-Forwards: 70\r\nFrom: {from}\r\nTo: <sip:4000@call.example.com>;tag=99\r\n\
         Call-ID: a84b4c76e66710@192.0.2.1\r\nCSeq: 314159 {method}\r\nContact: <sip:alice@192.0.2.1:5060>\r\n\
         User-Agent: phone 1.0\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let ours = read(text.as_bytes()).unwrap();
    let theirs = rsip::Request::try_from(text.as_bytes()).unwrap();

    assert_eq!(ours.method().unwrap().as_str(), theirs.method().to_string());
    let uri = ours.request_uri().unwrap();
    // It writes the transport in capitals.
    let text = String::from_utf8_lossy(uri.text).to_lowercase();
    assert_eq!(text, theirs.uri().to_string().to_lowercase());
    assert_eq!(uri.port, theirs.uri().port().map(|port| *port.value()));
    assert_eq!(ours.fields().count(), theirs.headers().iter().count());
    assert_eq!(ours.body(), theirs.body());

    let (a, b) = (
        ours.from().unwrap(),
        theirs.from_header().unwrap().typed().unwrap(),
    );
    assert_eq!(
        a.tag().map(String::from_utf8_lossy).as_deref(),
        b.tag().map(|tag| tag.value())
    );
    assert_eq!(
        a.to_uri().unwrap().as_str().to_lowercase(),
        b.uri.to_string().to_lowercase()
    );
    assert_eq!(
        a.display(),
        b.display_name.map(|name| name.trim_matches('"').to_owned())
    );
    let (a, b) = (
        ours.to().unwrap(),
        theirs.to_header().unwrap().typed().unwrap(),
    );
    assert_eq!(
        a.tag().map(String::from_utf8_lossy).as_deref(),
        b.tag().map(|tag| tag.value())
    );

    let (a, b) = (
        ours.via().unwrap(),
        theirs.via_header().unwrap().typed().unwrap(),
    );
    assert_eq!(
        a.branch().map(String::from_utf8_lossy).as_deref(),
        b.branch().map(|branch| branch.value())
    );
    assert_eq!(
        String::from_utf8_lossy(a.transport),
        b.transport.to_string()
    );
    assert_eq!(a.port, b.sent_by().port().map(|port| *port.value()));

    let (a, b) = (
        ours.cseq().unwrap(),
        theirs.cseq_header().unwrap().typed().unwrap(),
    );
    assert_eq!(
        (a.number, a.method.as_str()),
        (b.seq, b.method.to_string().as_str())
    );
    assert_eq!(
        String::from_utf8_lossy(ours.call_id()),
        theirs.call_id_header().unwrap().value()
    );
    let (a, b) = (
        ours.addresses(Header::Contact).next().unwrap(),
        theirs.contact_header().unwrap().typed().unwrap(),
    );
    assert_eq!(
        a.to_uri().unwrap().as_str().to_lowercase(),
        b.uri.to_string().to_lowercase()
    );
}
