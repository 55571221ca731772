//! Call control: the one owner of all calls, deterministic and without I/O.

pub mod command;

pub use command::{AgentEntry, Asker, Command, CommandError, CommandId, StateRequest};
