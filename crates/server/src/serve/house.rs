//! The house: every part made in its order, each able to speak to those that it needs.
//!
//! The ledger comes first, since everything tells facts; the pages come last, since whoever knocks must find somebody.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context as _;
use connectors::HttpClient;
use engine::Input;
use model::ScriptName;
use net::Clock;
use store::{AgentRecord, Database, TicketDesk};
use tokio::sync::{mpsc, watch};
use web::{App, Deps, MetricsHandle, RollBack, Scripts};

use super::bots::Bots;
use super::figures::{self, Figured};
use super::ledger::Ledger;
use super::look_ups::LookUps;
use super::pages::{self, Pages};
use super::questions;
use super::services::{Services, Targets};
use super::shelf::Shelf;
use super::speaking::Speaking;
use super::start;
use super::switchboard::{Equipment, Former, Switchboard};
use super::ticket_rules;
use super::voice::Voice;
use crate::canary::Ground;
use crate::config::outgoing::Outgoing;
use crate::config::settings::Settings;
use crate::config::{Loaded, Source};
use crate::number_lists::ListKeeper;
use crate::people::{self, Roster};
use crate::readiness::Watch;
use crate::recovery::{self, Reach};
use crate::vital::Vitals;
use crate::webhooks::{self, Webhooks};
use crate::{Failure, registrations, scripts};

/// Media news, replies and configurations that wait for the engine.
const INPUTS_MAX: usize = 65_536;

/// Everything that runs.
pub(super) struct House {
    pub(super) source: Source,
    pub(super) settings: Settings,
    pub(super) hotlines: Vec<String>,
    pub(super) pages: Pages,
    /// The certificate of the pages, to be renewed.
    pub(super) https: Option<web::Https>,
    pub(super) inputs: mpsc::Sender<Input>,
    /// Whom queues ask for their decisions.
    pub(super) targets: watch::Sender<Targets>,
    pub(super) outgoing: watch::Sender<Arc<Outgoing>>,
    /// What the house says of tickets.
    pub(super) tickets: watch::Sender<Arc<ticket::Rules>>,
    pub(super) ledger: Ledger,
    pub(super) voice: Voice,
    /// Makes speech of prompts that have no sound.
    pub(super) speaking: Speaking,
    /// Clips, and how long they last.
    pub(super) shelf: Shelf,
    pub(super) switchboard: Switchboard,
    pub(super) helpers: Vec<tokio::task::JoinHandle<()>>,
    pub(super) database: Database,
    pub(super) clock: Clock,
    /// Which version of each script leads callers.
    pub(super) versions: watch::Sender<BTreeMap<ScriptName, u32>>,
    /// Who wants an older one back.
    pub(super) rolls_back: mpsc::Receiver<RollBack>,
    /// Told to `/readyz`.
    pub(super) draining: Arc<AtomicBool>,
    pub(super) vitals: Vitals,
}

