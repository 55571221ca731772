//! `GET /v1/ws`: what the event stream tells, as frames of a WebSocket.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use web::HubSettings;

use crate::support::House;
use crate::support::client::Client;
use crate::support::facts::{CALL, answered_call, arrived, record};

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Comes by what the client has to show, and these headers; a refusal gives its status.
pub(crate) async fn opens(
    house: &House,
    client: &Client,
    query: &str,
    headers: &[(&str, &str)],
) -> Result<Socket, u16> {
    let url = format!("ws://{}/v1/ws{query}", house.address);
    let mut request = url.into_client_request().unwrap();
    let token = client.token.as_ref().map(|token| format!("Bearer {token}"));
    let shown = [("cookie", &client.cookie), ("authorization", &token)];
    let shown = shown
        .iter()
        .filter_map(|(name, value)| Some((*name, value.as_deref()?)));
    for (name, value) in shown.chain(headers.iter().copied()) {
        let name: HeaderName = name.parse().unwrap();
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().append(name, value);
    }
    match timeout(PATIENCE, connect_async(request)).await.unwrap() {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

/// The next text, as JSON; else by which code and reason it was closed.
pub(crate) async fn told(socket: &mut Socket) -> Result<Value, (u16, String)> {
    loop {
        let next = timeout(PATIENCE, socket.next()).await.expect("in time");
        match next.expect("a word at the end").unwrap() {
            Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
            Message::Close(why) => {
                let why = why.expect("a reason");
                return Err((why.code.into(), why.reason.to_string()));
            }
            Message::Ping(_) | Message::Pong(_) => {}
            other @ (Message::Binary(_) | Message::Frame(_)) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn j4_each_frame_is_what_the_event_stream_has_as_data() {
    let house = House::open().await;
    let agent = house.id("1001");
    for login in ["boss", "1001"] {
        let client = house.program(login).await;
        let mut stream = client.listen("/v1/events", &[]).await.unwrap();
        let mut socket = opens(&house, &client, "", &[]).await.unwrap();
        for fact in answered_call(CALL, agent) {
            house.tell(fact).await;
        }
        for _ in 0..3 {
            let event = stream.next().await.unwrap();
            assert_eq!(told(&mut socket).await.unwrap(), event.data, "{login}");
            assert_eq!(event.data["type"], event.name);
            assert_eq!(event.data["seq"], event.id);
        }
    }
}

#[tokio::test]
async fn j4_who_comes_back_misses_nothing_and_what_is_gone_closes_the_socket() {
    let house = House::with(HubSettings {
        ring_max: 2,
        ..HubSettings::default()
    })
    .await;
    for _ in 0..5 {
        house.tell(arrived(CALL)).await;
    }
    let client = house.program("boss").await;
    let by_header = [("last-event-id", "3")];
    for (query, headers, first) in [("?after=1", &[][..], 2), ("?after=1", &by_header, 4)] {
        let mut socket = opens(&house, &client, query, headers).await.unwrap();
        for seq in first..=5 {
            assert_eq!(told(&mut socket).await.unwrap()["seq"], seq, "{query}");
        }
    }
    for query in ["?after=6", "?after=5&run=former"] {
        let mut socket = opens(&house, &client, query, &[]).await.unwrap();
        let gone = Err((4410, "events_gone".to_owned()));
        assert_eq!(told(&mut socket).await, gone, "{query}");
    }
    for query in ["?after=x", "?since=1"] {
        assert_eq!(opens(&house, &client, query, &[]).await.err(), Some(400));
    }
}

#[tokio::test]
async fn s19_a_cookie_opens_it_for_pages_of_ours_alone_and_a_token_within_its_scopes() {
    let house = House::open().await;
    let own = format!("http://{}", house.address);
    let evil = ("origin", "https://evil.example");
    let signed_in = house.signed_in("boss").await;
    let program = house.program("boss").await;
    let blind = house.program_with("boss", &["tickets:read"]).await;
    for (client, headers, refused) in [
        (house.stranger(), &[][..], Some(401)),
        (signed_in.clone(), &[("origin", own.as_str())], None),
        (signed_in.clone(), &[], None),
        (signed_in.clone(), &[evil], Some(403)),
        (signed_in.clone(), &[("origin", "null")], Some(403)),
        (signed_in, &[("sec-fetch-site", "cross-site")], Some(403)),
        (program.clone(), &[evil], None),
    ] {
        let came = opens(&house, &client, "", headers).await;
        assert_eq!(came.err(), refused, "{headers:?}");
    }
    for (client, query) in [(&blind, ""), (&house.program("1001").await, "?scope=all")] {
        let mut socket = opens(&house, client, query, &[]).await.unwrap();
        let (code, _) = told(&mut socket).await.unwrap_err();
        assert_eq!(code, 4403, "{query}");
    }
    let answer = program.get("/v1/ws").await;
    let plain = (answer.status, answer.problem());
    assert_eq!(plain, (426, "upgrade_needed".to_owned()));
}

#[tokio::test]
async fn s19_a_session_that_ended_and_a_role_that_was_taken_away_close_it() {
    let house = House::with(HubSettings {
        check_every: Duration::ZERO,
        ..HubSettings::default()
    })
    .await;
    let signed_in = house.signed_in("boss").await;
    let mut page = opens(&house, &signed_in, "", &[]).await.unwrap();
    let program = house.program("boss").await;
    let mut program = opens(&house, &program, "", &[]).await.unwrap();
    house.tell(arrived(CALL)).await;
    assert_eq!(told(&mut page).await.unwrap()["seq"], 1);
    assert_eq!(told(&mut program).await.unwrap()["seq"], 1);
    assert_eq!(
        signed_in.json("DELETE", "/v1/session", "").await.status,
        204
    );
    let mut boss = house
        .database
        .agent(house.id("boss"))
        .await
        .unwrap()
        .unwrap();
    boss.roles = [store::Role::Agent].into();
    let at = model::Timestamp::from_ms(0);
    house.database.put_agent(boss, at).await.unwrap();
    house.tell(arrived(CALL)).await;
    let out = Err((4401, "sign_in_needed".to_owned()));
    assert_eq!(told(&mut page).await, out);
    let less = Err((4403, "forbidden".to_owned()));
    assert_eq!(told(&mut program).await, less);
}

#[tokio::test]
async fn s8_who_does_not_read_is_cut_off_and_is_told_so() {
    let house = House::with(HubSettings {
        queue_max: 4,
        ..HubSettings::default()
    })
    .await;
    let client = house.program("boss").await;
    let mut socket = opens(&house, &client, "", &[]).await.unwrap();
    // Published at once, while nothing else runs: the queue cannot be emptied in between.
    for seq in 1..=6 {
        let fact = record(seq, arrived(CALL));
        house.hub.publish(std::sync::Arc::new(fact));
    }
    for seq in 1..=4 {
        assert_eq!(told(&mut socket).await.unwrap()["seq"], seq);
    }
    let cut = Err((1013, "fell_behind".to_owned()));
    assert_eq!(told(&mut socket).await, cut);
    assert_eq!(house.hub.listeners(), 0);
}

#[tokio::test]
async fn s7_a_frame_that_is_longer_than_any_ends_it() {
    let house = House::open().await;
    let client = house.program("boss").await;
    let mut socket = opens(&house, &client, "", &[]).await.unwrap();
    let _may_be_cut_already = socket.send(Message::text("x".repeat(70_000))).await;
    let ends = async { while socket.next().await.is_some_and(|next| next.is_ok()) {} };
    timeout(PATIENCE, ends).await.expect("it ends");
    until_nobody_listens(&house).await;
}

#[tokio::test]
async fn s6_the_end_of_the_process_closes_it() {
    let house = House::open().await;
    let client = house.program("boss").await;
    let mut socket = opens(&house, &client, "", &[]).await.unwrap();
    house.hub.close();
    let ends = Err((4503, "closing".to_owned()));
    assert_eq!(told(&mut socket).await, ends);
}

async fn until_nobody_listens(house: &House) {
    let look = async {
        while house.hub.listeners() > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(PATIENCE, look).await.expect("nobody listens");
}
