//! The content lines of an iCalendar file (RFC 5545 §3.1): unfolded, each with its place, and the blocks that they make.
//!
//! What lines mean is left to the library; where they stand it does not tell, and an admin has to find his mistake.

use ivr::{Diagnostic, Told, told};

use crate::config::document::Document;

/// An unfolded line, and the byte at which it begins.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) at: usize,
    pub(super) text: String,
}

/// The lines of one VEVENT, without those of blocks within it.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) at: usize,
    pub(super) lines: Vec<Line>,
}

/// A file, taken apart.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// All VTIMEZONE blocks as text.
    pub(super) zones: String,
    /// The events, in order.
    pub(super) events: Vec<Event>,
}

impl Line {
    /// The name before parameters and value, in capitals.
    pub(super) fn name(&self) -> String {
        let end = self.text.find([':', ';']).unwrap_or(self.text.len());
        self.text
            .get(..end)
            .unwrap_or_default()
            .to_ascii_uppercase()
    }

    /// What stands behind the colon, when nothing in front of it is quoted.
    fn value(&self) -> &str {
        self.text
            .split_once(':')
            .map_or("", |(_, value)| value.trim())
    }
}

impl Event {
    /// The place of a property, or of the event.
    pub(super) fn place(&self, name: &str) -> usize {
        let line = self.lines.iter().find(|line| line.name() == name);
        line.map_or(self.at, |line| line.at)
    }

    /// The value of a property.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let line = self.lines.iter().find(|line| line.name() == name)?;
        Some(line.value())
    }
}

/// Takes a file apart; blocks that do not fit together are told.
pub(super) fn blocks(document: &Document) -> Result<Blocks, Diagnostic> {
    let error = |at: usize, message: Told| Err(document.error(at, message, None));
    let mut found = Blocks::default();
    let mut open: Vec<(String, usize)> = Vec::new();
    for line in unfold(&document.text) {
        let (name, value) = (line.name(), line.value().to_ascii_uppercase());
        if !line.text.contains(':') {
            let message = told!(
                "`{}` is no property; expected NAME:VALUE",
                "`{}` 不是属性；应为 NAME:VALUE",
                line.text.trim()
            );
            return error(line.at, message);
        }
        let within =
            |open: &[(String, usize)], block: &str| open.iter().any(|(name, _)| name == block);
        let in_zone = within(&open, "VTIMEZONE");
        match name.as_str() {
            "BEGIN" => {
                if open.is_empty() && value != "VCALENDAR" {
                    let message = told!(
                        "expected BEGIN:VCALENDAR, found BEGIN:{value}",
                        "应为 BEGIN:VCALENDAR，却是 BEGIN:{value}"
                    );
                    return error(line.at, message);
                }
                if value == "VEVENT" {
                    let (at, lines) = (line.at, Vec::new());
                    found.events.push(Event { at, lines });
                }
                open.push((value, line.at));
            }
            "END" => match open.pop() {
                Some((block, _)) if block == value => {}
                Some((block, _)) => {
                    let message = told!(
                        "expected END:{block}, found END:{value}",
                        "应为 END:{block}，却是 END:{value}"
                    );
                    return error(line.at, message);
                }
                None => {
                    let message = told!("END:{value} ends nothing", "END:{value} 没有对应的 BEGIN");
                    return error(line.at, message);
                }
            },
            _ if open.is_empty() => {
                let message = told!(
                    "no iCalendar file: expected BEGIN:VCALENDAR",
                    "不是 iCalendar 文件：应以 BEGIN:VCALENDAR 开始"
                );
                return error(line.at, message);
            }
            _ => {}
        }
        if in_zone || within(&open, "VTIMEZONE") {
            found.zones.push_str(&line.text);
            found.zones.push_str("\r\n");
        } else if open.last().is_some_and(|(block, _)| block == "VEVENT")
            && name != "BEGIN"
            && name != "END"
            && let Some(event) = found.events.last_mut()
        {
            event.lines.push(line);
        }
    }
    match open.pop() {
        Some((block, at)) => {
            let message = told!(
                "BEGIN:{block} has no END:{block}",
                "BEGIN:{block} 没有对应的 END:{block}"
            );
            error(at, message)
        }
        None => Ok(found),
    }
}

/// RFC 5545 §3.1: a line that begins with a blank goes on with the one before. Empty lines are passed over.
fn unfold(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut at = 0;
    for raw in text.split_inclusive('\n') {
        let line = raw
            .trim_end_matches(['\r', '\n'])
            .trim_start_matches('\u{feff}');
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some(last)) => last.text.push_str(more),
            (Some(_), None) | (None, _) if line.trim().is_empty() => {}
            (Some(_), None) | (None, _) => lines.push(Line {
                at,
                text: line.to_owned(),
            }),
        }
        at += raw.len();
    }
    lines
}
