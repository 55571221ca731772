//! The files that an admin edits, read whole and checked whole: either all of them are good, or every mistake is told.

pub(crate) mod calendars;
pub(crate) mod document;
pub(crate) mod numbers;
pub(crate) mod queues;
pub(crate) mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audio::Sound;
use engine::RecordingPolicy;
use ivr::{Diagnostic, Severity, World};
use model::ScriptName;

use document::Document;
use settings::{Policy, Settings, SignIn};

/// Where the configuration stands and what the command line lays over it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// `--config`.
    pub dir: PathBuf,
    /// `--set`, in order.
    pub overrides: Vec<String>,
}

/// A configuration that was found good.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// What the engine works under.
    pub engine: engine::Config,
    /// All prompts and music.
    pub sounds: BTreeMap<String, Sound>,
    /// What somebody should look at.
    pub warnings: Vec<Diagnostic>,
}

impl Source {
    /// Whether there is a `trunkline.toml`.
    pub(crate) fn has_settings(&self) -> bool {
        self.dir.join("trunkline.toml").exists()
    }

    /// `trunkline.toml` alone: what a verb needs that only wants the store.
    pub(crate) fn settings(&self) -> Result<Settings, Vec<Diagnostic>> {
        let document =
            Document::read(&self.dir.join("trunkline.toml")).map_err(|error| vec![error])?;
        Settings::read(&document, &self.overrides)
    }

    /// Everything. `agents` are the logins in the store, where it is known.
    pub(crate) fn load(
        &self,
        version: u64,
        agents: Option<BTreeSet<String>>,
    ) -> Result<Loaded, Vec<Diagnostic>> {
        let settings = self.settings()?;
        let mut found = Vec::new();
        let sounds = match store::load_sounds(&settings.ivr.dir) {
            Ok(sounds) => sounds,
            Err(error) => {
                found.push(without_place(&settings.ivr.dir, error.to_string()));
                BTreeMap::new()
            }
        };
        let names: BTreeSet<String> = sounds.keys().cloned().collect();
        let calendars = self.file("calendars.toml", &mut found, calendars::read);
        let queues = self.file("queues.toml", &mut found, |document| {
            queues::read(document, &names)
        });
        let numbered = self.file("numbers.toml", &mut found, |document| {
            numbers::names(document).map_err(|error| vec![error])
        });
        let (documents, mut parsed) = scripts(&settings.ivr.dir, &mut found);
        let world = World {
            queues: queues.keys().cloned().collect(),
            calendars: calendars.keys().cloned().collect(),
            scripts: documents,
            agents,
            numbers: numbered.into_iter().collect(),
            sounds: names,
        };
        // A file that could not be read at all would only make every name in it "unknown": its own mistake says enough.
        if !found.iter().any(Diagnostic::is_error) {
            for script in &parsed {
                found.extend(ivr::check(script, &world));
            }
        }
        let numbers = self.file("numbers.toml", &mut found, |document| {
            numbers::read(document, &world)
        });
        let (errors, warnings): (Vec<_>, Vec<_>) =
            dedup(found).into_iter().partition(Diagnostic::is_error);
        if !errors.is_empty() {
            return Err(errors);
        }
        let engine = engine::Config {
            version,
            numbers,
            queues,
            scripts: parsed
                .drain(..)
                .map(|script| (script.name().clone(), Arc::new(script)))
                .collect(),
            calendars,
            language: settings.ivr.language.clone(),
            recording: match settings.recording.policy {
                Policy::All => RecordingPolicy::All,
                Policy::Never => RecordingPolicy::Never,
            },
            sign_in: match settings.agents.sign_in {
                SignIn::Page => engine::SignIn::Page,
                SignIn::Phone => engine::SignIn::Phone,
            },
        };
        Ok(Loaded {
            engine,
            sounds,
            warnings,
        })
    }

    /// One file of the folder; a file that is not there has no entries.
    fn file<T: Default>(
        &self,
        name: &str,
        found: &mut Vec<Diagnostic>,
        read: impl FnOnce(&Document) -> Result<T, Vec<Diagnostic>>,
    ) -> T {
        let path = self.dir.join(name);
        if !path.exists() {
            return T::default();
        }
        match Document::read(&path)
            .map_err(|error| vec![error])
            .and_then(|document| read(&document))
        {
            Ok(value) => value,
            Err(wrong) => {
                found.extend(wrong);
                T::default()
            }
        }
    }
}

/// All `*.toml` of the scripts' folder, by file name: their names, and those that could be read.
fn scripts(dir: &Path, found: &mut Vec<Diagnostic>) -> (BTreeSet<ScriptName>, Vec<ivr::Script>) {
    let mut paths: Vec<PathBuf> = match std::fs::read_dir(dir) {
        Ok(entries) => entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .collect(),
        Err(error) => {
            found.push(without_place(dir, format!("cannot be read: {error}")));
            Vec::new()
        }
    };
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    paths.sort();
    let mut names = BTreeSet::new();
    let mut scripts = Vec::new();
    for path in paths {
        let name = ScriptName::new(
            path.file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default(),
        );
        names.insert(name.clone());
        match Document::read(&path) {
            Ok(document) => {
                let (script, diagnostics) = ivr::parse(name, &document.file, &document.text);
                found.extend(diagnostics);
                scripts.extend(script);
            }
            Err(error) => found.push(error),
        }
    }
    (names, scripts)
}

fn without_place(path: &Path, message: String) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        file: path.display().to_string(),
        line: 1,
        column: 1,
        message,
        help: None,
    }
}

/// Each finding once, in the order of files and lines.
fn dedup(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found.sort_by(|a, b| {
        (&a.file, a.line, a.column, &a.message).cmp(&(&b.file, b.line, b.column, &b.message))
    });
    found.dedup();
    found
}
