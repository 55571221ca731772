//! `trunkline agent`: people, from the terminal. A running server notices within two seconds.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use ivr::{Diagnostic, Severity};
use model::{Membership, QueueName, Skills, skill};
use serde::Deserialize;
use serde_json::json;
use store::{AgentRecord, Database, NewAgent, Role};

use super::{block_on, by_fault, now, open_store};
use crate::Failure;
use crate::cli::AgentVerb;
use crate::config::Source;
use crate::people;

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
            AgentVerb::Import { file } => import(source, &database, &realm, &file).await,
            AgentVerb::Passwd { login, password } => {
                passwd(&database, &realm, &login, password).await
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
        password: people::password(&row.login, realm, &password)
            .map_err(|error| Failure::Refused(error.to_string()))?,
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
    if json {
        println!(
            "{}",
            serde_json::Value::Array(agents.iter().map(as_json).collect())
        );
        return Ok(());
    }
    println!("{:<12} {:<24} {:<24} ROLES", "LOGIN", "NAME", "QUEUES");
    for agent in agents {
        let queues: Vec<String> = agent.queues.iter().map(Membership::to_string).collect();
        let roles: Vec<&str> = agent.roles.iter().map(role_word).collect();
        let inactive = if agent.is_active { "" } else { " (inactive)" };
        println!(
            "{:<12} {:<24} {:<24} {}{inactive}",
            agent.login,
            agent.name,
            queues.join(","),
            roles.join(",")
        );
    }
    Ok(())
}

fn as_json(agent: &AgentRecord) -> serde_json::Value {
    json!({
        "id": agent.id, "login": agent.login, "name": agent.name, "locale": agent.locale, "queues": agent.queues,
        "skills": agent.skills, "roles": agent.roles, "is_active": agent.is_active,
    })
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
        .ok_or_else(|| Failure::Refused(format!("no agent {login}")))?;
    let password = people::password(login, realm, &password)
        .map_err(|error| Failure::Refused(error.to_string()))?;
    database
        .set_password(agent.id, password, now())
        .await
        .map_err(by_fault)?;
    println!("{login} has a new password; phones must use it from their next registration on");
    Ok(())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CsvRow {
    login: String,
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    queues: String,
    #[serde(default)]
    skills: String,
    #[serde(default)]
    roles: String,
}

/// All lines are read and checked before the first is written: a mistake changes nothing.
async fn import(
    source: &Source,
    database: &Database,
    realm: &str,
    file: &Path,
) -> Result<(), Failure> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(file)
        .map_err(|error| Failure::Refused(format!("{}: {error}", file.display())))?;
    let mut wrong = Vec::new();
    let mut rows = Vec::new();
    let queues = source.load(1, None).ok().map(|loaded| {
        loaded
            .engine
            .queues
            .keys()
            .map(|queue| queue.as_str().to_owned())
            .collect::<BTreeSet<_>>()
    });
    for (index, record) in reader.deserialize::<CsvRow>().enumerate() {
        let line = u32::try_from(index + 2).unwrap_or(u32::MAX);
        match record
            .map_err(|error| error.to_string())
            .and_then(|record| row_of(record, queues.as_ref()))
        {
            Ok(row) => rows.push((line, row)),
            Err(message) => wrong.push(at(file, line, message)),
        }
    }
    let mut seen = BTreeSet::new();
    for (line, row) in &rows {
        if !seen.insert(row.login.clone()) {
            wrong.push(at(
                file,
                *line,
                format!("the login `{}` stands in the file twice", row.login),
            ));
        }
        if row.password.is_empty()
            && database
                .agent_by_login(&row.login)
                .await
                .map_err(by_fault)?
                .is_none()
        {
            wrong.push(at(
                file,
                *line,
                format!("`{}` is new and needs a password", row.login),
            ));
        }
        if !row.password.is_empty()
            && let Err(error) = people::check_password(&row.login, &row.password)
        {
            wrong.push(at(file, *line, error.to_string()));
        }
    }
    if !wrong.is_empty() {
        wrong.sort_by_key(|found| found.line);
        return Err(Failure::Input(wrong));
    }
    let total = rows.len();
    for (_, row) in rows {
        put(database, realm, row).await?;
    }
    println!(
        "{total} {} added or changed",
        if total == 1 {
            "agent was"
        } else {
            "agents were"
        }
    );
    Ok(())
}

