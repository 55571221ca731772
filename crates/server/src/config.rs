//! The files that an admin edits, read whole and checked whole: either all of them are good, or every mistake is told.

pub(crate) mod calendars;
pub(crate) mod document;
pub(crate) mod numbers;
pub(crate) mod queues;
pub(crate) mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use audio::Sound;
use engine::{Numbers, RecordingPolicy};
use ivr::{Diagnostic, Severity, World};
use model::{NumberPlan, ScriptName};

use document::Document;
use settings::{HttpTls, Material, Policy, Settings, SignIn};

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
    /// Certificates and whom we believe.
    pub tls: net::TlsConfig,
    /// The certificate of the pages, where they come within TLS.
    pub(crate) https: Option<net::TlsCertificate>,
    /// What somebody should look at.
    pub warnings: Vec<Diagnostic>,
    /// A certificate has ended: `check` fails, a start does not.
    pub expired: Option<Diagnostic>,
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
        let (tls, https) = self.certificates(&settings, &mut found);
        let sounds = match store::load_sounds(&settings.ivr.dir) {
            Ok(sounds) => Some(sounds),
            Err(error) => {
                found.push(without_place(&settings.ivr.dir, error.to_string()));
                None
            }
        };
        let played: BTreeSet<String> = sounds.iter().flat_map(BTreeMap::keys).cloned().collect();
        let calendars = self.file("calendars.toml", &mut found, calendars::read);
        let queues = self.file("queues.toml", &mut found, |document| {
            queues::read(document, &played)
        });
        let (scripts, mut parsed) = scripts(&settings.ivr.dir, &mut found);
        let sounds_known = sounds.is_some().then_some(played);
        let plan = NumberPlan::new(&settings.numbering.region).map_err(|error| {
            vec![without_place(
                &self.dir.join("trunkline.toml"),
                error.to_string(),
            )]
        })?;
        let numbers = match self.world(scripts, agents, sounds_known) {
            Some(world) => {
                found.extend(parsed.iter().flat_map(|script| ivr::check(script, &world)));
                self.file("numbers.toml", &mut found, |document| {
                    numbers::read(document, &world, &plan)
                })
            }
            None => Numbers::default(),
        };
        let (errors, warnings): (Vec<_>, Vec<_>) =
            dedup(found).into_iter().partition(Diagnostic::is_error);
        if !errors.is_empty() {
            return Err(errors);
        }
        let engine = engine::Config {
            version,
            plan,
            numbers,
            trunks: BTreeMap::new(),
            dial: engine::DialPlan::default(),
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
            sounds: sounds.unwrap_or_default(),
            tls: tls.config,
            https,
            warnings,
            expired: tls.expired,
        })
    }

    /// The files of `[tls]`, and the certificate of the pages.
    fn certificates(
        &self,
        settings: &Settings,
        found: &mut Vec<Diagnostic>,
    ) -> (Material, Option<net::TlsCertificate>) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default();
        let document = Document::read(&self.dir.join("trunkline.toml"));
        let mut read = |section: &str, tls: &settings::Tls| {
            let document = document.as_ref().map_err(Clone::clone);
            match document.and_then(|document| tls.read(section, document, now)) {
                Ok(mut material) => {
                    found.extend(material.warning.take());
                    material
                }
                Err(wrong) => {
                    found.push(wrong);
                    Material::default()
                }
            }
        };
        let mut sip = read("tls", &settings.tls);
        let https = match &settings.http.tls {
            HttpTls::Shared(false) => None,
            HttpTls::Shared(true) => sip.config.certificate.clone(),
            HttpTls::Own(paper) => {
                let own = read("http.tls", &paper.as_tls());
                sip.expired = sip.expired.or(own.expired);
                own.config.certificate
            }
        };
        (sip, https)
    }

    /// What scripts and numbers may name. `None` when a file that gives names cannot be read at all: every name in it
    /// would be told as unknown, and its own mistake, which is told, says enough.
    fn world(
        &self,
        scripts: BTreeSet<ScriptName>,
        agents: Option<BTreeSet<String>>,
        sounds: Option<BTreeSet<String>>,
    ) -> Option<World> {
        Some(World {
            queues: self
                .names("queues.toml", queues::names)?
                .into_iter()
                .collect(),
            calendars: self
                .names("calendars.toml", calendars::names)?
                .into_iter()
                .collect(),
            numbers: self
                .names("numbers.toml", |document| numbers::names(document).ok())?
                .into_iter()
                .collect(),
            scripts,
            agents,
            sounds: sounds?,
        })
    }

    /// The names that a file of the folder gives; a file that is not there gives none.
    fn names<T: Default>(
        &self,
        name: &str,
        read: impl FnOnce(&Document) -> Option<T>,
    ) -> Option<T> {
        let path = self.dir.join(name);
        if !path.exists() {
            return Some(T::default());
        }
        read(&Document::read(&path).ok()?)
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// The repository's own demo with one file replaced.
    fn told(name: &str, change: impl FnOnce(String) -> String) -> Vec<String> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let dir =
            std::env::temp_dir().join(format!("trunkline-config-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        for file in [
            "trunkline.toml",
            "queues.toml",
            "numbers.toml",
            "calendars.toml",
        ] {
            std::fs::copy(root.join("config").join(file), dir.join(file)).unwrap();
        }
        let text = std::fs::read_to_string(dir.join(name)).unwrap();
        std::fs::write(dir.join(name), change(text)).unwrap();
        let scripts = root.join("ivr-scripts");
        let source = Source {
            dir: dir.clone(),
            overrides: vec![format!("ivr.dir={}", scripts.display())],
        };
        let findings = source.load(1, None).err().unwrap_or_default();
        std::fs::remove_dir_all(dir).unwrap();
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_demo_is_good() {
        let told = told("queues.toml", |text| text);
        assert!(told.is_empty(), "{told:?}");
    }

    #[test]
    fn mistakes_of_all_files_are_told_at_once() {
        let told = told("queues.toml", |text| {
            text.replace("\"sticky\"", "\"stiky\"")
                .replace("queue.sales", "queue.sale")
        });
        let all = told.join("\n");
        assert!(
            all.contains("queues.toml:5:12: error: no strategy `stiky`"),
            "{all}"
        );
        assert!(
            all.contains("main.toml:") && all.contains("`sales`"),
            "{all}"
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_makes_no_other_wrong() {
        let told = told("queues.toml", |text| format!("{text}\n[["));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("queues.toml:"), "{told:?}");
    }
}
