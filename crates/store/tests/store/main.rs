//! The store on real files of SQLite: each test opens a database of its own in a folder that goes with it. `tests/postgres` runs the
//! same tests on a server of PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the lint configuration lifts these in test functions, not in what they share"
)]

mod articles;
mod audit;
mod backup;
mod calls;
mod canary;
mod closures;
mod concurrency;
mod customers;
mod duplicates;
mod file;
mod groups;
mod heat;
mod hours;
mod idempotency;
mod imports;
mod kills;
mod merges;
mod notifications;
mod number_lists;
mod people;
mod pins;
mod place;
mod profile;
mod prompts;
mod reach;
mod registrations;
mod replies;
mod rollups;
#[path = "../../src/scratch.rs"]
mod scratch;
mod script_versions;
mod search;
mod sessions;
mod ticket_merges;
mod ticket_work;
mod tickets;
mod ties;
mod timeline;
mod tokens;
mod voicemail;
mod webhooks;
mod world;
