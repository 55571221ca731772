//! All scripts as one graph: nodes are stops, exits and hand-overs are the ways between them.
//!
//! Every proof about more than one node walks here, so that a way means the same to all of them. A stop that a script
//! names and does not have has no ways; `graph` tells of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use model::ScriptName;

use super::AllClaims;
use super::story::Story;
use crate::claim::{Cause, Claims, ReferenceKind};
use crate::diagnostic::{Diagnostic, Severity};
use crate::place::{Name, Place};
use crate::script::Script;
use crate::told;
use crate::told::Told;

/// All scripts, the numbers that lead into them, and what is asked of both.
#[derive(Clone, Copy)]
pub struct House<'a> {
    /// The scripts, each without an error of its own.
    pub scripts: &'a [Script],
    /// What enters them from outside.
    pub entrances: &'a [Entrance],
    /// Which script a number of the house enters.
    pub enters: &'a dyn Fn(&str) -> Option<ScriptName>,
    /// How long a sound such as `main/zh-CN/welcome` lasts; without it its text tells.
    pub lasts: &'a dyn Fn(&str) -> Option<Duration>,
    /// What a caller may be kept for who does nothing.
    pub patience: Patience,
}

/// A number that leads into a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrance {
    /// The number, as its callers dial it.
    pub number: String,
    /// Where it leads.
    pub script: ScriptName,
    /// The key that leads its callers to a person from every menu, if that is asked for.
    pub operator: Option<char>,
}

/// What a caller may be kept for who does nothing, until somebody takes him or the call ends; waiting in a queue not
/// counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Prompts, each time that one is played.
    pub prompts: u32,
    /// Time.
    pub time: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            prompts: 20,
            time: Duration::from_mins(5),
        }
    }
}

/// A node of a script.
pub(super) type Stop<'s> = (&'s str, &'s str);

/// How a caller comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// He calls this number.
    Number(String),
    /// He is in this script, to which no number leads.
    Script(String),
}

impl Root {
    /// The word that his story begins with.
    pub(super) fn told(&self) -> Told {
        match self {
            Self::Number(number) => told!("calls {number}", "拨打 {number}"),
            Self::Script(name) => told!("enters the script `{name}`", "进入流程 `{name}`"),
        }
    }
}

/// A way from a stop to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way<'s> {
    /// Where the script names it.
    pub(super) by: &'s Name,
    pub(super) passage: Passage<'s>,
    pub(super) to: Stop<'s>,
}

/// How a caller comes along a way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Passage<'s> {
    /// By an exit of the node.
    Exit(Cause<'s>),
    /// Another script takes over.
    HandOver,
}

impl Passage<'_> {
    /// Whether the caller chooses it.
    pub(super) const fn is_choice(&self) -> bool {
        match self {
            Self::Exit(cause) => cause.is_choice(),
            Self::HandOver => false,
        }
    }
}

/// See the file's head.
pub(super) struct Graph<'s> {
    scripts: BTreeMap<&'s str, (&'s Script, AllClaims<'s>)>,
    enters: &'s dyn Fn(&str) -> Option<ScriptName>,
    roots: Vec<(Stop<'s>, Root)>,
}

impl<'s> Graph<'s> {
    pub(super) fn new(house: &House<'s>) -> Self {
        let of = |script: &'s Script| (script.name().as_str(), (script, script.claims()));
        let mut graph = Self {
            scripts: house.scripts.iter().map(of).collect(),
            enters: house.enters,
            roots: Vec::new(),
        };
        graph.roots = graph.find_roots(house.entrances);
        graph
    }

    /// Where callers come in, with what their story begins with: by numbers, and else into scripts to which no number leads.
    pub(super) fn roots(&self) -> impl Iterator<Item = (Stop<'s>, Root)> {
        self.roots.iter().cloned()
    }

