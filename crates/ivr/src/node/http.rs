//! `http` (HTTP 查询): asks a service of the business while the caller waits (E11).
//!
//! Three ways out that must be named: an answer, one that cannot be used, none. Nothing is waited for without an end, and
//! what the caller keyed in is data: percent-encoded in the URL, a member of a JSON object in the body (S21). Which hosts
//! may be asked is the shell's to say (S20); the host stands in the script itself.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Kind, Node};
use crate::ask::{Answer, HeaderValue, HttpQuestion, Method, Question, Wanted};
use crate::claim::{Assigned, Claims, Origin, ReferenceKind};
use crate::expression::Expression;
use crate::look_up::Exits;
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::{Header, Section, Taken};
use crate::step::{Event, Outcome, Step};
use crate::template::{Template, header_text, percent_encode};
use crate::told;

pub(super) const KIND: Kind = Kind {
    name: "http",
    says: Words {
        en: "Asks a service over HTTP. The caller hears music if it takes longer than 0.7 s.",
        zh: "HTTP 查询，超过 0.7 秒播放等待音乐",
    },
    keys: &[
        row(
            "url",
            Form::Url,
            Need::Required,
            "Where. What stands in braces is an expression and is percent-encoded; the host is written out. `https`, unless \
             `outgoing.private_hosts` of `trunkline.toml` names the host.",
            "地址",
        ),
        row(
            "method",
            Form::Word(Method::NAMES),
            Need::Default("GET"),
            "How.",
            "方法",
        ),
        row(
            "headers",
            Form::Headers,
            Need::Optional,
            "Texts with expressions in braces, or secrets: `{ env = \"NAME\" }`, `{ file = \"PATH\" }`.",
            "请求头",
        ),
        row(
            "body",
            Form::Values,
            Need::Optional,
            "The members of a JSON object, each an expression. Not with GET.",
            "请求体（JSON 对象）",
        ),
        row(
            "timeout_ms",
            Form::Whole {
                min: 100,
                max: 20_000,
            },
            Need::Default("2000"),
            "How long a try may take.",
            "超时毫秒数",
        ),
        row(
            "retries",
            Form::Whole { min: 0, max: 3 },
            Need::Default("0"),
            "How often it is tried again when no answer came. GET alone: nothing is handed in twice.",
            "重试次数",
        ),
        row(
            "into",
            Form::Wanted,
            Need::Optional,
            "Variables with places in the JSON answer (RFC 6901): text, `number` or `truth`. One that is not there, or of \
             another type, makes the answer `bad`.",
            "存入的变量",
        ),
        row(
            "ok",
            Form::Node,
            Need::Required,
            "Status 2xx, and all that is wanted is there.",
            "查询成功",
        ),
        row(
            "missing",
            Form::Node,
            Need::SameAs("bad"),
            "Status 404 or 410: there is no such thing.",
            "查无结果",
        ),
        row(
            "bad",
            Form::Node,
            Need::Required,
            "An answer that cannot be used: another status, a redirect, no JSON, more than 16 KiB.",
            "应答无效",
        ),
        row(
            "none",
            Form::Node,
            Need::Required,
            "No answer in time, or nobody there.",
            "无应答",
        ),
    ],
    example: "[http.progress]\nurl = \"https://cases.example/api/cases/{case_no}?lang={language}\"\nmethod = \"POST\"\n\
              headers = { Accept-Language = \"{language}\", Authorization = { env = \"CASES_TOKEN\" } }\n\
              body = { caller = \"caller.number\" }\ntimeout_ms = 1500\nretries = 0\n\
              into = { status = \"/case/status\", fee = { at = \"/case/fee\", type = \"number\" } }\n\
              ok = \"say_status\"\nmissing = \"no_such_case\"\nbad = \"agents\"\nnone = \"agents\"\n",
    read,
};

