//! The numbers of the house: where each enters, however it is written (A4).
//!
//! `numbers.toml` has each number in one spelling; networks and people write it in others. Each is known by its spelling
//! and by its key, so that `4000`, `010 6552 9988` and `+861065529988` lead where an admin said. Two numbers that are one
//! are refused where the file is read.

use std::collections::BTreeMap;

use model::NumberPlan;

use crate::config::Number;

/// The table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    written: BTreeMap<String, Number>,
    /// Key to spelling.
    keys: BTreeMap<String, String>,
}

/// Two spellings of one number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{second}` is the same number as `{first}`")]
pub struct SameNumber {
    /// The one that came first.
    pub first: String,
    /// The other.
    pub second: String,
}

impl Numbers {
    /// The table of numbers as written, national ones being of `plan`'s country.
    pub fn new(plan: &NumberPlan, written: BTreeMap<String, Number>) -> Result<Self, SameNumber> {
        let mut keys = BTreeMap::new();
        for spelling in written.keys() {
            if let Some(first) = keys.insert(plan.key(spelling).key, spelling.clone()) {
                let second = spelling.clone();
                return Err(SameNumber { first, second });
            }
        }
        Ok(Self { written, keys })
    }

    /// The number under its spelling or its key; gives the spelling, by which the house calls it.
    pub fn find(&self, dialled: &str) -> Option<(&str, &Number)> {
        let spelling = match self.written.get_key_value(dialled) {
            Some((spelling, _)) => spelling,
            None => self.keys.get(dialled)?,
        };
        Some((spelling, self.written.get(spelling)?))
    }

    /// All, by spelling.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Number)> {
        self.written
            .iter()
            .map(|(spelling, number)| (spelling.as_str(), number))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.written.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Entry;

    fn table(numbers: &[&str]) -> Result<Numbers, SameNumber> {
        let number = Number {
            entry: Entry::Script("main".into()),
            open: true,
            priority: 0,
            by_region: false,
        };
        let written = numbers
            .iter()
            .map(|text| ((*text).to_owned(), number.clone()));
        Numbers::new(&NumberPlan::new("CN").unwrap(), written.collect())
    }

    #[test]
    fn a4_a_number_is_found_by_its_spelling_and_by_its_key() {
        let numbers = table(&["4000", "010-65529988"]).unwrap();
        for (dialled, spelling) in [
            ("4000", Some("4000")),
            ("010-65529988", Some("010-65529988")),
            ("+861065529988", Some("010-65529988")),
            ("+861065529989", None),
            ("", None),
        ] {
            let found = numbers.find(dialled).map(|(spelling, _)| spelling);
            assert_eq!(found, spelling, "{dialled:?}");
        }
    }

    #[test]
    fn one_number_has_one_entry() {
        let same = table(&["+861065529988", "010-65529988"]).unwrap_err();
        assert_eq!(
            same.to_string(),
            "`010-65529988` is the same number as `+861065529988`"
        );
    }
}
