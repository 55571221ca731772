//! IVR scripts (导航流程): read, proved, run.
//!
//! `parse` reads one file and tells every mistake with its place; `check` proves that no caller can be trapped and that
//! everything a script names exists; `Run` walks one caller through a script. No clock, socket or file: time, calendars
//! and other scripts are arguments, what should happen comes out as `Effect`s.

pub mod check;
pub mod diagnostic;
pub mod effect;
pub mod parse;
pub mod run;
pub mod script;
pub mod test;

pub use check::{World, check};
pub use diagnostic::{Diagnostic, Severity, closest};
pub use effect::{Effect, HangUpCause, Input, Target, TransferFailure};
pub use model::fact::QueueExit;
pub use parse::parse;
pub use run::{Entry, Environment, Run};
pub use script::{Script, ScriptTest};
pub use test::TestOutcome;
