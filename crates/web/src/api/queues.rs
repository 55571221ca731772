//! Queues: as they stand (asked of the engine by a question), who waits in them and what became of today's callers (counted
//! from facts), and the service level by four formulas that are told by name (D23, D24).

use axum::Json;
use axum::extract::State;
use engine::{Answer, Question};
use model::QueueName;

use super::list::{self, List, PageQuery};
use super::queue_body::{PlaceBody, QueueBody, QueueDetail};
use crate::app::App;
use crate::auth::permission::reaches_all;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};

/// Queues by name.
#[utoipa::path(get, operation_id = "list_queues", path = "/v1/queues", tag = "queues", params(PageQuery),
    responses(
        (status = 200, description = "Queues by name.", body = List<QueueBody>),
        (status = 503, description = "The engine is busy.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<List<QueueBody>>, Problem> {
    authorise(&who, Action::SeeQueues, None)?;
    let Answer::Queues(queues) = app.questions().ask(Question::Queues).await? else {
        return Err(mistaken());
    };
    let page = list::page(queues, &query, |queue| queue.name.as_str().to_owned())?;
    let now = now();
    let (today, waiting) = (app.view().today(now), app.view().waiting());
    let items = page.items.into_iter().map(|queue| {
        let here = waiting.get(&queue.name).copied().unwrap_or_default();
        QueueBody::of(queue, here, &today, now)
    });
    Ok(Json(List {
        items: items.collect(),
        next: page.next,
    }))
}

/// One queue with its line.
#[utoipa::path(get, operation_id = "get_queue", path = "/v1/queues/{name}", tag = "queues", params(("name" = String, Path)),
    responses(
        (status = 200, description = "The queue and who stands in its line.", body = QueueDetail),
        (status = 404, description = "No such queue.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The engine is busy.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(name): InPath<String>,
) -> Result<Json<QueueDetail>, Problem> {
    authorise(&who, Action::SeeQueues, None)?;
    let name = QueueName::new(name);
    let Answer::Queue(found) = app.questions().ask(Question::Queue(name.clone())).await? else {
        return Err(mistaken());
    };
    let Some((queue, line)) = found.map(|found| *found) else {
        return Err(Problem::new(Code::NoSuchQueue));
    };
    let now = now();
    let (today, waiting) = (app.view().today(now), app.view().waiting());
    let here = waiting.get(&name).copied().unwrap_or_default();
    let is_masked = !reaches_all(&who, Action::SeeCalls);
    let places = line.places.iter();
    Ok(Json(QueueDetail {
        queue: QueueBody::of(queue, here, &today, now),
        line_length: line.length,
        line: places
            .map(|place| PlaceBody::of(place, app.view().call(place.call).as_ref(), is_masked))
            .collect(),
    }))
}

/// An answer to another question: the engine never gives one.
fn mistaken() -> Problem {
    Problem::internal(&"the engine answered another question")
}
