//! The binary `trunkline`: configuration, loops, fan-out, shutdown, and the verbs of the command line.
//!
//! Exit codes: 0 done, 1 the input is wrong, 2 the command line is wrong, 3 the system failed.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks by printing"
)]

mod banner;
mod canary;
mod cli;
mod config;
mod demo;
mod desk_loop;
mod engine_loop;
mod fan_out;
mod findings;
mod number_lists;
mod people;
mod prompts;
mod readiness;
mod recordings;
mod recovery;
mod registrations;
mod scripts;
mod serve;
mod trace;
mod verb;
mod vital;
mod webhooks;

use std::process::ExitCode;

use ivr::{Diagnostic, Severity, Told};
use speech::Language;

use cli::{Cli, Verb};
use findings::Reader;

/// How a verb ended.
#[derive(Debug)]
pub enum Failure {
    /// The input is wrong; each finding has its place. Exit code 1.
    Input(Vec<Diagnostic>),
    /// The input is wrong, and this says how. Exit code 1.
    Refused(Told),
    /// The system failed. Exit code 3.
    System(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::System(error)
    }
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(findings: Vec<Diagnostic>) -> Self {
        Self::Input(findings)
    }
}

/// A call allocates hundreds of small things that die with it: see decision 7.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Exit code 2 for a wrong line is clap's, as is 0 for --help.
    let cli = Cli::read(std::env::args()).unwrap_or_else(|error| error.exit());
    let (source, json) = (cli.place.source(), cli.place.json);
    let reader = cli.place.reader();
    let language = reader.language;
    let done = match cli.verb.unwrap_or(Verb::Serve) {
        Verb::Serve => serve::run(&source),
        Verb::Check { save_test } => verb::check::run(&source, json, &reader, save_test),
        Verb::Call(args) => verb::call::run(&source, args, json),
        Verb::Ivr(verb) => verb::ivr::run(&source, verb, json, language),
        Verb::Prompts(verb) => verb::prompts::run(&source, verb, json),
        Verb::Agent(verb) => verb::agent::run(&source, verb, json),
        Verb::Calendar(verb) => verb::calendar::run(&source, verb, json),
        Verb::Token(verb) => verb::token::run(&source, verb, json),
        Verb::NumberList(verb) => verb::number_list::run(&source, verb, json),
        Verb::Conflict(verb) => verb::conflict::run(&source, verb, json),
        Verb::Customer(verb) => verb::customer::run(&source, verb, json, language),
        Verb::Audit(verb) => verb::audit::run(&source, verb, json, language),
        Verb::Backup(args) => verb::backup::run(&source, args, json, language),
        Verb::Restore(args) => verb::backup::restore(&source, args, json, language),
        Verb::Retention(args) => verb::retention::run(&source, &args, json, language),
        Verb::Ticket(verb) => verb::ticket::run(&source, verb, json, language),
        Verb::Report(verb) => verb::report::run(&source, &verb, json, language),
        Verb::Sip(verb) => verb::sip::run(&source, verb, json),
        Verb::Why(args) => verb::why::run(&source, &args, json, language),
        Verb::Simulate(args) => verb::simulate::run(&source, &args, json),
        Verb::Replay(args) => verb::replay::run(&source, &args, json),
        Verb::Completions { shell } => {
            cli::complete(shell);
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tell(&failure, json, &reader);
            ExitCode::from(match failure {
                Failure::Input(_) | Failure::Refused(_) => 1,
                Failure::System(_) => 3,
            })
        }
    }
}

fn tell(failure: &Failure, json: bool, reader: &Reader) {
    let word = Severity::Error.said_in(reader.language);
    match failure {
        Failure::Input(findings) if json => println!("{}", findings::as_json(findings)),
        Failure::Input(findings) => {
            for finding in findings {
                eprintln!("{}", reader.shown(finding, &std::io::stderr()));
            }
            eprintln!("{}", nothing_changed(findings.len(), reader.language));
        }
        Failure::Refused(message) => {
            eprintln!("{word}: {}", message.said_in(reader.language));
        }
        Failure::System(error) => eprintln!("{word}: {error:#}"),
    }
}

fn nothing_changed(mistakes: usize, language: Language) -> String {
    match (language, mistakes) {
        (Language::English, 1) => "1 mistake found; nothing was changed".to_owned(),
        (Language::English, _) => format!("{mistakes} mistakes found; nothing was changed"),
        (Language::Chinese, _) => format!("发现 {mistakes} 处错误；未作任何改动"),
    }
}
