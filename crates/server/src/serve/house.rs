//! The house: every part made in its order, each able to speak to those that it needs.
//!
//! The ledger comes first, since everything tells facts; the pages come last, since whoever knocks must find somebody.

use std::net::SocketAddr;

use anyhow::Context as _;
use engine::Input;
use net::Clock;
use store::{AgentRecord, Database};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use web::{App, Deps, MetricsHandle};

use super::ledger::Ledger;
use super::switchboard::{Equipment, Switchboard};
use super::voice::Voice;
use super::{figures, questions};
use crate::config::settings::Settings;
use crate::config::{Loaded, Source};
use crate::people::{self, Roster};
use crate::readiness::Watch;

/// Media news, replies and configurations that wait for the engine.
const INPUTS_MAX: usize = 65_536;

/// Everything that runs.
pub(super) struct House {
    pub(super) source: Source,
    pub(super) settings: Settings,
    pub(super) hotlines: Vec<String>,
    pub(super) http: SocketAddr,
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) ledger: Ledger,
    pub(super) voice: Voice,
    pub(super) switchboard: Switchboard,
    pub(super) helpers: Vec<tokio::task::JoinHandle<()>>,
    pub(super) web: tokio::task::JoinHandle<std::io::Result<()>>,
    pub(super) close_web: watch::Sender<bool>,
    pub(super) database: Database,
}

impl House {
    /// Puts everything together and starts it.
    pub(super) async fn build(
        source: Source,
        clock: Clock,
        settings: Settings,
        loaded: Loaded,
        agents: &[AgentRecord],
        database: Database,
    ) -> anyhow::Result<Self> {
        let ledger = Ledger::open(&settings, &database, clock).await?;
        let (inputs, engine_inputs) = mpsc::channel(INPUTS_MAX);
        let voice = Voice::start(&settings, clock, &inputs, ledger.facts.clone())?;
        voice.learn(loaded.sounds);
        let open = loaded
            .engine
            .numbers
            .iter()
            .filter(|(_, number)| number.open);
        let hotlines = open.map(|(digits, _)| digits.clone()).collect();
        let staff = agents
            .iter()
            .filter(|agent| agent.is_active)
            .map(people::entry)
            .collect::<Vec<_>>();
        let (switchboard, asked) = Switchboard::open(Equipment {
            settings: &settings,
            config: loaded.engine,
            agents: staff.clone(),
            clock,
            voice: &voice,
            facts: ledger.facts.clone(),
            inputs: engine_inputs,
        })
        .await?;
        let ready = Watch::new(clock, voice.media.clone());
        let roster = Roster::new(database.clone(), switchboard.commands.clone(), staff);
        let helpers = vec![
            tokio::spawn(questions::keep_roster(roster)),
            tokio::spawn(questions::answer(
                asked,
                database.clone(),
                inputs.clone(),
                clock,
            )),
            tokio::spawn(ready.clone().run(switchboard.first_udp(), database.clone())),
            tokio::spawn(figures::keep(
                switchboard.gauges.clone(),
                switchboard.counters.clone(),
                voice.media.counters().clone(),
            )),
        ];
        let facts = ledger.facts.clone();
        let app = App::new(Deps {
            database: database.clone(),
            commands: switchboard.commands.clone(),
            events: ledger.hub.clone(),
            recordings_dir: settings.recordings.dir.clone(),
            metrics: MetricsHandle::install().context("metrics cannot start")?,
            readiness: Box::new(move || ready.readiness()),
            tell: Box::new(move |fact| facts.tell(clock.now().into(), fact)),
            is_https: false,
        });
        let (http, web, close_web) = open_pages(&settings, app).await?;
        Ok(Self {
            source,
            settings,
            hotlines,
            http,
            inputs,
            ledger,
            voice,
            switchboard,
            helpers,
            web,
            close_web,
            database,
        })
    }
}

/// The pages and the API; `true` on the channel closes them.
async fn open_pages(
    settings: &Settings,
    app: App,
) -> anyhow::Result<(
    SocketAddr,
    tokio::task::JoinHandle<std::io::Result<()>>,
    watch::Sender<bool>,
)> {
    let listen = settings.http.listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("HTTP cannot listen on {listen}"))?;
    let address = listener.local_addr()?;
    let (close, mut closing) = watch::channel(false);
    let web = tokio::spawn(web::serve(listener, app, async move {
        let _sender_gone_means_close = closing.wait_for(|close| *close).await;
    }));
    Ok((address, web, close))
}
