use audio::Sound;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
/// A sound that cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct SoundError {
    /// Which file or folder.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}
/// All sounds by name.
pub fn load_sounds(ivr_dir: &Path) -> Result<BTreeMap<String, Sound>, SoundError> {
    let _ = ivr_dir;
    todo!()
}
