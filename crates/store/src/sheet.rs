//! Lists from elsewhere as rows of cells: CSV in UTF-8, UTF-16 or GB18030, and workbooks of Excel (XLSX) (B9, F8).
//!
//! What a cell means is none of its business. Bytes, rows, columns and sheets are bounded, a workbook also by what it unfolds to; a
//! longer one is refused whole, and nothing of it is passed over.

use encoding_rs::{Encoding, GB18030};
use ivr::{Told, told};

mod workbook;
pub mod written;

/// Largest file, in bytes.
pub const BYTES_MAX: usize = 32 << 20;
/// Most rows of a sheet that say something, the head among them.
pub const ROWS_MAX: usize = 100_001;
/// Most columns of a sheet.
pub const COLUMNS_MAX: usize = 100;
/// Most sheets of a workbook.
pub const SHEETS_MAX: usize = 16;

/// A table of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Its name in a workbook; a CSV file is one sheet without a name.
    pub name: Option<String>,
    /// Rows in which anything stands, the head first.
    pub rows: Vec<Row>,
}

/// A row of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the sheet, from 1; in CSV the line with which it begins.
    pub line: u32,
    /// Its cells, without the blanks around them.
    pub cells: Vec<String>,
}

/// Why a file is no sheets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SheetFault {
    /// It has more than [`BYTES_MAX`].
    Large,
    /// A line is written in none of the encodings that are read.
    Encoding(u32),
    /// There is more of something than is read.
    Many {
        /// The row in which it begins.
        line: u32,
        /// Of what.
        what: Bound,
    },
    /// It is no workbook that can be read.
    Workbook(String),
}

/// What is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// [`ROWS_MAX`].
    Rows,
    /// [`COLUMNS_MAX`].
    Columns,
    /// [`SHEETS_MAX`].
    Sheets,
    /// What a workbook unfolds to.
    Unfolded,
}

/// Reads a file by what it is, whatever it is called. Sheets without a row are not among the answer.
///
/// # Errors
/// It is none, or too large.
pub fn read(bytes: &[u8]) -> Result<Vec<Sheet>, SheetFault> {
    if bytes.len() > BYTES_MAX {
        return Err(SheetFault::Large);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return workbook::read(bytes);
    }
    let rows = rows(&text(bytes)?)?;
    let sheet = Sheet { name: None, rows };
    Ok(Vec::from_iter(
        Some(sheet).filter(|sheet| !sheet.rows.is_empty()),
    ))
}

/// By its mark, else UTF-8 if it is that, else GB18030, in which Chinese offices write CSV.
fn text(bytes: &[u8]) -> Result<String, SheetFault> {
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, mark),
        None if std::str::from_utf8(bytes).is_ok() => (encoding_rs::UTF_8, 0),
        None => (GB18030, 0),
    };
    let rest = bytes.get(mark..).unwrap_or_default();
    let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
    text.map(std::borrow::Cow::into_owned)
        .ok_or_else(|| SheetFault::Encoding(first_unread(encoding, rest)))
}

/// The first line that is not written in this encoding.
fn first_unread(encoding: &'static Encoding, bytes: &[u8]) -> u32 {
    let lines = bytes.split(|byte| *byte == b'\n');
    let is_read = |line: &[u8]| {
        encoding
            .decode_without_bom_handling_and_without_replacement(line)
            .is_some()
    };
    let before = lines.take_while(|line| is_read(line)).count();
    u32::try_from(before + 1).unwrap_or(u32::MAX)
}

