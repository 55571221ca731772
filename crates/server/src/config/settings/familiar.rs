//! `[familiar]`: whose numbers tell nothing of who calls (R64).

use std::collections::BTreeSet;

use ivr::{Told, told};
use model::{Caller, NumberPlan};
use serde::Deserialize;

/// Most numbers of the list.
const SHARED_MAX: usize = 10_000;

/// `[familiar]`
#[derive(Clone, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Familiar {
    /// Numbers that many people share, in any spelling: switchboards, public telephones.
    pub shared_numbers: Vec<String>,
}

impl Familiar {
    /// The keys of the numbers, or what is wrong with one of them.
    pub(crate) fn shared(&self, plan: &NumberPlan) -> Result<BTreeSet<String>, Told> {
        if self.shared_numbers.len() > SHARED_MAX {
            return Err(told!(
                "at most {SHARED_MAX} shared numbers",
                "共用号码最多 {SHARED_MAX} 个"
            ));
        }
        let key = |number: &String| {
            let key = plan.key(number).key;
            match Caller::new(&key, None).is_withheld() {
                true => Err(told!(
                    "`{number}` is no telephone number",
                    "`{number}` 不是电话号码"
                )),
                false => Ok(key),
            }
        };
        self.shared_numbers.iter().map(key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r64_a_shared_number_is_the_same_in_all_spellings_and_nobodys_is_told() {
        let plan = NumberPlan::new("CN").unwrap();
        let list = |numbers: &[&str]| Familiar {
            shared_numbers: numbers.iter().map(|number| (*number).to_owned()).collect(),
        };
        let same = list(&["021-6123 4567", "+86 21 6123 4567", "00862161234567"]);
        let keys = same.shared(&plan).unwrap();
        assert_eq!(keys, ["+862161234567".to_owned()].into());
        for wrong in ["", " ", "anonymous"] {
            let told = list(&["8001", wrong]).shared(&plan).unwrap_err();
            assert!(told.is_said_alike(), "{told:?}");
            assert!(told.en.contains("is no telephone number"), "{told:?}");
        }
    }
}
