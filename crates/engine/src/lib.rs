//! Call control: the one owner of all calls, deterministic and without I/O.
//!
//! `Engine` takes an `Input` and gives `Output`s; between them stand the SIP endpoint, the ACD and every call with its
//! script. See `ARCHITECTURE.md`, "One call, file by file".

pub mod announce;
pub mod breaks;
mod call;
mod callbacks;
mod canary;
mod closing;
pub mod command;
pub mod config;
mod context;
pub mod dial;
mod directory;
mod dropped;
mod engine;
mod input;
mod leg;
pub mod number_lists;
pub mod numbers;
mod one_line;
mod outside;
mod pins;
mod placement;
pub mod question;
mod random;
pub mod regions;
mod request;
mod route;
pub mod speech;
mod standby;
pub mod trunk;
mod trunks;

pub use announce::Announce;
pub use breaks::{Reason, Reasons};
pub use callbacks::Keeping;
pub use closing::Closing;
pub use command::{
    AgentEntry, Asker, ClipChoice, ClipRefusal, Command, CommandError, CommandId, LineRefusal,
    OffNet, StateRequest, TalkOrder, TransferTarget,
};
pub use config::{
    Config, Entry, HoldTimes, MediaPlan, Number, OnTrial, OpeningSounds, Queue, RecordingPolicy,
    SignIn, StandingBy, SurveyRule,
};
pub use dial::{Allowed, Caps, Class, Denied, DialPlan, Route};
pub use engine::{Engine, Settings};
pub use input::{Input, Output, Restored, RestoredCallback};
pub use number_lists::NumberLists;
pub use numbers::{Numbers, SameNumber};
pub use question::{
    Answer, BlockedReport, BreakReport, CalendarReport, CallbackReport, ExchangeReport, Figures,
    LINE_MAX, LineReport, PlaceReport, Question, QuestionId, QueueReport, RegistrationReport,
    TrunkReport,
};
pub use regions::{Region, RegionFit, Regions};
pub use request::{Reply, Request, RouteQuestion, RouteReply};
pub use trunk::{Capacity, Dtmf, Trunk, Writing};
