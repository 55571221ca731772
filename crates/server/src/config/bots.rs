//! `config/bots.toml`: services that talk with callers over a WebSocket (E24).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::time::Duration;

use connectors::Target;
use connectors::bot::Service;
use connectors::http::TargetError;
use ivr::{Diagnostic, told};
use serde::Deserialize;
use toml::Spanned;

use super::cause::Cause;
use super::document::Document;
use super::report::Report;
use super::settings::Header;

/// Calls that a bot may talk with at one time, at most and unless it is said.
const CALLS_MAX: u32 = 1_000;
const CALLS: u32 = 20;
/// How long it may take to answer the call, and how long it may show no sign of life.
const CONNECT_MS: std::ops::RangeInclusive<u64> = 100..=10_000;
const ALIVE_S: std::ops::RangeInclusive<u64> = 3..=60;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    bot: BTreeMap<Spanned<String>, Section>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    url: Spanned<String>,
    #[serde(default)]
    headers: BTreeMap<String, Spanned<Header>>,
    max_calls: Option<Spanned<u32>>,
    connect_ms: Option<Spanned<u64>>,
    alive_s: Option<Spanned<u64>>,
}

/// A bot as the house calls it.
#[derive(Clone)]
pub(crate) struct Bot {
    pub(crate) service: Service,
    /// Calls that it may talk with at one time.
    pub(crate) calls_max: u32,
}

// S22: of its headers nothing is shown.
impl fmt::Debug for Bot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bot")
            .field("target", &self.service.target)
            .field("calls_max", &self.calls_max)
            .finish_non_exhaustive()
    }
}

/// All bots, by name.
pub(crate) type Bots = BTreeMap<String, Bot>;

/// What they are read among.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    /// Hosts within the house that may be asked (S20).
    pub(crate) private_hosts: &'a BTreeSet<String>,
    /// The folder of the configuration.
    pub(crate) dir: &'a Path,
}

/// Reads them all.
pub(crate) fn read(document: &Document, given: Given<'_>) -> Result<Bots, Vec<Diagnostic>> {
    let file: File = document.parse().map_err(|error| vec![error])?;
    let mut report = Report::new(document);
    let mut bots = Bots::new();
    for (name, section) in &file.bot {
        let named = report.is_name(name);
        if let (Some(()), Some(bot)) = (named, bot(section, given, &mut report)) {
            bots.insert(name.get_ref().clone(), bot);
        }
    }
    let wrong = report.finish();
    if wrong.is_empty() {
        Ok(bots)
    } else {
        Err(wrong)
    }
}

fn bot(section: &Section, given: Given<'_>, report: &mut Report<'_>) -> Option<Bot> {
    let target = target(&section.url, given, report);
    let headers = section
        .headers
        .iter()
        .map(|(name, value)| header(name, value, given, report));
    let headers: Vec<Option<(String, String)>> = headers.collect();
    let calls_max = section.max_calls.as_ref();
    let calls_max = within("max_calls", calls_max, CALLS, &(1..=CALLS_MAX), report);
    let connect = section.connect_ms.as_ref();
    let connect = within("connect_ms", connect, 3_000, &CONNECT_MS, report);
    let alive = within("alive_s", section.alive_s.as_ref(), 10, &ALIVE_S, report);
    Some(Bot {
        service: Service {
            target: target?,
            headers: headers.into_iter().collect::<Option<_>>()?,
            connect: Duration::from_millis(connect?),
            alive: Duration::from_secs(alive?),
        },
        calls_max: calls_max?,
    })
}

/// RFC 6455 §3: `ws` is opened as `http` is, `wss` as `https`.
fn target(url: &Spanned<String>, given: Given<'_>, report: &mut Report<'_>) -> Option<Target> {
    let rest = url.get_ref().strip_prefix("ws");
    let rest = rest.filter(|it| it.starts_with("://") || it.starts_with("s://"));
    let target = rest
        .ok_or_else(|| TargetError::NotHttp(url.get_ref().clone()))
        .and_then(|rest| Target::new(&format!("http{rest}"), given.private_hosts, None));
    match target {
        Ok(target) => Some(target),
        Err(error) => {
            mistaken(url, &error, report);
            None
        }
    }
}

/// Tells what is wrong with an address. It is not repeated: it may hold a password (S22).
fn mistaken(url: &Spanned<String>, error: &TargetError, report: &mut Report<'_>) {
    let (message, help) = match error {
        TargetError::NotHttp(_) => {
            let message = told!("no address of a WebSocket", "不是 WebSocket 地址");
            let help = told!(
                "write wss:// and a host, such as \"wss://bots.example/helper\"; ws:// for a host of `outgoing.private_hosts`",
                "请写 wss:// 和主机名，如 \"wss://bots.example/helper\"；`outgoing.private_hosts` 中的主机可用 ws://"
            );
            (message, Some(help))
        }
        TargetError::InTheOpen(host) => {
            let message = told!(
                "`{host}` is spoken to in the open: use wss, or name the host in `outgoing.private_hosts`",
                "与 `{host}` 的通话未加密：请用 wss，或把主机写入 `outgoing.private_hosts`"
            );
            (message, None)
        }
        TargetError::Private(_) => (error.told(), None),
        TargetError::Credentials => {
            let message = told!("a URL with a user name or a password", "URL 含用户名或密码");
            let help = told!(
                "send them as a header: headers = {{ Authorization = {{ env = \"NAME\" }} }}",
                "请放入请求头：headers = {{ Authorization = {{ env = \"NAME\" }} }}"
            );
            (message, Some(help))
        }
    };
    report.error(url, message, help);
}

