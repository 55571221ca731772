//! The sounds of a worker: a port hears those of the configuration under which it was opened (E20), also once another is read.
//!
//! What a former configuration does not have is looked for in the one of now. A former one goes with its last port.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::SoundLibrary;
use crate::playback::Sounds;

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Libraries {
    generation: u64,
    current: Arc<SoundLibrary>,
    former: BTreeMap<u64, Former>,
}

#[derive(Debug)]
struct Former {
    library: Arc<SoundLibrary>,
    ports: usize,
}

impl Libraries {
    /// The generation of now: a port that opens belongs to it.
    pub(super) const fn generation(&self) -> u64 {
        self.generation
    }

    /// The sounds of a generation. `ports` are the generations of all ports that are open. One that is no later than the
    /// present replaces it: more of its sounds were made.
    pub(super) fn replace(
        &mut self,
        generation: u64,
        library: Arc<SoundLibrary>,
        ports: impl Iterator<Item = u64>,
    ) {
        let before = std::mem::replace(&mut self.current, library);
        if generation <= self.generation {
            return;
        }
        let of = self.generation;
        self.generation = generation;
        let ports = ports.filter(|it| *it == of).count();
        if ports > 0 {
            let library = before;
            self.former.insert(of, Former { library, ports });
        }
    }

    /// A port has closed.
    pub(super) fn leave(&mut self, generation: u64) {
        if let Some(former) = self.former.get_mut(&generation) {
            former.ports = former.ports.saturating_sub(1);
            if former.ports == 0 {
                self.former.remove(&generation);
            }
        }
    }

    /// The sounds as a port of this generation hears them.
    pub(super) fn of(&self, generation: u64) -> Sounds {
        let former = self.former.get(&generation);
        Sounds {
            own: former.map(|former| Arc::clone(&former.library)),
            current: Arc::clone(&self.current),
        }
    }
}

#[cfg(test)]
mod tests {
    use audio::Sound;

    use super::*;
    use crate::SoundName;

    fn library(sounds: &[(&str, i16)]) -> Arc<SoundLibrary> {
        let sound = |(name, sample): &(&str, i16)| {
            let sound = Sound {
                rate_hz: 8_000,
                samples: vec![*sample],
            };
            (SoundName::new(name), Arc::new(sound))
        };
        Arc::new(SoundLibrary(sounds.iter().map(sound).collect()))
    }

    fn heard(libraries: &Libraries, generation: u64, name: &str) -> Option<i16> {
        let sounds = libraries.of(generation);
        let found = sounds.get(&SoundName::new(name));
        found.map(|sound| sound.samples[0])
    }

    #[test]
    fn e20_a_port_hears_what_was_there_when_it_opened_and_what_was_made_since() {
        let mut all = Libraries::default();
        all.replace(1, library(&[("a", 1), ("gone", 1)]), std::iter::empty());
        all.replace(
            1,
            library(&[("a", 1), ("gone", 1), ("made", 1)]),
            [1].into_iter(),
        );
        all.replace(2, library(&[("a", 2), ("new", 2)]), [1, 1].into_iter());
        assert_eq!(all.generation(), 2);
        let names = ["a", "gone", "made", "new"];
        assert_eq!(
            names.map(|name| heard(&all, 1, name)),
            [Some(1), Some(1), Some(1), Some(2)]
        );
        assert_eq!(
            names.map(|name| heard(&all, 2, name)),
            [Some(2), None, None, Some(2)]
        );
        all.leave(1);
        assert_eq!(heard(&all, 1, "gone"), Some(1), "another port is of it");
        all.leave(1);
        assert_eq!(heard(&all, 1, "gone"), None);
        assert!(all.former.is_empty(), "nothing is kept for nobody");
        all.replace(3, library(&[]), [2, 3].into_iter());
        all.leave(2);
        assert!(all.former.is_empty());
    }
}
