//! Finds a day in the fact log, and the beginning of the process that lived when it began.
//!
//! Facts stand in order of time, so the day is found by halving. From there on backwards the log is looked through for the
//! first entry of that process's journal: what the distribution was told since then is what its decisions came from.

use std::path::Path;

use model::FactRecord;
use sim::{Replay, Replayed, Window};
use store::{FactLogError, FactReader};

use super::super::progress::ProgressBar;
use crate::Failure;
use crate::config::cause::Cause;

/// Facts read at once.
const BATCH_MAX: usize = 4_096;

/// Reads the day, and what led to it.
pub(super) fn read(dir: &Path, window: Window) -> Result<Replayed, Failure> {
    let reader = FactReader::new(dir);
    let day = first_from(&reader, window)?;
    let first = beginning(&reader, day)?;
    let bar = ProgressBar::new();
    let mut replay = Replay::new(window);
    let mut next = first;
    'log: loop {
        let records = batch(&reader, next)?;
        let Some(last) = records.last() else { break };
        next = last.seq + 1;
        for record in &records {
            if !replay.fact(record).map_err(refused)? {
                break 'log;
            }
        }
        bar.count(next - first, day.max(next) - first, "facts");
    }
    bar.finish();
    replay.close().map_err(refused)
}

fn refused(error: sim::ReplayError) -> Failure {
    Failure::Refused(error.told())
}

/// Facts from a number on; of damaged ones those that follow.
fn batch(reader: &FactReader, seq: u64) -> Result<Vec<FactRecord>, Failure> {
    some(reader, seq, BATCH_MAX)
}

fn some(reader: &FactReader, mut seq: u64, limit: usize) -> Result<Vec<FactRecord>, Failure> {
    loop {
        match reader.read_from(seq, limit) {
            Ok(records) => return Ok(records),
            Err(FactLogError::Damaged {
                resume_at: Some(resume_at),
                ..
            }) => seq = resume_at,
            Err(error) => return Err(Failure::System(error.into())),
        }
    }
}

/// The number of the first fact of the day; behind the last fact, if there is none.
fn first_from(reader: &FactReader, window: Window) -> Result<u64, Failure> {
    let is_before = |seq: u64| -> Result<bool, Failure> {
        let found = some(reader, seq, 1)?;
        Ok(found.first().is_some_and(|record| record.at < window.from))
    };
    let mut high = 1;
    while is_before(high)? {
        high *= 2;
    }
    let mut low = high / 2;
    while low + 1 < high {
        let middle = low.midpoint(high);
        match is_before(middle)? {
            true => low = middle,
            false => high = middle,
        }
    }
    Ok(high)
}

/// The number of the fact that begins the journal in which the day stands; the day's first fact, if the log has none.
fn beginning(reader: &FactReader, day: u64) -> Result<u64, Failure> {
    let mut until = day;
    while until > 1 {
        let from = until.saturating_sub(BATCH_MAX as u64).max(1);
        let records = some(reader, from, (until - from) as usize)?;
        let before = records.iter().filter(|record| record.seq < until);
        if let Some(found) = before
            .rev()
            .find(|record| Replay::is_beginning(&record.fact))
        {
            return Ok(found.seq);
        }
        until = from;
    }
    Ok(day)
}

#[cfg(test)]
mod tests;
