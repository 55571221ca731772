//! Number lists as call control knows them (A7, F5, F6): tables that are sorted once, when they come, and only read by calls.
//!
//! One number is found by its key, prefixes by the beginnings of the caller's number, ranges in a tree over their ends that is laid into a sorted
//! table. Among those that fit, [`model::number_list::Rank`] decides.

use std::collections::BTreeMap;

use model::number_list::{REMARK_CHARS_MAX, Rank, ordinal};
use model::{ListKind, NumberEntry, Numbers, QueueName, Timestamp};

/// All entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberLists {
    entries: Vec<NumberEntry>,
    /// Rows of `entries` for one number.
    one: BTreeMap<String, Vec<usize>>,
    /// Rows for what numbers begin with.
    begin: BTreeMap<String, Vec<usize>>,
    /// Rows for ranges, by length and whether they are international.
    ranges: BTreeMap<(usize, bool), Vec<Stretch>>,
}

/// A range: its ends, and the furthest end of those below it in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stretch {
    first: u64,
    last: u64,
    furthest: u64,
    row: usize,
}

/// What lists say of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Met<'l> {
    /// The entry that decides whether he is let in.
    pub(crate) decides: Option<&'l NumberEntry>,
    /// The VIPs' entry that gives his level.
    pub(crate) level: Option<&'l NumberEntry>,
}

impl NumberLists {
    /// What they say of a caller with this key who dials `called`, or is to wait in one of the queues.
    pub(crate) fn meet(
        &self,
        key: &str,
        called: &str,
        queues: &[QueueName],
        now: Timestamp,
    ) -> Met<'_> {
        let mut met = Met::default();
        let mut least: (Option<Rank>, Option<Rank>) = (None, None);
        self.fitting(key, &mut |row| {
            let Some(entry) = self.entries.get(row) else {
                return;
            };
            let Some(rank) = entry.rank(key) else { return };
            if least.0.is_some_and(|best| best < rank) && entry.list != ListKind::Vip {
                return;
            }
            if !entry.holds(now) || !entry.holds_at(called, queues) {
                return;
            }
            if least.0.is_none_or(|best| rank < best) {
                (met.decides, least.0) = (Some(entry), Some(rank));
            }
            if entry.list == ListKind::Vip && least.1.is_none_or(|best| rank < best) {
                (met.level, least.1) = (Some(entry), Some(rank));
            }
        });
        met
    }

    /// Whether an entry decides about such a caller.
    pub fn decides(&self, key: &str, called: &str, queues: &[QueueName], now: Timestamp) -> bool {
        self.meet(key, called, queues, now).decides.is_some()
    }

    /// Rows whose numbers may hold this key.
    fn fitting(&self, key: &str, tell: &mut impl FnMut(usize)) {
        let rows =
            |table: &BTreeMap<String, Vec<usize>>, text: &str, tell: &mut dyn FnMut(usize)| {
                let rows = table.get(text).into_iter().flatten();
                rows.for_each(|row| tell(*row));
            };
        rows(&self.one, key, tell);
        if !self.begin.is_empty() {
            let ends = key.char_indices().map(|(end, _)| end).chain([key.len()]);
            for end in ends {
                rows(&self.begin, key.get(..end).unwrap_or_default(), tell);
            }
        }
        if let Some(number) = ordinal(key) {
            let ranges = self.ranges.get(&shape(key));
            stab(ranges.map_or(&[], Vec::as_slice), number, tell);
        }
    }

    /// Whether nothing stands on any.
    pub(crate) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl FromIterator<NumberEntry> for NumberLists {
    fn from_iter<T: IntoIterator<Item = NumberEntry>>(entries: T) -> Self {
        let mut lists = Self::default();
        for mut entry in entries {
            let row = lists.entries.len();
            match &entry.numbers {
                Numbers::One(number) => lists.one.entry(number.clone()).or_default().push(row),
                Numbers::Begin(prefix) => lists.begin.entry(prefix.clone()).or_default().push(row),
                Numbers::Range(first, last) => {
                    let ends = ordinal(first).zip(ordinal(last));
                    let stretch = ends.map(|(first, last)| Stretch {
                        first,
                        last,
                        furthest: last,
                        row,
                    });
                    lists
                        .ranges
                        .entry(shape(first))
                        .or_default()
                        .extend(stretch);
                }
            }
            // What nobody reads here, and what no screen shows.
            entry.reason = entry.reason.chars().take(REMARK_CHARS_MAX).collect();
            (entry.owner, entry.note) = (String::new(), None);
            lists.entries.push(entry);
        }
        for ranges in lists.ranges.values_mut() {
            ranges.sort_by_key(|stretch| (stretch.first, stretch.last, stretch.row));
            plant(ranges);
        }
        lists
    }
}

