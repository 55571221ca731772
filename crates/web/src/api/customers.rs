//! Customers: found, added, changed; and a number with whoever may be behind it (F1-F4).

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use model::{CustomerFault, CustomerId, Masking};
use serde::Deserialize;
use store::{CustomerRecord, CustomerSearch, NewCustomer, StoreError};
use ticket::Actor;
use utoipa::IntoParams;

use super::customer_body::{
    CustomerAdded, CustomerBody, CustomerChangeBody, CustomerWanted, NumberBody, candidates,
};
use super::customer_restored::restored;
use super::list::{self, List};
use super::version;
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::{Sight, unmasked};

/// Which customers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CustomerQuery {
    /// A name in characters, pinyin or initials, the last four digits or more of a number, or an external reference.
    #[serde(rename = "filter[text]")]
    text: Option<String>,
    /// With exactly this external reference.
    #[serde(rename = "filter[external_ref]")]
    external_ref: Option<String>,
    /// Of this organisation.
    #[serde(rename = "filter[organisation]")]
    #[param(value_type = Option<String>)]
    organisation: Option<CustomerId>,
    /// Looked after by this agent: an id, or `me`.
    #[serde(rename = "filter[owner]")]
    #[param(value_type = Option<String>)]
    owner: Option<AgentRef>,
    /// Whether those are among them who are no customers any more.
    #[serde(rename = "filter[with_inactive]", default)]
    with_inactive: bool,
    /// The last id of the page before.
    #[param(value_type = Option<String>)]
    after: Option<u64>,
    /// Rows, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// Customers, the last added first; merged ones are not among them.
