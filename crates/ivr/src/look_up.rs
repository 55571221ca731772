//! What all look-ups share: how long they let a caller wait, and their exits.

use std::time::Duration;

use crate::ask::{Answer, AnswerKind};
use crate::claim::{Cause, Claims, Exit};
use crate::place::Name;
use crate::report::Read;
use crate::run::Visit;
use crate::section::Section;
use crate::step::Step;

/// A look-up that takes longer lets the caller hear something (E11).
pub(crate) const HOLD_AFTER: Duration = Duration::from_millis(700);
/// How much longer than its patience an answer may be on the way.
pub(crate) const GRACE: Duration = Duration::from_millis(250);

/// Where each kind of answer leads.
#[derive(Debug)]
pub(crate) struct Exits {
    found: Name,
    missing: Name,
    bad: Name,
    none: Name,
}

impl Exits {
    /// Reads them from these keys.
    pub(crate) fn read(
        section: &mut Section<'_, '_>,
        found: &'static str,
        missing: &'static str,
        bad: &'static str,
        none: &'static str,
    ) -> Read<Self> {
        let (found, missing) = (section.name(found), section.name(missing));
        let (bad, none) = (section.name(bad), section.name(none));
        Ok(Self {
            found: found?,
            missing: missing?,
            bad: bad?,
            none: none?,
        })
    }

    const fn of(&self, kind: AnswerKind) -> &Name {
        match kind {
            AnswerKind::Found => &self.found,
            AnswerKind::Missing => &self.missing,
            AnswerKind::Bad => &self.bad,
            AnswerKind::NoAnswer => &self.none,
        }
    }

    /// Claims them, and how long the caller is kept; only who found something has set `sets`.
    pub(crate) fn claim<'n>(
        &'n self,
        claims: &mut Claims<'n>,
        whom: &'n str,
        patience: Duration,
        sets: Vec<&'n str>,
    ) {
        claims.kept = patience + GRACE;
        for kind in AnswerKind::ALL {
            let sets = match kind {
                AnswerKind::Found => sets.clone(),
                AnswerKind::Missing | AnswerKind::Bad | AnswerKind::NoAnswer => Vec::new(),
            };
            claims.exits.push(Exit {
                to: self.of(kind),
                cause: Cause::Answer(whom, kind),
                sets,
            });
        }
    }

    /// Takes what came and goes on.
    pub(crate) fn leave(&self, visit: &mut Visit<'_>, answer: &Answer) -> Step<'_> {
        if let Answer::Found(found) = answer {
            for (variable, value) in found {
                visit.set(variable, value.clone(), false);
            }
        }
        let kind = answer.kind();
        visit.leaves_by(&Cause::Answer("", kind));
        Step::Go(self.of(kind))
    }
}
