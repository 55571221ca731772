//! Look-ups of scripts over HTTP (E11): one question, tried as often as it says, and of the JSON answer what it wants.
//!
//! An answer is read whole or not at all: a value that is not there, or of another type, makes all of it bad.

use std::collections::BTreeMap;

use ivr::{Answer, HttpQuestion, Number, Type, Value, Wanted};

use crate::http::{Asking, BODY_MAX, Failure, HttpClient, JSON, Reply, Target};

/// The longest text that is taken, in characters.
const TEXT_MAX: usize = 1_000;

/// Asks. `headers` are the question's, with their secrets.
pub async fn ask(
    client: &HttpClient,
    target: &Target,
    question: &HttpQuestion,
    headers: Vec<(String, String)>,
) -> Answer {
    let asking = Asking {
        method: question.method.name(),
        headers,
        body: question
            .body
            .as_ref()
            .map(|body| (JSON.to_owned(), json(body))),
        answer_bytes_max: BODY_MAX,
    };
    let mut answer = Answer::NoAnswer("no try".to_owned());
    for _ in 0..question.tries {
        let asked = client.ask(target, asking.clone(), question.timeout).await;
        answer = match asked {
            Ok(reply) => read(&reply, &question.wanted),
            Err(failure @ (Failure::Timeout | Failure::Unreachable)) => {
                Answer::NoAnswer(failure.name().to_owned())
            }
            Err(
                failure @ (Failure::Redirect
                | Failure::TooLarge
                | Failure::BadHeader
                | Failure::Refused),
            ) => Answer::Bad(failure.name().to_owned()),
        };
        if !matches!(answer, Answer::NoAnswer(_)) {
            break;
        }
    }
    answer
}

/// The members of an object.
fn json(body: &BTreeMap<String, Value>) -> Vec<u8> {
    let members = body.iter();
    let members = members.map(|(name, value)| {
        let value = match value {
            Value::Text(text) => serde_json::Value::String(text.clone()),
            // Its own digits: a number of ours is a number of JSON.
            Value::Number(number) => serde_json::from_str(&number.to_string()).unwrap_or_default(),
            Value::Truth(truth) => serde_json::Value::Bool(*truth),
        };
        (name.clone(), value)
    });
    let object: serde_json::Map<_, _> = members.collect();
    serde_json::Value::Object(object).to_string().into_bytes()
}

fn read(reply: &Reply, wanted: &BTreeMap<String, Wanted>) -> Answer {
    match reply.status {
        200..=299 if wanted.is_empty() => Answer::Found(BTreeMap::new()),
        200..=299 => take(&reply.body, wanted).unwrap_or_else(Answer::Bad),
        404 | 410 => Answer::Missing,
        status => Answer::Bad(format!("http_{status}")),
    }
}

fn take(body: &[u8], wanted: &BTreeMap<String, Wanted>) -> Result<Answer, String> {
    let document = serde_json::from_slice(body).map_err(|_| "not_json".to_owned())?;
    taken(&document, wanted).map(Answer::Found)
}

/// What is wanted of a document, by the variable that takes each; why not, when it is not there or of another type.
pub(crate) fn taken(
    document: &serde_json::Value,
    wanted: &BTreeMap<String, Wanted>,
) -> Result<BTreeMap<String, Value>, String> {
    let values = wanted.iter().map(|(variable, wanted)| {
        let there = document.pointer(&wanted.at);
        let value = there.and_then(|value| typed(value, wanted.kind));
        let value = value.ok_or_else(|| format!("no {} at {}", wanted.kind, wanted.at))?;
        Ok((variable.clone(), value))
    });
    values.collect()
}

/// A JSON value as a script's. A figure may be a text: a case number that is written without quotes is one.
fn typed(value: &serde_json::Value, kind: Type) -> Option<Value> {
    match (kind, value) {
        (Type::Text, serde_json::Value::String(text)) => {
            (text.chars().count() <= TEXT_MAX).then(|| Value::Text(text.clone()))
        }
        // One with more digits than a number of JSON keeps would come out as another.
        (Type::Text, serde_json::Value::Number(number)) => {
            let text = number.to_string();
            let is_whole = number.is_i64() || number.is_u64();
            (is_whole || Number::parse(&text).is_some()).then_some(Value::Text(text))
        }
        (Type::Number, serde_json::Value::Number(number)) => {
            Number::parse(&number.to_string()).map(Value::Number)
        }
        (Type::Number, serde_json::Value::String(text)) => Number::parse(text).map(Value::Number),
        (Type::Truth, serde_json::Value::Bool(truth)) => Some(Value::Truth(*truth)),
        (Type::Text | Type::Number | Type::Truth, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(at: &str, kind: Type) -> BTreeMap<String, Wanted> {
        let at = at.to_owned();
        BTreeMap::from([("x".to_owned(), Wanted { at, kind })])
    }

    #[test]
    fn e11_an_answer_is_read_whole_or_not_at_all() {
        let body = r#"{"a":{"s":"\u5df2","n":12.5,"i":7,"t":true,"z":null,"f":1.234,"m":"3.10"},"l":[5],"big":123456789012345678901}"#;
        let table = [
            (200, "/a/s", Type::Text, Ok("已")),
            (201, "/a/n", Type::Number, Ok("12.50")),
            (200, "/a/m", Type::Number, Ok("3.10")),
            (200, "/a/i", Type::Text, Ok("7")),
            (200, "/a/t", Type::Truth, Ok("true")),
            (200, "/l/0", Type::Number, Ok("5")),
            (200, "/big", Type::Text, Err("no text at /big")),
            (200, "/a/z", Type::Text, Err("no text at /a/z")),
            (200, "/a/s", Type::Number, Err("no number at /a/s")),
            (200, "/a/f", Type::Number, Err("no number at /a/f")),
            (200, "/a", Type::Text, Err("no text at /a")),
            (200, "/none", Type::Text, Err("no text at /none")),
            (404, "/a/s", Type::Text, Err("missing")),
            (410, "/a/s", Type::Text, Err("missing")),
            (500, "/a/s", Type::Text, Err("http_500")),
        ];
        for (status, at, kind, expected) in table {
            let reply = Reply {
                status,
                body: body.into(),
            };
            let found = match read(&reply, &wanted(at, kind)) {
                Answer::Found(values) => Ok(values["x"].to_string()),
                Answer::Missing => Err("missing".to_owned()),
                Answer::Bad(why) | Answer::NoAnswer(why) => Err(why),
            };
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(found, expected, "{status} {at}");
        }
        let page = Reply {
            status: 200,
            body: "<html>".into(),
        };
        assert_eq!(
            read(&page, &wanted("/a", Type::Text)),
            Answer::Bad("not_json".to_owned())
        );
        let nothing = BTreeMap::new();
        assert_eq!(
            read(&page, &nothing),
            Answer::Found(BTreeMap::new()),
            "whose body nobody wants is found all the same"
        );
    }

    #[test]
    fn s21_a_body_is_json_whatever_is_in_it() {
        let text = "\"},{\"a\":1\n键";
        let body = BTreeMap::from([
            (
                "n".to_owned(),
                Value::Number(Number::parse("-0.50").unwrap()),
            ),
            ("s".to_owned(), Value::Text(text.to_owned())),
            ("t".to_owned(), Value::Truth(false)),
        ]);
        let read: serde_json::Value = serde_json::from_slice(&json(&body)).unwrap();
        assert_eq!(read["s"], text);
        assert_eq!(read["t"], false);
        assert_eq!(read["n"].to_string(), "-0.5");
        assert_eq!(read.as_object().unwrap().len(), 3);
    }
}