#[utoipa::path(get, operation_id = "list_customers", path = "/v1/customers", tag = "customers", params(CustomerQuery),
    responses((status = 200, description = "Customers, the last added first.", body = List<CustomerBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<CustomerQuery>,
) -> Result<Json<List<CustomerBody>>, Problem> {
    authorise(&who, Action::SeeCustomers, None)?;
    let page = list::page_request(query.after, query.limit)?;
    let search = CustomerSearch {
        text: query.text,
        external_ref: query.external_ref,
        organisation: query.organisation,
        owner: query.owner.map(|agent| agent.resolve(&who)),
        with_inactive: query.with_inactive,
    };
    let found = app.database().customers(&search, page).await?;
    let sight = Sight::of(&app, &who);
    Ok(Json(List {
        items: found
            .items
            .into_iter()
            .map(|record| CustomerBody::of(record, sight))
            .collect(),
        next: found.next.map(|next| next.to_string()),
    }))
}

/// Adds a customer. That others have his number is no mistake; `candidates` names them.
#[utoipa::path(post, operation_id = "add_customer", path = "/v1/customers", tag = "customers", request_body = CustomerWanted,
    responses(
        (status = 201, description = "The customer.", body = CustomerAdded, headers(("ETag" = String, description = "The version."))),
        (status = 200, description = "With `unless_known`: somebody certainly has a number, and nobody was added.", body = CustomerAdded),
        (status = 403, description = "A VIP level is for supervisors to give.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "Another customer has the external reference.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn add(
    State(app): State<App>,
    who: Principal,
    Body(wanted): Body<CustomerWanted>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::ChangeCustomers, None)?;
    if wanted.vip_level > 0 {
        authorise(&who, Action::SetVipLevel, None)?;
    }
    for phone in &wanted.phones {
        unmasked(Some(&phone.raw))?;
    }
    let (unless_known, sight) = (wanted.unless_known, Sight::of(&app, &who));
    let new = NewCustomer::from(wanted);
    let known = Masking::of(new.phones.iter().map(|phone| phone.raw.as_str()));
    let entered = app
        .database()
        .enter_customer(new, unless_known, by(&who), now())
        .await;
    let entered = entered.map_err(mistake)?;
    let version = entered.customer.as_ref().map(|customer| customer.version);
    let told = Json(CustomerAdded {
        customer: entered
            .customer
            .map(|record| CustomerBody::of(record, sight)),
        candidates: candidates(entered.candidates, sight, &known),
    });
    let Some(version) = version else {
        return Ok((StatusCode::OK, told).into_response());
    };
    let headers = AppendHeaders([(header::ETAG, version::etag(version)?)]);
    Ok((StatusCode::CREATED, headers, told).into_response())
}

/// One customer, merged ones too; `ETag` is the version.
#[utoipa::path(get, operation_id = "get_customer", path = "/v1/customers/{id}", tag = "customers", params(("id" = String, Path)),
    responses(
        (status = 200, description = "The customer.", body = CustomerBody, headers(("ETag" = String, description = "The version, for `If-Match`."))),
        (status = 404, description = "No such customer.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<CustomerId>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::SeeCustomers, None)?;
    answer(known(&app, id).await?, Sight::of(&app, &who))
}

/// Changes a customer.
#[utoipa::path(patch, operation_id = "change_customer", path = "/v1/customers/{id}", tag = "customers",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    request_body = CustomerChangeBody,
    responses(
        (status = 200, description = "The customer as he stands.", body = CustomerBody, headers(("ETag" = String, description = "The version."))),
        (status = 403, description = "A VIP level is for supervisors to change.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such customer.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "Another customer has the external reference, or he was merged.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "He changed meanwhile; `current` is how he stands.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn change(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<CustomerId>,
    headers: HeaderMap,
    Body(change): Body<CustomerChangeBody>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::ChangeCustomers, None)?;
    let (stands, sight) = (known(&app, id).await?, Sight::of(&app, &who));
    let Some(version) = version::matched(&headers)? else {
        return Err(conflict(stands, sight));
    };
    // F5: who only says again what stands changes no level.
    if change
        .vip_level
        .is_some_and(|level| level != stands.vip_level)
    {
        authorise(&who, Action::SetVipLevel, None)?;
    }
    let change = match sight {
        Sight::Whole => change,
        Sight::Masked => restored(change, &stands)?,
    };
    let changed = app
        .database()
        .change_customer(id, version, change.into(), by(&who), now())
        .await;
    match changed {
        Ok(customer) => answer(customer, sight),
        Err(StoreError::Conflict { .. }) => Err(conflict(known(&app, id).await?, sight)),
        Err(error) => Err(mistake(error)),
    }
}

/// A number in any spelling: its calls, and who may be behind it. `candidates` is empty for a number without a person.
#[utoipa::path(get, operation_id = "get_number", path = "/v1/numbers/{number}", tag = "customers",
    params(("number" = String, Path, description = "A number in any spelling.")),
    responses((status = 200, description = "What is known of it.", body = NumberBody)))]
pub(crate) async fn number(
    State(app): State<App>,
    who: Principal,
    InPath(number): InPath<String>,
) -> Result<Json<NumberBody>, Problem> {
    authorise(&who, Action::SeeCustomers, None)?;
    let card = app.database().number_card(&number).await?;
    Ok(Json(NumberBody::of(card, Sight::of(&app, &who))))
}

/// Who changes something.
pub(super) const fn by(who: &Principal) -> Actor {
    Actor::Agent(who.agent)
}

/// A customer who must be there.
pub(super) async fn known(app: &App, id: CustomerId) -> Result<CustomerRecord, Problem> {
    let found = app.database().customer(id).await?;
    found.ok_or_else(|| Problem::new(Code::NoSuchCustomer))
}

fn answer(customer: CustomerRecord, sight: Sight) -> Result<impl IntoResponse, Problem> {
    let etag = version::etag(customer.version)?;
    let headers = AppendHeaders([(header::ETAG, etag)]);
    Ok((headers, Json(CustomerBody::of(customer, sight))))
}

fn conflict(current: CustomerRecord, sight: Sight) -> Problem {
    let version = current.version;
    version::conflict(&CustomerBody::of(current, sight), version)
}

/// What the asker can mend.
pub(super) fn mistake(error: StoreError) -> Problem {
    if let StoreError::NotFound(_) = &error {
        return Problem::new(Code::NoSuchCustomer);
    }
    if let StoreError::Taken(_) = &error {
        return Problem::new(Code::ReferenceTaken);
    }
    let StoreError::Customer(fault) = &error else {
        return error.into();
    };
    let code = match fault {
        CustomerFault::Merged(_) => Code::CustomerMerged,
        CustomerFault::NotMerged => Code::CustomerNotMerged,
        CustomerFault::MergedSince(_) => Code::CustomerMergedSince,
        CustomerFault::Name
        | CustomerFault::Vip
        | CustomerFault::Number(_)
        | CustomerFault::Numbers
        | CustomerFault::Contacts
        | CustomerFault::Contact { .. }
        | CustomerFault::Text { .. }
        | CustomerFault::Owner(_)
        | CustomerFault::Organisation(_)
        | CustomerFault::Several
        | CustomerFault::Itself => Code::InvalidBody,
    };
    Problem::new(code).detail(fault.to_string())
}
