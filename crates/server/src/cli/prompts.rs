//! `trunkline prompts`: the line of what callers hear (E13, E14).

use clap::Subcommand;

/// `trunkline prompts`
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum PromptsVerb {
    /// Makes speech of every prompt that has no sound.
    #[command(
        after_help = "Example: trunkline prompts build\nWhat speaks is `[speech]` in trunkline.toml; docs/prompts.md tells more. A running server takes it at its next reload."
    )]
    Build,
    /// Lists every prompt by script and language: recorded, made or missing, and how long it takes.
    #[command(after_help = "Example: trunkline prompts list --json")]
    List,
    /// Lists the prompts that have no sound; exit code 1 if there are any.
    #[command(after_help = "Example: trunkline prompts missing")]
    Missing,
    /// Removes speech that was made from texts which no prompt says any more.
    #[command(
        after_help = "Example: trunkline prompts prune --days 90\nRecordings are never touched. What is named again is made again."
    )]
    Prune {
        /// Only what was made more than so many days ago
        #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..))]
        days: u16,
    },
}
