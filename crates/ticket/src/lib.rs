//! Work orders: what a call leaves behind until the matter is ended.
//!
//! Pure rules: ids, numbers and the time are arguments, and what changed comes back as entries of the ticket's timeline.
//! The store keeps both; the desk loop of the server calls the rules. [`desk`] makes tickets of calls; [`handling`], [`clock`] and
//! [`duplicate`] are the rules by which they are worked on, which no API orders yet.

pub mod clock;
pub mod desk;
pub mod duplicate;
pub mod entry;
mod filed;
pub mod handling;
mod message;
pub mod number;
pub mod priority;
pub mod rules;
pub mod state;
pub mod ticket;

pub use clock::{Breach, Clock, ClockKind, Notice, Target};
pub use desk::{Draft, Submission, submit};
pub use entry::{Actor, Entry, Event};
pub use filed::of_script;
pub use message::of_message;
pub use number::{Day, Number};
pub use priority::Priority;
pub use rules::{Rules, TicketKind};
pub use state::State;
pub use ticket::{Contact, Correction, Refused, Ticket};
