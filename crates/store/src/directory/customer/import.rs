//! A list of customers from elsewhere becomes customers (B9, F8): CSV or a workbook, told before it is done, and done once however
//! often it comes.
//!
//! All rows are read and compared with the store before the first is written. While anything is wrong nothing is written, unless
//! rows with a mistake may be left out. What is written is written some customers at a time, so that nobody else waits for the
//! whole list; if the process ends meanwhile, the same list again goes on where it ended.

use std::collections::BTreeMap;

use ivr::Told;
use model::{CustomerFault as Fault, CustomerId, Timestamp};
use ticket::Actor;

use super::{add, apply};
use crate::Database;
use crate::error::{Result, StoreError};
use crate::sheet;
use column::Field;
use known::{Outcome, outcome};
use listed::{House, said};
use reading::{Entry, Notes, Reading};

mod column;
mod known;
mod listed;
mod reading;

/// Most findings that are told.
const FINDINGS_MAX: usize = 200;
/// Customers in one transaction.
const BATCH: usize = 100;

/// A file of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListFile {
    /// What it is called in findings.
    pub name: String,
    /// CSV, or an XLSX workbook.
    pub bytes: Vec<u8>,
}

/// What is to be done with a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportWish {
    /// Its files; the first sheet of the first one names the customers, all others are joined to it by the external reference.
    pub files: Vec<ListFile>,
    /// Only tells what would become of it.
    pub is_trial: bool,
    /// Rows in which something is wrong are left out; otherwise nothing is written then.
    pub skips_errors: bool,
}

/// What became of a list, or would become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows that say something, heads not counted.
    pub rows: u64,
    /// Customers who are added.
    pub added: u64,
    /// Customers on file who are changed.
    pub changed: u64,
    /// Customers who stand as the list says.
    pub same: u64,
    /// Rows that are left out because something in them is wrong.
    pub refused: u64,
    /// What is wrong, by line and column, of all files together, at most 200.
    pub findings: Vec<ImportFinding>,
    /// Findings beyond those.
    pub untold: u64,
    /// Whether it is written.
    pub is_written: bool,
}

/// What is wrong in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFinding {
    /// The file, with `#` and the sheet in a workbook.
    pub file: String,
    /// The row, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What, and what to write instead.
    pub told: Told,
}

/// How many customers became what.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    added: u64,
    changed: u64,
    same: u64,
}

impl Database {
    /// Takes a list of customers over. What is wrong in it is told in the report; an error is the store's, or somebody was quicker
    /// with one of its references: what was written until then stands, and the same list again goes on.
    pub async fn import_customers(
        &self,
        wish: ImportWish,
        by: Actor,
        now: Timestamp,
    ) -> Result<ImportReport> {
        let ImportWish {
            files,
            is_trial,
            skips_errors,
        } = wish;
        let (entries, mut notes) = self.read_list(files).await?;
        let (entries, tally) = self.weigh(entries, &mut notes).await?;
        let may_be_written = notes.findings.is_empty() || skips_errors && !notes.is_unreadable;
        let is_written = !is_trial && may_be_written;
        let tally = match is_written {
            true => self.take_over(entries, by, now).await?,
            false => tally,
        };
        notes
            .findings
            .sort_by_key(|found| (found.line, found.column));
        Ok(ImportReport {
            rows: notes.rows,
            added: tally.added,
            changed: tally.changed,
            same: tally.same,
            refused: notes.refused,
            findings: notes.findings,
            untold: notes.untold,
            is_written,
        })
    }

    /// Reads the files, away from the threads that serve.
    async fn read_list(&self, files: Vec<ListFile>) -> Result<(Vec<Entry>, Notes)> {
        let agents = self.agents().await?.into_iter();
        let logins: BTreeMap<_, _> = agents
            .filter(|agent| agent.is_active)
            .map(|agent| (agent.login, agent.id))
            .collect();
        let plan = *self.plan();
        let reading = tokio::task::spawn_blocking(move || {
            let (logins, plan) = (&logins, &plan);
            let mut reading = Reading::new(House { logins, plan });
            let mut is_first = true;
            for file in &files {
                read_file(&mut reading, file, &mut is_first);
            }
            (reading.entries, reading.notes)
        });
        reading
            .await
            .map_err(|error| StoreError::Lost(error.to_string()))
    }

