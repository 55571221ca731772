//! How canaries stand (M6): a fold of facts, so that whoever reads them again, after a crash, knows as much.
//!
//! Each caller counts once for each measure, so that lots stay lots. Who has been counted is remembered of a sample of all callers
//! that thins out as they grow more ([`Standing`]): the watch has no end, and what it remembers has.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::log_wealth;
use super::{BadCall, Canary, CanaryEnd, Measure};
use crate::fact::Fact;
use crate::id::{CallId, ScriptName};

/// With which error at most a canary that is no worse than its bound is taken back.
pub const ALPHA: f64 = 0.01;
/// Counted callers that are remembered of each measure.
const SEEN_MAX: usize = 5_000;
/// Calls that are told as those that decided.
const DECIDING_MAX: usize = 20;

/// What is known of canaries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trials {
    last: Option<Trial>,
    is_laid: bool,
    /// Texts that were taken back, whatever they are tried beside: script and version, with the end that they came to.
    refused: BTreeMap<(ScriptName, u32), CanaryEnd>,
}

/// How a canary stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What is tried.
    pub canary: Canary,
    /// By measure.
    pub standings: BTreeMap<Measure, Standing>,
    /// Why it was taken back.
    pub ended: Option<CanaryEnd>,
}

/// What became of a canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialState {
    /// It is tried.
    Running,
    /// It was worse: all callers meet the former versions.
    TakenBack,
    /// Its texts lead everybody, or are gone from the files.
    Stopped,
}

/// What is known by one measure.
///
/// Callers whose lot ends in `thinned` zero bits count, all of them as long as that is none. When too many are remembered, half of
/// them are dropped with all who are like them: nobody is counted twice, and on which side a caller is has no part in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Callers whose calls went badly on the canary.
    pub canary_bad: u32,
    /// And on the former version.
    pub former_bad: u32,
    thinned: u32,
    seen: BTreeSet<u64>,
    last: Vec<CallId>,
}

impl Trials {
    /// The last canary; it may be over.
    pub const fn last(&self) -> Option<&Trial> {
        self.last.as_ref()
    }

    /// What became of the last canary.
    pub fn state(&self) -> Option<TrialState> {
        let trial = self.last.as_ref()?;
        Some(match (&trial.ended, self.is_laid) {
            (Some(_), _) => TrialState::TakenBack,
            (None, true) => TrialState::Running,
            (None, false) => TrialState::Stopped,
        })
    }

    /// What this text came to, if it was taken back.
    pub fn refusal(&self, script: &ScriptName, version: u32) -> Option<&CanaryEnd> {
        self.refused.get(&(script.clone(), version))
    }

    /// The fact that this is tried from here on, or nothing any more; `None` where that is known.
    pub fn lays(&self, canary: Option<&Canary>) -> Option<Fact> {
        let known = self.last.as_ref().filter(|_| self.is_laid);
        let is_known = known.map(|trial| &trial.canary) == canary;
        let canary = canary.cloned();
        (!is_known).then_some(Fact::CanaryLaid { canary })
    }

    /// Takes a fact; those that say nothing of canaries change nothing.
    pub fn apply(&mut self, fact: &Fact) {
        if let Fact::CanaryLaid { canary } = fact {
            self.is_laid = canary.is_some();
            if let Some(canary) = canary {
                self.turn_to(canary);
            }
        } else if let Fact::CanaryBad(bad) = fact {
            self.is_laid = true;
            self.turn_to(&bad.canary).note(bad);
        } else if let Fact::CanaryEnded(end) = fact {
            for (script, pair) in &end.canary.scripts {
                let text = (script.clone(), pair.version);
                self.refused.insert(text, end.clone());
            }
            self.turn_to(&end.canary);
        }
    }

    /// The trial of this canary. Texts of one canary lead callers together, so that one of them which was taken back holds back
    /// all.
    fn turn_to(&mut self, canary: &Canary) -> &mut Trial {
        let same = self.last.take().filter(|trial| trial.canary == *canary);
        let mut trial = same.unwrap_or_else(|| Trial::new(canary.clone()));
        let mut texts = canary.scripts.iter();
        let end = texts.find_map(|(script, pair)| self.refusal(script, pair.version));
        trial.ended = trial.ended.or_else(|| end.cloned());
        self.last.insert(trial)
    }
}

impl Trial {
    /// Nothing is known yet.
    const fn new(canary: Canary) -> Self {
        Self {
            canary,
            standings: BTreeMap::new(),
            ended: None,
        }
    }

    /// Those of these measures in which the caller of this lot is one more.
    pub fn counts(&self, lot: u64, measures: &BTreeSet<Measure>) -> BTreeSet<Measure> {
        let is_more = |measure: &&Measure| {
            let standing = self.standings.get(measure);
            standing.is_none_or(|it| it.counts(lot))
        };
        measures.iter().filter(is_more).copied().collect()
    }

    /// Why it is to be taken back, if that is plain by now and was not said. What goes badly on the former version speaks for the
    /// canary, so that only a call on the canary can decide.
    pub fn verdict(&self) -> Option<CanaryEnd> {
        if self.ended.is_some() {
            return None;
        }
        let mut standings = self.standings.iter();
        let (measure, standing) = standings.find(|(_, it)| it.is_worse(&self.canary))?;
        Some(CanaryEnd {
            canary: self.canary.clone(),
            measure: *measure,
            canary_bad: standing.canary_bad,
            former_bad: standing.former_bad,
            calls: standing.last.clone(),
        })
    }

    fn note(&mut self, bad: &BadCall) {
        for measure in &bad.measures {
            self.standings.entry(*measure).or_default().note(bad);
        }
    }
}

impl Standing {
    fn counts(&self, lot: u64) -> bool {
        self.is_sampled(lot) && !self.seen.contains(&lot)
    }

    // The lower bits: the upper ones decide on which side he is.
    const fn is_sampled(&self, lot: u64) -> bool {
        lot.trailing_zeros() >= self.thinned
    }

    fn note(&mut self, bad: &BadCall) {
        if !self.is_sampled(bad.lot) || !self.seen.insert(bad.lot) {
            return;
        }
        if bad.on_canary {
            self.canary_bad = self.canary_bad.saturating_add(1);
            if self.last.len() >= DECIDING_MAX {
                self.last.remove(0);
            }
            self.last.push(bad.call);
        } else {
            self.former_bad = self.former_bad.saturating_add(1);
        }
        while self.seen.len() > SEEN_MAX {
            self.thinned += 1;
            let thinned = self.thinned;
            self.seen.retain(|lot| lot.trailing_zeros() >= thinned);
        }
    }

    /// Whether so many bad calls on either side say that the canary is worse.
    fn is_worse(&self, canary: &Canary) -> bool {
        let (share, worse) = (f64::from(canary.on_ppm), f64::from(canary.worse_ppm));
        let (bad, former_bad) = (self.canary_bad, self.former_bad);
        let wealth = log_wealth(share / 1e6, 1.0 + worse / 1e6, bad, former_bad);
        wealth >= -(ALPHA / Measure::ALL.len() as f64).ln()
    }
}
