//! The kinds of nodes: one row each, everything about a kind in its own file.
//!
//! A new kind is `node/NAME.rs` (its keys, `check`, `step`) and its row here; diagnostics, the reference page and the
//! proofs of `check` follow by themselves. Nobody else names a kind.

mod bot;
mod branch;
mod callback;
mod closing;
mod collect;
mod hangup;
mod hours;
mod http;
mod identify;
mod language;
mod menu;
mod play;
mod queue;
mod record;
mod r#return;
mod say;
mod script;
mod set;
mod sql;
mod survey;
mod ticket;
mod ticket_status;
mod transfer;
mod voicemail;

use std::fmt;

use crate::claim::Claims;
use crate::effect::Recorded;
use crate::report::Read;
use crate::row::{KeyRow, Words};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Step};

pub(crate) use branch::CASE;
pub(crate) use closing::{Clerk, KIND as CLOSING, of_number as closing_of_number};
pub(crate) use collect::INPUT_KINDS;

/// One kind of node.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The word in `[KIND.NAME]`.
    pub(crate) name: &'static str,
    pub(crate) says: Words,
    pub(crate) keys: &'static [KeyRow],
    /// A table as an admin would write it, for the reference page.
    pub(crate) example: &'static str,
    pub(crate) read: fn(&mut Section<'_, '_>) -> Read<Box<dyn Node>>,
}

/// All kinds, in the order of the reference page.
pub(crate) const KINDS: &[Kind] = &[
    play::KIND,
    say::KIND,
    menu::KIND,
    collect::KIND,
    branch::KIND,
    set::KIND,
    hours::KIND,
    language::KIND,
    queue::KIND,
    record::KIND,
    voicemail::KIND,
    closing::KIND,
    callback::KIND,
    transfer::KIND,
    http::KIND,
    sql::KIND,
    bot::KIND,
    identify::KIND,
    ticket::KIND,
    ticket_status::KIND,
    survey::KIND,
    script::KIND,
    r#return::KIND,
    hangup::KIND,
];

/// A node that was read.
pub(crate) trait Node: fmt::Debug + Send + Sync {
    /// Claims everything that `check` has to prove.
    fn check<'n>(&'n self, claims: &mut Claims<'n>);

    /// The caller comes here: what it wants first. Its own state between two events is `visit`'s memory.
    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n>;

    /// Takes what happened and says what it wants next. A kind that is done as soon as it is entered is told nothing.
    fn step<'n>(&'n self, _visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        Step::impossible(event)
    }

    /// The caller has hung up; `said` is what he was saying. A kind that records nothing has nothing to do.
    fn left(&self, _visit: &mut Visit<'_>, _said: Option<Recorded>) {}
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use toml::de::DeTable;

    use super::*;
    use crate::place::Source;
    use crate::report::Report;
    use crate::row::Need;

    /// Reads each node of an example; the keys that its readers asked for.
    fn check_example(kind: &Kind, text: &str) -> BTreeSet<&'static str> {
        let document =
            DeTable::parse(text).unwrap_or_else(|error| panic!("{}: {error}", kind.name));
        let source = Source::new(text);
        let mut report = Report::new("example");
        let nodes = document.get_ref()[kind.name]
            .get_ref()
            .as_table()
            .expect("a kind");
        let mut asked = BTreeSet::new();
        for (name, table) in nodes {
            let place = source.place(name.span().start);
            let table = table.get_ref().as_table().expect("a node");
            let title = format!("{}.{}", kind.name, name.get_ref());
            let mut section = Section::new(title, place, table, kind.keys, &source, &mut report);
            assert!((kind.read)(&mut section).is_ok(), "{text}");
            asked.extend(section.asked());
        }
        assert_eq!(report.finish(), [], "{text}");
        asked
    }

    #[test]
    fn every_file_has_its_row() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/node");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| {
                entry
                    .unwrap()
                    .file_name()
                    .into_string()
                    .ok()?
                    .strip_suffix(".rs")
                    .map(str::to_owned)
            })
            .collect();
        let rows: BTreeSet<String> = KINDS.iter().map(|kind| kind.name.to_owned()).collect();
        assert_eq!(files, rows);
    }

    #[test]
    fn every_key_of_a_row_is_read_and_every_key_that_is_read_has_a_row() {
        for kind in KINDS {
            let rows: BTreeSet<&str> = kind.keys.iter().map(|row| row.name).collect();
            assert_eq!(check_example(kind, kind.example), rows, "{}", kind.name);
        }
    }

    #[test]
    fn same_as_names_a_key_that_is_required() {
        for kind in KINDS {
            for row in kind.keys {
                if let Need::SameAs(other) = row.need {
                    let there = kind
                        .keys
                        .iter()
                        .any(|row| row.name == other && matches!(row.need, Need::Required));
                    assert!(there, "{}.{}", kind.name, row.name);
                }
            }
        }
    }
}
