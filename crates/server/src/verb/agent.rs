//! `trunkline agent`: people, from the terminal. A running server notices within two seconds.

use std::collections::BTreeSet;
use std::io::Read;

use ivr::{Told, told};
use model::{Membership, QueueName, Skills, skill};
use serde_json::json;
use store::{Absence, AgentRecord, Database, NewAgent, Reach, Role};
use ticket::Actor;
use ticket::rules::GroupMembership;

use super::{block_on, by_fault, now, open_store};
use crate::Failure;
use crate::cli::AgentVerb;
use crate::config::Source;
use crate::config::cause::Cause;
use crate::people;

mod absent;
mod import;

/// Runs the verb.
pub(crate) fn run(source: &Source, verb: AgentVerb, json: bool) -> Result<(), Failure> {
    block_on(async {
        let (settings, database) = open_store(source).await?;
        let realm = settings.sip.realm;
        let done = match verb {
            AgentVerb::Add {
                login,
                name,
                queues,
                skills,
                roles,
                locale,
                password,
            } => {
                let row = Row {
                    login,
                    name,
                    password: password.unwrap_or_default(),
                    queues: memberships(&queues).map_err(Failure::Refused)?,
                    skills: skills_of(&skills).map_err(Failure::Refused)?,
                    roles: roles_of(&roles).map_err(Failure::Refused)?,
                    locale,
                };
                known_queues(source, &row.queues)?;
                add(&database, &realm, row).await
            }
            AgentVerb::List => list(&database, json).await,
            AgentVerb::Import { file } => import::import(source, &database, &realm, &file).await,
            AgentVerb::Passwd { login, password } => {
                passwd(&database, &realm, &login, password).await
            }
            AgentVerb::Reach { login, reach } => set_reach(&database, &login, &reach).await,
            AgentVerb::Absent {
                login,
                until,
                from,
                stand_in,
                back: _,
            } => {
                let said = absent::Said {
                    login,
                    until,
                    from,
                    stand_in,
                };
                absent::run(source, &database, said).await
            }
            AgentVerb::Outside { login, number } => {
                outside(source, &database, &login, number).await
            }
        };
        database.close().await;
        done
    })
}

/// One agent as the terminal or a file gives him.
struct Row {
    login: String,
    name: String,
    /// Empty: one is made.
    password: String,
    queues: Vec<Membership>,
    skills: Skills,
    roles: BTreeSet<Role>,
    locale: String,
}

async fn add(database: &Database, realm: &str, row: Row) -> Result<(), Failure> {
    let made = row.password.is_empty();
    let password = if made { make_password()? } else { row.password };
    let agent = NewAgent {
        password: people::password(&row.login, realm, &password)?,
        login: row.login,
        name: row.name,
        locale: row.locale,
        queues: row.queues,
        skills: row.skills,
        roles: row.roles,
    };
    let agent = database.add_agent(agent, now()).await.map_err(by_fault)?;
    println!("added {} ({})", agent.login, agent.name);
    if made {
        println!("password: {password}   (shown once)");
    }
    Ok(())
}

async fn list(database: &Database, json: bool) -> Result<(), Failure> {
    let agents = database.agents().await.map_err(by_fault)?;
    let mut listed = Vec::new();
    for agent in agents {
        let groups = database.groups_of(agent.id).await.map_err(by_fault)?;
        let absence = database.absence_of(agent.id, now()).await;
        listed.push((agent, groups, absence.map_err(by_fault)?));
    }
    if json {
        let agents = listed.iter();
        let agents = agents.map(|(agent, groups, absence)| as_json(agent, groups, *absence));
        println!("{}", serde_json::Value::Array(agents.collect()));
        return Ok(());
    }
    println!(
        "{:<12} {:<24} {:<24} {:<24} {:<6} ROLES",
        "LOGIN", "NAME", "QUEUES", "GROUPS", "REACH"
    );
    for (agent, groups, absence) in listed {
        let groups: Vec<String> = groups.iter().map(ToString::to_string).collect();
        let queues: Vec<String> = agent.queues.iter().map(Membership::to_string).collect();
        let roles: Vec<&str> = agent.roles.iter().map(role_word).collect();
        let inactive = if agent.is_active { "" } else { " (inactive)" };
        let away = match absence.filter(|it| it.from <= now()) {
            Some(_) => " (away)",
            None => "",
        };
        println!(
            "{:<12} {:<24} {:<24} {:<24} {:<6} {}{inactive}{away}",
            agent.login,
            agent.name,
            queues.join(","),
            groups.join(","),
            agent.reach.word(),
            roles.join(",")
        );
    }
    Ok(())
}

