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
    /// Finds tickets that have all the words: in number, subject, text, fields, name and what was written to them; the newest first.
    #[command(
        after_help = "Examples:\n  trunkline ticket search 宽带\n  trunkline ticket search 'router 张伟' --days 365 --json"
    )]
    Search {
        /// What is looked for.
        text: String,
        /// Among tickets that began within so many days.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=3650))]
        days: u16,
    },
    /// Shows a ticket with its timeline, and the one that goes on for it where it was merged.
    #[command(after_help = "Example: trunkline ticket show 261118-0042-7")]
    Show {
        /// Its number, with letters and hyphens or without.
        number: String,
    },
    /// Makes a ticket one with another, which goes on for both; it can be undone for 24 hours.
    #[command(after_help = "Example: trunkline ticket merge 261118-0042-7 261118-0041-9")]
    Merge {
        /// What is merged: its number.
        number: String,
        /// What goes on for both: its number.
        into: String,
    },
    /// Gives the open tickets of somebody who is away to somebody else, each by an order of its own.
    #[command(
        after_help = "Examples:\n  trunkline ticket reassign --from 1001 --dry-run\n  trunkline ticket reassign --from 1001 --to 1002\n  trunkline ticket reassign --from 1001 --group experts --note 'ill until Friday'\nWithout --to and --group they go to who stands in for him, else to the group that has them; he must be away then (`trunkline agent absent`)."
    )]
    Reassign(ReassignArgs),
}

/// `trunkline ticket reassign`
#[derive(Debug, Args)]
pub(crate) struct ReassignArgs {
    /// Whose tickets: a login.
    #[arg(long, value_name = "LOGIN")]
    pub(crate) from: String,
    /// Who gets them; with --group as one of that group.
    #[arg(long, value_name = "LOGIN")]
    pub(crate) to: Option<String>,
    /// The group that gets them.
    #[arg(long)]
    pub(crate) group: Option<String>,
    /// What the next one is told with tickets that were accepted.
    #[arg(long, default_value = "缺勤改派 (reassigned: who had it is away)")]
    pub(crate) note: String,
    /// Only tells what would become of each.
    #[arg(long)]
    pub(crate) dry_run: bool,
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
