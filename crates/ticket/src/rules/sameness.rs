//! Which tickets are about one thing in this house (D1 to D3): the hard keys of a matter by the conditions of its type, what of it is
//! compared, and the words for why two are listed together.
//!
//! Where something happened and what it is about are fields that houses name `place` and `product`.

use model::Timestamp;
use model::fact::TicketField;

use super::{Rules, TicketKind};
use crate::duplicate::{Compared, Condition, Part, Reason};
use crate::matter::Matter;

/// The field of where it happened.
const PLACE: &str = "place";
/// The field of what it is about: a brand, a product.
const PRODUCT: &str = "product";

/// Why two tickets are listed together, for programs and for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// A condition's name, or a reason's.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Rules {
    /// The type of a matter: its own, or that of its category.
    pub fn kind_of(&self, matter: &Matter) -> &TicketKind {
        let of_category = || self.kind_of_category(matter.category.as_deref()?);
        let name = matter.ticket_type.as_deref().or_else(of_category);
        self.kind(name.unwrap_or_default())
    }

    /// The conditions that a matter meets in full, each with its key.
    pub fn hard_keys(&self, matter: &Matter) -> Vec<(&Condition, String)> {
        let conditions = self.kind_of(matter).conditions.iter();
        let keys = conditions.filter_map(|condition| {
            let key = condition.key(matter.category.as_deref(), |name| text(matter, name));
            Some((condition, key?))
        });
        keys.collect()
    }

    /// What of a matter is compared.
    pub fn compared(&self, matter: &Matter, closed_at: Option<Timestamp>) -> Compared {
        let category = matter.category.as_deref();
        Compared::new(
            matter.contact.e164.clone(),
            category.map_or_else(Vec::new, |code| self.catalogue.path(code)),
            text(matter, PLACE),
            text(matter, PRODUCT),
            &matter.subject,
            closed_at,
        )
    }

    /// All conditions in one text: where it is another, keys that were kept are to be made anew.
    pub fn sameness(&self) -> String {
        let kinds = self.kinds.iter().map(|(name, kind)| (name.as_str(), kind));
        let all = kinds.chain([("", &self.standard)]);
        let said = all.filter(|(_, kind)| !kind.conditions.is_empty());
        let said = said.map(|(name, kind)| format!("{name}: {:?}\n", kind.conditions));
        said.collect()
    }

    /// How many days back the furthest condition looks; 0 without one.
    pub fn sameness_days(&self) -> u16 {
        let kinds = self.kinds.values().chain([&self.standard]);
        let days = kinds.flat_map(|kind| &kind.conditions);
        days.map(|one| one.window_days).max().unwrap_or(0)
    }
}

impl TicketKind {
    /// In words: what agrees where a condition holds (D4).
    pub fn why(&self, condition: &Condition) -> Why {
        let words = condition.parts.iter().map(|part| match part {
            Part::Category => {
                let (zh, en) = Reason::Category.label();
                (zh.to_owned(), en.to_owned())
            }
            Part::Name(name) | Part::Field(name) => {
                let label = self.field(name).map(|field| &field.label);
                let word = |locale| label.and_then(|label| label.get(locale)).unwrap_or(name);
                (
                    format!("同一{}", word("zh-CN")),
                    format!("same {}", word("en")),
                )
            }
        });
        let (zh, en): (Vec<String>, Vec<String>) = words.unzip();
        Why {
            code: condition.name.clone(),
            zh: zh.join("，"),
            en: en.join(", "),
        }
    }
}

impl From<Reason> for Why {
    fn from(reason: Reason) -> Self {
        let (zh, en) = reason.label();
        Self {
            code: reason.name().to_owned(),
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }
}

fn text<'m>(matter: &'m Matter, field: &str) -> Option<&'m str> {
    Some(match matter.fields.get(field)? {
        TicketField::Text(text) | TicketField::Number(text) => text,
        TicketField::Truth(true) => "true",
        TicketField::Truth(false) => "false",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{FieldRule, Form};

    fn rules() -> Rules {
        let mut rules = Rules::default();
        rules.standard.conditions = vec![Condition {
            name: "infringer".to_owned(),
            parts: vec![Part::Name("infringer".to_owned()), Part::Category],
            window_days: 180,
        }];
        let label = [("zh-CN", "侵权人"), ("en", "infringer")];
        rules.standard.fields = vec![FieldRule {
            name: "infringer".to_owned(),
            label: label
                .map(|(to, word)| (to.to_owned(), word.to_owned()))
                .into(),
            form: Form::Text,
            required: None,
        }];
        rules
    }

    fn matter(name: &str) -> Matter {
        Matter {
            category: Some("trademark".to_owned()),
            subject: "fake shoes".to_owned(),
            fields: [("infringer".to_owned(), TicketField::Text(name.to_owned()))].into(),
            ..Matter::default()
        }
    }

    #[test]
    fn d1_x6_a_matter_has_the_keys_of_its_type_and_writings_of_one_name_agree() {
        let rules = rules();
        let keys = |name| {
            let keys = rules.hard_keys(&matter(name));
            keys.into_iter().map(|(_, key)| key).collect::<Vec<_>>()
        };
        assert_eq!(keys("北京ＡＢＣ有限公司"), keys("北京abc"));
        assert_eq!(keys("北京abc").len(), 1);
        assert_ne!(keys("北京abd"), keys("北京abc"));
        assert_eq!(keys("——"), Vec::<String>::new());
    }

    #[test]
    fn d4_why_is_told_in_the_words_of_the_house_and_both_languages() {
        let rules = rules();
        let why = rules.standard.why(&rules.standard.conditions[0]);
        assert_eq!(why.zh, "同一侵权人，同一类别");
        assert_eq!(why.en, "same infringer, same category");
        assert_ne!(rules.sameness(), Rules::default().sameness());
        assert_eq!(
            (rules.sameness_days(), Rules::default().sameness_days()),
            (180, 0)
        );
    }

    #[test]
    fn d3_where_it_happened_and_what_it_is_about_stand_in_fields() {
        let rules = Rules::default();
        let weights = rules.standard.weights;
        let of = |place: &str| {
            let field = |text: &str| TicketField::Text(text.to_owned());
            let matter = Matter {
                subject: "x".to_owned(),
                fields: [
                    ("place".to_owned(), field(place)),
                    ("product".to_owned(), field("R-7")),
                ]
                .into(),
                ..Matter::default()
            };
            rules.compared(&matter, None)
        };
        let now = Timestamp::from_ms(1_795_000_000_000);
        let found = of("某小区").likeness(&of("某 小区"), &weights, now);
        assert_eq!(found.points, 65, "place 15, product 10, subject 40");
        assert_eq!(of("a").likeness(&of("b"), &weights, now).points, 50);
    }
}
