//! `GET /sip`: a phone in a browser comes by WebSocket to the port of its page (RFC 7118).
//!
//! The upgrade is made here, with the rules of the house for browsers: the page is of our own host or a listed one (S19), the
//! subprotocol is `sip`. What the frames hold is none of our business: they go to the SIP sockets and come from there by two
//! bounded channels, whose end is the end of the connection. Who phones is proven there, by digest. A ping every eight
//! seconds keeps the connection, and who is silent for two of them is gone, or drips a frame (G12).

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::app::App;
use crate::connection::Peer;
use crate::problem::{Code, Problem, ProblemDocument};
use crate::web_socket::{self, READ_BUFFER_BYTES, Signs};

const SUBPROTOCOL: &str = "sip";
/// Frames on their way to the SIP sockets; one more waits in the connection.
const INBOUND_MAX: usize = 4;
/// Frames on their way to the phone; the SIP sockets wait for a place, but not for long.
const OUTBOUND_MAX: usize = 64;

/// Where phones that come by WebSocket go.
pub struct SipDoor {
    /// Takes over a connection; must not block. Who drops its channels refuses it.
    pub adopt: Box<dyn Fn(SipSocket) + Send + Sync>,
    /// Longest frame and message, in bytes (S7).
    pub message_bytes_max: usize,
    /// Origins (`https://desk.example.com`) whose pages may phone, beside those of our own host.
    pub origins: Vec<String>,
}

/// A WebSocket with the subprotocol `sip`, upgraded.
#[derive(Debug)]
pub struct SipSocket {
    /// Our side.
    pub local: SocketAddr,
    /// The peer as the connection's source shows it.
    pub remote: SocketAddr,
    /// Within TLS.
    pub is_secure: bool,
    /// The payload of each frame of data. Its end is the end of the connection.
    pub inbound: mpsc::Receiver<Bytes>,
    /// Each becomes a frame, text where it is UTF-8. When this side goes, the connection is closed.
    pub outbound: mpsc::Sender<Bytes>,
}

