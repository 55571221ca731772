//! A queue as the API tells it: as it stands, its day so far, and its line.

use std::collections::BTreeMap;

use engine::{PlaceReport, QueueReport};
use model::service_level::Bounds;
use model::{AgentId, CallId, Caller, QueueName, ServiceLevel, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::call_body::CallerBody;
use crate::sight::Sight;
use crate::view::{LiveCall, QueueDay, Today, WaitingNow};

/// A queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueBody {
    /// Its name in the configuration.
    #[schema(value_type = String)]
    pub name: QueueName,
    /// Its name by language, for people.
    pub title: BTreeMap<String, String>,
    /// How its agents are chosen.
    pub strategy: &'static str,
    /// The same by language, for people.
    pub strategy_title: BTreeMap<&'static str, &'static str>,
    /// Whether it takes callers in by its hours.
    pub open: bool,
    /// When its hours end or begin; `null`: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub changes_at: Option<Timestamp>,
    /// Callers who wait, those for whom a phone rings included. Who stands in several lines is counted in his home queue alone:
    /// the sum over all queues is the number of people who wait.
    pub waiting: u32,
    /// Callers of other queues who stand in its line too.
    pub also_waiting: u32,
    /// How many stand in its line to be called back.
    pub callbacks: u32,
    /// How long the one who waits longest has waited, in ms; `null` when nobody waits.
    pub longest_wait_ms: Option<u64>,
    /// Whose call that is.
    #[schema(value_type = Option<String>)]
    pub oldest_call: Option<CallId>,
    /// Its agents: `ready`, `ringing`, `talking`, `wrap_up`, `not_ready`, `offline`, `unregistered` (signed in without a phone),
    /// `back_off` (left alone for a while). What nobody is in is absent.
    pub agents: BTreeMap<&'static str, u32>,
    /// What a caller who joins now may expect; `null` while too little is known to say.
    pub estimate: Option<EstimateBody>,
    /// How many of its callers talk or are rung for; `null` without `max_active`.
    pub active: Option<u32>,
    /// Most of them at one time; `null`: no bound.
    pub max_active: Option<u32>,
    /// What became of today's callers.
    pub today: TodayBody,
}

/// How long a caller will wait.
#[derive(Debug, Serialize, ToSchema)]
pub struct EstimateBody {
    /// Half of those who stand as he does wait no longer, in ms.
    pub p50_ms: u64,
    /// Four fifths of them, in ms.
    pub p80_ms: u64,
}

/// What became of a queue's callers. A caller counts once, in the queue that he joined first.
#[derive(Debug, Serialize, ToSchema)]
pub struct TodayBody {
    /// Since when this is counted: midnight of the house's clock; for a moment after a start, until the log has been read, the
    /// start.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Callers who joined.
    pub offered: u64,
    /// Of these, those who reached an agent.
    pub answered: u64,
    /// Of these, those within `threshold_ms`.
    pub answered_in_threshold: u64,
    /// Callers who hung up while they waited, short abandons included.
    pub abandoned: u64,
    /// Of these, those within `threshold_ms`.
    pub abandoned_in_threshold: u64,
    /// Of the abandons, those before `short_abandon_ms`: nobody could have served them (D23).
    pub short_abandons: u64,
    /// Of those who joined, those who were led elsewhere: nobody there any more, waited too long, by a key, or by a supervisor.
    pub led_elsewhere: u64,
    /// Callers who were not let in and so did not join: full, closed, nobody there, or the wait would have been too long.
    pub turned_away: u64,
    /// Half of those who reached an agent waited no longer, in ms, ringing included; `null`: nobody has.
    pub wait_p50_ms: Option<u64>,
    /// Nine tenths of them did, in ms.
    pub wait_p90_ms: Option<u64>,
    /// T of the service levels, in ms: `service_level_s` of the queue.
    pub threshold_ms: u64,
    /// The bound of a short abandon, in ms: `short_abandon_s` of the queue.
    pub short_abandon_ms: u64,
    /// By all four formulas.
    pub service_levels: Vec<ServiceLevelBody>,
    /// The one of them that the queue is judged by: `service_level_formula` of the queue.
    pub service_level: ServiceLevelBody,
}

/// A service level, which is never told without its formula (D24).
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceLevelBody {
    /// `of_answered`, `of_offered`, `with_abandons_in_t`, `without_abandons_in_t`,
    /// `without_short_abandons`.
    pub name: &'static str,
    /// What is divided by what.
    pub formula: &'static str,
    /// T, in ms.
    pub threshold_ms: u64,
    /// 0 to 1; `null` where there is nothing to divide by.
    pub share: Option<f64>,
}

/// A queue with its line.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueDetail {
    /// The queue.
    #[serde(flatten)]
    pub queue: QueueBody,
    /// How many stand in its line: callers of this queue and of others, and those who are to be called back.
    pub line_length: u32,
    /// The first 200 of them, in the order of their places.
    pub line: Vec<PlaceBody>,
}

