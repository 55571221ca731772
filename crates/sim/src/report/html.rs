//! The report as a page of its own: no script, no font, no picture from elsewhere; light and dark, and fit for paper.

use std::fmt::Write as _;

use model::ServiceLevel;

use super::Report;
use super::chart::{Chart, Series};
use super::figure::{Rows, percent, seconds};

/// More agents than these are drawn by every n-th, in order of their occupancy.
const AGENT_BARS_MAX: usize = 60;
const STYLE: &str = include_str!("report.css");

/// The report as a page.
#[must_use]
pub fn page(report: &Report) -> String {
    let title = match report.title.as_str() {
        "" => "Simulation".to_owned(),
        title => escaped(title),
    };
    let sections = [
        head(report, &title),
        cards(report),
        calls_by_half_hour(report),
        service_by_half_hour(report),
        waits(report),
        queues(report),
        estimates(report),
        occupancy(report),
        agents(report),
    ];
    document(&title, &sections.concat())
}

/// A page of its own, of a title and a body that were escaped.
pub(super) fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>\n"
    )
}

fn head(report: &Report, title: &str) -> String {
    let Report {
        seed,
        days,
        hours,
        start,
        calls,
        ..
    } = report;
    let results = report.results.iter();
    let results: Vec<_> = results
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    format!(
        "<header><h1>{title}</h1><p>{days} × {hours} h from {start} on, seed {seed} · {calls} calls: {}</p></header>",
        results.join(", ")
    )
}

fn cards(report: &Report) -> String {
    let (all, t) = (&report.all, report.service_level_s);
    let level = |level| percent(all.service_levels.get(&level).copied());
    let abandoned = all.counts.abandoned as f64 / all.counts.offered.max(1) as f64;
    let cards = [
        (
            level(ServiceLevel::OfOffered),
            format!("answered within {t} s, of offered"),
        ),
        (seconds(all.wait_mean_ms), "mean wait".to_owned()),
        (
            seconds(all.wait_p90_ms.map(|ms| ms as f64)),
            "wait, nine of ten".to_owned(),
        ),
        (percent(Some(abandoned)), "abandoned".to_owned()),
        (busy(report), "mean occupancy".to_owned()),
    ];
    let cards =
        cards.map(|(figure, name)| format!("<div><b>{figure}</b><span>{name}</span></div>"));
    format!("<section class=\"cards\">{}</section>", cards.concat())
}

fn busy(report: &Report) -> String {
    let known: Vec<f64> = report.agents.iter().filter_map(|it| it.occupancy).collect();
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    percent((!known.is_empty()).then_some(mean))
}

fn calls_by_half_hour(report: &Report) -> String {
    let of = |count: fn(&model::ServiceCounts) -> u64| {
        let rows = report.day.iter();
        rows.map(|row| Some(count(&row.counts) as f64)).collect()
    };
    let chart = Chart {
        title: "Callers by half hour",
        names: half_hours(report),
        series: vec![
            Series {
                name: "offered",
                colour: 1,
                values: of(|counts| counts.offered),
            },
            Series {
                name: "answered",
                colour: 2,
                values: of(|counts| counts.answered),
            },
            Series {
                name: "abandoned",
                colour: 3,
                values: of(|counts| counts.abandoned),
            },
        ],
        max: None,
        told: |value| format!("{value:.0}"),
    };
    section("Callers by half hour", &(chart.legend() + &chart.bars()))
}

fn service_by_half_hour(report: &Report) -> String {
    let colours = [1, 2, 3, 4, 5];
    let levels = ServiceLevel::ALL.into_iter().zip(colours);
    let chart = Chart {
        title: "Service level by half hour",
        names: half_hours(report),
        series: levels
            .map(|(level, colour)| Series {
                name: level.formula(),
                colour,
                values: report.day.iter().map(|row| level.of(&row.counts)).collect(),
            })
            .collect(),
        max: Some(1.0),
        told: |value| format!("{:.0} %", value * 100.0),
    };
    let title = format!("Service level, T = {} s", report.service_level_s);
    section(&title, &(chart.legend() + &chart.lines()))
}

