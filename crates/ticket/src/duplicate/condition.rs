//! Hard keys (D1): what must agree, word for word in normal form, for two tickets to be about one thing.
//!
//! A condition is data of the house, by ticket type. Its key is a text that the store keeps and looks up; a ticket of which
//! a part is unknown has none, so that nothing agrees with an empty field.

use model::{DAY_MS, Timestamp};
use serde::{Deserialize, Serialize};

use super::text::{normal, normal_name};

/// When two tickets of a type are about one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Its name, in reasons and keys.
    pub name: String,
    /// All of these agree.
    pub parts: Vec<Part>,
    /// The other one was filed within so many days.
    pub window_days: u16,
}

/// A thing that must agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The category.
    Category,
    /// A field that holds the name of a person or a company.
    Name(String),
    /// Any other field.
    Field(String),
}

impl Condition {
    /// The key of a ticket, out of its category and its fields; `None` where a part of it is not known.
    pub fn key<'f>(
        &self,
        category: Option<&str>,
        field: impl Fn(&str) -> Option<&'f str>,
    ) -> Option<String> {
        let mut key = self.name.clone();
        for part in &self.parts {
            let value = match part {
                Part::Category => category.map(normal),
                Part::Name(name) => field(name).map(normal_name),
                Part::Field(name) => field(name).map(normal),
            };
            // Normal texts hold letters and digits alone: nothing in them ends a part.
            key.push('|');
            key.push_str(&value.filter(|value| !value.is_empty())?);
        }
        Some(key)
    }

    /// Whether a ticket that was filed then still counts.
    pub fn is_within(&self, filed_at: Timestamp, now: Timestamp) -> bool {
        now.ms_since(filed_at) <= u64::from(self.window_days) * DAY_MS.unsigned_abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition() -> Condition {
        serde_json::from_str(
            r#"{"name": "infringer", "parts": [{"name": "infringer"}, "category", {"field": "district"}], "window_days": 180}"#,
        )
        .unwrap()
    }

    #[test]
    fn d1_d2_writings_of_one_thing_have_one_key() {
        let key = |name: &'static str, district: Option<&'static str>| {
            condition().key(Some("trademark"), |field| match field {
                "infringer" => Some(name),
                "district" => district,
                _ => None,
            })
        };
        let first = key("北京ＡＢＣ有限公司", Some("海淀区"));
        assert_eq!(first.as_deref(), Some("infringer|北京ABC|TRADEMARK|海淀区"));
        assert_eq!(key("北京 abc", Some("海淀区 ")), first);
        assert_ne!(key("北京abd", Some("海淀区")), first);
        assert_eq!(
            key("北京abc", None),
            None,
            "an unknown part agrees with nothing"
        );
        assert_eq!(key("——", Some("海淀区")), None, "nor does an empty one");
    }

    #[test]
    fn x5_what_was_filed_181_days_ago_is_no_hard_hit() {
        let now = Timestamp::from_ms(1_795_000_000_000);
        let ago = |days: i64| Timestamp::from_ms(now.as_ms() - days * 86_400_000);
        assert!(condition().is_within(ago(180), now));
        assert!(!condition().is_within(ago(181), now));
    }
}
