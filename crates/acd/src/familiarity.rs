//! Who is familiar to a caller (熟客), by what is known of him and by the rules of his home queue (R57, R65, R67, R68).
//!
//! The owner of the customer comes first, else who talked with him last; of one who has left the house, his team. A person
//! who is here comes before the team of one who is not. Whether that agent is there, and whether he is waited for, is not asked here.

use core::time::Duration;
use std::collections::BTreeSet;

use model::ties::Talk;
use model::{AgentId, QueueName, Ties};

use crate::config::{Sticky, StickyScope};

/// Whom a caller looks for first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Familiar {
    /// This agent.
    Agent(AgentId),
    /// Whoever serves this queue: the first one of an agent who has left (R67).
    Team(QueueName),
}

/// Who is familiar to a caller of the queue `home`. `first_queue` tells where an agent belongs.
pub(crate) fn of(
    ties: &Ties,
    rules: &Sticky,
    home: &QueueName,
    now: Duration,
    first_queue: impl Fn(AgentId) -> Option<QueueName>,
) -> Option<Familiar> {
    let belongs = |agent| {
        ties.gone
            .get(&agent)
            .cloned()
            .or_else(|| first_queue(agent))
    };
    let owner = ties.owner.filter(|owner| match rules.scope {
        StickyScope::Customer => true,
        // R68: an owner is of no queue but his own.
        StickyScope::Queue => belongs(*owner).as_ref() == Some(home),
    });
    let last = last(ties, rules, home, now);
    let is_here = |agent: &AgentId| !ties.gone.contains_key(agent);
    let here = owner.filter(is_here).or(last.filter(is_here));
    let team = || owner.or(last).and_then(|agent| ties.gone.get(&agent));
    here.map(Familiar::Agent)
        .or_else(|| team().cloned().map(Familiar::Team))
}

/// Who is familiar by his talks: of those who talked with him within `max_age` the last, or where nobody follows the one who
/// talked with him first (R65).
fn last(ties: &Ties, rules: &Sticky, home: &QueueName, now: Duration) -> Option<AgentId> {
    let counts = |talk: &&Talk| {
        let of_scope = match rules.scope {
            StickyScope::Customer => true,
            StickyScope::Queue => talk.queue.as_ref() == Some(home),
        };
        of_scope && Duration::from_millis(talk.talk_ms) >= rules.min_talk
    };
    let is_fresh = |talk: &&Talk| now.saturating_sub(talk.since.into()) <= rules.max_age;
    let mut talks = ties.talks.iter().filter(counts);
    if rules.follow {
        return talks.find(is_fresh).map(|talk| talk.agent);
    }
    let fresh = talks.clone().filter(is_fresh).map(|talk| talk.agent);
    let fresh: BTreeSet<AgentId> = fresh.collect();
    let mut agents = talks.rev().map(|talk| talk.agent);
    agents.find(|agent| fresh.contains(agent))
}
