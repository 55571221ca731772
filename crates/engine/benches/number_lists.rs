//! What number lists cost a call (F6): one look-up among 100,000 entries, as many as there may be, and the making of the tables.
//!
//! `cargo bench -p engine --bench number_lists`
#![allow(clippy::unwrap_used, reason = "a bench that cannot be set up fails")]

use divan::Bencher;
use engine::NumberLists;
use model::number_list::Scope;
use model::{Bar, ListKind, NumberEntry, NumberEntryId, Numbers, Timestamp};

const ENTRIES: u64 = 100_000;

fn main() {
    divan::main();
}

/// How the entries stand to each other.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Numbers, prefixes and ranges of a whole country.
    Mixed,
    /// Ranges of which each holds the next: the worst that can be written, since all fit.
    Nested,
}

const SHAPES: [Shape; 2] = [Shape::Mixed, Shape::Nested];
const FIRST: u64 = 8_613_000_000_000;

fn entries(shape: Shape) -> Vec<NumberEntry> {
    let entry = |id: u64| {
        let at = FIRST + id * 9_973;
        let numbers = match (shape, id % 4) {
            (Shape::Nested, _) => format!("+{}..+{}", FIRST + id, FIRST + 10_000_000_000 - id),
            (Shape::Mixed, 0 | 1) => format!("+{at}"),
            (Shape::Mixed, 2) => format!("+{}*", at / 1_000),
            (Shape::Mixed, _) => format!("+{at}..+{}", at + 99),
        };
        NumberEntry {
            id: NumberEntryId::new(id),
            list: ListKind::Black,
            numbers: Numbers::stored(&numbers).unwrap(),
            scope: Scope::default(),
            bar: Some(Bar::Reject),
            vip_level: 0,
            reason: "nuisance calls at night".to_owned(),
            owner: "admin".to_owned(),
            note: None,
            since: Timestamp::from_ms(0),
            until: None,
            hits: 0,
            last_hit_at: None,
            version: 1,
        }
    };
    (1..=ENTRIES).map(entry).collect()
}

/// A thousand callers, on the lists or not.
#[divan::bench(args = SHAPES)]
fn a_thousand_callers_are_looked_up(bencher: Bencher<'_, '_>, shape: Shape) {
    let lists: NumberLists = entries(shape).into_iter().collect();
    let callers: Vec<String> = (0..1_000)
        .map(|at| format!("+{}", FIRST + 1 + at * 997_331))
        .collect();
    bencher.bench(|| {
        let asked = callers.iter();
        asked
            .filter(|key| lists.decides(key, "4000", &[], Timestamp::from_ms(1)))
            .count()
    });
}

#[divan::bench(args = SHAPES, sample_count = 10)]
fn the_tables_are_made(bencher: Bencher<'_, '_>, shape: Shape) {
    bencher
        .with_inputs(|| entries(shape))
        .bench_values(|entries| entries.into_iter().collect::<NumberLists>());
}
