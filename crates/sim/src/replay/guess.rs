//! What the log cannot know, drawn from what it knows of others on the same day.
//!
//! A caller's patience beyond what he was seen to wait comes from his queue's curve (`kaplan_meier`), his talk from his
//! queue's talks, an agent's way with a ring from his own rings, and what he says while he files from his own filing.
//! Who has none of his own is given anybody's. The same seed draws the same for the same caller, whatever the
//! configuration, so that two of them are compared on one and the same day.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{AgentId, CallId, QueueName};

use super::story::{Filing, Ring, Story, Taken};
use crate::kaplan_meier::Survival;
use crate::random::{Random, Stream};

/// How an agent took a ring: after how long it rang, and what he did after how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub(super) rang: Option<Duration>,
    pub(super) then: Option<(Duration, Then)>,
}

/// What an agent does with a ring; to let it ring is to do nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Answers,
    Declines,
    Fails(u16),
    Withheld,
}

/// Values of a queue or an agent, and those of all.
#[derive(Debug)]
struct Pool<K, V> {
    of: BTreeMap<K, Vec<V>>,
    all: Vec<V>,
}

impl<K: Ord, V: Clone> Pool<K, V> {
    const fn new() -> Self {
        Self {
            of: BTreeMap::new(),
            all: Vec::new(),
        }
    }

    fn add(&mut self, key: K, value: V) {
        self.of.entry(key).or_default().push(value.clone());
        self.all.push(value);
    }

    fn draw(&self, key: &K, random: &mut Random) -> Option<&V> {
        let values = self.of.get(key).unwrap_or(&self.all);
        values.get(random.below(values.len()))
    }
}

/// See the file's head.
#[derive(Debug)]
pub(super) struct Guess {
    patience: BTreeMap<QueueName, Survival>,
    patience_of_all: Survival,
    talks: Pool<QueueName, Duration>,
    manners: Pool<AgentId, Manner>,
    filing: Pool<AgentId, Vec<Filing>>,
}

impl Guess {
    /// From the stories of a day that is known up to `horizon`.
    pub(super) fn of<'a>(stories: impl Iterator<Item = &'a Story>, horizon: Duration) -> Self {
        let mut waits: BTreeMap<QueueName, Vec<(Duration, bool)>> = BTreeMap::new();
        let (mut talks, mut manners, mut filing) = (Pool::new(), Pool::new(), Pool::new());
        for stage in stories.flat_map(|story| &story.stages) {
            if stage.is_on_the_line() {
                let of_queue = waits.entry(stage.home.clone()).or_default();
                of_queue.push(stage.waited(horizon));
            }
            if let Some((agent, talk)) = stage.talked() {
                talks.add(stage.home.clone(), talk);
                let said = stage.talk().map(|talk| talk.filing.clone());
                filing.add(agent, said.unwrap_or_default());
            }
            for (agent, rings) in &stage.rings {
                let known = rings.iter().filter_map(known);
                known.for_each(|manner| manners.add(*agent, manner));
            }
        }
        let all: Vec<_> = waits.values().flatten().copied().collect();
        let curves = waits.into_iter();
        Self {
            patience: curves
                .map(|(queue, waits)| (queue, Survival::of(waits)))
                .collect(),
            patience_of_all: Survival::of(all),
            talks,
            manners,
            filing,
        }
    }

    /// The curve of a queue's callers; of all where nobody of it hung up.
    pub(super) fn patience(&self, queue: &QueueName) -> &Survival {
        let own = self.patience.get(queue).filter(|curve| !curve.is_empty());
        own.unwrap_or(&self.patience_of_all)
    }

    /// How long a caller waits who was seen to wait so long; `None`: longer than anybody who hung up.
    pub(super) fn waits(
        &self,
        queue: &QueueName,
        seen: Duration,
        random: &mut Random,
    ) -> Option<Duration> {
        self.patience(queue).beyond(seen, random.uniform())
    }

    /// How long a caller of this queue talks.
    pub(super) fn talk(&self, queue: &QueueName, random: &mut Random) -> Duration {
        let talk = self.talks.draw(queue, random);
        // Nobody talked on this day: as in a scenario that says nothing.
        talk.copied().unwrap_or(Duration::from_secs(180))
    }

    /// How an agent takes a ring of which it is known that he did nothing for so long.
    pub(super) fn manner(&self, agent: AgentId, seen: Duration, random: &mut Random) -> Manner {
        const TRIES: usize = 32;
        let nothing = Manner {
            rang: Some(Duration::ZERO),
            then: None,
        };
        let fits = |manner: &&Manner| manner.then.is_none_or(|(after, _)| after >= seen);
        let mut drawn = (0..TRIES).filter_map(|_| self.manners.draw(&agent, random));
        drawn.find(fits).copied().unwrap_or(nothing)
    }

    /// What an agent says while he files.
    pub(super) fn filing(&self, agent: AgentId, random: &mut Random) -> &[Filing] {
        let filing = self.filing.draw(&agent, random);
        filing.map_or(&[], Vec::as_slice)
    }
}

/// The lots of one caller, or of one agent's ring for him: whatever else is drawn does not move them.
pub(super) fn lots(seed: u64, call: CallId, of: usize) -> Random {
    Random::new(seed ^ call.get().rotate_left(17), Stream::Callers(of))
}

/// How a ring was taken, where that is known to its end.
pub(super) fn known(ring: &Ring) -> Option<Manner> {
    let (made, _) = ring.made;
    let after = |(at, _): (Duration, u64)| at.saturating_sub(made);
    let then = match ring.taken {
        Taken::Unknown(_) => return None,
        Taken::Answered(at) => Some((after(at), Then::Answers)),
        Taken::Declined(at) => Some((after(at), Then::Declines)),
        Taken::Failed(at, status) => Some((after(at), Then::Fails(status))),
        Taken::Withheld(at) => Some((after(at), Then::Withheld)),
        Taken::Missed => None,
    };
    Some(Manner {
        rang: ring.rang.map(after),
        then,
    })
}

/// How long it is known that an agent did nothing with a ring that was taken back.
pub(super) fn seen(ring: &Ring) -> Duration {
    match ring.taken {
        Taken::Unknown(Some(at)) => at.saturating_sub(ring.made.0),
        Taken::Unknown(None)
        | Taken::Answered(_)
        | Taken::Declined(_)
        | Taken::Failed(_, _)
        | Taken::Withheld(_)
        | Taken::Missed => Duration::ZERO,
    }
}
