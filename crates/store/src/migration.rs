//! Migrations: numbered texts, applied in order, each once, each in one transaction; never backwards.
//!
//! One text serves both databases: `{{PK}}`, `{{WITHOUT_ROWID}}` and `{{JSON}}` are all that differs. A migration that has run must
//! not change, so its checksum is kept; a database from a newer program is refused, not guessed at.

use model::Timestamp;
use sqlx::{AssertSqlSafe, Connection as _};

use crate::database::Connection;
use crate::error::{Result, StoreError};

/// A numbered step of the schema.
struct Migration {
    version: i64,
    name: &'static str,
    text: &'static str,
}

/// In order; a step that was released is never edited.
static MIGRATIONS: [Migration; 18] = [
    Migration {
        version: 1,
        name: "first_call",
        text: include_str!("../migrations/0001_first_call.sql"),
    },
    Migration {
        version: 2,
        name: "registration",
        text: include_str!("../migrations/0002_registration.sql"),
    },
    Migration {
        version: 3,
        name: "barred_caller",
        text: include_str!("../migrations/0003_barred_caller.sql"),
    },
    Migration {
        version: 4,
        name: "call_part",
        text: include_str!("../migrations/0004_call_part.sql"),
    },
    Migration {
        version: 5,
        name: "conflict",
        text: include_str!("../migrations/0005_conflict.sql"),
    },
    Migration {
        version: 6,
        name: "agent_outside",
        text: include_str!("../migrations/0006_agent_outside.sql"),
    },
    Migration {
        version: 7,
        name: "agent_opt_out",
        text: include_str!("../migrations/0007_agent_opt_out.sql"),
    },
    Migration {
        version: 8,
        name: "calendar_closure",
        text: include_str!("../migrations/0008_calendar_closure.sql"),
    },
    Migration {
        version: 9,
        name: "voicemail",
        text: include_str!("../migrations/0009_voicemail.sql"),
    },
    Migration {
        version: 10,
        name: "script_version",
        text: include_str!("../migrations/0010_script_version.sql"),
    },
    Migration {
        version: 11,
        name: "ticket_fields",
        text: include_str!("../migrations/0011_ticket_fields.sql"),
    },
    Migration {
        version: 12,
        name: "script_heat",
        text: include_str!("../migrations/0012_script_heat.sql"),
    },
    Migration {
        version: 13,
        name: "survey",
        text: include_str!("../migrations/0013_survey.sql"),
    },
    Migration {
        version: 14,
        name: "script_canary",
        text: include_str!("../migrations/0014_script_canary.sql"),
    },
    Migration {
        version: 15,
        name: "canary_fact",
        text: include_str!("../migrations/0015_canary_fact.sql"),
    },
    Migration {
        version: 16,
        name: "survey_leads_and_pins",
        text: include_str!("../migrations/0016_survey_leads_and_pins.sql"),
    },
    Migration {
        version: 17,
        name: "audit_log",
        text: include_str!("../migrations/0017_audit_log.sql"),
    },
    Migration {
        version: 18,
        name: "webhook",
        text: include_str!("../migrations/0018_webhook.sql"),
    },
];

/// Brings the schema up to date; gives how many steps that took.
pub(crate) async fn migrate(conn: &mut Connection, now: Timestamp) -> Result<usize> {
    let mut turn = conn.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS migration (
           version BIGINT PRIMARY KEY NOT NULL, name TEXT NOT NULL, checksum BIGINT NOT NULL, applied_at BIGINT NOT NULL)",
    )
    .execute(&mut *turn)
    .await?;
    let applied: Vec<(i64, i64)> =
        sqlx::query_as("SELECT version, checksum FROM migration ORDER BY version")
            .fetch_all(&mut *turn)
            .await?;
    check(&applied, &MIGRATIONS)?;
    let pending = MIGRATIONS.iter().skip(applied.len());
    let mut steps = 0;
    for migration in pending {
        sqlx::raw_sql(AssertSqlSafe(for_sqlite(migration.text)))
            .execute(&mut *turn)
            .await?;
        sqlx::query(
            "INSERT INTO migration (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
        )
        .bind(migration.version)
        .bind(migration.name)
        .bind(checksum(migration.text))
        .bind(now.as_ms())
        .execute(&mut *turn)
        .await?;
        steps += 1;
    }
    turn.commit().await?;
    Ok(steps)
}

/// What was applied must be the beginning of what we know.
fn check(applied: &[(i64, i64)], known: &[Migration]) -> Result<()> {
    for (place, (version, sum)) in applied.iter().enumerate() {
        let Some(migration) = known.get(place) else {
            return Err(StoreError::Migration(format!(
                "the database is at version {version}, this program knows {} only",
                known.len()
            )));
        };
        if migration.version != *version || checksum(migration.text) != *sum {
            return Err(StoreError::Migration(format!(
                "step {version} differs from the one that was applied"
            )));
        }
    }
    Ok(())
}

/// Fills in the places in which SQLite differs: a BIGINT key would not be the row id, and JSON is a text.
fn for_sqlite(text: &str) -> String {
    text.replace("{{PK}}", "INTEGER PRIMARY KEY NOT NULL")
        .replace("{{WITHOUT_ROWID}}", "WITHOUT ROWID")
        .replace("{{JSON}}", "TEXT")
}

