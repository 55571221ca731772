//! Figures of the loops and sockets for `/metrics`, copied once a second from counters that never wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use net::{MediaCounters, SipCounters};

use crate::engine_loop::Gauges;

const EVERY: Duration = Duration::from_secs(1);

/// Copies for ever.
pub(super) async fn keep(
    gauges: Arc<Gauges>,
    sip: Arc<SipCounters>,
    media: Arc<MediaCounters>,
    set_aside: Arc<AtomicU64>,
) {
    loop {
        engine(&gauges);
        metrics::counter!("trunkline_facts_set_aside_total")
            .absolute(set_aside.load(Ordering::Relaxed));
        for (name, value) in sip.all() {
            metrics::counter!("trunkline_sip_total", "event" => name).absolute(value);
        }
        for (name, value) in media.all() {
            metrics::counter!("trunkline_media_total", "event" => name).absolute(value);
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
    for (name, value) in [
        ("trunkline_engine_calls", &gauges.calls),
        ("trunkline_rtp_ports", &gauges.ports),
    ] {
        let value = u32::try_from(value.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
        metrics::gauge!(name).set(f64::from(value));
    }
}
