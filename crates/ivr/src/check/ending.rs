//! No call ends without a word (E22, M2).
//!
//! A call ends with somebody, with a promise, or with words: `hangup` has a prompt of its own, or what the caller heard last
//! was said to him and asked nothing. A question that is followed by silence is no goodbye.

use std::collections::BTreeSet;

use super::house::{Graph, Passage, Stop, Walk, Way};
use super::story::Wanted;
use crate::claim::{Cause, End, LastWord};
use crate::diagnostic::Diagnostic;
use crate::effect::CallbackAnswer;
use crate::told;

/// Whether a caller would know why the call ends, if it ended now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Knows {
    Nothing,
    Enough,
}

pub(super) fn check(graph: &Graph<'_>, found: &mut Vec<Diagnostic>) {
    let roots = graph
        .roots()
        .map(|(stop, root)| (stop, Knows::Nothing, root));
    let walk = Walk::new(graph, roots, |stop, knows, way| {
        knows_after(graph, stop, knows, way)
    });
    let mut told: BTreeSet<Stop<'_>> = BTreeSet::new();
    for (at, stop, knows) in walk.states() {
        let end = graph.claims(stop).and_then(|claims| claims.end);
        let is_silent = end == Some(End::HangUp { spoken: false });
        if is_silent && knows == Knows::Nothing && told.insert(stop) {
            let message = told!(
                "the call ends without a word at `{}`",
                "通话在 `{}` 一言不发地结束",
                stop.1
            );
            let help = told!(
                "give it a `prompt`, or a `play` or `say` before it",
                "请给它 `prompt`，或在其前加 `play`、`say`"
            );
            let story = walk.story(at).wanting(Wanted::EndsWell);
            found.push(graph.error(stop, message, help, story));
        }
    }
}

fn knows_after(graph: &Graph<'_>, stop: Stop<'_>, knows: Knows, way: &Way<'_>) -> Knows {
    let Some(claims) = graph.claims(stop) else {
        return knows;
    };
    if let Passage::Exit(Cause::Accepts(_) | Cause::Callback(CallbackAnswer::Promised)) =
        way.passage
    {
        return Knows::Enough;
    }
    match claims.last_word() {
        LastWord::Told => Knows::Enough,
        LastWord::Nothing => Knows::Nothing,
        LastWord::AsBefore => knows,
    }
}
