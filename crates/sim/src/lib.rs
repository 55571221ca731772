//! The virtual hotline: the real engine under a virtual clock, with callers and agents who speak to it through its border.
//!
//! SIP messages are real bytes, media is a stand-in that answers commands with news, time is a number: a day of a centre
//! passes in seconds, twice in the same way (R3), and every invariant is watched while it does. No I/O: scenarios come as
//! text, reports go as text; `trunkline simulate` has the files and the terminal.

mod agenda;
mod agent;
mod audit;
mod caller;
mod crowd;
mod customers;
mod desk_phone;
pub mod distribution;
mod figures;
mod handset;
mod house;
pub mod kaplan_meier;
mod message;
mod network;
mod place;
mod random;
pub mod replay;
pub mod report;
pub mod scenario;
pub mod theory;
mod voice;
mod watch;
mod world;

pub use audit::Breach;
pub use distribution::Distribution;
pub use house::built_in;
pub use replay::{NotADay, Replay, ReplayError, Replayed, Window};
pub use report::Report;
pub use scenario::{Scenario, ScenarioError};
pub use watch::{Failure, Progress, Watch};
pub use world::World;
