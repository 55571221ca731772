//! `trunkline agent import`: people from a CSV file. A mistake in any line changes nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ivr::{Diagnostic, Severity, Told, did_you_mean, told};
use serde::Deserialize;
use store::{Database, Reach, Role};
use ticket::Actor;
use ticket::rules::GroupMembership;

use super::{Row, add, callable, group_memberships, memberships, reach_of, roles_of, skills_of};
use crate::Failure;
use crate::config::Source;
use crate::people;
use crate::verb::simulate::of_file;
use crate::verb::{by_fault, now};

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
    /// His number outside; empty or no column: as it was. `none`: he has none.
    #[serde(default)]
    outside: String,
    /// His groups of tickets; empty or no column: as they were. `none`: he is of none.
    #[serde(default)]
    groups: String,
    /// How far his rights go; empty or no column: as they did.
    #[serde(default)]
    reach: String,
}

/// What a line says beside the agent himself; `None`: nothing.
struct Beside {
    outside: Option<Option<String>>,
    groups: Option<Vec<GroupMembership>>,
    reach: Option<Reach>,
}

/// All lines are read and checked before the first is written: a mistake changes nothing.
pub(super) async fn import(
    source: &Source,
    database: &Database,
    realm: &str,
    file: &Path,
) -> Result<(), Failure> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(file)
        .map_err(|error| of_file(file, error))?;
    let mut wrong = Vec::new();
    let mut rows = Vec::new();
    let loaded = source.load(1, None).ok();
    let queues = loaded.as_ref().map(|loaded| {
        let queues = loaded.engine.queues.keys();
        queues.map(|queue| queue.as_str().to_owned()).collect()
    });
    let groups = loaded.map(|loaded| loaded.tickets.groups.keys().cloned().collect());
    for (index, record) in reader.deserialize::<CsvRow>().enumerate() {
        let line = u32::try_from(index + 2).unwrap_or(u32::MAX);
        let read = record.map_err(|error| told!("{error}", "CSV 行无法读取：{error}"));
        let read = read.and_then(|record| {
            let beside = Beside {
                outside: outside_of(source, &record.outside)?,
                groups: groups_of(&record.groups, groups.as_ref())?,
                reach: match record.reach.as_str() {
                    "" => None,
                    word => Some(reach_of(word)?),
                },
            };
            Ok((row_of(record, queues.as_ref())?, beside))
        });
        match read {
            Ok((row, beside)) => rows.push((line, row, beside)),
            Err(message) => wrong.push(at(file, line, message)),
        }
    }
    let mut seen = BTreeSet::new();
    for (line, row, _) in &rows {
        if !seen.insert(row.login.clone()) {
            let message = told!(
                "the login `{}` stands in the file twice",
                "工号 `{}` 在文件中重复出现",
                row.login
            );
            wrong.push(at(file, *line, message));
        }
        if row.password.is_empty()
            && database
                .agent_by_login(&row.login)
                .await
                .map_err(by_fault)?
                .is_none()
        {
            let message = told!(
                "`{}` is new and needs a password",
                "`{}` 是新坐席，需要密码",
                row.login
            );
            wrong.push(at(file, *line, message));
        }
        if !row.password.is_empty()
            && let Err(error) = people::check_password(&row.login, &row.password)
        {
            wrong.push(at(file, *line, error));
        }
    }
    if !wrong.is_empty() {
        wrong.sort_by_key(|found| found.line);
        return Err(Failure::Input(wrong));
    }
    let total = rows.len();
    for (_, row, beside) in rows {
        let login = row.login.clone();
        put(database, realm, row).await?;
        put_beside(database, &login, beside).await?;
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
        let password = people::password(&row.login, realm, &row.password)?;
        database
            .set_password(id, password, now())
            .await
            .map_err(by_fault)?;
    }
    Ok(())
}

