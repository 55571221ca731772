//! The application: what the server lends it, the routes, and the layers around each of them.
//!
//! Layers from the outside in: headers that keep browsers strict (S19), how many requests who makes (2.5), requests that come again (J3), problems in the reader's language, counting, parameters that are known, on
//! this machine's own listener the names that it answers to, the bound of a body (1 MiB, S7). The OpenAPI document is made of the same table of routes that answers requests.

mod headers;
mod host;
pub(crate) mod quota;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Extension, Router};
use model::{Fact, HouseNames, Mailboxes};
use store::{Database, TicketDesk};
use ticket::Rules;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;

use crate::api::socket::order::Routes;
use crate::auth::TryLimiter;
use crate::auth::quota::{QuotaBounds, Quotas};
use crate::auth::token_use::TokenUse;
use crate::clips::ClipShelf;
use crate::commands::CommandSender;
use crate::connection::{Bounds, Guarded, Https, Peer};
use crate::events::EventHub;
use crate::health::Readiness;
use crate::housekeeping;
use crate::idempotency::{self, Running};
use crate::metrics::{self, MetricsHandle};
use crate::parameters::{self, Parameters};
use crate::problem::{self, Code, Problem};
use crate::questions::QuestionSender;
use crate::scripts::Scripts;
use crate::sip_socket::SipDoor;
use crate::ticket_rules::ReadRules;
use crate::trace::{Kept, ReadMessages};
use crate::view::View;
use crate::{api, page};

/// Most bytes of a request's body (S7).
pub const BODY_MAX: usize = 1024 * 1024;
/// How long open requests may take when the process ends; streams are ended at once.
const DRAIN_MAX: Duration = Duration::from_secs(10);
/// Passwords that are checked at once: each takes a core for tens of milliseconds and 19 MiB.
const PASSWORD_CHECKS_MAX: usize = 2;

/// Whether a URL may be told anything; why not, in English.
pub type Judge = Box<dyn Fn(&str) -> Result<(), String> + Send + Sync>;

/// What the server lends the web.
pub struct Deps {
    /// People, calls, tickets.
    pub database: Database,
    /// The way to the engine.
    pub commands: CommandSender,
    /// The way of those who only look.
    pub questions: QuestionSender,
    /// Which versions of scripts lead callers, and the way back to older ones.
    pub scripts: Scripts,
    /// Messages of calls that are still kept.
    pub messages: ReadMessages,
    /// Facts and the live board.
    pub events: Arc<EventHub>,
    /// The folder below which recordings lie.
    pub recordings_dir: PathBuf,
    /// Where `/metrics` reads.
    pub metrics: MetricsHandle,
    /// Which parts work; asked at each `/readyz`, must not block.
    pub readiness: Box<dyn Fn() -> Readiness + Send + Sync>,
    /// Takes a fact of ours (`voicemail.heard`): the server numbers it, writes it to the log and publishes it. Must not block.
    pub tell: Box<dyn Fn(Fact) + Send + Sync>,
    /// The certificate of the listener: browsers come by HTTPS then, and cookies are marked `Secure`.
    pub https: Option<Https>,
    /// Where phones that come by WebSocket go; `None`: there is no `/sip`.
    pub sip: Option<SipDoor>,
    /// Where callers leave messages, as the configuration stands; must not block.
    pub mailboxes: Box<dyn Fn() -> Arc<Mailboxes> + Send + Sync>,
    /// What number lists may name, as the configuration stands (F6); must not block.
    pub names: Box<dyn Fn() -> Arc<HouseNames> + Send + Sync>,
    /// What agents may play to their callers, as the configuration stands (E25); must not block.
    pub clips: Box<dyn Fn() -> ClipShelf + Send + Sync>,
    /// Whether agents are told whole numbers of callers, as the configuration stands (F7); must not block.
    pub agents_see_numbers: Box<dyn Fn() -> bool + Send + Sync>,
    /// Whether a webhook may be told at a URL (S20); must not block.
    pub may_be_told: Judge,
    /// Reads a text of the rules of tickets that is only tried.
    pub read_ticket_rules: Arc<ReadRules>,
    /// Where tickets begin and change, by the rules that stand.
    pub tickets: TicketDesk,
    /// How many connections there may be.
    pub bounds: Bounds,
    /// How many requests somebody may make.
    pub quotas: QuotaBounds,
}

/// The handles that all requests share.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    deps: Deps,
    tries: TryLimiter,
    password_checks: Semaphore,
    routes: Vec<String>,
    parameters: Parameters,
    running: Running,
    quotas: Quotas,
    token_use: TokenUse,
}

impl App {
    /// An application on what the server lends.
    pub fn new(deps: Deps) -> Self {
        let paths = openapi().paths.paths;
        let parameters = Parameters::of(&paths);
        let routes = paths.into_keys().chain(page::PATHS.map(str::to_owned));
        Self(Arc::new(Shared {
            quotas: Quotas::new(deps.quotas),
            token_use: TokenUse::default(),
            deps,
            tries: TryLimiter::default(),
            password_checks: Semaphore::new(PASSWORD_CHECKS_MAX),
            routes: routes.collect(),
            parameters,
            running: Running::default(),
        }))
    }

    pub(crate) fn database(&self) -> &Database {
        &self.0.deps.database
    }

    pub(crate) fn tickets(&self) -> &TicketDesk {
        &self.0.deps.tickets
    }

    pub(crate) fn commands(&self) -> &CommandSender {
        &self.0.deps.commands
    }

    pub(crate) fn questions(&self) -> &QuestionSender {
        &self.0.deps.questions
    }

    pub(crate) fn scripts(&self) -> &Scripts {
        &self.0.deps.scripts
    }