fn as_json(
    agent: &AgentRecord,
    groups: &[GroupMembership],
    absence: Option<Absence>,
) -> serde_json::Value {
    let absence =
        absence.map(|it| json!({ "from": it.from, "until": it.until, "stand_in": it.stand_in }));
    json!({
        "id": agent.id, "login": agent.login, "name": agent.name, "locale": agent.locale, "queues": agent.queues,
        "skills": agent.skills, "roles": agent.roles, "is_active": agent.is_active, "outside": agent.outside_number,
        "groups": groups, "absence": absence, "reach": agent.reach,
    })
}

/// Nobody has this login.
pub(super) fn no_agent(login: &str) -> Failure {
    Failure::Refused(told!("no agent {login}", "没有坐席 {login}"))
}

/// J1: how far his rights go.
async fn set_reach(database: &Database, login: &str, word: &str) -> Result<(), Failure> {
    let reach = reach_of(word).map_err(Failure::Refused)?;
    let agent = database.agent_by_login(login).await.map_err(by_fault)?;
    let agent = agent.ok_or_else(|| no_agent(login))?;
    let set = database.set_reach(agent.id, reach, None, Actor::System, now());
    set.await.map_err(by_fault)?;
    println!("{login} reaches {}", reach.word());
    Ok(())
}

fn reach_of(word: &str) -> Result<Reach, Told> {
    word.parse().map_err(|_| {
        told!(
            "no reach `{word}`; expected own, group, tree or all",
            "没有管辖范围 `{word}`；应为 own、group、tree 或 all"
        )
    })
}

/// C14: a number that the house may call, as it stands in the rules at this moment.
async fn outside(
    source: &Source,
    database: &Database,
    login: &str,
    number: Option<String>,
) -> Result<(), Failure> {
    let agent = database.agent_by_login(login).await.map_err(by_fault)?;
    let agent = agent.ok_or_else(|| no_agent(login))?;
    let number = number
        .map(|number| callable(source, &number))
        .transpose()
        .map_err(Failure::Refused)?;
    let told = match &number {
        Some(number) => format!("{login} is rung at {number} when no phone of his is registered"),
        None => format!("{login} has no number outside any more"),
    };
    database
        .set_outside_number(agent.id, number, now())
        .await
        .map_err(by_fault)?;
    println!("{told}");
    Ok(())
}

/// A number that dial rules let the house call for its callers, in its one spelling.
fn callable(source: &Source, number: &str) -> Result<String, Told> {
    let Ok(loaded) = source.load(1, None) else {
        return Err(told!(
            "the configuration has mistakes, so nobody knows what may be called; see `trunkline check`",
            "配置有错误，无从知道可以呼叫什么；见 `trunkline check`"
        ));
    };
    let config = loaded.engine;
    match config.dial.check_off_net(&config.plan, number) {
        Ok(number) => Ok(number.key),
        Err(denied) => Err(Told {
            en: format!("{number} cannot be called for an agent: {denied}"),
            zh: format!("不能为坐席呼叫 {number}：{}", denied.zh()),
        }),
    }
}

async fn passwd(
    database: &Database,
    realm: &str,
    login: &str,
    password: Option<String>,
) -> Result<(), Failure> {
    let password = match password {
        Some(password) => password,
        None => {
            let mut text = String::new();
            std::io::stdin()
                .take(1_024)
                .read_to_string(&mut text)
                .map_err(|error| Failure::System(error.into()))?;
            text.trim_end_matches(['\r', '\n']).to_owned()
        }
    };
    let agent = database
        .agent_by_login(login)
        .await
        .map_err(by_fault)?
        .ok_or_else(|| no_agent(login))?;
    let password = people::password(login, realm, &password)?;
    database
        .set_password(agent.id, password, now())
        .await
        .map_err(by_fault)?;
    println!("{login} has a new password; phones must use it from their next registration on");
    Ok(())
}

fn skills_of(texts: &[String]) -> Result<Skills, Told> {
    texts.iter().map(|text| skill_of(text)).collect()
}

