//! The phone against a small server written with rsip: real sockets on loopback.
//!
//! The server plays one side of a story and the test looks at what both saw. Every wait has a deadline.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use phone::{
    Account, AnswerPlan, CallPlan, DtmfWay, Event, Hearing, KeyPress, Outcome, Report, Say,
    answer_calls, place_call,
};
use rsip::headers::untyped::{ToTypedHeader, UntypedHeader};
use rsip::message::HeadersExt;
use rsip::{Header, Method, Request, Response, SipMessage, headers};
use tokio::net::UdpSocket;
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(20);
const NONCE: &str = "f84f1cec41e6cbe5aea9c8e88d359";

/// The far end: a signalling socket and a sound socket.
struct Far {
    sip: UdpSocket,
    rtp: UdpSocket,
    peer: Option<SocketAddr>,
}

impl Far {
    async fn open() -> Self {
        Self {
            sip: UdpSocket::bind("127.0.0.1:0").await.unwrap(),
            rtp: UdpSocket::bind("127.0.0.1:0").await.unwrap(),
            peer: None,
        }
    }

    fn address(&self) -> SocketAddr {
        self.sip.local_addr().unwrap()
    }

    async fn message(&mut self) -> SipMessage {
        let mut buffer = vec![0; 65_535];
        let received = timeout(DEADLINE, self.sip.recv_from(&mut buffer));
        let (length, from) = received.await.expect("the phone says nothing").unwrap();
        self.peer = Some(from);
        SipMessage::try_from(&buffer[..length]).unwrap()
    }

    /// The next request of this method; whatever else comes is skipped.
    async fn request(&mut self, method: Method) -> Request {
        loop {
            if let SipMessage::Request(request) = self.message().await
                && request.method == method
            {
                return request;
            }
        }
    }

    /// The next final response.
    async fn response(&mut self) -> Response {
        loop {
            if let SipMessage::Response(response) = self.message().await
                && response.status_code.code() >= 200
            {
                return response;
            }
        }
    }

    async fn send(&self, message: impl Into<SipMessage>) {
        let bytes = Vec::from(message.into());
        self.sip.send_to(&bytes, self.peer.unwrap()).await.unwrap();
    }

    async fn answer(&self, request: &Request, code: u16, extra: Vec<Header>, body: &str) {
        let mut all: Vec<Header> = request
            .headers
            .iter()
            .filter(|header| {
                matches!(
                    header,
                    Header::Via(_) | Header::From(_) | Header::CallId(_) | Header::CSeq(_)
                )
            })
            .cloned()
            .collect();
        let mut to = request.to_header().unwrap().value().to_owned();
        if code > 100 && !to.contains(";tag=") {
            to += ";tag=far";
        }
        all.push(Header::To(headers::To::new(to)));
        all.push(self.contact());
        all.extend(extra);
        all.push(Header::ContentLength(headers::ContentLength::new(
            body.len().to_string(),
        )));
        self.send(Response {
            status_code: code.into(),
            version: rsip::Version::V2,
            headers: all.into(),
            body: body.as_bytes().to_vec(),
        })
        .await;
    }

    fn contact(&self) -> Header {
        let uri = format!(
            "<sip:far@{}>;+sip.instance=\"<urn:uuid:1>\"",
            self.address()
        );
        Header::Contact(headers::Contact::new(uri))
    }

    /// An SDP with A-law alone and this number for telephone-events.
    fn sdp(&self, events: u8, direction: &str) -> String {
        format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} RTP/AVP 8 {events}\r\n\
             a=rtpmap:8 PCMA/8000\r\na=rtpmap:{events} telephone-event/8000\r\na={direction}\r\n",
            self.rtp.local_addr().unwrap().port()
        )
    }

    /// A request inside the call that this INVITE of the phone has opened.
    fn inside(&self, invite: &Request, method: Method, number: u32, body: &str) -> Request {
        let from = invite.to_header().unwrap().value().to_owned() + ";tag=far";
        let uri = invite.contact_header().unwrap().typed().unwrap().uri;
        Request {
            method,
            uri,
            version: rsip::Version::V2,
            headers: vec![
                Header::Via(headers::Via::new(format!(
                    "SIP/2.0/UDP {};branch=z9hG4bKfar{number}",
                    self.address()
                ))),
                Header::From(headers::From::new(from)),
                Header::To(headers::To::new(invite.from_header().unwrap().value())),
                Header::CallId(headers::CallId::new(
                    invite.call_id_header().unwrap().value(),
                )),
                Header::CSeq(headers::CSeq::new(format!("{number} {method}"))),
                self.contact(),
                Header::ContentLength(headers::ContentLength::new(body.len().to_string())),
            ]
            .into(),
            body: body.as_bytes().to_vec(),
        }
    }

    /// Sends what comes in back to where it came from for so long, and gives all packets.
    async fn echo(&self, time: Duration) -> Vec<Vec<u8>> {
        let mut packets = Vec::new();
        let mut buffer = [0; 2_048];
        let _ = timeout(time, async {
            loop {
                let (length, from) = self.rtp.recv_from(&mut buffer).await.unwrap();
                packets.push(buffer[..length].to_vec());
                self.rtp.send_to(&buffer[..length], from).await.unwrap();
            }
        })
        .await;
        packets
    }
}

