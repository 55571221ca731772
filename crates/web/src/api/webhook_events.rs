//! What webhooks are told (J5), as the `webhooks` of the document (OpenAPI 3.1): one entry for each fact that a webhook may choose.
//!
//! Made of the names by which the sender chooses (`webhook::Topic`) and of the types that it writes (`model::Fact`), so that a fact that is added
//! stands here by itself. What the format `zammad` tells is Zammad's to describe.

use model::{Fact, Timestamp, WebhookId};
use utoipa::openapi::path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{
    ContentBuilder, HttpMethod, OpenApi, PathItem, PathsBuilder, RefOr, Required, ResponseBuilder,
    ResponsesBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};
use webhook::{TEST_TYPE, Topic};

/// The headers of Standard Webhooks 1.0.0.
const HEADERS: [(&str, &str); 3] = [
    (
        "webhook-id",
        "The message: the same however often it is sent. Who has seen it answers 200 and does nothing.",
    ),
    (
        "webhook-timestamp",
        "When it was sent, in s since 1970. Refuse what is older than a few minutes.",
    ),
    (
        "webhook-signature",
        "`v1,` and the base64 of an HMAC-SHA256 with the webhook's secret over `id.timestamp.body`; several with a space between them while two secrets hold.",
    ),
];

/// What a receiver may answer, and what comes of it.
const ANSWERS: [(&str, &str); 3] = [
    (
        "2XX",
        "Taken. Within 10 s: later is as if nothing was answered.",
    ),
    (
        "410",
        "Not wanted any more: the webhook is disabled, and what waits for it is given up.",
    ),
    (
        "default",
        "Not taken: it is sent again after 5 s, 30 s, 2 min, 10 min, 1 h, 6 h and 24 h, then given up. Redirects are not followed.",
    ),
];

/// Puts them into the document.
pub(super) fn add(document: &mut OpenApi) {
    let mut parts = Vec::new();
    Fact::schemas(&mut parts);
    parts.extend([("Timestamp".to_owned(), Timestamp::schema())]);
    parts.extend([("WebhookId".to_owned(), WebhookId::schema())]);
    let components = document.components.get_or_insert_default();
    components.schemas.extend(parts);
    let facts = facts();
    let told = Topic::names().filter_map(|name| {
        let fact = facts.iter().find(|fact| kind(fact) == Some(name))?;
        Some((name, fact.clone()))
    });
    let all = told.chain([(TEST_TYPE, trial())]);
    let entries = all.fold(PathsBuilder::new(), |entries, (name, fact)| {
        entries.path(name, PathItem::new(HttpMethod::Post, entry(name, fact)))
    });
    document.webhooks = Some(entries.build());
}

/// The schemas of all facts: `{"type", "data"}`.
fn facts() -> Vec<Object> {
    let RefOr::T(Schema::OneOf(facts)) = Fact::schema() else {
        return Vec::new();
    };
    let facts = facts.items.into_iter().filter_map(|fact| {
        let RefOr::T(Schema::Object(fact)) = fact else {
            return None;
        };
        Some(fact)
    });
    facts.collect()
}

/// The name of a fact by its schema.
fn kind(fact: &Object) -> Option<&str> {
    let RefOr::T(Schema::Object(kind)) = fact.properties.get("type")? else {
        return None;
    };
    kind.enum_values.as_ref()?.first()?.as_str()
}

/// The message of a trial.
fn trial() -> Object {
    let kind = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some([TEST_TYPE]));
    let webhook = <WebhookId as PartialSchema>::schema();
    let data = ObjectBuilder::new()
        .property("webhook", webhook)
        .required("webhook");
    ObjectBuilder::new()
        .description(Some(
            "A trial, which an admin asked for: it tells nothing but that it comes.",
        ))
        .property("type", kind)
        .required("type")
        .property("data", data)
        .required("data")
        .build()
}

fn entry(name: &str, mut fact: Object) -> Operation {
    let about = fact.description.take().unwrap_or_default();
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(0))
        .description(Some("The fact's number: it tells the order of all."));
    fact.properties.insert("seq".to_owned(), number.into());
    fact.properties.insert(
        "at".to_owned(),
        utoipa::openapi::Ref::from_schema_name("Timestamp").into(),
    );
    fact.required.extend(["seq", "at"].map(str::to_owned));
    let content = ContentBuilder::new().schema(Some(fact)).build();
    let body = RequestBodyBuilder::new()
        .content("application/json", content)
        .required(Some(Required::True))
        .build();
    let answers = ANSWERS
        .into_iter()
        .fold(ResponsesBuilder::new(), |all, (status, what)| {
            all.response(status, ResponseBuilder::new().description(what).build())
        });
    let operation = OperationBuilder::new()
        .tag("webhooks")
        .operation_id(Some(format!("told_{}", name.replace('.', "_"))))
        .summary(Some(about))
        .request_body(Some(body))
        .responses(answers.build())
        // Nobody signs in at a receiver: it looks at the signature.
        .security(SecurityRequirement::default());
    let headers = HEADERS.into_iter().map(|(name, what)| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some(what))
            .schema(Some(Object::with_type(Type::String)))
            .build()
    });
    headers.fold(operation, OperationBuilder::parameter).build()
}
