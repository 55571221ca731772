//! What people may say that a ticket is (A2, A3, A4): types and categories that the house has, and no field taken out that it needs.
//!
//! A house that names no type has one for all, whatever a ticket is called; the same holds for categories. Tickets of scripts, messages and
//! surveys are not held up by any of this: their words are proved before anybody calls.

use super::Rules;
use crate::handling::Refused;
use crate::matter::Matter;

/// So many names are told of those that there are.
const KNOWN_MAX: usize = 50;

impl Rules {
    /// Whether its type and category are there.
    pub fn knows(&self, matter: &Matter) -> Result<(), Refused> {
        let kind = matter.ticket_type.as_deref();
        if let Some(name) =
            kind.filter(|it| !self.kinds.is_empty() && !self.kinds.contains_key(*it))
        {
            return Err(Refused::NoSuchType {
                name: name.to_owned(),
                known: self.kinds.keys().take(KNOWN_MAX).cloned().collect(),
            });
        }
        let category = matter.category.as_deref();
        let is_unknown = |it: &&str| !self.catalogue.is_empty() && self.category(it).is_none();
        if let Some(name) = category.filter(is_unknown) {
            let known = self.catalogue.all().take(KNOWN_MAX);
            return Err(Refused::NoSuchCategory {
                name: name.to_owned(),
                known: known.map(|one| one.code.clone()).collect(),
            });
        }
        Ok(())
    }

    /// T5, T30, A4: whether what it is about may become something else. What it never had need not be there: it was filed without it.
    pub fn may_become(&self, before: &Matter, after: &Matter) -> Result<(), Refused> {
        let is_other = |of: fn(&Matter) -> &Option<String>| of(before) != of(after);
        self.knows(&Matter {
            ticket_type: after
                .ticket_type
                .clone()
                .filter(|_| is_other(|it| &it.ticket_type)),
            category: after
                .category
                .clone()
                .filter(|_| is_other(|it| &it.category)),
            ..Matter::default()
        })?;
        let kind = self.kind(after.ticket_type.as_deref().unwrap_or_default());
        let mut missing = kind.missing_at_submit(&after.fields);
        let never = kind.missing_at_submit(&before.fields);
        missing.retain(|name| !never.contains(name));
        if missing.is_empty() {
            return Ok(());
        }
        Err(Refused::Missing(missing))
    }
}

#[cfg(test)]
mod tests {
    use model::fact::TicketField;

    use super::*;
    use crate::rules::{Category, FieldRule, Form, Label, Moment, TicketKind};

    fn rules() -> Rules {
        let mut rules = Rules::default();
        let mut fault = TicketKind::new(rules.standard.promises().clone());
        fault.fields = vec![FieldRule {
            name: "place".into(),
            label: Label::new(),
            form: Form::Text,
            required: Some(Moment::Submit),
        }];
        rules.kinds.insert("fault".into(), fault);
        rules.catalogue = [Category {
            code: "network".into(),
            ..Category::default()
        }]
        .into_iter()
        .collect();
        rules
    }

    fn of(kind: &str, category: &str, place: Option<&str>) -> Matter {
        let some = |it: &str| (!it.is_empty()).then(|| it.to_owned());
        let place = place.map(|it| ("place".to_owned(), TicketField::Text(it.to_owned())));
        Matter {
            ticket_type: some(kind),
            category: some(category),
            fields: place.into_iter().collect(),
            ..Matter::default()
        }
    }

    #[test]
    fn a2_a3_words_that_the_house_does_not_have_are_told_with_those_that_it_has() {
        let told = |kind, category| {
            rules()
                .knows(&of(kind, category, None))
                .map_err(|it| it.to_string())
        };
        assert_eq!(told("", ""), Ok(()));
        assert_eq!(told("fault", "network"), Ok(()));
        assert_eq!(
            told("falt", ""),
            Err("there is no type `falt`, but: fault".into())
        );
        assert_eq!(
            told("fault", "netwrk"),
            Err("there is no category `netwrk`, but: network".into())
        );
        let free = Rules::default();
        assert_eq!(free.knows(&of("whatever", "it is", None)), Ok(()));
    }

    #[test]
    fn t5_what_a_submission_needs_is_not_taken_out() {
        let rules = rules();
        let missing = Err(Refused::Missing(vec!["place".into()]));
        for (before, after, expected) in [
            (
                of("fault", "", Some("here")),
                of("fault", "", None),
                missing.clone(),
            ),
            (
                of("fault", "", Some("here")),
                of("fault", "", Some(" ")),
                missing.clone(),
            ),
            (
                of("fault", "", Some("here")),
                of("fault", "", Some("there")),
                Ok(()),
            ),
            // Filed without it, and so corrected, or made one of this type, until somebody knows.
            (of("fault", "", None), of("fault", "network", None), Ok(())),
            (of("", "", None), of("fault", "", None), Ok(())),
            (of("", "", Some("here")), of("fault", "", None), missing),
            // What it was called before the house changed its words is left alone.
            (
                of("old", "gone", None),
                of("old", "gone", Some("here")),
                Ok(()),
            ),
        ] {
            assert_eq!(
                rules.may_become(&before, &after),
                expected,
                "{before:?} {after:?}"
            );
        }
        let unknown = rules.may_become(&of("fault", "", None), &of("old", "", None));
        assert!(matches!(unknown, Err(Refused::NoSuchType { .. })));
    }
}
