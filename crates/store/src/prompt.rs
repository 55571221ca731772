//! The sound library: every WAV below `prompts/` and `music/`, in memory, at 8 kHz.
//!
//! `prompts/zh-CN/welcome.wav` is the sound `zh-CN/welcome`, which all scripts share; `prompts/main/zh-CN/welcome.wav` is
//! `main/zh-CN/welcome`, of the script `main` alone; `music/default.wav` is `music/default`. Loaded whole or not at all: a
//! broken file is told by name, so that nobody finds out by a silent call.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use audio::Sound;

/// Longest file that is loaded: an hour of 48 kHz mono.
const FILE_BYTES_MAX: u64 = 400 * 1024 * 1024;

/// A sound that cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct SoundError {
    /// Which file or folder.
    pub path: PathBuf,
    /// Why.
    pub why: SoundFault,
}

/// Why a sound cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SoundFault {
    /// It is no WAV that we read.
    #[error(transparent)]
    Wav(#[from] audio::WavError),
    /// By its length it is no sound for callers.
    #[error("longer than an hour")]
    TooLong,
    /// There is nothing in it.
    #[error("holds no sound")]
    Empty,
    /// Its name is in no encoding that scripts have.
    #[error("a sound is named in UTF-8, as scripts are")]
    Name,
    /// What the disk says.
    #[error("{0}")]
    Disk(String),
}

impl From<std::io::Error> for SoundFault {
    fn from(error: std::io::Error) -> Self {
        Self::Disk(error.to_string())
    }
}

/// All sounds below the folder of scripts, by name. A folder that is missing holds no sounds.
pub fn load_sounds(ivr_dir: &Path) -> Result<BTreeMap<String, Sound>, SoundError> {
    let mut sounds = BTreeMap::new();
    load_folder(&ivr_dir.join("music"), "music", &mut sounds)?;
    for (name, folder) in folders(&ivr_dir.join("prompts"))? {
        load_folder(&folder, &name, &mut sounds)?;
        for (language, inner) in folders(&folder)? {
            load_folder(&inner, &format!("{name}/{language}"), &mut sounds)?;
        }
    }
    Ok(sounds)
}

fn load_folder(
    folder: &Path,
    prefix: &str,
    sounds: &mut BTreeMap<String, Sound>,
) -> Result<(), SoundError> {
    for (file, path) in entries(folder)? {
        if let Some(name) = file.strip_suffix(".wav") {
            sounds.insert(format!("{prefix}/{name}"), load(&path)?);
        }
    }
    Ok(())
}

/// One WAV, at 8 kHz.
pub(crate) fn load(path: &Path) -> Result<Sound, SoundError> {
    let file = File::open(path).map_err(|error| failed(path, error))?;
    let length = file.metadata().map_err(|error| failed(path, error))?.len();
    if length > FILE_BYTES_MAX {
        return Err(failed(path, SoundFault::TooLong));
    }
    let sound = Sound::from_wav(BufReader::new(file)).map_err(|error| failed(path, error))?;
    if sound.samples.is_empty() {
        return Err(failed(path, SoundFault::Empty));
    }
    Ok(sound.to_8k())
}

/// The visible folders within a folder, by name.
fn folders(folder: &Path) -> Result<BTreeMap<String, PathBuf>, SoundError> {
    let mut found = entries(folder)?;
    found.retain(|_, path| path.is_dir());
    Ok(found)
}

/// The visible entries of a folder, by name.
fn entries(folder: &Path) -> Result<BTreeMap<String, PathBuf>, SoundError> {
    let mut found = BTreeMap::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, error))? {
        let entry = entry.map_err(|error| failed(folder, error))?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|name| failed(&folder.join(name), SoundFault::Name))?;
        if !name.starts_with('.') {
            found.insert(name, entry.path());
        }
    }
    Ok(found)
}

pub(crate) fn failed(path: &Path, why: impl Into<SoundFault>) -> SoundError {
    SoundError {
        path: path.to_owned(),
        why: why.into(),
    }
}
