//! Folders and files that nobody but the program's own user reads (S22, S23): they hold names, numbers and what was said.
//!
//! Only what is made here is closed: a folder or file that stands already keeps the rights that somebody gave it.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Rights of a folder: its owner's alone.
const FOLDER_MODE: u32 = 0o700;
/// Rights of a file: its owner's alone.
const FILE_MODE: u32 = 0o600;

/// Makes a folder and those above it that are missing; it is no error if it is there.
pub fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(path)
}

/// How to open a file that, if it is made, is ours alone.
pub(crate) fn file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(FILE_MODE);
    options
}
