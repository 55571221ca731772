//! Where a dialled number enters: configured numbers first, then agents by their login, else nowhere.

use crate::config::{Config, Entry};
use crate::directory::Directory;

/// The entry of a number, or `None`: 404.
pub(crate) fn entry(config: &Config, directory: &Directory, called: &str) -> Option<Entry> {
    if let Some(number) = config.numbers.get(called) {
        return Some(number.entry.clone());
    }
    directory
        .by_login(called)
        .map(|agent| Entry::Agent(agent.login.clone()))
}
