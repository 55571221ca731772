//! What the log says of agents, read once: a checkpoint holds it up to one fact, the log tells the rest (C20, F14).
//!
//! Read from a checkpoint and the facts behind it, it is what the whole log would have told. A checkpoint that is missing,
//! torn, of another form, or of another log is passed over with a word: then the log is read, from as far back as a start can wait
//! for. What lies further back is forgotten then, and that is said too.

use std::path::PathBuf;

use model::{FactRecord, Timestamp};
use store::{Checkpoint, FactLogError, FactReader};

use super::history::Reach;
use super::remains::Remains;

/// The form of what is written here. Whoever changes [`Remains`] or what it makes of facts counts on.
const FORM: u32 = 3;
/// Facts that a start without a checkpoint reads: it must not wait for more of them (F14).
const LOOKED_THROUGH_MAX: u64 = 200_000;
/// Facts read at once.
const BATCH_MAX: usize = 4_096;

/// What histories are read from.
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    /// The file of the checkpoint.
    pub(crate) path: PathBuf,
    /// The log.
    pub(crate) reader: FactReader,
    /// How far back they are wanted.
    pub(crate) reach: Reach,
}

/// What the facts say up to one of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    remains: Remains,
    /// The last of these facts.
    seq: u64,
}

impl Known {
    /// Reads what stands in the log up to fact `last_seq`.
    pub(super) fn read(sources: &Sources, last_seq: u64) -> Result<Self, FactLogError> {
        let mut known = match checkpointed(sources, last_seq) {
            Some(known) => known,
            None => Self::from(last_seq.saturating_sub(LOOKED_THROUGH_MAX)),
        };
        known.remains.reach(sources.reach);
        let from = known.seq;
        known.read_on(&sources.reader, last_seq)?;
        tracing::info!(from, to = last_seq, "what agents did is read from the log");
        Ok(known)
    }

    /// Without what stands up to this fact.
    fn from(seq: u64) -> Self {
        if seq > 0 {
            tracing::warn!(
                up_to = seq,
                "without a checkpoint the start reads the end of the log alone: what agents did and asked for before, and callbacks that were promised before, are forgotten; calls, tickets, closings and canaries stand in the store"
            );
        }
        let remains = Remains::default();
        Self { remains, seq }
    }

    /// Reads on, up to fact `last_seq`.
    pub(super) fn read_on(
        &mut self,
        reader: &FactReader,
        last_seq: u64,
    ) -> Result<(), FactLogError> {
        let Self { remains, seq } = self;
        read_on(reader, seq, last_seq, |record| remains.read([record]))
    }

    /// What they left open.
    pub(super) const fn remains(&self) -> &Remains {
        &self.remains
    }

    /// The last of these facts.
    pub(super) const fn seq(&self) -> u64 {
        self.seq
    }

    /// Writes it down in place of the checkpoint that is there.
    pub(super) fn write(&self, sources: &Sources) -> anyhow::Result<()> {
        let body = serde_json::to_vec(&self.remains)?;
        let (form, seq) = (FORM, self.seq);
        Checkpoint { form, seq, body }.write(&sources.path)?;
        Ok(())
    }
}

/// Takes the facts behind fact `seq`, up to fact `last_seq`; what is damaged between them is passed over. `seq` is the last that was
/// taken.
pub(super) fn read_on(
    reader: &FactReader,
    seq: &mut u64,
    last_seq: u64,
    mut take: impl FnMut(&FactRecord),
) -> Result<(), FactLogError> {
    while *seq < last_seq {
        match reader.read_from(*seq + 1, BATCH_MAX) {
            Ok(records) => {
                let before = *seq;
                for record in records.iter().take_while(|record| record.seq <= last_seq) {
                    *seq = record.seq;
                    take(record);
                }
                if *seq == before {
                    break;
                }
            }
            // Said when the log was opened.
            Err(FactLogError::Damaged {
                resume_at: Some(resume_at),
                ..
            }) => *seq = resume_at - 1,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What the checkpoint holds, if there is one that belongs to this log.
fn checkpointed(sources: &Sources, last_seq: u64) -> Option<Known> {
    let found = Checkpoint::read(&sources.path, FORM);
    let Checkpoint { seq, body, .. } = found.unwrap_or_else(passed_over)?;
    let remains = match serde_json::from_slice::<Remains>(&body) {
        Ok(remains) => remains,
        Err(error) => return passed_over(error),
    };
    if seq > last_seq {
        return passed_over(format!("it holds fact {seq}, the log ends at {last_seq}"));
    }
    match is_of_this_log(&sources.reader, seq, remains.last_at()) {
        true => Some(Known { remains, seq }),
        false => passed_over(format!("its last fact {seq} is not the log's")),
    }
}

/// Whether the log's fact of this number happened when the checkpoint says.
fn is_of_this_log(reader: &FactReader, seq: u64, at: Option<Timestamp>) -> bool {
    let found = reader.read_from(seq, 1).unwrap_or_default();
    found
        .first()
        .is_some_and(|record| record.seq == seq && Some(record.at) == at)
}

fn passed_over<T>(why: impl std::fmt::Display) -> Option<T> {
    tracing::warn!("the checkpoint of what agents did is passed over: {why}");
    None
}

#[cfg(test)]
mod tests;
