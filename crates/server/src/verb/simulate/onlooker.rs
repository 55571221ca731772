//! Who looks on: writes the facts down, sums them up for comparing, and moves the progress bar.

use std::hash::{DefaultHasher, Hasher as _};

use model::{Fact, FactRecord, Timestamp};
use sim::{Progress, Watch};

use super::super::progress::ProgressBar;
use super::fact_file::FactFile;
use crate::Failure;

pub(super) struct Onlooker {
    facts: Option<FactFile>,
    /// Of all lines, where somebody compares.
    digest: Option<DefaultHasher>,
    seq: u64,
    bar: ProgressBar,
    wrong: Option<serde_json::Error>,
}

impl Onlooker {
    pub(super) fn new(facts: Option<FactFile>, compares: bool, bar: ProgressBar) -> Self {
        Self {
            facts,
            digest: compares.then(DefaultHasher::new),
            seq: 0,
            bar,
            wrong: None,
        }
    }

    /// The digest of all facts; 0 where nobody compares.
    pub(super) fn finish(self) -> Result<u64, Failure> {
        self.bar.finish();
        if let Some(error) = self.wrong {
            return Err(Failure::System(error.into()));
        }
        self.facts.map(FactFile::finish).transpose()?;
        Ok(self.digest.map_or(0, |digest| digest.finish()))
    }
}

impl Watch for Onlooker {
    fn fact(&mut self, at: Timestamp, fact: &Fact) {
        if self.facts.is_none() && self.digest.is_none() {
            return;
        }
        self.seq += 1;
        let (seq, fact) = (self.seq, fact.clone());
        match serde_json::to_vec(&FactRecord { seq, at, fact }) {
            Ok(line) => {
                if let Some(digest) = &mut self.digest {
                    digest.write(&line);
                }
                if let Some(facts) = &mut self.facts {
                    facts.write(&line);
                }
            }
            Err(error) => {
                self.wrong.get_or_insert(error);
            }
        }
    }

    fn progress(&mut self, progress: Progress) {
        self.bar.show(progress);
    }
}
