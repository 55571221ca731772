//! Overflow between scripts (D13): no way leads from one script to others and back without the caller.
//!
//! Within a script `graph` proves that. Here the ways go on where a script hands the caller to another, by its name or by a number that
//! enters it: from one queue to the next, to a third, and round again, a caller would wait for ever and never be told.

use std::collections::BTreeMap;

use model::ScriptName;

use super::AllClaims;
use super::cycle::rounds;
use crate::claim::{By, ReferenceKind};
use crate::diagnostic::Diagnostic;
use crate::place::Name;
use crate::report::Report;
use crate::script::Script;

/// A node of a script.
type Stop<'s> = (&'s str, &'s str);

/// Where a way goes on: the name that leads there, and whether that is another script.
#[derive(Clone, Copy)]
struct Way<'s> {
    by: &'s Name,
    hands_over: bool,
}

/// What is wrong with the ways between scripts. `enters` tells which script a number of the house enters.
pub fn check_overflow(
    scripts: &[Script],
    enters: impl Fn(&str) -> Option<ScriptName>,
) -> Vec<Diagnostic> {
    let claims: BTreeMap<&str, (&Script, AllClaims<'_>)> = scripts
        .iter()
        .map(|script| (script.name().as_str(), (script, script.claims())))
        .collect();
    let roots = claims
        .iter()
        .map(|(name, (script, _))| (*name, script.start.text.as_str()));
    let mut found = Vec::new();
    rounds(
        roots,
        |stop| ways(&claims, stop, &enters),
        |stops, ways| {
            let last = stops.last().and_then(|(script, _)| claims.get(script));
            // A round within one script was told by `graph`.
            if let (Some(way), Some((script, _))) = (ways.last(), last)
                && ways.iter().any(|way| way.hands_over)
            {
                let mut report = Report::new(&script.file);
                tell(stops, way.by, &mut report);
                found.extend(report.finish());
            }
        },
    );
    found
}

/// Where a caller comes from a node by doing nothing.
fn ways<'s>(
    claims: &'s BTreeMap<&'s str, (&'s Script, AllClaims<'s>)>,
    (script, node): Stop<'s>,
    enters: &impl Fn(&str) -> Option<ScriptName>,
) -> Vec<(Way<'s>, Stop<'s>)> {
    let Some(node) = claims.get(script).and_then(|(_, claims)| claims.get(node)) else {
        return Vec::new();
    };
    let by_itself = node.exits.iter().filter(|exit| exit.by == By::Itself);
    let exits = by_itself.map(|exit| {
        let way = Way {
            by: exit.to,
            hands_over: false,
        };
        (way, (script, exit.to.text.as_str()))
    });
    let others = node.references.iter().filter_map(|reference| {
        let by = reference.name;
        let name = match reference.kind {
            ReferenceKind::Script => ScriptName::new(by.text.clone()),
            ReferenceKind::Number => enters(&by.text)?,
            ReferenceKind::Prompt
            | ReferenceKind::Queue
            | ReferenceKind::Calendar
            | ReferenceKind::Agent
            | ReferenceKind::Language => return None,
        };
        let (other, (script, _)) = claims.get_key_value(name.as_str())?;
        let way = Way {
            by,
            hands_over: true,
        };
        Some((way, (*other, script.start.text.as_str())))
    });
    exits.chain(others).collect()
}

fn tell(stops: &[Stop<'_>], back: &Name, report: &mut Report) {
    let first = stops.first();
    let names: Vec<String> = stops
        .iter()
        .chain(first)
        .map(|(script, node)| format!("`{script}: {node}`"))
        .collect();
    let message = format!(
        "a caller who does nothing goes round between scripts for ever: {}",
        names.join(" → ")
    );
    let help = "let one of these exits lead to an end: a transfer or a hangup with another way out";
    report.error(back.place, message, Some(help.to_owned()));
}
