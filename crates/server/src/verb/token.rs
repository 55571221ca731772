//! `trunkline token`: bearer tokens, which act with the rights of an agent, or a part of them.

use ivr::{Told, told};
use model::{DAY_MS, Timestamp};
use serde_json::json;
use store::{ApiToken, Database, NewApiToken, Scopes, UnknownScope};
use ticket::Actor;

use super::agent::no_agent;
use super::{block_on, by_fault, now, open_store};
use crate::Failure;
use crate::cli::TokenVerb;
use crate::config::Source;

/// Runs the verb.
pub(crate) fn run(source: &Source, verb: TokenVerb, json: bool) -> Result<(), Failure> {
    block_on(async {
        let (_, database) = open_store(source).await?;
        let done = match verb {
            TokenVerb::Add {
                name,
                login,
                scopes,
                days,
            } => add(&database, name, &login, &scopes, days).await,
            TokenVerb::List => list(&database, json).await,
            TokenVerb::Revoke { name } => {
                let gone = database.delete_api_token(&name, Actor::System, now());
                gone.await.map_err(by_fault)
            }
        };
        database.close().await;
        done
    })
}

async fn add(
    database: &Database,
    name: String,
    login: &str,
    scopes: &[String],
    days: Option<u32>,
) -> Result<(), Failure> {
    let agent = database.agent_by_login(login).await.map_err(by_fault)?;
    let agent = agent.ok_or_else(|| no_agent(login))?;
    let scopes = scopes_of(scopes).map_err(Failure::Refused)?;
    let now = now();
    let ends = |days| Timestamp::from_ms(now.as_ms().saturating_add(i64::from(days) * DAY_MS));
    let new = NewApiToken {
        name,
        agent: agent.id,
        scopes,
        expires_at: days.map(ends),
    };
    let made = database.create_api_token(new, Actor::System, now);
    let (token, _) = made.await.map_err(by_fault)?;
    println!("{}", token.expose());
    Ok(())
}

/// J1: nobody gives all that somebody may without saying so.
fn scopes_of(words: &[String]) -> Result<Scopes, Told> {
    let all = UnknownScope::all();
    if words.is_empty() {
        return Err(told!(
            "say what the token may do: `--scope '*'` for all that its agent may, or a list of {all}",
            "请说明令牌的权限范围：`--scope '*'` 为其坐席的全部权限，或从以下选取：{all}"
        ));
    }
    let scopes = Scopes::of(words.iter().map(String::as_str));
    scopes.map_err(|UnknownScope { word }| {
        told!(
            "there is no scope `{word}`: expected `*` or one of {all}",
            "没有权限范围 `{word}`：应为 `*` 或以下之一：{all}"
        )
    })
}

async fn list(database: &Database, json: bool) -> Result<(), Failure> {
    for token in database.api_tokens().await.map_err(by_fault)? {
        println!("{}", if json { record(&token) } else { line(&token) });
    }
    Ok(())
}

fn record(token: &ApiToken) -> String {
    json!({
        "name": token.name, "agent": token.agent, "scopes": token.scopes.words(), "created_at": token.created_at,
        "expires_at": token.expires_at, "last_used_at": token.last_used_at,
    })
    .to_string()
}

fn line(token: &ApiToken) -> String {
    let told = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), |at| at.to_string());
    format!(
        "{:<24} agent {}  {}  used {}  ends {}",
        token.name,
        token.agent,
        token.scopes,
        told(token.last_used_at),
        told(token.expires_at)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn j1_a_token_is_given_no_scope_in_silence() {
        for words in [&[][..], &["house:read".to_owned()]] {
            let told = scopes_of(words).unwrap_err();
            assert!(told.is_said_alike(), "{told:?}");
            assert!(told.zh.contains("tickets:read"), "{told:?}");
        }
        assert_eq!(scopes_of(&["*".to_owned()]), Ok(Scopes::All));
    }
}
