//! A segment: a file of records whose name tells the number of its first fact, `facts-00000000000000000001.log`.
//!
//! Numbers within a segment have no gaps, so the n-th record of it is fact `first + n`. Here is where a torn tail (what
//! a crash cut while it was written) is told from damage (a record that was whole once).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::record::{Found, find, seq_of};

/// What a whole look at a segment found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// The number of the last whole record; one less than the segment's first if there is none.
    pub(super) last_seq: u64,
    /// Where whole records end.
    pub(super) end: u64,
    /// Bytes behind the last whole record.
    pub(super) tail: u64,
    /// Ranges of facts (first, last) that cannot be read although later ones can.
    pub(super) lost: Vec<(u64, u64)>,
}

/// The file of a segment.
pub(crate) fn path_of(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("facts-{first:020}.log"))
}

/// The first numbers of all segments, in order.
pub(crate) fn list(dir: &Path) -> io::Result<Vec<u64>> {
    let mut firsts = Vec::new();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        let number = name
            .to_str()
            .and_then(|name| name.strip_prefix("facts-")?.strip_suffix(".log"));
        firsts.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    firsts.sort_unstable();
    Ok(firsts)
}

/// Looks at every record of a segment.
pub(super) fn scan(bytes: &[u8], first: u64) -> Scan {
    scan_to(bytes, first, u64::MAX)
}

/// Looks at the records of a segment up to fact `last`.
pub(super) fn scan_to(bytes: &[u8], first: u64, last: u64) -> Scan {
    let mut scan = Scan {
        last_seq: first.saturating_sub(1),
        ..Scan::default()
    };
    let mut at = 0;
    while scan.last_seq < last {
        let rest = bytes.get(at..).unwrap_or_default();
        if let Found::Whole { bytes, .. } = find(rest) {
            at += bytes;
            scan.last_seq += 1;
            scan.end = at as u64;
            continue;
        }
        let Some((skipped, seq)) = next_whole(rest) else {
            scan.tail = rest.len() as u64;
            return scan;
        };
        // A later record is whole, so this was no torn tail.
        scan.lost.push((scan.last_seq + 1, seq.saturating_sub(1)));
        scan.last_seq = seq.saturating_sub(1);
        at += skipped;
    }
    scan
}

/// The next whole record behind a broken one: how far away, and its number.
pub(super) fn next_whole(bytes: &[u8]) -> Option<(usize, u64)> {
    let places = bytes.iter().enumerate();
    let mut starts = places
        .filter(|(_, byte)| **byte == b'\n')
        .map(|(line_feed, _)| line_feed + 1);
    starts.find_map(|start| match find(bytes.get(start..)?) {
        Found::Whole { json, .. } => Some((start, seq_of(json)?)),
        Found::Short | Found::Damaged => None,
    })
}
