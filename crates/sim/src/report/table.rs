//! The report for a terminal.

use std::fmt::Write as _;

use super::figure::{Rows, percent};
use super::{AgentReport, Report};

/// More agents than these are told by their spread alone.
const AGENTS_MAX: usize = 40;

/// The report as text.
#[must_use]
pub fn table(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = head(&mut text, report);
    let _ = queues(&mut text, report);
    let _ = estimates(&mut text, report);
    let _ = agents(&mut text, report);
    text
}

fn head(text: &mut String, report: &Report) -> std::fmt::Result {
    let title = match report.title.as_str() {
        "" => "Simulation",
        title => title,
    };
    let Report {
        seed, days, calls, ..
    } = report;
    let plural = if *days == 1 { "day" } else { "days" };
    write!(
        text,
        "{title}: {days} {plural} of {} h, seed {seed}\n\n",
        report.hours
    )?;
    let results = report.results.iter();
    let results: Vec<_> = results
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    writeln!(text, "{calls} calls: {}", results.join(", "))
}

fn queues(text: &mut String, report: &Report) -> std::fmt::Result {
    let Rows { columns, rows } = Rows::of(report);
    let width = rows.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or_default();
    let (t, short) = (report.service_level_s, report.short_abandon_s);
    write!(
        text,
        "\nT = {t} s, short abandons below {short} s\n{:width$}",
        ""
    )?;
    for name in &columns {
        write!(text, "  {name:>12}")?;
    }
    writeln!(text)?;
    for (name, values) in rows {
        write!(text, "{name:width$}")?;
        for value in values {
            write!(text, "  {value:>12}")?;
        }
        writeln!(text)?;
    }
    Ok(())
}

fn estimates(text: &mut String, report: &Report) -> std::fmt::Result {
    if report.estimates.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "\nestimated wait     told    silent  met by p50  met by p80"
    )?;
    for (name, it) in &report.estimates {
        let (p50, p80) = (percent(it.met_p50), percent(it.met_p80));
        let (name, told, silent) = (name.as_str(), it.told, it.silent);
        writeln!(text, "{name:14} {told:>8} {silent:>9} {p50:>11} {p80:>11}")?;
    }
    Ok(())
}

fn agents(text: &mut String, report: &Report) -> std::fmt::Result {
    if report.agents.len() <= AGENTS_MAX {
        writeln!(
            text,
            "\nagent          rings  answered  missed  declined  unreachable  occupancy"
        )?;
        for agent in &report.agents {
            let AgentReport {
                login,
                rings,
                answered,
                missed,
                declined,
                unreachable,
                ..
            } = agent;
            let occupancy = percent(agent.occupancy);
            writeln!(
                text,
                "{login:12} {rings:>7} {answered:>9} {missed:>7} {declined:>9} {unreachable:>12} {occupancy:>10}"
            )?;
        }
    }
    let fair = &report.fairness;
    let figure = |value: Option<f64>| value.map_or("-".to_owned(), |it| format!("{it:.3}"));
    writeln!(
        text,
        "\n{} agents: occupancy {} to {}, Gini {}; calls Gini {}, fewest to most {}",
        report.agents.len(),
        percent(fair.occupancy_min),
        percent(fair.occupancy_max),
        figure(fair.occupancy_gini),
        figure(fair.calls_gini),
        figure(fair.calls_min_to_max),
    )
}
