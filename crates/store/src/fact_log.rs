use crate::error::FactLogError;
use model::{Fact, FactRecord, Timestamp};
use std::path::Path;

/// What opening found (S4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecoveryReport {
    /// The last fact in the log; 0 for none.
    pub last_seq: u64,
    /// Bytes of a record that was cut by a crash and is gone.
    pub torn_bytes: u64,
    /// Ranges of numbers (first, last) that the log does not hold or cannot read.
    pub lost: Vec<(u64, u64)>,
}

/// The log, owned by the one thread that writes it.
#[derive(Debug)]
pub struct FactLog {}
impl FactLog {
    /// `floor`: the highest number that is known to be given already (`Database::applied_seq`); numbers go on after it even if the log ends before.
    pub fn open(dir: &Path, floor: u64) -> Result<(Self, RecoveryReport), FactLogError> {
        let _ = (dir, floor);
        todo!()
    }
    /// Numbers the facts and hands them to the operating system before it returns.
    pub fn append(
        &mut self,
        at: Timestamp,
        facts: Vec<Fact>,
    ) -> Result<Vec<FactRecord>, FactLogError> {
        let _ = (at, facts);
        todo!()
    }
    /// Makes durable what was appended; does nothing if all is.
    pub fn sync(&mut self) -> Result<(), FactLogError> {
        todo!()
    }
    /// The last number given.
    pub fn last_seq(&self) -> u64 {
        todo!()
    }
    /// A reader for other threads.
    pub fn reader(&self) -> FactReader {
        todo!()
    }
}

/// Reads the log while it is written.
#[derive(Clone, Debug)]
pub struct FactReader {}
impl FactReader {
    /// A reader of a log that need not be open.
    pub fn new(dir: &Path) -> Self {
        let _ = dir;
        todo!()
    }
    /// Up to `limit` facts from number `seq` on; empty at the end.
    pub fn read_from(&self, seq: u64, limit: usize) -> Result<Vec<FactRecord>, FactLogError> {
        let _ = (seq, limit);
        todo!()
    }
}
