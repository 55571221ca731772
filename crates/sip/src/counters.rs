//! What an endpoint counts: the source of metrics and of log lines, since nothing here logs.

use std::collections::BTreeMap;

/// Totals since the start.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Requests received, by method; methods that we do not know count as `other`.
    pub requests: BTreeMap<&'static str, u64>,
    /// Responses received, by class (1 to 6).
    pub responses: BTreeMap<u16, u64>,
    /// Requests refused by us, by cause.
    pub refused: BTreeMap<&'static str, u64>,
    /// Messages dropped because nobody could be answered, by cause.
    pub unframable: BTreeMap<&'static str, u64>,
    /// Messages that we sent once more.
    pub retransmissions: u64,
    /// Messages that the peer sent once more.
    pub repeats: u64,
    /// Responses and ACKs that match nothing.
    pub stray: u64,
}

impl Counters {
    pub(crate) fn count<K: Ord>(map: &mut BTreeMap<K, u64>, key: K) {
        let total = map.entry(key).or_default();
        *total = total.saturating_add(1);
    }
}
