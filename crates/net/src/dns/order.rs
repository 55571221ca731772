//! The rules of RFC 3263 §4.1 and RFC 2782 that need no network: which services count, and in which order.

use sip::{Target, Transport};

use super::records::{Naptr, Srv};

/// The service field of NAPTR records (RFC 3263 §4.1, RFC 7118 §8), and the carrier that it means.
const NAPTR_SERVICES: [(&str, Transport); 5] = [
    ("SIPS+D2T", Transport::Tls),
    ("SIP+D2T", Transport::Tcp),
    ("SIP+D2U", Transport::Udp),
    ("SIP+D2W", Transport::Ws),
    ("SIPS+D2W", Transport::Wss),
];

/// Without NAPTR records these are asked, in our order (RFC 3263 §4.1: any that the server supports).
const SRV_SERVICES: [(&str, Transport); 3] = [
    ("_sip._udp", Transport::Udp),
    ("_sip._tcp", Transport::Tcp),
    ("_sips._tcp", Transport::Tls),
];

/// A service: by which carrier, and the name of its SRV records.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Service {
    pub(super) transport: Transport,
    pub(super) name: String,
}

/// The carrier that a target's URI names, or the default one of its scheme.
pub(super) fn transport(target: &Target) -> Transport {
    match (target.is_secure, target.transport) {
        (true, Some(Transport::Ws | Transport::Wss)) => Transport::Wss,
        // RFC 3261 §26.2.2: `sips` with `transport=tcp` is TLS.
        (true, None | Some(Transport::Udp | Transport::Tcp | Transport::Tls)) => Transport::Tls,
        (false, Some(transport)) => transport,
        (false, None) => Transport::Udp,
    }
}

/// The SRV name for a carrier that is given (RFC 3263 §4.2).
pub(super) fn service(transport: Transport, host: &str) -> Service {
    let prefix = match transport {
        Transport::Udp => "_sip._udp",
        Transport::Tcp => "_sip._tcp",
        Transport::Tls => "_sips._tcp",
        Transport::Ws => "_sip._ws",
        Transport::Wss => "_sips._ws",
    };
    Service {
        transport,
        name: format!("{prefix}.{host}"),
    }
}

/// What is asked where there are no NAPTR records that we can use.
pub(super) fn default_services(
    target: &Target,
    speaks: impl Fn(Transport) -> bool,
) -> Vec<Service> {
    let counts =
        |transport: Transport| speaks(transport) && (transport.is_secure() || !target.is_secure);
    let rows = SRV_SERVICES.iter();
    rows.filter(|(_, transport)| counts(*transport))
        .map(|(prefix, transport)| Service {
            transport: *transport,
            name: format!("{prefix}.{}", target.host),
        })
        .collect()
}

/// The services of NAPTR records that we can use, in order; the rest is as if it were not there.
pub(super) fn services(
    mut records: Vec<Naptr>,
    is_secure: bool,
    speaks: impl Fn(Transport) -> bool,
) -> Vec<Service> {
    records.sort_by_key(|record| (record.order, record.preference));
    let of = |record: Naptr| {
        let row = NAPTR_SERVICES
            .iter()
            .find(|(word, _)| record.services.eq_ignore_ascii_case(word));
        let transport = row.map(|(_, transport)| *transport)?;
        // RFC 3263 §4.1: flag `s`, no regular expression; with `sips` only services within TLS.
        let counts = record.flags.eq_ignore_ascii_case("s")
            && !record.has_regexp
            && !record.replacement.is_empty()
            && speaks(transport)
            && (transport.is_secure() || !is_secure);
        counts.then_some(Service {
            transport,
            name: record.replacement,
        })
    };
    records.into_iter().filter_map(of).collect()
}

/// RFC 2782: by priority, within one priority drawn by weight. A record without a port or a target is none.
pub(super) fn drawn(mut records: Vec<Srv>, seed: u64) -> Vec<Srv> {
    let mut draw = Draw(seed);
    records.retain(|record| record.port != 0 && !record.target.is_empty());
    // Weight 0 first: it is drawn when nothing else is left, or by a zero.
    records.sort_by_key(|record| (record.priority, record.weight));
    let mut order = Vec::with_capacity(records.len());
    while let Some(first) = records.first() {
        let priority = first.priority;
        let ahead = records
            .iter()
            .take_while(|record| record.priority == priority);
        let sum = ahead.map(|record| u64::from(record.weight)).sum();
        let point = draw.up_to(sum);
        let mut running = 0_u64;
        let at = records.iter().position(|record| {
            running = running.saturating_add(record.weight.into());
            running >= point
        });
        order.push(records.remove(at.unwrap_or_default()));
    }
    order
}

/// Does it say that the service is not there (RFC 2782: a single record whose target is the root)?
pub(super) fn is_denied(records: &[Srv]) -> bool {
    matches!(records, [only] if only.target.is_empty())
}

/// A name under `.invalid`, which means nothing anywhere (RFC 2606 §2, RFC 7118 §5.2).
pub(super) fn is_invalid(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = host.rsplit('.').next();
    last.is_some_and(|last| last.eq_ignore_ascii_case("invalid"))
}

/// Numbers of a seed (SplitMix64): nobody gains by guessing which of a carrier's servers is tried first.
struct Draw(u64);

