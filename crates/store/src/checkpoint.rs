//! A checkpoint: what somebody has read out of the fact log, with the number of the last fact of it, so that a start reads
//! on from there.
//!
//! One file: a line that says what it is (the form of its body, the fact's number, the body's length and CRC-32), then the body. It is
//! replaced as a whole (written beside, made durable, renamed), so a crash leaves the one before. It holds nothing
//! that the log does not: whoever cannot read it reads the log. What the body means is its owner's.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::private;

/// What the first line begins with.
const MAGIC: &str = "trunkline-checkpoint";
/// Longest first line.
const HEADER_BYTES_MAX: usize = 96;
/// Longest body: neither memory nor disk is filled by a centre that grew beyond reason.
pub const BODY_BYTES_MAX: usize = 512 * 1024 * 1024;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The form of the body.
    pub form: u32,
    /// The last fact that it holds.
    pub seq: u64,
    /// What was read.
    pub body: Vec<u8>,
}

/// Why there is no checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no whole checkpoint: torn, changed, or something else.
    #[error("{} is no whole checkpoint", .0.display())]
    Torn(PathBuf),
    /// The body is of another form than was asked for.
    #[error("{} has form {found}, wanted is {wanted}", path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// The form that it has.
        found: u32,
        /// The form that is read.
        wanted: u32,
    },
    /// The body is longer than [`BODY_BYTES_MAX`].
    #[error("a checkpoint of {0} bytes is too long")]
    TooLong(usize),
}

impl Checkpoint {
    /// Replaces the file at `path`; durable when it returns.
    ///
    /// # Errors
    /// The disk refuses, or it is too long; what stood there stands there still.
    pub fn write(&self, path: &Path) -> Result<(), CheckpointError> {
        if self.body.len() > BODY_BYTES_MAX {
            return Err(CheckpointError::TooLong(self.body.len()));
        }
        self.replace(path)
            .map_err(|source| CheckpointError::file(path, source))
    }

    fn replace(&self, path: &Path) -> io::Result<()> {
        let beside = path.with_extension("new");
        let mut options = private::file();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .open(&beside)?;
        file.write_all(header(self).as_bytes())?;
        file.write_all(&self.body)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        // Its name has to last, too.
        let folder = path.parent().unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }

    /// Reads the file at `path`, whose body has to be of this form; `None`: there is none.
    ///
    /// # Errors
    /// It cannot be read, is not whole, or is of another form.
    pub fn read(path: &Path, form: u32) -> Result<Option<Self>, CheckpointError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(CheckpointError::file(path, error)),
        };
        let mut bytes = Vec::new();
        let most = (BODY_BYTES_MAX + HEADER_BYTES_MAX) as u64;
        let read = file.take(most).read_to_end(&mut bytes);
        read.map_err(|error| CheckpointError::file(path, error))?;
        let torn = || CheckpointError::Torn(path.to_owned());
        let (found, start) = told(&bytes).ok_or_else(torn)?;
        if found.form != form {
            let (path, found) = (path.to_owned(), found.form);
            let wanted = form;
            return Err(CheckpointError::Foreign {
                path,
                found,
                wanted,
            });
        }
        bytes.drain(..start);
        if bytes.len() != found.length || crc32fast::hash(&bytes) != found.crc {
            return Err(torn());
        }
        Ok(Some(Self {
            form,
            seq: found.seq,
            body: bytes,
        }))
    }
}

impl CheckpointError {
    fn file(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::File { path, source }
    }
}

fn header(checkpoint: &Checkpoint) -> String {
    let Checkpoint { form, seq, body } = checkpoint;
    let (length, crc) = (body.len(), crc32fast::hash(body));
    format!("{MAGIC} {form} {seq} {length} {crc:08x}\n")
}

/// What the first line says of the body.
struct Told {
    form: u32,
    seq: u64,
    length: usize,
    crc: u32,
}

/// The first line, and where the body begins.
fn told(bytes: &[u8]) -> Option<(Told, usize)> {
    let end = bytes
        .iter()
        .take(HEADER_BYTES_MAX)
        .position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let mut words = line.strip_prefix(MAGIC)?.strip_prefix(' ')?.split(' ');
    let told = Told {
        form: words.next()?.parse().ok()?,
        seq: words.next()?.parse().ok()?,
        length: words.next()?.parse().ok()?,
        crc: u32::from_str_radix(words.next()?, 16).ok()?,
    };
    words.next().is_none().then_some((told, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn some(seq: u64) -> Checkpoint {
        Checkpoint {
            form: 1,
            seq,
            body: br#"{"agents":{}}"#.to_vec(),
        }
    }

    #[test]
    fn it_comes_back_as_it_was_and_the_next_takes_its_place() {
        let scratch = Scratch::new();
        let path = scratch.path().join("histories");
        assert_eq!(Checkpoint::read(&path, 1).unwrap(), None);
        for seq in [7, 9] {
            some(seq).write(&path).unwrap();
            assert_eq!(Checkpoint::read(&path, 1).unwrap(), Some(some(seq)));
        }
        let files = fs::read_dir(scratch.path()).unwrap().count();
        assert_eq!(files, 1, "nothing is left beside it");
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_told_and_never_read() {
        let scratch = Scratch::new();
        let path = scratch.path().join("histories");
        some(7).write(&path).unwrap();
        let whole = fs::read(&path).unwrap();
        let line = whole.iter().position(|byte| *byte == b'\n').unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let found = Checkpoint::read(&path, 1);
            assert!(matches!(found, Err(CheckpointError::Torn(_))), "at {cut}");
        }
        for place in line + 1..whole.len() {
            let mut wrong = whole.clone();
            wrong[place] ^= 1;
            fs::write(&path, &wrong).unwrap();
            let found = Checkpoint::read(&path, 1);
            assert!(matches!(found, Err(CheckpointError::Torn(_))), "{place}");
        }
    }

    #[test]
    fn a_foreign_form_is_told() {
        let scratch = Scratch::new();
        let path = scratch.path().join("histories");
        some(7).write(&path).unwrap();
        let found = Checkpoint::read(&path, 2);
        let foreign = matches!(
            found,
            Err(CheckpointError::Foreign {
                found: 1,
                wanted: 2,
                ..
            })
        );
        assert!(foreign, "{found:?}");
    }

    #[test]
    fn what_cannot_be_written_leaves_what_stood_there() {
        let scratch = Scratch::new();
        let path = scratch.path().join("histories");
        some(7).write(&path).unwrap();
        // A folder where the new file would be written beside it.
        fs::create_dir(path.with_extension("new")).unwrap();
        assert!(matches!(
            some(9).write(&path),
            Err(CheckpointError::File { .. })
        ));
        assert_eq!(Checkpoint::read(&path, 1).unwrap(), Some(some(7)));
    }
}
