//! Tickets of the past for a dry run of rules (C1), each with what its row alone does not say.

use ::ticket::Ticket;
use sqlx::FromRow;

use super::row::{Row, select_with};
use crate::Database;
use crate::error::Result;

/// A ticket, the way by which it came, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastTicket {
    /// The ticket.
    pub ticket: Ticket,
    /// `call`, `voicemail`, `script`, `api`.
    pub channel: String,
    /// Its customer's level; 0 of nobody known.
    pub vip: u8,
}

#[derive(FromRow)]
struct Past {
    #[sqlx(flatten)]
    row: Row,
    channel: String,
    vip_level: Option<i64>,
}

impl Database {
    /// The last tickets, newest first; what was entered in error is left out.
    pub async fn past_tickets(&self, last: u32) -> Result<Vec<PastTicket>> {
        let mut query = select_with(", t.channel, c.vip_level");
        query
            .push(" LEFT JOIN customer c ON c.id = t.customer_id WHERE t.state <> 'void' ORDER BY t.id DESC LIMIT ")
            .push_bind(i64::from(last));
        let rows: Vec<Past> = query.build_query_as().fetch_all(self.readers()).await?;
        let past = rows.into_iter().map(|past| {
            Ok(PastTicket {
                ticket: past.row.ticket()?,
                channel: past.channel,
                vip: past
                    .vip_level
                    .map_or(0, |level| u8::try_from(level).unwrap_or(u8::MAX)),
            })
        });
        past.collect()
    }
}