fn header(
    name: &str,
    value: &Spanned<Header>,
    given: Given<'_>,
    report: &mut Report<'_>,
) -> Option<(String, String)> {
    let text = match value.get_ref() {
        Header::Text(text) => text.clone(),
        Header::Secret(source) => match source.reveal(given.dir) {
            Ok(secret) => secret,
            Err(why) => {
                report.error(value, why, None);
                return None;
            }
        },
    };
    let framing = [
        "connection",
        "upgrade",
        "host",
        "content-length",
        "transfer-encoding",
    ];
    let lower = name.to_ascii_lowercase();
    let is_ours = framing.contains(&lower.as_str()) || lower.starts_with("sec-websocket-");
    if is_ours || !connectors::http::is_header(name, &text) {
        let message = told!(
            "`{name}` is no header field that a bot can be sent",
            "`{name}` 不是可以发给机器人的请求头"
        );
        report.error(value, message, None);
        return None;
    }
    Some((name.to_owned(), text))
}

/// A figure within its bounds, or what holds without it.
fn within<T: Copy + PartialOrd + fmt::Display>(
    key: &str,
    given: Option<&Spanned<T>>,
    without: T,
    bounds: &std::ops::RangeInclusive<T>,
    report: &mut Report<'_>,
) -> Option<T> {
    let Some(given) = given else {
        return Some(without);
    };
    let figure = *given.get_ref();
    if bounds.contains(&figure) {
        return Some(figure);
    }
    let (least, most) = (bounds.start(), bounds.end());
    let message = told!(
        "`{key}` is {figure}; expected {least} to {most}",
        "`{key}` 是 {figure}；应为 {least} 到 {most}"
    );
    report.error(given, message, None);
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::said;

    fn told(text: &str) -> Vec<String> {
        let document = Document {
            file: "b.toml".into(),
            text: text.into(),
        };
        let private_hosts = BTreeSet::from(["bots.lan".to_owned()]);
        let given = Given {
            private_hosts: &private_hosts,
            dir: Path::new("/etc/trunkline"),
        };
        match read(&document, given) {
            Ok(bots) => vec![format!("{:?}", bots.keys())],
            Err(wrong) => said::lines(&wrong),
        }
    }

    #[test]
    fn e24_bots_are_read_and_mistakes_told() {
        let rows = [
            ("", "[]"),
            ("[bot.a]\nurl = \"wss://bots.example/a\"", "[\"a\"]"),
            (
                "[bot.a]\nurl = \"ws://bots.lan:9/a\"\nheaders = { A = \"b\" }\nmax_calls = 1\nconnect_ms = 100\nalive_s = 3",
                "[\"a\"]",
            ),
            (
                "[bot.a]\nurl = \"https://bots.example/a\"",
                "b.toml:2:7: error: no address of a WebSocket\n  help: write wss:// and a host",
            ),
            (
                "[bot.a]\nurl = \"ws://bots.example/a\"",
                "b.toml:2:7: error: `bots.example` is spoken to in the open: use wss, or name the host in `outgoing.private_hosts`",
            ),
            (
                "[bot.a]\nurl = \"wss://10.0.0.1/a\"",
                "b.toml:2:7: error: `10.0.0.1` is no public address",
            ),
            (
                "[bot.a]\nurl = \"wss://:443/http\"",
                "b.toml:2:7: error: no address of a WebSocket\n",
            ),
            (
                "[bot.a]\nurl = \"ws://http.example/a\"",
                "b.toml:2:7: error: `http.example` is spoken to in the open",
            ),
            (
                "[bot.a]\nurl = \"wss://me:hush@bots.example/a\"",
                "b.toml:2:7: error: a URL with a user name or a password\n  help: send them as a header: headers = { Authorization = ",
            ),
            (
                "[bot.\"a b\"]\nurl = \"wss://bots.example/a\"",
                "b.toml:1:6: error: a name has 1 to 64 letters",
            ),
            (
                "[bot.a]\nurl = \"wss://bots.example/a\"\nheaders = { Content-Length = \"9\" }",
                "b.toml:3:30: error: `Content-Length` is no header field that a bot can be sent",
            ),
            (
                "[bot.a]\nurl = \"wss://bots.example/a\"\nheaders = { Upgrade = \"x\" }",
                "b.toml:3:23: error: `Upgrade` is no header field that a bot can be sent",
            ),
            (
                "[bot.a]\nurl = \"wss://bots.example/a\"\nheaders = { A = { env = \"TRUNKLINE_UNSET\" } }",
                "b.toml:3:17: error: the environment has no variable `TRUNKLINE_UNSET`",
            ),
            (
                "[bot.a]\nurl = \"wss://bots.example/a\"\nmax_calls = 0",
                "b.toml:3:13: error: `max_calls` is 0; expected 1 to 1000",
            ),
            (
                "[bot.a]\nurl = \"wss://bots.example/a\"\nmax_call = 1",
                "b.toml:3:1: error: unknown field `max_call`",
            ),
        ];
        for (text, expected) in rows {
            let told = told(text);
            assert!(told[0].starts_with(expected), "{told:?}\n{expected}");
            assert!(!told[0].contains("hush"), "S22: {told:?}");
        }
    }

    #[test]
    fn s22_the_headers_of_a_bot_are_shown_nowhere() {
        let document = Document {
            file: "b.toml".into(),
            text: "[bot.a]\nurl = \"wss://bots.example/a\"\nheaders = { A = \"hush\" }".into(),
        };
        let given = Given {
            private_hosts: &BTreeSet::new(),
            dir: Path::new("."),
        };
        let bots = read(&document, given).unwrap();
        assert_eq!(bots["a"].service.headers[0].1, "hush");
        assert!(!format!("{bots:?}").contains("hush"));
    }
}
