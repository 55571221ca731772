//! What customers are found by is made by the program and not by a migration: when the rule changes, or for customers of a
//! store that knew none, it is made anew as the store opens.

use model::{CustomerId, NumberPlan, Timestamp};
use sqlx::Connection as _;

use super::{phone, row};
use crate::column::count;
use crate::database::{Connection, Place};
use crate::error::Result;
use crate::projection;

/// Which rule made what stands there; a changed rule has another number.
const RULE: u64 = 1;
/// Under this name it is noted, beside the projections of facts.
const NAME: &str = "customer_index";
/// Customers in one transaction.
const BATCH: i64 = 500;

/// A number as it stands there.
#[derive(sqlx::FromRow)]
struct NumberRow {
    customer_id: i64,
    number_key: String,
    ext: String,
    raw: String,
    tail: String,
    confidence: String,
    is_shared: i64,
    created_at: i64,
}

/// Makes it anew where another rule has made it; gives how many customers that took. Numbers are read again from what was written.
pub(crate) async fn refresh(
    conn: &mut Connection,
    place: &Place,
    plan: &NumberPlan,
) -> Result<u64> {
    if projection::read(conn, NAME).await? == RULE {
        return Ok(0);
    }
    let (mut last, mut many) = (0, 0);
    loop {
        let mut turn = conn.begin_with(place.begin()).await?;
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT id, display_name FROM customer WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(last)
        .bind(BATCH)
        .fetch_all(&mut *turn)
        .await?;
        let Some((end, _)) = rows.last() else { break };
        let among = (last, *end);
        last = *end;
        many += rows.len() as u64;
        let names = rows.into_iter();
        let names = names.map(|(id, name)| (CustomerId::new(count(id)), name));
        read_names(&mut turn, among, names.collect()).await?;
        read_numbers(&mut turn, among, plan).await?;
        turn.commit().await?;
    }
    projection::put(conn, NAME, RULE).await?;
    Ok(many)
}

/// Of all customers behind the first id, up to the last.
async fn read_names(
    conn: &mut Connection,
    (behind, to): (i64, i64),
    names: Vec<(CustomerId, String)>,
) -> Result<()> {
    sqlx::query("DELETE FROM customer_term WHERE customer_id > $1 AND customer_id <= $2")
        .bind(behind)
        .bind(to)
        .execute(&mut *conn)
        .await?;
    row::add_terms(conn, names).await
}

/// Numbers that the rule reads otherwise than they stand there.
async fn read_numbers(
    conn: &mut Connection,
    (behind, to): (i64, i64),
    plan: &NumberPlan,
) -> Result<()> {
    let numbers: Vec<NumberRow> = sqlx::query_as(
        "SELECT customer_id, number_key, ext, raw, tail, confidence, is_shared, created_at FROM customer_number
         WHERE customer_id > $1 AND customer_id <= $2",
    )
    .bind(behind)
    .bind(to)
    .fetch_all(&mut *conn)
    .await?;
    for row in numbers {
        let new = phone::NewPhone {
            raw: row.raw,
            is_certain: row.confidence == model::profile::KNOWN,
            is_shared: row.is_shared != 0,
        };
        // What is none by the rule stays as it is: nothing is lost.
        let Ok(keyed) = phone::keyed(plan, new) else {
            continue;
        };
        if keyed.key() == (&row.number_key, &row.ext) && keyed.tail() == row.tail {
            continue;
        }
        sqlx::query(
            "DELETE FROM customer_number WHERE customer_id = $1 AND number_key = $2 AND ext = $3",
        )
        .bind(row.customer_id)
        .bind(row.number_key)
        .bind(row.ext)
        .execute(&mut *conn)
        .await?;
        let (id, added) = (
            CustomerId::new(count(row.customer_id)),
            Timestamp::from_ms(row.created_at),
        );
        phone::put(conn, id, &keyed, added).await?;
    }
    Ok(())
}
