//! Who is of which group of tickets (C2), and who is away (C6).
//!
//! Groups stand in the house's file; here stand people, by the groups' names. Whoever manages people gives both, and each change is
//! told to the audit log.

use std::collections::{BTreeMap, BTreeSet};

use ::ticket::Actor;
use ::ticket::handling::Member;
use ::ticket::rules::GroupMembership;
use model::{AgentId, Timestamp};
use serde_json::json;

use super::agent::agent;
use crate::Database;
use crate::audit::{Act, audit};
use crate::column::{big, count};
use crate::database::Connection;
use crate::error::{Result, StoreError};

/// Nobody is of more groups.
const GROUPS_MAX: usize = 100;

/// That somebody is away (缺勤).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Since when; before that he is here.
    pub from: Timestamp,
    /// Until when; from then on he is here.
    pub until: Timestamp,
    /// Who gets what is meant for him; `None`: nobody does.
    pub stand_in: Option<AgentId>,
}

/// What whoever manages people changes of an agent's duties; `None` leaves it alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DutyChange {
    /// That he is away; `Some(None)`: he is here.
    pub absence: Option<Option<Absence>>,
    /// Of which groups he is.
    pub groups: Option<Vec<GroupMembership>>,
}

type MemberRow = (String, i64, i64, i64, i64, i64, Option<i64>, Option<i64>);

impl Database {
    /// All people of groups, by the groups' names. Who may not sign in is of none, and who is away at that moment is marked so.
    /// [`Member::has`] is 0: what each has stands with the tickets.
    pub async fn people_of_groups(
        &self,
        now: Timestamp,
    ) -> Result<BTreeMap<String, BTreeMap<AgentId, Member>>> {
        let mut conn = self.readers().acquire().await?;
        people_of_groups(&mut conn, now).await
    }

    /// The groups of somebody, by name.
    pub async fn groups_of(&self, id: AgentId) -> Result<Vec<GroupMembership>> {
        let mut conn = self.readers().acquire().await?;
        groups_of(&mut conn, id).await
    }

    /// Of which groups he is from here on; tells whether that is new. `Setting` where a group is named twice or there are too many,
    /// `NotFound` where there is no such agent.
    pub async fn set_groups(
        &self,
        id: AgentId,
        groups: Vec<GroupMembership>,
        by: Actor,
        now: Timestamp,
    ) -> Result<bool> {
        let change = DutyChange {
            groups: Some(groups),
            ..DutyChange::default()
        };
        self.change_duty(id, None, change, by, now).await
    }

    /// Changes his absence and his groups together, or nothing; tells whether anything is new, and raises the version of his record then. `version`: the one
    /// that was read; `None` where it does not matter. `Conflict` unless it is current; `Setting` and `NotFound` as [`Self::set_groups`] and
    /// [`Self::set_absence`] have them.
    pub async fn change_duty(
        &self,
        id: AgentId,
        version: Option<u64>,
        change: DutyChange,
        by: Actor,
        now: Timestamp,
    ) -> Result<bool> {
        change.check(id, now)?;
        self.write(move |conn| {
            Box::pin(async move {
                let stands = agent(conn, id).await?;
                let stands = stands.ok_or(StoreError::NotFound("agent"))?;
                if version.is_some_and(|version| version != stands.version) {
                    return Err(StoreError::Conflict {
                        what: "agent",
                        current: stands.version,
                    });
                }
                let mut is_new = false;
                if let Some(groups) = change.groups {
                    is_new |= lay_groups(conn, id, groups, by, now).await?;
                }
                if let Some(absence) = change.absence {
                    is_new |= lay_absence(conn, id, absence, by, now).await?;
                }
                if is_new {
                    sqlx::query(
                        "UPDATE agent SET version = version + 1, updated_at = $2 WHERE id = $1",
                    )
                    .bind(big(id.get()))
                    .bind(now.as_ms())
                    .execute(conn)
                    .await?;
                }
                Ok(is_new)
            })
        })
        .await
    }

    /// That he is away, or is to be: what is not over at that moment.
    pub async fn absence_of(&self, id: AgentId, now: Timestamp) -> Result<Option<Absence>> {
        let mut conn = self.readers().acquire().await?;
        absence_of(&mut conn, id, now).await
    }

    /// He is away, or `None`: he is here; tells whether that is new. `Setting` where he would stand in for himself or be back already, `NotFound` where
    /// he or who stands in is no agent.
    pub async fn set_absence(
        &self,
        id: AgentId,
        absence: Option<Absence>,
        by: Actor,
        now: Timestamp,
    ) -> Result<bool> {
        let change = DutyChange {
            absence: Some(absence),
            ..DutyChange::default()
        };
        self.change_duty(id, None, change, by, now).await
    }
}

