//! The API under `/v1`: one file per noun. Conventions: ids are strings, times RFC 3339 UTC with milliseconds, durations ms,
//! lists by key set (`after`, `limit` up to 200) without totals, errors as problems, unknown fields refused.

pub mod agent_body;
pub mod agent_queues;
pub mod agents;
pub mod article_body;
pub mod article_uses;
pub mod articles;
pub mod breaks;
pub mod calendars;
pub mod call_body;
pub mod call_export;
pub mod callbacks;
pub mod calls;
pub mod canary;
pub mod clips;
pub mod conflicts;
pub mod customer_body;
pub mod customer_import;
pub mod customer_merge;
mod customer_restored;
pub mod customers;
pub mod decline;
pub mod deliveries;
pub mod drafts;
pub mod duty;
pub mod heat;
pub mod legal_hold;
pub mod line;
pub mod list;
pub mod notifications;
pub mod number_lists;
pub mod place;
pub mod queue_body;
pub mod queues;
pub mod reach;
pub mod recording;
pub mod reminder_body;
pub mod reminders;
pub mod replies;
pub mod reply_body;
mod reply_values;
pub mod report_body;
pub mod reports;
pub mod scripts;
pub mod search;
pub mod session;
pub mod signalling;
pub mod socket;
mod stream;
pub mod surveys;
pub mod talk;
pub mod ticket_body;
pub mod ticket_duplicates;
pub mod ticket_orders;
pub mod ticket_pin;
pub mod ticket_refusal;
pub mod ticket_rules;
pub mod ticket_rules_body;
pub mod ticket_timeline;
pub mod tickets;
pub mod timeline;
pub mod tokens;
pub mod trace;
pub mod unmask;
pub mod version;
pub mod voicemail;
pub mod webhook_body;
mod webhook_events;
pub mod webhooks;
pub mod why;
pub mod wrap_up;

use store::{StoreError, deed};
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::principal::{COOKIE, CSRF_HEADER};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::{health, idempotency, metrics, sip_socket};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Trunkline",
        description = "The contact centre in one binary. Clients must ignore unknown fields in answers; unknown fields in requests are refused. Errors are `application/problem+json` with a stable `code`.",
    ),
    components(schemas(ProblemDocument)),
    modifiers(&Security),
    security(("session" = [], "csrf" = []), ("token" = [])),
    tags(
        (name = "session", description = "Signing in and out."),
        (name = "agents", description = "People who take calls, and what they do."),
        (name = "calls", description = "Live and past calls and their recordings."),
        (name = "queues", description = "Who waits where, who serves, and today's figures."),
        (name = "scripts", description = "IVR scripts and their versions."),
        (name = "reports", description = "Figures by quarter of an hour, day, week, month or year, each with its formula."),
        (name = "tickets", description = "What calls leave behind."),
        (name = "customers", description = "Who calls, and by which numbers."),
        (name = "knowledge", description = "What the house knows: articles, which tickets they solved, and canned replies."),
        (name = "events", description = "Facts and screen pops as they happen."),
        (name = "webhooks", description = "Facts told to other systems, signed and told again until they are taken."),
        (name = "tokens", description = "Bearer tokens of programs, for admins."),
        (name = "operation", description = "For those who run it."),
    ),
)]
struct Document;

/// The two ways in.
struct Security;