impl Draw {
    /// From 0 to `max`, both included.
    fn up_to(&mut self, max: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        max.checked_add(1).map_or(mixed, |span| mixed % span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naptr(order: u16, preference: u16, services: &str, replacement: &str) -> Naptr {
        Naptr {
            order,
            preference,
            flags: "s".into(),
            services: services.into(),
            has_regexp: false,
            replacement: replacement.into(),
        }
    }

    fn srv(priority: u16, weight: u16, target: &str) -> Srv {
        Srv {
            priority,
            weight,
            port: 5060,
            target: target.into(),
        }
    }

    fn no_web_socket(transport: Transport) -> bool {
        !transport.is_web_socket()
    }

    fn names(services: &[Service]) -> Vec<&str> {
        services
            .iter()
            .map(|service| service.name.as_str())
            .collect()
    }

    #[test]
    fn rfc3263_4_1_services_by_order_and_preference_and_only_what_we_speak() {
        let records = || {
            vec![
                naptr(50, 50, "SIP+D2T", "tcp"),
                naptr(10, 50, "SIP+D2S", "sctp"),
                naptr(50, 10, "sips+d2t", "tls"),
                naptr(90, 50, "SIP+D2U", "udp"),
                naptr(20, 50, "SIP+D2W", "ws"),
                naptr(5, 5, "E2U+sip", "enum"),
                naptr(5, 6, "SIP+D2U", ""),
                Naptr {
                    flags: "u".into(),
                    ..naptr(1, 1, "SIP+D2U", "uri")
                },
                Naptr {
                    has_regexp: true,
                    ..naptr(1, 2, "SIP+D2U", "regexp")
                },
            ]
        };
        let all = services(records(), false, no_web_socket);
        assert_eq!(names(&all), ["tls", "tcp", "udp"]);
        assert_eq!(names(&services(records(), true, no_web_socket)), ["tls"]);
        let speaks = |transport| transport == Transport::Udp;
        assert_eq!(names(&services(records(), false, speaks)), ["udp"]);
        assert_eq!(
            names(&services(records(), false, |_| true)),
            ["ws", "tls", "tcp", "udp"]
        );
    }

    #[test]
    fn rfc3263_4_1_without_naptr_each_carrier_is_asked_and_sips_asks_tls_alone() {
        let mut target = Target {
            host: "example.com".into(),
            port: None,
            transport: None,
            is_secure: false,
        };
        let asked = default_services(&target, no_web_socket);
        assert_eq!(
            names(&asked),
            [
                "_sip._udp.example.com",
                "_sip._tcp.example.com",
                "_sips._tcp.example.com"
            ]
        );
        target.is_secure = true;
        let asked = default_services(&target, no_web_socket);
        assert_eq!(names(&asked), ["_sips._tcp.example.com"]);
    }

    #[test]
    fn rfc3261_26_sips_is_tls_whatever_the_parameter() {
        for (is_secure, named, meant) in [
            (false, None, Transport::Udp),
            (false, Some(Transport::Tcp), Transport::Tcp),
            (false, Some(Transport::Tls), Transport::Tls),
            (true, None, Transport::Tls),
            (true, Some(Transport::Udp), Transport::Tls),
            (true, Some(Transport::Tcp), Transport::Tls),
            (true, Some(Transport::Ws), Transport::Wss),
        ] {
            let target = Target {
                host: "example.com".into(),
                port: None,
                transport: named,
                is_secure,
            };
            assert_eq!(transport(&target), meant, "{is_secure} {named:?}");
        }
    }

    #[test]
    fn rfc2782_priority_rules_and_weights_are_shares() {
        let records = || {
            vec![
                srv(20, 0, "spare"),
                srv(10, 1, "small"),
                srv(10, 3, "big"),
                srv(10, 0, "zero"),
                Srv {
                    port: 0,
                    ..srv(1, 1, "no port")
                },
            ]
        };
        let mut first = [0_u32; 3];
        for seed in 0..10_000 {
            let order = drawn(records(), seed);
            assert_eq!(order.len(), 4);
            assert_eq!(order[3].target, "spare", "its priority is the last");
            let place = ["zero", "small", "big"]
                .iter()
                .position(|name| *name == order[0].target);
            first[place.unwrap()] += 1;
        }
        // Points 0 to 4: one for zero, one for small, three for big.
        for (count, share) in first.iter().zip([1_u32, 1, 3]) {
            assert!(count.abs_diff(share * 2_000) < 300, "{first:?}");
        }
        assert_eq!(drawn(records(), 7), drawn(records(), 7), "a seed, an order");
    }

    #[test]
    fn rfc2782_a_root_target_is_a_no() {
        assert!(is_denied(&[srv(0, 0, "")]));
        assert!(!is_denied(&[srv(0, 0, ""), srv(0, 0, "a")]));
        assert!(!is_denied(&[]));
        assert_eq!(drawn(vec![srv(0, 0, "")], 0), []);
    }

    #[test]
    fn names_under_invalid_are_known() {
        for (host, is) in [
            ("df7jal23ls0d.invalid", true),
            ("a.INVALID.", true),
            ("invalid", true),
            ("invalid.example", false),
            ("notinvalid", false),
        ] {
            assert_eq!(is_invalid(host), is, "{host}");
        }
    }
}
