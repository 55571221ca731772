//! The clips of the house (E25), as the pages are told them: those of the configuration that holds, with the lengths of the sounds
//! that are there by then.

use std::collections::BTreeMap;
use std::sync::Arc;

use media::{SoundLibrary, SoundName};
use model::Clips;
use model::clip::sound_of;
use net::MediaThreads;
use tokio::sync::watch;
use web::ClipShelf;

use super::speaking::Listeners;

/// What is told, replaced as a whole.
pub(super) struct Shelf {
    /// And the language of the house.
    clips: watch::Sender<(Arc<Clips>, String)>,
    sounds: watch::Sender<Arc<SoundLibrary>>,
}

impl Shelf {
    /// The clips of a configuration, whose sounds nobody has yet.
    pub(super) fn new(config: &engine::Config) -> Self {
        let (clips, _) = watch::channel(told(config));
        let (sounds, _) = watch::channel(Arc::default());
        Self { clips, sounds }
    }

    /// Those of another.
    pub(super) fn put(&self, config: &engine::Config) {
        self.clips.send_replace(told(config));
    }

    /// Who is to learn of each sound that is made.
    pub(super) fn listeners(&self, media: &Arc<MediaThreads>) -> Listeners {
        Listeners {
            media: Arc::clone(media),
            lengths: self.sounds.clone(),
        }
    }

    /// What the pages ask.
    pub(super) fn reader(&self) -> impl Fn() -> ClipShelf + Send + Sync + use<> {
        let (clips, sounds) = (self.clips.subscribe(), self.sounds.subscribe());
        move || {
            let (clips, language) = clips.borrow().clone();
            let lengths_ms = lengths(&clips, &sounds.borrow());
            ClipShelf {
                clips,
                language,
                lengths_ms,
            }
        }
    }
}

fn told(config: &engine::Config) -> (Arc<Clips>, String) {
    (Arc::clone(&config.clips), config.language.clone())
}

fn lengths(clips: &Clips, sounds: &SoundLibrary) -> BTreeMap<String, u64> {
    let names = clips.iter();
    let names =
        names.flat_map(|(name, clip)| clip.languages.iter().map(move |it| sound_of(name, it)));
    let lengths = names.filter_map(|name| {
        let sound = sounds.0.get(&SoundName::new(&name))?;
        Some((name, sound.duration_ms()))
    });
    lengths.collect()
}
