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
                    let at = place_of(&document.text, name.get_ref(), &error.key)
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

/// The byte offset of a value in a calendar's table, by the key path of its error: `mon-fri[1]`, `exception[0].date`.
fn place_of(text: &str, calendar: &str, path: &str) -> Option<usize> {
    let root = toml::de::DeTable::parse(text).ok()?;
    let calendars = root.get_ref().get("calendar")?.get_ref().as_table()?;
    let mut at = calendars.get(calendar)?;
    for step in path.split('.') {
        let (key, indices) = step
            .split_once('[')
            .map_or((step, None), |(key, rest)| (key, Some(rest)));
        at = at.get_ref().as_table()?.get(key)?;
        for index in indices.into_iter().flat_map(|rest| rest.split('[')) {
            let index: usize = index.trim_end_matches(']').parse().ok()?;
            at = at.get_ref().as_array()?.get(index)?;
        }
    }
    Some(at.span().start)
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
