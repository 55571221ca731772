//! `trunkline simulate`: plays a scenario against the configuration in the virtual hotline, and writes the report.
//!
//! Files and terminal are here, everything else is `sim`'s. A breach of an invariant is a defect of ours: it is told with
//! the command that shows it again, and the verb fails as the system does.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use ivr::told;
use sim::scenario::Arrivals;
use sim::{Report, Scenario, World, report};

use crate::Failure;
use crate::cli::SimulateArgs;
use crate::config::Source;
use crate::config::cause::Cause;

use super::progress::ProgressBar;
use fact_file::FactFile;
use onlooker::Onlooker;

mod fact_file;
mod onlooker;
#[cfg(test)]
mod strategy_days;

/// Plays it and reports.
pub(crate) fn run(source: &Source, args: &SimulateArgs, json: bool) -> Result<(), Failure> {
    if args.example {
        print!("{}", Scenario::EXAMPLE);
        return Ok(());
    }
    let scenario = Arc::new(scenario(args)?);
    let config = config(source, args)?;
    let played = play(args, &scenario, &config, true)?;
    if args.twice {
        let again = play(args, &scenario, &config, false)?;
        if let Some(difference) = played.difference(&again) {
            let words = anyhow::anyhow!(
                "the same day was another day: {difference}\n{}",
                replay(args, &scenario)
            );
            return Err(Failure::System(words));
        }
    }
    if let Some(path) = &args.html {
        std::fs::write(path, report::page(&played.report)).map_err(|error| of_file(path, error))?;
    }
    if json {
        let report = serde_json::to_string_pretty(&played.report);
        println!("{}", report.map_err(|error| Failure::System(error.into()))?);
    } else {
        print!("{}", report::table(&played.report));
        if args.twice {
            println!("\nplayed twice: {} facts, the same", played.report.facts);
        }
    }
    Ok(())
}

/// A run that went to its end.
struct Played {
    report: Report,
    /// Of all facts, where somebody compares.
    digest: u64,
}

impl Played {
    fn difference(&self, other: &Self) -> Option<String> {
        let (one, two) = (self.report.facts, other.report.facts);
        if one != two {
            return Some(format!("{one} facts and {two}"));
        }
        (self.digest != other.digest || self.report != other.report)
            .then(|| format!("{one} facts, and not the same"))
    }
}

fn play(
    args: &SimulateArgs,
    scenario: &Arc<Scenario>,
    config: &engine::Config,
    first: bool,
) -> Result<Played, Failure> {
    let facts = args.facts.as_deref().filter(|_| first);
    let facts = facts.map(FactFile::create).transpose()?;
    let mut onlooker = Onlooker::new(facts, args.twice, ProgressBar::new());
    let world = World::new(scenario, config, args.check_every)
        .map_err(|error| Failure::Refused(error.told()))?;
    let played = world.run(&mut onlooker);
    let digest = onlooker.finish()?;
    let report = played.map_err(|failure| {
        Failure::System(anyhow::anyhow!("{failure}\n{}", replay(args, scenario)))
    })?;
    Ok(Played { report, digest })
}

/// The command that shows it again, with every step checked.
fn replay(args: &SimulateArgs, scenario: &Scenario) -> String {
    let mut words = vec!["again: trunkline simulate".to_owned()];
    words.extend(
        args.scenario
            .as_ref()
            .map(|path| path.display().to_string()),
    );
    if args.built_in {
        words.push("--built-in".to_owned());
    }
    let strategy = args.strategy.iter();
    words.extend(strategy.map(|name| format!("--strategy {name}")));
    words.push(format!("--seed {} --check-every 1", scenario.seed));
    if args.twice {
        words.push("--twice".to_owned());
    }
    words.join(" ")
}

fn scenario(args: &SimulateArgs) -> Result<Scenario, Failure> {
    let text = match &args.scenario {
        None => Scenario::EXAMPLE.to_owned(),
        Some(path) => std::fs::read_to_string(path).map_err(|error| of_file(path, error))?,
    };
    let name = args
        .scenario
        .as_ref()
        .map_or("the example".to_owned(), |path| path.display().to_string());
    let mut scenario =
        Scenario::parse(&text).map_err(|error| Failure::Refused(error.told().about(name)))?;
    let folder = args.scenario.as_deref().and_then(Path::parent);
    for group in &mut scenario.callers {
        if let Arrivals::Csv { file } = &group.arrivals {
            let path = folder.unwrap_or(Path::new("")).join(file);
            group.arrivals = Arrivals::Times { s: times(&path)? };
        }
    }
    scenario.seed = args.seed.unwrap_or(scenario.seed);
    Ok(scenario)
}

/// One time a line, in seconds after the start of the day; a heading may stand above them.
fn times(path: &Path) -> Result<Vec<f64>, Failure> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(path)
        .map_err(|error| of_file(path, error))?;
    let mut times = Vec::new();
    for (line, record) in reader.records().enumerate() {
        let record = record.map_err(|error| of_file(path, error))?;
        let cell = record.get(0).unwrap_or_default().trim();
        match cell.parse::<f64>() {
            Ok(s) if (0.0..=86_400.0).contains(&s) => times.push(s),
            Err(_) if line == 0 => {}
            Ok(_) | Err(_) => {
                let (path, line) = (path.display(), line + 1);
                return Err(Failure::Refused(told!(
                    "{path}:{line}: `{cell}`: expected seconds from 0 to 86400",
                    "{path}:{line}：`{cell}`：应为 0 到 86400 秒"
                )));
            }
        }
    }
    Ok(times)
}

/// The configuration that is tried out.
fn config(source: &Source, args: &SimulateArgs) -> Result<engine::Config, Failure> {
    let refused = |error: sim::ScenarioError| Failure::Refused(error.told());
    if args.built_in {
        return sim::built_in(args.strategy.as_deref()).map_err(refused);
    }
    configured(source, args.strategy.as_deref())
}

/// The configuration, every queue with this strategy if one is named.
pub(super) fn configured(
    source: &Source,
    strategy: Option<&str>,
) -> Result<engine::Config, Failure> {
    let mut config = source.load(1, None)?.engine;
    if let Some(name) = strategy {
        let unknown = || {
            let message = told!("there is no strategy {name}", "没有振铃策略 {name}");
            Failure::Refused(message)
        };
        let strategy = acd::strategy::find(name).ok_or_else(unknown)?;
        for queue in config.queues.values_mut() {
            queue.rules.strategy = strategy;
        }
    }
    Ok(config)
}

/// A file that cannot be read or written, in the words of whoever tried.
pub(super) fn of_file(path: &Path, error: impl fmt::Display) -> Failure {
    let path = path.display();
    Failure::Refused(told!("{path}: {error}", "文件 {path}：{error}"))
}
