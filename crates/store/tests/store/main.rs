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
#[path = "../../benches/volume/chance.rs"]
mod chance;
mod closures;
mod concurrency;
mod customers;
mod duplicates;
mod file;
#[path = "../../benches/volume/fill.rs"]
mod fill;
mod groups;
mod heat;
mod hours;
#[path = "../../benches/volume/house.rs"]
mod house;
mod idempotency;
mod identify;
mod imports;
#[path = "../../benches/volume/keys.rs"]
mod keys;
mod kills;
mod left;
#[path = "../../benches/volume/measure.rs"]
mod measure;
mod merges;
#[path = "../../benches/volume/mould.rs"]
mod mould;
mod notifications;
mod number_lists;
mod people;
mod pins;
mod place;
mod profile;
mod prompts;
mod reach;
mod registrations;
mod reminders;
mod replies;
mod retention;
mod rollups;
#[path = "../../benches/volume/sample.rs"]
mod sample;
#[path = "../../src/scratch.rs"]
mod scratch;
mod script_versions;
mod search;
mod sessions;
mod ticket_merges;
mod ticket_rollups;
mod ticket_status;
#[path = "../../benches/volume/ticket_sums.rs"]
mod ticket_sums;
mod ticket_work;
mod tickets;
mod ties;
mod timeline;
mod tokens;
mod voicemail;
mod volume;
mod webhooks;
mod world;