/// A phone comes by WebSocket.
///
/// RFC 7118: subprotocol `sip`, one SIP message a frame. There is no sign-in here: the phone registers by SIP digest.
#[utoipa::path(get, operation_id = "open_sip_socket", path = "/sip", tag = "operation", security(()),
    responses(
        (status = 101, description = "The WebSocket is open."),
        (status = 400, description = "The subprotocol is not `sip`.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The page is of another site.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 426, description = "No WebSocket was asked for.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn open(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let (Some(door), Some(local)) = (app.sip(), peer.local) else {
        return Err(Problem::new(Code::NotFound));
    };
    let upgrade = upgrade.map_err(|_| Problem::new(Code::UpgradeNeeded))?;
    if !door.is_open_to(&headers) {
        return Err(Problem::new(Code::ForeignOrigin));
    }
    let bytes_max = door.message_bytes_max;
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(bytes_max.saturating_mul(2).max(READ_BUFFER_BYTES))
        .max_frame_size(bytes_max)
        .max_message_size(bytes_max);
    if upgrade.selected_protocol().is_none() {
        return Err(Problem::new(Code::SubprotocolNeeded));
    }
    Ok(upgrade.on_upgrade(move |socket| async move {
        let (to_sip, inbound) = mpsc::channel(INBOUND_MAX);
        let (outbound, from_sip) = mpsc::channel(OUTBOUND_MAX);
        if let Some(door) = app.sip() {
            (door.adopt)(SipSocket {
                local,
                remote: peer.remote,
                is_secure: peer.is_secure,
                inbound,
                outbound,
            });
        }
        carry(socket, to_sip, from_sip).await;
    }))
}

impl SipDoor {
    /// A browser names the origin of its page with every WebSocket. Any page of our own host may phone, on whatever port:
    /// nothing is granted here but the right to try a password.
    fn is_open_to(&self, headers: &HeaderMap) -> bool {
        let is_listed = |told: &str| {
            self.origins
                .iter()
                .any(|listed| listed.eq_ignore_ascii_case(told))
        };
        let mut told = headers.get_all(header::ORIGIN).iter();
        let origin = match (told.next(), told.next()) {
            (None, _) => return true,
            (Some(_), Some(_)) => return false,
            (Some(origin), None) => origin.to_str().ok(),
        };
        let asked = headers.get(header::HOST).and_then(|it| it.to_str().ok());
        let host = |authority: &Authority| authority.host().to_ascii_lowercase();
        let asked = asked.and_then(|host| host.parse().ok()).as_ref().map(host);
        origin.is_some_and(|origin| {
            let uri: Option<Uri> = origin
                .parse()
                .ok()
                .filter(|uri: &Uri| uri.scheme().is_some());
            let page = uri.as_ref().and_then(Uri::authority).map(host);
            is_listed(origin) || (page.is_some() && page == asked)
        })
    }
}

/// Until either side ends.
async fn carry(socket: WebSocket, to_sip: mpsc::Sender<Bytes>, from_sip: mpsc::Receiver<Bytes>) {
    metrics::gauge!("trunkline_sip_web_sockets").increment(1.0);
    let (sink, stream) = socket.split();
    let signs = Signs::default();
    tokio::select! {
        () = hear(stream, to_sip, &signs) => {}
        () = say(sink, from_sip, &signs) => {}
    }
    metrics::gauge!("trunkline_sip_web_sockets").decrement(1.0);
}

/// Reads a frame when there is a place for it. Pings are answered by the library.
async fn hear(mut stream: SplitStream<WebSocket>, to_sip: mpsc::Sender<Bytes>, signs: &Signs) {
    loop {
        signs.wait_for_a_place();
        let Ok(place) = to_sip.reserve().await else {
            return;
        };
        signs.read_on();
        // A frame that is too long, no UTF-8, no frame: the library ends the connection.
        let Some(Ok(message)) = stream.next().await else {
            return;
        };
        signs.hear();
        match message {
            Message::Text(text) => place.send(text.into()),
            Message::Binary(bytes) => place.send(bytes),
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Close(_) => return,
        }
    }
}

async fn say(
    mut sink: SplitSink<WebSocket, Message>,
    mut from_sip: mpsc::Receiver<Bytes>,
    signs: &Signs,
) {
    let mut pings = web_socket::pings();
    loop {
        let message = tokio::select! {
            bytes = from_sip.recv() => match bytes {
                Some(bytes) => frame(bytes),
                None => break,
            },
            _ = pings.tick() => {
                if signs.are_missed_for_long() {
                    metrics::counter!("trunkline_sip_web_sockets_silent_total").increment(1);
                    break;
                }
                Message::Ping(Bytes::new())
            }
        };
        if !web_socket::is_sent(&mut sink, message).await {
            return;
        }
    }
    let _gone_already = timeout(Duration::from_secs(1), sink.close()).await;
}

/// RFC 7118 §5: text if it is UTF-8, for browsers' libraries expect it.
fn frame(bytes: Bytes) -> Message {
    match Utf8Bytes::try_from(bytes.clone()) {
        Ok(text) => Message::Text(text),
        Err(_) => Message::Binary(bytes),
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::any;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use tokio::time::Instant;

    use super::*;
    use crate::web_socket::PING_EVERY;

    const UPGRADE: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    /// A connection that is upgraded and then carried, and how long it lives when `phone` has it.
    async fn lives(phone: impl AsyncFnOnce(&mut TcpStream)) -> Duration {
        let serve = |upgrade: WebSocketUpgrade| async {
            upgrade.on_upgrade(|socket| async {
                let (to_sip, mut inbound) = mpsc::channel(1);
                let (_outbound, from_sip) = mpsc::channel(1);
                tokio::spawn(async move { while inbound.recv().await.is_some() {} });
                carry(socket, to_sip, from_sip).await;
            })
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router: Router = Router::new().route("/", any(serve));
        tokio::spawn(axum::serve(listener, router).into_future());
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(UPGRADE.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 101");
        let begun = Instant::now();
        phone(&mut stream).await;
        let _reset_or_end = stream.read_to_end(&mut Vec::new()).await;
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn g12_a_phone_that_answers_no_ping_is_given_up_within_30_s() {
        let lived = lives(async |_: &mut TcpStream| {}).await;
        assert!(
            lived > PING_EVERY && lived <= Duration::from_secs(30),
            "{lived:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn g12_a_frame_that_drips_is_given_up_within_30_s() {
        let lived = lives(async |stream: &mut TcpStream| {
            // A masked text frame of 100 bytes, one byte a second.
            let _cut = stream.write_all(&[0x81, 0x80 | 100, 0, 0, 0, 0]).await;
            for _ in 0..60 {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if stream.write_all(b"x").await.is_err() {
                    return;
                }
            }
        })
        .await;
        assert!(lived <= Duration::from_secs(30), "{lived:?}");
    }
}
