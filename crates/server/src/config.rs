//! The files that an admin edits, read whole and checked whole: either all of them are good, or every mistake is told.

pub(crate) mod calendars;
pub(crate) mod document;
pub(crate) mod numbers;
pub(crate) mod queues;
mod regions;
pub(crate) mod settings;
pub(crate) mod trunks;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use audio::Sound;
use engine::{Denied, DialPlan, Entry, Numbers, RecordingPolicy};
use ivr::{Diagnostic, OutsideNumber, OutsideNumbers, Severity, World};
use model::{NumberPlan, ScriptName};

use document::Document;
use queues::opening::{self, Heard};
use settings::{HttpTls, Material, Policy, Settings, SignIn};
use trunks::Trunks;

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
        let nothing = BTreeMap::new();
        let played: BTreeSet<String> = sounds.iter().flat_map(BTreeMap::keys).cloned().collect();
        let calendars = self.file("calendars.toml", &mut found, calendars::read);
        let queues = self.file("queues.toml", &mut found, |document| {
            let heard = Heard {
                sounds: sounds.as_ref().unwrap_or(&nothing),
                language: &settings.ivr.language,
            };
            queues::read(document, heard, &calendars)
        });
        let (scripts, mut parsed) = scripts(&settings.ivr.dir, &mut found);
        let sounds_known = sounds.is_some().then_some(played);
        let plan = NumberPlan::new(&settings.numbering.region).map_err(|error| {
            vec![without_place(
                &self.dir.join("trunkline.toml"),
                error.to_string(),
            )]
        })?;
        let shared_numbers = settings.familiar.shared(&plan).unwrap_or_else(|why| {
            let message = format!("`familiar.shared_numbers`: {why}");
            found.push(without_place(&self.dir.join("trunkline.toml"), message));
            BTreeSet::new()
        });
        let (mut house, mut lines) = (numbers::House::default(), Trunks::default());
        if let Some(mut world) = self.world(scripts, agents, sounds_known) {
            let told = found.len();
            house = self.file("numbers.toml", &mut found, |document| {
                numbers::read(document, &world, &plan)
            });
            let given = trunks::Given {
                dir: &self.dir,
                realm: &settings.sip.realm,
                plan,
                numbers: (found.len() == told).then_some(&house.numbers),
                agents: world.agents.as_ref(),
            };
            lines = self.trunks(&given, &mut found);
            // What a script dials is judged by rules that are good themselves.
            let judged = !found.iter().skip(told).any(Diagnostic::is_error);
            world.outside = outside(judged, plan, &house.numbers, &lines.dial);
            found.extend(parsed.iter().flat_map(|script| ivr::check(script, &world)));
            found.extend(ivr::check_overflow(&parsed, |number| {
                script_of(plan, &house.numbers, number)
            }));
        }
        let (errors, warnings): (Vec<_>, Vec<_>) =
            dedup(found).into_iter().partition(Diagnostic::is_error);
        if !errors.is_empty() {
            return Err(errors);
        }
        let engine = engine::Config {
            version,
            plan,
            numbers: house.numbers,
            regions: house.regions,
            trunks: lines.trunks,
            dial: lines.dial,
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
            hold: settings.agents.hold(),
            reasons: settings.agents.reasons(settings.tickets.utc_offset_min),
            house_sounds: opening::house_sounds(sounds.as_ref().unwrap_or(&nothing)),
            shared_numbers,
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

    /// Which steps of the queues none of these people can meet (R70).
    pub(crate) fn unmet(
        &self,
        queues: &BTreeMap<model::QueueName, engine::Queue>,
        staff: &[store::Staff],
    ) -> Vec<Diagnostic> {
        let document = Document::read(&self.dir.join("queues.toml"));
        document.map_or_else(
            |error| vec![error],
            |document| queues::staff::unmet(&document, queues, staff),
        )
    }

    /// Nobody could look whether the house has the people for its queues.
    pub(crate) fn unlooked(&self, why: &str) -> Diagnostic {
        let message = format!("nobody looked whether the steps of queues can be met: {why}");
        Diagnostic {
            severity: Severity::Warning,
            ..without_place(&self.dir.join("queues.toml"), message)
        }
    }

    /// The certificate of the pages in PEM, for those who only want to read them; `None`: they come without TLS.
    pub(crate) fn pages_certificate(
        &self,
        settings: &Settings,
    ) -> Result<Option<Vec<u8>>, Vec<Diagnostic>> {
        let mut found = Vec::new();
        let (_, certificate) = self.certificates(settings, &mut found);
        found.retain(Diagnostic::is_error);
        if found.is_empty() {
            Ok(certificate.map(|certificate| certificate.chain))
        } else {
            Err(found)
        }
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

    /// `trunks.toml`, which may warn of what it takes; without the file there are no carriers.
    fn trunks(&self, given: &trunks::Given<'_>, found: &mut Vec<Diagnostic>) -> Trunks {
        let path = self.dir.join("trunks.toml");
        if !path.exists() {
            return Trunks::default();
        }
        match Document::read(&path) {
            Ok(document) => {
                let (lines, told) = trunks::read(&document, given);
                found.extend(told);
                lines
            }
            Err(error) => {
                found.push(error);
                Trunks::default()
            }
        }
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
            outside: OutsideNumbers::default(),
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

/// Which script a number enters, in whatever spelling.
fn script_of(plan: NumberPlan, numbers: &Numbers, number: &str) -> Option<ScriptName> {
    let found = numbers.find(number);
    let (_, number) = found.or_else(|| numbers.find(&plan.key(number).key))?;
    match &number.entry {
        Entry::Script(name) => Some(name.clone()),
        Entry::Queue(_) | Entry::Agent(_) | Entry::Regions(_) => None,
    }
}

/// What scripts may dial besides the numbers as they are written: the same numbers in other spellings, and outside what
/// the dial rules allow (S15).
fn outside(judged: bool, plan: NumberPlan, numbers: &Numbers, dial: &DialPlan) -> OutsideNumbers {
    let (numbers, dial) = (numbers.clone(), dial.clone());
    OutsideNumbers::new(move |number| {
        if !judged || numbers.find(&plan.key(number).key).is_some() {
            return OutsideNumber::Allowed;
        }
        if dial.routes.is_empty() {
            return OutsideNumber::Unknown;
        }
        match dial.check_script(&plan, number) {
            Ok(_) => OutsideNumber::Allowed,
            Err(Denied::NoNumber) => OutsideNumber::Unknown,
            Err(denied) => OutsideNumber::Denied(denied.to_string()),
        }
    })
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

    fn repository() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    /// A folder with the repository's own demo, one file of it changed.
    fn scratch(name: &str, change: impl FnOnce(String) -> String) -> PathBuf {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir =
            std::env::temp_dir().join(format!("trunkline-config-{}-{number}", std::process::id()));
        copy_tree(&repository().join("config"), &dir);
        let text = std::fs::read_to_string(dir.join(name)).unwrap();
        std::fs::write(dir.join(name), change(text)).unwrap();
        dir
    }

    fn copy_tree(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let to = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                copy_tree(&entry.path(), &to);
            } else {
                std::fs::copy(entry.path(), to).unwrap();
            }
        }
    }

    /// What is wrong with the demo once one file of it is changed.
    fn told(name: &str, change: impl FnOnce(String) -> String) -> Vec<String> {
        let findings = loaded(name, change).err().unwrap_or_default();
        findings.iter().map(ToString::to_string).collect()
    }

    fn loaded(
        name: &str,
        change: impl FnOnce(String) -> String,
    ) -> Result<Loaded, Vec<Diagnostic>> {
        let dir = scratch(name, change);
        let scripts = repository().join("ivr-scripts");
        let source = Source {
            dir: dir.clone(),
            overrides: vec![format!("ivr.dir={}", scripts.display())],
        };
        let loaded = source.load(1, None);
        std::fs::remove_dir_all(dir).unwrap();
        loaded
    }

    #[test]
    fn pages_come_by_the_certificate_of_tls_or_by_one_of_their_own() {
        let folder = std::env::temp_dir().join(format!("trunkline-https-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let paper = |name: &str| {
            let made = rcgen::generate_simple_self_signed(vec![format!("{name}.example")]).unwrap();
            let path = folder.join(name).display().to_string();
            std::fs::write(format!("{path}.pem"), made.cert.pem()).unwrap();
            std::fs::write(format!("{path}.key"), made.signing_key.serialize_pem()).unwrap();
            (path, made.cert.pem())
        };
        let (sip, sip_chain) = paper("sip");
        let (web, web_chain) = paper("web");
        let tls = format!("[tls]\ncertificate = \"{sip}.pem\"\nkey = \"{sip}.key\"\n");
        let own = format!("tls = {{ certificate = \"{web}.pem\", key = \"{web}.key\" }}");
        let odd = format!("tls = {{ certificate = \"{web}.pem\", key = \"{sip}.key\" }}");
        let load = |tls: &str, http: &str| {
            loaded("trunkline.toml", |text| {
                text.replace("[http]\n", &format!("{tls}[http]\n{http}\n"))
            })
        };
        for (tls, http, chain) in [
            ("", "", None),
            (&*tls, "", None),
            (&*tls, "tls = false", None),
            (&*tls, "tls = true", Some(&sip_chain)),
            ("", &*own, Some(&web_chain)),
            (&*tls, &*own, Some(&web_chain)),
        ] {
            let https = load(tls, http).unwrap().https.map(|paper| paper.chain);
            assert_eq!(
                https.as_deref(),
                chain.map(|chain| chain.as_bytes()),
                "{http}"
            );
        }
        for (http, words) in [
            ("tls = true", "HTTPS needs a certificate"),
            ("tls = 1", "expected true for the certificate of [tls]"),
            (&*odd, "does not fit"),
        ] {
            let told = load("", http).unwrap_err();
            assert!(told.iter().any(|it| it.message.contains(words)), "{told:?}");
            assert!(told[0].line > 1, "at its place: {told:?}");
        }
        std::fs::remove_dir_all(folder).unwrap();
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
    fn s15_a_script_dials_what_the_rules_allow_and_nothing_else() {
        let rules = "[trunk.a]\nserver = \"sip:a.example\"\ncaller_id = \"4000\"\n[[route]]\nprefix = [\"+86\", \"+1\"]\ntrunks = [\"a\"]\n";
        let with = |number: &str| {
            let dir = scratch("trunks.toml", |_| rules.to_owned());
            let scripts = dir.join("scripts");
            copy_tree(&repository().join("ivr-scripts"), &scripts);
            let main = scripts.join("main.toml");
            let text = std::fs::read_to_string(&main).unwrap();
            let way = format!(
                "[transfer.out]\nto = \"number:{number}\"\non_busy = \"goodbye\"\non_no_answer = \"goodbye\"\non_failure = \"goodbye\"\n"
            );
            std::fs::write(&main, format!("{text}\n{way}")).unwrap();
            let source = Source {
                dir: dir.clone(),
                overrides: vec![format!("ivr.dir={}", scripts.display())],
            };
            let told = match source.load(1, None) {
                Ok(loaded) => loaded.warnings,
                Err(errors) => errors,
            };
            std::fs::remove_dir_all(dir).unwrap();
            let told: Vec<String> = told.iter().map(ToString::to_string).collect();
            told.join("\n")
        };
        for (number, expected) in [
            ("13800001111", None),
            ("4000", None),
            (
                "0019002345678",
                Some("`0019002345678` cannot be called: `premium` numbers are not allowed here"),
            ),
            (
                "00442079460000",
                Some(
                    "`00442079460000` cannot be called: `international` numbers are not allowed here",
                ),
            ),
            ("4001", Some("cannot be called: no route leads there")),
            ("nobody", Some("no number `nobody`")),
        ] {
            let told = with(number);
            match expected {
                Some(expected) => assert!(told.contains(expected), "{number}: {told}"),
                None => assert!(!told.contains("error"), "{number}: {told}"),
            }
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_makes_no_other_wrong() {
        let told = told("queues.toml", |text| format!("{text}\n[["));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("queues.toml:"), "{told:?}");
    }
}
