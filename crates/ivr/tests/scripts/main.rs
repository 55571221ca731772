//! The public face of the crate under test: what an admin is told, what a caller meets, what no input can break.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panic"
)]

mod bot;
mod callback;
mod canary;
mod chart;
mod closing;
mod demo;
mod diagnostics;
mod driver;
mod extensions;
mod flows;
mod golden;
mod good_script;
mod house;
mod identify;
mod look_ups;
mod never_trapped;
mod overflow;

mod patience;
mod proofs;
mod random_callers;
mod read_back;
mod record;
mod reference_page;
mod rehearsal;
mod retold;
mod say;
mod scenarios;
mod schema;
mod script_tests;
mod skills;
mod survey;
mod ticket;
mod ticket_status;
mod timeouts;
mod voicemail;
mod waiting;
