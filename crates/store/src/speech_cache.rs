//! Speech that was made from texts (语音缓存): a WAV each, named by a key that stands for everything its sound depends on.
//!
//! A changed text has another key, so what is heard is never the speech of an older one; and what was made once is there
//! however long the speech engine is not (E13). Files come whole or not at all. What makes the speech, and what the key is
//! made of, is left to the rooms above.

use std::fs;
use std::path::{Path, PathBuf};

use audio::Sound;

use crate::private;
use crate::prompt::{SoundError, SoundFault, failed, load};

/// A folder of speech.
#[derive(Clone, Debug)]
pub struct SpeechCache {
    folder: PathBuf,
}

impl SpeechCache {
    /// The cache in a folder, which is made when the first sound is kept.
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The speech of a key, at 8 kHz; `None` when it was never made, or its file cannot be read: it is then made anew.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<Sound> {
        load(&self.file(key)).ok()
    }

    /// Keeps the speech of a key.
    ///
    /// # Errors
    /// What the disk says.
    pub fn keep(&self, key: &str, speech: &Sound) -> Result<(), SoundError> {
        private::make_folder(&self.folder).map_err(|error| failed(&self.folder, error))?;
        let file = self.file(key);
        // A server and a command may make the same sound at one time.
        let part = self.folder.join(format!(".{key}.{}", std::process::id()));
        let written = write(&part, speech);
        let moved = written.and_then(|()| fs::rename(&part, &file).map_err(|why| why.to_string()));
        moved.map_err(|why| {
            // It is worth nothing, and the next try has the same name.
            drop(fs::remove_file(&part));
            failed(&file, SoundFault::Disk(why))
        })
    }

    /// Where a sound of this key is kept.
    pub fn file(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.wav"))
    }
}

fn write(path: &Path, speech: &Sound) -> Result<(), String> {
    let told = |why: std::io::Error| why.to_string();
    let mut options = private::file();
    let file = options.write(true).create(true).truncate(true);
    let mut file = std::io::BufWriter::new(file.open(path).map_err(told)?);
    speech.to_wav(&mut file).map_err(|why| why.to_string())?;
    let file = file.into_inner().map_err(|why| why.to_string())?;
    file.sync_all().map_err(told)
}
