//! The rows of a list's sheets, read as customers: several rows may be one (F8).
//!
//! The first sheet names them; rows of every other one are joined to its rows by the external reference. What is wrong is noted
//! with its place, and the row that it stands in is left out of what is read.

use std::collections::BTreeMap;
use std::sync::Arc;

use ivr::{Told, did_you_mean, told};

use super::column::{Field, names};
use super::listed::{House, Listed};
use super::{FINDINGS_MAX, ImportFinding};
use crate::sheet::{Row, Sheet};

/// A customer of a list, and where he stands in it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// What is said of him.
    pub(super) listed: Listed,
    /// The sheet of his first row.
    pub(super) head: Arc<Head>,
    /// That row.
    pub(super) line: u32,
    /// How many rows say it.
    pub(super) rows: u64,
}

/// A sheet's name and what its columns say.
#[derive(Debug)]
pub(super) struct Head {
    file: String,
    fields: Vec<Option<Field>>,
}

/// What was read so far.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    house: House<'a>,
    pub(super) entries: Vec<Entry>,
    by_reference: BTreeMap<String, usize>,
    by_number: BTreeMap<((String, String), String), Vec<usize>>,
    pub(super) notes: Notes,
}

/// What is wrong, bounded.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) findings: Vec<ImportFinding>,
    /// Findings beyond the bound.
    pub(super) untold: u64,
    /// Rows that say something, heads not counted.
    pub(super) rows: u64,
    /// Rows in which something is wrong.
    pub(super) refused: u64,
    /// Whether a file or a head is wrong: then no row can be trusted.
    pub(super) is_unreadable: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn new(house: House<'a>) -> Self {
        Self {
            house,
            entries: Vec::new(),
            by_reference: BTreeMap::new(),
            by_number: BTreeMap::new(),
            notes: Notes::default(),
        }
    }

    /// A sheet more; the first one names the customers.
    pub(super) fn sheet(&mut self, file: String, sheet: &Sheet, is_first: bool) {
        let mut rows = sheet.rows.iter();
        let Some(head) = rows.next() else { return };
        let head = Arc::new(self.head(file, head, is_first));
        if self.notes.is_unreadable {
            return;
        }
        for row in rows {
            self.notes.rows += 1;
            let read = self.row(&head, row);
            let read = read.and_then(|listed| match is_first {
                true => self.place(&head, row.line, listed),
                false => self.join(listed),
            });
            if let Err(found) = read {
                self.notes.refused += 1;
                for (column, told) in found {
                    self.notes.note(&head.file, row.line, column, told);
                }
            }
        }
    }

    fn head(&mut self, file: String, row: &Row, is_first: bool) -> Head {
        let mut fields: Vec<Option<Field>> = Vec::new();
        for (place, name) in row.cells.iter().enumerate() {
            let field = Field::of(name);
            let twice = field.filter(|field| !field.is_list() && fields.contains(&Some(*field)));
            if let Some(twice) = twice {
                let told = told!("a second column `{}`", "`{}` 列重复", twice.name());
                self.notes.unreadable(&file, row.line, place, told);
            } else if field.is_none() && !name.is_empty() && !name.starts_with('#') {
                self.notes
                    .unreadable(&file, row.line, place, no_column(name));
            }
            fields.push(field);
        }
        let known_by = [Field::Reference, Field::Phone];
        let (wanted, is_there) = match is_first {
            true => (
                "`external_ref` (编号) or `phone` (电话)",
                fields.iter().flatten().any(|it| known_by.contains(it)),
            ),
            false => (
                "`external_ref` (编号)",
                fields.contains(&Some(Field::Reference)),
            ),
        };
        if !is_there && !self.notes.is_unreadable {
            let told = told!(
                "the sheet needs a column {wanted}: by it a customer is known",
                "该表须有 {wanted} 列：据此识别客户"
            );
            self.notes.unreadable(&file, row.line, 0, told);
        }
        Head { file, fields }
    }

    /// A row's cells, or all that is wrong in them.
    fn row(&self, head: &Head, row: &Row) -> Result<Listed, Vec<(usize, Told)>> {
        let (mut listed, mut found) = (Listed::default(), Vec::new());
        for (place, cell) in row.cells.iter().enumerate() {
            let field = head.fields.get(place).copied().flatten();
            let Some(field) = field.filter(|_| !cell.is_empty()) else {
                continue;
            };
            if let Err(told) = listed.take(field, cell, &self.house) {
                found.push((place, told));
            }
        }
        match found.is_empty() {
            true => Ok(listed),
            false => Err(found),
        }
    }

    /// A row of the first sheet: a customer more, or more of one whom a row above names.
    fn place(
        &mut self,
        head: &Arc<Head>,
        line: u32,
        listed: Listed,
    ) -> Result<(), Vec<(usize, Told)>> {
        let is_certain = listed.phones.values().any(|phone| phone.is_certain);
        if listed.reference.is_none() && !(is_certain && listed.name.is_some()) {
            let told = told!(
                "by what is he known? Write `external_ref`, or `name` with a certain `phone`",
                "无法识别该客户：请填写 `external_ref`（编号），或 `name`（姓名）与确定的 `phone`（电话）"
            );
            return Err(vec![(0, told)]);
        }
        let at = match self.above(&listed) {
            Some(at) => {
                let entry = self.entries.get_mut(at);
                let Some(entry) = entry else { return Ok(()) };
                let above = entry.line;
                let joined = entry.listed.join(listed.clone());
                joined.map_err(|field| vec![(head.place(field), otherwise(field, above))])?;
                entry.rows += 1;
                at
            }
            None => {
                self.entries.push(Entry {
                    listed: listed.clone(),
                    head: Arc::clone(head),
                    line,
                    rows: 1,
                });
                self.entries.len() - 1
            }
        };
        self.know(at, listed);
        Ok(())
    }

    /// The entry above that is the same customer: by the reference, else by name and a certain number where only one has one.
    fn above(&self, listed: &Listed) -> Option<usize> {
        let reference = listed.reference.as_ref();
        if let Some(at) = reference.and_then(|reference| self.by_reference.get(reference)) {
            return Some(*at);
        }
        let name = listed.name.as_ref()?;
        let certain = listed.phones.iter().filter(|(_, phone)| phone.is_certain);
        let mut same = certain.flat_map(|(key, _)| {
            let entries = self.by_number.get(&(key.clone(), name.clone()));
            entries.into_iter().flatten().copied()
        });
        same.find(|at| {
            let entry = self.entries.get(*at);
            let theirs = entry.and_then(|entry| entry.listed.reference.as_ref());
            theirs.is_none() || reference.is_none()
        })
    }

    fn know(&mut self, at: usize, listed: Listed) {
        if let Some(reference) = listed.reference {
            self.by_reference.insert(reference, at);
        }
        let Some(name) = listed.name else { return };
        for (key, _) in listed.phones.into_iter().filter(|(_, it)| it.is_certain) {
            let known = self.by_number.entry((key, name.clone())).or_default();
            if !known.contains(&at) {
                known.push(at);
            }
        }
    }

    /// A row of another sheet is joined to the customer of the first one who has its reference.
    fn join(&mut self, listed: Listed) -> Result<(), Vec<(usize, Told)>> {
        let Some(reference) = &listed.reference else {
            let told = told!(
                "`external_ref` is missing: whose row is this?",
                "缺少 `external_ref`（编号）：不知此行属于谁"
            );
            return Err(vec![(0, told)]);
        };
        let at = self.by_reference.get(reference);
        let Some(entry) = at.and_then(|at| self.entries.get_mut(*at)) else {
            let told = told!(
                "no row of the first sheet that could be read has the reference `{reference}`",
                "第一个表中没有编号为 `{reference}` 的可读行"
            );
            return Err(vec![(0, told)]);
        };
        let above = entry.line;
        let joined = entry.listed.join(listed);
        joined.map_err(|field| vec![(0, otherwise(field, above))])?;
        entry.rows += 1;
        Ok(())
    }
}

