//! The chain of the audit log: what a row's hash is made of, and the fold that finds where a chain is broken.

use sha2::{Digest, Sha256};

use super::{AuditAnchor, Row};
use crate::column::count;

/// Most faults that are told: behind the first ones the rest says nothing more.
const FAULTS_MAX: usize = 20;
/// Says by which rule a hash was made; it changes if the fields ever do.
const RULE: &str = "trunkline audit 1";

/// A row is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditFault {
    /// Rows are missing before this one.
    Gap {
        /// The row that should stand there.
        expected: u64,
        /// The row that stands there.
        found: u64,
    },
    /// A field of this row was changed.
    Changed(u64),
    /// This row does not follow on the one before it: that one was changed together with its hash.
    Unlinked(u64),
    /// The head names another last row: rows were cut off at the end.
    Cut {
        /// The last row of the head.
        expected: u64,
        /// The last row that stands there.
        found: u64,
    },
    /// The row whose hash was written down elsewhere has another one by this time: everything up to it may have been made anew.
    Rewritten(u64),
    /// The log begins behind this row, and no row of it says that retention cut it off there.
    Unsealed(u64),
    /// The row whose hash was written down elsewhere is cut off, as all up to this one: a younger one is needed.
    Outdated(u64),
}

/// What became of a walk over the whole log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditReport {
    /// Rows read.
    pub rows: u64,
    /// The last row that retention has cut off; 0: none.
    pub cut: u64,
    /// The last row.
    pub last: u64,
    /// Its hash: written down elsewhere, it proves later that all up to it still stands.
    pub hash: String,
    /// What is wrong, at most 20.
    pub faults: Vec<AuditFault>,
}

/// The hash of a row: SHA-256, in hexadecimal, over its columns as one line of JSON, with the hash of the row before.
pub(super) fn hash(row: &Row) -> String {
    let fields = serde_json::json!([
        RULE,
        row.prev_hash,
        row.seq,
        row.at,
        row.actor_kind,
        row.actor_id,
        row.action,
        row.entity,
        row.entity_id,
        row.before,
        row.after,
    ]);
    let digest = Sha256::digest(fields.to_string());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl AuditReport {
    /// Begins behind what was cut off.
    pub(super) fn behind(cut: &AuditAnchor) -> Self {
        Self {
            cut: cut.seq,
            last: cut.seq,
            hash: cut.hash.clone(),
            ..Self::default()
        }
    }

    /// The next row.
    pub(super) fn follow(&mut self, row: &Row) {
        let (expected, found) = (self.last + 1, count(row.seq));
        if found != expected {
            self.fault(AuditFault::Gap { expected, found });
        } else if row.prev_hash != self.hash {
            self.fault(AuditFault::Unlinked(found));
        }
        if hash(row) != row.hash {
            self.fault(AuditFault::Changed(found));
        }
        self.rows += 1;
        self.last = found;
        row.hash.clone_into(&mut self.hash);
    }

    /// The end: the head's last row and its hash.
    pub(super) fn finish(&mut self, head: (u64, &str)) {
        if head != (self.last, self.hash.as_str()) {
            self.fault(AuditFault::Cut {
                expected: head.0,
                found: self.last,
            });
        }
    }

    pub(super) fn fault(&mut self, fault: AuditFault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }
}
