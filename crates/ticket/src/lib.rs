//! Work orders: what a call leaves behind until the matter is ended.
//!
//! Pure rules: ids, numbers and the time are arguments, and what changed comes back as entries of the ticket's timeline.
//! The store keeps both. [`desk`] makes tickets of calls; [`handling`] and [`clock`] are the rules by which they are worked on:
//! people give orders by the API, what comes by itself is the desk loop's. [`duplicate`] tells which tickets are about the same.

pub mod clock;
pub mod desk;
pub mod duplicate;
pub mod entry;
mod filed;
pub mod handling;
#[cfg(test)]
mod lab;
pub mod matter;
mod message;
pub mod notice;
pub mod number;
pub mod priority;
pub mod reassign;
pub mod rules;
pub mod state;
pub mod ticket;

pub use clock::{Breach, Clock, ClockKind, Notice, Target};
pub use desk::{Draft, Written};
pub use entry::{Actor, Entry, Event};
pub use filed::of_script;
pub use handling::{By, Handling, House, Order, Refused, Visited};
pub use matter::{Contact, Correction, Matter};
pub use message::of_message;
pub use number::{Day, Number};
pub use priority::Priority;
pub use rules::{Beginning, Rules, Submission, TicketKind};
pub use state::State;
pub use ticket::{Birth, Ticket};
