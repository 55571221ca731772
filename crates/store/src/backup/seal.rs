//! The files of a backup with their sums: each is summed up as it is written, and looked at again before it is used.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{BackupError, Progress, SUMS, Tree, failed};
use crate::private;

/// How much is read at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// Writes the files of a backup.
#[derive(Debug)]
pub(super) struct Seal {
    folder: PathBuf,
    /// By its path within the folder.
    sums: BTreeMap<String, String>,
}

/// A file that is being written.
pub(super) struct Sealed<'s> {
    seal: &'s mut Seal,
    name: String,
    path: PathBuf,
    out: BufWriter<File>,
    sum: Sha256,
}

impl Seal {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            sums: BTreeMap::new(),
        }
    }

    /// Makes a folder, which may stay empty.
    pub(super) fn folder(&self, name: &str) -> Result<(), BackupError> {
        let path = self.folder.join(name);
        private::make_folder(&path).map_err(failed(&path))
    }

    /// Begins a file; `name` is its path within the folder.
    pub(super) fn file(&mut self, name: &str) -> Result<Sealed<'_>, BackupError> {
        let path = self.folder.join(name);
        if let Some(above) = path.parent() {
            private::make_folder(above).map_err(failed(above))?;
        }
        let mut options = private::file();
        let file = options.write(true).create_new(true).open(&path);
        Ok(Sealed {
            out: BufWriter::new(file.map_err(failed(&path))?),
            seal: self,
            name: name.to_owned(),
            path,
            sum: Sha256::new(),
        })
    }

    /// A file of one text.
    pub(super) fn text(&mut self, name: &str, text: &str) -> Result<(), BackupError> {
        let mut file = self.file(name)?;
        let written = file.write_all(text.as_bytes());
        written.map_err(failed(&file.path))?;
        file.finish()
    }

    /// Copies at most so many bytes of a file, as it is at this moment.
    pub(super) fn copy(&mut self, name: &str, from: &Path, bytes: u64) -> Result<(), BackupError> {
        let mut source = File::open(from).map_err(failed(from))?.take(bytes);
        let mut file = self.file(name)?;
        io::copy(&mut source, &mut file).map_err(failed(from))?;
        file.finish()
    }

    /// Copies a folder with all that is in it; one that is missing has nothing in it. A file that goes away meanwhile was given up.
    pub(super) fn tree(
        &mut self,
        tree: &Tree,
        except: &[&PathBuf],
        told: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<(), BackupError> {
        let except: BTreeSet<_> = except
            .iter()
            .filter_map(|it| it.canonicalize().ok())
            .collect();
        let files = files_of(&tree.at, &except)?;
        for (done, file) in files.iter().enumerate() {
            let within = file.strip_prefix(&tree.at).unwrap_or(file);
            let name = format!("{}/{}", tree.name, line_of(within)?);
            told(Progress {
                what: &name,
                done,
                all: files.len(),
            });
            match self.copy(&name, file, u64::MAX) {
                Err(BackupError::File { source, .. })
                    if source.kind() == io::ErrorKind::NotFound => {}
                copied => copied?,
            }
        }
        Ok(())
    }

    /// Writes the sums; from here on it is a backup.
    pub(super) fn finish(self) -> Result<(), BackupError> {
        let lines = self
            .sums
            .iter()
            .map(|(name, sum)| format!("{sum}  {name}\n"));
        let (text, path) = (lines.collect::<String>(), self.folder.join(SUMS));
        let written = File::create_new(&path).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(failed(&path))
    }
}

impl Sealed<'_> {
    /// Ends the file, on the disk.
    pub(super) fn finish(self) -> Result<(), BackupError> {
        let Self {
            seal,
            name,
            path,
            mut out,
            sum,
        } = self;
        out.flush()
            .and_then(|()| out.get_ref().sync_all())
            .map_err(failed(&path))?;
        seal.sums.insert(name, hex(sum));
        Ok(())
    }
}

impl Write for Sealed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.sum.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The sums of a backup, by the names of its files.
pub(super) fn sums(folder: &Path) -> Result<BTreeMap<String, String>, BackupError> {
    let path = folder.join(SUMS);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(BackupError::NotWhole(folder.to_owned()));
        }
        Err(error) => return Err(failed(&path)(error)),
    };
    let mut sums = BTreeMap::new();
    for (line, text) in text.lines().enumerate() {
        let Some((sum, name)) = text.split_once("  ").filter(|(_, name)| is_within(name)) else {
            return Err(BackupError::Unreadable {
                file: SUMS.to_owned(),
                why: format!("line {} is no sum and name of a file within", line + 1),
            });
        };
        sums.insert(name.to_owned(), sum.to_owned());
    }
    Ok(sums)
}

/// Looks at a file again.
pub(super) fn prove(folder: &Path, name: &str, sum: &str) -> Result<(), BackupError> {
    let path = folder.join(name);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(BackupError::Missing(name.to_owned()));
        }
        Err(error) => return Err(failed(&path)(error)),
    };
    let (mut file, mut chunk, mut found) = (file, vec![0; CHUNK_BYTES], Sha256::new());
    loop {
        let read = file.read(&mut chunk).map_err(failed(&path))?;
        if read == 0 {
            break;
        }
        found.update(chunk.get(..read).unwrap_or_default());
    }
    match hex(found) == sum {
        true => Ok(()),
        false => Err(BackupError::Changed(name.to_owned())),
    }
}

/// A file of a backup, to be read.
pub(super) fn open(folder: &Path, name: &str) -> Result<BufReader<File>, BackupError> {
    let path = folder.join(name);
    let file = File::open(&path).map_err(failed(&path))?;
    Ok(BufReader::with_capacity(CHUNK_BYTES, file))
}

/// A path as it stands in a line of the sums.
fn line_of(path: &Path) -> Result<&str, BackupError> {
    let name = path.to_str().filter(|name| !name.contains(['\n', '\\']));
    name.ok_or_else(|| BackupError::Unreadable {
        file: path.display().to_string(),
        why: "its name has a line feed, a backslash or letters that are none".to_owned(),
    })
}

/// No name leads out of the folder.
fn is_within(name: &str) -> bool {
    let parts = Path::new(name).components();
    !name.is_empty()
        && parts
            .into_iter()
            .all(|part| matches!(part, std::path::Component::Normal(_)))
}

fn hex(sum: Sha256) -> String {
    let bytes = sum.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files below a folder, in order. Links are followed, each folder once.
fn files_of(root: &Path, except: &BTreeSet<PathBuf>) -> Result<Vec<PathBuf>, BackupError> {
    let (mut files, mut seen) = (Vec::new(), except.clone());
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(real) = folder.canonicalize() else {
            continue;
        };
        if !seen.insert(real) && folder != root {
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
            let path = entry.map_err(failed(&folder))?.path();
            let Ok(kind) = fs::metadata(&path) else {
                continue;
            };
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
