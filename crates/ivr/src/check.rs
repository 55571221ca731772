//! skeleton
use std::collections::BTreeSet;
use model::{QueueName, ScriptName};
use crate::{Diagnostic, Script};
/// What exists outside the script.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Names in `queues.toml`.
    pub queues: BTreeSet<QueueName>,
    /// Names in `calendars.toml`.
    pub calendars: BTreeSet<String>,
    /// All scripts, this one too.
    pub scripts: BTreeSet<ScriptName>,
    /// Logins of agents; `None` when the store was not asked.
    pub agents: Option<BTreeSet<String>>,
    /// Numbers that can be dialled.
    pub numbers: BTreeSet<String>,
    /// Sounds that exist: `zh-CN/welcome`.
    pub sounds: BTreeSet<String>,
}
/// Proves a script.
pub fn check(script: &Script, world: &World) -> Vec<Diagnostic> { let _ = (script, world); todo!() }
