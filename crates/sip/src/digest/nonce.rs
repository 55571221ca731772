//! Nonces (S12): `time random code`, 16 hexadecimal digits, 16 and 32.
//!
//! The code is keyed and covers time, random part, source address, realm and algorithm: nothing is remembered until a
//! nonce has been used. From then on its counts are remembered until it expires, or until there are too many: then all
//! nonces of that age and older have expired, so that none can be used twice.

use super::Algorithm;
use crate::random::{Random, hex};
use core::time::Duration;
use std::{collections::BTreeMap, net::IpAddr};
use subtle::ConstantTimeEq;

/// A nonce is good for so long; a phone that reuses it later is told `stale=true` and repeats without asking anybody.
const LIFETIME: Duration = Duration::from_secs(300);

/// Nonces in use at one time. Each costs its user a challenge first, so a phone never comes near it.
const NONCES_MAX: usize = 100_000;

/// Time in ms and random part: names a nonce.
pub(super) type NonceId = (u64, String);

pub(super) fn make(
    random: &mut Random,
    now: Duration,
    source: IpAddr,
    realm: &str,
    algorithm: Algorithm,
) -> String {
    let time = hex(&u64::try_from(now.as_millis())
        .unwrap_or(u64::MAX)
        .to_be_bytes());
    let drawn = random.name();
    let code = code(random, &time, &drawn, source, realm, algorithm);
    format!("{time}{drawn}{code}")
}

/// The id of a nonce that we made for this source, realm and algorithm.
pub(super) fn read(
    random: &Random,
    nonce: &str,
    source: IpAddr,
    realm: &str,
    algorithm: Algorithm,
) -> Option<NonceId> {
    let (time, rest) = nonce.split_at_checked(16)?;
    let (drawn, given) = rest.split_at_checked(16)?;
    // S12: in constant time, so that no code can be found out piece by piece.
    let expected = code(random, time, drawn, source, realm, algorithm);
    if !bool::from(expected.as_bytes().ct_eq(given.as_bytes())) {
        return None;
    }
    Some((u64::from_str_radix(time, 16).ok()?, drawn.to_owned()))
}

fn code(
    random: &Random,
    time: &str,
    drawn: &str,
    source: IpAddr,
    realm: &str,
    algorithm: Algorithm,
) -> String {
    let source = source.to_canonical().to_string();
    let parts = [time, drawn, &source, realm, algorithm.token()].map(str::as_bytes);
    let code = random.code(b"nonce", &parts);
    hex(code.get(..16).unwrap_or_default())
}

/// Neither too old nor from the future.
pub(super) fn is_fresh(now: Duration, (made_ms, _): &NonceId) -> bool {
    let made = Duration::from_millis(*made_ms);
    made <= now && made >= now.saturating_sub(LIFETIME)
}

/// What came of a count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Count {
    /// Not seen before.
    Fresh,
    /// Seen, zero, or too far behind the highest one; or the nonce had to be forgotten.
    Used,
}

/// The counts that were used, per nonce; ordered by time, so that the old ones are cut off at the front.
#[derive(Debug, Default)]
pub(super) struct NonceTable {
    used: BTreeMap<NonceId, Window>,
    /// Nonces made before this time in ms have expired: counts of some of them were forgotten.
    floor_ms: u64,
}

/// RFC 7616 §5.12 by a sliding window: UDP may swap two requests.
#[derive(Debug, Default)]
struct Window {
    highest: u32,
    /// Bit n: `highest - n` was seen.
    seen: u64,
}

impl NonceTable {
    pub(super) fn use_count(&mut self, now: Duration, id: NonceId, count: u32) -> Count {
        let oldest = now.saturating_sub(LIFETIME);
        let oldest_ms = u64::try_from(oldest.as_millis()).unwrap_or(u64::MAX);
        while self
            .used
            .first_key_value()
            .is_some_and(|((made_ms, _), _)| *made_ms < oldest_ms)
        {
            self.used.pop_first();
        }
        if id.0 < self.floor_ms {
            return Count::Used;
        }
        let outcome = self.used.entry(id).or_default().take(count);
        if self.used.len() > NONCES_MAX
            && let Some(((made_ms, _), _)) = self.used.pop_first()
        {
            self.floor_ms = made_ms.saturating_add(1);
        }
        outcome
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.used.len()
    }
}

impl Window {
    fn take(&mut self, count: u32) -> Count {
        if count == 0 {
            return Count::Used;
        }
        if count > self.highest {
            let ahead = count.saturating_sub(self.highest);
            self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
            self.highest = count;
            return Count::Fresh;
        }
        let behind = self.highest.saturating_sub(count);
        let bit = 1_u64.checked_shl(behind).unwrap_or(0);
        if bit == 0 || self.seen & bit != 0 {
            return Count::Used;
        }
        self.seen |= bit;
        Count::Fresh
    }
}
