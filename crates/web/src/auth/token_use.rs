//! That a bearer token is in use is written down once a minute: of many requests at once one writes.
//!
//! Invariant: the table holds names of tokens that were used within the last minute, and no others.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use model::Timestamp;

/// How long nobody writes it again.
const MINUTE_MS: u64 = 60_000;

/// When each token's use was last written down.
#[derive(Debug, Default)]
pub struct TokenUse(Mutex<BTreeMap<String, Timestamp>>);

impl TokenUse {
    /// Whether whoever asks is to write it; nobody else is for a minute.
    pub fn begins(&self, token: &str, now: Timestamp) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.retain(|_, at| now.ms_since(*at) < MINUTE_MS);
        if noted.contains_key(token) {
            return false;
        }
        noted.insert(token.to_owned(), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s8_one_writes_each_minute_and_what_is_over_is_forgotten() {
        let uses = TokenUse::default();
        let at = Timestamp::from_ms;
        assert!(uses.begins("crm", at(0)));
        assert!(!uses.begins("crm", at(59_999)));
        assert!(uses.begins("bot", at(59_999)));
        assert!(uses.begins("crm", at(60_000)));
        assert!(uses.begins("wallboard", at(200_000)));
        assert_eq!(uses.0.lock().unwrap().len(), 1);
    }
}
