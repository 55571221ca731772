//! `config/trunks.toml`: the carriers, which outside numbers go where, and who may call them.
//!
//! Read whole like every file: all mistakes at once, each with its place. What is dangerous but may be meant (a trunk that
//! is open to everybody, a weak password) is a warning (S28). A secret is named by an environment variable or a file and is
//! never printed (S22).

mod address;
mod line;
mod proof;
mod rules;
mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use engine::{DialPlan, Numbers, Trunk};
use ivr::Diagnostic;
use model::NumberPlan;
use sip::TrunkName;

use super::document::Document;
use super::report::Report;
use shape::File;

/// What the file depends on.
pub(crate) struct Given<'a> {
    /// The folder, in which secrets' files are looked for.
    pub(crate) dir: &'a Path,
    /// Realm of passwords that are proven to us.
    pub(crate) realm: &'a str,
    /// Country of national numbers, unless a trunk names another.
    pub(crate) plan: NumberPlan,
    /// The numbers of the house; `None` where their file has mistakes of its own.
    pub(crate) numbers: Option<&'a Numbers>,
    /// Logins of agents, where the store was asked.
    pub(crate) agents: Option<&'a BTreeSet<String>>,
}

/// What the file says.
#[derive(Debug, Default)]
pub(crate) struct Trunks {
    /// The carriers.
    pub(crate) trunks: BTreeMap<TrunkName, Trunk>,
    /// The dial rules.
    pub(crate) dial: DialPlan,
}

/// Reads the file; what was found with errors among it is not to be used.
pub(crate) fn read(document: &Document, given: &Given<'_>) -> (Trunks, Vec<Diagnostic>) {
    let file: File = match document.parse() {
        Ok(file) => file,
        Err(error) => return (Trunks::default(), vec![error]),
    };
    let mut report = Report::new(document);
    let ours = rules::Ours::new(given, &file.dial, &mut report);
    let mut trunks = BTreeMap::new();
    for (name, section) in &file.trunk {
        let name_ok = line::check_name(name, &mut report);
        let trunk = line::read(name, section, given, &ours, &mut report);
        if let (true, Some(trunk)) = (name_ok, trunk) {
            trunks.insert(trunk.line.name.clone(), trunk);
        }
    }
    line::check_together(&file.trunk, &mut report);
    let dial = rules::read(&file, given, &ours, &mut report);
    (Trunks { trunks, dial }, report.finish())
}

#[cfg(test)]
mod tests;