/// A phone that has been told what to do, and what it told.
struct Told {
    events: Arc<Mutex<Vec<Event>>>,
}

impl Told {
    fn new() -> (Self, impl FnMut(Event) + Send + 'static) {
        let events = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&events);
        (Self { events }, move |event| {
            sink.lock().unwrap().push(event)
        })
    }

    fn has(&self, wanted: impl Fn(&Event) -> bool) -> bool {
        self.events.lock().unwrap().iter().any(wanted)
    }

    fn all(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }
}

fn never() -> impl Future<Output = ()> + Send {
    std::future::pending()
}

fn agent(server: SocketAddr) -> Account {
    Account {
        user: "1001".into(),
        domain: "localhost".into(),
        server,
        password: Some("geheim".into()),
    }
}

async fn call(
    plan: CallPlan,
    account: Account,
    stop: impl Future<Output = ()> + Send + 'static,
) -> (tokio::task::JoinHandle<anyhow::Result<Report>>, Told) {
    let (told, sink) = Told::new();
    let task = tokio::spawn(async move { place_call(&plan, &account, stop, sink).await });
    (task, told)
}

async fn report(task: tokio::task::JoinHandle<anyhow::Result<Report>>) -> Report {
    timeout(DEADLINE, task)
        .await
        .expect("the phone does not end")
        .unwrap()
        .unwrap()
}

/// Rings, answers and takes the ACK.
async fn pick_up(far: &mut Far, events: u8) -> Request {
    let invite = far.request(Method::Invite).await;
    far.answer(&invite, 100, vec![], "").await;
    far.answer(&invite, 180, vec![], "").await;
    let sdp = far.sdp(events, "sendrecv");
    far.answer(&invite, 200, vec![], &sdp).await;
    let ack = far.request(Method::Ack).await;
    assert_eq!(
        ack.uri.to_string(),
        format!("sip:far@{}", far.address()),
        "RFC 3261 §13.2.2.4"
    );
    assert_ne!(
        ack.via_header().unwrap(),
        invite.via_header().unwrap(),
        "the ACK of a 2xx is a transaction of its own"
    );
    invite
}

#[tokio::test]
async fn a_call_is_made_heard_and_hung_up() {
    let mut far = Far::open().await;
    let plan = CallPlan {
        say: Say::Tone(440.0),
        hold_for: Some(Duration::from_millis(1_400)),
        ..CallPlan::to("4000")
    };
    let (task, told) = call(plan, Account::caller("13900000000", far.address()), never()).await;
    pick_up(&mut far, 101).await;
    let packets = far.echo(Duration::from_millis(1_200)).await;
    let bye = far.request(Method::Bye).await;
    far.answer(&bye, 200, vec![], "").await;

    let report = report(task).await;
    assert_eq!(report.outcome, Outcome::HungUp);
    assert!(report.heard_tone(440.0), "{report:?}");
    assert!(
        report.packets_received > 40 && report.packets_lost == 0,
        "{report:?}"
    );
    assert!(
        packets
            .iter()
            .all(|packet| packet.len() == 172 && packet[1] & 0x7f == 8)
    );
    assert!(
        told.has(|event| *event == Event::Ringing { code: 180 }),
        "{:?}",
        told.all()
    );
    assert!(told.has(|event| matches!(event, Event::Answered { codec: "PCMA", .. })));
    assert_eq!(told.all().last(), Some(&Event::HungUp));
}

