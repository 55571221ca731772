//! The picture as text for Mermaid (flowchart syntax), which browsers and code forges draw.

use std::collections::{BTreeMap, BTreeSet};

use speech::Language;

use super::{Chart, ChartHeat, ChartNode, ExitId};

pub(super) fn write(
    chart: &Chart,
    language: Language,
    taken: &BTreeSet<ExitId>,
    heat: Option<ChartHeat<'_>>,
) -> String {
    let names = chart.nodes.iter().enumerate();
    let ids: BTreeMap<&str, usize> = names
        .map(|(number, node)| (node.name.as_str(), number))
        .collect();
    let mut lines = vec!["flowchart TD".to_owned()];
    for (number, node) in chart.nodes.iter().enumerate() {
        let (open, close) = shape(node);
        let text = quoted(&node.label(language, [" ", " · "], heat));
        lines.push(format!("  n{number}{open}{text}{close}"));
        if let Some(fill) = heat.and_then(|heat| heat.fill(&node.name)) {
            lines.push(format!("  style n{number} fill:#{fill:06x}"));
        }
    }
    for exit in &chart.exits {
        // A node that is not there was told by `check`.
        let (Some(from), Some(to)) = (ids.get(exit.id.node.as_str()), ids.get(exit.to.as_str()))
        else {
            continue;
        };
        let arrow = if taken.contains(&exit.id) {
            "-->"
        } else {
            "-.->"
        };
        let label = exit.label_with(language, " / ", heat);
        let label = if label.is_empty() {
            String::new()
        } else {
            format!("|{}|", quoted(&label))
        };
        lines.push(format!("  n{from} {arrow}{label} n{to}"));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Entrances are round, ends are double.
const fn shape(node: &ChartNode) -> (&'static str, &'static str) {
    match (node.is_start, node.is_end) {
        (true, _) => ("([", "])"),
        (false, true) => ("[[", "]]"),
        (false, false) => ("[", "]"),
    }
}

/// A text in quotes; its own are written as Mermaid's entities.
fn quoted(text: &str) -> String {
    let escaped = text
        .replace('#', "#35;")
        .replace('"', "#quot;")
        .replace('`', "#96;")
        .replace('<', "#lt;")
        .replace('>', "#gt;");
    format!("\"{escaped}\"")
}
