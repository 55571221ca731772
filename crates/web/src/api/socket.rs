//! `GET /v1/ws`: what `/v1/events` tells, as frames of a WebSocket (RFC 6455), for those whose libraries or proxies take that more easily.
//!
//! Who may come, from where and what he is told is decided as for `/v1/events`; only, a browser lets pages of any site open a
//! WebSocket with our cookie, so that by cookie the page has to be ours (S19). A browser does not show its page why an upgrade was
//! refused: what a page of ours has to know once somebody is signed in, it is told by the code with which the socket closes.
//! The queue of a listener is that of the hub (S8). Nothing is taken here: orders are given by HTTP.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::StreamExt as _;
use futures_util::stream::{SplitSink, SplitStream};

use super::stream::{Ended, EventsQuery, Following};
use crate::app::App;
use crate::auth::{Principal, Via, origin};
use crate::events::Said;
use crate::extract::InQuery;
use crate::problem::{Code, Problem, ProblemDocument};
use crate::web_socket::{self, READ_BUFFER_BYTES, Signs};

/// Longest frame of a client: nothing of one is read but that it lives, or closes.
const FRAME_BYTES_MAX: usize = 1_024;
/// With the status of a problem, the code of the closing frame (RFC 6455 §7.4.2: 4000 to 4999 are the application's).
const CLOSED: u16 = 4_000;

/// Facts and screen pops as they happen, by WebSocket.
///
/// Each text frame is what an event of `/v1/events` has as its data: `{"seq", "at", "type", "data"}`. When nothing was told for 15
/// seconds `{"seq", "type": "heartbeat"}` says up to which number all is told. Who comes back shows the last `seq` as `after`.
/// A problem once somebody is signed in closes the socket with 4000 and the problem's status, and its `code` as the reason:
/// 4410 `events_gone` means to load the state again. 1013 `fell_behind`: come back with the last `seq`. 1003: a client's frames of data
/// are not taken, orders are given by HTTP.
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
    let following = Following::begin(app, &who, query, headers).await;
    Ok(upgrade.on_upgrade(move |socket| tell(socket, following)))
}

/// Until either side ends.
async fn tell(socket: WebSocket, following: Result<Following, Problem>) {
    let (mut sink, stream) = socket.split();
    let signs = Signs::default();
    let why = match following {
        Ok(following) => tokio::select! {
            why = hear(stream, &signs) => why,
            why = say(&mut sink, following, &signs) => why,
        },
        Err(problem) => Some(closed(problem.code())),
    };
    if let Some(why) = why {
        let _gone_already = web_socket::is_sent(&mut sink, Message::Close(Some(why))).await;
    }
}

/// Reads that the client lives, until it ends or sends what is not taken. Pings are answered by the library.
async fn hear(mut stream: SplitStream<WebSocket>, signs: &Signs) -> Option<CloseFrame> {
    loop {
        let message = stream.next().await?.ok()?;
        signs.hear();
        match message {
            Message::Text(_) | Message::Binary(_) => {
                return Some(CloseFrame {
                    code: close_code::UNSUPPORTED,
                    reason: "orders are given by HTTP".into(),
                });
            }
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Close(_) => return None,
        }
    }
}

/// Tells what comes; gives why it ends, if anybody is left to be told.
async fn say(
    sink: &mut SplitSink<WebSocket, Message>,
    mut following: Following,
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