#[tokio::test]
async fn keys_go_out_as_rfc4733_events_with_the_answers_number() {
    let mut far = Far::open().await;
    let key = |after_ms, key| KeyPress {
        after: Duration::from_millis(after_ms),
        key,
    };
    let plan = CallPlan {
        keys: vec![key(100, '1'), key(100, '#')],
        ..CallPlan::to("4000")
    };
    let (task, told) = call(plan, Account::caller("139", far.address()), never()).await;
    let invite = pick_up(&mut far, 126).await;
    let packets = far.echo(Duration::from_millis(1_200)).await;
    far.send(far.inside(&invite, Method::Bye, 1, "")).await;
    assert_eq!(far.response().await.status_code.code(), 200);
    let report = report(task).await;

    let events: Vec<&Vec<u8>> = packets
        .iter()
        .filter(|packet| packet[1] & 0x7f == 126)
        .collect();
    for (event, wanted) in [(1, "1"), (11, "#")] {
        let of_key: Vec<_> = events.iter().filter(|packet| packet[12] == event).collect();
        assert_eq!(
            of_key.len(),
            9,
            "six packets while down and three ends of {wanted}"
        );
        assert!(
            of_key.iter().all(|packet| packet[4..8] == of_key[0][4..8]),
            "one timestamp"
        );
        assert_eq!(
            of_key.iter().filter(|packet| packet[1] & 0x80 != 0).count(),
            1,
            "one marker"
        );
        assert_eq!(
            of_key
                .iter()
                .filter(|packet| packet[13] & 0x80 != 0)
                .count(),
            3,
            "three ends"
        );
    }
    assert_eq!(report.keys_heard, "1#", "the echo of its own keys");
    assert_eq!(report.outcome, Outcome::RemoteHungUp);
    assert!(told.has(|event| *event == Event::Pressed { key: '#' }));
}

#[tokio::test]
async fn keys_go_out_as_info_when_asked() {
    let mut far = Far::open().await;
    let plan = CallPlan {
        keys: vec![KeyPress {
            after: Duration::ZERO,
            key: '5',
        }],
        dtmf: DtmfWay::Info,
        hold_for: Some(Duration::from_millis(300)),
        ..CallPlan::to("4000")
    };
    let (task, told) = call(plan, Account::caller("139", far.address()), never()).await;
    pick_up(&mut far, 101).await;
    let info = far.request(Method::Info).await;
    assert_eq!(info.body, b"Signal=5\r\nDuration=120\r\n");
    far.answer(&info, 200, vec![], "").await;
    let bye = far.request(Method::Bye).await;
    far.answer(&bye, 200, vec![], "").await;
    report(task).await;
    assert!(told.has(|event| *event == Event::Pressed { key: '5' }));
}

fn challenge(code: u16, algorithm: &str) -> Header {
    let value = format!(
        r#"Digest realm="localhost", nonce="{NONCE}", algorithm={algorithm}, qop="auth", opaque="o""#
    );
    if code == 407 {
        Header::ProxyAuthenticate(headers::ProxyAuthenticate::new(value))
    } else {
        Header::WwwAuthenticate(headers::WwwAuthenticate::new(value))
    }
}

#[tokio::test]
async fn a_challenged_call_is_tried_once_more() {
    for (code, algorithm) in [(401, "MD5"), (407, "SHA-256")] {
        let mut far = Far::open().await;
        let (task, told) = call(CallPlan::to("4000"), agent(far.address()), never()).await;
        let first = far.request(Method::Invite).await;
        far.answer(&first, code, vec![challenge(code, algorithm)], "")
            .await;
        let ack = far.request(Method::Ack).await;
        assert_eq!(
            ack.via_header().unwrap(),
            first.via_header().unwrap(),
            "RFC 3261 §17.1.1.3"
        );

        let second = far.request(Method::Invite).await;
        assert_eq!(second.cseq_header().unwrap().typed().unwrap().seq, 2);
        let text = second.to_string();
        let name = if code == 407 {
            "Proxy-Authorization: "
        } else {
            "Authorization: "
        };
        let line = text
            .lines()
            .find(|line| line.starts_with(name))
            .expect(name);
        for part in [
            "username=\"1001\"",
            "nc=00000001",
            NONCE,
            &format!("algorithm={algorithm}"),
        ] {
            assert!(line.contains(part), "{part} in {line}");
        }
        // A second challenge is the answer "wrong password": nobody is asked a third time.
        far.answer(&second, code, vec![challenge(code, algorithm)], "")
            .await;
        far.request(Method::Ack).await;
        assert_eq!(report(task).await.outcome, Outcome::Refused(code));
        assert!(told.has(|event| *event == Event::Challenged));
    }
}

