//! Good samples with one mistake each: `check` finds all of them (E22, M2).
//!
//! A mistake is made where it is one whatever the script says elsewhere: an exit that is required is dropped, an exit that is
//! taken without the caller leads back to its own node or round through another, a prompt loses its text, a value its type, a
//! name its letter, a variable its maker. Each is made wherever a script has place for it, and of each kind as many
//! are tried as `EACH` says, spread over the script.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;

use super::*;

/// How many of each kind are tried in each script.
const EACH: usize = 7;
/// How many there must be at least, over all samples.
const ALL: usize = 200;

/// Exits that are taken without the caller, by the kind of their node.
const SILENT: &[(&str, &[&str])] = &[
    ("play", &["next"]),
    ("say", &["next"]),
    ("set", &["next"]),
    ("language", &["next"]),
    ("ticket", &["next", "error"]),
    ("menu", &["on_failure"]),
    ("collect", &["on_failure"]),
    ("hours", &["open", "closed", "holiday", "emergency"]),
    ("branch", &["otherwise"]),
    (
        "queue",
        &["on_timeout", "on_no_agents", "on_closed", "on_full"],
    ),
    ("transfer", &["on_busy", "on_no_answer", "on_failure"]),
    ("http", &["ok", "bad", "none"]),
    ("sql", &["ok", "empty", "error"]),
    ("ticket_status", &["ok", "missing", "wrong_pin", "none"]),
];
/// Keys whose value is no text that a number, a truth or a list would do for, and what is written instead.
const TYPED: &[(&str, &str)] = &[
    ("prompt", "5"),
    ("keys", "\"1\""),
    ("timeout_s", "\"long\""),
    ("tries", "true"),
    ("interruptible", "3"),
    ("max_s", "\"90\""),
    ("secret", "\"no\""),
    ("confirm", "1"),
    ("next", "[\"a\"]"),
    ("on_failure", "1"),
    ("into", "true"),
    ("values", "\"x\""),
    ("args", "7"),
    ("when", "true"),
];
/// Keys that name something outside the node.
const NAMING: &[&str] = &[
    "queue",
    "calendar",
    "box",
    "query",
    "prompt",
    "prompt_again",
    "start",
    "to",
];

/// Keys with expressions in them.
const READING: &[&str] = &[
    "when", "values", "args", "url", "headers", "body", "fields", "text", "digits",
];

/// One mistake.
struct Mutant {
    kind: &'static str,
    line: usize,
    text: String,
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.text.lines().nth(self.line).unwrap_or_default();
        write!(f, "{}, line {}: {line}", self.kind, self.line + 1)
    }
}

/// A script as lines, each with the table that it stands in.
struct Lines<'t> {
    lines: Vec<&'t str>,
    /// `menu.welcome`, by line.
    tables: Vec<&'t str>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let mut table = "";
        let tables = lines.iter().map(|line| {
            if let Some(header) = line.strip_prefix('[') {
                table = header.split(']').next().unwrap_or_default();
            }
            table
        });
        let tables = tables.collect();
        Self { lines, tables }
    }

    /// Every line with its node's kind, its node, its key and its value.
    fn keys(&self) -> impl Iterator<Item = (usize, &'t str, &'t str, &'t str, &'t str)> + '_ {
        let numbered = self.lines.iter().zip(&self.tables).enumerate();
        numbered.filter_map(|(line, (text, table))| {
            let (kind, node) = table.split_once('.')?;
            let (key, value) = text.split_once(" = ")?;
            Some((line, kind, node, key, value))
        })
    }

    fn with(&self, kind: &'static str, line: usize, text: &str) -> Mutant {
        let mut lines = self.lines.clone();
        if let Some(place) = lines.get_mut(line) {
            *place = text;
        }
        let text = lines.join("\n");
        Mutant { kind, line, text }
    }

    /// What is required of nodes stands in the schema.
    fn dropped_exits(&self) -> Vec<Mutant> {
        let schema: serde_json::Value = serde_json::from_str(&ivr::json_schema()).unwrap();
        let is_required = |kind: &str, key: &str| {
            let nodes = &schema["properties"][kind]["patternProperties"];
            let mut nodes = nodes.as_object().into_iter().flatten();
            nodes.any(|(_, node)| {
                let required = node["required"].as_array();
                required.is_some_and(|required| required.iter().any(|it| it == key))
            })
        };
        let exits = self.keys().filter(|(_, kind, _, key, _)| {
            let leads_on = !["prompt", "text"].contains(key);
            leads_on && *kind != "prompt" && is_required(kind, key)
        });
        exits
            .map(|(line, ..)| self.with("dropped", line, "# dropped"))
            .collect()
    }

    fn silent_exits(&self) -> impl Iterator<Item = (usize, &'t str, &'t str, &'t str)> + '_ {
        self.keys().filter_map(|(line, kind, node, key, value)| {
            let (_, silent) = SILENT.iter().find(|(known, _)| *known == kind)?;
            let target = value.strip_prefix('"')?.split('"').next()?;
            silent.contains(&key).then_some((line, node, key, target))
        })
    }

    fn self_references(&self) -> Vec<Mutant> {
        let exits = self.silent_exits();
        exits
            .map(|(line, node, key, _)| {
                self.with("leads to itself", line, &format!("{key} = \"{node}\""))
            })
            .collect()
    }

    /// A silent exit that leads back to a node from which one comes silently to it.
    fn rounds(&self) -> Vec<Mutant> {
        let exits: Vec<_> = self.silent_exits().collect();
        let mut rounds = Vec::new();
        for (_, before, _, node) in &exits {
            let back = exits.iter().filter(|(_, of, _, _)| of == node);
            rounds.extend(back.map(|(line, _, key, _)| {
                self.with("goes round", *line, &format!("{key} = \"{before}\""))
            }));
        }
        rounds
    }

    fn lost_texts(&self) -> Vec<Mutant> {
        let texts = self.keys().filter(|(_, kind, ..)| *kind == "prompt");
        texts
            .map(|(line, ..)| self.with("text deleted", line, "# deleted"))
            .collect()
    }

    fn wrong_types(&self) -> Vec<Mutant> {
        let keys = self.keys().filter(|(_, kind, ..)| *kind != "prompt");
        keys.filter_map(|(line, _, _, key, _)| {
            let (_, value) = TYPED.iter().find(|(known, _)| *known == key)?;
            Some(self.with("wrong type", line, &format!("{key} = {value}")))
        })
        .collect()
    }

    /// The last letter of a name is doubled.
    fn misspelt(&self) -> Vec<Mutant> {
        let keys = self.keys().filter(|(_, kind, _, key, _)| {
            *kind != "prompt" && (NAMING.contains(key) || is_exit(key))
        });
        keys.filter_map(|(line, _, _, key, value)| {
            let name = value.strip_prefix('"')?.split('"').next()?;
            let last = name.chars().last()?;
            // Agents are the store's, which is not asked here.
            if name.starts_with("agent:") {
                return None;
            }
            Some(self.with("misspelt", line, &format!("{key} = \"{name}{last}\"")))
        })
        .collect()
    }

    /// Who took a variable from the caller or the world takes another one.
    fn unset(&self) -> Vec<Mutant> {
        let read = |name: &str| {
            let is_word = |it: &str| it == name;
            let has = |text: &str| {
                let mut words = text.split(|it: char| !it.is_alphanumeric() && it != '_');
                words.any(is_word)
            };
            self.keys()
                .any(|(_, _, _, key, value)| READING.contains(&key) && has(value))
        };
        let makers = self.keys().filter(|(_, _, _, key, value)| {
            *key == "into" && value.starts_with('"') && read(value.trim_matches('"'))
        });
        makers
            .map(|(line, ..)| self.with("never set", line, "into = \"somebody_elses\""))
            .collect()
    }
}

