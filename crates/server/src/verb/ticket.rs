//! `trunkline ticket`: what the house says of tickets, tried on tickets of the past (C1) and on a moment (D7); tickets found, shown, merged and given
//! to others (J7, T26, C6), whether a server runs or not.

mod due;
mod merge;
mod office;
mod reassign;
mod rules;
mod search;
mod show;

use ivr::{Diagnostic, did_you_mean, told};
use model::{Calendar, Timestamp};
use speech::Language;
use ticket::{Rules, TicketKind};

use crate::Failure;
use crate::cli::TicketVerb;
use crate::config::Source;
use crate::config::document::Document;

/// Runs the verb.
pub(crate) fn run(
    source: &Source,
    verb: TicketVerb,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    match verb {
        TicketVerb::Rules(args) => rules::run(source, &args, json),
        TicketVerb::Due(args) => due::run(source, &args, json),
        TicketVerb::Search { text, days } => search::run(source, &text, days, json),
        TicketVerb::Show { number } => show::run(source, &number, json),
        TicketVerb::Merge { number, into } => merge::run(source, &number, &into, json),
        TicketVerb::Reassign(args) => reassign::run(source, &args, json, language),
    }
}

/// A moment on the wall clock of a calendar.
pub(super) fn moment(calendar: &Calendar, text: &str) -> Result<Timestamp, Failure> {
    calendar.moment(text).ok_or_else(|| {
        Failure::Refused(told!(
            "`{text}` is no moment; expected YYYY-MM-DD HH:MM such as 2026-11-16 09:30",
            "`{text}` 不是时刻；应为 YYYY-MM-DD HH:MM，如 2026-11-16 09:30"
        ))
    })
}

/// The rules of the configuration, or of none.
pub(super) fn standing(source: &Source) -> Result<Rules, Failure> {
    let path = source.dir.join("tickets.toml");
    if !path.exists() {
        return Ok(Rules::default());
    }
    let document = Document::read(&path).map_err(|error| Failure::from(vec![error]))?;
    read(source, &document)
}

/// Rules, with what somebody should look at told beside them.
fn read(source: &Source, document: &Document) -> Result<Rules, Failure> {
    let (rules, warnings): (_, Vec<Diagnostic>) = source.ticket_rules_of(document)?;
    warnings.iter().for_each(|warning| eprintln!("{warning}"));
    Ok(rules)
}

/// The type that is meant.
fn kind<'r>(rules: &'r Rules, name: Option<&str>) -> Result<&'r TicketKind, Failure> {
    let Some(name) = name else {
        return Ok(&rules.standard);
    };
    rules.kinds.get(name).ok_or_else(|| {
        let near = did_you_mean(name, rules.kinds.keys().map(String::as_str));
        Failure::Refused(told!("no type `{name}`", "没有工单类型 `{name}`").with(near))
    })
}