/// `en:4` or `en=4`; a skill without a level has level 1.
fn skill_of(text: &str) -> Result<(String, u8), Told> {
    let (name, level) = text.split_once([':', '=']).unwrap_or((text, "1"));
    let level = level
        .parse()
        .ok()
        .filter(|level| *level > 0)
        .ok_or_else(|| {
            told!(
                "the skill `{text}` needs a level from 1 to 255, such as en:4",
                "技能 `{text}` 需要 1 到 255 的级别，如 en:4"
            )
        })?;
    if !skill::is_skill(name) {
        return Err(told!(
            "`{name}` is no name of a skill: letters, digits, `.`, `_` and `-` make one",
            "`{name}` 不是技能名称：由字母、数字、`.`、`_`、`-` 组成"
        ));
    }
    Ok((name.to_owned(), level))
}

fn roles_of(words: &[String]) -> Result<BTreeSet<Role>, Told> {
    words
        .iter()
        .map(|word| match word.as_str() {
            "agent" => Ok(Role::Agent),
            "supervisor" => Ok(Role::Supervisor),
            "admin" => Ok(Role::Admin),
            _ => Err(told!(
                "no role `{word}`; expected agent, supervisor or admin",
                "没有角色 `{word}`；应为 agent、supervisor 或 admin"
            )),
        })
        .collect()
}

const fn role_word(role: &Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Supervisor => "supervisor",
        Role::Admin => "admin",
    }
}

/// `support`, `support/2`, `support*3`.
fn memberships(texts: &[String]) -> Result<Vec<Membership>, Told> {
    let read = |text: &String| {
        text.parse()
            .map_err(|error: model::MembershipError| error.told())
    };
    texts.iter().map(read).collect()
}

/// `front:lead`, `technical*3/20`.
fn group_memberships(texts: &[String]) -> Result<Vec<GroupMembership>, Told> {
    let read = |text: &String| {
        text.parse().map_err(|_| {
            told!(
                "`{text}` is no membership of a group: write `group`, `group*WEIGHT` (0 to 1000), `group/TICKETS` (1 to 10000), `group:lead` or `group:receiver`",
                "`{text}` 不是所属处理组：请写 `group`、`group*WEIGHT`（0 到 1000）、`group/TICKETS`（1 到 10000）、`group:lead` 或 `group:receiver`"
            )
        })
    };
    texts.iter().map(read).collect()
}

fn known_queues(source: &Source, queues: &[Membership]) -> Result<(), Failure> {
    let Ok(loaded) = source.load(1, None) else {
        return Ok(());
    };
    let names: Vec<&str> = loaded.engine.queues.keys().map(QueueName::as_str).collect();
    let mut queues = queues.iter().map(|one| one.queue.as_str());
    match queues.find(|queue| !names.contains(queue)) {
        None => Ok(()),
        Some(queue) => Err(Failure::Refused(Told {
            en: format!("no queue `{queue}`; there are {}", names.join(", ")),
            zh: format!("没有队列 `{queue}`；有 {}", names.join("、")),
        })),
    }
}

/// 16 letters and digits that nobody takes for one another: 80 bits.
fn make_password() -> Result<String, Failure> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random)
        .map_err(|error| Failure::System(anyhow::anyhow!("no random numbers: {error}")))?;
    Ok(random
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_wrongly_is_told_in_both_languages() {
        let word = |text: &str| [text.to_owned()];
        for (told, zh) in [
            (
                skills_of(&word("en:0")).unwrap_err(),
                "技能 `en:0` 需要 1 到 255 的级别，如 en:4",
            ),
            (
                skills_of(&word("e n")).unwrap_err(),
                "`e n` 不是技能名称：由字母、数字、`.`、`_`、`-` 组成",
            ),
            (
                roles_of(&word("boss")).unwrap_err(),
                "没有角色 `boss`；应为 agent、supervisor 或 admin",
            ),
            (
                reach_of("house").unwrap_err(),
                "没有管辖范围 `house`；应为 own、group、tree 或 all",
            ),
            (
                group_memberships(&word("a:boss")).unwrap_err(),
                "`a:boss` 不是所属处理组：请写 `group`、`group*WEIGHT`（0 到 1000）、`group/TICKETS`（1 到 10000）、`group:lead` 或 `group:receiver`",
            ),
            (
                memberships(&word("a/0")).unwrap_err(),
                "`a/0` 不是所属队列：请写 `queue`、`queue/TIER`（1 到 255）或 `queue*WEIGHT`（0 到 1000）",
            ),
        ] {
            assert!(told.is_said_alike(), "{told:?}");
            assert_eq!(told.zh, zh);
        }
    }
}
