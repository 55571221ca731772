//! Every timer of the crate, and whose each is; they wait in the one [`Wheel`] (S8).

use super::TransactionId;
use crate::{
    event::{ReferId, SessionId},
    trunk::TrunkName,
};
use std::sync::Arc;

pub(crate) use wheel::Wheel;

mod wheel;

/// What a timer is for; letters are those of RFC 3261 table 4 and RFC 6026.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Timer {
    /// INVITE request is repeated (UDP): T1, doubling.
    A,
    /// INVITE without any answer: 64*T1.
    B,
    /// Repeats of a refusal are acknowledged: 32 s (UDP).
    D,
    /// Other request is repeated (UDP): T1, doubling to T2.
    E,
    /// Other request without a final answer: 64*T1.
    F,
    /// INVITE refusal is repeated (UDP): T1, doubling to T2.
    G,
    /// INVITE refusal without an ACK: 64*T1.
    H,
    /// Repeats of the ACK are absorbed: T4 (UDP).
    I,
    /// Repeats of another request are answered: 64*T1 (UDP).
    J,
    /// Repeats of a final answer are absorbed: T4 (UDP).
    K,
    /// Repeats of an INVITE that was accepted are absorbed: 64*T1.
    L,
    /// Repeats and forks of a 2xx are seen: 64*T1.
    M,
    /// RFC 3261 §13.3.1.4: our 2xx is repeated until its ACK comes: T1, doubling to T2, on streams too.
    OkRepeat,
    /// RFC 3261 §13.3.1.4: our 2xx without an ACK: 64*T1.
    OkTimeout,
    /// RFC 3261 §9.1: a cancelled INVITE without a final answer: 64*T1.
    CancelTimeout,
    /// R11, R22: a 2xx came after we had hung up, and the owner has not hung up again: 5 s.
    LateAnswer,
    /// RFC 3515 §2.4.4: a BYE waits for the answer to the last NOTIFY of a transfer: 2 s.
    LastWord,
    /// RFC 3261 §10.3: the next contact of a user expires.
    Binding,
    /// The contacts of a user are asked whether they are still there.
    Probe,
    /// RFC 4028 §7.2: a session is refreshed: half its interval.
    SessionRefresh,
    /// RFC 4028 §10: a session that nobody refreshed is over.
    SessionExpiry,
    /// RFC 3261 §14.1: a re-INVITE that met 491 is tried again.
    GlareRetry,
    /// RFC 3262 §3: a reliable 1xx is repeated until its PRACK: T1, doubling.
    ReliableRepeat,
    /// RFC 3262 §3: a reliable 1xx without a PRACK: 64*T1.
    ReliableTimeout,
    /// RFC 3261 §13.3.1.1: a long ringing is told once more, each minute.
    RingRepeat,
    /// The next REGISTER to a trunk.
    TrunkRegister,
    /// The next OPTIONS to a trunk.
    TrunkProbe,
    /// G18: a trunk's server that says nothing at all to our INVITE: 4 s.
    TrunkTry,
    /// RFC 4235 §3.10: what happened since the last NOTIFY is told, a second after it.
    NotifyDue,
    /// RFC 6665 §4.2.1: a subscription expires.
    Subscription,
}

/// Whose timer it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Owner {
    /// A to M.
    Transaction(TransactionId),
    /// `Ok…`, `CancelTimeout`, `LateAnswer`, `LastWord`, `TrunkTry`.
    Session(SessionId),
    /// `Binding`, `Probe`.
    User(Arc<str>),
    /// `TrunkRegister`, `TrunkProbe`.
    Trunk(TrunkName),
    /// `Subscription`: that of a REFER.
    Refer(ReferId),
    /// `NotifyDue`, `Subscription`, by its number.
    Subscription(u64),
}
