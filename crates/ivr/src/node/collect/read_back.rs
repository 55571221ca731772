//! What was keyed in is said back to the caller (E5): 1 takes it, 2 lets him key it in anew, before it goes on.
//!
//! The first correction is no failed try: who mistypes once is no one who cannot. Silence, other keys and further
//! corrections are failed tries like those of the input itself, so that reading back ends with the same bound.

use super::Collect;
use crate::claim::{Claims, SaidBack};
use crate::place::Place;
use crate::run::Visit;
use crate::step::Step;
use crate::value::Value;

/// What the house says before the answer and after it.
const YOU_ENTERED: &str = "input_entered";
const IS_IT_RIGHT: &str = "input_confirm";

impl Collect {
    pub(super) fn claim_read_back(&self, claims: &mut Claims<'_>, place: Place) {
        claims.house.extend([YOU_ENTERED, IS_IT_RIGHT]);
        claims.reads_back = Some(place);
        // Tries are shared: who is silent from the first on is never read anything back, and who falls silent then is asked for nothing.
        let keys = u32::try_from(self.max).unwrap_or(u32::MAX);
        let (said, breaths) = self.kind.spoken.most(keys);
        claims.says_back = Some(SaidBack {
            words: [YOU_ENTERED, IS_IT_RIGHT],
            said,
            breaths,
            sounds: self.kind.spoken.sounds,
            times: self.tries,
            timeout: self.timeout,
            pause: self.pause_that_answers().unwrap_or_default(),
        });
    }

    /// Says the answer, and asks whether it is right.
    pub(super) fn read_back(&self, visit: &mut Visit<'_>, value: &Value) -> Step<'_> {
        visit.typed().is_read_back = true;
        let mut parts = vec![visit.house(YOU_ENTERED)];
        parts.extend(visit.answer_in_words(value, self.kind.format));
        parts.push(visit.house(IS_IT_RIGHT));
        Step::Speak {
            parts,
            interruptible: true,
        }
    }

    /// What he says of it.
    pub(super) fn judged(&self, visit: &mut Visit<'_>, key: char) -> Step<'_> {
        match key {
            '1' => match self.answer(visit) {
                Some(value) => self.take(visit, value),
                None => self.failed(visit),
            },
            '2' if !std::mem::replace(&mut visit.typed().is_corrected, true) => {
                visit.typed().anew();
                self.say()
            }
            '2' => self.failed(visit),
            _ => self.unconfirmed(visit),
        }
    }

    /// He says nothing, or nothing that fits: it is said again while he has tries.
    pub(super) fn unconfirmed(&self, visit: &mut Visit<'_>) -> Step<'_> {
        visit.count_failure();
        if !visit.may_try(self.tries) {
            return Step::Go(&self.on_failure);
        }
        match self.answer(visit) {
            Some(value) => self.read_back(visit, &value),
            None => Step::Go(&self.on_failure),
        }
    }
}
