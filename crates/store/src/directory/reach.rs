//! How far somebody's rights go (管辖范围, J1): to what is his own, to his groups, to their tree, to the whole house.
//!
//! What a right is stands in the web's table; here stands what it is about. A right that goes as far as somebody's reach holds for the
//! people and the tickets of his [`Circle`]. Groups are those of tickets.toml that he is of; people who have left stay in it, so that
//! their calls can be seen.

use std::collections::BTreeSet;
use std::str::FromStr;

use ::ticket::{Actor, Rules};
use model::{AgentId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::agent::{AgentRecord, agent};
use crate::Database;
use crate::audit::{Act, audit};
use crate::column::{big, count};
use crate::database::{Connection, Statement};
use crate::error::{Result, StoreError};

/// How far.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// To what is his own.
    Own,
    /// To the groups that he is of, and their people.
    Group,
    /// To these groups and those below them.
    Tree,
    /// To the whole house.
    #[default]
    All,
}

impl Reach {
    /// All of them, from the narrowest.
    pub const ALL: [Self; 4] = [Self::Own, Self::Group, Self::Tree, Self::All];

    /// Its word in files, requests and rows.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Group => "group",
            Self::Tree => "tree",
            Self::All => "all",
        }
    }

    /// As a row holds it; a word that this program does not know reaches nobody else.
    pub(super) fn kept(word: &str) -> Self {
        word.parse().unwrap_or(Self::Own)
    }
}

/// A word that is no reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reach is one of own, group, tree, all")]
pub struct UnknownReach;

impl FromStr for Reach {
    type Err = UnknownReach;

    fn from_str(word: &str) -> std::result::Result<Self, UnknownReach> {
        let mut all = Self::ALL.into_iter();
        all.find(|it| it.word() == word).ok_or(UnknownReach)
    }
}

/// The people and groups within somebody's reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    /// Whose it is; he is always within.
    pub me: AgentId,
    /// The groups.
    pub groups: BTreeSet<String>,
    /// Their people, and he.
    pub people: BTreeSet<AgentId>,
}

impl Circle {
    /// Goes on with ` OR …` for each way in which one of these columns names somebody of the circle.
    pub(crate) fn or_people(&self, query: &mut Statement, columns: &[&'static str]) {
        for column in columns {
            query.push(" OR ").push(column).push(" = ");
            query.push_bind(big(self.me.get()));
            if self.groups.is_empty() {
                continue;
            }
            query.push(" OR ").push(column);
            query.push(" IN (SELECT m.agent_id FROM group_member m WHERE m.group_name IN (");
            for (index, group) in self.groups.iter().enumerate() {
                query.push(if index == 0 { "" } else { ", " });
                query.push_bind(group.clone());
            }
            query.push("))");
        }
    }
}

/// Whose things are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's, and nobody's.
    #[default]
    Everybody,
    /// One person's.
    One(AgentId),
    /// Those of the people of a circle.
    Circle(Circle),
}

impl Whose {
    /// Whether somebody is one of them.
    pub fn holds(&self, agent: AgentId) -> bool {
        match self {
            Self::Everybody => true,
            Self::One(one) => *one == agent,
            Self::Circle(circle) => circle.people.contains(&agent),
        }
    }

    /// Leaves the rows alone of which a column names one of them.
    pub(crate) fn narrow(&self, query: &mut Statement, column: &'static str) {
        match self {
            Self::Everybody => {}
            Self::One(agent) => {
                query.push(" AND ").push(column).push(" = ");
                query.push_bind(big(agent.get()));
            }
            Self::Circle(circle) => {
                query.push(" AND (1 = 0");
                circle.or_people(query, &[column]);
                query.push(")");
            }
        }
    }
}

impl Database {
    /// The people and groups within somebody's reach, by the groups of these rules; `None`: the whole house.
    pub async fn circle(&self, of: &AgentRecord, rules: &Rules) -> Result<Option<Circle>> {
        let mut circle = Circle {
            me: of.id,
            groups: BTreeSet::new(),
            people: [of.id].into(),
        };
        if of.reach == Reach::All {
            return Ok(None);
        }
        if of.reach > Reach::Own {
            let mut conn = self.readers().acquire().await?;
            let own = groups_of(&mut conn, of.id).await?;
            let is_within = |name: &&String| match of.reach {
                Reach::Own => false,
                Reach::Group => own.contains(*name),
                Reach::Tree | Reach::All => own.iter().any(|root| rules.is_below(name, root)),
            };
            circle.groups = rules.groups.keys().filter(is_within).cloned().collect();
            circle.people.extend(people_of(&mut conn, &circle).await?);
        }
        Ok(Some(circle))
    }

    /// How far somebody's rights go from here on. `Conflict` unless `version`, where it is told, is the current one of the agent; `NotFound`.
    pub async fn set_reach(
        &self,
        id: AgentId,
        reach: Reach,
        version: Option<u64>,
        by: Actor,
        now: Timestamp,
    ) -> Result<AgentRecord> {
        self.write(move |conn| {
            Box::pin(async move {
                let found = agent(conn, id).await?;
                let before = found.ok_or(StoreError::NotFound("agent"))?;
                if version.is_some_and(|version| version != before.version) {
                    return Err(StoreError::Conflict {
                        what: "agent",
                        current: before.version,
                    });
                }
                if before.reach == reach {
                    return Ok(before);
                }
                sqlx::query(
                    "UPDATE agent SET reach = $2, updated_at = $3, version = version + 1 WHERE id = $1",
                )
                .bind(big(id.get()))
                .bind(reach.word())
                .bind(now.as_ms())
                .execute(&mut *conn)
                .await?;
                let act = Act {
                    action: "agent.reach_changed",
                    entity: "agent",
                    entity_id: id.to_string(),
                    before: Some(json!(before.reach)),
                    after: Some(json!(reach)),
                };
                audit(conn, now, by, act).await?;
                let version = before.version + 1;
                Ok(AgentRecord {
                    reach,
                    version,
                    ..before
                })
            })
        })
        .await
    }
}

async fn groups_of(conn: &mut Connection, id: AgentId) -> Result<BTreeSet<String>> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT group_name FROM group_member WHERE agent_id = $1")
            .bind(big(id.get()))
            .fetch_all(conn)
            .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

async fn people_of(conn: &mut Connection, circle: &Circle) -> Result<Vec<AgentId>> {
    let mut query = Statement::new("SELECT a.id FROM agent a WHERE 1 = 0");
    circle.or_people(&mut query, &["a.id"]);
    let rows: Vec<(i64,)> = query.build_query_as().fetch_all(conn).await?;
    let people = rows.into_iter().map(|(id,)| AgentId::new(count(id)));
    Ok(people.collect())
}
