//! A set of agents as the why-record writes it: ids in rising order, each as the distance to the one before it, in digits
//! of base 64, with a point between two.
//!
//! Ids have up to 19 digits; in plain JSON 64 of them alone would fill most of the 2 KiB that a record may have. Agents
//! who were taken in together have ids close to one another, so a distance is mostly short. In memory they are a row in the
//! same order: a record is written once, mostly by rising ids, and then only read and copied.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::id::AgentId;

const DIGITS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const DIGIT_BITS: u32 = 6;

/// See the file's head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agents(Vec<AgentId>);

impl Agents {
    /// Nobody yet, with room for so many.
    pub fn with_capacity(agents: usize) -> Self {
        Self(Vec::with_capacity(agents))
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether this one is among them.
    pub fn contains(&self, agent: AgentId) -> bool {
        self.0.binary_search(&agent).is_ok()
    }

    /// Adds one.
    pub fn insert(&mut self, agent: AgentId) {
        if self.0.last().is_none_or(|last| *last < agent) {
            self.0.push(agent);
        } else if let Err(at) = self.0.binary_search(&agent) {
            self.0.insert(at, agent);
        }
    }

    /// All, by id.
    pub fn iter(&self) -> impl Iterator<Item = AgentId> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<AgentId> for Agents {
    fn from_iter<I: IntoIterator<Item = AgentId>>(agents: I) -> Self {
        let mut row = Vec::from_iter(agents);
        row.sort_unstable();
        row.dedup();
        Self(row)
    }
}

impl Serialize for Agents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::new();
        let mut before = 0;
        for agent in self.iter() {
            if !text.is_empty() {
                text.push('.');
            }
            push(&mut text, agent.get() - before);
            before = agent.get();
        }
        serializer.serialize_str(&text)
    }
}

fn push(text: &mut String, number: u64) {
    if number >> DIGIT_BITS != 0 {
        push(text, number >> DIGIT_BITS);
    }
    let digit = usize::try_from(number & 63).unwrap_or(0);
    text.extend(DIGITS.get(digit).copied().map(char::from));
}

impl<'de> Deserialize<'de> for Agents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        read(&text).ok_or_else(|| de::Error::custom("no list of agents"))
    }
}

fn read(text: &str) -> Option<Agents> {
    let mut agents = Agents::default();
    let mut before = 0_u64;
    for word in text.split('.').filter(|word| !word.is_empty()) {
        before = before.checked_add(number(word)?)?;
        agents.insert(AgentId::new(before));
    }
    Some(agents)
}

fn number(word: &str) -> Option<u64> {
    word.bytes().try_fold(0_u64, |number, byte| {
        let digit = DIGITS.iter().position(|digit| *digit == byte)?;
        let shifted = number.checked_mul(1 << DIGIT_BITS)?;
        shifted.checked_add(u64::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agents(ids: &[u64]) -> Agents {
        ids.iter().copied().map(AgentId::new).collect()
    }

    #[test]
    fn a_set_is_written_as_distances_and_read_back() {
        for (ids, text) in [
            (&[][..], r#""""#),
            (&[0], r#""0""#),
            (&[3, 1, 2, 3], r#""1.1.1""#),
            (&[63, 64, 200], r#""_.1.28""#),
            (&[u64::MAX], r#""F__________""#),
        ] {
            let agents = agents(ids);
            assert_eq!(serde_json::to_string(&agents).unwrap(), text);
            assert_eq!(serde_json::from_str::<Agents>(text).unwrap(), agents);
        }
    }

    #[test]
    fn whoever_is_added_stands_in_the_row_once_and_by_his_id() {
        let mut row = Agents::default();
        for id in [5, 9, 2, 5, 7, 9, 2] {
            row.insert(AgentId::new(id));
        }
        assert_eq!(row, agents(&[2, 5, 7, 9]));
        let named = (1..=9).filter(|id| row.contains(AgentId::new(*id)));
        assert_eq!(Vec::from_iter(named), [2, 5, 7, 9]);
    }

    #[test]
    fn what_is_no_list_is_an_error_and_never_a_panic() {
        for text in [r#""1,2""#, r#""F__________.1""#, r#""G__________""#, "7"] {
            assert!(serde_json::from_str::<Agents>(text).is_err(), "{text}");
        }
    }
}
