//! Sheets for spreadsheets: CSV that Excel reads as UTF-8, and workbooks (XLSX) whose numbers are numbers (I9).
//!
//! A text that a spreadsheet would take for a formula is marked as text in CSV; in a workbook each cell has its kind. What does not
//! fit on one sheet of Excel is refused before.

use report::figure::Unit;
use report::{Cell, Table};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

/// The mark by which Excel knows UTF-8.
pub const BOM: &str = "\u{feff}";
/// Most rows of a sheet of Excel.
pub const SHEET_ROWS_MAX: usize = 1_048_576;
const DAY_MS: f64 = 86_400_000.0;
/// Wide enough for a moment.
const WIDTH: f64 = 16.0;

/// A line of CSV (RFC 4180).
pub fn csv_line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

fn csv_cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if is_formula { "'" } else { "" };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{mark}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{mark}{text}")
    }
}

/// A row as a line of CSV.
pub fn csv_row(row: &[Cell]) -> String {
    let cells: Vec<String> = row.iter().map(Cell::text).collect();
    csv_line(&cells)
}

/// A table as CSV, its formulas below it.
pub fn csv(table: &Table) -> String {
    let mut text = format!("{BOM}{}", csv_line(&table.head));
    for row in &table.rows {
        text.push_str(&csv_row(row));
    }
    text.push_str("\r\n");
    for formula in &table.formulas {
        text.push_str(&csv_line(formula));
    }
    text
}

/// A table as a workbook: `title` is the name of its sheet, `formulas` that of the sheet of formulas, if there are any.
pub fn xlsx(table: &Table, title: &str, formulas: &str) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet().set_name(title)?;
    head(sheet, &table.head, &bold)?;
    for (row, cells) in (1..).zip(&table.rows) {
        for (column, cell) in (0..).zip(cells) {
            put(sheet, (row, column), cell)?;
        }
    }
    if table.formulas.is_empty() {
        return book.save_to_buffer();
    }
    let sheet = book.add_worksheet().set_name(formulas)?;
    for (row, pair) in (0..).zip(&table.formulas) {
        for (column, text) in (0..).zip(pair) {
            sheet.write_string(row, column, text)?;
        }
    }
    book.save_to_buffer()
}

fn head(sheet: &mut Worksheet, head: &[String], bold: &Format) -> Result<(), XlsxError> {
    for (column, text) in (0..).zip(head) {
        sheet.write_string_with_format(0, column, text, bold)?;
        sheet.set_column_width(column, WIDTH)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn put(sheet: &mut Worksheet, (row, column): (u32, u16), cell: &Cell) -> Result<(), XlsxError> {
    let format = |code: &str| Format::new().set_num_format(code);
    match cell {
        Cell::Text(text) => sheet.write_string(row, column, text)?,
        Cell::Figure(_, None) => return Ok(()),
        Cell::Figure(Unit::Count, Some(value)) => sheet.write_number(row, column, *value)?,
        Cell::Figure(Unit::Share, Some(value)) => {
            sheet.write_number_with_format(row, column, *value, &format("0.0%"))?
        }
        Cell::Figure(Unit::Ms, Some(value)) => {
            sheet.write_number_with_format(row, column, *value / DAY_MS, &format("[h]:mm:ss"))?
        }
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet;

    #[test]
    fn i9_a_text_that_a_spreadsheet_would_run_is_text() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+8613800001111", "'+8613800001111"),
            ("@x", "'@x"),
            ("-", "'-"),
            ("a,b", "\"a,b\""),
            ("=\"x\"", "\"'=\"\"x\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("王芳", "王芳"),
            ("", ""),
        ] {
            assert_eq!(csv_cell(text), expected);
        }
    }

    #[test]
    fn i9_excel_gets_chinese_and_numbers_and_the_formulas_beside_them() {
        let table = Table {
            head: vec![
                "队列".to_owned(),
                "接通率 (%)".to_owned(),
                "时长 (s)".to_owned(),
            ],
            rows: vec![vec![
                Cell::Text("=技术支持".to_owned()),
                Cell::Figure(Unit::Share, Some(0.827)),
                Cell::Figure(Unit::Ms, None),
            ]],
            formulas: vec![["接通率".to_owned(), "甲 ÷ 乙".to_owned()]],
        };
        let text = csv(&table);
        assert_eq!(
            text,
            "\u{feff}队列,接通率 (%),时长 (s)\r\n'=技术支持,82.7,\r\n\r\n接通率,甲 ÷ 乙\r\n"
        );
        let bytes = xlsx(&table, "报表", "公式").unwrap();
        let sheets = sheet::read(&bytes).unwrap();
        let cells = |sheet: usize, row: usize| sheets[sheet].rows[row].cells.clone();
        assert_eq!(cells(0, 0)[0], "队列");
        assert_eq!(cells(0, 1)[0], "=技术支持");
        assert_eq!(cells(1, 0), ["接通率", "甲 ÷ 乙"]);
    }
}
