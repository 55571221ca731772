//! The real binary under real phones: `trunkline` on loopback, baresip as caller and agent, SIPp, Chromium, and an HTTP client that
//! shares nothing with the server. Real time: every wait has a deadline, nothing sleeps for luck.
//!
//! One story at a time ([`turn`]): they measure milliseconds, and two cores are soon busy.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a story that does not go as told fails its test, and says what it saw"
)]

// What the stories are told with.
mod baresip;
mod binary;
mod bot_service;
mod browser;
mod ear;
mod events;
mod heat;
mod hotline;
mod house;
mod http;
mod jssip;
mod likeness;
mod patience;
mod pjsua2;
mod ports;
mod receiver;
mod sample_house;
mod service;
mod simulate;
mod sipp;
mod sound;
mod survey;
mod ticket;
mod tool;
mod turn;
mod voicemail;
mod wire;

// The stories.
mod absence;
mod backup;
mod board_page;
mod bots;
mod browser_phone;
mod calendars;
mod callback_redial;
mod callbacks;
mod canary;
mod carriers;
mod checkpoint;
mod clips;
mod closing_calls;
mod connecting;
mod conversation;
mod customers;
mod desk_calls;
mod desk_filing;
mod desk_page;
mod doors;
mod endings;
mod external;
mod filing_modes;
mod flood;
mod foreign_page;
mod guide;
mod identify;
mod integrator;
mod keys;
mod lamps;
mod line;
mod load;
mod long_hold;
mod look_ups;
mod malice;
mod messages;
mod newcomer;
mod number_lists;
mod off_net;
mod opening;
mod operator;
mod opt_out;
mod postgres;
mod prompts;
mod races;
mod registrations;
mod reload;
mod samples;
mod schema;
mod script_tools;
mod script_try;
mod script_versions;
mod second_phone;
mod standby;
mod strategies;
mod talk;
mod ticket_status;
mod ticket_verbs;
mod transports;
mod webhooks;
mod why;
mod zammad;
