//! A mould: rows as the store itself has written them for one call, ticket or customer, with places where copies differ. So a copy has
//! all that its kind has, whatever columns there are, and no second place says how a row is written.

use model::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Column as _, Row as _};

/// What differs between copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// The thing's own id.
    Own,
    /// A ticket's readable number.
    Number,
    /// The call that it came from.
    Call,
    /// The customer.
    Customer,
    /// Who worked on it.
    Agent,
    /// A colleague.
    Colleague,
    /// The contact's number.
    Phone,
    /// Its digits, the last one first.
    Tail,
    /// The contact's name.
    Name,
    /// The queue.
    Queue,
    /// The group.
    Group,
    /// What it is about, as the house calls it.
    Category,
    /// The same in a line.
    Subject,
    /// The text.
    Body,
    /// Whom it complains about.
    Party,
    /// The number of a fact.
    Fact,
}

pub(crate) const SLOTS: usize = 16;

/// What a copy has in its slots, and when it begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Copy {
    pub(crate) at: i64,
    values: [String; SLOTS],
    facts: i64,
}

/// The rows of one thing in several tables.
#[derive(Debug)]
pub(crate) struct Mould {
    pub(crate) tables: Vec<Table>,
}

/// Rows of a table; all have the same columns.
#[derive(Debug)]
pub(crate) struct Table {
    name: &'static str,
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

#[derive(Debug)]
enum Cell {
    Null,
    Whole(i64),
    Slot(Slot),
    /// So long after the beginning, in ms.
    Moment(i64),
    Text(Vec<Piece>),
}

#[derive(Debug)]
enum Piece {
    Plain(String),
    Slot(Slot),
    Moment(i64),
}

/// How the rows of a mould are found, and what stands for what in them.
pub(crate) struct Pattern {
    /// When it begins.
    pub(crate) at: Timestamp,
    /// Values that occur nowhere by accident.
    pub(crate) marks: Vec<(String, Slot)>,
}

impl Copy {
    pub(crate) fn new(at: Timestamp, facts: i64) -> Self {
        Self {
            at: at.as_ms(),
            facts,
            ..Self::default()
        }
    }

    /// Fills a slot.
    pub(crate) fn set(&mut self, slot: Slot, value: impl Into<String>) {
        if let Some(place) = self.values.get_mut(slot as usize) {
            *place = value.into();
        }
    }

    fn get(&self, slot: Slot) -> &str {
        self.values.get(slot as usize).map_or("", String::as_str)
    }

    fn number(&self, slot: Slot) -> i64 {
        self.get(slot).parse().unwrap_or_default()
    }
}

impl Mould {
    /// Reads the rows of one thing: of each table those whose column has the value.
    pub(crate) async fn read(
        conn: &mut AnyConnection,
        tables: &[(&'static str, &'static str)],
        id: u64,
        pattern: &Pattern,
    ) -> sqlx::Result<Self> {
        let mut read = Vec::new();
        for (name, column) in tables.iter().copied() {
            let text = format!("SELECT * FROM {name} WHERE {column} = $1");
            let id = i64::try_from(id).unwrap_or(i64::MAX);
            let rows = sqlx::query(AssertSqlSafe(text)).bind(id);
            let rows: Vec<AnyRow> = rows.fetch_all(&mut *conn).await?;
            if let Some(table) = Table::read(name, &rows, pattern)? {
                read.push(table);
            }
        }
        Ok(Self { tables: read })
    }

    /// Without the rows in which nothing stands for that.
    pub(crate) fn only_of(mut self, slot: Slot) -> Self {
        for table in &mut self.tables {
            table
                .rows
                .retain(|row| row.iter().any(|cell| cell.has(slot)));
        }
        self.tables.retain(|table| !table.rows.is_empty());
        self
    }

    /// How many facts it has.
    pub(crate) fn facts(&self) -> i64 {
        let events = self.tables.iter().filter(|table| table.has_facts());
        events.map(|table| table.rows.len() as i64).sum()
    }
}

impl Cell {
    fn has(&self, slot: Slot) -> bool {
        match self {
            Self::Slot(own) => *own == slot,
            Self::Text(pieces) => pieces
                .iter()
                .any(|piece| matches!(piece, Piece::Slot(own) if *own == slot)),
            Self::Null | Self::Whole(_) | Self::Moment(_) => false,
        }
    }
}

impl Table {
    fn read(name: &'static str, rows: &[AnyRow], pattern: &Pattern) -> sqlx::Result<Option<Self>> {
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let columns: Vec<String> = first
            .columns()
            .iter()
            .map(|column| column.name().to_owned())
            .collect();
        let mut table = Self {
            name,
            columns,
            rows: Vec::new(),
        };
        for row in rows {
            let cells = (0..row.len()).map(|index| table.cell(row, index, pattern));
            let cells: sqlx::Result<Vec<Cell>> = cells.collect();
            table.rows.push(cells?);
        }
        Ok(Some(table))
    }

