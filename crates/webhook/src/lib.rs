//! Webhooks (事件推送, J5): what other services are told of our facts, in which order, and when they are told again.
//!
//! Pure rules: facts, the time and the seed are arguments. A [`Format`] makes messages of facts, a [`Courier`] says which message
//! is due. The store keeps both; the server reads the fact log, sends, and writes down what came of it. No call waits for any of it.

mod address;
mod courier;
mod format;
mod message;
mod native;
mod schedule;
mod topic;
mod zammad;

pub use address::{MASKED, behind_origin, origin};
pub use courier::{Courier, Outcome, Step, Verdict};
pub use format::{Format, People, Person, Told, UnknownFormat};
pub use message::{GivenUp, Lane, Message, Waiting};
pub use native::TEST_TYPE;
pub use schedule::{LONGEST, SENT_MAX};
pub use topic::{NotATopic, Topic, Topics};
pub use zammad::opens_thread;
