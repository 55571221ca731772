//! Stories in virtual time: the real engine with real SIP messages, and a clock that jumps.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a story that does not go as told fails its test"
)]

mod announcements;
mod bots;
mod breaks;
mod callback_hours;
mod callback_losses;
mod callback_numbers;
mod callbacks;
mod calls;
mod calls_out;
mod canary;
mod choice;
mod claims;
mod clips;
mod closing_calls;
mod closings;
mod consult;
mod declines;
mod defects;
mod external;
mod familiar;
mod filing;
mod hand_overs;
mod head_start;
mod heat;
mod hold;
mod hotline;
mod identify;
mod keys;
mod line;
mod long_hold;
mod look_ups;
mod music;
mod number_lists;
mod off_net;
mod opening;
mod opt_out;
mod personal;
mod phone;
mod plan;
mod pops;
mod priority;
mod questions;
mod queue_hours;
mod record;
mod redial;
mod refusals;
mod regions;
mod restart;
mod returns;
mod ringing;
mod sameness;
mod say;
mod second_lines;
mod skills;
mod standby;
mod storm;
mod supervision;
mod survey;
mod ticket;
mod transfers;
mod trunks;
mod voicemail;
