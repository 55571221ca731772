//! The clips of the house (E25) as the server lends them: what they are, and how long each sounds.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::clip::sound_of;
use model::{ClipName, Clips};

/// The clips as the configuration stands.
#[derive(Clone, Debug, Default)]
pub struct ClipShelf {
    /// All of them.
    pub clips: Arc<Clips>,
    /// How long those sounds last that there are, in ms, by `model::clip::sound_of`.
    pub lengths_ms: BTreeMap<String, u64>,
}

impl ClipShelf {
    /// How long a clip lasts in a language, in ms; `None`: it has no sound yet.
    pub(crate) fn length_ms(&self, name: &ClipName, language: &str) -> Option<u64> {
        self.lengths_ms.get(&sound_of(name, language)).copied()
    }
}
