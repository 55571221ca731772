//! Migrations: numbered texts, applied in order, each once, each in one transaction; never backwards.
//!
//! One text serves both databases: `{{PK}}`, `{{WITHOUT_ROWID}}`, `{{JSON}}`, `{{WORDS}}` and `{{OPEN_WORDS}}` are all that differs. A migration
//! that has run must not change, so its checksum is kept; a database from a newer program is refused, not guessed at.

use model::Timestamp;
use sqlx::{AssertSqlSafe, Connection as _};

use crate::database::{Connection, Place, Shelf};
use crate::error::{Result, StoreError};

/// A numbered step of the schema.
struct Migration {
    version: i64,
    name: &'static str,
    text: &'static str,
}

/// In order; a step that was released is never edited.
static MIGRATIONS: [Migration; 50] = [
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
    Migration {
        version: 19,
        name: "group_member",
        text: include_str!("../migrations/0019_group_member.sql"),
    },
    Migration {
        version: 20,
        name: "idempotency",
        text: include_str!("../migrations/0020_idempotency.sql"),
    },
    Migration {
        version: 21,
        name: "customer_card",
        text: include_str!("../migrations/0021_customer_card.sql"),
    },
    Migration {
        version: 22,
        name: "customer_note",
        text: include_str!("../migrations/0022_customer_note.sql"),
    },
    Migration {
        version: 23,
        name: "ticket_handling",
        text: include_str!("../migrations/0023_ticket_handling.sql"),
    },
    Migration {
        version: 24,
        name: "customer_merge",
        text: include_str!("../migrations/0024_customer_merge.sql"),
    },
    Migration {
        version: 25,
        name: "token_scope",
        text: include_str!("../migrations/0025_token_scope.sql"),
    },
    Migration {
        version: 26,
        name: "ticket_hours",
        text: include_str!("../migrations/0026_ticket_hours.sql"),
    },
    Migration {
        version: 27,
        name: "ticket_duplicate",
        text: include_str!("../migrations/0027_ticket_duplicate.sql"),
    },
    Migration {
        version: 28,
        name: "rollup",
        text: include_str!("../migrations/0028_rollup.sql"),
    },
    Migration {
        version: 29,
        name: "search",
        text: include_str!("../migrations/0029_search.sql"),
    },
    Migration {
        version: 30,
        name: "article",
        text: include_str!("../migrations/0030_article.sql"),
    },
    Migration {
        version: 31,
        name: "reach",
        text: include_str!("../migrations/0031_reach.sql"),
    },
    Migration {
        version: 32,
        name: "reply",
        text: include_str!("../migrations/0032_reply.sql"),
    },
    Migration {
        version: 33,
        name: "notification",
        text: include_str!("../migrations/0033_notification.sql"),
    },
    Migration {
        version: 34,
        name: "ticket_lists",
        text: include_str!("../migrations/0034_ticket_lists.sql"),
    },
    Migration {
        version: 35,
        name: "absence_from",
        text: include_str!("../migrations/0035_absence_from.sql"),
    },
    Migration {
        version: 36,
        name: "number_list",
        text: include_str!("../migrations/0036_number_list.sql"),
    },
    Migration {
        version: 37,
        name: "outbox_left",
        text: include_str!("../migrations/0037_outbox_left.sql"),
    },
    Migration {
        version: 38,
        name: "ticket_rollup",
        text: include_str!("../migrations/0038_ticket_rollup.sql"),
    },
    Migration {
        version: 39,
        name: "first_contact",
        text: include_str!("../migrations/0039_first_contact.sql"),
    },
    Migration {
        version: 40,
        name: "retention",
        text: include_str!("../migrations/0040_retention.sql"),
    },
    Migration {
        version: 41,
        name: "wide_entries",
        text: include_str!("../migrations/0041_wide_entries.sql"),
    },
    Migration {
        version: 42,
        name: "long_lists",
        text: include_str!("../migrations/0042_long_lists.sql"),
    },
    Migration {
        version: 43,
        name: "rollup_block",
        text: include_str!("../migrations/0043_rollup_block.sql"),
    },
    Migration {
        version: 44,
        name: "reminder",
        text: include_str!("../migrations/0044_reminder.sql"),
    },
    Migration {
        version: 45,
        name: "return_visit",
        text: include_str!("../migrations/0045_return_visit.sql"),
    },
    Migration {
        version: 46,
        name: "open_words",
        text: include_str!("../migrations/0046_open_words.sql"),
    },
    Migration {
        version: 47,
        name: "first_contact_index",
        text: include_str!("../migrations/0047_first_contact_index.sql"),
    },
    Migration {
        version: 50,
        name: "ticket_pin",
        text: include_str!("../migrations/0050_ticket_pin.sql"),
    },
    Migration {
        version: 51,
        name: "rollup_ticket_block",
        text: include_str!("../migrations/0051_rollup_ticket_block.sql"),
    },
    Migration {
        version: 52,
        name: "plain_key",
        text: include_str!("../migrations/0052_plain_key.sql"),
    },
];

