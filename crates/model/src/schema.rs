//! How those of our words that are written as text stand in the API's document (OpenAPI 3.1): facts go out to other systems as
//! webhooks, and the document says of what they are made. Types with fields derive it where they stand.

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use crate::agent_state::NotReadyReason;
use crate::decision::Agents;
use crate::number::E164;
use crate::number_list::Bar;
use crate::recording::RecordingId;
use crate::time::Timestamp;

/// A text of this form.
pub(crate) fn text(description: &str, pattern: Option<&str>) -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let text = text.description(Some(description.trim()));
    text.pattern(pattern).into()
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let text = text.format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        text.description(Some("RFC 3339 in UTC, to the millisecond."))
            .into()
    }
}

impl ToSchema for Timestamp {}

macro_rules! texts {
    ($($name:ident, $description:literal, $pattern:expr;)+) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> { text($description, $pattern) }
        }
        impl ToSchema for $name {}
    )+};
}

texts! {
    E164, "A number in international form.", Some("^\\+[1-9][0-9]{2,14}$");
    RecordingId, "A recording: the call and its part, `CALL-PART`.", Some("^[0-9]+-[0-9]+$");
    Agents, "Agents: ids in rising order, each as the distance to the one before it in digits of base 64 (0-9, A-Z, a-z, -, _), with a point between two.", Some("^[0-9A-Za-z_.-]*$");
    Bar, "What a barred caller meets: `reject`, `busy`, `log`, `script:NAME` or `voicemail:NAME`.", Some("^(reject|busy|log|(script|voicemail):.+)$");
    NotReadyReason, "`signed_in`, `no_answer`, `device`, `device_lost`, or one of the house's words for breaks.", None;
}
