//! `config/calendars.toml`: when which door is open, and the iCalendar files that say more about it (E8, E9).

mod ics;
mod pin;

use std::collections::BTreeMap;
use std::path::Path;

use ivr::{Diagnostic, Severity, Told, told};
use model::calendar::CalendarConfig;
use model::{Calendar, Timestamp};
use serde::Deserialize;
use store::Secret;
use toml::Spanned;

use super::document::Document;
use super::secret;
use ics::Import;

/// A calendar that keeps public holidays is told so long before a year begins whose notice is not here.
const NOTICE_DUE_MS: i64 = 30 * 24 * 3_600_000;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    calendar: BTreeMap<Spanned<String>, Section>,
}

#[derive(Debug, Deserialize)]
struct Section {
    /// A file beside this one.
    #[serde(default)]
    ics: Option<String>,
    /// Words of its events that open.
    #[serde(default)]
    ics_open: Vec<String>,
    /// Who knows it closes the calendar by telephone.
    #[serde(default)]
    pin: Option<secret::Source>,
    #[serde(flatten)]
    table: CalendarConfig,
}

/// What the file says.
#[derive(Debug, Default)]
pub(crate) struct House {
    pub(crate) calendars: BTreeMap<String, Calendar>,
    /// Of the calendars that have one.
    pub(crate) pins: BTreeMap<String, Pin>,
}

/// By what a calendar is closed by telephone.
#[derive(Debug)]
pub(crate) struct Pin {
    /// None where it is wrong, which was told.
    pub(crate) hash: Option<Secret<String>>,
    /// What is told where nobody can key it in.
    pub(crate) unused: Diagnostic,
}

/// What calendars are read with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'g> {
    /// Where iCalendar files stand.
    pub(crate) dir: &'g Path,
    /// The time of the reading.
    pub(crate) now: Timestamp,
}

/// The names alone, whatever is wrong with the periods: scripts may name them.
pub(crate) fn names(document: &Document) -> Option<Vec<String>> {
    let file: File = document.parse().ok()?;
    Some(file.calendar.into_keys().map(Spanned::into_inner).collect())
}

/// Reads all calendars: those that are good, and what was found.
pub(crate) fn read(document: &Document, given: &Given<'_>) -> (House, Vec<Diagnostic>) {
    let file: File = match document.parse() {
        Ok(file) => file,
        Err(error) => return (House::default(), vec![error]),
    };
    let mut found = Vec::new();
    let mut house = House::default();
    for (name, section) in file.calendar {
        let mut reader = Reader {
            document,
            given,
            name: &name,
            found: &mut found,
        };
        let pin = section.pin.as_ref().map(|source| reader.pin(source));
        let calendar = reader.calendar(section);
        let name = name.into_inner();
        house.pins.extend(pin.map(|pin| (name.clone(), pin)));
        house
            .calendars
            .extend(calendar.map(|calendar| (name, calendar)));
    }
    (house, found)
}