    fn find_roots(&self, entrances: &[Entrance]) -> Vec<(Stop<'s>, Root)> {
        let numbers = entrances.iter().filter_map(|entrance| {
            let start = self.start(entrance.script.as_str())?;
            Some((start, Root::Number(entrance.number.clone())))
        });
        let mut roots: Vec<(Stop<'s>, Root)> = numbers.collect();
        let mut reached = BTreeSet::new();
        for (start, _) in &roots {
            self.reach(*start, &mut reached);
        }
        for name in self.scripts.keys() {
            if let Some(start) = self.start(name).filter(|start| !reached.contains(start)) {
                self.reach(start, &mut reached);
                roots.push((start, Root::Script((*name).to_owned())));
            }
        }
        roots
    }

    fn reach(&self, from: Stop<'s>, reached: &mut BTreeSet<Stop<'s>>) {
        let mut open = vec![from];
        while let Some(stop) = open.pop() {
            if reached.insert(stop) {
                open.extend(self.ways(stop).iter().map(|way| way.to));
            }
        }
    }

    /// All nodes of all scripts.
    pub(super) fn stops(&self) -> impl Iterator<Item = Stop<'s>> {
        let scripts = self.scripts.iter();
        scripts
            .flat_map(|(name, (script, _))| script.nodes.keys().map(|node| (*name, node.as_str())))
    }

