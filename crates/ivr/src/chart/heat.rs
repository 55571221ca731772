//! Heat on the picture (E23): how many callers came to a node and along each exit, and how many of them hung up there.

use std::collections::{BTreeMap, BTreeSet};

use model::{NodeHeat, Way};
use speech::Language;

use super::ChartExit;
use crate::told;

/// From which share of callers who hang up on a node has which fill (0xRRGGBB), the hottest first.
const LEVELS: [(f64, u32); 5] = [
    (0.20, 0xf4_8a_7a),
    (0.10, 0xf8_b3_94),
    (0.05, 0xfb_d6_a8),
    (0.02, 0xfd_ee_c4),
    (0.00, 0xe6_f4_e1),
];

/// What callers did in the script of a chart, by its nodes.
#[derive(Clone, Copy, Debug)]
pub struct ChartHeat<'h>(pub &'h BTreeMap<String, NodeHeat>);

impl ChartHeat<'_> {
    /// The fill of a node, 0xRRGGBB; `None`: nobody came there.
    pub fn fill(&self, node: &str) -> Option<u32> {
        let share = self.0.get(node)?.hung_up_share()?;
        let level = LEVELS.iter().find(|(from, _)| share >= *from);
        level.map(|(_, fill)| *fill)
    }

    /// A node's figures in a line: how many came, and how many hung up.
    pub fn line(&self, node: &str, language: Language) -> Option<String> {
        let heat = self.0.get(node)?;
        let entered: u64 = heat.ways.values().map(|way| way.visits).sum();
        let percent = heat.hung_up_share()? * 100.0;
        let told = told!(
            "{entered} came, {percent:.1} % hung up",
            "{entered} 次，挂机 {percent:.1}%"
        );
        Some(told.said_in(language).to_owned())
    }

    /// How many went along an exit; `None`: nobody came to its node.
    pub fn count(&self, exit: &ChartExit) -> Option<u64> {
        let heat = self.0.get(&exit.id.node)?;
        let words: BTreeSet<&str> = exit.word.split('/').collect();
        let of_exit = heat.ways.iter().filter(|(way, _)| match way {
            // Visits that former versions wrote down have the words of all causes.
            Way::Exit(word) => word.split('/').all(|word| words.contains(word)),
            Way::Answered | Way::HungUp | Way::Ended | Way::Lost | Way::HandedOn => false,
        });
        Some(of_exit.map(|(_, heat)| heat.visits).sum())
    }
}
