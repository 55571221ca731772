//! The rules by their names, and random lives of tickets against the properties that hold for all.

mod ending;
mod hours;
mod merging;
mod properties;
mod receiver;
mod solution;
mod waiting;
mod wake;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::{AgentId, TicketId, Timestamp};

use super::*;
use crate::clock::ClockKind;
use crate::lab::*;
use crate::priority::Priority;
use crate::state::State;
