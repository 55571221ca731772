//! What all look-ups share: their exits, and the values that go out and come in.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ask::{Answer, AnswerKind};
use crate::claim::{Cause, Claims, Exit};
use crate::expression::Expression;
use crate::place::Name;
use crate::report::Read;
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Given, Step};
use crate::value::Value;

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
    /// All answers, in the order in which proofs try them.
    const ALL: [AnswerKind; 4] = [
        AnswerKind::Found,
        AnswerKind::Missing,
        AnswerKind::Bad,
        AnswerKind::NoAnswer,
    ];

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
        for kind in Self::ALL {
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
        Step::Go(self.of(answer.kind()))
    }
}

/// The same, each with whether it reads what came from a secret input (S22).
pub(crate) fn secret_values(
    visit: &Visit<'_>,
    expressions: &[(Name, Expression)],
) -> Result<Given, String> {
    let values = expressions.iter();
    values
        .map(|(name, expression)| {
            let value = visit.evaluate(expression)?;
            Ok((name.text.clone(), (value, visit.reads_secret(expression))))
        })
        .collect()
}

/// What named expressions give at this moment.
pub(crate) fn values(
    visit: &Visit<'_>,
    expressions: &[(Name, Expression)],
) -> Result<BTreeMap<String, Value>, String> {
    let values = expressions.iter();
    values
        .map(|(name, expression)| Ok((name.text.clone(), visit.evaluate(expression)?)))
        .collect()
}