    pub(crate) async fn messages(&self, sip_call_ids: Vec<String>) -> Option<Kept> {
        (self.0.deps.messages)(sip_call_ids).await
    }

    pub(crate) fn events(&self) -> &Arc<EventHub> {
        &self.0.deps.events
    }

    pub(crate) fn view(&self) -> &View {
        self.0.deps.events.view()
    }

    pub(crate) fn recordings_dir(&self) -> &Path {
        &self.0.deps.recordings_dir
    }

    pub(crate) fn mailboxes(&self) -> Arc<Mailboxes> {
        (self.0.deps.mailboxes)()
    }

    pub(crate) fn names(&self) -> Arc<HouseNames> {
        (self.0.deps.names)()
    }

    pub(crate) fn clips(&self) -> ClipShelf {
        (self.0.deps.clips)()
    }

    pub(crate) fn agents_see_numbers(&self) -> bool {
        (self.0.deps.agents_see_numbers)()
    }

    pub(crate) fn may_be_told(&self, url: &str) -> Result<(), String> {
        (self.0.deps.may_be_told)(url)
    }

    pub(crate) fn ticket_rules(&self) -> Arc<Rules> {
        self.0.deps.tickets.rules()
    }

    pub(crate) fn read_ticket_rules(&self) -> Arc<ReadRules> {
        Arc::clone(&self.0.deps.read_ticket_rules)
    }

    pub(crate) fn metrics(&self) -> &MetricsHandle {
        &self.0.deps.metrics
    }

    pub(crate) fn readiness(&self) -> Readiness {
        (self.0.deps.readiness)()
    }

    pub(crate) fn tell(&self, fact: Fact) {
        (self.0.deps.tell)(fact);
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.deps.https.is_some()
    }

    pub(crate) fn sip(&self) -> Option<&SipDoor> {
        self.0.deps.sip.as_ref()
    }

    pub(crate) fn tries(&self) -> &TryLimiter {
        &self.0.tries
    }

    pub(crate) fn password_checks(&self) -> &Semaphore {
        &self.0.password_checks
    }

    pub(crate) fn running(&self) -> &Running {
        &self.0.running
    }

    pub(crate) fn quotas(&self) -> &Quotas {
        &self.0.quotas
    }

    pub(crate) fn token_use(&self) -> &TokenUse {
        &self.0.token_use
    }

    pub(crate) fn parameters(&self) -> &Parameters {
        &self.0.parameters
    }

    /// The template of the route that a path belongs to, `other` for none.
    pub(crate) fn route_of(&self, path: &str) -> String {
        let fits = |route: &&String| {
            let mut asked = path.split('/');
            let all = route.split('/').all(|part| {
                asked
                    .next()
                    .is_some_and(|word| part.starts_with('{') || part == word)
            });
            all && asked.next().is_none()
        };
        // A route without a parameter comes before one with: `me` is no id.
        let candidates = self.0.routes.iter().filter(fits);
        candidates
            .min_by_key(|route| route.matches('{').count())
            .map_or_else(|| "other".to_owned(), Clone::clone)
    }
}

/// The OpenAPI document of the routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    api::documented(api::routes().into_openapi())
}

/// All routes with their layers, whatever the name that a request was meant for.
pub fn router(app: App) -> Router {
    layered(app, |routes| routes)
}

/// The same for a listener that this machine alone reaches.
fn local_router(app: App) -> Router {
    layered(app, |routes| routes.layer(from_fn(host::own_alone)))
}

fn layered(app: App, guard: fn(Router<App>) -> Router<App>) -> Router {
    let api: OpenApiRouter<App> = api::routes();
    let (api, _) = api.split_for_parts();
    let routes = api
        .merge(page::routes())
        .fallback(|| async { Problem::new(Code::NotFound) })
        .method_not_allowed_fallback(|| async { Problem::new(Code::MethodNotAllowed) })
        .layer(DefaultBodyLimit::max(BODY_MAX));
    let routes = guard(routes)
        .layer(from_fn_with_state(app.clone(), parameters::known))
        .layer(from_fn_with_state(app.clone(), metrics::counted))
        .layer(from_fn(problem::localised))
        .layer(from_fn_with_state(app.clone(), idempotency::kept))
        .layer(from_fn_with_state(app.clone(), quota::counted))
        .layer(from_fn_with_state(app.clone(), headers::strict))
        .with_state(app);
    // What comes as a frame goes the same way as a request (decision 17).
    routes.clone().layer(Extension(Routes(routes)))
}

/// Answers on a listener until `shutdown` is done; then ends the streams and gives open requests ten seconds. Keeps house
/// meanwhile: figures are tidied, sessions that ended are removed.
pub async fn serve(
    listener: TcpListener,
    app: App,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let events = Arc::clone(app.events());
    let (ending, ended) = tokio::sync::oneshot::channel();
    let chores = housekeeping::keep(app.metrics().clone(), app.database().clone());
    let is_local = listener.local_addr()?.ip().to_canonical().is_loopback();
    let Deps { bounds, https, .. } = &app.0.deps;
    let guarded = Guarded::new(listener, *bounds, https.clone());
    let router = if is_local {
        local_router(app)
    } else {
        router(app)
    };
    let service = router.into_make_service_with_connect_info::<Peer>();
    let serving = axum::serve(guarded, service).with_graceful_shutdown(async move {
        shutdown.await;
        events.close();
        let _ = ending.send(());
    });
    tokio::select! {
        done = serving => done,
        never = chores => match never {},
        () = async {
            let _ = ended.await;
            tokio::time::sleep(DRAIN_MAX).await;
        } => Ok(()),
    }
}
