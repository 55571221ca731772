//! Canary of scripts (灰度发布, M6): a share of all callers meets a new version, and it is taken back by itself when they fare
//! worse than those who meet the former one.
//!
//! All scripts that are put out together are one canary: a caller meets the new versions of all of them, or of none. Which, is
//! decided by lot from his number, so that who calls again meets the same; each caller counts once for each measure, so that
//! lots stay lots. A trial is a fold of facts: whoever reads them again, after a crash, knows as much.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::fact::Fact;
use crate::id::{CallId, ScriptName};

mod evidence;

use self::evidence::log_wealth;

/// With which error at most a canary that is no worse than its bound is taken back.
pub const ALPHA: f64 = 0.01;
/// Callers that are counted of each measure: a version that is not worse after so many has stood its trial.
const CALLERS_MAX: usize = 5_000;
/// Calls that are told as those that decided.
const DECIDING_MAX: usize = 20;

/// What is tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// Its scripts, each with its versions.
    pub scripts: BTreeMap<ScriptName, CanaryPair>,
    /// The share of callers who meet it, in millionths.
    pub on_ppm: u32,
    /// By which share bad calls may be more frequent than on the former version, in millionths.
    pub worse_ppm: u32,
}

/// The versions of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanaryPair {
    /// That leads the others.
    pub former: u32,
    /// That is tried.
    pub version: u32,
}

/// In which way a call goes badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The caller hung up at a node that is no end.
    HungUp,
    /// He used up his tries, or came to one node again and again.
    Lost,
    /// A look-up brought nothing that could be used.
    Error,
}

/// A call that went badly on one side or the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadCall {
    /// The call.
    pub call: CallId,
    /// What is tried.
    pub canary: Canary,
    /// His lot: the same for whoever calls from the same number.
    pub lot: u64,
    /// Whether it met the canary.
    pub on_canary: bool,
    /// In which ways.
    pub measures: BTreeSet<Measure>,
}

/// A canary was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanaryEnd {
    /// What was tried.
    pub canary: Canary,
    /// By which measure.
    pub measure: Measure,
    /// Callers whose calls went so on the canary.
    pub canary_bad: u32,
    /// And on the former version.
    pub former_bad: u32,
    /// The last of those calls on the canary, the oldest first; 20 at most.
    pub calls: Vec<CallId>,
}

/// How a canary stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// What is tried.
    pub canary: Canary,
    /// By measure.
    pub standings: BTreeMap<Measure, Standing>,
    /// Why it was taken back.
    pub ended: Option<CanaryEnd>,
}

/// What is known by one measure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Callers whose calls went badly on the canary.
    pub canary_bad: u32,
    /// And on the former version.
    pub former_bad: u32,
    seen: BTreeSet<u64>,
    last: Vec<CallId>,
}

impl Canary {
    /// Whether a lot falls to the canary.
    pub fn takes(&self, lot: u64) -> bool {
        // The upper bits, so that a share is exact to a millionth.
        (u128::from(lot) * 1_000_000) >> 64 < u128::from(self.on_ppm)
    }

    /// Whether so many bad calls on either side say that it is worse, by one measure.
    fn is_worse(&self, canary_bad: u32, former_bad: u32) -> bool {
        let (share, worse) = (f64::from(self.on_ppm), f64::from(self.worse_ppm));
        let wealth = log_wealth(share / 1e6, 1.0 + worse / 1e6, canary_bad, former_bad);
        wealth >= -(ALPHA / Measure::ALL.len() as f64).ln()
    }
}

/// The lot of a caller, from whatever tells him from others: his number in one form, or the call where it is withheld
/// (FNV-1a, stirred, so that numbers in a row fall apart).
pub fn lot_of(who: &str) -> u64 {
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let mut z = who.bytes().fold(0xcbf2_9ce4_8422_2325, fold);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Trial {
    /// Nothing is known yet.
    pub const fn new(canary: Canary) -> Self {
        Self {
            canary,
            standings: BTreeMap::new(),
            ended: None,
        }
    }

    /// Takes a fact: how the last canary stands is the fold of them all.
    pub fn apply(trial: &mut Option<Self>, fact: &Fact) {
        if let Fact::CanaryBad(bad) = fact {
            let same = trial.take().filter(|known| known.canary == bad.canary);
            let trial = trial.insert(same.unwrap_or_else(|| Self::new(bad.canary.clone())));
            let _told_by_a_fact_of_its_own = trial.note(bad);
        } else if let Fact::CanaryEnded(end) = fact {
            let same = trial.take().filter(|known| known.canary == end.canary);
            let trial = trial.insert(same.unwrap_or_else(|| Self::new(end.canary.clone())));
            trial.ended = Some(end.clone());
        }
    }

    /// A call went badly. Gives why the canary is to be taken back, if that is plain by now.
    pub fn note(&mut self, bad: &BadCall) -> Option<CanaryEnd> {
        if self.ended.is_some() {
            return None;
        }
        for measure in &bad.measures {
            let standing = self.standings.entry(*measure).or_default();
            if standing.note(bad)
                && self
                    .canary
                    .is_worse(standing.canary_bad, standing.former_bad)
            {
                self.ended = Some(CanaryEnd {
                    canary: self.canary.clone(),
                    measure: *measure,
                    canary_bad: standing.canary_bad,
                    former_bad: standing.former_bad,
                    calls: standing.last.clone(),
                });
                return self.ended.clone();
            }
        }
        None
    }
}

impl Standing {
    /// Counts a call; whether it is one more against the canary.
    fn note(&mut self, bad: &BadCall) -> bool {
        if self.seen.len() >= CALLERS_MAX || !self.seen.insert(bad.lot) {
            return false;
        }
        if !bad.on_canary {
            self.former_bad += 1;
            return false;
        }
        self.canary_bad += 1;
        if self.last.len() >= DECIDING_MAX {
            self.last.remove(0);
        }
        self.last.push(bad.call);
        true
    }
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::HungUp, Self::Lost, Self::Error];

    /// The word in facts and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HungUp => "hung_up",
            Self::Lost => "lost",
            Self::Error => "error",
        }
    }
}

#[cfg(test)]
mod tests;
