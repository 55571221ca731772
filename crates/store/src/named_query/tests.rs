//! Named queries against a real file of SQLite and a real server of PostgreSQL.

use std::path::Path;
use std::time::Duration;

use super::*;
use crate::test_server;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

/// A database of cases in a folder of its own.
async fn cases(folder: &Path) -> std::path::PathBuf {
    let file = folder.join("cases.db");
    let options = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true);
    let mut conn = options.connect().await.unwrap();
    sqlx::raw_sql(
        "CREATE TABLE cases (number TEXT, status TEXT, fee NUMERIC, open INTEGER, days REAL, note TEXT);
         INSERT INTO cases VALUES ('A1', '已修复', 12.5, 1, 2.0, NULL), ('A2', 'x'' OR 1=1', 7, 0, 0.333, 'n');",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    conn.close().await.unwrap();
    file
}

fn queries(file: &Path, sql: &str) -> NamedQueries {
    let url = format!("sqlite://{}", file.display());
    of(Address::parse(&url).unwrap(), sql)
}

fn of(address: Address, sql: &str) -> NamedQueries {
    let columns = [
        ("status", Type::Text),
        ("fee", Type::Number),
        ("open", Type::Truth),
        ("days", Type::Number),
        ("note", Type::Text),
    ];
    let query = NamedQuery {
        database: "cases".to_owned(),
        text: QueryText::parse(sql).unwrap(),
        columns: columns.map(|(name, kind)| (name.to_owned(), kind)).into(),
    };
    let queries = BTreeMap::from([("progress".to_owned(), query)]);
    NamedQueries::new([("cases".to_owned(), address)], queries)
}

fn question(number: &str, columns: &[&str]) -> SqlQuestion {
    let columns = columns.iter();
    SqlQuestion {
        query: "progress".to_owned(),
        args: BTreeMap::from([("number".to_owned(), Value::Text(number.to_owned()))]),
        columns: columns
            .map(|column| (format!("my_{column}"), (*column).to_owned()))
            .collect(),
        timeout: Duration::from_secs(10),
    }
}

const BY_NUMBER: &str = "SELECT * FROM cases WHERE number = :number";

fn told(answer: Answer) -> String {
    match answer {
        Answer::Found(values) => {
            let values = values.iter();
            let values: Vec<String> = values.map(|(name, it)| format!("{name}={it}")).collect();
            values.join(" ")
        }
        Answer::Missing => "missing".to_owned(),
        Answer::Bad(why) => format!("bad: {why}"),
        Answer::NoAnswer(why) => format!("none: {why}"),
    }
}

#[tokio::test]
async fn e12_the_first_row_fills_the_variables() {
    let folder = crate::scratch::Scratch::new();
    let file = cases(folder.path()).await;
    let table = [
        (
            "A1",
            &["status", "fee", "open", "days"][..],
            "my_days=2 my_fee=12.50 my_open=true my_status=已修复",
        ),
        ("A2", &["fee", "open"], "my_fee=7 my_open=false"),
        ("A1", &[], ""),
        ("A3", &["fee"], "missing"),
        // What a caller keys in is data.
        ("' OR 1=1 --", &["fee"], "missing"),
        ("A1", &["note"], "bad: no text in the column `note`"),
        ("A2", &["days"], "bad: no number in the column `days`"),
        ("A1", &["nothing"], "bad: no column `nothing`"),
    ];
    let queries = queries(&file, BY_NUMBER);
    for (number, columns, expected) in table {
        let answer = queries.ask(&question(number, columns)).await;
        assert_eq!(told(answer), expected, "{number} {columns:?}");
    }
}

