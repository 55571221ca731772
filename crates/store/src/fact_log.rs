//! The fact log: the one truth from which a start-up rebuilds everything (S4).
//!
//! Append-only segments of at most 64 MiB in one folder; records that people can read and a checksum guards
//! (`record`). A fact is handed to the operating system by one `write` before [`FactLog::append`] returns, so a crash of
//! the process loses none; [`FactLog::sync`], called at least every 20 ms off the call path, makes them durable against a
//! crash of the machine. Opening cuts a torn tail and says so; damage among whole records is never cut and never
//! skipped: the file stays as it is, the report names what is lost, and numbers go on behind it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use model::{Fact, FactRecord, Timestamp};

use crate::error::FactLogError;
use crate::private;
use segment::Scan;

pub use reader::FactReader;
pub(crate) use segment::{list as firsts, path_of};

mod reader;
mod record;
mod segment;

/// Size from which on a new segment is begun.
const SEGMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What opening found (S4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecoveryReport {
    /// The last number that was given; 0 for none.
    pub last_seq: u64,
    /// Bytes of a record that a crash cut while it was written; they are gone.
    pub torn_bytes: u64,
    /// Ranges of numbers (first, last) that the log does not hold or cannot read, as far as it was looked at: the last two
    /// segments.
    pub lost: Vec<(u64, u64)>,
}

/// The log, owned by the one thread that writes it.
#[derive(Debug)]
pub struct FactLog {
    dir: PathBuf,
    segment: Segment,
    next_seq: u64,
    segment_bytes_max: u64,
    /// Segments that were left and are not durable yet, and whether the newest has to be made durable.
    left: Vec<File>,
    is_dirty: bool,
    buffer: Vec<u8>,
    /// Held as long as the log lives: a second writer is refused.
    _lock: File,
}

/// The segment that is written.
#[derive(Debug)]
struct Segment {
    path: PathBuf,
    file: File,
    /// Where whole records end.
    end: u64,
    /// Whether something stands behind `end` that a failed write left.
    is_torn: bool,
}

impl FactLog {
    /// Opens the log in `dir`, which is made if it is missing. `floor`: the highest number that is known to be given
    /// ([`crate::Database::applied_seq`]): numbers go on behind it even if the log ends before, so that none is given twice.
    pub fn open(dir: &Path, floor: u64) -> Result<(Self, RecoveryReport), FactLogError> {
        Self::open_with(dir, floor, SEGMENT_BYTES_MAX)
    }

    fn open_with(
        dir: &Path,
        floor: u64,
        segment_bytes_max: u64,
    ) -> Result<(Self, RecoveryReport), FactLogError> {
        private::make_folder(dir).map_err(|error| FactLogError::file(dir, error))?;
        let lock = lock(dir)?;
        let firsts = segment::list(dir).map_err(|error| FactLogError::file(dir, error))?;
        let mut report = RecoveryReport::default();
        let last = firsts.last().copied();
        let scan = last.map(|first| scan(dir, first)).transpose()?;
        if let [.., before, last] = firsts.as_slice() {
            let before = self::scan(dir, *before)?;
            report.lost.extend(before.lost);
            note_gap(&mut report.lost, before.last_seq, last.saturating_sub(1));
        }
        let (last_seq, may_go_on) = match &scan {
            Some(scan) => (
                scan.last_seq,
                scan.lost.is_empty() && scan.last_seq >= floor,
            ),
            None => (0, false),
        };
        report.last_seq = last_seq.max(floor);
        if let Some(scan) = &scan {
            report.lost.extend(&scan.lost);
        }
        note_gap(&mut report.lost, last_seq, floor);
        let segment = match (last, &scan) {
            (Some(first), Some(scan)) if may_go_on => {
                report.torn_bytes = scan.tail;
                Segment::go_on(dir, first, scan)?
            }
            // Behind damage or a gap a new segment begins: its name tells the number.
            _ => Segment::begin(dir, report.last_seq + 1)?,
        };
        let log = Self {
            dir: dir.to_owned(),
            segment,
            next_seq: report.last_seq + 1,
            segment_bytes_max,
            left: Vec::new(),
            is_dirty: true,
            buffer: Vec::new(),
            _lock: lock,
        };
        tell(dir, &report);
        Ok((log, report))
    }

    /// Numbers the facts and hands them to the operating system before it returns. On an error none was appended and no
    /// number is used.
    pub fn append(
        &mut self,
        at: Timestamp,
        facts: Vec<Fact>,
    ) -> Result<Vec<FactRecord>, FactLogError> {
        let numbers = self.next_seq..;
        let records = numbers.zip(facts);
        let records: Vec<_> = records
            .map(|(seq, fact)| FactRecord { seq, at, fact })
            .collect();
        self.buffer.clear();
        for record in &records {
            record::encode(&mut self.buffer, record)?;
        }
        if records.is_empty() {
            return Ok(records);
        }
        let is_full = self.segment.end + self.buffer.len() as u64 > self.segment_bytes_max;
        if is_full && self.segment.end > 0 {
            let next = Segment::begin(&self.dir, self.next_seq)?;
            let left = std::mem::replace(&mut self.segment, next);
            self.left.push(left.file);
        }
        self.segment.append(&self.buffer)?;
        self.is_dirty = true;
        self.next_seq += records.len() as u64;
        Ok(records)
    }

    /// Makes durable what was appended; does nothing if all is.
    pub fn sync(&mut self) -> Result<(), FactLogError> {
        if !self.is_dirty {
            return Ok(());
        }
        let failed = |error| FactLogError::file(&self.segment.path, error);
        while let Some(left) = self.left.last() {
            left.sync_data().map_err(failed)?;
            self.left.pop();
        }
        self.segment.file.sync_data().map_err(failed)?;
        self.is_dirty = false;
        Ok(())
    }

    /// The last number that was given; 0 for none.
    pub fn last_seq(&self) -> u64 {
        self.next_seq.saturating_sub(1)
    }

    /// A reader for another thread.
    pub fn reader(&self) -> FactReader {
        FactReader::new(&self.dir)
    }
}

impl Segment {
    /// A new segment; its number is above all that were given, so there is none of that name, unless an attempt before
    /// made it and could not make its name last: that one is empty, and is taken.
    fn begin(dir: &Path, first: u64) -> Result<Self, FactLogError> {
        let path = segment::path_of(dir, first);
        let made = private::file().append(true).create_new(true).open(&path);
        let file = made
            .or_else(|error| reopen_empty(&path, error))
            .map_err(|error| FactLogError::file(&path, error))?;
        // Its name has to last, too.
        let folder = File::open(dir).and_then(|dir| dir.sync_all());
        folder.map_err(|error| FactLogError::file(dir, error))?;
        Ok(Self {
            path,
            file,
            end: 0,
            is_torn: false,
        })
    }

    /// The last segment, without its torn tail.
    fn go_on(dir: &Path, first: u64, scan: &Scan) -> Result<Self, FactLogError> {
        let path = segment::path_of(dir, first);
        let file = OpenOptions::new()
            .append(true)
            .open(&path)
            .map_err(|error| FactLogError::file(&path, error))?;
        let mut segment = Self {
            path,
            file,
            end: scan.end,
            is_torn: scan.tail > 0,
        };
        segment.mend()?;
        Ok(segment)
    }

    /// All or nothing: what a failed write left is cut off before the next one.
    fn append(&mut self, bytes: &[u8]) -> Result<(), FactLogError> {
        self.mend()?;
        if let Err(error) = self.file.write_all(bytes) {
            self.is_torn = true;
            // If that fails too, the next append tries again.
            let _ = self.mend();
            return Err(FactLogError::file(&self.path, error));
        }
        self.end += bytes.len() as u64;
        Ok(())
    }

    fn mend(&mut self) -> Result<(), FactLogError> {
        if self.is_torn {
            self.file
                .set_len(self.end)
                .map_err(|error| FactLogError::file(&self.path, error))?;
            self.is_torn = false;
        }
        Ok(())
    }
}

/// The segment that an attempt before left without a fact; any other error, or one that holds something, stays an error.
fn reopen_empty(path: &Path, error: io::Error) -> io::Result<File> {
    if error.kind() != io::ErrorKind::AlreadyExists {
        return Err(error);
    }
    let file = OpenOptions::new().append(true).open(path)?;
    if file.metadata()?.len() == 0 {
        Ok(file)
    } else {
        Err(error)
    }
}

/// Holds a log, so that nobody writes facts while this stands; `InUse` where a server runs.
#[derive(Debug)]
pub struct Hold {
    _lock: File,
}

impl Hold {
    /// The log of that folder; the folder is made where it is missing.
    pub fn take(dir: &Path) -> Result<Self, FactLogError> {
        private::make_folder(dir).map_err(|error| FactLogError::file(dir, error))?;
        Ok(Self { _lock: lock(dir)? })
    }
}

/// One writer for each folder; the lock goes with the process.
fn lock(dir: &Path) -> Result<File, FactLogError> {
    let path = dir.join("lock");
    let failed = |error| FactLogError::file(&path, error);
    let file = private::file()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(FactLogError::InUse(dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn scan(dir: &Path, first: u64) -> Result<Scan, FactLogError> {
    Ok(segment::scan(&read(dir, first)?, first))
}

fn read(dir: &Path, first: u64) -> Result<Vec<u8>, FactLogError> {
    let path = segment::path_of(dir, first);
    fs::read(&path).map_err(|error| FactLogError::file(&path, error))
}

/// The last whole fact of a segment up to fact `last`, and where it ends: for copies, while somebody writes perhaps.
pub(crate) fn end_of(dir: &Path, first: u64, last: u64) -> Result<(u64, u64), FactLogError> {
    let scan = segment::scan_to(&read(dir, first)?, first, last);
    Ok((scan.last_seq, scan.end))
}

/// Notes the numbers between the last one that is there and the last one that should be.
fn note_gap(lost: &mut Vec<(u64, u64)>, is: u64, should_be: u64) {
    if is < should_be {
        lost.push((is + 1, should_be));
    }
}

fn tell(dir: &Path, report: &RecoveryReport) {
    let dir = dir.display();
    if report.torn_bytes > 0 {
        let torn_bytes = report.torn_bytes;
        tracing::warn!(%dir, torn_bytes, "fact log: a record was cut by a crash and is gone");
    }
    for (first, last) in &report.lost {
        tracing::error!(%dir, first, last, "fact log: facts are lost");
    }
}

#[cfg(test)]
mod tests;
