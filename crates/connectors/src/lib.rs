//! Others' services: what the house asks over HTTP, each question within its time and its bounds.
//!
//! One guarded client for all of it (S20). Whoever asks gives the time; nothing is asked twice, and no answer is believed
//! before it is read whole and checked. What is asked, and what an answer means, belongs to the rooms below.

pub mod address;
pub mod http;
pub mod route;
mod signature;

pub use http::{Failure, HttpClient, Target, TargetError};
pub use signature::Secret;