    /// What each entry would come to; one that cannot stand is noted and left out.
    async fn weigh(&self, entries: Vec<Entry>, notes: &mut Notes) -> Result<(Vec<Entry>, Tally)> {
        let (mut fitting, mut tally) = (Vec::new(), Tally::default());
        let mut conn = self.readers().acquire().await?;
        for entry in entries {
            match outcome(&mut conn, &entry.listed).await {
                Ok(outcome) => tally.count(&outcome),
                Err(StoreError::Customer(fault)) => {
                    notes.refused += entry.rows;
                    let column = entry.head.place(field(&fault));
                    notes.note(entry.head.file(), entry.line, column, said(&fault));
                    continue;
                }
                Err(error) => return Err(error),
            }
            fitting.push(entry);
        }
        Ok((fitting, tally))
    }

    async fn take_over(&self, entries: Vec<Entry>, by: Actor, now: Timestamp) -> Result<Tally> {
        let (mut tally, mut entries) = (Tally::default(), entries.into_iter().peekable());
        while entries.peek().is_some() {
            let batch = entries.by_ref().take(BATCH);
            let batch: Vec<_> = batch
                .map(|entry| (CustomerId::new(self.next_id(now)), entry))
                .collect();
            let plan = *self.plan();
            let done = self.write(move |conn| {
                Box::pin(async move {
                    let mut tally = Tally::default();
                    for (id, entry) in batch {
                        let outcome = outcome(conn, &entry.listed).await?;
                        tally.count(&outcome);
                        match outcome {
                            Outcome::Added(new) => {
                                add(conn, id, *new, &plan, by, now).await?;
                            }
                            Outcome::Changed(both) => {
                                let (before, change) = *both;
                                apply(conn, before, change, &plan, by, now).await?;
                            }
                            Outcome::Same => {}
                        }
                    }
                    Ok(tally)
                })
            });
            tally.add(done.await?);
        }
        Ok(tally)
    }
}

fn read_file(reading: &mut Reading<'_>, file: &ListFile, is_first: &mut bool) {
    let sheets = match sheet::read(&file.bytes) {
        Ok(sheets) => sheets,
        Err(fault) => {
            let (line, told) = (fault.line(), fault.told());
            return reading.notes.unreadable(&file.name, line, 0, told);
        }
    };
    if sheets.is_empty() {
        let told = ivr::told!(
            "there is nothing in the file: its first row names the columns",
            "文件为空：第一行应为列名"
        );
        return reading.notes.unreadable(&file.name, 1, 0, told);
    }
    for sheet in sheets {
        let place = match &sheet.name {
            Some(name) => format!("{}#{name}", file.name),
            None => file.name.clone(),
        };
        reading.sheet(place, &sheet, std::mem::take(is_first));
    }
}

impl Tally {
    const fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Added(_) => self.added += 1,
            Outcome::Changed(_) => self.changed += 1,
            Outcome::Same => self.same += 1,
        }
    }

    const fn add(&mut self, other: Self) {
        self.added += other.added;
        self.changed += other.changed;
        self.same += other.same;
    }
}

/// The column in which a fault is.
fn field(fault: &Fault) -> Field {
    match fault {
        Fault::Number(_) | Fault::Numbers => Field::Phone,
        Fault::Vip => Field::Vip,
        Fault::Owner(_) => Field::Owner,
        Fault::Contacts | Fault::Contact { .. } => Field::Address,
        Fault::Text { field, .. } => match *field {
            "note" => Field::Note,
            "region" => Field::Region,
            "locale" => Field::Locale,
            _ => Field::Reference,
        },
        Fault::Several => Field::Reference,
        Fault::Name
        | Fault::Organisation(_)
        | Fault::Merged(_)
        | Fault::Itself
        | Fault::NotMerged
        | Fault::MergedSince(_) => Field::Name,
    }
}
