//! Whom a bound is kept for: one host of IPv4, one /64 of IPv6 (S7, S9, G9).
//!
//! A household or a rented machine has a /64 of IPv6 to itself: bounds by address would bound nothing there.

use std::net::{IpAddr, Ipv4Addr};

/// Where strangers' messages come from, as far as they can be told apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Source {
    /// The host; an IPv4 address inside IPv6 is one of these.
    Ipv4(Ipv4Addr),
    /// The upper 64 bits.
    Ipv6([u16; 4]),
}

impl Source {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(host) => Source::Ipv4(host),
            IpAddr::V6(host) => {
                let [a, b, c, d, ..] = host.segments();
                Source::Ipv6([a, b, c, d])
            }
        }
    }

    /// The host, or the first address of the /64.
    pub(crate) fn address(self) -> IpAddr {
        match self {
            Source::Ipv4(host) => IpAddr::V4(host),
            Source::Ipv6([a, b, c, d]) => IpAddr::from([a, b, c, d, 0, 0, 0, 0]),
        }
    }

    /// Four bytes of IPv4 or eight of IPv6: no two sources have the same.
    pub(crate) fn bytes(self) -> Vec<u8> {
        match self {
            Source::Ipv4(host) => host.octets().to_vec(),
            Source::Ipv6(prefix) => prefix.iter().flat_map(|part| part.to_be_bytes()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s9_a_source_is_a_host_of_ipv4_or_a_64_of_ipv6() {
        let rows = [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true),
            ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
        ];
        for (one, other, same) in rows {
            let source = |text: &str| Source::of(text.parse().unwrap());
            let (one_source, other_source) = (source(one), source(other));
            assert_eq!(one_source == other_source, same, "{one} {other}");
            let same_bytes = one_source.bytes() == other_source.bytes();
            assert_eq!(same_bytes, same, "{one} {other}");
        }
    }
}
