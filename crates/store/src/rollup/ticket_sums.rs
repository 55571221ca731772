//! Sums of tickets as they stand in the tables, by the group that had them or by their type, added up by the database over each interval
//! that is asked for.

use std::collections::BTreeMap;

use report::{TicketSums, TicketTimes};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use super::read::{SUMS_MAX, SumsOf, Window, limit, values};
use crate::column::count;
use crate::database::Statement;
use crate::error::Result;
use crate::{Database, Whose};

/// Counts of durations that are read for one report; who gets more of them asked for too much.
const PARTS_MAX: usize = 400_000;

/// By what a row is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketsBy {
    /// The group that had them; empty: none.
    Group,
    /// Their type; empty: none.
    Type,
}

/// The sums of tickets by the beginning of an interval, in ms, and group or type.
pub type OfTickets = BTreeMap<(i64, String), (TicketSums, TicketTimes)>;

struct SumRow((i64, String), TicketSums);

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
                query.push(" AND work_group IN (NULL");
                for group in &circle.groups {
                    query.push(", ").push_bind(group.as_str());
                }
                query.push(")");
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
        for window in windows {
            let mut query = window.select(" AS span, ");
            query.push(by.column()).push(", ");
            query
                .push_sums(TicketSums::COLUMNS)
                .push(" FROM rollup_ticket");
            window.within(&mut query);
            of.narrow_tickets(&mut query);
            query.push(" GROUP BY 1, 2 LIMIT ").push_bind(limit());
            let rows: Vec<SumRow> = query.build_query_as().fetch_all(&mut *moment).await?;
            for SumRow((span, id), more) in rows {
                sums.entry((window.beginning(span), id))
                    .or_default()
                    .0
                    .add(&more);
            }
            let mut query = window.select(" AS span, ");
            query.push(by.column());
            query.push(
                ", clock, part, CAST(SUM(tickets) AS BIGINT) AS tickets FROM rollup_ticket_time",
            );
            window.within(&mut query);
            of.narrow_tickets(&mut query);
            query.push(" GROUP BY 1, 2, clock, part LIMIT ");
            query.push_bind(PARTS_MAX as i64 + 1);
            let rows: Vec<(i64, String, String, i64, i64)> =
                query.build_query_as().fetch_all(&mut *moment).await?;
            parts += rows.len();
            if sums.len() > SUMS_MAX || parts > PARTS_MAX {
                return Ok(None);
            }
            for (span, id, clock, part, many) in rows {
                let (_, times) = sums.entry((window.beginning(span), id)).or_default();
                let spread = if clock == "response" {
                    &mut times.response
                } else {
                    &mut times.resolve
                };
                spread.put(u32::try_from(part).unwrap_or(u32::MAX), count(many));
            }
        }
        Ok(Some(sums))
    }
}

impl<'r> FromRow<'r, AnyRow> for SumRow {
    fn from_row(row: &'r AnyRow) -> sqlx::Result<Self> {
        let key = (row.try_get(0)?, row.try_get(1)?);
        Ok(Self(key, TicketSums::of(values(row, 2)?)))
    }
}
