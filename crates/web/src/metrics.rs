//! Figures for Prometheus: `trunkline_facts_total{type}`, `trunkline_calls_refused_total{cause}`,
//! `trunkline_dial_denied_total{cause}`, `trunkline_dial_failed_total{trunk}`, `trunkline_route_answers_total{outcome}`, `trunkline_trunk_changes_total{trunk,state}`, `trunkline_live_calls`, `trunkline_agents{state}`,
//! `trunkline_queue_waiting{queue}`, `trunkline_queue_longest_wait_seconds{queue}`, `trunkline_queue_{offered,answered,
//! answered_in_time,abandoned,abandoned_in_time,short_abandons,led_elsewhere,turned_away,resumed}_total{queue}`,
//! `trunkline_api_requests_limited_total`, `trunkline_event_streams`, `trunkline_event_streams_cut_total`, `trunkline_http_connections_refused_total`,
//! `trunkline_http_requests_total{method,route,status}` and `trunkline_http_request_seconds`. Other crates add theirs through the same facade.
//!
//! Invariant: labels come from bounded sets (a route is a template of the API, never a path that somebody typed; causes are
//! the engine's words, trunks those of the configuration).

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use model::service_level::Bounds;
use model::{Became, Counted, Fact, ServiceCounts};

use crate::app::App;
use crate::auth::principal::now;
use crate::view::View;

/// States of agents, so that a state that nobody is in reads 0 and not the last figure.
const AGENT_STATES: [&str; 7] = [
    "offline",
    "not_ready",
    "ready",
    "reserved",
    "ringing",
    "talking",
    "wrap_up",
];

/// Counts a fact, and by its cause what an operator wants to know the cause of.
pub(crate) fn count(fact: &Fact) {
    metrics::counter!("trunkline_facts_total", "type" => fact.name()).increment(1);
    if let Fact::CallRefused { cause, .. } = fact {
        metrics::counter!("trunkline_calls_refused_total", "cause" => cause.clone()).increment(1);
    }
    if let Fact::DialDenied { cause, .. } = fact {
        metrics::counter!("trunkline_dial_denied_total", "cause" => cause.clone()).increment(1);
    }
    if let Fact::RouteAnswered { routed, .. } = fact {
        let outcome = routed.outcome.name();
        metrics::counter!("trunkline_route_answers_total", "outcome" => outcome).increment(1);
    }
    if let Fact::DialFailed { trunk, .. } = fact {
        metrics::counter!("trunkline_dial_failed_total", "trunk" => trunk.clone()).increment(1);
    }
    if let Fact::TrunkStateChanged { trunk, state, .. } = fact {
        metrics::counter!("trunkline_trunk_changes_total", "trunk" => trunk.clone(), "state" => state.clone())
            .increment(1);
    }
}

/// Counts what became of a caller, by its queue, so that each service level is a quotient of two rates (D24).
pub(crate) fn count_caller(counted: &Counted, bounds: Bounds) {
    let mut counts = ServiceCounts::default();
    counted.became.count(&mut counts, bounds);
    let (led_elsewhere, turned_away, resumed) = match counted.became {
        Became::LedElsewhere => (1, 0, 0),
        Became::TurnedAway => (0, 1, 0),
        Became::Resumed { .. } => (0, 0, 1),
        Became::Joined | Became::Answered { .. } | Became::Abandoned { .. } => (0, 0, 0),
    };
    for (name, by) in [
        ("trunkline_queue_offered_total", counts.offered),
        ("trunkline_queue_answered_total", counts.answered),
        (
            "trunkline_queue_answered_in_time_total",
            counts.answered_in_t,
        ),
        ("trunkline_queue_abandoned_total", counts.abandoned),
        (
            "trunkline_queue_abandoned_in_time_total",
            counts.abandoned_in_t,
        ),
        (
            "trunkline_queue_short_abandons_total",
            counts.short_abandons,
        ),
        ("trunkline_queue_led_elsewhere_total", led_elsewhere),
        ("trunkline_queue_turned_away_total", turned_away),
        ("trunkline_queue_resumed_total", resumed),
    ] {
        // Each is there from the first caller on: a rate of what never was would be no figure.
        metrics::counter!(name, "queue" => counted.queue.to_string()).increment(by);
    }
}

