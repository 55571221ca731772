//! The comparison as a page, in the looks of the report.

use super::super::chart::{Chart, Series};
use super::super::figure::{Unit, percent};
use super::super::html::{document, escaped, section};
use super::{CallerTurn, Compared, Comparison, fared, fares, told, verdict};

/// So many callers of each kind stand on the page.
const NAMED_MAX: usize = 200;

/// The comparison as a page.
#[must_use]
pub fn page(comparison: &Comparison) -> String {
    let title = format!("Replay of {}", comparison.window.from);
    let queues = comparison.queues.iter();
    let mut figures: String = queues.map(|(name, it)| queue(name.as_str(), it)).collect();
    if comparison.queues.len() != 1 {
        figures += &queue("all", &comparison.all);
    }
    let sections = [
        head(comparison, &title),
        levels(&comparison.all),
        figures,
        callers("Callers who fare better", &comparison.better),
        callers("Callers who fare worse", &comparison.worse),
    ];
    document(&escaped(&title), &sections.concat())
}

fn head(comparison: &Comparison, title: &str) -> String {
    let changes = comparison.changes.iter();
    let changes: String = changes
        .map(|change| format!("<li>{}</li>", escaped(change)))
        .collect();
    let Comparison {
        better,
        worse,
        same,
        seeds,
        ..
    } = comparison;
    format!(
        "<header><h1>{}</h1><p>{}</p><ul>{changes}</ul><p>{} plays: {} callers fare better, {} worse, {same} as before</p></header>",
        escaped(title),
        escaped(&verdict(&comparison.decisions)),
        seeds.len(),
        better.len(),
        worse.len()
    )
}

fn levels(all: &Compared) -> String {
    let rows: Vec<_> = all
        .rows
        .iter()
        .filter(|row| row.unit == Unit::Share)
        .collect();
    let chart = Chart {
        title: "Service level",
        names: rows.iter().map(|row| row.name.clone()).collect(),
        series: vec![
            Series {
                name: "was",
                colour: 1,
                values: rows.iter().map(|row| row.before).collect(),
            },
            Series {
                name: "would have been",
                colour: 2,
                values: rows.iter().map(|row| Some(row.after?.median)).collect(),
            },
        ],
        max: Some(1.0),
        told: |value| format!("{:.0} %", value * 100.0),
    };
    section("Service level", &(chart.legend() + &chart.bars()))
}

fn queue(name: &str, queue: &Compared) -> String {
    let mut table = String::from(
        "<table><thead><tr><th></th><th>was</th><th>would have been</th></tr></thead>",
    );
    for row in &queue.rows {
        let cells = told(row).map(|cell| format!("<td>{}</td>", escaped(&cell)));
        table += &format!("<tr>{}</tr>", cells.concat());
    }
    section(&escaped(name), &(table + "</table>"))
}

fn callers(title: &str, callers: &[CallerTurn]) -> String {
    let mut table = String::from(
        "<table><thead><tr><th>call</th><th>queue</th><th>was</th><th>would have been</th><th>plays</th></tr></thead>",
    );
    for caller in callers.iter().take(NAMED_MAX) {
        let cells = [
            caller.call.to_string(),
            caller.queue.to_string(),
            fared(&caller.before),
            fares(caller),
            percent(Some(caller.share)),
        ];
        let cells = cells.map(|cell| format!("<td>{}</td>", escaped(&cell)));
        table += &format!("<tr>{}</tr>", cells.concat());
    }
    let more = callers.len().saturating_sub(NAMED_MAX);
    let more = match more {
        0 => String::new(),
        more => format!("<p>and {more} more</p>"),
    };
    section(title, &(table + "</table>" + &more))
}