fn is_exit(key: &str) -> bool {
    let silent = SILENT.iter().any(|(_, keys)| keys.contains(&key));
    silent || ["next", "accepted", "declined"].contains(&key)
}

/// So many of them, from the first to the last.
fn spread(all: Vec<Mutant>) -> impl Iterator<Item = Mutant> {
    let step = all.len().div_ceil(EACH).max(1);
    all.into_iter().step_by(step)
}

fn mutants(text: &str) -> Vec<Mutant> {
    let lines = Lines::of(text);
    let kinds = [
        lines.dropped_exits(),
        lines.self_references(),
        lines.rounds(),
        lines.lost_texts(),
        lines.wrong_types(),
        lines.misspelt(),
        lines.unset(),
    ];
    kinds.into_iter().flat_map(spread).collect()
}

/// The repository's sounds by name, each a moment of silence: what is heard is no matter here, and to read it takes time.
fn silent_sounds(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            silent_sounds(&path, &to);
        } else if path.extension().is_some_and(|it| it == "wav") {
            let silence = Sound {
                rate_hz: 8_000,
                samples: vec![0; 160],
            };
            silence.to_wav(File::create(to).unwrap()).unwrap();
        }
    }
}

/// The samples, with the sounds in this folder: script and configuration.
fn samples(sounds: &Path) -> Vec<(ScriptName, PathBuf, Source)> {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ivr-scripts");
    let mut samples = Vec::new();
    for entry in std::fs::read_dir(scripts.join("samples")).unwrap() {
        let house = entry.unwrap().path();
        let config = house.join("config");
        if config.is_dir() {
            let name = house.file_name().unwrap().to_str().unwrap();
            let source = Source {
                dir: config,
                // The files name them as seen from the repository's folder.
                overrides: vec![
                    format!("ivr.dir={}", sounds.display()),
                    format!("ivr.scripts={}", house.display()),
                ],
                instead: BTreeMap::new(),
            };
            samples.push((
                ScriptName::from(name),
                house.join(format!("{name}.toml")),
                source,
            ));
        }
    }
    samples
}

#[test]
fn e22_every_mistake_in_a_good_script_is_found() {
    let sounds = std::env::temp_dir().join(format!("trunkline-mutants-{}", std::process::id()));
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ivr-scripts");
    for folder in ["prompts", "music"] {
        silent_sounds(&real.join(folder), &sounds.join(folder));
    }
    let mut kinds = BTreeSet::new();
    let mut tried = 0;
    let mut missed = Vec::new();
    for (name, path, source) in samples(&sounds) {
        let found = source.load(1, None).err();
        assert_eq!(found, None, "{name} is good");
        let text = std::fs::read_to_string(path).unwrap();
        for mutant in mutants(&text) {
            tried += 1;
            kinds.insert(mutant.kind);
            let told = mutant.to_string();
            let source = source.with_script(name.clone(), mutant.text);
            let found = source.load(1, None).err().unwrap_or_default();
            if !found.iter().any(Diagnostic::is_error) {
                missed.push(format!("{name}: {told}"));
            }
        }
    }
    std::fs::remove_dir_all(sounds).unwrap();
    assert_eq!(missed, [""; 0], "{} of {tried}", missed.len());
    assert_eq!(kinds.len(), 7, "{kinds:?}");
    assert!(tried >= ALL, "{tried} mistakes");
}