impl DutyChange {
    fn check(&self, id: AgentId, now: Timestamp) -> Result<()> {
        let groups = self.groups.as_deref().unwrap_or_default();
        let names: BTreeSet<&str> = groups.iter().map(|one| one.group.as_str()).collect();
        if names.len() < groups.len() || groups.len() > GROUPS_MAX {
            return Err(StoreError::Setting(format!(
                "an agent is of at most {GROUPS_MAX} groups, each named once"
            )));
        }
        let is_wrong =
            |it: Absence| it.until <= now || it.until <= it.from || it.stand_in == Some(id);
        if self.absence.flatten().is_some_and(is_wrong) {
            return Err(StoreError::Setting(
                "an absence ends in the future and after it begins, and nobody stands in for himself"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

async fn lay_groups(
    conn: &mut Connection,
    id: AgentId,
    mut after: Vec<GroupMembership>,
    by: Actor,
    now: Timestamp,
) -> Result<bool> {
    let before = groups_of(conn, id).await?;
    after.sort_by(|a, b| a.group.cmp(&b.group));
    if before == after {
        return Ok(false);
    }
    sqlx::query("DELETE FROM group_member WHERE agent_id = $1")
        .bind(big(id.get()))
        .execute(&mut *conn)
        .await?;
    for one in &after {
        insert(conn, id, one).await?;
    }
    let act = Act {
        action: "agent.groups_changed",
        entity: "agent",
        entity_id: id.to_string(),
        before: Some(json!(before)),
        after: Some(json!(after)),
    };
    audit(conn, now, by, act).await?;
    Ok(true)
}

async fn lay_absence(
    conn: &mut Connection,
    id: AgentId,
    absence: Option<Absence>,
    by: Actor,
    now: Timestamp,
) -> Result<bool> {
    if let Some(person) = absence.and_then(|it| it.stand_in) {
        let found = agent(conn, person).await?;
        found.ok_or(StoreError::NotFound("agent"))?;
    }
    let before = absence_of(conn, id, now).await?;
    if before == absence {
        return Ok(false);
    }
    sqlx::query("DELETE FROM agent_absence WHERE agent_id = $1")
        .bind(big(id.get()))
        .execute(&mut *conn)
        .await?;
    if let Some(absence) = absence {
        sqlx::query(
            "INSERT INTO agent_absence (agent_id, starts_at, ends_at, stand_in) VALUES ($1, $2, $3, $4)",
        )
        .bind(big(id.get()))
        .bind(absence.from.as_ms())
        .bind(absence.until.as_ms())
        .bind(absence.stand_in.map(|agent| big(agent.get())))
        .execute(&mut *conn)
        .await?;
    }
    let told = |it: Absence| json!({ "from": it.from, "until": it.until, "stand_in": it.stand_in });
    let act = Act {
        action: "agent.absence_changed",
        entity: "agent",
        entity_id: id.to_string(),
        before: before.map(told),
        after: absence.map(told),
    };
    audit(conn, now, by, act).await?;
    Ok(true)
}

async fn insert(conn: &mut Connection, id: AgentId, one: &GroupMembership) -> Result<()> {
    sqlx::query(
        "INSERT INTO group_member (group_name, agent_id, weight, takes_max, leads, receives)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&one.group)
    .bind(big(id.get()))
    .bind(i64::from(one.weight))
    .bind(i64::from(one.takes))
    .bind(i64::from(one.leads))
    .bind(i64::from(one.receives))
    .execute(conn)
    .await?;
    Ok(())
}

/// [`Database::people_of_groups`], in a transaction.
pub(crate) async fn people_of_groups(
    conn: &mut Connection,
    now: Timestamp,
) -> Result<BTreeMap<String, BTreeMap<AgentId, Member>>> {
    let rows: Vec<MemberRow> = sqlx::query_as(
        "SELECT m.group_name, m.agent_id, m.weight, m.takes_max, m.leads, m.receives, b.ends_at, b.stand_in
         FROM group_member m
         JOIN agent a ON a.id = m.agent_id AND a.removed_at IS NULL AND a.is_active = 1
         LEFT JOIN agent_absence b ON b.agent_id = m.agent_id AND b.starts_at <= $1 AND b.ends_at > $1",
    )
    .bind(now.as_ms())
    .fetch_all(conn)
    .await?;
    let mut people: BTreeMap<String, BTreeMap<AgentId, Member>> = BTreeMap::new();
    for (group, agent, weight, takes, leads, receives, ends_at, stand_in) in rows {
        let member = Member {
            leads: leads != 0,
            is_absent: ends_at.is_some(),
            stand_in: stand_in.map(|id| AgentId::new(count(id))),
            receives: receives != 0,
            weight: u16::try_from(weight).unwrap_or(u16::MAX),
            has: 0,
            takes: u32::try_from(takes).unwrap_or(u32::MAX),
        };
        let group = people.entry(group).or_default();
        group.insert(AgentId::new(count(agent)), member);
    }
    Ok(people)
}

async fn groups_of(conn: &mut Connection, id: AgentId) -> Result<Vec<GroupMembership>> {
    let rows: Vec<(String, i64, i64, i64, i64)> = sqlx::query_as(
        "SELECT group_name, weight, takes_max, leads, receives FROM group_member WHERE agent_id = $1 ORDER BY group_name",
    )
    .bind(big(id.get()))
    .fetch_all(conn)
    .await?;
    let groups = rows.into_iter();
    let groups = groups.map(|(group, weight, takes, leads, receives)| GroupMembership {
        group,
        weight: u16::try_from(weight).unwrap_or(u16::MAX),
        takes: u32::try_from(takes).unwrap_or(u32::MAX),
        leads: leads != 0,
        receives: receives != 0,
    });
    let mut groups: Vec<GroupMembership> = groups.collect();
    // Databases order texts each in its own way.
    groups.sort_by(|a, b| a.group.cmp(&b.group));
    Ok(groups)
}

async fn absence_of(conn: &mut Connection, id: AgentId, now: Timestamp) -> Result<Option<Absence>> {
    let row: Option<(i64, i64, Option<i64>)> = sqlx::query_as(
        "SELECT starts_at, ends_at, stand_in FROM agent_absence WHERE agent_id = $1 AND ends_at > $2",
    )
    .bind(big(id.get()))
    .bind(now.as_ms())
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|(starts_at, ends_at, stand_in)| Absence {
        from: Timestamp::from_ms(starts_at),
        until: Timestamp::from_ms(ends_at),
        stand_in: stand_in.map(|id| AgentId::new(count(id))),
    }))
}
