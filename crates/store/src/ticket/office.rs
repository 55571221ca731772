//! The house as rules meet it in one transaction: its groups with their people, and whose turn it is.
//!
//! A house that has no groups has one of all its people: whoever is here takes what comes, and supervisors lead.

use std::collections::{BTreeMap, BTreeSet};

use ::ticket::Rules;
use ::ticket::handling::{Group, Member};
use ::ticket::rules::{HandsOut, Turns};
use model::{AgentId, Timestamp};

use crate::Role;
use crate::column::{big, count, from_json, json_of};
use crate::database::Connection;
use crate::directory::group_member::people_of_groups;
use crate::error::Result;

/// The group of a house without groups.
const EVERYBODY: &str = "all";

/// The groups with their people, as they are at a moment.
pub(super) async fn groups(
    conn: &mut Connection,
    rules: &Rules,
    now: Timestamp,
) -> Result<BTreeMap<String, Group>> {
    if rules.groups.is_empty() {
        return Ok([(EVERYBODY.to_owned(), everybody(conn).await?)].into());
    }
    Ok(rules.groups(people_of_groups(conn, now).await?))
}

async fn everybody(conn: &mut Connection) -> Result<Group> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, roles FROM agent WHERE is_active = 1 AND removed_at IS NULL")
            .fetch_all(conn)
            .await?;
    let mut group = Group {
        tier: 1,
        ..Group::default()
    };
    for (id, roles) in rows {
        let roles: Vec<Role> = from_json("agent", &roles)?;
        let member = Member {
            leads: roles.iter().any(|role| *role != Role::Agent),
            weight: 1,
            ..Member::default()
        };
        group.members.insert(AgentId::new(count(id)), member);
    }
    Ok(group)
}

/// Whose turn it is in each group that hands out by turns.
pub(super) async fn turns(conn: &mut Connection, rules: &Rules) -> Result<BTreeMap<String, Turns>> {
    let mut takes_turns = rules.groups.values();
    if !takes_turns.any(|group| group.hands_out == HandsOut::Turns) {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT work_group, turns FROM group_turns")
        .fetch_all(conn)
        .await?;
    let read = |(group, turns): (String, String)| Ok((group, from_json("turns", &turns)?));
    rows.into_iter().map(read).collect()
}

/// Keeps what changed.
pub(super) async fn keep_turns(
    conn: &mut Connection,
    before: &BTreeMap<String, Turns>,
    after: &BTreeMap<String, Turns>,
) -> Result<()> {
    for (group, turns) in after
        .iter()
        .filter(|(group, turns)| before.get(*group) != Some(*turns) && !turns.0.is_empty())
    {
        sqlx::query(
            "INSERT INTO group_turns (work_group, turns) VALUES ($1, $2)
             ON CONFLICT (work_group) DO UPDATE SET turns = excluded.turns",
        )
        .bind(group)
        .bind(json_of("turns", turns)?)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// How many tickets somebody has accepted and not done (T7).
pub(super) async fn count_work(
    conn: &mut Connection,
    groups: &mut BTreeMap<String, Group>,
    agent: AgentId,
) -> Result<()> {
    let (has,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM ticket WHERE assignee = $1 AND is_open = 1 AND state <> 'resolved'",
    )
    .bind(big(agent.get()))
    .fetch_one(conn)
    .await?;
    let members = groups
        .values_mut()
        .filter_map(|group| group.members.get_mut(&agent));
    for member in members {
        member.has = u32::try_from(has).unwrap_or(u32::MAX);
    }
    Ok(())
}

/// The same of all who are given tickets by turns and take so many at most (C2).
pub(super) async fn count_takers(
    conn: &mut Connection,
    rules: &Rules,
    groups: &mut BTreeMap<String, Group>,
) -> Result<()> {
    let mut takers = BTreeSet::new();
    for (name, group) in groups.iter() {
        let said = rules.groups.get(name);
        if said.is_some_and(|said| said.hands_out == HandsOut::Turns) {
            let bounded = group.members.iter().filter(|(_, one)| one.takes > 0);
            takers.extend(bounded.map(|(agent, _)| *agent));
        }
    }
    for agent in takers {
        count_work(conn, groups, agent).await?;
    }
    Ok(())
}
