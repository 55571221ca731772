//! The decisions of a log made again: its journal is told to an empty ACD, and what that offers is held against the log.
//!
//! Bit for bit: the offer's id, the caller, the agent, the queue, and the whole why-record with seed, keys and tie-break.
//! What differs is told by its first place, since what follows may follow from it.

use std::collections::BTreeMap;
use std::time::Duration;

use acd::{Acd, Input, Output, QueueConfig, Told};
use model::fact::{Offer, QueueExit};
use model::{CallId, Decision, OfferId, QueueName, Timestamp};
use serde::{Deserialize, Serialize};

/// The first place at which the log and its decisions made again differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// When.
    pub at: Timestamp,
    /// Which offer.
    pub offer: OfferId,
    /// For whom.
    pub call: CallId,
    /// What differs.
    pub what: String,
}

/// Which process it was: what its ACD was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) seed: u64,
    pub(super) node: u16,
    pub(super) release: String,
}

/// An offer that was made again and not yet found in the log.
#[derive(Debug, Serialize)]
struct Again {
    at: Timestamp,
    offer: Offer,
    decision: Decision,
    /// A call taken over was no decision: the log may tell it in another way.
    is_decision: bool,
}

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Rerun {
    acd: Option<Acd>,
    pub(super) process: Option<Process>,
    pub(super) version: u64,
    pub(super) queues: BTreeMap<QueueName, QueueConfig>,
    again: BTreeMap<OfferId, Again>,
    /// Decisions of the log that were made again.
    pub(super) made: u64,
    pub(super) difference: Option<Difference>,
}

impl Rerun {
    /// The ACD as it stands; `None` before a process began.
    pub(super) const fn acd(&self) -> Option<&Acd> {
        self.acd.as_ref()
    }

    /// Tells it an entry; gives what the ACD said to it. Before the first process there is nobody to tell.
    pub(super) fn told(&mut self, now: Duration, told: Told<'_>) -> Vec<Output> {
        match &told {
            Told::Made {
                seed,
                node,
                release,
            } => {
                self.settle();
                self.process = Some(Process {
                    seed: *seed,
                    node: *node,
                    release: release.to_string(),
                });
                self.acd = Some(Acd::new(*seed, *node));
            }
            Told::Configured { version, queues } => {
                self.version = *version;
                self.queues.clone_from(queues);
            }
            Told::Heard(input) => self.forgive(input),
            Told::TimePassed => {}
        }
        let Some(acd) = &mut self.acd else {
            return Vec::new();
        };
        told.tell(now, acd);
        let outputs: Vec<Output> = std::iter::from_fn(|| acd.poll_output()).collect();
        for output in &outputs {
            self.note(now.into(), output);
        }
        outputs
    }

    fn note(&mut self, at: Timestamp, output: &Output) {
        let (id, call, agent, queue, decision, is_decision) = match output {
            Output::Offer {
                offer,
                call,
                agent,
                queue,
                decision,
                ..
            } => (*offer, *call, *agent, queue.clone(), decision, true),
            Output::TookOver {
                offer,
                call,
                agent,
                decision,
            } => (*offer, *call, *agent, None, decision, false),
            Output::Withdraw { .. }
            | Output::Connect { .. }
            | Output::TooLate { .. }
            | Output::AgentStateChanged { .. }
            | Output::LastPaused { .. }
            | Output::Levelled { .. }
            | Output::WrapUp { .. }
            | Output::AskFamiliar { .. }
            | Output::CallBack { .. }
            | Output::JoinedQueue { .. }
            | Output::Starving { .. }
            | Output::RouteAsked { .. }
            | Output::RouteSettled { .. }
            | Output::QueueDropped { .. }
            | Output::LeftQueue { .. }
            | Output::DirectEnded { .. } => return,
        };
        let offer = Offer {
            id,
            call,
            agent,
            queue,
        };
        let decision = Decision::clone(decision);
        let again = Again {
            at,
            offer,
            decision,
            is_decision,
        };
        self.again.insert(id, again);
    }

    /// An offer for a call that had just broken rang nowhere, and stands in no log.
    fn forgive(&mut self, input: &Input) {
        if let Input::Left {
            call,
            cause: QueueExit::Failed,
        }
        | Input::CallGone { call } = input
        {
            self.again.retain(|_, again| again.offer.call != *call);
        }
    }

    /// The log tells of an offer.
    pub(super) fn logged(&mut self, at: Timestamp, offer: &Offer, decision: &Decision) {
        if self.acd.is_none() {
            return;
        }
        self.made += 1;
        let Some(again) = self.again.remove(&offer.id) else {
            let what = "made in the log, and not made again".to_owned();
            return self.differs(at, offer, what);
        };
        if again.offer != *offer {
            let what = first_difference(offer, &again.offer);
            self.differs(at, offer, what);
        } else if again.decision != *decision {
            let what = first_difference(decision, &again.decision);
            self.differs(at, offer, what);
        }
    }

    /// Nothing more is to come: what was made again and is not in the log is a difference, too.
    pub(super) fn settle(&mut self) {
        while let Some((_, again)) = self.again.pop_first() {
            if again.is_decision {
                let what = "made again, and not made in the log".to_owned();
                self.differs(again.at, &again.offer, what);
            }
        }
    }

    fn differs(&mut self, at: Timestamp, offer: &Offer, what: String) {
        let (offer, call) = (offer.id, offer.call);
        self.difference.get_or_insert(Difference {
            at,
            offer,
            call,
            what,
        });
    }
}

/// The first key of two records whose values differ, with both.
fn first_difference<T: Serialize>(logged: &T, again: &T) -> String {
    let read = |record: &T| serde_json::to_value(record).unwrap_or_default();
    let (logged, again) = (read(logged), read(again));
    let keys = |record: &serde_json::Value| record.as_object().cloned().unwrap_or_default();
    let (logged, again) = (keys(&logged), keys(&again));
    let nothing = serde_json::Value::Null;
    for key in logged.keys().chain(again.keys()) {
        let of = |record: &serde_json::Map<String, serde_json::Value>| {
            record.get(key).unwrap_or(&nothing).to_string()
        };
        let (one, other) = (of(&logged), of(&again));
        if one != other {
            return format!("`{key}` is {one} in the log, and {other} made again");
        }
    }
    "two records that read the same".to_owned()
}
