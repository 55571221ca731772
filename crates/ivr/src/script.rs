//! A script that was read: its nodes, prompts, languages and tests; immutable, shared by `Arc`.
//!
//! A call ends on the version with which it began (E20): a reload makes a new `Script` and leaves this one to its calls.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{MailboxName, ScriptName};

use crate::ask::SecretSource;
use crate::check::FlowShape;
use crate::claim::{Claims, ReferenceKind};
use crate::node::{CLOSING, Kind, Node, closing_of_number};
use crate::place::{Name, Place};
use crate::sentence::piece_name;
use crate::spoken::{digit_sounds, stock_sounds};
use crate::survey::SurveyForm;
use crate::value::Type;

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
    /// What it must be given by those who call it.
    pub(crate) parameters: BTreeMap<String, Type>,
    /// What it gives back to them.
    pub(crate) returns: BTreeMap<String, Type>,
    pub(crate) prompts: BTreeMap<String, Prompt>,
    pub(crate) nodes: BTreeMap<String, Placed>,
    /// Nodes that are there and could not be read: names that exist.
    pub(crate) broken: BTreeSet<String>,
    pub(crate) tests: Vec<ScriptTest>,
    /// The form that it asks, of one that stands for a form.
    pub(crate) form: Option<Arc<SurveyForm>>,
    /// See [`Script::version`].
    pub(crate) version: u32,
    /// On which share of callers this text is tried (M6).
    pub(crate) canary: Option<OnShare>,
    /// Under which name its sounds stand: its own, unless another version leads callers beside it.
    pub(crate) sounds: Option<String>,
    /// Whether a key that is typed ahead may reach a secret input, here or in a script that takes over.
    pub(crate) may_lead_to_secret: bool,
    /// The calendars that its nodes name: the first of them that there is tells its time of day.
    pub(crate) calendars: BTreeSet<String>,
}

/// A node with its place.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) kind: &'static Kind,
    pub(crate) place: Place,
    pub(crate) node: Box<dyn Node>,
    /// Its claims about keys, which are asked for at each key and each turn of a call.
    pub(crate) keys: Keys,
    /// The word of each exit, by the place that names its node.
    exits: Vec<(Place, String)>,
    /// Whether a call may end here.
    pub(crate) is_end: bool,
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
        let exits = claims.exit_words();
        let is_end = claims.end.is_some();
        Self {
            kind,
            place,
            node,
            keys,
            exits,
            is_end,
        }
    }

    /// The word of the exit that names its node at this place.
    pub(crate) fn exit_word(&self, place: Place) -> &str {
        let found = self.exits.iter().find(|(known, _)| *known == place);
        found.map_or("next", |(_, word)| word)
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

/// On which share of callers a version is tried (M6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnShare {
    /// The share, in millionths.
    pub on_ppm: u32,
    /// By which share bad calls may be more frequent than on the former version, in millionths.
    pub worse_ppm: u32,
    pub(crate) place: Place,
}

impl OnShare {
    /// Line and column of `on`, from 1.
    pub const fn at(&self) -> (u32, u32) {
        (self.place.line, self.place.column)
    }
}

impl Script {
    /// The script of a number that closes a calendar by telephone (E9). Mistakes are told at a line and a column of `file`.
    pub fn closing(calendar: &str, languages: Vec<String>, file: &str, at: (u32, u32)) -> Self {
        let (line, column) = at;
        let place = Place { line, column };
        let text = CLOSING.name.to_owned();
        let node = Placed::new(&CLOSING, place, closing_of_number(calendar, place));
        Self {
            name: closing_script(calendar),
            file: file.to_owned(),
            titles: BTreeMap::new(),
            languages,
            nodes: BTreeMap::from([(text.clone(), node)]),
            start: Name { text, place },
            parameters: BTreeMap::new(),
            returns: BTreeMap::new(),
            prompts: BTreeMap::new(),
            broken: BTreeSet::new(),
            tests: Vec::new(),
            form: None,
            version: 0,
            canary: None,
            sounds: None,
            may_lead_to_secret: true,
            calendars: BTreeSet::from([calendar.to_owned()]),
        }
    }

    /// The calendars that it lets callers close.
    pub fn closes(&self) -> BTreeSet<String> {
        let claims = self.claims();
        let references = claims.values().flat_map(|claims| &claims.references);
        let pins = references.filter(|one| one.kind == ReferenceKind::Pin);
        pins.map(|one| one.name.text.clone()).collect()
    }

    /// On which share of callers this text is tried; `None`: it is for all.
    pub const fn canary(&self) -> Option<OnShare> {
        self.canary
    }

    /// Another version leads callers beside this one: its own sounds stand under `name` instead of the script's.
    pub fn set_sounds(&mut self, name: String) {
        self.sounds = Some(name);
    }

    /// Under which name its own sounds stand.
    pub(crate) fn sounds_of(&self) -> &str {
        self.sounds.as_deref().unwrap_or(self.name.as_str())
    }

    /// The number under which its text is kept (E20); 0 where it is not.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Its text was kept under this number.
    pub const fn set_version(&mut self, number: u32) {
        self.version = number;
    }

    /// It stands for a form, and asks it.
    pub fn asks(self, form: SurveyForm) -> Self {
        let form = Some(Arc::new(form));
        Self { form, ..self }
    }

    /// The form for which it stands; those that admins write have none.
    pub fn form(&self) -> Option<&Arc<SurveyForm>> {
        self.form.as_ref()
    }

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

