//! `trunkline calendar`: the line of who looks at the hours (E8).

use clap::{Args, Subcommand};

/// `trunkline calendar`
#[derive(Debug, Subcommand)]
pub(crate) enum CalendarVerb {
    /// Tells how calendars stand now, what comes next, and why; then their days.
    #[command(
        after_help = "Examples:\n  trunkline calendar show\n  trunkline calendar show office --from 2026-09-28 --days 14"
    )]
    Show(CalendarArgs),
}

/// `trunkline calendar show`
#[derive(Debug, Args)]
pub(crate) struct CalendarArgs {
    /// Its name in calendars.toml; without it all of them.
    pub name: Option<String>,
    /// The first day, in the calendar's zone; default: today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Option<String>,
    /// How many days, at most 400.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=400))]
    pub days: u16,
}
