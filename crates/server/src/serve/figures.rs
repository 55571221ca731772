//! Figures of the loops and sockets for `/metrics`: counters that never wait are copied once a second, what the engine alone
//! knows is asked for every five.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use engine::{Answer, Figures, Question};
use net::{MediaCounters, SipCounters};
use web::QuestionSender;

use crate::engine_loop::Gauges;

const EVERY: Duration = Duration::from_secs(1);
/// The engine is asked at each so many-th time.
const ASKED_EACH: u64 = 5;

/// Where figures come from.
pub(super) struct Figured {
    pub(super) gauges: Arc<Gauges>,
    pub(super) sip: Arc<SipCounters>,
    pub(super) media: Arc<MediaCounters>,
    pub(super) set_aside: Arc<AtomicU64>,
    pub(super) questions: QuestionSender,
}

/// Copies for ever.
pub(super) async fn keep(from: Figured) {
    let mut trunks = BTreeSet::new();
    for round in 0_u64.. {
        engine(&from.gauges);
        metrics::counter!("trunkline_facts_set_aside_total")
            .absolute(from.set_aside.load(Ordering::Relaxed));
        for (name, value) in from.sip.all() {
            metrics::counter!("trunkline_sip_total", "event" => name).absolute(value);
        }
        for (name, value) in from.media.all() {
            metrics::counter!("trunkline_media_total", "event" => name).absolute(value);
        }
        if round % ASKED_EACH == 0
            && let Ok(Answer::Figures(figures)) = from.questions.ask(Question::Figures).await
        {
            signalling(&figures);
            tell_trunks(&figures, &mut trunks);
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn engine(gauges: &Gauges) {
    metrics::counter!("trunkline_engine_turns_total")
        .absolute(gauges.turns.load(Ordering::Relaxed));
    metrics::counter!("trunkline_broken_calls_total")
        .absolute(gauges.broken_calls.load(Ordering::Relaxed));
    metrics::counter!("trunkline_registrations_unkept_total")
        .absolute(gauges.unkept.load(Ordering::Relaxed));
    metrics::counter!("trunkline_route_late_total")
        .absolute(gauges.late_routes.load(Ordering::Relaxed));
    metrics::counter!("trunkline_places_unkept_total")
        .absolute(gauges.unkept_places.load(Ordering::Relaxed));
    for (name, value) in [
        ("trunkline_engine_calls", &gauges.calls),
        ("trunkline_rtp_ports", &gauges.ports),
    ] {
        metrics::gauge!(name).set(figure(value.load(Ordering::Relaxed)));
    }
}

fn signalling(figures: &Figures) {
    count("trunkline_sip_requests_total", "method", &figures.requests);
    count("trunkline_sip_responses_total", "class", &figures.responses);
    count("trunkline_sip_refused_total", "cause", &figures.refused);
    count("trunkline_sip_dropped_total", "cause", &figures.dropped);
    count("trunkline_sip_repeated_total", "way", &figures.repeated);
    for (kind, value) in &figures.alive {
        metrics::gauge!("trunkline_sip_alive", "kind" => *kind).set(figure(*value));
    }
    // A transport that nobody uses any more reads 0 and not the last figure.
    for transport in ["udp", "tcp", "tls", "ws", "wss"] {
        let contacts = figures.contacts.get(transport).copied().unwrap_or(0);
        metrics::gauge!("trunkline_registrations", "transport" => transport).set(figure(contacts));
    }
}

fn count<K: Display>(name: &'static str, label: &'static str, figures: &BTreeMap<K, u64>) {
    for (key, value) in figures {
        metrics::counter!(name, label => key.to_string()).absolute(*value);
    }
}

/// `known` remembers which trunks were told: one that is gone from the configuration reads 0.
fn tell_trunks(figures: &Figures, known: &mut BTreeSet<String>) {
    for name in known.iter() {
        tell_trunk(name, [0.0; 2]);
    }
    for trunk in &figures.trunks {
        known.insert(trunk.name.clone());
        let yes = |holds: bool| f64::from(u8::from(holds));
        let figures = [
            yes(trunk.reach != "down"),
            yes(trunk.registered == Some(true)),
        ];
        tell_trunk(&trunk.name, figures);
    }
}

fn tell_trunk(name: &str, [up, registered]: [f64; 2]) {
    let name = || name.to_owned();
    metrics::gauge!("trunkline_trunk_up", "trunk" => name()).set(up);
    metrics::gauge!("trunkline_trunk_registered", "trunk" => name()).set(registered);
}

fn figure(value: u64) -> f64 {
    f64::from(u32::try_from(value).unwrap_or(u32::MAX))
}
