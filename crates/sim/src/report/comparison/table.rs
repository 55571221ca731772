//! The comparison for a terminal.

use super::super::figure::percent;
use super::{CallerTurn, Compared, Comparison, fared, fares, told, verdict};

/// So many callers of each kind are named; `--json` names all.
const NAMED_MAX: usize = 10;

/// The comparison as text.
#[must_use]
pub fn table(comparison: &Comparison) -> String {
    let Comparison {
        window,
        seeds,
        same,
        better,
        worse,
        ..
    } = comparison;
    let mut text = format!(
        "{} to {}\n{}\n",
        window.from,
        window.to,
        verdict(&comparison.decisions)
    );
    if comparison.decisions.reloads > 0 {
        let times = comparison.decisions.reloads;
        text += &format!(
            "the configuration changed {times} times during the day; compared is with its last\n"
        );
    }
    for change in &comparison.changes {
        text += &format!("  {change}\n");
    }
    text += &format!(
        "\nunder these rules, {} plays: {} callers fare better, {} worse, {same} as before\n",
        seeds.len(),
        better.len(),
        worse.len()
    );
    for (name, queue) in &comparison.queues {
        text += &figures(name.as_str(), queue);
    }
    if comparison.queues.len() != 1 {
        text += &figures("all", &comparison.all);
    }
    text += &callers("better", better);
    text + &callers("worse", worse)
}

fn figures(name: &str, queue: &Compared) -> String {
    let rows: Vec<[String; 3]> = queue.rows.iter().map(told).collect();
    let width = |of: usize| {
        let cells = rows.iter().filter_map(|row| row.get(of));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let (first, second) = (width(0).max(name.chars().count()), width(1).max(6));
    let mut text = format!("\n{name:first$}  {:>second$}  would have been\n", "was");
    for [name, before, after] in rows {
        text += &format!("{name:first$}  {before:>second$}  {after}\n");
    }
    text
}

fn callers(turn: &str, callers: &[CallerTurn]) -> String {
    if callers.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{turn}:\n");
    for caller in callers.iter().take(NAMED_MAX) {
        let share = percent(Some(caller.share));
        text += &format!(
            "  {}  {}  {} → {} ({turn} in {share})\n",
            caller.call,
            caller.queue,
            fared(&caller.before),
            fares(caller)
        );
    }
    let more = callers.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        text += &format!("  and {more} more, with --json\n");
    }
    text
}
