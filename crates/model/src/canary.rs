//! Canary of scripts (灰度发布, M6): a share of all callers meets a new version, and it is taken back by itself when they fare
//! worse than those who meet the former one.
//!
//! All scripts that are put out together are one canary: a caller meets the new versions of all of them, or of none. Which, is
//! decided by lot from his number, so that who calls again meets the same; each canary draws lots of its own. How it stands is a
//! fold of facts (`trial`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{CallId, ScriptName};

mod evidence;
mod trial;

pub use self::trial::{ALPHA, Standing, Trial, TrialState, Trials};

/// What is tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Canary {
    /// Its scripts, each with its versions.
    pub scripts: BTreeMap<ScriptName, CanaryPair>,
    /// The share of callers who meet it, in millionths.
    pub on_ppm: u32,
    /// By which share bad calls may be more frequent than on the former version, in millionths.
    pub worse_ppm: u32,
    /// What its lots are drawn with, from [`salt_of`]: whoever met the canary before has no better chance to meet this one.
    #[serde(default)]
    pub salt: u64,
}

/// The versions of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CanaryPair {
    /// That leads the others.
    pub former: u32,
    /// That is tried.
    pub version: u32,
}

/// In which way a call goes badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The caller hung up at a node that is no end.
    HungUp,
    /// He used up his tries, or came to one node again and again.
    Lost,
    /// A look-up brought nothing that could be used, or a bot failed.
    Error,
}

/// A call that went badly on one side or the other, and counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BadCall {
    /// The call.
    pub call: CallId,
    /// What is tried.
    pub canary: Canary,
    /// His lot in this canary: the same for whoever calls from the same number.
    pub lot: u64,
    /// Whether it met the canary.
    pub on_canary: bool,
    /// In which ways, of those in which this caller had not been counted before.
    pub measures: BTreeSet<Measure>,
}

/// A canary was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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

impl Canary {
    /// The lot of a caller, from whatever tells him from others: his number in one form, or the call where it is withheld.
    pub fn lot(&self, who: &str) -> u64 {
        hash(&self.salt.to_le_bytes(), who.as_bytes())
    }

    /// Whether a lot falls to the canary.
    pub fn takes(&self, lot: u64) -> bool {
        // The upper bits, so that a share is exact to a millionth.
        (u128::from(lot) * 1_000_000) >> 64 < u128::from(self.on_ppm)
    }
}

/// What the lots of a canary are drawn with: other texts, other lots; the same texts, the same.
pub fn salt_of<'t>(texts: impl IntoIterator<Item = &'t str>) -> u64 {
    let texts = texts.into_iter();
    texts.fold(0, |salt, text| hash(&salt.to_le_bytes(), text.as_bytes()))
}

/// FNV-1a over both, stirred, so that numbers in a row fall apart.
fn hash(salt: &[u8], bytes: &[u8]) -> u64 {
    let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let all = salt.iter().chain(bytes);
    let mut z = all.fold(0xcbf2_9ce4_8422_2325, fold);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
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
