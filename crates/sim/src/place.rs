//! Where a phone stands on the virtual network: an address for each, and back.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The engine's address.
pub(crate) const SERVER: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 5_060);
/// Agents live in 10.0.0.0/9 and callers in 10.128.0.0/9, by their numbers.
const AGENTS: u32 = 0x0a00_0000;
const CALLERS: u32 = 0x0a80_0000;
const HALF: u32 = 0x0080_0000;

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// A caller's phone; the number is free for the next one when he has gone.
    Caller(u32),
    /// An agent's phone.
    Agent(u32),
}

impl Place {
    pub(crate) fn ip(self) -> Ipv4Addr {
        let (base, number) = match self {
            Self::Caller(number) => (CALLERS, number),
            Self::Agent(number) => (AGENTS, number),
        };
        Ipv4Addr::from_bits(base + number % HALF)
    }

    pub(crate) fn address(self) -> SocketAddr {
        SocketAddr::new(self.ip().into(), 5_060)
    }

    /// Who lives there, if anybody does.
    pub(crate) fn of(address: SocketAddr) -> Option<Self> {
        let IpAddr::V4(ip) = address.ip() else {
            return None;
        };
        let bits = ip.to_bits();
        match bits & !(HALF - 1) {
            CALLERS => Some(Self::Caller(bits - CALLERS)),
            AGENTS => Some(Self::Agent(bits - AGENTS)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_its_address() {
        for place in [
            Place::Caller(0),
            Place::Caller(HALF - 1),
            Place::Agent(0),
            Place::Agent(99_999),
        ] {
            assert_eq!(Place::of(place.address()), Some(place));
        }
        assert_eq!(Place::of(SERVER), None);
    }
}
