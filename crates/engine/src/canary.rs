//! The canary's part in calls (M6): who meets which version, what went badly in his call, and the end of a canary that is worse.
//!
//! A call meets the new versions or the former ones from its arrival to its end, of all scripts of the canary together; its
//! lot is drawn from the caller's number, or from the call where that is withheld. What speaks against the canary is decided
//! in the turn in which a call ends: the next that arrives meets the former version.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ivr::Run;
use model::canary::{BadCall, Canary, Measure, Trials};
use model::fact::NodeLeft;
use model::{CallId, Caller, Fact, ScriptName};

use crate::config::Config;
use crate::context::Context;

/// A node that a caller comes to more often than that in a call goes round with him.
const VISITS_MAX: u32 = 5;

/// What is tried at this moment.
#[derive(Debug)]
pub(crate) struct Canaries {
    laid: Option<Laid>,
    /// How it stands, as its facts say it: what is laid is its last one. `None`: nobody knows what was taken back, so that nothing is
    /// tried and nothing is told.
    trials: Option<Trials>,
}

impl Default for Canaries {
    /// Nothing was ever tried.
    fn default() -> Self {
        Self {
            laid: None,
            trials: Some(Trials::default()),
        }
    }
}

#[derive(Debug)]
struct Laid {
    canary: Arc<Canary>,
    /// The configuration with the former versions.
    former: Arc<Config>,
}

impl Canaries {
    /// A configuration holds: its canary goes on where it is the one that was tried already. Gives what is to be told.
    pub(crate) fn lay(&mut self, config: &Arc<Config>) -> Option<Fact> {
        self.laid = config.canary.as_ref().map(|it| Laid {
            canary: Arc::new(it.canary.clone()),
            former: Arc::new(config.on_former(it)),
        });
        self.note_laid()
    }

    fn note_laid(&mut self) -> Option<Fact> {
        let canary = self.laid.as_ref().map(|laid| Arc::as_ref(&laid.canary));
        let told = self.trials.as_ref()?.lays(canary);
        told.iter().for_each(|fact| self.apply(fact));
        told
    }

    fn apply(&mut self, fact: &Fact) {
        if let Some(trials) = &mut self.trials {
            trials.apply(fact);
        }
    }

    /// What is laid leads nobody: it was taken back, or may have been.
    fn is_held_back(&self) -> bool {
        let Some(trials) = &self.trials else {
            return true;
        };
        trials.last().is_some_and(|trial| trial.ended.is_some())
    }

    /// The configuration whose scripts a caller meets, and what is to be watched in his call.
    pub(crate) fn meets(
        &self,
        config: &Arc<Config>,
        call: CallId,
        caller: &Caller,
    ) -> (Arc<Config>, Option<Box<Walk>>) {
        let Some(laid) = &self.laid else {
            return (config.clone(), None);
        };
        if self.is_held_back() {
            return (laid.former.clone(), None);
        }
        let lot = match caller.number.as_deref() {
            Some(number) if !caller.is_withheld() => laid.canary.lot(&config.plan.key(number).key),
            Some(_) | None => laid.canary.lot(&call.to_string()),
        };
        let on_canary = laid.canary.takes(lot);
        let house = if on_canary { config } else { &laid.former };
        let walk = Walk {
            canary: laid.canary.clone(),
            lot,
            on_canary,
            is_met: false,
            measures: BTreeSet::new(),
            visits: BTreeMap::new(),
        };
        (house.clone(), Some(Box::new(walk)))
    }
}

/// A call while a canary is tried.
#[derive(Debug)]
pub(crate) struct Walk {
    canary: Arc<Canary>,
    lot: u64,
    on_canary: bool,
    /// Whether he came to one of its scripts; before that both sides are alike.
    is_met: bool,
    measures: BTreeSet<Measure>,
    visits: BTreeMap<(ScriptName, String), u32>,
}

impl Walk {
    /// He comes to a node.
    pub(crate) fn enters(&mut self, script: &ScriptName, node: &str, left: &[NodeLeft]) {
        // What he left decides before where he comes: the way out of a canary's script is its own.
        if self.is_met {
            self.measures.extend(left.iter().filter_map(gone_badly));
        }
        self.is_met |= self.canary.scripts.contains_key(script);
        let visits = self.visits.entry((script.clone(), node.to_owned()));
        let visits = visits.or_default();
        *visits += 1;
        if self.is_met && *visits > VISITS_MAX {
            self.measures.insert(Measure::Lost);
        }
    }

    /// He hung up while a script had him.
    pub(crate) fn hung_up(&mut self, run: &Run) {
        if self.is_met && !run.is_at_end() {
            self.measures.insert(Measure::HungUp);
        }
    }
}

/// What an exit says of the script: words as in facts.
fn gone_badly(left: &NodeLeft) -> Option<Measure> {
    match left.exit.as_str() {
        "bad" | "none" | ivr::BOT_FAILED => Some(Measure::Error),
        "failure" if left.failed != Default::default() => Some(Measure::Lost),
        _ => None,
    }
}

impl Context {
    /// How canaries stood in the former process, if anybody knows; before the first call. What is laid is told here where that is news.
    pub(crate) fn restore_canaries(&mut self, trials: Option<Trials>) {
        self.canaries.trials = trials;
        let laid = self.canaries.note_laid();
        laid.into_iter().for_each(|fact| self.fact(fact));
        self.take_back();
    }

    /// A call has ended: what went badly counts, and a canary that is plainly worse is taken back in this turn.
    pub(crate) fn judge(&mut self, call: CallId, walk: Walk) {
        let laid = self.canaries.laid.as_ref();
        let is_laid = laid.is_some_and(|laid| laid.canary == walk.canary);
        let trial = self.canaries.trials.as_ref().and_then(Trials::last);
        let Some(trial) = trial.filter(|trial| is_laid && trial.ended.is_none()) else {
            return;
        };
        // M6: a caller who counts already changes nothing, and nothing is told of him.
        let measures = trial.counts(walk.lot, &walk.measures);
        if measures.is_empty() {
            return;
        }
        let bad = Fact::CanaryBad(BadCall {
            call,
            canary: Canary::clone(&walk.canary),
            lot: walk.lot,
            on_canary: walk.on_canary,
            measures,
        });
        self.canaries.apply(&bad);
        self.fact(bad);
        self.take_back();
    }

    /// Takes a canary back that is plainly worse, once.
    fn take_back(&mut self) {
        let trial = self.canaries.trials.as_ref().and_then(Trials::last);
        let Some(end) = trial.and_then(|trial| trial.verdict()) else {
            return;
        };
        tracing::warn!(
            measure = end.measure.name(),
            canary = end.canary_bad,
            former = end.former_bad,
            "a canary is worse than the former version and is taken back"
        );
        let end = Fact::CanaryEnded(end);
        self.canaries.apply(&end);
        self.fact(end);
    }
}
