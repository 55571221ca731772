//! Numbers and addresses as text, written by hand: each message that we send has a dozen, and the standard formatter takes
//! ten times as long for one. Digits, dots, colons and brackets only, so nothing here can end a header line.

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};

/// `255.255.255.255:65535`
const SOCKET_BYTES_USUAL: usize = 21;

/// Digits of the greatest number.
const DIGITS_MAX: usize = 20;

/// A decimal number.
pub(super) fn number(out: &mut Vec<u8>, mut value: u64) {
    if let (Ok(digit), true) = (u8::try_from(value), value < 10) {
        return out.push(b'0'.saturating_add(digit));
    }
    let mut digits = [b'0'; DIGITS_MAX];
    let mut first = DIGITS_MAX;
    for place in digits.iter_mut().rev() {
        *place = place.saturating_add(u8::try_from(value % 10).unwrap_or_default());
        first = first.saturating_sub(1);
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(first..).unwrap_or_default());
}

/// An IP address, without brackets.
pub(super) fn ip(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(address) => {
            let [first, rest @ ..] = address.octets();
            number(out, first.into());
            for octet in rest {
                out.push(b'.');
                number(out, octet.into());
            }
        }
        // Writing to a vector cannot fail.
        IpAddr::V6(address) => drop(write!(out, "{address}")),
    }
}

/// `host:port` as in URIs and in Via, IPv6 in brackets.
pub(crate) fn socket(address: SocketAddr) -> String {
    if address.is_ipv6() {
        return address.to_string();
    }
    let mut out = Vec::with_capacity(SOCKET_BYTES_USUAL);
    ip(&mut out, address.ip());
    out.push(b':');
    number(&mut out, address.port().into());
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_standard_formatter_writes_them() {
        for value in [0, 7, 10, 99, 100, 4_294_967_296, u64::MAX] {
            let mut out = Vec::new();
            number(&mut out, value);
            assert_eq!(out, value.to_string().into_bytes());
        }
        for text in [
            "0.0.0.0:0",
            "192.0.2.10:5060",
            "255.255.255.255:65535",
            "[2001:db8::1]:5061",
        ] {
            let address: SocketAddr = text.parse().unwrap();
            assert_eq!(socket(address), text);
            let mut out = Vec::new();
            ip(&mut out, address.ip());
            assert_eq!(out, address.ip().to_string().into_bytes());
        }
    }
}
