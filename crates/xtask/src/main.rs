//! `cargo xtask tidy`: holds the repository against its own rules. `cargo xtask faults`: breaks it, and sees who notices.
#![allow(
    clippy::print_stdout,
    reason = "a command-line tool for developers talks on stdout"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use xtask::{House, RULES, Severity, tidy};

/// Chores of the repository.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Check every rule of ARCHITECTURE.md that a program can check.
    ///
    /// Prints `path:line: rule: what is wrong, and what to do`. Exit code 1 if a rule is broken.
    Tidy {
        /// Print the rules instead.
        #[arg(long)]
        list: bool,
        /// The repository, if not this one.
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
    },
    /// Plant known faults, one at a time, and see that the tests find them.
    ///
    /// Works in a worktree of the last commit; takes some minutes.
    Faults,
}

fn main() -> Result<ExitCode> {
    match Cli::parse().chore {
        Chore::Tidy { list: true, .. } => {
            for rule in RULES {
                println!("{:<13} {}", rule.name, rule.doc);
            }
            Ok(ExitCode::SUCCESS)
        }
        Chore::Tidy { root, .. } => check(root),
        Chore::Faults => {
            let root = this_repository()?;
            let place = root.join("target/faults");
            xtask::fault::plant_all(&root, &place, &mut |line| println!("{line}"))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn check(root: Option<PathBuf>) -> Result<ExitCode> {
    let root = match root {
        Some(root) => root,
        None => this_repository()?,
    };
    let house = House::load(&root)?;
    let findings = tidy(&house);
    for finding in &findings {
        println!("{finding}");
    }
    let broken = findings
        .iter()
        .filter(|it| it.severity == Severity::Breach)
        .count();
    println!(
        "tidy: {} rules, {} crates, {} files: {broken} breaches, {} warnings",
        RULES.len(),
        house.crates.len(),
        house.sources().count(),
        findings.len() - broken,
    );
    Ok(if broken == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn this_repository() -> Result<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = here
        .ancestors()
        .nth(2)
        .context("this crate has no workspace above it")?;
    Ok(root.to_path_buf())
}