impl House {
    /// Puts everything together and starts it.
    pub(super) async fn build(
        source: Source,
        clock: Clock,
        settings: Settings,
        mut loaded: Loaded,
        agents: &[AgentRecord],
        database: Database,
    ) -> Result<Self, Failure> {
        // Before anything counts: what is counted without a recorder is lost.
        let metrics = MetricsHandle::install().context("metrics cannot start")?;
        let vitals = Vitals::new();
        let queues = loaded.engine.queues.values();
        let reach = Reach::of(queues.map(|queue| queue.rules.count_window));
        let pulse = vitals.pulse("the fact log");
        let (tickets, standing_rules) = watch::channel(Arc::clone(&loaded.tickets));
        let offset_min = settings.tickets.utc_offset_min;
        let desk = TicketDesk::new(database.clone(), standing_rules, offset_min);
        // Before the first fact is applied: by them its callers are counted.
        database.set_bounds(loaded.bounds.clone());
        let (ledger, formerly) =
            Ledger::open(&settings, &database, clock, pulse, reach, desk).await?;
        let versions = match lay(&source, &database, &mut loaded, agents, &formerly, clock).await {
            Ok(versions) => versions,
            Err(why) => {
                ledger.close().await;
                return Err(why);
            }
        };
        let (versions, current) = watch::channel(versions);
        let (scripts, rolls_back) = Scripts::channel(current);
        ledger.hub.view().set_bounds(loaded.bounds);
        ledger.hub.view().set_pop_pages(loaded.pages);
        ledger.count_earlier();
        let contacts = registrations::read(&database, clock.now().into()).await;
        let contacts = contacts.unwrap_or_else(|error| {
            tracing::error!("registrations cannot be read, phones must register again: {error:#}");
            BTreeMap::new()
        });
        let (inputs, engine_inputs) = mpsc::channel(INPUTS_MAX);
        let voice = Voice::start(&settings, clock, &inputs, ledger.facts.clone())?;
        let shelf = Shelf::new(&loaded.engine);
        let listeners = shelf.listeners(&voice.media);
        let speaking = Speaking::start(loaded.sounds, loaded.speech, listeners, 1);
        let open = loaded
            .engine
            .numbers
            .iter()
            .filter(|(_, number)| number.open);
        let hotlines = open.map(|(digits, _)| digits.to_owned()).collect();
        let staff = people::staff(agents);
        let (switchboard, asked) = Switchboard::open(Equipment {
            settings: &settings,
            config: loaded.engine,
            tls: loaded.tls,
            agents: staff.clone(),
            former: Former {
                contacts,
                agents: formerly.agents,
                closings: formerly.closings,
                pins: formerly.pins,
                canaries: formerly.canaries,
                callbacks: formerly.callbacks,
            },
            database: database.clone(),
            clock,
            voice: &voice,
            facts: ledger.facts.clone(),
            inputs: engine_inputs,
            pulse: vitals.pulse("the engine"),
        })
        .await?;
        let (targets, asked_by) = watch::channel(loaded.externals);
        let client = HttpClient::new().context("the HTTP client cannot start")?;
        let services = Services::new(client.clone(), asked_by);
        let (outgoing, looks_up) = watch::channel(Arc::new(loaded.outgoing));
        let (boxes, named, private) = (looks_up.clone(), looks_up.clone(), looks_up.clone());
        let (bot_client, bots_of) = (client.clone(), looks_up.clone());
        let look_ups = LookUps::new(
            client,
            looks_up,
            database.clone(),
            ledger.filed.clone(),
            (clock, offset_min),
        );
        let draining = Arc::new(AtomicBool::new(false));
        let (reader, reached) = ledger.reading();
        let told = Webhooks::new(webhooks::Desk {
            database: database.clone(),
            reader,
            reached,
            client: bot_client.clone(),
            outgoing: bots_of.clone(),
            clock,
            seed: start::random_u64()?,
        });
        let may_be_told = webhooks::judge(bots_of.clone());
        let bots = Bots::new(bot_client, bots_of, draining.clone());
        let ready = Watch::new(clock, voice.media.clone(), draining.clone());
        let roster = Roster::new(database.clone(), switchboard.commands.clone(), staff);
        let lists = ListKeeper::new(database.clone(), switchboard.commands.clone(), clock);
        let helpers = vec![
            tokio::spawn(told.run()),
            tokio::spawn(questions::keep_roster(roster, lists)),
            tokio::spawn(questions::answer(
                asked,
                database.clone(),
                services,
                look_ups,
                bots,
                inputs.clone(),
                clock,
            )),
            tokio::spawn(ready.clone().run(switchboard.first_udp(), database.clone())),
            tokio::spawn(figures::keep(Figured {
                gauges: switchboard.gauges.clone(),
                sip: switchboard.counters.clone(),
                media: voice.media.counters().clone(),
                set_aside: ledger.set_aside.clone(),
                questions: switchboard.questions.clone(),
            })),
        ];
        let https = pages::https(loaded.https.as_ref())?;
        let facts = ledger.facts.clone();
        let app = App::new(Deps {
            database: database.clone(),
            commands: switchboard.commands.clone(),
            questions: switchboard.questions.clone(),
            scripts,
            messages: switchboard.tracer.clone().into_reader(),
            events: ledger.hub.clone(),
            recordings_dir: settings.recordings.dir.clone(),
            metrics,
            readiness: Box::new(move || ready.readiness()),
            tell: Box::new(move |fact| facts.tell(clock.now().into(), fact)),
            https: https.clone(),
            sip: Some(pages::door(&settings, switchboard.control.clone())),
            mailboxes: Box::new(move || Arc::clone(&boxes.borrow().mailboxes)),
            names: Box::new(move || Arc::clone(&named.borrow().names)),
            clips: Box::new(shelf.reader()),
            agents_see_numbers: Box::new(move || private.borrow().agents_see_numbers),
            may_be_told,
            read_ticket_rules: ticket_rules::reader(&source),
            tickets: ledger.tickets.clone(),
            bounds: settings.limits.bounds.http,
            quotas: settings.limits.bounds.api,
        });
        let pages = Pages::open(&settings, app, vitals.pulse("the web server")).await?;
        Ok(Self {
            source,
            settings,
            hotlines,
            pages,
            https,
            inputs,
            targets,
            outgoing,
            tickets,
            ledger,
            voice,
            speaking,
            shelf,
            switchboard,
            helpers,
            database,
            clock,
            versions,
            rolls_back,
            draining,
            vitals,
        })
    }
}

/// M6, E20: lays what is tried, and keeps the texts that lead callers from here on. Gives the version of each.
async fn lay(
    source: &Source,
    database: &Database,
    loaded: &mut Loaded,
    agents: &[AgentRecord],
    formerly: &recovery::House,
    clock: Clock,
) -> Result<BTreeMap<ScriptName, u32>, Failure> {
    scripts::number(database, loaded).await;
    let ground = Ground {
        source,
        database,
        agents: agents.iter().map(|agent| agent.login.clone()).collect(),
        trials: formerly.canaries.clone(),
    };
    ground.lay_at_start(loaded).await?;
    let kept = scripts::keep(database, loaded, None, clock.now().into()).await;
    Ok(match kept {
        Ok(versions) => versions,
        // Calls come all the same; the next reload keeps them.
        Err(error) => scripts::unkept(loaded, &error),
    })
}
