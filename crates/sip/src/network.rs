//! Networks of addresses, written as `203.0.113.0/24`, `2001:db8::/32` or a single address.
//!
//! An IPv4 address that comes dressed as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address, on both sides: a list cannot be got
//! around by the other family.

use core::str::FromStr;
use std::net::IpAddr;

/// A network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// A text that is no network.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NetworkError {
    /// No address before the slash.
    #[error("expected an IP address, or a network such as 203.0.113.0/24")]
    NoAddress,
    /// The prefix is no number, or too long for the family.
    #[error("expected a prefix of 0 to {max} bits")]
    BadPrefix {
        /// The longest of the family.
        max: u8,
    },
    /// There are bits set beyond the prefix: a typing mistake, most of the time.
    #[error("the address has bits beyond its prefix of {prefix}")]
    HostBits {
        /// The prefix.
        prefix: u8,
    },
}

impl Network {
    /// The network of one host.
    pub fn host(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self {
            address,
            prefix: width(address),
        }
    }

    /// Is that address in it?
    pub fn contains(&self, address: IpAddr) -> bool {
        masked(address.to_canonical(), self.prefix) == Some(self.address)
    }

    /// How many bits it fixes: of two networks that hold an address, the longer prefix is the closer.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError::NoAddress)?;
        let address = address.to_canonical();
        let max = width(address);
        let prefix = match prefix {
            None => max,
            Some(bits) => bits
                .parse()
                .ok()
                .filter(|bits| *bits <= max)
                .ok_or(NetworkError::BadPrefix { max })?,
        };
        if masked(address, prefix) != Some(address) {
            return Err(NetworkError::HostBits { prefix });
        }
        Ok(Self { address, prefix })
    }
}

impl core::fmt::Display for Network {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "{}/{}", self.address, self.prefix)
    }
}

fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The address with what lies beyond the prefix set to 0; `None` when the prefix is of the other family.
fn masked(address: IpAddr, prefix: u8) -> Option<IpAddr> {
    let beyond = u32::from(width(address).checked_sub(prefix)?);
    Some(match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(beyond).unwrap_or(0);
            IpAddr::V4((u32::from(address) & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(beyond).unwrap_or(0);
            IpAddr::V6((u128::from(address) & mask).into())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses_in_either_dress() {
        for (network, address, holds) in [
            ("203.0.113.0/24", "203.0.113.9", true),
            ("203.0.113.0/24", "::ffff:203.0.113.9", true),
            ("203.0.113.0/24", "203.0.114.9", false),
            ("203.0.113.9", "203.0.113.9", true),
            ("0.0.0.0/0", "198.51.100.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:1::5", true),
            ("::/0", "198.51.100.1", false),
            ("::ffff:198.51.100.1", "198.51.100.1", true),
        ] {
            let network: Network = network.parse().unwrap();
            assert_eq!(
                network.contains(address.parse().unwrap()),
                holds,
                "{network} {address}"
            );
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (text, error) in [
            ("carrier", NetworkError::NoAddress),
            ("203.0.113.0/33", NetworkError::BadPrefix { max: 32 }),
            ("2001:db8::/x", NetworkError::BadPrefix { max: 128 }),
            ("203.0.113.9/24", NetworkError::HostBits { prefix: 24 }),
        ] {
            assert_eq!(text.parse::<Network>(), Err(error), "{text}");
        }
    }
}
