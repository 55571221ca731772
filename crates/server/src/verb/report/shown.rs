//! A table of a report at a terminal: a figure is a line, since there are more of them than of rows that one compares; a character of
//! Chinese is two places wide.

use report::Table;
use unicode_width::UnicodeWidthStr as _;

/// How many rows of a report stand side by side.
const ABREAST: usize = 6;
/// How many columns say of whom a row is.
const KEYS: usize = 4;

/// The table, and below it the formula of each figure.
pub(super) fn shown(table: &Table) -> String {
    let mut text = String::new();
    let heads = table.head.iter().map(|head| head.width());
    let left = heads.max().unwrap_or(0);
    let rows: Vec<Vec<String>> = table
        .rows
        .iter()
        .map(|row| row.iter().map(report::Cell::text).collect())
        .collect();
    for group in rows.chunks(ABREAST) {
        for (column, head) in table.head.iter().enumerate() {
            text.push_str(&padded(head, left));
            for row in group {
                let width = row.iter().map(|cell| cell.width()).max().unwrap_or(0);
                let cell = row.get(column).map_or("", String::as_str);
                let cell = if cell.is_empty() && column >= KEYS {
                    "–"
                } else {
                    cell
                };
                let blanks = width.max(1).saturating_sub(cell.width());
                text.push_str("  ");
                text.push_str(&" ".repeat(blanks));
                text.push_str(cell);
            }
            let end = text.trim_end().len();
            text.truncate(end);
            text.push('\n');
        }
        text.push('\n');
    }
    for [title, formula] in &table.formulas {
        text.push_str(&padded(title, left));
        text.push_str("  ");
        text.push_str(formula);
        text.push('\n');
    }
    text
}

fn padded(text: &str, width: usize) -> String {
    let blanks = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(blanks))
}

#[cfg(test)]
mod tests {
    use report::Cell;
    use report::figure::Unit;

    use super::*;

    #[test]
    fn i5_figures_stand_below_each_other_however_wide_their_characters_are() {
        let row = |name: &str, value| {
            let mut row = vec![Cell::Text("2026-11-18 00:00".to_owned()); 2];
            row.push(Cell::Text(name.to_owned()));
            row.push(Cell::Text(name.to_owned()));
            row.push(Cell::Figure(Unit::Count, value));
            row
        };
        let head = ["开始", "结束", "队列", "名称", "进线"];
        let table = Table {
            head: head.map(str::to_owned).to_vec(),
            rows: vec![row("support", Some(12.0)), row("技术支持", None)],
            formulas: vec![["进线".to_owned(), "进入队列的来电".to_owned()]],
        };
        let text = shown(&table);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "开始  2026-11-18 00:00  2026-11-18 00:00");
        assert_eq!(lines[2], "队列           support          技术支持");
        assert_eq!(lines[4], "进线                12                 –");
        assert!(
            lines[..5]
                .iter()
                .all(|line| line.width() == lines[0].width())
        );
        assert_eq!(lines[6], "进线  进入队列的来电");
    }
}
