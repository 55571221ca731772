//! STUN Binding requests on the SIP port over UDP, RFC 5626 §4.4.2 and RFC 5389: a phone keeps its NAT open and learns
//! whether it still has the same address.
//!
//! One request, at most one answer, hardly longer than it: with the headers of IP and UDP at most 1.4 times (G11). What has
//! the magic cookie and is no good request is dropped; what has none is no STUN of ours (a method of SIP may begin with any
//! token character, RFC 4475 §3.1.1.1). No state, no passwords: RFC 5626 §8 asks for none. RFC 3489 is not spoken.

use core::net::{IpAddr, SocketAddr};

use bytes::Bytes;

const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const HEADER_BYTES: usize = 20;
const BINDING_REQUEST: u16 = 0x0001;
const BINDING_INDICATION: u16 = 0x0011;
const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;
const ERROR_CODE: u16 = 0x0009;
const UNKNOWN_ATTRIBUTES: u16 = 0x000a;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
/// RFC 5389 §15: from here on an attribute may be ignored.
const OPTIONAL_FROM: u16 = 0x8000;
/// Attributes that we understand well enough to pass over: credentials, and those of answers.
const KNOWN: [u16; 8] = [
    0x0001, 0x0006, 0x0008, 0x0009, 0x000a, 0x0014, 0x0015, 0x0020,
];
/// Attributes of one request; it is malformed beyond.
const ATTRIBUTES_MAX: usize = 16;

/// What a datagram is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Stun {
    /// Something else.
    Other,
    /// A request and its answer.
    Request(Bytes),
    /// An indication: it has kept the NAT open, and that is all.
    Indication,
    /// No good request.
    Malformed,
}

/// Looks at a datagram that came from `source`.
pub(crate) fn read(datagram: &[u8], source: SocketAddr) -> Stun {
    let Some((header, attributes)) = datagram.split_first_chunk::<HEADER_BYTES>() else {
        return Stun::Other;
    };
    let [t0, t1, l0, l1, c0, c1, c2, c3, id @ ..] = *header;
    if t0 & 0xc0 != 0 || [c0, c1, c2, c3] != MAGIC_COOKIE {
        return Stun::Other;
    }
    let len = usize::from(u16::from_be_bytes([l0, l1]));
    if len != attributes.len() {
        return Stun::Malformed;
    }
    let Some(unknown) = unknown_attributes(attributes) else {
        return Stun::Malformed;
    };
    match u16::from_be_bytes([t0, t1]) {
        BINDING_REQUEST if unknown.is_empty() => {
            Stun::Request(message(BINDING_SUCCESS, id, &mapped(source, id)))
        }
        BINDING_REQUEST => Stun::Request(message(BINDING_ERROR, id, &refusal(&unknown))),
        BINDING_INDICATION => Stun::Indication,
        _ => Stun::Malformed,
    }
}

/// The attributes that we would have to understand and do not; `None` where the attributes run over the end.
fn unknown_attributes(mut rest: &[u8]) -> Option<Vec<u16>> {
    let mut unknown = Vec::new();
    let mut count = 0;
    while !rest.is_empty() {
        let (&[t0, t1, l0, l1], after) = rest.split_first_chunk::<4>()?;
        let len = usize::from(u16::from_be_bytes([l0, l1]));
        // RFC 5389 §15: each value is padded to a multiple of four bytes.
        rest = after.get(len.next_multiple_of(4)..)?;
        let kind = u16::from_be_bytes([t0, t1]);
        if kind < OPTIONAL_FROM && !KNOWN.contains(&kind) {
            unknown.push(kind);
        }
        count += 1;
        if count > ATTRIBUTES_MAX {
            return None;
        }
    }
    Some(unknown)
}

/// RFC 5389 §15.2.
fn mapped(source: SocketAddr, id: [u8; 12]) -> Vec<u8> {
    let mut mask = MAGIC_COOKIE.into_iter().chain(id);
    let [p0, p1] = source.port().to_be_bytes();
    let [m0, m1, ..] = MAGIC_COOKIE;
    let (family, address) = match source.ip() {
        IpAddr::V4(host) => (1, host.octets().to_vec()),
        IpAddr::V6(host) => (2, host.octets().to_vec()),
    };
    let masked = address
        .into_iter()
        .map(|octet| octet ^ mask.next().unwrap_or_default());
    let mut value = vec![0, family, p0 ^ m0, p1 ^ m1];
    value.extend(masked);
    attribute(XOR_MAPPED_ADDRESS, &value)
}

/// RFC 5389 §7.3.1: 420, and what was not understood.
fn refusal(unknown: &[u16]) -> Vec<u8> {
    let names: Vec<u8> = unknown.iter().flat_map(|kind| kind.to_be_bytes()).collect();
    let mut attributes = attribute(ERROR_CODE, &[0, 0, 4, 20]);
    attributes.extend(attribute(UNKNOWN_ATTRIBUTES, &names));
    attributes
}

fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let len = u16::try_from(value.len()).unwrap_or(u16::MAX);
    let mut bytes = [kind.to_be_bytes(), len.to_be_bytes()].concat();
    bytes.extend_from_slice(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn message(kind: u16, id: [u8; 12], attributes: &[u8]) -> Bytes {
    let len = u16::try_from(attributes.len()).unwrap_or(u16::MAX);
    let mut bytes = [kind.to_be_bytes(), len.to_be_bytes()].concat();
    bytes.extend_from_slice(&MAGIC_COOKIE);
    bytes.extend_from_slice(&id);
    bytes.extend_from_slice(attributes);
    bytes.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The transaction of the examples of RFC 5769 §2.
    const ID: [u8; 12] = *b"\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae";

    fn request(kind: u16, attributes: &[u8]) -> Vec<u8> {
        message(kind, ID, attributes).to_vec()
    }

    #[test]
    fn rfc5769_the_mapped_address_of_the_sample_answers() {
        // §2.2 and §2.3: the attribute as it stands there.
        for (source, value) in [
            ("192.0.2.1:32853", &b"\x00\x01\xa1\x47\xe1\x12\xa6\x43"[..]),
            (
                "[2001:db8:1234:5678:11:2233:4455:6677]:32853",
                b"\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9",
            ),
        ] {
            let Stun::Request(answer) =
                read(&request(BINDING_REQUEST, b""), source.parse().unwrap())
            else {
                panic!("no answer");
            };
            let expected = request(BINDING_SUCCESS, &attribute(XOR_MAPPED_ADDRESS, value));
            assert_eq!(answer, expected, "{source}");
            // G11, with 8 bytes of UDP and the header of IP.
            let ip = if source.starts_with('[') { 40 } else { 20 };
            let times = (answer.len() + 8 + ip) as f64 / (HEADER_BYTES + 8 + ip) as f64;
            assert!(times < 1.4, "{times}");
        }
    }

    #[test]
    fn rfc5389_attributes_that_must_be_understood_are_refused_and_others_passed_over() {
        let source = "192.0.2.1:5060".parse().unwrap();
        let username = attribute(0x0006, b"abc");
        let software = attribute(0x8022, b"phone");
        let fingerprint = attribute(0x8028, b"\xc0\x7d\x4c\x96");
        let harmless = [username, software, fingerprint].concat();
        let Stun::Request(answer) = read(&request(BINDING_REQUEST, &harmless), source) else {
            panic!("no answer");
        };
        assert_eq!(answer[..2], BINDING_SUCCESS.to_be_bytes());
        let change = attribute(0x0003, &[0, 0, 0, 6]);
        let Stun::Request(answer) = read(&request(BINDING_REQUEST, &change), source) else {
            panic!("no answer");
        };
        let told = [
            &b"\x00\x09\x00\x04\x00\x00\x04\x14"[..],
            b"\x00\x0a\x00\x02\x00\x03\x00\x00",
        ]
        .concat();
        assert_eq!(answer, request(BINDING_ERROR, &told));
    }

    #[test]
    fn what_is_no_good_request_is_never_answered() {
        let source = "192.0.2.1:5060".parse().unwrap();
        let whole = request(BINDING_REQUEST, &attribute(0x8022, b"abcd"));
        for cut in HEADER_BYTES..whole.len() {
            assert_eq!(read(&whole[..cut], source), Stun::Malformed, "cut at {cut}");
        }
        for cut in 0..HEADER_BYTES {
            assert_eq!(read(&whole[..cut], source), Stun::Other, "cut at {cut}");
        }
        let mut overrun = whole.clone();
        overrun[HEADER_BYTES + 3] = 5;
        assert_eq!(read(&overrun, source), Stun::Malformed);
        let many = attribute(0x8022, b"").repeat(ATTRIBUTES_MAX + 1);
        assert_eq!(
            read(&request(BINDING_REQUEST, &many), source),
            Stun::Malformed
        );
        // An answer is not answered: two servers would talk for ever.
        for kind in [BINDING_SUCCESS, BINDING_ERROR, 0x0003, 0x0103] {
            assert_eq!(
                read(&request(kind, b""), source),
                Stun::Malformed,
                "{kind:#x}"
            );
        }
        assert_eq!(
            read(&request(BINDING_INDICATION, b""), source),
            Stun::Indication
        );
    }

    #[test]
    fn s24_whatever_is_changed_in_a_request_the_answer_stays_short() {
        let source = "[2001:db8::1]:5060".parse().unwrap();
        let attributes = [attribute(0x0006, b"user"), attribute(0x0003, &[0; 4])].concat();
        let whole = request(BINDING_REQUEST, &attributes);
        for at in 0..whole.len() {
            for value in 0..=u8::MAX {
                let mut changed = whole.clone();
                changed[at] = value;
                if let Stun::Request(answer) = read(&changed, source) {
                    assert!(answer.len() <= whole.len() + 12, "byte {at} = {value}");
                    assert_eq!(answer[8..HEADER_BYTES], changed[8..HEADER_BYTES]);
                }
            }
        }
    }

    #[test]
    fn sip_is_no_stun_whatever_its_method_begins_with() {
        let source = "192.0.2.1:5060".parse().unwrap();
        for sip in [
            &b"OPTIONS sip:a@localhost SIP/2.0\r\n\r\n"[..],
            b"!interesting-Method0123456789_*+`.%indeed'~ sip:a SIP/2.0\r\n\r\n",
            b"",
            b"\0\0\0\0",
        ] {
            assert_eq!(read(sip, source), Stun::Other);
        }
        let mut other_cookie = request(BINDING_REQUEST, b"");
        other_cookie[4] = 0;
        assert_eq!(read(&other_cookie, source), Stun::Other);
    }
}
