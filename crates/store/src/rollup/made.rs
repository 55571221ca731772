//! Reports, made of the sums that stand in the tables (I5).

use std::collections::BTreeMap;
use std::ops::Range;

use model::{AgentId, Interval, Timestamp, Zone};
use report::{QUARTER_MS, Report, Row, StateSums, Subject, Sums};

use super::read::{SUMS_MAX, StateRow, SumsOf, Window};
use super::ticket_sums::TicketsBy;
use crate::Database;
use crate::column::count;
use crate::error::Result;

/// Most intervals of a report.
pub const INTERVALS_MAX: usize = 10_000;
/// Most rows of a report.
pub const ROWS_MAX: usize = 20_000;

/// Which report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportWish {
    /// Of whom.
    pub subject: Subject,
    /// Of which time; its edges are moved outwards to those of quarters.
    pub time: Range<Timestamp>,
    /// How it is cut.
    pub by: Interval,
    /// On whose clock.
    pub zone: Zone,
    /// Of whom in particular.
    pub of: SumsOf,
}

impl Database {
    /// A report, with what goes on at the moment `now`; `None` when its subject is not counted that finely, or when it would have more than [`INTERVALS_MAX`] intervals or [`ROWS_MAX`]
    /// rows.
    pub async fn report(&self, wish: &ReportWish, now: Timestamp) -> Result<Option<Report>> {
        if !wish.subject.can_be_cut(wish.by) {
            return Ok(None);
        }
        let time = quarters(&wish.time);
        let Some(windows) = Window::of(&time, wish.by, &wish.zone, INTERVALS_MAX) else {
            return Ok(None);
        };
        let rows = match wish.subject {
            Subject::Queues => self.of_queues(&windows, &wish.of).await?,
            Subject::Agents => self.of_agents(&windows, &wish.of, now).await?,
            Subject::Ivr => self.of_nodes(&windows, &wish.of).await?,
            Subject::Groups => {
                self.of_tickets(&windows, &wish.of, TicketsBy::Group)
                    .await?
            }
            Subject::Tickets => self.of_tickets(&windows, &wish.of, TicketsBy::Type).await?,
        };
        let Some(rows) = rows.filter(|rows| rows.len() <= ROWS_MAX) else {
            return Ok(None);
        };
        let mut rows: Vec<Row> = rows.into_values().collect();
        for row in &mut rows {
            let from = row.time.start;
            let end = wish.by.end_of(from, &wish.zone).unwrap_or(time.end);
            row.time = from..end.min(time.end);
        }
        let cut = (time, wish.by, wish.zone.clone());
        Ok(Some(Report::new(wish.subject, cut, rows)))
    }

    async fn of_queues(&self, windows: &[Window], of: &SumsOf) -> Result<Option<Rows>> {
        let bounds = self.bounds();
        let mut rows = Rows::new();
        let sums = self.queue_sums(windows, of).await?;
        if sums.len() > SUMS_MAX {
            return Ok(None);
        }
        for ((from, queue), sums) in sums {
            let level = bounds.get(&queue).copied().unwrap_or_default().level;
            let row = row(&mut rows, from, queue.as_str());
            row.sums = Sums {
                queue: sums,
                level: Some(level),
                ..Sums::default()
            };
        }
        Ok(Some(rows))
    }

    async fn of_nodes(&self, windows: &[Window], of: &SumsOf) -> Result<Option<Rows>> {
        let sums = self.ivr_sums(windows, of).await?;
        if sums.len() > SUMS_MAX {
            return Ok(None);
        }
        let mut rows = Rows::new();
        for ((from, script, node), (kind, ivr)) in sums {
            let row = row(&mut rows, from, &format!("{script}/{node}"));
            row.title = kind;
            row.sums.ivr = ivr;
        }
        Ok(Some(rows))
    }

    async fn of_tickets(
        &self,
        windows: &[Window],
        of: &SumsOf,
        by: TicketsBy,
    ) -> Result<Option<Rows>> {
        let Some(sums) = self.ticket_sums(windows, of, by).await? else {
            return Ok(None);
        };
        let mut rows = Rows::new();
        for ((from, id), sums) in sums {
            row(&mut rows, from, &id).sums = sums;
        }
        Ok(Some(rows))
    }

    async fn of_agents(
        &self,
        windows: &[Window],
        of: &SumsOf,
        now: Timestamp,
    ) -> Result<Option<Rows>> {
        let mut rows = Rows::new();
        let sums = self.agent_sums(windows, of).await?;
        let states = self.state_sums(windows, of, Some(now)).await?;
        if sums.len().max(states.len()) > SUMS_MAX {
            return Ok(None);
        }
        for ((from, agent, _), sums) in sums {
            let row = row(&mut rows, from, &agent.to_string());
            row.sums.agent.add(&sums);
        }
        for state in states {
            let agent = AgentId::new(count(state.agent_id));
            let row = row(&mut rows, state.bucket_at, &agent.to_string());
            row.sums.states.add(&spent(&state));
            if !state.reason.is_empty() {
                *row.not_ready.entry(state.reason).or_default() += state.ms;
            }
        }
        let people = self.agents().await?.into_iter();
        let names: BTreeMap<String, String> = people
            .map(|one| (one.id.to_string(), format!("{} {}", one.login, one.name)))
            .collect();
        for row in rows.values_mut() {
            if let Some(name) = names.get(&row.id) {
                row.title.clone_from(name);
            }
        }
        Ok(Some(rows))
    }
}

/// Rows by the beginning of their interval, and by whom they are of.
type Rows = BTreeMap<(i64, String), Row>;

fn row<'r>(rows: &'r mut Rows, from: i64, id: &str) -> &'r mut Row {
    rows.entry((from, id.to_owned())).or_insert_with(|| Row {
        time: Timestamp::from_ms(from)..Timestamp::from_ms(from),
        id: id.to_owned(),
        title: id.to_owned(),
        ..Row::default()
    })
}

/// What a row of states is, as a sum.
fn spent(state: &StateRow) -> StateSums {
    let mut sums = StateSums::default();
    let columns = [
        ("ready", &mut sums.ready_ms),
        ("not_ready", &mut sums.not_ready_ms),
        ("ringing", &mut sums.ringing_ms),
        ("talking", &mut sums.talking_ms),
        ("holding", &mut sums.holding_ms),
        ("wrap_up", &mut sums.wrap_up_ms),
    ];
    for (name, column) in columns {
        if name == state.doing {
            *column = state.ms;
        }
    }
    sums
}

fn quarters(time: &Range<Timestamp>) -> Range<Timestamp> {
    let from = report::quarter(time.start);
    let last = Timestamp::from_ms(time.end.as_ms().saturating_sub(1));
    let end = report::quarter(last).saturating_add(QUARTER_MS);
    Timestamp::from_ms(from)..Timestamp::from_ms(end.max(from))
}