/// One calendar, being read.
struct Reader<'r> {
    document: &'r Document,
    given: &'r Given<'r>,
    name: &'r Spanned<String>,
    found: &'r mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn pin(&mut self, source: &secret::Source) -> Pin {
        let read = source.reveal(self.given.dir);
        let read = read.and_then(|written| pin::read(&written));
        let hash = read
            .map_err(|why| {
                let found = self.error("pin", &why);
                self.found.push(found);
            })
            .ok();
        let message = told!(
            "no number and no script lets anybody key in its `pin`",
            "没有号码或流程让人输入它的 `pin`"
        );
        let help = told!(
            "give a number of numbers.toml to it: `closing = \"{}\"`",
            "请在 numbers.toml 中给它一个号码：`closing = \"{}\"`",
            self.name.get_ref()
        );
        let unused = Diagnostic {
            severity: Severity::Warning,
            help: Some(Box::new(help)),
            ..self.error("pin", &message)
        };
        Pin { hash, unused }
    }

    fn calendar(&mut self, section: Section) -> Option<Calendar> {
        let mut table = section.table;
        for (key, is_given) in [
            ("name", !table.name.is_empty()),
            ("closure", table.closure.is_some()),
        ] {
            if is_given {
                let message = told!("unknown key `{key}`", "未知的键 `{key}`");
                let found = self.error(key, &message);
                self.found.push(found);
            }
        }
        table.name.clone_from(self.name.get_ref());
        // The house's own keys are judged before a file is read by them: its events would be told as wrong by their number.
        if let Err(errors) = Calendar::new(&table) {
            // The calendar's errors name their key: the place is that key's line within its table.
            for error in errors {
                let (key, why) = (&error.key, &error.message);
                let message = Told {
                    en: format!("{key}: {}", why.en),
                    zh: format!("{key}：{}", why.zh),
                };
                let found = self.error(key, &message);
                self.found.push(found);
            }
            return None;
        }
        if section.ics_open.iter().any(|word| word.trim().is_empty()) {
            let message = told!(
                "`ics_open` has an empty word: every event would open",
                "`ics_open` 中有空词：所有日程都会变成上班"
            );
            let found = self.error("ics_open", &message);
            self.found.push(found);
        }
        if !section.ics_open.is_empty() && section.ics.is_none() {
            let message = told!("`ics_open` without `ics`", "有 `ics_open` 而没有 `ics`");
            let found = self.error("ics_open", &message);
            self.found.push(found);
        }
        if let Some(file) = &section.ics {
            let import = Import {
                zone: &table.zone,
                open: &section.ics_open,
                now: self.given.now,
            };
            let document = self.open(file)?;
            let imported = ics::import(&document, &import);
            let wrong = imported.found.iter().any(Diagnostic::is_error);
            self.found.extend(imported.found);
            if wrong {
                return None;
            }
            table.event.extend(imported.events);
        }
        match Calendar::new(&table) {
            Ok(calendar) => {
                self.lacks_notice(&calendar);
                Some(calendar)
            }
            Err(errors) => {
                let file = section.ics.unwrap_or_default();
                for error in errors {
                    let why = Told {
                        en: error.message.en,
                        zh: error.message.zh,
                    };
                    let message = why.about(format_args!("`{file}`"));
                    let found = self.error("ics", &message);
                    self.found.push(found);
                }
                None
            }
        }
    }

    fn open(&mut self, file: &str) -> Option<Document> {
        let path = self.given.dir.join(file);
        let size = std::fs::metadata(&path).map_or(0, |about| about.len());
        if size > ics::BYTES_MAX {
            let message = told!(
                "`{file}` has {size} bytes; at most {}",
                "`{file}` 有 {size} 字节；最多 {} 字节",
                ics::BYTES_MAX
            );
            let found = self.error("ics", &message);
            self.found.push(found);
            return None;
        }
        match Document::read(&path) {
            Ok(document) => Some(document),
            Err(error) => {
                let message = Told {
                    en: format!("`{file}` {}", error.message.en),
                    zh: format!("`{file}` {}", error.message.zh),
                };
                let found = self.error("ics", &message);
                self.found.push(found);
                None
            }
        }
    }

    /// E9: from when on the public holidays are not known. Before that nobody has to do anything.
    fn lacks_notice(&mut self, calendar: &Calendar) {
        let soon = Timestamp::from_ms(self.given.now.as_ms().saturating_add(NOTICE_DUE_MS));
        let Some(year) = calendar.year_without_notice(soon) else {
            return;
        };
        let message = told!(
            "the public holidays of {year} are not known to this release: its working days are plain weekdays",
            "本版本没有 {year} 年的节假日安排：该年按普通工作日计"
        );
        let help = told!(
            "enter them as [[calendar.NAME.exception]], or import them by `ics`",
            "请写作 [[calendar.NAME.exception]]，或用 `ics` 导入"
        );
        let found = Diagnostic {
            severity: Severity::Warning,
            help: Some(Box::new(help)),
            ..self.error("holidays", &message)
        };
        self.found.push(found);
    }

    fn error(&self, key: &str, message: &Told) -> Diagnostic {
        let name = self.name.get_ref();
        let at = self.document.offset_of(&format!("calendar.{name}.{key}"));
        let at = at.unwrap_or(self.name.span().start);
        let message = Told {
            en: format!("calendar `{name}`: {}", message.en),
            zh: format!("日历 `{name}`：{}", message.zh),
        };
        self.document.error(at, message, None)
    }
}

#[cfg(test)]
mod tests {
    use model::DAY_MS;

    use super::*;
    use crate::config::said;

