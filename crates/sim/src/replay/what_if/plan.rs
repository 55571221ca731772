//! What is known of a day before it is played: what happened whatever the distribution did, who comes, and what was in hand
//! when the day began.

use std::time::Duration;

use model::fact::QueueExit;
use model::{AgentId, CallId};

use super::super::guess;
use super::super::story::{Filing, Ring, Stage};
use super::{Event, Live, WhatIf};

impl<'a> WhatIf<'a> {
    /// What is known before anything happens.
    pub(super) fn plan(&mut self) {
        let (day, from) = (self.day, self.now);
        for (number, (at, _)) in day.given.iter().enumerate() {
            self.put(*at, Event::Given(number));
        }
        for (call, story) in &day.stories {
            let mut before_is_over = true;
            for (number, stage) in story.stages.iter().enumerate() {
                if stage.joined.0 >= from {
                    if before_is_over {
                        self.put(stage.joined, Event::Enters(*call, number));
                    }
                    break;
                }
                before_is_over = self.resume(*call, number, stage);
            }
        }
    }

    /// Takes up a stage that began before the day; whether it was over by then.
    fn resume(&mut self, call: CallId, number: usize, stage: &'a Stage) -> bool {
        let from = self.now;
        if stage.waits_at(from) {
            self.live.insert(call, Live::at(number, stage.joined.0));
            for (agent, rings) in &stage.rings {
                let before = rings.iter().filter(|ring| ring.made.0 < from);
                self.ring_on(call, *agent, before);
            }
            self.expect(call, number, stage);
            return false;
        }
        let Some(talk) = stage.talk() else {
            return true;
        };
        match talk.ended {
            Some((ended, _)) if ended < from => {
                let later = talk.filing.iter().filter(|said| ended + said.after >= from);
                let later: Vec<Filing> = later.copied().collect();
                self.files(ended, call, talk.agent, &later);
                true
            }
            ended => {
                let mut live = Live::at(number, stage.joined.0);
                live.talks_with = Some(talk.agent);
                self.live.insert(call, live);
                if let Some(ended) = ended {
                    self.put(ended, Event::TalkOver(call, talk.agent));
                }
                false
            }
        }
    }

    /// Phones that rang for him already ring on.
    fn ring_on<'r>(&mut self, call: CallId, agent: AgentId, rings: impl Iterator<Item = &'r Ring>) {
        let from = self.now;
        for ring in rings {
            if let Some(live) = self.live.get_mut(&call) {
                *live.rung.entry(agent).or_default() += 1;
            }
            for (at, input) in ring.told().filter(|((at, _), _)| *at >= from) {
                self.put(at, Event::told(input));
            }
        }
    }

    /// What is to come of his wait, and of what others do about him.
    pub(super) fn expect(&mut self, call: CallId, number: usize, stage: &'a Stage) {
        let Some(joined) = self.live.get(&call).map(|live| live.joined) else {
            return;
        };
        let after = |at: Duration| joined + at.saturating_sub(stage.joined.0);
        for ((at, order), deed) in &stage.deeds {
            if after(*at) >= self.now {
                self.put((after(*at), *order), Event::told(deed.clone()));
            }
        }
        if let Some(((at, order), cause)) = stage.left.filter(|_| stage.called.is_none()) {
            return self.put((after(at), order), Event::Goes(call, number, cause));
        }
        if !stage.is_on_the_line() {
            return;
        }
        let (seen, _) = stage.waited(self.day.horizon);
        let mut lots = guess::lots(self.rules.seed, call, number);
        if let Some(patience) = self.guess.waits(&stage.home, seen, &mut lots) {
            let gives_up = Event::Goes(call, number, QueueExit::Abandoned);
            self.drawn(joined + patience, gives_up);
        }
    }
}
