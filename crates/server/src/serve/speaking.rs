//! Makes speech of prompts that have no sound, while calls come and go (E13).
//!
//! Neither a start nor a reload waits for it: each sound is played from the moment it is made. What cannot be made is told by
//! name and tried again, later and later: a speech engine that was away comes back.

use std::sync::Arc;
use std::time::Duration;

use connectors::Recipe;
use media::{SoundLibrary, SoundName};
use net::MediaThreads;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::prompts::{Library, Origin, Speech, make_all};

/// Before what failed is tried again: first, and at most.
const REST_FIRST: Duration = Duration::from_secs(30);
const REST_MAX: Duration = Duration::from_mins(15);

/// The work, which may be called off at any time.
pub(super) struct Speaking {
    work: Option<JoinHandle<()>>,
}

impl Speaking {
    /// Plays what there is, and makes the rest, if there is something that can.
    pub(super) fn start(
        library: Library,
        speech: Option<Speech>,
        listeners: Listeners,
        generation: u64,
    ) -> Self {
        for prompt in library.prompts() {
            if let Origin::Unspoken(why) = &prompt.origin {
                tracing::warn!(sound = prompt.sound, "a prompt has no sound: {why}");
            }
        }
        let wanted = library.wanted();
        let sounds = library.into_sounds();
        listeners.hear(generation, &sounds);
        let work = speech.filter(|_| !wanted.is_empty()).map(|speech| {
            let maker = Maker {
                speech,
                listeners,
                sounds,
                wanted,
                generation,
            };
            tokio::spawn(maker.run())
        });
        Self { work }
    }

    /// Calls it off; what was made stays.
    pub(super) async fn stop(&mut self) {
        if let Some(work) = self.work.take() {
            work.abort();
            let _called_off = work.await;
        }
    }
}

/// Those who are to have all sounds that there are.
#[derive(Clone)]
pub(super) struct Listeners {
    /// They play them.
    pub(super) media: Arc<MediaThreads>,
    /// The pages tell how long clips last (E25).
    pub(super) lengths: watch::Sender<Arc<SoundLibrary>>,
}

impl Listeners {
    fn hear(&self, generation: u64, sounds: &SoundLibrary) {
        let library = Arc::new(sounds.clone());
        self.lengths.send_replace(Arc::clone(&library));
        self.media.command(media::Command::Sounds {
            generation,
            library,
        });
    }
}

struct Maker {
    speech: Speech,
    listeners: Listeners,
    sounds: SoundLibrary,
    wanted: Vec<(Recipe, Vec<SoundName>)>,
    /// Of the configuration that wants them.
    generation: u64,
}

impl Maker {
    async fn run(mut self) {
        let mut rest = REST_FIRST;
        loop {
            self.make().await;
            if self.wanted.is_empty() {
                return;
            }
            tokio::time::sleep(rest).await;
            rest = REST_MAX.min(rest * 2);
        }
    }

    /// Tries everything that is wanted; what failed stays wanted.
    async fn make(&mut self) {
        let Self {
            speech,
            listeners,
            sounds,
            wanted,
            generation,
        } = self;
        let recipes = wanted.iter().map(|(recipe, _)| recipe.clone()).collect();
        let mut done = vec![false; wanted.len()];
        make_all(speech, recipes, |at, result| {
            let (Some((_, names)), Some(done)) = (wanted.get(at), done.get_mut(at)) else {
                return;
            };
            let shown: Vec<&str> = names.iter().map(SoundName::as_str).collect();
            let shown = shown.join(", ");
            match result {
                Ok(sound) => {
                    tracing::info!(sounds = shown, "speech was made of a prompt");
                    let sound = Arc::new(sound);
                    let named = names.iter().map(|name| (name.clone(), Arc::clone(&sound)));
                    sounds.0.extend(named);
                    listeners.hear(*generation, sounds);
                    *done = true;
                }
                Err(why) => tracing::warn!(sounds = shown, "a prompt has no sound: {why}"),
            }
        })
        .await;
        let mut done = done.into_iter();
        wanted.retain(|_| !done.next().unwrap_or(false));
    }
}
