//! A text that is written and not said: with expressions in braces, one for all languages or one for each.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::Section;
use crate::claim::Claims;
use crate::expression::Expression;
use crate::place::Name;
use crate::report::Read;
use crate::template::Template;

/// See the file's head.
#[derive(Debug)]
pub(crate) enum Writing {
    /// In whatever language the caller speaks.
    Same(Template),
    /// By language.
    Each(BTreeMap<String, (Name, Template)>),
}

impl Writing {
    /// The text for a language, if there is one.
    pub(crate) fn in_language(&self, language: &str) -> Option<&Template> {
        match self {
            Self::Same(template) => Some(template),
            Self::Each(templates) => templates.get(language).map(|(_, template)| template),
        }
    }

    /// Claims its languages, and all that it reads.
    pub(crate) fn claim<'n>(&'n self, claims: &mut Claims<'n>) {
        let expressions: Vec<&Expression> = match self {
            Self::Same(template) => template.expressions().collect(),
            Self::Each(templates) => {
                claims.writes = Some(templates.values().map(|(name, _)| name).collect());
                let templates = templates.values();
                templates.flat_map(|(_, one)| one.expressions()).collect()
            }
        };
        claims.reads_all(expressions.into_iter());
    }
}

impl Section<'_, '_> {
    /// A text that is written, which must be there.
    pub(crate) fn writing(&mut self, key: &'static str) -> Read<Writing> {
        let item = self.required(key)?;
        match item.get_ref() {
            DeValue::Table(_) => {
                let entries = self.entries(key)?.into_iter();
                let read: Vec<Read<(String, (Name, Template))>> = entries
                    .map(|(language, item)| {
                        let template = self.template_of(key, item)?;
                        Ok((language.text.clone(), (language, template)))
                    })
                    .collect();
                Ok(Writing::Each(read.into_iter().collect::<Read<_>>()?))
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => self.template_of(key, item).map(Writing::Same),
        }
    }
}
