//! JSON Schema of a script, for editors: completion, hover texts and red lines while an admin types (draft 7, which editors
//! of TOML read).
//!
//! Made from the rows that read scripts, like the reference page: what an editor offers is what is read. It judges one value
//! at a time; what hangs together (names that exist, ways that end) is the matter of `check`.

use serde_json::{Map, Value, json};

use crate::node::{CASE, KINDS};
use crate::parse::HEAD;
use crate::row::{Form, KeyRow, Need, Words};
use crate::section::{PLACE, SECRET};
use crate::test::{ANSWER_WORDS, TEST};
use crate::value::Type;

/// Names of nodes and prompts, as `parse` takes them.
const NAME: &str = "^[A-Za-z0-9_-]{1,64}$";
const PHONE_KEY: &str = "^[0-9*#A-D]$";
const EXTENSION: &str = "^[0-9x]{2,20}$";

/// The schema, as JSON with a line end.
pub fn json_schema() -> String {
    let mut properties = keys(HEAD);
    let texts =
        json!({ "type": "object", "additionalProperties": { "type": "string", "minLength": 1 } });
    properties.insert("prompt".to_owned(), tables(texts));
    for kind in KINDS {
        let mut table = table(kind.keys);
        describe(&mut table, kind.says);
        properties.insert(kind.name.to_owned(), tables(table));
    }
    let tests = json!({ "type": "array", "items": table(TEST) });
    properties.insert("test".to_owned(), tests);
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "IVR script of Trunkline (导航流程)",
        "type": "object",
        "properties": properties,
        "required": required(HEAD),
        "additionalProperties": false,
    });
    format!("{schema:#}\n")
}

/// Tables by their names: `[menu.NAME]`.
fn tables(of: Value) -> Value {
    json!({ "type": "object", "patternProperties": { NAME: of }, "additionalProperties": false })
}

fn table(rows: &[KeyRow]) -> Value {
    json!({
        "type": "object", "properties": keys(rows), "required": required(rows), "additionalProperties": false,
    })
}

fn keys(rows: &[KeyRow]) -> Map<String, Value> {
    let key = |row: &KeyRow| {
        let mut schema = form(row.form);
        describe(&mut schema, row.says);
        if let (Need::Default(text) | Need::Head(text), Some(schema)) =
            (row.need, schema.as_object_mut())
        {
            let value = default(schema, text);
            schema.insert("default".to_owned(), value);
        }
        (row.name.to_owned(), schema)
    };
    rows.iter().map(key).collect()
}

fn required(rows: &[KeyRow]) -> Vec<&'static str> {
    let rows = rows.iter();
    let rows = rows.filter(|row| matches!(row.need, Need::Required));
    rows.map(|row| row.name).collect()
}

fn describe(schema: &mut Value, says: Words) {
    if let Some(schema) = schema.as_object_mut() {
        let text = format!("{} {}", says.en, says.zh);
        schema.insert("description".to_owned(), text.into());
    }
}

/// A default as a value of its schema; rows write texts without quotes.
fn default(schema: &Map<String, Value>, text: &str) -> Value {
    let kind = schema.get("type").and_then(Value::as_str);
    let figure = kind.is_some_and(|kind| kind != "string");
    let value = figure.then(|| serde_json::from_str(text).ok()).flatten();
    value.unwrap_or_else(|| text.into())
}

fn form(of: Form) -> Value {
    let text = || json!({ "type": "string" });
    match of {
        Form::Text
        | Form::Prompt
        | Form::Node
        | Form::Queue
        | Form::Calendar
        | Form::Language
        | Form::Query
        | Form::Mailbox
        | Form::Survey
        | Form::Bot
        | Form::Script => text(),
        Form::Variable => json!({ "type": "string", "pattern": "^[a-z][a-z0-9_]*$" }),
        Form::Url => json!({ "type": "string", "pattern": "^https?://" }),
        Form::Target => json!({ "type": "string", "pattern": "^(number|agent|queue|script):." }),
        Form::Whole { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Form::Seconds { zero: true, max } => {
            json!({ "type": "number", "minimum": 0, "maximum": max })
        }
        Form::Seconds { zero: false, max } => {
            json!({ "type": "number", "exclusiveMinimum": 0, "maximum": max })
        }
        Form::Truth => json!({ "type": "boolean" }),
        Form::Word(words) => json!({ "enum": words }),
        Form::KeyOrNone => json!({ "type": "string", "pattern": "^[0-9*#A-D]?$" }),
        Form::Keys => json!({
            "type": "object", "patternProperties": { PHONE_KEY: text() }, "additionalProperties": false, "minProperties": 1,
        }),
        Form::Extensions => json!({
            "type": "object", "patternProperties": { EXTENSION: text() }, "additionalProperties": false, "minProperties": 1,
        }),
        Form::Cases => json!({ "type": "array", "items": table(CASE), "minItems": 1 }),
        Form::Values | Form::Given => each(json!({ "type": ["string", "number", "boolean"] })),
        Form::Writing => json!({ "anyOf": [text(), each(text())] }),
        Form::Texts | Form::Columns | Form::Results | Form::Ways => each(text()),
        Form::Headers => each(json!({ "anyOf": [text(), table(SECRET)] })),
        Form::Wanted => each(json!({ "anyOf": [text(), table(PLACE)] })),
        Form::Types => each(json!({ "enum": Type::NAMES })),
        Form::List => json!({ "type": "array", "items": text() }),
        // A text, or a date-time of TOML's own, which editors know as a text.
        Form::Moment => text(),
        Form::Answers => {
            let found = each(json!({ "type": ["string", "number", "boolean"] }));
            each(json!({ "anyOf": [{ "enum": ANSWER_WORDS }, found] }))
        }
        Form::Outcomes(words) => each(json!({ "enum": words })),
    }
}

/// A table of names, each with such a value.
fn each(value: Value) -> Value {
    json!({ "type": "object", "additionalProperties": value })
}
