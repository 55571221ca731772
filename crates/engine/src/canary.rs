//! The canary's part in calls (M6): who meets which version, what went badly in his call, and the end of a canary that is worse.
//!
//! A call meets the new versions or the former ones from its arrival to its end, of all scripts of the canary together; its
//! lot is drawn from the caller's number, or from the call where that is withheld. What speaks against the canary is decided
//! in the turn in which a call ends: the next that arrives meets the former version.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ivr::Run;
use model::canary::{BadCall, Canary, CanaryEnd, Measure, Trial, lot_of};
use model::fact::NodeLeft;
use model::{CallId, Caller, Fact, ScriptName};

use crate::config::Config;
use crate::context::Context;

/// A node that a caller comes to more often than that in a call goes round with him.
const VISITS_MAX: u32 = 5;

/// What is tried at this moment.
#[derive(Debug, Default)]
pub(crate) struct Canaries {
    laid: Option<Laid>,
    /// Texts that were taken back, whatever they are tried beside: script and version, with the end that they came to.
    refused: BTreeMap<(ScriptName, u32), CanaryEnd>,
}

#[derive(Debug)]
struct Laid {
    canary: Arc<Canary>,
    trial: Trial,
    /// The configuration with the former versions.
    former: Arc<Config>,
}

impl Canaries {
    /// A configuration holds: its canary goes on where it is the one that was tried already.
    pub(crate) fn lay(&mut self, config: &Arc<Config>) {
        let known = self.laid.take().map(|laid| laid.trial);
        if let Some(trial) = &known {
            self.refuse(trial);
        }
        self.laid = config.canary.as_ref().map(|it| {
            let same = known.filter(|trial| trial.canary == it.canary);
            Laid {
                canary: Arc::new(it.canary.clone()),
                trial: same.unwrap_or_else(|| Trial::new(it.canary.clone())),
                former: Arc::new(config.on_former(it)),
            }
        });
        self.keep_refused();
    }

    /// How it stood in the former process.
    pub(crate) fn restore(&mut self, trial: Trial) {
        self.refuse(&trial);
        let same = |it: &&mut Laid| it.trial.canary == trial.canary;
        if let Some(laid) = self.laid.as_mut().filter(same) {
            laid.trial = trial;
        }
        self.keep_refused();
    }

    /// What a trial has ended stays refused as long as its text is the same.
    fn refuse(&mut self, trial: &Trial) {
        let Some(end) = &trial.ended else { return };
        for (script, pair) in &trial.canary.scripts {
            let text = (script.clone(), pair.version);
            self.refused.insert(text, end.clone());
        }
    }

    /// Texts of one canary lead callers together, so that one of them which was taken back holds back all.
    fn keep_refused(&mut self) {
        let Some(laid) = &mut self.laid else { return };
        let mut texts = laid.canary.scripts.iter();
        let end =
            texts.find_map(|(script, pair)| self.refused.get(&(script.clone(), pair.version)));
        if laid.trial.ended.is_none() {
            laid.trial.ended = end.cloned();
        }
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
        if laid.trial.ended.is_some() {
            return (laid.former.clone(), None);
        }
        let lot = match caller.number.as_deref() {
            Some(number) if !caller.is_withheld() => lot_of(&config.plan.key(number).key),
            Some(_) | None => lot_of(&call.to_string()),
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
    let mut words = left.exit.split('/');
    if words.any(|word| matches!(word, "bad" | "none")) {
        return Some(Measure::Error);
    }
    let has_tried = left.failed != Default::default();
    (left.exit == "failure" && has_tried).then_some(Measure::Lost)
}

impl Context {
    /// A call has ended: what went badly counts, and a canary that is plainly worse is taken back in this turn.
    pub(crate) fn judge(&mut self, call: CallId, walk: Walk) {
        let Some(laid) = &mut self.canaries.laid else {
            return;
        };
        let is_of_another = laid.canary != walk.canary || laid.trial.ended.is_some();
        if is_of_another || walk.measures.is_empty() {
            return;
        }
        let bad = BadCall {
            call,
            canary: Canary::clone(&walk.canary),
            lot: walk.lot,
            on_canary: walk.on_canary,
            measures: walk.measures,
        };
        let end = laid.trial.note(&bad);
        self.fact(Fact::CanaryBad(bad));
        if let Some(end) = end {
            tracing::warn!(
                measure = end.measure.name(),
                canary = end.canary_bad,
                former = end.former_bad,
                "a canary is worse than the former version and is taken back"
            );
            self.fact(Fact::CanaryEnded(end));
        }
    }
}
