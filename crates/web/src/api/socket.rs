//! `GET /v1/ws`: what `/v1/events` tells, as frames of a WebSocket (RFC 6455), for those whose libraries or proxies take that more easily;
//! and in the other direction the orders of a softphone (`order`).
//!
//! Who may come, from where and what he is told is decided as for `/v1/events`; only, a browser lets pages of any site open a
//! WebSocket with our cookie, so that by cookie the page has to be ours (S19). A browser does not show its page why an upgrade was
//! refused: what a page of ours has to know once somebody is signed in, it is told by the code with which the socket closes.
//! The queue of a listener is that of the hub (S8). Orders are done one after the other, as they came: while one is done none is read,
//! so that none overtakes another and nothing of ours fills up.

pub(crate) mod order;

use axum::body::Bytes;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::StreamExt as _;
use futures_util::stream::{SplitSink, SplitStream};
use tokio::sync::mpsc;

use order::{Desk, ORDER_BYTES_MAX, Routes};

use super::stream::{Ended, EventsQuery, Following};
use crate::app::App;
use crate::auth::{Principal, Via, origin};
use crate::events::Said;
use crate::extract::InQuery;
use crate::problem::{Code, Problem, ProblemDocument};
use crate::web_socket::{self, READ_BUFFER_BYTES, Signs};

/// Longest frame of a client; a longer one ends the connection. One that is too long for an order and shorter than this is told so.
const FRAME_BYTES_MAX: usize = 4 * ORDER_BYTES_MAX;
/// With the status of a problem, the code of the closing frame (RFC 6455 §7.4.2: 4000 to 4999 are the application's).
const CLOSED: u16 = 4_000;

/// Facts and screen pops as they happen, by WebSocket.
///
/// Each text frame is what an event of `/v1/events` has as its data: `{"seq", "at", "type", "data"}`. When nothing was told for 15
/// seconds `{"seq", "type": "heartbeat"}` says up to which number all is told. Who comes back shows the last `seq` as `after`.
/// A problem once somebody is signed in closes the socket with 4000 and the problem's status, and its `code` as the reason:
/// 4410 `events_gone` means to load the state again. 1013 `fell_behind`: come back with the last `seq`.
///
/// A text frame of the client is an order of a softphone: `{"id", "method", "path", "body", "key", "csrf"}`, which is done as the request
/// of that method and path with `key` as its `Idempotency-Key` and `csrf` as its `X-CSRF-Token`, and answered by
/// `{"type": "answer", "id", "status", "headers", "body"}`. Orders are done in turn. docs/api.md lists them; anything else is `only_by_http`.
#[utoipa::path(get, operation_id = "follow_events_by_web_socket", path = "/v1/ws", tag = "events",
    params(EventsQuery, ("Last-Event-ID" = Option<String>, Header, description = "The last number that the client has.")),
    responses(
        (status = 101, description = "The WebSocket is open."),
        (status = 403, description = "The page is of another site.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 426, description = "No WebSocket was asked for.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn events(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<EventsQuery>,
    Extension(routes): Extension<Routes>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    if matches!(who.via, Via::Session { .. }) && !origin::is_own(&headers) {
        return Err(Problem::new(Code::ForeignOrigin));
    }
    let upgrade = upgrade.map_err(|_| Problem::new(Code::UpgradeNeeded))?;
    let upgrade = upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_frame_size(FRAME_BYTES_MAX)
        .max_message_size(FRAME_BYTES_MAX);
    let desk = Desk::new(app.clone(), who.clone(), routes, &headers);
    let following = Following::begin(app, &who, query, headers).await;
    Ok(upgrade.on_upgrade(move |socket| carry(socket, following, desk)))
}

/// Until either side ends.
async fn carry(socket: WebSocket, following: Result<Following, Problem>, desk: Desk) {
    let (mut sink, stream) = socket.split();
    let signs = Signs::default();
    // One answer waits at the most: while it does, the next order is not read.
    let (answers, answered) = mpsc::channel(1);
    let why = match following {
        Ok(following) => tokio::select! {
            () = hear(stream, &signs, &desk, answers) => None,
            why = say(&mut sink, following, answered, &signs) => why,
        },
        Err(problem) => Some(closed(problem.code())),
    };
    if let Some(why) = why {
        let _gone_already = web_socket::is_sent(&mut sink, Message::Close(Some(why))).await;
    }
}

/// Reads that the client lives and what it orders, until it ends. Pings are answered by the library.
async fn hear(
    mut stream: SplitStream<WebSocket>,
    signs: &Signs,
    desk: &Desk,
    answers: mpsc::Sender<String>,
) {
    while let Some(Ok(message)) = stream.next().await {
        signs.hear();
        let order = match message {
            Message::Text(order) => Some(order),
            Message::Binary(_) => None,
            Message::Ping(_) | Message::Pong(_) => continue,
            Message::Close(_) => return,
        };
        signs.wait_for_a_place();
        let answer = desk.answer(order).await;
        if answers.send(answer).await.is_err() {
            return;
        }
        signs.read_on();
    }
}

/// Tells what comes; gives why it ends, if anybody is left to be told.
async fn say(
    sink: &mut SplitSink<WebSocket, Message>,
    mut following: Following,
    mut answers: mpsc::Receiver<String>,
    signs: &Signs,
) -> Option<CloseFrame> {
    let mut pings = web_socket::pings();
    loop {
        let message = tokio::select! {
            said = following.next() => match said {
                Ok(Said::Frame(frame)) => Message::Text(frame.data.into()),
                Ok(Said::Heartbeat(seq)) => heartbeat(seq),
                Err(Ended::Refused(code)) => return Some(closed(code)),
                Err(Ended::CutOff) => return Some(fell_behind()),
            },
            Some(answer) = answers.recv() => Message::Text(answer.into()),
            _ = pings.tick() => {
                if signs.are_missed_for_long() {
                    return None;
                }
                Message::Ping(Bytes::new())
            }
        };
        if !web_socket::is_sent(sink, message).await {
            return None;
        }
    }
}

fn heartbeat(seq: u64) -> Message {
    let told = serde_json::json!({ "seq": seq, "type": "heartbeat" });
    Message::Text(told.to_string().into())
}

fn closed(code: Code) -> CloseFrame {
    CloseFrame {
        code: CLOSED + code.status().as_u16(),
        reason: code.word().into(),
    }
}

fn fell_behind() -> CloseFrame {
    CloseFrame {
        code: close_code::AGAIN,
        reason: "fell_behind".into(),
    }
}