/// A place in a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceBody {
    /// The call; of a callback the one that will be made.
    #[schema(value_type = String)]
    pub call: CallId,
    /// Which callback it is, as `/v1/callbacks` has it; `null` for somebody on the line.
    #[schema(value_type = Option<String>)]
    pub callback: Option<CallId>,
    /// 1 is next.
    pub position: u32,
    /// `waiting`, `ringing` (an agent's phone rings for him), or `callback` (nobody is on the line).
    pub state: &'static str,
    /// Who waits, or is to be called; without the right to see all calls the middle of his number is hidden.
    pub caller: Option<CallerBody>,
    /// Since when he waits; `null` for a callback.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// Since when he waits by his score, which decides among equals: his head start is part of it.
    #[schema(value_type = String, format = DateTime)]
    pub score_since: Timestamp,
    /// Strictly before all of a lower one.
    pub priority: u8,
    /// His home queue, when it is another one.
    #[schema(value_type = Option<String>)]
    pub home: Option<QueueName>,
    /// He has waited for long because others come strictly first: how many were served before him so.
    pub passed_over: Option<u32>,
    /// Agents whose phones ring for him.
    #[schema(value_type = Vec<String>)]
    pub ringing: Vec<AgentId>,
}

impl QueueBody {
    /// What the engine tells, who waits, and the day, of which `now` is the moment.
    pub fn of(queue: QueueReport, waiting: WaitingNow, today: &Today, now: Timestamp) -> Self {
        let oldest = waiting.oldest;
        let estimate = queue.estimate_ms;
        Self {
            today: TodayBody::of(today, &queue.name),
            name: queue.name,
            title: queue.title,
            strategy: queue.strategy,
            strategy_title: queue.strategy_title,
            open: queue.open,
            changes_at: queue.changes_at,
            waiting: waiting.waiting,
            also_waiting: waiting.also,
            callbacks: queue.callbacks,
            longest_wait_ms: oldest.map(|(since, _)| now.ms_since(since)),
            oldest_call: oldest.map(|(_, call)| call),
            agents: queue.agents,
            estimate: estimate.map(|(p50_ms, p80_ms)| EstimateBody { p50_ms, p80_ms }),
            active: queue.active,
            max_active: queue.max_active,
        }
    }
}

impl TodayBody {
    fn of(today: &Today, queue: &QueueName) -> Self {
        let nothing = QueueDay::default();
        let day = today.queues.get(queue).unwrap_or(&nothing);
        let bounds = today.bounds.get(queue).copied().unwrap_or_default();
        let Bounds { t_ms, short_ms, .. } = bounds;
        let counts = day.counts;
        let level = |level: &ServiceLevel| ServiceLevelBody {
            name: level.name(),
            formula: level.formula(),
            threshold_ms: t_ms,
            share: level.of(&counts),
        };
        Self {
            since: today.since,
            offered: counts.offered,
            answered: counts.answered,
            answered_in_threshold: counts.answered_in_t,
            abandoned: counts.abandoned,
            abandoned_in_threshold: counts.abandoned_in_t,
            short_abandons: counts.short_abandons,
            led_elsewhere: day.led_elsewhere,
            turned_away: day.turned_away,
            wait_p50_ms: day.waits.percentile(0.5),
            wait_p90_ms: day.waits.percentile(0.9),
            threshold_ms: t_ms,
            short_abandon_ms: short_ms,
            service_levels: ServiceLevel::ALL.iter().map(level).collect(),
            service_level: level(&bounds.level),
        }
    }
}

impl PlaceBody {
    /// What the engine tells of a place, and the board of who has it.
    pub fn of(place: &PlaceReport, live: Option<&LiveCall>, is_masked: bool) -> Self {
        let sight = match is_masked {
            true => Sight::Masked,
            false => Sight::Whole,
        };
        let live = live.filter(|_| place.is_here);
        let ringing: Vec<AgentId> = live.map_or_else(Vec::new, |live| {
            live.ringing.iter().map(|(_, id)| *id).collect()
        });
        let called = |(_, number): &(CallId, String)| Caller::new(number, None);
        let caller = live.map(|live| live.caller.clone());
        let caller = caller.or_else(|| place.callback.as_ref().map(called));
        let caller = caller.map(|caller| CallerBody::of(caller, None, sight));
        Self {
            call: place.call,
            callback: place.callback.as_ref().map(|(id, _)| *id),
            position: place.position,
            state: match (place.is_here, ringing.is_empty()) {
                (false, _) => "callback",
                (true, true) => "waiting",
                (true, false) => "ringing",
            },
            caller: match is_masked {
                true => caller.map(CallerBody::nameless),
                false => caller,
            },
            since: live.and_then(|live| live.waiting_since),
            score_since: place.since,
            priority: place.priority,
            home: live
                .filter(|_| !place.is_home)
                .and_then(|live| live.queue.clone()),
            passed_over: live.and_then(|live| live.passed_over),
            ringing,
        }
    }
}