/// Ranges are compared with numbers of the same shape.
fn shape(key: &str) -> (usize, bool) {
    (key.len(), key.starts_with('+'))
}

/// Makes a tree of a sorted table: the middle is the root, and each half a tree. Gives the furthest end.
fn plant(ranges: &mut [Stretch]) -> u64 {
    let (before, rest) = ranges.split_at_mut(ranges.len() / 2);
    let Some((root, after)) = rest.split_first_mut() else {
        return 0;
    };
    let below = plant(before).max(plant(after));
    root.furthest = root.last.max(below);
    root.furthest
}

/// The rows of those that hold the number: as many steps as the tree is high, and one for each that is found.
fn stab(ranges: &[Stretch], number: u64, tell: &mut impl FnMut(usize)) {
    let (before, rest) = ranges.split_at(ranges.len() / 2);
    let Some((root, after)) = rest.split_first() else {
        return;
    };
    if root.furthest < number {
        return;
    }
    stab(before, number, tell);
    if root.first <= number {
        if number <= root.last {
            tell(root.row);
        }
        stab(after, number, tell);
    }
}

#[cfg(test)]
mod tests {
    use model::NumberEntryId;

    use super::*;

    fn entry(id: u64, list: ListKind, numbers: &str, scope: &[&str]) -> NumberEntry {
        NumberEntry {
            id: NumberEntryId::new(id),
            list,
            numbers: Numbers::stored(numbers).unwrap(),
            scope: scope.iter().map(|place| place.parse().unwrap()).collect(),
            bar: None,
            vip_level: u8::from(list == ListKind::Vip),
            reason: String::new(),
            owner: String::new(),
            note: None,
            since: Timestamp::from_ms(0),
            until: None,
            hits: 0,
            last_hit_at: None,
            version: 1,
        }
    }

    /// The same by looking at every entry.
    fn slowly<'e>(entries: &'e [NumberEntry], key: &str, called: &str) -> Met<'e> {
        let least = |list: Option<ListKind>| {
            let of_list = entries
                .iter()
                .filter(|it| list.is_none_or(|list| it.list == list));
            let fitting = of_list.filter(|it| it.holds_at(called, &[]));
            let ranked = fitting.filter_map(|it| Some((it.rank(key)?, it)));
            ranked.min_by_key(|(rank, _)| *rank).map(|(_, it)| it)
        };
        Met {
            decides: least(None),
            level: least(Some(ListKind::Vip)),
        }
    }

    #[test]
    fn f6_the_tables_find_what_looking_at_every_entry_finds() {
        // A linear congruential generator: the same numbers each time.
        let mut state = 7_u64;
        let mut below = |bound: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % bound
        };
        let lists = [ListKind::White, ListKind::Vip, ListKind::Black];
        let entries: Vec<NumberEntry> = (1..=400)
            .map(|id| {
                let list = lists[below(3) as usize];
                let (first, wide) = (below(10_000), below(400));
                let numbers = match below(4) {
                    0 => format!("+86{first:05}"),
                    1 => format!("+86{first}*"),
                    2 => format!("{first:05}..{:05}", first + wide),
                    _ => format!("+86{first:05}..+86{:05}", first + wide),
                };
                let scope: &[&str] = if below(3) == 0 { &["number:4000"] } else { &[] };
                entry(id, list, &numbers, scope)
            })
            .collect();
        let tables: NumberLists = entries.iter().cloned().collect();
        for asked in 0..1_000 {
            let plus = if asked % 2 == 0 { "+86" } else { "" };
            let key = format!("{plus}{:05}", below(10_500));
            let called = ["4000", "4001"][below(2) as usize];
            let met = tables.meet(&key, called, &[], Timestamp::from_ms(1));
            assert_eq!(met, slowly(&entries, &key, called), "{key} {called}");
        }
    }

    #[test]
    fn f6_an_entry_that_has_ended_or_is_for_other_queues_decides_nothing() {
        let mut ended = entry(1, ListKind::Black, "+8613800001111", &[]);
        ended.until = Some(Timestamp::from_ms(10));
        let sales = entry(2, ListKind::Vip, "+86*", &["queue:sales"]);
        let lists: NumberLists = [ended, sales].into_iter().collect();
        let meet = |ms, queue: &str| {
            let met = lists.meet(
                "+8613800001111",
                "4000",
                &[queue.into()],
                Timestamp::from_ms(ms),
            );
            (
                met.decides.map(|it| it.id.get()),
                met.level.map(|it| it.id.get()),
            )
        };
        assert_eq!(meet(9, "support"), (Some(1), None));
        assert_eq!(meet(9, "sales"), (Some(1), Some(2)));
        assert_eq!(meet(10, "sales"), (Some(2), Some(2)));
        assert_eq!(meet(10, "support"), (None, None));
    }
}
