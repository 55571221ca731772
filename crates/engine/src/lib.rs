//! Call control: the one owner of all calls, deterministic and without I/O.
//!
//! `Engine` takes an `Input` and gives `Output`s; between them stand the SIP endpoint, the ACD and every call with its
//! script. See `ARCHITECTURE.md`, "One call, file by file".

mod call;
pub mod command;
pub mod config;
mod context;
mod directory;
mod engine;
mod input;
mod leg;
mod placement;
pub mod question;
mod random;
mod request;
mod route;

pub use command::{
    AgentEntry, Asker, Command, CommandError, CommandId, StateRequest, TalkOrder, TransferTarget,
};
pub use config::{Config, Entry, MediaPlan, Number, Queue, RecordingPolicy, SignIn};
pub use engine::{Engine, Settings};
pub use input::{Input, Output, Restored};
pub use question::{
    Answer, BlockedReport, ExchangeReport, Question, QuestionId, RegistrationReport, TrunkReport,
};
pub use request::{Reply, Request};
