//! `trunkline report`: the line of figures over a time (I5).

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `trunkline report`
#[derive(Debug, Subcommand)]
pub(crate) enum ReportVerb {
    /// What became of callers, a row for each queue.
    #[command(
        after_help = "Examples:\n  trunkline report queues\n  trunkline report queues --from 2026-11-01 --to 2026-12-01 --by day --csv november.csv\ndocs/reports.md has every figure with its formula."
    )]
    Queues(FigureArgs),
    /// What agents were offered and how they spent their time, a row for each.
    #[command(
        after_help = "Examples:\n  trunkline report agents --by hour\n  trunkline report agents --by week --from 2026-11-02 --agent 1001 --xlsx 1001.xlsx\ndocs/reports.md has every figure with its formula."
    )]
    Agents {
        /// Of this agent alone.
        #[arg(long, value_name = "LOGIN")]
        agent: Option<String>,
        /// Which time, how it is cut, and where it goes.
        #[command(flatten)]
        of: FigureArgs,
    },
    /// What became of tickets, a row for each group that had them.
    #[command(
        after_help = "Examples:\n  trunkline report groups --by week --from 2026-11-02\n  trunkline report groups --group front --type complaint --csv front.csv\ndocs/reports.md has every figure with its formula."
    )]
    Groups(TicketFigureArgs),
    /// What became of tickets, a row for each type.
    #[command(
        after_help = "Examples:\n  trunkline report tickets\n  trunkline report tickets --from 2026-11-01 --to 2026-12-01 --by month --xlsx november.xlsx\ndocs/reports.md has every figure with its formula."
    )]
    Tickets {
        /// In so many days nobody calls again about what was done at the first contact.
        #[arg(long, value_name = "DAYS", default_value_t = report::FCR_DAYS, value_parser = clap::value_parser!(u32).range(1..=i64::from(report::FCR_DAYS_MAX)))]
        fcr_days: u32,
        /// Which time, how it is cut, and where it goes.
        #[command(flatten)]
        of: TicketFigureArgs,
    },
    /// What became of callers in scripts, a row for each node.
    #[command(
        after_help = "Examples:\n  trunkline report ivr --by day --from 2026-11-16\n  trunkline report ivr --script hotline --csv hotline.csv\ndocs/reports.md has every figure with its formula."
    )]
    Ivr {
        /// Of nodes of this script.
        #[arg(long, value_name = "SCRIPT")]
        script: Option<String>,
        /// Which time, how it is cut, and where it goes.
        #[command(flatten)]
        cut: CutArgs,
    },
    /// Makes the sums of tickets anew out of their timelines, while no server runs; what tickets did before sums were kept is counted too.
    #[command(after_help = "Example: trunkline report rebuild")]
    Rebuild,
    /// Calls as a list, a row for each; who took it out stands in the audit log.
    #[command(
        after_help = "Examples:\n  trunkline report calls --from 2026-11-01 --to 2026-12-01 --csv november.csv\n  trunkline report calls --queue support --xlsx today.xlsx\nWithout a file it is CSV at the terminal; a workbook has 20000 calls at most."
    )]
    Calls {
        /// That began in this time.
        #[command(flatten)]
        time: TimeArgs,
        /// Of this queue.
        #[arg(long)]
        queue: Option<String>,
        /// With this agent.
        #[arg(long, value_name = "LOGIN")]
        agent: Option<String>,
        /// As what it is given.
        #[command(flatten)]
        file: FileArgs,
    },
}

/// Which figures of calls.
#[derive(Debug, Args)]
pub(crate) struct FigureArgs {
    /// Of which time, and where it goes.
    #[command(flatten)]
    pub(crate) cut: CutArgs,
    /// Of this queue's callers alone.
    #[arg(long)]
    pub(crate) queue: Option<String>,
}

/// Which figures of tickets.
#[derive(Debug, Args)]
pub(crate) struct TicketFigureArgs {
    /// Of which time, and where it goes.
    #[command(flatten)]
    pub(crate) cut: CutArgs,
    /// Of tickets that this group had.
    #[arg(long)]
    pub(crate) group: Option<String>,
    /// Of tickets of this type.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) ticket_type: Option<String>,
}

/// Of which time figures are, how it is cut, and where they go.
#[derive(Debug, Args)]
pub(crate) struct CutArgs {
    /// Of which time.
    #[command(flatten)]
    pub(crate) time: TimeArgs,
    /// `quarter_hour`, `hour`, `day`, `week` (from Monday on), `month`, `year`, or `none`.
    #[arg(long, default_value = "none")]
    pub(crate) by: String,
    /// As what it is given.
    #[command(flatten)]
    pub(crate) file: FileArgs,
}

/// Of which time.
#[derive(Debug, Args)]
pub(crate) struct TimeArgs {
    /// From when on; without it from the first moment of the last day on.
    #[arg(long, value_name = "YYYY-MM-DD[ HH:MM]")]
    pub(crate) from: Option<String>,
    /// Before when; now without it.
    #[arg(long, value_name = "YYYY-MM-DD[ HH:MM]")]
    pub(crate) to: Option<String>,
    /// On whose clock days begin, an IANA name; the house's without it.
    #[arg(long, value_name = "ZONE")]
    pub(crate) tz: Option<String>,
}

/// Into which file it goes; without one it is shown.
#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// Writes CSV for spreadsheets; `-` is the terminal.
    #[arg(long, value_name = "FILE", conflicts_with = "xlsx")]
    pub(crate) csv: Option<PathBuf>,
    /// Writes a workbook of Excel.
    #[arg(long, value_name = "FILE")]
    pub(crate) xlsx: Option<PathBuf>,
}
