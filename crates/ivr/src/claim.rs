//! What a node claims about itself, for `check` to prove: its exits, what it names, what it reads, what it sets.

use model::Requirement;

use crate::expression::Expression;
use crate::place::{Name, Place};
use crate::value::Type;

/// The claims of one node.
#[derive(Debug, Default)]
pub(crate) struct Claims<'n> {
    pub(crate) exits: Vec<Exit<'n>>,
    pub(crate) references: Vec<Reference<'n>>,
    /// Expressions, with the type that each must have.
    pub(crate) expressions: Vec<(&'n Expression, Option<Type>)>,
    pub(crate) assigned: Vec<Assigned<'n>>,
    /// What is asked of the agents of a queue.
    pub(crate) needs: Vec<Needed<'n>>,
    /// Whether a call may end here.
    pub(crate) ends: bool,
    /// Whether it takes keys itself, so that none is kept for a later node.
    pub(crate) listens: bool,
    /// Whether keys given here are secret.
    pub(crate) secret: bool,
    /// The prompt after which digits are said: each of them needs its sound.
    pub(crate) digits_after: Option<&'n Name>,
    /// Keys that the caller may press here, with what is played while he chooses.
    pub(crate) choice: Option<Choice<'n>>,
}

/// A way out of a node.
#[derive(Debug)]
pub(crate) struct Exit<'n> {
    pub(crate) to: &'n Name,
    pub(crate) by: By,
    /// Variables that are set when the node is left this way.
    pub(crate) sets: Vec<&'n str>,
}

/// Who takes an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The caller, by a key or an answer.
    Caller,
    /// Time, a failure, or nothing but the script.
    Itself,
}

/// A name of something outside the node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reference<'n> {
    pub(crate) kind: ReferenceKind,
    pub(crate) name: &'n Name,
}

/// What a reference names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ReferenceKind {
    Prompt,
    Queue,
    Calendar,
    Script,
    Agent,
    Number,
    Language,
}

/// What a caller needs of the agents of a queue (B13).
#[derive(Debug)]
pub(crate) struct Needed<'n> {
    pub(crate) requirement: &'n Requirement,
    /// Where it is asked for.
    pub(crate) place: Place,
    pub(crate) queue: &'n Name,
    /// Whether the caller's region may choose other queues.
    pub(crate) by_region: bool,
}

/// A variable that a node sets.
#[derive(Debug)]
pub(crate) struct Assigned<'n> {
    pub(crate) name: &'n Name,
    pub(crate) from: Origin<'n>,
}

/// Where a variable's type comes from.
#[derive(Debug)]
pub(crate) enum Origin<'n> {
    /// An input of a fixed type.
    Input(Type),
    /// Whatever the expression gives.
    Expression(&'n Expression),
}

/// A menu's keys and the prompt that tells them.
#[derive(Debug)]
pub(crate) struct Choice<'n> {
    pub(crate) prompt: &'n Name,
    pub(crate) keys: Vec<(char, &'n Name)>,
}

impl<'n> Claims<'n> {
    /// An exit that the script takes by itself.
    pub(crate) fn exit(&mut self, to: &'n Name) {
        self.exits.push(Exit {
            to,
            by: By::Itself,
            sets: Vec::new(),
        });
    }

    /// An exit that the caller chooses.
    pub(crate) fn choice(&mut self, to: &'n Name) {
        self.exits.push(Exit {
            to,
            by: By::Caller,
            sets: Vec::new(),
        });
    }

    /// Something that must exist.
    pub(crate) fn refers(&mut self, kind: ReferenceKind, name: &'n Name) {
        self.references.push(Reference { kind, name });
    }
}
