//! When a message that was not taken is sent again (J5): after 5 s, 30 s, 2 min, 10 min, 1 h, 6 h and 24 h, each a little later, so
//! that receivers that come back are not met by everything at once.
//!
//! The little is a tenth at most, drawn from a seed, the message and the try: the same in each run. A message that waited behind
//! others of its call for longer than all of this lasts has one try.

use model::{DeliveryId, Timestamp};
use sha2::{Digest, Sha256};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// The pauses between tries.
const PAUSES_MS: [i64; 7] = [
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    10 * MINUTE,
    HOUR,
    6 * HOUR,
    24 * HOUR,
];
/// How often a message is sent at most.
pub const SENT_MAX: u32 = PAUSES_MS.len() as u32 + 1;
/// How long a message is tried at most, in ms: all pauses with their little more, and the time of the tries themselves.
pub const LONGEST: i64 = 35 * HOUR;

/// When a message is sent again after `sent` tries; `None`: not any more.
pub(crate) fn again(
    seed: u64,
    id: DeliveryId,
    made_at: Timestamp,
    now: Timestamp,
    sent: u32,
) -> Option<Timestamp> {
    let pause_ms = *PAUSES_MS.get(usize::try_from(sent).ok()?.checked_sub(1)?)?;
    let at = Timestamp::from_ms(now.as_ms() + pause_ms + little(seed, id, sent, pause_ms / 10));
    (at.ms_since(made_at) <= LONGEST.unsigned_abs()).then_some(at)
}

/// From 0 to `most_ms`.
fn little(seed: u64, id: DeliveryId, sent: u32, most_ms: i64) -> i64 {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(id.get().to_be_bytes());
    hash.update(sent.to_be_bytes());
    let drawn = hash
        .finalize()
        .iter()
        .take(6)
        .fold(0, |sum: i64, byte| (sum << 8) | i64::from(*byte));
    drawn % (most_ms + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: DeliveryId = DeliveryId::new(7);

    #[test]
    fn j5_tries_come_after_the_pauses_of_the_rule_and_a_tenth_at_most() {
        let made_at = Timestamp::from_ms(0);
        let mut now = made_at;
        for (place, pause_ms) in PAUSES_MS.into_iter().enumerate() {
            let sent = u32::try_from(place).unwrap() + 1;
            let at = again(3, ID, made_at, now, sent).unwrap();
            let after = at.as_ms() - now.as_ms();
            assert!(
                (pause_ms..=pause_ms + pause_ms / 10).contains(&after),
                "{after}"
            );
            assert_eq!(again(3, ID, made_at, now, sent), Some(at), "the same again");
            // A try may take its 10 s.
            now = Timestamp::from_ms(at.as_ms() + 10 * SECOND);
        }
        assert_eq!(again(3, ID, made_at, now, SENT_MAX), None);
    }

    #[test]
    fn j5_seeds_and_messages_spread() {
        let zero = Timestamp::from_ms(0);
        let at = |seed, id| again(seed, DeliveryId::new(id), zero, zero, 5);
        assert_ne!(at(1, 7), at(2, 7));
        assert_ne!(at(1, 7), at(1, 8));
    }

    #[test]
    fn j5_what_waited_too_long_behind_others_has_one_try() {
        let now = Timestamp::from_ms(LONGEST);
        assert_eq!(again(3, ID, Timestamp::from_ms(0), now, 1), None);
    }
}
