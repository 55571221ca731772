//! The options of the verbs that play days: `simulate` one that was made up, `replay` one that was.

use std::path::PathBuf;

use clap::Args;

/// `trunkline simulate`
#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// Who calls and who works; default: a day of a small centre.
    pub scenario: Option<PathBuf>,
    /// Prints that day as a scenario to begin with.
    #[arg(long, conflicts_with = "scenario")]
    pub example: bool,
    /// Takes a house of its own instead of the configuration: 4000 greets and leads to the queue `support`, 4001 leads
    /// there at once.
    #[arg(long)]
    pub built_in: bool,
    /// Gives every queue this strategy.
    #[arg(long, value_name = "NAME")]
    pub strategy: Option<String>,
    /// Another seed than the scenario's.
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Writes the report as a page.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Writes the facts, one in a line.
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,
    /// Plays it twice and compares all facts.
    #[arg(long)]
    pub twice: bool,
    /// Checks the whole distribution after so many steps; 1: after each, which is slow.
    #[arg(long, value_name = "STEPS", default_value_t = 1_000)]
    pub check_every: u64,
}

/// `trunkline replay`
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Which day, such as 2026-11-23.
    #[arg(long, value_name = "DATE")]
    pub day: String,
    /// By which clock it begins and ends.
    #[arg(
        long,
        value_name = "OFFSET",
        default_value = "+08:00",
        allow_hyphen_values = true
    )]
    pub offset: String,
    /// Folder of the fact log; default: that of the configuration. A running server is not disturbed.
    #[arg(long, value_name = "DIR")]
    pub facts: Option<PathBuf>,
    /// Gives every queue this strategy.
    #[arg(long, value_name = "NAME")]
    pub strategy: Option<String>,
    /// How often the day is played under these rules, each time with other lots.
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub plays: u64,
    /// The first seed; the others follow.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Writes the comparison as a page.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}
