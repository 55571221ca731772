//! Orders of a softphone as frames of `/v1/ws` (2.5): each is a request of this API, and goes the way of one.
//!
//! The frame names method, path and body of the REST call, and is given to the same routes with what the connection has shown of itself:
//! who asks, from where, whether he may, how often, what was done under a key and what the audit log is told are all decided there and
//! nowhere else (decision 17). What may be ordered so is a table; the rest of the API is for HTTP.
//! Invariant: each frame is answered once; an order that was begun is done to its end, whether its socket still stands or not.

use std::collections::BTreeMap;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::extract::ws::Utf8Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::app::{App, BODY_MAX, quota};
use crate::auth::Principal;
use crate::auth::principal::CSRF_HEADER;
use crate::idempotency;
use crate::problem::{Code, Problem};

/// What a softphone orders.
const ORDERS: [(Method, &str); 12] = [
    (Method::PUT, "/v1/agents/{id}/state"),
    (Method::POST, "/v1/agents/{id}/state"),
    (Method::POST, "/v1/agents/{id}/decline"),
    (Method::PUT, "/v1/agents/{id}/place"),
    (Method::PUT, "/v1/agents/{id}/queues/{queue}"),
    (Method::POST, "/v1/agents/{id}/wrap-up/category"),
    (Method::POST, "/v1/agents/{id}/wrap-up/end"),
    (Method::POST, "/v1/agents/{id}/wrap-up/more"),
    (Method::POST, "/v1/calls/{id}/clip"),
    (Method::DELETE, "/v1/calls/{id}/clip"),
    (Method::POST, "/v1/calls/{id}/hangup"),
    (Method::POST, "/v1/calls/{id}/talk"),
];
/// Longest frame with an order.
pub(super) const ORDER_BYTES_MAX: usize = 16 * 1024;
/// Longest name of an order.
const ID_CHARS_MAX: usize = 64;
/// What a connection has shown of itself when it was opened, and each of its orders shows again.
const SHOWN: [HeaderName; 6] = [
    header::HOST,
    header::AUTHORIZATION,
    header::COOKIE,
    header::ORIGIN,
    HeaderName::from_static("sec-fetch-site"),
    header::ACCEPT_LANGUAGE,
];
/// Headers of an answer that its frame has.
const TOLD: [HeaderName; 5] = [
    header::RETRY_AFTER,
    idempotency::REPLAYED,
    quota::LIMIT,
    quota::REMAINING,
    quota::RESET,
];

/// All routes with their layers, lent to the one that takes orders by frames.
#[derive(Clone)]
pub(crate) struct Routes(pub(crate) Router);

/// An order, without the `id` by which the client calls it: that is read before, so that whatever else is wrong is told under it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderFrame {
    method: String,
    /// With its parameters, `/v1/calls/7/talk`.
    path: String,
    body: Option<Value>,
    /// `Idempotency-Key`, with `POST` alone.
    key: Option<String>,
    /// The session's CSRF token, where the connection was opened by cookie.
    csrf: Option<String>,
}

/// What became of it.
#[derive(Debug, Serialize)]
struct AnswerFrame {
    #[serde(rename = "type")]
    kind: &'static str,
    /// `null` where none could be read.
    id: Option<String>,
    status: u16,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    /// What the request is answered with; with a status from 400 up a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
}

/// Turned away before it was a request.
#[derive(Debug)]
struct Refused {
    id: Option<String>,
    problem: Problem,
}

/// Where the orders of one connection are taken.
pub(super) struct Desk {
    app: App,
    who: Principal,
    routes: Router,
    shown: HeaderMap,
}

impl Desk {
    /// Of who opened a connection with these headers.
    pub(super) fn new(
        app: App,
        who: Principal,
        Routes(routes): Routes,
        opened: &HeaderMap,
    ) -> Self {
        let mut shown = HeaderMap::new();
        for name in SHOWN {
            for value in opened.get_all(&name) {
                shown.append(name.clone(), value.clone());
            }
        }
        Self {
            app,
            who,
            routes,
            shown,
        }
    }

    /// The frame that answers one; `None` came for one that is no text. Whoever drops this does not stop what was begun.
    pub(super) async fn answer(&self, frame: Option<Utf8Bytes>) -> String {
        let (id, response) = match self.read(frame.as_deref()) {
            Ok((id, request)) => (Some(id), self.done(request).await),
            Err(Refused { id, problem }) => (id, self.refused(problem)),
        };
        told(id, response).await
    }

