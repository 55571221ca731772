//! `trunkline replay`: a day of the fact log played again, as it was and under the rules of the configuration.
//!
//! Files and terminal are here, everything else is `sim`'s. The log is read and nothing is written, so that the server may
//! run meanwhile. A decision that does not come out as it was, by the release that made it, is a defect of ours: the verb
//! tells it and fails as the system does.

mod log;

use std::collections::BTreeMap;

use acd::QueueConfig;
use model::QueueName;
use sim::report::comparison;
use sim::{Replayed, Window};

use super::progress::ProgressBar;
use super::simulate::{configured, of_file};
use crate::Failure;
use crate::cli::ReplayArgs;
use crate::config::Source;
use crate::config::cause::Cause;

/// Runs the verb.
pub(crate) fn run(source: &Source, args: &ReplayArgs, json: bool) -> Result<(), Failure> {
    let window =
        Window::of_day(&args.day, &args.offset).map_err(|error| Failure::Refused(error.told()))?;
    let config = configured(source, args.strategy.as_deref())?;
    let rules = config.queues.into_iter();
    let rules: BTreeMap<QueueName, QueueConfig> =
        rules.map(|(name, queue)| (name, queue.rules)).collect();
    let dir = match &args.facts {
        Some(dir) => dir.clone(),
        None => source.settings()?.data.dir.join("facts"),
    };
    let replayed = log::read(&dir, window)?;
    let compared = compare(&replayed, &rules, args)?;
    if let Some(path) = &args.html {
        let page = comparison::page(&compared);
        std::fs::write(path, page).map_err(|error| of_file(path, error))?;
    }
    if json {
        let text = serde_json::to_string_pretty(&compared);
        println!("{}", text.map_err(|error| Failure::System(error.into()))?);
    } else {
        print!("{}", comparison::table(&compared));
    }
    let decisions = &compared.decisions;
    match decisions.difference.is_some() && decisions.release == acd::Told::RELEASE {
        true => Err(Failure::System(anyhow::anyhow!(
            "the same day was another day: {}",
            comparison::verdict(decisions)
        ))),
        false => Ok(()),
    }
}

fn compare(
    replayed: &Replayed,
    rules: &BTreeMap<QueueName, QueueConfig>,
    args: &ReplayArgs,
) -> Result<comparison::Comparison, Failure> {
    let bar = ProgressBar::new();
    let seeds = (0..args.plays).map(|number| args.seed.wrapping_add(number));
    let compared = replayed.compare(rules, seeds, |done| bar.count(done, args.plays, "plays"));
    bar.finish();
    compared.map_err(|error| Failure::Refused(error.told()))
}