#[derive(Debug)]
struct Http {
    method: Method,
    url: Template,
    /// What the script itself says of it: scheme and host.
    service: Name,
    headers: Vec<(Name, Header)>,
    body: Vec<(Name, Expression)>,
    timeout: Duration,
    tries: u32,
    into: Vec<Taken>,
    exits: Exits,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let url = section.template("url");
    let url = url.and_then(|url| Ok((service(section, &url)?, url)));
    let method = section.chosen("method", &Method::ALL, Method::name);
    let headers = section.headers("headers");
    let body = section.named_expressions("body");
    let timeout = section.whole("timeout_ms");
    let retries = section.whole("retries");
    let into = section.taken("into");
    let exits = Exits::read(section, "ok", "missing", "bad", "none");
    let (method, body, retries) = (method?, body?, retries?);
    if method == Method::Get && !body.is_empty() {
        let place = section.place_of_key("body");
        let message = told!("GET has no body", "GET 请求没有正文");
        let help = told!(
            "write `method = \"POST\"`, or put it into the URL",
            "请写 `method = \"POST\"`，或放进网址"
        );
        return Err(section.report.error(place, message, Some(help)));
    }
    if method != Method::Get && retries > 0 {
        let place = section.place_of_key("retries");
        let message = told!(
            "{} is not tried again: it may have been done",
            "{} 不会重试：它可能已经执行",
            method.name()
        );
        return Err(section.report.error(place, message, None));
    }
    let (service, url) = url?;
    Ok(Box::new(Http {
        method,
        url,
        service,
        headers: headers?,
        body,
        timeout: Duration::from_millis(u64::from(timeout?)),
        tries: retries + 1,
        into: into?,
        exits: exits?,
    }))
}

/// Scheme and host, which no caller may choose (S20).
fn service(section: &mut Section<'_, '_>, url: &Template) -> Read<Name> {
    let beginning = url.beginning();
    let host = beginning
        .split_once("://")
        .and_then(|(scheme, rest)| {
            let end = rest.find(['/', '?', '#']);
            let whole = end.or((url.expressions().next().is_none()).then_some(rest.len()))?;
            Some((scheme, rest.get(..whole)?))
        })
        .filter(|(scheme, host)| matches!(*scheme, "http" | "https") && !host.is_empty());
    let Some((scheme, host)) = host else {
        let message = told!(
            "a URL begins with https:// and a host, both written out",
            "网址以 https:// 和主机名开头，两者都须写明"
        );
        let help = told!(
            "expressions may stand behind the host: \"https://cases.example/{{case_no}}\"",
            "表达式可写在主机名之后：\"https://cases.example/{{case_no}}\""
        );
        return Err(section.report.error(url.place(), message, Some(help)));
    };
    Ok(Name {
        text: format!("{scheme}://{host}"),
        place: url.place(),
    })
}

impl Http {
    fn question(&self, visit: &Visit<'_>) -> Result<Question, String> {
        let value = |expression: &Expression| visit.evaluate(expression);
        let url = self.url.fill(value, percent_encode)?;
        let mut headers = Vec::with_capacity(self.headers.len());
        for (name, header) in &self.headers {
            let header = match header {
                Header::Text(text) => HeaderValue::Text(text.fill(value, header_text)?),
                Header::Secret(source, _) => HeaderValue::Secret(source.clone()),
            };
            headers.push((name.text.clone(), header));
        }
        let body = match (self.body.is_empty(), self.method) {
            (true, Method::Get | Method::Delete) => None,
            (_, _) => Some(visit.values(&self.body)?),
        };
        let wanted = self.into.iter().map(|taken| {
            let wanted = Wanted {
                at: taken.at.text.clone(),
                kind: taken.kind,
            };
            (taken.variable.text.clone(), wanted)
        });
        Ok(Question::Http(HttpQuestion {
            method: self.method,
            url,
            headers,
            body,
            timeout: self.timeout,
            tries: self.tries,
            wanted: wanted.collect::<BTreeMap<_, _>>(),
        }))
    }

    fn patience(&self) -> Duration {
        self.timeout * self.tries
    }
}

impl Node for Http {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.refers(ReferenceKind::Service, &self.service);
        let headers = self.headers.iter().map(|(_, header)| header);
        for header in headers {
            match header {
                Header::Text(text) => claims.reads_all(text.expressions()),
                Header::Secret(source, place) => claims.secrets.push((source, *place)),
            }
        }
        claims.reads_all(self.url.expressions());
        claims.reads_all(self.body.iter().map(|(_, expression)| expression));
        for taken in &self.into {
            claims.assigned.push(Assigned {
                name: &taken.variable,
                from: Origin::Input(taken.kind),
            });
        }
        let sets = self.into.iter().map(|taken| taken.variable.text.as_str());
        let patience = self.patience();
        self.exits
            .claim(claims, &self.service.text, patience, sets.collect());
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        match self.question(visit) {
            // RFC 3986 §5.2.4: such a part would be taken out, and one before it: another path than the script's.
            Ok(question) if question.has_dot_segment() => {
                let answer = Answer::Bad("a path with a dot for a part".to_owned());
                self.exits.leave(visit, &answer)
            }
            Ok(question) => Step::Ask {
                question,
                patience: self.patience(),
            },
            Err(reason) => Step::Fault(reason),
        }
    }

    fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        let Event::Outcome(Outcome::Answered(answer)) = event else {
            return Step::impossible(event);
        };
        self.exits.leave(visit, answer)
    }
}
