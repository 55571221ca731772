//! Reading the log while another thread writes it: for resuming streams and for catching projections up.
//!
//! A reader remembers where its last read ended, so that reading on is a seek and not a search. What is half written at
//! the very end is not there yet; a fact that is damaged or missing is an error that names it, never a silent step.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use model::FactRecord;

use super::record::{Found, RECORD_BYTES_MAX, find};
use super::segment;
use crate::error::FactLogError;

/// How much is read at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// Ends of reads that are remembered.
const PLACES_MAX: usize = 16;

/// Reads the log; cheap to clone. Clones share what they remember.
#[derive(Clone, Debug)]
pub struct FactReader {
    dir: PathBuf,
    /// Where reads ended, by the fact that comes next: one for each that reads on and on.
    places: Arc<Mutex<BTreeMap<u64, Place>>>,
}

/// Fact `seq` begins at `offset` of the segment that begins with `first`.
#[derive(Clone, Copy, Debug)]
struct Place {
    first: u64,
    seq: u64,
    offset: u64,
}

/// Why a segment gave no more.
enum Stop {
    /// Enough was read.
    Enough,
    /// Its bytes end here, perhaps within a record.
    End,
    /// No record stands here; the next whole one has this number.
    Broken(Option<u64>),
}

impl FactReader {
    /// A reader of a log, whether somebody writes it or not.
    pub fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            places: Arc::default(),
        }
    }

    /// Up to `limit` facts from number `seq` on; empty at the end of the log. `Damaged` if fact `seq` itself cannot be read;
    /// one further on ends the answer before it.
    pub fn read_from(&self, seq: u64, limit: usize) -> Result<Vec<FactRecord>, FactLogError> {
        let seq = seq.max(1);
        let mut facts = Vec::new();
        let firsts =
            segment::list(&self.dir).map_err(|error| FactLogError::file(&self.dir, error))?;
        let holding = firsts.iter().rposition(|first| *first <= seq).unwrap_or(0);
        let mut wanted = seq;
        for (place, first) in firsts.iter().enumerate().skip(holding) {
            let following = firsts.get(place + 1).copied();
            let stop = self.read_segment(*first, &mut wanted, limit, &mut facts)?;
            let resume_at = match stop {
                Stop::Enough => return Ok(facts),
                Stop::End if following.is_none() || following == Some(wanted) => continue,
                Stop::End => following,
                Stop::Broken(_) if following == Some(wanted) => continue,
                Stop::Broken(next) => next.or(following),
            };
            if !facts.is_empty() {
                return Ok(facts);
            }
            return Err(FactLogError::Damaged {
                path: segment::path_of(&self.dir, *first),
                seq: wanted,
                resume_at,
            });
        }
        Ok(facts)
    }

    /// Reads from fact `wanted` on, as far as this segment goes; `wanted` becomes the fact after the last one read.
    fn read_segment(
        &self,
        first: u64,
        wanted: &mut u64,
        limit: usize,
        facts: &mut Vec<FactRecord>,
    ) -> Result<Stop, FactLogError> {
        let path = segment::path_of(&self.dir, first);
        if *wanted < first {
            return Ok(Stop::Broken(Some(first)));
        }
        let mut at = self.recall(first, *wanted);
        let stop = walk(&path, &mut at, wanted, limit, facts);
        self.remember(at);
        stop
    }

    /// The nearest place before `wanted`; whoever reads on from it moves it.
    fn recall(&self, first: u64, wanted: u64) -> Place {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let near = places.range(..=wanted).next_back();
        let near = near.map(|(_, place)| *place).filter(|at| at.first == first);
        if near.is_some_and(|at| at.seq == wanted) {
            places.remove(&wanted);
        }
        near.unwrap_or(Place {
            first,
            seq: first,
            offset: 0,
        })
    }

    fn remember(&self, at: Place) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.insert(at.seq, at);
        if places.len() > PLACES_MAX {
            places.pop_first();
        }
    }
}

/// Reads a segment from `at` on; `at` becomes the place behind the last record that was read.
fn walk(
    path: &Path,
    at: &mut Place,
    wanted: &mut u64,
    limit: usize,
    facts: &mut Vec<FactRecord>,
) -> Result<Stop, FactLogError> {
    let failed = |error| FactLogError::file(path, error);
    let mut file = File::open(path).map_err(failed)?;
    let mut room = CHUNK_BYTES;
    loop {
        let chunk = read_chunk(&mut file, at.offset, room).map_err(failed)?;
        let took = take(&chunk, at, *wanted, limit, facts);
        *wanted = (*wanted).max(at.seq);
        if matches!(took, Took::Enough) {
            return Ok(Stop::Enough);
        }
        if matches!(took, Took::Short) && chunk.len() == room {
            // A record that is cut by the chunk's end, or longer than a chunk.
            room = RECORD_BYTES_MAX;
            continue;
        }
        let rest = read_chunk(&mut file, at.offset, usize::MAX).map_err(failed)?;
        if matches!(took, Took::Short) && matches!(find(&rest), Found::Whole { .. }) {
            // The writer was in the middle of it and has gone on meanwhile.
            continue;
        }
        match segment::next_whole(&rest) {
            // The reader asked for a fact behind the broken one, so he knows of it.
            Some((skipped, next)) if next <= *wanted => {
                at.seq = next;
                at.offset += skipped as u64;
            }
            Some((_, next)) => return Ok(Stop::Broken(Some(next))),
            None if matches!(took, Took::Short) => return Ok(Stop::End),
            None => return Ok(Stop::Broken(None)),
        }
    }
}

/// Why a chunk gave no more.
enum Took {
    Enough,
    Short,
    Damaged,
}

/// Takes the records of a chunk that begins at `at`; those before `wanted` are passed over.
fn take(
    chunk: &[u8],
    at: &mut Place,
    wanted: u64,
    limit: usize,
    facts: &mut Vec<FactRecord>,
) -> Took {
    let mut rest = chunk;
    while facts.len() < limit {
        let (json, bytes) = match find(rest) {
            Found::Whole { json, bytes } => (json, bytes),
            Found::Short => return Took::Short,
            Found::Damaged => return Took::Damaged,
        };
        if at.seq >= wanted {
            match serde_json::from_slice::<FactRecord>(json) {
                Ok(record) if record.seq == at.seq => facts.push(record),
                Ok(_) | Err(_) => return Took::Damaged,
            }
        }
        rest = rest.get(bytes..).unwrap_or_default();
        at.seq += 1;
        at.offset += bytes as u64;
    }
    Took::Enough
}

fn read_chunk(file: &mut File, offset: u64, room: usize) -> std::io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(offset))?;
    let mut chunk = Vec::new();
    file.take(room as u64).read_to_end(&mut chunk)?;
    Ok(chunk)
}
