//! The web as its users meet it: a real listener on loopback, a real store in a temporary folder, facts as the engine would
//! tell them, and a small HTTP client written by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod agent_queues;
mod agents;
mod articles;
mod breaks;
mod calendars;
mod call_export;
mod callbacks;
mod calls;
mod client;
mod clips;
mod conflicts;
mod customer_import;
mod customers;
mod decline;
mod drafts;
mod duplicates;
mod https;
mod hub;
mod idempotency;
mod line;
mod masking;
mod masking_streams;
mod notifications;
mod number_lists;
mod openapi;
mod operation;
mod page;
mod place;
mod pop_pages;
mod pops;
mod problems;
mod queues;
mod quota;
mod reminders;
mod replies;
mod reports;
mod roles;
mod scripts;
mod search;
mod session;
mod signalling;
mod sip_socket;
mod socket;
mod socket_orders;
mod stream;
mod support;
mod surveys;
mod talk;
mod ticket_pin;
mod ticket_rules;
mod tickets;
mod tokens;
mod trace;
mod voicemail;
mod webhook_events;
mod webhooks;
mod why;
mod wrap_up;
