//! What is said, asked by its public face: tables, random values read back, the page and the list of words.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod asked;
mod chinese;
mod english;
mod page;
mod read_back;
mod refusals;
mod stock;
mod words;