    /// 2026-11-18.
    const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);

    fn read_at(
        now: Timestamp,
        dir: &Path,
        text: &str,
    ) -> (BTreeMap<String, Calendar>, Vec<Diagnostic>) {
        let document = Document {
            file: "config/calendars.toml".into(),
            text: format!("[calendar.office]\nzone = \"Asia/Shanghai\"\n{text}\n"),
        };
        let (house, found) = read(&document, &Given { dir, now });
        (house.calendars, found)
    }

    #[test]
    fn a_wrong_period_is_found_where_it_stands() {
        let text = "mon-fri = [\"09:00-12:00\", \"13:30-25:00\"]";
        let (_, told) = read_at(NOW, Path::new("."), text);
        assert_eq!(
            said::lines(&told),
            [
                "config/calendars.toml:3:27: error: calendar `office`: mon-fri[1]: `13:30-25:00` is no period; expected HH:MM-HH:MM such as \"09:00-12:00\""
            ]
        );
        assert_eq!(
            told[0].message.zh,
            "日历 `office`：mon-fri[1]：`13:30-25:00` 不是时段；应为 HH:MM-HH:MM，如 \"09:00-12:00\""
        );
    }

    #[test]
    fn e9_a_calendar_of_public_holidays_warns_a_month_before_they_are_unknown() {
        for (text, days, warned) in [
            ("holidays = \"CN\"", 0, false),
            ("holidays = \"CN\"", 20, true),
            ("holidays = \"CN\"", 60, true),
            ("mon = []", 60, false),
        ] {
            let now = Timestamp::from_ms(NOW.as_ms() + days * DAY_MS);
            let (calendars, told) = read_at(now, Path::new("."), text);
            assert!(
                calendars.contains_key("office"),
                "a warning refuses nothing"
            );
            assert_eq!(told.len(), usize::from(warned), "{text} {days}: {told:?}");
            assert!(!told.iter().any(Diagnostic::is_error));
        }
    }

    #[test]
    fn e9_a_pin_stands_in_a_file_or_the_environment_and_is_told_where_it_is_wrong() {
        let dir = std::env::temp_dir().join(format!("trunkline-pin-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("good"), "483920\n").unwrap();
        std::fs::write(dir.join("bad"), "123456\n").unwrap();
        let read = |text: &str| {
            let document = Document {
                file: "config/calendars.toml".into(),
                text: format!("[calendar.office]\nzone = \"Asia/Shanghai\"\n{text}\n"),
            };
            let (now, dir) = (NOW, dir.as_path());
            super::read(&document, &Given { dir, now })
        };
        let (house, told) = read("pin = { file = \"good\" }");
        assert_eq!(told, []);
        assert!(house.pins["office"].hash.is_some());
        let unused = said::lines(std::slice::from_ref(&house.pins["office"].unused));
        let place = "config/calendars.toml:3:7: warning: calendar `office`: no number";
        assert!(unused[0].starts_with(place), "{unused:?}");
        let rows = [
            ("{ file = \"bad\" }", "tried first"),
            ("{ file = \"gone\" }", "cannot be read"),
            ("{ env = \"TRUNKLINE_NO_SUCH_PIN\" }", "no variable"),
        ];
        for (source, word) in rows {
            let (house, told) = read(&format!("pin = {source}"));
            assert!(house.pins["office"].hash.is_none());
            assert!(house.calendars.contains_key("office"));
            let lines = said::lines(&told);
            assert!(
                lines[0].contains("calendars.toml:3:7: error: "),
                "{lines:?}"
            );
            assert!(
                lines[0].contains(word) && !lines[0].contains("123456"),
                "{lines:?}"
            );
        }
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn e9_a_file_of_events_is_there_small_enough_and_named() {
        let dir = std::env::temp_dir().join(format!("trunkline-ics-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let large = usize::try_from(ics::BYTES_MAX).unwrap() + 1;
        std::fs::write(dir.join("large.ics"), vec![b'\n'; large]).unwrap();
        std::fs::write(dir.join("wrong.ics"), "BEGIN:VCALENDAR\nSUMMARY\n").unwrap();
        let table = [
            ("ics = \"gone.ics\"", "config/calendars.toml:3:7: error: "),
            ("ics = \"large.ics\"", "config/calendars.toml:3:7: error: "),
            ("ics = \"wrong.ics\"", "wrong.ics:2:1: error: "),
            ("ics_open = [\"班\"]", "config/calendars.toml:3:12: error: "),
            ("name = \"shop\"", "config/calendars.toml:3:8: error: "),
            (
                "closure = { since = \"2026-11-01T00:00:00Z\", until = \"2036-11-01T00:00:00Z\", reason = \"\", agent = \"1\" }",
                "config/calendars.toml:3:11: error: ",
            ),
        ];
        for (text, place) in table {
            let (_, told) = read_at(NOW, &dir, text);
            let first = said::lines(&told).into_iter().next().unwrap_or_default();
            assert!(first.contains(place), "{text}: {first}");
        }
        std::fs::remove_dir_all(dir).unwrap();
    }
}