    /// In a task of its own: a socket that closes leaves nothing half done.
    async fn done(&self, request: Request) -> Response {
        let doing = tokio::spawn(self.routes.clone().oneshot(request));
        match doing.await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(error) => Problem::internal(&error).answer(&self.shown),
        }
    }

    /// What is no request is counted as one: else it could come as often as it likes.
    fn refused(&self, problem: Problem) -> Response {
        let standing = self.app.quotas().take(&self.who, Instant::now());
        let problem = quota::refused(standing).unwrap_or(problem);
        problem.answer(&self.shown)
    }

    fn read(&self, frame: Option<&str>) -> Result<(String, Request), Refused> {
        let nameless = |problem| Refused { id: None, problem };
        let malformed = |detail: String| Problem::new(Code::MalformedBody).detail(detail);
        let text =
            frame.ok_or_else(|| nameless(malformed("an order is a frame of text".into())))?;
        if text.len() > ORDER_BYTES_MAX {
            let detail = format!("an order has at most {ORDER_BYTES_MAX} bytes");
            return Err(nameless(Problem::new(Code::BodyTooLarge).detail(detail)));
        }
        let mut value: Value = serde_json::from_str(text)
            .map_err(|error| nameless(malformed(format!("the frame is no JSON: {error}"))))?;
        let id = named(&mut value).map_err(nameless)?;
        match self.request(value) {
            Ok(request) => Ok((id, request)),
            Err(problem) => Err(Refused {
                id: Some(id),
                problem,
            }),
        }
    }

    fn request(&self, value: Value) -> Result<Request, Problem> {
        let invalid = |detail: &str| Problem::new(Code::InvalidBody).detail(detail);
        let order: OrderFrame =
            serde_json::from_value(value).map_err(|error| invalid(&error.to_string()))?;
        let (method, path) = self.place(&order)?;
        if order.key.is_some() && method != Method::POST {
            return Err(invalid("`key` goes with POST alone"));
        }
        let body = order
            .body
            .map_or_else(Body::empty, |body| body.to_string().into());
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = path;
        let headers = request.headers_mut();
        headers.clone_from(&self.shown);
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        let own = [
            ("key", idempotency::KEY, order.key),
            ("csrf", HeaderName::from_static(CSRF_HEADER), order.csrf),
        ];
        for (field, name, value) in own {
            let Some(value) = value else { continue };
            let value = value
                .parse()
                .map_err(|_| invalid(&format!("`{field}` holds what no header can")))?;
            headers.insert(name, value);
        }
        Ok(request)
    }

    /// The method and the path of an order that stands in the table.
    fn place(&self, order: &OrderFrame) -> Result<(Method, Uri), Problem> {
        let path = Some(&order.path).filter(|path| path.starts_with('/'));
        let path = path.and_then(|path| path.parse::<Uri>().ok());
        let path = path.ok_or_else(|| {
            let detail = "`path` is a path of this API, as /v1/agents/me/state";
            Problem::new(Code::InvalidBody).detail(detail)
        })?;
        let route = self.app.route_of(path.path());
        let row = ORDERS
            .into_iter()
            .find(|(method, known)| order.method == method.as_str() && route == *known);
        let (method, _) = row.ok_or(Code::OnlyByHttp)?;
        Ok((method, path))
    }
}

/// Takes what the client calls its order.
fn named(frame: &mut Value) -> Result<String, Problem> {
    let id = frame.as_object_mut().and_then(|frame| frame.remove("id"));
    let is_name = |id: &&str| {
        (1..=ID_CHARS_MAX).contains(&id.chars().count()) && !id.chars().any(char::is_control)
    };
    let id = id.as_ref().and_then(Value::as_str).filter(is_name);
    id.map(str::to_owned).ok_or_else(|| {
        let detail =
            format!("an order is an object with `id`, a text of 1 to {ID_CHARS_MAX} characters");
        Problem::new(Code::InvalidBody).detail(detail)
    })
}

async fn told(id: Option<String>, response: Response) -> String {
    let (parts, body) = response.into_parts();
    let headers = TOLD.into_iter().filter_map(|name| {
        let value = parts.headers.get(&name)?.to_str().ok()?;
        Some((name.to_string(), value.to_owned()))
    });
    let body = to_bytes(body, BODY_MAX).await.unwrap_or_default();
    let frame = AnswerFrame {
        kind: "answer",
        id,
        status: parts.status.as_u16(),
        headers: headers.collect(),
        body: serde_json::from_slice(&body).ok(),
    };
    serde_json::to_string(&frame).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../../../../docs/api.md");

    #[test]
    fn j2_the_page_has_all_orders_and_each_is_an_operation() {
        let document = serde_json::to_value(crate::openapi()).unwrap();
        let rows = ORDERS.iter().map(|(method, path)| {
            let operation = &document["paths"][path][method.as_str().to_lowercase()];
            assert!(operation.is_object(), "{method} {path}");
            format!("| `{method}` | `{path}` |")
        });
        let (_, table) = PAGE.split_once("| Order | of |").expect("the table");
        let table = table.lines().skip(2).take_while(|row| row.starts_with('|'));
        let told = table.filter_map(|row| Some(format!("{} |", row.rsplit_once(" | ")?.0)));
        assert_eq!(told.collect::<Vec<_>>(), rows.collect::<Vec<_>>());
    }
}
