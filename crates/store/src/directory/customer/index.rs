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

type NumberRow = (String, String, String, String, i64, i64);

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
        last = *end;
        for (id, name) in rows {
            let customer = CustomerId::new(count(id));
            row::put_terms(&mut turn, customer, &name).await?;
            read_again(&mut turn, id, plan).await?;
            many += 1;
        }
        turn.commit().await?;
    }
    projection::put(conn, NAME, RULE).await?;
    Ok(many)
}

async fn read_again(conn: &mut Connection, customer: i64, plan: &NumberPlan) -> Result<()> {
    let numbers: Vec<NumberRow> = sqlx::query_as(
        "SELECT number_key, ext, raw, confidence, is_shared, created_at FROM customer_number WHERE customer_id = $1",
    )
    .bind(customer)
    .fetch_all(&mut *conn)
    .await?;
    let id = CustomerId::new(count(customer));
    for (key, ext, raw, confidence, is_shared, created_at) in numbers {
        let new = phone::NewPhone {
            raw,
            is_certain: confidence == model::profile::KNOWN,
            is_shared: is_shared != 0,
        };
        // What is none by the rule stays as it is: nothing is lost.
        let Ok(keyed) = phone::keyed(plan, new) else {
            continue;
        };
        sqlx::query(
            "DELETE FROM customer_number WHERE customer_id = $1 AND number_key = $2 AND ext = $3",
        )
        .bind(customer)
        .bind(key)
        .bind(ext)
        .execute(&mut *conn)
        .await?;
        phone::put(conn, id, &keyed, Timestamp::from_ms(created_at)).await?;
    }
    Ok(())
}
