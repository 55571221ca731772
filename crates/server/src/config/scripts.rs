//! The folder of scripts: every `*.toml` in it is one, named by its file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ivr::{Diagnostic, told};
use model::ScriptName;

use super::document::Document;
use super::{Source, without_place};

/// What stands in the folder.
#[derive(Debug, Default)]
pub(super) struct Scripts {
    /// All names.
    pub(super) names: BTreeSet<ScriptName>,
    /// Those that could be read.
    pub(super) parsed: Vec<ivr::Script>,
    /// Their texts.
    pub(super) texts: BTreeMap<ScriptName, String>,
}

impl Source {
    /// Reads them, in the order of their files.
    pub(super) fn scripts(&self, dir: &Path, found: &mut Vec<Diagnostic>) -> Scripts {
        let mut scripts = Scripts::default();
        for path in files(dir, found) {
            let stem = path.file_stem().unwrap_or_default();
            let name = ScriptName::new(stem.to_string_lossy().into_owned());
            scripts.names.insert(name.clone());
            match self.document(&name, &path) {
                Ok(Document { file, text }) => {
                    let (script, diagnostics) = ivr::parse(name.clone(), &file, &text);
                    found.extend(diagnostics);
                    scripts.parsed.extend(script);
                    scripts.texts.insert(name, text);
                }
                Err(error) => found.push(error),
            }
        }
        scripts
    }

    fn document(&self, name: &ScriptName, path: &Path) -> Result<Document, Diagnostic> {
        match self.instead.get(name) {
            Some(text) => Ok(Document {
                file: path.display().to_string(),
                text: text.clone(),
            }),
            None => Document::read(path),
        }
    }
}

fn files(dir: &Path, found: &mut Vec<Diagnostic>) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = match std::fs::read_dir(dir) {
        Ok(entries) => entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .collect(),
        Err(error) => {
            let message = told!("cannot be read: {error}", "无法读取：{error}");
            found.push(without_place(dir, message));
            Vec::new()
        }
    };
    paths.retain(|path| path.extension().is_some_and(|it| it == "toml"));
    paths.sort();
    paths
}
