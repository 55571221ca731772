//! `GET /sip`: SIP over WebSocket on the port of the pages (RFC 7118).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};
use web::{Deps, HubSettings, SipDoor, SipSocket};

use crate::https::Paper;
use crate::support::House;

const PATIENCE: Duration = Duration::from_secs(10);
const LISTED: &str = "https://phone.example";

/// Who came, as the door saw him.
type Guests = Arc<Mutex<Vec<SipSocket>>>;

async fn house() -> (House, Guests) {
    let guests = Guests::default();
    let kept = Arc::clone(&guests);
    let door = SipDoor {
        adopt: Box::new(move |socket| kept.lock().unwrap().push(socket)),
        message_bytes_max: 1_000,
        origins: vec![LISTED.into()],
    };
    let lend = |deps: Deps| Deps {
        sip: Some(door),
        ..deps
    };
    (House::lent(HubSettings::default(), lend).await, guests)
}

async fn guest(guests: &Guests) -> SipSocket {
    let look = async {
        loop {
            if let Some(socket) = guests.lock().unwrap().pop() {
                return socket;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(PATIENCE, look).await.expect("somebody comes")
}

type Phone = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Comes with these headers; a refusal gives its status.
async fn comes(house: &House, headers: &[(&str, &str)]) -> Result<Phone, u16> {
    let url = format!("ws://{}/sip", house.address);
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        request
            .headers_mut()
            .append(name, HeaderValue::from_str(value).unwrap());
    }
    match timeout(PATIENCE, connect_async(request)).await.unwrap() {
        Ok((phone, _)) => Ok(phone),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

const SIP: (&str, &str) = ("sec-websocket-protocol", "sip");

async fn hears<S>(phone: &mut WebSocketStream<S>) -> Option<Message>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let next = timeout(PATIENCE, phone.next()).await.expect("in time");
    next.and_then(Result::ok)
}

#[tokio::test]
async fn rfc7118_frames_go_both_ways_as_they_are() {
    let (house, guests) = house().await;
    let mut phone = comes(&house, &[SIP]).await.unwrap();
    let mut socket = guest(&guests).await;
    assert_eq!((socket.local, socket.is_secure), (house.address, false));
    assert!(socket.remote.ip().is_loopback());
    for frame in [
        Message::text("REGISTER sip:localhost SIP/2.0\r\n\r\n"),
        Message::binary(vec![0xff, 0]),
        Message::text(""),
    ] {
        let sent = frame.clone().into_data();
        phone.send(frame).await.unwrap();
        assert_eq!(socket.inbound.recv().await.unwrap(), sent);
    }
    socket.outbound.send("SIP/2.0 200 OK".into()).await.unwrap();
    let text = hears(&mut phone).await.unwrap();
    assert_eq!(text, Message::text("SIP/2.0 200 OK"));
    let odd = axum::body::Bytes::from_static(&[0xff, 1]);
    socket.outbound.send(odd.clone()).await.unwrap();
    assert_eq!(hears(&mut phone).await.unwrap(), Message::Binary(odd));
}

#[tokio::test]
async fn s19_only_our_own_pages_and_listed_ones_may_phone() {
    let (house, guests) = house().await;
    let own = format!("http://{}", house.address);
    for (headers, status) in [
        (&[][..], Some(400)),
        (&[("sec-websocket-protocol", "chat")], Some(400)),
        (&[("sec-websocket-protocol", "chat, sip")], None),
        (&[SIP], None),
        (&[SIP, ("origin", own.as_str())], None),
        (&[SIP, ("origin", "https://127.0.0.1:1")], None),
        (&[SIP, ("origin", "127.0.0.1")], Some(403)),
        (&[SIP, ("origin", LISTED)], None),
        (&[SIP, ("origin", "https://evil.example")], Some(403)),
        (&[SIP, ("origin", "null")], Some(403)),
        (
            &[SIP, ("origin", LISTED), ("origin", "https://evil.example")],
            Some(403),
        ),
        (
            &[SIP, ("origin", "http://127.0.0.1.evil.example")],
            Some(403),
        ),
    ] {
        let came = comes(&house, headers).await.err();
        assert_eq!(came, status, "{headers:?}");
    }
    assert_eq!(guests.lock().unwrap().len(), 5, "whom the door saw");
    let answer = house.stranger().get("/sip").await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (426, "upgrade_needed")
    );
}

#[tokio::test]
async fn without_a_door_there_is_nothing() {
    let house = House::open().await;
    assert_eq!(comes(&house, &[SIP]).await.err(), Some(404));
}

#[tokio::test]
async fn s7_a_frame_beyond_the_bound_ends_the_connection() {
    let (house, guests) = house().await;
    let mut phone = comes(&house, &[SIP]).await.unwrap();
    let mut socket = guest(&guests).await;
    phone.send(Message::text("x".repeat(1_000))).await.unwrap();
    assert_eq!(socket.inbound.recv().await.unwrap().len(), 1_000);
    let _may_be_cut_already = phone.send(Message::text("x".repeat(1_001))).await;
    assert_eq!(socket.inbound.recv().await, None);
}

#[tokio::test]
async fn either_side_may_end_it() {
    let (house, guests) = house().await;
    let mut phone = comes(&house, &[SIP]).await.unwrap();
    let mut socket = guest(&guests).await;
    phone.close(None).await.unwrap();
    assert_eq!(socket.inbound.recv().await, None, "the phone");
    let mut phone = comes(&house, &[SIP]).await.unwrap();
    drop(guest(&guests).await);
    let goodbye = hears(&mut phone).await;
    assert!(matches!(goodbye, None | Some(Message::Close(_))), "us");
}

#[tokio::test]
async fn s8_a_door_that_does_not_read_makes_the_phone_wait() {
    let (house, guests) = house().await;
    let mut phone = comes(&house, &[SIP]).await.unwrap();
    let mut socket = guest(&guests).await;
    let sending = tokio::spawn(async move {
        for number in 0..20_000_u32 {
            phone.send(Message::text(number.to_string())).await.unwrap();
        }
        phone
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(socket.inbound.len() <= 8, "{}", socket.inbound.len());
    for number in 0..20_000_u32 {
        let frame = timeout(PATIENCE, socket.inbound.recv()).await.unwrap();
        assert_eq!(frame.unwrap(), number.to_string(), "none lost");
    }
    sending.await.unwrap();
}

#[tokio::test]
async fn within_tls_it_is_wss() {
    let paper = Paper::new();
    let guests = Guests::default();
    let kept = Arc::clone(&guests);
    let door = SipDoor {
        adopt: Box::new(move |socket| kept.lock().unwrap().push(socket)),
        message_bytes_max: 1_000,
        origins: Vec::new(),
    };
    let https = paper.https();
    let lend = |deps: Deps| Deps {
        sip: Some(door),
        https: Some(https),
        ..deps
    };
    let house = House::lent(HubSettings::default(), lend).await;
    let stream = TcpStream::connect(house.address).await.unwrap();
    let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let stream = paper.client().connect(name, stream).await.unwrap();
    let mut request = "wss://localhost/sip".into_client_request().unwrap();
    let protocol = HeaderValue::from_static("sip");
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    let (mut phone, answer) = client_async(request, stream).await.unwrap();
    assert_eq!(answer.headers()["sec-websocket-protocol"], "sip");
    let mut socket = guest(&guests).await;
    assert!(socket.is_secure);
    phone.send(Message::text("x")).await.unwrap();
    assert_eq!(socket.inbound.recv().await.unwrap(), "x");
}