fn checksum(text: &str) -> i64 {
    i64::from(crc32fast::hash(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn memory() -> Connection {
        Connection::connect("sqlite::memory:").await.unwrap()
    }

    async fn apply(conn: &mut Connection, steps: &[Migration]) {
        for migration in steps {
            let text = for_sqlite(migration.text);
            let applied = sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut *conn).await;
            applied.unwrap();
        }
    }

    #[tokio::test]
    async fn from_empty_to_the_last_and_then_nothing_more() {
        let mut conn = memory().await;
        let now = Timestamp::from_ms(1);
        assert_eq!(migrate(&mut conn, now).await.unwrap(), MIGRATIONS.len());
        assert_eq!(migrate(&mut conn, now).await.unwrap(), 0);
        let tables: Vec<(String,)> =
            sqlx::query_as("SELECT name FROM sqlite_master WHERE type = 'table'")
                .fetch_all(&mut conn)
                .await
                .unwrap();
        for table in [
            "agent",
            "call_record",
            "ticket",
            "session",
            "projection",
            "registration",
        ] {
            assert!(tables.iter().any(|(name,)| name == table), "{table}");
        }
    }

    #[tokio::test]
    async fn keys_are_row_ids_and_nothing_is_left_to_fill_in() {
        let rendered = for_sqlite(MIGRATIONS[0].text);
        assert!(!rendered.contains("\n  id BIGINT"));
        let body: Vec<_> = rendered
            .lines()
            .filter(|line| !line.starts_with("--"))
            .collect();
        assert!(!body.join("\n").contains("{{"));
        let mut conn = memory().await;
        migrate(&mut conn, Timestamp::from_ms(1)).await.unwrap();
        let plan: (i64, i64, i64, String) =
            sqlx::query_as("EXPLAIN QUERY PLAN SELECT * FROM ticket WHERE id = 5")
                .fetch_one(&mut conn)
                .await
                .unwrap();
        assert!(plan.3.contains("INTEGER PRIMARY KEY"), "{}", plan.3);
    }

    #[tokio::test]
    async fn agents_of_calls_that_were_there_before_are_found_by_their_parts() {
        let mut conn = memory().await;
        apply(&mut conn, &MIGRATIONS[..3]).await;
        for (id, first, last) in [
            (1, Some(7), Some(8)),
            (2, Some(7), Some(7)),
            (3, None, None),
        ] {
            sqlx::query(
                "INSERT INTO call_record (id, service_number, first_agent_id, agent_id, started_at, ivr_ms, wait_ms, ring_ms,
                   talk_ms, hold_ms, record) VALUES ($1, '4000', $2, $3, 0, 0, 0, 0, 0, 0, '{}')",
            )
            .bind(id)
            .bind(first)
            .bind(last)
            .execute(&mut conn)
            .await
            .unwrap();
        }
        apply(&mut conn, &MIGRATIONS[3..4]).await;
        let parts: Vec<(i64, i64)> =
            sqlx::query_as("SELECT agent_id, call_id FROM call_part ORDER BY agent_id, call_id")
                .fetch_all(&mut conn)
                .await
                .unwrap();
        assert_eq!(parts, [(7, 1), (7, 2), (8, 1)]);
    }

    #[tokio::test]
    async fn m6_what_was_taken_back_before_stays_refused() {
        let canary = |script: &str| {
            let pair = r#"{"former":1,"version":2}"#;
            format!(r#"{{"scripts":{{"{script}":{pair}}},"on_ppm":50000,"worse_ppm":100000}}"#)
        };
        let call = serde_json::to_string(&model::CallId::new(7)).unwrap();
        // The second is tried still; in the last house nothing ever was.
        for (script, is_ended) in [("报修's", true), ("main", false), ("", false)] {
            let mut conn = memory().await;
            apply(&mut conn, &MIGRATIONS[..14]).await;
            let canary = canary(script);
            let ended = match is_ended {
                true => format!(
                    r#"{{"canary":{canary},"measure":"hung_up","canary_bad":12,"former_bad":1,"calls":[{call}]}}"#
                ),
                false => "null".to_owned(),
            };
            if !script.is_empty() {
                sqlx::query("INSERT INTO script_canary (id, trial) VALUES (1, $1)")
                    .bind(format!(
                        r#"{{"canary":{canary},"standings":{{}},"ended":{ended}}}"#
                    ))
                    .execute(&mut conn)
                    .await
                    .unwrap();
            }
            apply(&mut conn, &MIGRATIONS[14..]).await;
            let trials = crate::canary::known(&mut conn).await.unwrap();
            let refusal = trials.refusal(&script.into(), 2);
            let told = refusal.map(|end| (end.canary_bad, end.calls.len()));
            assert_eq!(told, is_ended.then_some((12, 1)), "{script}");
        }
    }

    #[tokio::test]
    async fn a_newer_database_and_an_edited_step_are_refused() {
        let knows = format!("knows {} only", MIGRATIONS.len());
        for (statement, words) in [
            (
                "INSERT INTO migration VALUES (99, 'later', 0, 0)",
                knows.as_str(),
            ),
            ("UPDATE migration SET checksum = 0", "differs"),
        ] {
            let mut conn = memory().await;
            migrate(&mut conn, Timestamp::from_ms(1)).await.unwrap();
            sqlx::query(statement).execute(&mut conn).await.unwrap();
            let error = migrate(&mut conn, Timestamp::from_ms(2)).await.unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}
