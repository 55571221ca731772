//! Cost of reading and writing one carrier INVITE of about 1.2 kB. Goal: about 2 µs to read it with its typed views.

#![expect(
    clippy::expect_used,
    reason = "a bench without its input measures nothing"
)]

use bytes::Bytes;
use sip::{
    Limits, Uri,
    message::{Builder, Header, Message, Method, parse},
};

fn main() {
    divan::main();
}

fn carrier_invite() -> Bytes {
    let body = "v=0\r\no=- 3845765 3845765 IN IP4 203.0.113.20\r\ns=-\r\nc=IN IP4 203.0.113.20\r\nt=0 0\r\n\
        m=audio 24612 RTP/AVP 8 0 18 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:18 G729/8000\r\n\
        a=fmtp:18 annexb=no\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=maxptime:40\r\n\
        a=sendrecv\r\na=rtcp:24613 IN IP4 203.0.113.20\r\n";
    let text = format!(
        "INVITE sip:4008001234@198.51.100.10:5060;user=phone SIP/2.0\r\n\
         Via: SIP/2.0/UDP 203.0.113.10:5060;branch=z9hG4bK0f3a.77aa2b31.0;rport\r\n\
         Via: SIP/2.0/UDP 203.0.113.5:5060;received=203.0.113.5;branch=z9hG4bK52c1e7\r\n\
         Record-Route: <sip:203.0.113.10;lr;ftag=gK0c8a>\r\nMax-Forwards: 68\r\n\
         From: \"Zhang San\" <sip:+8613912345678@203.0.113.5;user=phone>;tag=gK0c8a2b\r\n\
         To: <sip:4008001234@198.51.100.10;user=phone>\r\nCall-ID: 1862348_59812340@203.0.113.5\r\nCSeq: 81234 INVITE\r\n\
         Contact: <sip:+8613912345678@203.0.113.5:5060>\r\n\
         Allow: INVITE,ACK,CANCEL,BYE,REGISTER,REFER,INFO,SUBSCRIBE,NOTIFY,PRACK,UPDATE,OPTIONS\r\n\
         Supported: timer,100rel,replaces\r\nSession-Expires: 1800;refresher=uac\r\nMin-SE: 90\r\n\
         P-Asserted-Identity: <sip:+8613912345678@203.0.113.5;user=phone>\r\nUser-Agent: SBC/9.2\r\n\
         X-Trunk: east-2\r\nAccept: application/sdp\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    text.into_bytes().into()
}

fn read(bytes: &Bytes) -> Message {
    parse(bytes.clone(), &Limits::default()).expect("a valid input")
}

#[divan::bench]
fn read_invite(bencher: divan::Bencher<'_, '_>) {
    let bytes = carrier_invite();
    assert!((1_150..1_300).contains(&bytes.len()), "{}", bytes.len());
    bencher.bench(|| read(&bytes));
}

#[divan::bench]
fn read_invite_and_its_views(bencher: divan::Bencher<'_, '_>) {
    let bytes = carrier_invite();
    bencher.bench(|| {
        let message = read(&bytes);
        let tags = (
            message.from().map(|from| from.tag().is_some()),
            message.to().map(|to| to.tag().is_some()),
        );
        let branch = message.via().and_then(|via| via.branch().map(<[u8]>::len));
        (
            tags,
            branch,
            message.cseq(),
            message.call_id().len(),
            message.addresses(Header::Contact).count(),
        )
    });
}

#[divan::bench]
fn write_invite(bencher: divan::Bencher<'_, '_>) {
    let bytes = carrier_invite();
    let message = read(&bytes);
    let uri: Uri = "sip:4008001234@198.51.100.10:5060;user=phone"
        .parse()
        .expect("a valid input");
    bencher.bench(|| {
        Builder::request(&Method::Invite, &uri)
            .copy_all(Header::Via, &message)
            .copy_all(Header::From, &message)
            .copy_all(Header::To, &message)
            .copy_all(Header::CallId, &message)
            .copy_all(Header::CSeq, &message)
            .copy_all(Header::Contact, &message)
            .body("application/sdp", &message.body())
    });
}
