//! A script as a picture (流程图): its nodes, its exits, and what leads along each of them.
//!
//! One way out is one place of the script that names a node: a default that stands for two causes is one exit with both
//! words. From it come the figure of how much tests have tried, and the graph for people's eyes.

use std::collections::{BTreeMap, BTreeSet};

use model::ScriptName;
use speech::Language;

use crate::check::told_of;
use crate::node::KINDS;
use crate::place::Place;
use crate::row::{Form, KeyRow};
use crate::script::Script;
use crate::told::Told;

mod heat;
mod mermaid;

pub use heat::ChartHeat;

/// One way out of a node: where the script names what it leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExitId {
    /// The script.
    pub script: ScriptName,
    /// The node.
    pub node: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

impl ExitId {
    pub(crate) fn new(script: &ScriptName, node: &str, place: Place) -> Self {
        let Place { line, column } = place;
        Self {
            script: script.clone(),
            node: node.to_owned(),
            line,
            column,
        }
    }
}

/// A kind of node, as the reference page has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindShape {
    /// `menu`, `queue`, …
    pub name: &'static str,
    /// The keys that name what it leads to.
    pub exits: Vec<&'static str>,
}

/// All kinds of nodes, in the order of the reference page.
pub fn kinds() -> impl Iterator<Item = KindShape> {
    KINDS.iter().map(|kind| {
        let leads = |row: &&KeyRow| {
            matches!(
                row.form,
                Form::Node | Form::Keys | Form::Extensions | Form::Cases | Form::Ways
            )
        };
        let exits = kind.keys.iter().filter(leads);
        KindShape {
            name: kind.name,
            exits: exits.map(|row| row.name).collect(),
        }
    })
}

/// A node of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartNode {
    /// `menu`, `queue`, …
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Whether callers enter here.
    pub is_start: bool,
    /// Whether a call, or this script's part of it, may end here.
    pub is_end: bool,
}

/// An exit of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartExit {
    /// Which.
    pub id: ExitId,
    /// The node that it leads to.
    pub to: String,
    /// Its word in facts and reports: `1`, `failure`, `no_agents/full`.
    pub word: String,
    /// What leads along it; empty where nothing else can happen.
    pub told: Vec<Told>,
}

/// A script as a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// In the order of the file.
    pub nodes: Vec<ChartNode>,
    /// In the order of the file.
    pub exits: Vec<ChartExit>,
}

impl Chart {
    /// The picture of a script.
    pub fn of(script: &Script) -> Self {
        let claims = script.claims();
        let mut nodes: Vec<_> = script.nodes.iter().collect();
        nodes.sort_by_key(|(_, placed)| placed.place);
        let mut exits: BTreeMap<ExitId, ChartExit> = BTreeMap::new();
        for (node, claims) in &claims {
            for exit in &claims.exits {
                let id = ExitId::new(script.name(), node, exit.to.place);
                let chart = exits.entry(id.clone()).or_insert_with(|| ChartExit {
                    id,
                    to: exit.to.text.clone(),
                    word: word(script, node, exit.to.place),
                    told: Vec::new(),
                });
                chart.told.extend(told_of(exit.cause));
            }
        }
        let mut exits: Vec<ChartExit> = exits.into_values().collect();
        exits.sort_by_key(|exit| (exit.id.line, exit.id.column));
        let nodes = nodes.into_iter().map(|(name, placed)| ChartNode {
            kind: placed.kind.name,
            name: name.clone(),
            is_start: *name == script.start.text,
            is_end: claims.get(name.as_str()).is_some_and(|it| it.end.is_some()),
        });
        Self {
            nodes: nodes.collect(),
            exits,
        }
    }

    /// The exits that none of these took.
    pub fn untried<'c>(
        &'c self,
        taken: &'c BTreeSet<ExitId>,
    ) -> impl Iterator<Item = &'c ChartExit> + 'c {
        self.exits.iter().filter(|exit| !taken.contains(&exit.id))
    }

    /// As a flowchart of Mermaid, its words in one language. Exits that none of `taken` took are dotted.
    /// With `heat` nodes are coloured by how many callers hang up there, and counts stand beside the words.
    pub fn mermaid(
        &self,
        language: Language,
        taken: &BTreeSet<ExitId>,
        heat: Option<ChartHeat<'_>>,
    ) -> String {
        mermaid::write(self, language, taken, heat)
    }
}

fn word(script: &Script, node: &str, place: Place) -> String {
    let placed = script.nodes.get(node);
    placed.map_or_else(String::new, |placed| placed.exit_word(place).to_owned())
}

impl ChartNode {
    /// Its kind, its name, and its figures, each with `between` before it.
    pub fn label(
        &self,
        language: Language,
        between: [&str; 2],
        heat: Option<ChartHeat<'_>>,
    ) -> String {
        let [first, second] = between;
        let figures = heat.and_then(|heat| heat.line(&self.name, language));
        let figures = figures.map_or_else(String::new, |line| format!("{second}{line}"));
        format!("{}{first}{}{figures}", self.kind, self.name)
    }
}

impl ChartExit {
    /// What leads along it, in words: each cause, with `between` between them.
    pub fn label(&self, language: Language, between: &str) -> String {
        let words = self.told.iter().map(|told| told.said_in(language));
        words.collect::<Vec<_>>().join(between)
    }

    /// The same, and how many went along it.
    pub fn label_with(
        &self,
        language: Language,
        between: &str,
        heat: Option<ChartHeat<'_>>,
    ) -> String {
        let label = self.label(language, between);
        match heat.and_then(|heat| heat.count(self)) {
            None => label,
            Some(count) if label.is_empty() => count.to_string(),
            Some(count) => format!("{label}{between}{count}"),
        }
    }
}