    /// All scripts.
    pub(super) fn scripts(&self) -> impl Iterator<Item = &'s Script> {
        self.scripts.values().map(|(script, _)| *script)
    }

    /// What a script's nodes name of one kind.
    pub(super) fn named(&self, script: &Script, kind: ReferenceKind) -> Vec<&'s Name> {
        let claims = self.scripts.get(script.name().as_str());
        let claims = claims.into_iter().flat_map(|(_, claims)| claims.values());
        let references = claims.flat_map(|claims| &claims.references);
        let references = references.filter(|one| one.kind == kind);
        references.map(|one| one.name).collect()
    }

    /// Where callers enter one script.
    pub(super) fn start(&self, script: &str) -> Option<Stop<'s>> {
        let (name, (script, _)) = self.scripts.get_key_value(script)?;
        Some((*name, script.start.text.as_str()))
    }

    pub(super) fn script(&self, name: &str) -> Option<&'s Script> {
        self.scripts.get(name).map(|(script, _)| *script)
    }

    pub(super) fn claims(&self, (script, node): Stop<'s>) -> Option<&Claims<'s>> {
        self.scripts.get(script)?.1.get(node)
    }

    /// An error at a stop's table, with the story of how a caller comes there.
    pub(super) fn error(
        &self,
        (script, node): Stop<'_>,
        message: Told,
        help: Told,
        story: Story,
    ) -> Diagnostic {
        let nodes = self.script(script).map(|script| &script.nodes);
        let placed = nodes.and_then(|nodes| nodes.get(node));
        let place = placed.map_or(Place::START, |placed| placed.place);
        self.error_at(script, place, message, help, story)
    }

    /// The same at any place of a script.
    pub(super) fn error_at(
        &self,
        script: &str,
        place: Place,
        message: Told,
        help: Told,
        story: Story,
    ) -> Diagnostic {
        Diagnostic {
            story: Some(Box::new(story)),
            ..self.plain_error(script, place, message, help)
        }
    }

    /// The same where no caller has to be told of.
    pub(super) fn plain_error(
        &self,
        script: &str,
        place: Place,
        message: Told,
        help: Told,
    ) -> Diagnostic {
        let script = self.script(script);
        let Place { line, column } = place;
        Diagnostic {
            severity: Severity::Error,
            file: script.map_or_else(String::new, |script| script.file.clone()),
            line,
            column,
            message,
            help: Some(Box::new(help)),
            story: None,
        }
    }

    /// Where the part begins that another script does for a stop.
    pub(super) fn part_of(&self, stop: Stop<'s>) -> Option<Stop<'s>> {
        let called = self.claims(stop)?.calls.as_ref()?;
        self.start(&called.script.text)
    }

    /// All ways out of a stop.
    pub(super) fn ways(&self, stop: Stop<'s>) -> Vec<Way<'s>> {
        let Some(claims) = self.claims(stop) else {
            return Vec::new();
        };
        let exits = claims.exits.iter().map(|exit| Way {
            by: exit.to,
            passage: Passage::Exit(exit.cause),
            to: (stop.0, exit.to.text.as_str()),
        });
        let hand_overs = claims.references.iter().filter_map(|reference| {
            let name = match reference.kind {
                ReferenceKind::Script | ReferenceKind::Flow => {
                    ScriptName::new(reference.name.text.clone())
                }
                ReferenceKind::Number => (self.enters)(&reference.name.text)?,
                ReferenceKind::Prompt
                | ReferenceKind::Queue
                | ReferenceKind::Calendar
                | ReferenceKind::Agent
                | ReferenceKind::Language
                | ReferenceKind::Service
                | ReferenceKind::Query
                | ReferenceKind::Mailbox
                | ReferenceKind::Pin
                | ReferenceKind::Form
                | ReferenceKind::Bot => return None,
            };
            Some(Way {
                by: reference.name,
                passage: Passage::HandOver,
                to: self.start(name.as_str())?,
            })
        });
        exits.chain(hand_overs).collect()
    }

    /// The ways that a caller comes along who does nothing.
    pub(super) fn silent_ways(&self, stop: Stop<'s>) -> Vec<Way<'s>> {
        let mut ways = self.ways(stop);
        ways.retain(|way| !way.passage.is_choice());
        ways
    }
}

/// The nearest places first: every state that callers may be in, with the shortest story that leads there.
///
/// A state is a stop and whatever else a proof keeps in mind of the way.
pub(super) struct Walk<'s, M> {
    /// In the order in which they were found.
    reached: Vec<Reached<'s, M>>,
}

struct Reached<'s, M> {
    stop: Stop<'s>,
    mind: M,
    by: Origin<'s>,
}

/// How a state was found.
enum Origin<'s> {
    /// A story begins there, by this.
    Root(Root),
    /// From an earlier one.
    State(usize, Passage<'s>),
}

impl<'s, M: Copy + Ord> Walk<'s, M> {
    /// Walks from the roots, each with what its story begins with. `along` tells what is kept in mind behind a way.
    pub(super) fn new(
        graph: &Graph<'s>,
        roots: impl IntoIterator<Item = (Stop<'s>, M, Root)>,
        along: impl Fn(Stop<'s>, M, &Way<'s>) -> M,
    ) -> Self {
        let mut seen = BTreeSet::new();
        let mut reached: Vec<Reached<'s, M>> = Vec::new();
        let mut open = VecDeque::new();
        for (stop, mind, root) in roots {
            if seen.insert((stop, mind)) {
                open.push_back(reached.len());
                reached.push(Reached {
                    stop,
                    mind,
                    by: Origin::Root(root),
                });
            }
        }
        while let Some(at) = open.pop_front() {
            let Some((stop, mind)) = reached.get(at).map(|it| (it.stop, it.mind)) else {
                continue;
            };
            for way in graph.ways(stop) {
                let mind = along(stop, mind, &way);
                if seen.insert((way.to, mind)) {
                    open.push_back(reached.len());
                    reached.push(Reached {
                        stop: way.to,
                        mind,
                        by: Origin::State(at, way.passage),
                    });
                }
            }
        }
        Self { reached }
    }

    /// All states, the nearest first.
    pub(super) fn states(&self) -> impl Iterator<Item = (usize, Stop<'s>, M)> {
        let states = self.reached.iter().enumerate();
        states.map(|(at, it)| (at, it.stop, it.mind))
    }

    /// The shortest story that leads to a state.
    pub(super) fn story(&self, at: usize) -> Story {
        let mut steps = Vec::new();
        let mut at = at;
        loop {
            // A state that is not there cannot be asked for: `at` is one of `states`.
            let reached = self.reached.get(at);
            match reached.map(|reached| (&reached.by, reached.stop)) {
                Some((Origin::State(before, passage), stop)) => {
                    steps.push((*passage, stop));
                    at = *before;
                }
                Some((Origin::Root(root), stop)) => {
                    steps.reverse();
                    return Story::new(root, stop, steps);
                }
                None => return Story::new(&Root::Script(String::new()), ("", ""), steps),
            }
        }
    }
}
