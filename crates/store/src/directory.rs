//! The directory: who works here and who calls.
pub mod agent;
pub mod customer;
