//! `trunkline prompts`: the line of what callers hear (E13, E14).

use clap::Subcommand;

/// `trunkline prompts`
#[derive(Clone, Copy, Debug, Subcommand)]
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
}