/// Where the steps are kept that were applied.
const KEPT: &str = "CREATE TABLE IF NOT EXISTS migration (
   version BIGINT PRIMARY KEY NOT NULL, name TEXT NOT NULL, checksum BIGINT NOT NULL, applied_at BIGINT NOT NULL)";

/// Brings the schema up to date; gives how many steps that took.
pub(crate) async fn migrate(conn: &mut Connection, place: &Place, now: Timestamp) -> Result<usize> {
    let mut turn = conn.begin_with(place.begin()).await?;
    sqlx::raw_sql(KEPT).execute(&mut *turn).await?;
    let steps = go_on(&mut turn, place, MIGRATIONS.len(), now).await?;
    turn.commit().await?;
    Ok(steps)
}

/// Makes the schema in an empty database as it was after these steps, within the caller's transaction.
pub(crate) async fn make(
    conn: &mut Connection,
    place: &Place,
    steps: &[(i64, i64)],
    now: Timestamp,
) -> Result<()> {
    check(steps, &MIGRATIONS)?;
    sqlx::raw_sql(KEPT).execute(&mut *conn).await?;
    go_on(conn, place, steps.len(), now).await?;
    Ok(())
}

/// The steps that were applied: number and checksum.
pub(crate) async fn applied(conn: &mut Connection) -> Result<Vec<(i64, i64)>> {
    let applied = sqlx::query_as("SELECT version, checksum FROM migration ORDER BY version")
        .fetch_all(conn)
        .await?;
    check(&applied, &MIGRATIONS)?;
    Ok(applied)
}

/// The tables that stand after so many steps, in the order in which they were made: whatever one refers to stands before it.
pub(crate) fn tables(steps: usize) -> Vec<&'static str> {
    let mut tables = Vec::new();
    let known = MIGRATIONS.iter().take(steps);
    for line in known.flat_map(|migration| migration.text.lines()) {
        let name = |rest: &'static str| rest.split([' ', '(', ';']).next().unwrap_or_default();
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            tables.push(name(rest));
        } else if let Some(rest) = line.strip_prefix("DROP TABLE ") {
            tables.retain(|table| *table != name(rest));
        } else if let Some(rest) = line.strip_prefix("ALTER TABLE ")
            && let Some((former, other)) = rest.split_once(" RENAME TO ")
        {
            let renamed = tables.iter_mut().filter(|table| **table == former);
            renamed.for_each(|table| *table = name(other));
        }
    }
    tables
}

/// Applies what is missing up to the step of that place.
async fn go_on(conn: &mut Connection, place: &Place, last: usize, now: Timestamp) -> Result<usize> {
    let applied = applied(conn).await?.len();
    let mut steps = 0;
    for migration in MIGRATIONS.iter().take(last).skip(applied) {
        sqlx::raw_sql(AssertSqlSafe(rendered(migration.text, place)))
            .execute(&mut *conn)
            .await?;
        note(conn, migration, checksum(migration.text), now).await?;
        steps += 1;
    }
    Ok(steps)
}

