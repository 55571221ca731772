//! Who gets which caller: agents, queues, strategies, offers (automatic call distribution).
//!
//! A pure core: time and seeds are arguments, nothing is read from a clock and nothing is slept. One shape: give it an
//! [`Input`], drain [`Output`]s, ask when it wants to be woken. The same inputs with the same seed give byte-equal
//! outputs (R3). It rings no phone and plays no prompt; the engine does what the outputs say and reports back.

pub mod acd;
pub mod agent;
pub mod config;
mod decision;
mod dirty;
mod estimate;
pub mod external;
mod familiarity;
pub mod input;
mod journal;
mod offer;
pub mod output;
mod personal;
mod queue;
mod ready;
mod seed;
pub mod selection;
pub mod strategy;
mod timer;
mod waiting;

pub use acd::{Acd, InLine, LOOK_UP_MAX, Situation, Standing};
pub use agent::past::{Past, PastCall, PastFiling};
pub use agent::ring_log::{RingEnd, RingLog};
pub use agent::wrap_up::{WRAP_UP_MORE, WrapUpMode, WrapUpRefusal};
pub use agent::{AgentProfile, Requested};
pub use config::{ConfigError, Presence, QueueConfig, Relax, Step, Sticky, StickyScope};
pub use decision::Prefer;
pub use estimate::Estimate;
pub use external::{Asked, ExternalConfig, RouteAnswer, RouteId, Settled};
pub use input::Input;
pub use journal::{JournalError, Told};
pub use output::{DirectEnd, OfferEnd, Output};
pub use queue::Credit;
pub use strategy::Strategy;
