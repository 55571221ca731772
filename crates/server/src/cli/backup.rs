//! `trunkline backup` and `trunkline restore`: their lines (J9).

use std::path::PathBuf;

use clap::Args;

/// `trunkline backup`
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// The folder to write; it must not be there yet.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// Copies the recordings too.
    #[arg(long)]
    pub(crate) recordings: bool,
}

/// `trunkline restore`
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The folder that `trunkline backup` wrote.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
}
