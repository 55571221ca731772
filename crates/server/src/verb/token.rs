//! `trunkline token`: bearer tokens, which act with the rights of an agent.

use serde_json::json;

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
            TokenVerb::Add { name, login } => {
                let agent = database
                    .agent_by_login(&login)
                    .await
                    .map_err(by_fault)?
                    .ok_or_else(|| no_agent(&login))?;
                let token = database
                    .create_api_token(&name, agent.id, now(), None)
                    .await
                    .map_err(by_fault)?;
                println!("{}", token.expose());
                Ok(())
            }
            TokenVerb::List => {
                for token in database.api_tokens().await.map_err(by_fault)? {
                    if json {
                        println!("{}", json!({ "name": token.name, "agent": token.agent }));
                    } else {
                        println!("{:<24} agent {}", token.name, token.agent);
                    }
                }
                Ok(())
            }
            TokenVerb::Revoke { name } => database.delete_api_token(&name).await.map_err(by_fault),
        };
        database.close().await;
        done
    })
}
