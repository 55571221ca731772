//! Others' services: what the house asks over HTTP or of a command, each question within its time and its bounds.
//!
//! One guarded client for all HTTP (S20). Whoever asks gives the time; nothing is asked twice, and no answer is believed
//! before it is read whole and checked. What is asked, and what an answer means, belongs to the rooms below.

pub mod address;
pub mod bot;
pub mod http;
pub mod look_up;
pub mod route;
mod signature;
pub mod speech;

pub use http::{Asking, Failure, HttpClient, Target, TargetError};
pub use signature::Secret;
pub use speech::{Espeak, Recipe, SpeechEngine, SpeechError};