impl Modify for Security {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE)));
        let csrf = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
            CSRF_HEADER,
            "The session's CSRF token, beside the cookie, for every method but GET and HEAD.",
        )));
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("session", cookie);
        components.add_security_scheme("csrf", csrf);
        components.add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// The table of routes; the OpenAPI document is made of it.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(metrics::metrics))
        .routes(routes!(openapi_json))
        .routes(routes!(session::read, session::begin, session::end))
        .routes(routes!(agents::list))
        .routes(routes!(agents::desktop))
        .routes(routes!(duty::read, duty::change))
        .routes(routes!(
            agents::state,
            agents::put_state,
            agents::post_state
        ))
        .routes(routes!(breaks::read))
        .routes(routes!(place::read, place::put))
        .routes(routes!(reach::read, reach::put))
        .routes(routes!(agent_queues::list))
        .routes(routes!(agent_queues::put))
        .routes(routes!(decline::decline))
        .routes(routes!(wrap_up::end))
        .routes(routes!(wrap_up::more))
        .routes(routes!(wrap_up::categorise))
        .routes(routes!(calls::list))
        .routes(routes!(calls::read))
        .routes(routes!(calls::timeline))
        .routes(routes!(drafts::read, drafts::write))
        .routes(routes!(why::read))
        .routes(routes!(calls::hang_up))
        .routes(routes!(legal_hold::put, legal_hold::delete))
        .routes(routes!(talk::order))
        .routes(routes!(clips::list))
        .routes(routes!(clips::play, clips::stop))
        .routes(routes!(line::order))
        .routes(routes!(queues::list))
        .routes(routes!(queues::read))
        .routes(routes!(calendars::list))
        .routes(routes!(calendars::read))
        .routes(routes!(calendars::close, calendars::open))
        .routes(routes!(callbacks::list))
        .routes(routes!(callbacks::cancel))
        .routes(routes!(number_lists::list, number_lists::add))
        .routes(routes!(
            number_lists::read,
            number_lists::change,
            number_lists::delete
        ))
        .routes(routes!(conflicts::list))
        .routes(routes!(conflicts::put, conflicts::delete))
        .routes(routes!(trace::read))
        .routes(routes!(recording::hear))
        .routes(routes!(voicemail::boxes))
        .routes(routes!(voicemail::list))
        .routes(routes!(voicemail::read, voicemail::mark, voicemail::remove))
        .routes(routes!(voicemail::hear))
        .routes(routes!(surveys::list))
        .routes(routes!(reports::read))
        .routes(routes!(call_export::export))
        .routes(routes!(scripts::list))
        .routes(routes!(scripts::versions))
        .routes(routes!(scripts::text))
        .routes(routes!(scripts::diff))
        .routes(routes!(scripts::roll_back))
        .routes(routes!(heat::read))
        .routes(routes!(canary::read))
        .routes(routes!(tickets::list, ticket_orders::enter))
        .routes(routes!(ticket_orders::order))
        .routes(routes!(ticket_pin::draw, ticket_pin::remove))
        .routes(routes!(ticket_duplicates::search))
        .routes(routes!(ticket_duplicates::of_ticket))
        .routes(routes!(ticket_duplicates::relate))
        .routes(routes!(ticket_rules::read))
        .routes(routes!(ticket_rules::categories))
        .routes(routes!(ticket_rules::try_standing, ticket_rules::try_text))
        .routes(routes!(tickets::read, tickets::correct))
        .routes(routes!(ticket_timeline::list))
        .routes(routes!(webhooks::list, webhooks::make))
        .routes(routes!(webhooks::read, webhooks::change, webhooks::remove))
        .routes(routes!(webhooks::renew_secret))
        .routes(routes!(webhooks::test))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::read))
        .routes(routes!(deliveries::resend))
        .routes(routes!(tokens::list, tokens::make))
        .routes(routes!(tokens::revoke))
        .routes(routes!(articles::list, articles::add))
        .routes(routes!(articles::read, articles::write))
        .routes(routes!(articles::versions))
        .routes(routes!(articles::step))
        .routes(routes!(articles::vote))
        .routes(routes!(article_uses::make))
        .routes(routes!(article_uses::of_article))
        .routes(routes!(article_uses::of_ticket))
        .routes(routes!(article_uses::name, article_uses::unname))
        .routes(routes!(notifications::list))
        .routes(routes!(notifications::read))
        .routes(routes!(notifications::choice, notifications::choose))
        .routes(routes!(reminders::list, reminders::add))
        .routes(routes!(
            reminders::read,
            reminders::change,
            reminders::remove
        ))
        .routes(routes!(replies::variables))
        .routes(routes!(replies::list, replies::add))
        .routes(routes!(replies::read, replies::change, replies::remove))
        .routes(routes!(replies::render))
        .routes(routes!(customers::list, customers::add))
        .routes(routes!(customers::read, customers::change))
        .routes(routes!(customers::number))
        .merge(customer_import::routes())
        .routes(routes!(customer_merge::merge))
        .routes(routes!(customer_merge::unmerge))
        .routes(routes!(timeline::read))
        .routes(routes!(timeline::note))
        .routes(routes!(unmask::customer))
        .routes(routes!(unmask::call))
        .routes(routes!(unmask::ticket))
        .routes(routes!(search::search))
        .routes(routes!(stream::events))
        .routes(routes!(socket::events))
        .routes(routes!(sip_socket::open))
        .routes(routes!(signalling::trunks))
        .routes(routes!(signalling::registrations))
        .routes(routes!(signalling::blocked))
}

/// The document with what holds for every `POST` but signing in (J3), and what webhooks are told (J5).
pub(crate) fn documented(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for (path, item) in &mut document.paths.paths {
        let Some(post) = item.post.as_mut().filter(|_| path != idempotency::EXEMPT) else {
            continue;
        };
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .description(Some("The same key with the same request gets the same answer for 24 hours, and nothing is done twice."))
            .schema(Some(Object::with_type(Type::String)))
            .build();
        post.parameters.get_or_insert_default().push(key.into());
    }
    webhook_events::add(&mut document);
    document
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "operation", security(()),
    responses((status = 200, description = "The OpenAPI document of this API.", body = Object)))]
async fn openapi_json() -> axum::Json<utoipa::openapi::OpenApi> {
    axum::Json(crate::app::openapi())
}

impl From<StoreError> for Problem {
    /// What the store could not do and the asker cannot mend; what he can, a handler tells itself.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Away(_) => Self::new(Code::Busy)
                .retry_after_s(1)
                .undone_if(deed::is_none()),
            StoreError::Closed => Self::new(Code::Closing).undone_if(deed::is_none()),
            StoreError::NotFound(_)
            | StoreError::Lost(_)
            | StoreError::InUse
            | StoreError::Taken(_)
            | StoreError::Conflict { .. }
            | StoreError::Refused(_)
            | StoreError::Customer(_)
            | StoreError::Article(_)
            | StoreError::Reply(_)
            | StoreError::Reminder(_)
            | StoreError::NumberList(_)
            | StoreError::Gap { .. }
            | StoreError::Setting(_)
            | StoreError::Migration(_)
            | StoreError::Damaged { .. }
            | StoreError::Database(_)
            | StoreError::File { .. } => Self::internal(&error),
        }
    }
}
