//! `config/calendars.toml`: when which door is open.

use std::collections::BTreeMap;

use ivr::Diagnostic;
use model::Calendar;
use model::calendar::CalendarConfig;
use serde::Deserialize;
use toml::Spanned;

use super::document::Document;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    calendar: BTreeMap<Spanned<String>, CalendarConfig>,
}

/// The names alone, whatever is wrong with the periods: scripts may name them.
pub(crate) fn names(document: &Document) -> Option<Vec<String>> {
    let file: File = document.parse().ok()?;
    Some(file.calendar.into_keys().map(Spanned::into_inner).collect())
}

/// Reads all calendars.
pub(crate) fn read(document: &Document) -> Result<BTreeMap<String, Calendar>, Vec<Diagnostic>> {
    let file: File = document.parse().map_err(|error| vec![error])?;
    let mut wrong = Vec::new();
    let mut calendars = BTreeMap::new();
    for (name, config) in file.calendar {
        match Calendar::new(&config) {
            Ok(calendar) => {
                calendars.insert(name.into_inner(), calendar);
            }
            Err(errors) => {
                // The calendar's errors name their key: the place is that key's line within its table.
                for error in errors {
                    let at = document
                        .offset_of(&format!("calendar.{}.{}", name.get_ref(), error.key))
                        .unwrap_or(name.span().start);
                    wrong.push(document.error(
                        at,
                        format!("calendar `{}`: {error}", name.get_ref()),
                        None,
                    ));
                }
            }
        }
    }
    if wrong.is_empty() {
        Ok(calendars)
    } else {
        Err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_period_is_found_where_it_stands() {
        let text = "[calendar.office]\nzone = \"Asia/Shanghai\"\nmon-fri = [\"09:00-12:00\", \"13:30-25:00\"]\n";
        let document = Document {
            file: "config/calendars.toml".into(),
            text: text.into(),
        };
        let told = read(&document).unwrap_err();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0]
                .to_string()
                .starts_with("config/calendars.toml:3:27: error: calendar `office`: mon-fri[1]"),
            "{}",
            told[0]
        );
    }
}
