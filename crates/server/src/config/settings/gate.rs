//! `[limits.gate]`: how many SIP messages a second pass the gate before anything of them is read (S9).

use std::num::NonZeroU32;

use net::{GateLimits, Rate};
use serde::Deserialize;

/// `[limits.gate]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Gate {
    /// For one source that nobody knows, a second: an IPv4 host, an IPv6 /64.
    source_per_s: NonZeroU32,
    /// At once, after a pause.
    source_burst: NonZeroU32,
    /// For all unknown sources together, a second and at once: for datagrams, and as much again on connections.
    strangers_per_s: NonZeroU32,
    /// New connections of one unknown source, a second.
    connections_per_s: NonZeroU32,
    /// At once, after a pause.
    connections_burst: NonZeroU32,
    /// For one registered phone, a second.
    phone_per_s: NonZeroU32,
    /// At once, after a pause.
    phone_burst: NonZeroU32,
    /// For one network of a carrier, a second; twice as many at once.
    carrier_per_s: NonZeroU32,
    /// Unknown sources that are told apart at one time.
    sources_max: usize,
    /// Registered phones that have a budget of their own.
    phones_max: usize,
    /// Networks of carriers that have one.
    carriers_max: usize,
    /// Rows of the table of what was refused.
    refusals_max: usize,
}

impl Default for Gate {
    fn default() -> Self {
        let limits = GateLimits::default();
        let least_one = |figure| NonZeroU32::new(figure).unwrap_or(NonZeroU32::MIN);
        Self {
            source_per_s: least_one(limits.per_source.per_second),
            source_burst: least_one(limits.per_source.burst),
            strangers_per_s: least_one(limits.strangers.per_second),
            connections_per_s: least_one(limits.connections.per_second),
            connections_burst: least_one(limits.connections.burst),
            phone_per_s: least_one(limits.phone.per_second),
            phone_burst: least_one(limits.phone.burst),
            carrier_per_s: least_one(limits.carrier.per_second),
            sources_max: limits.sources_max,
            phones_max: limits.phones_max,
            carriers_max: limits.carriers_max,
            refusals_max: limits.refusals_max,
        }
    }
}

impl Gate {
    /// As the sockets take them.
    pub(crate) fn limits(&self) -> GateLimits {
        let rate = |per_second: NonZeroU32, burst: NonZeroU32| Rate {
            per_second: per_second.get(),
            burst: burst.get(),
        };
        let twice = self.carrier_per_s.saturating_add(self.carrier_per_s.get());
        GateLimits {
            per_source: rate(self.source_per_s, self.source_burst),
            strangers: rate(self.strangers_per_s, self.strangers_per_s),
            connections: rate(self.connections_per_s, self.connections_burst),
            phone: rate(self.phone_per_s, self.phone_burst),
            carrier: rate(self.carrier_per_s, twice),
            sources_max: self.sources_max,
            phones_max: self.phones_max,
            carriers_max: self.carriers_max,
            refusals_max: self.refusals_max,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_sockets_and_each_key_counts() {
        assert_eq!(Gate::default().limits(), GateLimits::default());
        let keys = "source_per_s = 1\nsource_burst = 2\nstrangers_per_s = 3\nphone_per_s = 4\nphone_burst = 5\n\
                    carrier_per_s = 6\nsources_max = 7\nphones_max = 8\ncarriers_max = 9\nrefusals_max = 10\n\
                    connections_per_s = 11\nconnections_burst = 12\n";
        let rate = |per_second, burst| Rate { per_second, burst };
        let expected = GateLimits {
            per_source: rate(1, 2),
            strangers: rate(3, 3),
            connections: rate(11, 12),
            phone: rate(4, 5),
            carrier: rate(6, 12),
            sources_max: 7,
            phones_max: 8,
            carriers_max: 9,
            refusals_max: 10,
        };
        let read: Gate = toml::from_str(keys).unwrap();
        assert_eq!(read.limits(), expected);
        assert!(toml::from_str::<Gate>("source_per_s = 0").is_err());
    }
}
