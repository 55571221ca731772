//! `trunkline sip`: looks into the signalling of the running server of this configuration, through its own API.
//!
//! The verb makes itself a token in the store, which it may open as well as the server, and takes it back at the end; it ends
//! by itself a minute later.

mod ladder;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ivr::told;
use model::{AgentId, Timestamp};
use serde_json::Value;
use store::{AgentRecord, Database, NewApiToken, Role, Scope, Scopes};
use ticket::Actor;
use web::client::{Client, ClientError};

use super::{block_on, by_fault, now, open_store};
use crate::Failure;
use crate::cli::SipVerb;
use crate::config::Source;

/// How long the token of a verb lasts at most.
const TOKEN_MS: i64 = 60_000;
/// Rows of a page.
const LIMIT: u32 = 200;

/// Runs the verb.
pub(crate) fn run(source: &Source, verb: SipVerb, json: bool) -> Result<(), Failure> {
    block_on(async {
        match verb {
            SipVerb::Trace { call, full } => {
                let call = call_of(&call)?;
                let trace = read(source, |api| async move {
                    api.get(&format!("/v1/calls/{call}/trace")).await
                })
                .await?;
                if json {
                    println!("{trace}");
                } else {
                    print!("{}", ladder::drawn(&trace, full));
                }
            }
            SipVerb::Blocked => {
                let rows = read(
                    source,
                    |api| async move { api.all("/v1/sip/blocked").await },
                )
                .await?;
                if json {
                    println!("{}", Value::Array(rows));
                } else {
                    print!("{}", table(&rows));
                }
            }
        }
        Ok(())
    })
}

/// The call that somebody typed.
pub(super) fn call_of(text: &str) -> Result<model::CallId, Failure> {
    text.parse().map_err(|_| {
        Failure::Refused(told!(
            "`{text}` is no call: expected a number, as in /v1/calls",
            "`{text}` 不是通话：应为编号，见 /v1/calls"
        ))
    })
}

/// The API of the running server, with a token of our own.
pub(super) struct Api(Client);

impl Api {
    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        let (status, body) = self.0.get(path).await.map_err(unanswered)?;
        let body: Value = serde_json::from_slice(&body)
            .map_err(|error| Failure::System(anyhow::anyhow!("the server's answer: {error}")))?;
        if status == 200 {
            return Ok(body);
        }
        let word = |key: &str| {
            body.get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let (title, detail) = (word("title"), word("detail"));
        let said = if detail.is_empty() {
            title
        } else {
            format!("{title}: {detail}")
        };
        Err(Failure::Refused(told!("{said}", "服务器拒绝：{said}")))
    }

    /// All pages of a list.
    async fn all(&self, path: &str) -> Result<Vec<Value>, Failure> {
        let mut rows = Vec::new();
        let mut after = String::new();
        loop {
            let mut page = self.get(&format!("{path}?limit={LIMIT}{after}")).await?;
            if let Some(Value::Array(items)) = page.get_mut("items").map(Value::take) {
                rows.extend(items);
            }
            match page.get("next").and_then(Value::as_str) {
                Some(next) => after = format!("&after={}", escaped(next)),
                None => return Ok(rows),
            }
        }
    }
}

/// Percent-encoded (RFC 3986 §2.1).
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte));
            }
            byte => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

fn unanswered(error: ClientError) -> Failure {
    let error = anyhow::Error::new(error);
    Failure::System(error.context("the server of this configuration does not answer; does `trunkline serve` run, with the same --config and --set?"))
}

pub(super) async fn read<T, F>(source: &Source, work: impl FnOnce(Api) -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let (settings, database) = open_store(source).await?;
    let done = async {
        let reader = reader(&database).await?;
        let name = format!("trunkline {} {}", std::process::id(), now().as_ms());
        let ends = Timestamp::from_ms(now().as_ms().saturating_add(TOKEN_MS));
        let wanted = NewApiToken {
            name: name.clone(),
            agent: reader,
            scopes: Scopes::Some([Scope::CallsRead, Scope::SignallingRead].into()),
            expires_at: Some(ends),
        };
        let token = database
            .create_api_token(wanted, Actor::System, now())
            .await;
        let api = Api(Client {
            address: reachable(settings.http.listen),
            certificate: source.pages_certificate(&settings)?,
            token: token.map_err(by_fault)?.0,
        });
        let done = work(api).await;
        if let Err(error) = database.delete_api_token(&name, Actor::System, now()).await {
            tracing::debug!(%error, "the verb's token ends by itself");
        }
        done
    }
    .await;
    database.close().await;
    done
}

/// Somebody who may look: the token acts for him.
async fn reader(database: &Database) -> Result<AgentId, Failure> {
    let agents = database.agents().await.map_err(by_fault)?;
    let with = |role: Role| {
        let may = move |agent: &&AgentRecord| agent.is_active && agent.roles.contains(&role);
        agents.iter().find(may)
    };
    let found = with(Role::Admin).or_else(|| with(Role::Supervisor));
    found.map(|agent| agent.id).ok_or_else(|| {
        Failure::Refused(told!(
            "nobody here may look: add an admin with `trunkline agent add LOGIN --name NAME --roles admin`",
            "这里无人有权查看：请用 `trunkline agent add LOGIN --name NAME --roles admin` 添加管理员"
        ))
    })
}

/// A listener on all addresses is asked on loopback.
fn reachable(listener: SocketAddr) -> SocketAddr {
    let ip = match listener.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V4(_) | IpAddr::V6(_) => listener.ip(),
    };
    SocketAddr::new(ip, listener.port())
}

fn table(rows: &[Value]) -> String {
    let mut table = format!(
        "{:<24} {:>8} {:<32} {:<24} {:<10} USER-AGENT\n",
        "LAST", "COUNT", "SOURCE", "CAUSE", "METHOD"
    );
    for row in rows {
        let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or("-");
        let count = row.get("count").and_then(Value::as_u64).unwrap_or(0);
        table.push_str(&format!(
            "{:<24} {count:>8} {:<32} {:<24} {:<10} {}\n",
            text("last_at"),
            text("source"),
            text("cause"),
            text("method"),
            text("user_agent")
        ));
    }
    if rows.is_empty() {
        table.push_str("nothing was refused since the start\n");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_whole_through_a_query() {
        assert_eq!(
            escaped("18446 2001:db8:: a&b=王"),
            "18446%202001%3Adb8%3A%3A%20a%26b%3D%E7%8E%8B"
        );
    }

    #[test]
    fn the_table_holds_what_the_api_tells() {
        let row = serde_json::json!({ "last_at": "2026-11-18T11:06:40.000Z", "count": 7, "source": "192.0.2.1",
            "cause": "wrong password", "method": null, "user_agent": "scanner" });
        let table = table(&[row]);
        let line = table.lines().nth(1).unwrap();
        let words: Vec<_> = line.split_whitespace().collect();
        let expected = [
            "2026-11-18T11:06:40.000Z",
            "7",
            "192.0.2.1",
            "wrong",
            "password",
            "-",
            "scanner",
        ];
        assert_eq!(words, expected);
    }
}