#[tokio::test]
async fn e12_nothing_is_written_and_nobody_is_waited_for() {
    let folder = crate::scratch::Scratch::new();
    let file = cases(folder.path()).await;
    // A text that passes for a question and writes.
    let writes = queries(&file, "WITH x AS (SELECT :number) DELETE FROM cases");
    let answer = told(writes.ask(&question("A1", &[])).await);
    assert_eq!(answer, "bad: error 8 of the database", "SQLITE_READONLY");
    let slow = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x, :number FROM n WHERE x < 0";
    let slow = queries(&file, slow);
    let asked = SqlQuestion {
        timeout: Duration::from_millis(100),
        ..question("A1", &[])
    };
    let begun = std::time::Instant::now();
    assert_eq!(told(slow.ask(&asked).await), "none: timeout");
    assert!(begun.elapsed() < Duration::from_secs(5));
    // It runs no longer: all four connections are free again.
    for _ in 0..4 {
        assert_eq!(told(slow.ask(&asked).await), "none: timeout");
    }
    let patient = SqlQuestion {
        timeout: Duration::from_secs(2),
        ..question("A1", &[])
    };
    let one = queries(&file, BY_NUMBER);
    let (_busy, answer) = tokio::join!(slow.ask(&asked), one.ask(&patient));
    assert_eq!(told(answer), "");
    let away = queries(Path::new("/nowhere/cases.db"), BY_NUMBER);
    let answer = told(away.ask(&question("A1", &[])).await);
    assert!(
        answer.starts_with("bad:") || answer.starts_with("none:"),
        "{answer}"
    );
    let unknown = SqlQuestion {
        query: "other".to_owned(),
        ..question("A1", &[])
    };
    assert_eq!(told(away.ask(&unknown).await), "bad: no query `other`");
}

#[tokio::test]
async fn e12_a_server_is_asked_in_the_same_way() {
    let url = test_server::schema().await;
    let address = Address::parse(&url).unwrap();
    let mut conn = sqlx::PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(
        "CREATE TABLE cases (number TEXT, status VARCHAR(9), fee NUMERIC, open BOOLEAN, days DOUBLE PRECISION, note DATE, id BIGINT);
         INSERT INTO cases VALUES ('A1', '已修复', 12.5, true, 2, NULL, 7), ('A2', 'x'' OR 1=1', 7, false, 0.333, '2026-11-18', 8);",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    let table = [
        (
            BY_NUMBER,
            "A1",
            &["status", "fee", "open", "days"][..],
            "my_days=2 my_fee=12.50 my_open=true my_status=已修复",
        ),
        (BY_NUMBER, "A2", &["fee", "open"], "my_fee=7 my_open=false"),
        (BY_NUMBER, "A2", &["note"], "my_note=2026-11-18"),
        (BY_NUMBER, "A3", &["fee"], "missing"),
        (BY_NUMBER, "' OR 1=1 --", &["fee"], "missing"),
        (
            BY_NUMBER,
            "A1",
            &["note"],
            "bad: no text in the column `note`",
        ),
        (
            BY_NUMBER,
            "A2",
            &["days"],
            "bad: no number in the column `days`",
        ),
        (BY_NUMBER, "A1", &["nothing"], "bad: no column `nothing`"),
        (
            "WITH c AS (SELECT * FROM cases) SELECT status FROM c WHERE id = :number::bigint -- last",
            "7",
            &["status"],
            "my_status=已修复",
        ),
        // Texts that pass for questions and write.
        (
            "WITH gone AS (DELETE FROM cases WHERE number = :number RETURNING *) SELECT * FROM gone",
            "A1",
            &[],
            "bad: error 0A000 of the database",
        ),
        (
            "SELECT nextval('s') AS status, :number AS fee",
            "A1",
            &[],
            "bad: error 25006 of the database",
        ),
    ];
    sqlx::raw_sql("CREATE SEQUENCE s")
        .execute(&mut conn)
        .await
        .unwrap();
    for (sql, number, columns, expected) in table {
        let answer = of(address.clone(), sql)
            .ask(&question(number, columns))
            .await;
        assert_eq!(told(answer), expected, "{sql} {number} {columns:?}");
    }
    let (rows,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM cases")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!(rows, 2);
}

#[tokio::test]
async fn e12_a_server_ends_what_runs_too_long_and_one_that_is_away_is_an_answer() {
    let url = test_server::schema().await;
    let slow = of(
        Address::parse(&url).unwrap(),
        "SELECT pg_sleep(60), :number",
    );
    let asked = SqlQuestion {
        timeout: Duration::from_millis(300),
        ..question("A1", &[])
    };
    for _ in 0..6 {
        assert_eq!(told(slow.ask(&asked).await), "none: timeout");
    }
    let running = "SELECT COUNT(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(60), $1%' AND pid <> pg_backend_pid()";
    let mut conn = sqlx::PgConnection::connect(&url).await.unwrap();
    let mut left = 1_i64;
    for _ in 0..50 {
        (left,) = sqlx::query_as(running).fetch_one(&mut conn).await.unwrap();
        if left == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(left, 0, "ended where they ran");
    let away = Address::parse("postgres://x:hunter2@127.0.0.1:1/x").unwrap();
    // Whoever is away may come back within the question's time.
    assert_eq!(told(of(away, BY_NUMBER).ask(&asked).await), "none: timeout");
}
