//! The files that an admin edits, read whole and checked whole: either all of them are good, or every mistake is told.

pub(crate) mod bots;
pub(crate) mod calendars;
pub(crate) mod cause;
mod clips;
mod closings;
pub(crate) mod document;
mod label;
#[cfg(test)]
mod mutants;
pub(crate) mod number_lists;
mod numbers;
pub(crate) mod outgoing;
mod prompts;
mod queries;
pub(crate) mod queues;
mod regions;
mod report;
#[cfg(test)]
mod said;
mod scripts;
mod secret;
pub(crate) mod settings;
mod shape;
mod surveys;
#[cfg(test)]
mod tests;
pub(crate) mod tickets;
pub(crate) mod trunks;
mod voicemail;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use audio::Sound;
use connectors::Target;
use engine::{Denied, DialPlan, Entry, Number, Numbers, RecordingPolicy};
use ivr::{Diagnostic, OutsideNumber, OutsideNumbers, Severity, Told, World, told};
use model::service_level::Bounds;
use model::{Calendar, Mailboxes, NumberPlan, QueueName, ScriptName};

use cause::Cause;
use document::Document;
use outgoing::Outgoing;
use queues::opening::{self, Heard};
use scripts::Scripts;
use settings::{HttpTls, Material, Policy, Settings, SignIn};
use trunks::Trunks;

use crate::prompts::{Library, Speech};

/// Where the configuration stands and what the command line lays over it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// `--config`.
    pub dir: PathBuf,
    /// `--set`, in order.
    pub overrides: Vec<String>,
    /// Scripts' texts that are to be judged in place of their files.
    pub instead: BTreeMap<ScriptName, String>,
}

impl Source {
    /// The same with another text of a script.
    pub(crate) fn with_script(&self, script: ScriptName, text: String) -> Self {
        self.with_scripts(BTreeMap::from([(script, text)]))
    }

    /// The same with other texts of scripts.
    pub(crate) fn with_scripts(&self, instead: BTreeMap<ScriptName, String>) -> Self {
        Self {
            instead,
            ..self.clone()
        }
    }
}

/// A configuration that was found good.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// What the engine works under.
    pub engine: engine::Config,
    /// Whom queues ask for their decisions (B15).
    pub(crate) externals: BTreeMap<QueueName, Target>,
    /// The texts of the scripts.
    pub texts: BTreeMap<ScriptName, String>,
    /// What scripts may ask of the world outside (E11, E12).
    pub(crate) outgoing: Outgoing,
    /// What the house says of tickets (issue 6).
    pub(crate) tickets: Arc<ticket::Rules>,
    /// Pages of other systems that pops lead to (G7).
    pub(crate) pages: web::desktop::PopPages,
    /// By what the callers of queues are counted (D23, D24).
    pub(crate) bounds: BTreeMap<QueueName, Bounds>,
    /// All prompts and music.
    pub(crate) sounds: Library,
    /// What makes speech of prompts without a sound.
    pub(crate) speech: Option<Speech>,
    /// Certificates and whom we believe.
    pub tls: net::TlsConfig,
    /// The certificate of the pages, where they come within TLS.
    pub(crate) https: Option<net::TlsCertificate>,
    /// What somebody should look at.
    pub warnings: Vec<Diagnostic>,
    /// A certificate has ended: `check` fails, a start does not.
    pub expired: Option<Diagnostic>,
}

/// Scripts that may be wrong, and what they are rehearsed among.
#[derive(Debug)]
pub(crate) struct Drafts {
    pub(crate) scripts: BTreeMap<ScriptName, Arc<ivr::Script>>,
    pub(crate) texts: BTreeMap<ScriptName, String>,
    pub(crate) calendars: BTreeMap<String, Calendar>,
    pub(crate) plan: NumberPlan,
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

    /// Where the store is.
    pub(crate) fn store(&self, settings: &Settings) -> Result<store::Address, Told> {
        settings.store.address(&self.dir)
    }

