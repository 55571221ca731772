//! How an agent takes a ring, and how somebody is called back: as the log knows it, or as it is drawn.

use std::time::Duration;

use acd::Input;
use model::{AgentId, CallId, OfferId};

use super::super::guess::{self, Then};
use super::super::story::{Moment, Ring, Taken};
use super::{DRAWN, Event, WhatIf};

/// How soon somebody who is called back answers, where the log does not say.
const REACHED_AFTER: Duration = Duration::from_secs(10);

impl WhatIf<'_> {
    pub(super) fn rings(&mut self, offer: OfferId, call: CallId, agent: AgentId) {
        let now = self.now;
        let Some(live) = self.live.get_mut(&call) else {
            return;
        };
        let (number, rung) = (live.stage, live.rung.entry(agent).or_default());
        let which = std::mem::replace(rung, *rung + 1);
        let stage = self.stage(call, number);
        let rings = stage.and_then(|stage| stage.rings.get(&agent));
        let ring = rings.and_then(|rings| rings.get(which));
        let seen = ring.map_or(Duration::ZERO, guess::seen);
        let manner = ring.and_then(guess::known).unwrap_or_else(|| {
            let of = (agent.get() as usize).rotate_left(8) ^ which;
            let mut lots = guess::lots(self.rules.seed, call, of);
            self.guess.manner(agent, seen, &mut lots)
        });
        let rang = ring.and_then(|ring| Some((ring, ring.rang?)));
        let rang = rang.map(|(ring, (at, order))| (at.saturating_sub(ring.made.0), order));
        // A phone that was silent for so long is not made to ring before: it would count as a phone that works (R7).
        let rings = manner.rang.filter(|after| *after >= seen);
        let rang = rang.or_else(|| Some((rings?, DRAWN)));
        if let Some((after, order)) = rang {
            self.put((now + after, order), Event::told(Input::Ringing { offer }));
        }
        let Some((after, then)) = manner.then else {
            return;
        };
        if let Some((ring, (at, order))) = ring.and_then(|ring| Some((ring, ring.picked_up?))) {
            let after = at.saturating_sub(ring.made.0);
            self.put((now + after, order), Event::told(Input::PickedUp { offer }));
        }
        let order = ring.and_then(|ring| taken(offer, &ring.taken));
        let order = order.map_or(DRAWN, |((_, order), _)| order);
        self.put((now + after, order), Event::told(then.input(offer)));
    }

    /// D21: as he was called back on the day, if he was.
    pub(super) fn call_back(&mut self, call: CallId) {
        let Some(number) = self.live.get(&call).map(|live| live.stage) else {
            return;
        };
        let stage = self.stage(call, number);
        let known = stage.and_then(|stage| Some((stage, stage.called?)));
        let Some((stage, (called, _))) = known else {
            let reached = Event::told(Input::CalledBack { call });
            return self.drawn(self.now + REACHED_AFTER, reached);
        };
        let after = |at: Duration| self.now + at.saturating_sub(called);
        let reached = stage.reached.map(|(at, order)| (after(at), order));
        let left = stage
            .left
            .map(|((at, order), cause)| ((after(at), order), cause));
        if let Some(at) = reached {
            self.put(at, Event::told(Input::CalledBack { call }));
        }
        if let Some((at, cause)) = left {
            self.put(at, Event::Goes(call, number, cause));
        }
    }
}

impl Then {
    const fn input(self, offer: OfferId) -> Input {
        match self {
            Self::Answers => Input::Answered { offer },
            Self::Declines => Input::Declined { offer },
            Self::Fails(status) => Input::Failed { offer, status },
            Self::Withheld => Input::Withheld { offer },
        }
    }
}

impl Ring {
    /// Everything that the log told of it, and when.
    pub(super) fn told(&self) -> impl Iterator<Item = (Moment, Input)> + use<> {
        let offer = self.offer;
        let rang = self.rang.map(|at| (at, Input::Ringing { offer }));
        let picked_up = self.picked_up.map(|at| (at, Input::PickedUp { offer }));
        let taken = taken(offer, &self.taken);
        rang.into_iter().chain(picked_up).chain(taken)
    }
}

/// What the log told of a ring, and when.
const fn taken(offer: OfferId, taken: &Taken) -> Option<(Moment, Input)> {
    match *taken {
        Taken::Answered(at) => Some((at, Then::Answers.input(offer))),
        Taken::Declined(at) => Some((at, Then::Declines.input(offer))),
        Taken::Failed(at, status) => Some((at, Then::Fails(status).input(offer))),
        Taken::Withheld(at) => Some((at, Then::Withheld.input(offer))),
        Taken::Unknown(_) | Taken::Missed => None,
    }
}
