//! Workbooks of Excel (XLSX): archives of sheets.
//!
//! An archive of a few bytes may unfold to any size, so all of it is unfolded and counted before anything is kept. The library that
//! reads sheets is fenced: one that it stumbles over is told like one that it refuses.

use std::io::{Cursor, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader as _, SheetType, Xlsx, XlsxError};
use zip::ZipArchive;

use super::{Bound, COLUMNS_MAX, Row, SHEETS_MAX, Sheet, SheetFault, keep};

/// What a workbook may unfold to, in bytes.
pub(super) const UNFOLDED_MAX: u64 = 256 << 20;
/// Most files of an archive.
const FILES_MAX: usize = 1_000;
/// Whole numbers below this are exact in a cell.
const EXACT_MAX: f64 = 1e15;

/// Its sheets in their order; one whose name begins with `#` is left out, and so are those without a row.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Sheet>, SheetFault> {
    check_size(bytes, UNFOLDED_MAX)?;
    let read = catch_unwind(AssertUnwindSafe(|| sheets(bytes)));
    read.unwrap_or_else(|_| Err(SheetFault::Workbook("it is damaged".to_owned())))
}

fn check_size(bytes: &[u8], mut left: u64) -> Result<(), SheetFault> {
    let damaged = |error: zip::result::ZipError| SheetFault::Workbook(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let too_much = SheetFault::Many {
        line: 1,
        what: Bound::Unfolded,
    };
    if archive.len() > FILES_MAX {
        return Err(too_much);
    }
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(damaged)?;
        // What the archive says of its sizes is a claim: it is counted.
        let unfolded = std::io::copy(&mut file.take(left + 1), &mut std::io::sink());
        let unfolded = unfolded.map_err(|error| SheetFault::Workbook(error.to_string()))?;
        left = left.checked_sub(unfolded).ok_or_else(|| too_much.clone())?;
    }
    Ok(())
}

fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, SheetFault> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    // A sheet of charts has no cells.
    let sheets = book.sheets_metadata().iter();
    let sheets =
        sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet && !sheet.name.starts_with('#'));
    let names: Vec<String> = sheets.map(|sheet| sheet.name.clone()).collect();
    if names.len() > SHEETS_MAX {
        return Err(SheetFault::Many {
            line: 1,
            what: Bound::Sheets,
        });
    }
    let mut sheets = Vec::new();
    for name in names {
        let rows = rows(&mut book, &name)?;
        if !rows.is_empty() {
            let name = Some(name);
            sheets.push(Sheet { name, rows });
        }
    }
    Ok(sheets)
}

fn rows(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Vec<Row>, SheetFault> {
    let mut reader = book.worksheet_cells_reader(name).map_err(damaged)?;
    let (mut rows, mut line, mut cells) = (Vec::new(), 0, Vec::new());
    while let Some(cell) = reader.next_cell().map_err(damaged)? {
        let (row, column) = cell.get_position();
        let text = shown(cell.get_value());
        if text.is_empty() {
            continue;
        }
        if row + 1 != line {
            keep(&mut rows, line, std::mem::take(&mut cells))?;
            line = row + 1;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= COLUMNS_MAX {
            let what = Bound::Columns;
            return Err(SheetFault::Many { line, what });
        }
        cells.resize(cells.len().max(column + 1), String::new());
        if let Some(place) = cells.get_mut(column) {
            *place = text;
        }
    }
    keep(&mut rows, line, cells)?;
    Ok(rows)
}

/// A cell as people see it: a telephone number that stands there as a number has no point.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < EXACT_MAX => {
            format!("{number:.0}")
        }
        DataRef::Float(number) => number.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(time) => time.as_f64().to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn damaged(error: XlsxError) -> SheetFault {
    SheetFault::Workbook(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const BOOK: &[u8] = include_bytes!("../../tests/store/lists/customers.xlsx");

    #[test]
    fn f8_sheets_come_in_their_order_and_numbers_without_a_point() {
        let sheets = read(BOOK).unwrap();
        let names: Vec<_> = sheets.iter().map(|sheet| sheet.name.as_deref()).collect();
        assert_eq!(names, [Some("客户"), Some("地址")], "`#说明` is left out");
        let row = &sheets[0].rows[1];
        assert_eq!(row.line, 2);
        assert_eq!(row.cells[2..5], ["13800001111", "010-65529988转8021", "2"]);
        for (value, text) in [
            (DataRef::Float(0.5), "0.5"),
            (DataRef::Float(-3.0), "-3"),
            (DataRef::Bool(true), "true"),
            (DataRef::SharedString(" a "), "a"),
            (DataRef::Empty, ""),
        ] {
            assert_eq!(shown(&value), text, "{value:?}");
        }
    }

    #[test]
    fn b9_an_archive_that_unfolds_without_end_and_a_torn_one_are_refused() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        for name in ["a", "b"] {
            writer.start_file(name, options).unwrap();
            writer.write_all(&[b'x'; 60_000]).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        assert!(bytes.len() < 2_000, "it is small");
        assert_eq!(check_size(&bytes, 120_000), Ok(()));
        let what = Bound::Unfolded;
        let refused = Err(SheetFault::Many { line: 1, what });
        assert_eq!(check_size(&bytes, 119_999), refused);
        for end in (0..BOOK.len()).step_by(61) {
            let torn = read(&BOOK[..end]);
            assert!(matches!(torn, Err(SheetFault::Workbook(_))), "{end}");
        }
        for at in (0..BOOK.len()).step_by(23) {
            let mut ill = BOOK.to_vec();
            ill[at] ^= 0x55;
            drop(read(&ill));
        }
    }
}