/// Who waits in each queue that the configuration has, or has had.
fn tell_waiting(view: &View) {
    let now = now();
    let waiting = view.waiting();
    for name in view.queues() {
        let row = waiting.get(&name).copied().unwrap_or_default();
        let longest_ms = row.oldest.map_or(0, |(since, _)| now.ms_since(since));
        let queue = || name.to_string();
        metrics::gauge!("trunkline_queue_waiting", "queue" => queue()).set(row.waiting);
        metrics::gauge!("trunkline_queue_longest_wait_seconds", "queue" => queue())
            .set(longest_ms as f64 / 1_000.0);
    }
}

/// Where `/metrics` reads.
#[derive(Clone, Debug)]
pub struct MetricsHandle(PrometheusHandle);

impl MetricsHandle {
    /// Makes the recorder of this process; all crates' figures go there. Fails when there is one already.
    pub fn install() -> Result<Self, BuildError> {
        builder().install_recorder().map(Self)
    }

    /// A recorder that nobody else writes to, for tests and tools.
    pub fn detached() -> Self {
        Self(builder().build_recorder().handle())
    }

    /// Gathers what was measured since the last time; without it each measurement stays in memory by itself. `serve` does
    /// so every 5 s.
    pub fn upkeep(&self) {
        self.0.run_upkeep();
    }

    /// All figures in the text format of Prometheus.
    pub fn render(&self) -> String {
        self.upkeep();
        self.0.render()
    }
}

fn builder() -> PrometheusBuilder {
    PrometheusBuilder::new()
}

/// All figures in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation", security(()),
    responses((status = 200, description = "Figures in the text format of Prometheus.", body = String, content_type = "text/plain")))]
pub(crate) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let view = app.view();
    let by_state = view.agents_by_state();
    for state in AGENT_STATES {
        let count = by_state.get(state).copied().unwrap_or(0);
        metrics::gauge!("trunkline_agents", "state" => state).set(figure(count));
    }
    tell_waiting(view);
    metrics::gauge!("trunkline_live_calls").set(figure(view.live_calls()));
    let text = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, text)], app.metrics().render())
}

/// A count as a gauge takes it.
fn figure(count: usize) -> f64 {
    u32::try_from(count).unwrap_or(u32::MAX).into()
}

/// Counts requests.
pub(crate) async fn counted(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = method_word(request.method());
    let route = app.route_of(request.uri().path());
    let response = next.run(request).await;
    metrics::counter!("trunkline_http_requests_total",
        "method" => method, "route" => route.clone(), "status" => response.status().as_u16().to_string())
    .increment(1);
    metrics::histogram!("trunkline_http_request_seconds", "route" => route)
        .record(begun.elapsed().as_secs_f64());
    response
}

/// A method of ours, or `other`: a client may send any word.
fn method_word(method: &Method) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        .into_iter()
        .find(|word| method.as_str() == *word)
        .unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Memory of this process in KiB, as Linux tells it.
    fn resident_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let digits = line.unwrap().trim().trim_end_matches(" kB");
        digits.parse().unwrap()
    }

    #[test]
    fn s8_memory_does_not_grow_with_what_is_measured() {
        let recorder = builder().build_recorder();
        let handle = MetricsHandle(recorder.handle());
        let measure = |times: u32| {
            for n in 0..times {
                metrics::with_local_recorder(&recorder, || {
                    metrics::histogram!("measured_seconds").record(f64::from(n % 100));
                });
            }
            handle.upkeep();
        };
        measure(50_000);
        let before = resident_kib();
        for _ in 0..80 {
            measure(50_000);
        }
        // Four million numbers of 8 bytes and more.
        let grown = resident_kib().saturating_sub(before);
        assert!(grown < 16 * 1024, "{grown} KiB");
    }
}
