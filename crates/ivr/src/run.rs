//! skeleton
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use model::{Calendar, Caller, ScriptName};
use crate::{Effect, Input, Script};
/// Who enters a script, and where he dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who calls.
    pub caller: Caller,
    /// 0 for none.
    pub vip_level: u8,
    /// The number that was dialled.
    pub called: String,
    /// His language, when it is known; the script's first one otherwise.
    pub language: Option<String>,
}
/// What a script may look at outside itself.
#[derive(Clone, Copy, Debug)]
pub struct Environment<'a> {
    /// By name.
    pub calendars: &'a BTreeMap<String, Calendar>,
    /// For transfers from script to script.
    pub scripts: &'a BTreeMap<ScriptName, Arc<Script>>,
}
/// One caller's way through a script.
#[derive(Debug)]
pub struct Run { script: Arc<Script> }
impl Run {
    /// A run that waits for `Input::Start`.
    pub fn new(script: Arc<Script>, entry: Entry) -> Self { let _ = entry; Self { script } }
    /// Takes what happened.
    pub fn handle_input(&mut self, now: Duration, environment: &Environment<'_>, input: Input) { let _ = (now, environment, input, &self.script); todo!() }
    /// Time has come.
    pub fn handle_timeout(&mut self, now: Duration, environment: &Environment<'_>) { let _ = (now, environment); todo!() }
    /// When `handle_timeout` is due (absolute).
    pub fn poll_timeout(&self) -> Option<Duration> { todo!() }
    /// The next thing to do.
    pub fn poll_effect(&mut self) -> Option<Effect> { todo!() }
    /// The caller's language.
    pub fn language(&self) -> &str { todo!() }
    /// The script that has the caller.
    pub fn script(&self) -> &ScriptName { todo!() }
    /// Whether the key just given belongs to a secret input.
    pub fn is_secret(&self) -> bool { todo!() }
    /// Answers so far, as text; without secret ones.
    pub fn variables(&self) -> BTreeMap<String, String> { todo!() }
}
