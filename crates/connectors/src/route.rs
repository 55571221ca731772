//! The external decision (外部决策, B15) over HTTP: the question and the answer as JSON.
//!
//! An answer is read whole or not at all: what names too many, or in a form that no login has, is a failure with a word of
//! its own. Which of the named can have the call is the ACD's to say.

use std::time::Duration;

use engine::{RouteQuestion, RouteReply};
use serde::{Deserialize, Serialize};

use crate::http::{Failure, HttpClient, Reply, Target};

/// Most agents whom an answer may name.
const AGENTS_MAX: usize = 64;
/// The longest login that is read, in bytes.
const LOGIN_MAX: usize = 64;
/// The highest priority (D1).
const PRIORITY_MAX: u8 = 9;

/// The question.
#[derive(Debug, Serialize)]
struct QuestionBody<'a> {
    call: String,
    queue: &'a str,
    /// `null` when it is withheld.
    caller: Option<&'a str>,
    called: &'a str,
    language: &'a str,
    waited_ms: u64,
    position: u32,
    budget_ms: u64,
    candidates: &'a [String],
}

/// The answer.
#[derive(Debug, Deserialize)]
struct AnswerBody {
    #[serde(default)]
    agents: Vec<String>,
    #[serde(default)]
    priority: Option<u8>,
}

/// Asks, for as long as the question's budget lasts. `None`: the time is over, which the engine knows by itself.
pub async fn ask(
    client: &HttpClient,
    target: &Target,
    question: &RouteQuestion,
    at_s: u64,
) -> Option<RouteReply> {
    let failed = |cause: &str| Some(RouteReply::Failed(cause.to_owned()));
    let Ok(body) = serde_json::to_vec(&question_body(question)) else {
        return failed("no_question");
    };
    let id = format!("{}-{}", question.call, question.id.0);
    match client.post(target, &id, at_s, body, question.budget).await {
        Ok(reply) => Some(read(&reply)),
        Err(Failure::Timeout) => None,
        Err(other) => failed(other.name()),
    }
}

fn question_body(question: &RouteQuestion) -> QuestionBody<'_> {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    QuestionBody {
        call: question.call.to_string(),
        queue: question.queue.as_str(),
        caller: question.caller.number.as_deref(),
        called: &question.called,
        language: &question.language,
        waited_ms: millis(question.waited),
        position: question.position,
        budget_ms: millis(question.budget),
        candidates: &question.candidates,
    }
}

fn read(reply: &Reply) -> RouteReply {
    match reply.status {
        200 => answer(&reply.body).unwrap_or_else(|cause| RouteReply::Failed(cause.to_owned())),
        204 => RouteReply::LeftToUs,
        status => RouteReply::Failed(format!("http_{status}")),
    }
}

fn answer(body: &[u8]) -> Result<RouteReply, &'static str> {
    let AnswerBody { agents, priority } = serde_json::from_slice(body).map_err(|_| "not_json")?;
    if agents.len() > AGENTS_MAX {
        return Err("too_many_agents");
    }
    let is_login = |login: &String| {
        !login.is_empty() && login.len() <= LOGIN_MAX && !login.chars().any(char::is_control)
    };
    if !agents.iter().all(is_login) {
        return Err("bad_login");
    }
    if priority.is_some_and(|priority| priority > PRIORITY_MAX) {
        return Err("bad_priority");
    }
    if agents.is_empty() && priority.is_none() {
        return Ok(RouteReply::LeftToUs);
    }
    Ok(RouteReply::Named {
        logins: agents,
        priority,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b15_an_answer_is_read_whole_or_not_at_all() {
        let failed = |cause: &str| RouteReply::Failed(cause.into());
        let named = |logins: &[&str], priority| RouteReply::Named {
            logins: logins.iter().map(|login| (*login).to_owned()).collect(),
            priority,
        };
        let many = format!(r#"{{"agents":{:?}}}"#, vec!["1001"; 65]);
        let long = format!(r#"{{"agents":["{}"]}}"#, "x".repeat(65));
        for (status, body, expected) in [
            (
                200,
                r#"{"agents":["1002","1001"]}"#,
                named(&["1002", "1001"], None),
            ),
            (
                200,
                r#"{"agents":["1002"],"priority":3,"more":1}"#,
                named(&["1002"], Some(3)),
            ),
            (200, r#"{"priority":9}"#, named(&[], Some(9))),
            (200, r#"{"agents":[]}"#, RouteReply::LeftToUs),
            (204, "", RouteReply::LeftToUs),
            (200, "", failed("not_json")),
            (200, "<html>", failed("not_json")),
            (200, r#"{"agents":"1002"}"#, failed("not_json")),
            (200, r#"{"agents":["1\u00002"]}"#, failed("bad_login")),
            (200, r#"{"agents":[""]}"#, failed("bad_login")),
            (200, r#"{"priority":10}"#, failed("bad_priority")),
            (200, &many, failed("too_many_agents")),
            (200, &long, failed("bad_login")),
            (500, r#"{"agents":["1002"]}"#, failed("http_500")),
            (404, "", failed("http_404")),
        ] {
            let body = body.as_bytes().to_vec();
            assert_eq!(read(&Reply { status, body }), expected, "{status}");
        }
    }
}
