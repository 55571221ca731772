//! How many calls of strangers are alive, for each source and in all (S7, S9).
//!
//! Invariant: the numbers are those of the sessions that are alive, and a source without one has no row. A call is pending
//! until the ACK to our 2xx shows that somebody is there; a made-up address never gets beyond that.

use crate::{config::Limits, source::Source};
use std::collections::BTreeMap;

/// Calls of one source.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Row {
    pending: usize,
    acked: usize,
}

/// All calls of strangers.
#[derive(Debug, Default)]
pub(super) struct Strangers {
    rows: BTreeMap<Source, Row>,
    pending: usize,
}

impl Strangers {
    /// Why one more call from a source is too many, if it is.
    pub(super) fn refusal(&self, source: Source, limits: &Limits) -> Option<&'static str> {
        let row = self.rows.get(&source).copied().unwrap_or_default();
        let pending_max = limits
            .stranger_pending_max
            .unwrap_or_else(|| limits.sessions_max.div_ceil(2));
        if row.pending >= limits.stranger_pending_per_source_max {
            Some("too many pending calls of a source")
        } else if row.pending.saturating_add(row.acked) >= limits.stranger_sessions_per_source_max {
            Some("too many calls of a source")
        } else if self.pending >= pending_max {
            Some("too many pending calls of strangers")
        } else {
            None
        }
    }

    /// A call begins.
    pub(super) fn enter(&mut self, source: Source) {
        self.pending = self.pending.saturating_add(1);
        let row = self.rows.entry(source).or_default();
        row.pending = row.pending.saturating_add(1);
    }

    /// The ACK to our 2xx has come.
    pub(super) fn acknowledge(&mut self, source: Source) {
        self.pending = self.pending.saturating_sub(1);
        let row = self.rows.entry(source).or_default();
        row.pending = row.pending.saturating_sub(1);
        row.acked = row.acked.saturating_add(1);
    }

    /// A call is over, before its ACK or after.
    pub(super) fn leave(&mut self, source: Source, acked: bool) {
        let row = self.rows.entry(source).or_default();
        if acked {
            row.acked = row.acked.saturating_sub(1);
        } else {
            row.pending = row.pending.saturating_sub(1);
            self.pending = self.pending.saturating_sub(1);
        }
        if *row == Row::default() {
            self.rows.remove(&source);
        }
    }

    /// Sources with a call.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }
}
