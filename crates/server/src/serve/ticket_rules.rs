//! How a text of the rules of tickets is read that is only tried (C1), as the pages are lent it.

use std::sync::Arc;

use ivr::Diagnostic;
use web::{Finding, ReadRules, ReadText};

use crate::config::Source;
use crate::config::document::Document;

/// The name by which a text is told that stands in no file.
const TRIED: &str = "tickets.toml";

/// What reads it among the files of `source`.
pub(super) fn reader(source: &Source) -> Arc<ReadRules> {
    let source = source.clone();
    Arc::new(move |text| read(&source, text))
}

fn read(source: &Source, text: String) -> ReadText {
    let file = TRIED.to_owned();
    let (rules, found) = match source.ticket_rules_of(&Document { file, text }) {
        Ok((rules, warnings)) => (Some(rules), warnings),
        Err(wrong) => (None, wrong),
    };
    ReadText {
        rules,
        findings: found.into_iter().map(finding).collect(),
    }
}

fn finding(found: Diagnostic) -> Finding {
    Finding {
        line: found.line,
        column: found.column,
        is_error: found.is_error(),
        message: (found.message.zh, found.message.en),
        help: found.help.map(|help| (help.zh, help.en)),
    }
}
