//! `trunkline conflict`: the line of who must not meet (R66).

use clap::{Args, Subcommand};

/// `trunkline conflict`
#[derive(Debug, Subcommand)]
pub(crate) enum ConflictVerb {
    /// Keeps a caller and an agent apart, or changes what stands about them.
    #[command(
        after_help = "Example:\n  trunkline conflict add 13800001111 1002 --reason 'complaint against this agent' --days 90"
    )]
    Add(ConflictArgs),
    /// Lists who are kept apart, the last first.
    #[command(after_help = "Example: trunkline conflict list --json")]
    List,
    /// Lets them meet again.
    #[command(after_help = "Example: trunkline conflict remove 13800001111 1002")]
    Remove {
        /// The caller's number, in any spelling.
        number: String,
        /// The agent's login.
        agent: String,
    },
}

/// `trunkline conflict add`
#[derive(Debug, Args)]
pub(crate) struct ConflictArgs {
    /// The caller's number, in any spelling.
    pub number: String,
    /// The agent's login.
    pub agent: String,
    /// Why.
    #[arg(long)]
    pub reason: String,
    /// For so many days; without it until somebody takes it back.
    #[arg(long)]
    pub days: Option<u32>,
    /// Login of who wants it.
    #[arg(long = "as", value_name = "LOGIN", default_value = "admin")]
    pub owner: String,
}
