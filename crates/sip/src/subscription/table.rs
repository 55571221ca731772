//! The subscriptions that are alive, found by their dialog or by what they watch, and the state that was told last.
//!
//! Invariant: each index leads to a subscription that exists; a watcher without one has no row.

use super::{DialogInfo, MessageSummary, Package};
use crate::{
    dialog::{Dialog, DialogKey},
    flow::Flow,
};
use core::time::Duration;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One subscription, RFC 6665 §4.2.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) package: Package,
    /// Whose state is watched.
    pub(crate) watched: String,
    /// Who watches.
    pub(crate) watcher: String,
    pub(crate) dialog: Dialog,
    /// `id` of its Event header.
    pub(crate) event_id: Option<String>,
    /// Absolute time of its end.
    pub(crate) expires_at: Duration,
    /// Version of the next document (RFC 4235 §4.1.1).
    pub(crate) version: u32,
    /// When the last NOTIFY went.
    pub(crate) notified_at: Option<Duration>,
    /// A NOTIFY waits for its answer: the next one waits with it.
    pub(crate) in_flight: bool,
    /// There is something that was not told.
    pub(crate) is_due: bool,
}

/// All subscriptions.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    issued: u64,
    rows: BTreeMap<u64, Subscription>,
    dialogs: HashMap<DialogKey, u64>,
    watched: BTreeMap<(Package, String), BTreeSet<u64>>,
    watchers: BTreeMap<String, usize>,
    /// Of users with an account; never walked.
    calls: FxHashMap<String, Vec<DialogInfo>>,
    summaries: BTreeMap<String, MessageSummary>,
}

impl Subscriptions {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many a watcher has.
    pub(crate) fn count_of(&self, watcher: &str) -> usize {
        self.watchers.get(watcher).copied().unwrap_or_default()
    }

    pub(crate) fn add(&mut self, subscription: Subscription) -> u64 {
        self.issued = self.issued.wrapping_add(1);
        let number = self.issued;
        let key = (subscription.package, subscription.watched.clone());
        self.watched.entry(key).or_default().insert(number);
        let count = self
            .watchers
            .entry(subscription.watcher.clone())
            .or_default();
        *count = count.saturating_add(1);
        self.dialogs.insert(subscription.dialog.key.clone(), number);
        self.rows.insert(number, subscription);
        number
    }

    pub(crate) fn get(&self, number: u64) -> Option<&Subscription> {
        self.rows.get(&number)
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut Subscription> {
        self.rows.get_mut(&number)
    }

    pub(crate) fn find(&self, key: &DialogKey) -> Option<u64> {
        self.dialogs.get(key).copied()
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<Subscription> {
        let gone = self.rows.remove(&number)?;
        self.dialogs.remove(&gone.dialog.key);
        let key = (gone.package, gone.watched.clone());
        if let Some(numbers) = self.watched.get_mut(&key) {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.watched.remove(&key);
            }
        }
        if let Some(count) = self.watchers.get_mut(&gone.watcher) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.watchers.remove(&gone.watcher);
            }
        }
        Some(gone)
    }

    /// Who watches that of a user.
    pub(crate) fn of(&self, package: Package, watched: &str) -> Vec<u64> {
        if self.watched.is_empty() {
            return Vec::new();
        }
        let numbers = self.watched.get(&(package, watched.to_owned()));
        numbers.map_or_else(Vec::new, |numbers| numbers.iter().copied().collect())
    }

    /// In which a user watches or is watched.
    pub(crate) fn with(&self, user: &str) -> Vec<u64> {
        let rows = self.rows.iter();
        rows.filter(|(_, row)| row.watched == user || row.watcher == user)
            .map(|(number, _)| *number)
            .collect()
    }

    /// Whose NOTIFY goes by that flow.
    pub(crate) fn on_flow(&self, flow: Flow) -> Vec<u64> {
        let rows = self.rows.iter();
        rows.filter(|(_, row)| row.dialog.flow == flow)
            .map(|(number, _)| *number)
            .collect()
    }

    /// Keeps the calls of a user; false when they are what they were.
    pub(crate) fn set_calls(&mut self, user: &str, calls: Vec<DialogInfo>) -> bool {
        match self.calls.get_mut(user) {
            Some(known) if *known == calls => return false,
            Some(_) if calls.is_empty() => drop(self.calls.remove(user)),
            Some(known) => *known = calls,
            None if calls.is_empty() => return false,
            None => drop(self.calls.insert(user.to_owned(), calls)),
        }
        true
    }

    /// The calls of a user, as they were told last.
    pub(crate) fn calls(&self, user: &str) -> &[DialogInfo] {
        self.calls.get(user).map_or(&[], Vec::as_slice)
    }

    /// Keeps how many messages wait; false when it is what it was.
    pub(crate) fn set_summary(&mut self, user: &str, summary: MessageSummary) -> bool {
        if self.summary(user) == summary {
            return false;
        }
        if summary == MessageSummary::default() {
            self.summaries.remove(user);
        } else {
            self.summaries.insert(user.to_owned(), summary);
        }
        true
    }

    pub(crate) fn summary(&self, user: &str) -> MessageSummary {
        self.summaries.get(user).copied().unwrap_or_default()
    }

    /// Forgets what was told about a user.
    pub(crate) fn forget_user(&mut self, user: &str) {
        self.calls.remove(user);
        self.summaries.remove(user);
    }
}
