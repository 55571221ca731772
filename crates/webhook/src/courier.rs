//! The courier of one webhook: which of its messages is due, in the order of each call, ticket and agent, so many at once.
//!
//! A message that was not taken holds up those behind it in its lane, and nobody else. Bounded by its owner, who hands in no more
//! than he wants kept. It knows no bodies, no addresses and no clock.

use std::collections::{BTreeMap, BTreeSet};

use model::{DeliveryId, Timestamp};

use crate::message::{GivenUp, Lane, Waiting};
use crate::schedule;

/// Messages of one webhook that are under way at once (J5).
const AT_ONCE: usize = 4;

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send it, and tell what came of it.
    Send(DeliveryId),
    /// It is not sent any more.
    GiveUp(DeliveryId, GivenUp),
}

/// What came of sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken: a status of 2xx.
    Taken,
    /// It was not, or nobody knows.
    Failed,
    /// The receiver is gone for good: 410.
    Gone,
}

/// What that means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Done.
    Delivered,
    /// It is sent again then.
    Again(Timestamp),
    /// It is not sent any more.
    GivenUp(GivenUp),
    /// Nothing is sent there any more.
    Disable,
}

/// See the file's head.
#[derive(Clone, Debug)]
pub struct Courier {
    seed: u64,
    waiting: BTreeMap<DeliveryId, Waiting>,
    lanes: BTreeMap<Line, BTreeSet<DeliveryId>>,
    /// The first of each lane that is not under way, by when it is due.
    heads: BTreeSet<(Timestamp, DeliveryId)>,
    under_way: BTreeMap<DeliveryId, Line>,
    /// Messages whose thread was not opened: what is left of it.
    orphans: BTreeSet<DeliveryId>,
}

/// A lane; who waits for nobody has one to himself.
type Line = (Lane, Option<DeliveryId>);

fn line(waiting: &Waiting) -> Line {
    let own = matches!(waiting.lane, Lane::Alone).then_some(waiting.id);
    (waiting.lane, own)
}

impl Courier {
    /// One without messages; the seed spreads its tries.
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            waiting: BTreeMap::new(),
            lanes: BTreeMap::new(),
            heads: BTreeSet::new(),
            under_way: BTreeMap::new(),
            orphans: BTreeSet::new(),
        }
    }

    /// How many messages it has.
    pub fn held(&self) -> usize {
        self.waiting.len()
    }

    /// Whether it has this one.
    pub fn holds(&self, id: DeliveryId) -> bool {
        self.waiting.contains_key(&id)
    }

    /// One more message, or one that it has as it stands from here on, unless that is under way: who asks for it again does not wait
    /// for its pause to end. Within its lane the lower id goes first.
    pub fn take(&mut self, message: Waiting) {
        if self.under_way.contains_key(&message.id) {
            return;
        }
        let line = line(&message);
        self.lower(line);
        self.lanes.entry(line).or_default().insert(message.id);
        self.waiting.insert(message.id, message);
        self.raise(line);
    }

    /// The next thing to do, if anything is due and there is room.
    pub fn poll(&mut self, now: Timestamp) -> Option<Step> {
        if let Some(id) = self.orphans.pop_first() {
            self.drop_message(id);
            return Some(Step::GiveUp(id, GivenUp::NotOpened));
        }
        let (due_at, id) = *self.heads.first()?;
        if due_at > now {
            return None;
        }
        let waiting = self.waiting.get(&id)?;
        if waiting.expires_at.is_some_and(|at| at <= now) {
            self.abandon(id);
            return Some(Step::GiveUp(id, GivenUp::Late));
        }
        if self.under_way.len() >= AT_ONCE {
            return None;
        }
        let line = line(waiting);
        self.heads.remove(&(due_at, id));
        self.under_way.insert(id, line);
        Some(Step::Send(id))
    }

    /// When to come again; what is under way comes by itself.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        if self.under_way.len() >= AT_ONCE {
            return None;
        }
        self.heads.first().map(|(due_at, _)| *due_at)
    }

    /// What came of a message that was to be sent.
    pub fn handle_outcome(&mut self, now: Timestamp, id: DeliveryId, outcome: Outcome) -> Verdict {
        let busy = self.under_way.remove(&id);
        let Some(waiting) = self.waiting.get_mut(&id) else {
            // Its webhook was emptied meanwhile; what has come into its lane since waited for it.
            if let Some(line) = busy {
                self.raise(line);
            }
            return match outcome {
                Outcome::Taken => Verdict::Delivered,
                Outcome::Failed | Outcome::Gone => Verdict::GivenUp(GivenUp::Disabled),
            };
        };
        waiting.sent += 1;
        let (sent, made_at) = (waiting.sent, waiting.made_at);
        match outcome {
            Outcome::Taken => {
                self.drop_message(id);
                Verdict::Delivered
            }
            Outcome::Gone => Verdict::Disable,
            Outcome::Failed => match schedule::again(self.seed, id, made_at, now, sent) {
                Some(at) => {
                    waiting.due_at = at;
                    let line = line(waiting);
                    self.raise(line);
                    Verdict::Again(at)
                }
                None => {
                    self.abandon(id);
                    Verdict::GivenUp(GivenUp::Exhausted)
                }
            },
        }
    }

    /// Everything that it has is given up.
    pub fn empty(&mut self) -> Vec<DeliveryId> {
        self.lanes.clear();
        self.heads.clear();
        self.orphans.clear();
        std::mem::take(&mut self.waiting).into_keys().collect()
    }

    /// A message is given up, and with one that opens its thread those behind it: who did not hear how it began is not told how it goes
    /// on. Who did is told how it ends, whatever he did not take in between.
    fn abandon(&mut self, id: DeliveryId) {
        let Some(given_up) = self.drop_message(id) else {
            return;
        };
        let Some(thread) = given_up.thread.filter(|_| given_up.opens) else {
            return;
        };
        let behind = self.lanes.get(&(given_up.lane, None)).into_iter().flatten();
        let behind = behind.filter(|id| {
            let message = self.waiting.get(id);
            message.is_some_and(|message| message.thread.as_ref() == Some(&thread))
        });
        self.orphans.extend(behind.copied());
    }

    fn drop_message(&mut self, id: DeliveryId) -> Option<Waiting> {
        let message = self.waiting.get(&id)?.clone();
        let line = line(&message);
        self.lower(line);
        if let Some(lane) = self.lanes.get_mut(&line) {
            lane.remove(&id);
            if lane.is_empty() {
                self.lanes.remove(&line);
            }
        }
        self.waiting.remove(&id);
        self.raise(line);
        Some(message)
    }

    fn head(&self, line: Line) -> Option<(Timestamp, DeliveryId)> {
        let first = *self.lanes.get(&line)?.first()?;
        Some((self.waiting.get(&first)?.due_at, first))
    }

    /// Before a lane changes: its head is none.
    fn lower(&mut self, line: Line) {
        if let Some(head) = self.head(line) {
            self.heads.remove(&head);
        }
    }

    /// After a lane has changed: its first one is its head, unless one of the lane is under way.
    fn raise(&mut self, line: Line) {
        let Some(head) = self.head(line) else {
            return;
        };
        if !self.under_way.values().any(|busy| *busy == line) {
            self.heads.insert(head);
        }
    }
}

#[cfg(test)]
mod tests;
