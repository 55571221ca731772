//! The directory: who works here ([`agent`]) and who calls ([`customer`]).

pub mod agent;
pub mod customer;
mod opt_out;
mod place;
