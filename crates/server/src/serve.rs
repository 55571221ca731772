//! `trunkline serve`: puts the house together, runs it, and takes it down in order.
//!
//! Start: files, store, log, recovery, sockets, loops; only then is it ready. End (S6): new calls are refused with 503,
//! calls that are up may end within `shutdown.drain_s`, a second signal ends them, then everything that was told is made
//! durable, within a time. A part that dies ends the process, with exit code 3.

mod bots;
mod figures;
mod house;
mod ledger;
mod life;
mod look_ups;
mod pages;
mod questions;
mod services;
mod shelf;
mod signals;
mod speaking;
mod standing;
mod start;
mod switchboard;
mod ticket_rules;
mod voice;

use std::io::IsTerminal;
use std::time::Duration;

use anyhow::Context as _;
use ivr::told;
use net::Clock;
use store::Database;

use crate::config::Source;
use crate::config::settings::Settings;
use crate::{Failure, demo, people};
use house::House;

/// How long what was left behind on the way down is waited for.
const LEFT_BEHIND_MAX: Duration = Duration::from_secs(1);

/// Runs until a signal ends it. `System` (exit code 3) if a part has died or the way down hung.
pub(crate) fn run(source: &Source) -> Result<(), Failure> {
    let settings = source.settings()?;
    log_by(&settings)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot start")?;
    let done = runtime.block_on(serve(source, settings));
    // What hangs was told; it does not keep the process.
    runtime.shutdown_timeout(LEFT_BEHIND_MAX);
    done
}

async fn serve(source: &Source, settings: Settings) -> Result<(), Failure> {
    let clock = Clock::start();
    start::open_files(&settings);
    let database = open_store(source, &settings).await?;
    let mut agents = people_of(&database).await?;
    if settings.demo.seed && agents.is_empty() {
        let queues = source.queue_names();
        demo::seed(&database, &queues, &settings.sip.realm, clock.now().into()).await?;
        tracing::info!("the empty store was filled with the demo's people");
        agents = people_of(&database).await?;
    }
    let loaded = source.load(
        1,
        Some(agents.iter().map(|agent| agent.login.clone()).collect()),
    )?;
    for warning in loaded.warnings.iter().chain(&loaded.expired) {
        tracing::warn!("{warning}");
    }
    let demo_agents = if settings
        .listeners()
        .all(|address| address.ip().is_loopback())
    {
        people::seem_to_use_demo_password(&agents, &settings.sip.realm)
    } else {
        people::use_demo_password(&database)
            .await
            .context("the agents cannot be tried")?
    };
    refuse_demo_beyond_loopback(&settings, &demo_agents)?;
    let house = House::build(source.clone(), clock, settings, loaded, &agents, database).await?;
    house.greet(&demo_agents);
    house.live().await
}

/// PRODUCT: demo passwords work on loopback only.
fn refuse_demo_beyond_loopback(settings: &Settings, demo_agents: &[&str]) -> Result<(), Failure> {
    let beyond: Vec<String> = settings
        .listeners()
        .filter(|address| !address.ip().is_loopback())
        .map(|address| address.to_string())
        .collect();
    if demo_agents.is_empty() || beyond.is_empty() {
        return Ok(());
    }
    let (beyond, agents) = (beyond.join(", "), demo_agents.join(", "));
    Err(Failure::Refused(told!(
        "{beyond} would be reachable from other machines while {agents} still have the demo's password; give them new ones with `trunkline agent passwd LOGIN`, or listen on 127.0.0.1 only",
        "其他机器将能访问 {beyond}，而 {agents} 仍用演示密码；请用 `trunkline agent passwd LOGIN` 另设密码，或只监听 127.0.0.1"
    )))
}

async fn people_of(database: &Database) -> anyhow::Result<Vec<store::AgentRecord>> {
    let agents = database.agents().await;
    agents.context("the agents cannot be read")
}

/// The store, from which no other process serves calls.
async fn open_store(source: &Source, settings: &Settings) -> Result<Database, Failure> {
    store::private::make_folder(&settings.data.dir)
        .with_context(|| format!("the folder {} cannot be made", settings.data.dir.display()))?;
    let address = source.store(settings).map_err(Failure::Refused)?;
    let opened = Database::open_at(&address, &settings.numbering.region).await;
    let database = opened.with_context(|| format!("the store {address} cannot be opened"))?;
    let claimed = database.claim().await;
    claimed.with_context(|| format!("the store {address} cannot be served from"))?;
    Ok(database)
}

fn log_by(settings: &Settings) -> Result<(), Failure> {
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log.level).map_err(|error| {
        let level = &settings.log.level;
        Failure::Refused(told!(
            "log.level = {level:?}: {error}",
            "log.level = {level:?} 无法使用：{error}"
        ))
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let done = if settings.log.json {
        builder.json().try_init()
    } else {
        builder.try_init()
    };
    done.map_err(|error| Failure::System(anyhow::anyhow!("logging cannot start: {error}")))
}
