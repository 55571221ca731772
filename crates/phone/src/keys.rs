//! DTMF on its way out: RFC 4733 telephone-events, and the INFO body that says the same.
//!
//! One press is one event: the same timestamp in all its packets, a growing duration, and three packets with the end bit
//! so that the loss of one does not stretch the key (RFC 4733 §2.5.1.4).

/// Samples of one packet of 20 ms.
pub(crate) const PACKET_SAMPLES: u16 = 160;
/// Packets while the key is down: 120 ms, well over the 40 ms that ITU-T Q.24 asks of a receiver.
const HELD_PACKETS: u16 = 6;
/// The last packet is sent three times.
const END_PACKETS: u16 = 3;
/// Level of the event in -dBm0.
const VOLUME: u8 = 10;
const END_BIT: u8 = 0x80;

const KEYS: &str = "0123456789*#ABCD";

/// The event number of a key (RFC 4733 §3.2), or none if there is no such key.
pub(crate) fn event_of(key: char) -> Option<u8> {
    let index = KEYS.find(key.to_ascii_uppercase())?;
    u8::try_from(index).ok()
}

/// The key of an event number.
pub(crate) fn key_of(event: u8) -> Option<char> {
    KEYS.chars().nth(usize::from(event))
}

/// The key of a payload whose end bit is set.
pub(crate) fn ended_key(payload: &[u8]) -> Option<char> {
    let [event, flags, _, _] = *payload.first_chunk::<4>()?;
    (flags & END_BIT != 0).then(|| key_of(event))?
}

/// The body of an INFO with `application/dtmf-relay`.
pub(crate) fn relay_body(key: char) -> String {
    format!("Signal={key}\r\nDuration=120\r\n")
}

/// A key on its way: an iterator of payloads, one every 20 ms.
#[derive(Clone, Debug)]
pub(crate) struct Press {
    event: u8,
    sent: u16,
}

impl Press {
    /// Starts a key.
    pub(crate) fn new(event: u8) -> Self {
        Self { event, sent: 0 }
    }

    /// Whether the next packet is the first: it carries the marker.
    pub(crate) fn starts(&self) -> bool {
        self.sent == 0
    }
}

impl Iterator for Press {
    type Item = [u8; 4];

    fn next(&mut self) -> Option<[u8; 4]> {
        if self.sent == HELD_PACKETS + END_PACKETS {
            return None;
        }
        self.sent += 1;
        let ended = self.sent > HELD_PACKETS;
        let duration = self.sent.min(HELD_PACKETS) * PACKET_SAMPLES;
        let [high, low] = duration.to_be_bytes();
        let flags = if ended { END_BIT | VOLUME } else { VOLUME };
        Some([self.event, flags, high, low])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_events_are_the_same_table() {
        for (key, event) in [
            ('0', 0),
            ('9', 9),
            ('*', 10),
            ('#', 11),
            ('a', 12),
            ('D', 15),
        ] {
            assert_eq!(event_of(key), Some(event), "{key}");
            assert_eq!(key_of(event), Some(key.to_ascii_uppercase()));
        }
        assert_eq!(event_of('x'), None);
        assert_eq!(key_of(16), None);
    }

    #[test]
    fn a_press_grows_and_ends_three_times() {
        let packets: Vec<[u8; 4]> = Press::new(5).collect();
        assert_eq!(packets.len(), 9);
        assert_eq!(packets[0], [5, VOLUME, 0, 160]);
        assert_eq!(packets[5], [5, VOLUME, 3, 192]);
        for end in &packets[6..] {
            assert_eq!(end, &[5, END_BIT | VOLUME, 3, 192]);
            assert_eq!(ended_key(end), Some('5'));
        }
        assert_eq!(ended_key(&packets[5]), None);
        assert_eq!(ended_key(&[5, 0x80]), None);
    }
}