#[tokio::test]
async fn an_invite_is_sent_again_until_something_comes() {
    let mut far = Far::open().await;
    let (task, _) = call(
        CallPlan::to("4000"),
        Account::caller("139", far.address()),
        never(),
    )
    .await;
    let first = far.request(Method::Invite).await;
    let second = far.request(Method::Invite).await;
    assert_eq!(first, second, "a retransmission is the same message");
    far.answer(&second, 486, vec![], "").await;
    let ack = far.request(Method::Ack).await;
    assert!(ack.to_header().unwrap().value().ends_with(";tag=far"));
    assert_eq!(report(task).await.outcome, Outcome::Refused(486));
}

#[tokio::test]
async fn stop_while_it_rings_cancels() {
    let mut far = Far::open().await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stopped = async move {
        let _ = stopped.await;
    };
    let (task, told) = call(
        CallPlan::to("4000"),
        Account::caller("139", far.address()),
        stopped,
    )
    .await;
    let invite = far.request(Method::Invite).await;
    far.answer(&invite, 180, vec![], "").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.send(()).unwrap();
    let cancel = far.request(Method::Cancel).await;
    assert_eq!(
        cancel.via_header().unwrap(),
        invite.via_header().unwrap(),
        "RFC 3261 §9.1"
    );
    far.answer(&cancel, 200, vec![], "").await;
    far.answer(&invite, 487, vec![], "").await;
    far.request(Method::Ack).await;
    assert_eq!(report(task).await.outcome, Outcome::Cancelled);
    assert!(told.has(|event| *event == Event::Cancelled));
}

#[tokio::test]
async fn a_200_that_crosses_the_cancel_is_hung_up() {
    let mut far = Far::open().await;
    let plan = CallPlan {
        answer_within: Duration::from_millis(100),
        ..CallPlan::to("4000")
    };
    let (task, _) = call(plan, Account::caller("139", far.address()), never()).await;
    let invite = far.request(Method::Invite).await;
    far.answer(&invite, 180, vec![], "").await;
    far.request(Method::Cancel).await;
    let sdp = far.sdp(101, "sendrecv");
    far.answer(&invite, 200, vec![], &sdp).await;
    far.request(Method::Ack).await;
    let bye = far.request(Method::Bye).await;
    far.answer(&bye, 200, vec![], "").await;
    assert_eq!(report(task).await.outcome, Outcome::HungUp);
}

#[tokio::test]
async fn hold_and_resume_are_answered_and_told() {
    let mut far = Far::open().await;
    let (task, told) = call(
        CallPlan::to("4000"),
        Account::caller("139", far.address()),
        never(),
    )
    .await;
    let invite = pick_up(&mut far, 101).await;
    for (number, direction, mirrored) in
        [(1, "sendonly", "a=recvonly"), (2, "sendrecv", "a=sendrecv")]
    {
        let sdp = far.sdp(101, direction);
        far.send(far.inside(&invite, Method::Invite, number, &sdp))
            .await;
        let response = far.response().await;
        assert_eq!(response.status_code.code(), 200);
        let body = String::from_utf8(response.body).unwrap();
        assert!(body.contains(mirrored), "{direction}: {body}");
        far.send(far.inside(&invite, Method::Ack, number, "")).await;
    }
    let video = "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 18\r\n";
    far.send(far.inside(&invite, Method::Invite, 3, video))
        .await;
    assert_eq!(
        far.response().await.status_code.code(),
        488,
        "no codec of ours"
    );
    far.send(far.inside(&invite, Method::Ack, 3, "")).await;
    far.send(far.inside(&invite, Method::Bye, 4, "")).await;
    assert_eq!(far.response().await.status_code.code(), 200);
    report(task).await;
    let told = told.all();
    let held = told.iter().position(|event| *event == Event::Held).unwrap();
    let resumed = told
        .iter()
        .position(|event| *event == Event::Resumed)
        .unwrap();
    assert!(held < resumed);
}

