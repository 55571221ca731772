//! Ids: 63-bit, time-ordered, made without a round trip (41 bits of milliseconds, 10 of node, 12 of sequence).
//!
//! An id reads as a decimal string in JSON, since 63-bit integers do not survive JavaScript. Names of things that an
//! admin writes (queues, scripts) are names, not numbers: they are the same before and after a reload.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::schema::text;

/// The node part of an id when one machine is enough.
pub const SINGLE_NODE: u16 = 0;
/// 2024-01-01T00:00:00Z in milliseconds: 41 bits from here last until 2093.
const ID_EPOCH_MS: u64 = 1_704_067_200_000;
const NODE_BITS: u32 = 10;
const SEQUENCE_BITS: u32 = 12;

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident),+ $(,)?) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// Wraps a number that an `IdSource` or the store gave.
            pub const fn new(value: u64) -> Self { Self(value) }
            /// The number itself, for the store.
            pub const fn get(self) -> u64 { self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> { serializer.collect_str(&self.0) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> { text(concat!($($doc),*), Some("^[0-9]+$")) }
        }
        impl ToSchema for $name {}
    )+};
}

ids! {
    /// A call: the caller's matter from the first INVITE to the end, whoever talks meanwhile.
    CallId,
    /// One phone's part in a call (one SIP session).
    LegId,
    /// An agent, as the store numbers people.
    AgentId,
    /// One ringing attempt at one agent (an ACD offer, never an SDP offer).
    OfferId,
    /// A customer of the directory.
    CustomerId,
    /// A ticket; what a person reads is its number.
    TicketId,
    /// An entry of a number list (F6).
    NumberEntryId,
    /// A webhook: somebody else's service that is told facts (J5).
    WebhookId,
    /// One message for one webhook, however often it is sent.
    DeliveryId,
    /// An article of the knowledge base, in all its versions (E7).
    ArticleId,
    /// A canned reply (C18).
    ReplyId,
    /// Something that somebody is told on his page (J8).
    NotificationId,
    /// A reminder (J8).
    ReminderId,
}

macro_rules! names {
    ($($(#[doc = $doc:literal])* $name:ident),+ $(,)?) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps a name from the configuration.
            pub fn new(name: impl Into<Arc<str>>) -> Self { Self(name.into()) }
            /// The name as the admin wrote it.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl From<&str> for $name {
            fn from(name: &str) -> Self { Self(name.into()) }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str { &self.0 }
        }
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> { text(concat!($($doc),*), None) }
        }
        impl ToSchema for $name {}
    )+};
}

names! {
    /// A queue of `queues.toml`.
    QueueName,
    /// A script of `ivr-scripts/`.
    ScriptName,
    /// A region of `numbers.toml` (A12).
    RegionName,
    /// A mailbox of `voicemail.toml` (G2).
    MailboxName,
    /// A clip of `clips.toml` (E25).
    ClipName,
}

/// Makes ids: strictly rising, also when many are asked for in one millisecond or the clock steps back.
#[derive(Clone, Debug)]
pub struct IdSource {
    node: u16,
    last_ms: u64,
    sequence: u64,
}

impl IdSource {
    /// A source for one node; only the low ten bits of `node` are used.
    pub const fn new(node: u16) -> Self {
        Self {
            node: node & ((1 << NODE_BITS) - 1),
            last_ms: 0,
            sequence: 0,
        }
    }

    /// The next number; `now` is the time since the Unix epoch.
    pub fn next(&mut self, now: Duration) -> u64 {
        let now_ms = u64::try_from(now.as_millis())
            .unwrap_or(u64::MAX)
            .saturating_sub(ID_EPOCH_MS);
        if now_ms > self.last_ms {
            self.last_ms = now_ms;
            self.sequence = 0;
        } else {
            self.sequence += 1;
            if self.sequence >> SEQUENCE_BITS != 0 {
                // A full millisecond borrows from the next one: order matters more than the exact time.
                self.last_ms += 1;
                self.sequence = 0;
            }
        }
        (self.last_ms << (NODE_BITS + SEQUENCE_BITS))
            | (u64::from(self.node) << SEQUENCE_BITS)
            | self.sequence
    }
}

/// The least number that an id of a moment can have; `at` is the time since the Unix epoch.
pub fn least_of(at: Duration) -> u64 {
    let ms = u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
    let ms = ms
        .saturating_sub(ID_EPOCH_MS)
        .min(u64::MAX >> (NODE_BITS + SEQUENCE_BITS + 1));
    ms << (NODE_BITS + SEQUENCE_BITS)
}

/// When an id was made, as the time since the Unix epoch; to the millisecond.
pub const fn moment_of(id: u64) -> Duration {
    Duration::from_millis((id >> (NODE_BITS + SEQUENCE_BITS)) + ID_EPOCH_MS)
}

/// How far ids are apart that are made so long one after the other.
pub fn width_of(time: Duration) -> u64 {
    let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    ms.min(u64::MAX >> (NODE_BITS + SEQUENCE_BITS + 1)) << (NODE_BITS + SEQUENCE_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_within_a_millisecond_and_when_the_clock_steps_back() {
        let mut source = IdSource::new(3);
        let start = Duration::from_millis(ID_EPOCH_MS + 1_000);
        let mut last = 0;
        for step in 0..10_000_u64 {
            let now = if step % 3 == 0 {
                start
            } else {
                start - Duration::from_millis(5)
            };
            let id = source.next(now);
            assert!(id > last, "id {id} after {last}");
            assert_eq!((id >> SEQUENCE_BITS) & 0x3ff, 3, "the node part stays");
            last = id;
        }
    }

    #[test]
    fn a_moment_of_an_id_is_when_it_was_made() {
        for after_ms in [0, 1, 1_000, 1_000_000_000_000] {
            let at = Duration::from_millis(ID_EPOCH_MS + after_ms);
            let mut source = IdSource::new(1_023);
            assert_eq!(moment_of(source.next(at)), at);
            assert_eq!(moment_of(least_of(at)), at);
            assert_eq!(least_of(at), width_of(Duration::from_millis(after_ms)));
        }
    }

    #[test]
    fn an_id_is_a_string_in_json() {
        let id = CallId::new(9_007_199_254_740_993);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, "\"9007199254740993\"");
        assert_eq!(serde_json::from_str::<CallId>(&json).unwrap(), id);
        assert!(
            serde_json::from_str::<CallId>("12").is_err(),
            "a bare number is refused"
        );
    }
}
