//! RFC 3261 and kin: bytes in, dialogs out.
//!
//! The whole of the SIP side without a socket, a clock or a random source: [`Endpoint`] is fed with messages and
//! points in time and is then drained by [`Endpoint::poll_output`]. `now` is always the time since the Unix epoch
//! on the shell's monotonic clock. Same configuration, input and seed give byte-equal output (R3).
//!
//! Rooms: [`message`] (bytes to typed views and back), [`framing`] (streams to messages), [`digest`] (RFC 7616),
//! `transaction` (RFC 3261 §17, RFC 6026), `dialog` (§12), [`registrar`] (§10) and [`endpoint`], which joins them.
//! Deliberately absent: proxying, forking, presence, sockets and name servers (asked for by [`Resolve`]). SDP passes
//! through as bytes.
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::as_conversions)
)]

pub mod blocked;
pub mod config;
pub mod counters;
mod dialog;
pub mod digest;
pub mod dtmf_relay;
pub mod endpoint;
pub mod event;
pub mod flow;
pub mod framing;
pub mod message;
pub mod network;
mod random;
pub mod reason;
pub mod registrar;
mod source;
pub mod subscription;
mod transaction;
pub mod trunk;

pub use blocked::Blocked;
pub use config::{Account, EndpointConfig, Limits, RegistrationLimits, SessionTimer, Timers};
pub use counters::Counters;
pub use endpoint::Endpoint;
pub use event::{
    AlertInfo, Caller, Destination, Diversion, EndedBy, Event, ExtraHeader, HOPS_MAX, Identity,
    IncomingInvite, OutgoingInvite, Output, Priority, ReferId, ReferTarget, Refusal, Replaced,
    SessionId, UnregisterCause,
};
pub use flow::{
    Connect, Flow, Hop, Peer, QueryId, Resolve, ResolveError, Target, Transmit, Transport, Vouch,
};
pub use message::uri::Uri;
pub use network::{Network, NetworkError};
pub use reason::Reason;
pub use registrar::Binding;
pub use subscription::{DialogInfo, DialogState, MessageSummary};
pub use trunk::{
    Credentials, Exchange, Matching, Reach, Trunk, TrunkChange, TrunkName, TrunkRegistration,
    TrunkStatus,
};
