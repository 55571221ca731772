//! The facts of a simulation in a file: one in a line, as the event stream has them.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use crate::Failure;

/// The file, and what went wrong with it first.
pub(super) struct FactFile {
    name: String,
    writer: BufWriter<File>,
    wrong: Option<std::io::Error>,
}

impl FactFile {
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let refused = |error| super::of_file(path, error);
        Ok(Self {
            writer: BufWriter::new(File::create(path).map_err(refused)?),
            name,
            wrong: None,
        })
    }

    pub(super) fn write(&mut self, line: &[u8]) {
        if self.wrong.is_some() {
            return;
        }
        let written = self
            .writer
            .write_all(line)
            .and_then(|()| self.writer.write_all(b"\n"));
        self.wrong = written.err();
    }

    pub(super) fn finish(mut self) -> Result<(), Failure> {
        let done = self.wrong.take().map_or_else(|| self.writer.flush(), Err);
        done.map_err(|error| Failure::System(anyhow::anyhow!("{}: {error}", self.name)))
    }
}