fn waits(report: &Report) -> String {
    let mut above = 0;
    let names = report.all.waits.iter().map(|bar| match bar.up_to_s {
        Some(0) => "0 s".to_owned(),
        Some(up_to) => format!("{}–{up_to} s", std::mem::replace(&mut above, up_to)),
        None => format!("> {above} s"),
    });
    let chart = Chart {
        title: "Waits of answered callers",
        names: names.collect(),
        series: vec![Series {
            name: "callers",
            colour: 1,
            values: report
                .all
                .waits
                .iter()
                .map(|bar| Some(bar.callers as f64))
                .collect(),
        }],
        max: None,
        told: |value| format!("{value:.0}"),
    };
    section("Waits of answered callers", &chart.bars())
}

fn queues(report: &Report) -> String {
    let Rows { columns, rows } = Rows::of(report);
    let cells = |tag: &str, cells: &[String]| {
        let cells = cells
            .iter()
            .map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell)));
        cells.collect::<String>()
    };
    let mut table = format!(
        "<table><thead><tr><th></th>{}</tr></thead>",
        cells("th", &columns)
    );
    for (name, values) in rows {
        table += &format!("<tr><td>{name}</td>{}</tr>", cells("td", &values));
    }
    let (t, short) = (report.service_level_s, report.short_abandon_s);
    let words = format!("<p>T = {t} s; short abandons are those below {short} s.</p>");
    section("Queues", &(table + "</table>" + &words))
}

fn estimates(report: &Report) -> String {
    let mut table = String::from(
        "<table><thead><tr><th>queue</th><th>told</th><th>silent</th><th>met by p50</th><th>met by p80</th></tr></thead>",
    );
    for (name, it) in &report.estimates {
        let cells = [
            escaped(name.as_str()),
            it.told.to_string(),
            it.silent.to_string(),
            percent(it.met_p50),
            percent(it.met_p80),
        ];
        let cells = cells.map(|cell| format!("<td>{cell}</td>"));
        table += &format!("<tr>{}</tr>", cells.concat());
    }
    section("Estimated wait", &(table + "</table>"))
}

fn occupancy(report: &Report) -> String {
    let mut agents: Vec<_> = report.agents.iter().collect();
    agents.sort_by(|a, b| {
        let (one, other) = (a.occupancy.unwrap_or(0.0), b.occupancy.unwrap_or(0.0));
        other.total_cmp(&one)
    });
    let every = agents.len().div_ceil(AGENT_BARS_MAX).max(1);
    let shown: Vec<_> = agents.into_iter().step_by(every).collect();
    let chart = Chart {
        title: "Occupancy by agent",
        names: shown.iter().map(|agent| agent.login.clone()).collect(),
        series: vec![Series {
            name: "occupancy",
            colour: 2,
            values: shown.iter().map(|agent| agent.occupancy).collect(),
        }],
        max: Some(1.0),
        told: |value| format!("{:.0} %", value * 100.0),
    };
    let fair = &report.fairness;
    let figure = |value: Option<f64>| value.map_or("–".to_owned(), |it| format!("{it:.3}"));
    let words = format!(
        "<p>Gini of occupancy {}, of calls {}; fewest calls to most {}. 0 is even.</p>",
        figure(fair.occupancy_gini),
        figure(fair.calls_gini),
        figure(fair.calls_min_to_max)
    );
    section("Occupancy and fairness", &(chart.bars() + &words))
}

fn agents(report: &Report) -> String {
    let mut table = String::from(
        "<table><thead><tr><th>agent</th><th>rings</th><th>answered</th><th>missed</th><th>declined</th><th>unreachable</th><th>talk</th><th>wrap-up</th><th>occupancy</th></tr></thead>",
    );
    for agent in &report.agents {
        let minutes = |ms: u64| format!("{} min", ms / 60_000);
        // Writing to a string cannot fail.
        let _ = write!(
            table,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            agent.login,
            agent.rings,
            agent.answered,
            agent.missed,
            agent.declined,
            agent.unreachable,
            minutes(agent.talking_ms),
            minutes(agent.wrap_up_ms),
            percent(agent.occupancy)
        );
    }
    section("Agents", &(table + "</table>"))
}

fn half_hours(report: &Report) -> Vec<String> {
    report.day.iter().map(|row| row.from.clone()).collect()
}

pub(super) fn section(title: &str, body: &str) -> String {
    format!("<section><h2>{title}</h2>{body}</section>")
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_bring_markup() {
        assert_eq!(escaped("<b> & \"c\""), "&lt;b&gt; &amp; &quot;c&quot;");
    }
}
