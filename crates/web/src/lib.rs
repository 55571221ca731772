//! HTTP API, event stream and the agent's page.
//!
//! A shell of floor 4: it reads what the engine told (facts, gathered in a `View`), asks the engine by commands, reads and
//! writes the store, and shows all of that to people and programs. It decides nothing about calls.
//!
//! The server gives it `Deps`, publishes each fact to the `EventHub` once the fact stands in the log, and runs `serve`.
//! Rules: `S19`, `S22` for the web, `P0..P10` for screen pops. It deliberately knows nothing of SIP, RTP and sockets other
//! than its own listener.

pub mod api;
pub mod app;
pub mod auth;
pub mod client;
pub mod clips;
pub mod commands;
pub mod connection;
pub mod desktop;
pub mod events;
pub mod extract;
pub mod health;
mod housekeeping;
mod idempotency;
pub mod locale;
pub mod metrics;
pub mod page;
mod parameters;
pub mod problem;
pub mod questions;
pub mod scripts;
pub mod sight;
pub mod sip_socket;
pub mod ticket_rules;
pub mod trace;
pub mod view;
mod web_socket;

pub use api::canary::CanaryBody;
pub use api::heat::{HeatBody, NodeHeatBody};
pub use api::report_body::ReportBody;
pub use api::ticket_refusal::refusal_in_chinese;
pub use app::{App, Deps, Judge, openapi, router, serve};
pub use auth::quota::QuotaBounds;
pub use clips::ClipShelf;
pub use commands::{Asked, CommandFailure, CommandReceiver, CommandSender};
pub use connection::{Bounds, Https, HttpsError};
pub use events::{EventHub, HubSettings, ReadFacts};
pub use health::Readiness;
pub use metrics::MetricsHandle;
pub use questions::{QuestionReceiver, QuestionSender, Questioned};
pub use scripts::{NotRolledBack, RollBack, Scripts};
pub use sight::Sight;
pub use sip_socket::{SipDoor, SipSocket};
pub use ticket_rules::{Finding, ReadRules, ReadText};
pub use view::View;
