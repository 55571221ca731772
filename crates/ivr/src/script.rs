//! A script that was read: its nodes, prompts, languages and tests; immutable, shared by `Arc`.
//!
//! A call ends on the version with which it began (E20): a reload makes a new `Script` and leaves this one to its calls.

use std::collections::{BTreeMap, BTreeSet};

use model::ScriptName;

use crate::claim::{Claims, ReferenceKind};
use crate::node::{Kind, Node};
use crate::place::{Name, Place};

pub use crate::test::ScriptTest;

/// A script. It may be run when neither `parse` nor `check` found an error in it.
#[derive(Debug)]
pub struct Script {
    pub(crate) name: ScriptName,
    /// As the caller of `parse` named it.
    pub(crate) file: String,
    pub(crate) titles: BTreeMap<String, String>,
    /// The default first; never empty.
    pub(crate) languages: Vec<String>,
    pub(crate) start: Name,
    pub(crate) prompts: BTreeMap<String, Prompt>,
    pub(crate) nodes: BTreeMap<String, Placed>,
    /// Nodes that are there and could not be read: names that exist.
    pub(crate) broken: BTreeSet<String>,
    pub(crate) tests: Vec<ScriptTest>,
    /// Whether a key that is typed ahead may reach a secret input, here or in a script that takes over.
    pub(crate) may_lead_to_secret: bool,
}

/// A node with its place.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) kind: &'static Kind,
    pub(crate) place: Place,
    pub(crate) node: Box<dyn Node>,
    /// Its claims about keys, which are asked for at each key and each turn of a call.
    pub(crate) keys: Keys,
}

/// What a node claims about keys.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Keys {
    /// It takes them itself, so that none is kept for a later node.
    pub(crate) listens: bool,
    /// Those given here are secret.
    pub(crate) secret: bool,
}

impl Placed {
    pub(crate) fn new(kind: &'static Kind, place: Place, node: Box<dyn Node>) -> Self {
        let mut claims = Claims::default();
        node.check(&mut claims);
        let keys = Keys {
            listens: claims.listens,
            secret: claims.secret,
        };
        Self {
            kind,
            place,
            node,
            keys,
        }
    }

    /// What the node claims about itself.
    pub(crate) fn claims(&self) -> Claims<'_> {
        let mut claims = Claims::default();
        self.node.check(&mut claims);
        claims
    }
}

/// A prompt: one text for each language.
#[derive(Debug)]
pub(crate) struct Prompt {
    pub(crate) place: Place,
    pub(crate) texts: BTreeMap<String, Name>,
}

impl Script {
    /// Its name: the file's without `.toml`.
    pub const fn name(&self) -> &ScriptName {
        &self.name
    }

    /// The file, as `parse` was told.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Its title in a language, in the default one when it has none for it.
    pub fn title(&self, language: &str) -> &str {
        let default = || {
            self.languages
                .first()
                .and_then(|first| self.titles.get(first))
        };
        self.titles
            .get(language)
            .or_else(default)
            .map_or("", String::as_str)
    }

    /// Its languages, the default first.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// Every sound that it may play: `zh-CN/welcome`.
    pub fn sounds(&self) -> BTreeSet<String> {
        let claims = self.claims();
        let digits = claims
            .values()
            .any(|claims| claims.heard.iter().any(|heard| heard.digits));
        let digits = self
            .languages
            .iter()
            .filter(|_| digits)
            .flat_map(|language| digit_sounds(language));
        let prompts = claims.values().flat_map(|claims| &claims.references);
        let prompts = prompts.filter(|reference| reference.kind == ReferenceKind::Prompt);
        prompts
            .flat_map(|prompt| {
                self.languages
                    .iter()
                    .map(move |language| sound(language, &prompt.name.text))
            })
            .chain(digits)
            .collect()
    }

    /// What is said in a prompt, by language: what a speech engine or a person reads aloud.
    pub fn prompt_texts(&self) -> impl Iterator<Item = (String, &str)> {
        self.prompts.iter().flat_map(|(name, prompt)| {
            prompt
                .texts
                .iter()
                .map(move |(language, text)| (sound(language, name), text.text.as_str()))
        })
    }

    /// Its tests, in the order of the file.
    pub fn tests(&self) -> &[ScriptTest] {
        &self.tests
    }

    /// What every node claims, by its name.
    pub(crate) fn claims(&self) -> BTreeMap<&str, Claims<'_>> {
        self.nodes
            .iter()
            .map(|(name, placed)| (name.as_str(), placed.claims()))
            .collect()
    }

    /// The language a caller gets: his own if the script speaks it.
    pub(crate) fn language_for(&self, wanted: Option<&str>) -> &str {
        let spoken = self
            .languages
            .iter()
            .find(|language| Some(language.as_str()) == wanted);
        spoken.or(self.languages.first()).map_or("", String::as_str)
    }
}

/// The name of a prompt's sound.
pub(crate) fn sound(language: &str, prompt: &str) -> String {
    format!("{language}/{prompt}")
}

/// The sounds of the digits in a language, words of the house.
pub(crate) fn digit_sounds(language: &str) -> impl Iterator<Item = String> {
    (0..10).map(move |digit| sound(language, &format!("digit_{digit}")))
}
