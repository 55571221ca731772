//! The sums of tickets that reports read: those of each quarter of an hour of the last days, for each group two types. They are laid as they
//! would stand, not made of timelines, which the house has of its last tickets alone.

use std::fmt::Write as _;

use report::TicketSums;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};

use crate::chance::Chance;
use crate::fill::Tell;
use crate::house::{self, House};

const TYPES: [&str; 2] = ["complaint", "consult"];
/// Buckets of the histogram that hold something, of each clock, group and type in a quarter.
const PARTS: u64 = 1;
/// Buckets of durations from half a minute to a day.
const PART_MIN: u64 = 900;
const PART_RANGE: u64 = 1_500;

/// Lays them, if there are none but those of the sample.
pub(crate) async fn lay(
    conn: &mut AnyConnection,
    house: &House,
    tell: Tell<'_>,
) -> sqlx::Result<()> {
    let (stands,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM rollup_ticket")
        .fetch_one(&mut *conn)
        .await?;
    if stands > 1_000 {
        return Ok(());
    }
    for day in 0..house.days_of_sums {
        tell("ticket sums", day, house.days_of_sums);
        let mut turn = conn.begin().await?;
        for place in 0..house::QUARTERS {
            let mut chance = Chance::new(house.seed, (day << 8 | place) << 3 | 4);
            let at = House::quarter(day, place).as_ms();
            for text in quarter(at, &mut chance) {
                sqlx::raw_sql(AssertSqlSafe(text))
                    .execute(&mut *turn)
                    .await?;
            }
        }
        turn.commit().await?;
    }
    blocks(conn).await
}

/// What was laid by the quarter, of four hours each.
async fn blocks(conn: &mut AnyConnection) -> sqlx::Result<()> {
    let columns = TicketSums::COLUMNS;
    let sums: Vec<String> = columns
        .iter()
        .map(|column| format!("CAST(SUM({column}) AS BIGINT)"))
        .collect();
    let text = format!(
        "DELETE FROM rollup_ticket_block;
         INSERT INTO rollup_ticket_block (bucket_at, work_group, ticket_type, {})
         SELECT bucket_at / {block} * {block}, work_group, ticket_type, {} FROM rollup_ticket GROUP BY 1, 2, 3",
        columns.join(", "),
        sums.join(", "),
        block = house::BLOCK_MS,
    );
    sqlx::raw_sql(AssertSqlSafe(text)).execute(conn).await?;
    Ok(())
}

/// What fills a quarter: sums, durations, and tickets that were answered at once.
fn quarter(at: i64, chance: &mut Chance) -> [String; 3] {
    let mut sums = format!(
        "INSERT INTO rollup_ticket (bucket_at, work_group, ticket_type, {}) VALUES ",
        TicketSums::COLUMNS.join(", ")
    );
    let mut times = "INSERT INTO rollup_ticket_time (bucket_at, work_group, ticket_type, clock, part, tickets) VALUES ".to_owned();
    let mut firsts = "INSERT INTO first_contact (ticket_id, at, bucket_at, work_group, ticket_type, again_at) VALUES ".to_owned();
    for index in 0..house::GROUPS {
        for (place, kind) in (0..).zip(TYPES) {
            let comma = if index + place == 0 { "" } else { ", " };
            let group = house::group(index);
            let key = format!("{at}, '{group}', '{kind}'");
            // Writing into a String cannot fail.
            let _ = write!(sums, "{comma}({key}");
            for _ in TicketSums::COLUMNS {
                let _ = write!(sums, ", {}", chance.below(5));
            }
            sums.push(')');
            for (clock, part) in ["response", "resolve"]
                .into_iter()
                .flat_map(|clock| (0..PARTS).map(move |part| (clock, part)))
            {
                let comma = if times.ends_with(' ') { "" } else { ", " };
                let half = PART_RANGE / PARTS;
                let bucket = PART_MIN + part * half + chance.below(half);
                let _ = write!(times, "{comma}({key}, '{clock}', {bucket}, 1)");
            }
            // A ticket that nobody has: reports count, and ask nothing of it.
            let ticket = at + i64::try_from(index * 2 + place).unwrap_or_default();
            let again = match chance.below(5) {
                0 => (at + house::DAY_MS).to_string(),
                _ => "NULL".to_owned(),
            };
            let _ = write!(
                firsts,
                "{comma}({ticket}, {at}, {at}, '{group}', '{kind}', {again})"
            );
        }
    }
    [sums, times, firsts]
}
