//! `trunkline retention`: its line (E6).

use clap::Args;

/// `trunkline retention`
#[derive(Debug, Args)]
pub(crate) struct RetentionArgs {
    /// Removes nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}