#[tokio::test]
async fn a_call_is_recorded_heard_left_said_right() {
    let mut far = Far::open().await;
    let path = std::env::temp_dir().join(format!("trunkline-phone-{}.wav", std::process::id()));
    let plan = CallPlan {
        say: Say::Tone(880.0),
        hold_for: Some(Duration::from_millis(800)),
        record: Some(path.clone()),
        ..CallPlan::to("4000")
    };
    let (task, _) = call(plan, Account::caller("139", far.address()), never()).await;
    pick_up(&mut far, 101).await;
    far.echo(Duration::from_millis(700)).await;
    let bye = far.request(Method::Bye).await;
    far.answer(&bye, 200, vec![], "").await;
    report(task).await;
    let wav = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(u16::from_le_bytes([wav[22], wav[23]]), 2, "channels");
    let samples: Vec<i16> = wav[44..]
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    let side =
        |which: usize| -> Vec<i16> { samples.iter().skip(which).step_by(2).copied().collect() };
    for (which, name) in [(0, "heard"), (1, "said")] {
        let side = side(which);
        let middle = &side[side.len() / 2..side.len() / 2 + 800];
        assert!(
            audio::goertzel::tone_level(middle, 8_000, 880.0) > 0.9,
            "{name}"
        );
    }
}

#[tokio::test]
async fn nobody_at_the_address_is_said_at_once() {
    let unused = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = unused.local_addr().unwrap();
    drop(unused);
    let (task, _) = call(
        CallPlan::to("4000"),
        Account::caller("139", address),
        never(),
    )
    .await;
    let error = timeout(Duration::from_secs(2), task)
        .await
        .unwrap()
        .unwrap()
        .unwrap_err();
    assert!(error.to_string().contains("nobody listens"), "{error}");
}

#[tokio::test]
async fn a_key_that_does_not_exist_is_refused_before_the_call() {
    let plan = CallPlan {
        keys: vec![KeyPress {
            after: Duration::ZERO,
            key: 'x',
        }],
        ..CallPlan::to("4000")
    };
    let far = Far::open().await;
    let (task, told) = call(plan, Account::caller("139", far.address()), never()).await;
    assert!(task.await.unwrap().is_err());
    assert!(told.all().is_empty());
}

#[tokio::test]
async fn a_server_that_goes_away_in_mid_call_is_told() {
    let mut far = Far::open().await;
    let (task, _) = call(
        CallPlan {
            hold_for: Some(Duration::from_millis(200)),
            ..CallPlan::to("4000")
        },
        Account::caller("139", far.address()),
        never(),
    )
    .await;
    pick_up(&mut far, 101).await;
    drop(far);
    let error = timeout(DEADLINE, task).await.unwrap().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the call was cut");
}

/// An INVITE of the far end to the phone.
fn invite_to(far: &Far, sdp: &str, number: u32) -> Request {
    let to = rsip::Uri::try_from("sip:1001@localhost").unwrap();
    let header = |text: String| text;
    Request {
        method: Method::Invite,
        uri: to,
        version: rsip::Version::V2,
        headers: vec![
            Header::Via(headers::Via::new(header(format!(
                "SIP/2.0/UDP {};branch=z9hG4bKin{number}",
                far.address()
            )))),
            Header::From(headers::From::new(
                "\"A \\\"B\\\"\" <sip:4000@localhost>;tag=far",
            )),
            Header::To(headers::To::new("<sip:1001@localhost>")),
            Header::CallId(headers::CallId::new(format!("in{number}"))),
            Header::CSeq(headers::CSeq::new("1 INVITE")),
            far.contact(),
            Header::ContentLength(headers::ContentLength::new(sdp.len().to_string())),
        ]
        .into(),
        body: sdp.as_bytes().to_vec(),
    }
}

async fn register(far: &mut Far) {
    let first = far.request(Method::Register).await;
    far.answer(&first, 401, vec![challenge(401, "SHA-256")], "")
        .await;
    let second = far.request(Method::Register).await;
    assert!(second.authorization_header().is_some());
    far.answer(&second, 200, vec![], "").await;
}

