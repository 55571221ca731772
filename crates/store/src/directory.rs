//! The directory: who works here ([`agent`]) and who calls ([`customer`]).

pub mod agent;
pub mod customer;
pub(crate) mod group_member;
mod opt_out;
mod place;
pub(crate) mod reach;

pub use group_member::{Absence, DutyChange};
