//! A worker between simulated phones, in virtual time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod bridge;
mod clip;
mod dtmf;
mod duplex;
mod lab;
mod limits;
mod lock;
mod message;
mod playback;
mod recorder;
mod room;
mod tones;
