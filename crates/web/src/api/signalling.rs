//! Signalling as an operator sees it: trunks (A1), registered phones, and what was refused. Each answer is the engine's state
//! of that moment, asked by a question; nothing is kept here.

use axum::Json;
use axum::extract::State;
use engine::{Answer, BlockedReport, ExchangeReport, Question, RegistrationReport, TrunkReport};
use model::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::list::{self, List, PageQuery};
use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::extract::InQuery;
use crate::problem::{Problem, ProblemDocument};

/// A trunk to a carrier.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrunkBody {
    /// Its name.
    pub name: String,
    /// `unknown`, `up`, `down`, or `trial`: it answers again and the next call shows whether it works.
    pub reach: String,
    /// Whether the carrier has our registration; `null` where none is wanted.
    pub registered: Option<bool>,
    /// When the next REGISTER or OPTIONS goes out.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_try_at: Option<Timestamp>,
    /// Calls from the carrier that are alive.
    pub calls_in: u32,
    /// Calls to the carrier that are alive.
    pub calls_out: u32,
    /// Most calls at one time; `null` = no bound.
    pub calls_max: Option<u32>,
    /// The last 20 exchanges, oldest first, in plain words.
    pub exchanges: Vec<ExchangeBody>,
}

/// One REGISTER, OPTIONS or look-up of a name, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExchangeBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `REGISTER`, `OPTIONS`, `DNS`.
    pub what: String,
    /// To which address.
    pub remote: Option<String>,
    /// What became of it, in plain words.
    pub outcome: String,
}

/// A registered contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegistrationBody {
    /// The agent's login.
    pub login: String,
    /// The contact's URI.
    pub contact: String,
    /// `udp`, `tcp`, `tls`, `ws`, `wss`.
    pub transport: String,
    /// Where its packets come from.
    pub remote: String,
    /// The phone's User-Agent.
    pub user_agent: Option<String>,
    /// Preference among the agent's contacts, 0 to 1000.
    pub q_permille: u16,
    /// When it ends unless it is refreshed.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// Refusals of one cause for one source.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlockedBody {
    /// The source's address; of IPv6 the first of its /64.
    pub source: String,
    /// Why, in a word.
    pub cause: String,
    /// How often since `first_at`.
    pub count: u64,
    /// First time.
    #[schema(value_type = String, format = DateTime)]
    pub first_at: Timestamp,
    /// Last time.
    #[schema(value_type = String, format = DateTime)]
    pub last_at: Timestamp,
    /// Method of the last one; `null` for what was dropped unread.
    pub method: Option<String>,
    /// User-Agent of the last one.
    pub user_agent: Option<String>,
}

/// Trunks by name, with their last exchanges: for supervisors and admins.
#[utoipa::path(get, operation_id = "list_trunks", path = "/v1/trunks", tag = "operation", params(PageQuery),
    responses(
        (status = 200, description = "Trunks by name.", body = List<TrunkBody>),
        (status = 503, description = "The engine is busy.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn trunks(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<List<TrunkBody>>, Problem> {
    let Answer::Trunks(rows) = ask(&app, &who, Question::Trunks).await? else {
        return Err(mistaken());
    };
    let rows = rows.into_iter().map(TrunkBody::from).collect();
    list::page(rows, &query, |trunk| trunk.name.clone()).map(Json)
}

/// Registered phones by login: for supervisors and admins.
#[utoipa::path(get, operation_id = "list_registrations", path = "/v1/registrations", tag = "operation", params(PageQuery),
    responses(
        (status = 200, description = "Contacts by login.", body = List<RegistrationBody>),
        (status = 503, description = "The engine is busy.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn registrations(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<List<RegistrationBody>>, Problem> {
    let Answer::Registrations(rows) = ask(&app, &who, Question::Registrations).await? else {
        return Err(mistaken());
    };
    let rows = rows.into_iter().map(RegistrationBody::from).collect();
    list::page(rows, &query, |row| format!("{} {}", row.login, row.contact)).map(Json)
}

/// What was refused, by source and cause, the last first: for supervisors and admins.
#[utoipa::path(get, operation_id = "list_blocked", path = "/v1/sip/blocked", tag = "operation", params(PageQuery),
    responses(
        (status = 200, description = "Refusals, the last first.", body = List<BlockedBody>),
        (status = 503, description = "The engine is busy.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn blocked(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<List<BlockedBody>>, Problem> {
    let Answer::Blocked(rows) = ask(&app, &who, Question::Blocked).await? else {
        return Err(mistaken());
    };
    let rows = rows.into_iter().map(BlockedBody::from).collect();
    let page = list::page(rows, &query, |row| {
        // Falls as the last time rises: the newest comes first. 20 digits hold every u64.
        let age = u64::MAX - u64::try_from(row.last_at.as_ms()).unwrap_or(0);
        format!("{age:020} {} {}", row.source, row.cause)
    })?;
    Ok(Json(page))
}

async fn ask(app: &App, who: &Principal, question: Question) -> Result<Answer, Problem> {
    authorise(who, Action::SeeSignalling, None)?;
    Ok(app.questions().ask(question).await?)
}

/// An answer to another question: the engine never gives one.
fn mistaken() -> Problem {
    Problem::internal(&"the engine answered another question")
}

impl From<TrunkReport> for TrunkBody {
    fn from(trunk: TrunkReport) -> Self {
        Self {
            name: trunk.name,
            reach: trunk.reach,
            registered: trunk.registered,
            next_try_at: trunk.next_try_at,
            calls_in: trunk.calls_in,
            calls_out: trunk.calls_out,
            calls_max: trunk.calls_max,
            exchanges: trunk
                .exchanges
                .into_iter()
                .map(ExchangeBody::from)
                .collect(),
        }
    }
}

impl From<ExchangeReport> for ExchangeBody {
    fn from(exchange: ExchangeReport) -> Self {
        Self {
            at: exchange.at,
            what: exchange.what,
            remote: exchange.remote,
            outcome: exchange.outcome,
        }
    }
}

impl From<RegistrationReport> for RegistrationBody {
    fn from(row: RegistrationReport) -> Self {
        Self {
            login: row.login,
            contact: row.contact,
            transport: row.transport,
            remote: row.remote,
            user_agent: row.user_agent,
            q_permille: row.q_permille,
            expires_at: row.expires_at,
        }
    }
}

impl From<BlockedReport> for BlockedBody {
    fn from(row: BlockedReport) -> Self {
        Self {
            source: row.source,
            cause: row.cause,
            count: row.count,
            first_at: row.first_at,
            last_at: row.last_at,
            method: row.method,
            user_agent: row.user_agent,
        }
    }
}