#[tokio::test]
async fn a_waiting_phone_registers_answers_and_leaves() {
    let mut far = Far::open().await;
    let plan = AnswerPlan {
        ring_for: Duration::from_millis(50),
        say: Say::Tone(880.0),
        calls: Some(1),
        ..AnswerPlan::default()
    };
    let (told, sink) = Told::new();
    let account = agent(far.address());
    let task = tokio::spawn(async move { answer_calls(&plan, &account, never(), sink).await });
    register(&mut far).await;

    // A call that is cancelled while it rings is no call; the next one is answered.
    let sdp = far.sdp(99, "sendrecv");
    let first = invite_to(&far, &sdp, 1);
    far.send(first.clone()).await;
    let cancel = Request {
        method: Method::Cancel,
        headers: {
            let mut all = first.headers.clone();
            all.unique_push(Header::CSeq(headers::CSeq::new("1 CANCEL")));
            all
        },
        body: vec![],
        ..first
    };
    far.send(cancel).await;
    assert_eq!(far.response().await.status_code.code(), 200);
    assert_eq!(far.response().await.status_code.code(), 487);

    let second = invite_to(&far, &sdp, 2);
    far.send(second.clone()).await;
    let ok = far.response().await;
    assert_eq!(ok.status_code.code(), 200, "{ok}");
    assert!(
        String::from_utf8_lossy(&ok.body).contains("RTP/AVP 8 99"),
        "{ok}"
    );
    // The 200 was lost: the INVITE comes again, and the very same 200 with it.
    far.send(second.clone()).await;
    assert_eq!(far.response().await, ok);
    let mut ack = second.clone();
    ack.method = Method::Ack;
    ack.headers
        .unique_push(Header::CSeq(headers::CSeq::new("1 ACK")));
    ack.headers
        .unique_push(Header::ContentLength(headers::ContentLength::new("0")));
    ack.body.clear();
    far.send(ack).await;
    // While it talks it is busy for others.
    far.send(invite_to(&far, &sdp, 3)).await;
    assert_eq!(far.response().await.status_code.code(), 486);
    let packets = far.echo(Duration::from_millis(700)).await;
    assert!(packets.len() > 20, "{}", packets.len());

    let mut bye = second.clone();
    bye.method = Method::Bye;
    bye.headers.unique_push(Header::To(headers::To::new(
        ok.to_header().unwrap().value(),
    )));
    bye.headers
        .unique_push(Header::CSeq(headers::CSeq::new("2 BYE")));
    bye.body.clear();
    far.send(bye).await;
    let leave = far.request(Method::Register).await;
    assert!(leave.to_string().contains("Expires: 0"), "{leave}");
    far.answer(&leave, 200, vec![], "").await;

    let reports = timeout(DEADLINE, task).await.unwrap().unwrap().unwrap();
    assert_eq!(reports.len(), 1);
    assert!(reports[0].heard_tone(880.0), "{reports:?}");
    assert_eq!(told.all().last(), Some(&Event::Unregistered));
    assert!(told.has(|event| matches!(event, Event::Hears(Hearing::Tone { .. }))));
}

#[tokio::test]
async fn an_invite_without_sdp_gets_an_offer_and_the_ack_brings_the_answer() {
    let mut far = Far::open().await;
    let plan = AnswerPlan {
        ring_for: Duration::ZERO,
        hold_for: Some(Duration::from_millis(300)),
        calls: Some(1),
        ..AnswerPlan::default()
    };
    let (told, sink) = Told::new();
    let account = agent(far.address());
    let task = tokio::spawn(async move { answer_calls(&plan, &account, never(), sink).await });
    register(&mut far).await;
    let invite = invite_to(&far, "", 1);
    far.send(invite.clone()).await;
    let ok = far.response().await;
    assert!(
        String::from_utf8_lossy(&ok.body).contains("a=rtpmap:8 PCMA/8000"),
        "{ok}"
    );
    let mut ack = invite.clone();
    ack.method = Method::Ack;
    ack.headers
        .unique_push(Header::CSeq(headers::CSeq::new("1 ACK")));
    let sdp = far.sdp(101, "sendrecv");
    ack.headers
        .unique_push(Header::ContentLength(headers::ContentLength::new(
            sdp.len().to_string(),
        )));
    ack.body = sdp.into_bytes();
    far.send(ack).await;
    let packets = far.echo(Duration::from_millis(200)).await;
    assert!(packets.len() > 4, "{}", packets.len());
    let bye = far.request(Method::Bye).await;
    far.answer(&bye, 200, vec![], "").await;
    let leave = far.request(Method::Register).await;
    far.answer(&leave, 200, vec![], "").await;
    timeout(DEADLINE, task).await.unwrap().unwrap().unwrap();
    assert!(told.has(|event| matches!(event, Event::Answered { .. })));
}
