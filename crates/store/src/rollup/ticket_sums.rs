//! Sums of tickets as they stand in the tables, by the group that had them or by their type, added up by the database over each interval
//! that is asked for.

use std::collections::BTreeMap;

use model::DAY_MS;
use report::{FCR_DAYS, FCR_DAYS_MAX, FirstContactSums, Sums, TicketSums};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use super::read::{SUMS_MAX, SumsOf, Window, limit, values};
use crate::database::{Connection, Statement};
use crate::error::{Result, StoreError};
use crate::{Database, Whose};

/// Counts of durations that are read for one report; who gets more of them asked for too much.
const PARTS_MAX: usize = 1_000_000;

/// Of a longer time durations are read in coarser parts: a percentile is off by 4 % at most, instead of by 0.8 %.
const LONG_MS: i64 = 62 * DAY_MS;

/// By what a row is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketsBy {
    /// The group that had them; empty: none.
    Group,
    /// Their type; empty: none.
    Type,
}

/// The sums of tickets by the beginning of an interval, in ms, and group or type.
pub type OfTickets = BTreeMap<(i64, String), Sums>;

struct SumRow((i64, String), TicketSums);

#[derive(FromRow)]
struct TimesRow {
    span: i64,
    id: String,
    clock: String,
    parts: String,
}

impl TicketsBy {
    const fn column(self) -> &'static str {
        match self {
            Self::Group => "work_group",
            Self::Type => "ticket_type",
        }
    }
}

impl SumsOf {
    fn narrow_tickets(&self, query: &mut Statement) {
        if let Some(group) = &self.group {
            query.push(" AND work_group = ").push_bind(group.as_str());
        }
        if let Some(kind) = &self.ticket_type {
            query.push(" AND ticket_type = ").push_bind(kind.as_str());
        }
        match &self.whose {
            Whose::Everybody => {}
            // A ticket is a group's, and no one's of it.
            Whose::One(_) => {
                query.push(" AND 1 = 0");
            }
            Whose::Circle(circle) => {
                let groups = circle.groups.iter().map(|group| group.as_str());
                query.push(" AND work_group").push_among(groups);
            }
        }
    }
}

impl Database {
    /// The sums of tickets, as of one moment; `None`: there are too many of them.
    pub async fn ticket_sums(
        &self,
        windows: &[Window],
        of: &SumsOf,
        by: TicketsBy,
    ) -> Result<Option<OfTickets>> {
        let mut moment = self.readers().begin().await?;
        let (mut sums, mut parts) = (OfTickets::new(), 0);
        let is_long = windows.iter().map(Window::length_ms).sum::<i64>() > LONG_MS;
        for window in windows {
            let asked = (window, of, by);
            for SumRow((span, id), more) in counts(&mut moment, asked).await? {
                let key = (window.beginning(span), id);
                sums.entry(key).or_default().ticket.add(&more);
            }
            for row in times(&mut moment, asked, is_long).await? {
                let told = row.parts()?;
                parts += told.len();
                let key = (window.beginning(row.span), row.id);
                let of = &mut sums.entry(key).or_default().times;
                let spread = if row.clock == "response" {
                    &mut of.response
                } else {
                    &mut of.resolve
                };
                for (part, many) in told {
                    spread.put(part, many);
                }
            }
            if sums.len() > SUMS_MAX || parts > PARTS_MAX {
                return Ok(None);
            }
            // Of groups there is no figure of them.
            let solved = match by {
                TicketsBy::Type => first_contacts(&mut moment, asked).await?,
                TicketsBy::Group => Vec::new(),
            };
            for (span, id, solved) in solved {
                let key = (window.beginning(span), id);
                let more = FirstContactSums { solved };
                sums.entry(key).or_default().first_contact.add(&more);
            }
        }
        Ok(Some(sums))
    }
}

/// Which rows are added up, and by what.
type Asked<'a> = (&'a Window, &'a SumsOf, TicketsBy);

async fn counts(conn: &mut Connection, (window, of, by): Asked<'_>) -> Result<Vec<SumRow>> {
    let mut query = window.select(" AS span, ");
    query.push(by.column()).push(", ");
    query.push_sums(TicketSums::COLUMNS).push(" FROM ");
    window.rows(&mut query, "rollup_ticket", "rollup_ticket_block");
    of.narrow_tickets(&mut query);
    query.push(" GROUP BY 1, 2 LIMIT ").push_bind(limit());
    Ok(query.build_query_as().fetch_all(conn).await?)
}

/// How long tickets took: of each interval, row and clock one text, since a row of its own for each part of a histogram is slow to be read.
async fn times(
    conn: &mut Connection,
    (window, of, by): Asked<'_>,
    is_long: bool,
) -> Result<Vec<TimesRow>> {
    let mut query = Statement::new(
        "SELECT span, id, clock, STRING_AGG(CAST(part AS TEXT) || ':' || CAST(tickets AS TEXT), ' ') AS parts FROM (",
    );
    window.push_select(&mut query, " AS span, ");
    query.push(by.column()).push(" AS id, clock, ");
    // Eight buckets of a histogram as the middle one.
    query.push(match is_long {
        true => "part / 8 * 8 + 4 AS part, CAST(SUM(tickets) AS BIGINT) AS tickets",
        false => "part, tickets",
    });
    query.push(" FROM rollup_ticket_time");
    window.within(&mut query);
    of.narrow_tickets(&mut query);
    if is_long {
        query.push(" GROUP BY 1, 2, 3, 4");
    }
    query.push(" LIMIT ").push_bind(PARTS_MAX as i64 + 1);
    query.push(") p GROUP BY span, id, clock");
    Ok(query.build_query_as().fetch_all(conn).await?)
}

impl TimesRow {
    /// Parts of a histogram, each with its count.
    fn parts(&self) -> Result<Vec<(u32, u64)>> {
        let parts = self.parts.split(' ').map(|part| {
            let (part, many) = part.split_once(':')?;
            Some((part.parse().ok()?, many.parse().ok()?))
        });
        let parts: Option<Vec<_>> = parts.collect();
        parts.ok_or_else(|| StoreError::damaged("durations of tickets", &self.parts))
    }
}

/// Answered at once, and nobody came back within the window.
async fn first_contacts(
    conn: &mut Connection,
    (window, of, by): Asked<'_>,
) -> Result<Vec<(i64, String, i64)>> {
    let days = of.fcr_days.unwrap_or(FCR_DAYS).min(FCR_DAYS_MAX);
    let mut query = window.select(" AS span, ");
    query
        .push(by.column())
        .push(", COUNT(*) FROM first_contact");
    window.within(&mut query);
    of.narrow_tickets(&mut query);
    query.push(" AND (again_at IS NULL OR again_at - at > ");
    query.push_bind(i64::from(days) * DAY_MS);
    query.push(") GROUP BY 1, 2 LIMIT ").push_bind(limit());
    Ok(query.build_query_as().fetch_all(conn).await?)
}

impl<'r> FromRow<'r, AnyRow> for SumRow {
    fn from_row(row: &'r AnyRow) -> sqlx::Result<Self> {
        let key = (row.try_get(0)?, row.try_get(1)?);
        Ok(Self(key, TicketSums::of(values(row, 2)?)))
    }
}