async fn put_beside(database: &Database, login: &str, beside: Beside) -> Result<(), Failure> {
    let Some(agent) = database.agent_by_login(login).await.map_err(by_fault)? else {
        return Ok(());
    };
    if let Some(outside) = beside.outside {
        let set = database.set_outside_number(agent.id, outside, now());
        set.await.map_err(by_fault)?;
    }
    if let Some(groups) = beside.groups {
        let set = database.set_groups(agent.id, groups, Actor::System, now());
        set.await.map_err(by_fault)?;
    }
    if let Some(reach) = beside.reach {
        let set = database.set_reach(agent.id, reach, None, Actor::System, now());
        set.await.map_err(by_fault)?;
    }
    Ok(())
}

/// What a line says of his groups; each has to be one of tickets.toml, where that can be read, and is named once.
fn groups_of(
    text: &str,
    known: Option<&BTreeSet<String>>,
) -> Result<Option<Vec<GroupMembership>>, Told> {
    if text.is_empty() {
        return Ok(None);
    }
    if text == "none" {
        return Ok(Some(Vec::new()));
    }
    let groups = group_memberships(&words(text))?;
    let mut names = BTreeSet::new();
    for GroupMembership { group, .. } in &groups {
        if let Some(known) = known.filter(|known| !known.contains(group)) {
            let near = did_you_mean(group, known.iter().map(String::as_str));
            return Err(told!("no group `{group}`", "没有处理组 `{group}`").with(near));
        }
        if !names.insert(group) {
            return Err(told!(
                "the group `{group}` stands here twice",
                "处理组 `{group}` 重复出现"
            ));
        }
    }
    Ok(Some(groups))
}

/// What a line says of his number outside; `None`: nothing.
fn outside_of(source: &Source, text: &str) -> Result<Option<Option<String>>, Told> {
    match text {
        "" => Ok(None),
        "none" => Ok(Some(None)),
        number => callable(source, number).map(|number| Some(Some(number))),
    }
}

fn row_of(record: CsvRow, known: Option<&BTreeSet<String>>) -> Result<Row, Told> {
    if record.login.is_empty() || record.name.is_empty() {
        return Err(told!(
            "login and name must not be empty",
            "工号和姓名不能为空"
        ));
    }
    let queues = memberships(&words(&record.queues))?;
    if let Some(known) = known
        && let Some(queue) = queues
            .iter()
            .map(|one| one.queue.as_str())
            .find(|queue| !known.contains(*queue))
    {
        let near = did_you_mean(queue, known.iter().map(String::as_str));
        return Err(told!("no queue `{queue}`", "没有队列 `{queue}`").with(near));
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

fn words(list: &str) -> Vec<String> {
    list.split([';', ',', ' '])
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn at(file: &Path, line: u32, message: Told) -> Diagnostic {
    let file: PathBuf = file.to_owned();
    Diagnostic {
        severity: Severity::Error,
        file: file.display().to_string(),
        line,
        column: 1,
        message,
        help: None,
        story: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c2_groups_of_a_line_are_read_proved_and_told_in_both_languages() {
        let known = ["front".to_owned(), "technical".to_owned()].into();
        let read = |text: &str| groups_of(text, Some(&known));
        assert_eq!(read(""), Ok(None), "as they were");
        assert_eq!(read("none"), Ok(Some(Vec::new())));
        let groups = read("front:lead; technical*3/20").unwrap().unwrap();
        let groups: Vec<String> = groups.iter().map(ToString::to_string).collect();
        assert_eq!(groups, ["front:lead", "technical*3/20"]);
        for (text, zh) in [
            ("frnt", "没有处理组 `frnt`"),
            ("front;front:lead", "处理组 `front` 重复出现"),
            ("front:boss", "`front:boss` 不是所属处理组"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.is_said_alike(), "{told:?}");
            assert!(told.zh.starts_with(zh), "{told:?}");
        }
        assert!(
            groups_of("anything", None).is_ok(),
            "nobody knows the names"
        );
    }
}
