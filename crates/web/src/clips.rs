//! The clips of the house (E25) as the server lends them: what they are, and how long each sounds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::clip::sound_of;
use model::{Clip, ClipName, Clips};

/// The clips as the configuration stands.
#[derive(Clone, Debug, Default)]
pub struct ClipShelf {
    /// All of them.
    pub clips: Arc<Clips>,
    /// The language of the house.
    pub language: String,
    /// How long those sounds last that there are, in ms, by `model::clip::sound_of`.
    pub lengths_ms: BTreeMap<String, u64>,
}

impl ClipShelf {
    /// How long a clip lasts in a language, in ms; `None`: it has no sound yet.
    pub(crate) fn length_ms(&self, name: &ClipName, language: &str) -> Option<u64> {
        self.lengths_ms.get(&sound_of(name, language)).copied()
    }

    /// The languages of a clip in which it has no sound yet.
    pub(crate) fn silent(&self, name: &ClipName, clip: &Clip) -> BTreeSet<String> {
        let languages = clip.languages.iter();
        let silent = languages.filter(|language| self.length_ms(name, language).is_none());
        silent.cloned().collect()
    }
}
