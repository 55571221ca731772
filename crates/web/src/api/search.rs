//! Words found in tickets and in notes about customers (J7): the newest first, of the last 90 days unless somebody asks for more.

use axum::Json;
use axum::extract::State;
use model::{AgentId, CustomerId, Masking, Timestamp};
use serde::{Deserialize, Serialize};
use store::{CustomerNote, Hit, Matched, Piece, Question, SearchKind, SearchRequest};
use ticket::Rules;
use utoipa::{IntoParams, ToSchema};

use super::ticket_body::TicketBody;
use super::tickets::{listed, readable_by};
use super::{customer_body, list, ticket_body};
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::InQuery;
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::Sight;

/// How far back is looked where nobody says so: 90 days.
const LOOK_BACK_MS: i64 = 90 * 24 * 3_600_000;

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words that must all be there, of at most 200 characters. Chinese ones are found within a text, others whole; a ticket's number
    /// with its letters and hyphens or without. No sign is an operator.
    q: String,
    /// In what: `ticket` or `customer_note`; without it in all that may be seen.
    kind: Option<KindWord>,
    /// Of things that began then or later; without it of the last 90 days.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<u64>,
    /// Rows, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// In what is looked.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KindWord {
    /// Tickets.
    Ticket,
    /// Notes about customers.
    CustomerNote,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundBody {
    /// The newest first.
    pub items: Vec<HitBody>,
    /// What to ask for as `after` to get the next page, which may be empty where looking took long; `null` at the end.
    pub next: Option<String>,
    /// How many there are, up to 200; on the first page alone.
    pub count: Option<u64>,
    /// Whether there are more than were counted, or may be: `200+`.
    pub is_more: bool,
    /// Since when was looked: later than asked for where that took longer than a second. `next` goes on from there.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitBody {
    /// Its id.
    pub id: String,
    /// What it is.
    #[serde(flatten)]
    pub what: HitKind,
    /// Where the words stand, in pieces; empty for a ticket that few may read.
    pub snippet: Vec<PieceBody>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HitKind {
    /// A ticket.
    Ticket {
        /// As in a list.
        ticket: Box<TicketBody>,
        /// M5: the ticket that goes on for it in the end.
        survivor: Option<Box<TicketBody>>,
    },
    /// A note about a customer.
    CustomerNote {
        /// Who stands for whom it is about.
        #[schema(value_type = String)]
        customer: CustomerId,
        /// When it was written.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        /// Who wrote it.
        #[schema(value_type = String)]
        agent: AgentId,
    },
}

/// A piece of a text.
#[derive(Debug, Serialize, ToSchema)]
pub struct PieceBody {
    /// As it was written.
    pub text: String,
    /// Whether it is what was asked for.
    pub is_found: bool,
}

/// Tickets and notes about customers that have all the words, the newest first. A ticket that was merged is found by its own words and leads
/// to the one that goes on for it.
#[utoipa::path(get, operation_id = "search", path = "/v1/search", tag = "tickets", params(SearchQuery),
    responses(
        (status = 200, description = "What was found.", body = FoundBody),
        (status = 422, description = "Nothing of it can be looked for, or it is too long.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn search(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<SearchQuery>,
) -> Result<Json<FoundBody>, Problem> {
    let kinds = kinds(&who, query.kind)?;
    let page = list::page_request(query.after, query.limit)?;
    let request = SearchRequest {
        question: question(&query.q)?,
        kinds,
        since: since(query.since),
        readable_by: readable_by(&app, &who).await?,
    };
    let found = app
        .database()
        .search(&request, page, store::search::PATIENCE)
        .await?;
    let (rules, at, sight) = (app.tickets().rules(), now(), Sight::of(&app, &who));
    let mut items = Vec::with_capacity(found.page.items.len());
    for hit in found.page.items {
        let known = match sight {
            Sight::Whole => Masking::default(),
            Sight::Masked => numbers_in(&app, &hit).await?,
        };
        items.push(body(hit, (&rules, at), sight, &known));
    }
    Ok(Json(FoundBody {
        items,
        next: found.page.next.map(|next| next.to_string()),
        count: found.many,
        is_more: found.is_more,
        since: found.since,
    }))
}

/// The kinds that somebody may see, or the one that he asks for.
fn kinds(who: &Principal, asked: Option<KindWord>) -> Result<Vec<SearchKind>, Problem> {
    let may = |kind: SearchKind| {
        let action = match kind {
            SearchKind::Ticket => Action::SeeTickets,
            SearchKind::CustomerNote => Action::SeeCustomers,
        };
        authorise(who, action, Some(who.agent)).map(|()| kind)
    };
    match asked {
        Some(KindWord::Ticket) => Ok(vec![may(SearchKind::Ticket)?]),
        Some(KindWord::CustomerNote) => Ok(vec![may(SearchKind::CustomerNote)?]),
        None => {
            let kinds: Vec<_> = SearchKind::ALL.into_iter().flat_map(may).collect();
            match kinds.is_empty() {
                true => Err(Problem::new(Code::Forbidden)),
                false => Ok(kinds),
            }
        }
    }
}

/// What somebody typed, if it can be looked for.
pub(super) fn question(typed: &str) -> Result<Question, Problem> {
    Question::parse(typed).map_err(|why| Problem::new(Code::BadQuestion).detail(why.to_string()))
}

/// Since when is looked.
pub(super) fn since(asked: Option<Timestamp>) -> Timestamp {
    asked.unwrap_or_else(|| Timestamp::from_ms(now().as_ms().saturating_sub(LOOK_BACK_MS)))
}

/// The numbers of whom a hit is about.
async fn numbers_in(app: &App, hit: &Hit) -> Result<Masking, Problem> {
    match &hit.what {
        Matched::Ticket(ticket, _) => Ok(ticket_body::numbers_of(&ticket.matter.contact)),
        Matched::Note(_, customer) => {
            let customer = app.database().customer(*customer).await?;
            let numbers = customer.as_ref().map(customer_body::numbers_of);
            Ok(numbers.unwrap_or_default())
        }
    }
}

fn body(hit: Hit, (rules, at): (&Rules, Timestamp), sight: Sight, known: &Masking) -> HitBody {
    let what = match hit.what {
        Matched::Ticket(ticket, survivor) => {
            let told = |ticket| Box::new(listed(TicketBody::of(ticket, rules, at, sight)));
            HitKind::Ticket {
                ticket: told(*ticket),
                survivor: survivor.map(|it| told(*it)),
            }
        }
        Matched::Note(note, customer) => {
            let CustomerNote { at, agent, .. } = note;
            HitKind::CustomerNote {
                customer,
                at,
                agent,
            }
        }
    };
    // A number may go through several pieces; a masked text is as long as it was.
    let whole = hit
        .snippet
        .iter()
        .map(|piece| piece.text.as_str())
        .collect();
    let whole = sight.text(whole, known);
    let mut letters = whole.chars();
    let pieces = hit.snippet.into_iter();
    let pieces = pieces.map(|Piece { text, is_found }| PieceBody {
        text: letters.by_ref().take(text.chars().count()).collect(),
        is_found,
    });
    HitBody {
        id: hit.id.to_string(),
        what,
        snippet: pieces.collect(),
    }
}