    /// The names of the queues, as far as they can be read; what is wrong with them is told by `load`.
    pub(crate) fn queue_names(&self) -> BTreeSet<QueueName> {
        let document = Document::read(&self.dir.join("queues.toml"));
        let file = document
            .ok()
            .and_then(|it| it.text.parse::<toml::Table>().ok());
        let queues = file.as_ref().and_then(|file| file.get("queue")?.as_table());
        let names = queues.into_iter().flat_map(|queues| queues.keys());
        names.map(|name| name.as_str().into()).collect()
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
                found.push(without_place(&settings.ivr.dir, error.told()));
                None
            }
        };
        let nothing = BTreeMap::new();
        let calendars::House { calendars, pins } = self.calendars(&mut found);
        let plan = NumberPlan::new(&settings.numbering.region).map_err(|error| {
            vec![without_place(
                &self.dir.join("trunkline.toml"),
                error.told(),
            )]
        })?;
        let tickets = self.tickets_among(&calendars, plan, &mut found);
        let ticket_words = tickets::named::words(&tickets);
        let surveys = self.surveys(&ticket_words, &mut found);
        let forms = surveys.iter().filter_map(|script| script.form());
        let forms: BTreeSet<String> = forms.map(|form| form.name.clone()).collect();
        let queues = self.file("queues.toml", &mut found, |document| {
            let heard = Heard {
                sounds: sounds.as_ref().unwrap_or(&nothing),
                language: &settings.ivr.language,
            };
            let given = queues::Given {
                heard,
                calendars: &calendars,
                private_hosts: &settings.outgoing.private_hosts,
                forms: &forms,
                dir: &self.dir,
            };
            queues::read(document, &given)
        });
        let pages = self.pages(&settings, &mut found);
        let has_sound = |name: &str| sounds.as_ref().is_none_or(|it| it.contains_key(name));
        let queries = self.file("queries.toml", &mut found, |document| {
            queries::read(document, &self.dir)
        });
        let bots = self.file("bots.toml", &mut found, |document| {
            let given = bots::Given {
                private_hosts: &settings.outgoing.private_hosts,
                dir: &self.dir,
            };
            bots::read(document, given)
        });
        let standby = settings
            .agents
            .standing_by(has_sound)
            .unwrap_or_else(|why| {
                let message = why.about("`agents.standby_music`");
                found.push(without_place(&self.dir.join("trunkline.toml"), message));
                engine::StandingBy::default()
            });
        let Scripts {
            names: scripts,
            mut parsed,
            texts,
        } = self.scripts(settings.ivr.scripts(), &mut found);
        let shapes = surveys.iter().filter_map(|script| {
            let languages = script.languages().iter().cloned().collect();
            Some((script.form()?.name.clone(), languages))
        });
        let shapes: BTreeMap<String, BTreeSet<String>> = shapes.collect();
        let shelf = self.clips_among(&parsed, &settings.ivr.language, &mut found);
        parsed.extend(surveys);
        let house_sounds = opening::house_sounds(sounds.as_ref().unwrap_or(&nothing));
        let speech = self.speech(&settings, &mut found);
        let library = sounds.map(|sounds| {
            let mut library = Library::new(sounds, &parsed, speech.as_ref());
            library.add_clips(&shelf.texts, speech.as_ref());
            library
        });
        found.extend(library.iter().flat_map(Library::confused));
        let others = library.iter().flat_map(|it| it.heard_by_others(&parsed));
        found.extend(others);
        let heard = library
            .as_ref()
            .map(|library| (library.names(), speech.is_some()));
        if let Some((names, speaks)) = &heard {
            let texts = shelf.texts.iter();
            found.extend(texts.filter_map(|text| text.without_sound(names, *speaks)));
        }
        let shared_numbers = settings.familiar.shared(&plan).unwrap_or_else(|why| {
            let message = why.about("`familiar.shared_numbers`");
            found.push(without_place(&self.dir.join("trunkline.toml"), message));
            BTreeSet::new()
        });
        let mut mailboxes = Mailboxes::new();
        let (mut house, mut lines) = (numbers::House::default(), Trunks::default());
        if let Some(mut world) = self.world(scripts, agents, heard) {
            let (boxes, told) = self.file("voicemail.toml", &mut found, |document| {
                let given = voicemail::Given {
                    queues: world.queues.iter().map(QueueName::as_str).collect(),
                    agents: world.agents.as_ref(),
                    tickets: &ticket_words,
                };
                voicemail::read(document, given)
            });
            mailboxes = boxes;
            found.extend(told);
            let told = found.len();
            house = self.file("numbers.toml", &mut found, |document| {
                numbers::read(document, &world, &plan)
            });
            world.pins = pins.keys().cloned().collect();
            let file = self.dir.join("numbers.toml").display().to_string();
            let language = &settings.ivr.language;
            let closings = closings::scripts(&house.closings, &file, language, &parsed);
            parsed.extend(closings);
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
            let hosts = &settings.outgoing.private_hosts;
            world.services = outgoing::services(hosts, &self.dir);
            world.queries = queries.shapes;
            world.bots = bots.keys().cloned().collect();
            world.tickets = ticket_words;
            world.forms = shapes;
            world.mailboxes = mailboxes.keys().cloned().collect();
            let shapes = parsed.iter();
            world.flows = shapes
                .map(|script| (script.name().clone(), script.shape()))
                .collect();
            world.outside = outside(judged, plan, &house.numbers, &lines.dial);
            found.extend(parsed.iter().flat_map(|script| ivr::check(script, &world)));
            let lasts = |name: &str| library.as_ref()?.get(name).map(duration);
            found.extend(ivr::check_house(&ivr::House {
                scripts: &parsed,
                entrances: &house.entrances,
                enters: &|number| script_of(plan, &house.numbers, number),
                lasts: &lasts,
                patience: settings.ivr.patience(),
            }));
        }
        let pins = closings::hashes(pins, &parsed, &mut found);
        // C15: the leg of an agent who stands by is lent to any call, and sound cannot leave its thread.
        let stands_by = |(_, number): (&str, &Number)| number.entry == Entry::Standby;
        if settings.rtp.threads > 1 && house.numbers.iter().any(stands_by) {
            let message = told!(
                "a number with `standby` needs `rtp.threads = 1`",
                "有 `standby` 的号码需要 `rtp.threads = 1`"
            );
            found.push(without_place(&self.dir.join("numbers.toml"), message));
        }
        let (errors, warnings): (Vec<_>, Vec<_>) =
            dedup(found).into_iter().partition(Diagnostic::is_error);
        if !errors.is_empty() {
            return Err(errors);
        }
        let hosts = settings.outgoing.private_hosts;
        let mailboxes = Arc::new(mailboxes);
        let mut outgoing = Outgoing {
            mailboxes: Arc::clone(&mailboxes),
            pins,
            bots,
            ..Outgoing::of(&parsed, hosts, queries.named, &self.dir)
        };
        let file = self.dir.join("voicemail.toml").display().to_string();
        let language = &settings.ivr.language;
        parsed.extend(number_lists::scripts(&mailboxes, language, &file));
        let engine = engine::Config {
            version,
            plan,
            numbers: house.numbers,
            regions: house.regions,
            trunks: lines.trunks,
            dial: lines.dial,
            queues: queues.queues,
            scripts: parsed
                .drain(..)
                .map(|script| (script.name().clone(), Arc::new(script)))
                .collect(),
            canary: None,
            calendars,
            closing_max: settings.closing.longest(),
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
            standby,
            reasons: settings.agents.reasons(settings.tickets.utc_offset_min),
            house_sounds,
            mailboxes,
            clips: Arc::new(shelf.clips),
            shared_numbers,
        };
        outgoing.agents_see_numbers = settings.privacy.agents_see_numbers;
        outgoing.names = Arc::new(number_lists::names(&engine, &texts));
        Ok(Loaded {
            engine,
            texts,
            externals: queues.externals,
            outgoing,
            tickets: Arc::new(tickets),
            pages,
            bounds: queues.bounds,
            sounds: library.unwrap_or_default(),
            speech,
            tls: tls.config,
            https,
            warnings,
            expired: tls.expired,
        })
    }

    /// G7: the pages that pops lead to, and what is wrong with them.
    fn pages(&self, settings: &Settings, found: &mut Vec<Diagnostic>) -> web::desktop::PopPages {
        let queues = self.queue_names();
        let (pages, wrong) = settings.pop.read(|name| queues.contains(name));
        let file = self.dir.join("trunkline.toml");
        let document = Document::read(&file).ok();
        let help = told!("see docs/pop.md", "见 docs/pop.md");
        found.extend(wrong.into_iter().map(|(key, message)| match &document {
            Some(document) => {
                let at = document.offset_of(&key).unwrap_or(0);
                document.error(at, message, Some(help.clone()))
            }
            None => without_place(&file, message),
        }));
        pages
    }

    /// The scripts as they stand, be they good or not, among the calendars: what a story of theirs is rehearsed in. What is wrong
    /// with them is told by `load`.
    pub(crate) fn drafts(&self) -> Result<Drafts, Vec<Diagnostic>> {
        let settings = self.settings()?;
        let mut found = Vec::new();
        let calendars = self.calendars(&mut found).calendars;
        let Scripts { parsed, texts, .. } = self.scripts(settings.ivr.scripts(), &mut found);
        let plan = NumberPlan::new(&settings.numbering.region);
        let plan = plan.map_err(|error| {
            let message = error.told();
            vec![without_place(&self.dir.join("trunkline.toml"), message)]
        })?;
        let scripts = parsed.into_iter();
        Ok(Drafts {
            scripts: scripts
                .map(|script| (script.name().clone(), Arc::new(script)))
                .collect(),
            texts,
            calendars,
            plan,
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
    pub(crate) fn unlooked(&self, why: &store::StoreError) -> Diagnostic {
        let message = Told {
            en: format!("nobody looked whether the steps of queues can be met: {why}"),
            zh: format!("未能查看队列的放宽步骤能否满足：{}", why.zh()),
        };
        Diagnostic {
            severity: Severity::Warning,
            ..without_place(&self.dir.join("queues.toml"), message)
        }
    }

    /// Which version of a script led callers before could not be read.
    pub(crate) fn unread(&self, script: &ScriptName, why: &store::StoreError) -> Diagnostic {
        let message = Told {
            en: format!(
                "no former version of `{script}` can be read, and it is to be tried: {why}"
            ),
            zh: format!("`{script}` 要试用，但读不到它的旧版本：{}", why.zh()),
        };
        without_place(&self.dir, message)
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

    /// A script that is to be tried may lead nobody.
    pub(crate) fn refused(&self, script: &ScriptName, why: &Told) -> Diagnostic {
        let file = crate::scripts::file_of(self, script);
        without_place(&file.unwrap_or_else(|_| self.dir.clone()), why.clone())
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

    /// `calendars.toml`, which may warn of what it takes.
    pub(crate) fn calendars(&self, found: &mut Vec<Diagnostic>) -> calendars::House {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let given = calendars::Given {
            dir: &self.dir,
            now: now.unwrap_or_default().into(),
        };
        let (house, told) = self.file("calendars.toml", found, |document| {
            Ok(calendars::read(document, &given))
        });
        found.extend(told);
        house
    }

    /// What scripts and numbers may name. `None` when a file that gives names cannot be read at all: every name in it
    /// would be told as unknown, and its own mistake, which is told, says enough.
    fn world(
        &self,
        scripts: BTreeSet<ScriptName>,
        agents: Option<BTreeSet<String>>,
        heard: Option<(BTreeSet<String>, bool)>,
    ) -> Option<World> {
        let (sounds, speech) = heard?;
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
            sounds,
            speech,
            ..World::default()
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

fn duration(sound: &Sound) -> Duration {
    Duration::from_millis(sound.duration_ms())
}

/// Which script a number enters, in whatever spelling.
fn script_of(plan: NumberPlan, numbers: &Numbers, number: &str) -> Option<ScriptName> {
    let found = numbers.find(number);
    let (_, number) = found.or_else(|| numbers.find(&plan.key(number).key))?;
    match &number.entry {
        Entry::Script(name) => Some(name.clone()),
        Entry::Queue(_) | Entry::Agent(_) | Entry::Regions(_) | Entry::Standby => None,
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
            Err(denied) => OutsideNumber::Denied(denied.told()),
        }
    })
}

fn without_place(path: &Path, message: Told) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        file: path.display().to_string(),
        line: 1,
        column: 1,
        message,
        help: None,
        story: None,
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
