//! A report as a table for people: a head, rows, the row of all, and below it by which formula each figure was computed (I7).
//!
//! Durations are in seconds and shares in hundredths where they are text; a program that knows numbers gets them whole.

use std::collections::BTreeSet;

use crate::figure::Unit;
use crate::report::{Report, Row};

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What stands in each column.
    pub head: Vec<String>,
    /// Rows; the last one is of all.
    pub rows: Vec<Vec<Cell>>,
    /// Each figure and its formula.
    pub formulas: Vec<[String; 2]>,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A figure; `None`: there is none.
    Figure(Unit, Option<f64>),
}

impl Cell {
    /// As text: a count whole, a share in hundredths, a duration in seconds; nothing where there is no figure.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Figure(_, None) => String::new(),
            Self::Figure(Unit::Count, Some(value)) => format!("{value:.0}"),
            Self::Figure(Unit::Share, Some(value)) => format!("{:.1}", value * 100.0),
            Self::Figure(Unit::Ms, Some(value)) => format!("{:.1}", value / 1_000.0),
        }
    }
}

impl Report {
    /// The report as a table in one of the two languages.
    pub fn table(&self, is_chinese: bool) -> Table {
        let say = |pair: [&'static str; 2]| if is_chinese { pair[0] } else { pair[1] };
        let head_of = |title: &str, unit: Unit| match unit {
            Unit::Count => title.to_owned(),
            Unit::Share => format!("{title} (%)"),
            Unit::Ms => format!("{title} (s)"),
        };
        let reasons: BTreeSet<&String> = self.total.not_ready.keys().collect();
        let not_ready = say(["示忙", "Not ready"]);
        let mut head = vec![
            say(["开始", "From"]).to_owned(),
            say(["结束", "To"]).to_owned(),
            say(self.subject.title()).to_owned(),
            say(["名称", "Name"]).to_owned(),
        ];
        let mut formulas = Vec::new();
        for figure in self.subject.figures() {
            let title = head_of(say(figure.title), figure.unit);
            formulas.push([title.clone(), say(figure.formula).to_owned()]);
            head.push(title);
        }
        let of_reasons = reasons.iter();
        head.extend(of_reasons.map(|reason| head_of(&format!("{not_ready}: {reason}"), Unit::Ms)));
        if self.names_levels() {
            head.push(say(["服务水平公式", "Service level by"]).to_owned());
        }
        let row = |row: &Row| self.cells(row, &reasons, is_chinese);
        let mut rows: Vec<Vec<Cell>> = self.rows.iter().map(row).collect();
        let mut total = row(&self.total);
        if let Some(id) = total.get_mut(2) {
            *id = Cell::Text(say(["合计", "Total"]).to_owned());
        }
        if let Some(title) = total.get_mut(3) {
            *title = Cell::Text(String::new());
        }
        rows.push(total);
        Table {
            head,
            rows,
            formulas,
        }
    }

    fn names_levels(&self) -> bool {
        self.subject == crate::Subject::Queues
    }

    fn cells(&self, row: &Row, reasons: &BTreeSet<&String>, is_chinese: bool) -> Vec<Cell> {
        let text = |text: &str| Cell::Text(text.to_owned());
        let [chinese, english] = self.subject.nobody();
        let nobody = if is_chinese { chinese } else { english };
        let mut cells = vec![
            Cell::Text(self.zone.written(row.time.start)),
            Cell::Text(self.zone.written(row.time.end)),
            text(&row.id),
            text(if row.id.is_empty() {
                nobody
            } else {
                &row.title
            }),
        ];
        let figures = self.subject.figures();
        cells.extend(figures.map(|figure| Cell::Figure(figure.unit, figure.of(&row.sums))));
        cells.extend(reasons.iter().map(|reason| {
            let ms = row.not_ready.get(*reason).copied().unwrap_or(0);
            Cell::Figure(Unit::Ms, Some(ms as f64))
        }));
        if self.names_levels() {
            let formula = row.sums.level.map_or("", |level| match is_chinese {
                true => level.formula_chinese(),
                false => level.formula(),
            });
            cells.push(text(formula));
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use model::{Interval, ServiceLevel, Timestamp, Zone};

    use super::*;
    use crate::{QueueSums, Subject, Sums};

    #[test]
    fn i7_a_table_ends_with_the_row_of_all_and_names_its_formulas() {
        let row = |id: &str, answered, level| Row {
            id: id.to_owned(),
            sums: Sums {
                queue: QueueSums {
                    offered: 4,
                    answered,
                    answered_in_t: answered.min(1),
                    wait_answered_ms: answered * 1_500,
                    ..QueueSums::default()
                },
                level: Some(level),
                ..Sums::default()
            },
            ..Row::default()
        };
        let time = Timestamp::from_ms(0)..Timestamp::from_ms(3_600_000);
        let level = ServiceLevel::OfAnswered;
        let rows = vec![row("a", 0, level), row("b", 3, level)];
        let report = Report::new(
            Subject::Queues,
            (time, Interval::Whole, Zone::ahead(480)),
            rows,
        );
        let table = report.table(false);
        let told = |row: usize, head: &str| {
            let column = table.head.iter().position(|it| it == head).unwrap();
            table.rows[row][column].text()
        };
        assert_eq!(told(2, "queue"), "Total");
        assert_eq!(told(2, "Offered"), "8");
        assert_eq!(told(0, "ASA (s)"), "", "no figure of nothing");
        assert_eq!(told(2, "ASA (s)"), "1.5");
        assert_eq!(told(2, "Service level (%)"), "33.3");
        assert_eq!(told(2, "Service level by"), "answered in T ÷ answered");
        assert_eq!(told(2, "From"), "1970-01-01 08:00");
        assert_eq!(table.formulas.len(), Subject::Queues.figures().count());
        let width = table.head.len();
        assert!(table.rows.iter().all(|row| row.len() == width));
    }
}