impl Head {
    /// The column of a field, from 0.
    pub(super) fn place(&self, field: Field) -> usize {
        let mut fields = self.fields.iter();
        fields.position(|it| *it == Some(field)).unwrap_or(0)
    }

    /// The sheet.
    pub(super) fn file(&self) -> &str {
        &self.file
    }
}

impl Notes {
    /// Something is wrong in a cell; `place` is its column from 0.
    pub(super) fn note(&mut self, file: &str, line: u32, place: usize, told: Told) {
        if self.findings.len() == FINDINGS_MAX {
            self.untold += 1;
            return;
        }
        self.findings.push(ImportFinding {
            file: file.to_owned(),
            line,
            column: u32::try_from(place + 1).unwrap_or(u32::MAX),
            told,
        });
    }

    /// Something is wrong with a whole file or sheet.
    pub(super) fn unreadable(&mut self, file: &str, line: u32, place: usize, told: Told) {
        self.is_unreadable = true;
        self.note(file, line, place, told);
    }
}

fn no_column(name: &str) -> Told {
    let list: Vec<&str> = names().collect();
    let list = list.join(", ");
    let told = told!(
        "no column is called `{name}`: there are {list}; write `#{name}` to leave it out",
        "没有名为 `{name}` 的列：可用 {list}；如需忽略请写 `#{name}`"
    );
    told.with(did_you_mean(name, names()))
}

fn otherwise(field: Field, line: u32) -> Told {
    told!(
        "`{}` is not what line {line} says of the same customer",
        "`{}` 与第 {line} 行对同一客户的说法不同",
        field.name()
    )
}