/// Keeps that a step was applied, and what it was.
async fn note(
    conn: &mut Connection,
    migration: &Migration,
    sum: i64,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO migration (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(migration.version)
    .bind(migration.name)
    .bind(sum)
    .bind(now.as_ms())
    .execute(conn)
    .await?;
    Ok(())
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

/// Fills in the places in which the databases differ. SQLite: a BIGINT key would not be the row id, and JSON is a text.
/// PostgreSQL: its texts are compared by their bytes, as SQLite's are, whatever the language of the server is.
fn rendered(text: &str, place: &Place) -> String {
    let (key, without_row_id, json) = match place {
        Place::File(_) => ("INTEGER PRIMARY KEY NOT NULL", "WITHOUT ROWID", "TEXT"),
        Place::Server => (
            "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
            "",
            "JSON",
        ),
    };
    let text = text
        .replace("{{PK}}", key)
        .replace("{{WITHOUT_ROWID}}", without_row_id)
        .replace("{{JSON}}", json)
        .replace("{{WORDS}}", place.words(Shelf::All).table)
        .replace("{{OPEN_WORDS}}", place.words(Shelf::Open).table);
    match place {
        Place::File(_) => text,
        Place::Server => text.replace(" TEXT", " TEXT COLLATE \"C\""),
    }
}

fn checksum(text: &str) -> i64 {
    i64::from(crc32fast::hash(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::database::columns;
    use crate::places;

    const NOW: Timestamp = Timestamp::from_ms(1);
    /// The sums of steps that stand in databases of houses.
    const RELEASED: [i64; 16] = [
        345_577_766,
        2_915_150_161,
        2_922_432_077,
        1_040_029_004,
        1_518_657_320,
        3_032_622_355,
        210_038_543,
        70_139_277,
        2_444_877_692,
        1_457_532_206,
        844_522_356,
        1_611_596_251,
        2_832_943_921,
        1_546_505_438,
        3_872_264_786,
        2_047_268_938,
    ];

    async fn apply(conn: &mut Connection, place: &Place, steps: &[Migration]) {
        for migration in steps {
            let text = rendered(migration.text, place);
            let applied = sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut *conn).await;
            applied.unwrap();
        }
    }

    #[tokio::test]
    async fn from_empty_to_the_last_and_then_nothing_more() {
        for empty in places::both().await {
            let mut conn = empty.connect().await;
            let mut steps = async || migrate(&mut conn, empty.place(), NOW).await.unwrap();
            assert_eq!(steps().await, MIGRATIONS.len());
            assert_eq!(steps().await, 0);
            for table in [
                "SELECT COUNT(*) FROM agent",
                "SELECT COUNT(*) FROM call_record",
                "SELECT COUNT(*) FROM ticket",
                "SELECT COUNT(*) FROM registration",
            ] {
                let (rows,): (i64,) = sqlx::query_as(table).fetch_one(&mut conn).await.unwrap();
                assert_eq!(rows, 0);
            }
        }
    }

    /// J9: a backup has all tables but those that a database makes for itself.
    #[tokio::test]
    async fn the_tables_are_those_that_the_databases_hold() {
        for (empty, holds) in places::both().await.into_iter().zip([
            "SELECT name FROM sqlite_master WHERE type = 'table'",
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = current_schema()",
        ]) {
            let mut conn = empty.connect().await;
            migrate(&mut conn, empty.place(), NOW).await.unwrap();
            let held: Vec<(String,)> = sqlx::query_as(holds).fetch_all(&mut conn).await.unwrap();
            let own = |name: &str| {
                let shelves = ["search_words", "search_open"];
                name == "migration" || shelves.iter().any(|shelf| name.starts_with(shelf))
            };
            let held = held.into_iter().map(|(name,)| name);
            let held: BTreeSet<String> = held.filter(|name| !own(name)).collect();
            let known = tables(MIGRATIONS.len()).into_iter().map(str::to_owned);
            assert_eq!(held, known.collect());
        }
    }

    /// I5: quarters and blocks are read as one (`SELECT *` of both): what one table has, the other has in the same place.
    #[tokio::test]
    async fn sums_of_blocks_have_the_columns_of_quarters() {
        for empty in places::both().await {
            let mut conn = empty.connect().await;
            migrate(&mut conn, empty.place(), NOW).await.unwrap();
            for (quarters, blocks) in [
                ("rollup_queue", "rollup_queue_block"),
                ("rollup_agent", "rollup_agent_block"),
                ("rollup_state", "rollup_state_block"),
                ("rollup_ticket", "rollup_ticket_block"),
            ] {
                let mut columns = async |table| columns(&mut conn, table).await.unwrap();
                assert_eq!(columns(quarters).await, columns(blocks).await, "{quarters}");
            }
        }
    }

    /// I8: what quarters counted before blocks were kept stands in blocks too, each column in its own.
    #[tokio::test]
    async fn blocks_of_tickets_are_made_of_the_quarters_that_stand() {
        const BLOCK: i64 = 14_400_000;
        const QUARTER: i64 = 900_000;
        for empty in places::both().await {
            let mut conn = empty.connect().await;
            let before = MIGRATIONS.iter().take_while(|step| step.version < 51);
            let (before, after) = MIGRATIONS.split_at(before.count());
            apply(&mut conn, empty.place(), before).await;
            let figures = report::TicketSums::COLUMNS;
            for (at, kind, plus) in [
                (0, "fault", 0),
                (QUARTER, "fault", 100),
                (BLOCK - QUARTER, "consult", 0),
                (BLOCK, "fault", 0),
            ] {
                let values = (1..).take(figures.len()).map(|it| (it + plus).to_string());
                let values = values.collect::<Vec<String>>().join(", ");
                let names = figures.join(", ");
                let text = format!(
                    "INSERT INTO rollup_ticket (bucket_at, work_group, ticket_type, {names}) VALUES ({at}, 'g', '{kind}', {values})"
                );
                let query = sqlx::raw_sql(AssertSqlSafe(text));
                query.execute(&mut conn).await.unwrap();
            }
            apply(&mut conn, empty.place(), after).await;
            for (place, figure) in (1..).zip(figures) {
                let text = format!(
                    "SELECT bucket_at, ticket_type, {figure} FROM rollup_ticket_block ORDER BY 1, 2"
                );
                let sums: Vec<(i64, String, i64)> = sqlx::query_as(AssertSqlSafe(text))
                    .fetch_all(&mut conn)
                    .await
                    .unwrap();
                let fault = "fault".to_owned();
                assert_eq!(
                    sums,
                    [
                        (0, "consult".to_owned(), place),
                        (0, fault.clone(), 2 * place + 100),
                        (BLOCK, fault, place),
                    ],
                    "{figure}"
                );
            }
        }
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        for place in [Place::File("t.db".into()), Place::Server] {
            for migration in &MIGRATIONS {
                let rendered = rendered(migration.text, &place);
                let mut lines = rendered.lines().filter(|line| !line.starts_with("--"));
                assert!(lines.all(|line| !line.contains("{{")), "{}", migration.name);
            }
        }
    }

    #[tokio::test]
    async fn a_database_of_an_earlier_program_goes_on_where_it_stands() {
        let sums = MIGRATIONS.iter().map(|migration| checksum(migration.text));
        assert_eq!(sums.take(RELEASED.len()).collect::<Vec<_>>(), RELEASED);
        for empty in places::both().await {
            let mut conn = empty.connect().await;
            sqlx::raw_sql(KEPT).execute(&mut conn).await.unwrap();
            apply(&mut conn, empty.place(), &MIGRATIONS[..RELEASED.len()]).await;
            for (place, sum) in RELEASED.iter().enumerate() {
                note(&mut conn, &MIGRATIONS[place], *sum, NOW)
                    .await
                    .unwrap();
            }
            let steps = migrate(&mut conn, empty.place(), NOW).await.unwrap();
            assert_eq!(steps, MIGRATIONS.len() - RELEASED.len());
        }
    }

    #[tokio::test]
    async fn keys_are_row_ids() {
        let empty = places::file();
        let mut conn = empty.connect().await;
        migrate(&mut conn, empty.place(), NOW).await.unwrap();
        let plan: (i64, i64, i64, String) =
            sqlx::query_as("EXPLAIN QUERY PLAN SELECT * FROM ticket WHERE id = 5")
                .fetch_one(&mut conn)
                .await
                .unwrap();
        assert!(plan.3.contains("INTEGER PRIMARY KEY"), "{}", plan.3);
    }

    /// Whatever the language of the server is, lists come in the order in which SQLite gives them.
    #[tokio::test]
    async fn texts_are_compared_by_their_bytes() {
        let [_, server] = places::both().await;
        let mut conn = server.connect().await;
        migrate(&mut conn, server.place(), NOW).await.unwrap();
        let others: Vec<(String, String)> = sqlx::query_as(
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
             WHERE table_schema = current_schema() AND data_type = 'text' AND table_name <> 'migration'
               AND collation_name IS DISTINCT FROM 'C'",
        )
        .fetch_all(&mut conn)
        .await
        .unwrap();
        assert_eq!(others, []);
    }

    #[tokio::test]
    async fn agents_of_calls_that_were_there_before_are_found_by_their_parts() {
        for empty in places::both().await {
            let (mut conn, place) = (empty.connect().await, empty.place());
            apply(&mut conn, place, &MIGRATIONS[..3]).await;
            for (id, first, last) in [
                (1_i64, Some(7_i64), Some(8_i64)),
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
            apply(&mut conn, place, &MIGRATIONS[3..4]).await;
            let parts: Vec<(i64, i64)> = sqlx::query_as(
                "SELECT agent_id, call_id FROM call_part ORDER BY agent_id, call_id",
            )
            .fetch_all(&mut conn)
            .await
            .unwrap();
            assert_eq!(parts, [(7, 1), (7, 2), (8, 1)]);
        }
    }

    #[tokio::test]
    async fn entries_of_tickets_are_kept_as_their_table_is_made_anew() {
        const STEP: usize = 41;
        for empty in places::both().await {
            let (mut conn, place) = (empty.connect().await, empty.place());
            apply(&mut conn, place, &MIGRATIONS[..STEP - 1]).await;
            let ticket = "INSERT INTO ticket (id, number, state, is_open, priority, subject, body, channel, created_at, updated_at, version)
                VALUES (5, '5', 'new', 1, 3, '', '', 'api', 0, 0, 1)";
            let wide = "x".repeat(3_000);
            sqlx::raw_sql(ticket).execute(&mut conn).await.unwrap();
            for (seq, at) in [(2_i64, 7_i64), (1, 7), (3, 9)] {
                sqlx::query("INSERT INTO ticket_event (ticket_id, seq, at, kind, entry) VALUES (5, $1, $2, 'note', $3)")
                    .bind(seq)
                    .bind(at)
                    .bind(format!("{seq}{wide}"))
                    .execute(&mut conn)
                    .await
                    .unwrap();
            }
            apply(&mut conn, place, &MIGRATIONS[STEP - 1..STEP]).await;
            let entries: Vec<(i64, i64, String)> = sqlx::query_as(
                "SELECT seq, at, entry FROM ticket_event WHERE ticket_id = 5 ORDER BY seq",
            )
            .fetch_all(&mut conn)
            .await
            .unwrap();
            let expected = [(1, 7), (2, 7), (3, 9)];
            assert_eq!(
                entries,
                expected.map(|(seq, at)| (seq, at, format!("{seq}{wide}")))
            );
        }
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
            for empty in places::both().await {
                let (mut conn, place) = (empty.connect().await, empty.place());
                apply(&mut conn, place, &MIGRATIONS[..14]).await;
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
                apply(&mut conn, place, &MIGRATIONS[14..]).await;
                let trials = crate::canary::known(&mut conn).await.unwrap();
                let refusal = trials.refusal(&script.into(), 2);
                let told = refusal.map(|end| (end.canary_bad, end.calls.len()));
                assert_eq!(told, is_ended.then_some((12, 1)), "{script}");
            }
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
            for empty in places::both().await {
                let (mut conn, place) = (empty.connect().await, empty.place());
                migrate(&mut conn, place, NOW).await.unwrap();
                sqlx::query(statement).execute(&mut conn).await.unwrap();
                let error = migrate(&mut conn, place, NOW).await.unwrap_err();
                assert!(error.to_string().contains(words), "{error}");
            }
        }
    }
}