    /// Every sound that it may play: its prompts, `main/zh-CN/welcome`, and words of the house, `zh-CN/digit_0`.
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
        let prompts = self.prompts().map(|prompt| prompt.sound());
        let words = self.words(&claims);
        let house = self.house_words(&claims);
        prompts.chain(digits).chain(words).chain(house).collect()
    }

    /// Every prompt that it may play, in each of its languages, and the pieces of its sentences: what a person records or a
    /// speech engine reads aloud.
    pub fn prompts(&self) -> impl Iterator<Item = SpokenPrompt<'_>> {
        let claims = self.claims();
        let references = claims.values().flat_map(|claims| &claims.references);
        let played = references.filter(|reference| reference.kind == ReferenceKind::Prompt);
        let played = played.map(|prompt| prompt.name.text.as_str());
        let asked = self.form.iter().flat_map(|form| form.prompts());
        let played: BTreeSet<&str> = played.chain(asked).collect();
        let mut found = Vec::new();
        for (name, prompt) in &self.prompts {
            if played.contains(name.as_str()) {
                let texts = prompt.texts.iter();
                found.extend(texts.map(|(language, text)| {
                    self.spoken(language, name.clone(), &text.text, text.place)
                }));
            }
        }
        for (node, claims) in &claims {
            for (language, sentence) in claims.says.iter().flatten() {
                found.extend(sentence.texts().map(|(number, text)| {
                    let name = piece_name(node, number);
                    self.spoken(&language.text, name, text, sentence.place)
                }));
            }
        }
        found.into_iter()
    }

    fn spoken<'s>(
        &'s self,
        language: &'s str,
        name: String,
        text: &str,
        place: Place,
    ) -> SpokenPrompt<'s> {
        SpokenPrompt {
            script: self.name.as_str(),
            language,
            name,
            text: text.to_owned(),
            line: place.line,
        }
    }

    /// The sentences of the house that it may say, in each of its languages.
    fn house_words<'s>(
        &'s self,
        claims: &'s BTreeMap<&str, Claims<'s>>,
    ) -> impl Iterator<Item = String> {
        let names = claims.values().flat_map(|claims| &claims.house);
        names.flat_map(|name| {
            let languages = self.languages.iter();
            languages.map(|language| house_sound(language, name))
        })
    }

    /// The words of values that it may say, in each of its languages.
    fn words<'s>(&'s self, claims: &BTreeMap<&str, Claims<'s>>) -> Vec<String> {
        let languages = claims.values().flat_map(|claims| {
            let sentences = claims.says.iter().flatten();
            let with_values = sentences.filter(|(_, it)| it.values().next().is_some());
            let said = with_values.map(|(language, _)| &language.text);
            let all = self.languages.iter();
            said.chain(all.filter(|_| claims.reads_back.is_some()))
        });
        let languages: BTreeSet<&str> = languages.map(String::as_str).collect();
        languages.into_iter().flat_map(stock_sounds).collect()
    }

    /// What it asks of those who call it, and gives them.
    pub fn shape(&self) -> FlowShape {
        FlowShape {
            parameters: self.parameters.clone(),
            returns: self.returns.clone(),
            comes_back: self
                .claims()
                .values()
                .any(|claims| claims.returns.is_some()),
        }
    }

    /// Whether it does a part of others, so that nobody else may enter it.
    pub(crate) fn is_part(&self) -> bool {
        let FlowShape {
            parameters,
            returns,
            comes_back,
        } = self.shape();
        comes_back || !parameters.is_empty() || !returns.is_empty()
    }

    /// Every secret that its look-ups need.
    pub fn secrets(&self) -> BTreeSet<SecretSource> {
        let claims = self.claims();
        let secrets = claims.values().flat_map(|claims| &claims.secrets);
        secrets.map(|(source, _)| (*source).clone()).collect()
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

/// The name of the script of a number that closes a calendar: none that a file could have.
pub fn closing_script(calendar: &str) -> ScriptName {
    ScriptName::new(["closing/", calendar].concat())
}

/// The name of the script that takes a message into a mailbox and does nothing else: none that a file could have.
pub fn mailbox_script(mailbox: &MailboxName) -> ScriptName {
    ScriptName::new(["voicemail/", mailbox.as_str()].concat())
}

/// A prompt that may be played, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpokenPrompt<'s> {
    /// Whose it is.
    pub script: &'s str,
    /// `zh-CN`
    pub language: &'s str,
    /// `welcome`
    pub name: String,
    /// What is said; `…` at its end: more of its sentence follows at once.
    pub text: String,
    /// Where the text stands in the script, from 1.
    pub line: u32,
}

impl SpokenPrompt<'_> {
    /// The sound that the script plays, its own: `main/zh-CN/welcome`.
    pub fn sound(&self) -> String {
        own_sound(self.script, self.language, &self.name)
    }

    /// The sound of the house that stands for it where the script has none of its own: `zh-CN/welcome`.
    pub fn shared_sound(&self) -> String {
        house_sound(self.language, &self.name)
    }
}

/// The sound of a script's prompt. Two scripts that both have a `welcome` have two sounds.
pub(crate) fn own_sound(script: &str, language: &str, prompt: &str) -> String {
    [script, "/", language, "/", prompt].concat()
}

/// A sound that all scripts share: words of the house, and prompts that no script has for itself.
pub(crate) fn house_sound(language: &str, name: &str) -> String {
    [language, "/", name].concat()
}
