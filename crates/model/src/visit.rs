//! Visits: where in scripts a caller was, for how long, and how he left (E23), read from facts and from nothing else.
//!
//! `Visits` takes the facts of one call in order and is complete after `call.ended`. A script that lets another do a part
//! waits at its node until that comes back; whoever reaches a person has left all of them. Facts of former versions do not
//! say by which exit a node was left: such a visit counts as handed on.
//! The rule of its words stands in [`Way::word`]; tables keep them.

use crate::Fact;
use crate::fact::{CallResult, Direction, EndedBy, FailedTries, NodeLeft};
use crate::id::ScriptName;
use crate::time::Timestamp;

/// Most visits of one call that are counted: no script lets anybody enter more nodes.
const VISITS_MAX: usize = 2_000;

/// One stay of a caller at a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The script.
    pub script: ScriptName,
    /// Its version (E20); 0 where none was kept.
    pub version: u32,
    /// The node's kind.
    pub kind: String,
    /// The node.
    pub node: String,
    /// When he came.
    pub at: Timestamp,
    /// How long he stayed, in ms; at a node that lets another script do a part, until that had come back.
    pub ms: u64,
    /// How he left.
    pub way: Way,
    /// What he tried there in vain.
    pub failed: FailedTries,
    /// Whether he left by a key, and it led straight to people: into a queue, or to somebody who rings.
    pub to_person: bool,
}

/// How a node was left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// By an exit; its word.
    Exit(String),
    /// Somebody took the caller there.
    Answered,
    /// The caller hung up.
    HungUp,
    /// The script, a deadline or an operator ended the call.
    Ended,
    /// The call broke off by a fault of ours, or of the line.
    Lost,
    /// He was in another script then: one for which this node waited, or one that a number led to.
    HandedOn,
}

impl Way {
    /// The word in tables: an exit's own word after `exit:`.
    pub fn word(&self) -> String {
        match self {
            Self::Exit(word) => format!("exit:{word}"),
            Self::Answered => "answered".to_owned(),
            Self::HungUp => "hung_up".to_owned(),
            Self::Ended => "ended".to_owned(),
            Self::Lost => "lost".to_owned(),
            Self::HandedOn => "handed_on".to_owned(),
        }
    }

    /// The way of a word that [`Way::word`] gave.
    pub fn of(word: &str) -> Option<Self> {
        if let Some(exit) = word.strip_prefix("exit:") {
            return Some(Self::Exit(exit.to_owned()));
        }
        let ends = [
            Self::Answered,
            Self::HungUp,
            Self::Ended,
            Self::Lost,
            Self::HandedOn,
        ];
        ends.into_iter().find(|way| way.word() == word)
    }

    /// Whether it is a key that the caller pressed.
    fn is_key(&self) -> bool {
        matches!(self, Self::Exit(word) if word.chars().count() == 1)
    }
}

/// The visits of one call.
#[derive(Clone, Debug, Default)]
pub struct Visits {
    done: Vec<Visit>,
    /// The nodes that have him: each waits for the next, the last has him now.
    open: Vec<Open>,
    /// Whether he came from a visit that is done straight to the node that has him.
    came: bool,
    direction: Direction,
}

#[derive(Clone, Debug)]
struct Open {
    script: ScriptName,
    version: u32,
    kind: String,
    node: String,
    at: Timestamp,
    failed: FailedTries,
}

impl Visits {
    /// Takes the next fact of the call; those that say nothing of scripts change nothing.
    pub fn apply(&mut self, at: Timestamp, fact: &Fact) {
        if let Fact::CallArrived { direction, .. } = fact {
            self.direction = *direction;
        } else if let Fact::IvrEntered {
            script,
            version,
            kind,
            node,
            depth,
            left,
            ..
        } = fact
        {
            let before = self.done.len();
            self.leave(at, left, usize::from(*depth));
            self.came = self.done.len() > before;
            self.open.push(Open {
                script: script.clone(),
                version: *version,
                kind: kind.clone(),
                node: node.clone(),
                at,
                failed: FailedTries::default(),
            });
        } else if let Fact::IvrGaveUp { node, failed, .. } = fact {
            if let Some(open) = self.open.last_mut().filter(|open| open.node == *node) {
                open.failed = *failed;
            }
        } else if let Fact::QueueJoined { .. } | Fact::OfferMade { .. } | Fact::DialStarted { .. } =
            fact
        {
            self.meets_people();
        } else if let Fact::CallConnected { .. } = fact {
            self.close(at, &Way::Answered);
        } else if let Fact::DialAnswered { .. } = fact {
            // D21: who is called back stands in line when he answers; an agent is still to come.
            if self.direction != Direction::Callback {
                self.close(at, &Way::Answered);
            }
        } else if let Fact::CallEnded { result, by, .. } = fact {
            let way = match (result, by) {
                (CallResult::Failed, _) => Way::Lost,
                (_, EndedBy::Caller) => Way::HungUp,
                (_, EndedBy::Agent | EndedBy::System) => Way::Ended,
            };
            self.close(at, &way);
        }
    }

    /// Those that are over, in the order in which they ended.
    pub fn into_done(self) -> Vec<Visit> {
        self.done
    }

    /// Nodes are left for one at this depth; only those that wait for it stay.
    fn leave(&mut self, at: Timestamp, left: &[NodeLeft], depth: usize) {
        for left in left {
            if self.open.last().is_some_and(|open| open.node == left.node) {
                if let Some(open) = self.open.last_mut() {
                    open.failed = left.failed;
                }
                self.end(at, Way::Exit(left.exit.clone()));
            }
        }
        while self.open.len() > depth {
            self.end(at, Way::HandedOn);
        }
    }

    /// The node that has him is left so; those that wait for it are left by nobody's doing.
    fn close(&mut self, at: Timestamp, way: &Way) {
        self.end(at, way.clone());
        while !self.open.is_empty() {
            self.end(at, Way::HandedOn);
        }
        self.came = false;
    }

    fn end(&mut self, at: Timestamp, way: Way) {
        let Some(open) = self.open.pop() else { return };
        if self.done.len() >= VISITS_MAX {
            return;
        }
        self.done.push(Visit {
            script: open.script,
            version: open.version,
            kind: open.kind,
            node: open.node,
            ms: at.ms_since(open.at),
            at: open.at,
            way,
            failed: open.failed,
            to_person: false,
        });
    }

    /// The node that has him brings him to people: the key that led there was one to a person.
    fn meets_people(&mut self) {
        if std::mem::take(&mut self.came)
            && let Some(former) = self.done.last_mut()
        {
            former.to_person = former.way.is_key();
        }
    }
}

#[cfg(test)]
mod tests;
