//! Speech that was made from texts (语音缓存): a WAV each, named by a key that stands for everything its sound depends on.
//!
//! A changed text has another key, so what is heard is never the speech of an older one; and what was made once is there
//! however long the speech engine is not (E13). Files come whole or not at all. What makes the speech, and what the key is
//! made of, is left to the rooms above.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use audio::Sound;

use crate::private;
use crate::prompt::{SoundError, SoundFault, failed, load};

/// Keys are hashes; what is shorter is a name that somebody else gave.
const KEY_LETTERS_MIN: usize = 32;

/// What became of a folder of speech.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Files that are gone.
    pub removed: u64,
    /// How many bytes they had.
    pub bytes: u64,
    /// Files that stay.
    pub kept: u64,
}

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

    /// Removes speech that is not among `named` and was made before this moment, and what a process left half written. Files that are no
    /// speech of ours stay. One that somebody else removes meanwhile is no error.
    ///
    /// # Errors
    /// What the disk says of the folder; a file that cannot be removed is kept.
    pub fn prune(
        &self,
        named: &BTreeSet<PathBuf>,
        before: SystemTime,
    ) -> Result<Pruned, SoundError> {
        let mut pruned = Pruned::default();
        let told = |why: std::io::Error| failed(&self.folder, SoundFault::Disk(why.to_string()));
        let files = match fs::read_dir(&self.folder) {
            Ok(files) => files,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(pruned),
            Err(why) => return Err(told(why)),
        };
        for file in files {
            let file = file.map_err(told)?;
            let path = file.path();
            if !is_ours(&path) {
                continue;
            }
            let Ok(about) = file.metadata() else { continue };
            let is_old = about.modified().is_ok_and(|made| made < before);
            if is_old && !named.contains(&path) && fs::remove_file(&path).is_ok() {
                pruned.removed += 1;
                pruned.bytes += about.len();
            } else {
                pruned.kept += 1;
            }
        }
        Ok(pruned)
    }

    /// Where a sound of this key is kept.
    pub fn file(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.wav"))
    }
}

/// Whether a file's name is one that is given here: `KEY.wav`, or `.KEY.PROCESS` while it is written.
fn is_ours(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return false;
    };
    let key =
        |text: &str| text.len() >= KEY_LETTERS_MIN && text.bytes().all(|it| it.is_ascii_hexdigit());
    let part = name.strip_prefix('.').and_then(|name| name.split_once('.'));
    let is_part = part.is_some_and(|(stem, process)| key(stem) && process.parse::<u32>().is_ok());
    is_part || name.strip_suffix(".wav").is_some_and(key)
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
