//! Guards of the house: floors, homes of libraries, clocks and locks in core crates.
//!
//! The invariants of ARCHITECTURE.md that a program can check, as one table of rules over a loaded [`House`]. What is data
//! (floors, cores, homes) stands in the root `Cargo.toml`; what is code is one file per rule under `rule/`. The rules read
//! manifests and source text; they do not compile anything, so they also work while a crate is broken.
//! [`fault`] is the other guard: it breaks the house on purpose, to see that the tests notice.

pub mod fault;
mod finding;
pub mod house;
mod lexer;
mod rule;

pub use finding::{Finding, Severity};
pub use house::House;
pub use rule::{RULES, Rule, tidy};
