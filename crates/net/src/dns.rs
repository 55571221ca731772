//! Names to addresses, RFC 3263: the questions of the engine, walked through by tasks of their own.
//!
//! A question is answered exactly once and within its time, by what was found until then. Bounds (S8): so many questions
//! under way, so many that wait, one more is answered *no answer* at once. Answers are kept as long as their records allow
//! and queries cannot be guessed (random id and port): both by the library, whose home is `lookup`. The system's name
//! servers are read at the start.

mod lookup;
mod order;
mod records;
mod walk;

use core::hash::{BuildHasher, Hasher};
use core::net::SocketAddr;
use core::time::Duration;
use std::collections::hash_map::RandomState;
use std::sync::Arc;

use sip::{Resolve, ResolveError, Transport};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::{debug, warn};

use crate::gate::Gate;
use crate::{SipCounters, SipInbound};
use lookup::Lookup;
use walk::{Reach, Walk};

/// How names are resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DnsConfig {
    /// Name servers; none = the system's.
    pub servers: Vec<SocketAddr>,
    /// Questions under way, and as many that wait; one more is not answered.
    pub queries_max: usize,
    /// Time for one question with all that it takes.
    pub timeout: Duration,
}

impl Default for DnsConfig {
    fn default() -> Self {
        Self {
            servers: Vec::new(),
            queries_max: 256,
            timeout: Duration::from_secs(4),
        }
    }
}

/// The way to the task that resolves.
#[derive(Debug)]
pub(crate) struct Dns {
    questions: mpsc::Sender<Resolve>,
    gate: Arc<Gate>,
    counters: Arc<SipCounters>,
}

/// What each question needs.
#[derive(Clone, Debug)]
struct Desk {
    /// `None` where the system names no servers.
    lookup: Option<Arc<Lookup>>,
    reach: Reach,
    timeout: Duration,
    gate: Arc<Gate>,
    counters: Arc<SipCounters>,
}

impl Dns {
    /// Starts the task. Without name servers everything is answered *no answer*, and a warning says why.
    pub(crate) fn start(
        config: &DnsConfig,
        listeners: &[(Transport, SocketAddr)],
        gate: Arc<Gate>,
        counters: Arc<SipCounters>,
        tasks: &mut JoinSet<()>,
    ) -> Self {
        let queries_max = config.queries_max.max(1);
        let (questions, waiting) = mpsc::channel(queries_max);
        let lookup = Lookup::new(&config.servers, config.timeout);
        let desk = Desk {
            lookup: lookup.map_or_else(without_servers, |lookup| Some(Arc::new(lookup))),
            reach: Reach::of(listeners),
            timeout: config.timeout,
            gate: Arc::clone(&gate),
            counters: Arc::clone(&counters),
        };
        tasks.spawn(answer_all(waiting, queries_max, desk));
        Self {
            questions,
            gate,
            counters,
        }
    }

    /// Asks; never blocks. The answer comes as [`SipInbound::Resolved`].
    pub(crate) fn resolve(&self, resolve: Resolve) {
        let query = resolve.query;
        if self.questions.try_send(resolve).is_err() {
            self.counters.dns_overflow.increment();
            let hops = Err(ResolveError::NoAnswer);
            self.gate.tell(SipInbound::Resolved { query, hops });
        }
    }
}

fn without_servers(error: String) -> Option<Arc<Lookup>> {
    warn!(%error, "no name servers: names of carriers cannot be resolved");
    None
}

async fn answer_all(mut waiting: mpsc::Receiver<Resolve>, queries_max: usize, desk: Desk) {
    // Owned by this task: when it is aborted, its questions end with it.
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            Some(resolve) = waiting.recv(), if under_way.len() < queries_max => {
                under_way.spawn(answer(resolve, desk.clone()));
            }
            Some(_) = under_way.join_next() => {}
            else => return,
        }
    }
}

async fn answer(resolve: Resolve, desk: Desk) {
    let Resolve { query, target } = resolve;
    desk.counters.dns_asked.increment();
    let hops = match &desk.lookup {
        Some(lookup) => {
            let mut walk = Walk::new(lookup.as_ref(), &target, &desk.reach, seed());
            let _late = tokio::time::timeout(desk.timeout, walk.run()).await;
            walk.done()
        }
        None => Err(ResolveError::NoAnswer),
    };
    match &hops {
        Ok(hops) => debug!(host = target.host, ?hops, "name resolved"),
        Err(error) => {
            desk.counters.dns_failed.increment();
            debug!(host = target.host, %error, "name not resolved");
        }
    }
    // An engine that is gone needs no answer.
    let _gone = desk.gate.stream(SipInbound::Resolved { query, hops }).await;
}

/// For the draw by weight alone.
fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}