async fn put(database: &Database, realm: &str, row: Row) -> Result<(), Failure> {
    let Some(mut agent) = database
        .agent_by_login(&row.login)
        .await
        .map_err(by_fault)?
    else {
        return add(database, realm, row).await;
    };
    agent.name = row.name;
    agent.queues = row.queues;
    agent.skills = row.skills;
    agent.roles = row.roles;
    let id = agent.id;
    database.put_agent(agent, now()).await.map_err(by_fault)?;
    if !row.password.is_empty() {
        let password = people::password(&row.login, realm, &row.password)
            .map_err(|error| Failure::Refused(error.to_string()))?;
        database
            .set_password(id, password, now())
            .await
            .map_err(by_fault)?;
    }
    Ok(())
}

fn row_of(record: CsvRow, known: Option<&BTreeSet<String>>) -> Result<Row, String> {
    if record.login.is_empty() || record.name.is_empty() {
        return Err("login and name must not be empty".into());
    }
    let queues = memberships(&words(&record.queues))?;
    if let Some(known) = known
        && let Some(queue) = queues
            .iter()
            .map(|one| one.queue.as_str())
            .find(|queue| !known.contains(*queue))
    {
        let near = ivr::closest(queue, known.iter().map(String::as_str))
            .map(|near| format!("; did you mean `{near}`?"))
            .unwrap_or_default();
        return Err(format!("no queue `{queue}`{near}"));
    }
    let skills = skills_of(&words(&record.skills))?;
    let roles = if record.roles.is_empty() {
        [Role::Agent].into()
    } else {
        roles_of(&words(&record.roles))?
    };
    Ok(Row {
        login: record.login,
        name: record.name,
        password: record.password,
        queues,
        skills,
        roles,
        locale: "zh-CN".into(),
    })
}

fn skills_of(texts: &[String]) -> Result<Skills, String> {
    texts.iter().map(|text| skill_of(text)).collect()
}

/// `en:4` or `en=4`; a skill without a level has level 1.
fn skill_of(text: &str) -> Result<(String, u8), String> {
    let (name, level) = text.split_once([':', '=']).unwrap_or((text, "1"));
    let level = level
        .parse()
        .ok()
        .filter(|level| *level > 0)
        .ok_or_else(|| format!("the skill `{text}` needs a level from 1 to 255, such as en:4"))?;
    if !skill::is_skill(name) {
        return Err(format!(
            "`{name}` is no name of a skill: letters, digits, `.`, `_` and `-` make one"
        ));
    }
    Ok((name.to_owned(), level))
}

fn words(list: &str) -> Vec<String> {
    list.split([';', ',', ' '])
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn roles_of(words: &[String]) -> Result<BTreeSet<Role>, String> {
    words
        .iter()
        .map(|word| match word.as_str() {
            "agent" => Ok(Role::Agent),
            "supervisor" => Ok(Role::Supervisor),
            "admin" => Ok(Role::Admin),
            _ => Err(format!(
                "no role `{word}`; expected agent, supervisor or admin"
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
fn memberships(texts: &[String]) -> Result<Vec<Membership>, String> {
    let read = |text: &String| {
        text.parse()
            .map_err(|error: model::MembershipError| error.to_string())
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
        Some(queue) => Err(Failure::Refused(format!(
            "no queue `{queue}`; there are {}",
            names.join(", ")
        ))),
    }
}

fn at(file: &Path, line: u32, message: String) -> Diagnostic {
    let file: PathBuf = file.to_owned();
    Diagnostic {
        severity: Severity::Error,
        file: file.display().to_string(),
        line,
        column: 1,
        message,
        help: None,
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
