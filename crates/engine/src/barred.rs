//! Barred callers as call control knows them (A7): by the key of the number, what they meet and until when.

use std::collections::BTreeMap;

use model::{Bar, BarredCaller, Timestamp};

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Barred(BTreeMap<String, (Bar, Option<Timestamp>)>);

impl Barred {
    /// What this number meets at this time, if it is barred.
    pub(crate) fn meets(&self, number: &str, now: Timestamp) -> Option<&Bar> {
        let (bar, until) = self.0.get(number)?;
        until.is_none_or(|until| now < until).then_some(bar)
    }

    /// Whether nobody is barred.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<BarredCaller> for Barred {
    fn from_iter<T: IntoIterator<Item = BarredCaller>>(callers: T) -> Self {
        let row = |caller: BarredCaller| (caller.number, (caller.bar, caller.until));
        Self(callers.into_iter().map(row).collect())
    }
}