    fn cell(&self, row: &AnyRow, index: usize, pattern: &Pattern) -> sqlx::Result<Cell> {
        if let Ok(text) = row.try_get::<Option<String>, _>(index) {
            return Ok(text.map_or(Cell::Null, |text| pattern.text(&text)));
        }
        let Some(number) = row.try_get::<Option<i64>, _>(index)? else {
            return Ok(Cell::Null);
        };
        let is_fact = self.has_facts() && row.column(index).name() == "seq";
        Ok(match is_fact {
            true => Cell::Slot(Slot::Fact),
            false => pattern.number(number),
        })
    }

    fn has_facts(&self) -> bool {
        self.name == "call_event"
    }

    /// Whether it has a row for each thing that happened: most of a house's bytes.
    pub(crate) fn is_of_each_step(&self) -> bool {
        self.has_facts() || self.name == "ticket_event"
    }

    /// Writes the copies' rows in one statement.
    pub(crate) async fn write(
        &self,
        conn: &mut AnyConnection,
        copies: &[Copy],
    ) -> sqlx::Result<()> {
        let mut text = format!(
            "INSERT INTO {} ({}) VALUES ",
            self.name,
            self.columns.join(", ")
        );
        let mut bound = 0;
        for (place, cells) in copies.iter().flat_map(|_| &self.rows).enumerate() {
            text.push_str(if place == 0 { "(" } else { ", (" });
            for (index, cell) in cells.iter().enumerate() {
                let comma = if index == 0 { "" } else { ", " };
                text.push_str(comma);
                if matches!(cell, Cell::Null) {
                    text.push_str("NULL");
                } else {
                    bound += 1;
                    text.push_str(&format!("${bound}"));
                }
            }
            text.push(')');
        }
        let mut query = sqlx::query(AssertSqlSafe(text));
        for copy in copies {
            for (row, cells) in self.rows.iter().enumerate() {
                for cell in cells {
                    query = match cell {
                        Cell::Null => query,
                        Cell::Whole(number) => query.bind(*number),
                        Cell::Slot(Slot::Fact) => query.bind(copy.facts + row as i64),
                        Cell::Slot(slot) => query.bind(copy.number(*slot)),
                        Cell::Moment(offset) => query.bind(copy.at + offset),
                        Cell::Text(pieces) => query.bind(written(pieces, copy)),
                    };
                }
            }
        }
        query.execute(conn).await?;
        Ok(())
    }
}

fn written(pieces: &[Piece], copy: &Copy) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Plain(plain) => text.push_str(plain),
            Piece::Slot(slot) => text.push_str(copy.get(*slot)),
            Piece::Moment(offset) => {
                text.push_str(&Timestamp::from_ms(copy.at + offset).to_string());
            }
        }
    }
    text
}

impl Pattern {
    /// Times of a thing are at most so far from its beginning.
    const NEAR_MS: i64 = 400 * 24 * 60 * 60 * 1_000;

    fn number(&self, number: i64) -> Cell {
        let text = number.to_string();
        if let Some((_, slot)) = self.marks.iter().find(|(mark, _)| *mark == text) {
            return Cell::Slot(*slot);
        }
        let offset = number.saturating_sub(self.at.as_ms());
        match offset.abs() < Self::NEAR_MS {
            true => Cell::Moment(offset),
            false => Cell::Whole(number),
        }
    }

    fn text(&self, text: &str) -> Cell {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (piece, length) = match self.mark(rest) {
                Some((slot, length)) => (Some(Piece::Slot(slot)), length),
                None => match self.moment(rest) {
                    Some((offset, length)) => (Some(Piece::Moment(offset)), length),
                    None => (None, first.len_utf8()),
                },
            };
            let (taken, behind) = rest.split_at(length);
            match piece {
                Some(piece) => {
                    pieces.push(Piece::Plain(std::mem::take(&mut plain)));
                    pieces.push(piece);
                }
                None => plain.push_str(taken),
            }
            rest = behind;
        }
        pieces.push(Piece::Plain(plain));
        Cell::Text(pieces)
    }

    fn mark(&self, rest: &str) -> Option<(Slot, usize)> {
        let mut marks = self.marks.iter();
        let found = marks.find(|(mark, _)| rest.starts_with(mark.as_str()));
        found.map(|(mark, slot)| (*slot, mark.len()))
    }

    /// `2026-11-18T11:06:40.000Z`
    fn moment(&self, rest: &str) -> Option<(i64, usize)> {
        const LENGTH: usize = 24;
        let text = rest.get(..LENGTH).filter(|text| text.ends_with('Z'))?;
        let at: Timestamp = serde_json::from_str(&format!("\"{text}\"")).ok()?;
        Some((at.as_ms() - self.at.as_ms(), LENGTH))
    }
}
