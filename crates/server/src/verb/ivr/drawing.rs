//! The graph of a script as a drawing (SVG): nodes from above to below, exits as arrows with what leads along them.
//!
//! Where things stand is found by the layout library. Exits that no test has taken are dashed. With heat nodes are coloured by
//! how many callers hang up there (E23).

use std::collections::{BTreeMap, BTreeSet};

use ivr::{Chart, ChartHeat, ChartNode, ExitId};
use layout::backends::svg::SVGWriter;
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::geometry::{Point, get_size_for_str, pad_shape_scalar};
use layout::core::style::{LineStyleKind, StyleAttr};
use layout::std_shapes::shapes::{Arrow, Element, LineEndKind, ShapeKind};
use layout::topo::layout::VisualGraph;
use speech::Language;

/// Of the texts, in px.
const FONT: usize = 14;
/// Around a node's text, in px.
const MARGIN: f64 = 16.0;
/// Where callers enter, where a call may end, and all the others: fill as 0xRRGGBBAA.
const START: u32 = 0xd9_ea_ff_ff;
const END: u32 = 0xff_e9_d6_ff;
const OTHER: u32 = 0xff_ff_ff_ff;
const OPAQUE: u32 = 0xff;
const INK: u32 = 0x33_3d_4a_ff;

/// Draws it.
pub(super) fn svg(
    chart: &Chart,
    language: Language,
    taken: &BTreeSet<ExitId>,
    heat: Option<ChartHeat<'_>>,
) -> String {
    let mut graph = VisualGraph::new(Orientation::TopToBottom);
    let mut handles = BTreeMap::new();
    for node in &chart.nodes {
        handles.insert(
            node.name.as_str(),
            graph.add_node(element(node, language, heat)),
        );
    }
    for exit in &chart.exits {
        let ends = (
            handles.get(exit.id.node.as_str()),
            handles.get(exit.to.as_str()),
        );
        if let (Some(from), Some(to)) = ends {
            let is_tried = taken.contains(&exit.id);
            // Each cause on a line of its own.
            let label = exit.label_with(language, "\n", heat);
            graph.add_edge(arrow(&label, is_tried), *from, *to);
        }
    }
    let mut svg = SVGWriter::new();
    graph.do_it(false, false, false, &mut svg);
    svg.finalize()
}

fn element(node: &ChartNode, language: Language, heat: Option<ChartHeat<'_>>) -> Element {
    let text = node.label(language, ["\n", "\n"], heat);
    let heated = heat.and_then(|heat| heat.fill(&node.name));
    let fill = match (heated, node.is_start, node.is_end) {
        (Some(fill), _, _) => fill << 8 | OPAQUE,
        (None, true, _) => START,
        (None, false, true) => END,
        (None, false, false) => OTHER,
    };
    let look = StyleAttr::new(Color::new(INK), 1, Some(Color::new(fill)), 6, FONT);
    let size = pad_shape_scalar(get_size_for_str(&text, FONT), MARGIN);
    // Latin letters are half as wide as the library takes them to be.
    let size = Point::new(size.x.max(90.0), size.y);
    Element::create(
        ShapeKind::new_box(&text),
        look,
        Orientation::TopToBottom,
        size,
    )
}

fn arrow(label: &str, is_tried: bool) -> Arrow {
    let line = if is_tried {
        LineStyleKind::Normal
    } else {
        LineStyleKind::Dashed
    };
    let look = StyleAttr::new(Color::new(INK), 1, None, 0, FONT);
    Arrow::new(
        LineEndKind::None,
        LineEndKind::Arrow,
        line,
        label,
        &look,
        &None,
        &None,
    )
}

#[cfg(test)]
mod tests {
    use ivr::ChartExit;
    use model::ScriptName;

    use super::*;

    /// A picture of so many nodes with exits that lead anywhere, to themselves too.
    fn any_chart(nodes: usize, mut state: u64) -> Chart {
        let name = |number: usize| format!("n<{number}>&\"");
        let mut next = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        let exits = (0..nodes * 2).map(|line| ChartExit {
            id: ExitId {
                script: ScriptName::from("main"),
                node: name(next(nodes)),
                line: u32::try_from(line).unwrap(),
                column: 1,
            },
            to: name(next(nodes)),
            word: "next".to_owned(),
            told: Vec::new(),
        });
        Chart {
            exits: exits.collect(),
            nodes: (0..nodes)
                .map(|number| ChartNode {
                    kind: "menu",
                    name: name(number),
                    is_start: number == 0,
                    is_end: number + 1 == nodes,
                })
                .collect(),
        }
    }

    #[test]
    fn any_script_can_be_drawn() {
        for (nodes, seed) in [1, 2, 3, 5, 8, 13, 21]
            .into_iter()
            .flat_map(|it| (0..3).map(move |seed| (it, seed)))
        {
            let chart = any_chart(nodes, seed);
            let svg = svg(&chart, Language::Chinese, &BTreeSet::new(), None);
            assert!(
                svg.contains("<svg") && svg.trim_end().ends_with("</svg>"),
                "{nodes} {seed}"
            );
            assert!(!svg.contains("n<0>"), "texts are escaped");
        }
    }
}
