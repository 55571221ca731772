//! `trunkline ticket`: the line of what the house says of tickets.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `trunkline ticket`
#[derive(Debug, Subcommand)]
pub(crate) enum TicketVerb {
    /// Lists the rules of dispatch, or tells what they would have done with the last tickets.
    #[command(
        after_help = "Examples:\n  trunkline ticket rules\n  trunkline ticket rules --dry-run --last 1000\n  trunkline ticket rules --dry-run --with tickets-new.toml --json"
    )]
    Rules(RulesArgs),
    /// Tells when a ticket is due, with each day of the sum.
    #[command(
        after_help = "Example: trunkline ticket due --type complaint --priority 2 --at '2026-11-16 09:30'\nThe time is that of the type's calendar."
    )]
    Due(DueArgs),
}

/// Which rules, over which tickets.
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// Tells where the last tickets would have gone; nothing is moved.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Over so many tickets, 1 to 10000.
    #[arg(long, default_value_t = 1_000, requires = "dry_run", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) last: u32,
    /// Rules that are tried in place of those of the configuration, and what they would change.
    #[arg(long, requires = "dry_run", value_name = "FILE")]
    pub(crate) with: Option<PathBuf>,
}

/// Of what, from when on.
#[derive(Debug, Args)]
pub(crate) struct DueArgs {
    /// The type; without it what holds for all.
    #[arg(long = "type")]
    pub(crate) kind: Option<String>,
    /// 1 (highest) to 5.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=5))]
    pub(crate) priority: u8,
    /// When it is submitted.
    #[arg(long, value_name = "YYYY-MM-DD HH:MM")]
    pub(crate) at: String,
}