fn rows(text: &str) -> Result<Vec<Row>, SheetFault> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(mark(text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    // A text in memory is UTF-8, and rows may be of any length: nothing else could fail.
    while reader.read_record(&mut record).unwrap_or(false) {
        let line = record.position().map_or(1, |at| line_of(text, at));
        let cells = record.iter().map(|cell| cell.trim().to_owned());
        keep(&mut rows, line, cells.collect())?;
    }
    Ok(rows)
}

/// Where a row begins: the reader counts the empty lines before it as its own.
fn line_of(text: &str, at: &csv::Position) -> u32 {
    let byte = usize::try_from(at.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(byte..).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| b"\r\n".contains(byte));
    let empty = ends.filter(|byte| **byte == b'\n').count() as u64;
    u32::try_from(at.line() + empty).unwrap_or(u32::MAX)
}

/// What stands between the cells is what stands most often in the head.
fn mark(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    let many = |mark: &u8| head.bytes().filter(|byte| byte == mark).count();
    let marks = [b'\t', b';', b','].into_iter();
    marks.max_by_key(many).unwrap_or(b',')
}

/// A row more, if anything stands in it.
fn keep(rows: &mut Vec<Row>, line: u32, mut cells: Vec<String>) -> Result<(), SheetFault> {
    while cells.last().is_some_and(String::is_empty) {
        cells.pop();
    }
    let many = |what| Err(SheetFault::Many { line, what });
    match cells.len() {
        0 => Ok(()),
        1..=COLUMNS_MAX if rows.len() < ROWS_MAX => {
            rows.push(Row { line, cells });
            Ok(())
        }
        1..=COLUMNS_MAX => many(Bound::Rows),
        _ => many(Bound::Columns),
    }
}

impl SheetFault {
    /// Where in the file, as a line; 1 where it is about the whole.
    pub const fn line(&self) -> u32 {
        match self {
            Self::Encoding(line) | Self::Many { line, .. } => *line,
            Self::Large | Self::Workbook(_) => 1,
        }
    }

    /// In both languages.
    pub fn told(&self) -> Told {
        match self {
            Self::Large => {
                let max = BYTES_MAX >> 20;
                told!(
                    "the file is larger than {max} MiB: divide it",
                    "文件超过 {max} MiB：请拆分"
                )
            }
            Self::Encoding(_) => told!(
                "this line is neither UTF-8 nor GB18030: save the file as `CSV UTF-8`",
                "此行既不是 UTF-8 也不是 GB18030：请另存为 `CSV UTF-8`"
            ),
            Self::Many { what, .. } => match what {
                Bound::Rows => told!(
                    "more than {ROWS_MAX} rows in one sheet: divide it",
                    "一个工作表超过 {ROWS_MAX} 行：请拆分"
                ),
                Bound::Columns => told!(
                    "more than {COLUMNS_MAX} columns in a row: is the file separated by `,`, `;` or tabs?",
                    "一行超过 {COLUMNS_MAX} 列：文件是否以 `,`、`;` 或制表符分隔？"
                ),
                Bound::Sheets => told!(
                    "more than {SHEETS_MAX} sheets: divide the workbook",
                    "超过 {SHEETS_MAX} 个工作表：请拆分工作簿"
                ),
                Bound::Unfolded => {
                    let max = workbook::UNFOLDED_MAX >> 20;
                    told!(
                        "the workbook unfolds to more than {max} MiB: divide it",
                        "工作簿展开后超过 {max} MiB：请拆分"
                    )
                }
            },
            Self::Workbook(why) => told!(
                "this workbook cannot be read ({why}): save it as `.xlsx` again, or as `CSV UTF-8`",
                "无法读取该工作簿（{why}）：请重新另存为 `.xlsx` 或 `CSV UTF-8`"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let sheets = read(bytes).unwrap();
        let rows = sheets.into_iter().flat_map(|sheet| sheet.rows);
        rows.map(|row| (row.line, row.cells)).collect()
    }

    fn row(line: u32, cells: &[&str]) -> (u32, Vec<String>) {
        (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn f8_a_sheet_is_read_in_each_encoding_and_with_each_mark() {
        let text = "姓名,电话\n王芳, 138 0000 1111 \n\n\"李,雷\",\"a\nb\"\n最后,\n";
        let expected = [
            row(1, &["姓名", "电话"]),
            row(2, &["王芳", "138 0000 1111"]),
            row(4, &["李,雷", "a\nb"]),
            row(6, &["最后"]),
        ];
        let mark = format!("\u{feff}{text}");
        let gb = GB18030.encode(text).0;
        let wide: Vec<u8> = mark.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [text.as_bytes(), mark.as_bytes(), &*gb, &*wide] {
            assert_eq!(cells(bytes), expected);
        }
        for mark in [";", "\t"] {
            let text = format!("a{mark}b\n1,5{mark}2");
            assert_eq!(
                cells(text.as_bytes()),
                [row(1, &["a", "b"]), row(2, &["1,5", "2"])]
            );
        }
        assert_eq!(read(b""), Ok(Vec::new()));
    }

    #[test]
    fn b9_what_cannot_be_read_is_told_with_its_line_in_both_languages() {
        let wide = "x,".repeat(COLUMNS_MAX + 1) + "x";
        let long = "x\n".repeat(ROWS_MAX + 1);
        let rows = u32::try_from(ROWS_MAX).unwrap() + 1;
        for (bytes, line) in [
            (&b"name\nx\n\xff\xff\n"[..], 3),
            (b"\xef\xbb\xbfname\n\xc4\xe3\n", 2),
            (wide.as_bytes(), 1),
            (long.as_bytes(), rows),
            (b"PK\x03\x04 no more", 1),
            (&vec![b'x'; BYTES_MAX + 1], 1),
        ] {
            let fault = read(bytes).unwrap_err();
            assert_eq!(fault.line(), line, "{fault:?}");
            assert!(fault.told().is_said_alike(), "{fault:?}");
        }
    }
}
